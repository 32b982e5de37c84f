//! Evidence files: whose keys they speak of, and that nothing in them can be changed.
#![allow(clippy::unwrap_used)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cinnabar_evidence::{
    Claim, Evidence, EvidenceRejection, Exhibit, Lines, Proven, Trust, Verdict, denounce,
};
use cinnabar_governance::testing::Town;
use cinnabar_tlog::{Hash, Size, consistency_proof};
use common::{
    Log, changed, every_flip_is_noticed, later, other_town, proven, recovered, root_of, signer,
    town, trust,
};
use serde_json::{Value as Json, json};

#[test]
fn evidence_about_another_key_is_said_to_be_that() {
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let evidence = proven(
        Claim::TwoRoots,
        &Exhibit::Checkpoint(log.note(30)),
        &Exhibit::Checkpoint(other.note(30)),
        &[],
    );
    let key = signer("log").verifier().clone();
    let mine = Trust::key(signer("wang").verifier().clone()).unwrap();
    assert_eq!(
        evidence.verify(&mine),
        Err(EvidenceRejection::OtherKey(Box::new(key)))
    );
}

#[test]
fn after_a_rotation_checkpoints_of_both_keys_contradict_one_another() {
    let log = Log::town(&town());
    let other = Log::town(&other_town()).signed_by("wang");
    let keys = ["log", "wang"].map(|name| signer(name).verifier().clone());
    let both = Trust::new(keys.into(), Vec::new()).unwrap();
    let (one, two) = (log.note(30), other.note(30));
    let found = denounce(
        &Exhibit::Checkpoint(one),
        &Exhibit::Checkpoint(two),
        &both,
        &[],
    );
    let Ok(Verdict::Contradiction { evidence, .. }) = found else {
        panic!("no contradiction");
    };
    assert!(evidence.verify(&both).is_ok());
    assert!(evidence.verify(&trust()).is_err());
}

#[test]
fn a_changed_evidence_file_is_refused_or_claims_the_same() {
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let size = log.len().min(other.len());
    let export = other.export(size);
    let lines = Lines(&export);
    let place = (0..size)
        .find(|at| log.leaves[*at as usize] != other.leaves[*at as usize])
        .unwrap();
    let (old, theirs) = (
        Exhibit::Checkpoint(log.note(34)),
        Exhibit::export(other.note(size), &lines),
    );
    let files = [
        proven(
            Claim::TwoRoots,
            &Exhibit::Checkpoint(log.note(30)),
            &Exhibit::Checkpoint(other.note(30)),
            &[],
        ),
        proven(Claim::NoConsistency, &old, &theirs, &[]),
        proven(Claim::TwoEntries, &log.leaf(place, size), &theirs, &[]),
    ];
    for evidence in files {
        let outcome = |bytes: &[u8]| Evidence::parse(bytes).ok()?.verify(&trust()).ok();
        every_flip_is_noticed(&evidence.to_bytes(), 4000, outcome);
    }
}

#[test]
fn a_claim_that_the_exhibits_do_not_prove_is_refused() {
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let evidence = proven(
        Claim::TwoRoots,
        &Exhibit::Checkpoint(log.note(30)),
        &Exhibit::Checkpoint(other.note(30)),
        &[],
    );
    let file = evidence.to_bytes();
    for claim in Claim::ALL {
        let code = format!("\"claim\":\"{}\"", claim.code());
        let renamed = changed_or_same(&file, "\"claim\":\"two_roots\"", &code);
        let verified = Evidence::parse(&renamed).unwrap().verify(&trust());
        assert_eq!(verified.is_ok(), claim == Claim::TwoRoots, "{claim:?}");
    }
    // The same note twice is no contradiction.
    let note = serde_json::Value::String(log.note(30).to_string()).to_string();
    let second = serde_json::Value::String(other.note(30).to_string()).to_string();
    let doubled = changed(&file, &second, &note);
    let verified = Evidence::parse(&doubled).unwrap().verify(&trust());
    assert_eq!(
        verified,
        Err(EvidenceRejection::NoContradiction(Claim::TwoRoots))
    );
}

fn changed_or_same(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .replacen(from, to, 1)
        .into_bytes()
}

/// A file that somebody wrote by hand, verified.
fn by_hand(claim: &str, exhibits: Vec<Json>) -> Result<Proven, EvidenceRejection> {
    let key = signer("log").verifier().to_string();
    let file = json!({ "claim": claim, "exhibits": exhibits, "logKeys": [key], "v": 1 });
    let evidence = Evidence::parse(file.to_string().as_bytes()).unwrap();
    evidence.verify(&trust())
}

fn note(log: &Log, size: u64) -> Json {
    json!({ "note": log.note(size).to_string() })
}

fn leaf(log: &Log, index: u64, size: u64) -> Json {
    let bytes = STANDARD.encode(&log.leaves[index as usize]);
    json!({ "leaf": bytes, "proof": log.proof(index, size).to_string() })
}

fn consistency(log: &Log, old: u64, new: u64, root: &Hash) -> Json {
    let proof = consistency_proof(Size::new(old), Size::new(new), &log.tree).unwrap();
    let encode = |hash: &Hash| STANDARD.encode(hash.as_bytes());
    let hashes: Vec<String> = proof.hashes().iter().map(encode).collect();
    json!({ "consistency": hashes, "new": new, "old": old, "oldRoot": encode(root) })
}

#[test]
fn an_honest_log_cannot_be_denounced_by_a_file_written_by_hand() {
    let log = Log::town(&town());
    let root = root_of(&log.note(20));
    let none = Err(EvidenceRejection::NoContradiction(Claim::NoConsistency));
    let notes = |third| {
        by_hand(
            "no_consistency",
            vec![note(&log, 20), note(&log, 35), third],
        )
    };
    assert_eq!(notes(consistency(&log, 20, 35, &root)), none);
    let made_up = Hash::from_bytes([1; 32]);
    for (old, new) in [(20, 35), (16, 35), (20, 34)] {
        assert!(notes(consistency(&log, old, new, &made_up)).is_err());
    }
    let power = by_hand(
        "no_consistency",
        vec![
            note(&log, 16),
            note(&log, 35),
            consistency(&log, 16, 35, &made_up),
        ],
    );
    assert!(matches!(power, Err(EvidenceRejection::Consistency(_))));
    for claim in ["two_entries", "time_backwards", "chain", "dossier"] {
        for (one, two) in [(3, 3), (3, 4), (4, 3), (30, 33), (33, 30)] {
            let pair = vec![leaf(&log, one, 35), leaf(&log, two, 34)];
            assert!(by_hand(claim, pair).is_err(), "{claim} of {one} and {two}");
        }
    }
    assert!(by_hand("misplaced", vec![leaf(&log, 3, 35)]).is_err());
}

#[test]
fn exhibits_of_another_sort_or_number_are_refused() {
    let (log, other) = (Log::town(&town()), Log::town(&other_town()));
    let pair = vec![note(&log, 30), note(&other, 30)];
    assert!(by_hand("two_roots", pair.clone()).is_ok());
    for exhibits in [
        Vec::new(),
        pair[..1].to_vec(),
        [pair.clone(), vec![note(&log, 30)]].concat(),
        [pair.clone(), vec![leaf(&log, 3, 30)]].concat(),
        vec![note(&log, 30), leaf(&other, 3, 30)],
    ] {
        let verified = by_hand("two_roots", exhibits);
        assert!(matches!(
            verified,
            Err(EvidenceRejection::OtherExhibit { .. })
        ));
    }
}

#[test]
fn a_recovery_declares_what_it_names_and_nothing_else() {
    let lost = Town::populated().entries().len() as u64 + 4;
    let (before, after) = recovered(lost);
    let size = after.len().min(before.len());
    let declaration = leaf(&after, lost, size);
    let mut leaves = before.leaves.clone();
    leaves[3] = later(&leaves[3]);
    let forged = Log::of(leaves);
    for (at, declared) in [(lost, vec![]), (lost + 1, vec![lost]), (20, vec![])] {
        let notes = vec![note(&before, at), note(&forged, at), declaration.clone()];
        assert_eq!(
            by_hand("two_roots", notes).unwrap().declared_by,
            declared,
            "size {at}"
        );
    }
}
