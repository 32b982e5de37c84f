//! A real ledger in memory, and its export.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used)]

use cinnabar_events::rulebook::Vocabulary;
use cinnabar_events::{
    Code, Entry, EntryHash, Kind, LedgerId, Listed, Payload, Rulebook, Sequence, Timestamp,
    Verified,
};
use cinnabar_governance::testing::{Draft, Town, key, public};
use cinnabar_governance::{DEFAULT_CHAPTERS, RecordMap, admit, default_rulebook, evolve, links};
use cinnabar_tlog::{Algorithm, Checkpoint, Frontier, KeyName, NoteSigner, VerifierKey};
use cinnabar_verifier::{Options, Report, Verifier};
use serde_json::json;

pub(crate) const ORIGIN: &str = "ledger.example.org/ai-register";

pub(crate) fn name() -> KeyName {
    KeyName::new(ORIGIN).unwrap()
}

pub(crate) fn log_signer() -> NoteSigner {
    NoteSigner::from_seed(name(), &key("log").to_bytes())
}

pub(crate) fn log_key() -> VerifierKey {
    VerifierKey::new(
        name(),
        Algorithm::Ed25519,
        &key("log").verifying_key().to_bytes(),
    )
    .unwrap()
}

/// How many entries open a town's ledger: the genesis and one deposit for each chapter of the rulebook.
pub(crate) const OPENING: usize = 1 + DEFAULT_CHAPTERS.len();

/// How many entries [`town`] has: the opening; seven enrolments with a role each, and an enterprise; products a and b,
/// four entries each; the approval of a; the filing of c.
pub(crate) const TOWN: usize = OPENING + 7 * 2 + 1 + 2 * 4 + 1 + 1;

/// Officers, an enterprise, and two products that are filed, accepted, classified and shown to conform; the first is
/// approved; a third is only filed. [`TOWN`] entries.
pub(crate) fn town() -> Town {
    let mut town = Town::populated();
    town.accepted("a");
    town.accepted("b");
    let approval = town.approval("a");
    town.say(&approval).unwrap();
    let submission = town.submission("c");
    town.say(&submission).unwrap();
    town
}

/// Chains statements by a rulebook that is as short as can be, so that there are few bytes to flip: a registrar,
/// an enterprise, three products. 12 entries.
pub(crate) fn short_ledger() -> Vec<Vec<u8>> {
    let mut town = Town::new();
    let mut genesis = town.entries()[0].statement().clone();
    if let Payload::LedgerOpened(opened) = &mut genesis.payload {
        *opened.rulebook = short_rulebook(&default_rulebook().whole().unwrap());
    }
    let genesis = town.sign_as(&genesis, &["wang", "zhao"]).unwrap();
    let ledger = LedgerId::of(genesis.signed().bytes());
    let mut drafts = vec![
        enrolment(&mut town, "li"),
        grant(&mut town, "li", "registrar"),
    ];
    let acme = json!({ "name": "Acme", "organisationKind": "enterprise" });
    drafts.push(town.draft(
        Kind::OrganisationRegistered,
        "organisation/acme",
        &["li:registrar"],
        &acme,
    ));
    drafts.push(enrolment(&mut town, "lin").with(|statement| {
        if let Payload::ActorEnrolled(enrolled) = &mut statement.payload {
            enrolled.organisation = Some("acme".parse().unwrap());
        }
    }));
    drafts.push(grant(&mut town, "lin", "enterprise_filer"));
    for product in ["a", "b", "c"] {
        drafts.push(town.submission(product));
        let data = json!({ "number": product, "reasons": "Complete." });
        drafts.push(town.draft(
            Kind::ProductAccepted,
            &format!("product/{product}"),
            &["li:registrar"],
            &data,
        ));
    }
    let signed = drafts
        .into_iter()
        .map(|draft| town.sign(&draft.with(|statement| statement.ledger = Some(ledger))));
    chain(std::iter::once(genesis).chain(signed))
}

fn short_rulebook(whole: &Rulebook) -> Rulebook {
    let kinds = [
        Kind::RulebookDeposited,
        Kind::RulebookAdopted,
        Kind::ActorEnrolled,
        Kind::RoleGranted,
        Kind::OrganisationRegistered,
        Kind::ProductSubmitted,
        Kind::ProductAccepted,
    ];
    let roles = ["institution_admin", "registrar", "enterprise_filer"];
    let kept = |role: &Code| roles.contains(&role.as_str()) || role.as_str() == "incoming_key";
    let permissions = whole
        .permissions
        .iter()
        .filter(|permission| kinds.iter().any(|kind| permission.kind.is(*kind)))
        .cloned()
        .map(|mut permission| {
            let roles = permission.roles.iter().filter(|role| kept(role));
            permission.roles = Listed::new(roles.cloned().collect()).unwrap();
            permission
        });
    let roles = whole.roles.iter().filter(|rule| kept(&rule.role)).cloned();
    let roles = roles.map(|mut rule| {
        rule.excludes = Listed::default();
        rule
    });
    let fields = |list: &&Vocabulary| list.name.as_str() == "application_field";
    let lists = whole.vocabularies.iter().filter(fields).cloned();
    let mut short = whole.clone();
    short.permissions = Listed::new(permissions.collect()).unwrap();
    short.roles = Listed::new(roles.collect()).unwrap();
    short.vocabularies = Listed::new(lists.collect()).unwrap();
    short.separation = Listed::default();
    short.deadlines = Listed::default();
    short.calendars = Listed::default();
    short.settings = Listed::default();
    short.chapters = Listed::default();
    short.migration = None;
    short
}

fn enrolment(town: &mut Town, name: &str) -> Draft {
    let data = json!({ "name": name, "actorKind": "person", "key": public(name).to_string() });
    let incoming = format!("{name}:incoming_key");
    town.draft(
        Kind::ActorEnrolled,
        &format!("actor/{name}"),
        &["wang:institution_admin", &incoming],
        &data,
    )
}

fn grant(town: &mut Town, name: &str, role: &str) -> Draft {
    let signers = ["wang:institution_admin", "zhao:institution_admin"];
    town.draft(
        Kind::RoleGranted,
        &format!("actor/{name}"),
        &signers,
        &json!({ "role": role }),
    )
}

/// Chains statements that the rules admit, a second apart.
fn chain(statements: impl Iterator<Item = Verified>) -> Vec<Vec<u8>> {
    let mut records = RecordMap::new();
    let mut time: Timestamp = "2026-11-22T08:00:00.000000Z".parse().unwrap();
    let (mut seq, mut prev, mut entries) = (Sequence::FIRST, EntryHash::NONE, Vec::new());
    for statement in statements {
        time = time.plus_seconds(1);
        let Ok(verdict) = admit(&records, time, &statement);
        verdict.unwrap_or_else(|rejection| panic!("sequence {seq}: {rejection}"));
        let Ok(dossiers) = links(&records, statement.statement());
        let entry = Entry::chain(statement, seq, time, prev, dossiers);
        let Ok(()) = evolve(&mut records, &entry);
        (seq, prev) = (seq.next(), entry.hash());
        entries.push(entry.bytes().to_vec());
    }
    entries
}

/// Where the first entry of `kind` about `subject` stands.
pub(crate) fn at(entries: &[Vec<u8>], kind: Kind, subject: &str) -> usize {
    let is_meant = |bytes: &Vec<u8>| {
        let entry = Entry::parse(bytes.clone()).unwrap();
        let statement = entry.statement();
        statement.kind() == kind && statement.subject.to_string() == subject
    };
    entries
        .iter()
        .position(is_meant)
        .unwrap_or_else(|| panic!("no {kind} about {subject}"))
}

/// The entry with a microsecond added to its time: still well-formed, but another entry.
pub(crate) fn later(bytes: &[u8]) -> Vec<u8> {
    let time = Entry::parse(bytes).unwrap().time().to_string();
    let member = |time: &str| format!("\"time\":\"{time}\"");
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let moved = time.replace(".000000Z", ".000001Z");
    let changed = text.replacen(&member(&time), &member(&moved), 1);
    assert_ne!(changed, text);
    changed.into_bytes()
}

/// The bytes of each entry.
pub(crate) fn entries(town: &Town) -> Vec<Vec<u8>> {
    town.entries()
        .iter()
        .map(|entry| entry.bytes().to_vec())
        .collect()
}

pub(crate) fn export(entries: &[Vec<u8>]) -> Vec<u8> {
    entries
        .iter()
        .flat_map(|entry| entry.iter().copied().chain([b'\n']))
        .collect()
}

/// The log's checkpoint over these entries.
pub(crate) fn checkpoint(entries: &[Vec<u8>]) -> Vec<u8> {
    checkpoint_by(&log_signer(), entries)
}

pub(crate) fn checkpoint_by(signer: &NoteSigner, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut tree = Frontier::empty();
    for entry in entries {
        tree.push(cinnabar_tlog::leaf_hash(entry));
    }
    let checkpoint = Checkpoint {
        origin: signer.name().clone(),
        size: tree.size(),
        root: tree.root(),
    };
    checkpoint.sign(signer).unwrap().to_string().into_bytes()
}

pub(crate) fn audit_with(options: Options, export: &[u8]) -> Report {
    let mut verifier = Verifier::new(options);
    verifier.push(export);
    verifier.finish()
}

/// Audits an export by the checkpoint over `signed`.
pub(crate) fn audit(signed: &[Vec<u8>], export: &[u8]) -> Report {
    audit_with(Options::new(log_key(), Some(checkpoint(signed))), export)
}

/// Each finding's sequence and code.
pub(crate) fn found(report: &Report) -> Vec<(Option<u64>, &'static str)> {
    report
        .findings
        .iter()
        .map(|finding| (finding.sequence, finding.check.code()))
        .collect()
}
