//! A long ledger: what an append, memory, a start after kill -9 and the disk come to at its size.

mod report;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use cinnabar_ledger::nats::streams::StreamKind;
use serde::Serialize;
use tokio::runtime::Handle;

use crate::args::Growth;
use crate::load::{Seen, Source, closed};
use crate::machine::{Machine, free, occupied};
use crate::mix::Mix;
use crate::progress;
use crate::rig::{Rig, below, compact};
use crate::signing::Signing;
use crate::stats::Spread;
use crate::writer::{FOLD, FOLLOW, HOLD};
use crate::{limits, oracle};

use report::Report;

/// Entries recorded between two lines of progress.
const SLICE: u64 = 100_000;
/// Of a slice so many receipts are kept for the audit.
const KEPT: usize = 16;
/// What the loops of the smaller size may add to the ledger, in all: a part of what is there.
const ADDED: u64 = 4;
/// The ledger is measured at so many parts of its length, and at all of it.
const TENTH: u64 = 10;
/// Fewest statements of one append loop, and most a second that are signed for it.
const LOOP_MIN: u64 = 10_000;
const LOOP_FASTEST: u64 = 50_000;
/// How long the writer is under load before it is killed.
const LOAD_BEFORE_KILL: Duration = Duration::from_secs(2);
/// How often it is killed.
const KILLS: usize = 3;
/// Bytes of disk for each entry: store, log and feed, and as much again while RocksDB compacts.
const DISK_AN_ENTRY: u64 = 5_000;
/// And for each entry in the views: each revision is a row, with its texts indexed.
const VIEWS_AN_ENTRY: u64 = 5_500;
/// The whole of the time that a loop may take: it ends when its statements are sent.
const NO_END: Duration = Duration::from_secs(24 * 3600);
const GIB: u64 = 1 << 30;

/// What was found at one size.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Point {
    /// Entries when it was measured: before the loops.
    entries: u64,
    /// Receipts a second, feed held, after compaction and a fresh start of the writer.
    append: Spread,
    /// Answers a second of nothing but signature checks, meanwhile: a machine that became slower shows.
    verifications: f64,
    /// Resident memory of the writer after the loops, in KiB; and the most that it ever had.
    memory: u64,
    memory_most: u64,
    /// The same of the writer that built the ledger up to here.
    memory_built: u64,
    /// Entries a second that the feed took afterwards.
    feed_drained: f64,
    /// How long the compaction took, in seconds.
    compaction: f64,
    /// Bytes of RocksDB after it.
    rocksdb: u64,
    /// How long a start took after an orderly stop, in seconds.
    start: f64,
}

/// A part of the building, feed live and signers beside.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Slice {
    /// Entries at its end.
    entries: u64,
    /// Receipts a second.
    rate: f64,
    /// How many entries the feed was behind then.
    feed_behind: u64,
}

/// A start after kill -9.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Restart {
    /// Seconds from the start of the process until it writes.
    ready: f64,
    /// Until a submitter had a receipt.
    first_receipt: f64,
}

/// What is on the disk at the end, in bytes.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sizes {
    entries: u64,
    rocksdb: u64,
    log: u64,
    feed: u64,
    views: Option<u64>,
}

/// Builds the ledger and measures it.
pub(crate) async fn measure(args: &Growth, folder: &Path, load: &Handle) -> Result<Report> {
    let machine = Machine::look(folder);
    estimate(args, folder);
    let (rig, mut mix) = Rig::found(&folder.join("ledger"), &args.settings, load).await?;
    let profile = mix.profile();
    let mut growing = Growing {
        args,
        folder,
        load,
        rig,
        mix: Some(mix),
        receipts: Vec::new(),
        built: Vec::new(),
    };
    let mut points = Vec::new();
    for entries in [args.entries / TENTH, args.entries] {
        growing.build(entries).await?;
        let point = growing.point().await?;
        // A run of hours is worth something even if it doesn't come to its end.
        progress(&serde_json::to_string(&point)?);
        points.push(point);
    }
    let mut restarts = Vec::new();
    for _ in 0..KILLS {
        restarts.push(growing.restart().await?);
    }
    progress(&serde_json::to_string(&restarts)?);
    let nats_recovery = growing.nats_recovery().await?;
    progress(&format!("nats-server is back after {nats_recovery:.2} s"));
    let (sizes, oracle) = growing.end().await?;
    Ok(Report {
        version: env!("CARGO_PKG_VERSION"),
        machine,
        statements: profile,
        in_flight: args.in_flight,
        bars: Vec::new(),
        points,
        restarts,
        nats_recovery,
        sizes,
        built: growing.built,
        oracle,
    }
    .judged())
}

fn estimate(args: &Growth, folder: &Path) {
    let gib = |bytes: u64| bytes as f64 / GIB as f64;
    let views = if args.with_views { VIEWS_AN_ENTRY } else { 0 };
    progress(&format!(
        "a ledger of {} entries: at 20,000/s some {} min to build, as long again to measure and audit; up to {:.0} GiB of {:.0} GiB that are free",
        args.entries,
        args.entries.div_ceil(20_000 * 60),
        gib(args.entries * (DISK_AN_ENTRY + views)),
        gib(free(folder))
    ));
}

/// The ledger as it grows.
struct Growing<'a> {
    args: &'a Growth,
    folder: &'a Path,
    load: &'a Handle,
    rig: Rig,
    /// Absent only while statements are signed beside the load.
    mix: Option<Mix>,
    receipts: Vec<Vec<u8>>,
    built: Vec<Slice>,
}

impl Growing<'_> {
    /// Sends from `source` until it is empty.
    async fn send(&mut self, source: &Arc<Source>) -> Result<Seen> {
        let (submitters, in_flight) = (self.rig.submitters.clone(), self.args.in_flight.into());
        let looping = closed(submitters, source.clone(), in_flight, NO_END, None);
        let mut seen = self
            .load
            .spawn(looping)
            .await
            .context("the loop panicked")??;
        seen.busy_is_a_failure();
        ensure!(seen.others.is_empty(), "not recorded: {:?}", seen.others);
        let kept = seen.receipts.len().saturating_sub(KEPT);
        self.receipts.extend(seen.receipts.drain(kept..));
        Ok(seen)
    }

    /// Records statements until the ledger has `target` entries.
    async fn build(&mut self, target: u64) -> Result<()> {
        let signing = Signing::start(self.mix.take().context("nobody signs")?)?;
        let mut size = self.rig.tell(FOLLOW).await?.size;
        while size < target {
            let room = free(self.folder) / GIB;
            ensure!(
                room >= self.args.leave,
                "only {room} GiB are left on the disk"
            );
            let slice = SLICE.min(target - size);
            signing.source.allow(slice);
            let rate = self.send(&signing.source).await?.throughput();
            let status = self.rig.tell(FOLLOW).await?;
            size = status.size;
            let feed_behind = size.saturating_sub(status.feed);
            self.built.push(Slice {
                entries: size,
                rate,
                feed_behind,
            });
            let left = (target - size.min(target)) as f64 / rate / 60.0;
            progress(&format!(
                "{size} entries, {rate:.0}/s, feed {feed_behind} behind, {left:.1} min to {target}"
            ));
        }
        self.mix = Some(signing.stop().await?);
        Ok(())
    }

    /// What the ledger shows at its present size.
    async fn point(&mut self) -> Result<Point> {
        let feed_drained = self.rig.drain_feed().await?;
        let (memory_built, _) = self.rig.writer()?.memory();
        self.rig.stop_writer().await?;
        progress("compacting");
        let (start, store) = (Instant::now(), self.rig.layout.store());
        let compacting = tokio::task::spawn_blocking(move || compact(&store)).await;
        compacting.context("the compaction panicked")??;
        let compaction = start.elapsed().as_secs_f64();
        let rocksdb = occupied(&self.rig.layout.store());
        self.rig.start_writer().await?;
        let entries = self.rig.tell(HOLD).await?.size;
        // As many at both sizes: what RocksDB does behind longer loops would be counted as the ledger's length.
        let most = LOOP_FASTEST * self.args.seconds;
        let least = self.args.entries / TENTH;
        let each = (least / ADDED / u64::from(self.args.runs)).clamp(LOOP_MIN, most);
        let mut rates = Vec::new();
        // One more, whose figure is not told: a fresh process has to read what it needs.
        for run in 0..=self.args.runs {
            let statements = self.presigned(each).await?;
            progress(&format!(
                "append at {entries}, loop {run} of {}",
                self.args.runs
            ));
            let rate = self.send(&Source::once(statements)).await?.throughput();
            progress(&format!("{rate:.0}/s"));
            rates.push(rate);
        }
        let (memory, memory_most) = self.rig.writer()?.memory();
        self.rig.tell(FOLLOW).await?;
        self.rig.drain_feed().await?;
        Ok(Point {
            entries,
            append: Spread::of(rates.into_iter().skip(1)),
            verifications: limits::verifications(Duration::from_secs(2)),
            memory,
            memory_most,
            memory_built,
            feed_drained,
            compaction,
            rocksdb,
            start: self.rig.writer()?.ready.as_secs_f64(),
        })
    }

    /// `count` signed statements; what they need is recorded.
    async fn presigned(&mut self, count: u64) -> Result<Vec<Bytes>> {
        let mix = self.mix.as_mut().context("nobody signs")?;
        let batch = mix.batch(count);
        self.send(&Source::once(batch.before)).await?;
        Ok(batch.statements)
    }

    /// Kills the writer under load, and starts it again; NATS stays up.
    async fn restart(&mut self) -> Result<Restart> {
        progress("kill -9 under load, and a start");
        let mut statements = self.presigned(LOOP_FASTEST).await?;
        let last = statements.split_off(statements.len() - 1);
        let loading = Source::once(statements);
        let (submitters, in_flight) = (self.rig.submitters.clone(), self.args.in_flight.into());
        let looping = closed(
            submitters,
            loading.clone(),
            in_flight,
            LOAD_BEFORE_KILL,
            None,
        );
        let looping = self.load.spawn(looping);
        tokio::time::sleep(LOAD_BEFORE_KILL / 2).await;
        self.rig.kill_writer().await?;
        // Nobody must ask in vain while the start is measured.
        drop(loading.left());
        let writer = self.rig.start_writer().await?;
        let (ready, since) = (writer.ready.as_secs_f64(), writer.since);
        self.send(&Source::once(last)).await?;
        let first_receipt = since.elapsed().as_secs_f64();
        // What was in flight when the writer died is told so by its own clock. Receipts from before must still be true.
        let mut seen = looping.await.context("the loop panicked")??;
        let kept = seen.receipts.len().saturating_sub(KEPT);
        self.receipts.extend(seen.receipts.drain(kept..));
        Ok(Restart {
            ready,
            first_receipt,
        })
    }

    /// Kills `nats-server` while no writer runs: how long until it is up again with streams of this size, in seconds.
    async fn nats_recovery(&mut self) -> Result<f64> {
        progress("kill -9 of nats-server");
        self.rig.stop_writer().await?;
        let took = self.rig.kill_server().await?;
        self.rig.start_writer().await?;
        Ok(took.as_secs_f64())
    }

    /// Everybody catches up; then sizes and the audit.
    async fn end(&mut self) -> Result<(Sizes, oracle::Checked)> {
        self.rig.drain_feed().await?;
        let needed = self.rig.tell(FOLLOW).await?.size * VIEWS_AN_ENTRY + self.args.leave * GIB;
        let room = free(self.folder) >= needed;
        if self.args.with_views && !room {
            progress("the views are left out: there is no room for them");
        }
        let views = if self.args.with_views && room {
            progress("folding all views");
            self.rig.tell(FOLD).await?;
            Some(occupied(&self.rig.layout.views()))
        } else {
            None
        };
        let feed = oracle::feed_messages(&self.rig.operator, &self.rig.names).await?;
        self.rig.stop_writer().await?;
        let root = self.rig.layout.store();
        let compacting = tokio::task::spawn_blocking(move || compact(&root));
        compacting.await.context("the compaction panicked")??;
        let streams = self.rig.layout.nats().join("store");
        let stream = |kind: StreamKind| {
            let folder = below(&streams, &kind.stream(&self.rig.names));
            folder.map_or(0, |folder| occupied(&folder))
        };
        let mut sizes = Sizes {
            entries: 0,
            rocksdb: occupied(&self.rig.layout.store()),
            log: stream(StreamKind::Log),
            feed: stream(StreamKind::Feed),
            views,
        };
        progress(&serde_json::to_string(&sizes)?);
        progress("auditing");
        let store = self.rig.store()?;
        let (identity, receipts) = (
            self.rig.identity.clone(),
            std::mem::take(&mut self.receipts),
        );
        let audit = move || oracle::audit(&store, &identity, &receipts);
        let audit = tokio::task::spawn_blocking(audit).await;
        let mut checked = audit.context("the audit panicked")??;
        ensure!(
            feed == checked.entries,
            "{feed} messages in the feed of {} entries",
            checked.entries
        );
        checked.feed = feed;
        sizes.entries = checked.bytes;
        Ok((sizes, checked))
    }
}
