//! Stopped after any step, or without power from any step on: what was answered for is there, what was erased stays erased.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::fixture::{files, filing, institution, keep, opening, person, search, slots};
use super::trace::Step;
use crate::layout::FileName;
use crate::{Filing, Found, Slot, Vault};

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// The files as the system sees them, and as they would be found after a power cut.
struct Power {
    /// Each file's bytes as written, and as durable.
    inodes: Vec<(Vec<u8>, Vec<u8>)>,
    seen: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    /// Changes of names that are not durable yet, and the folders that must be synced first.
    names: Vec<(Name, BTreeSet<PathBuf>)>,
}

enum Name {
    Link(PathBuf, usize),
    Rename(PathBuf, PathBuf, usize),
    Unlink(PathBuf),
}

impl Name {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Link(path, inode) => {
                names.insert(path.clone(), *inode);
            }
            Self::Rename(from, to, inode) => {
                names.remove(from);
                names.insert(to.clone(), *inode);
            }
            Self::Unlink(path) => {
                names.remove(path);
            }
        }
    }
}

fn folder(path: &Path) -> PathBuf {
    path.parent().unwrap().to_owned()
}

impl Power {
    fn on(files: &Files) -> Self {
        let inodes = files.values().map(|bytes| (bytes.clone(), bytes.clone()));
        let names: BTreeMap<_, _> = files.keys().cloned().zip(0..).collect();
        Self {
            inodes: inodes.collect(),
            seen: names.clone(),
            durable: names,
            names: Vec::new(),
        }
    }

    fn name(&mut self, name: Name, folders: BTreeSet<PathBuf>) {
        name.apply(&mut self.seen);
        self.names.push((name, folders));
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Wrote(path, bytes) => {
                self.inodes.push((bytes.clone(), Vec::new()));
                let inode = self.inodes.len() - 1;
                self.name(Name::Link(path.clone(), inode), [folder(path)].into());
            }
            Step::Renamed(from, to) => {
                let inode = self.seen[from];
                let folders = [folder(from), folder(to)].into();
                self.name(Name::Rename(from.clone(), to.clone(), inode), folders);
            }
            Step::Unlinked(path) => {
                self.name(Name::Unlink(path.clone()), [folder(path)].into());
            }
            Step::Overwrote(path, byte, len) => {
                let bytes = vec![*byte; usize::try_from(*len).unwrap()];
                self.inodes[self.seen[path]] = (bytes.clone(), bytes);
            }
            Step::SyncedFile(path) => {
                let (written, durable) = &mut self.inodes[self.seen[path]];
                durable.clone_from(written);
            }
            Step::SyncedFolder(path) => {
                for (name, folders) in &mut self.names {
                    folders.remove(path);
                    if folders.is_empty() {
                        name.apply(&mut self.durable);
                    }
                }
                self.names.retain(|(_, folders)| !folders.is_empty());
            }
            Step::SyncedAll => {
                self.durable.clone_from(&self.seen);
                self.names.clear();
                for (written, durable) in &mut self.inodes {
                    durable.clone_from(written);
                }
            }
        }
    }

    /// What is there if only the process ends.
    fn seen(&self) -> Files {
        let file =
            |(path, inode): (&PathBuf, &usize)| (path.clone(), self.inodes[*inode].0.clone());
        self.seen.iter().map(file).collect()
    }

    /// What may be there after a power cut: of the names that are not durable any part, and of the bytes likewise.
    fn cuts(&self, dice: &mut Dice) -> BTreeSet<Files> {
        let waiting = self.names.len();
        // All parts if they are few, some if they are many.
        let parts: Vec<u64> = match waiting {
            0..=3 => (0..1 << waiting).collect(),
            _ => (0..4).map(|_| dice.below(1 << waiting.min(30))).collect(),
        };
        parts.into_iter().map(|part| self.cut(part, dice)).collect()
    }

    fn cut(&self, part: u64, dice: &mut Dice) -> Files {
        let mut names = self.durable.clone();
        for (number, (name, _)) in self.names.iter().enumerate() {
            if part >> number & 1 == 1 {
                name.apply(&mut names);
            }
        }
        let mut file = |(path, inode): (PathBuf, usize)| {
            let (written, durable) = &self.inodes[inode];
            let bytes = match dice.below(3) {
                0 => written.clone(),
                1 => durable.clone(),
                _ if written == durable => durable.clone(),
                _ => written[..usize::try_from(dice.below(written.len() as u64)).unwrap()].to_vec(),
            };
            (path, bytes)
        };
        names.into_iter().map(&mut file).collect()
    }
}

/// Makes `dir` hold exactly these files.
fn lay_out(dir: &Path, wanted: &Files) {
    for path in files(dir).keys() {
        std::fs::remove_file(dir.join(path)).unwrap();
    }
    for (path, bytes) in wanted {
        std::fs::create_dir_all(dir.join(folder(path))).unwrap();
        std::fs::write(dir.join(path), bytes).unwrap();
    }
}

/// Something about Li Na in two statements, something about another.
fn before() -> Vec<Filing> {
    let li = |pointer, value| opening(pointer, value).about(person("Li Na"));
    vec![
        filing("s1", vec![li("/name", "first"), li("/phone", "second")]),
        filing(
            "s2",
            vec![li("/name", "third"), opening("/summary", "fourth")],
        ),
    ]
}

/// Kept by the change under test: about Li Na, and about somebody new.
fn more() -> Vec<Filing> {
    let openings = vec![
        opening("/name", "fifth").about(person("Li Na")),
        opening("/phone", "sixth").about(person("Wang Wu")),
    ];
    vec![filing("s3", openings)]
}

fn kept(vault: &Vault, slot: &Slot) -> bool {
    let found = vault.find(slot).unwrap();
    if let Found::Opening(opening) = &found {
        assert_eq!(opening.commitment(slot.statement), slot.commitment);
    }
    matches!(found, Found::Opening(_))
}

/// Makes `change` in a vault, and again in every vault that an interruption of it may leave. `untouched` are always there.
/// `check` is asked after each opening, and again after the change was repeated: then it is told so.
fn interrupted(change: impl Fn(&Vault), untouched: &[Slot], check: impl Fn(&Vault, &Path, bool)) {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::create(dir.path(), &institution()).unwrap();
    keep(&vault, &before());
    let start = files(dir.path());
    vault.disk.trace.take();
    change(&vault);
    let steps = vault.disk.trace.take();
    drop(vault);
    assert!(steps.len() > 10, "{steps:?}");

    let mut dice = Dice(1);
    let mut power = Power::on(&start);
    for at in 0..=steps.len() {
        let mut left = power.cuts(&mut dice);
        left.insert(power.seen());
        for (number, left) in left.into_iter().enumerate() {
            lay_out(dir.path(), &left);
            let vault = Vault::open(dir.path(), &institution())
                .unwrap_or_else(|fault| panic!("step {at} of {steps:?}: {fault}"));
            for slot in untouched {
                assert!(kept(&vault, slot), "lost at step {at} of {steps:?}");
            }
            assert_eq!(
                vault.disk.list(Path::new("tmp")).unwrap(),
                [""; 0].map(PathBuf::from)
            );
            assert_eq!(
                vault.disk.list(Path::new("pending")).unwrap(),
                [""; 0].map(PathBuf::from)
            );
            check(&vault, dir.path(), at == steps.len());
            change(&vault);
            check(&vault, dir.path(), true);
            for slot in untouched {
                assert!(kept(&vault, slot), "lost after step {at} of {steps:?}");
            }
            if number > 0 {
                continue;
            }
            let census = vault.census().unwrap();
            drop(vault);
            let vault = Vault::open(dir.path(), &institution()).unwrap();
            assert_eq!(vault.census().unwrap(), census);
            assert_eq!(vault.inspect().unwrap().damaged, [""; 0].map(PathBuf::from));
        }
        if let Some(step) = steps.get(at) {
            power.step(step);
        }
    }
}

/// The change destroys these slots, all of them or none.
fn destroys(change: impl Fn(&Vault), slots: &[Slot], untouched: &[Slot]) {
    // The key as it was sealed before: learned at the first opening, when nothing was done yet.
    let needles = std::cell::RefCell::new(Vec::new());
    interrupted(change, untouched, |vault, dir, done| {
        let there = slots.iter().filter(|slot| kept(vault, slot)).count();
        assert!(there == 0 || there == slots.len(), "{there} are left");
        assert!(!done || there == 0);
        let name = FileName::of(&vault.keys, &person("Li Na"));
        if there > 0 && needles.borrow().is_empty() {
            let wrapped = std::fs::read(dir.join(name.key())).unwrap();
            needles
                .borrow_mut()
                .push(("wrapped key", wrapped[8..].to_vec()));
            let sealed = std::fs::read(dir.join(name.sealed())).unwrap();
            needles
                .borrow_mut()
                .push(("sealed", sealed[12..76].to_vec()));
        }
        if there == 0 {
            assert!(!needles.borrow().is_empty());
            assert_eq!(search(&files(dir), &needles.borrow()), []);
        }
    });
}

#[test]
fn an_interrupted_erasure_of_some_openings_is_done_or_not_done() {
    let (all, some) = (slots(&before()), slots(&before()[..1]));
    let others: Vec<Slot> = all
        .into_iter()
        .filter(|slot| !some.contains(slot))
        .collect();
    destroys(|vault| drop(vault.erase(&some).unwrap()), &some, &others);
}

#[test]
fn an_interrupted_erasure_of_all_openings_is_done_or_not_done() {
    let all = slots(&before());
    let others: Vec<Slot> = slots(&before()[1..]).into_iter().skip(1).collect();
    let about: Vec<Slot> = all
        .into_iter()
        .filter(|slot| !others.contains(slot))
        .collect();
    destroys(
        |vault| drop(vault.erase_subject(&person("Li Na")).unwrap()),
        &about,
        &others,
    );
}

#[test]
fn an_interrupted_discarding_is_done_or_not_done() {
    let (all, some) = (slots(&before()), slots(&before()[..1]));
    let others: Vec<Slot> = all
        .into_iter()
        .filter(|slot| !some.contains(slot))
        .collect();
    destroys(|vault| drop(vault.discard(&some).unwrap()), &some, &others);
}

#[test]
fn what_was_kept_before_survives_an_interrupted_keep_and_what_is_answered_for_is_there() {
    interrupted(
        |vault| keep(vault, &more()),
        &slots(&before()),
        |vault, _, done| {
            for slot in slots(&more()) {
                assert!(kept(vault, &slot) || !done);
            }
        },
    );
}

#[test]
fn a_batch_synced_all_at_once_survives_as_one_synced_file_by_file() {
    let many = || -> Vec<Filing> {
        let names = (0..8).map(|number| number.to_string());
        names
            .map(|name| filing(&name, vec![opening("/name", &name).about(person(&name))]))
            .collect()
    };
    interrupted(
        |vault| keep(vault, &many()),
        &slots(&before()),
        |vault, _, done| {
            for slot in slots(&many()) {
                assert!(kept(vault, &slot) || !done);
            }
        },
    );
}

#[test]
fn discarding_what_an_interrupted_keep_left_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::create(dir.path(), &institution()).unwrap();
    let start = files(dir.path());
    vault.disk.trace.take();
    keep(&vault, &more());
    let steps = vault.disk.trace.take();
    drop(vault);
    let mut power = Power::on(&start);
    for step in &steps {
        power.step(step);
        lay_out(dir.path(), &power.seen());
        let vault = Vault::open(dir.path(), &institution()).unwrap();
        vault.discard(&slots(&more())).unwrap();
        drop(vault);
        let left: Vec<PathBuf> = files(dir.path()).into_keys().collect();
        assert_eq!(left, [PathBuf::from("FORMAT")]);
    }
}

#[test]
fn after_a_failed_write_the_vault_answers_nothing_until_it_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::create(dir.path(), &institution()).unwrap();
    keep(&vault, &before());
    let tmp = dir.path().join("tmp");
    std::fs::remove_dir(&tmp).unwrap();
    assert!(matches!(vault.keep(&more()), Err(crate::Fault::Io { .. })));
    std::fs::create_dir(&tmp).unwrap();
    let slot = slots(&before())[0];
    assert!(matches!(vault.keep(&more()), Err(crate::Fault::Stopped)));
    assert!(matches!(vault.find(&slot), Err(crate::Fault::Stopped)));
    assert!(matches!(vault.erase(&[slot]), Err(crate::Fault::Stopped)));
    drop(vault);
    let vault = Vault::open(dir.path(), &institution()).unwrap();
    assert!(kept(&vault, &slot));
    keep(&vault, &more());
}
