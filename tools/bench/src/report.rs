//! What was measured: medians over the runs, ratios to the limits of the same run, as tables or JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::args::Args;
use crate::limits::Repeated;
use crate::stats::{Latency, median, ratio};
use crate::town::Lag;

/// Which loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum LoopKind {
    /// So many requests in flight.
    Closed(usize),
    /// So many a second.
    Open(u32),
}

impl fmt::Display for LoopKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(in_flight) => write!(f, "{in_flight} in flight"),
            Self::Open(rate) => write!(f, "open, {rate}/s"),
        }
    }
}

/// What one loop showed, in one run.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Loop {
    pub(crate) kind: LoopKind,
    pub(crate) recorded: u64,
    /// Receipts a second.
    pub(crate) throughput: f64,
    /// Send to receipt.
    pub(crate) latency: Latency,
    /// Entries in a block, on average.
    pub(crate) block: f64,
    /// Answers a second of the path without commit, with as many in flight.
    pub(crate) echo: Option<f64>,
    pub(crate) lag: LagFigures,
    /// Whatever was not recorded, by code.
    pub(crate) others: BTreeMap<String, u64>,
}

/// How far feed and views were behind when the loop ended.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LagFigures {
    feed_behind: f64,
    feed_drained_per_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    views_behind: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    views_drained_per_second: Option<f64>,
}

pub(crate) fn lag(lag: Lag) -> LagFigures {
    LagFigures {
        feed_behind: lag.feed as f64,
        feed_drained_per_second: lag.feed_drained,
        views_behind: lag.views.map(|(behind, _)| behind as f64),
        views_drained_per_second: lag.views.map(|(_, drained)| drained),
    }
}

/// The machine's own limits, in one run.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limits {
    /// Ed25519 verifications a second, all cores.
    pub(crate) verifications: f64,
    /// Fenced publishes of one entry.
    pub(crate) publish: Repeated,
    /// Synced batches of one entry.
    pub(crate) batch: Repeated,
    /// Entries in the largest blocks that were seen.
    pub(crate) block: u64,
    pub(crate) block_publish: Repeated,
    pub(crate) block_batch: Repeated,
}

/// One run of everything.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Round {
    pub(crate) limits: Limits,
    pub(crate) loops: Vec<Loop>,
}

/// A loop's ratios.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Ratios {
    /// Throughput to the path without commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    of_path_without_commit: Option<f64>,
    /// Throughput to verifications.
    of_verifications: f64,
    /// p50 to (one synced publish + one synced batch).
    p50_to_syncs: f64,
    p99_to_syncs: f64,
}

impl Ratios {
    fn of(seen: &Loop, limits: &Limits) -> Self {
        let syncs = limits.publish.p50 + limits.batch.p50;
        Self {
            of_path_without_commit: seen.echo.map(|echo| ratio(seen.throughput, echo)),
            of_verifications: ratio(seen.throughput, limits.verifications),
            p50_to_syncs: ratio(seen.latency.p50, syncs),
            p99_to_syncs: ratio(seen.latency.p99, syncs),
        }
    }

    fn median(runs: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(runs.iter().map(figure));
        let paths: Vec<f64> = runs
            .iter()
            .filter_map(|run| run.of_path_without_commit)
            .collect();
        Self {
            of_path_without_commit: (!paths.is_empty()).then(|| median(paths)),
            of_verifications: of(|run| run.of_verifications),
            p50_to_syncs: of(|run| run.p50_to_syncs),
            p99_to_syncs: of(|run| run.p99_to_syncs),
        }
    }
}

/// A loop over all runs. Ratios are taken within each run; then comes the median.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(flatten)]
    medians: Loop,
    ratios: Ratios,
}

/// Everything that the bench has to say.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    cores: usize,
    actors: u32,
    submitters: u16,
    with_views: bool,
    /// Entries in the ledger at the end.
    entries: u64,
    limits: Limits,
    loops: Vec<Row>,
    runs: Vec<Round>,
}

impl Report {
    pub(crate) fn new(args: &Args, entries: u64, runs: Vec<Round>) -> Self {
        let count = runs.first().map_or(0, |run| run.loops.len());
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            actors: args.actors,
            submitters: args.submitters,
            with_views: args.with_views,
            entries,
            limits: median_limits(&runs),
            loops: (0..count).map(|index| row(&runs, index)).collect(),
            runs,
        }
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is plain data")
    }

    /// Whether any statement was not recorded.
    pub(crate) fn anything_refused(&self) -> bool {
        self.loops.iter().any(|row| !row.medians.others.is_empty())
    }
}

fn median_limits(runs: &[Round]) -> Limits {
    let repeated = |figure: fn(&Limits) -> Repeated| {
        let all: Vec<Repeated> = runs.iter().map(|run| figure(&run.limits)).collect();
        Repeated::median(&all)
    };
    Limits {
        verifications: median(runs.iter().map(|run| run.limits.verifications)),
        publish: repeated(|limits| limits.publish),
        batch: repeated(|limits| limits.batch),
        block: median(runs.iter().map(|run| run.limits.block as f64)) as u64,
        block_publish: repeated(|limits| limits.block_publish),
        block_batch: repeated(|limits| limits.block_batch),
    }
}

/// The loop at `index` of each run.
fn row(runs: &[Round], index: usize) -> Row {
    let loops: Vec<&Loop> = runs.iter().map(|run| &run.loops[index]).collect();
    let of = |figure: fn(&Loop) -> f64| median(loops.iter().map(|seen| figure(seen)));
    let some = |figure: fn(&Loop) -> Option<f64>| {
        let all: Vec<f64> = loops.iter().filter_map(|seen| figure(seen)).collect();
        (!all.is_empty()).then(|| median(all))
    };
    let mut others = BTreeMap::new();
    for (code, count) in loops.iter().flat_map(|seen| &seen.others) {
        *others.entry(code.clone()).or_default() += count;
    }
    let latencies: Vec<Latency> = loops.iter().map(|seen| seen.latency).collect();
    let ratios: Vec<Ratios> = runs
        .iter()
        .map(|run| Ratios::of(&run.loops[index], &run.limits))
        .collect();
    let medians = Loop {
        kind: loops[0].kind,
        recorded: loops.iter().map(|seen| seen.recorded).sum(),
        throughput: of(|seen| seen.throughput),
        latency: Latency::median(&latencies),
        block: of(|seen| seen.block),
        echo: some(|seen| seen.echo),
        lag: LagFigures {
            feed_behind: of(|seen| seen.lag.feed_behind),
            feed_drained_per_second: of(|seen| seen.lag.feed_drained_per_second),
            views_behind: some(|seen| seen.lag.views_behind),
            views_drained_per_second: some(|seen| seen.lag.views_drained_per_second),
        },
        others,
    };
    Row {
        medians,
        ratios: Ratios::median(&ratios),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let views = if self.with_views { "live" } else { "off" };
        writeln!(
            f,
            "{} cores, {} actors, {} submitters; feed live, views {views}; medians of {} runs; {} entries at the end\n",
            self.cores,
            self.actors,
            self.submitters,
            self.runs.len(),
            self.entries
        )?;
        self.write_limits(f)?;
        writeln!(
            f,
            "\nledger              receipts/s   p50 ms   p99 ms  p999 ms   max ms  entries/block"
        )?;
        for Row { medians, .. } in &self.loops {
            let Latency {
                p50,
                p99,
                p999,
                max,
            } = medians.latency;
            let ms = |micros: f64| format!("{:8.2}", micros / 1_000.0);
            let (kind, throughput) = (medians.kind.to_string(), medians.throughput);
            writeln!(
                f,
                "{kind:18} {throughput:11.0} {} {} {} {} {:14.1}",
                ms(p50),
                ms(p99),
                ms(p999),
                ms(max),
                medians.block
            )?;
        }
        self.write_ratios(f)?;
        self.write_lags(f)
    }
}

impl Report {
    fn write_limits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Limits {
            verifications,
            publish,
            batch,
            block,
            block_publish,
            block_batch,
        } = self.limits;
        writeln!(
            f,
            "limits of the machine                    a second    p50 ms"
        )?;
        let line = |f: &mut fmt::Formatter<'_>, name: String, done: Repeated| {
            let ms = done.p50 / 1_000.0;
            writeln!(f, "{name:38} {:11.0} {ms:9.2}", done.per_second)
        };
        let name = "Ed25519 verify_strict, all cores";
        writeln!(f, "{name:38} {verifications:11.0}")?;
        line(f, "fenced publish, 1 entry".to_owned(), publish)?;
        line(f, "synced batch, 1 entry".to_owned(), batch)?;
        line(f, format!("fenced publish, {block} entries"), block_publish)?;
        line(f, format!("synced batch, {block} entries"), block_batch)?;
        for Row { medians, .. } in &self.loops {
            if let Some(echo) = medians.echo {
                let name = format!("path without commit, {}", medians.kind);
                writeln!(f, "{name:38} {echo:11.0}")?;
            }
        }
        Ok(())
    }

    fn write_ratios(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nratios        of path without commit  of verifications  p50 / syncs  p99 / syncs"
        )?;
        for Row { medians, ratios } in &self.loops {
            let kind = medians.kind.to_string();
            let path = ratios
                .of_path_without_commit
                .map_or("–".to_owned(), |path| format!("{:.0} %", 100.0 * path));
            let verified = format!("{:.0} %", 100.0 * ratios.of_verifications);
            let (p50, p99) = (ratios.p50_to_syncs, ratios.p99_to_syncs);
            writeln!(
                f,
                "{kind:18} {path:>17} {verified:>17} {p50:12.1} {p99:12.1}"
            )?;
        }
        let syncs = (self.limits.publish.p50 + self.limits.batch.p50) / 1_000.0;
        writeln!(
            f,
            "syncs = one fenced publish + one synced batch of one entry = {syncs:.2} ms; 1.5 × syncs + 0.5 ms = {:.2} ms",
            1.5 * syncs + 0.5
        )
    }

    fn write_lags(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nbehind at the end of the loop, and caught up afterwards at"
        )?;
        for Row { medians, .. } in &self.loops {
            let (kind, lag) = (medians.kind.to_string(), medians.lag);
            let (behind, drained) = (lag.feed_behind, lag.feed_drained_per_second);
            write!(f, "{kind:18} feed {behind:8.0} entries {drained:9.0}/s")?;
            if let (Some(behind), Some(drained)) = (lag.views_behind, lag.views_drained_per_second)
            {
                write!(f, "   views {behind:8.0} entries {drained:9.0}/s")?;
            }
            writeln!(f)?;
            for (code, count) in &medians.others {
                writeln!(f, "{kind:18} NOT RECORDED: {code}: {count}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(throughput: f64, verifications: f64) -> Round {
        let seen = Loop {
            kind: LoopKind::Closed(64),
            recorded: 10,
            throughput,
            latency: Latency {
                p50: 800.0,
                p99: 1_600.0,
                ..Latency::default()
            },
            block: 8.0,
            echo: Some(2.0 * throughput),
            lag: LagFigures::default(),
            others: BTreeMap::new(),
        };
        let sync = Repeated {
            per_second: 5_000.0,
            p50: 200.0,
        };
        let limits = Limits {
            verifications,
            publish: sync,
            batch: sync,
            ..Limits::default()
        };
        Round {
            limits,
            loops: vec![seen],
        }
    }

    #[test]
    fn ratios_are_taken_within_a_run_before_the_median() {
        // The median of throughputs over the median of limits would be 2/3.
        let runs = [round(1.0, 1.0), round(2.0, 4.0), round(3.0, 3.0)];
        let row = row(&runs, 0);
        assert_eq!(row.medians.throughput, 2.0);
        assert_eq!(row.ratios.of_verifications, 1.0);
        assert_eq!(row.ratios.of_path_without_commit, Some(0.5));
        assert_eq!(
            (row.ratios.p50_to_syncs, row.ratios.p99_to_syncs),
            (2.0, 4.0)
        );
        assert_eq!(row.medians.recorded, 30);
    }

    #[test]
    fn what_was_not_recorded_is_counted_over_all_runs_and_told() {
        let mut runs = vec![round(1.0, 1.0), round(1.0, 1.0)];
        for run in &mut runs {
            run.loops[0].others.insert("intake.busy".to_owned(), 2);
        }
        let args = clap::Parser::parse_from(["bench"]);
        let report = Report::new(&args, 0, runs);
        assert!(report.anything_refused());
        assert!(report.to_string().contains("NOT RECORDED: intake.busy: 4"));
        assert!(report.to_json().contains("\"ofPathWithoutCommit\": 0.5"));
    }
}
