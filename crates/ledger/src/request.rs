//! Requests in the queue, and the answers to them.

use std::time::Instant;

use bytes::Bytes;
use cinnabar_events::{MAX_REQUEST_BYTES, Sequence};
use tokio::sync::oneshot;

use crate::problem::Problem;

/// Most requests that wait in front of the writer: eight full blocks. What is beyond is told to come
/// again, at once. At [`MAX_REQUEST_BYTES`] and the most openings each they hold
/// 290 MB, at 600 bytes each 3 MB.
pub const QUEUE_MAX: usize = 8 * cinnabar_events::BLOCK_MAX_ENTRIES;
const _: () =
    assert!(QUEUE_MAX * (MAX_REQUEST_BYTES + crate::confidential::OPENINGS_MAX_BYTES) < 320 << 20);

/// What to do with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Record it.
    Record,
    /// Only say whether it would be recorded now.
    Check,
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is recorded.
    Recorded {
        /// The receipt.
        receipt: Vec<u8>,
        /// It was recorded before; this is the receipt for the same entry.
        again: bool,
        /// The confidential values that the statement asks to see, as JSON.
        openings: Option<Vec<u8>>,
    },
    /// It would be recorded now.
    Admissible,
    /// It is not recorded, and why.
    Refused(Box<Problem>),
}

/// Where an answer goes.
#[derive(Debug)]
pub(crate) enum Reply {
    /// To a NATS subject.
    Nats(async_nats::Subject),
    /// Within the process.
    Local(oneshot::Sender<Answer>),
}

/// A request made within the process.
pub type LocalRequest = (Bytes, Mode, oneshot::Sender<Answer>);

/// One request in the queue.
#[derive(Debug)]
pub(crate) struct Request {
    /// `{"signatures":[…],"statement":{…}}`, and on a second line the openings, if there are any.
    pub(crate) body: Bytes,
    pub(crate) mode: Mode,
    pub(crate) reply: Reply,
    /// When it was taken.
    pub(crate) asked: Instant,
}

/// What the writer decided about a request. Told only after the block that it depends on is durable.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// Recorded at this sequence.
    Recorded(Sequence),
    /// Recorded before, at this sequence.
    Again(Sequence),
    /// Would be recorded.
    Admissible,
    /// Not recorded.
    Refused(Box<Problem>),
}
