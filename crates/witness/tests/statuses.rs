//! The witness without HTTP: every status, in the order of the specification.
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
