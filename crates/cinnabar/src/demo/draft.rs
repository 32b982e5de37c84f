//! From a line of the story to a signed statement, with what opens its commitments.

use std::collections::BTreeMap;

use cinnabar_events::{
    Basis, Commitment, Id, LedgerId, Listed, Migrated, Payload, Signed, SignerClaim, Statement,
    StatementId, Subject, Text, canonical, encode, sign,
};
use cinnabar_governance::story::Says;
use cinnabar_vault::{Opening, Openings};
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use super::hidden;
use crate::exit::{Exit, Failure, OrFail as _};

/// Makes the statements of the story, in order.
pub(super) struct Drafter {
    ledger: LedgerId,
    keys: BTreeMap<String, SigningKey>,
    secret: Zeroizing<[u8; 32]>,
    /// What was said so far, and how often what about what.
    told: Vec<Told>,
    counts: BTreeMap<String, u32>,
}

/// A statement of the story, ready to be sent.
pub(super) struct Said {
    pub(super) signed: Signed,
    pub(super) openings: Option<Openings>,
}

/// What later lines may name.
struct Told {
    subjects: Vec<Subject>,
    actor: Id,
    statement: StatementId,
}

impl Drafter {
    pub(super) fn new(
        ledger: LedgerId,
        keys: BTreeMap<String, SigningKey>,
        secret: Zeroizing<[u8; 32]>,
    ) -> Self {
        Self {
            ledger,
            keys,
            secret,
            told: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    pub(super) fn keys(&self) -> &BTreeMap<String, SigningKey> {
        &self.keys
    }

    /// Builds the statement and signs it with the keys of its signers.
    pub(super) fn said(&mut self, says: &Says) -> Result<Said, Failure> {
        let (statement, openings) = self.statement(says)?;
        let bytes = statement
            .to_bytes()
            .or_fail_while(Exit::Bug, || "a line of the demonstration is malformed")?;
        let mut signatures = Vec::new();
        for signer in statement.signers.iter() {
            let name = signer.actor.as_str();
            let nobody = || Failure::saying(Exit::Bug, format!("nobody is called {name}"));
            signatures.push(sign(self.keys.get(name).ok_or_else(nobody)?, &bytes));
        }
        signatures.sort_by_key(|signature| signature.key);
        let signed = Signed::new(bytes, signatures).or_fail(Exit::Bug)?;
        self.told.push(Told {
            subjects: statement.subjects().cloned().collect(),
            actor: statement.first_signer().actor.clone(),
            statement: statement.id,
        });
        Ok(Said { signed, openings })
    }

    fn statement(&mut self, says: &Says) -> Result<(Statement, Option<Openings>), Failure> {
        let what = format!("{} {}", says.kind, says.subject);
        let count = self.counts.entry(what.clone()).or_default();
        *count += 1;
        let count = *count;
        let id = StatementId::derived("cinnabar demonstration", &format!("{what} {count}"));
        let data = encode(&self.resolved(&says.data)).or_fail(Exit::Bug)?;
        let data = canonical::parse(&data).or_fail(Exit::Bug)?;
        let openings = self.openings(says, id, count)?;
        let mut commitments: BTreeMap<String, Commitment> = BTreeMap::new();
        for opening in openings.iter().flat_map(Openings::iter) {
            commitments.insert(opening.pointer().to_owned(), opening.commitment(id));
        }
        let mut concerns: Vec<Subject> = parsed(&says.concerns)?;
        concerns.sort();
        let statement = Statement {
            ledger: Some(self.ledger),
            id,
            subject: says.subject.parse().or_fail(Exit::Bug)?,
            concerns: listed(concerns)?,
            signers: listed(
                says.signers
                    .iter()
                    .map(|one| claim(one))
                    .collect::<Result<_, _>>()?,
            )?,
            basis: listed(says.basis.iter().map(basis).collect::<Result<_, _>>()?)?,
            occurred: says
                .occurred
                .as_ref()
                .map(|when| when.parse())
                .transpose()
                .or_fail(Exit::Bug)?,
            effective: None,
            expects: None,
            migrated: says.migrated.as_ref().map(migrated).transpose()?,
            commitments,
            payload: Payload::decode(says.kind, &data).or_fail(Exit::Bug)?,
        };
        Ok((statement, openings))
    }

    /// What opens the commitments: each with a salt that nobody knows who doesn't have the secret.
    fn openings(
        &self,
        says: &Says,
        id: StatementId,
        count: u32,
    ) -> Result<Option<Openings>, Failure> {
        let mut openings = Vec::new();
        for pointer in &says.hidden {
            let missing = || Failure::saying(Exit::Bug, format!("no value for {pointer}"));
            let value = hidden::value(says.kind, pointer, count).ok_or_else(missing)?;
            let salt = blake3::keyed_hash(
                &self.secret,
                format!("{} {id} {pointer}", self.ledger).as_bytes(),
            );
            let salt = Zeroizing::new(*salt.as_bytes());
            openings.push(Opening::new(pointer, salt, &value).or_fail(Exit::Bug)?);
        }
        if openings.is_empty() {
            return Ok(None);
        }
        Openings::new(id, openings).map(Some).or_fail(Exit::Bug)
    }

    /// `entry 2 of product/p1` is the second statement about it, `/contact in entry 2 of product/p1` its confidential value.
    fn resolved(&self, data: &Json) -> Json {
        match data {
            Json::String(text) => self.named(text).unwrap_or_else(|| data.clone()),
            Json::Array(items) => items.iter().map(|item| self.resolved(item)).collect(),
            Json::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), self.resolved(value)))
                .collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) => data.clone(),
        }
    }

    fn named(&self, text: &str) -> Option<Json> {
        let (pointer, entry) = match text.split_once(" in entry ") {
            Some((pointer, entry)) => (Some(pointer), entry),
            None => (None, text.strip_prefix("entry ")?),
        };
        let (number, subject) = entry.split_once(" of ")?;
        let (number, subject) = (number.parse::<usize>().ok()?, subject.parse().ok()?);
        let mut dossier = self
            .told
            .iter()
            .filter(|told| told.subjects.contains(&subject));
        let told = dossier.nth(number.checked_sub(1)?)?;
        let mut named =
            json!({ "actor": told.actor.as_str(), "statement": told.statement.to_string() });
        if let Some(pointer) = pointer {
            named["pointer"] = pointer.into();
        }
        Some(named)
    }
}

/// `actor:role` or `actor:role@organisation`.
fn claim(text: &str) -> Result<SignerClaim, Failure> {
    let wrong = || Failure::saying(Exit::Bug, format!("{text} is no signer"));
    let (actor, role) = text.split_once(':').ok_or_else(wrong)?;
    let (role, organisation) = match role.split_once('@') {
        Some((role, organisation)) => (role, Some(organisation)),
        None => (role, None),
    };
    Ok(SignerClaim {
        actor: actor.parse().or_fail(Exit::Bug)?,
        role: role.parse().or_fail(Exit::Bug)?,
        on_behalf_of: organisation
            .map(str::parse)
            .transpose()
            .or_fail(Exit::Bug)?,
    })
}

fn basis((instrument, article): &(String, String)) -> Result<Basis, Failure> {
    Ok(Basis {
        instrument: short(instrument)?,
        article: short(article)?,
    })
}

fn migrated((register, row): &(String, String)) -> Result<Migrated, Failure> {
    Ok(Migrated {
        register: short(register)?,
        row: short(row)?,
    })
}

fn short<const MAX: usize>(text: &str) -> Result<Text<MAX>, Failure> {
    Text::new(text).or_fail(Exit::Bug)
}

fn parsed(subjects: &[String]) -> Result<Vec<Subject>, Failure> {
    subjects
        .iter()
        .map(|subject| subject.parse().or_fail(Exit::Bug))
        .collect()
}

fn listed<T: PartialEq, const MAX: usize>(items: Vec<T>) -> Result<Listed<T, MAX>, Failure> {
    let twice = || Failure::saying(Exit::Bug, "someone or something stands twice in a line");
    Listed::new(items).ok_or_else(twice)
}
