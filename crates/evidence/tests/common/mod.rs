//! Logs in memory, honest ones and others: whoever has the log's key can sign for any leaves.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use cinnabar_events::kinds::DossiersIndexed;
use cinnabar_events::{
    Entry, Kind, Receipt, Revision, Sequence, SparseRoot, Subject, dossier_key, dossier_value,
};
use cinnabar_evidence::{
    Bundle, Claim, Consistency, DossierParts, DossierProof, Evidence, Exhibit, Trust, Verdict,
    denounce,
};
use cinnabar_governance::dossiers_indexed;
use cinnabar_governance::testing::{Town, key};
use cinnabar_tlog::{
    Checkpoint, Cosigner, Frontier, Hash, KeyName, LeafIndex, MemorySparseTree, MemoryTree, Note,
    NoteSigner, PosixSeconds, Size, TlogProof, inclusion_proof, leaf_hash,
};

use serde_json::json;

pub(crate) const ORIGIN: &str = "ledger.example.org/ai-register";

pub(crate) fn signer(name: &str) -> NoteSigner {
    NoteSigner::from_seed(KeyName::new(ORIGIN).unwrap(), &key(name).to_bytes())
}

pub(crate) fn witness() -> Cosigner {
    Cosigner::from_seed(KeyName::new("witness.example.net/w").unwrap(), &[9; 32])
}

pub(crate) fn trust() -> Trust {
    let log = signer("log").verifier().clone();
    Trust::new(vec![log], vec![witness().verifier().clone()]).unwrap()
}

/// Leaves and the tree over them, with the key to sign for it.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) leaves: Vec<Vec<u8>>,
    pub(crate) tree: MemoryTree,
    signer: NoteSigner,
}

impl Log {
    pub(crate) fn of(leaves: Vec<Vec<u8>>) -> Self {
        let tree = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        Self {
            leaves,
            tree,
            signer: signer("log"),
        }
    }

    pub(crate) fn town(town: &Town) -> Self {
        let entries = town.entries().iter();
        Self::of(entries.map(|entry| entry.bytes().to_vec()).collect())
    }

    pub(crate) fn signed_by(mut self, name: &str) -> Self {
        self.signer = signer(name);
        self
    }

    pub(crate) fn len(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The signed checkpoint of the first `size` leaves.
    pub(crate) fn note(&self, size: u64) -> Note {
        let hashes = self.leaves[..size as usize].iter();
        let tree: MemoryTree = hashes.map(|leaf| leaf_hash(leaf)).collect();
        let checkpoint = Checkpoint {
            origin: self.signer.name().clone(),
            size: Size::new(size),
            root: tree.root(),
        };
        let note = checkpoint.sign(&self.signer).unwrap();
        let time = PosixSeconds::new(1_800_000_000).unwrap();
        note.with_signature(witness().cosign(&checkpoint, time))
            .unwrap()
    }

    pub(crate) fn proof(&self, index: u64, size: u64) -> TlogProof {
        TlogProof {
            extra: None,
            index: LeafIndex::new(index),
            inclusion: inclusion_proof(LeafIndex::new(index), Size::new(size), &self.tree).unwrap(),
            checkpoint: self.note(size),
        }
    }

    /// The leaf with its proof: a receipt, if it is an entry at its own place.
    pub(crate) fn leaf(&self, index: u64, size: u64) -> Exhibit<'static> {
        Exhibit::proof(&self.leaves[index as usize], self.proof(index, size))
    }

    pub(crate) fn receipt(&self, index: u64, size: u64) -> Receipt {
        Receipt::new(self.entry(index), self.proof(index, size))
    }

    pub(crate) fn entry(&self, index: u64) -> Entry {
        Entry::parse(self.leaves[index as usize].as_slice()).unwrap()
    }

    /// The lines of the first `size` leaves.
    pub(crate) fn export(&self, size: u64) -> Vec<u8> {
        let leaves = self.leaves[..size as usize].iter();
        leaves
            .flat_map(|leaf| leaf.iter().copied().chain([b'\n']))
            .collect()
    }

    fn entries(&self, size: u64) -> impl Iterator<Item = Entry> {
        (0..size).map(|index| self.entry(index))
    }

    fn proven(&self, entry: Entry, size: u64) -> (Entry, cinnabar_tlog::InclusionProof) {
        let proof = self.proof(entry.seq().get(), size);
        (entry, proof.inclusion)
    }

    /// The bundle of one entry, at a size.
    pub(crate) fn bundle(&self, index: u64, size: u64) -> Bundle {
        self.bundle_of(index, size, |_| true)
    }

    pub(crate) fn bundle_of(&self, index: u64, size: u64, keep: impl Fn(u64) -> bool) -> Bundle {
        let wanted = Bundle::dossiers(&self.entry(index));
        let belongs = |entry: &Entry| {
            let seq = entry.seq().get();
            let dossier = wanted.iter().any(|one| entry.dossiers().contains_key(one));
            seq == 0 || seq == index || dossier
        };
        let entries = self.entries(size).filter(|entry| belongs(entry));
        let entries = entries.filter(|entry| keep(entry.seq().get()));
        let entries = entries.map(|entry| self.proven(entry, size)).collect();
        Bundle::build(Sequence::new(index), self.note(size), entries).unwrap()
    }

    /// The index of dossiers as the first `size` entries left them.
    pub(crate) fn index(&self, size: u64) -> (MemorySparseTree, u64) {
        let mut heads: BTreeMap<Subject, (u64, cinnabar_events::EntryHash)> = BTreeMap::new();
        for entry in self.entries(size) {
            for (subject, link) in entry.dossiers() {
                heads.insert(subject.clone(), (link.revision.get() + 1, entry.hash()));
            }
        }
        let mut tree = MemorySparseTree::new();
        for (subject, (length, head)) in &heads {
            tree.set(
                dossier_key(subject),
                dossier_value(Revision::new(*length), *head),
            );
        }
        (tree, heads.len() as u64)
    }

    /// What proves a dossier complete, by the index entry at `at`, at a size.
    pub(crate) fn dossier(&self, subject: &str, at: u64, size: u64) -> DossierParts {
        let subject: Subject = subject.parse().unwrap();
        let entry = self.entry(at);
        let cinnabar_events::Payload::DossiersIndexed(index) = &entry.statement().payload else {
            panic!("entry {at} is no index");
        };
        let covered = index.size;
        let mut frontier = Frontier::empty();
        for leaf in &self.leaves[..covered as usize] {
            frontier.push(leaf_hash(leaf));
        }
        let inside = |entry: &Entry| entry.dossiers().contains_key(&subject);
        DossierParts {
            checkpoint: self.note(size),
            sparse: self.index(covered).0.prove(&dossier_key(&subject)),
            frontier,
            entries: self.entries(covered).filter(inside).collect(),
            tail: Some((covered..size).map(|index| self.entry(index)).collect()),
            index: self.proven(entry, size),
            subject,
        }
    }

    pub(crate) fn dossier_proof(&self, subject: &str, at: u64, size: u64) -> DossierProof {
        DossierProof::build(self.dossier(subject, at, size)).unwrap()
    }
}

/// The ledger records an index over its first `size` entries.
pub(crate) fn record_index(town: &mut Town, size: u64) -> u64 {
    let (tree, dossiers) = Log::town(town).index(size);
    let root = SparseRoot::from_bytes(*tree.root().as_bytes());
    say_index(town, size, root, dossiers)
}

pub(crate) fn say_index(town: &mut Town, size: u64, root: SparseRoot, dossiers: u64) -> u64 {
    let index = DossiersIndexed {
        size,
        root,
        dossiers,
    };
    let statement = dossiers_indexed(town.ledger(), "ledger/sz-ai".parse().unwrap(), index);
    let verified = town.sign_as(&statement, &["ledger"]).unwrap();
    town.record(verified).unwrap().get()
}

pub(crate) fn root_of(note: &Note) -> Hash {
    Checkpoint::parse(note.text()).unwrap().root
}

/// A town with two products, the first of them approved.
pub(crate) fn town() -> Town {
    let mut town = Town::populated();
    town.accepted("a");
    town.accepted("b");
    let approval = town.approval("a");
    town.say(&approval).unwrap();
    town
}

/// The same beginning, and another story from there.
pub(crate) fn other_town() -> Town {
    let mut town = Town::populated();
    town.accepted("b");
    town.accepted("c");
    town.accepted("d");
    town
}

/// Where the first entry of this kind about the subject stands.
pub(crate) fn at(log: &Log, kind: &str, subject: &str) -> u64 {
    let meant = |entry: &Entry| {
        let statement = entry.statement();
        statement.kind().to_string() == kind && statement.subject.to_string() == subject
    };
    let found = log.entries(log.len()).find(meant);
    found
        .unwrap_or_else(|| panic!("no {kind} about {subject}"))
        .seq()
        .get()
}

/// The entry with a microsecond added to its time: still well-formed, but another entry.
pub(crate) fn later(bytes: &[u8]) -> Vec<u8> {
    changed(bytes, ".000000Z\",\"v\":1}", ".000001Z\",\"v\":1}")
}

pub(crate) fn changed(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let changed = text.replacen(from, to, 1);
    assert_ne!(changed, text);
    changed.into_bytes()
}

/// Flips one bit in each of at most `most` bytes, evenly spread, and asks whether it was noticed: `outcome` is
/// what is claimed, or none if the file was refused.
pub(crate) fn every_flip_is_noticed<T: PartialEq + std::fmt::Debug>(
    file: &[u8],
    most: usize,
    outcome: impl Fn(&[u8]) -> Option<T>,
) {
    let claimed = outcome(file).expect("the file itself verifies");
    let step = file.len().div_ceil(most).max(1);
    let mut flipped = file.to_vec();
    let mut refused = 0;
    for place in (0..file.len()).step_by(step) {
        flipped[place] ^= 1 << (place % 8);
        match outcome(&flipped) {
            None => refused += 1,
            Some(other) => assert_eq!(other, claimed, "byte {place}"),
        }
        flipped[place] ^= 1 << (place % 8);
    }
    assert!(refused > 0);
}

pub(crate) fn verdict(first: &Exhibit<'_>, second: &Exhibit<'_>, known: &[Consistency]) -> Verdict {
    denounce(first, second, &trust(), known).unwrap()
}

/// The evidence, which is of this claim, from whichever side it is looked at, and verifies after it was written and read.
pub(crate) fn proven(
    claim: Claim,
    first: &Exhibit<'_>,
    second: &Exhibit<'_>,
    known: &[Consistency],
) -> Evidence {
    let mut found = None;
    for (one, two) in [(first, second), (second, first)] {
        match verdict(one, two, known) {
            Verdict::Contradiction { evidence, proven } => {
                assert_eq!(evidence.claim(), claim, "{proven}");
                let file = evidence.to_bytes();
                let read = Evidence::parse(&file).unwrap();
                assert_eq!((read.to_bytes(), &read), (file, &*evidence));
                assert_eq!(read.verify(&trust()), Ok(proven));
                found = Some(read);
            }
            other @ (Verdict::Agree { .. } | Verdict::Undecided { .. }) => {
                panic!("{claim:?} is not found: {other}")
            }
        }
    }
    found.unwrap()
}

/// A town's ledger, and what it was after everything from `lost` on was lost, which was declared.
pub(crate) fn recovered(lost: u64) -> (Log, Log) {
    let before = Log::town(&town());
    let until = before.len();
    let mut town = Town::populated();
    while (town.entries().len() as u64) < lost {
        town.accepted("a");
    }
    assert_eq!(town.entries().len() as u64, lost);
    let note = before.note(until).to_string();
    let data = json!({ "lostFrom": lost, "lostUntil": until, "checkpoint": note, "reasons": "A disk failed." });
    let signers = ["wang:institution_admin", "zhao:institution_admin"];
    let draft = town.draft(Kind::LedgerRecovered, "ledger/sz-ai", &signers, &data);
    town.say(&draft).unwrap();
    for product in ["x", "y", "z"] {
        town.accepted(product);
    }
    (before, Log::town(&town))
}
