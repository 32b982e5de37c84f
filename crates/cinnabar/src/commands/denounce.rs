//! `cinnabar denounce`: do two things that the log signed agree, or has it told two stories?

use std::path::{Path, PathBuf};

use cinnabar_evidence::{Comparison, Exhibit, Trust, compare};
use cinnabar_tlog::VerifierKey;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::http::Api;
use crate::profile::ProfileArg;
use crate::{alarm, files, out};

/// Most bytes of a file that is compared: a bundle.
const FILE_MAX_BYTES: usize = cinnabar_evidence::MAX_BUNDLE_BYTES;

/// Arguments of `cinnabar denounce`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar denounce mine.receipt.json theirs.receipt.json
  cinnabar denounce yesterday.checkpoint today.checkpoint --log-key VKEY

If they contradict each other, an evidence file is written that anybody checks offline, and the exit code is 6. For exports use
`verify denounce`.")]
pub(crate) struct Args {
    /// A receipt, a bundle or a signed checkpoint.
    #[arg(value_name = "FILE")]
    first: PathBuf,
    /// Another one.
    #[arg(value_name = "FILE")]
    second: PathBuf,
    /// The log's verifier key; the profile's if absent, and then its API is asked for what is missing.
    #[arg(long, value_name = "VKEY")]
    log_key: Option<VerifierKey>,
    /// Where to put the evidence.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
    #[command(flatten)]
    profile: ProfileArg,
}

/// Compares two files.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let (log_key, api) = match &args.log_key {
        Some(key) => (key.clone(), None),
        None => {
            let profile = args.profile.load()?;
            (profile.verifier_key(), Some(Api::new(&profile.api)))
        }
    };
    let trust = Trust::key(log_key.clone()).or_fail(Exit::Usage)?;
    let read = |path: &Path| files::read(path, FILE_MAX_BYTES).or_fail(Exit::Usage);
    let (first, second) = (read(&args.first)?, read(&args.second)?);
    let mut compared = compare(&first, &second, &trust, &[]);
    if let (Comparison::Undecided { .. }, Some(api)) = (&compared, &api)
        && let (Some(one), Some(other)) = (note(&first), note(&second))
    {
        let known = alarm::between(&one, &other, api);
        compared = compare(&first, &second, &trust, &known);
    }
    match &compared {
        Comparison::Agree { .. } => out::line(compared.to_string().trim_end()),
        Comparison::Contradiction { .. } => {
            let what = "the log contradicts itself";
            Err(alarm::tell(what, &compared, &log_key, &args.out))
        }
        Comparison::Undecided { .. } => {
            Err(Failure::saying(Exit::Unreachable, compared.to_string()))
        }
        Comparison::Invalid { .. } => Err(Failure::saying(Exit::NotVerified, compared.to_string())),
    }
}

/// The checkpoint in a file.
pub(crate) fn note(file: &[u8]) -> Option<Vec<u8>> {
    match Exhibit::parse(file).ok()? {
        Exhibit::Checkpoint(note) => Some(note),
        Exhibit::Leaves { checkpoint, .. } | Exhibit::Export { checkpoint, .. } => Some(checkpoint),
    }
    .map(|note| note.to_string().into_bytes())
}
