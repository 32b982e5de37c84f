//! `verify`: the auditor's binary. Re-checks a ledger from its bytes, given the log's key and nothing else.
//!
//! In scope: where the bytes come from (an export, a directory or a server of tiles), progress, the report in
//! words or JSON, the exit code. Out of scope: every check (`cinnabar-verifier`).

mod args;
mod outcome;
mod source;
mod text;
mod tiles;

use std::io::Write as _;
use std::process::ExitCode;

use cinnabar_verifier::{Options, Report, Verifier};
use clap::Parser as _;

use crate::args::Args;
use crate::outcome::Outcome;

fn main() -> ExitCode {
    let args = Args::parse();
    // A panic is a bug of ours, and says so by its own exit code; its message is on stderr by then.
    let outcome = std::panic::catch_unwind(|| run(&args)).unwrap_or(Outcome::Bug);
    ExitCode::from(outcome.code())
}

fn run(args: &Args) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build();
    let report = match pool {
        Ok(pool) => pool.install(|| audit(args)),
        Err(error) => {
            eprintln!("no threads to verify with: {error}");
            return Outcome::Bug;
        }
    };
    match print(args, &report) {
        Ok(()) => Outcome::of(report.verdict),
        // Whoever reads the report closed the pipe: the exit code still tells.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Outcome::of(report.verdict),
        Err(error) => {
            eprintln!("the report can't be written: {error}");
            Outcome::Bug
        }
    }
}

/// Whatever can't be had ends up in the report: it is why something can't be decided.
fn audit(args: &Args) -> Report {
    let mut missing = Vec::new();
    let source = source::open(args, &mut missing);
    let mut older = Vec::new();
    for path in &args.old_checkpoint {
        match source::read_note(path) {
            Ok(note) => older.push(note),
            Err(error) => missing.push(format!("the older checkpoint {}: {error}", path.display())),
        }
    }
    let checkpoint = source.as_ref().and_then(source::Source::checkpoint);
    let mut verifier = Verifier::new(Options {
        log_key: args.log_key.clone(),
        ledger: args.ledger,
        checkpoint,
        older,
    });
    for what in missing {
        verifier.push_missing(what);
    }
    if let Some(source) = source {
        source.feed(args, &mut verifier);
    }
    verifier.finish()
}

fn print(args: &Args, report: &Report) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
    } else {
        text::write(report, args.quiet, &mut out)?;
    }
    out.flush()
}
