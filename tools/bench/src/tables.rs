//! The report on the loops as tables, for a terminal.

use std::fmt;

use crate::limits::Repeated;
use crate::picture;
use crate::report::{Report, Row};
use crate::stats::Spread;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = &self.machine;
        writeln!(
            f,
            "{} ({} cores, {} GiB), {}, {}; load average {:.1} at the start",
            machine.processor,
            machine.cores,
            machine.memory_gib,
            machine.system,
            machine.file_system,
            machine.load_average
        )?;
        writeln!(
            f,
            "{} actors, {} submitters; medians of {} runs of {} s each; {}\n",
            self.actors,
            self.submitters,
            self.runs.len(),
            self.seconds,
            self.statements
        )?;
        self.write_limits(f)?;
        self.write_loops(f)?;
        self.write_ratios(f)?;
        self.write_lags(f)?;
        self.write_cpu(f)?;
        self.write_oracle(f)?;
        writeln!(f, "\nbars")?;
        self.bars.iter().try_for_each(|bar| writeln!(f, "{bar}"))
    }
}

fn ms(micros: f64) -> String {
    format!("{:8.2}", micros / 1_000.0)
}

impl Report {
    fn write_limits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = "limits of the machine";
        writeln!(f, "{name:38} {:>11} {:>8}", "a second", "p50 ms")?;
        let name = "Ed25519 verify_strict, all cores";
        writeln!(f, "{name:38} {:11.0}", self.limits.verifications)?;
        let line = |f: &mut fmt::Formatter<'_>, name: String, done: Repeated| {
            writeln!(f, "{name:38} {:11.0} {}", done.per_second, ms(done.p50))
        };
        if let Some(first) = self.loops.first() {
            line(f, "fenced publish, 1 entry".to_owned(), first.publish)?;
            line(f, "synced batch, 1 entry".to_owned(), first.batch)?;
        }
        let block = self.limits.block;
        let (publish, batch) = (self.limits.block_publish, self.limits.block_batch);
        line(f, format!("fenced publish, {block} entries"), publish)?;
        line(f, format!("synced batch, {block} entries"), batch)
    }

    fn write_loops(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:22} {:>11} {:>15} {:>8} {:>8} {:>8} {:>8} {:>10} {:>9} {:>8}",
            "ledger",
            "receipts/s",
            "least–most",
            "p50 ms",
            "p99 ms",
            "p999 ms",
            "max ms",
            "per block",
            "offered/s",
            "busy"
        )?;
        for row in &self.loops {
            let Spread { median, min, max } = row.throughput;
            let (kind, least_most) = (row.plan.to_string(), format!("{min:.0}–{max:.0}"));
            let offered = row
                .offered
                .map_or(String::new(), |o| format!("{:.0}", o.median));
            writeln!(
                f,
                "{kind:22} {median:11.0} {least_most:>15} {} {} {} {} {:10.1} {offered:>9} {:>8}",
                ms(row.p50.median),
                ms(row.p99.median),
                ms(row.p999.median),
                ms(row.max.median),
                row.entries_per_block,
                row.busy
            )?;
            for (code, count) in &row.others {
                writeln!(f, "{kind:22} NOT RECORDED: {code}: {count}")?;
            }
        }
        Ok(())
    }

    fn write_ratios(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:22} {:>14} {:>8} {:>16} {:>9} {:>11} {:>11}",
            "ratios",
            "path, no commit",
            "of it",
            "of verifications",
            "syncs ms",
            "p50/syncs",
            "p99/syncs"
        )?;
        for row in &self.loops {
            let Row { plan, ratios, .. } = row;
            let dash = || "–".to_owned();
            let path = row
                .path_without_commit
                .map_or_else(dash, |p| format!("{:.0}/s", p.median));
            let of = ratios.of_path_without_commit;
            let of = of.map_or_else(dash, |of| format!("{:.0} %", 100.0 * of.median));
            let verified = format!("{:.0} %", 100.0 * ratios.of_verifications.median);
            let syncs = ms(row.publish.p50 + row.batch.p50);
            let (p50, p99) = (ratios.p50_to_syncs.median, ratios.p99_to_syncs.median);
            writeln!(
                f,
                "{:22} {path:>15} {of:>8} {verified:>16} {syncs:>9} {p50:11.1} {p99:11.1}",
                plan.to_string()
            )?;
        }
        writeln!(
            f,
            "syncs = one fenced publish + one synced batch, each of one entry: the mean of their medians right before and after the loop"
        )
    }

    fn write_lags(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nbehind at the end of the loop, and caught up afterwards at"
        )?;
        for row in &self.loops {
            write!(
                f,
                "{:22} feed {:8.0} entries {:9.0}/s",
                row.plan.to_string(),
                row.feed_behind.median,
                row.feed_drained.median
            )?;
            if row.views_behind.max > 0.0 {
                let (behind, drained) = (row.views_behind.median, row.views_drained.median);
                write!(f, "   views {behind:8.0} entries {drained:9.0}/s")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn write_cpu(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.loops.first().filter(|row| !row.cpu.is_empty()) else {
            return Ok(());
        };
        writeln!(
            f,
            "\nmicroseconds of processor time for each receipt, {}",
            first.plan
        )?;
        let bars: Vec<_> = first.cpu.clone().into_iter().collect();
        f.write_str(&picture::text(&bars, "µs"))
    }

    fn write_oracle(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\naudit of each run's ledger: everything holds")?;
        for (number, run) in self.runs.iter().enumerate() {
            let oracle = &run.oracle;
            writeln!(
                f,
                "run {}: {} entries ({} bytes each), levels {}, {} signatures, {} receipts, feed {}, views {}; {:.0} s",
                number + 1,
                oracle.entries,
                oracle.bytes / oracle.entries.max(1),
                oracle.levels,
                oracle.signatures,
                oracle.receipts,
                oracle.feed,
                oracle
                    .views
                    .map_or("off".to_owned(), |views| views.to_string()),
                oracle.seconds
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::report::testing::two;

    #[test]
    fn the_tables_name_every_loop_with_its_spread_and_its_bars() {
        let text = two().to_string();
        for part in [
            "1024 in flight, held          1500       1000–2000",
            "missed: 50 % of at least 70 %",
            "fenced publish, 1 entry",
            "run 2: 0 entries",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
