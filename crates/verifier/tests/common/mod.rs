//! A real ledger in memory, and its export.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used)]

use cinnabar_events::Kind;
use cinnabar_governance::testing::{Town, key};
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
    VerifierKey::new(name(), Algorithm::Ed25519, &key("log").verifying_key().to_bytes()).unwrap()
}

/// Officers, an enterprise, and a product that is filed, accepted and approved; a second one filed. 22 entries.
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

/// A registrar, an enterprise, two products: 12 entries.
pub(crate) fn small_town() -> Town {
    let mut town = Town::new();
    town.enrol("li", Some("institution"), &["registrar"]);
    let acme = json!({ "name": "Acme", "organisationKind": "enterprise", "numbers": [{ "scheme": "uscc", "value": "91440300708461136T" }] });
    let draft = town.draft(Kind::OrganisationRegistered, "organisation/acme", &["li:registrar"], &acme);
    town.say(&draft).unwrap();
    town.enrol("lin", Some("acme"), &["enterprise_filer"]);
    town.enrol("sun", Some("institution"), &["case_officer"]);
    for product in ["a", "b"] {
        town.accepted(product);
    }
    town
}

/// The bytes of each entry.
pub(crate) fn entries(town: &Town) -> Vec<Vec<u8>> {
    town.entries().iter().map(|entry| entry.bytes().to_vec()).collect()
}

pub(crate) fn export(entries: &[Vec<u8>]) -> Vec<u8> {
    entries.iter().flat_map(|entry| entry.iter().copied().chain([b'\n'])).collect()
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
    let checkpoint = Checkpoint { origin: signer.name().clone(), size: tree.size(), root: tree.root() };
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
    report.findings.iter().map(|finding| (finding.sequence, finding.check.code())).collect()
}
