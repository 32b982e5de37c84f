//! One document by itself: evidence, a bundle, a receipt, an envelope.

use std::fmt;
use std::path::{Path, PathBuf};

use cinnabar_events::receipt::MAX_RECEIPT_BYTES;
use cinnabar_events::{Entry, LedgerId, Receipt, Statement};
use cinnabar_evidence::{
    Cosigned, Envelope, MAX_BUNDLE_BYTES, MAX_ENVELOPE_BYTES, MAX_EVIDENCE_BYTES, NotAnEnvelope,
    Outcome as Shown, Trust, verify_bundle, verify_evidence,
};
use cinnabar_tlog::{Checkpoint, MAX_ENTRY_BYTES, TlogProof};
use serde::Serialize;

use super::exhibit::{beside, entry_bytes};
use super::{Answer, FormArgs, TrustArgs, read, reasons};
use crate::outcome::Outcome;

/// Verifies that an evidence file proves what it claims: that the log told two stories.
#[derive(Debug, clap::Args)]
#[command(after_help = Outcome::table())]
pub(crate) struct EvidenceArgs {
    /// The evidence file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    pub(super) form: FormArgs,
}

/// Verifies one decision: the entry, who signed it, with which keys, and what became of these.
#[derive(Debug, clap::Args)]
#[command(after_help = Outcome::table())]
pub(crate) struct BundleArgs {
    /// The bundle.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    trust: TrustArgs,
    /// The ledger's id, `blake3:<64 hex>`.
    #[arg(long, value_name = "ID")]
    ledger: LedgerId,
    #[command(flatten)]
    pub(super) form: FormArgs,
}

/// Verifies a receipt: the log has the entry at its place, and its authors signed it.
#[derive(Debug, clap::Args)]
#[command(after_help = Outcome::table())]
pub(crate) struct ReceiptArgs {
    /// The receipt; or a tlog-proof, with its entry beside it (`FILE.entry`).
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    pub(super) form: FormArgs,
}

/// Verifies a statement in a DSSE envelope: every signature under it. That it was recorded, a receipt shows.
#[derive(Debug, clap::Args)]
#[command(after_help = Outcome::table())]
pub(crate) struct DsseArgs {
    /// The envelope, in JSON.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    pub(super) form: FormArgs,
}

/// Verified is verified; everything else is something wrong with the document.
fn outcome<T>(shown: &Shown<T>) -> Outcome {
    match shown {
        Shown::Verified(_) => Outcome::Verified,
        Shown::Rejected { .. } | Shown::Malformed { .. } => Outcome::Findings,
    }
}

/// Who verifies which file.
fn with(trust: &TrustArgs, file: &Path, limit: usize) -> Result<(Trust, Vec<u8>), Answer> {
    let trust = trust.trust()?;
    let bytes = read(file, limit)?;
    // Canonical JSON has no newline, and editors add one at the end.
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes).to_vec();
    Ok((trust, bytes))
}

pub(super) fn evidence(args: &EvidenceArgs) -> Answer {
    match with(&args.trust, &args.file, MAX_EVIDENCE_BYTES) {
        Err(answer) => answer,
        Ok((trust, bytes)) => {
            let shown = verify_evidence(&bytes, &trust);
            Answer::new(outcome(&shown), &shown)
        }
    }
}

pub(super) fn bundle(args: &BundleArgs) -> Answer {
    match with(&args.trust, &args.file, MAX_BUNDLE_BYTES) {
        Err(answer) => answer,
        Ok((trust, bytes)) => {
            let shown = verify_bundle(&bytes, &trust, args.ledger);
            let sound = shown.verified().is_none_or(|decision| decision.sound);
            // It proves what it claims, and what it claims is not in order.
            let outcome = if sound {
                outcome(&shown)
            } else {
                Outcome::Findings
            };
            Answer::new(outcome, &shown)
        }
    }
}

/// What a receipt shows.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Received {
    origin: String,
    sequence: u64,
    hash: String,
    recorded: String,
    #[serde(flatten)]
    statement: Stated,
    /// Size and root of the checkpoint.
    size: u64,
    root: String,
    cosigned: Vec<Cosigned>,
}

/// What a statement says of itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stated {
    ledger: String,
    id: String,
    kind: String,
    subject: String,
    signers: Vec<String>,
}

impl Stated {
    fn of(statement: &Statement) -> Self {
        let signer =
            |claim: &cinnabar_events::SignerClaim| format!("{} as {}", claim.actor, claim.role);
        Self {
            ledger: statement
                .ledger
                .map_or_else(String::new, |id| id.to_string()),
            id: statement.id.to_string(),
            kind: statement.kind().to_string(),
            subject: statement.subject.to_string(),
            signers: statement.signers.iter().map(signer).collect(),
        }
    }
}

impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            origin,
            sequence,
            size,
            root,
            ..
        } = self;
        writeln!(f, "the log {origin} has this entry at sequence {sequence}")?;
        writeln!(f, "- {}, recorded {}", self.hash, self.recorded)?;
        self.statement.fmt(f)?;
        writeln!(
            f,
            "- in the tree of size {size} with root {root}, which the log signed"
        )?;
        for Cosigned { by, at } in &self.cosigned {
            writeln!(f, "- cosigned by {by} at {at}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "- {} about {}, statement {}",
            self.kind, self.subject, self.id
        )?;
        let signers = self.signers.join(", ");
        writeln!(
            f,
            "- every signature verifies; it says that it is signed by {signers}"
        )
    }
}

pub(super) fn receipt(args: &ReceiptArgs) -> Answer {
    received(args).unwrap_or_else(|answer| answer)
}

fn received(args: &ReceiptArgs) -> Result<Answer, Answer> {
    let trust = args.trust.trust()?;
    let bytes = read(&args.file, MAX_RECEIPT_BYTES)?;
    let parsed = if bytes.starts_with(b"{") {
        Receipt::parse(entry_bytes(&bytes)).map_err(|error| reasons(&error))
    } else {
        let entry = read(&beside(&args.file), MAX_ENTRY_BYTES)?;
        let entry = Entry::parse(entry_bytes(&entry)).map_err(|error| reasons(&error));
        let proof = TlogProof::parse(&bytes).map_err(|error| reasons(&error));
        entry.and_then(|entry| Ok(Receipt::new(entry, proof?)))
    };
    let shown = match parsed {
        Err(reason) => Shown::Malformed { reason },
        Ok(receipt) => match check(&receipt, &trust) {
            Ok(checkpoint) => Shown::Verified(describe(&receipt, &checkpoint, &trust)),
            Err(reason) => Shown::Rejected { reason },
        },
    };
    Ok(Answer::new(outcome(&shown), &shown))
}

/// By one of the log's keys, and no line of a known witness is false.
fn check(receipt: &Receipt, trust: &Trust) -> Result<Checkpoint, String> {
    let note = &receipt.proof().checkpoint;
    let mut why = String::new();
    for key in trust.log_keys() {
        match receipt.verify(key) {
            Ok(_) => return trust.open_strictly(note).map_err(|error| reasons(&error)),
            Err(error) => why = reasons(&error),
        }
    }
    Err(why)
}

fn describe(receipt: &Receipt, checkpoint: &Checkpoint, trust: &Trust) -> Received {
    let entry = receipt.entry();
    Received {
        origin: checkpoint.origin.to_string(),
        sequence: entry.seq().get(),
        hash: entry.hash().to_string(),
        recorded: entry.time().to_string(),
        statement: Stated::of(entry.statement()),
        size: checkpoint.size.get(),
        root: checkpoint.root.to_string(),
        cosigned: trust.cosigned(&receipt.proof().checkpoint),
    }
}

pub(super) fn dsse(args: &DsseArgs) -> Answer {
    let bytes = match read(&args.file, MAX_ENVELOPE_BYTES) {
        Ok(bytes) => bytes,
        Err(answer) => return answer,
    };
    let opened = Envelope::parse(&bytes).and_then(|envelope| Ok((envelope.open()?, envelope)));
    let shown = match opened {
        Err(error) => Shown::Malformed {
            reason: reasons(&error),
        },
        Ok((_, envelope)) => verified(&envelope).map_or_else(
            |error| Shown::Rejected {
                reason: reasons(&error),
            },
            Shown::Verified,
        ),
    };
    Answer::new(outcome(&shown), &shown)
}

fn verified(envelope: &Envelope) -> Result<Stated, NotAnEnvelope> {
    let verified = envelope.verify()?;
    Ok(Stated::of(verified.statement()))
}
