//! `verify`: the auditor's binary. Re-checks a ledger from its bytes, given the log's key and nothing else.
//!
//! In scope: where the bytes come from (an export, a directory or a server of tiles), progress, the report in
//! words or JSON, the exit code. Out of scope: every check (`cinnabar-verifier`).

mod args;
mod audit;
mod beyond;
mod commands;
mod fetch;
mod listed;
mod outcome;
mod pass;
mod shelf;
mod source;
mod text;
mod tiles;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Cli};
use crate::audit::Audited;
use crate::outcome::Outcome;

/// Entries are taken apart on one thread and thrown away on another: the system's allocator takes locks for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let outcome = match Cli::parse() {
        Cli {
            command: Some(command),
            ..
        } => or_bug(|| command.run()),
        Cli {
            audit: Some(args), ..
        } => audit(&args),
        // The parser asks for one of them.
        Cli {
            command: None,
            audit: None,
        } => Outcome::Usage,
    };
    ExitCode::from(outcome.code())
}

/// A panic is a bug of ours, and says so by its own exit code; its message is on stderr by then.
fn or_bug(work: impl FnOnce() -> Outcome + std::panic::UnwindSafe) -> Outcome {
    std::panic::catch_unwind(work).unwrap_or(Outcome::Bug)
}

fn audit(args: &Args) -> Outcome {
    if let Some(misfit) = args.misfit() {
        eprintln!("{misfit}");
        return Outcome::Usage;
    }
    or_bug(|| run(args))
}

fn run(args: &Args) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build();
    let audited = match pool {
        Ok(pool) => pool.install(|| audit::audit(args)),
        Err(error) => {
            eprintln!("no threads to verify with: {error}");
            return Outcome::Bug;
        }
    };
    let verdict = audited.report.verdict;
    match print(args, &audited) {
        Ok(()) => Outcome::of(verdict),
        // Whoever reads the report closed the pipe: the exit code still tells.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Outcome::of(verdict),
        Err(error) => {
            eprintln!("the report can't be written: {error}");
            Outcome::Bug
        }
    }
}

fn print(args: &Args, audited: &Audited) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, audited)?;
        writeln!(out)?;
    } else {
        text::write(audited, args.quiet, &mut out)?;
    }
    out.flush()
}
