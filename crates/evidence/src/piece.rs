//! What an evidence file is made of.

use cinnabar_tlog::{
    Checkpoint, ConsistencyProof, EMPTY_ROOT, Hash, HashReader, MAX_ENTRY_BYTES, Note,
    ProofRejection, ProveError, Size, consistency_proof, root,
};

use crate::json::{At, Malformed, Writer};
use crate::leaf::ProvenLeaf;

/// One exhibit in an evidence file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Note(Note),
    Leaf(ProvenLeaf),
    Consistency(Consistency),
}

/// Which root a tree has at a smaller size, with the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The smaller size.
    pub old: Size,
    /// The larger size.
    pub new: Size,
    /// The root that the larger tree has at the smaller size.
    pub old_root: Hash,
    /// The proof from there to the root of the larger tree (RFC 6962 §2.1.2).
    pub proof: ConsistencyProof,
}

impl Consistency {
    /// From tiles of the larger tree, on a disk or a server.
    ///
    /// # Errors
    /// If the sizes are reversed, or the tiles can't be read.
    pub fn from_reader<R: HashReader>(
        old: Size,
        new: Size,
        reader: &R,
    ) -> Result<Self, ProveError<R::Error>> {
        Ok(Self {
            old,
            new,
            old_root: root(old, reader)?,
            proof: consistency_proof(old, new, reader)?,
        })
    }

    /// A consistency proof as a log serves it, without the root that it starts from: that of `old_root` is claimed.
    pub fn claimed(old: Size, new: Size, old_root: Hash, proof: ConsistencyProof) -> Self {
        Self {
            old,
            new,
            old_root,
            proof,
        }
    }

    /// Every tree begins with the empty one.
    pub(crate) fn of_nothing(new: Size) -> Self {
        let proof = ConsistencyProof::new(Vec::new()).expect("nothing is not too long");
        Self::claimed(Size::ZERO, new, EMPTY_ROOT, proof)
    }

    /// The same proof, with the root at the smaller size to which its hashes lead, where they lead to one: if the
    /// smaller size is no power of two (then the root is not among what they lead from).
    pub(crate) fn fitting(&self, old: &Checkpoint, new: &Hash) -> Self {
        let led = match self.proof.verify(self.old, &old.root, self.new, new) {
            Ok(()) => old.root,
            Err(ProofRejection::RootMismatch { expected, computed }) if expected == old.root => {
                computed
            }
            Err(_) => self.old_root,
        };
        Self {
            old_root: led,
            ..self.clone()
        }
    }
}

impl Piece {
    pub(crate) fn read(at: &At<'_, '_>) -> Result<Self, Malformed> {
        if at.has("note") {
            at.object(&["note"], &[])?;
            return Ok(Self::Note(at.member("note")?.note()?));
        }
        if at.has("leaf") {
            at.object(&["leaf", "proof"], &[])?;
            let member = at.member("proof")?;
            let proof = member.proof()?;
            if proof.extra.is_some() {
                return Err(member.wrong("a tlog-proof without an extra line"));
            }
            let bytes = at.member("leaf")?.bytes(MAX_ENTRY_BYTES)?;
            return Ok(Self::Leaf(ProvenLeaf::new(bytes, proof)));
        }
        at.object(&["consistency", "new", "old", "oldRoot"], &[])?;
        Ok(Self::Consistency(Consistency {
            old: Size::new(at.member("old")?.number()?),
            new: Size::new(at.member("new")?.number()?),
            old_root: at.member("oldRoot")?.hash()?,
            proof: at.member("consistency")?.consistency()?,
        }))
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.object(|members| match self {
            Self::Note(note) => members.member("note", |writer| writer.string(&note.to_string())),
            Self::Leaf(leaf) => {
                members.member("leaf", |writer| writer.base64(leaf.bytes()));
                let proof = leaf.proof().to_string();
                members.member("proof", |writer| writer.string(&proof));
            }
            Self::Consistency(shown) => {
                members.member("consistency", |writer| writer.hashes(shown.proof.hashes()));
                members.member("new", |writer| writer.number(shown.new.get()));
                members.member("old", |writer| writer.number(shown.old.get()));
                let root = shown.old_root;
                members.member("oldRoot", |writer| writer.base64(root.as_bytes()));
            }
        });
    }
}
