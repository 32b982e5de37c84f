//! The report on the loops: medians with least and most over the runs, ratios to the limits of the same run, and the bars.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::args::Table;
use crate::bars::{Judged, judge};
use crate::limits::Repeated;
use crate::machine::Machine;
use crate::measured::{Limits, Loop, Round};
use crate::mix::Profile;
use crate::picture;
use crate::plan::Plan;
use crate::stats::{Spread, median, ratio};

/// A loop's ratios. Each is taken within a run, before the median.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ratios {
    /// Throughput to the path without commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) of_path_without_commit: Option<Spread>,
    /// Throughput to verifications.
    pub(crate) of_verifications: Spread,
    /// p50 to (one fenced publish + one synced batch).
    pub(crate) p50_to_syncs: Spread,
    pub(crate) p99_to_syncs: Spread,
}

/// A loop over all runs. Latencies in microseconds, rates by the second.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    pub(crate) plan: Plan,
    /// In all runs together.
    pub(crate) recorded: u64,
    pub(crate) throughput: Spread,
    pub(crate) p50: Spread,
    pub(crate) p99: Spread,
    pub(crate) p999: Spread,
    pub(crate) max: Spread,
    pub(crate) entries_per_block: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_without_commit: Option<Spread>,
    pub(crate) publish: Repeated,
    pub(crate) batch: Repeated,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) offered: Option<Spread>,
    /// In all runs together.
    pub(crate) busy: u64,
    pub(crate) feed_behind: Spread,
    pub(crate) feed_drained: Spread,
    pub(crate) views_behind: Spread,
    pub(crate) views_drained: Spread,
    pub(crate) ratios: Ratios,
    /// Microseconds of processor time for each receipt.
    pub(crate) cpu: BTreeMap<String, f64>,
    /// In all runs together.
    pub(crate) others: BTreeMap<String, u64>,
}

/// Everything that the bench has to say about the loops.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) version: &'static str,
    pub(crate) machine: Machine,
    pub(crate) actors: u32,
    pub(crate) submitters: u16,
    pub(crate) seconds: u64,
    pub(crate) statements: Profile,
    pub(crate) limits: Limits,
    pub(crate) loops: Vec<Row>,
    pub(crate) bars: Vec<Judged>,
    pub(crate) runs: Vec<Round>,
}

impl Report {
    pub(crate) fn new(
        args: &Table,
        machine: Machine,
        statements: Profile,
        runs: Vec<Round>,
    ) -> Self {
        let count = runs.first().map_or(0, |run| run.loops.len());
        Self {
            version: env!("CARGO_PKG_VERSION"),
            machine,
            actors: args.settings.actors,
            submitters: args.settings.submitters,
            seconds: args.seconds,
            statements,
            limits: median_limits(&runs),
            loops: (0..count).map(|index| row(&runs, index)).collect(),
            bars: (0..count)
                .flat_map(|index| judge(&at(&runs, index)))
                .collect(),
            runs,
        }
    }

    /// Whether any statement was not recorded, but for those that were told to come again by an overloaded ledger.
    pub(crate) fn anything_refused(&self) -> bool {
        self.loops.iter().any(|row| !row.others.is_empty())
    }

    /// Where processor time goes in the first loop, as SVG.
    pub(crate) fn picture(&self) -> String {
        let Some(first) = self.loops.first() else {
            return String::new();
        };
        let title = format!("Processor time of one statement, by part ({})", first.plan);
        let bars: Vec<_> = first.cpu.clone().into_iter().collect();
        picture::svg(&title, &bars, "microseconds")
    }
}

/// The loop at `index` of each run.
fn at(runs: &[Round], index: usize) -> Vec<&Loop> {
    runs.iter().map(|run| &run.loops[index]).collect()
}

fn median_limits(runs: &[Round]) -> Limits {
    let repeated = |figure: fn(&Limits) -> Repeated| {
        let all: Vec<Repeated> = runs.iter().map(|run| figure(&run.limits)).collect();
        Repeated::median(&all)
    };
    Limits {
        verifications: median(runs.iter().map(|run| run.limits.verifications)),
        block: median(runs.iter().map(|run| run.limits.block as f64)) as u64,
        block_publish: repeated(|limits| limits.block_publish),
        block_batch: repeated(|limits| limits.block_batch),
    }
}

fn row(runs: &[Round], index: usize) -> Row {
    let loops = at(runs, index);
    let of = |figure: fn(&Loop) -> f64| Spread::of(loops.iter().map(|seen| figure(seen)));
    let some = |figure: fn(&Loop) -> Option<f64>| {
        let all: Vec<f64> = loops.iter().filter_map(|seen| figure(seen)).collect();
        (!all.is_empty()).then(|| Spread::of(all))
    };
    let repeated = |figure: fn(&Loop) -> Repeated| {
        let all: Vec<Repeated> = loops.iter().map(|seen| figure(seen)).collect();
        Repeated::median(&all)
    };
    let verified = runs
        .iter()
        .map(|run| ratio(run.loops[index].throughput, run.limits.verifications));
    Row {
        plan: loops[0].plan,
        recorded: loops.iter().map(|seen| seen.recorded).sum(),
        throughput: of(|seen| seen.throughput),
        p50: of(|seen| seen.latency.p50),
        p99: of(|seen| seen.latency.p99),
        p999: of(|seen| seen.latency.p999),
        max: of(|seen| seen.latency.max),
        entries_per_block: of(|seen| seen.block).median,
        path_without_commit: some(|seen| seen.echo),
        publish: repeated(|seen| seen.publish),
        batch: repeated(|seen| seen.batch),
        offered: some(|seen| seen.offered),
        busy: loops.iter().map(|seen| seen.busy.answers).sum(),
        feed_behind: of(|seen| seen.lag.feed_behind as f64),
        feed_drained: of(|seen| seen.lag.feed_drained),
        views_behind: of(|seen| seen.lag.views_behind as f64),
        views_drained: of(|seen| seen.lag.views_drained),
        ratios: Ratios {
            of_path_without_commit: some(|seen| seen.echo.map(|echo| ratio(seen.throughput, echo))),
            of_verifications: Spread::of(verified),
            p50_to_syncs: of(|seen| ratio(seen.latency.p50, seen.syncs())),
            p99_to_syncs: of(|seen| ratio(seen.latency.p99, seen.syncs())),
        },
        cpu: medians(&loops),
        others: others(&loops),
    }
}

fn others(loops: &[&Loop]) -> BTreeMap<String, u64> {
    let mut others = BTreeMap::new();
    for (code, count) in loops.iter().flat_map(|seen| &seen.others) {
        *others.entry(code.clone()).or_default() += count;
    }
    others
}

/// Each part's median; a part that used no time in a run counts as none.
fn medians(loops: &[&Loop]) -> BTreeMap<String, f64> {
    let parts = loops.iter().flat_map(|seen| seen.cpu.keys());
    let median_of = |part: &String| {
        let each = loops.iter().map(|seen| seen.cpu.get(part).copied());
        (part.clone(), median(each.map(Option::unwrap_or_default)))
    };
    parts.map(median_of).collect()
}

#[cfg(test)]
pub(crate) mod testing {
    use clap::Parser as _;

    use super::*;
    use crate::args::Cli;
    use crate::measured::testing::{round, seen};

    pub(crate) fn report(runs: Vec<Round>) -> Report {
        let args = Cli::parse_from(["bench"]).table;
        Report::new(&args, Machine::default(), Profile::default(), runs)
    }

    /// Two runs; the ledger of the second one is twice as fast.
    pub(crate) fn two() -> Report {
        let run = |throughput| round(vec![seen("1024:held", throughput)], 1_000.0);
        report(vec![run(1_000.0), run(2_000.0)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::testing::{round, seen};

    #[test]
    fn ratios_are_taken_within_a_run_before_the_median() {
        // The median of throughputs over the median of limits would be 2/3.
        let runs = [(1.0, 1.0), (2.0, 4.0), (3.0, 3.0)]
            .map(|(throughput, limit)| round(vec![seen("64", throughput)], limit));
        let row = row(&runs, 0);
        assert_eq!(row.throughput.median, 2.0);
        assert_eq!((row.throughput.min, row.throughput.max), (1.0, 3.0));
        assert_eq!(row.ratios.of_verifications.median, 1.0);
        let path = row.ratios.of_path_without_commit.map(|path| path.median);
        assert_eq!(path, Some(0.5));
        let syncs = (row.ratios.p50_to_syncs, row.ratios.p99_to_syncs);
        assert_eq!((syncs.0.median, syncs.1.median), (2.0, 4.0));
        assert_eq!(row.recorded, 30);
    }

    #[test]
    fn what_was_not_recorded_is_counted_over_all_runs_and_told() {
        let mut runs = vec![round(vec![seen("64", 1.0)], 1.0); 2];
        for run in &mut runs {
            run.loops[0].others.insert("stale".to_owned(), 2);
        }
        let report = testing::report(runs);
        assert!(report.anything_refused());
        assert!(report.to_string().contains("NOT RECORDED: stale: 4"));
    }

    #[test]
    fn busy_answers_of_an_overloaded_ledger_are_no_refusals() {
        let mut run = round(vec![seen("2x:held", 1.0)], 1.0);
        run.loops[0].busy.answers = 9;
        let report = testing::report(vec![run]);
        assert!(!report.anything_refused());
        assert_eq!(report.loops[0].busy, 9);
    }

    #[test]
    fn a_part_that_was_idle_in_a_run_counts_as_nothing() {
        let mut runs = vec![round(vec![seen("64", 1.0)], 1.0); 3];
        runs[0].loops[0].cpu.insert("views".to_owned(), 4.0);
        let views = |runs: &[Round]| row(runs, 0).cpu.get("views").copied();
        assert_eq!(views(&runs), Some(0.0));
        runs[1].loops[0].cpu.insert("views".to_owned(), 6.0);
        assert_eq!(views(&runs), Some(4.0));
    }

    #[test]
    fn machines_read_the_same_figures_each_run_and_all_bars() {
        let json = serde_json::to_value(testing::two()).expect("plain data");
        assert_eq!(json["loops"][0]["throughput"]["median"], 1_500.0);
        assert_eq!(
            json["loops"][0]["ratios"]["ofPathWithoutCommit"]["median"],
            0.5
        );
        assert_eq!(json["runs"][1]["loops"][0]["throughput"], 2_000.0);
        assert_eq!(json["bars"][0]["met"], false);
        assert_eq!(json["bars"].as_array().map(Vec::len), Some(3));
    }
}
