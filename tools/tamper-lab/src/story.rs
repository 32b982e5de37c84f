//! A ledger as somebody serves it: entries that can be put right after they were tampered with.

use cinnabar_events::{Entry, EntryHash, Payload};
use cinnabar_tlog::{
    Checkpoint, Frontier, LeafIndex, MemoryTree, NoteSigner, Size, TlogProof, inclusion_proof,
    leaf_hash,
};

use crate::secrets::{self, Heads, Secrets};

/// Entries in order, each as its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// Has the entry at `at` say another time of recording.
    ///
    /// # Panics
    /// If the entry can't be read.
    pub fn set_time(&mut self, at: usize, time: &str) {
        let now = self.entry(at).time();
        let says = |time: &str| format!("\"time\":\"{time}\",\"v\":1}}");
        // The statement before it may say a time, too, but not at the end.
        self.edit(at, &says(&now.to_string()), &says(time));
    }

    /// Puts a statement at the end, recorded at `time`.
    ///
    /// # Panics
    /// If it is none.
    pub fn append(&mut self, request: &str, subject: &str, time: &str, secrets: &Secrets) {
        let (at, none) = (self.size(), EntryHash::NONE);
        let said = inner(request);
        let entry = format!(
            "{{\"dossiers\":{{\"{subject}\":[0,\"{none}\"]}},\"prev\":\"{none}\",\"seq\":{at},{said},\"time\":\"{time}\",\"v\":1}}"
        );
        self.entries.push(entry.into_bytes());
        self.rechain(at, secrets);
    }

    /// Replaces what is said at `at`.
    ///
    /// # Panics
    /// If there is no entry.
    pub fn replace(&mut self, at: usize, request: &str) {
        let entry = self.entry(at);
        let text = std::str::from_utf8(entry.bytes()).expect("entries are UTF-8");
        let start = text.find("\"signatures\":").expect("it has signatures");
        let (before, time) = (&text[..start], entry.time());
        let said = inner(request);
        self.entries[at] = format!("{before}{said},\"time\":\"{time}\",\"v\":1}}").into_bytes();
    }

    /// How the dossiers end after the first `size` entries.
    pub fn heads(&self, size: usize) -> Heads {
        let mut heads = Heads::new();
        (0..size).for_each(|at| secrets::take(&mut heads, &self.entry(at)));
        heads
    }

    /// Puts sequences, hash chain, dossier links and the indexes of dossiers right from `from` on: no author signs them.
    ///
    /// # Panics
    /// If an entry can't be read.
    pub fn rechain(&mut self, from: usize, secrets: &Secrets) {
        let mut heads = self.heads(from);
        for at in from..self.size() {
            let entry = self.entry(at);
            if let Payload::DossiersIndexed(_) = entry.statement().payload {
                let request = secrets.index(&entry.statement().subject, &heads, at);
                self.replace(at, &request);
            }
            self.entries[at] = self.chained(at, &heads);
            secrets::take(&mut heads, &self.entry(at));
        }
    }

    fn chained(&self, at: usize, heads: &Heads) -> Vec<u8> {
        let entry = self.entry(at);
        let links: Vec<String> = entry
            .dossiers()
            .keys()
            .map(|subject| {
                let start = (0, EntryHash::NONE);
                let (length, head) = heads.get(subject).copied().unwrap_or(start);
                format!("\"{subject}\":[{length},\"{head}\"]")
            })
            .collect();
        let prev = match at {
            0 => EntryHash::NONE,
            _ => EntryHash::of(&self.entries[at - 1]),
        };
        let text = std::str::from_utf8(entry.bytes()).expect("entries are UTF-8");
        let tail = text.find(",\"signatures\":").expect("it has signatures");
        let links = links.join(",");
        let start = format!("{{\"dossiers\":{{{links}}},\"prev\":\"{prev}\",\"seq\":{at}");
        [start.as_bytes(), &text.as_bytes()[tail..]].concat()
    }

    /// The tree over the entries.
    pub fn tree(&self) -> MemoryTree {
        let mut tree = MemoryTree::new();
        self.entries
            .iter()
            .for_each(|entry| tree.push(leaf_hash(entry)));
        tree
    }

    /// What the log signs about it.
    ///
    /// # Panics
    /// Never: the origin is the signer's own name.
    pub fn checkpoint(&self, log: &NoteSigner) -> String {
        let mut tree = Frontier::empty();
        for entry in &self.entries {
            tree.push(leaf_hash(entry));
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
        let index = LeafIndex::new(at as u64);
        let size = Size::new(self.size() as u64);
        let note = self.checkpoint(log);
        let proof = TlogProof {
            extra: None,
            index,
            inclusion: inclusion_proof(index, size, &self.tree())
                .expect("the entry is in the tree"),
            checkpoint: cinnabar_tlog::Note::parse(note.as_bytes()).expect("a note"),
        };
        cinnabar_events::Receipt::new(self.entry(at), proof).to_bytes()
    }
}

/// What stands between the braces of a request: signatures and statement.
fn inner(request: &str) -> &str {
    let open = request.strip_prefix('{');
    open.and_then(|open| open.strip_suffix('}'))
        .expect("a request is an object")
}
