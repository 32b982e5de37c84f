//! The loops of the table: run after run, each on a new ledger, and each with an audit at its end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use async_nats::Client;
use bytes::Bytes;
use cinnabar_ledger::embedded::login;
use tokio::runtime::Handle;

use crate::args::Table;
use crate::cpu::Used;
use crate::limits::{self, Repeated};
use crate::load::{Seen, Source, Target, closed, open};
use crate::machine::Machine;
use crate::measured::{Limits, Loop, Round};
use crate::mix::Profile;
use crate::plan::{Followers, Load, Plan};
use crate::report::Report;
use crate::stats::{Latency, ratio};
use crate::town::Town;
use crate::{echo, oracle, progress};

/// Last token of the subject on which the path without commit is served.
const ECHO: &str = "bench-echo";
/// Different statements that are sent around and around on the path without commit.
const ECHO_STATEMENTS: usize = 20_000;
/// More a second than any loop is expected to reach, by requests in flight: how many are signed in advance.
const FASTEST: [(usize, u64); 3] = [(1, 4_000), (64, 30_000), (usize::MAX, 60_000)];

/// Runs everything; ledgers in folders of their own in `folder`.
pub(crate) async fn measure(args: &Table, folder: &Path, load: &Handle) -> Result<Report> {
    let machine = Machine::look(folder);
    let (mut rounds, mut profile) = (Vec::new(), None);
    for number in 1..=args.runs {
        progress(&format!("run {number} of {}", args.runs));
        let folder = folder.join(format!("run-{number}"));
        let mut bench = Bench::found(args, folder.clone(), load).await?;
        profile.get_or_insert_with(|| bench.town.profile());
        let round = bench.round().await;
        bench.town.stop().await;
        rounds.push(round?);
        if args.settings.data.is_none() {
            // Only room on the disk depends on it.
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
    let profile: Profile = profile.unwrap_or_default();
    Ok(Report::new(args, machine, profile, rounds))
}

/// The limits that a loop is measured by: taken right before and right after it, because a machine can change meanwhile.
struct Yardsticks {
    echo: Option<f64>,
    publish: Repeated,
    batch: Repeated,
}

impl Yardsticks {
    fn mean(self, other: Self) -> Self {
        let both = self.echo.zip(other.echo);
        Self {
            echo: both.map(|(before, after)| f64::midpoint(before, after)),
            publish: self.publish.mean(other.publish),
            batch: self.batch.mean(other.batch),
        }
    }
}

/// The ledger, its connections, and what has been kept to be checked.
struct Bench<'a> {
    args: &'a Table,
    folder: PathBuf,
    town: Town,
    operator: Client,
    submitters: Arc<Vec<Target>>,
    alone: Arc<Vec<Target>>,
    echoing: Arc<Vec<Target>>,
    echoing_alone: Arc<Vec<Target>>,
    load: &'a Handle,
    receipts: Vec<Vec<u8>>,
}

impl<'a> Bench<'a> {
    async fn found(args: &'a Table, folder: PathBuf, load: &'a Handle) -> Result<Self> {
        let views = |plan: &Plan| plan.followers == Followers::All;
        let views = args.plans().iter().any(views);
        let town = Town::found(&folder, &args.settings, views).await?;
        let url = town.ledger.nats_url().to_owned();
        let login = async |user| {
            let link = login(&town.layout, &url, user).await;
            anyhow::Ok(link.context("connecting")?.client)
        };
        let operator = login("operator").await?;
        let echo = town.ledger.names.intake_subject(ECHO);
        echo::serve(&login("writer").await?, &echo, args.echo_reply as usize).await?;
        let connect = async |count, echo| {
            let place = (town.layout.clone(), url.clone());
            let names = town.ledger.names.clone();
            load.spawn(Town::submitters(place, names, count, echo))
                .await
                .context("connecting panicked")?
        };
        let count = args.settings.submitters;
        Ok(Self {
            submitters: connect(count, None).await?,
            alone: connect(1, None).await?,
            echoing: connect(count, Some(echo.clone())).await?,
            echoing_alone: connect(1, Some(echo)).await?,
            args,
            folder,
            town,
            operator,
            load,
            receipts: Vec::new(),
        })
    }

    /// Everything once: limits that don't depend on the loops, the loops, the limits for the blocks that they made, the audit.
    async fn round(&mut self) -> Result<Round> {
        let verifications = limits::verifications(self.limit_time());
        let mut loops: Vec<Loop> = Vec::new();
        for plan in self.args.plans() {
            let peak = peak(&loops, plan.followers);
            loops.push(self.measured(plan, peak).await?);
        }
        let largest = loops.iter().map(|seen| seen.block.round() as u64).max();
        let block = largest.unwrap_or(1).max(1);
        let limits = Limits {
            verifications,
            block,
            block_publish: self.publishes(block).await?,
            block_batch: self.batches(block)?,
        };
        let oracle = self.oracle().await?;
        Ok(Round {
            limits,
            loops,
            oracle,
        })
    }

    /// Whether what was recorded is true.
    async fn oracle(&mut self) -> Result<oracle::Checked> {
        self.town.drain().await?;
        let (store, identity) = (self.town.ledger.store.clone(), self.town.identity.clone());
        let receipts = std::mem::take(&mut self.receipts);
        progress(&format!(
            "auditing {} entries and {} receipts",
            self.town.size(),
            receipts.len()
        ));
        let audit = move || oracle::audit(&store, &identity, &receipts);
        let audit = tokio::task::spawn_blocking(audit).await;
        let mut checked = audit.context("the audit panicked")??;
        checked.feed = oracle::feed_messages(&self.operator, &self.town.ledger.names).await?;
        ensure!(
            checked.feed == checked.entries,
            "{} messages in the feed of {} entries",
            checked.feed,
            checked.entries
        );
        checked.views = self.town.folded()?;
        Ok(checked)
    }

    fn limit_time(&self) -> Duration {
        Duration::from_secs(self.args.limit_seconds)
    }

    async fn publishes(&self, entries: u64) -> Result<Repeated> {
        let bytes = limits::block_bytes(entries);
        limits::publishes(&self.operator, bytes, self.limit_time()).await
    }

    fn batches(&self, entries: u64) -> Result<Repeated> {
        limits::batches(&self.folder.join("limits"), entries, self.limit_time())
    }

    /// What the machine can do just now.
    async fn yardsticks(&mut self, load: Load) -> Result<Yardsticks> {
        let echo = match load {
            Load::Closed(in_flight) => Some(self.echo(in_flight).await?),
            Load::Open(_) | Load::Over(_) => None,
        };
        Ok(Yardsticks {
            echo,
            publish: self.publishes(1).await?,
            batch: self.batches(1)?,
        })
    }

    /// The path without commit, with as many in flight.
    async fn echo(&mut self, in_flight: usize) -> Result<f64> {
        let statements = self.town.take(ECHO_STATEMENTS).await?;
        let submitters = match in_flight {
            1 => self.echoing_alone.clone(),
            _ => self.echoing.clone(),
        };
        let source = Source::around(statements.clone());
        let seen = self
            .load
            .spawn(closed(
                submitters,
                source,
                in_flight,
                self.limit_time(),
                None,
            ))
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

    /// One loop against the ledger, with the limits right before it, and what must be true after it.
    async fn measured(&mut self, plan: Plan, peak: Option<f64>) -> Result<Loop> {
        progress(&plan.to_string());
        let before = self.yardsticks(plan.load).await?;
        let over = match plan.load {
            Load::Over(_) => {
                Some(peak.context("2x needs a closed loop with the same followers before it")?)
            }
            Load::Closed(_) | Load::Open(_) => None,
        };
        let rate = rate(plan.load, over);
        let statements = self.town.take(self.count(plan.load, rate)).await?;
        let (size, blocks) = (self.town.size(), self.town.blocks());
        self.town.let_follow(plan.followers);
        let used = Used::now();
        let mut seen = self.send(plan.load, rate, statements).await?;
        let cpu = Used::now().since(&used, seen.nanos.len() as u64);
        let lag = self.town.drain().await?;
        if over.is_none() {
            seen.busy_is_a_failure();
        }
        let (end, blocks) = (self.town.size(), self.town.blocks() - blocks);
        self.check(&seen, size, end)?;
        self.receipts.append(&mut seen.receipts);
        let yardsticks = before.mean(self.yardsticks(plan.load).await?);
        let throughput = seen.throughput();
        Ok(Loop {
            plan,
            recorded: seen.nanos.len() as u64,
            throughput,
            latency: Latency::of(std::mem::take(&mut seen.nanos)),
            block: ratio((end - size) as f64, blocks as f64),
            echo: yardsticks.echo,
            publish: yardsticks.publish,
            batch: yardsticks.batch,
            offered: rate.map(|_| ratio(seen.sent as f64, seen.sending.as_secs_f64())),
            peak: over,
            busy: seen.busy,
            lag,
            cpu,
            others: seen.others,
        })
    }

    async fn send(
        &mut self,
        load: Load,
        rate: Option<u32>,
        statements: Vec<Bytes>,
    ) -> Result<Seen> {
        let (source, time) = (Source::once(statements), self.args.duration());
        let in_flight = match load {
            Load::Closed(in_flight) => in_flight,
            Load::Open(_) | Load::Over(_) => usize::MAX,
        };
        let verify = self.args.verifies(in_flight);
        let verify = verify.then(|| self.town.identity.clone());
        let submitters = match in_flight {
            1 => self.alone.clone(),
            _ => self.submitters.clone(),
        };
        let seen = match rate {
            None => {
                let looping = closed(submitters, source.clone(), in_flight, time, verify);
                self.load.spawn(looping).await
            }
            Some(rate) => {
                let looping = open(submitters, source.clone(), rate, time, verify);
                self.load.spawn(looping).await
            }
        };
        self.town.give_back(source.left());
        seen.context("the loop panicked")?
    }

    /// A receipt means an entry: as many as there are receipts, beside what the ledger itself says.
    fn check(&self, seen: &Seen, before: u64, end: u64) -> Result<()> {
        let own = oracle::own_entries(&self.town.ledger.store, before, end)?;
        let (entries, receipts) = (end - before - own, seen.nanos.len() as u64);
        let unanswered: u64 = seen.others.values().sum();
        ensure!(
            receipts <= entries && entries <= receipts + unanswered,
            "{entries} entries, but {receipts} receipts and {unanswered} other answers"
        );
        Ok(())
    }

    /// How many statements a loop may need.
    fn count(&self, load: Load, rate: Option<u32>) -> usize {
        let a_second = match (load, rate) {
            (Load::Closed(in_flight), _) => fastest(in_flight),
            (Load::Open(_) | Load::Over(_), rate) => u64::from(rate.unwrap_or_default()),
        };
        let most = u64::from(self.args.statements_max);
        let count = a_second.saturating_mul(self.args.seconds).min(most);
        usize::try_from(count).unwrap_or(usize::MAX)
    }
}

fn fastest(in_flight: usize) -> u64 {
    let fits = |(most, _): &&(usize, u64)| in_flight <= *most;
    FASTEST.iter().find(fits).map_or(0, |(_, fastest)| *fastest)
}

/// Statements a second, if they are sent whatever comes back.
fn rate(load: Load, peak: Option<f64>) -> Option<u32> {
    match load {
        Load::Closed(_) => None,
        Load::Open(rate) => Some(rate),
        Load::Over(percent) => {
            let rate = peak.unwrap_or_default() * f64::from(percent) / 100.0;
            Some((rate.round() as u32).max(1))
        }
    }
}

/// The best closed loop so far with the same followers.
fn peak(loops: &[Loop], followers: Followers) -> Option<f64> {
    loops
        .iter()
        .filter(|seen| matches!(seen.plan.load, Load::Closed(_)))
        .filter(|seen| seen.plan.followers == followers)
        .map(|seen| seen.throughput)
        .max_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::testing::seen;

    #[test]
    fn the_peak_is_the_best_closed_loop_with_the_same_followers() {
        let loops = [
            seen("64:held", 3.0),
            seen("1024:held", 5.0),
            seen("1024:all", 9.0),
            seen("7/s:held", 8.0),
        ];
        assert_eq!(peak(&loops, Followers::Held), Some(5.0));
        assert_eq!(peak(&loops, Followers::Feed), None);
    }

    #[test]
    fn twice_the_peak_is_twice_as_many_a_second() {
        assert_eq!(rate(Load::Over(200), Some(1_000.4)), Some(2_001));
        assert_eq!(rate(Load::Open(1_000), None), Some(1_000));
        assert_eq!(rate(Load::Closed(64), Some(7.0)), None);
    }

    #[test]
    fn enough_is_signed_for_any_loop() {
        assert_eq!(fastest(1), 4_000);
        assert_eq!(fastest(2), 30_000);
        assert_eq!(fastest(4096), 60_000);
    }
}
