//! Who is in the demonstration.

use std::collections::BTreeMap;

use cinnabar_ledger::founding::Layout;
use ed25519_dalek::SigningKey;

use super::key_of;
use crate::exit::Failure;

/// Someone in the demonstration: id, public name, organisation, roles.
pub(super) struct Person {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) organisation: &'static str,
    pub(super) role: &'static str,
}

const fn person(
    id: &'static str,
    name: &'static str,
    organisation: &'static str,
    role: &'static str,
) -> Person {
    Person {
        id,
        name,
        organisation,
        role,
    }
}

/// The institution's officers. `wang` and `zhao` founded the ledger and administer it.
pub(super) const OFFICERS: [Person; 6] = [
    person("li", "Registrar Li", "institution", "registrar"),
    person("sun", "Case officer Sun", "institution", "case_officer"),
    person(
        "chen",
        "Decision maker Chen",
        "institution",
        "decision_maker",
    ),
    person(
        "qian",
        "Decision maker Qian",
        "institution",
        "decision_maker",
    ),
    person(
        "zhou",
        "Intake officer Zhou",
        "institution",
        "intake_officer",
    ),
    person("wu", "Migrator Wu", "institution", "migrator"),
];

/// Those who file for the enterprises.
pub(super) const FILERS: [Person; 3] = [
    person("lin", "Filer Lin", "nanshan-health", "enterprise_filer"),
    person("he", "Filer He", "futian-robotics", "enterprise_filer"),
    person("gao", "Filer Gao", "longgang-vision", "enterprise_filer"),
];

/// Everyone's key, from a file of its own.
pub(super) fn keys(layout: &Layout) -> Result<BTreeMap<String, SigningKey>, Failure> {
    let everyone = ["wang", "zhao"]
        .into_iter()
        .chain(OFFICERS.iter().chain(&FILERS).map(|person| person.id));
    everyone
        .map(|id| Ok((id.to_owned(), key_of(layout, id)?)))
        .collect()
}
