//! Reading the whole stream once in a turn, behind the writer's back: a server that ended well trusts its index, and finds a damaged
//! message only when somebody asks for it. Then it says that there is none, while its count still has it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::StreamDamage;
use crate::stream::{LogStream, ReadFailure};

/// Messages asked for at once: few, so that nobody else waits for the disk.
const READ_AHEAD: usize = 4;
/// Pause before going on when the server does not answer.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Reads what was there when the turn began.
pub(crate) struct Patrol {
    pub(crate) stream: LogStream,
    /// The last message to be read.
    pub(crate) last: u64,
    /// Where the first message stands that can't be read; 0 while there is none.
    pub(crate) unreadable: Arc<AtomicU64>,
    /// Whether this node may refill the stream: else it only says what is wrong.
    pub(crate) may_refill: bool,
    pub(crate) alarm: watch::Sender<Option<String>>,
    pub(crate) turn: CancellationToken,
}

impl Patrol {
    /// Ends the turn if a message can't be read and this node may refill the stream.
    pub(crate) async fn run(self) {
        let mut next = 1;
        let found = loop {
            let read = tokio::select! {
                () = self.turn.cancelled() => return,
                read = self.read(&mut next) => read,
            };
            match read {
                Ok(None) => return,
                Ok(Some(sequence)) => break sequence,
                // A stream that is gone is noticed elsewhere.
                Err(failure) if failure.is_missing() => return,
                Err(_) => tokio::time::sleep(RETRY_PAUSE).await,
            }
        };
        let damage = StreamDamage::Unreadable { sequence: found };
        tracing::error!(%damage, "The log stream is damaged.");
        if self.may_refill {
            self.unreadable.store(found, Ordering::Relaxed);
            self.turn.cancel();
        } else {
            let why = format!(
                "{damage}; every entry is in the replicas: refill it with cinnabar node --config FILE --refill"
            );
            self.alarm.send_replace(Some(why));
        }
    }

    /// Reads on from `next`; the first message that isn't there.
    async fn read(&self, next: &mut u64) -> Result<Option<u64>, ReadFailure> {
        let mut messages = futures::stream::iter(*next..=self.last)
            .map(|sequence| self.stream.readable(sequence))
            .buffered(READ_AHEAD);
        while let Some(message) = messages.next().await {
            if message?.is_none() {
                return Ok(Some(*next));
            }
            *next += 1;
        }
        Ok(None)
    }
}
