//! `cinnabar health`: ask a node whether it is well. For health checks of containers, which have no other client.

use std::time::Duration;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::http::Api;
use crate::out;

/// How long a node that is well may take to say so.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Arguments of `cinnabar health`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  cinnabar health http://127.0.0.1:8480/readyz")]
pub(crate) struct Args {
    /// The whole address to ask: http://host:port/path.
    #[arg(value_name = "URL")]
    url: String,
}

/// Runs `cinnabar health`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    Api::with_limit(&args.url, ANSWER_WITHIN)
        .get("")
        .or_fail(Exit::Unreachable)?;
    out::line("ok")
}
