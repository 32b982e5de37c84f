//! Two exhibits of honest logs agree; every kind of lie is proven, to third parties too.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_events::EntryHash;
use cinnabar_evidence::{
    Claim, Compared, Consistency, DenounceError, Exhibit, InvalidExhibit, Lines, Missing, Verdict,
    compare, denounce, verify_evidence,
};
use cinnabar_governance::testing::Town;
use cinnabar_tlog::{ConsistencyProof, Size, consistency_proof};
use common::{
    Log, at, changed, later, other_town, proven, recovered, root_of, town, trust, verdict,
};

fn consistency(log: &Log, old: u64, new: u64) -> Consistency {
    Consistency::from_reader(Size::new(old), Size::new(new), &log.tree).unwrap()
}

#[test]
fn true_exhibits_of_one_log_agree_or_say_what_is_missing() {
    let log = Log::town(&town());
    let size = log.len();
    let exports: Vec<Vec<u8>> = [1, 17, size].map(|size| log.export(size)).into();
    let lines: Vec<Lines<'_>> = exports.iter().map(|export| Lines(export)).collect();
    let mut exhibits: Vec<(u64, Exhibit<'_>)> = Vec::new();
    for at in [0, 1, 2, 16, 17, 30, size] {
        exhibits.push((at, Exhibit::Checkpoint(log.note(at))));
    }
    for (index, at) in [(0, 1), (3, 17), (16, 17), (3, size), (size - 1, size)] {
        exhibits.push((at, log.leaf(index, at)));
    }
    for (lines, at) in lines.iter().zip([1, 17, size]) {
        exhibits.push((at, Exhibit::export(log.note(at), lines)));
    }
    exhibits.push((size, Exhibit::bundle(&log.bundle(size - 1, size))));
    for (m, one) in &exhibits {
        for (n, two) in &exhibits {
            let (old, new) = (*m.min(n), *m.max(n));
            match verdict(one, two, &[]) {
                Verdict::Agree { .. } => {}
                Verdict::Undecided { missing, .. } => {
                    assert_eq!(missing, Missing::Consistency { old, new });
                    assert_ne!(old, new);
                    let known = [consistency(&log, old, new)];
                    let again = verdict(one, two, &known);
                    assert!(matches!(again, Verdict::Agree { .. }), "{m} {n}: {again}");
                }
                Verdict::Contradiction { proven, .. } => panic!("{m} and {n}: {proven}"),
            }
        }
    }
}

#[test]
fn an_export_needs_nothing_else_to_be_compared_with_what_is_older() {
    let log = Log::town(&town());
    let export = log.export(log.len());
    let lines = Lines(&export);
    let export = Exhibit::export(log.note(log.len()), &lines);
    for old in [0, 1, 8, 21] {
        let found = verdict(&export, &Exhibit::Checkpoint(log.note(old)), &[]);
        let Verdict::Agree { compared } = found else {
            panic!("{found}");
        };
        let new = log.len();
        assert!(compared.contains(&Compared::Consistent { old, new }));
    }
}

#[test]
fn two_roots_of_one_size_are_evidence() {
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let size = log.len().min(other.len());
    let (one, two) = (log.note(size), other.note(size));
    let evidence = proven(
        Claim::TwoRoots,
        &Exhibit::Checkpoint(one.clone()),
        &Exhibit::Checkpoint(two),
        &[],
    );
    let says = evidence.verify(&trust()).unwrap().to_string();
    assert!(says.contains(&root_of(&one).to_string()), "{says}");
    // The bytes of receipts and checkpoints are recognised.
    let receipt = log.receipt(1, size).to_bytes();
    let note = other.note(size).to_string();
    let found = compare(&receipt, note.as_bytes(), &trust(), &[]);
    assert_eq!(
        found
            .evidence()
            .map(|file| verify_evidence(file, &trust()).verified().unwrap().claim),
        Some(Claim::TwoRoots)
    );
}

#[test]
fn a_tree_that_does_not_begin_with_an_older_one_is_evidence() {
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let new = other.len();
    // 32 is a power of two: there a served proof doesn't hold the root that it starts from.
    for old in [33, 34] {
        let (small, large) = (
            Exhibit::Checkpoint(log.note(old)),
            Exhibit::Checkpoint(other.note(new)),
        );
        let asked = verdict(&small, &large, &[]);
        assert!(matches!(asked, Verdict::Undecided { .. }), "{asked}");
        proven(
            Claim::NoConsistency,
            &small,
            &large,
            &[consistency(&other, old, new)],
        );
        // As a log serves it: hashes only.
        let served = consistency_proof(Size::new(old), Size::new(new), &other.tree).unwrap();
        let claimed = Consistency::claimed(
            Size::new(old),
            Size::new(new),
            root_of(&log.note(old)),
            served,
        );
        proven(Claim::NoConsistency, &small, &large, &[claimed]);
        let export = other.export(new);
        proven(
            Claim::NoConsistency,
            &small,
            &Exhibit::export(other.note(new), &Lines(&export)),
            &[],
        );
    }
    let (small, large) = (
        Exhibit::Checkpoint(log.note(32)),
        Exhibit::Checkpoint(other.note(new)),
    );
    proven(
        Claim::NoConsistency,
        &small,
        &large,
        &[consistency(&other, 32, new)],
    );
}

#[test]
fn a_wrong_proof_decides_nothing() {
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let (old, new) = (Size::new(28), Size::new(35));
    let small = Exhibit::Checkpoint(log.note(old.get()));
    let large = Exhibit::Checkpoint(log.note(new.get()));
    let empty = ConsistencyProof::new(Vec::new()).unwrap();
    for known in [
        consistency(&other, 28, 37),
        Consistency {
            new,
            ..consistency(&other, 28, 38)
        },
        Consistency {
            old,
            ..consistency(&log, 27, 35)
        },
        Consistency::claimed(old, new, root_of(&other.note(28)), empty),
    ] {
        let found = verdict(&small, &large, &[known]);
        assert!(matches!(found, Verdict::Undecided { .. }), "{found}");
    }
}

#[test]
fn an_entry_that_was_changed_is_evidence_for_whoever_has_its_receipt() {
    let log = Log::town(&town());
    let size = log.len();
    let place = at(&log, "approval.granted", "product/a");
    let mut leaves = log.leaves.clone();
    leaves[place as usize] = later(&leaves[place as usize]);
    let forged = Log::of(leaves);
    let receipt = log.leaf(place, size);
    proven(Claim::TwoEntries, &receipt, &forged.leaf(place, size), &[]);
    let export = forged.export(size);
    let lines = Lines(&export);
    let shown = Exhibit::export(forged.note(size), &lines);
    let evidence = proven(Claim::TwoEntries, &receipt, &shown, &[]);
    let says = evidence.verify(&trust()).unwrap().to_string();
    assert!(says.contains("approval.granted about product/a"), "{says}");
    // Two auditors compare their exports.
    let export = log.export(size);
    let lines = Lines(&export);
    let ours = Exhibit::export(log.note(size), &lines);
    proven(Claim::TwoEntries, &ours, &shown, &[]);
}

#[test]
fn a_leaf_that_is_no_entry_is_evidence_against_the_receipt_of_the_entry() {
    let log = Log::town(&town());
    let mut leaves = log.leaves.clone();
    leaves[9] = vec![0xff, b'\n', 0];
    let forged = Log::of(leaves);
    proven(
        Claim::TwoEntries,
        &log.leaf(9, 12),
        &forged.leaf(9, 30),
        &[],
    );
}

#[test]
fn an_entry_that_vanished_is_evidence_when_something_else_stands_there() {
    let log = Log::town(&town());
    let mut leaves = log.leaves.clone();
    let gone = 20;
    leaves.remove(gone as usize);
    let shorter = Log::of(leaves);
    let export = shorter.export(shorter.len());
    let lines = Lines(&export);
    let shown = Exhibit::export(shorter.note(shorter.len()), &lines);
    // The next one has moved into its place.
    let receipt = log.leaf(gone, log.len());
    assert!(matches!(
        verdict(&receipt, &shown, &[]),
        Verdict::Contradiction { .. }
    ));
    // Where nothing stands in its place yet, the shorter tree may be merely older.
    let cut = Exhibit::Checkpoint(log.note(gone));
    let found = verdict(&receipt, &cut, &[]);
    assert!(matches!(found, Verdict::Undecided { .. }), "{found}");
    let known = [consistency(&log, gone, log.len())];
    assert!(matches!(
        verdict(&receipt, &cut, &known),
        Verdict::Agree { .. }
    ));
}

#[test]
fn a_time_that_ran_backwards_is_evidence() {
    let log = Log::town(&town());
    let mut leaves = log.leaves.clone();
    leaves[10] = changed(&leaves[10], "\"time\":\"2026-", "\"time\":\"2027-");
    let forged = Log::of(leaves);
    let size = log.len();
    proven(
        Claim::TimeBackwards,
        &forged.leaf(10, size),
        &log.leaf(20, size - 1),
        &[],
    );
    // A tree that was cut behind an entry that is later than the one that vanished.
    let export = forged.export(11);
    let lines = Lines(&export);
    let cut = Exhibit::export(forged.note(11), &lines);
    proven(Claim::TimeBackwards, &cut, &log.leaf(20, size), &[]);
}

#[test]
fn a_broken_chain_is_evidence() {
    let log = Log::town(&town());
    let mut leaves = log.leaves.clone();
    leaves[20] = later(&leaves[20]);
    let forged = Log::of(leaves);
    proven(Claim::Chain, &forged.leaf(20, 35), &log.leaf(21, 35), &[]);
}

#[test]
fn two_stories_of_one_dossier_are_evidence() {
    let log = Log::town(&town());
    let filed = at(&log, "product.submitted", "product/b");
    let accepted = at(&log, "product.accepted", "product/b");
    let mut leaves = log.leaves.clone();
    leaves[filed as usize] = later(&leaves[filed as usize]);
    let forged = Log::of(leaves);
    let size = log.len();
    let (first, second) = (forged.leaf(filed, size), log.leaf(accepted, size));
    assert_eq!(accepted, filed + 1, "neighbours: that is the chain's claim");
    proven(Claim::Chain, &first, &second, &[]);
    // Not neighbours: the filing, and what was shown three entries later, at the same revision.
    let shown = at(&log, "evidence.filed", "product/b");
    let carried = log.entry(shown).dossiers()[&"product/b".parse().unwrap()];
    let mut leaves = log.leaves.clone();
    let link = format!("\"product/b\":[{},\"{}\"]", carried.revision, carried.prev);
    let forked = format!("\"product/b\":[0,\"{}\"]", EntryHash::NONE);
    leaves[shown as usize] = changed(&leaves[shown as usize], &link, &forked);
    let forged = Log::of(leaves);
    proven(
        Claim::Dossier,
        &log.leaf(filed, size),
        &forged.leaf(shown, size),
        &[],
    );
}

#[test]
fn an_entry_at_anothers_place_is_evidence() {
    let log = Log::town(&town());
    let mut leaves = log.leaves.clone();
    leaves[10] = log.leaves[11].clone();
    let forged = Log::of(leaves);
    proven(
        Claim::Misplaced,
        &forged.leaf(10, 30),
        &log.leaf(2, 30),
        &[],
    );
}

#[test]
fn a_loss_that_was_declared_is_evidence_all_the_same_and_says_who_declared_it() {
    let lost = Town::populated().entries().len() as u64 + 4;
    let (before, after) = recovered(lost);
    let size = after.len();
    let export = after.export(size);
    let lines = Lines(&export);
    let shown = Exhibit::export(after.note(size), &lines);
    let last = before.len() - 1;
    for (claim, held) in [
        (Claim::TwoEntries, before.leaf(lost, before.len())),
        (Claim::TwoEntries, before.leaf(last, before.len())),
        (
            Claim::NoConsistency,
            Exhibit::Checkpoint(before.note(before.len())),
        ),
    ] {
        let evidence = proven(claim, &held, &shown, &[]);
        let says = evidence.verify(&trust()).unwrap();
        assert_eq!(says.declared_by, [lost], "{says}");
    }
    // However short the export is that is held against it, once the recovery stands in it.
    for size in lost + 1..after.len() {
        let export = after.export(size);
        let lines = Lines(&export);
        let shown = Exhibit::export(after.note(size), &lines);
        for at in [lost, lost + 1] {
            let held = before.leaf(at, before.len());
            let verdict = denounce(&held, &shown, &trust(), &[]).unwrap();
            let Verdict::Contradiction { proven, .. } = verdict else {
                panic!("entry {at} against {size} entries: {verdict}");
            };
            assert_eq!(
                proven.declared_by,
                [lost],
                "entry {at} against {size} entries"
            );
        }
    }
    // What was not lost is no loss that was declared.
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let evidence = proven(
        Claim::TwoRoots,
        &Exhibit::Checkpoint(log.note(34)),
        &Exhibit::Checkpoint(other.note(34)),
        &[],
    );
    assert!(evidence.verify(&trust()).unwrap().declared_by.is_empty());
}

#[test]
fn nobody_is_denounced_by_what_somebody_made_up() {
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let size = log.len().min(other.len());
    let ours = Exhibit::Checkpoint(log.note(size));
    let refused = |exhibit: &Exhibit<'_>| {
        let Err(DenounceError::Invalid { source, .. }) = denounce(&ours, exhibit, &trust(), &[])
        else {
            panic!("somebody's invention is taken for the log's");
        };
        source
    };
    // Signed by another key under the log's name.
    let stranger = other.clone().signed_by("wang");
    let source = refused(&Exhibit::Checkpoint(stranger.note(size)));
    assert!(matches!(source, InvalidExhibit::Checkpoint(_)), "{source}");
    // A leaf that was changed after the log signed.
    let forged = Exhibit::proof(&later(&log.leaves[3]), log.proof(3, size));
    assert!(matches!(refused(&forged), InvalidExhibit::Leaf(_)));
    // An export that was changed, and one that was cut.
    let mut lines = log.export(size);
    lines[100] ^= 1;
    let changed = Lines(&lines);
    let source = refused(&Exhibit::export(log.note(size), &changed));
    assert!(matches!(source, InvalidExhibit::Changed(_)), "{source}");
    let cut = log.export(size - 1);
    let cut = Lines(&cut);
    let source = refused(&Exhibit::export(log.note(size), &cut));
    assert!(matches!(source, InvalidExhibit::Cut { .. }), "{source}");
}
