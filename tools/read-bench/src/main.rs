#![doc = include_str!("../README.md")]

mod api;
mod clock;
mod lag;
mod ledger;
mod load;
mod rebuild;
mod replica;
mod report;
mod search;
mod stats;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

use crate::api::Load;
use crate::report::Report;

/// What reading costs, beside the limits of the machine in the same run.
#[derive(Debug, Parser)]
#[command(name = "read-bench")]
struct Args {
    #[command(subcommand)]
    what: What,
    /// Runs, of which the median is told.
    #[arg(long, global = true, default_value_t = 3)]
    runs: usize,
    /// For machines to read.
    #[arg(long, global = true, conflicts_with = "markdown")]
    json: bool,
    /// As a table, which is what is written anyway.
    #[arg(long, global = true)]
    markdown: bool,
    /// Entries in the ledger that is folded and read.
    #[arg(long, global = true, default_value_t = 300_000)]
    entries: usize,
    /// Products in the register that is searched.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    products: usize,
    /// Entries committed a second beside the views.
    #[arg(long, global = true, default_value_t = 5_000)]
    rate: usize,
    /// Connections to the API.
    #[arg(long, global = true, default_value_t = 64)]
    connections: usize,
    /// Seconds of each loop.
    #[arg(long, global = true, default_value_t = 10)]
    seconds: u64,
    /// After the last run the API stays up on loopback for so many seconds, for another load generator such as `wrk`.
    #[arg(long, global = true, default_value_t = 0)]
    stay: u64,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
enum What {
    /// Views folded from the first entry.
    Rebuild,
    /// Views beside a replica that grows.
    Lag,
    /// Entries and proofs over HTTP.
    Api,
    /// The register's fixed set of fifty questions.
    Search,
    /// All of it.
    All,
}

/// The one that the `cinnabar` program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(report) => {
            if args.json {
                println!("{}", report.to_json());
            } else {
                print!("{report}");
            }
            ExitCode::from(u8::from(!report.all_met()))
        }
        Err(error) => {
            eprintln!("read-bench: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<Report> {
    let mut runs = Vec::new();
    for number in 1..=args.runs {
        eprintln!("read-bench: run {number} of {} …", args.runs);
        let dir = tempfile::tempdir().context("making a temporary folder")?;
        let mut seen = Vec::new();
        let is = |what| args.what == what || args.what == What::All;
        let duration = Duration::from_secs(args.seconds);
        let part = |name: &str| -> Result<PathBuf> {
            let part = dir.path().join(name);
            std::fs::create_dir(&part)?;
            Ok(part)
        };
        if is(What::Rebuild) {
            seen.extend(rebuild::run(&part("rebuild")?, args.entries)?);
        }
        if is(What::Lag) {
            seen.extend(lag::run(&part("lag")?, args.rate, duration)?);
        }
        if is(What::Api) {
            let load = Load {
                connections: args.connections,
                duration,
                stay: Duration::from_secs(if number == args.runs { args.stay } else { 0 }),
            };
            seen.extend(api::run(&part("api")?, args.entries, load)?);
        }
        if is(What::Search) {
            seen.extend(search::run(&part("search")?, args.products)?);
        }
        runs.push(seen);
    }
    Ok(Report::new(&runs))
}
