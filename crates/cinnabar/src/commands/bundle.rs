//! `cinnabar bundle`: one decision with everything to verify it offline, in one file.

use std::path::PathBuf;

use cinnabar_evidence::{Outcome, Trust, verify_bundle};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access};
use crate::http::Api;
use crate::out;
use crate::profile::ProfileArg;

/// Arguments of `cinnabar bundle`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar bundle 17
  verify bundle 17.bundle.json --log-key VKEY --ledger ID

The bundle has the entry, the genesis, the histories of the actors who signed it and proofs of all of it: whoever gets the file needs
nothing else, and no network.")]
pub(crate) struct Args {
    /// Which entry.
    #[arg(value_name = "SEQUENCE")]
    sequence: u64,
    /// Where to put it; <sequence>.bundle.json if absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArg,
}

/// Fetches a bundle, and keeps it if it verifies.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let profile = args.profile.load()?;
    let api = Api::new(&profile.api);
    let bytes = api
        .document(&format!("/v1/entries/{}/bundle", args.sequence))
        .or_fail(Exit::Unreachable)?;
    let trust = Trust::key(profile.verifier_key()).or_fail(Exit::Usage)?;
    let outcome = verify_bundle(&bytes, &trust, profile.ledger);
    let decision = match &outcome {
        Outcome::Verified(decision) => decision,
        Outcome::Rejected { .. } | Outcome::Malformed { .. } => {
            return Err(Failure::saying(Exit::NotVerified, outcome.to_string()));
        }
    };
    if decision.sequence != args.sequence {
        return Err(Failure::saying(
            Exit::NotVerified,
            "the bundle is of another entry",
        ));
    }
    let default = || PathBuf::from(format!("{}.bundle.json", args.sequence));
    let path = args.out.clone().unwrap_or_else(default);
    files::replace(&path, &bytes, Access::Public).or_fail(Exit::Usage)?;
    if args.json {
        return out::json(decision);
    }
    out::line(format_args!("{} (verified)\n{decision}", path.display()))
}
