//! The tables of `docs/performance.md`.

use std::fmt::Write as _;

use crate::bars::{Judged, Standard};
use crate::report::Report;
use crate::stats::Spread;

/// Rows `| figure | asked | measured | |`, first the bars and then what a quiet machine should show.
pub(crate) fn judged(bars: &[Judged]) -> String {
    let mut out =
        String::from("| figure | asked | measured: median (least–most) | |\n|---|---|---|---|\n");
    let of = |standard| bars.iter().filter(move |bar| bar.standard == standard);
    for bar in of(Standard::Bar).chain(of(Standard::QuietMachine)) {
        let asked = match bar.standard {
            Standard::Bar => format!("{} {}", bar.asked(), bar.of),
            Standard::QuietMachine => format!("quiet machine: {} {}", bar.asked(), bar.of),
        };
        let met = if bar.met { "met" } else { "**missed**" };
        let (figure, asked, measured) = (&bar.figure, asked.trim(), bar.measured());
        let _ = writeln!(out, "| {figure} | {asked} | {measured} | {met} |");
    }
    out
}

impl Report {
    pub(crate) fn markdown(&self) -> String {
        let machine = &self.machine;
        let mut out = format!(
            "{} ({} cores, {} GiB), {}, {}; load average {:.1} at the start. Medians of {} runs of {} s each; {}.\n\n",
            machine.processor,
            machine.cores,
            machine.memory_gib,
            machine.system,
            machine.file_system,
            machine.load_average,
            self.runs.len(),
            self.seconds,
            self.statements
        );
        out.push_str(&judged(&self.bars));
        out.push_str(
            "\n| loop | receipts/s | p50 ms | p99 ms | p999 ms | entries/block | syncs ms | path without commit | feed drains | views drain |\n|---|---|---|---|---|---|---|---|---|---|\n",
        );
        let ms = |spread: Spread| {
            let Spread { median, min, max } = spread.times(1e-3);
            format!("{median:.2} ({min:.2}–{max:.2})")
        };
        let rate = |spread: Spread| format!("{:.0}/s", spread.median);
        for row in &self.loops {
            let Spread { median, min, max } = row.throughput;
            let dash = || "–".to_owned();
            let _ = writeln!(
                out,
                "| {} | {median:.0} ({min:.0}–{max:.0}) | {} | {} | {} | {:.0} | {:.2} | {} | {} | {} |",
                row.plan,
                ms(row.p50),
                ms(row.p99),
                ms(row.p999),
                row.entries_per_block,
                (row.publish.p50 + row.batch.p50) / 1_000.0,
                row.path_without_commit.map_or_else(dash, rate),
                drained(row.feed_behind, row.feed_drained),
                drained(row.views_behind, row.views_drained),
            );
        }
        self.over(&mut out);
        let entries: u64 = self.runs.iter().map(|run| run.oracle.entries).sum();
        let receipts: u64 = self.runs.iter().map(|run| run.oracle.receipts).sum();
        let _ = writeln!(
            out,
            "\nAudited: {entries} entries of {} ledgers, without a finding; {receipts} receipts, all true under the last checkpoint.",
            self.runs.len()
        );
        out
    }

    /// What overload looked like.
    fn over(&self, out: &mut String) {
        for row in &self.loops {
            if let Some(offered) = row.offered.filter(|_| row.busy > 0) {
                let _ = writeln!(
                    out,
                    "\n{}: {:.0} statements/s were sent; {} answers in all runs said busy and when to come again.",
                    row.plan, offered.median, row.busy
                );
            }
        }
    }
}

/// How fast those who were behind caught up; who wasn't, drains nothing.
fn drained(behind: Spread, drained: Spread) -> String {
    match behind.median >= 1_000.0 {
        true => format!("{:.0}/s", drained.median),
        false => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::two;

    #[test]
    fn each_bar_is_a_row_and_says_whether_it_is_met() {
        let text = two().markdown();
        for row in [
            "| 1024 in flight, held | at least 70 % of the path without commit | 50 % (50–50) | **missed** |",
            "| 1024 in flight, held | quiet machine: at least 35000/s | 1500/s (1000–2000) | **missed** |",
            "| 1024 in flight, held | 1500 (1000–2000) | 0.80 (0.80–0.80) |",
        ] {
            assert!(text.contains(row), "{row} is not in\n{text}");
        }
    }

    #[test]
    fn who_was_hardly_behind_drains_nothing() {
        let spread = |value| Spread::of([value]);
        assert_eq!(drained(spread(999.0), spread(5.0)), "–");
        assert_eq!(drained(spread(1_000.0), spread(5.0)), "5/s");
    }
}
