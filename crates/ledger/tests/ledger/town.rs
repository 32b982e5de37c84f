//! A running ledger with the people of the governance crate's test town in it.

use std::collections::BTreeMap;

use bytes::Bytes;
use cinnabar_events::{
    Class, Id, Kind, LedgerId, Listed, Name, Payload, Receipt, Signed, SignerClaim, Statement,
    StatementId, Subject, canonical, encode, sign,
};
use cinnabar_governance::testing::{key, public};
use cinnabar_governance::{DEFAULT_CHAPTERS, default_rulebook};
use cinnabar_ledger::embedded::{Embedded, Embedding, login};
use cinnabar_ledger::founding::{Charter, FounderKey, Layout, random};
use cinnabar_ledger::node::Precautions;
use cinnabar_ledger::{Answer, Mode, Problem, client::IntakeClient};
use serde_json::{Value as Json, json};

/// Entries of a ledger that was just opened: the genesis and the chapters of its rulebook.
pub const OPENING: u64 = 1 + DEFAULT_CHAPTERS.len() as u64;

/// A ledger in a folder of its own, founded by `wang` and `zhao`.
pub struct Town {
    pub folder: tempfile::TempDir,
    pub ledger: LedgerId,
    pub running: Option<Embedded>,
    /// How far the clock of the next start is ahead.
    pub clock_ahead_seconds: i64,
    /// Where the mark lies, if there is to be one.
    pub elsewhere: tempfile::TempDir,
    pub marked: bool,
    /// What the next start is given.
    pub precautions: Precautions,
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

impl Town {
    pub async fn new() -> Self {
        let mut town = Self::founded();
        town.start().await;
        town
    }

    /// The same, with a mark.
    pub async fn marked() -> Self {
        let mut town = Self::founded();
        town.marked = true;
        town.start().await;
        town
    }

    /// Founded, and not started.
    pub fn founded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let charter = Charter {
            origin: "ledger.example.org/test".parse().unwrap(),
            name: "t-1".parse().unwrap(),
            institution: (id("institution"), Name::new("Institution").unwrap()),
            jurisdiction: Name::new("Testville").unwrap(),
            threshold: 2,
            rulebook: default_rulebook(),
        };
        let founders = ["wang", "zhao"].map(|name| FounderKey {
            actor: id(name),
            name: Name::new(name).unwrap(),
            key: key(name),
        });
        let ledger = layout.found(charter, &founders).unwrap().ledger;
        Self {
            folder,
            ledger,
            running: None,
            clock_ahead_seconds: 0,
            elsewhere: tempfile::tempdir().unwrap(),
            marked: false,
            precautions: Precautions::default(),
        }
    }

    pub fn layout(&self) -> Layout {
        let layout = Layout::new(self.folder.path());
        match self.marked {
            true => layout.with_mark(self.elsewhere.path().join("mark"), false),
            false => layout,
        }
    }

    pub fn embedding(&self) -> Embedding {
        Embedding {
            layout: self.layout(),
            nats_server: None,
            nats_port: None,
            clock_ahead_seconds: self.clock_ahead_seconds,
        }
    }

    /// Starts it. A server that another test is just starting has our lock for a moment, between fork and exec.
    pub async fn start(&mut self) {
        let mut tries = 0;
        while let Err(why) = self.try_start().await {
            tries += 1;
            assert!(
                why.contains("open in another process") && tries < 50,
                "{why}"
            );
            tokio::task::yield_now().await;
        }
    }

    /// Starts it, or says why not, with all causes.
    pub async fn try_start(&mut self) -> Result<(), String> {
        let started = Embedded::start_with(&self.embedding(), self.precautions.clone()).await;
        self.running = Some(started.map_err(|failure| cinnabar_ledger::causes(&failure))?);
        Ok(())
    }

    pub async fn stop(&mut self) {
        self.running.take().unwrap().stop().await;
    }

    pub fn running(&self) -> &Embedded {
        self.running.as_ref().unwrap()
    }

    /// A submitter over NATS.
    pub async fn client(&self) -> IntakeClient {
        let running = self.running();
        let link = login(
            &Layout::new(self.folder.path()),
            running.nats_url(),
            "submitter",
        )
        .await
        .unwrap();
        IntakeClient::new(link.client, &running.names)
    }

    /// A statement, signed by each signer's own key (`actor:role`).
    pub fn signed(&self, kind: Kind, subject: &str, signers: &[&str], data: &Json) -> Signed {
        self.signed_with(kind, subject, signers, data, |_| {})
    }

    pub fn signed_with(
        &self,
        kind: Kind,
        subject: &str,
        signers: &[&str],
        data: &Json,
        change: impl FnOnce(&mut Statement),
    ) -> Signed {
        let mut statement = self.statement(kind, subject, signers, data);
        change(&mut statement);
        let bytes = statement.to_bytes().unwrap();
        let mut signatures: Vec<_> = statement
            .signers
            .iter()
            .map(|signer| sign(&key(signer.actor.as_str()), &bytes))
            .collect();
        signatures.sort_by_key(|signature| signature.key);
        Signed::new(bytes, signatures).unwrap()
    }

    fn statement(&self, kind: Kind, subject: &str, signers: &[&str], data: &Json) -> Statement {
        let data = encode(data).unwrap();
        let claim = |text: &&str| {
            let (actor, role) = text.split_once(':').unwrap();
            SignerClaim {
                actor: id(actor),
                role: role.parse().unwrap(),
                on_behalf_of: None,
            }
        };
        let subject: Subject = subject.parse().unwrap();
        assert!(Class::ALL.contains(&subject.class()));
        Statement {
            ledger: Some(self.ledger),
            id: StatementId::at(
                "2026-11-22T00:00:00.000000Z".parse().unwrap(),
                random().unwrap(),
            ),
            subject,
            concerns: Listed::default(),
            signers: Listed::new(signers.iter().map(claim).collect()).unwrap(),
            basis: Listed::default(),
            occurred: None,
            effective: None,
            expects: None,
            migrated: None,
            commitments: BTreeMap::new(),
            payload: Payload::decode(kind, &canonical::parse(&data).unwrap()).unwrap(),
        }
    }

    /// Registers organisation `name`: the simplest statement of all, by registrar `li`.
    pub fn organisation(&self, name: &str) -> Signed {
        self.signed(
            Kind::OrganisationRegistered,
            &format!("organisation/{name}"),
            &["li:registrar"],
            &json!({ "name": name, "organisationKind": "enterprise" }),
        )
    }

    /// Enrols `li` and makes him registrar.
    pub async fn with_registrar(&self) {
        let enrolled =
            json!({ "name": "li", "actorKind": "person", "key": public("li").to_string() });
        let enrolled = self.signed(
            Kind::ActorEnrolled,
            "actor/li",
            &["wang:institution_admin", "li:incoming_key"],
            &enrolled,
        );
        self.record(&enrolled).await;
        let granted = self.signed(
            Kind::RoleGranted,
            "actor/li",
            &["wang:institution_admin", "zhao:institution_admin"],
            &json!({ "role": "registrar" }),
        );
        self.record(&granted).await;
    }

    pub async fn ask(&self, signed: &Signed) -> Answer {
        self.running()
            .queue()
            .ask(Bytes::from(signed.to_request()), Mode::Record)
            .await
    }

    /// Records it and gives the verified receipt.
    pub async fn record(&self, signed: &Signed) -> Receipt {
        recorded(self.ask(signed).await, self.running())
    }
}

/// The receipt in an answer, verified.
pub fn recorded(answer: Answer, running: &Embedded) -> Receipt {
    match answer {
        Answer::Recorded { receipt, .. } => {
            let receipt = Receipt::parse(&receipt).unwrap();
            receipt.verify(&running.identity.vkey).unwrap();
            receipt
        }
        other => panic!("{other:?}"),
    }
}

/// The problem in an answer.
pub fn refused(answer: Answer) -> Problem {
    match answer {
        Answer::Refused(problem) => *problem,
        other => panic!("{other:?}"),
    }
}
