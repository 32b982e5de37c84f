//! Either store rebuilds the other: how a log stream that was lost or damaged is filled again from a replica.
//!
//! The other direction is `Replica::follow`: a replica that was lost is read back from the stream. Both ways every block is
//! checked by its hash, and what head file, mark and witnesses know must be there at the end.
//!
//! **Generations.** The stream made at the beginning is generation 0. One that has to be made anew is the next: the same name
//! and subject, so that no right and no configuration changes, and the number in the stream's own metadata ([`Generation`]),
//! which are written when the stream is made and never after. They also say how many entries the stream is going to have, so that
//! nobody writes to one that is still being filled. A replica keeps generation and sequence of the block that it applied last; when it
//! finds another generation it looks for that block by hash, and goes on behind it. Sequences in the stream mean nothing
//! beyond their generation: messages that were passed over are not filled in again.
//!
//! **The same bytes.** A replica has the entries, where each block began and ended, its term, and the checkpoint before it; the log
//! key signs deterministically (RFC 8032 §5.1.6). So the blocks come out as they were.
//!
//! **When, and by whom.** A stream that only lacks its end is completed in place. Any other damage makes a new
//! generation, after all that can still be read was compared with the replica, and taken over where it goes on behind it. On one
//! machine this happens by itself, on a cluster by the operator's command: there another replica may have more.
//!
//! [`Generation`]: crate::nats::streams::Generation

mod blocks;
mod fill;
mod patrol;
mod place;
mod salvage;

use cinnabar_store::{Position, StoreError};

use crate::nats::publish::PublishFailure;
use crate::nats::streams::StreamError;
use crate::replica::Divergence;
use crate::stream::{LogStream, ReadFailure, StreamState};

pub(crate) use fill::{Filling, published_checkpoint, renew_others};
pub(crate) use patrol::Patrol;
pub(crate) use place::{Stand, stand};
pub(crate) use salvage::salvage;

/// What is wrong with a log stream, as seen from a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamDamage {
    /// There is none.
    #[error("there is no log stream")]
    Missing,
    /// It ends before what was applied from it.
    #[error(
        "the log stream ends at message {stream}, this replica has applied message {applied}: it lost its tail"
    )]
    Behind {
        /// Its last message.
        stream: u64,
        /// Last message applied.
        applied: u64,
    },
    /// It is empty, though blocks were applied from it.
    #[error(
        "the log stream ends at message 0, this replica has applied message {applied}: it was lost"
    )]
    Empty {
        /// Last message applied.
        applied: u64,
    },
    /// Its beginning is gone.
    #[error("the log stream begins at message {first}: its history was cut")]
    Cut {
        /// Its first message.
        first: u64,
    },
    /// Messages in its middle are gone.
    #[error("the log stream has lost {count} messages in its middle: a damaged file")]
    Holes {
        /// How many.
        count: u64,
    },
    /// A message is there and can't be read.
    #[error("message {sequence} of the log stream can't be read: a damaged file")]
    Unreadable {
        /// The first one.
        sequence: u64,
    },
    /// An older generation came back.
    #[error(
        "the log stream is of generation {found}, this replica follows generation {known}: an old stream was put back"
    )]
    Older {
        /// Its generation.
        found: u32,
        /// The replica's.
        known: u32,
    },
    /// It is being refilled, or that was broken off.
    #[error(
        "the log stream is filled up to {found} entries of {filled_to}: it is being refilled, or that was broken off"
    )]
    Unfinished {
        /// Entries in it.
        found: u64,
        /// Entries that it is going to have.
        filled_to: u64,
    },
}

impl StreamDamage {
    /// What the stream's own state gives away, without reading a message of it.
    pub(crate) fn of(state: &StreamState, position: Position) -> Option<Self> {
        let generation = state.generation.number;
        if generation < position.generation {
            return Some(match state.last {
                0 => Self::Empty {
                    applied: position.stream_sequence,
                },
                _ => Self::Older {
                    found: generation,
                    known: position.generation,
                },
            });
        }
        if state.first > 1 || (state.messages == 0 && state.last > 0) {
            return Some(Self::Cut { first: state.first });
        }
        if state.deleted > 0 {
            let count = state.deleted;
            return Some(Self::Holes { count });
        }
        if generation > position.generation || position.stream_sequence <= state.last {
            return None;
        }
        let applied = position.stream_sequence;
        Some(match state.last {
            0 => Self::Empty { applied },
            stream => Self::Behind { stream, applied },
        })
    }

    /// Whether another node may just be about to mend it.
    pub(crate) fn may_be_being_mended(&self) -> bool {
        match self {
            Self::Unfinished { .. } => true,
            Self::Missing
            | Self::Behind { .. }
            | Self::Empty { .. }
            | Self::Cut { .. }
            | Self::Holes { .. }
            | Self::Unreadable { .. }
            | Self::Older { .. } => false,
        }
    }
}

/// Why a step of this did not work out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error(transparent)]
    Read(#[from] ReadFailure),
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error("a block could not be published")]
    Publish(#[from] PublishFailure),
    /// Somebody else writes to the stream meanwhile.
    #[error("the log stream changed while it was looked at")]
    Moved,
    /// The node must stop.
    #[error(transparent)]
    Stop(#[from] Divergence),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Stop(Divergence::Store(error))
    }
}

/// The stream is as it was when it was looked at: nothing was added meanwhile.
pub(crate) async fn unmoved(stream: &LogStream, state: &StreamState) -> Result<(), Trouble> {
    match stream.state().await? == *state {
        true => Ok(()),
        false => Err(Trouble::Moved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nats::streams::Generation;

    #[test]
    fn a_stream_is_damaged_if_it_lacks_what_it_must_have_and_only_then() {
        let generation = |number| Generation {
            number,
            filled_to: 0,
        };
        let whole = StreamState {
            generation: generation(1),
            first: 1,
            last: 9,
            messages: 9,
            deleted: 0,
        };
        let at = |generation, stream_sequence| Position {
            generation,
            stream_sequence,
            epoch: 1,
        };
        let empty = StreamState {
            first: 0,
            last: 0,
            messages: 0,
            ..whole
        };
        let with = |first, messages, deleted| StreamState {
            first,
            messages,
            deleted,
            ..whole
        };
        let (cut, emptied, holes) = (with(2, 8, 0), with(10, 0, 0), with(1, 8, 1));
        let cases = [
            (whole, at(1, 9), None),
            (whole, at(1, 3), None),
            (whole, at(0, 50), None),
            (empty, at(1, 0), None),
            (
                whole,
                at(1, 10),
                Some(StreamDamage::Behind {
                    stream: 9,
                    applied: 10,
                }),
            ),
            (empty, at(1, 1), Some(StreamDamage::Empty { applied: 1 })),
            (empty, at(2, 4), Some(StreamDamage::Empty { applied: 4 })),
            (
                whole,
                at(2, 4),
                Some(StreamDamage::Older { found: 1, known: 2 }),
            ),
            (cut, at(1, 9), Some(StreamDamage::Cut { first: 2 })),
            (emptied, at(1, 9), Some(StreamDamage::Cut { first: 10 })),
            (holes, at(1, 9), Some(StreamDamage::Holes { count: 1 })),
        ];
        for (state, position, expected) in cases {
            assert_eq!(
                StreamDamage::of(&state, position),
                expected,
                "{state:?} {position:?}"
            );
        }
    }
}
