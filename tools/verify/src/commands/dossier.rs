//! `verify dossier`: are the entries shown for one subject all there are?

use std::path::Path;

use cinnabar_events::LedgerId;
use cinnabar_evidence::{
    CompleteDossier, DossierProof, DossierRejection, MAX_DOSSIER_BYTES, Outcome as Shown,
};

use super::{Answer, FormArgs, TrustArgs, read, reasons};
use crate::outcome::Outcome;
use crate::pass;
use crate::tiles::{HttpTiles, Tiles as _};

/// Path of the API under which documents are served; the log is beside it.
const API: &str = "/v1/";

/// Verifies that the entries shown for one subject are all there are, up to the document's checkpoint.
#[derive(Debug, clap::Args)]
#[command(after_help = Outcome::table())]
pub(crate) struct Args {
    /// The document, or its address: `…/v1/subjects/CLASS/ID/completeness`.
    #[arg(value_name = "FILE|URL")]
    document: String,
    #[command(flatten)]
    trust: TrustArgs,
    /// The ledger's id, `blake3:<64 hex>`.
    #[arg(long, value_name = "ID")]
    ledger: LedgerId,
    /// Where to read the entries after the index if the document leaves them out: a log or an export. Of a document that was
    /// fetched, the log at the same address if not given.
    #[arg(long, value_name = "URL|FILE|DIR")]
    from: Option<String>,
    #[command(flatten)]
    pub(super) form: FormArgs,
}

pub(super) fn run(args: &Args) -> Answer {
    verify(args).unwrap_or_else(|answer| answer)
}

fn verify(args: &Args) -> Result<Answer, Answer> {
    let trust = args.trust.trust()?;
    let bytes = document(&args.document)?;
    let proof = match DossierProof::parse(&bytes) {
        Ok(proof) => proof,
        Err(error) => {
            let reason = reasons(&error);
            let shown: Shown<CompleteDossier> = Shown::Malformed { reason };
            return Ok(Answer::new(Outcome::Findings, &shown));
        }
    };
    let verified = match (proof.missing_tail(), tail_from(args)) {
        (Some(range), Some(from)) => {
            let found = pass::find(from)
                .map_err(|error| Answer::undecided(format_args!("{from}: {error}")))?;
            let mut fault = None;
            let leaves = pass::leaves(&found.entries, range)
                .map_while(|leaf| leaf.map_err(|error| fault = Some(error)).ok());
            let verified = proof.verify_with_tail(&trust, args.ledger, leaves);
            if let Some(fault) = fault {
                let why = reasons(&fault);
                return Err(Answer::undecided(format_args!(
                    "the entries after the index, from {from}: {why}"
                )));
            }
            verified
        }
        (Some(_), None) | (None, _) => proof.verify(&trust, args.ledger),
    };
    Ok(match verified {
        Ok(dossier) => Answer::new(Outcome::Verified, &Shown::Verified(dossier)),
        Err(error @ DossierRejection::TailMissing { .. }) => {
            Answer::undecided(format_args!("{error}: say with --from where the log is"))
        }
        Err(error) => {
            let reason = reasons(&error);
            let shown: Shown<CompleteDossier> = Shown::Rejected { reason };
            Answer::new(Outcome::Findings, &shown)
        }
    })
}

fn document(from: &str) -> Result<Vec<u8>, Answer> {
    if !pass::is_url(from) {
        return read(Path::new(from), MAX_DOSSIER_BYTES);
    }
    let (base, name) = from.rsplit_once('/').unwrap_or((from, ""));
    HttpTiles::new(base)
        .get(name, MAX_DOSSIER_BYTES)
        .map_err(|error| Answer::undecided(reasons(&error)))
}

/// Where the log is.
fn tail_from(args: &Args) -> Option<&str> {
    let served = || {
        let (base, _) = args.document.split_once(API)?;
        pass::is_url(base).then_some(base)
    };
    args.from.as_deref().or_else(served)
}
