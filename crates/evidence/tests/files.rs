//! Evidence files: whose keys they speak of, and that nothing in them can be changed.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_evidence::{
    Claim, Evidence, EvidenceRejection, Exhibit, Lines, Trust, Verdict, denounce,
};
use common::{Log, changed, every_flip_is_noticed, other_town, proven, signer, town, trust};

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
