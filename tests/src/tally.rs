//! What a run of fault tests did, counted: so that "all faults passed" says how many there were.
//!
//! Two selections: the quick one, with fixed seeds, and all of it ([`thorough`]), as `tools/test --faults` asks for.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Set to `all` for the thorough selection.
pub const ENV_FAULTS: &str = "CINNABAR_FAULTS";
/// The seed that random choices of fault tests start from, decimal.
pub const ENV_SEED: &str = "CINNABAR_FAULTS_SEED";
/// A file to which a line is added for each thing that was run.
pub const ENV_REPORT: &str = "CINNABAR_FAULTS_REPORT";

/// The seed of a run that names none.
const SEED: u64 = 20_260_711;

/// Whether everything is to be run, however long it takes.
#[must_use]
pub fn thorough() -> bool {
    std::env::var_os(ENV_FAULTS).is_some_and(|asked| asked == "all")
}

/// How many of something: the first number quickly, the second if [`thorough`].
#[must_use]
pub fn times(quick: usize, all: usize) -> usize {
    if thorough() { all } else { quick }
}

/// The seed of this run. Tests print it, and [`ENV_SEED`] replays it.
///
/// # Panics
/// If the environment names one that is no number.
#[must_use]
pub fn seed() -> u64 {
    match std::env::var(ENV_SEED) {
        Ok(text) => text.parse().expect("a seed is a decimal number"),
        Err(_) => SEED,
    }
}

/// Says what was run for one row of the catalogue of faults: `ran("R1", "512 kills, 19 places, 0 receipts lost")`.
///
/// # Panics
/// If the report can't be written.
pub fn ran(row: &str, what: &str) {
    let line = format!("{row:<5} {what} (seed {})\n", seed());
    print!("{line}");
    if let Some(path) = std::env::var_os(ENV_REPORT) {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.expect("the report can be written");
    }
}
