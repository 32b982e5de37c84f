//! One dossier, hidden from one reader who asks for a proof that he is shown all of it.

use cinnabar_events::{Entry, Subject};
use cinnabar_evidence::{DossierParts, DossierProof, DossierRejection, Trust};
use cinnabar_tlog::{Frontier, LeafIndex, Note, Size, inclusion_proof, leaf_hash};

use super::{Attack, Served};
use crate::honest::Honest;
use crate::secrets::{self, Heads};
use crate::story::Story;

/// The attacks.
pub(super) const ATTACKS: [Attack; 3] = [
    Attack {
        name: "hide a dossier's last entry, which the index of dossiers covers",
        commit: |honest| {
            let subject = indexed(honest);
            hide(honest, &subject, |parts| {
                parts.entries.pop();
            })
        },
    },
    Attack {
        name: "hide a dossier's last entry, which is newer than the index",
        commit: |honest| {
            let subject = subject(&honest.today.entry(honest.new));
            hide(honest, &subject, |parts| {
                let less = honest.without(honest.new);
                let tail = honest.index()..less.size();
                parts.tail = Some(tail.map(|at| less.entry(at)).collect());
            })
        },
    },
    Attack {
        name: "hide a dossier's last entry, and record an index that lies",
        commit: lie,
    },
];

/// What an entry is about.
fn subject(entry: &Entry) -> Subject {
    entry.statement().subject.clone()
}

/// Whose dossier ends below the index, with the newest such entry that isn't its first.
fn indexed(honest: &Honest) -> Subject {
    let heads = honest.today.heads(honest.today.size());
    let ends = |at: &usize| {
        let entry = honest.today.entry(*at);
        let head = heads.get(&subject(&entry));
        head.is_some_and(|(length, hash)| *length > 1 && *hash == entry.hash())
    };
    let at = (0..honest.index()).rev().find(ends);
    subject(&honest.today.entry(at.expect("a dossier has two entries")))
}

/// The honest ledger is shown; only the reader of one dossier gets a document that leaves something out.
fn hide(honest: &Honest, subject: &Subject, cut: impl Fn(&mut DossierParts)) -> Served {
    let size = honest.today.size();
    let heads = honest.today.heads(honest.index());
    let whole = parts(honest, &honest.today, &heads, subject);
    look(honest, whole.clone()).expect("the honest document shows that it is complete");
    let mut less = whole;
    cut(&mut less);
    let mut served = Served::instead(honest, honest.shown(size), honest.old);
    served.others.extend(noticed(look(honest, less)));
    served
}

/// The ledger itself says that the dossier ends one entry earlier. Every entry is still there.
fn lie(honest: &Honest) -> Served {
    let subject = indexed(honest);
    let mut heads = honest.today.heads(honest.index());
    let is_in = |at: &usize| honest.today.entry(*at).dossiers().contains_key(&subject);
    let entries: Vec<usize> = (0..honest.index()).filter(is_in).collect();
    let (hidden, last) = (entries[entries.len() - 1], entries[entries.len() - 2]);
    let length = entries.len() as u64 - 1;
    heads.insert(subject.clone(), (length, honest.today.entry(last).hash()));
    let mut story = honest.today.clone();
    let about = self::subject(&story.entry(honest.index()));
    story.replace(
        honest.index(),
        &honest.secrets.index(&about, &heads, honest.index()),
    );
    story.rechain(honest.index() + 1, &honest.secrets);
    let mut less = parts(honest, &story, &heads, &subject);
    less.entries.pop();
    let mut served = Served::instead(honest, honest.signed(story), hidden);
    // Nobody was shown another story: this is what was recorded.
    served.other = served.shown.clone();
    served.cosigned = honest.index();
    served.others.extend(noticed(look(honest, less)));
    served
}

/// The document that a ledger with this story would give, whose index was made of `heads`.
fn parts(honest: &Honest, story: &Story, heads: &Heads, subject: &Subject) -> DossierParts {
    let index = honest.index();
    let size = Size::new(story.size() as u64);
    let inclusion = inclusion_proof(LeafIndex::new(index as u64), size, &story.tree());
    let mut frontier = Frontier::empty();
    for entry in &story.entries[..index] {
        frontier.push(leaf_hash(entry));
    }
    let entries = |places: std::ops::Range<usize>| places.map(|at| story.entry(at));
    let is_in = |entry: &Entry| entry.dossiers().contains_key(subject);
    let note = story.checkpoint(&honest.secrets.log);
    DossierParts {
        subject: subject.clone(),
        checkpoint: Note::parse(note.as_bytes()).expect("the operator signs notes"),
        index: (story.entry(index), inclusion.expect("it is in the tree")),
        sparse: secrets::tree(heads).prove(&cinnabar_events::dossier_key(subject)),
        frontier,
        entries: entries(0..index).filter(is_in).collect(),
        tail: Some(entries(index..story.size()).collect()),
    }
}

/// What the reader of the document does: he verifies it, from its bytes.
fn look(honest: &Honest, parts: DossierParts) -> Result<(), DossierRejection> {
    let document = DossierProof::build(parts).expect("it is small").to_bytes();
    let proof = DossierProof::parse(&document).expect("it has the form");
    let trust = Trust::key(honest.key().clone()).expect("the log's own key");
    proof.verify(&trust, honest.secrets.ledger).map(|_| ())
}

/// What he says, in a few words.
fn noticed(looked: Result<(), DossierRejection>) -> Option<String> {
    let why = match looked {
        Ok(()) => return None,
        Err(DossierRejection::Index { .. }) => "the index says that the dossier goes on",
        Err(DossierRejection::TailLength { .. }) => "an entry since the index is not shown",
        Err(error) => panic!("the operator made a worse document than he could: {error}"),
    };
    Some(format!("reader of the dossier: {why}"))
}
