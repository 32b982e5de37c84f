//! The witness without HTTP: every status, and what is on the disk before anybody has an answer.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cinnabar_tlog::*;
use cinnabar_witness::origin_id;
use cinnabar_witness::server::Witness;
use cinnabar_witness::server::*;
use common::*;

fn options(hand: &Hand) -> Options {
    Options {
        clock: hand.clock(),
        ..Options::new(name(WITNESS), vec![log_key()])
    }
}

fn open(dir: &Path) -> Witness {
    Witness::open(dir, options(&Hand::at(NEW_YEAR))).unwrap()
}

fn log_dir(dir: &Path) -> PathBuf {
    dir.join("logs").join(origin_id(&name(ORIGIN)))
}

fn ask(witness: &Witness, body: &str) -> (u16, String) {
    let answer = witness.add_checkpoint(body.as_bytes());
    (answer.status(), answer.body())
}

fn last_size(witness: &Witness) -> Option<u64> {
    let last = witness.last(&origin_id(&name(ORIGIN))).unwrap();
    last.map(|last| last.checkpoint().size.get())
}

fn evidence(dir: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(log_dir(dir).join("evidence")) else {
        return Vec::new();
    };
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A body with the root or another part of the note replaced, signed again or not.
fn resigned(old: u64, checkpoint: &Checkpoint, hashes: Vec<Hash>) -> String {
    AddCheckpoint {
        old: Size::new(old),
        proof: ConsistencyProof::new(hashes).unwrap(),
        checkpoint: checkpoint.sign(&log_signer()).unwrap(),
    }
    .to_string()
}

fn signed_text(old: u64, text: &str) -> String {
    let note = Note::new(text, vec![log_signer().sign(text)]).unwrap();
    format!("old {old}\n\n{note}")
}

fn stranger(origin: &str) -> NoteSigner {
    NoteSigner::from_seed(name(origin), &seed(0x60))
}

#[test]
fn each_request_has_the_status_of_the_specification() {
    let five = checkpoint(&tree(5));
    let other_log = Checkpoint {
        origin: name("log.example.org/other"),
        ..five.clone()
    };
    let unknown = other_log.sign(&stranger("log.example.org/other")).unwrap();
    let unsigned = five.sign(&stranger(ORIGIN)).unwrap();
    let broken = note(&tree(5)).to_string().replace("EkCN90Wv", "EkCN90Ww");
    let empty_other_root = Checkpoint {
        size: Size::ZERO,
        ..five.clone()
    };
    let root = format!("{five}");
    let rows: Vec<(&str, u64, String, u16)> = vec![
        ("an unknown log", 0, format!("old 0\n\n{unknown}"), 404),
        (
            "an unknown log before a wrong old size",
            0,
            format!("old 9\n\n{unknown}"),
            404,
        ),
        (
            "a name that no log can have",
            0,
            signed_text(0, "\n5\n"),
            404,
        ),
        (
            "another's signature",
            0,
            format!("old 0\n\n{unsigned}"),
            403,
        ),
        (
            "another's signature before a wrong old size",
            0,
            format!("old 9\n\n{unsigned}"),
            403,
        ),
        ("a damaged signature", 0, format!("old 0\n\n{broken}"), 403),
        (
            "no size",
            0,
            signed_text(0, &format!("{ORIGIN}\nfive\n")),
            400,
        ),
        (
            "extension lines",
            0,
            signed_text(0, &format!("{root}extension\n")),
            400,
        ),
        (
            "extension lines before a wrong old size",
            5,
            signed_text(3, &format!("{root}extension\n")),
            400,
        ),
        ("not a request", 0, "hello\n".to_owned(), 400),
        (
            "an old size beyond the new one",
            0,
            request(6, &tree(5)),
            400,
        ),
        (
            "an old size beyond the new one, of a known log",
            5,
            request(6, &tree(5)),
            400,
        ),
        ("a guess at first contact", 0, request(3, &tree(5)), 409),
        ("old 0 later", 5, request(0, &tree(300)), 409),
        ("another old size", 5, request(4, &tree(300)), 409),
        ("a smaller tree", 300, request(5, &tree(5)), 409),
        ("a fork with another old size", 5, request(4, &fork(5)), 409),
        (
            "size 0 with leaves",
            0,
            resigned(0, &empty_other_root, Vec::new()),
            422,
        ),
        (
            "a proof from nothing",
            0,
            resigned(0, &five, vec![five.root]),
            422,
        ),
        ("a fork at the same size", 5, request(5, &fork(5)), 422),
        (
            "a proof at the same size",
            5,
            resigned(5, &five, vec![five.root]),
            422,
        ),
        ("a fork that grew", 5, request(5, &fork(300)), 422),
        (
            "no proof",
            5,
            resigned(5, &checkpoint(&tree(300)), Vec::new()),
            422,
        ),
        ("the first checkpoint", 0, request(0, &tree(5)), 200),
        ("the empty log", 0, request(0, &tree(0)), 200),
        ("the same again", 5, request(5, &tree(5)), 200),
        ("the reference's request", 5, REQUEST_5_300.to_owned(), 200),
    ];
    for (what, before, body, status) in rows {
        let dir = tempfile::tempdir().unwrap();
        let witness = open(dir.path());
        if before > 0 {
            assert_eq!(ask(&witness, &request(0, &tree(before))).0, 200);
        }
        let (got, answer) = ask(&witness, &body);
        assert_eq!(got, status, "{what}: {answer}");
        let same = (before > 0).then_some(before);
        match status {
            200 => assert_eq!(answer.lines().count(), 1, "{what}"),
            409 => assert_eq!(answer, format!("{before}\n"), "{what}"),
            _ => assert_eq!(answer.lines().count(), 1, "{what}"),
        }
        if status != 200 {
            assert_eq!(last_size(&witness), same, "{what}");
        }
    }
}

#[test]
fn the_pure_core_says_the_same_without_a_disk() {
    let logs = Logs::new([log_key()]).unwrap();
    let decide = |body: String| decide(&logs, |_| None, body.as_bytes());
    assert!(
        matches!(decide(request(0, &tree(5))), Decision::Cosign { checkpoint, .. } if checkpoint.size == Size::new(5))
    );
    let Decision::Refuse(stale) = decide(request(3, &tree(5))) else {
        panic!("cosigned")
    };
    let expected = Rejection::Stale {
        known: Size::ZERO,
        forked: false,
    };
    assert_eq!(stale, Refusal::Rejected(expected));
    assert_eq!(stale.status(), 409);
}

#[test]
fn a_cosignature_is_the_one_of_the_vectors_and_lines_of_strangers_are_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let witness = open(dir.path());
    let stranger = Cosigner::from_seed(name("witness.example.org/w2"), &seed(0x70));
    let five = checkpoint(&tree(5));
    let time = PosixSeconds::new(NEW_YEAR).unwrap();
    let with = note(&tree(5))
        .with_signature(stranger.cosign(&five, time))
        .unwrap();
    let answer = witness.add_checkpoint(format!("old 0\n\n{with}").as_bytes());
    let Answer::Cosigned(line) = answer else {
        panic!("{answer:?}")
    };
    let by = witness.vkey().verify(&five.to_string(), &line).unwrap();
    assert_eq!(by.time, Some(time));
    let kept = witness.last(&origin_id(&name(ORIGIN))).unwrap().unwrap();
    assert_eq!(*kept.note(), note(&tree(5)).with_signature(line).unwrap());
    assert_eq!(kept.time(), time);
}

#[test]
fn what_cannot_be_made_durable_is_not_signed() {
    for obstacle in ["checkpoint.new", "checkpoint"] {
        let dir = tempfile::tempdir().unwrap();
        let witness = open(dir.path());
        assert_eq!(ask(&witness, &request(0, &tree(5))).0, 200);
        // A folder in the way: whoever writes, nothing can be written or renamed there.
        let obstacle = log_dir(dir.path()).join(obstacle);
        let aside = dir.path().join("aside");
        let stood = fs::rename(&obstacle, &aside).is_ok();
        fs::create_dir(&obstacle).unwrap();
        let (status, body) = ask(&witness, &request(5, &tree(300)));
        assert_eq!((status, body.contains('\u{2014}')), (503, false), "{body}");
        assert_ne!(ask(&witness, &request(5, &fork(300))).0, 200);
        fs::remove_dir(&obstacle).unwrap();
        if stood {
            fs::rename(&aside, &obstacle).unwrap();
        }
        // Nothing went out, so the log goes on from where it was.
        assert_eq!(last_size(&witness), Some(5));
        assert_eq!(ask(&witness, &request(5, &tree(300))).0, 200);
    }
}

#[test]
fn a_crash_after_the_write_and_before_the_answer_leaves_a_witness_that_knows() {
    let dir = tempfile::tempdir().unwrap();
    let witness = open(dir.path());
    assert_eq!(ask(&witness, &request(0, &tree(5))).0, 200);
    // The answer goes nowhere, and the process ends.
    drop(witness.add_checkpoint(request(5, &tree(300)).as_bytes()));
    drop(witness);
    let witness = open(dir.path());
    assert_eq!(
        ask(&witness, &request(5, &tree(300))),
        (409, "300\n".to_owned())
    );
    assert_eq!(ask(&witness, &request(5, &fork(300))).0, 409);
    assert_eq!(ask(&witness, &request(300, &fork(300))).0, 422);
    assert_eq!(ask(&witness, &request(300, &fork(400))).0, 422);
    assert_eq!(ask(&witness, &request(300, &tree(300))).0, 200);
}

#[test]
fn a_crash_within_the_write_leaves_what_was_answered() {
    let dir = tempfile::tempdir().unwrap();
    let witness = open(dir.path());
    assert_eq!(ask(&witness, &request(0, &tree(5))).0, 200);
    drop(witness);
    let half = &note(&tree(300)).to_string()[..40];
    fs::write(log_dir(dir.path()).join("checkpoint.new"), half).unwrap();
    let witness = open(dir.path());
    assert_eq!(last_size(&witness), Some(5));
    assert_eq!(ask(&witness, &request(5, &tree(300))).0, 200);
}

#[test]
fn requests_for_one_log_are_decided_one_after_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let witness = open(dir.path());
    assert_eq!(ask(&witness, &request(0, &tree(5))).0, 200);
    // Eight histories of the same size ask at once: one is cosigned.
    let asked: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|i| {
                let witness = &witness;
                let mut tree = tree(5);
                tree.push(leaf_hash(&[i]));
                scope.spawn(move || ask(witness, &request(5, &tree)).0)
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(
        asked.iter().filter(|status| **status == 200).count(),
        1,
        "{asked:?}"
    );
    assert_eq!(
        asked.iter().filter(|status| **status == 409).count(),
        7,
        "{asked:?}"
    );
}

#[test]
fn a_clock_that_went_back_signs_nothing() {
    let (dir, hand) = (tempfile::tempdir().unwrap(), Hand::at(NEW_YEAR));
    let witness = Witness::open(dir.path(), options(&hand)).unwrap();
    assert_eq!(ask(&witness, &request(0, &tree(5))).0, 200);
    hand.set(NEW_YEAR - 3);
    let answer = witness.add_checkpoint(request(5, &tree(300)).as_bytes());
    assert_eq!(answer, Answer::ClockBehind(3));
    hand.set(NEW_YEAR);
    assert_eq!(ask(&witness, &request(5, &tree(300))).0, 200);
}

#[test]
fn the_same_checkpoint_gets_a_new_time_in_a_new_second() {
    let (dir, hand) = (tempfile::tempdir().unwrap(), Hand::at(NEW_YEAR));
    let witness = Witness::open(dir.path(), options(&hand)).unwrap();
    let first = ask(&witness, &request(0, &tree(5))).1;
    assert_eq!(ask(&witness, &request(5, &tree(5))).1, first);
    hand.set(NEW_YEAR + 1);
    assert_ne!(ask(&witness, &request(5, &tree(5))).1, first);
}

#[test]
fn contradictions_are_kept_with_both_notes_and_counted_apart() {
    let dir = tempfile::tempdir().unwrap();
    let witness = open(dir.path());
    assert_eq!(ask(&witness, &request(0, &tree(5))).0, 200);
    assert_eq!(ask(&witness, &request(5, &fork(5))).0, 422);
    assert_eq!(ask(&witness, &request(5, &fork(5))).0, 422);
    let kept = evidence(dir.path());
    assert_eq!(kept.len(), 1, "{kept:?}");
    let path = log_dir(dir.path()).join("evidence").join(&kept[0]);
    let file = fs::read_to_string(path).unwrap();
    for part in [
        note(&tree(5)).to_string().lines().nth(2).unwrap(),
        &fork(5).size().to_string(),
    ] {
        assert!(file.contains(part), "{file} without {part}");
    }
    let file: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(file["request"], request(5, &fork(5)));
    let cosigned = Note::parse(file["cosigned"].as_str().unwrap().as_bytes()).unwrap();
    assert!(cosigned.verify([witness.vkey()]).is_ok() && cosigned.verify([&log_key()]).is_ok());
    // Wrong proofs with public checkpoints: anybody's, and bounded.
    for size in 6..6 + 2 * MAX_EVIDENCE_FILES as u64 {
        assert_eq!(
            ask(&witness, &resigned(5, &checkpoint(&tree(size)), Vec::new())).0,
            422
        );
    }
    assert_eq!(evidence(dir.path()).len(), 1 + MAX_EVIDENCE_FILES);
    // Still room for what speaks for itself, also where the old size is wrong.
    let mut third = tree(4);
    third.push(leaf_hash(b"third story"));
    assert_eq!(ask(&witness, &request(4, &third)).0, 409);
    assert_eq!(
        evidence(dir.path())
            .iter()
            .filter(|name| name.starts_with("fork-"))
            .count(),
        2
    );
}

#[test]
fn a_request_that_nobody_signed_leaves_nothing_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let witness = open(dir.path());
    let unsigned = checkpoint(&tree(5)).sign(&stranger(ORIGIN)).unwrap();
    assert_eq!(ask(&witness, &format!("old 0\n\n{unsigned}")).0, 403);
    assert_eq!(fs::read_dir(log_dir(dir.path())).unwrap().count(), 0);
}

#[test]
fn one_folder_has_one_witness_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let witness = open(dir.path());
    let second = Witness::open(dir.path(), options(&Hand::at(NEW_YEAR)));
    assert!(
        matches!(second, Err(OpenWitnessError::State(StateError::Locked(_)))),
        "{second:?}"
    );
    drop(witness);
    open(dir.path());
}

#[test]
fn the_key_is_made_once_and_for_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let vkey = open(dir.path()).vkey().to_string();
    assert_eq!(open(dir.path()).vkey().to_string(), vkey);
    let path = dir.path().join("key");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let skey = fs::read_to_string(&path).unwrap();
    assert_eq!(
        Cosigner::parse_skey(skey.trim_end())
            .unwrap()
            .verifier()
            .to_string(),
        vkey
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let exposed = Witness::open(dir.path(), options(&Hand::at(NEW_YEAR)));
    assert!(matches!(
        exposed,
        Err(OpenWitnessError::State(StateError::KeyExposed {
            mode: 0o640,
            ..
        }))
    ));
}

#[test]
fn a_folder_that_is_not_this_witness_s_or_lost_its_state_is_refused() {
    let renamed = |dir: &Path| {
        let options = Options::new(name("witness.example.org/w2"), vec![log_key()]);
        Witness::open(dir, options)
    };
    let plain = |dir: &Path| Witness::open(dir, options(&Hand::at(NEW_YEAR)));
    let prepare = || {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(ask(&open(dir.path()), &request(0, &tree(5))).0, 200);
        dir
    };
    let refused = |result: Result<Witness, OpenWitnessError>| match result {
        Err(OpenWitnessError::State(error)) => error,
        other => panic!("{other:?}"),
    };
    let dir = prepare();
    assert!(matches!(
        refused(renamed(dir.path())),
        StateError::OtherName { .. }
    ));
    fs::remove_dir_all(dir.path().join("logs")).unwrap();
    assert!(matches!(
        refused(plain(dir.path())),
        StateError::StateLost(_)
    ));

    let dir = prepare();
    let path = log_dir(dir.path()).join("checkpoint");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\n5\n", "\n4\n")).unwrap();
    assert!(matches!(
        refused(plain(dir.path())),
        StateError::ForeignNote { .. }
    ));
    fs::write(&path, &text[..30]).unwrap();
    assert!(matches!(
        refused(plain(dir.path())),
        StateError::DamagedNote { .. }
    ));
    fs::write(&path, &text).unwrap();
    assert_eq!(last_size(&open(dir.path())), Some(5));
    fs::write(dir.path().join("key"), "PRIVATE+KEY+nothing\n").unwrap();
    assert!(matches!(refused(plain(dir.path())), StateError::Key { .. }));
}

#[test]
fn a_log_keeps_its_state_through_a_rotation_of_its_key_and_an_absence() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(ask(&open(dir.path()), &request(0, &tree(5))).0, 200);
    let without = Witness::open(dir.path(), Options::new(name(WITNESS), Vec::new())).unwrap();
    assert_eq!(ask(&without, &request(5, &tree(300))).0, 404);
    assert_eq!(without.last(&origin_id(&name(ORIGIN))).unwrap(), None);
    drop(without);
    let new_key = stranger(ORIGIN);
    let keys = vec![new_key.verifier().clone()];
    let witness = Witness::open(dir.path(), Options::new(name(WITNESS), keys)).unwrap();
    assert_eq!(ask(&witness, &request(5, &tree(300))).0, 403);
    let note = checkpoint(&tree(300)).sign(&new_key).unwrap();
    let body = AddCheckpoint {
        old: Size::new(5),
        proof: proof(5, &tree(300)),
        checkpoint: note,
    };
    assert_eq!(ask(&witness, &body.to_string()).0, 200);
}

#[test]
fn a_list_of_logs_is_log_keys_and_each_once() {
    let witness_key = cosigner().verifier().clone();
    assert!(matches!(
        Logs::new([witness_key]),
        Err(LogsError::WitnessKey(_))
    ));
    assert!(matches!(
        Logs::new([log_key(), log_key()]),
        Err(LogsError::Duplicate(_))
    ));
    let rotated = stranger(ORIGIN).verifier().clone();
    assert_eq!(
        Logs::new([log_key(), rotated]).unwrap().origins().count(),
        1
    );
}
