//! Statements signed beside the load, where there are too many of them to be signed in advance.

use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::load::Source;
use crate::mix::Mix;

/// Statements that are signed at once. Much more than are ever in flight, so that what a statement needs, which goes out before all of
/// the part before its own, is recorded when its turn comes.
const PART: u64 = 10_000;
const _: () = assert!(PART > 2 * cinnabar_ledger::QUEUE_MAX as u64);
/// Parts that wait to be sent.
const PARTS_WAITING: usize = 2;

/// A thread that signs for as long as somebody takes.
pub(crate) struct Signing {
    pub(crate) source: Arc<Source>,
    thread: thread::JoinHandle<Mix>,
}

impl Signing {
    pub(crate) fn start(mut mix: Mix) -> Result<Self> {
        let (parts, signed) = mpsc::channel(PARTS_WAITING);
        let sign = move || {
            let mut ready: Vec<Bytes> = Vec::new();
            loop {
                let batch = mix.batch(PART);
                let mut part = batch.before;
                part.append(&mut ready);
                if parts.blocking_send(part).is_err() {
                    return mix;
                }
                ready = batch.statements;
            }
        };
        Ok(Self {
            source: Source::streamed(signed),
            thread: thread::Builder::new()
                .name("signers".to_owned())
                .spawn(sign)
                .context("starting a thread")?,
        })
    }

    /// Ends it. What was signed and not sent is lost.
    pub(crate) async fn stop(self) -> Result<Mix> {
        self.source.close().await;
        let joined = tokio::task::spawn_blocking(|| self.thread.join()).await;
        joined
            .context("waiting for a thread")?
            .map_err(|_| anyhow::anyhow!("the signers panicked"))
    }
}
