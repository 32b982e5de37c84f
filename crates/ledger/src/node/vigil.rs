//! An eye on the log stream, and on the writer itself, while this node writes.

use std::time::{Duration, Instant};

use cinnabar_store::{Position, Store};
use tokio_util::sync::CancellationToken;

use super::STREAM_LOOK;
use crate::contact::Contact;
use crate::lease::Lease;
use crate::refill::StreamDamage;
use crate::stream::{LogStream, StreamState};

/// A writer whose own disk takes no block for so long lets another write. Slow syncs take a second or two.
const STALL_MAX: Duration = Duration::from_millis(2_500);

/// Whether a stream must be joined anew: it is of another generation, or lacks something.
pub(super) fn is_another(state: &StreamState, position: Position) -> bool {
    state.generation.number != position.generation || StreamDamage::of(state, position).is_some()
}

/// Looks after the stream while this node writes, and after the writer.
pub(super) struct Watch {
    pub(super) stream: LogStream,
    pub(super) store: Store,
    /// Of the stream, when the turn began.
    pub(super) generation: u32,
    pub(super) lease: Lease,
    pub(super) turn: CancellationToken,
    pub(super) contact: Contact,
}

impl Watch {
    /// Ends the turn if the stream is another one or lacks something, and where another node may write, also if blocks are
    /// published and this node's own disk takes none.
    pub(super) async fn run(self) {
        let mut stalled: Option<(Position, Instant)> = None;
        loop {
            tokio::select! {
                () = self.turn.cancelled() => return,
                () = tokio::time::sleep(STREAM_LOOK) => {}
            }
            // Before the stream is asked: it never has less than was applied then.
            let stored = self.store.position();
            let position = Position {
                generation: self.generation,
                // Until the first block of the turn is applied, the store may be in another generation.
                stream_sequence: match stored.generation == self.generation {
                    true => stored.stream_sequence,
                    false => 0,
                },
                epoch: stored.epoch,
            };
            let state = match self.stream.state().await {
                Ok(state) => {
                    self.contact.heard();
                    state
                }
                Err(failure) if failure.is_missing() => {
                    tracing::error!("The log stream is gone; this node stops writing.");
                    return self.turn.cancel();
                }
                Err(failure) => {
                    self.contact.missed(&failure);
                    continue;
                }
            };
            if is_another(&state, position) {
                tracing::error!(
                    ?state,
                    ?position,
                    "The log stream is not what it was; this node stops writing."
                );
                return self.turn.cancel();
            }
            let waits = self.lease == Lease::Shared && state.last > position.stream_sequence;
            stalled = match stalled.filter(|_| waits) {
                Some((since, at)) if since == position => {
                    if at.elapsed() >= STALL_MAX {
                        tracing::error!(
                            stream.last = state.last,
                            ?position,
                            "This node's disk takes no blocks; another may write."
                        );
                        return self.turn.cancel();
                    }
                    Some((since, at))
                }
                Some(_) | None => waits.then(|| (position, Instant::now())),
            };
        }
    }
}
