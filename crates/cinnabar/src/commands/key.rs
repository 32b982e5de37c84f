//! `cinnabar key`: make, show and protect actors' keys.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use serde_json::json;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::keys::{self, Agent, KeyInfo};
use crate::out::{self, Plain};

/// Arguments of `cinnabar key`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cinnabar key new li.key --comment \"Li, registrar\"\n  cinnabar key show li.key"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Make a new key: FILE (mode 0600) and FILE.pub.
    #[command(after_help = "Example:\n  cinnabar key new li.key --comment \"Li, registrar\"")]
    New(New),
    /// Show the public half of a key file. Needs no passphrase.
    #[command(after_help = "Example:\n  cinnabar key show li.key --json")]
    Show(Show),
    /// Give a key file another passphrase, or none.
    #[command(after_help = "Example:\n  cinnabar key passphrase li.key")]
    Passphrase(Passphrase),
    /// List the keys in the ssh-agent that can sign.
    #[command(after_help = "Example:\n  ssh-add li.key && cinnabar key list-agent")]
    ListAgent(ListAgent),
}

#[derive(Clone, Debug, clap::Args)]
struct New {
    /// Where to keep the key; must not exist.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A remark, kept in the file: whose it is.
    #[arg(long, default_value = "")]
    comment: String,
    /// Ask for no passphrase. Without a terminal none is asked for either.
    #[arg(long, conflicts_with = "passphrase_file")]
    no_passphrase: bool,
    /// A private file whose first line is the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, clap::Args)]
struct Show {
    /// The key file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, clap::Args)]
struct Passphrase {
    /// The key file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A private file whose first line is the passphrase so far; asked for if absent.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// A private file whose first line is the new passphrase; asked for if absent.
    #[arg(long, value_name = "FILE", conflicts_with = "no_passphrase")]
    new_passphrase_file: Option<PathBuf>,
    /// Take the passphrase away.
    #[arg(long)]
    no_passphrase: bool,
}

#[derive(Clone, Debug, clap::Args)]
struct ListAgent {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs `cinnabar key`.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::New(args) => new(&args),
        Command::Show(args) => show(&keys::inspect(&args.file).or_fail(Exit::Usage)?, args.json),
        Command::Passphrase(args) => passphrase(&args),
        Command::ListAgent(args) => list_agent(args.json),
    }
}

fn new(args: &New) -> Result<(), Failure> {
    let passphrase = match &args.passphrase_file {
        Some(path) => Some(keys::from_file(path).or_fail(Exit::Usage)?),
        None if args.no_passphrase || !std::io::stdin().is_terminal() => None,
        None => keys::ask_new().or_fail(Exit::Usage)?,
    };
    let info = keys::create(&args.file, &args.comment, passphrase.as_ref()).or_fail(Exit::Usage)?;
    if passphrase.is_none() {
        out::note(format!(
            "No passphrase protects {0}; `cinnabar key passphrase {0}` gives it one.",
            args.file.display()
        ));
    }
    // `inspect` would say so too; the file was just written.
    show(
        &KeyInfo {
            encrypted: passphrase.is_some(),
            ..info
        },
        args.json,
    )
}

fn show(info: &KeyInfo, json: bool) -> Result<(), Failure> {
    if json {
        return out::json(&json!({
            "key": info.public, "openssh": info.openssh, "comment": info.comment, "passphrase": info.encrypted,
        }));
    }
    out::line(format_args!("key         {}", info.public))?;
    out::line(format_args!("openssh     {}", Plain(&info.openssh)))?;
    out::line(format_args!(
        "passphrase  {}",
        if info.encrypted { "yes" } else { "no" }
    ))
}

fn passphrase(args: &Passphrase) -> Result<(), Failure> {
    let old = || match &args.passphrase_file {
        Some(path) => keys::from_file(path),
        None => keys::ask("Passphrase so far: "),
    };
    let new = || match &args.new_passphrase_file {
        _ if args.no_passphrase => Ok(None),
        Some(path) => keys::from_file(path).map(Some),
        None => keys::ask_new(),
    };
    keys::set_passphrase(&args.file, old, new).or_fail(Exit::Usage)?;
    let now = if keys::inspect(&args.file).or_fail(Exit::Usage)?.encrypted {
        "a"
    } else {
        "no"
    };
    out::line(format_args!(
        "{} has {now} passphrase now",
        args.file.display()
    ))
}

fn list_agent(json: bool) -> Result<(), Failure> {
    let held = Agent::from_environment()
        .and_then(|mut agent| agent.list())
        .or_fail(Exit::Usage)?;
    if json {
        let list: Vec<_> = held
            .iter()
            .map(|key| json!({ "key": key.public, "comment": key.comment }))
            .collect();
        return out::json(&list);
    }
    if held.is_empty() {
        out::note("The ssh-agent has no Ed25519 key; add one with `ssh-add FILE`.");
    }
    held.iter()
        .try_for_each(|key| out::line(format_args!("{}  {}", key.public, Plain(&key.comment))))
}
