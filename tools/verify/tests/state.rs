//! Levels, tiles, and the state file: going on, refusing, forks.
#![allow(clippy::unwrap_used)]

mod ledger;

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use ledger::{Ledger, serve};
use serde_json::Value;

fn verify(ledger: &Ledger, from: impl AsRef<std::ffi::OsStr>, more: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_verify"))
        .arg("--from")
        .arg(from)
        .args(["--log-key", &ledger.vkey(), "--json"])
        .args(more)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), report)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What two reports must have in common, however they came about.
fn outcome(mut report: Value) -> Value {
    let members = report.as_object_mut().unwrap();
    for member in [
        "resumed",
        "read",
        "fetched",
        "notes",
        "stateDigest",
        "tiles",
        "levels",
        "seconds",
        "cpuSeconds",
        "peakMemoryKib",
    ] {
        members.remove(member);
    }
    report
}

#[test]
fn an_export_that_grew_is_gone_on_with_and_only_what_is_new_is_read() {
    let ledger = Ledger::of(60);
    let room = tempfile::tempdir().unwrap();
    let state = room.path().join("state");
    let more = ["--state", text(&state)];
    let file = ledger.write_export_of(room.path(), 40);
    let (code, first) = verify(&ledger, &file, &more);
    assert_eq!((code, &first["read"]), (0, &40.into()), "{first}");
    let (code, same) = verify(&ledger, &file, &more);
    assert_eq!(
        (code, &same["read"], &same["entries"]),
        (0, &0.into(), &40.into()),
        "{same}"
    );
    ledger.write_export_of(room.path(), 60);
    let (code, grown) = verify(&ledger, &file, &more);
    assert_eq!((code, &grown["read"]), (0, &20.into()), "{grown}");
    let (_, whole) = verify(&ledger, &file, &[]);
    assert_eq!(outcome(grown), outcome(whole));
}

#[test]
fn a_log_in_tiles_that_grew_is_gone_on_with_from_a_few_tiles() {
    let room = tempfile::tempdir().unwrap();
    let tiles = room.path().join("log");
    let state = room.path().join("state");
    let ledger = Ledger::of(600);
    ledger.write_tiles_of(&tiles, 520);
    let base = serve(tiles.clone());
    let more = ["--state", text(&state)];
    let (code, first) = verify(&ledger, &base, &more);
    assert_eq!(code, 0, "{first}");
    ledger.write_tiles(&tiles);
    let (code, grown) = verify(&ledger, &base, &more);
    assert_eq!((code, &grown["read"]), (0, &80.into()), "{grown}");
    assert_eq!(grown["fetched"]["bundles"], 1, "{grown}");
    assert!(grown["fetched"]["tiles"].as_u64().unwrap() <= 6, "{grown}");
    let (_, whole) = verify(&ledger, &tiles, &[]);
    assert_eq!(outcome(grown), outcome(whole));
}

#[test]
fn a_tile_that_is_not_of_the_entries_is_named() {
    let ledger = Ledger::of(300);
    let room = tempfile::tempdir().unwrap();
    ledger.write_tiles(room.path());
    let (code, whole) = verify(&ledger, room.path(), &[]);
    assert_eq!((code, &whole["tiles"]), (0, &3.into()), "{whole}");
    let tile = room.path().join("tile/0/001.p/44");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[32 * 7 + 1] ^= 4;
    std::fs::write(&tile, &bytes).unwrap();
    let (code, report) = verify(&ledger, room.path(), &[]);
    let finding = &report["findings"][0];
    assert_eq!(
        (code, &finding["check"]),
        (10, &"tree.tile".into()),
        "{report}"
    );
    let expected = finding["expected"].as_str().unwrap();
    assert!(
        expected.starts_with("tile/0/001.p/44: 1408 bytes, hash 7"),
        "{expected}"
    );
    std::fs::remove_file(&tile).unwrap();
    let (code, report) = verify(&ledger, room.path(), &[]);
    assert_eq!(code, 12, "{report}");
}

#[test]
fn a_changed_byte_of_the_state_is_refused_with_a_sentence() {
    let ledger = Ledger::of(40);
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    let state = room.path().join("state");
    let more = ["--state", text(&state)];
    assert_eq!(verify(&ledger, &file, &more).0, 0);
    let run = std::fs::read_dir(room.path().join("state.d"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "run"))
        .unwrap();
    for path in [&state, &run] {
        let whole = std::fs::read(path).unwrap();
        let mut changed = whole.clone();
        changed[whole.len() / 2] ^= 1;
        std::fs::write(path, changed).unwrap();
        let (code, report) = verify(&ledger, &file, &more);
        let why = report["missing"].to_string();
        assert!(
            code == 12 && why.contains("was changed or is damaged"),
            "{report}"
        );
        std::fs::write(path, whole).unwrap();
    }
    let text = std::fs::read_to_string(&state).unwrap();
    std::fs::write(&state, text.replacen("state 1", "state 9", 1)).unwrap();
    let (code, report) = verify(&ledger, &file, &more);
    assert!(
        code == 12 && report["missing"].to_string().contains("another release"),
        "{report}"
    );
    std::fs::write(&state, text).unwrap();
    let (code, report) = verify(&ledger, &file, &[&more[..], &["--level", "tree"]].concat());
    assert!(
        code == 12 && report["missing"].to_string().contains("levels"),
        "{report}"
    );
    assert_eq!(verify(&ledger, &file, &more).0, 0);
}

#[test]
fn a_log_that_tells_another_story_than_in_the_run_before_is_a_fork() {
    let room = tempfile::tempdir().unwrap();
    let (one, other) = (Ledger::of(50), Ledger::of(46).and_others(60));
    for tiles in [false, true] {
        let state = room.path().join(format!("state-{tiles}"));
        let place = room.path().join(format!("log-{tiles}"));
        std::fs::create_dir_all(&place).unwrap();
        let write = |ledger: &Ledger| match tiles {
            true => ledger.write_tiles(&place),
            false => {
                ledger.write_export(&place);
            }
        };
        write(&one);
        let more = ["--state", text(&state)];
        assert_eq!(verify(&one, &place, &more).0, 0);
        let before = std::fs::read(&state).unwrap();
        write(&other);
        let (code, report) = verify(&one, &place, &more);
        assert_eq!((code, &report["verdict"]), (11, &"fork".into()), "{report}");
        let roots = report["findings"][0].to_string();
        let mine = serde_json::from_slice::<Value>(
            before.splitn(3, |byte| *byte == b'\n').nth(2).unwrap(),
        );
        let mine = mine.unwrap()["state"]["root"].as_str().unwrap().to_owned();
        assert!(
            roots.contains(&mine) && roots.contains("at size 50"),
            "{report}"
        );
        assert_eq!(std::fs::read(&state).unwrap(), before, "the evidence stays");
        // An older head than the one before is no proof of a lie, and no answer either.
        std::fs::write(place.join("checkpoint"), one.checkpoint(30)).unwrap();
        std::fs::write(place.join("ledger.jsonl.checkpoint"), one.checkpoint(30)).unwrap();
        if tiles {
            one.write_tiles_of(&place, 30);
            let (code, report) = verify(&one, &place, &more);
            assert_eq!(code, 12, "{report}");
        }
    }
}

#[test]
fn listed_checkpoints_are_read_from_a_folder_a_file_and_the_api() {
    let ledger = Ledger::of(40);
    let room = tempfile::tempdir().unwrap();
    ledger.write_tiles(room.path());
    let folder = room.path().join("checkpoints");
    std::fs::create_dir_all(&folder).unwrap();
    for size in [3, 20, 40] {
        std::fs::write(folder.join(size.to_string()), ledger.checkpoint(size)).unwrap();
    }
    let (code, report) = verify(&ledger, room.path(), &[]);
    assert_eq!((code, &report["listed"]), (0, &3.into()), "{report}");
    std::fs::write(folder.join("7"), ledger.lying_checkpoint(7)).unwrap();
    assert_eq!(verify(&ledger, room.path(), &[]).0, 11);
    std::fs::remove_dir_all(&folder).unwrap();

    let item = |size: usize| serde_json::json!({ "size": size, "note": ledger.checkpoint(size) });
    let lines = [5, 9].map(|size| item(size).to_string() + "\n").concat();
    std::fs::write(room.path().join("checkpoints.jsonl"), lines).unwrap();
    assert_eq!(verify(&ledger, room.path(), &[]).1["listed"], 2);
    std::fs::remove_file(room.path().join("checkpoints.jsonl")).unwrap();

    std::fs::create_dir_all(room.path().join("v1")).unwrap();
    let next = "/v1/checkpoints?cursor=b";
    let pages = [
        (
            "from=0",
            serde_json::json!({ "items": [item(2), item(8)], "_links": { "next": { "href": next } } }),
        ),
        ("cursor=b", serde_json::json!({ "items": [item(11)] })),
    ];
    for (query, page) in pages {
        let path = room.path().join(format!("v1/checkpoints?{query}"));
        std::fs::write(path, page.to_string()).unwrap();
    }
    let (code, report) = verify(&ledger, serve(room.path().to_owned()), &[]);
    assert_eq!((code, &report["listed"]), (0, &3.into()), "{report}");
}

#[test]
fn a_level_by_itself_says_so_and_a_policy_that_is_not_met_is_a_finding() {
    let ledger = Ledger::of(40);
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    let (code, report) = verify(&ledger, &file, &["--level", "tree"]);
    let levels: Vec<_> = report["levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| done["level"].clone())
        .collect();
    assert_eq!((code, levels), (0, vec!["chain".into(), "tree".into()]));
    let policy = room.path().join("policy");
    let witness = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    std::fs::write(&policy, format!("log {}\nquorum none\n", ledger.vkey())).unwrap();
    let (code, report) = verify(&ledger, &file, &["--policy", text(&policy)]);
    assert_eq!(code, 0, "{report}");
    std::fs::write(&policy, format!("log {witness}\nquorum none\n")).unwrap();
    let (code, report) = verify(&ledger, &file, &["--policy", text(&policy)]);
    assert_eq!(
        (code, &report["findings"][0]["check"]),
        (10, &"checkpoint.quorum".into()),
        "{report}"
    );
    std::fs::write(&policy, "nonsense\n").unwrap();
    assert_eq!(verify(&ledger, &file, &["--policy", text(&policy)]).0, 12);
}

/// A run that has the first half of an export and waits for more.
fn waiting(ledger: &Ledger, file: &Path, state: &Path) -> Child {
    let note = format!("{}.checkpoint", file.display());
    let mut child = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(["--from", "-", "--checkpoint", &note, "--state", text(state)])
        .args(["--log-key", &ledger.vkey(), "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::fs::read(file).unwrap();
    let half = &lines[..lines.len() / 2];
    child.stdin.as_mut().unwrap().write_all(half).unwrap();
    while !Path::new(&format!("{}.d/lock", state.display())).exists() {
        std::thread::yield_now();
    }
    child
}

/// Whether a signal was sent to the process that none of its threads has taken yet (proc(5): `ShdPnd`).
fn has_a_signal_to_take(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mut lines = status.lines();
    let pending = lines.find_map(|line| line.strip_prefix("ShdPnd:")).unwrap();
    u64::from_str_radix(pending.trim(), 16).unwrap() != 0
}

#[test]
fn a_killed_run_leaves_nothing_that_is_in_the_way() {
    let ledger = Ledger::of(40);
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    let state = room.path().join("state");
    let mut child = waiting(&ledger, &file, &state);
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, report) = verify(&ledger, &file, &["--state", text(&state)]);
    assert_eq!((code, &report["entries"]), (0, &40.into()), "{report}");
}

#[test]
fn an_interrupted_run_says_so_and_the_next_one_goes_on_from_it() {
    let ledger = Ledger::of(40);
    let room = tempfile::tempdir().unwrap();
    let file = ledger.write_export(room.path());
    let state = room.path().join("state");
    let mut child = waiting(&ledger, &file, &state);
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    // Not before it knows: without more to read it would come to its end.
    while has_a_signal_to_take(&pid) {
        std::thread::yield_now();
    }
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(12), "{report}");
    assert!(
        report["missing"].to_string().contains("interrupted"),
        "{report}"
    );
    let (code, report) = verify(&ledger, &file, &["--state", text(&state)]);
    let from = report["resumed"]["size"].as_u64().unwrap();
    assert!(code == 0 && (1..40).contains(&from), "{report}");
    assert_eq!(report["read"].as_u64().unwrap(), 40 - from);
}
