//! `cinnabar receipt`: look at a receipt, check it offline, or ask for it again.

mod refresh;

use std::path::PathBuf;

use cinnabar_events::Receipt;
use cinnabar_events::receipt::MAX_RECEIPT_BYTES;
use cinnabar_tlog::VerifierKey;
use serde_json::json;

use super::refusal;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access};
use crate::intake::{Answer, Intake};
use crate::out::{self, reasons};
use crate::profile::ProfileArg;
use crate::statement::show;

/// Arguments of `cinnabar receipt`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cinnabar receipt show 0193….receipt.json\n  cinnabar receipt verify 0193….receipt.json --log-key VKEY"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Show what a receipt is for. Verifies nothing.
    #[command(after_help = "Example:\n  cinnabar receipt show 0193….receipt.json")]
    Show(Show),
    /// Check a receipt offline: the entry is in the log, the log signed for it, its authors signed it.
    #[command(
        after_help = "Example:\n  cinnabar receipt verify 0193….receipt.json --log-key ledger.example.org/ai+1a2b3c4d+AQ…"
    )]
    Verify(Box<Verify>),
    /// Ask the ledger for the receipt of an entry again, under its newest checkpoint.
    #[command(after_help = "Example:\n  cinnabar receipt get 17 --out 17.receipt.json")]
    Get(Get),
    /// Get the same receipt with the witnesses' cosignatures, and the time-stamps beside it. Contradictions raise an alarm.
    #[command(
        after_help = "Example:\n  cinnabar receipt refresh 0193….receipt.json\n  cinnabar receipt refresh --stamped 0193….receipt.json --witness-policy policy"
    )]
    Refresh(refresh::Refresh),
}

#[derive(Clone, Debug, clap::Args)]
struct Show {
    /// The receipt; - for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the entry's exact bytes.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Debug, clap::Args)]
struct Verify {
    /// The receipts; - for standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The log's verifier key; the profile's if absent.
    #[arg(long, value_name = "VKEY")]
    log_key: Option<VerifierKey>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArg,
}

#[derive(Clone, Debug, clap::Args)]
struct Get {
    /// Which entry.
    #[arg(value_name = "SEQUENCE")]
    sequence: u64,
    /// Where to keep it; <sequence>.receipt.json if absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    profile: ProfileArg,
}

/// Runs `cinnabar receipt`.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::Show(args) => show_receipt(&args),
        Command::Verify(args) => verify(&args),
        Command::Get(args) => get(&args).await,
        Command::Refresh(args) => refresh::run(&args),
    }
}

fn load(path: &std::path::Path) -> Result<Receipt, Failure> {
    // Editors leave a line end; the receipt has none.
    let bytes = files::read(path, MAX_RECEIPT_BYTES + 1).or_fail(Exit::Usage)?;
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let name = path.display().to_string();
    Receipt::parse(bytes).or_fail_while(Exit::Malformed, || format!("{name} is not a receipt"))
}

fn show_receipt(args: &Show) -> Result<(), Failure> {
    let receipt = load(&args.file)?;
    let entry = receipt.entry();
    if args.json {
        return out::bytes_line(entry.bytes());
    }
    out::line(format_args!("{:<12} {}", "sequence", entry.seq()))?;
    out::line(format_args!("{:<12} {}", "time", entry.time()))?;
    out::line(format_args!("{:<12} {}", "hash", entry.hash()))?;
    let signed = entry.signed();
    out::line(show(signed.statement(), signed.bytes(), signed.signatures()).trim_end())?;
    out::line("(not verified; `cinnabar receipt verify` does)")
}

fn verify(args: &Verify) -> Result<(), Failure> {
    let key = match &args.log_key {
        Some(key) => key.clone(),
        None => args.profile.load()?.verifier_key(),
    };
    let mut refused = 0;
    for path in &args.files {
        let receipt = load(path)?;
        let entry = receipt.entry();
        let outcome = receipt.verify(&key);
        let checkpoint = outcome.as_ref().ok();
        if args.json {
            out::json(&json!({
                "file": path, "verified": checkpoint.is_some(),
                "reason": outcome.as_ref().err().map(|error| reasons(error)),
                "sequence": entry.seq(), "hash": entry.hash(), "time": entry.time(),
                "origin": checkpoint.map(|checkpoint| checkpoint.origin.to_string()),
                "size": checkpoint.map(|checkpoint| checkpoint.size.get()),
            }))?;
        }
        match &outcome {
            Ok(checkpoint) if !args.json => out::line(format_args!(
                "{}: verified: entry {} of {}, recorded {}, under the checkpoint of size {}",
                path.display(),
                entry.seq(),
                checkpoint.origin,
                entry.time(),
                checkpoint.size
            ))?,
            Ok(_) => {}
            Err(error) => {
                refused += 1;
                if !args.json {
                    out::line(format_args!(
                        "{}: NOT VERIFIED: {}",
                        path.display(),
                        reasons(error)
                    ))?;
                }
            }
        }
    }
    if refused > 0 {
        Err(Failure::quiet(Exit::NotVerified))
    } else {
        Ok(())
    }
}

async fn get(args: &Get) -> Result<(), Failure> {
    let profile = args.profile.load()?;
    let client = Intake::connect(&profile).await?;
    let bytes = match client
        .receipt(args.sequence)
        .await
        .map_err(|error| Failure::new(error.exit(), error))?
    {
        Answer::Recorded { receipt, .. } => receipt,
        Answer::Refused(problem) => return Err(refusal::tell(&problem, false)),
        Answer::Admissible => {
            return Err(Failure::saying(
                Exit::NotVerified,
                "the ledger gave no receipt",
            ));
        }
    };
    let path = args
        .out
        .clone()
        .unwrap_or_else(|| format!("{}.receipt.json", args.sequence).into());
    files::replace(&path, &bytes, Access::Public).or_fail(Exit::Usage)?;
    let receipt =
        Receipt::parse(&bytes).or_fail_while(Exit::NotVerified, || "the answer is no receipt")?;
    receipt
        .verify(&profile.verifier_key())
        .or_fail_while(Exit::NotVerified, || "the receipt does not verify")?;
    if receipt.entry().seq().get() != args.sequence {
        return Err(Failure::saying(
            Exit::NotVerified,
            "the receipt is for another entry",
        ));
    }
    out::line(format_args!("{} (verified)", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::Log;

    fn verified(bytes: &[u8], log_key: VerifierKey) -> Option<Exit> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.receipt.json");
        std::fs::write(&path, bytes).unwrap();
        let profile = ProfileArg {
            profile: dir.path().join("none.toml"),
        };
        let args = Verify {
            files: vec![path],
            log_key: Some(log_key),
            json: false,
            profile,
        };
        verify(&args).err().map(|failure| failure.exit())
    }

    #[test]
    fn a_receipt_is_verified_offline_with_the_log_key_alone() {
        let log = Log::example();
        let bytes = log.receipt(2).to_bytes();
        assert_eq!(verified(&bytes, log.key()), None);
        assert_eq!(verified(&[&bytes[..], b"\n"].concat(), log.key()), None);
    }

    #[test]
    fn a_receipt_under_another_key_or_for_another_entry_is_not_verified() {
        let log = Log::example();
        let bytes = log.receipt(2).to_bytes();
        let other = "ledger.example.org/ai-register".parse().unwrap();
        let other = cinnabar_tlog::NoteSigner::from_seed(other, &[8; 32]);
        let other = VerifierKey::parse(&other.verifier().to_string()).unwrap();
        assert_eq!(verified(&bytes, other), Some(Exit::NotVerified));
        let text = String::from_utf8(bytes).unwrap();
        let changed = text.replace("index 2", "index 3");
        assert_ne!(text, changed);
        assert_eq!(
            verified(changed.as_bytes(), log.key()),
            Some(Exit::NotVerified)
        );
        assert_eq!(verified(b"{}", log.key()), Some(Exit::Malformed));
    }
}
