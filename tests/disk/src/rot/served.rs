//! Everything that a replica serves, in a form that can be compared.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Debug;

use cinnabar_events::{Class, Entry, Revision, Sequence, Subject};
use cinnabar_store::{Facet, Store};
use cinnabar_tlog::{Size, TileId};

/// Of so many entries, sizes and dossiers one is asked for a proof: all of them come from the same few tiles and nodes,
/// and every tile is compared whole.
const PROOFS_EVERY: u64 = 8;

/// By what is asked for: the hash of the answer.
pub type Answers = BTreeMap<String, blake3::Hash>;

/// What a replica served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// Number of entries.
    pub size: u64,
    /// Answers that a longer ledger gives just the same.
    pub lasting: Answers,
    /// Answers about how things stand now.
    pub present: Answers,
    /// Whose dossiers were asked for.
    pub subjects: BTreeSet<Subject>,
    /// What was answered with an error, and the error: a question, or what several questions begin with.
    pub errors: BTreeMap<String, String>,
}

/// `what: why: why that`.
#[must_use]
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl Served {
    /// Asks everything.
    #[must_use]
    pub fn of(store: &Store) -> Self {
        Self::asking(store, &BTreeSet::new())
    }

    /// Asks everything, and for the dossiers of `subjects` also where no entry that can be read leads to them.
    #[must_use]
    pub fn asking(store: &Store, subjects: &BTreeSet<Subject>) -> Self {
        let head = store.head();
        let mut served = Self {
            size: head.size.get(),
            ..Self::default()
        };
        let mut subjects = subjects.clone();
        for seq in (0..served.size).map(Sequence::new) {
            subjects.extend(served.entry(store, seq));
        }
        let entries: Result<Vec<_>, _> = store.entries(Sequence::new(0), head.next()).collect();
        if let Some(entries) = served.answered("entries", entries) {
            for (seq, bytes) in entries.into_iter().enumerate() {
                lasting(&mut served, format!("entries {seq}"), bytes);
            }
        }
        served.blocks(store);
        if let Some(checkpoints) =
            served.answered("checkpoint", store.checkpoints(Size::ZERO, usize::MAX))
        {
            for (size, note) in checkpoints {
                lasting(&mut served, format!("checkpoint {size}"), note);
            }
        }
        served.tiles(store);
        for subject in &subjects {
            served.dossier(store, subject);
        }
        served.subjects = subjects;
        served.records(store);
        served
    }

    /// Whether all of this is what `whole` serves too: what a replica serves that has lost its end.
    #[must_use]
    pub fn begins(&self, whole: &Self) -> bool {
        self.size <= whole.size && self.errors.is_empty() && self.wrong(whole).is_empty()
    }

    /// What is served otherwise than by `whole`, or not at all and without an error.
    #[must_use]
    pub fn wrong(&self, whole: &Self) -> Vec<String> {
        let longer =
            |(what, answer): (&String, &blake3::Hash)| whole.lasting.get(what) != Some(answer);
        let mut wrong: Vec<String> = self
            .lasting
            .iter()
            .filter(|asked| longer(*asked))
            .map(|(what, _)| what.clone())
            .collect();
        if self.size < whole.size || self.present.get("position") != whole.present.get("position") {
            return wrong;
        }
        let excused = |what: &String| {
            self.errors
                .keys()
                .any(|begins| what.starts_with(begins.as_str()))
        };
        let both = [
            (&self.lasting, &whole.lasting),
            (&self.present, &whole.present),
        ];
        for (mine, theirs) in both {
            let missing = theirs
                .keys()
                .filter(|what| !mine.contains_key(*what) && !excused(what));
            wrong.extend(missing.cloned());
        }
        let differ = self
            .present
            .iter()
            .filter(|(what, answer)| whole.present.get(*what) != Some(*answer));
        wrong.extend(differ.map(|(what, _)| what.clone()));
        wrong
    }

    /// The answer, unless it is an error.
    fn answered<T, E: Error>(&mut self, what: &str, answer: Result<T, E>) -> Option<T> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.errors.insert(what.to_owned(), causes(&error));
                None
            }
        }
    }

    fn lasts<T: Debug, E: Error>(&mut self, what: String, answer: Result<T, E>) {
        if let Some(answer) = self.answered(&what, answer) {
            lasting(self, what, format!("{answer:?}"));
        }
    }

    fn now<T: Debug, E: Error>(&mut self, what: String, answer: Result<T, E>) {
        if let Some(answer) = self.answered(&what, answer) {
            present(self, what, format!("{answer:?}"));
        }
    }

    /// One entry, and what leads to it. Its subjects.
    fn entry(&mut self, store: &Store, seq: Sequence) -> Vec<Subject> {
        self.lasts(format!("block of {seq}"), store.block_containing(seq));
        if seq.get().is_multiple_of(PROOFS_EVERY) {
            let (size, head) = (Size::new(seq.get() + 1), store.head().size);
            self.lasts(format!("proof {seq}"), store.inclusion_proof(seq, size));
            self.now(format!("proof {seq} now"), store.inclusion_proof(seq, head));
        }
        let Some(bytes) = self.answered(&format!("entry {seq}"), store.entry(seq)) else {
            self.errors
                .insert(format!("statement {seq}"), "not asked: no entry".to_owned());
            return Vec::new();
        };
        let bytes = bytes.unwrap_or_default();
        lasting(self, format!("entry {seq}"), &bytes);
        let Ok(entry) = Entry::parse(bytes) else {
            return Vec::new();
        };
        let statement = entry.statement();
        let found = store.statement(&statement.first_signer().actor, statement.id);
        self.lasts(format!("statement {seq}"), found);
        entry.dossiers().keys().cloned().collect()
    }

    fn blocks(&mut self, store: &Store) {
        let Some(blocks) = self.answered("blocks", store.blocks_from(Size::ZERO, usize::MAX))
        else {
            self.errors
                .insert("root".to_owned(), "not asked: no blocks".to_owned());
            self.errors
                .insert("consistency".to_owned(), "not asked: no blocks".to_owned());
            return;
        };
        for (number, block) in blocks.iter().enumerate() {
            lasting(self, format!("blocks {number}"), format!("{block:?}"));
            let size = block.size_after;
            self.lasts(format!("root {size}"), store.root_at(size));
            if size.get().is_multiple_of(PROOFS_EVERY) {
                let proof = store.consistency_proof(size, store.head().size);
                self.now(format!("consistency {size}"), proof);
            }
        }
    }

    fn tiles(&mut self, store: &Store) {
        let size = store.head().size;
        for level in 0..=1 {
            for index in 0.. {
                let tile = TileId::new(level, index).expect("a small tree");
                let Some(width) = tile.width_at(size) else {
                    break;
                };
                self.now(format!("tile {level} {index}"), store.tile(tile, width));
            }
        }
    }

    fn dossier(&mut self, store: &Store, subject: &Subject) {
        let found = store.dossier(subject, Revision::new(0), usize::MAX);
        let Some(entries) = self.answered(&format!("dossier {subject} "), found) else {
            return;
        };
        for (revision, seq) in entries.iter().enumerate() {
            lasting(
                self,
                format!("dossier {subject} {revision}"),
                format!("{seq:?}"),
            );
        }
        if entries
            .first()
            .is_some_and(|seq| seq.get().is_multiple_of(PROOFS_EVERY))
        {
            self.now(
                format!("dossier {subject} proof"),
                store.dossier_proof(subject),
            );
        }
    }

    fn records(&mut self, store: &Store) {
        present(
            self,
            "position".to_owned(),
            format!("{:?}", store.position()),
        );
        let Some(snapshot) = self.answered("", store.snapshot()) else {
            return;
        };
        present(self, "head".to_owned(), format!("{:?}", store.head()));
        for class in Class::ALL {
            for facet in [Facet::State, Facet::Dossier] {
                let found: Result<Vec<_>, _> = snapshot.subjects(facet, class, None).collect();
                self.now(format!("records {facet:?} {class}"), found);
            }
        }
        let running: Result<Vec<_>, _> = snapshot.running(None).collect();
        self.now("deadlines".to_owned(), running);
    }
}

fn lasting(served: &mut Served, what: String, answer: impl AsRef<[u8]>) {
    served.lasting.insert(what, blake3::hash(answer.as_ref()));
}

fn present(served: &mut Served, what: String, answer: impl AsRef<[u8]>) {
    served.present.insert(what, blake3::hash(answer.as_ref()));
}
