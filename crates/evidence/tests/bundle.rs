//! One decision, verified offline with its signers' keys and what became of them.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_events::{Kind, LedgerId, Sequence};
use cinnabar_evidence::{
    Bundle, BundleFault, BundleRejection, Decision, KeyState, Trust, envelope, verify_bundle,
};
use cinnabar_governance::testing::{Town, public};
use common::{Log, at, changed, every_flip_is_noticed, other_town, signer, town, trust};
use serde_json::json;

fn approval(log: &Log) -> u64 {
    at(log, "approval.granted", "product/a")
}

fn verified(bundle: &Bundle, town: &Town) -> Decision {
    let file = bundle.to_bytes();
    let read = Bundle::parse(&file).unwrap();
    assert_eq!((&read, read.to_bytes()), (bundle, file));
    read.verify(&trust(), town.ledger()).unwrap()
}

fn refused(bundle: &Bundle, ledger: LedgerId) -> BundleRejection {
    bundle.verify(&trust(), ledger).unwrap_err()
}

#[test]
fn a_bundle_says_who_decided_and_that_their_keys_were_in_force() {
    let town = town();
    let log = Log::town(&town);
    let place = approval(&log);
    let decision = verified(&log.bundle(place, log.len()), &town);
    assert!(decision.sound);
    assert_eq!(decision.kind, "approval.granted");
    assert_eq!(decision.size, log.len());
    assert_eq!(decision.cosigned.len(), 1);
    let signers: Vec<_> = decision.signers.iter().collect();
    for (signer, name) in signers.iter().zip(["chen", "qian"]) {
        assert_eq!(
            (signer.actor.as_str(), signer.role.as_str()),
            (name, "decision_maker")
        );
        assert_eq!(signer.key, Some(public(name).to_string()));
        assert_eq!(signer.key_state, KeyState::Valid);
        assert_eq!((signer.replaced_later, signer.revoked_later), (None, None));
    }
    let printed = decision.to_string();
    assert!(printed.contains("chen as decision_maker"), "{printed}");
}

#[test]
fn every_entry_of_a_town_can_be_had_as_a_sound_bundle() {
    let mut town = town();
    rotate(&mut town, "chen");
    let log = Log::town(&town);
    for index in 0..log.len() {
        let decision = verified(&log.bundle(index, log.len()), &town);
        assert!(decision.sound, "entry {index}: {decision}");
    }
}

fn rotate(town: &mut Town, actor: &str) {
    let signers = [format!("{actor}:self"), format!("{actor}:incoming_key")];
    let signers: Vec<&str> = signers.iter().map(String::as_str).collect();
    let data = json!({ "key": public("rotated").to_string() });
    let draft = town.draft(Kind::KeyRotated, &format!("actor/{actor}"), &signers, &data);
    town.say(&draft).unwrap();
    town.signs_with(actor, "rotated");
}

fn revoke(town: &mut Town, actor: &str, key: &str, since: Option<&str>) {
    let reason = if since.is_some() {
        "compromise"
    } else {
        "lost"
    };
    let mut data = json!({ "key": public(key).to_string(), "reason": reason });
    if let Some(since) = since {
        data["compromisedSince"] = since.into();
    }
    let signers = ["wang:institution_admin"];
    let draft = town.draft(Kind::KeyRevoked, &format!("actor/{actor}"), &signers, &data);
    town.say(&draft).unwrap();
}

#[test]
fn what_became_of_a_key_later_is_told_and_undoes_nothing() {
    let mut town = town();
    rotate(&mut town, "chen");
    revoke(&mut town, "qian", "qian", None);
    let log = Log::town(&town);
    let decision = verified(&log.bundle(approval(&log), log.len()), &town);
    assert!(decision.sound);
    let [chen, qian] = &decision.signers[..] else {
        panic!("two signers");
    };
    assert_eq!(chen.replaced_later, Some(log.len() - 2));
    assert_eq!(qian.revoked_later, Some(log.len() - 1));
}

#[test]
fn a_key_that_was_compromised_by_then_makes_the_decision_suspect() {
    for (since, suspect) in [
        ("2026-11-22T08:00:05.000000Z", true),
        ("2026-11-22T08:00:59.000000Z", false),
    ] {
        let mut town = town();
        town.pass(600);
        revoke(&mut town, "qian", "qian", Some(since));
        let log = Log::town(&town);
        let decision = verified(&log.bundle(approval(&log), log.len()), &town);
        let qian = &decision.signers[1];
        assert_eq!(qian.suspect.is_some(), suspect, "{}", decision.recorded);
        assert_eq!(decision.sound, !suspect);
        assert_eq!(qian.key_state, KeyState::Valid);
    }
}

#[test]
fn a_forced_entry_is_shown_with_the_key_that_could_not_sign() {
    // The operator records what the rules refuse.
    type Case = (fn(&mut Town), fn(&KeyState) -> bool);
    let cases: [Case; 4] = [
        (
            |town| revoke(town, "qian", "qian", None),
            |state| matches!(state, KeyState::Revoked { .. }),
        ),
        (
            |town| {
                rotate(town, "qian");
                town.signs_with("qian", "qian");
            },
            |state| matches!(state, KeyState::Replaced { .. }),
        ),
        (
            |town| town.signs_with("qian", "nobody"),
            |state| *state == KeyState::Unknown,
        ),
        (suspend, |state| matches!(state, KeyState::Suspended { .. })),
    ];
    for (place, (happens, expected)) in cases.into_iter().enumerate() {
        let mut town = town();
        happens(&mut town);
        let draft = town.approval("b");
        let verified_draft = town.sign(&draft);
        let forged = town.force(verified_draft).get();
        let log = Log::town(&town);
        let decision = verified(&log.bundle(forged, log.len()), &town);
        assert!(
            expected(&decision.signers[1].key_state),
            "case {place}: {decision}"
        );
        assert!(!decision.sound);
    }
}

fn suspend(town: &mut Town) {
    let signers = ["wang:institution_admin", "zhao:institution_admin"];
    let data = json!({ "reason": "investigation" });
    let draft = town.draft(Kind::ActorSuspended, "actor/qian", &signers, &data);
    town.say(&draft).unwrap();
}

#[test]
fn a_dossier_with_an_entry_left_out_is_refused() {
    let mut town = town();
    rotate(&mut town, "chen");
    let log = Log::town(&town);
    let (place, size) = (approval(&log), log.len());
    let enrolled = at(&log, "actor.enrolled", "actor/chen");
    let granted = at(&log, "role.granted", "actor/chen");
    for gone in [enrolled, granted] {
        let bundle = log.bundle_of(place, size, |seq| seq != gone);
        let rejection = refused(&bundle, town.ledger());
        assert!(
            matches!(rejection, BundleRejection::Gap { .. }),
            "{rejection}"
        );
    }
    let bundle = log.bundle_of(place, size, |seq| seq != 0);
    assert_eq!(refused(&bundle, town.ledger()), BundleRejection::NoGenesis);
}

#[test]
fn an_entry_of_another_log_ledger_or_place_is_refused() {
    let town = town();
    let log = Log::town(&town);
    let (place, size) = (approval(&log), log.len());
    let bundle = log.bundle(place, size);
    let other = LedgerId::from_bytes([7; 32]);
    assert!(matches!(
        refused(&bundle, other),
        BundleRejection::OtherLedger { .. }
    ));
    let stranger = Trust::key(signer("wang").verifier().clone()).unwrap();
    let rejection = bundle.verify(&stranger, town.ledger()).unwrap_err();
    assert!(matches!(rejection, BundleRejection::Checkpoint(_)));
    // A checkpoint of another history.
    let elsewhere = Log::town(&other_town());
    let file = String::from_utf8(bundle.to_bytes()).unwrap();
    let note = |log: &Log| json!(log.note(size).to_string()).to_string();
    let swapped = file.replacen(&note(&log), &note(&elsewhere), 1);
    let swapped = Bundle::parse(swapped.as_bytes()).unwrap();
    assert!(matches!(
        refused(&swapped, town.ledger()),
        BundleRejection::NotIncluded { .. }
    ));
}

#[test]
fn a_signature_that_does_not_verify_is_refused_even_if_the_log_signed_for_it() {
    let town = town();
    let mut log = Log::town(&town);
    let place = approval(&log) as usize;
    let forged = changed(&log.leaves[place], "2027-05-20", "2029-05-20");
    log.leaves[place] = forged;
    let log = Log::of(log.leaves);
    let rejection = refused(&log.bundle(place as u64, log.len()), town.ledger());
    assert!(
        matches!(rejection, BundleRejection::Signature { .. }),
        "{rejection}"
    );
}

#[test]
fn what_belongs_to_nothing_is_refused() {
    let town = town();
    let log = Log::town(&town);
    let place = approval(&log);
    let bundle = log.bundle(place, log.len());
    let stray = at(&log, "organisation.registered", "organisation/acme");
    let mut entries: Vec<_> = bundle
        .entries()
        .map(|entry| entry.seq().get())
        .chain([stray])
        .map(|seq| (log.entry(seq), log.proof(seq, log.len()).inclusion))
        .collect();
    let build = |entries| Bundle::build(Sequence::new(place), log.note(log.len()), entries);
    let with_stray = build(entries.clone()).unwrap();
    let rejection = refused(&with_stray, town.ledger());
    assert_eq!(rejection, BundleRejection::Stray(Sequence::new(stray)));
    entries.push(entries[0].clone());
    assert_eq!(build(entries), Err(BundleFault::Twice(Sequence::FIRST)));
    assert_eq!(
        build(Vec::new()),
        Err(BundleFault::Missing(Sequence::new(place)))
    );
}

#[test]
fn a_changed_bundle_is_refused_or_claims_the_same() {
    let town = town();
    let log = Log::town(&town);
    let file = log.bundle(approval(&log), log.len()).to_bytes();
    // Anybody can take a cosignature away, which claims less.
    let claimed = |bytes: &[u8]| {
        let outcome = verify_bundle(bytes, &trust(), town.ledger());
        let decision = outcome.verified().cloned()?;
        Some(Decision {
            cosigned: Vec::new(),
            ..decision
        })
    };
    every_flip_is_noticed(&file, 600, claimed);
    // The checkpoint, and the decision with what comes after it, byte by byte.
    every_flip_is_noticed(&file[..500], 500, |start| {
        claimed(&[start, &file[500..]].concat())
    });
    let from = file.len() - 3000;
    every_flip_is_noticed(&file[from..], 1000, |end| {
        claimed(&[&file[..from], end].concat())
    });
}

#[test]
fn a_false_line_of_a_known_witness_is_refused() {
    let town = town();
    let log = Log::town(&town);
    let file = log.bundle(approval(&log), log.len()).to_bytes();
    let text = String::from_utf8(file).unwrap();
    let line = text.find("witness.example.net/w").unwrap() + 60;
    let mut spoilt = text.into_bytes();
    spoilt[line] = if spoilt[line] == b'A' { b'B' } else { b'A' };
    let bundle = Bundle::parse(&spoilt).unwrap();
    let rejection = refused(&bundle, town.ledger());
    assert!(matches!(rejection, BundleRejection::Checkpoint(_)));
}

#[test]
fn an_entry_as_a_dsse_envelope_comes_back_as_what_was_signed() {
    let log = Log::town(&town());
    let entry = log.entry(approval(&log));
    let file = envelope(&entry);
    let read = cinnabar_evidence::Envelope::parse(&file).unwrap();
    let verified = read.verify().unwrap();
    assert_eq!(verified.signed(), entry.signed());
    // Others write JSON with spaces, in another order, with members that DSSE doesn't know.
    let mut value: serde_json::Value = serde_json::from_slice(&file).unwrap();
    value["signatures"].as_array_mut().unwrap().reverse();
    value["signatures"][0]["cert"] = "none".into();
    let spaced = serde_json::to_vec_pretty(&value).unwrap();
    let read = cinnabar_evidence::Envelope::parse(&spaced).unwrap();
    assert_eq!(read.verify().unwrap().signed(), entry.signed());
    let outcome = |bytes: &[u8]| {
        let envelope = cinnabar_evidence::Envelope::parse(bytes).ok()?;
        Some(envelope.verify().ok()?.into_signed())
    };
    every_flip_is_noticed(&file, 4000, outcome);
}
