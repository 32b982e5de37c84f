//! What was measured: medians over the runs, ratios to limits of the same run, and whether the bars are met.

use std::fmt;

use serde::Serialize;

use crate::stats::{median, ratio};

/// What must hold of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Bar {
    /// The figure itself.
    AtLeast(f64),
    /// The figure itself.
    AtMost(f64),
    /// The figure to its limit.
    RatioAtLeast(f64),
}

/// Another figure of the same measurement.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Figure {
    name: String,
    value: f64,
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, value: f64) -> Self {
        Self {
            name: name.into(),
            value,
        }
    }
}

/// One figure of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Measured {
    name: String,
    unit: &'static str,
    value: f64,
    /// What it is compared with: a name, and the limit in the same unit.
    limit: Option<(String, f64)>,
    also: Vec<Figure>,
    bars: Vec<Bar>,
}

impl Measured {
    /// So many a second.
    pub(crate) fn new(name: impl Into<String>, value: f64) -> Self {
        Self {
            name: name.into(),
            unit: "/s",
            value,
            limit: None,
            also: Vec::new(),
            bars: Vec::new(),
        }
    }

    /// So many milliseconds.
    pub(crate) fn millis(name: impl Into<String>, value: f64) -> Self {
        Self {
            unit: "ms",
            ..Self::new(name, value)
        }
    }

    /// Beside a limit that was measured in the same run.
    pub(crate) fn of(mut self, limit: impl Into<String>, value: f64) -> Self {
        self.limit = Some((limit.into(), value));
        self
    }

    /// With another figure.
    pub(crate) fn also(mut self, figure: Figure) -> Self {
        self.also.push(figure);
        self
    }

    /// With what must hold.
    pub(crate) fn bars(mut self, bars: &[Bar]) -> Self {
        self.bars.extend(bars);
        self
    }

    fn ratio(&self) -> Option<f64> {
        self.limit
            .as_ref()
            .map(|(_, limit)| ratio(self.value, *limit))
    }

    /// Whether a bar is met; a ratio without a limit meets none.
    fn meets(&self, bar: Bar) -> bool {
        match bar {
            Bar::AtLeast(least) => self.value >= least,
            Bar::AtMost(most) => self.value <= most,
            Bar::RatioAtLeast(least) => self.ratio().is_some_and(|ratio| ratio >= least),
        }
    }

    fn verdict(&self) -> String {
        let bars = self.bars.iter().map(|bar| {
            let met = if self.meets(*bar) { "met" } else { "NOT MET" };
            match bar {
                Bar::AtLeast(least) => format!("≥ {}: {met}", number(*least)),
                Bar::AtMost(most) => format!("≤ {}: {met}", number(*most)),
                Bar::RatioAtLeast(least) => format!("≥ {:.0} %: {met}", least * 100.0),
            }
        });
        bars.collect::<Vec<_>>().join(", ")
    }
}

/// All figures of a sort, over several runs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    runs: usize,
    /// Medians.
    figures: Vec<Measured>,
}

impl Report {
    /// Each figure's median over the runs; the limit's and the others' beside it likewise. All runs have the same figures in the same
    /// order.
    pub(crate) fn new(runs: &[Vec<Measured>]) -> Self {
        let first = runs.first().map_or(&[][..], Vec::as_slice);
        let figures = first.iter().enumerate().map(|(at, one)| {
            let every = || runs.iter().filter_map(|run| run.get(at));
            let limit = one.limit.as_ref().map(|(name, _)| {
                let limits = every().filter_map(|one| one.limit.as_ref().map(|(_, value)| *value));
                (name.clone(), median(limits))
            });
            let also = one.also.iter().enumerate().map(|(at, figure)| Figure {
                name: figure.name.clone(),
                value: median(every().filter_map(|one| one.also.get(at).map(|one| one.value))),
            });
            Measured {
                value: median(every().map(|one| one.value)),
                limit,
                also: also.collect(),
                ..one.clone()
            }
        });
        Self {
            figures: figures.collect(),
            runs: runs.len(),
        }
    }

    /// Whether every bar is met.
    pub(crate) fn all_met(&self) -> bool {
        self.figures
            .iter()
            .all(|one| one.bars.iter().all(|bar| one.meets(*bar)))
    }

    /// For machines.
    pub(crate) fn to_json(&self) -> String {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        json["allMet"] = self.all_met().into();
        json.to_string()
    }
}

impl fmt::Display for Report {
    /// A table in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| what | median of {} | limit in the same run | ratio | beside it | bars |",
            self.runs
        )?;
        writeln!(f, "|---|---:|---|---:|---|---|")?;
        for one in &self.figures {
            let limit = one.limit.as_ref().map_or(String::new(), |(name, value)| {
                format!("{name}: {} {}", number(*value), one.unit)
            });
            let ratio = one
                .ratio()
                .map_or(String::new(), |ratio| format!("{:.0} %", ratio * 100.0));
            let also: Vec<_> = one
                .also
                .iter()
                .map(|figure| format!("{} {}", figure.name, number(figure.value)))
                .collect();
            writeln!(
                f,
                "| {} | {} {} | {limit} | {ratio} | {} | {} |",
                one.name,
                number(one.value),
                one.unit,
                also.join("; "),
                one.verdict()
            )?;
        }
        Ok(())
    }
}

/// Whole numbers from a hundred on, with their thousands set apart; below, two digits after the point.
fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(value: f64, limit: f64) -> Vec<Measured> {
        let bars = [Bar::AtLeast(20.0), Bar::RatioAtLeast(0.5)];
        let also = Figure::new("p99 ms", value / 10.0);
        vec![
            Measured::new("fold", value)
                .of("bare", limit)
                .also(also)
                .bars(&bars),
        ]
    }

    #[test]
    fn medians_are_taken_figure_by_figure_and_limit_by_limit() {
        let report = Report::new(&[run(10.0, 90.0), run(30.0, 40.0), run(20.0, 50.0)]);
        let one = &report.figures[0];
        assert_eq!(
            (one.value, one.limit.as_ref().map(|limit| limit.1)),
            (20.0, Some(50.0))
        );
        assert_eq!(one.also[0].value, 2.0);
    }

    #[test]
    fn a_bar_is_met_by_the_median_at_the_bar_and_not_below() {
        for (value, limit, met) in [(20.0, 40.0, true), (20.0, 40.1, false), (19.9, 30.0, false)] {
            assert_eq!(
                Report::new(&[run(value, limit)]).all_met(),
                met,
                "{value} of {limit}"
            );
        }
        let slow = Measured::millis("p99", 50.1).bars(&[Bar::AtMost(50.0)]);
        assert!(!Report::new(&[vec![slow]]).all_met());
        let without = Measured::new("fold", 1.0).bars(&[Bar::RatioAtLeast(0.0)]);
        assert!(!Report::new(&[vec![without]]).all_met());
    }

    #[test]
    fn the_table_says_what_is_not_met() {
        let table = Report::new(&[run(1_234_567.0, 10_000_000.0)]).to_string();
        assert!(
            table.contains("| fold | 1,234,567 /s | bare: 10,000,000 /s | 12 % |"),
            "{table}"
        );
        assert!(table.contains("≥ 20.00: met, ≥ 50 %: NOT MET"), "{table}");
    }

    #[test]
    fn numbers_are_set_in_thousands() {
        for (value, text) in [
            (0.0, "0.00"),
            (99.994, "99.99"),
            (100.0, "100"),
            (1_000.0, "1,000"),
            (123_456.0, "123,456"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
