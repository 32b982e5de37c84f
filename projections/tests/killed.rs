//! Views whose process is killed while it folds, or while it folds again, stay right.
#![allow(clippy::unwrap_used)]

mod common;

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;

use cinnabar_projections::Views;
use common::*;

/// Where the child finds its views.
const DIR: &str = "CINNABAR_TEST_VIEWS";
/// Whether the child folds them again.
const AGAIN: &str = "CINNABAR_TEST_VIEWS_AGAIN";
/// Entries in one transaction of the child.
const BLOCK: usize = 5;

/// What the child does; without a directory nothing.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let views = Views::open(Path::new(&dir)).unwrap();
    if std::env::var_os(AGAIN).is_some() {
        views.rebuild().unwrap();
    }
    fold(&views, busy_town().entries(), BLOCK);
}

/// Runs the child until it kills itself; whether it did.
fn killed(dir: &Path, again: bool, place: &str, pass: usize) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", "child"])
        .env(DIR, dir)
        .env(cinnabar_failpoint::ENV, format!("{place}=kill@{pass}"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    if again {
        child.env(AGAIN, "1");
    }
    let status = child.status().unwrap();
    let signal = status.signal();
    assert!(signal == Some(9) || status.success(), "{status}");
    signal == Some(9)
}

#[test]
fn views_killed_while_they_fold_or_fold_again_stay_right() {
    let (plain, town) = (tempfile::tempdir().unwrap(), busy_town());
    let expected = folded(plain.path(), town.entries()).digests().unwrap();
    let (mut kills, mut runs) = (0, 0);
    for place in ["view.folded", "view.committed"] {
        for again in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            if again {
                drop(folded(dir.path(), town.entries()));
            }
            // Each goes on where the one before was killed, and may be killed there again.
            for pass in [1, 4] {
                kills += usize::from(killed(dir.path(), again, place, pass));
                runs += 1;
                let views = Views::open(dir.path()).unwrap();
                let size = views.cursor().size.get() as usize;
                if !again {
                    let past = size.is_multiple_of(BLOCK);
                    assert!(
                        past,
                        "{place}, pass {pass}: the cursor is inside a block, {size}"
                    );
                }
                let served = views.read().unwrap().cursor().size;
                assert!(
                    !again || served.get() as usize == town.entries().len(),
                    "{served}"
                );
            }
            let views = Views::open(dir.path()).unwrap();
            if again {
                views.rebuild().unwrap();
            }
            fold(&views, town.entries(), 9);
            assert_eq!(
                views.digests().unwrap(),
                expected,
                "{place}, again: {again}"
            );
        }
    }
    assert_eq!(kills, runs, "every child was killed");
}
