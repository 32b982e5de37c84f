//! Which ledger this is, and the key that signs for it.

use cinnabar_events::kinds::Origin;
use cinnabar_events::{
    Block, BlockHeader, LedgerId, Malformed, Payload, PublicKey, ShortName, Signed, Statement,
    Timestamp, Verified, sign,
};
use cinnabar_tlog::{
    Algorithm, Checkpoint, Hash, KeyName, KeyNameError, Note, NoteSigner, PosixSeconds, PqCosigner,
    Size, VerifierKey, VkeyError,
};
use ed25519_dalek::SigningKey;

/// What a node must be told about its ledger; everything else it reads from the log stream.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The ledger's id.
    pub ledger: LedgerId,
    /// Its short name.
    pub name: ShortName,
    /// The log's verifier key: origin and public key.
    pub vkey: VerifierKey,
}

/// The origin or the key can't stand in a verifier key.
#[derive(Debug, thiserror::Error)]
pub enum BadLogKey {
    /// The origin is no key name.
    #[error("the origin can't be the name of a key")]
    Name(#[from] KeyNameError),
    /// The key is no acceptable public key.
    #[error("the log key is not an Ed25519 public key")]
    Key(#[from] VkeyError),
}

impl Identity {
    /// From the parts that a genesis has.
    ///
    /// # Errors
    /// [`BadLogKey`].
    pub fn new(
        ledger: LedgerId,
        name: ShortName,
        origin: &Origin,
        log_key: &PublicKey,
    ) -> Result<Self, BadLogKey> {
        let vkey = VerifierKey::new(
            KeyName::new(origin.as_str())?,
            Algorithm::Ed25519,
            log_key.as_bytes(),
        )?;
        Ok(Self { ledger, name, vkey })
    }

    /// The ledger that a signed genesis opens; `None` if it is none.
    pub fn of_genesis(genesis: &Signed) -> Option<Self> {
        let Payload::LedgerOpened(opened) = &genesis.statement().payload else {
            return None;
        };
        let ledger = LedgerId::of(genesis.bytes());
        Self::new(ledger, opened.name.clone(), &opened.origin, &opened.log_key).ok()
    }

    /// The public key that signs checkpoints and blocks.
    pub fn log_key(&self) -> PublicKey {
        let bytes = self.vkey.public_bytes().try_into();
        PublicKey::from_bytes(bytes.expect("the log's own key is an Ed25519 key"))
    }
}

/// The log key's secret half: signs checkpoints and blocks.
///
/// With a post-quantum key it signs each checkpoint twice: an Ed25519 line, which everybody checks, and an ML-DSA-44 line
/// (type 0x06) under the same name.
pub struct LogSigner {
    notes: NoteSigner,
    blocks: SigningKey,
    post_quantum: Option<PqCosigner>,
}

impl std::fmt::Debug for LogSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogSigner({})", self.notes.verifier())
    }
}

/// The secret half of the ledger's own actor key: signs what the ledger itself says.
pub struct LedgerSigner(SigningKey);

impl std::fmt::Debug for LedgerSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LedgerSigner({})", self.public())
    }
}

impl LedgerSigner {
    /// From the key's 32-byte seed.
    pub fn new(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public key, as the genesis names it.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// Signs a statement of the ledger's own.
    pub(crate) fn sign(&self, statement: &Statement) -> Result<Verified, Malformed> {
        let bytes = statement
            .to_bytes()
            .expect("what the ledger says has a canonical form");
        let signature = sign(&self.0, &bytes);
        Signed::new(bytes, vec![signature])?.verify()
    }
}

/// The secret key given is another ledger's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log key given belongs to {found}, the ledger's is {expected}")]
pub struct OtherLogKey {
    /// The ledger's vkey.
    pub expected: String,
    /// The vkey of the key given.
    pub found: String,
}

impl LogSigner {
    /// The signer for `identity`, from the key's 32-byte seed.
    ///
    /// # Errors
    /// [`OtherLogKey`] if it is another key.
    pub fn new(identity: &Identity, seed: &[u8; 32]) -> Result<Self, OtherLogKey> {
        let notes = NoteSigner::from_seed(identity.vkey.name().clone(), seed);
        let (expected, found) = (identity.vkey.to_string(), notes.verifier().to_string());
        if expected == found {
            Ok(Self {
                notes,
                blocks: SigningKey::from_bytes(seed),
                post_quantum: None,
            })
        } else {
            Err(OtherLogKey { expected, found })
        }
    }

    /// The same signer, with a post-quantum key.
    ///
    /// # Errors
    /// [`OtherLogKey`] if that key has another name than the log.
    pub fn with_post_quantum(self, cosigner: PqCosigner) -> Result<Self, OtherLogKey> {
        if cosigner.name() != self.notes.name() {
            return Err(OtherLogKey {
                expected: self.notes.name().to_string(),
                found: cosigner.name().to_string(),
            });
        }
        Ok(Self {
            post_quantum: Some(cosigner),
            ..self
        })
    }

    /// The verifier key of the second line, if there is one.
    pub fn post_quantum(&self) -> Option<&VerifierKey> {
        self.post_quantum.as_ref().map(PqCosigner::verifier)
    }

    /// The signed checkpoint of the tree with `size` leaves and this root, whose last entry is of `time`: the time in the second line, so that
    /// every node that signs it gives the same bytes.
    pub(crate) fn checkpoint(&self, size: Size, root: Hash, time: Option<Timestamp>) -> String {
        let checkpoint = Checkpoint {
            origin: self.notes.name().clone(),
            size,
            root,
        };
        let note = checkpoint
            .sign(&self.notes)
            .expect("the origin is the signer's own name");
        let seconds = time.and_then(|time| u64::try_from(time.micros() / 1_000_000).ok());
        let time = seconds.and_then(PosixSeconds::new);
        let (Some(second), Some(time)) = (&self.post_quantum, time) else {
            return note.to_string();
        };
        let note = note.with_signature(second.cosign(&checkpoint, time));
        note.expect("a note takes more than two signatures")
            .to_string()
    }

    /// `note` with the log's own lines only: what goes into a header must not grow with the number of witnesses.
    pub(crate) fn own_lines(&self, note: &str) -> Option<String> {
        let note = Note::parse(note.as_bytes()).ok()?;
        let own = note
            .filtered(|line| line.name() == self.notes.name())
            .ok()?;
        Some(own.to_string())
    }

    /// Signs a block.
    pub(crate) fn block(&self, header: BlockHeader, entries: &[&[u8]]) -> Block {
        let Ok(block) = Block::sign(header, entries, &self.blocks);
        block
    }
}
