//! Receipts: what a submitter keeps, and anyone can check offline.
//!
//! One canonical JSON object: `{"entry":{…},"proof":"c2sp.org/tlog-proof@v1\n…","v":1}`. The entry
//! stands in it byte for byte; the proof is a C2SP tlog-proof file with inclusion proof and
//! signed checkpoint.

use cinnabar_tlog::{
    Checkpoint, InclusionProof, LeafIndex, Note, TlogProof, TlogProofError, VerifierKey,
    VerifyTlogProofError,
};

use crate::canonical::{self, NotCanonical, Value, write_escaped};
use crate::decode::Violation;
use crate::entry::{Entry, MAX_ENTRY_BYTES};
use crate::statement::Malformed;

/// Longest receipt, in bytes: an entry, and a proof whose every byte needs an escape of six.
pub const MAX_RECEIPT_BYTES: usize =
    MAX_ENTRY_BYTES + 6 * cinnabar_tlog::MAX_NOTE_BYTES + 64 * 64 + 256;

/// What stands before the entry, between it and the proof, and at the end.
const START: &[u8] = b"{\"entry\":";
const PROOF: &[u8] = b",\"proof\":\"";
const END: &[u8] = b"\",\"v\":1}";

/// Writes the receipts under one checkpoint: what is the same in all of them is worked out once.
#[derive(Clone, Debug)]
pub struct ReceiptWriter {
    /// The checkpoint and all that follows it.
    tail: Vec<u8>,
}

impl ReceiptWriter {
    /// For receipts under `checkpoint`.
    pub fn new(checkpoint: &Note) -> Self {
        let mut tail = Vec::new();
        write_escaped(&checkpoint.to_string(), &mut tail);
        tail.extend_from_slice(END);
        Self { tail }
    }

    /// The canonical bytes of the receipt for the entry with these bytes: as [`Receipt::write`] gives them.
    pub fn write(&self, entry: &[u8], index: LeafIndex, inclusion: &InclusionProof) -> Vec<u8> {
        let proof = TlogProof::head(index, inclusion);
        let lines = 3 + inclusion.hashes().len();
        let length = START.len() + entry.len() + PROOF.len() + proof.len() + lines;
        let mut out = Vec::with_capacity(length + self.tail.len());
        out.extend_from_slice(START);
        out.extend_from_slice(entry);
        out.extend_from_slice(PROOF);
        write_escaped(&proof, &mut out);
        out.extend_from_slice(&self.tail);
        out
    }
}

/// The entry, its inclusion proof, the checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    entry: Entry,
    proof: TlogProof,
}

/// The bytes are no receipt.
#[derive(Debug, thiserror::Error)]
pub enum NotAReceipt {
    /// Longer than [`MAX_RECEIPT_BYTES`].
    #[error("a receipt has at most {MAX_RECEIPT_BYTES} bytes")]
    TooLong,
    /// Not canonical JSON.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// Not the members that a receipt has.
    #[error(transparent)]
    Schema(#[from] Violation),
    /// The entry is none.
    #[error("the entry is malformed")]
    Entry(#[from] Malformed),
    /// The proof is none.
    #[error("the proof is malformed")]
    Proof(#[from] TlogProofError),
}

/// The receipt proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptRejection {
    /// The proof is for another position than the entry's own.
    #[error("the entry says sequence {entry}, the proof is for index {proof}")]
    Index {
        /// What the entry says.
        entry: u64,
        /// What the proof says.
        proof: u64,
    },
    /// Signature, origin or inclusion.
    #[error("the proof does not lead from the entry to a checkpoint signed by the log")]
    Proof(#[from] VerifyTlogProofError),
    /// An author's signature doesn't verify.
    #[error("an author's signature does not verify")]
    Signature(#[source] Malformed),
}

impl Receipt {
    /// Puts a receipt together.
    pub fn new(entry: Entry, proof: TlogProof) -> Self {
        Self { entry, proof }
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// [`NotAReceipt`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAReceipt> {
        if bytes.len() > MAX_RECEIPT_BYTES {
            return Err(NotAReceipt::TooLong);
        }
        let value = canonical::parse(bytes)?;
        let want = |member: &str, expected: &str| {
            Violation::new(format!("/{member}"), expected, "nothing or something else")
        };
        let complete = matches!(&value, Value::Object(members) if members.len() == 3);
        if !complete {
            let expected = "an object of entry, proof and v";
            return Err(Violation::new("", expected, value.describe()).into());
        }
        let Some(Value::Integer(1)) = value.member("v").map(|member| &member.value) else {
            return Err(want("v", "1").into());
        };
        let entry = value
            .member("entry")
            .ok_or_else(|| want("entry", "an entry"))?;
        let Some(Value::String(proof)) = value.member("proof").map(|member| &member.value) else {
            return Err(want("proof", "a tlog-proof as a string").into());
        };
        let proof = TlogProof::parse(proof.as_bytes())?;
        if proof.extra.is_some() {
            // Nothing would prove what it says.
            return Err(Violation::new("/proof", "no extra line", "one").into());
        }
        let entry = Entry::parse(&bytes[entry.span.clone()])?;
        Ok(Self { entry, proof })
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        Self::write(self.entry.bytes(), &self.proof)
    }

    /// The canonical bytes of the receipt for the entry with these bytes.
    pub fn write(entry: &[u8], proof: &TlogProof) -> Vec<u8> {
        let mut out = Vec::with_capacity(entry.len() + 2048);
        out.extend_from_slice(START);
        out.extend_from_slice(entry);
        out.extend_from_slice(PROOF);
        write_escaped(&proof.to_string(), &mut out);
        out.extend_from_slice(END);
        out
    }

    /// Checks, with nothing but the log's key: the entry is in the log at its own sequence, under a
    /// checkpoint that the log signed, and every author's signature verifies. Whose the authors'
    /// keys are, only the ledger tells.
    ///
    /// # Errors
    /// [`ReceiptRejection`].
    pub fn verify(&self, log_key: &VerifierKey) -> Result<Checkpoint, ReceiptRejection> {
        let (entry, proof) = (self.entry.seq().get(), self.proof.index);
        if LeafIndex::new(entry) != proof {
            return Err(ReceiptRejection::Index {
                entry,
                proof: proof.get(),
            });
        }
        let checkpoint = self.proof.verify_with_key(self.entry.bytes(), log_key)?;
        self.entry
            .signed()
            .clone()
            .verify()
            .map_err(ReceiptRejection::Signature)?;
        Ok(checkpoint)
    }

    /// The entry.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }
    /// The C2SP tlog-proof.
    pub fn proof(&self) -> &TlogProof {
        &self.proof
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cinnabar_tlog::Hash;

    #[test]
    fn a_writer_for_many_receipts_writes_what_one_alone_is() {
        let note =
            "ledger.example.org/a\n7\nAAAA\n\n— ledger.example.org/a AAAAAAAA\n— w\"\\ AAAAAAAA\n";
        let notes = [note.to_owned(), note.replace("w\"\\", "w")];
        let notes = notes
            .iter()
            .filter_map(|note| Note::parse(note.as_bytes()).ok());
        let mut compared = 0;
        for checkpoint in notes {
            let writer = ReceiptWriter::new(&checkpoint);
            for hashes in [0, 1, 2, 63] {
                let hashes = (0..hashes).map(|byte| Hash::from_bytes([byte; 32]));
                let inclusion = InclusionProof::new(hashes.collect()).unwrap();
                for index in [0, 9, u64::MAX].map(LeafIndex::new) {
                    let written = writer.write(b"{}", index, &inclusion);
                    let proof = TlogProof {
                        extra: None,
                        index,
                        inclusion: inclusion.clone(),
                        checkpoint: checkpoint.clone(),
                    };
                    assert_eq!(written, Receipt::write(b"{}", &proof));
                    compared += 1;
                }
            }
        }
        assert!(compared >= 12);
    }
}
