//! A ledger that was put back to an earlier state is not signed for, until its administrators say what is lost.

use std::path::Path;

use cinnabar_events::{Kind, Payload, Signed};
use cinnabar_ledger::node::{Phase, Precautions, Role, Seen};
use cinnabar_store::{Recovery, Restored, Store, note_restored};
use cinnabar_tlog::{Hash, Size};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::replicas::{node_with, until, wait_for};
use crate::town::{OPENING, Town};

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        match item.file_type().unwrap().is_dir() {
            true => copy(&item.path(), &target),
            false => drop(std::fs::copy(item.path(), target).unwrap()),
        }
    }
}

/// A ledger of `OPENING` + 3 entries, stopped; a backup of it; then of two entries more, stopped.
struct Backed {
    town: Town,
    backup: tempfile::TempDir,
}

const THEN: u64 = OPENING + 3;
const NOW: u64 = THEN + 2;
/// The folders within a ledger's, as they stand in a backup.
const STORE: &str = "store";
const STREAM: &str = "nats/store";

impl Backed {
    async fn new(marked: bool) -> Self {
        let mut town = match marked {
            true => Town::marked().await,
            false => Town::new().await,
        };
        town.with_registrar().await;
        town.record(&town.organisation("before")).await;
        town.stop().await;
        let backup = tempfile::tempdir().unwrap();
        copy(town.folder.path(), backup.path());
        town.start().await;
        town.record(&town.organisation("lost-1")).await;
        town.record(&town.organisation("lost-2")).await;
        town.stop().await;
        Self { town, backup }
    }

    fn put_back(&self, what: &str) {
        let folder = self.town.folder.path().join(what);
        std::fs::remove_dir_all(&folder).unwrap();
        copy(&self.backup.path().join(what), &folder);
    }

    fn store(&self) -> Store {
        let layout = self.town.layout();
        Store::open_with(&layout.store(), layout.options()).unwrap()
    }

    fn recovery(&self, from: u64, until: u64, signers: &[&str]) -> Signed {
        let checkpoint = self.store().mark().unwrap().checkpoint.unwrap();
        let data = json!({
            "lostFrom": from, "lostUntil": until, "checkpoint": checkpoint, "reasons": "the disk"
        });
        self.town
            .signed(Kind::LedgerRecovered, "ledger/t-1", signers, &data)
    }
}

const BOTH: [&str; 2] = ["wang:institution_admin", "zhao:institution_admin"];

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_everything_is_refused_with_both_sizes_and_who_knows() {
    let mut backed = Backed::new(true).await;
    backed.put_back(STORE);
    backed.put_back(STREAM);
    // Also the second time: that it was refused changes nothing.
    for _ in 0..2 {
        let refused = backed.town.try_start().await.unwrap_err();
        for part in [
            format!("it has {THEN} entries"),
            format!("/mark knows of {NOW}"),
            format!("for {THEN} to {NOW}"),
        ] {
            assert!(refused.contains(&part), "{part}: {refused}");
        }
    }
    assert_eq!(backed.store().head().size.get(), THEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_lost_its_tail_with_the_streams_is_refused_by_the_head_file() {
    let mut backed = Backed::new(false).await;
    backed.put_back("store/replica/rocksdb");
    backed.put_back(STREAM);
    let refused = backed.town.try_start().await.unwrap_err();
    let expected = format!("it has {THEN} entries, the head file knows of {NOW}");
    assert!(refused.contains(&expected), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_the_database_alone_is_caught_up_from_the_stream() {
    let mut backed = Backed::new(true).await;
    backed.put_back(STORE);
    backed.town.start().await;
    assert_eq!(backed.town.running().store.head().size.get(), NOW);
    backed.town.record(&backed.town.organisation("after")).await;
    let mark = backed.town.running().store.mark().unwrap();
    assert_eq!(mark.high_water.size.get(), NOW + 1);
    backed.town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_witness_saw_is_believed_against_the_disk() {
    let mut backed = Backed::new(false).await;
    let root = {
        let store = backed.store();
        (store.root_at(Size::new(THEN)).unwrap(), store.head().root)
    };
    let seen = |size, root| Precautions {
        seen: vec![Seen {
            size: Size::new(size),
            root,
            by: "witness.example.org".into(),
        }],
        ..Precautions::default()
    };
    let other = Hash::from_bytes([7; 32]);
    for (size, wrong, part) in [
        (THEN, other, "two histories".to_owned()),
        (NOW, root.0, "two histories".to_owned()),
        (
            NOW + 5,
            other,
            format!("witness.example.org knows of {}", NOW + 5),
        ),
    ] {
        backed.town.precautions = seen(size, wrong);
        let refused = backed.town.try_start().await.unwrap_err();
        assert!(refused.contains(&part), "{part}: {refused}");
    }
    for (size, right) in [(THEN, root.0), (NOW, root.1), (0, other)] {
        backed.town.precautions = seen(size, right);
        backed.town.start().await;
        backed.town.stop().await;
    }
    backed.put_back(STORE);
    backed.put_back(STREAM);
    // Nothing here remembers, but the witness does.
    backed.town.precautions = seen(NOW, root.1);
    let refused = backed.town.try_start().await.unwrap_err();
    assert!(
        refused.contains(&format!("it has {THEN} entries")),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_says_that_something_is_lost_and_goes_on() {
    let mut town = Town::new().await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create(&folder.path().join("store")).unwrap();
    let stop = CancellationToken::new();
    let _stops_if_this_fails = stop.clone().drop_guard();
    let seen = Seen {
        size: Size::new(1000),
        root: Hash::from_bytes([7; 32]),
        by: "witness.example.org".into(),
    };
    let precautions = Precautions {
        seen: vec![seen],
        ..Precautions::default()
    };
    let reader = node_with(&town, store.clone(), Role::Reader, &stop, precautions).await;
    until(&reader, |phase| *phase == Phase::Following).await;
    let alarm = reader.alarm.borrow().clone().unwrap();
    assert!(
        alarm.contains("witness.example.org knows of 1000"),
        "{alarm}"
    );
    town.with_registrar().await;
    tokio::task::block_in_place(|| wait_for(&reader, &store, OPENING + 2));
    stop.cancel();
    town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_is_the_first_entry_after_the_loss_and_then_the_ledger_goes_on() {
    let mut backed = Backed::new(true).await;
    let lost_root = backed.store().head().root;
    backed.put_back(STORE);
    backed.put_back(STREAM);
    let with = |recovery: Option<&Signed>| Precautions {
        recovery: recovery.map(Signed::to_request),
        ..Precautions::default()
    };
    let good = backed.recovery(THEN, NOW, &BOTH);
    let cases = [
        (
            backed.recovery(THEN, NOW + 1, &BOTH),
            "it names the entries from",
        ),
        (
            backed.recovery(THEN - 1, NOW, &BOTH),
            "it names the entries from",
        ),
        (backed.recovery(THEN, NOW, &BOTH[..1]), "recovery.signers"),
        (backed.town.organisation("x"), "not a ledger.recovered"),
    ];
    for (wrong, part) in &cases {
        backed.town.precautions = with(Some(wrong));
        let refused = backed.town.try_start().await.unwrap_err();
        assert!(refused.contains(part), "{part}: {refused}");
        assert_eq!(backed.store().head().size.get(), THEN);
    }
    backed.town.precautions = with(Some(&good));
    backed.town.start().await;
    let town = &backed.town;
    let store = &town.running().store;
    let bytes = store.entry(cinnabar_events::Sequence::new(THEN)).unwrap();
    let entry = cinnabar_events::Entry::parse(bytes.unwrap()).unwrap();
    assert!(matches!(
        entry.statement().payload,
        Payload::LedgerRecovered(_)
    ));
    assert_eq!(entry.signed(), &good);
    let declared = Recovery {
        from: entry.seq(),
        until: Size::new(NOW),
    };
    assert_eq!(store.recoveries().unwrap(), [declared]);
    assert_eq!(store.mark().unwrap().high_water.size.get(), THEN + 1);
    let receipt = town.record(&town.organisation("after")).await;
    assert_eq!(receipt.entry().seq().get(), THEN + 1);
    backed.town.stop().await;

    // It has been said: with or without it, and though a witness remembers what is lost, the ledger goes on.
    backed.town.start().await;
    backed.town.stop().await;
    backed.town.precautions = Precautions {
        seen: vec![Seen {
            size: Size::new(NOW),
            root: lost_root,
            by: "witness.example.org".into(),
        }],
        ..Precautions::default()
    };
    backed.town.start().await;
    backed.town.record(&backed.town.organisation("later")).await;
    backed.town.stop().await;

    // A second backup is not excused by the first recovery.
    backed.town.precautions = Precautions::default();
    let now = backed.store().head().size.get();
    backed.put_back(STORE);
    backed.put_back(STREAM);
    let refused = backed.town.try_start().await.unwrap_err();
    assert!(refused.contains(&format!("knows of {now}")), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_nothing_needs_is_refused() {
    let mut backed = Backed::new(true).await;
    let offered = backed.recovery(NOW, NOW + 1, &BOTH);
    backed.town.precautions.recovery = Some(offered.to_request());
    let refused = backed.town.try_start().await.unwrap_err();
    assert!(refused.contains("nothing is lost"), "{refused}");
    // Nor may it be said while the ledger runs: there is no checkpoint of a size that it never had.
    backed.town.precautions.recovery = None;
    backed.town.start().await;
    let answer = backed.town.ask(&offered).await;
    assert_eq!(crate::town::refused(answer).code, "recovery.checkpoint");
    backed.town.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_was_lost_is_made_again_only_if_that_is_allowed() {
    let mut backed = Backed::new(true).await;
    let mark = backed.town.elsewhere.path().join("mark");
    std::fs::remove_file(&mark).unwrap();
    let refused = backed.town.try_start().await.unwrap_err();
    assert!(refused.contains("is missing"), "{refused}");
    let mut embedding = backed.town.embedding();
    embedding.layout = embedding.layout.with_mark(&mark, true);
    let running = cinnabar_ledger::embedded::Embedded::start(&embedding).await;
    running.unwrap().stop().await;
    backed.town.start().await;
    backed.town.record(&backed.town.organisation("after")).await;
    backed.town.stop().await;
    assert_eq!(
        backed.store().mark().unwrap().high_water.size.get(),
        NOW + 1
    );
    let mut inside = backed.town.embedding();
    inside.layout = inside
        .layout
        .with_mark(backed.town.folder.path().join("m/mark"), true);
    let refused = cinnabar_ledger::embedded::Embedded::start(&inside).await;
    let refused = cinnabar_ledger::causes(&refused.unwrap_err());
    assert!(
        refused.contains("lies within the data directory"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_restored_from_a_backup_writes_where_the_stream_is_and_fills_none_of_its_own() {
    let mut town = Town::new().await;
    town.with_registrar().await;
    town.record(&town.organisation("before")).await;
    town.stop().await;
    let (folder, layout) = (town.folder.path().to_owned(), town.layout());
    let head = Store::open(&layout.store()).unwrap().head();
    let restored = Restored {
        size: head.size,
        hash: head.hash,
    };
    note_restored(&layout.store(), &restored).unwrap();
    // Everything but the replica is lost: it could fill the stream again, and does not know whether it may.
    let (stream, aside) = (folder.join(STREAM), folder.join("aside"));
    std::fs::rename(&stream, &aside).unwrap();
    for _ in 0..2 {
        let why = town.try_start().await.unwrap_err();
        assert!(why.contains("put back from a backup with"), "{why}");
        assert!(why.contains("--new-mark"), "{why}");
        let store = Store::open(&layout.store()).unwrap();
        assert_eq!((store.head(), store.restored()), (head, Some(restored)));
    }
    // The stream turns up.
    std::fs::remove_dir_all(&stream).unwrap();
    std::fs::rename(&aside, &stream).unwrap();
    town.start().await;
    town.record(&town.organisation("after")).await;
    assert_eq!(town.running().store.restored(), None);
    town.stop().await;
}
