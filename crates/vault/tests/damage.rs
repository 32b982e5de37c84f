//! Damaged, swapped and missing files are noticed, and never believed.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use cinnabar_vault::{Fault, Found, Slot, Vault};
use support::*;

/// The only file under `folder` that was not there before.
fn new_file(root: &Path, folder: &str, known: &[PathBuf]) -> PathBuf {
    let mut files = all_files(&root.join(folder));
    files.retain(|path| !known.contains(path));
    let [file] = files.as_slice() else {
        panic!("{files:?}")
    };
    file.clone()
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.append(&mut all_files(&entry.path()));
        } else if entry.file_name() != "LOCK" {
            files.push(entry.path());
        }
    }
    files
}

/// A vault with one opening each about two people, and where its files are.
struct Two {
    dir: tempfile::TempDir,
    vault: Vault,
    slots: [Slot; 2],
    /// Key, sealed file and list of each.
    files: [[PathBuf; 3]; 2],
}

fn two() -> Two {
    let (dir, vault) = new_vault();
    let mut slot = Vec::new();
    let mut files = Vec::new();
    for name in ["Li Na", "Wang Wu"] {
        let known = all_files(dir.path());
        let filing = filing(id(name), vec![opening("/name", name).about(person(name))]);
        keep(&vault, &filing);
        slot.push(slots(&filing)[0]);
        files.push(["keys", "sealed", "statements"].map(|at| new_file(dir.path(), at, &known)));
    }
    Two {
        dir,
        vault,
        slots: slot.try_into().unwrap(),
        files: files.try_into().unwrap(),
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let Two {
        dir, vault, slots, ..
    } = two();
    vault.advance(cinnabar_events::Sequence::new(12)).unwrap();
    drop(vault);
    for path in all_files(dir.path()) {
        let good = std::fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            std::fs::write(&path, bad).unwrap();
            let seen = Vault::open(dir.path(), &institution(1))
                .and_then(|vault| slots.iter().try_for_each(|slot| vault.find(slot).map(drop)));
            assert!(seen.is_err(), "byte {at} of {}", path.display());
        }
        for len in 0..good.len() {
            std::fs::write(&path, &good[..len]).unwrap();
            let seen = Vault::open(dir.path(), &institution(1))
                .and_then(|vault| slots.iter().try_for_each(|slot| vault.find(slot).map(drop)));
            assert!(seen.is_err(), "{len} bytes of {}", path.display());
        }
        std::fs::write(&path, [good.as_slice(), b"x"].concat()).unwrap();
        let seen = Vault::open(dir.path(), &institution(1))
            .and_then(|vault| slots.iter().try_for_each(|slot| vault.find(slot).map(drop)));
        assert!(seen.is_err(), "longer: {}", path.display());
        std::fs::write(&path, good).unwrap();
    }
    let vault = Vault::open(dir.path(), &institution(1)).unwrap();
    assert!(matches!(vault.find(&slots[0]), Ok(Found::Opening(_))));
}

#[test]
fn files_in_the_place_of_another_data_subject_do_not_open() {
    // Which of key, sealed file and list are put in the other's place.
    let table: [&[usize]; 5] = [&[0], &[1], &[2], &[0, 1], &[0, 1, 2]];
    for moved in table {
        let Two {
            dir: _dir,
            vault,
            slots,
            files: [from, to],
        } = two();
        for at in moved {
            std::fs::copy(&from[*at], &to[*at]).unwrap();
        }
        let found = vault.find(&slots[1]);
        assert!(matches!(found, Err(Fault::Damaged { .. })), "{found:?}");
        assert!(matches!(vault.find(&slots[0]), Ok(Found::Opening(_))));
    }
}

#[test]
fn openings_without_their_key_are_reported_and_not_destroyed() {
    let Two {
        dir,
        vault,
        slots,
        files: [[key, sealed, _], _],
    } = two();
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let missing = |found| matches!(found, Err(Fault::KeyMissing { .. }));
    assert!(missing(vault.find(&slots[0])));
    assert!(missing(vault.erase(&slots).map(|_| Found::Nothing)));
    let vault = reopen(&dir, vault);
    assert!(missing(vault.find(&slots[0])));
    let damaged = vault.inspect().unwrap().damaged;
    assert_eq!(damaged, [sealed.strip_prefix(dir.path()).unwrap()]);
    std::fs::write(&key, kept).unwrap();
    assert!(matches!(vault.find(&slots[0]), Ok(Found::Opening(_))));
}

#[test]
fn an_inspection_finds_every_damaged_file_and_goes_on() {
    let Two {
        dir, vault, files, ..
    } = two();
    let broken = [&files[0][0], &files[1][1], &files[1][2]];
    for path in broken {
        std::fs::write(path, "not what was there").unwrap();
    }
    let mut expected = broken.map(|path| path.strip_prefix(dir.path()).unwrap().to_owned());
    expected.sort();
    assert_eq!(vault.inspect().unwrap().damaged, expected);
}

#[test]
fn a_lost_list_is_made_again_so_that_an_erasure_finds_its_openings() {
    let Two {
        vault,
        slots,
        files: [[_, _, list], _],
        dir: _dir,
    } = two();
    std::fs::remove_file(list).unwrap();
    assert_eq!(vault.find(&slots[0]).unwrap(), Found::Nothing);
    let inspection = vault.inspect().unwrap();
    assert_eq!((inspection.damaged.len(), inspection.relisted), (0, 1));
    assert!(matches!(vault.find(&slots[0]), Ok(Found::Opening(_))));
    assert_eq!(vault.erase(&slots[..1]).unwrap().slots, slots[..1]);
    assert_eq!(vault.inspect().unwrap().relisted, 0);
}

#[test]
fn what_goes_wrong_is_said_without_names_and_values() {
    let Two {
        vault,
        slots,
        files: [[key, ..], _],
        dir: _dir,
    } = two();
    std::fs::write(key, "").unwrap();
    let fault = vault.find(&slots[0]).unwrap_err();
    let shown = format!("{fault} {fault:?} {vault:?}");
    assert!(!shown.contains("Li Na"), "{shown}");
    assert!(shown.contains("keys/"), "{shown}");
}
