#![doc = include_str!("../README.md")]

mod block;
pub mod calendar;
pub mod canonical;
mod cloudevent;
pub mod deadline;
mod decode;
mod dossier;
mod encode;
mod entry;
mod hash;
mod id;
mod instant;
pub mod kinds;
pub mod receipt;
pub mod rulebook;
mod schema;
mod signature;
mod signed;
mod statement;
mod text;

pub use block::{BLOCK_MAX_BYTES, BLOCK_MAX_ENTRIES, Block, BlockFault, BlockHeader};
pub use cloudevent::{CloudEvent, header_value};
pub use decode::{Violation, decode};
pub use dossier::{dossier_key, dossier_value};
pub use encode::{NotEncodable, encode};
pub use entry::{DossierLink, Entry, MAX_ENTRY_BYTES};
pub use hash::{ChapterDigest, Commitment, EntryHash, LedgerId, PublicKey, SparseRoot};
pub use id::{Class, Id, NotAnId, Revision, Sequence, ShortName, StatementId, Subject};
pub use instant::{Date, NotATime, Timestamp, When};
pub use kinds::{Code, Kind, Payload};
pub use receipt::{Receipt, ReceiptWriter};
pub use rulebook::Rulebook;
pub use signature::{
    BadSignature, NotASignature, PAYLOAD_TYPE, Signature, SignatureBytes, Signer,
    pre_authentication_encoding, sign, verify,
};
pub use signed::{MAX_REQUEST_BYTES, Signed, Verified};
pub use statement::{
    Basis, MAX_CONCERNS, MAX_SIGNERS, MAX_STATEMENT_BYTES, Malformed, Migrated, SignerClaim,
    Statement, Unwritable,
};
pub use text::{BadLength, Listed, Name, Prose, Summary, Text};
