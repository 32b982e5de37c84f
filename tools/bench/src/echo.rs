//! The path without commit: the same subjects, accounts and connections, the same reading and signature checks in the same
//! portions, and then an answer. What it reaches is what no ledger over NATS with these signatures can exceed on this machine.

use anyhow::{Context as _, Result};
use async_nats::{Client, Subject};
use bytes::Bytes;
use cinnabar_events::Signed;
use futures::StreamExt as _;
use rayon::prelude::*;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// As many as the writer verifies at once.
const VERIFY_AT_ONCE: usize = 256;
/// Portions that may wait to be answered, as with the writer.
const ANSWERS_WAITING: usize = 4;

/// Answers requests on `subject` with `reply_bytes` of nothing, until the connection is closed.
pub(crate) async fn serve(client: &Client, subject: &str, reply_bytes: usize) -> Result<()> {
    let mut requests = client
        .subscribe(subject.to_owned())
        .await
        .context("subscribing")?;
    client.flush().await.context("subscribing")?;
    let (queue, mut waiting) = mpsc::channel::<(Bytes, Subject)>(cinnabar_ledger::QUEUE_MAX);
    let (answers, checked) = std::sync::mpsc::sync_channel::<Vec<Subject>>(ANSWERS_WAITING);
    tokio::spawn(async move {
        while let Some(message) = requests.next().await {
            let Some(reply) = message.reply else { continue };
            if queue.send((message.payload, reply)).await.is_err() {
                return;
            }
        }
    });
    std::thread::spawn(move || {
        let mut batch = Vec::with_capacity(VERIFY_AT_ONCE);
        while waiting.blocking_recv_many(&mut batch, VERIFY_AT_ONCE) > 0 {
            let good = batch.par_drain(..).filter_map(|(body, reply)| {
                let verified = Signed::parse_request(&body).and_then(Signed::verify);
                verified.is_ok().then_some(reply)
            });
            if answers.send(good.collect()).is_err() {
                return;
            }
        }
    });
    let (client, runtime) = (client.clone(), Handle::current());
    let body = Bytes::from(vec![b' '; reply_bytes]);
    std::thread::spawn(move || {
        for replies in checked {
            runtime.block_on(async {
                for reply in replies {
                    // Who went away misses it.
                    let _ = client.publish(reply, body.clone()).await;
                }
            });
        }
    });
    Ok(())
}
