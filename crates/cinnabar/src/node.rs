//! Placeholder for `cinnabar node`.

use crate::exit::{Exit, Failure};

/// Arguments of `cinnabar node`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  cinnabar node")]
pub struct Args {}

/// Runs it.
///
/// # Errors
/// Always, so far.
pub fn run(_: Args) -> Result<(), Failure> {
    Err(Failure::saying(Exit::Usage, "not in this build"))
}
