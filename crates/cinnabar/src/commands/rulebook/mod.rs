//! `cinnabar rulebook`: the rules of a ledger, as of any entry, and what sets two apart.

mod show;

pub(in crate::commands) use show::says;

use std::path::PathBuf;
use std::time::Duration;

use cinnabar_events::Sequence;
use serde_json::Value;

use crate::exit::{Exit, Failure};
use crate::out;
use crate::profile::{Profile, ProfileArg};
use crate::rules::{self, Change, History, InForce};

/// Longest wait for one answer of the node.
const WITHIN: Duration = Duration::from_secs(10);

/// Arguments of `cinnabar rulebook`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cinnabar rulebook show --as-of 10\n  cinnabar rulebook diff default 120"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Show the rules: roles, who says what, separation, deadlines, calendars, numbers; which are law, which model values.
    #[command(
        after_help = "Example:\n  cinnabar rulebook show\n  cinnabar rulebook show --as-of 10 --from ledger.jsonl --json"
    )]
    Show(Show),
    /// Show what a rulebook adds to another, drops and changes.
    #[command(after_help = "Example:
  cinnabar rulebook diff default 120               # the shipped one, and the one in force after entry 120
  cinnabar rulebook diff 10 120 --from ledger.jsonl
  cinnabar rulebook diff default my-rules/         # a folder with rulebook.json and its chapters")]
    Diff(Diff),
}

#[derive(Clone, Debug, clap::Args)]
struct Show {
    /// As they were in force after this entry; now if absent.
    #[arg(long, value_name = "SEQ")]
    as_of: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    ledger: Ledger,
}

#[derive(Clone, Debug, clap::Args)]
struct Diff {
    /// The first: a sequence, `default`, or a file or folder.
    #[arg(value_name = "A")]
    before: String,
    /// The second.
    #[arg(value_name = "B")]
    after: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    ledger: Ledger,
}

/// Where the ledger's rules are read.
#[derive(Clone, Debug, clap::Args)]
struct Ledger {
    /// Read this export (`cinnabar export`) instead of asking the profile's node.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    #[command(flatten)]
    profile: ProfileArg,
}

impl Ledger {
    fn history(&self) -> Result<(History, String), Failure> {
        let Some(path) = &self.from else {
            let profile = self.profile.load()?;
            let whose = format!("the ledger {}", profile.origin);
            return Ok((rules::from_api(&profile, WITHIN)?, whose));
        };
        // Without a profile the export says itself which ledger it is.
        let profile = Profile::load(&self.profile.profile).ok();
        let ledger = profile.map(|profile| profile.ledger);
        let history = rules::from_export(path, ledger)?;
        Ok((history, path.display().to_string()))
    }

    fn as_of(&self, until: Option<u64>) -> Result<InForce, Failure> {
        let (history, whose) = self.history()?;
        history.as_of(until.map(Sequence::new), &whose)
    }

    /// `default`, a sequence, or a path.
    fn named(&self, name: &str) -> Result<InForce, Failure> {
        match name.parse::<u64>() {
            Ok(sequence) => self.as_of(Some(sequence)),
            Err(_) if name == "default" => rules::from_default(),
            Err(_) => {
                let path = PathBuf::from(name);
                if !path.exists() {
                    let sentence = format!(
                        "{name} is neither a sequence, nor `default`, nor a file or folder"
                    );
                    return Err(Failure::saying(Exit::Usage, sentence));
                }
                rules::from_files(&path)
            }
        }
    }
}

/// Runs `cinnabar rulebook`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Show(show) => {
            let rules = show.ledger.as_of(show.as_of)?;
            match show.json {
                true => out::json(&show::json(&rules)),
                false => show::show(&rules),
            }
        }
        Command::Diff(diff) => {
            let before = diff.ledger.named(&diff.before)?;
            let after = diff.ledger.named(&diff.after)?;
            let changes = rules::compare(&before.whole, &after.whole);
            match diff.json {
                true => out::json(&changes),
                false => tell(&changes),
            }
        }
    }
}

fn tell(changes: &[Change]) -> Result<(), Failure> {
    if changes.is_empty() {
        return out::line("no difference");
    }
    for change in changes {
        match change {
            Change::Added { list, key, value } => {
                out::line(format_args!("+ {list} {key}: {value}"))?
            }
            Change::Removed { list, key, value } => {
                out::line(format_args!("- {list} {key}: {value}"))?;
            }
            Change::Changed { list, key, members } => {
                out::line(format_args!("~ {list} {key}"))?;
                for (pointer, old, new) in members {
                    out::line(format_args!(
                        "    {pointer}: {} -> {}",
                        or_none(old),
                        or_none(new)
                    ))?;
                }
            }
        }
    }
    Ok(())
}

fn or_none(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value.to_string(),
    }
}
