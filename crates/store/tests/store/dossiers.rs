//! The index of dossiers: the same as a tree in memory makes of the same entries, and never half of one.

use std::collections::BTreeMap;

use cinnabar_events::{Subject, dossier_key};
use cinnabar_store::{DossierHead, IndexHead, OpenOptions, ScrubFinding, Store};
use cinnabar_tlog::{Hash, MemorySparseTree, Size};
use rocksdb::IteratorMode;

use crate::open::tamper;
use crate::writer::{Writer, copy_dir, subject};

/// What the dossiers were like after `size` entries.
fn model(writer: &Writer, size: u64) -> (Hash, BTreeMap<Subject, DossierHead>) {
    let mut heads = BTreeMap::new();
    let mut tree = MemorySparseTree::new();
    for entry in writer.entries.iter().take(usize::try_from(size).unwrap()) {
        for (subject, link) in entry.dossiers() {
            let head = DossierHead {
                length: link.revision.get() + 1,
                hash: entry.hash(),
            };
            tree.set(dossier_key(subject), head.value());
            heads.insert(subject.clone(), head);
        }
    }
    (tree.root(), heads)
}

fn agrees(store: &Store, writer: &Writer) {
    let index = store.dossier_index().unwrap();
    let (root, heads) = model(writer, index.size.get());
    assert_eq!((index.root, index.dossiers), (root, heads.len() as u64));
    for name in (0..9).map(|number| format!("organisation/org-{number}")) {
        let subject = subject(&name);
        let (found, head, proof) = store.dossier_proof(&subject).unwrap().unwrap();
        assert_eq!(found, index);
        assert_eq!(head, heads.get(&subject).copied(), "{name}");
        let value = head.map(|head| head.value());
        proof
            .verify(&root, &dossier_key(&subject), value.as_ref())
            .unwrap();
    }
}

#[test]
fn the_index_grows_from_one_to_the_next_and_proves_every_dossier_and_every_absence() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    assert_eq!(store.dossier_index(), None);
    assert_eq!(
        store.dossier_proof(&subject("organisation/org-0")).unwrap(),
        None
    );
    for (count, size) in [(3, 3), (1, 4), (20, 17), (2, 29)] {
        store.apply(writer.some(count)).unwrap();
        let plan = store.plan_index(Size::new(size)).unwrap();
        let (root, heads) = model(&writer, size);
        assert_eq!((plan.root(), plan.dossiers()), (root, heads.len() as u64));
        let entry = writer.head.next();
        store
            .apply(writer.indexed(size, &root, plan.dossiers()))
            .unwrap();
        let recorded = IndexHead {
            size: plan.size(),
            root,
            dossiers: plan.dossiers(),
            entry,
        };
        assert_eq!(store.indexes_to_apply(9).unwrap(), [recorded]);
        assert!(store.apply_index(plan, entry).unwrap());
        assert_eq!(store.indexes_to_apply(9).unwrap(), []);
        assert_eq!(store.dossier_index(), Some(recorded));
        agrees(&store, &writer);
    }
    drop(store);
    agrees(&Store::open(dir.path()).unwrap(), &writer);
}

#[test]
fn a_plan_that_another_one_overtook_is_not_applied() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(9)).unwrap();
    let (first, second) = (
        store.plan_index(Size::new(5)).unwrap(),
        store.plan_index(Size::new(9)).unwrap(),
    );
    let entry = writer.head.next();
    store
        .apply(writer.indexed(5, &first.root(), first.dossiers()))
        .unwrap();
    assert!(store.apply_index(first, entry).unwrap());
    assert!(!store.apply_index(second, entry).unwrap());
    assert!(store.plan_index(Size::new(11)).is_err(), "beyond the head");
    agrees(&store, &writer);
}

#[test]
fn what_a_power_cut_leaves_is_one_index_or_the_next_and_is_worked_out_again() {
    let (dir, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    let mut ends = Vec::new();
    for round in 0..3 {
        store.apply(writer.some(40)).unwrap();
        let plan = store.plan_index(store.head().size).unwrap();
        let entry = writer.head.next();
        store
            .apply(writer.indexed(plan.size().get(), &plan.root(), plan.dossiers()))
            .unwrap();
        assert!(store.apply_index(plan, entry).unwrap());
        ends.push((round, wal_length(dir.path())));
    }
    let (_, whole) = ends[2];
    let (_, second) = ends[1];
    for cut in (second..=whole).step_by(4999) {
        let copy = copies.path().join(cut.to_string());
        copy_dir(dir.path(), &copy);
        let wal = newest_wal(&copy);
        std::fs::OpenOptions::new()
            .write(true)
            .open(wal)
            .unwrap()
            .set_len(cut)
            .unwrap();
        let store = Store::open(&copy).unwrap();
        agrees(&store, &writer);
        for index in store.indexes_to_apply(9).unwrap() {
            let plan = store.plan_index(index.size).unwrap();
            assert_eq!(plan.root(), index.root);
            assert!(store.apply_index(plan, index.entry).unwrap());
        }
        agrees(&store, &writer);
        drop(store);
        std::fs::remove_dir_all(&copy).unwrap();
    }
}

fn newest_wal(dir: &std::path::Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(dir.join("replica/rocksdb")).unwrap();
    let logs = files.map(|file| file.unwrap().path());
    logs.filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .max()
        .unwrap()
}

fn wal_length(dir: &std::path::Path) -> u64 {
    std::fs::metadata(newest_wal(dir)).unwrap().len()
}

#[test]
fn a_plan_that_came_to_nothing_is_gone_on_with_unless_another_index_was_applied() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(30)).unwrap();
    let mut plan = store.plan_index(Size::new(4)).unwrap();
    for size in [4, 5, 17, 30] {
        plan = store.plan_index_on(plan, Size::new(size)).unwrap();
        let (root, heads) = model(&writer, size);
        let found = (plan.size(), plan.root(), plan.dossiers());
        assert_eq!(found, (Size::new(size), root, heads.len() as u64));
    }
    let stale = store.plan_index(Size::new(7)).unwrap();
    let entry = writer.head.next();
    let said = writer.indexed(30, &plan.root(), plan.dossiers());
    store.apply(said).unwrap();
    assert!(store.apply_index(plan, entry).unwrap());
    agrees(&store, &writer);

    let anew = store.plan_index_on(stale, Size::new(31)).unwrap();
    assert_eq!(anew.root(), model(&writer, 31).0);
    let shorter = store.plan_index_on(anew, Size::new(30)).unwrap();
    assert_eq!(shorter.root(), model(&writer, 30).0);
}

/// In format 1 each node had a row of its own; the entries make the index anew.
#[test]
fn an_index_in_the_form_of_an_earlier_release_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(20)).unwrap();
    let (root, heads) = model(&writer, 20);
    let said = writer.indexed(20, &root, heads.len() as u64);
    store.apply(said).unwrap();
    let catch_up = |store: &Store| {
        let recorded = store.indexes_to_apply(9).unwrap();
        let plan = store.plan_index(recorded[0].size).unwrap();
        assert!(store.apply_index(plan, recorded[0].entry).unwrap());
        agrees(store, &writer);
    };
    catch_up(&store);
    drop(store);
    tamper(dir.path(), |db| {
        let index = db.cf_handle("index").unwrap();
        db.put(b"f", 1_u32.to_be_bytes()).unwrap();
        db.delete_range_cf(index, b"p", b"q").unwrap();
        let node = [&b"n"[..], &[0; 34]].concat();
        db.put_cf(index, node, [2; 65]).unwrap();
    });
    // (What is written here is not all that the rules would make of it.)
    let index_is_right = || {
        let scrub = Store::scrub(dir.path(), &OpenOptions::default()).unwrap();
        let about_it = |finding: &ScrubFinding| finding.place.contains("index");
        assert!(!scrub.findings.iter().any(about_it), "{scrub:?}");
        assert!(scrub.left_out.is_empty(), "{scrub:?}");
    };
    index_is_right();

    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.dossier_index(), None);
    catch_up(&store);
    drop(store);
    index_is_right();
    tamper(dir.path(), |db| {
        let index = db.cf_handle("index").unwrap();
        let mut rows = db.full_iterator_cf(index, IteratorMode::Start);
        assert!(rows.all(|row| !row.unwrap().0.starts_with(b"n")));
    });
}
