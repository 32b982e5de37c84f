//! The binary: sources, output, exit codes.
#![allow(clippy::unwrap_used)]

mod ledger;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use ledger::{Ledger, serve};

/// Runs `verify --log-key KEY` with these arguments. Its exit code, and what it printed.
fn verify(ledger: &Ledger, from: impl AsRef<std::ffi::OsStr>, more: &[&str]) -> (i32, String) {
    let output = command(ledger, from, more).output().unwrap();
    said(&output)
}

fn command(ledger: &Ledger, from: impl AsRef<std::ffi::OsStr>, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verify"));
    command
        .arg("--from")
        .arg(from)
        .args(["--log-key", &ledger.vkey()])
        .args(more);
    command
}

fn said(output: &Output) -> (i32, String) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap(), text)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn an_export_is_verified_as_a_file_a_directory_and_a_stream() {
    let ledger = Ledger::new();
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    let id = ledger.id().to_string();
    for from in [file.as_path(), room.path()] {
        let (code, said) = verify(&ledger, from, &["--ledger", &id, "--threads", "1"]);
        assert_eq!(code, 0, "{said}");
        assert!(
            said.contains(&id)
                && said.ends_with("VERIFIED: 36 entries, all as the log signed for them\n"),
            "{said}"
        );
    }
    let (code, said) = verify(&ledger, &file, &["--quiet"]);
    assert_eq!((code, said.lines().count()), (0, 1), "{said}");

    let note = format!("{}.checkpoint", file.display());
    let child = command(&ledger, "-", &["--checkpoint", &note, "--json"])
        .stdin(std::fs::File::open(&file).unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &report["verdict"], &report["entries"]),
        (Some(0), &"verified".into(), &36.into())
    );
}

#[test]
fn findings_name_the_sequence_and_exit_with_10() {
    let ledger = Ledger::new();
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    let changed = std::fs::read_to_string(&file)
        .unwrap()
        .replacen("Low risk", "No risk", 1);
    std::fs::write(&file, changed).unwrap();
    let (code, said) = verify(&ledger, &file, &[]);
    assert_eq!(code, 10, "{said}");
    assert!(
        said.contains("\nsequence 34: chain\n  expected  ") && said.contains("NOT VERIFIED"),
        "{said}"
    );
    let (code, said) = verify(&ledger, &file, &["--json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (
            code,
            &report["findings"][0]["sequence"],
            &report["findings"][0]["check"]
        ),
        (10, &34.into(), &"chain".into())
    );
}

#[test]
fn a_log_in_tiles_is_verified_from_a_directory_and_over_http() {
    for size in [36, 300] {
        let ledger = Ledger::of(size);
        let room = tempfile::tempdir().unwrap();
        ledger.write_tiles(room.path());
        let (code, said) = verify(&ledger, room.path(), &[]);
        assert_eq!(code, 0, "{said}");
        let base = serve(room.path().to_owned());
        let (code, said) = verify(&ledger, format!("{base}/"), &[]);
        assert_eq!(code, 0, "{said}");
        assert!(
            said.contains(&format!("VERIFIED: {size} entries")),
            "{said}"
        );
    }
}

#[test]
fn a_partial_bundle_that_is_gone_is_taken_from_the_full_one() {
    let ledger = Ledger::of(300);
    let room = tempfile::tempdir().unwrap();
    ledger.write_tiles(room.path());
    // The checkpoint is of size 22; the log has grown to 300 since and dropped the partial bundle.
    std::fs::write(room.path().join("checkpoint"), ledger.checkpoint(22)).unwrap();
    let (code, said) = verify(&ledger, serve(room.path().to_owned()), &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("VERIFIED: 22 entries"), "{said}");
}

#[test]
fn damaged_tiles_are_findings_and_absent_ones_leave_it_undecided() {
    let ledger = Ledger::of(300);
    let room = tempfile::tempdir().unwrap();
    ledger.write_tiles(room.path());
    let partial = room.path().join("tile/entries/001.p/44");
    let whole = std::fs::read(&partial).unwrap();
    std::fs::write(&partial, &whole[..whole.len() - 5]).unwrap();
    let (code, said) = verify(&ledger, room.path(), &[]);
    assert_eq!(code, 10, "{said}");
    assert!(said.contains("sequence 299: bytes.framing"), "{said}");

    std::fs::remove_file(&partial).unwrap();
    let (code, said) = verify(&ledger, serve(room.path().to_owned()), &[]);
    assert_eq!(code, 12, "{said}");
    assert!(said.contains("entries from sequence 256 on"), "{said}");
}

#[test]
fn what_is_not_there_or_can_not_be_reached_exits_with_12() {
    let ledger = Ledger::new();
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    std::fs::remove_file(format!("{}.checkpoint", file.display())).unwrap();
    let empty = tempfile::tempdir().unwrap();
    // A port that was free a moment ago: nobody answers there.
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for from in [
        text(&file),
        text(empty.path()),
        "no-such-file",
        &format!("http://{closed}"),
    ] {
        let (code, said) = verify(&ledger, from, &[]);
        assert_eq!(code, 12, "{from}: {said}");
        assert!(
            said.contains("CANNOT DECIDE") && said.contains("Missing:"),
            "{from}: {said}"
        );
    }
}

#[test]
fn a_fork_exits_with_11_and_an_honest_older_checkpoint_with_0() {
    let ledger = Ledger::new();
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    let old = room.path().join("old");
    std::fs::write(&old, ledger.checkpoint(9)).unwrap();
    assert_eq!(
        verify(&ledger, &file, &["--old-checkpoint", text(&old)]).0,
        0
    );
    std::fs::write(&old, ledger.lying_checkpoint(9)).unwrap();
    let (code, said) = verify(&ledger, &file, &["--old-checkpoint", text(&old)]);
    assert_eq!(code, 11, "{said}");
    assert!(said.contains("FORK"), "{said}");
}

#[test]
fn a_senseless_command_line_exits_with_2() {
    let ledger = Ledger::new();
    for more in [&["--threads", "0"][..], &["--ledger", "x"], &["--nonsense"]] {
        assert_eq!(verify(&ledger, "x", more).0, 2, "{more:?}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(["--from", "x", "--log-key", "nonsense"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
