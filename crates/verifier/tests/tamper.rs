//! What can be done to a ledger, and what the report says about it.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_events::{DossierLink, Entry, EntryHash, Kind, Revision};
use cinnabar_governance::testing::Town;
use cinnabar_verifier::{Check, FINDINGS_MAX, Options, Report, Verdict, Verifier};
use common::*;
use serde_json::json;

/// The same entries with the text `from` in entry `at` replaced, once.
fn edited(entries: &[Vec<u8>], at: usize, from: &str, to: &str) -> Vec<Vec<u8>> {
    let mut entries = entries.to_vec();
    let text = String::from_utf8(entries[at].clone()).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    entries[at] = text.replacen(from, to, 1).into_bytes();
    entries
}

/// Sequences and hashes put right from `at` on, as an operator could who doesn't mind signing another checkpoint.
fn rechained(entries: &[Vec<u8>], at: usize) -> Vec<Vec<u8>> {
    let mut entries = entries.to_vec();
    for index in at.max(1)..entries.len() {
        let entry = Entry::parse(entries[index].clone()).unwrap();
        let prev = EntryHash::of(&entries[index - 1]);
        let text = String::from_utf8(entries[index].clone()).unwrap();
        let text = text.replacen(
            &format!("\"prev\":\"{}\",\"seq\":{}", entry.prev(), entry.seq()),
            &format!("\"prev\":\"{prev}\",\"seq\":{index}"),
            1,
        );
        entries[index] = text.into_bytes();
    }
    entries
}

fn only(report: &Report, expected: &[(Option<u64>, Check)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(sequence, check)| (*sequence, check.code()))
        .collect();
    assert_eq!(found(report), expected, "{:#?}", report.findings);
    assert_eq!(report.verdict, Verdict::Findings);
}

#[test]
fn an_untouched_ledger_is_verified_however_its_bytes_are_cut() {
    let entries = entries(&town());
    let export = export(&entries);
    let options = Options {
        ledger: Some(town().ledger()),
        ..Options::new(log_key(), Some(checkpoint(&entries)))
    };
    for cut in [1, 7, 4096, export.len()] {
        let mut verifier = Verifier::new(options.clone());
        export.chunks(cut).for_each(|chunk| verifier.push(chunk));
        let report = verifier.finish();
        assert!(report.is_verified(), "{report:#?}");
        assert_eq!(
            (report.entries, report.rules.admitted),
            (TOWN as u64, TOWN as u64)
        );
    }
}

#[test]
fn an_edited_entry_is_named() {
    let whole = entries(&town());
    let tier = at(&whole, Kind::RiskClassified, "product/a");
    let changed = edited(&whole, tier, "No decision", "No decisions");
    let report = audit(&whole, &export(&changed));
    let named = Some(tier as u64);
    only(
        &report,
        &[
            (named, Check::Chain),
            (named, Check::Signature),
            (None, Check::Root),
        ],
    );
    assert_eq!(report.rules.unsure_since, named);
    // Chained anew and signed again by the log: the author's signature remains.
    let forged = rechained(&changed, tier + 1);
    let report = audit(&forged, &export(&forged));
    assert_eq!(found(&report)[0], (named, "signature"));
}

#[test]
fn a_removed_entry_is_a_gap_at_its_sequence() {
    let whole = entries(&town());
    let chen = at(&whole, Kind::ActorEnrolled, "actor/chen");
    let mut cut = whole.clone();
    cut.remove(chen);
    only(
        &audit(&whole, &export(&cut)),
        &[(Some(chen as u64), Check::Sequence), (None, Check::Root)],
    );
    // Removed by the operator, who chains and signs anew: the dossier and the rules remember.
    let forged = rechained(&cut, chen);
    let report = audit(&forged, &export(&forged));
    assert_eq!(report.verdict, Verdict::Findings);
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.check == Check::Dossier || finding.check == Check::Key),
        "{report:#?}"
    );
}

#[test]
fn entries_missing_at_the_end_or_the_beginning_are_named() {
    let whole = entries(&town());
    let approval = at(&whole, Kind::ApprovalGranted, "product/a");
    only(
        &audit(&whole, &export(&whole[..approval])),
        &[(Some(approval as u64), Check::Size)],
    );
    only(&audit(&whole, b""), &[(Some(0), Check::Size)]);
    for first in [1, 3, at(&whole, Kind::ActorEnrolled, "actor/sun")] {
        only(
            &audit(&whole, &export(&whole[first..])),
            &[(Some(0), Check::Sequence), (None, Check::Root)],
        );
    }
    let mut cut = export(&whole);
    cut.truncate(cut.len() - 1);
    only(
        &audit(&whole, &cut),
        &[(Some(TOWN as u64 - 1), Check::Framing)],
    );
}

#[test]
fn entries_beyond_the_checkpoint_are_not_vouched_for() {
    let whole = entries(&town());
    let approval = at(&whole, Kind::ApprovalGranted, "product/a");
    only(
        &audit(&whole[..approval], &export(&whole)),
        &[(Some(approval as u64), Check::Size)],
    );
}

#[test]
fn a_repeated_an_inserted_and_a_moved_entry_are_named() {
    let whole = entries(&town());
    let mut doubled = whole.clone();
    let qian = at(&whole, Kind::ActorEnrolled, "actor/qian");
    doubled.insert(qian + 1, whole[qian].clone());
    only(
        &audit(&whole, &export(&doubled)),
        &[(Some(qian as u64), Check::Sequence), (None, Check::Root)],
    );

    let mut swapped = whole.clone();
    let zhou = at(&whole, Kind::ActorEnrolled, "actor/zhou");
    let around = zhou as u64..=zhou as u64 + 2;
    swapped.swap(zhou, zhou + 1);
    let report = audit(&whole, &export(&swapped));
    assert!(
        found(&report)
            .iter()
            .all(|(sequence, _)| sequence.is_none_or(|sequence| around.contains(&sequence))),
        "{report:#?}"
    );
    assert_eq!(report.findings[0].sequence, Some(zhou as u64));

    // An entry said by somebody without the role, chained to its place in the middle.
    let mut town = town();
    let draft = town.draft(
        Kind::ProductAccepted,
        "product/c",
        &["lin:registrar"],
        &json!({ "number": "X-1", "reasons": "Because." }),
    );
    let forged = town.sign(&draft);
    town.force(forged);
    let last = town.entries().last().unwrap().bytes().to_vec();
    let mut inserted = whole.clone();
    inserted.insert(zhou + 1, last);
    let report = audit(&whole, &export(&inserted));
    assert_eq!(report.verdict, Verdict::Findings);
}

/// An operator forces a statement into the ledger, chains it and signs a checkpoint over it.
fn forced(draft: impl FnOnce(&mut Town) -> cinnabar_events::Verified) -> Report {
    let mut town = town();
    let forged = draft(&mut town);
    town.force(forged);
    let next = town.submission("d");
    town.say(&next).unwrap();
    let entries = entries(&town);
    audit(&entries, &export(&entries))
}

#[test]
fn what_the_rules_do_not_admit_is_found_though_the_operator_signed_for_it() {
    let acceptance = json!({ "number": "SZAI-P-2026-c", "reasons": "Because." });
    let report = forced(|town| {
        let draft = town.draft(
            Kind::ProductAccepted,
            "product/c",
            &["lin:registrar"],
            &acceptance,
        );
        town.sign(&draft)
    });
    only(&report, &[(Some(TOWN as u64), Check::Rules)]);
    assert!(
        report.findings[0].found.contains("role.missing"),
        "{:?}",
        report.findings
    );

    let report = forced(|town| {
        let draft = town.draft(
            Kind::ProductAccepted,
            "product/c",
            &["li:registrar"],
            &acceptance,
        );
        town.sign_as(draft.statement(), &["a stranger"]).unwrap()
    });
    only(&report, &[(Some(TOWN as u64), Check::Key)]);

    let report = forced(|town| {
        let draft = town.draft(
            Kind::ProductAccepted,
            "product/c",
            &["li:registrar"],
            &acceptance,
        );
        town.sign(&draft.with(|statement| {
            statement.ledger = Some(cinnabar_events::LedgerId::from_bytes([7; 32]))
        }))
    });
    only(&report, &[(Some(TOWN as u64), Check::Ledger)]);

    let report = forced(|town| {
        let approval = at(&entries(town), Kind::ApprovalGranted, "product/a");
        let again = town.entries()[approval].signed().clone();
        again.verify().unwrap()
    });
    only(&report, &[(Some(TOWN as u64), Check::Id)]);
}

/// A month in which nobody looked at anything, and then the filing of product d, which is signed but not yet recorded.
fn a_month_later() -> (Town, cinnabar_events::Verified) {
    let mut town = town();
    town.pass(30 * 24 * 3600);
    let draft = town.submission("d");
    let next = town.sign(&draft);
    (town, next)
}

#[test]
fn what_the_ledger_itself_owed_and_did_not_say_is_found_once() {
    let (mut honest, next) = a_month_later();
    let owed = honest.catch_up();
    honest.force(next);
    let said = entries(&honest);
    let deemed = &honest.entries()[TOWN];
    assert_eq!(owed.first(), Some(&deemed.seq()));
    assert!(owed.len() > 1, "also that somebody was late");
    assert_eq!(deemed.statement().kind(), Kind::ProductAccepted);
    assert_eq!(deemed.statement().subject.to_string(), "product/c");
    assert!(audit(&said, &export(&said)).is_verified());

    // An operator whose ledger kept silent: said once, not again at every later entry.
    let (mut silent, next) = a_month_later();
    silent.force(next);
    for product in ["e", "f"] {
        let draft = silent.submission(product);
        let signed = silent.sign(&draft);
        silent.force(signed);
    }
    let unsaid = entries(&silent);
    let report = audit(&unsaid, &export(&unsaid));
    only(&report, &[(Some(TOWN as u64), Check::Rules)]);
    let finding = &report.findings[0];
    assert_eq!(
        (finding.expected.as_str(), finding.found.as_str()),
        (
            "product.accepted about product/c, said by the ledger",
            "product.submitted"
        )
    );

    // One who took something that the ledger had said out again, and chained and signed the rest anew: what the
    // ledger said after it was out of turn, and the next to speak spoke too early.
    for seq in owed.iter().map(|seq| seq.get()) {
        let mut cut = said.clone();
        cut.remove(seq as usize);
        let forged = rechained(&cut, seq as usize);
        let report = audit(&forged, &export(&forged));
        let wrong: Vec<_> = (seq..forged.len() as u64)
            .map(|seq| (Some(seq), Check::Rules))
            .collect();
        only(&report, &wrong);
        let last = report.findings.last().unwrap();
        assert!(last.expected.ends_with(", said by the ledger"), "{last:?}");
    }
}

#[test]
fn a_dossier_that_tells_another_history_is_found_once() {
    let mut town = town();
    let data = json!({ "number": "SZAI-P-2026-c", "reasons": "Because." });
    let draft = town.draft(Kind::ProductAccepted, "product/c", &["li:registrar"], &data);
    town.say(&draft).unwrap();
    let honest = town.entries().last().unwrap();
    let verified = honest.signed().clone().verify().unwrap();
    for (revision, prev) in [
        (0, EntryHash::NONE),
        (1, EntryHash::NONE),
        (3, honest.prev()),
    ] {
        let link = DossierLink {
            revision: Revision::new(revision),
            prev,
        };
        let dossiers = honest
            .dossiers()
            .keys()
            .map(|subject| (subject.clone(), link))
            .collect();
        let forged = Entry::chain(
            verified.clone(),
            honest.seq(),
            honest.time(),
            honest.prev(),
            dossiers,
        );
        let mut entries = entries(&town);
        entries[TOWN] = forged.bytes().to_vec();
        only(
            &audit(&entries, &export(&entries)),
            &[(Some(TOWN as u64), Check::Dossier)],
        );
    }
}

#[test]
fn an_entry_of_an_unknown_kind_is_still_chained() {
    let whole = entries(&town());
    let approval = at(&whole, Kind::ApprovalGranted, "product/a");
    let renamed = edited(&whole, approval, "approval.granted", "approval.hailed");
    let later = rechained(&renamed, approval + 1);
    only(
        &audit(&later, &export(&later)),
        &[(Some(approval as u64), Check::Kind)],
    );
}

#[test]
fn time_that_runs_backwards_is_found_once() {
    let mut town = town();
    town.pass(-3600);
    for product in ["d", "e"] {
        let draft = town.submission(product);
        let signed = town.sign(&draft);
        town.force(signed);
    }
    let entries = entries(&town);
    only(
        &audit(&entries, &export(&entries)),
        &[(Some(TOWN as u64), Check::Time)],
    );
}

#[test]
fn another_logs_key_origin_or_signature_verifies_nothing() {
    let whole = entries(&town());
    let export = export(&whole);
    let stranger = cinnabar_tlog::NoteSigner::from_seed(name(), &[9; 32]);
    only(
        &audit_with(
            Options::new(log_key(), Some(checkpoint_by(&stranger, &whole))),
            &export,
        ),
        &[(None, Check::Checkpoint)],
    );
    only(
        &audit_with(Options::new(log_key(), Some(b"nonsense".to_vec())), &export),
        &[(None, Check::Checkpoint)],
    );

    // Another log took these entries over and signs for them: the genesis names its own key.
    let other = cinnabar_tlog::KeyName::new("other.example.org/log").unwrap();
    let other = cinnabar_tlog::NoteSigner::from_seed(other, &[9; 32]);
    let key = cinnabar_tlog::VerifierKey::clone(other.verifier());
    let report = audit_with(
        Options::new(key, Some(checkpoint_by(&other, &whole))),
        &export,
    );
    only(
        &report,
        &[(Some(0), Check::Genesis), (Some(0), Check::Genesis)],
    );

    let options = Options {
        ledger: Some(cinnabar_events::LedgerId::from_bytes([1; 32])),
        ..Options::new(log_key(), Some(checkpoint(&whole)))
    };
    only(&audit_with(options, &export), &[(Some(0), Check::Ledger)]);
}

#[test]
fn without_a_checkpoint_nothing_is_verified_and_damage_is_still_found() {
    let whole = entries(&town());
    let report = audit_with(Options::new(log_key(), None), &export(&whole));
    assert_eq!(
        (report.verdict, report.missing.len()),
        (Verdict::Undecided, 1)
    );
    let sun = at(&whole, Kind::ActorEnrolled, "actor/sun");
    let report = audit_with(
        Options::new(log_key(), None),
        &export(&edited(&whole, sun, "\"v\":1", "\"v\":2")),
    );
    assert_eq!(
        (report.verdict, report.findings[0].sequence),
        (Verdict::Findings, Some(sun as u64))
    );
}

#[test]
fn an_older_checkpoint_is_joined_or_shows_a_fork() {
    let whole = entries(&town());
    let sun = at(&whole, Kind::RoleGranted, "actor/sun");
    let with = |older: Vec<u8>| {
        let options = Options {
            older: vec![older],
            ..Options::new(log_key(), Some(checkpoint(&whole)))
        };
        audit_with(options, &export(&whole))
    };
    assert!(with(checkpoint(&whole[..sun + 5])).is_verified());
    assert!(with(checkpoint(&whole)).is_verified());
    assert!(with(checkpoint(&[])).is_verified());
    for shorter in [sun + 5, TOWN] {
        let report = with(checkpoint(&edited(&whole[..shorter], sun, "sun", "nus")));
        assert_eq!(
            (report.verdict, found(&report)),
            (Verdict::Fork, vec![(None, "checkpoint.fork")])
        );
    }
    // One that is ahead of what is here can't be compared.
    let mut longer = whole.clone();
    longer.push(whole[0].clone());
    assert_eq!(with(checkpoint(&longer)).verdict, Verdict::Undecided);
}

#[test]
fn a_ledger_that_is_wrong_everywhere_gives_a_short_report() {
    let whole = entries(&town());
    let mut lines = Vec::new();
    for _ in 0..20 {
        lines.extend(whole.iter().map(|entry| [entry.as_slice(), b"\r"].concat()));
    }
    let report = audit(&whole, &export(&lines));
    assert_eq!(report.findings.len(), FINDINGS_MAX);
    assert!(report.more_findings > 0);
}
