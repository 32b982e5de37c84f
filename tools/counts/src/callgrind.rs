//! Runs a program under `valgrind --tool=callgrind` and reads what its functions took, calls included.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

/// The functions that are measured are those of this module.
const MEASURED: &str = "::measured::";

/// Whether counts on this machine can be compared with the baseline, and if not, why not.
///
/// The curve and the hashes choose their code by what the processor can; under valgrind that is AVX2 where the machine has it,
/// never AVX-512 nor the SHA extensions.
///
/// # Errors
/// A sentence.
pub fn comparable() -> Result<(), String> {
    #[cfg(target_arch = "x86_64")]
    let wide = std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    let wide = false;
    if !wide {
        return Err("the baseline is for x86-64 with AVX2, which this machine is not".to_owned());
    }
    version().map(drop).map_err(|error| format!("{error:#}"))
}

/// What valgrind calls itself: `valgrind-3.19.0`.
///
/// # Errors
/// If it isn't there.
pub fn version() -> Result<String> {
    let output = Command::new("valgrind").arg("--version").output();
    let output = output.context("valgrind is not installed")?;
    ensure!(output.status.success(), "valgrind does not run");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs `program` with `arguments`, and gives the instructions within each measured function, by its name.
///
/// # Errors
/// If valgrind or the program fails.
pub fn run(program: &Path, arguments: &[&str]) -> Result<BTreeMap<String, u64>> {
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    let out = folder.path().join("callgrind.out");
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args(arguments)
        .output()
        .context("starting valgrind")?;
    if !output.status.success() {
        bail!(
            "valgrind ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let text = std::fs::read_to_string(&out).context("reading what callgrind wrote")?;
    Ok(inclusive(&text))
}

/// Instructions within each measured function and all that it calls, by name, from a file in callgrind's format: after `cfn=` (the
/// function called) and `calls=` stands a line whose last number is what the call took in all.
pub fn inclusive(text: &str) -> BTreeMap<String, u64> {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let mut totals = BTreeMap::new();
    let (mut called, mut costs) = (None, false);
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("fn=") {
            resolve(&mut names, name);
        } else if let Some(name) = line.strip_prefix("cfn=") {
            called = measured(resolve(&mut names, name));
        } else if line.starts_with("calls=") {
            costs = true;
        } else if std::mem::take(&mut costs) {
            let cost: Option<u64> = line.rsplit(' ').next().and_then(|cost| cost.parse().ok());
            if let (Some(function), Some(cost)) = (called.take(), cost) {
                *totals.entry(function.to_owned()).or_insert(0) += cost;
            }
        }
    }
    totals
}

/// A name as the file has it: `(12) the::name` the first time, `(12)` from then on.
fn resolve<'t>(names: &mut BTreeMap<&'t str, &'t str>, text: &'t str) -> &'t str {
    match text.split_once(' ') {
        Some((number, name)) if number.starts_with('(') => {
            names.insert(number, name);
            name
        }
        Some(_) | None => names.get(text).copied().unwrap_or(text),
    }
}

/// `parse` of `cinnabar_counts::measured::parse`, without the hash and whatever else compilers append.
fn measured(name: &str) -> Option<&str> {
    let (_, function) = name.rsplit_once(MEASURED)?;
    let end = function.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    Some(&function[..end.unwrap_or(function.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
fn=(1) main
3 10
cfi=(2) some.rs
cfn=(2) cinnabar_counts::measured::parse
calls=1 5
4 1200
cfn=(3) cinnabar_counts::other
calls=2 9
+1 77
cfn=(4) cinnabar_counts::measured::verify::h0123
calls=1 5
* 30

fn=(2)
5 1000
cfn=(3)
calls=1 9
6 200

fn=(5) again
cfn=(2)
calls=2 5
7 300
";

    #[test]
    fn what_a_measured_function_took_is_summed_over_its_calls() {
        let found = inclusive(FILE);
        let expected = [("parse".to_owned(), 1500), ("verify".to_owned(), 30)];
        assert_eq!(found, expected.into());
    }

    #[test]
    fn other_functions_are_passed_over() {
        assert_eq!(measured("cinnabar_events::signed::parse"), None);
        assert_eq!(measured("a::measured::tree'2"), Some("tree"));
    }
}
