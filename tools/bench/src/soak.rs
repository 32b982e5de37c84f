//! Full load for a long time, with everybody following: does the lag stay bounded?

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use tokio::runtime::Handle;

use crate::args::Soak;
use crate::bars::{Bound, Judged, Standard, Unit};
use crate::load::closed;
use crate::machine::{Machine, free, memory};
use crate::mix::Profile;
use crate::oracle::{self, Checked};
use crate::plan::Followers;
use crate::signing::Signing;
use crate::stats::{Spread, ratio};
use crate::town::Town;
use crate::{markdown, progress};

/// How often everybody is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long one loop goes on; then comes the next, and a line of progress.
const SLICE: Duration = Duration::from_secs(30);
/// Receipts of each that are kept for the audit.
const KEPT_A_SLICE: usize = 100;
const GIB: u64 = 1 << 30;

/// How everybody stood at one moment.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Look {
    /// Seconds since the beginning.
    at: f64,
    size: u64,
    feed_behind: u64,
    views_behind: u64,
    /// Resident memory of this process, in KiB: writer, submitters, signers.
    memory: u64,
}

/// What an hour showed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    machine: Machine,
    statements: Profile,
    minutes_asked: u64,
    /// How long it went on.
    seconds: f64,
    with_views: bool,
    /// Receipts a second, signers beside.
    throughput: f64,
    /// Entries a second that the feed took when nobody wrote any more.
    feed_drained: f64,
    bars: Vec<Judged>,
    looks: Vec<Look>,
    oracle: Checked,
}

/// Keeps the ledger busy.
pub(crate) async fn measure(args: &Soak, folder: &Path, load: &Handle) -> Result<Report> {
    let machine = Machine::look(folder);
    let folder = folder.join("ledger");
    let mut town = Town::found(&folder, &args.settings, args.with_views).await?;
    let profile = town.profile();
    let mix = town.take_mix()?;
    town.let_follow(Followers::All);
    let place = (town.layout.clone(), town.ledger.nats_url().to_owned());
    let names = town.ledger.names.clone();
    let connecting = Town::submitters(place, names, args.settings.submitters, None);
    let submitters = load
        .spawn(connecting)
        .await
        .context("connecting panicked")??;
    let signing = Signing::start(mix)?;
    signing.source.allow(u64::MAX);
    let time = Duration::from_secs(60 * args.minutes);
    let (start, mut looks, mut kept) = (Instant::now(), Vec::new(), Vec::new());
    let (mut recorded, mut sending) = (0, Duration::ZERO);
    // Slice by slice, so that latencies and receipts of an hour need not be held.
    while start.elapsed() < time && free(&folder) / GIB >= args.leave {
        let slice = SLICE.min(time.saturating_sub(start.elapsed()));
        let (submitters, source) = (submitters.clone(), signing.source.clone());
        let looping = closed(submitters, source, args.in_flight.into(), slice, None);
        let looping = load.spawn(looping);
        while !looping.is_finished() {
            tokio::time::sleep(LOOK).await;
            looks.push(look(&town, start));
        }
        progress(&told(&looks, args.minutes));
        let mut seen = looping.await.context("the loop panicked")??;
        seen.busy_is_a_failure();
        ensure!(seen.others.is_empty(), "not recorded: {:?}", seen.others);
        recorded += seen.nanos.len() as u64;
        sending += seen.elapsed;
        kept.extend(seen.receipts.into_iter().take(KEPT_A_SLICE));
    }
    signing.stop().await?;
    let lag = town.drain().await?;
    let (store, identity) = (town.ledger.store.clone(), town.identity.clone());
    progress("auditing");
    let audit = move || oracle::audit(&store, &identity, &kept);
    let audit = tokio::task::spawn_blocking(audit).await;
    let mut checked = audit.context("the audit panicked")??;
    checked.feed = checked.entries - town.feed_behind();
    checked.views = town.folded()?;
    let throughput = ratio(recorded as f64, sending.as_secs_f64());
    let report = Report {
        machine,
        statements: profile,
        minutes_asked: args.minutes,
        seconds: sending.as_secs_f64(),
        with_views: args.with_views,
        throughput,
        feed_drained: lag.feed_drained,
        bars: judge(&looks, throughput, args.with_views),
        looks,
        oracle: checked,
    };
    town.stop().await;
    Ok(report)
}

fn look(town: &Town, start: Instant) -> Look {
    Look {
        at: start.elapsed().as_secs_f64(),
        size: town.size(),
        feed_behind: town.feed_behind(),
        views_behind: town.views_behind(),
        memory: memory(std::process::id()).0,
    }
}

fn told(looks: &[Look], minutes: u64) -> String {
    let last = looks.last().copied().unwrap_or_default();
    format!(
        "{:.1} of {minutes} min: {} entries, feed {} behind, views {}, {} MiB",
        last.at / 60.0,
        last.size,
        last.feed_behind,
        last.views_behind,
        last.memory / 1024
    )
}

/// A lag is bounded if it isn't longer in the last quarter than in the second (the first is for warming up). Less than what is
/// appended in a second is no lag to speak of.
fn judge(looks: &[Look], throughput: f64, with_views: bool) -> Vec<Judged> {
    let quarter = looks.len() / 4;
    let (second, last) = (&looks[quarter..2 * quarter], &looks[3 * quarter..]);
    let bar = |figure: &str, of: fn(&Look) -> u64| {
        let most = |looks: &[Look]| looks.iter().map(of).max().unwrap_or(0) as f64;
        let growth = ratio(most(last), most(second).max(throughput));
        Judged::new(
            figure,
            Standard::Bar,
            (Unit::Times, "the lag of the second quarter, in the last"),
            Bound::AtMost(1.25),
            Spread::of([growth]),
        )
    };
    let mut bars = vec![bar("feed lag under full load", |look| look.feed_behind)];
    if with_views {
        bars.push(bar("views' lag under full load", |look| look.views_behind));
    }
    bars
}

impl Report {
    pub(crate) fn markdown(&self) -> String {
        format!("{}\n\n{}", self.told(), markdown::judged(&self.bars))
    }

    fn told(&self) -> String {
        let most = |of: fn(&Look) -> u64| self.looks.iter().map(of).max().unwrap_or(0);
        let memory = |look: Option<&Look>| look.map_or(0, |look| look.memory / 1024);
        format!(
            "{:.1} of {} minutes at {:.0} receipts/s, signers beside; feed at most {} entries behind, drained at {:.0}/s; views {}; memory of all in one process {} MiB, at the end {} MiB; {} entries audited without a finding, {} receipts.",
            self.seconds / 60.0,
            self.minutes_asked,
            self.throughput,
            most(|look| look.feed_behind),
            self.feed_drained,
            match self.with_views {
                true => format!("at most {} behind", most(|look| look.views_behind)),
                false => "off".to_owned(),
            },
            memory(self.looks.get(self.looks.len() / 4)),
            memory(self.looks.last()),
            self.oracle.entries,
            self.oracle.receipts
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.told())?;
        self.bars.iter().try_for_each(|bar| writeln!(f, "{bar}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(behind: impl Fn(u64) -> u64) -> Vec<Look> {
        let look = |number| Look {
            feed_behind: behind(number),
            ..Look::default()
        };
        (0..400).map(look).collect()
    }

    #[test]
    fn a_lag_that_stays_is_bounded_and_one_that_grows_is_not() {
        let met = |looks: &[Look]| judge(looks, 1_000.0, false)[0].met;
        assert!(met(&looks(|_| 50_000)), "long, but always the same");
        assert!(met(&looks(|number| number)), "grows, but is below a second");
        assert!(!met(&looks(|number| 100 * number)));
        assert!(met(&[]));
    }
}
