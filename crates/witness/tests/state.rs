//! What is on the disk before anybody has an answer, and what a folder is refused for.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod common;
#[path = "common/served.rs"]
mod served;

use cinnabar_tlog::*;
use cinnabar_witness::origin_id;
use cinnabar_witness::server::Witness;
use cinnabar_witness::server::*;
use common::*;
use served::*;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

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
