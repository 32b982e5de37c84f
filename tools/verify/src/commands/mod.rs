//! The subcommands: one document each, or two against one another.

mod denounce;
mod documents;
mod dossier;
mod exhibit;

use std::error::Error;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use cinnabar_evidence::Trust;
use cinnabar_tlog::VerifierKey;
use serde::Serialize;

use crate::outcome::Outcome;

/// What to do with one document or two, instead of a whole ledger.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Denounce(denounce::Args),
    Evidence(documents::EvidenceArgs),
    Bundle(documents::BundleArgs),
    Dossier(dossier::Args),
    Receipt(documents::ReceiptArgs),
    Dsse(documents::DsseArgs),
}

/// Whom to believe.
#[derive(Debug, clap::Args)]
struct TrustArgs {
    /// The log's verifier key, `<name>+<id>+<base64>`, from somebody whom you trust. Several if it was rotated.
    #[arg(long, value_name = "VKEY", required = true, value_parser = crate::args::any_key)]
    log_key: Vec<VerifierKey>,
    /// The key of a witness that you know: its cosignature is shown if it verifies, and refused if it doesn't.
    #[arg(long, value_name = "VKEY", value_parser = crate::args::any_key)]
    witness: Vec<VerifierKey>,
}

/// How to answer.
#[derive(Debug, clap::Args)]
struct FormArgs {
    /// Prints the answer as JSON.
    #[arg(long)]
    json: bool,
}

/// What a subcommand comes to.
struct Answer {
    outcome: Outcome,
    json: serde_json::Value,
    text: String,
}

impl Answer {
    /// An answer in both forms.
    fn new<T: Serialize + fmt::Display>(outcome: Outcome, what: &T) -> Self {
        Self {
            outcome,
            json: serde_json::to_value(what).expect("answers are plain data"),
            text: what.to_string(),
        }
    }

    /// Nothing was found out, for this reason.
    fn undecided(reason: impl fmt::Display) -> Self {
        let reason = reason.to_string();
        Self {
            outcome: Outcome::Undecided,
            text: format!("cannot decide: {reason}\n"),
            json: serde_json::json!({ "outcome": "undecided", "reason": reason }),
        }
    }

    /// The command line makes no sense.
    fn usage(reason: impl fmt::Display) -> Self {
        Self {
            outcome: Outcome::Usage,
            ..Self::undecided(reason)
        }
    }
}

impl Command {
    /// Does it, and prints the answer.
    pub(crate) fn run(&self) -> Outcome {
        let (answer, form) = match self {
            Self::Denounce(args) => (denounce::run(args), &args.form),
            Self::Evidence(args) => (documents::evidence(args), &args.form),
            Self::Bundle(args) => (documents::bundle(args), &args.form),
            Self::Dossier(args) => (dossier::run(args), &args.form),
            Self::Receipt(args) => (documents::receipt(args), &args.form),
            Self::Dsse(args) => (documents::dsse(args), &args.form),
        };
        match print(&answer, form.json) {
            Ok(()) => answer.outcome,
            // Whoever reads closed the pipe: the exit code still tells.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => answer.outcome,
            Err(error) => {
                eprintln!("the answer can't be written: {error}");
                Outcome::Bug
            }
        }
    }
}

fn print(answer: &Answer, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &answer.json)?;
        writeln!(out)?;
    } else {
        // What stands in a document may have been chosen to be obeyed by a terminal.
        let plain = |char: char| match char {
            '\n' => char,
            char if char.is_control() => char::REPLACEMENT_CHARACTER,
            char => char,
        };
        let text: String = answer.text.chars().map(plain).collect();
        out.write_all(text.as_bytes())?;
    }
    out.flush()
}

impl TrustArgs {
    fn trust(&self) -> Result<Trust, Answer> {
        Trust::new(self.log_key.clone(), self.witness.clone()).map_err(Answer::usage)
    }
}

/// Reads a file, at most `limit` bytes and one more, so that who parses it sees that it is too long.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Answer> {
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Answer::undecided(format_args!(
            "{} can't be read: {error}",
            path.display()
        ))),
    }
}

/// An error with all that it comes from, in one line.
pub(crate) fn reasons(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // A string takes whatever is written to it.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
