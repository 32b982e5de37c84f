//! Who signs: actors with keys and roles, and how a statement is put together and signed.

use std::collections::BTreeMap;

use cinnabar_events::{
    Id, Kind, LedgerId, Listed, Payload, PublicKey, Signed, SignerClaim, Statement, StatementId,
    Subject, Timestamp, canonical, encode, sign,
};
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};

/// Enterprises that filers file for.
pub(crate) const ORGANISATIONS: u32 = 100;
/// What the actors are, in turn.
const ROLES: [Role; 10] = [
    Role::Registrar,
    Role::IntakeOfficer,
    Role::IntakeOfficer,
    Role::CaseOfficer,
    Role::Filer,
    Role::Filer,
    Role::Filer,
    Role::Filer,
    Role::Filer,
    Role::Filer,
];

/// What an actor may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Registrar,
    IntakeOfficer,
    CaseOfficer,
    Filer,
}

impl Role {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Registrar => "registrar",
            Self::IntakeOfficer => "intake_officer",
            Self::CaseOfficer => "case_officer",
            Self::Filer => "enterprise_filer",
        }
    }
}

/// One who signs.
pub(crate) struct Actor {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// For whom a filer files.
    pub(crate) organisation: Option<String>,
}

/// Everyone, and what is needed to make statements for one ledger.
pub(crate) struct People {
    pub(crate) ledger: LedgerId,
    pub(crate) actors: Vec<Actor>,
    by_role: [Vec<usize>; 4],
    now: Timestamp,
    /// Makes the ids of one bench differ from those of another.
    random: [u8; 10],
}

/// A key that anyone can derive: the ledgers of the bench are worth nothing.
pub(crate) fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(blake3::hash(format!("cinnabar bench key {name}").as_bytes()).as_bytes())
}

fn public(name: &str) -> PublicKey {
    PublicKey::from_bytes(key(name).verifying_key().to_bytes())
}

/// The name of organisation number `index`.
pub(crate) fn organisation(index: u32) -> String {
    format!("org-{index}")
}

fn id(text: &str) -> Id {
    text.parse().expect("the bench's names are ids")
}

/// What is to be said: a statement before it has an id and signatures.
pub(crate) struct Saying<'s> {
    pub(crate) kind: Kind,
    pub(crate) subject: String,
    pub(crate) concerns: Option<String>,
    /// `(actor, role, on whose behalf)`; each signs with the key called like the actor.
    pub(crate) signers: &'s [(&'s str, &'s str, Option<&'s str>)],
    pub(crate) data: Json,
}

impl People {
    /// `count` actors for a ledger; `now` and `random` go into the statements' ids.
    pub(crate) fn new(ledger: LedgerId, count: u32, now: Timestamp, random: [u8; 10]) -> Self {
        let actors: Vec<Actor> = (0..count)
            .map(|index| {
                let role = ROLES[index as usize % ROLES.len()];
                let name = format!("actor-{index}");
                Actor {
                    organisation: (role == Role::Filer)
                        .then(|| organisation(index / 10 % ORGANISATIONS)),
                    name,
                    role,
                }
            })
            .collect();
        let of = |role| {
            let has = |(index, actor): (usize, &Actor)| (actor.role == role).then_some(index);
            actors.iter().enumerate().filter_map(has).collect()
        };
        Self {
            by_role: [
                of(Role::Registrar),
                of(Role::IntakeOfficer),
                of(Role::CaseOfficer),
                of(Role::Filer),
            ],
            ledger,
            actors,
            now,
            random,
        }
    }

    /// An actor with `role`, another for each `turn`.
    pub(crate) fn actor(&self, role: Role, turn: u64) -> &Actor {
        let list = match role {
            Role::Registrar => &self.by_role[0],
            Role::IntakeOfficer => &self.by_role[1],
            Role::CaseOfficer => &self.by_role[2],
            Role::Filer => &self.by_role[3],
        };
        let turn = usize::try_from(turn % list.len() as u64).expect("an index into a list");
        &self.actors[list[turn]]
    }

    /// The statement number `number`, signed.
    pub(crate) fn signed(&self, number: u64, saying: Saying<'_>) -> Signed {
        let mut random = self.random;
        for (byte, count) in random[2..].iter_mut().zip(number.to_be_bytes()) {
            *byte ^= count;
        }
        let data = encode(&saying.data).expect("the bench's data has a canonical form");
        let data = canonical::parse(&data).expect("what was encoded is canonical");
        let payload = Payload::decode(saying.kind, &data).expect("the bench's data fits its kind");
        let subject = |text: &str| -> Subject { text.parse().expect("the bench's subjects are") };
        let claim = |(actor, role, behalf): &(&str, &str, Option<&str>)| SignerClaim {
            actor: id(actor),
            role: role.parse().expect("a role is a code"),
            on_behalf_of: behalf.map(id),
        };
        let concerns = saying.concerns.as_deref().map(subject);
        let statement = Statement {
            ledger: Some(self.ledger),
            id: StatementId::at(self.now, random),
            subject: subject(&saying.subject),
            concerns: Listed::new(concerns.into_iter().collect()).expect("at most one"),
            signers: Listed::new(saying.signers.iter().map(claim).collect())
                .expect("few signers, none twice"),
            basis: Listed::default(),
            occurred: None,
            effective: None,
            expects: None,
            migrated: None,
            commitments: BTreeMap::new(),
            payload,
        };
        let bytes = statement.to_bytes().expect("the statement is well-formed");
        let mut signatures: Vec<_> = saying
            .signers
            .iter()
            .map(|(actor, ..)| sign(&key(actor), &bytes))
            .collect();
        signatures.sort_by_key(|signature| signature.key);
        Signed::new(bytes, signatures).expect("each signer signed once")
    }

    /// Enrols an actor: one administrator and the new key sign.
    pub(crate) fn enrolment(&self, number: u64, actor: &Actor) -> Signed {
        let mut data = json!({ "name": actor.name, "actorKind": "person", "key": public(&actor.name).to_string() });
        if let Some(organisation) = &actor.organisation {
            data["organisation"] = organisation.as_str().into();
        }
        let saying = Saying {
            kind: Kind::ActorEnrolled,
            subject: format!("actor/{}", actor.name),
            concerns: None,
            signers: &[
                ("wang", "institution_admin", None),
                (&actor.name, "incoming_key", None),
            ],
            data,
        };
        self.signed(number, saying)
    }

    /// Grants an actor its role: two administrators sign.
    pub(crate) fn grant(&self, number: u64, actor: &Actor) -> Signed {
        let saying = Saying {
            kind: Kind::RoleGranted,
            subject: format!("actor/{}", actor.name),
            concerns: None,
            signers: &[
                ("wang", "institution_admin", None),
                ("zhao", "institution_admin", None),
            ],
            data: json!({ "role": actor.role.code() }),
        };
        self.signed(number, saying)
    }
}
