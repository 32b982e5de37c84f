#![doc = include_str!("../README.md")]

mod block;
pub mod canonical;
mod cloudevent;
mod decode;
mod encode;
mod entry;
mod id;
mod instant;
pub mod kinds;
pub mod receipt;
pub mod rulebook;
mod signature;
mod statement;
mod text;

pub use block::{BLOCK_MAX_BYTES, BLOCK_MAX_ENTRIES, Block, BlockFault, BlockHeader};
pub use cloudevent::{CloudEvent, header_value};
pub use decode::{Violation, decode};
pub use encode::{NotEncodable, encode};
pub use entry::{DossierLink, Entry, MAX_ENTRY_BYTES};
pub use id::{
    Class, Commitment, EntryHash, Id, LedgerId, NotAnId, PublicKey, Revision, Sequence, ShortName,
    StatementId, Subject,
};
pub use instant::{Date, NotATime, Timestamp, When};
pub use kinds::{Code, Kind, Payload};
pub use receipt::Receipt;
pub use rulebook::Rulebook;
pub use signature::{
    BadSignature, NotASignature, PAYLOAD_TYPE, Signature, SignatureBytes, Signer,
    pre_authentication_encoding, sign, verify,
};
pub use statement::{
    Basis, MAX_CONCERNS, MAX_REQUEST_BYTES, MAX_SIGNERS, MAX_STATEMENT_BYTES, Malformed, Migrated,
    Signed, SignerClaim, Statement, Unwritable, Verified,
};
pub use text::{BadLength, Listed, Name, Prose, Summary, Text};
