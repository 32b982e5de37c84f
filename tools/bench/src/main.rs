#![doc = include_str!("../README.md")]

mod args;
mod echo;
mod limits;
mod load;
mod mix;
mod people;
mod report;
mod stats;
mod town;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use async_nats::Client;
use cinnabar_ledger::embedded::login;
use clap::Parser as _;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::args::Args;
use crate::limits::Repeated;
use crate::load::{Seen, Source, Target, closed, fault_of, open};
use crate::report::{Limits, Loop, LoopKind, Report, Round};
use crate::stats::Latency;
use crate::town::Town;

/// Last token of the subject on which the path without commit is served.
const ECHO: &str = "bench-echo";
/// Different statements that are sent around and around on the path without commit.
const ECHO_STATEMENTS: usize = 20_000;
/// More a second than any loop is expected to reach, by requests in flight: how many are signed in advance.
const FASTEST: [(usize, u64); 3] = [(1, 4_000), (64, 30_000), (usize::MAX, 60_000)];

/// The one that the `cinnabar` program has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("warn"))
        .with_writer(std::io::stderr)
        .init();
    match run(&args) {
        Ok(report) => {
            match args.json {
                true => println!("{}", report.to_json()),
                false => println!("{report}"),
            }
            ExitCode::from(u8::from(report.anything_refused()))
        }
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<Report> {
    let temporary = match &args.data {
        None => Some(tempfile::tempdir().context("making a temporary folder")?),
        Some(_) => None,
    };
    let folder = match (&args.data, &temporary) {
        (Some(folder), _) => folder.as_path(),
        (None, Some(temporary)) => temporary.path(),
        (None, None) => unreachable!("one of the two is there"),
    };
    let runtime = |name: &str| -> Result<Runtime> {
        let mut builder = Builder::new_multi_thread();
        builder.thread_name(name).enable_all();
        if name == "submitters" {
            builder.worker_threads(1);
        }
        builder.build().context("making a runtime")
    };
    // Submitters don't share a runtime with the writer: what they wait for must not be their own turn.
    let (ledger, submitters) = (runtime("ledger")?, runtime("submitters")?);
    ledger.block_on(measure(args, folder, submitters.handle()))
}

/// The ledger, its connections, and what has been measured.
struct Bench<'a> {
    args: &'a Args,
    folder: &'a Path,
    town: Town,
    operator: Client,
    submitters: Arc<Vec<Target>>,
    alone: Arc<Vec<Target>>,
    echoing: Arc<Vec<Target>>,
    echoing_alone: Arc<Vec<Target>>,
    load: &'a Handle,
}

async fn measure(args: &Args, folder: &Path, load: &Handle) -> Result<Report> {
    progress(&format!(
        "founding a ledger with {} actors in {}",
        args.actors,
        folder.display()
    ));
    let town = Town::found(folder, args).await?;
    let url = town.ledger.nats_url().to_owned();
    let login = async |user| {
        anyhow::Ok(
            login(&town.layout, &url, user)
                .await
                .context("connecting")?
                .client,
        )
    };
    let operator = login("operator").await?;
    let echo = town.ledger.names.intake_subject(ECHO);
    echo::serve(&login("writer").await?, &echo, args.echo_reply as usize).await?;
    let connect = async |count, echo| {
        let (place, names) = (
            (town.layout.clone(), url.clone()),
            town.ledger.names.clone(),
        );
        load.spawn(Town::submitters(place, names, count, echo))
            .await
            .context("connecting panicked")?
    };
    let mut bench = Bench {
        submitters: connect(args.submitters, None).await?,
        alone: connect(1, None).await?,
        echoing: connect(args.submitters, Some(echo.clone())).await?,
        echoing_alone: connect(1, Some(echo)).await?,
        args,
        folder,
        town,
        operator,
        load,
    };
    let mut rounds = Vec::new();
    for number in 1..=args.runs {
        progress(&format!("run {number} of {}", args.runs));
        rounds.push(bench.round().await?);
    }
    let entries = bench.town.size();
    bench.town.stop().await;
    Ok(Report::new(args, entries, rounds))
}

fn progress(what: &str) {
    eprintln!("bench: {what} …");
}

impl Bench<'_> {
    /// Everything once: limits that don't depend on the loops, the loops, and the limits for the blocks that they made.
    async fn round(&mut self) -> Result<Round> {
        let duration = Duration::from_secs(self.args.limit_seconds);
        let verifications = limits::verifications(duration);
        let mut limits = Limits {
            verifications,
            publish: self.publishes(1).await?,
            batch: self.batches(1)?,
            block: 1,
            block_publish: Repeated::default(),
            block_batch: Repeated::default(),
        };
        let mut loops = Vec::new();
        for &in_flight in &self.args.in_flight {
            let echo = self.echo(in_flight).await?;
            let verify = self.args.verifies(in_flight);
            let kind = LoopKind::Closed(in_flight);
            loops.push(self.measured(kind, verify, Some(echo)).await?);
        }
        for &rate in self.args.rate.iter().filter(|rate| **rate > 0) {
            let verify = self.args.verifies(usize::MAX);
            loops.push(self.measured(LoopKind::Open(rate), verify, None).await?);
        }
        let largest = loops.iter().map(|seen| seen.block.round() as u64).max();
        limits.block = largest.unwrap_or(1).max(1);
        limits.block_publish = self.publishes(limits.block).await?;
        limits.block_batch = self.batches(limits.block)?;
        Ok(Round { limits, loops })
    }

    async fn publishes(&self, entries: u64) -> Result<Repeated> {
        let duration = Duration::from_secs(self.args.limit_seconds);
        limits::publishes(&self.operator, limits::block_bytes(entries), duration).await
    }

    fn batches(&self, entries: u64) -> Result<Repeated> {
        let duration = Duration::from_secs(self.args.limit_seconds);
        limits::batches(&self.folder.join("limits"), entries, duration)
    }

    /// The path without commit, with as many in flight.
    async fn echo(&mut self, in_flight: usize) -> Result<f64> {
        let statements = self.town.take(ECHO_STATEMENTS).await?;
        progress(&format!("path without commit, {in_flight} in flight"));
        let submitters = if in_flight == 1 {
            &self.echoing_alone
        } else {
            &self.echoing
        };
        let looping = closed(
            submitters.clone(),
            Source::around(statements.clone()),
            in_flight,
            Duration::from_secs(self.args.limit_seconds),
            None,
        );
        let seen = self
            .load
            .spawn(looping)
            .await
            .context("the loop panicked")??;
        ensure!(
            seen.others.is_empty(),
            "the path without commit does not answer: {:?}",
            seen.others
        );
        self.town.give_back(statements);
        Ok(seen.throughput())
    }

    /// One loop against the ledger, and what must be true after it.
    async fn measured(&mut self, kind: LoopKind, verify: bool, echo: Option<f64>) -> Result<Loop> {
        let duration = self.args.duration();
        let source = Source::once(self.town.take(self.count(kind)).await?);
        progress(&format!("ledger, {kind}"));
        let verify = verify.then(|| self.town.identity.clone());
        let (size, blocks) = (self.town.size(), self.town.blocks());
        let seen = match kind {
            LoopKind::Closed(in_flight) => {
                let submitters = if in_flight == 1 {
                    &self.alone
                } else {
                    &self.submitters
                };
                let looping = closed(
                    submitters.clone(),
                    source.clone(),
                    in_flight,
                    duration,
                    verify,
                );
                self.load.spawn(looping).await
            }
            LoopKind::Open(rate) => {
                let looping = open(
                    self.submitters.clone(),
                    source.clone(),
                    rate,
                    duration,
                    verify,
                );
                self.load.spawn(looping).await
            }
        };
        let mut seen = seen.context("the loop panicked")??;
        let lag = self.town.drain().await?;
        self.town.give_back(source.left());
        self.check(&seen, size)?;
        let blocks = self.town.blocks() - blocks;
        let throughput = seen.throughput();
        Ok(Loop {
            kind,
            recorded: seen.nanos.len() as u64,
            throughput,
            latency: Latency::of(std::mem::take(&mut seen.nanos)),
            block: stats::ratio((self.town.size() - size) as f64, blocks as f64),
            echo,
            lag: report::lag(lag),
            others: seen.others,
        })
    }

    /// A receipt means an entry: as many as there are receipts, and each of the sample proves its own.
    fn check(&self, seen: &Seen, before: u64) -> Result<()> {
        let (entries, receipts) = (self.town.size() - before, seen.nanos.len() as u64);
        let unanswered: u64 = seen.others.values().sum();
        ensure!(
            receipts <= entries && entries <= receipts + unanswered,
            "{entries} entries, but {receipts} receipts and {unanswered} other answers"
        );
        for receipt in &seen.receipts {
            if let Some(fault) = fault_of(receipt, &self.town.identity) {
                anyhow::bail!("a receipt proves nothing: {fault}");
            }
        }
        Ok(())
    }

    /// How many statements a loop may need.
    fn count(&self, kind: LoopKind) -> usize {
        let a_second = match kind {
            LoopKind::Closed(in_flight) => FASTEST
                .iter()
                .find(|(most, _)| in_flight <= *most)
                .map_or(0, |(_, fastest)| *fastest),
            LoopKind::Open(rate) => u64::from(rate),
        };
        let most = u64::from(self.args.statements_max);
        let count = a_second.saturating_mul(self.args.seconds).min(most);
        usize::try_from(count).unwrap_or(usize::MAX)
    }
}
