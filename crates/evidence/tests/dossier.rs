//! All entries of one dossier, and no way to show fewer.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_events::{LedgerId, SparseRoot, dossier_key};
use cinnabar_evidence::{
    CompleteDossier, DossierFault, DossierParts, DossierProof, DossierRejection, MAX_TAIL, Trust,
    verify_dossier,
};
use cinnabar_governance::testing::Town;
use common::{Log, at, every_flip_is_noticed, record_index, say_index, signer, town, trust};

/// An index over 30 entries, then one over all but the last, then more about product a.
struct Indexed {
    town: Town,
    log: Log,
    old: u64,
    new: u64,
}

fn indexed() -> Indexed {
    let mut town = town();
    let old = record_index(&mut town, 30);
    let submission = town.submission("c");
    town.say(&submission).unwrap();
    let size = town.entries().len() as u64;
    let new = record_index(&mut town, size - 1);
    town.enrol("late", Some("institution"), &["registrar"]);
    Indexed {
        log: Log::town(&town),
        town,
        old,
        new,
    }
}

impl Indexed {
    fn parts(&self, subject: &str) -> DossierParts {
        self.log.dossier(subject, self.new, self.log.len())
    }

    fn verify(&self, parts: DossierParts) -> Result<CompleteDossier, DossierRejection> {
        let proof = DossierProof::build(parts).unwrap();
        let file = proof.to_bytes();
        let read = DossierProof::parse(&file).unwrap();
        assert_eq!((&read, read.to_bytes()), (&proof, file));
        read.verify(&trust(), self.town.ledger())
    }

    fn dossier(&self, subject: &str) -> Vec<u64> {
        let subject = subject.parse().unwrap();
        let entries = self.town.entries().iter();
        let inside = entries.filter(|entry| entry.dossiers().contains_key(&subject));
        inside.map(|entry| entry.seq().get()).collect()
    }
}

#[test]
fn every_dossier_is_shown_to_be_complete_by_either_index() {
    let all = indexed();
    let mut subjects: Vec<String> = all
        .town
        .entries()
        .iter()
        .flat_map(|entry| entry.dossiers().keys().map(ToString::to_string))
        .collect();
    subjects.extend(["product/never".to_owned(), "actor/nobody".to_owned()]);
    subjects.sort();
    subjects.dedup();
    assert!(subjects.len() > 10);
    for subject in subjects {
        for index in [all.old, all.new] {
            let parts = all.log.dossier(&subject, index, all.log.len());
            let complete = all.verify(parts).unwrap();
            assert_eq!(
                complete.sequences,
                all.dossier(&subject),
                "{subject} by {index}"
            );
            assert_eq!(complete.size, all.log.len());
            assert!(complete.to_string().contains(&subject));
        }
    }
}

#[test]
fn the_last_entry_left_out_is_refused() {
    let all = indexed();
    let mut parts = all.parts("product/b");
    parts.entries.pop().unwrap();
    let rejection = all.verify(parts).unwrap_err();
    assert!(
        matches!(rejection, DossierRejection::Index { .. }),
        "{rejection}"
    );
    // All of them left out, as if there were none.
    let mut parts = all.parts("product/b");
    parts.entries.clear();
    let rejection = all.verify(parts).unwrap_err();
    assert!(
        matches!(rejection, DossierRejection::Index { .. }),
        "{rejection}"
    );
}

#[test]
fn an_entry_left_out_within_or_from_elsewhere_is_refused() {
    let all = indexed();
    for gone in [0, 1] {
        let mut parts = all.parts("product/b");
        parts.entries.remove(gone);
        let rejection = all.verify(parts).unwrap_err();
        assert!(matches!(rejection, DossierRejection::Gap(_)), "{rejection}");
    }
    let mut parts = all.parts("product/b");
    parts.entries.push(all.log.entry(1));
    assert!(matches!(
        all.verify(parts),
        Err(DossierRejection::Beyond(_))
    ));
}

#[test]
fn an_entry_in_the_tail_left_out_or_changed_is_refused() {
    let all = indexed();
    let (from, size) = (30, all.log.len());
    let parts = || all.log.dossier("organisation/acme", all.old, size);
    let submission = at(&all.log, "product.submitted", "product/c");
    for gone in from..size {
        let mut cut = parts();
        cut.tail.as_mut().unwrap().remove((gone - from) as usize);
        assert!(all.verify(cut).is_err(), "without {gone}");
    }
    // Another entry in its place.
    let mut swapped = parts();
    let place = (submission - from) as usize;
    swapped.tail.as_mut().unwrap()[place] = all.log.entry(2);
    assert!(all.verify(swapped).is_err());
    // An entry at the right sequence that the log doesn't have: what is left of it concerns nobody here.
    let forged = common::later(&all.log.leaves[submission as usize]);
    let mut changed = parts();
    changed.tail.as_mut().unwrap()[place] = cinnabar_events::Entry::parse(forged).unwrap();
    assert_eq!(all.verify(changed), Err(DossierRejection::Tail));
}

#[test]
fn an_old_index_hides_nothing() {
    let all = indexed();
    let size = all.log.len();
    let fresh = all.parts("organisation/acme");
    // The proof by the old index with the tail of the new one.
    let stale = all.log.dossier("organisation/acme", all.old, size);
    let mixed = DossierParts {
        tail: fresh.tail.clone(),
        ..stale.clone()
    };
    assert!(all.verify(mixed).is_err());
    // The new index with what the old one says.
    let mixed = DossierParts {
        sparse: stale.sparse.clone(),
        entries: stale.entries.clone(),
        ..fresh.clone()
    };
    let rejection = all.verify(mixed).unwrap_err();
    assert!(
        matches!(rejection, DossierRejection::Index { .. }),
        "{rejection}"
    );
    // The edge of the smaller tree under the larger index.
    let mixed = DossierParts {
        frontier: stale.frontier.clone(),
        ..fresh
    };
    let refused = DossierProof::build(mixed).unwrap_err();
    assert!(
        matches!(refused, DossierFault::Frontier { .. }),
        "{refused}"
    );
}

#[test]
fn another_subjects_proof_is_refused() {
    let all = indexed();
    let (a, b) = (all.parts("product/a"), all.parts("product/b"));
    let mixed = DossierParts {
        subject: a.subject.clone(),
        ..b.clone()
    };
    assert!(matches!(all.verify(mixed), Err(DossierRejection::Gap(_))));
    let mixed = DossierParts {
        sparse: b.sparse.clone(),
        ..a.clone()
    };
    assert!(matches!(
        all.verify(mixed),
        Err(DossierRejection::Index { .. })
    ));
    // Absence that is proven for somebody else.
    let nobody = all.parts("product/never");
    let mixed = DossierParts {
        sparse: nobody.sparse,
        entries: Vec::new(),
        ..a
    };
    assert!(matches!(
        all.verify(mixed),
        Err(DossierRejection::Index { .. })
    ));
    assert_ne!(
        dossier_key(&b.subject),
        dossier_key(&"product/bb".parse().unwrap())
    );
}

#[test]
fn without_a_tail_nothing_is_complete_until_it_is_fetched() {
    let all = indexed();
    let mut parts = all.parts("organisation/acme");
    parts.tail = None;
    let proof = DossierProof::build(parts).unwrap();
    let (from, to) = proof.missing_tail().unwrap();
    let ledger = all.town.ledger();
    let rejection = proof.verify(&trust(), ledger).unwrap_err();
    assert_eq!(
        rejection,
        DossierRejection::TailMissing { from, to: to - 1 }
    );
    let leaves = &all.log.leaves[from as usize..];
    let complete = proof.verify_with_tail(&trust(), ledger, leaves).unwrap();
    assert_eq!(complete.sequences, all.dossier("organisation/acme"));
    let cut = &leaves[..leaves.len() - 1];
    let rejection = proof.verify_with_tail(&trust(), ledger, cut).unwrap_err();
    assert!(matches!(rejection, DossierRejection::TailLength { .. }));
    // What comes after the checkpoint isn't asked for.
    let more = leaves.iter().cloned().chain([b"not looked at".to_vec()]);
    assert!(proof.verify_with_tail(&trust(), ledger, more).is_ok());
    let other = leaves.iter().map(|_| b"nonsense");
    let rejection = proof.verify_with_tail(&trust(), ledger, other).unwrap_err();
    assert!(matches!(rejection, DossierRejection::NotAnEntry { .. }));
}

#[test]
fn a_tail_that_is_too_long_for_a_document_is_left_to_the_verifier() {
    let all = indexed();
    let mut parts = all.parts("product/a");
    let entry = parts.tail.as_ref().unwrap()[0].clone();
    parts.tail = Some(vec![entry; MAX_TAIL + 1]);
    assert!(DossierProof::build(parts).unwrap().missing_tail().is_some());
}

#[test]
fn an_index_that_the_ledger_did_not_say_is_refused() {
    let all = indexed();
    let ledger = all.town.ledger();
    let proof = all.log.dossier_proof("product/a", all.new, all.log.len());
    let stranger = Trust::key(signer("wang").verifier().clone()).unwrap();
    assert!(matches!(
        proof.verify(&stranger, ledger),
        Err(DossierRejection::Checkpoint(_))
    ));
    let other = LedgerId::from_bytes([7; 32]);
    assert!(matches!(
        proof.verify(&trust(), other),
        Err(DossierRejection::OtherLedger { .. })
    ));
    let mut parts = all.parts("product/a");
    parts.index.1 = all.log.proof(all.old, all.log.len()).inclusion;
    assert!(matches!(
        all.verify(parts),
        Err(DossierRejection::IndexNotIncluded(_))
    ));
    let mut parts = all.parts("product/a");
    parts.index.0 = all.log.entry(3);
    assert_eq!(DossierProof::build(parts), Err(DossierFault::NotAnIndex));
    // Somebody else says it, and the operator records it against the rules.
    let mut town = town();
    let size = town.entries().len() as u64;
    let (tree, dossiers) = Log::town(&town).index(size);
    let data = serde_json::json!({ "size": size, "root": SparseRoot::from_bytes(*tree.root().as_bytes()).to_string(), "dossiers": dossiers });
    let draft = town.draft(
        cinnabar_events::Kind::DossiersIndexed,
        "ledger/sz-ai",
        &["wang:institution_admin"],
        &data,
    );
    let signed = town.sign(&draft);
    let forced = town.force(signed).get();
    let log = Log::town(&town);
    let proof = log.dossier_proof("product/a", forced, log.len());
    let rejection = proof.verify(&trust(), town.ledger()).unwrap_err();
    assert!(
        matches!(rejection, DossierRejection::NotAnIndex(_)),
        "{rejection}"
    );
}

#[test]
fn an_index_that_lies_is_believed_here_and_caught_by_whoever_has_the_ledger() {
    // What this proof can't show, as its README says: the operator indexes an empty tree.
    let mut town = town();
    let size = town.entries().len() as u64;
    let index = say_index(&mut town, size, SparseRoot::from_bytes([0; 32]), 0);
    let log = Log::town(&town);
    let mut parts = log.dossier("product/a", index, log.len());
    parts.sparse = cinnabar_tlog::MemorySparseTree::new().prove(&dossier_key(&parts.subject));
    parts.entries.clear();
    let proof = DossierProof::build(parts).unwrap();
    assert!(
        proof
            .verify(&trust(), town.ledger())
            .unwrap()
            .sequences
            .is_empty()
    );
    // The bundle or receipt of one hidden entry contradicts it: its place is below the index.
    assert_ne!(*log.index(size).0.root().as_bytes(), [0; 32]);
}

#[test]
fn a_changed_document_is_refused_or_claims_the_same() {
    let all = indexed();
    let file = all
        .log
        .dossier_proof("product/b", all.new, all.log.len())
        .to_bytes();
    // Anybody can take a cosignature away, which claims less.
    every_flip_is_noticed(&file, 2500, |bytes| {
        let outcome = verify_dossier(bytes, &trust(), all.town.ledger());
        let complete = outcome.verified().cloned()?;
        Some(CompleteDossier {
            cosigned: Vec::new(),
            ..complete
        })
    });
}
