//! A ledger to read: entries of the form, size and mix that the other bench submits, chained as a writer chains them.
//!
//! Real: bytes, hashes, chain, dossiers, subjects, texts. Not real: signatures are 64 bytes that no key made, and no rule was asked;
//! neither views nor API look at them, and a million entries would cost minutes of signing.

use std::collections::HashMap;

use cinnabar_events::{Entry, Timestamp, encode};
use cinnabar_governance::testing::Town;
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use crate::words::{Product, organisation, prose, spread};

/// Organisations that file.
pub(crate) const ORGANISATIONS: u64 = 1_920;
/// Products and incidents that are there from the start and updated again and again.
pub(crate) const BASE: u64 = 10_000;
/// Actors who sign.
const ACTORS: u64 = 1_000;
/// Entries that are recorded in one second.
const A_SECOND: u64 = 5_000;
/// Statements that are written side by side before they are chained one by one.
const BATCH: u64 = 8_192;

/// Of twenty statements, which kinds: filed 30 %, reported 20 %, updated 20 %, followed up 15 %, accepted 10 %, registered 5 %.
const MIX: [Say; 20] = {
    use Say::{Accept, FollowUp, Register, Report, Submit, Update};
    [
        Submit, Report, Update, FollowUp, Submit, Accept, Submit, Report, Update, FollowUp, Submit,
        Register, Submit, Report, Update, FollowUp, Submit, Accept, Update, Report,
    ]
};
/// A register that fills: each product is filed, every second one accepted, every fourth one updated.
const REGISTER: [Say; 7] = {
    use Say::{Accept, Submit, Update};
    [Submit, Submit, Accept, Submit, Submit, Accept, Update]
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Say {
    Submit,
    Accept,
    Update,
    Report,
    FollowUp,
    Register,
}

/// Which entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// As on a busy day.
    Mix,
    /// Products above all.
    Register,
}

/// Makes entries, each the next one.
pub(crate) struct Maker {
    sort: Sort,
    ledger: String,
    start: Timestamp,
    seq: u64,
    prev: String,
    dossiers: HashMap<String, (u64, String)>,
    foundations: Vec<Statement>,
    /// Statements made so far, beside the foundations.
    said: u64,
    /// Products filed so far.
    filed: u64,
    accepted: u64,
    updated: u64,
}

/// A statement that isn't chained yet.
#[derive(Clone)]
struct Statement {
    /// In the order of their names.
    subjects: Vec<String>,
    signatures: String,
    bytes: Vec<u8>,
}

/// What a statement says.
struct Saying {
    kind: &'static str,
    subject: String,
    concerns: Option<String>,
    actor: u64,
    behalf: Option<String>,
    data: Json,
}

impl Maker {
    /// A ledger that begins like any other: with its genesis, the chapters of the rulebook and a few people; then organisations,
    /// products and incidents; then whatever `sort` says. The first entries come with it.
    pub(crate) fn new(sort: Sort) -> (Self, Vec<Vec<u8>>) {
        let town = Town::populated();
        let bytes: Vec<_> = town.entries().iter().map(|e| e.bytes().to_vec()).collect();
        let mut dossiers = HashMap::new();
        for entry in town.entries() {
            for (subject, link) in entry.dossiers() {
                let after = (link.revision.get() + 1, entry.hash().to_string());
                dossiers.insert(subject.to_string(), after);
            }
        }
        let last = town.entries().last().expect("a town has a genesis");
        let mut maker = Self {
            sort,
            ledger: town.ledger().to_string(),
            start: town.now(),
            seq: last.seq().get() + 1,
            prev: last.hash().to_string(),
            dossiers,
            foundations: Vec::new(),
            said: 0,
            filed: BASE,
            accepted: 0,
            updated: 0,
        };
        maker.foundations = maker.found();
        (maker, bytes)
    }

    /// How many of the first entries are still to come: organisations, products, incidents.
    pub(crate) fn foundations_left(&self) -> usize {
        self.foundations.len()
    }

    /// The next `count` entries.
    pub(crate) fn take(&mut self, count: usize) -> Vec<Vec<u8>> {
        let mut entries = Vec::with_capacity(count);
        while entries.len() < count {
            let wanted = (count - entries.len()).min(BATCH as usize);
            let statements = if self.foundations.is_empty() {
                self.statements(wanted as u64)
            } else {
                let rest = self
                    .foundations
                    .split_off(wanted.min(self.foundations.len()));
                std::mem::replace(&mut self.foundations, rest)
            };
            for statement in statements {
                entries.push(self.chain(&statement));
            }
        }
        entries
    }

    fn found(&self) -> Vec<Statement> {
        let organisations = (0..ORGANISATIONS).map(|n| (Say::Register, n));
        let products = (0..BASE).map(|n| (Say::Submit, n));
        let incidents = (0..BASE).map(|n| (Say::Report, n));
        let all: Vec<_> = organisations.chain(products).chain(incidents).collect();
        let make = |(at, (say, n)): (usize, &(Say, u64))| {
            let saying = match say {
                Say::Register => register(*n),
                Say::Report => report(*n, *n),
                Say::Submit | Say::Accept | Say::Update | Say::FollowUp => submit(*n),
            };
            self.statement(u64::MAX / 2 + at as u64, saying)
        };
        all.par_iter().enumerate().map(make).collect()
    }

    fn statements(&mut self, count: u64) -> Vec<Statement> {
        let plan: Vec<_> = (0..count).map(|_| self.plan()).collect();
        plan.into_par_iter()
            .map(|(number, say, object)| {
                let turn = spread(number);
                let saying = match say {
                    Say::Submit => submit(object),
                    Say::Accept => accept(object, number, turn),
                    Say::Update => update(object, number, turn),
                    Say::Report => report(BASE + number, turn),
                    Say::FollowUp => follow_up(turn),
                    Say::Register => register(ORGANISATIONS + number),
                };
                self.statement(number, saying)
            })
            .collect()
    }

    /// The next statement's number, what it is, and which product it is about.
    fn plan(&mut self) -> (u64, Say, u64) {
        let number = self.said;
        self.said += 1;
        let say = match self.sort {
            Sort::Mix => MIX[(number % MIX.len() as u64) as usize],
            Sort::Register => REGISTER[(number % REGISTER.len() as u64) as usize],
        };
        let next = |counter: &mut u64| {
            *counter += 1;
            *counter - 1
        };
        let object = match (say, self.sort) {
            (Say::Submit, _) => next(&mut self.filed),
            (Say::Accept, _) => BASE + 2 * next(&mut self.accepted),
            (Say::Update, Sort::Register) => BASE + 4 * next(&mut self.updated),
            (Say::Update | Say::Report | Say::FollowUp | Say::Register, _) => spread(number) % BASE,
        };
        (number, say, object)
    }

    fn statement(&self, number: u64, saying: Saying) -> Statement {
        let Saying {
            kind,
            subject,
            concerns,
            actor,
            behalf,
            data,
        } = saying;
        let mut signer =
            json!({ "actor": format!("actor-{}", actor % ACTORS), "role": "enterprise_filer" });
        if let Some(behalf) = behalf {
            signer["onBehalfOf"] = behalf.into();
        }
        let id = format!(
            "01930000-{:04x}-7000-8000-{:012x}",
            number >> 48,
            number & 0xffff_ffff_ffff
        );
        let mut statement = json!({ "data": data, "id": id, "kind": kind, "ledger": self.ledger, "signers": [signer], "subject": subject, "v": 1 });
        let mut subjects = vec![subject];
        if let Some(concerns) = concerns {
            statement["concerns"] = json!([concerns]);
            subjects.push(concerns);
        }
        subjects.sort();
        let key = spread(actor % ACTORS);
        let half: String = (0..4)
            .map(|part| format!("{:016x}", spread(key ^ part)))
            .collect();
        // 86 characters of base64 that stand for 64 bytes, if the last one has four zero bits.
        let sig: String = (0..5)
            .map(|part| format!("{:016x}", spread(number ^ (part << 60))))
            .collect();
        Statement {
            subjects,
            signatures: format!("[{{\"key\":\"ed25519:{half}\",\"sig\":\"{sig}AAAAAA==\"}}]"),
            bytes: encode(&statement).expect("what the bench says has a canonical form"),
        }
    }

    fn chain(&mut self, statement: &Statement) -> Vec<u8> {
        const NONE: &str =
            "blake3:0000000000000000000000000000000000000000000000000000000000000000";
        let mut bytes = Vec::with_capacity(statement.bytes.len() + 700);
        bytes.extend_from_slice(b"{\"dossiers\":{");
        for (at, subject) in statement.subjects.iter().enumerate() {
            let start = (0, NONE.to_owned());
            let (revision, prev) = self.dossiers.get(subject).unwrap_or(&start);
            let comma = if at > 0 { "," } else { "" };
            bytes.extend(format!("{comma}\"{subject}\":[{revision},\"{prev}\"]").as_bytes());
        }
        let time = self
            .start
            .plus_seconds(i64::try_from(self.seq / A_SECOND).unwrap_or_default());
        bytes.extend(
            format!(
                "}},\"prev\":\"{}\",\"seq\":{},\"signatures\":{},\"statement\":",
                self.prev, self.seq, statement.signatures
            )
            .as_bytes(),
        );
        bytes.extend_from_slice(&statement.bytes);
        bytes.extend(format!(",\"time\":\"{time}\",\"v\":1}}").as_bytes());
        let hash = cinnabar_events::EntryHash::of(&bytes).to_string();
        for subject in &statement.subjects {
            let dossier = self.dossiers.entry(subject.clone()).or_default();
            *dossier = (dossier.0 + 1, hash.clone());
        }
        (self.prev, self.seq) = (hash, self.seq + 1);
        bytes
    }
}

/// Reads entries on all cores.
pub(crate) fn parse(bytes: &[Vec<u8>]) -> Vec<Entry> {
    let parse = |bytes: &Vec<u8>| Entry::parse(bytes.as_slice());
    let entries: Result<_, _> = bytes.par_iter().map(parse).collect();
    entries.expect("what the bench chains are entries")
}

fn id_of(index: u64) -> String {
    format!("org-{}", index % ORGANISATIONS)
}

fn register(index: u64) -> Saying {
    let name = match index {
        0..ORGANISATIONS => organisation(index),
        _ => format!("Acme Health {index} 有限公司"),
    };
    Saying {
        kind: "organisation.registered",
        subject: format!("organisation/org-{index}"),
        concerns: None,
        actor: index,
        behalf: None,
        data: json!({
            "name": name, "organisationKind": "enterprise", "country": "CN", "url": "https://example.org/acme",
            "address": format!("{} Example Road, Testville, third floor, beside the clinic", index % 900 + 1),
        }),
    }
}

fn submit(index: u64) -> Saying {
    let (product, organisation) = (Product::of(index), id_of(spread(index)));
    Saying {
        kind: "product.submitted",
        subject: format!("product/product-{index}"),
        concerns: Some(format!("organisation/{organisation}")),
        actor: spread(index),
        behalf: Some(organisation.clone()),
        data: json!({
            "organisation": organisation, "name": product.name, "route": "disclosure", "excludedDomain": "none",
            "facts": { "fields": ["healthcare"], "techniques": ["nlp"], "nameEn": product.name_en, "summary": product.summary, "purpose": product.purpose },
        }),
    }
}

fn accept(index: u64, number: u64, turn: u64) -> Saying {
    Saying {
        kind: "product.accepted",
        subject: format!("product/product-{index}"),
        concerns: None,
        actor: number,
        behalf: None,
        data: json!({ "number": format!("SZAI-P-2026-{index:09}"), "reasons": prose(turn, 100, 230) }),
    }
}

fn update(index: u64, number: u64, turn: u64) -> Saying {
    Saying {
        kind: "product.updated",
        subject: format!("product/product-{index}"),
        concerns: None,
        actor: number,
        behalf: Some(id_of(spread(index))),
        data: json!({ "facts": { "version": format!("1.{}", number % 1000), "summary": prose(turn, 60, 200) }, "note": "Quarterly release." }),
    }
}

fn report(index: u64, turn: u64) -> Saying {
    let owner = turn % BASE;
    Saying {
        kind: "incident.reported",
        subject: format!("incident/incident-{index}"),
        concerns: Some(format!("product/product-{owner}")),
        actor: owner,
        behalf: Some(id_of(owner)),
        data: json!({
            "product": format!("product-{owner}"), "title": format!("Wrong advice given at night, case {index}"), "severity": "incident",
            "harmTypes": ["physical"], "reportType": "initial", "description": prose(turn, 10, 60), "howAiRelates": "It gave the advice.",
            "materialsAbsent": "None yet.", "aware": "2026-11-22", "submitterKind": "enterprise",
        }),
    }
}

fn follow_up(turn: u64) -> Saying {
    Saying {
        kind: "incident.updated",
        subject: format!("incident/incident-{}", turn % BASE),
        concerns: None,
        actor: turn,
        behalf: None,
        data: json!({ "reportType": "follow_up", "description": prose(turn, 60, 200), "action": "The operator was asked for its records." }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_is_made_is_a_chain_of_entries_in_the_mix_that_is_said() {
        let (mut maker, mut bytes) = Maker::new(Sort::Mix);
        let town = bytes.len();
        bytes.extend(maker.take(3_000 + ORGANISATIONS as usize + 2 * BASE as usize));
        let entries = parse(&bytes);
        let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
        for (at, pair) in entries.windows(2).enumerate() {
            assert_eq!(pair[1].seq().get(), at as u64 + 1);
            assert_eq!(pair[1].prev(), pair[0].hash());
        }
        let foundations = town + ORGANISATIONS as usize + 2 * BASE as usize;
        for entry in &entries[foundations..] {
            *kinds.entry(entry.statement().kind().as_str()).or_default() += 1;
        }
        let shares = kinds
            .values()
            .map(|count| count * 100 / 3_000)
            .collect::<Vec<_>>();
        assert_eq!(shares, [20, 15, 5, 10, 30, 20], "{kinds:?}");
    }

    #[test]
    fn dossiers_continue_where_they_ended() {
        let (mut maker, mut bytes) = Maker::new(Sort::Register);
        bytes.extend(maker.take(6_000));
        let mut ends: BTreeMap<String, (u64, String)> = BTreeMap::new();
        for entry in parse(&bytes) {
            for (subject, link) in entry.dossiers() {
                let before = ends.get(&subject.to_string());
                let expected = before.map_or(0, |(count, _)| *count);
                assert_eq!(link.revision.get(), expected, "{subject}");
                if let Some((_, hash)) = before {
                    assert_eq!(link.prev.to_string(), *hash, "{subject}");
                }
                let after = (expected + 1, entry.hash().to_string());
                ends.insert(subject.to_string(), after);
            }
        }
    }
}
