//! The machine's own limits, measured in the same run, so that every figure is also a ratio.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use cinnabar_ledger::founding::random;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::publish::publish_fenced;
use cinnabar_ledger::nats::streams::{Replicas, StreamKind};
use ed25519_dalek::{Signer as _, SigningKey};
use rayon::prelude::*;
use rocksdb::{ColumnFamilyDescriptor, DB, Options, WriteBatch, WriteOptions};
use serde::Serialize;

use crate::stats::{median, percentile};

/// Different messages, keys and signatures that are verified around and around.
const SIGNATURES: usize = 1_024;
/// What is signed: a statement of the middle size with its encoding.
const SIGNED_BYTES: usize = 620;
/// What an entry adds to a synced batch: its bytes, and a small value under a key of no order.
const ENTRY_BYTES: usize = 1_000;
const INDEX_BYTES: usize = 40;

/// Something done one at a time, over and over.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Repeated {
    /// How often a second.
    pub(crate) per_second: f64,
    /// Median time, in microseconds.
    pub(crate) p50: f64,
}

impl Repeated {
    /// Does it again and again for `duration`.
    fn sync(duration: Duration, mut work: impl FnMut() -> Result<()>) -> Result<Self> {
        let (start, mut nanos) = (Instant::now(), Vec::new());
        while start.elapsed() < duration {
            let begun = Instant::now();
            work()?;
            nanos.push(begun.elapsed().as_nanos() as u64);
        }
        Ok(Self::of(nanos, start.elapsed()))
    }

    fn of(mut nanos: Vec<u64>, elapsed: Duration) -> Self {
        nanos.sort_unstable();
        Self {
            per_second: nanos.len() as f64 / elapsed.as_secs_f64(),
            p50: percentile(&nanos, 0.5) as f64 / 1_000.0,
        }
    }

    /// Between two.
    pub(crate) fn mean(self, other: Self) -> Self {
        Self {
            per_second: f64::midpoint(self.per_second, other.per_second),
            p50: f64::midpoint(self.p50, other.p50),
        }
    }

    pub(crate) fn median(runs: &[Self]) -> Self {
        Self {
            per_second: median(runs.iter().map(|run| run.per_second)),
            p50: median(runs.iter().map(|run| run.p50)),
        }
    }
}

/// Ed25519 verifications a second (`verify_strict`, keys decoded before), all cores busy.
pub(crate) fn verifications(duration: Duration) -> f64 {
    let signed: Vec<_> = (0..SIGNATURES)
        .into_par_iter()
        .map(|index| {
            let seed = blake3::hash(&index.to_be_bytes());
            let key = SigningKey::from_bytes(seed.as_bytes());
            let message = seed.as_bytes().repeat(SIGNED_BYTES.div_ceil(32));
            let signature = key.sign(&message);
            (key.verifying_key(), message, signature)
        })
        .collect();
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < duration {
        count += signed
            .par_iter()
            .filter(|(key, message, signature)| key.verify_strict(message, signature).is_ok())
            .count();
    }
    count as f64 / start.elapsed().as_secs_f64()
}

/// Synced batches of `entries` entries each into a RocksDB of its own in `dir`.
pub(crate) fn batches(dir: &Path, entries: u64, duration: Duration) -> Result<Repeated> {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    let families =
        ["entries", "index"].map(|name| ColumnFamilyDescriptor::new(name, Options::default()));
    let db = DB::open_cf_descriptors(&options, dir, families).context("opening a RocksDB")?;
    let (log, index) = match (db.cf_handle("entries"), db.cf_handle("index")) {
        (Some(log), Some(index)) => (log, index),
        _ => anyhow::bail!("RocksDB did not make the families"),
    };
    let mut synced = WriteOptions::default();
    synced.set_sync(true);
    let (mut entry, value) = (vec![0; ENTRY_BYTES], [0; INDEX_BYTES]);
    blake3::Hasher::new().finalize_xof().fill(&mut entry);
    let mut next = 0_u64;
    let measured = Repeated::sync(duration, || {
        let mut batch = WriteBatch::default();
        for _ in 0..entries {
            let key = next.to_be_bytes();
            batch.put_cf(log, key, &entry);
            batch.put_cf(index, &blake3::hash(&key).as_bytes()[..16], value);
            next += 1;
        }
        batch.put(b"head", next.to_be_bytes());
        db.write_opt(batch, &synced).context("writing to RocksDB")
    });
    drop(db);
    std::fs::remove_dir_all(dir).context("removing a RocksDB")?;
    measured
}

/// Fenced publishes of `bytes` bytes, one at a time, to a stream with the log's settings on the ledger's own server.
pub(crate) async fn publishes(
    operator: &Client,
    bytes: usize,
    duration: Duration,
) -> Result<Repeated> {
    let names = Names::new("bench-limits").context("a name")?;
    let context = StreamKind::Log.context(operator);
    context
        .create_stream(StreamKind::Log.expected(&names, Replicas::One))
        .await
        .context("making a stream")?;
    // Random, because the server may compress what it stores.
    let body: [u8; 256] = random().context("random bytes")?;
    let body: Vec<u8> = body.iter().copied().cycle().take(bytes).collect();
    let (body, subject) = (Bytes::from(body), names.log_subject());
    let (start, mut nanos, mut last) = (Instant::now(), Vec::new(), 0);
    while start.elapsed() < duration {
        let begun = Instant::now();
        let ack = publish_fenced(operator, &subject, body.clone(), HeaderMap::new(), last).await;
        last = ack.context("publishing")?.sequence;
        nanos.push(begun.elapsed().as_nanos() as u64);
    }
    let elapsed = start.elapsed();
    context
        .delete_stream(names.log_stream())
        .await
        .context("deleting the stream")?;
    Ok(Repeated::of(nanos, elapsed))
}

/// Bytes of a block with so many entries.
pub(crate) fn block_bytes(entries: u64) -> usize {
    ENTRY_BYTES.saturating_mul(usize::try_from(entries).unwrap_or(usize::MAX))
}
