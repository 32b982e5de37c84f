#![doc = include_str!("../README.md")]

mod clock;
mod ledger;
mod rebuild;
mod replica;
mod report;
mod stats;
mod words;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

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
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
enum What {
    /// Views folded from the first entry.
    Rebuild,
}

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
        if args.what == What::Rebuild {
            seen.extend(rebuild::run(dir.path(), args.entries)?);
        }
        runs.push(seen);
    }
    Ok(Report::new(&runs))
}
