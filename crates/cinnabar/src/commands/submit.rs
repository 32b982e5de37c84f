//! `cinnabar submit`: say something to the ledger and keep the receipt.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cinnabar_events::{Kind, Receipt};
use cinnabar_ledger::confidential::OPENINGS_MAX_BYTES;
use serde_json::json;

use super::refusal;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access};
use crate::intake::{Answer, Ask, Intake, exit_for};
use crate::keys::KeyArgs;
use crate::out;
use crate::profile::{Profile, ProfileArg};
use crate::statement::{Drafted, Openings, STATEMENT_SUFFIX, StatementArgs, StatementFile};

/// How long to go on asking a ledger that is busy or changes its writer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Arguments of `cinnabar submit`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar submit product.submitted --subject product/triage --concerns organisation/acme \\
      --data organisation=acme name=\"Triage assistant\" route=disclosure facts.fields=healthcare \\
      --as lin:enterprise_filer@acme --key lin.key
  cinnabar submit triage.statement
  cinnabar submit organisation.registered --subject organisation/acme --data name=Acme organisationKind=enterprise \\
      --confidential /contact='Lin Hua, +86 755 0000' --person /contact='Lin Hua' --as li:registrar --key li.key
  cinnabar submit product.submitted --subject product/old-17 --concerns organisation/acme --data organisation=acme \\
      name=Old --migrated city-register:17 --as wu:migrator --key wu.key

A statement file with commitments is sent with the openings that lie beside it as <id>.openings.json.
What `disclosure.used` asks to see is printed after the receipt is verified; that it was seen is on the ledger.")]
pub(crate) struct Args {
    /// What kind of statement (`cinnabar kinds` lists them), or a statement file that everybody has signed.
    #[arg(value_name = "KIND|FILE")]
    what: String,
    #[command(flatten)]
    statement: StatementArgs,
    #[command(flatten)]
    keys: KeyArgs,
    /// Only ask whether it would be recorded now.
    #[arg(long)]
    dry_run: bool,
    /// Where to keep the receipt: a file, or a folder that exists; <id>.receipt.json if absent.
    #[arg(long, value_name = "PATH")]
    receipt: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArg,
}

/// What is about to be sent.
struct Outgoing {
    file: StatementFile,
    /// Where the statement was read from; none if it was just made.
    source: Option<PathBuf>,
    /// What opens the commitments of a statement that was just made.
    openings: Option<Openings>,
}

/// Files that are kept until there is an answer, so that the same bytes can be sent again: they are recorded once.
struct Kept {
    statement: PathBuf,
    openings: Option<PathBuf>,
    /// Whether the statement's file was given, and stays.
    given: bool,
}

impl Kept {
    /// The statement is recorded: the receipt holds it.
    fn recorded(self) {
        if !self.given {
            let _ = std::fs::remove_file(self.statement);
        }
    }

    /// The statement will never be recorded as it is, so nothing will ever ask for its openings.
    fn refused(self) {
        if let Some(openings) = &self.openings {
            let _ = std::fs::remove_file(openings);
        }
        self.recorded();
    }
}

/// Runs `cinnabar submit`.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let profile = args.profile.load()?;
    let outgoing = prepare(&args, &profile)?;
    let request = complete(&outgoing.file)?;
    if outgoing.file.statement().ledger != Some(profile.ledger) {
        let sentence = format!(
            "the statement was signed for another ledger than the profile's, {}",
            profile.ledger
        );
        return Err(Failure::saying(Exit::Usage, sentence));
    }
    if args.dry_run {
        let intake = Intake::connect(&profile).await?;
        return dry_run(&intake, &request, args.json).await;
    }
    let receipt_path = receipt_path(args.receipt.as_deref(), &outgoing.file);
    let kept = keep(&outgoing, &receipt_path)?;
    let again = format!(
        "`cinnabar submit {}` asks again, safely",
        kept.statement.display()
    );
    let intake = Intake::connect(&profile)
        .await
        .inspect_err(|_| out::note(format!("Not sent; {again}.")))?;
    let request = beside(request, &kept, &outgoing)?;
    let answer = intake.ask(Ask::Record, &request, PATIENCE).await;
    let answer = answer.map_err(|error| {
        let exit = error.exit();
        let doing = format!("not known to be recorded; {again}");
        Failure::new(exit, anyhow::Error::new(error).context(doing))
    })?;
    match answer {
        Answer::Recorded {
            receipt,
            again,
            openings: shown,
        } => {
            let told = keep_receipt(&receipt, &receipt_path, &outgoing.file, &profile)?;
            if let Some(openings) = &kept.openings {
                tell_openings(openings);
            }
            kept.recorded();
            let shown = shown.as_deref().map(read_shown).transpose()?;
            tell(&told, &receipt_path, again, shown, args.json)
        }
        Answer::Refused(problem) => {
            if exit_for(&problem) == Exit::Unreachable {
                out::note(format!("Not recorded now; {again}."));
            } else {
                kept.refused();
            }
            Err(refusal::tell(&problem, args.json))
        }
        Answer::Admissible => Err(Failure::saying(
            Exit::NotVerified,
            "the ledger gave no receipt",
        )),
    }
}

/// The request with what opens the statement's commitments, for the vault: just made, or kept when it was signed.
fn beside(mut request: Vec<u8>, kept: &Kept, outgoing: &Outgoing) -> Result<Vec<u8>, Failure> {
    let statement = outgoing.file.statement();
    if statement.commitments.is_empty() {
        return Ok(request);
    }
    let folder = kept.statement.parent().unwrap_or(Path::new(""));
    let signed_with = folder.join(Openings::file_name(statement.id));
    let path = kept.openings.as_ref().unwrap_or(&signed_with);
    let openings = files::read(path, OPENINGS_MAX_BYTES);
    let doing = || {
        format!(
            "the statement has commitments; what opens them should be in {}",
            path.display()
        )
    };
    request.push(b'\n');
    request.extend_from_slice(&openings.or_fail_while(Exit::Usage, doing)?);
    Ok(request)
}

/// Says where else the confidential values are, now that the vault has them.
fn tell_openings(path: &Path) {
    out::note(format!(
        "Confidential values and their salts are in the institution's vault, and in {}: yours to keep or to delete.",
        path.display()
    ));
}

/// The confidential values that the statement asked to see. That it did is on the ledger.
fn read_shown(shown: &[u8]) -> Result<serde_json::Value, Failure> {
    serde_json::from_slice(shown)
        .or_fail_while(Exit::NotVerified, || "what the vault showed can't be read")
}

async fn dry_run(intake: &Intake, request: &[u8], json: bool) -> Result<(), Failure> {
    let answer = intake.ask(Ask::Check, request, PATIENCE).await;
    let answer = answer.map_err(|error| Failure::new(error.exit(), error))?;
    match answer {
        Answer::Admissible if json => out::json(&json!({ "admissible": true })),
        Answer::Admissible => out::line("admissible: it would be recorded now (nothing was)"),
        Answer::Refused(problem) => Err(refusal::tell(&problem, json)),
        Answer::Recorded { .. } => Err(Failure::saying(
            Exit::NotVerified,
            "the ledger says that it recorded a dry run",
        )),
    }
}

/// Makes the statement, or reads it from its file.
fn prepare(args: &Args, profile: &Profile) -> Result<Outgoing, Failure> {
    if let Ok(kind) = args.what.parse::<Kind>() {
        let Drafted { mut file, openings } = args.statement.draft(kind, profile.ledger)?;
        for key in args.keys.open()? {
            file.sign(&key).or_fail(Exit::Usage)?;
        }
        return Ok(Outgoing {
            file,
            source: None,
            openings,
        });
    }
    let path = PathBuf::from(&args.what);
    if !path.exists() && !args.what.ends_with(STATEMENT_SUFFIX) {
        let sentence = format!(
            "{:?} is neither a kind (`cinnabar kinds` lists them) nor a statement file",
            args.what
        );
        return Err(Failure::saying(Exit::Usage, sentence));
    }
    if !args.statement.is_empty() || !args.keys.is_empty() {
        let sentence = "a statement file says everything already; sign it with `cinnabar cosign`";
        return Err(Failure::saying(Exit::Usage, sentence));
    }
    let file = StatementFile::load(&path).or_fail(Exit::Malformed)?;
    Ok(Outgoing {
        file,
        source: Some(path),
        openings: None,
    })
}

/// The request, if everybody has signed.
fn complete(file: &StatementFile) -> Result<Vec<u8>, Failure> {
    let doing = || "not everybody has signed: use `cinnabar sign` and `cinnabar cosign`, or name one --key for each --as";
    Ok(file
        .signed()
        .or_fail_while(Exit::Usage, doing)?
        .to_request())
}

/// Keeps what is about to be sent, and what opens its commitments beside the receipt to come.
fn keep(outgoing: &Outgoing, receipt: &Path) -> Result<Kept, Failure> {
    let openings = match &outgoing.openings {
        Some(openings) => {
            let folder = receipt.parent().unwrap_or(Path::new(""));
            Some(openings.keep(folder).or_fail(Exit::Usage)?)
        }
        None => None,
    };
    if let Some(source) = &outgoing.source {
        return Ok(Kept {
            statement: source.clone(),
            openings,
            given: true,
        });
    }
    let name = format!("{}{STATEMENT_SUFFIX}", outgoing.file.statement().id);
    let statement = receipt.with_file_name(name);
    outgoing.file.replace(&statement).or_fail(Exit::Usage)?;
    Ok(Kept {
        statement,
        openings,
        given: false,
    })
}

fn receipt_path(given: Option<&Path>, file: &StatementFile) -> PathBuf {
    let name = format!("{}.receipt.json", file.statement().id);
    match given {
        Some(folder) if folder.is_dir() => folder.join(name),
        Some(path) => path.to_owned(),
        None => name.into(),
    }
}

/// Verifies the receipt and keeps it. It is kept first: also one that does not verify is evidence.
fn keep_receipt(
    bytes: &[u8],
    path: &Path,
    file: &StatementFile,
    profile: &Profile,
) -> Result<Receipt, Failure> {
    files::replace(path, bytes, Access::Public).or_fail(Exit::Usage)?;
    let name = path.display().to_string();
    let receipt = Receipt::parse(bytes).or_fail_while(Exit::NotVerified, || {
        format!("the answer, kept in {name}, is no receipt")
    })?;
    receipt
        .verify(&profile.verifier_key())
        .or_fail_while(Exit::NotVerified, || {
            format!("the receipt, kept in {name}, does not verify")
        })?;
    if receipt.entry().signed().bytes() != file.statement_bytes() {
        let sentence = format!("the receipt, kept in {name}, is for another statement");
        return Err(Failure::saying(Exit::NotVerified, sentence));
    }
    Ok(receipt)
}

fn tell(
    receipt: &Receipt,
    path: &Path,
    again: bool,
    shown: Option<serde_json::Value>,
    json: bool,
) -> Result<(), Failure> {
    let entry = receipt.entry();
    if json {
        let mut told = json!({
            "sequence": entry.seq(), "time": entry.time(), "hash": entry.hash(), "id": entry.statement().id,
            "kind": entry.statement().kind().as_str(), "subject": entry.statement().subject,
            "again": again, "receipt": path,
        });
        if let Some(shown) = shown {
            told["openings"] = shown;
        }
        return out::json(&told);
    }
    out::line(if again {
        "recorded before; this is the same entry"
    } else {
        "recorded"
    })?;
    out::line(format_args!("  sequence  {}", entry.seq()))?;
    out::line(format_args!("  time      {}", entry.time()))?;
    out::line(format_args!("  hash      {}", entry.hash()))?;
    out::line(format_args!("  receipt   {} (verified)", path.display()))?;
    for opening in shown.iter().flat_map(values) {
        let value = &opening["value"];
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let pointer = opening["pointer"].as_str().unwrap_or_default();
        out::line(format_args!(
            "  {}  {}",
            out::Plain(pointer),
            out::Plain(&text)
        ))?;
    }
    Ok(())
}

/// Each opening of the statements whose values are shown.
fn values(shown: &serde_json::Value) -> impl Iterator<Item = &serde_json::Value> {
    let statements = shown.as_array().into_iter().flatten();
    statements.flat_map(|one| one["openings"].as_array().into_iter().flatten())
}
