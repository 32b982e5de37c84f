//! `cinnabar import`: take an older register over. Everything but keys and the network is in [`crate::import`].

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cinnabar_events::Signed;
use serde_json::json;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::io_error;
use crate::import::{
    Author, Count, HaltCause, Halted, IN_FLIGHT, Mapping, Outcome, RejectFile, Submit, Tally, bar,
    run as take_over,
};
use crate::intake::{Answer, Ask, Intake, NoAnswer, exit_for};
use crate::keys::{Key, KeyArgs, SignError};
use crate::out;
use crate::profile::ProfileArg;
use crate::statement::Claim;

/// How long to go on asking a ledger that is busy, or changes its writer, before the import stops.
const PATIENCE: Duration = Duration::from_secs(120);

/// Arguments of `cinnabar import`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar import nl-register.toml changes.jsonl --key wu.key --as wu:migrator

Running it again records nothing twice; after a stop it goes on where it was. Ends with exit code 3 if rows were rejected.")]
pub(crate) struct Args {
    /// How rows become statements.
    #[arg(value_name = "MAPPING")]
    mapping: PathBuf,
    /// The older register: CSV or JSON lines, as the mapping says.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Who takes it over, as what.
    #[arg(long = "as", value_name = "ACTOR:ROLE[@ORGANISATION]")]
    claim: Claim,
    #[command(flatten)]
    keys: KeyArgs,
    /// Where to put rows that could not be used, with the reason; FILE.rejected.jsonl in the current folder if absent.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// How many statements may be under way at once.
    #[arg(long, value_name = "N", default_value_t = IN_FLIGHT, value_parser = in_flight)]
    in_flight: usize,
    /// Print the counts as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArg,
}

/// The writer's queue has some thousand places, and others use it too.
fn in_flight(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|number| (1..=1024).contains(number))
        .ok_or_else(|| "not a number from 1 to 1024".to_owned())
}

/// Signs with one key and submits over NATS.
struct Submitter {
    intake: Intake,
    key: Arc<Key>,
}

/// Why the import can't go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    /// The key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// Nobody answers.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// The ledger stays busy.
    #[error("the ledger is busy and stays so: {0}")]
    Busy(String),
    /// An answer that makes no sense.
    #[error("the ledger answered a submission with something else than a receipt or a refusal")]
    Answer,
}

impl Submit for Submitter {
    type Stopped = Stopped;

    async fn submit(&self, statement: Vec<u8>) -> Result<Outcome, Stopped> {
        let (key, bytes) = (Arc::clone(&self.key), statement.clone());
        let signature = match &*key {
            Key::File(_) => key.sign_statement(&bytes)?,
            // An agent is asked over a socket, one question at a time.
            Key::Agent(_) => {
                let signing = tokio::task::spawn_blocking(move || key.sign_statement(&bytes));
                signing
                    .await
                    .unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?
            }
        };
        let request = match Signed::new(statement, vec![signature]) {
            Ok(signed) => signed.to_request(),
            Err(malformed) => {
                return Ok(Outcome::Rejected {
                    code: malformed.code().to_owned(),
                    detail: malformed.to_string(),
                });
            }
        };
        match self.intake.ask(Ask::Record, &request, PATIENCE).await? {
            Answer::Recorded { again: true, .. } => Ok(Outcome::AlreadyThere),
            Answer::Recorded { again: false, .. } => Ok(Outcome::Recorded),
            Answer::Refused(problem) if exit_for(&problem) == Exit::Unreachable => {
                Err(Stopped::Busy(problem.detail))
            }
            Answer::Refused(problem) => Ok(Outcome::Rejected {
                code: problem.code,
                detail: problem.detail,
            }),
            Answer::Admissible => Err(Stopped::Answer),
        }
    }
}

/// Runs `cinnabar import`.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let profile = args.profile.load()?;
    let mapping = Mapping::load(&args.mapping).or_fail(Exit::Usage)?;
    let key = Arc::new(args.keys.open_one()?);
    let file = File::open(&args.file)
        .map_err(|error| Failure::new(Exit::Usage, io_error("open", &args.file)(error)))?;
    let length = file.metadata().map(|meta| meta.len()).unwrap_or(0);
    let rows = mapping
        .read(BufReader::new(file))
        .or_fail_while(Exit::Usage, || "cannot read the register")?;
    let rejects_path = args
        .rejects
        .clone()
        .unwrap_or_else(|| default_rejects(&args.file));
    if [&args.file, &args.mapping]
        .into_iter()
        .any(|path| is_same(path, &rejects_path))
    {
        let sentence = "--rejects names a file that is read here; it would be overwritten";
        return Err(Failure::saying(Exit::Usage, sentence));
    }
    let rejects = File::create(&rejects_path)
        .map_err(|error| Failure::new(Exit::Usage, io_error("create", &rejects_path)(error)))?;
    let mut rejects = RejectFile::new(BufWriter::new(rejects));
    let submitter = Submitter {
        intake: Intake::connect(&profile).await?,
        key,
    };
    let author = Author {
        ledger: profile.ledger,
        signer: args.claim.0.clone(),
    };
    let progress = bar(length);
    let outcome = take_over(
        rows,
        &author,
        Arc::new(submitter),
        args.in_flight,
        &mut rejects,
        |tally, bytes| {
            progress.set_position(bytes);
            let Count {
                recorded,
                already_there,
                rejected,
                ..
            } = tally.statements;
            progress.set_message(format!(
                "{recorded} recorded, {already_there} already there, {rejected} rejected"
            ));
        },
    )
    .await;
    progress.finish_and_clear();
    end(outcome, &rejects_path, args.json)
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

fn default_rejects(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".rejected.jsonl");
    name.into()
}

fn end(outcome: Result<Tally, Halted<Stopped>>, rejects: &Path, json: bool) -> Result<(), Failure> {
    match outcome {
        Ok(tally) => {
            tell(&tally, rejects, json)?;
            if tally.rows.rejected > 0 {
                out::note(format!(
                    "{} rejected rows are in {}",
                    tally.rows.rejected,
                    rejects.display()
                ));
                return Err(Failure::quiet(Exit::Refused));
            }
            // An empty reject file says nothing that the counts don't.
            let _ = std::fs::remove_file(rejects);
            Ok(())
        }
        Err(halted) => {
            tell(&halted.tally, rejects, json)?;
            let exit = match &halted.cause {
                HaltCause::Unreadable(_) | HaltCause::RejectFile(_) => Exit::Usage,
                HaltCause::Stopped(Stopped::NoAnswer(error)) => error.exit(),
                HaltCause::Stopped(Stopped::Sign(_)) => Exit::Usage,
                HaltCause::Stopped(Stopped::Busy(_) | Stopped::Answer) => Exit::Unreachable,
            };
            Err(Failure::new(
                exit,
                anyhow::Error::new(halted).context("stopped; running it again goes on from here"),
            ))
        }
    }
}

fn tell(tally: &Tally, rejects: &Path, json: bool) -> Result<(), Failure> {
    if !json {
        return out::line(tally.to_string().trim_end());
    }
    let count = |count: Count| {
        let Count {
            read,
            recorded,
            already_there,
            rejected,
        } = count;
        json!({ "read": read, "recorded": recorded, "alreadyThere": already_there, "rejected": rejected })
    };
    out::json(&json!({
        "rows": count(tally.rows), "statements": count(tally.statements), "reasons": tally.reasons,
        "notes": tally.notes, "rejects": (tally.rows.rejected > 0).then_some(rejects),
    }))
}
