//! The report on a long ledger.

use std::fmt;

use serde::Serialize;

use super::{Point, Restart, Sizes, Slice};
use crate::bars::{Bound, Judged, Standard, Unit};
use crate::machine::Machine;
use crate::markdown;
use crate::mix::Profile;
use crate::oracle::Checked;
use crate::stats::{Spread, ratio};

/// Everything that the bench has to say about a long ledger.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(super) version: &'static str,
    pub(super) machine: Machine,
    pub(super) statements: Profile,
    pub(super) in_flight: u16,
    pub(super) bars: Vec<Judged>,
    pub(super) points: Vec<Point>,
    pub(super) restarts: Vec<Restart>,
    /// Seconds until `nats-server` was up again after kill -9.
    pub(super) nats_recovery: f64,
    pub(super) sizes: Sizes,
    pub(super) built: Vec<Slice>,
    pub(super) oracle: Checked,
}

impl Report {
    /// With its bars.
    pub(super) fn judged(mut self) -> Self {
        self.bars = self.judge();
        self
    }

    fn judge(&self) -> Vec<Judged> {
        let (Some(small), Some(large)) = (self.points.first(), self.points.last()) else {
            return Vec::new();
        };
        let figure = |what: &str| format!("{what} at {} entries", large.entries);
        let one = |value| Spread::of([value]);
        let bar =
            |what, unit, bound, found| Judged::new(figure(what), Standard::Bar, unit, bound, found);
        // Each loop at the large size by the median at the small one: the spread is that of the large size.
        let append = large.append.times(ratio(1.0, small.append.median));
        let memory = one(ratio(large.memory as f64, small.memory as f64));
        let disk = one(ratio(self.sizes.rocksdb as f64, self.sizes.entries as f64));
        let ready = Spread::of(self.restarts.iter().map(|restart| 1_000.0 * restart.ready));
        vec![
            bar(
                "append",
                (Unit::Share, "of that at a tenth"),
                Bound::AtLeast(0.90),
                append,
            ),
            bar(
                "resident memory",
                (Unit::Times, "that at a tenth"),
                Bound::AtMost(1.1),
                memory,
            ),
            bar(
                "RocksDB",
                (Unit::Times, "the entries' own bytes, compacted"),
                Bound::AtMost(1.6),
                disk,
            ),
            Judged::new(
                figure("start after kill -9"),
                Standard::QuietMachine,
                (Unit::Milliseconds, "until it writes, NATS up"),
                Bound::AtMost(1_000.0),
                ready,
            ),
        ]
    }

    pub(crate) fn markdown(&self) -> String {
        let mut out = format!(
            "{}, {}; {} in flight, feed held while measured; {}.\n\n{}",
            self.machine.processor,
            self.machine.file_system,
            self.in_flight,
            self.statements,
            markdown::judged(&self.bars)
        );
        out.push_str("\n| entries | append/s | writer's memory | as it was built | feed drains | compaction | RocksDB | start |\n|---|---|---|---|---|---|---|---|\n");
        for point in &self.points {
            out.push_str(&format!(
                "| {} | {:.0} ({:.0}–{:.0}) | {} MiB (most {}) | {} MiB | {:.0}/s | {:.1} s | {:.2} GB | {:.2} s |\n",
                point.entries,
                point.append.median,
                point.append.min,
                point.append.max,
                point.memory / 1024,
                point.memory_most / 1024,
                point.memory_built / 1024,
                point.feed_drained,
                point.compaction,
                gb(point.rocksdb),
                point.start
            ));
        }
        out.push_str(&format!("\n{}\n", self.rest()));
        out
    }

    /// Sizes, restarts and audit, in words.
    fn rest(&self) -> String {
        let sizes = &self.sizes;
        let times = |bytes: u64| ratio(bytes as f64, sizes.entries as f64);
        let views = sizes.views.map_or(String::new(), |views| {
            format!(", views {:.2} GB ({:.2} ×)", gb(views), times(views))
        });
        let seconds = |of: fn(&Restart) -> f64| {
            let all: Vec<String> = self
                .restarts
                .iter()
                .map(|r| format!("{:.2}", of(r)))
                .collect();
            all.join(", ")
        };
        let rates = Spread::of(self.built.iter().map(|slice| slice.rate));
        let behind = self.built.iter().map(|slice| slice.feed_behind).max();
        format!(
            "Built with everybody at work at {:.0} receipts/s ({:.0}–{:.0}), the feed at most {} entries behind.\n\
             Disk: entries {:.2} GB; RocksDB {:.2} GB ({:.2} ×), log {:.2} GB ({:.2} ×), feed {:.2} GB ({:.2} ×){views}.\n\
             After kill -9 of the writer under load: ready in {} s, first receipt after {} s. After kill -9 of nats-server: up in {:.2} s.\n\
             Audited: {} entries, levels {}, without a finding; {} receipts, all true under the last checkpoint; {} messages in the feed.",
            rates.median,
            rates.min,
            rates.max,
            behind.unwrap_or(0),
            gb(sizes.entries),
            gb(sizes.rocksdb),
            times(sizes.rocksdb),
            gb(sizes.log),
            times(sizes.log),
            gb(sizes.feed),
            times(sizes.feed),
            seconds(|restart| restart.ready),
            seconds(|restart| restart.first_receipt),
            self.nats_recovery,
            self.oracle.entries,
            self.oracle.levels,
            self.oracle.receipts,
            self.oracle.feed
        )
    }
}

fn gb(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}, {}; {}",
            self.machine.processor, self.machine.file_system, self.statements
        )?;
        for point in &self.points {
            writeln!(
                f,
                "{:>10} entries: append {:.0}/s ({:.0}–{:.0}), {:.0} verifications/s; memory {} MiB (most {}, as built {}); feed drains {:.0}/s; compaction {:.1} s to {:.2} GB; start {:.2} s",
                point.entries,
                point.append.median,
                point.append.min,
                point.append.max,
                point.verifications,
                point.memory / 1024,
                point.memory_most / 1024,
                point.memory_built / 1024,
                point.feed_drained,
                point.compaction,
                gb(point.rocksdb),
                point.start
            )?;
        }
        writeln!(f, "{}\n\nbars", self.rest())?;
        self.bars.iter().try_for_each(|bar| writeln!(f, "{bar}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(entries: u64, append: f64, memory: u64) -> Point {
        Point {
            entries,
            append: Spread::of([append]),
            verifications: 1.0,
            memory,
            memory_most: memory,
            memory_built: memory,
            feed_drained: 1.0,
            compaction: 1.0,
            rocksdb: 1,
            start: 0.1,
        }
    }

    fn report() -> Report {
        let restart = |ready| Restart {
            ready,
            first_receipt: ready,
        };
        Report {
            version: "0",
            machine: Machine::default(),
            statements: Profile::default(),
            in_flight: 1024,
            bars: Vec::new(),
            points: vec![point(1_000, 100.0, 1_000), point(10_000, 89.0, 1_101)],
            restarts: vec![restart(0.4), restart(0.5), restart(1.5)],
            nats_recovery: 3.0,
            sizes: Sizes {
                entries: 100,
                rocksdb: 160,
                log: 110,
                feed: 150,
                views: None,
            },
            built: Vec::new(),
            oracle: Checked::default(),
        }
        .judged()
    }

    #[test]
    fn growth_is_judged_by_what_a_tenth_of_the_ledger_shows() {
        let verdicts: Vec<String> = report().bars.iter().map(Judged::verdict).collect();
        let expected = [
            "missed: 89 % of at least 90 %",
            "missed: 1.10 × of at most 1.10 ×",
            "met: 1.60 × of at most 1.60 ×",
            "met: 500.00 ms of at most 1000.00 ms",
        ];
        assert_eq!(verdicts, expected);
    }

    #[test]
    fn the_table_has_both_sizes_and_every_store() {
        let text = report().markdown();
        for part in [
            "| 1000 | 100",
            "| 10000 | 89",
            "feed 0.00 GB (1.50 ×)",
            "ready in 0.40, 0.50, 1.50 s",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
