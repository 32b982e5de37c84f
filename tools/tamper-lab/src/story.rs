//! A ledger as somebody serves it: entries that can be put right after they were tampered with.

use std::collections::BTreeMap;

use cinnabar_events::{Entry, EntryHash, Subject};
use cinnabar_tlog::{
    Checkpoint, Frontier, Hash, LeafIndex, MemoryTree, NoteSigner, Size, TlogProof,
    inclusion_proof, leaf_hash,
};

/// Entries in order, each as its bytes.
#[derive(Clone, Debug)]
pub struct Story {
    /// The entries.
    pub entries: Vec<Vec<u8>>,
}

impl Story {
    /// Reads an export.
    pub fn of_export(export: &[u8]) -> Self {
        let lines = export.split(|byte| *byte == b'\n');
        Self {
            entries: lines
                .filter(|line| !line.is_empty())
                .map(<[u8]>::to_vec)
                .collect(),
        }
    }

    /// As an export.
    pub fn export(&self) -> Vec<u8> {
        self.entries
            .iter()
            .flat_map(|entry| entry.iter().copied().chain([b'\n']))
            .collect()
    }

    /// The first entries.
    #[must_use]
    pub fn first(&self, size: usize) -> Self {
        Self {
            entries: self.entries[..size].to_vec(),
        }
    }

    /// How many entries there are.
    pub fn size(&self) -> usize {
        self.entries.len()
    }

    /// What the entry at `at` says.
    ///
    /// # Panics
    /// If the bytes are no entry.
    pub fn entry(&self, at: usize) -> Entry {
        Entry::parse(self.entries[at].clone()).expect("an entry")
    }

    /// Where the last entry stands of which `is_meant` holds.
    ///
    /// # Panics
    /// If there is none.
    pub fn find(&self, is_meant: impl Fn(&Entry) -> bool) -> usize {
        (0..self.size())
            .rev()
            .find(|at| is_meant(&self.entry(*at)))
            .expect("the demonstration has such an entry")
    }

    /// Replaces text in one entry, once, and puts nothing right.
    ///
    /// # Panics
    /// If it isn't there.
    pub fn edit(&mut self, at: usize, from: &str, to: &str) {
        let text = String::from_utf8(self.entries[at].clone()).expect("entries are UTF-8");
        assert!(text.contains(from), "entry {at} has no {from}");
        self.entries[at] = text.replacen(from, to, 1).into_bytes();
    }

    /// Puts sequences, hash chain and dossier links right from `from` on: whoever holds the log key can, because no author
    /// signs them.
    ///
    /// # Panics
    /// If an entry can't be read.
    pub fn rechain(&mut self, from: usize) {
        let mut dossiers: BTreeMap<Subject, (u64, EntryHash)> = BTreeMap::new();
        for at in 0..self.size() {
            let entry = self.entry(at);
            if at >= from {
                self.entries[at] = self.chained(at, &entry, &dossiers);
            }
            let hash = EntryHash::of(&self.entries[at]);
            for subject in entry.dossiers().keys() {
                let (length, head) = dossiers.entry(subject.clone()).or_insert((0, hash));
                (*length, *head) = (*length + 1, hash);
            }
        }
    }

    fn chained(
        &self,
        at: usize,
        entry: &Entry,
        dossiers: &BTreeMap<Subject, (u64, EntryHash)>,
    ) -> Vec<u8> {
        let links: Vec<String> = entry
            .dossiers()
            .keys()
            .map(|subject| {
                let start = (0, EntryHash::NONE);
                let (length, head) = dossiers.get(subject).copied().unwrap_or(start);
                format!("\"{subject}\":[{length},\"{head}\"]")
            })
            .collect();
        let prev = match at {
            0 => EntryHash::NONE,
            _ => EntryHash::of(&self.entries[at - 1]),
        };
        let text = std::str::from_utf8(&self.entries[at]).expect("entries are UTF-8");
        let tail = text
            .find(",\"signatures\":")
            .expect("entries have signatures");
        let links = links.join(",");
        format!(
            "{{\"dossiers\":{{{links}}},\"prev\":\"{prev}\",\"seq\":{at}{}",
            &text[tail..]
        )
        .into_bytes()
    }

    fn leaves(&self) -> Vec<Hash> {
        self.entries.iter().map(|entry| leaf_hash(entry)).collect()
    }

    /// What the log signs about it.
    ///
    /// # Panics
    /// Never: the origin is the signer's own name.
    pub fn checkpoint(&self, log: &NoteSigner) -> String {
        let mut tree = Frontier::empty();
        for leaf in self.leaves() {
            tree.push(leaf);
        }
        let checkpoint = Checkpoint {
            origin: log.name().clone(),
            size: tree.size(),
            root: tree.root(),
        };
        checkpoint
            .sign(log)
            .expect("the origin is the signer's own name")
            .to_string()
    }

    /// A receipt for the entry at `at`, as the log would give it.
    ///
    /// # Panics
    /// If the entry can't be read.
    pub fn receipt(&self, at: usize, log: &NoteSigner) -> Vec<u8> {
        let mut tree = MemoryTree::new();
        self.leaves().into_iter().for_each(|leaf| tree.push(leaf));
        let index = LeafIndex::new(at as u64);
        let size = Size::new(self.size() as u64);
        let note = self.checkpoint(log);
        let proof = TlogProof {
            extra: None,
            index,
            inclusion: inclusion_proof(index, size, &tree).expect("the entry is in the tree"),
            checkpoint: cinnabar_tlog::Note::parse(note.as_bytes()).expect("a note"),
        };
        cinnabar_events::Receipt::new(self.entry(at), proof).to_bytes()
    }
}
