//! The guard itself: the hot functions, built as they are shipped, take no more instructions than the baseline allows.

use std::process::Command;

use cinnabar_counts::callgrind;

/// How the program ends when this machine's counts can't be compared.
const NOT_HERE: i32 = 3;

/// Counts of an unoptimised build mean nothing, so the program is built optimised here: it and what it measures are small (no RocksDB, no
/// NATS), less than two minutes of two cores when nothing is there yet. The counting itself takes three seconds.
#[test]
fn no_hot_function_has_become_dearer() {
    if let Err(why) = callgrind::comparable() {
        eprintln!("skipped: {why}");
        return;
    }
    let counts = Command::new(env!("CARGO"))
        .args(["run", "--release", "--locked", "--quiet"])
        .args(["-p", "cinnabar-counts", "--bin", "counts"])
        .env_remove("BLESS")
        .output()
        .expect("cargo runs");
    let out = String::from_utf8_lossy(&counts.stdout);
    let errors = String::from_utf8_lossy(&counts.stderr);
    println!("{out}");
    let code = counts.status.code();
    assert!(
        matches!(code, Some(0 | NOT_HERE)),
        "{code:?}\n{out}\n{errors}"
    );
}
