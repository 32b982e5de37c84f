//! A thousand people who sign, and what they sign.

use std::collections::BTreeMap;

use cinnabar_events::{
    Basis, Kind, LedgerId, Listed, Payload, Signed, SignerClaim, Statement, StatementId, Text,
    Timestamp, Verified, canonical, encode, sign,
};
use cinnabar_governance::testing::{key, public};
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};

/// How many people sign, founders not counted.
pub(crate) const ACTORS: usize = 1_000;
/// How many enterprises they speak for.
pub(crate) const ORGANISATIONS: usize = 100;

/// What somebody does, and how many of a thousand do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Registrar,
    CaseOfficer,
    IntakeOfficer,
    DecisionMaker,
    Filer,
}

impl Role {
    const ALL: [(Self, usize); 5] = [
        (Self::Registrar, 40),
        (Self::CaseOfficer, 40),
        (Self::IntakeOfficer, 40),
        (Self::DecisionMaker, 20),
        (Self::Filer, 860),
    ];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Registrar => "registrar",
            Self::CaseOfficer => "case_officer",
            Self::IntakeOfficer => "intake_officer",
            Self::DecisionMaker => "decision_maker",
            Self::Filer => "enterprise_filer",
        }
    }
}

/// Who signs.
pub(crate) struct Actor {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) organisation: String,
    key: SigningKey,
}

/// Everyone.
pub(crate) struct People {
    pub(crate) actors: Vec<Actor>,
    founders: BTreeMap<&'static str, SigningKey>,
    ledger: LedgerId,
}

/// What is said.
pub(crate) struct Saying<'s> {
    pub(crate) kind: Kind,
    pub(crate) subject: String,
    pub(crate) concerns: Vec<String>,
    /// Actor, role, and for which organisation.
    pub(crate) signers: Vec<(&'s str, &'s str, Option<&'s str>)>,
    pub(crate) data: Json,
    /// On which article of the regulation it stands, if it has to say so.
    pub(crate) article: Option<&'static str>,
}

/// The name of an enterprise.
pub(crate) fn organisation(index: usize) -> String {
    format!("org-{index}")
}

impl People {
    pub(crate) fn new(ledger: LedgerId) -> Self {
        let roles = Role::ALL
            .into_iter()
            .flat_map(|(role, count)| std::iter::repeat_n(role, count));
        let actors = roles.take(ACTORS).enumerate().map(|(index, role)| {
            let name = format!("person-{index}");
            let organisation = match role {
                Role::Filer => organisation(index % ORGANISATIONS),
                Role::Registrar | Role::CaseOfficer | Role::IntakeOfficer | Role::DecisionMaker => {
                    "institution".to_owned()
                }
            };
            let key = key(&name);
            Actor {
                name,
                role,
                organisation,
                key,
            }
        });
        Self {
            actors: actors.collect(),
            founders: ["wang", "zhao", "ledger"]
                .map(|name| (name, key(name)))
                .into(),
            ledger,
        }
    }

    /// One of those with this role.
    pub(crate) fn actor(&self, role: Role, turn: u64) -> &Actor {
        let mut first = 0;
        for (one, count) in Role::ALL {
            if one == role {
                let offset = usize::try_from(turn % count as u64).expect("below the count");
                return &self.actors[first + offset];
            }
            first += count;
        }
        &self.actors[0]
    }

    fn key(&self, name: &str) -> &SigningKey {
        if let Some(key) = self.founders.get(name) {
            return key;
        }
        let actor = self.actors.iter().find(|actor| actor.name == name);
        &actor.expect("whoever signs is known").key
    }

    /// Signs statement `number`, said at about `now`.
    pub(crate) fn signed(&self, now: Timestamp, number: u64, saying: Saying<'_>) -> Verified {
        let bytes = encode(&saying.data).expect("data has a canonical form");
        let value = canonical::parse(&bytes).expect("what was encoded is canonical");
        let payload = Payload::decode(saying.kind, &value)
            .unwrap_or_else(|violation| panic!("{}: {violation}", saying.kind));
        let mut random = [0; 10];
        random[2..].copy_from_slice(&number.to_be_bytes());
        let claim = |&(actor, role, organisation): &(&str, &str, Option<&str>)| SignerClaim {
            actor: actor.parse().expect("an id"),
            role: role.parse().expect("a code"),
            on_behalf_of: organisation.map(|id| id.parse().expect("an id")),
        };
        let concerns = saying.concerns.iter();
        let concerns = concerns.map(|subject| subject.parse().expect("a subject"));
        let basis = saying.article.iter().map(|article| Basis {
            instrument: Text::new("Shenzhen AI Regulation").expect("a name"),
            article: Text::new(*article).expect("an article"),
        });
        let statement = Statement {
            ledger: Some(self.ledger),
            id: StatementId::at(now, random),
            subject: saying.subject.parse().expect("a subject"),
            concerns: Listed::new(concerns.collect()).expect("few, none twice"),
            signers: Listed::new(saying.signers.iter().map(claim).collect())
                .expect("few, none twice"),
            basis: Listed::new(basis.collect()).expect("at most one"),
            occurred: None,
            effective: None,
            expects: None,
            migrated: None,
            commitments: BTreeMap::new(),
            payload,
        };
        let names: Vec<&str> = saying.signers.iter().map(|(name, ..)| *name).collect();
        self.sign(&statement, &names)
    }

    /// Signs for `names`.
    pub(crate) fn sign(&self, statement: &Statement, names: &[&str]) -> Verified {
        let bytes = statement.to_bytes().expect("the statement is well-formed");
        let mut signatures: Vec<_> = names
            .iter()
            .map(|name| sign(self.key(name), &bytes))
            .collect();
        signatures.sort_by_key(|signature| signature.key);
        let signed = Signed::new(bytes, signatures).expect("each signer signed once");
        signed.verify().expect("what was just signed verifies")
    }

    /// Enrols an actor: an administrator and the new key sign.
    pub(crate) fn enrolment<'s>(&self, actor: &'s Actor) -> Saying<'s> {
        Saying {
            kind: Kind::ActorEnrolled,
            subject: format!("actor/{}", actor.name),
            concerns: Vec::new(),
            signers: vec![
                ("wang", "institution_admin", None),
                (&actor.name, "incoming_key", None),
            ],
            data: json!({
                "name": actor.name, "actorKind": "person", "key": public(&actor.name).to_string(),
                "organisation": actor.organisation,
            }),
            article: None,
        }
    }

    /// Grants an actor its role: two administrators sign.
    pub(crate) fn grant<'s>(&self, actor: &'s Actor) -> Saying<'s> {
        Saying {
            kind: Kind::RoleGranted,
            subject: format!("actor/{}", actor.name),
            concerns: Vec::new(),
            signers: vec![
                ("wang", "institution_admin", None),
                ("zhao", "institution_admin", None),
            ],
            data: json!({ "role": actor.role.code() }),
            article: None,
        }
    }
}
