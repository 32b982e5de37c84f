//! Evidence files: two things that a log signed and that can't both be, for a third party to verify offline.

use std::fmt;

use cinnabar_tlog::{Note, VerifierKey};

use crate::claim::{Claim, EvidenceRejection, Proven, judge};
use crate::json::{self, At, Malformed, Writer};
use crate::leaf::ProvenLeaf;
use crate::piece::Piece;
use crate::trust::{MAX_LOG_KEYS, Trust};

/// Longest evidence file, in bytes: two leaves of 64 KiB in base64, and notes with the cosignatures of many witnesses.
pub const MAX_EVIDENCE_BYTES: usize = 4 << 20;

/// Most exhibits in a file: three prove any claim, the others are recoveries that were recorded.
pub const MAX_EXHIBITS: usize = 8;

/// Longest note that is taken into evidence with all its signatures, in bytes. Of a longer one only the log's own
/// signatures are kept, which are what proves.
const MAX_WHOLE_NOTE_BYTES: usize = 128 << 10;

/// Self-contained evidence. Reading and writing are inverse, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    claim: Claim,
    keys: Vec<VerifierKey>,
    pieces: Vec<Piece>,
}

impl Evidence {
    pub(crate) fn new(claim: Claim, pieces: Vec<Piece>, trust: &Trust) -> Self {
        let keys = trust.log_keys().to_vec();
        let pieces = pieces.into_iter().map(|piece| trimmed(piece, &keys));
        Self {
            claim,
            pieces: pieces.collect(),
            keys,
        }
    }

    /// Reads a file. Nothing is verified yet.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let value = json::parse(bytes, MAX_EVIDENCE_BYTES)?;
        let at = json::top(bytes, &value);
        at.object(&["claim", "exhibits", "logKeys", "v"], &[])?;
        at.version()?;
        let claim = claim(&at.member("claim")?)?;
        let keys = at.member("logKeys")?;
        let keys: Vec<_> = keys
            .items(MAX_LOG_KEYS)?
            .map(|key| key.vkey())
            .collect::<Result<_, _>>()?;
        let exhibits = at.member("exhibits")?;
        let pieces = exhibits
            .items(MAX_EXHIBITS)?
            .map(|piece| Piece::read(&piece))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            claim,
            keys,
            pieces,
        })
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.object(|members| {
            members.member("claim", |writer| writer.string(self.claim.code()));
            members.member("exhibits", |writer| {
                writer.array(&self.pieces, |writer, piece| piece.write(writer));
            });
            members.member("logKeys", |writer| {
                writer.array(&self.keys, |writer, key| writer.string(&key.to_string()));
            });
            members.member("v", |writer| writer.number(1));
        });
        writer.finish()
    }

    /// What is claimed.
    pub fn claim(&self) -> Claim {
        self.claim
    }

    /// The log's keys as the file says. Whether they are the log's, the verifier has to know from elsewhere.
    pub fn log_keys(&self) -> &[VerifierKey] {
        &self.keys
    }

    /// Verifies everything from the bytes, offline: whose keys the file speaks of, each exhibit, and that they
    /// contradict one another. What the file says about itself counts for nothing.
    ///
    /// # Errors
    /// [`EvidenceRejection`].
    pub fn verify(&self, trust: &Trust) -> Result<Proven, EvidenceRejection> {
        match self.keys.iter().find(|key| !trust.log_keys().contains(key)) {
            Some(other) => Err(EvidenceRejection::OtherKey(Box::new(other.clone()))),
            None => judge(self.claim, &self.pieces, trust),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

fn claim(at: &At<'_, '_>) -> Result<Claim, Malformed> {
    let code = at.string()?;
    let known = Claim::ALL.into_iter().find(|claim| claim.code() == code);
    known.ok_or_else(|| at.wrong("a claim"))
}

/// The piece with notes of bounded length, which canonical JSON can hold.
fn trimmed(piece: Piece, keys: &[VerifierKey]) -> Piece {
    match piece {
        Piece::Note(note) => Piece::Note(trimmed_note(note, keys)),
        Piece::Leaf(leaf) => {
            let mut proof = leaf.proof().clone();
            proof.checkpoint = trimmed_note(proof.checkpoint, keys);
            Piece::Leaf(ProvenLeaf::new(leaf.bytes().to_vec(), proof))
        }
        Piece::Consistency(shown) => Piece::Consistency(shown),
    }
}

pub(crate) fn trimmed_note(note: Note, keys: &[VerifierKey]) -> Note {
    let text = note.to_string();
    // Names of witnesses may have characters that canonical JSON does without.
    let plain = !text.chars().any(|c| c.is_control() && c != '\n');
    if plain && text.len() <= MAX_WHOLE_NOTE_BYTES {
        return note;
    }
    let by_the_log = |name: &cinnabar_tlog::KeyName, id| {
        keys.iter().any(|key| key.name() == name && key.id() == id)
    };
    let kept = note.filtered(|line| by_the_log(line.name(), line.key_id()));
    kept.unwrap_or(note)
}
