//! What is there after the process, the power or a file was cut off.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cinnabar_store::{ApplyError, Damage, OpenError, Store, StoreError};

use crate::writer::{Writer, copy_dir};

const HEAD: &str = "replica/head";
/// From one slot of the head file to the next.
const SLOT_STRIDE: usize = 4096;

fn damage(dir: &Path) -> Damage {
    match Store::open(dir) {
        Err(OpenError::Unreadable(StoreError::Damaged(damage))) => damage,
        other => panic!("not damaged: {other:?}"),
    }
}

/// The write-ahead log with the highest number.
fn newest_wal(dir: &Path) -> PathBuf {
    let files = std::fs::read_dir(dir.join("replica/rocksdb")).unwrap();
    let logs = files.map(|file| file.unwrap().path());
    logs.filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .max()
        .unwrap()
}

/// Overwrites the first bytes of a slot of the head file.
fn tear(dir: &Path, slot: usize) {
    let path = dir.join(HEAD);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[slot * SLOT_STRIDE..][..30].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
}

#[test]
fn what_was_applied_is_there_though_nothing_was_closed() {
    let (dir, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    for round in 0..4 {
        let block = writer.some(round * 3 + 1);
        store.apply(writer.with_checkpoint(block)).unwrap();
        let copy = copies.path().join(round.to_string());
        copy_dir(dir.path(), &copy);
        let cut_off = Store::open(&copy).unwrap();
        assert_eq!(cut_off.head(), writer.head);
        assert_eq!(cut_off.position(), writer.position);
        assert_eq!(cut_off.checkpoint(), store.checkpoint());
        cut_off.apply(writer.clone().some(2)).unwrap();
    }
}

#[test]
fn a_process_that_dies_leaves_every_block_that_it_called_durable() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::child_that_applies_until_it_is_killed",
            "--nocapture",
        ])
        .env("CINNABAR_TEST_APPLY", dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut durable = lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("durable ")?.parse::<u64>().ok());
    let told = durable.by_ref().take(20).last().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let size = store.head().size.get();
    assert!(size >= told, "{size} entries, {told} were called durable");
    let mut writer = Writer::new();
    while writer.head.size.get() < size {
        writer.some(3);
    }
    assert_eq!(store.head(), writer.head);
    store.apply(writer.some(3)).unwrap();
}

/// The process of the test above; on its own it does nothing.
#[test]
fn child_that_applies_until_it_is_killed() {
    if let Some(dir) = std::env::var_os("CINNABAR_TEST_APPLY") {
        let (mut writer, store) = (Writer::new(), Store::create(Path::new(&dir)).unwrap());
        loop {
            store.apply(writer.some(3)).unwrap();
            println!("\ndurable {}", store.head().size);
        }
    }
}

#[test]
fn a_disk_that_takes_no_more_stops_the_store_and_loses_nothing_that_was_called_durable() {
    let dir = tempfile::tempdir().unwrap();
    // Files may not grow beyond a thousand blocks of the shell's; the signal that says so is ignored, so writes fail.
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$0\" --exact crash::child_that_applies_until_the_disk_is_full --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env("CINNABAR_TEST_FILL", dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&child.stderr)
    );
    let durable = said
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("durable "));
    let durable: u64 = durable
        .expect("the child says what was durable")
        .parse()
        .unwrap();
    let store = Store::open(dir.path()).unwrap();
    let mut writer = Writer::new();
    while writer.head.size < store.head().size {
        writer.some(50);
    }
    assert_eq!(store.head(), writer.head);
    assert!(store.head().size.get() >= durable);
    store.apply(writer.some(50)).unwrap();
}

/// The process of the test above; on its own it does nothing.
#[test]
fn child_that_applies_until_the_disk_is_full() {
    let Some(dir) = std::env::var_os("CINNABAR_TEST_FILL") else {
        return;
    };
    let (mut writer, store) = (Writer::new(), Store::create(Path::new(&dir)).unwrap());
    let (before, error) = loop {
        let before = store.head();
        if let Err(error) = store.apply(writer.some(50)) {
            break (before, error);
        }
    };
    assert!(matches!(error, ApplyError::Database(_)), "{error:?}");
    assert_eq!(store.head(), before);
    let again = store.apply(writer.some(1)).unwrap_err();
    assert!(matches!(again, ApplyError::Poisoned { .. }), "{again:?}");
    println!("\ndurable {}", before.size);
}

#[test]
fn a_log_that_lost_its_tail_shows_against_the_head_file_and_is_filled_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    let mut ends = Vec::new();
    let mut blocks = Vec::new();
    for count in 1..=5 {
        let block = writer.some(count);
        blocks.push(block.clone());
        store.apply(block).unwrap();
        ends.push(std::fs::metadata(newest_wal(dir.path())).unwrap().len());
    }
    let copies = tempfile::tempdir().unwrap();
    // Cut at the end of a block, in the middle of the next one, and one byte before its end.
    for (kept, cut) in [
        (4, ends[3]),
        (4, (ends[3] + ends[4]) / 2),
        (2, ends[2] - 1),
        (1, ends[0] + 9),
    ] {
        let copy = copies.path().join(cut.to_string());
        copy_dir(dir.path(), &copy);
        let wal = std::fs::File::options()
            .write(true)
            .open(newest_wal(&copy))
            .unwrap();
        wal.set_len(cut).unwrap();
        let store = Store::open(&copy).unwrap();
        assert_eq!(
            store.head().size.get(),
            (1..=kept).sum::<u64>(),
            "cut at {cut}"
        );
        let high_water = store.high_water().unwrap();
        assert_eq!(
            (high_water.size, high_water.hash),
            (writer.head.size, writer.head.hash)
        );
        for block in &blocks[usize::try_from(kept).unwrap()..] {
            store.apply(block.clone()).unwrap();
        }
        assert_eq!(store.head(), writer.head);
        drop(store);
        assert_eq!(Store::open(&copy).unwrap().head(), writer.head);
    }
}

#[test]
fn a_log_that_is_damaged_in_the_middle_gives_a_whole_ledger_up_to_there() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(3)).unwrap();
    let (before, end) = (
        writer.head,
        std::fs::metadata(newest_wal(dir.path())).unwrap().len(),
    );
    store.apply(writer.some(3)).unwrap();
    store.apply(writer.some(3)).unwrap();
    drop(store);
    let wal = newest_wal(dir.path());
    let mut bytes = std::fs::read(&wal).unwrap();
    bytes[usize::try_from(end).unwrap() + 100] ^= 1;
    std::fs::write(&wal, bytes).unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.head(), before);
    assert_eq!(store.high_water().unwrap().size, writer.head.size);
}

#[test]
fn a_torn_head_file_still_says_the_size_before() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    let mut sizes = Vec::new();
    for _ in 0..3 {
        store.apply(writer.some(2)).unwrap();
        sizes.push(store.head().size);
    }
    drop(store);
    // The third write went to the slot of the first.
    let copy = tempfile::tempdir().unwrap();
    for (name, slot, expected) in [("newest", 1, sizes[1]), ("older", 0, sizes[2])] {
        let copy = copy.path().join(name);
        copy_dir(dir.path(), &copy);
        tear(&copy, slot);
        let store = Store::open(&copy).unwrap();
        assert_eq!(store.high_water().unwrap().size, expected, "{name} torn");
        assert_eq!(store.head(), writer.head);
        let mut writer = writer.clone();
        store.apply(writer.some(1)).unwrap();
        assert_eq!(store.high_water().unwrap().size, writer.head.size);
        drop(store);
        assert_eq!(
            Store::open(&copy).unwrap().high_water().unwrap().size,
            writer.head.size
        );
    }
}

#[test]
fn a_head_file_that_is_gone_unreadable_or_of_another_ledger_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, store) = (Writer::new(), Store::create(dir.path()).unwrap());
    store.apply(writer.some(4)).unwrap();
    drop(store);
    let other_dir = tempfile::tempdir().unwrap();
    let (mut other, store) = (Writer::new(), Store::create(other_dir.path()).unwrap());
    store
        .apply(other.block(&[&["organisation/other"], &["organisation/other"]]))
        .unwrap();
    drop(store);
    let head = dir.path().join(HEAD);
    let kept = std::fs::read(&head).unwrap();
    std::fs::copy(other_dir.path().join(HEAD), &head).unwrap();
    let Damage::HighWater {
        size,
        recorded,
        found,
    } = damage(dir.path())
    else {
        panic!("another damage");
    };
    assert_eq!((size, recorded), (other.head.size, other.head.hash));
    assert_eq!(found, writer.entries[1].hash());
    std::fs::write(&head, &kept).unwrap();
    tear(dir.path(), 0);
    tear(dir.path(), 1);
    assert_eq!(damage(dir.path()), Damage::HeadFile);
    std::fs::remove_file(&head).unwrap();
    assert_eq!(damage(dir.path()), Damage::Missing("head file"));
    std::fs::write(&head, &kept).unwrap();
    assert_eq!(Store::open(dir.path()).unwrap().head(), writer.head);
}
