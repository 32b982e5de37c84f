//! Placeholder for `cinnabar up`.

use crate::exit::{Exit, Failure};

/// Arguments of `cinnabar up`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  cinnabar up")]
pub struct Args {}

/// Runs it.
///
/// # Errors
/// Always, so far.
pub fn run(_: Args) -> Result<(), Failure> {
    Err(Failure::saying(Exit::Usage, "not in this build"))
}
