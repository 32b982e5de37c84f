//! Counts the hot functions' instructions and compares them with the baseline.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use cinnabar_counts::baseline::{Baseline, TOLERANCE_PERCENT};
use cinnabar_counts::fixture::{Fixture, STATEMENTS};
use cinnabar_counts::{callgrind, measured, picture, stages};

const HELP: &str = "\
Counts the instructions of the hot functions under valgrind and compares them with tools/counts/baseline.toml.

Usage: counts [--svg FILE | --json]

  --svg FILE  also draws where a statement's instructions go
  --json      prints the counts alone, for machines to read

BLESS=1 writes the baseline anew. Ends with 1 if a function got dearer than the baseline allows, with 2 if it could not
count, with 3 if this machine's counts can't be compared (no valgrind, other processor): that is no failure.
";

/// How [`main`] ends when counts can't be compared here.
const NOT_HERE: u8 = 3;
/// The argument with which the program calls itself under valgrind.
const INNER: &str = "under-valgrind";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        [INNER] => {
            let fixture = Fixture::new();
            for (_, function) in measured::ALL {
                function(&fixture);
            }
            return ExitCode::SUCCESS;
        }
        ["--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        [] => count(None, false),
        ["--json"] => count(None, true),
        ["--svg", file] => count(Some(Path::new(file)), false),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("counts: {error:#}");
        ExitCode::from(2)
    })
}

fn count(svg: Option<&Path>, json: bool) -> Result<ExitCode> {
    if let Err(why) = callgrind::comparable() {
        eprintln!("counts: skipped: {why}");
        return Ok(ExitCode::from(NOT_HERE));
    }
    ensure!(
        !cfg!(debug_assertions),
        "counts of an unoptimised build mean nothing: cargo run --release -p cinnabar-counts"
    );
    let itself = std::env::current_exe().context("looking for this program")?;
    let counts = per_statement(&callgrind::run(&itself, &[INNER])?)?;
    if let Some(file) = svg {
        let title = "Instructions of one statement in the writer, by stage (thousands)";
        let thousands = stages::stages(&counts);
        let thousands: Vec<_> = thousands
            .into_iter()
            .map(|(name, count)| (name, count / 1000.0))
            .collect();
        let drawn = picture::svg(title, &thousands, "thousand instructions");
        std::fs::write(file, drawn).context("writing the picture")?;
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&counts)?);
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{}",
        picture::text(&stages::stages(&counts), "instructions")
    );
    compare(counts)
}

/// Each function's instructions by the statement.
fn per_statement(totals: &BTreeMap<String, u64>) -> Result<BTreeMap<String, u64>> {
    let count = |(name, _): &measured::Measured| {
        let total = totals.get(*name);
        let total = total.with_context(|| format!("{name} was not counted"))?;
        Ok(((*name).to_owned(), total / STATEMENTS as u64))
    };
    measured::ALL.iter().map(count).collect()
}

fn compare(functions: BTreeMap<String, u64>) -> Result<ExitCode> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("baseline.toml");
    if std::env::var_os("BLESS").is_some() {
        let baseline = Baseline {
            valgrind: callgrind::version()?,
            tolerance_percent: TOLERANCE_PERCENT,
            functions,
        };
        std::fs::write(&path, baseline.to_toml()).context("writing the baseline")?;
        println!("{} is written", path.display());
        return Ok(ExitCode::SUCCESS);
    }
    let text = std::fs::read_to_string(&path).context("reading the baseline")?;
    let comparison = Baseline::parse(&text)?.compare(&functions);
    print!("{comparison}");
    Ok(ExitCode::from(u8::from(!comparison.holds())))
}
