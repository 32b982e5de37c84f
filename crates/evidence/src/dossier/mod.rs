//! Proof that the entries shown for one subject are all there are, up to a checkpoint.

mod verify;

use cinnabar_events::{Entry, Payload, Subject};
use cinnabar_tlog::{
    Frontier, Hash, InclusionProof, MAX_SPARSE_SIBLINGS, Note, Size, SparseEnd, SparseKey,
    SparseProof,
};

pub use verify::{CompleteDossier, DossierRejection};

use crate::json::{self, At, Malformed, Writer};

/// Longest document, in bytes.
pub const MAX_DOSSIER_BYTES: usize = 16 << 20;

/// Most entries of a dossier in one document. Longer ones are organisations that have filed for decades.
pub const MAX_DOSSIER_ENTRIES: usize = 4096;

/// Most entries that a document carries in its tail. Each is as large as any entry, and all of them are there for the few
/// that concern the subject: beyond that the verifier reads the log's entry tiles himself, which he trusts as little.
pub const MAX_TAIL: usize = 1000;

/// Bytes of a serialised frontier before its hashes: the version, and the size.
const FRONTIER_HEADER_BYTES: usize = 9;
/// The version that a serialised frontier begins with.
const FRONTIER_VERSION: u8 = 1;

/// The document: an index of dossiers that the ledger recorded, what it says about the subject, the entries that it says
/// there are, and the entries from there to the checkpoint. Nothing is verified yet. Reading and writing are inverse, byte for
/// byte.
#[derive(Debug, Clone, PartialEq)]
pub struct DossierProof {
    parts: DossierParts,
}

/// What such a document is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct DossierParts {
    /// Whose dossier.
    pub subject: Subject,
    /// The checkpoint up to which it is complete.
    pub checkpoint: Note,
    /// The entry that recorded the index (`dossiers.indexed`), with its proof at the checkpoint's size.
    pub index: (Entry, InclusionProof),
    /// What the index says about the subject.
    pub sparse: SparseProof,
    /// The right edge of the tree at the size that the index covers.
    pub frontier: Frontier,
    /// The dossier's entries that the index covers, in order.
    pub entries: Vec<Entry>,
    /// All entries of the ledger from there up to the checkpoint, in order; none if the verifier has to fetch them.
    pub tail: Option<Vec<Entry>>,
}

/// Why parts make no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DossierFault {
    /// Too many entries in the dossier.
    #[error("a dossier of {0} entries, at most {MAX_DOSSIER_ENTRIES} fit")]
    TooMany(usize),
    /// Too many bytes, even without a tail.
    #[error("{0} bytes, at most {MAX_DOSSIER_BYTES} are possible")]
    TooLong(usize),
    /// Another kind of entry was given as the index.
    #[error("the entry given as the index is not of the kind dossiers.indexed")]
    NotAnIndex,
    /// The edge isn't that of the size which the index covers.
    #[error("the frontier has size {found}, the index covers {expected} entries")]
    Frontier {
        /// The size that the index covers.
        expected: u64,
        /// The size of the frontier.
        found: u64,
    },
}

impl DossierProof {
    /// Puts a document together. A tail that is too long for one is left out: the verifier fetches it.
    ///
    /// # Errors
    /// [`DossierFault`]. Whether it verifies is for [`Self::verify`] to say.
    pub fn build(parts: DossierParts) -> Result<Self, DossierFault> {
        let covered = covered(&parts.index.0).ok_or(DossierFault::NotAnIndex)?;
        let found = parts.frontier.size().get();
        if covered.get() != found {
            let expected = covered.get();
            return Err(DossierFault::Frontier { expected, found });
        }
        if parts.entries.len() > MAX_DOSSIER_ENTRIES {
            return Err(DossierFault::TooMany(parts.entries.len()));
        }
        let mut proof = Self { parts };
        let tail = proof.parts.tail.as_ref().map_or(0, Vec::len);
        if tail > MAX_TAIL || proof.to_bytes().len() > MAX_DOSSIER_BYTES {
            proof.parts.tail = None;
        }
        match proof.to_bytes().len() {
            0..=MAX_DOSSIER_BYTES => Ok(proof),
            length => Err(DossierFault::TooLong(length)),
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let value = json::parse(bytes, MAX_DOSSIER_BYTES)?;
        let at = json::top(bytes, &value);
        let members = [
            "checkpoint",
            "entries",
            "frontier",
            "index",
            "sparse",
            "subject",
            "v",
        ];
        at.object(&members, &["tail"])?;
        at.version()?;
        let index = at.member("index")?;
        index.object(&["entry", "inclusion"], &[])?;
        let entry = index.entry("entry")?;
        let covered = covered(&entry)
            .ok_or_else(|| index.wrong("an entry of the kind dossiers.indexed, and its proof"))?;
        let subject = at.member("subject")?;
        let tail = match at.has("tail") {
            true => Some(entries(&at.member("tail")?, MAX_TAIL)?),
            false => None,
        };
        let parts = DossierParts {
            subject: subject
                .string()?
                .parse()
                .map_err(|_| subject.wrong("a subject"))?,
            checkpoint: at.member("checkpoint")?.note()?,
            index: (entry, index.member("inclusion")?.inclusion()?),
            sparse: sparse(&at.member("sparse")?)?,
            frontier: frontier(&at.member("frontier")?, covered)?,
            entries: entries(&at.member("entries")?, MAX_DOSSIER_ENTRIES)?,
            tail,
        };
        Ok(Self { parts })
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts = &self.parts;
        let note = parts.checkpoint.to_string();
        let mut writer = Writer::default();
        writer.object(|members| {
            members.member("checkpoint", |writer| writer.string(&note));
            members.member("entries", |writer| write_entries(writer, &parts.entries));
            members.member("frontier", |writer| {
                writer.hashes(&frontier_hashes(&parts.frontier));
            });
            members.member("index", |writer| {
                writer.object(|members| {
                    members.member("entry", |writer| writer.raw(parts.index.0.bytes()));
                    members.member("inclusion", |writer| writer.hashes(parts.index.1.hashes()));
                });
            });
            members.member("sparse", |writer| write_sparse(writer, &parts.sparse));
            let subject = parts.subject.to_string();
            members.member("subject", |writer| writer.string(&subject));
            if let Some(tail) = &parts.tail {
                members.member("tail", |writer| write_entries(writer, tail));
            }
            members.member("v", |writer| writer.number(1));
        });
        writer.finish()
    }

    /// What it is made of.
    pub fn parts(&self) -> &DossierParts {
        &self.parts
    }

    /// The entries that a verifier has to look at besides: from this sequence up to, not with, this one. None if the
    /// document carries them. The second is as the checkpoint says, whose signature isn't verified here.
    pub fn missing_tail(&self) -> Option<(u64, u64)> {
        if self.parts.tail.is_some() {
            return None;
        }
        let checkpoint = cinnabar_tlog::Checkpoint::parse(self.parts.checkpoint.text()).ok()?;
        Some((self.parts.frontier.size().get(), checkpoint.size.get()))
    }
}

/// How many entries an index covers, if the entry is one.
fn covered(entry: &Entry) -> Option<Size> {
    let Payload::DossiersIndexed(index) = &entry.statement().payload else {
        return None;
    };
    Some(Size::new(index.size))
}

fn entries(at: &At<'_, '_>, limit: usize) -> Result<Vec<Entry>, Malformed> {
    let read = |item: At<'_, '_>| {
        item.object(&["entry"], &[])?;
        item.entry("entry")
    };
    at.items(limit)?.map(read).collect()
}

fn write_entries(writer: &mut Writer, entries: &[Entry]) {
    writer.array(entries, |writer, entry| {
        writer.object(|members| members.member("entry", |writer| writer.raw(entry.bytes())));
    });
}

/// The roots of the complete subtrees of the tree at `size`, largest first.
fn frontier(at: &At<'_, '_>, size: Size) -> Result<Frontier, Malformed> {
    let wanted = size.get().count_ones() as usize;
    let hashes = at.hashes(wanted)?;
    let mut bytes = vec![FRONTIER_VERSION];
    bytes.extend_from_slice(&size.get().to_be_bytes());
    for hash in hashes {
        bytes.extend_from_slice(hash.as_bytes());
    }
    Frontier::from_bytes(&bytes).map_err(|_| at.wrong(format!("{wanted} hashes")))
}

fn frontier_hashes(frontier: &Frontier) -> Vec<Hash> {
    let bytes = frontier.to_bytes();
    let (hashes, _) = bytes[FRONTIER_HEADER_BYTES..].as_chunks();
    hashes.iter().copied().map(Hash::from_bytes).collect()
}

fn sparse(at: &At<'_, '_>) -> Result<SparseProof, Malformed> {
    at.object(&["end", "siblings"], &[])?;
    let end = at.member("end")?;
    let end = if end.has("key") {
        end.object(&["key", "value"], &[])?;
        SparseEnd::Other {
            key: SparseKey::of_bytes(*end.member("key")?.hash()?.as_bytes()),
            value: end.member("value")?.hash()?,
        }
    } else {
        match end.string()? {
            "own" => SparseEnd::Own,
            "nothing" => SparseEnd::Nothing,
            _ => return Err(end.wrong("own, nothing, or an object of key and value")),
        }
    };
    let siblings = at.member("siblings")?.hashes(MAX_SPARSE_SIBLINGS)?;
    Ok(SparseProof::new(siblings, end).expect("no more siblings than a key has bits"))
}

fn write_sparse(writer: &mut Writer, proof: &SparseProof) {
    writer.object(|members| {
        members.member("end", |writer| match proof.end() {
            SparseEnd::Own => writer.string("own"),
            SparseEnd::Nothing => writer.string("nothing"),
            SparseEnd::Other { key, value } => writer.object(|members| {
                members.member("key", |writer| writer.base64(key.as_bytes()));
                members.member("value", |writer| writer.base64(value.as_bytes()));
            }),
        });
        members.member("siblings", |writer| writer.hashes(proof.siblings()));
    });
}
