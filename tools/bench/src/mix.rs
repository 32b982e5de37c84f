//! What is said: a mix of kinds over many subjects, signed in advance.
//!
//! No statement depends on another one of the same batch, so that they may arrive in any order over any connection; those that
//! need something to be there (a product to accept, an incident to update) come with what must be recorded before.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use cinnabar_events::{Kind, Signed};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::people::{ORGANISATIONS, People, Role, Saying, organisation};
use crate::stats::percentile;

/// Products and incidents that exist from the start, and are updated again and again.
pub(crate) const BASE: u64 = 1_000;

/// Of twenty statements, which kinds.
const MIX: [Say; 20] = [
    Say::Submit,
    Say::Report,
    Say::Update,
    Say::FollowUp,
    Say::Submit,
    Say::Accept,
    Say::Submit,
    Say::Report,
    Say::Update,
    Say::FollowUp,
    Say::Submit,
    Say::Register,
    Say::Submit,
    Say::Report,
    Say::Update,
    Say::FollowUp,
    Say::Submit,
    Say::Accept,
    Say::Update,
    Say::Report,
];

/// Texts are cut from this one, at different lengths.
const PROSE: &str = "Suggests how urgent a complaint is; a nurse decides in every case, sees the reasons that the system gives, and can always set them aside. Records of each decision are kept for two years, and reviewed every month by the clinic's own board.";

#[derive(Clone, Copy)]
enum Say {
    Submit,
    Accept,
    Update,
    Report,
    FollowUp,
    Register,
}

/// Statements that are looked at to say what they are like.
const PROFILE_SAMPLE: u64 = 2_000;

/// What the statements are like: bytes of a statement, and of a hundred how many of each kind.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Profile {
    pub(crate) bytes_least: u64,
    pub(crate) bytes_median: u64,
    pub(crate) bytes_most: u64,
    pub(crate) percent_by_kind: BTreeMap<String, u64>,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "statements of {} to {} bytes (median {}):",
            self.bytes_least, self.bytes_most, self.bytes_median
        )?;
        let mut kinds: Vec<_> = self.percent_by_kind.iter().collect();
        kinds.sort_by_key(|(_, percent)| std::cmp::Reverse(**percent));
        for (place, (kind, percent)) in kinds.into_iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma} {kind} {percent} %")?;
        }
        Ok(())
    }
}

/// Signed requests, each as it goes over the wire.
pub(crate) struct Batch {
    /// To be recorded first, outside of what is measured.
    pub(crate) before: Vec<Bytes>,
    /// What is measured.
    pub(crate) statements: Vec<Bytes>,
}

/// Makes statements; each number is used once.
pub(crate) struct Mix {
    pub(crate) people: People,
    next: u64,
}

impl Mix {
    pub(crate) fn new(people: People) -> Self {
        Self { people, next: 0 }
    }

    fn numbers(&mut self, count: u64) -> Vec<u64> {
        let first = self.next;
        self.next += count;
        (first..self.next).collect()
    }

    /// The first registrar; then organisations and everyone else; then their roles; then products and incidents.
    /// Each part must be recorded before the next.
    pub(crate) fn foundations(&mut self) -> Vec<Vec<Bytes>> {
        let count = self.people.actors.len() as u64;
        let (enrolments, grants) = (self.numbers(count), self.numbers(count));
        let organisations = self.numbers(u64::from(ORGANISATIONS));
        let (products, incidents) = (self.numbers(BASE), self.numbers(BASE));
        let people = &self.people;
        let enrol: Vec<Bytes> = enrolments
            .into_par_iter()
            .zip(&people.actors)
            .map(|(number, actor)| people.enrolment(number, actor).to_request().into())
            .collect();
        let grant: Vec<Bytes> = grants
            .into_par_iter()
            .zip(&people.actors)
            .map(|(number, actor)| people.grant(number, actor).to_request().into())
            .collect();
        let register = organisations
            .into_iter()
            .zip(0..)
            .map(|(number, index)| register(people, number, &organisation(index), 0))
            .collect();
        let submit = products
            .into_par_iter()
            .enumerate()
            .map(|(turn, number)| submit(people, number, &format!("product-{turn}"), turn as u64))
            .collect();
        let report = incidents
            .into_par_iter()
            .enumerate()
            .map(|(turn, number)| report(people, number, &format!("incident-{turn}"), turn as u64))
            .collect();
        // Actor 0 is the registrar who registers the organisations.
        let (first_enrol, rest_enrol) = enrol.split_at(1);
        let (first_grant, rest_grant) = grant.split_at(1);
        vec![
            first_enrol.to_vec(),
            first_grant.to_vec(),
            register,
            rest_enrol.to_vec(),
            rest_grant.to_vec(),
            submit,
            report,
        ]
    }

    /// What the statements are like, from some that are made for this and not sent.
    pub(crate) fn profile(&mut self) -> Profile {
        let sample = self.batch(PROFILE_SAMPLE).statements;
        let mut bytes = Vec::with_capacity(sample.len());
        let mut kinds = BTreeMap::<String, u64>::new();
        for request in &sample {
            let signed =
                Signed::parse_request(request).expect("the bench's own statements are well-formed");
            bytes.push(signed.bytes().len() as u64);
            *kinds
                .entry(signed.statement().kind().to_string())
                .or_default() += 1;
        }
        bytes.sort_unstable();
        let share = |(kind, count)| (kind, 100 * count / PROFILE_SAMPLE);
        Profile {
            bytes_least: percentile(&bytes, 0.0),
            bytes_median: percentile(&bytes, 0.5),
            bytes_most: percentile(&bytes, 1.0),
            percent_by_kind: kinds.into_iter().map(share).collect(),
        }
    }

    /// `count` statements.
    pub(crate) fn batch(&mut self, count: u64) -> Batch {
        let numbers = self.numbers(count);
        let prepared = self.numbers(count);
        let people = &self.people;
        let made: Vec<(Option<Bytes>, Bytes)> = numbers
            .into_par_iter()
            .zip(prepared)
            .map(|(number, before)| say(people, number, before))
            .collect();
        let (before, statements): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        Batch {
            before: before.into_iter().flatten().collect(),
            statements,
        }
    }
}

/// Statement `number`, and what must be recorded before it, which has the number `before`.
fn say(people: &People, number: u64, before: u64) -> (Option<Bytes>, Bytes) {
    let slot = usize::try_from(number % MIX.len() as u64).expect("below twenty");
    // Spreads over all of them, whatever kinds have the turns between.
    let turn = spread(number);
    match MIX[slot] {
        Say::Submit => (
            None,
            submit(people, number, &format!("product-n{number}"), turn),
        ),
        Say::Accept => {
            let product = format!("product-a{number}");
            (
                Some(submit(people, before, &product, turn)),
                accept(people, number, &product, turn),
            )
        }
        Say::Update => (None, update(people, number, turn % BASE)),
        Say::Report => (
            None,
            report(people, number, &format!("incident-n{number}"), turn),
        ),
        Say::FollowUp => (None, follow_up(people, number, turn)),
        Say::Register => (
            None,
            register(people, number, &format!("org-n{number}"), turn),
        ),
    }
}

/// A number that looks random: the finaliser of SplitMix64.
fn spread(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn prose(turn: u64, shortest: usize, longest: usize) -> &'static str {
    let spread = (longest - shortest) as u64;
    let length = shortest + usize::try_from(turn % spread).expect("below the longest");
    PROSE[..length].trim_ascii_end()
}

fn one(
    people: &People,
    number: u64,
    (kind, subject, concerns): (Kind, String, Option<String>),
    (role, turn): (Role, u64),
    data: serde_json::Value,
) -> Bytes {
    let actor = people.actor(role, turn);
    let saying = Saying {
        kind,
        subject,
        concerns,
        signers: &[(&actor.name, role.code(), actor.organisation.as_deref())],
        data,
    };
    people.signed(number, saying).to_request().into()
}

fn submit(people: &People, number: u64, product: &str, turn: u64) -> Bytes {
    let filer = people.actor(Role::Filer, turn);
    let organisation = filer.organisation.as_deref().expect("a filer has one");
    let data = json!({
        "organisation": organisation, "name": format!("Triage assistant {number}"), "route": "disclosure", "excludedDomain": "none",
        "facts": { "fields": ["healthcare"], "techniques": ["nlp"], "purpose": prose(turn, 20, 130) },
    });
    let about = (
        Kind::ProductSubmitted,
        format!("product/{product}"),
        Some(format!("organisation/{organisation}")),
    );
    one(people, number, about, (Role::Filer, turn), data)
}

fn accept(people: &People, number: u64, product: &str, turn: u64) -> Bytes {
    let data =
        json!({ "number": format!("SZAI-P-2026-{number:09}"), "reasons": prose(turn, 100, 230) });
    let about = (Kind::ProductAccepted, format!("product/{product}"), None);
    one(people, number, about, (Role::Registrar, turn), data)
}

fn update(people: &People, number: u64, turn: u64) -> Bytes {
    let data = json!({ "facts": { "version": format!("1.{}", number % 1000), "summary": prose(turn, 60, 200) }, "note": "Quarterly release." });
    let about = (
        Kind::ProductUpdated,
        format!("product/product-{turn}"),
        None,
    );
    one(people, number, about, (Role::Filer, turn), data)
}

fn report(people: &People, number: u64, incident: &str, turn: u64) -> Bytes {
    // The provider reports: whoever filed the product.
    let owner = turn % BASE;
    let product = format!("product-{owner}");
    let data = json!({
        "product": product, "title": format!("Wrong advice given at night, case {number}"), "severity": "incident",
        "harmTypes": ["physical"], "reportType": "initial", "description": prose(turn, 10, 60), "howAiRelates": "It gave the advice.",
        "materialsAbsent": "None yet.", "aware": "2026-11-22", "submitterKind": "enterprise",
    });
    let about = (
        Kind::IncidentReported,
        format!("incident/{incident}"),
        Some(format!("product/{product}")),
    );
    one(people, number, about, (Role::Filer, owner), data)
}

fn follow_up(people: &People, number: u64, turn: u64) -> Bytes {
    let data = json!({ "reportType": "follow_up", "description": prose(turn, 60, 200), "action": "The operator was asked for its records." });
    let about = (
        Kind::IncidentUpdated,
        format!("incident/incident-{}", turn % BASE),
        None,
    );
    let role = match turn % 3 {
        0 => Role::CaseOfficer,
        _ => Role::IntakeOfficer,
    };
    one(people, number, about, (role, turn), data)
}

fn register(people: &People, number: u64, organisation: &str, turn: u64) -> Bytes {
    let data = json!({
        "name": format!("Acme Health {number} 有限公司"), "organisationKind": "enterprise", "country": "CN",
        "address": format!("{} Example Road, Testville, third floor, beside the clinic", number % 900 + 1), "url": "https://example.org/acme",
    });
    let about = (
        Kind::OrganisationRegistered,
        format!("organisation/{organisation}"),
        None,
    );
    one(people, number, about, (Role::Registrar, turn), data)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use cinnabar_events::LedgerId;

    use super::*;

    fn mix() -> Mix {
        let now = "2026-11-22T08:00:00.000000Z".parse().unwrap();
        let ledger = LedgerId::from_bytes([7; 32]);
        Mix::new(People::new(ledger, 1000, now, [3; 10]))
    }

    #[test]
    fn statements_have_400_to_700_bytes_and_one_signature_that_verifies() {
        let batch = mix().batch(500);
        for request in &batch.statements {
            let signed = Signed::parse_request(request).unwrap();
            let (kind, length) = (signed.statement().kind(), signed.bytes().len());
            assert!((400..=700).contains(&length), "{kind}: {length} bytes");
            assert_eq!(signed.signatures().len(), 1, "{kind}");
            signed.verify().unwrap();
        }
    }

    #[test]
    fn the_profile_says_what_the_statements_are_like() {
        let profile = mix().profile();
        assert!(profile.bytes_least >= 400 && profile.bytes_most <= 700);
        assert_eq!(profile.percent_by_kind.values().sum::<u64>(), 100);
        assert_eq!(profile.percent_by_kind["product.submitted"], 30);
        assert!(
            profile.to_string().contains(": product.submitted 30 %,"),
            "{profile}"
        );
    }

    #[test]
    fn the_mix_has_many_kinds_subjects_and_signers_and_no_id_twice() {
        let mut mix = mix();
        let (first, second) = (mix.batch(2_000), mix.batch(2_000));
        let (mut ids, mut kinds) = (BTreeSet::new(), BTreeSet::new());
        let (mut subjects, mut signers) = (BTreeSet::new(), BTreeSet::new());
        let all = [
            first.before,
            first.statements,
            second.before,
            second.statements,
        ]
        .concat();
        for request in &all {
            let signed = Signed::parse_request(request).unwrap();
            let statement = signed.statement();
            assert!(ids.insert(statement.id), "{} twice", statement.id);
            kinds.insert(statement.kind());
            subjects.insert(statement.subject.to_string());
            signers.insert(statement.first_signer().actor.to_string());
        }
        assert_eq!(kinds.len(), 6);
        assert!(subjects.len() > 2_000, "{}", subjects.len());
        assert!(signers.len() > 950, "{}", signers.len());
    }
}
