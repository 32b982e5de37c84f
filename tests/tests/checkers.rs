//! Other people's programs read the log: four checkers of C2SP tlog-tiles, none of which was written with this one in mind.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_tests::desk::Desk;
use cinnabar_tests::folder_server::FolderServer;
use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::root;
use cinnabar_tests::running::Ran;

/// As many must have run, as `tests/checkers/run` counts.
const LEAST: usize = 3;
/// Exit code of `tests/checkers/run`: one complains.
const COMPLAINT: i32 = 1;
/// Exit code of `tests/checkers/run`: too few could be run.
const TOO_FEW: i32 = 3;

/// Points the checkers at the log at `url`. What they are built from and run in is kept beside the build, not in the checkout.
fn checkers(desk: &Desk, url: &str) -> Ran {
    let mut command = Command::new(root().join("tests/checkers/run"));
    command.args([url, &desk.setting("vkey")]).env(
        "CINNABAR_CHECKERS",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/checkers"),
    );
    Ran::of(&mut command)
}

/// The lines of the checkers that ran.
fn verdicts(ran: &Ran) -> Vec<&str> {
    let lines = ran.out.lines().filter(|line| line.contains(": "));
    lines.filter(|line| !line.contains(": not run: ")).collect()
}

/// All that ran, and enough of them, have read every entry.
#[track_caller]
fn content(ran: Ran, size: u64) {
    let ran = ran.ends(0);
    let verdicts = verdicts(&ran);
    assert!(verdicts.len() >= LEAST, "{ran:?}");
    let ok = format!(": ok, {size} entries");
    assert!(verdicts.iter().all(|line| line.ends_with(&ok)), "{ran:?}");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let below = paths.flat_map(|path| match path.is_dir() {
        true => files_below(&path),
        false => vec![path],
    });
    below.collect()
}

#[test]
fn independent_checkers_are_content_with_the_log_and_its_mirror_and_complain_about_a_damaged_tile()
{
    let ledger = Ledger::demo();
    let size = ledger.size();
    let ran = checkers(&ledger, &ledger.setting("api"));
    if ran.code == Some(TOO_FEW) {
        // A language or packages that can't be had here are an excuse; none of those that ran may have complained.
        let missing = ran.out.lines().filter(|line| line.contains(": not run: "));
        let missing: Vec<&str> = missing.collect();
        assert!(!missing.is_empty(), "{ran:?}");
        println!("Skipped: {}", missing.join("; "));
        return;
    }
    content(ran, size);

    ledger.run(&["export", "--tiles", "mirror"]).ends(0);
    let mirror = FolderServer::start(&ledger.path("mirror"));
    content(checkers(&ledger, &mirror.url), size);

    // One bit of one hash in the only tile of the lowest level.
    let tile = files_below(&ledger.path("mirror/tile/0"));
    let tile = tile.first().unwrap();
    let mut bytes = std::fs::read(tile).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(tile, bytes).unwrap();
    let ran = checkers(&ledger, &mirror.url).ends(COMPLAINT);
    let verdicts = verdicts(&ran);
    assert!(verdicts.len() >= LEAST, "{ran:?}");
    assert!(
        !verdicts.iter().any(|line| line.contains(": ok")),
        "{ran:?}"
    );
}
