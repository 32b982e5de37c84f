//! What an audit costs, against the limits of the machine: makes a ledger (once), measures the bare work, and then what
//! the `verify` binary takes for the same bytes.
//!
//! `cargo run --release -p cinnabar-audit-bench -- --entries 1000000 --room DIR` (build `cinnabar-verify` in release first).

mod clock;
mod generate;
mod limits;
mod people;
mod receipt;
mod tiles;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser as _;
use serde_json::Value as Json;

use crate::clock::Spent;

/// New entries in the incremental audit.
const NEW: u64 = 10_000;

#[derive(clap::Parser)]
struct Args {
    /// Entries of the ledger.
    #[arg(long, default_value_t = 100_000)]
    entries: u64,
    /// Where ledgers are kept between runs: a gigabyte each for a million entries, and as much again for its tiles.
    #[arg(long)]
    room: PathBuf,
    /// The `verify` binary; beside this one if not given.
    #[arg(long)]
    verify: Option<PathBuf>,
    /// How often each is measured; the median is told.
    #[arg(long, default_value_t = 3)]
    runs: usize,
}

struct Bench {
    args: Args,
    verify: PathBuf,
    export: PathBuf,
    log: PathBuf,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let beside = std::env::current_exe()?.with_file_name("verify");
    let verify = args.verify.clone().unwrap_or(beside);
    let export = args.room.join(format!("ledger-{}.jsonl", args.entries));
    let log = args.room.join(format!("log-{}", args.entries));
    let bench = Bench {
        args,
        verify,
        export,
        log,
    };
    bench.make()?;
    bench.run()
}

/// The median of an odd number of measurements, or the upper one of the two in the middle.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Bench {
    /// The export of all entries, its first part, and the log in tiles with both; once.
    fn make(&self) -> io::Result<()> {
        if self.log.join("checkpoint.small").exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.args.room)?;
        println!("making {} and {} more entries", self.args.entries, NEW);
        let grown = self.export.with_extension("grown.jsonl");
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&grown)?);
        let all = self.args.entries + NEW;
        let (large, small) = generate::write(all, &[self.args.entries], &mut out)?;
        out.flush()?;
        let small = small.first().expect("it was asked for");
        tiles::first_lines(&grown, self.args.entries, &self.export)?;
        fs::write(format!("{}.checkpoint", self.export.display()), small)?;
        tiles::write(&grown, self.args.entries, &self.log)?;
        fs::write(self.log.join("checkpoint.large"), large)?;
        fs::write(self.log.join("checkpoint.small"), small)?;
        fs::remove_file(grown)
    }

    /// What the audit says of itself.
    fn audit(&self, from: &Path, more: &[&str]) -> io::Result<Json> {
        let output = Command::new(&self.verify)
            .arg("--from")
            .arg(from)
            .arg("--log-key")
            .arg(generate::log_signer().verifier().to_string())
            .args(["--json", "--quiet"])
            .args(more)
            .output()?;
        let report: Json = serde_json::from_slice(&output.stdout)?;
        assert_eq!(report["verdict"], "verified", "{report}");
        Ok(report)
    }

    /// What the levels take, and how much memory in MiB.
    fn spent(&self, more: &[&str]) -> io::Result<(Spent, f64)> {
        let (mut times, mut memory) = (Vec::new(), Vec::new());
        for _ in 0..self.args.runs {
            let report = self.audit(&self.export, more)?;
            times.push(spent(&report));
            memory.push(number(&report, "peakMemoryKib") / 1024.0);
        }
        Ok((medians(&times), median(memory)))
    }

    fn run(&self) -> io::Result<()> {
        let all: Vec<_> = (0..self.args.runs)
            .map(|_| limits::measure(&self.export))
            .collect::<io::Result<_>>()?;
        let of = |which: fn(&limits::Limits) -> Spent| {
            medians(&all.iter().map(which).collect::<Vec<_>>())
        };
        let signatures = of(|limits| limits.signatures);
        let decoded = of(|limits| limits.signatures_only);
        let hashes = of(|limits| limits.hashes);
        if let Some(one) = all.first() {
            println!(
                "{} entries, {} signatures, {} MB, {} threads, median of {}; wall and processor seconds",
                one.entries,
                one.count,
                one.bytes / 1_000_000,
                rayon::current_num_threads(),
                self.args.runs
            );
        }
        tell("(a) Ed25519 verify_strict alone", signatures, "");
        tell("    the same, keys decoded before", decoded, "");
        tell("(b) BLAKE3 and SHA-256 alone", hashes, "");
        for (name, levels) in [
            ("(c) all levels, records in memory", "all"),
            ("    without rules", "checkpoints,authors,dossiers"),
            ("    without rules and dossiers", "checkpoints,authors"),
            ("    form, chain, tree", "form,tree"),
            ("(d) bytes, chain, tree", "bytes,tree"),
            ("    chain, tree", "tree"),
        ] {
            let (time, memory) = self.spent(&["--level", levels])?;
            let told = format!(
                "{}; {:.0} MiB",
                ratios(time, [signatures, decoded, hashes]),
                memory
            );
            tell(name, time, &told);
        }
        self.with_state([signatures, decoded, hashes])?;
        receipt::measure(&self.export)
    }

    /// All levels with a state file, and then what is new.
    fn with_state(&self, limits: [Spent; 3]) -> io::Result<()> {
        let state = self.args.room.join("state");
        let rooms = self.args.room.join("state.d");
        let path = state.display().to_string();
        let fresh = || {
            // What isn't there need not be removed.
            let _ = fs::remove_file(&state);
            let _ = fs::remove_dir_all(&rooms);
        };
        fresh();
        let report = self.audit(&self.export, &["--state", &path])?;
        let memory = number(&report, "peakMemoryKib") / 1024.0;
        let told = format!("{}; {memory:.0} MiB", ratios(spent(&report), limits));
        tell(
            "    all levels, records in a state file",
            spent(&report),
            &told,
        );
        fresh();
        fs::copy(
            self.log.join("checkpoint.small"),
            self.log.join("checkpoint"),
        )?;
        let report = self.audit(&self.log, &["--state", &path])?;
        let bytes: u64 = fs::read_dir(&rooms)?
            .filter_map(|entry| entry.ok()?.metadata().ok())
            .map(|metadata| metadata.len())
            .sum();
        let told = format!("the state has {} MB", bytes / 1_000_000);
        tell(
            "    the same from tiles, tiles compared",
            spent(&report),
            &told,
        );
        fs::copy(
            self.log.join("checkpoint.large"),
            self.log.join("checkpoint"),
        )?;
        let report = self.audit(&self.log, &["--state", &path])?;
        let (read, fetched) = (&report["read"], &report["fetched"]);
        let told = format!(
            "{read} entries read, in {} bundles, and {} hash tiles; {:.0} MiB",
            fetched["bundles"],
            fetched["tiles"],
            number(&report, "peakMemoryKib") / 1024.0
        );
        tell("(e) incremental audit", spent(&report), &told);
        Ok(())
    }
}

fn number(report: &Json, member: &str) -> f64 {
    report[member].as_f64().unwrap_or(f64::NAN)
}

fn spent(report: &Json) -> Spent {
    Spent {
        wall: number(report, "seconds"),
        cpu: number(report, "cpuSeconds"),
    }
}

fn medians(all: &[Spent]) -> Spent {
    Spent {
        wall: median(all.iter().map(|spent| spent.wall).collect()),
        cpu: median(all.iter().map(|spent| spent.cpu).collect()),
    }
}

/// How a time stands to the limits: signatures, signatures with decoded keys, hashes.
fn ratios(time: Spent, [signatures, decoded, hashes]: [Spent; 3]) -> String {
    format!(
        "{:.2} and {:.2} x (a), {:.2} and {:.2} x decoded, {:.0} % and {:.0} % of the speed of (b)",
        time.wall / signatures.wall,
        time.cpu / signatures.cpu,
        time.wall / decoded.wall,
        time.cpu / decoded.cpu,
        100.0 * hashes.wall / time.wall,
        100.0 * hashes.cpu / time.cpu
    )
}

fn tell(name: &str, time: Spent, more: &str) {
    println!("{name:<40} {:8.2} {:8.2}  {more}", time.wall, time.cpu);
}
