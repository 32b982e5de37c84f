//! `cinnabar doctor`: looks at everything that a client or a node on this machine needs, and says what to set; with `--scrub`, at
//! everything that a stopped node keeps.

mod api;
mod checks;
mod machine;
mod scrub;

use std::path::PathBuf;

use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::out::{self, Plain};
use crate::profile::ProfileArg;

/// Arguments of `cinnabar doctor`.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Example:\n  cinnabar doctor\n  cinnabar doctor --key li.key --monitor http://127.0.0.1:8222\n  cinnabar doctor --scrub --data ./cinnabar-data\n\nWith --scrub it looks at the data of a node that is stopped, and at nothing else: every checksum, every entry, and all that is made of the entries. It repairs nothing. Ends with exit code 2 if a check fails."
)]
pub(crate) struct Args {
    /// An actor's key file to look at too.
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,
    /// The monitoring address of each NATS server; the profile's if absent.
    #[arg(long, value_name = "URL")]
    monitor: Vec<String>,
    /// Read through everything that a stopped node keeps, and compare it with its entries.
    #[arg(long)]
    scrub: bool,
    /// With --scrub: where the node keeps it.
    #[arg(
        long,
        value_name = "DIR",
        default_value = "./cinnabar-data",
        requires = "scrub"
    )]
    data: PathBuf,
    /// With --scrub: the mark; DIR.mark beside the data if that is there.
    #[arg(long, value_name = "FILE", requires = "scrub")]
    mark: Option<PathBuf>,
    /// With --scrub: the key of the vault; the one in the data if absent.
    #[arg(long, value_name = "FILE", requires = "scrub")]
    institution_key: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArg,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Status {
    Ok,
    Warn,
    Fail,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warn => "WARN",
            Self::Fail => "FAIL",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Finding {
    check: &'static str,
    status: Status,
    /// What was seen.
    detail: String,
    /// What to set, if that isn't plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, detail: impl Into<String>) -> Self {
        Self {
            check,
            status: Status::Ok,
            detail: detail.into(),
            remedy: None,
        }
    }
    fn warn(check: &'static str, detail: impl Into<String>) -> Self {
        Self {
            check,
            status: Status::Warn,
            detail: detail.into(),
            remedy: None,
        }
    }
    fn fail(check: &'static str, detail: impl Into<String>) -> Self {
        Self {
            check,
            status: Status::Fail,
            detail: detail.into(),
            remedy: None,
        }
    }
    fn remedy(self, remedy: impl Into<String>) -> Self {
        Self {
            remedy: Some(remedy.into()),
            ..self
        }
    }
}

/// Runs `cinnabar doctor`.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let findings = match args.scrub {
        true => tokio::task::block_in_place(|| scrub::scrub(&args))?,
        false => checks::all(&args).await,
    };
    if args.json {
        out::json(&findings)?;
    } else {
        for finding in &findings {
            out::line(format_args!(
                "{:<5} {:<12} {}",
                finding.status.word(),
                finding.check,
                Plain(&finding.detail)
            ))?;
            if let Some(remedy) = &finding.remedy {
                out::line(format_args!("{:<18} → {}", "", Plain(remedy)))?;
            }
        }
    }
    let worst = findings.iter().map(|finding| finding.status).max();
    if worst == Some(Status::Fail) {
        Err(Failure::quiet(Exit::Usage))
    } else {
        Ok(())
    }
}
