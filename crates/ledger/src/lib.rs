//! The writer and the wire: from a request to a receipt, and from the log stream to the replica.
//!
//! In scope: intake, verify, admit, chain, commit; reading the log stream; the feed; the lease.
//! Out of scope: the rules (`cinnabar-governance`), RocksDB (`cinnabar-store`), HTTP (`cinnabar-api`).
//!
//! The life of one statement, file by file: [`intake`] takes the request, `writer` drains the queue
//! and verifies, `draft` admits and chains, `commit` publishes the block and applies it, `answer`
//! sends the receipt. [`replica`] is how every node follows the log stream; [`node`] decides who writes.

mod answer;
pub mod client;
mod clock;
mod commit;
pub mod confidential;
mod contact;
mod draft;
pub mod embedded;
mod erasures;
mod feed;
pub mod founding;
mod identity;
mod indexer;
pub mod intake;
mod lease;
pub mod nats;
pub mod node;
mod opening;
mod pace;
mod problem;
mod refill;
pub mod replica;
mod request;
mod rollback;
mod secrets;
mod setup;
mod space;
mod stream;
mod writer;

pub use clock::{Clock, ClockJump};
pub use contact::{Contact, SILENCE_MAX};
pub use identity::{BadLogKey, Identity, LogSigner, OtherLogKey};
pub use lease::Lease;
pub use pace::Pace;
pub use problem::Problem;
pub use refill::StreamDamage;
pub use request::{Answer, LocalRequest, Mode, QUEUE_MAX};
pub use rollback::RecoveryRefused;
pub use space::Pending;

/// An error with its causes, for a log line: each `Display` leaves out its source.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
