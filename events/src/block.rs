//! Blocks: the entries of one batch, as one message of the log stream.
//!
//! The body is the entries in tlog entry-bundle encoding (`u16` big-endian length, bytes). The
//! headers say where the block belongs and are signed with the log key; see `events/README.md`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::{EntryHash, LedgerId, PublicKey};
use crate::id::Sequence;
use crate::signature::{Signature, SignatureBytes, Signer};

/// Most entries of a block. More make receipts wait for little: at 512 the fixed cost of a commit is spread thin.
pub const BLOCK_MAX_ENTRIES: usize = 512;
/// Most bytes of a block's body, unless it is one entry: well below the server's largest message.
pub const BLOCK_MAX_BYTES: usize = 512 * 1024;
/// Version of the block format, as it stands in the headers.
const BLOCK_VERSION: &str = "1";

/// Header names. All start alike, so that a reader finds them together.
mod header {
    pub(super) const VERSION: &str = "Cinnabar-Block";
    pub(super) const LEDGER: &str = "Cinnabar-Ledger";
    pub(super) const EPOCH: &str = "Cinnabar-Epoch";
    pub(super) const FIRST: &str = "Cinnabar-First";
    pub(super) const COUNT: &str = "Cinnabar-Count";
    pub(super) const PREV: &str = "Cinnabar-Prev";
    pub(super) const HEAD: &str = "Cinnabar-Head";
    pub(super) const CHECKPOINT: &str = "Cinnabar-Checkpoint";
    pub(super) const SIGNATURE: &str = "Cinnabar-Signature";
}

/// Where a block belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockHeader {
    /// Whose ledger.
    pub ledger: LedgerId,
    /// Number of the writer's term; a new writer starts the next one with an empty block.
    pub epoch: u64,
    /// Sequence of the first entry; of the next one to come if there is none.
    pub first: Sequence,
    /// Number of entries.
    pub count: u32,
    /// Hash of the last entry before the block.
    pub prev: EntryHash,
    /// Hash of the last entry of the block; `prev` if there is none.
    pub head: EntryHash,
    /// The signed checkpoint over everything before the block; empty before the first entry.
    pub checkpoint: String,
}

/// One block: header, signature over header and body, body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    header: BlockHeader,
    signature: SignatureBytes,
    body: Vec<u8>,
}

/// A message is no block of this ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockFault {
    /// A header is missing.
    #[error("header {0} is missing")]
    HeaderMissing(&'static str),
    /// A header has a value that it can't have.
    #[error("header {0} has an impossible value")]
    HeaderInvalid(&'static str),
    /// A format that this release doesn't know.
    #[error("block format {0:?} is not known here")]
    Version(String),
    /// Signed by nobody who may.
    #[error("the signature is not the log key's")]
    Signature,
    /// The body isn't `count` entries.
    #[error("the body is not {count} length-prefixed entries")]
    Body {
        /// Entries that the header promises.
        count: u32,
    },
}

impl BlockFault {
    /// Whether it says to be of a later format: not to be skipped, because whoever skipped it would go on where it stands.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        let number = |text: &str| text.parse::<u32>().ok();
        matches!(self, Self::Version(found) if number(found) > number(BLOCK_VERSION))
    }
}

impl BlockHeader {
    /// What is signed: nine lines, each ended by a line feed.
    fn signed_text(&self, body: &[u8]) -> Vec<u8> {
        format!(
            "cinnabar block v{BLOCK_VERSION}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.ledger,
            self.epoch,
            self.first,
            self.count,
            self.prev,
            self.head,
            blake3::hash(body).to_hex(),
            blake3::hash(self.checkpoint.as_bytes()).to_hex(),
        )
        .into_bytes()
    }
}

impl Block {
    /// Signs a block of `entries` (their bytes, in order) with the log key.
    ///
    /// # Errors
    /// What the signer says.
    ///
    /// # Panics
    /// If an entry is longer than 65,535 bytes: entries are checked when they are made.
    pub fn sign<S: Signer>(
        header: BlockHeader,
        entries: &[&[u8]],
        log_key: &S,
    ) -> Result<Self, S::Error> {
        let mut body = Vec::with_capacity(entries.iter().map(|entry| entry.len() + 2).sum());
        for entry in entries {
            cinnabar_tlog::push_entry(&mut body, entry).expect("an entry fits a leaf");
        }
        let signature = log_key.sign(&header.signed_text(&body))?;
        Ok(Self {
            header,
            signature,
            body,
        })
    }

    /// Where it belongs.
    pub fn header(&self) -> &BlockHeader {
        &self.header
    }
    /// The body, as published.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The entries' bytes, in order.
    pub fn entries(&self) -> Vec<&[u8]> {
        cinnabar_tlog::decode_entries(&self.body, BLOCK_MAX_ENTRIES)
            .expect("signing and parsing both made sure of it")
    }

    /// The message headers, by name.
    pub fn to_headers(&self) -> BTreeMap<&'static str, String> {
        let BlockHeader {
            ledger,
            epoch,
            first,
            count,
            prev,
            head,
            checkpoint,
        } = &self.header;
        BTreeMap::from([
            (header::VERSION, BLOCK_VERSION.to_owned()),
            (header::LEDGER, ledger.to_string()),
            (header::EPOCH, epoch.to_string()),
            (header::FIRST, first.to_string()),
            (header::COUNT, count.to_string()),
            (header::PREV, prev.to_string()),
            (header::HEAD, head.to_string()),
            (header::CHECKPOINT, STANDARD.encode(checkpoint)),
            (header::SIGNATURE, self.signature.to_string()),
        ])
    }

    /// Reads a message of the log stream. `header` gives a header's value by name; `log_key` is who may sign.
    ///
    /// # Errors
    /// [`BlockFault`]: the message is no block and is to be skipped, unless it [is newer](BlockFault::is_newer).
    pub fn parse<'h>(
        header: impl Fn(&'static str) -> Option<&'h str>,
        body: Vec<u8>,
        log_key: &PublicKey,
    ) -> Result<Self, BlockFault> {
        let text = |name| header(name).ok_or(BlockFault::HeaderMissing(name));
        match text(header::VERSION)? {
            BLOCK_VERSION => {}
            other => return Err(BlockFault::Version(other.chars().take(20).collect())),
        }
        let checkpoint = STANDARD
            .decode(text(header::CHECKPOINT)?)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let parsed = BlockHeader {
            ledger: value(header::LEDGER, &text)?,
            epoch: value(header::EPOCH, &text)?,
            first: Sequence::new(value(header::FIRST, &text)?),
            count: value(header::COUNT, &text)?,
            prev: value(header::PREV, &text)?,
            head: value(header::HEAD, &text)?,
            checkpoint: checkpoint.ok_or(BlockFault::HeaderInvalid(header::CHECKPOINT))?,
        };
        let sig: SignatureBytes = value(header::SIGNATURE, &text)?;
        crate::signature::verify(
            &parsed.signed_text(&body),
            &Signature { key: *log_key, sig },
        )
        .map_err(|_| BlockFault::Signature)?;
        let entries = cinnabar_tlog::decode_entries(&body, BLOCK_MAX_ENTRIES)
            .map_or(None, |entries| u32::try_from(entries.len()).ok());
        if entries != Some(parsed.count) {
            return Err(BlockFault::Body {
                count: parsed.count,
            });
        }
        Ok(Self {
            header: parsed,
            signature: sig,
            body,
        })
    }
}

/// A header's value, if it stands there in its one spelling: no `+1` and no `01`, which another implementation
/// would sign, and so take or skip, differently.
fn value<'h, T: std::str::FromStr + std::fmt::Display>(
    name: &'static str,
    text: &impl Fn(&'static str) -> Result<&'h str, BlockFault>,
) -> Result<T, BlockFault> {
    let text = text(name)?;
    text.parse()
        .ok()
        .filter(|value: &T| value.to_string() == text)
        .ok_or(BlockFault::HeaderInvalid(name))
}
