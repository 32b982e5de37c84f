//! Joining the log stream: finding this replica's place in it and reading to its end; and refilling it, if it lacks what the replica has.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use cinnabar_store::Position;
use futures::StreamExt as _;

use super::{Node, NodeFailure, Phase, RETRY_PAUSE};
use crate::identity::LogSigner;
use crate::lease::Lease;
use crate::refill::{self, Filling, Stand, StreamDamage, Trouble};
use crate::replica::Divergence;
use crate::rollback;
use crate::setup::{MayRefill, Role};
use crate::stream::{LogMessage, LogStream, StreamState};

/// Pause before looking again whether somebody has refilled the stream.
const MENDED_LOOK: Duration = Duration::from_secs(1);
/// Times that a damage is seen before it is believed, on one machine and on a cluster, where a server may have
/// been cut off from the others: one second, and five.
const DOUBTS_ALONE: u32 = 4;
const DOUBTS_SHARED: u32 = 20;
/// How long reading waits for the next message, which the stream is known to have, before it is asked for by its sequence: a server that
/// can't read a message tells nobody who follows the stream, and passes it over.
const NEXT_WITHIN: Duration = Duration::from_secs(2);
/// How often it is said how far reading has come.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// How reading the stream to its end came out.
enum ReadOn {
    /// At its end.
    Whole,
    /// It didn't work out, and wants trying again.
    Interrupted,
    /// What comes next can't be read.
    Damaged(StreamDamage),
}

impl Node {
    /// The same for what refilling runs into; `None` also if the stream changed meanwhile.
    async fn bear<T>(&self, result: Result<T, Trouble>) -> Result<Option<T>, NodeFailure> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Trouble::Stop(divergence)) => Err(divergence.into()),
            Err(Trouble::Read(failure)) => Ok(self.patiently(Err(failure)).await),
            Err(trouble @ (Trouble::Stream(_) | Trouble::Publish(_) | Trouble::Moved)) => {
                tracing::warn!(trouble = %crate::causes(&trouble), "The log stream can't be mended just now; trying again.");
                self.pause(RETRY_PAUSE).await;
                Ok(None)
            }
        }
    }

    pub(super) async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.setup.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    /// Finds the stream and reads it to its end; `None` if that didn't work out and wants trying again. A stream that lacks what the
    /// replica has is refilled, where that is allowed.
    pub(super) async fn join(&mut self) -> Result<Option<LogStream>, NodeFailure> {
        let found = LogStream::find(&self.setup.client, &self.setup.names).await;
        let Some(found) = self.patiently(found).await else {
            return Ok(None);
        };
        if !matches!(*self.tell.borrow(), Phase::Following) {
            self.tell.send_replace(Phase::CatchingUp);
        }
        let Some(stream) = found else {
            self.mend(None, StreamDamage::Missing).await?;
            return Ok(None);
        };
        let Some(state) = self.patiently(stream.state().await).await else {
            return Ok(None);
        };
        let (store, position) = (&self.setup.store, self.replica.position());
        let stand = refill::stand(&stream, &state, &self.setup.identity, store, position).await;
        let position = match self.bear(stand).await? {
            None => return Ok(None),
            Some(Stand::At(position)) => position,
            Some(Stand::Damaged(damage)) => {
                self.mend(Some((&stream, &state)), damage).await?;
                return Ok(None);
            }
        };
        self.replica.go_on_at(position);
        match self.read_on(&stream, state.last).await? {
            ReadOn::Whole => {}
            ReadOn::Interrupted => return Ok(None),
            ReadOn::Damaged(damage) => {
                self.mend(Some((&stream, &state)), damage).await?;
                return Ok(None);
            }
        }
        let size = self.setup.store.head().size.get();
        if size < state.generation.filled_to {
            let damage = StreamDamage::Unfinished {
                found: size,
                filled_to: state.generation.filled_to,
            };
            self.mend(Some((&stream, &state)), damage).await?;
            return Ok(None);
        }
        let sequence = self.unreadable.load(Ordering::Relaxed);
        if sequence > 0 {
            let damage = StreamDamage::Unreadable { sequence };
            self.mend(Some((&stream, &state)), damage).await?;
            return Ok(None);
        }
        if position.stream_sequence > 0 {
            // The stream has the block where this replica stood: it is the one of before, and was read to its end.
            let settled = self.setup.store.settle_restored();
            settled.map_err(Divergence::Note)?;
        }
        self.look_for_rollback()?;
        self.doubts = 0;
        Ok(Some(stream))
    }

    /// Reads on to the message `last`.
    async fn read_on(&mut self, stream: &LogStream, last: u64) -> Result<ReadOn, NodeFailure> {
        let from = self.replica.position().stream_sequence;
        if from >= last {
            return Ok(ReadOn::Whole);
        }
        if self.setup.store.head().size.is_zero() {
            tracing::warn!(
                blocks = last,
                "There are no entries here: the replica is built from the log stream."
            );
        }
        let Some(mut messages) = self.patiently(stream.follow(from + 1).await).await else {
            return Ok(ReadOn::Interrupted);
        };
        let mut told = Instant::now();
        while self.replica.position().stream_sequence < last {
            let message = tokio::select! {
                () = self.setup.stop.cancelled() => return Ok(ReadOn::Interrupted),
                message = messages.next() => message,
                () = tokio::time::sleep(NEXT_WITHIN) => return Ok(self.what_is_next(stream).await),
            };
            let Some(message) = message else {
                return Ok(ReadOn::Interrupted);
            };
            let Some(message) = self.patiently(message).await else {
                return Ok(ReadOn::Interrupted);
            };
            if self.passes_over(&message) {
                return Ok(self.what_is_next(stream).await);
            }
            tokio::task::block_in_place(|| self.replica.follow(&message))?;
            if told.elapsed() >= PROGRESS_EVERY {
                told = Instant::now();
                let size = self.setup.store.head().size.get();
                let at = self.replica.position().stream_sequence;
                tracing::info!(
                    message = at,
                    of = last,
                    ledger.size = size,
                    "Reading the log stream."
                );
            }
        }
        Ok(ReadOn::Whole)
    }

    /// Whether a message comes without the one before it.
    pub(super) fn passes_over(&self, message: &LogMessage) -> bool {
        message.sequence > self.replica.position().stream_sequence + 1
    }

    /// Asks for the next message by its sequence: damaged, if the server says that it has none.
    async fn what_is_next(&self, stream: &LogStream) -> ReadOn {
        let sequence = self.replica.position().stream_sequence + 1;
        match self.patiently(stream.readable(sequence).await).await {
            Some(None) => ReadOn::Damaged(StreamDamage::Unreadable { sequence }),
            // It is there, or nobody knows: whoever follows anew gets it.
            Some(Some(_)) | None => {
                tracing::warn!(
                    stream.sequence = sequence,
                    "The next message of the log stream did not come; reading anew."
                );
                ReadOn::Interrupted
            }
        }
    }

    /// Refills the stream, if this node may. If not: a reader says so and waits, a writer stops.
    async fn mend(
        &mut self,
        old: Option<(&LogStream, &StreamState)>,
        damage: StreamDamage,
    ) -> Result<(), NodeFailure> {
        let (signer, lease) = match &self.setup.role {
            Role::Writer { signer, lease, .. } => (signer.clone(), *lease),
            Role::Reader => {
                let why = damage.to_string();
                tracing::error!(
                    reason = why,
                    "This reader goes on with what it has, and waits."
                );
                self.alarm.send_replace(Some(why));
                self.pause(MENDED_LOOK).await;
                return Ok(());
            }
        };
        let right = self.precautions.refill.clone();
        if right.is_none() && damage.may_be_being_mended() {
            tracing::warn!(reason = %damage, "Waiting until the log stream is refilled; if nobody does it: cinnabar node --config FILE --refill");
            self.pause(MENDED_LOOK).await;
            return Ok(());
        }
        // A server that just came up, or lost the lead without knowing it, may know too little.
        self.doubts += 1;
        let certain = match lease {
            Lease::Alone => DOUBTS_ALONE,
            Lease::Shared => DOUBTS_SHARED,
        };
        if self.doubts < certain {
            tracing::warn!(reason = %damage, "The log stream lacks something; looking again.");
            self.pause(RETRY_PAUSE).await;
            return Ok(());
        }
        let Some(right) = right else {
            return Err(Divergence::Stream(damage).into());
        };
        tracing::error!(reason = %damage, "The log stream is refilled from this replica.");
        let mended = self.refill(old, damage, &right, &signer).await;
        if let Some(position) = self.bear(mended).await? {
            self.unreadable.store(0, Ordering::Relaxed);
            self.replica.go_on_at(position);
        }
        Ok(())
    }

    /// Takes over what the stream still has, makes sure that this replica has everything, and fills the stream from it.
    async fn refill(
        &mut self,
        old: Option<(&LogStream, &StreamState)>,
        damage: StreamDamage,
        right: &MayRefill,
        signer: &LogSigner,
    ) -> Result<Position, Trouble> {
        let setup = &self.setup;
        let (client, names, identity) = (&setup.client, &setup.names, &setup.identity);
        let published = refill::published_checkpoint(client, names, identity).await;
        refill::renew_others(right, names).await?;
        if let Some((stream, state)) = old {
            refill::salvage(stream, state, &mut self.replica, &setup.store, identity).await?;
        }
        self.look_for_rollback()?;
        if self.precautions.recovery.is_none()
            && let Some(lost) =
                rollback::look(&self.setup.store, published.as_slice()).map_err(Trouble::Stop)?
        {
            return Err(Divergence::from(lost).into());
        }
        let filling = Filling {
            client: &self.setup.client,
            names: &self.setup.names,
            identity: &self.setup.identity,
            store: &self.setup.store,
            signer,
            position: self.replica.position(),
        };
        match (old, damage) {
            (
                Some((stream, state)),
                StreamDamage::Behind { .. } | StreamDamage::Unfinished { .. },
            ) => {
                if let Some(position) = filling.complete(stream, state).await? {
                    return Ok(position);
                }
            }
            (
                _,
                StreamDamage::Missing
                | StreamDamage::Empty { .. }
                | StreamDamage::Cut { .. }
                | StreamDamage::Holes { .. }
                | StreamDamage::Unreadable { .. }
                | StreamDamage::Older { .. }
                | StreamDamage::Behind { .. }
                | StreamDamage::Unfinished { .. },
            ) => {}
        }
        filling.next_generation(right, old).await
    }
}
