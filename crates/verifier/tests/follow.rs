//! What a subscriber notices.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_events::{Entry, Kind, Sequence};
use cinnabar_tlog::{Checkpoint, Frontier, MemoryTree, Size};
use cinnabar_verifier::{Alarm, Follower, Selection, check_inclusion, open_checkpoint};
use common::*;

/// Takes entries until one is refused.
fn follow(mut follower: Follower, entries: &[Vec<u8>]) -> Result<Follower, &'static str> {
    for entry in entries {
        follower.take(entry).map_err(|alarm| alarm.code())?;
    }
    Ok(follower)
}

fn pick(entries: &[Vec<u8>], which: &[usize]) -> Vec<Vec<u8>> {
    which.iter().map(|&index| entries[index].clone()).collect()
}

#[test]
fn every_entry_is_accepted_and_the_tree_is_the_checkpoints() {
    let town = town();
    let entries = entries(&town);
    let follower = follow(
        Follower::new(town.ledger(), Selection::All, Sequence::FIRST),
        &entries,
    )
    .unwrap();
    let signed = open_checkpoint(&checkpoint(&entries), &log_key()).unwrap();
    assert!(matches!(follower.compare(&signed), Some(Ok(()))));
    let other = Checkpoint {
        root: cinnabar_tlog::EMPTY_ROOT,
        ..signed.clone()
    };
    assert!(matches!(
        follower.compare(&other),
        Some(Err(Alarm::Root { .. }))
    ));
    let earlier = open_checkpoint(&checkpoint(&entries[..3]), &log_key()).unwrap();
    assert!(follower.compare(&earlier).is_none());
    let size = Size::new(TOWN as u64);
    assert_eq!(follower.tree().map(Frontier::size), Some(size));
}

#[test]
fn gaps_repetitions_and_changes_raise_the_alarm() {
    let town = town();
    let whole = entries(&town);
    let all = || Follower::new(town.ledger(), Selection::All, Sequence::FIRST);
    let from = |seq| Follower::new(town.ledger(), Selection::All, Sequence::new(seq));
    let mut changed = whole.clone();
    let sun = at(&whole, Kind::ActorEnrolled, "actor/sun");
    changed[sun] = later(&whole[sun]);
    let mut forged = whole.clone();
    let text = String::from_utf8(whole[sun].clone()).unwrap();
    forged[sun] = text.replacen("actor/sun", "actor/nus", 1).into_bytes();
    for (follower, entries, code) in [
        (all(), pick(&whole, &[0, 1, 3]), "follow.gap"),
        (all(), pick(&whole, &[1]), "follow.gap"),
        (all(), pick(&whole, &[0, 1, 1]), "follow.order"),
        (from(5), pick(&whole, &[5, 4]), "follow.order"),
        (from(5), pick(&whole, &[4]), "follow.order"),
        (all(), changed, "follow.chain"),
        (all(), forged, "follow.not_an_entry"),
        (
            Follower::new(
                cinnabar_events::LedgerId::from_bytes([1; 32]),
                Selection::All,
                Sequence::FIRST,
            ),
            pick(&whole, &[0]),
            "follow.other_ledger",
        ),
    ] {
        assert_eq!(follow(follower, &entries).err(), Some(code));
    }
    assert!(follow(from(5), &whole[5..]).is_ok());
    let tenth = Entry::parse(whole[10].clone()).unwrap();
    let resumed = || {
        Follower::after(
            town.ledger(),
            Selection::All,
            tenth.seq(),
            tenth.hash(),
            tenth.time(),
        )
    };
    assert!(follow(resumed(), &whole[11..]).is_ok());
    assert_eq!(follow(resumed(), &whole[12..]).err(), Some("follow.gap"));
}

#[test]
fn an_alarm_leaves_the_follower_where_it_stood() {
    let town = town();
    let entries = entries(&town);
    let mut follower = Follower::new(town.ledger(), Selection::All, Sequence::FIRST);
    follower.take(&entries[0]).unwrap();
    follower.take(&entries[2]).unwrap_err();
    follower.take(b"nonsense").unwrap_err();
    assert_eq!(follower.sequence(), Some(Sequence::FIRST));
    assert!(follow(follower, &entries[1..]).is_ok());
}

#[test]
fn a_filtered_stream_is_checked_by_its_dossiers() {
    let town = town();
    let whole = entries(&town);
    let dossier = |id: &str| -> Vec<usize> {
        let enters = |entry: &Entry| {
            entry
                .dossiers()
                .keys()
                .any(|subject| subject.to_string() == id)
        };
        town.entries()
            .iter()
            .enumerate()
            .filter(|(_, entry)| enters(entry))
            .map(|(index, _)| index)
            .collect()
    };
    let product = dossier("product/a");
    let kinds: Vec<_> = product
        .iter()
        .map(|&index| town.entries()[index].statement().kind())
        .collect();
    let expected = [
        Kind::ProductSubmitted,
        Kind::ProductAccepted,
        Kind::RiskClassified,
        Kind::EvidenceFiled,
        Kind::ApprovalGranted,
    ];
    assert_eq!(kinds, expected);
    let strict = || {
        Follower::new(
            town.ledger(),
            Selection::Dossiers(["product/a".parse().unwrap()].into()),
            Sequence::FIRST,
        )
    };
    let lenient = || Follower::new(town.ledger(), Selection::Some, Sequence::FIRST);
    assert!(follow(strict(), &pick(&whole, &product)).is_ok());
    for missing in 1..product.len() - 1 {
        let mut rest = product.clone();
        rest.remove(missing);
        let gap = pick(&whole, &rest);
        assert_eq!(follow(strict(), &gap).err(), Some("follow.dossier_gap"));
        assert!(follow(lenient(), &gap).is_ok());
    }
    assert_eq!(
        follow(lenient(), &pick(&whole, &[product[2], product[0]])).err(),
        Some("follow.order")
    );

    // Another history of the same dossier, signed by the same people: shown to some subscribers only.
    // The one changed is not next to its successor in the chain, so that only the dossier can tell.
    let [.., shown, approval] = product.as_slice() else {
        panic!("fewer than two entries in {product:?}");
    };
    assert!(shown + 1 < *approval);
    let mut split = whole.clone();
    split[*shown] = later(&whole[*shown]);
    assert_eq!(
        follow(lenient(), &pick(&split, &product)).err(),
        Some("follow.dossier")
    );
}

#[test]
fn an_inclusion_proof_holds_for_its_entry_only() {
    let town = town();
    let whole = entries(&town);
    let mut tree = MemoryTree::new();
    whole
        .iter()
        .for_each(|entry| tree.push(cinnabar_tlog::leaf_hash(entry)));
    let signed = open_checkpoint(&checkpoint(&whole), &log_key()).unwrap();
    let proof =
        cinnabar_tlog::inclusion_proof(cinnabar_tlog::LeafIndex::new(4), signed.size, &tree)
            .unwrap();
    assert!(check_inclusion(&town.entries()[4], &proof, &signed).is_ok());
    assert!(matches!(
        check_inclusion(&town.entries()[5], &proof, &signed),
        Err(Alarm::NotIncluded { sequence: 5, .. })
    ));
}
