//! Placeholder for `cinnabar init`.

use crate::exit::{Exit, Failure};

/// Arguments of `cinnabar init`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  cinnabar init")]
pub struct Args {}

/// Runs it.
///
/// # Errors
/// Always, so far.
pub fn run(_: Args) -> Result<(), Failure> {
    Err(Failure::saying(Exit::Usage, "not in this build"))
}
