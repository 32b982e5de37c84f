#![doc = include_str!("../README.md")]

mod args;
mod bars;
mod child;
mod cpu;
mod echo;
mod growth;
mod limits;
mod load;
mod loops;
mod machine;
mod markdown;
mod measured;
mod mix;
mod oracle;
mod people;
// Shared with the counts, which are not linked: they are about the tests' town.
#[path = "../../counts/src/picture.rs"]
#[allow(unreachable_pub, reason = "public in the counts")]
mod picture;
mod plan;
mod report;
mod rig;
mod signing;
mod soak;
mod stats;
mod tables;
mod town;
mod writer;

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser as _;
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use crate::args::{Cli, Command, Output, Settings};

/// The one that the `cinnabar` program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("warn"))
        .with_writer(std::io::stderr)
        .init();
    match run(&cli) {
        Ok(all_recorded) => ExitCode::from(u8::from(!all_recorded)),
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Measures, and tells. False if a statement was not recorded.
fn run(cli: &Cli) -> Result<bool> {
    // The name tells what the threads' time was for.
    rayon::ThreadPoolBuilder::new()
        .thread_name(|number| format!("checks-{number}"))
        .build_global()
        .context("starting threads")?;
    let (ledger, submitters) = (runtime("ledger", None)?, runtime("submitters", Some(1))?);
    let load = submitters.handle();
    match &cli.command {
        None => {
            let folder = Folder::of(&cli.table.settings)?;
            let measuring = loops::measure(&cli.table, folder.path(), load);
            let report = ledger.block_on(measuring)?;
            if let Some(file) = &cli.table.picture {
                std::fs::write(file, report.picture()).context("writing the picture")?;
            }
            tell(cli.table.output, &report, || report.markdown());
            Ok(!report.anything_refused())
        }
        Some(Command::Growth(growth)) => {
            let folder = Folder::of(&growth.settings)?;
            let report = ledger.block_on(growth::measure(growth, folder.path(), load))?;
            tell(growth.output, &report, || report.markdown());
            Ok(true)
        }
        Some(Command::Soak(soak)) => {
            let folder = Folder::of(&soak.settings)?;
            let report = ledger.block_on(soak::measure(soak, folder.path(), load))?;
            tell(soak.output, &report, || report.markdown());
            Ok(true)
        }
        Some(Command::Writer(writer)) => ledger.block_on(writer::run(writer)).map(|()| true),
    }
}

/// Submitters don't share a runtime with the writer: what they wait for must not be their own turn.
fn runtime(name: &str, threads: Option<usize>) -> Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.thread_name(name).enable_all();
    if let Some(threads) = threads {
        builder.worker_threads(threads);
    }
    builder.build().context("making a runtime")
}

/// Where the ledgers are.
enum Folder {
    Temporary(tempfile::TempDir),
    Stays(PathBuf),
}

impl Folder {
    fn of(settings: &Settings) -> Result<Self> {
        Ok(match &settings.data {
            None => Self::Temporary(tempfile::tempdir().context("making a temporary folder")?),
            Some(folder) => {
                std::fs::create_dir(folder).context("making the folder")?;
                Self::Stays(folder.clone())
            }
        })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Stays(folder) => folder,
        }
    }
}

fn tell<R: Display + Serialize>(output: Output, report: &R, markdown: impl Fn() -> String) {
    if output.json {
        let json = serde_json::to_string_pretty(report).expect("a report is plain data");
        println!("{json}");
    } else if output.markdown {
        print!("{}", markdown());
    } else {
        print!("{report}");
    }
}

pub(crate) fn progress(what: &str) {
    eprintln!("bench: {what} …");
}
