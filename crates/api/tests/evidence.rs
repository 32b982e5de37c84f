//! What the API gives as evidence is verified as a stranger would: by the log's key and the ledger's id alone.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use cinnabar_api::{Settings, Witnessed};
use cinnabar_events::{LedgerId, Receipt};
use cinnabar_evidence::{Bundle, DossierProof, Envelope, MAX_TAIL, Trust};
use cinnabar_governance::testing::key;
use cinnabar_tlog::{
    Checkpoint, Cosigner, KeyName, Note, NoteSigner, PosixSeconds, Size, TrustPolicy, VerifierKey,
};
use common::{Node, ORIGIN, busy_town, commit, index, large_town};

fn log_key() -> VerifierKey {
    let name = KeyName::new(ORIGIN).unwrap();
    let signer = NoteSigner::from_seed(name, &key("log").to_bytes());
    signer.verifier().clone()
}

fn ledger(node: &Node) -> LedgerId {
    LedgerId::of(node.entries[0].signed().bytes())
}

#[tokio::test]
async fn every_bundle_proves_its_decision_offline() {
    let node = Node::new(busy_town().entries().to_vec());
    let trust = Trust::key(log_key()).unwrap();
    for entry in &node.entries {
        let answer = node
            .get(&format!("/v1/entries/{}/bundle", entry.seq()))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let bundle = Bundle::parse(&answer.body).unwrap();
        assert_eq!(bundle.entry().bytes(), entry.bytes());
        bundle.verify(&trust, ledger(&node)).unwrap();
    }
}

#[tokio::test]
async fn every_dossier_is_proven_complete_also_one_that_is_not_there() {
    let mut town = large_town();
    town.accepted("late");
    let node = Node::new(town.entries().to_vec());
    let trust = Trust::key(log_key()).unwrap();
    let mut lengths: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &node.entries {
        for subject in entry.dossiers().keys() {
            *lengths.entry(subject.to_string()).or_default() += 1;
        }
    }
    for (subject, length) in [
        ("product/p1", lengths["product/p1"]),
        ("product/m007", 1),
        ("product/late", lengths["product/late"]),
        ("ledger/sz-ai", lengths["ledger/sz-ai"]),
        ("product/nobody", 0),
    ] {
        let answer = node
            .get(&format!("/v1/subjects/{subject}/completeness"))
            .await;
        assert_eq!(answer.status, 200, "{subject}: {}", answer.text());
        let proof = DossierProof::parse(&answer.body).unwrap();
        let complete = proof.verify(&trust, ledger(&node)).unwrap();
        assert_eq!(complete.sequences.len(), length, "{subject}");
    }
}

#[tokio::test]
async fn a_tail_that_is_too_long_is_left_to_the_verifier() {
    let mut town = busy_town();
    let indexed = town.entries().len() as u64 - 1;
    for index in 0..MAX_TAIL {
        let draft = town.submission(&format!("t{index:04}"));
        town.say(&draft).unwrap();
    }
    let node = Node::new(town.entries().to_vec());
    let answer = node.get("/v1/subjects/product/p1/completeness").await;
    let proof = DossierProof::parse(&answer.body).unwrap();
    assert_eq!(
        proof.missing_tail(),
        Some((indexed, node.entries.len() as u64))
    );
}

#[tokio::test]
async fn nothing_is_proven_complete_before_there_is_an_index() {
    let entries = busy_town().entries().to_vec();
    let (before, indexed) = entries.split_at(entries.len() - 1);
    let node = Node::new(before.to_vec());
    let path = "/v1/subjects/product/p1/completeness";
    assert_eq!(node.get(path).await.status, 404);
    // Recorded and not signed for yet.
    commit(&node.store, indexed, false);
    index(&node.store);
    assert_eq!(node.get(path).await.status, 404);
}

#[tokio::test]
async fn every_envelope_is_one_of_dsse_and_its_signatures_verify() {
    let node = Node::new(busy_town().entries().to_vec());
    for entry in &node.entries {
        let path = format!("/v1/entries/{}/envelope", entry.seq());
        let envelope = Envelope::parse(&node.get(&path).await.body).unwrap();
        let verified = envelope.verify().unwrap();
        assert_eq!(verified.signed().bytes(), entry.signed().bytes());
    }
}

/// A node with a policy of two witnesses, of which one is enough.
struct Watched {
    node: Node,
    witnessed: Arc<Witnessed>,
    witness: Cosigner,
}

impl Watched {
    fn new(entries: Vec<cinnabar_events::Entry>) -> Self {
        let name = |name: &str| KeyName::new(name).unwrap();
        let witness = Cosigner::from_seed(name("witness.example.org/w1"), &[7; 32]);
        let other = Cosigner::from_seed(name("witness.example.org/w2"), &[8; 32]);
        let policy = format!(
            "log {}\nwitness w1 {}\nwitness w2 {}\ngroup some any w1 w2\nquorum some\n",
            log_key(),
            witness.verifier(),
            other.verifier()
        );
        let witnessed = Arc::new(Witnessed::new(TrustPolicy::parse(&policy).unwrap()));
        let settings = Settings {
            witnessed: Some(Arc::clone(&witnessed)),
            ..Settings::default()
        };
        Self {
            node: Node::with(entries, settings),
            witnessed,
            witness,
        }
    }

    /// The witness cosigns the checkpoint of this size.
    fn cosign(&self, size: u64, time: u64) -> Note {
        let size = Size::new(size);
        let note = self.node.store.checkpoint_at(size).unwrap().unwrap();
        let note = Note::parse(note.as_bytes()).unwrap();
        let checkpoint = Checkpoint::parse(note.text()).unwrap();
        let time = PosixSeconds::new(time).unwrap();
        note.with_signature(self.witness.cosign(&checkpoint, time))
            .unwrap()
    }

    fn keep(&self, size: u64, time: u64) {
        let note = self.cosign(size, time).to_string();
        self.node.store.keep_checkpoint(&note).unwrap();
        self.witnessed
            .look(&self.node.store, Size::new(size))
            .unwrap();
    }

    async fn shown(&self) -> (u64, usize) {
        let note = Note::parse(&self.node.get("/checkpoint").await.body).unwrap();
        let size = Checkpoint::parse(note.text()).unwrap().size.get();
        (size, note.signatures().len())
    }
}

#[tokio::test]
async fn the_checkpoint_shown_is_the_newest_with_a_quorum_unless_that_is_too_old() {
    let mut town = busy_town();
    let first = town.entries().len() as u64;
    town.pass(50);
    town.accepted("soon");
    let soon = town.entries().len() as u64;
    town.pass(3600);
    town.accepted("later");
    let later = town.entries().len() as u64;
    let entries = town.entries().to_vec();
    let watched = Watched::new(entries[..first as usize].to_vec());
    let store = &watched.node.store;
    assert_eq!(watched.shown().await, (first, 1), "nobody has cosigned yet");
    watched.keep(first, 1_800_000_000);
    assert_eq!(watched.shown().await, (first, 2));
    commit(store, &entries[first as usize..soon as usize], true);
    let apart =
        entries[soon as usize - 1].time().micros() - entries[first as usize - 1].time().micros();
    assert!(apart <= 60_000_000, "{apart} µs");
    assert_eq!(
        watched.shown().await,
        (first, 2),
        "the newest waits for its witnesses"
    );
    commit(store, &entries[soon as usize..], true);
    assert_eq!(
        watched.shown().await,
        (later, 1),
        "too old: the newest is shown as it is"
    );
    watched.keep(soon, 1_800_000_100);
    assert_eq!(watched.shown().await, (later, 1));
    watched.keep(later, 1_800_000_200);
    assert_eq!(watched.shown().await, (later, 2));
}

#[tokio::test]
async fn a_receipt_is_had_again_with_cosignatures() {
    let watched = Watched::new(busy_town().entries().to_vec());
    let path = "/v1/entries/3/receipt?cosigned=true";
    assert_eq!(watched.node.get(path).await.status, 404);
    watched.keep(23, 1_800_000_000);
    let receipt = Receipt::parse(&watched.node.get(path).await.body).unwrap();
    assert_eq!(receipt.verify(&log_key()).unwrap().size.get(), 23);
    let policy = watched.witnessed.policy();
    policy.evaluate(&receipt.proof().checkpoint).unwrap();
    // The cosigned checkpoint doesn't cover this one.
    let beyond = watched
        .node
        .get("/v1/entries/23/receipt?cosigned=true")
        .await;
    assert_eq!(beyond.json()["code"], "resource.not_cosigned");
    // A restart finds it again.
    let again = Witnessed::new(watched.witnessed.policy().clone());
    again.look_back(&watched.node.store).unwrap();
    assert_eq!(again.newest(), Some(Size::new(23)));
}

#[tokio::test]
async fn the_newest_line_of_a_witness_stands_for_its_older_one() {
    let watched = Watched::new(busy_town().entries().to_vec());
    let size = watched.node.entries.len() as u64;
    watched.keep(size, 1_800_000_000);
    let line = watched.cosign(size, 1_800_000_600).signatures()[2].clone();
    watched.witnessed.refresh(Size::new(size), line.clone());
    let note = Note::parse(&watched.node.get("/checkpoint").await.body).unwrap();
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(note.signatures()[1], line);
}
