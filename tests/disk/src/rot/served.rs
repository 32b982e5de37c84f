//! Everything that a replica serves, in a form that can be compared.

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_events::{Class, Entry, Revision, Sequence, Subject};
use cinnabar_store::{Facet, ProofError, Store, StoreError};
use cinnabar_tlog::{Size, TileId};

/// Of so many entries, sizes and dossiers one is asked for a proof: all of them come from the same few tiles and nodes, and every
/// tile is compared whole.
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
}

/// A question that was answered with an error.
#[derive(Debug)]
pub struct NotServed(pub String);

impl From<StoreError> for NotServed {
    fn from(error: StoreError) -> Self {
        Self(causes(&error))
    }
}

impl From<ProofError> for NotServed {
    fn from(error: ProofError) -> Self {
        Self(causes(&error))
    }
}

/// `what: why: why that`.
#[must_use]
pub fn causes(error: &dyn std::error::Error) -> String {
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
    ///
    /// # Errors
    /// The first answer that was an error.
    ///
    /// # Panics
    /// If an answer has a form that it can't have.
    pub fn of(store: &Store) -> Result<Self, NotServed> {
        let head = store.head();
        let mut served = Self {
            size: head.size.get(),
            ..Self::default()
        };
        let mut subjects = BTreeSet::new();
        for (seq, bytes) in store.entries(Sequence::new(0), head.next()).enumerate() {
            let bytes = bytes?;
            let seq = Sequence::new(seq as u64);
            let entry = Entry::parse(bytes.clone()).map_err(|error| NotServed(causes(&error)))?;
            let size = Size::new(seq.get() + 1);
            lasting(&mut served, format!("entry {seq}"), &bytes);
            lasting(
                &mut served,
                format!("entry {seq} by itself"),
                store.entry(seq)?.unwrap_or_default(),
            );
            if seq.get().is_multiple_of(PROOFS_EVERY) {
                let proof = store.inclusion_proof(seq, size)?;
                lasting(&mut served, format!("proof {seq}"), format!("{proof:?}"));
                let proof = store.inclusion_proof(seq, head.size)?;
                present(
                    &mut served,
                    format!("proof {seq} now"),
                    format!("{proof:?}"),
                );
            }
            lasting(
                &mut served,
                format!("block {seq}"),
                format!("{:?}", store.block_containing(seq)?),
            );
            let statement = entry.statement();
            let id = (&statement.first_signer().actor, statement.id);
            lasting(
                &mut served,
                format!("statement {seq}"),
                format!("{:?}", store.statement(id.0, id.1)?),
            );
            subjects.extend(entry.dossiers().keys().cloned());
        }
        let blocks = store.blocks_from(Size::ZERO, usize::MAX)?;
        for (number, block) in blocks.iter().enumerate() {
            lasting(
                &mut served,
                format!("block {number} in order"),
                format!("{block:?}"),
            );
            let size = block.size_after;
            lasting(
                &mut served,
                format!("root {size}"),
                format!("{:?}", store.root_at(size)?),
            );
            if size.get().is_multiple_of(PROOFS_EVERY) {
                let proof = store.consistency_proof(size, head.size)?;
                present(
                    &mut served,
                    format!("consistency {size}"),
                    format!("{proof:?}"),
                );
            }
        }
        for (size, note) in store.checkpoints(Size::ZERO, usize::MAX)? {
            lasting(&mut served, format!("checkpoint {size}"), note);
        }
        tiles(store, &mut served)?;
        for subject in &subjects {
            dossier(store, subject, &mut served)?;
        }
        records(store, &mut served)?;
        Ok(served)
    }

    /// Whether all of this is what `whole` serves too: what a replica serves that has lost its end.
    #[must_use]
    pub fn begins(&self, whole: &Self) -> bool {
        self.size <= whole.size
            && self
                .lasting
                .iter()
                .all(|(what, answer)| whole.lasting.get(what) == Some(answer))
    }

    /// What is served otherwise than by `other`, for people to read.
    #[must_use]
    pub fn differs(&self, other: &Self) -> Vec<String> {
        let both = [
            (&self.lasting, &other.lasting),
            (&self.present, &other.present),
        ];
        let differ = both.into_iter().flat_map(|(mine, theirs)| {
            let keys: BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
            keys.into_iter()
                .filter(|key| mine.get(*key) != theirs.get(*key))
                .cloned()
                .collect::<Vec<_>>()
        });
        differ.collect()
    }
}

fn lasting(served: &mut Served, what: String, answer: impl AsRef<[u8]>) {
    served.lasting.insert(what, blake3::hash(answer.as_ref()));
}

fn present(served: &mut Served, what: String, answer: impl AsRef<[u8]>) {
    served.present.insert(what, blake3::hash(answer.as_ref()));
}

fn tiles(store: &Store, served: &mut Served) -> Result<(), NotServed> {
    let size = store.head().size;
    for level in 0..=1 {
        for index in 0.. {
            let tile = TileId::new(level, index).expect("a small tree");
            let Some(width) = tile.width_at(size) else {
                break;
            };
            let hashes = store.tile(tile, width)?.unwrap_or_default();
            present(served, format!("tile {level} {index}"), hashes);
        }
    }
    Ok(())
}

fn dossier(store: &Store, subject: &Subject, served: &mut Served) -> Result<(), NotServed> {
    let entries = store.dossier(subject, Revision::new(0), usize::MAX)?;
    for (revision, seq) in entries.iter().enumerate() {
        lasting(
            served,
            format!("dossier {subject} {revision}"),
            format!("{seq:?}"),
        );
    }
    if entries
        .first()
        .is_some_and(|seq| seq.get().is_multiple_of(PROOFS_EVERY))
    {
        let proof = store.dossier_proof(subject)?;
        present(
            served,
            format!("dossier {subject} proof"),
            format!("{proof:?}"),
        );
    }
    Ok(())
}

fn records(store: &Store, served: &mut Served) -> Result<(), NotServed> {
    let snapshot = store.snapshot()?;
    present(
        served,
        "head".to_owned(),
        format!("{:?} {:?}", store.head(), store.position()),
    );
    for class in Class::ALL {
        for facet in [Facet::State, Facet::Dossier] {
            for record in snapshot.subjects(facet, class, None) {
                let (id, record) = record?;
                present(
                    served,
                    format!("record {facet:?} {class}/{id}"),
                    format!("{record:?}"),
                );
            }
        }
    }
    for (number, due) in snapshot.running(None).enumerate() {
        present(served, format!("deadline {number}"), format!("{:?}", due?));
    }
    Ok(())
}
