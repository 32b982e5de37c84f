//! People who sign: their keys, and their statements.

use std::path::Path;
use std::time::{Duration, SystemTime};

use cinnabar_events::{Signed, Signer as _, StatementId, Timestamp, encode, sign};
use cinnabar_tests::running::eventually;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use crate::profile::Profile;

/// How long the set-up waits for an answer before it asks again.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Somebody with a key and a role.
#[derive(Clone, Debug)]
pub struct Person {
    /// The actor's id.
    pub actor: String,
    /// In which role they sign.
    pub role: String,
    /// Their key.
    pub key: SigningKey,
}

impl Person {
    /// Somebody whose key is in an OpenSSH file, as `cinnabar key new` writes it.
    ///
    /// # Panics
    /// If it is no such file.
    #[must_use]
    pub fn of_file(actor: &str, role: &str, file: &Path) -> Self {
        let text = std::fs::read_to_string(file).expect("a key file");
        let private = ssh_key::PrivateKey::from_openssh(text).expect("an OpenSSH key");
        let pair = private.key_data().ed25519().expect("an Ed25519 key");
        Self {
            actor: actor.to_owned(),
            role: role.to_owned(),
            key: SigningKey::from_bytes(&pair.private.to_bytes()),
        }
    }

    /// Somebody whose key follows from the name.
    #[must_use]
    pub fn new(actor: &str, role: &str) -> Self {
        let seed = cinnabar_events::EntryHash::of(format!("the key of {actor}").as_bytes());
        Self {
            actor: actor.to_owned(),
            role: role.to_owned(),
            key: SigningKey::from_bytes(seed.as_bytes()),
        }
    }

    /// The same person in another role.
    #[must_use]
    pub fn acting_as(&self, role: &str) -> Self {
        let role = role.to_owned();
        Self {
            role,
            ..self.clone()
        }
    }
}

/// A new statement id; random as the caller's generator is.
#[must_use]
pub fn new_id(random: &mut fastrand::Rng) -> StatementId {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or(0);
    let now = Timestamp::from_micros(micros).expect("this century");
    StatementId::at(now, std::array::from_fn(|_| random.u8(..)))
}

/// What is to be said.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: StatementId,
    /// Which fact.
    pub kind: String,
    /// About what.
    pub subject: String,
    /// Who says it, in which order.
    pub signers: Vec<Person>,
    /// The revision of the subject that they saw.
    pub expects: Option<u64>,
    /// The kind's payload.
    pub data: Value,
}

impl Draft {
    /// Something said by one person.
    #[must_use]
    pub fn new(id: StatementId, kind: &str, subject: &str, signer: &Person, data: Value) -> Self {
        Self {
            id,
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            signers: vec![signer.clone()],
            expects: None,
            data,
        }
    }

    /// The request to record it in the ledger with this id, signed by all signers.
    ///
    /// # Panics
    /// If it makes no statement: a mistake of the test.
    #[must_use]
    pub fn request(&self, ledger: &str) -> Vec<u8> {
        let signers: Vec<Value> = self
            .signers
            .iter()
            .map(|one| json!({"actor": one.actor, "role": one.role}))
            .collect();
        let mut statement = json!({
            "v": 1, "ledger": ledger, "id": self.id.to_string(), "kind": self.kind, "subject": self.subject,
            "signers": signers, "data": self.data,
        });
        if let Some(revision) = self.expects {
            statement["expects"] = json!(revision);
        }
        let bytes = encode(&statement).expect("plain data");
        let mut signatures: Vec<_> = self
            .signers
            .iter()
            .map(|one| sign(&one.key, &bytes))
            .collect();
        signatures.sort_by_key(|signature| signature.key);
        let signed = Signed::new(bytes, signatures);
        signed.expect("a statement").to_request()
    }
}

/// An organisation enters the register.
#[must_use]
pub fn registration(id: StatementId, organisation: &str, registrar: &Person) -> Draft {
    let subject = format!("organisation/{organisation}");
    let data = json!({"name": organisation, "organisationKind": "enterprise"});
    Draft::new(id, "organisation.registered", &subject, registrar, data)
}

/// Has the founders enrol somebody, and grant them their role.
///
/// # Panics
/// If the ledger doesn't record it, however often it is asked.
pub fn enrol(
    profile: &Path,
    founders: [&Person; 2],
    newcomer: &Person,
    random: &mut fastrand::Rng,
) {
    let subject = format!("actor/{}", newcomer.actor);
    let key = newcomer.key.public_key().to_string();
    let mut enrolled = Draft::new(
        new_id(random),
        "actor.enrolled",
        &subject,
        founders[0],
        json!({"name": newcomer.actor, "actorKind": "person", "organisation": "institution", "key": key}),
    );
    enrolled.signers.push(newcomer.acting_as("incoming_key"));
    let mut granted = Draft::new(
        new_id(random),
        "role.granted",
        &subject,
        founders[0],
        json!({"role": newcomer.role}),
    );
    granted.signers.push(founders[1].clone());
    for draft in [enrolled, granted] {
        record(profile, &draft);
    }
}

/// Asks until it is recorded: the receipt.
///
/// # Panics
/// If it is refused for good, or there is no answer.
pub fn record(profile: &Path, draft: &Draft) -> Vec<u8> {
    eventually("a receipt", || {
        let at = Profile::read(profile).ok()?;
        let request = draft.request(&at.ledger);
        let mut wire = at.dial(None).ok()?;
        let answer = wire.ask(&at.submit_subject(), &request, ANSWER_WITHIN);
        let answer = answer.ok()??;
        match answer.header("Cinnabar-Outcome") {
            Some("recorded" | "again") => Some(answer.body),
            Some("refused") => {
                let problem: Value = serde_json::from_slice(&answer.body).ok()?;
                assert_eq!(problem["status"], 503, "{problem:#}");
                None
            }
            Some(_) | None => None,
        }
    })
}
