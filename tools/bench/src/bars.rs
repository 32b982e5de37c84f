//! The bars: what the figures must reach, relative to what the machine could do in the same run; and, apart from them, what a quiet machine with a fast disk should show.

use std::fmt;

use serde::Serialize;

use crate::measured::Loop;
use crate::plan::{Followers, Load};
use crate::stats::{Spread, ratio};

/// What the machine's noise is told apart from: a bar holds on any machine, the other only on a quiet one with a fast disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Standard {
    /// A ratio within one run.
    Bar,
    /// An absolute figure.
    QuietMachine,
}

/// In what a figure is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Unit {
    /// Of one, told in percent.
    Share,
    /// How many times something.
    Times,
    PerSecond,
    Milliseconds,
    /// Just a number.
    Count,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// One figure and what is asked of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Judged {
    /// Of which figure, in words.
    pub(crate) figure: String,
    pub(crate) standard: Standard,
    pub(crate) unit: Unit,
    /// In words: of what it is a share.
    pub(crate) of: &'static str,
    pub(crate) bound: Bound,
    pub(crate) found: Spread,
    pub(crate) met: bool,
}

impl Judged {
    /// The median decides.
    pub(crate) fn new(
        figure: impl Into<String>,
        standard: Standard,
        (unit, of): (Unit, &'static str),
        bound: Bound,
        found: Spread,
    ) -> Self {
        let met = match bound {
            Bound::AtLeast(least) => found.median >= least,
            Bound::AtMost(most) => found.median <= most,
        };
        Self {
            figure: figure.into(),
            standard,
            unit,
            of,
            bound,
            found,
            met,
        }
    }

    /// `met: 74 % of at least 70 %`.
    pub(crate) fn verdict(&self) -> String {
        let bound = self.asked();
        let found = self.unit.write(self.found.median);
        match self.met {
            true => format!("met: {found} of {bound}"),
            false => format!("missed: {found} of {bound}"),
        }
    }

    /// `at least 70 %`.
    pub(crate) fn asked(&self) -> String {
        match self.bound {
            Bound::AtLeast(least) => format!("at least {}", self.unit.write(least)),
            Bound::AtMost(most) => format!("at most {}", self.unit.write(most)),
        }
    }

    /// `74 % (69–80)`.
    pub(crate) fn measured(&self) -> String {
        let bare = |value| self.unit.number(value);
        format!(
            "{} ({}–{})",
            self.unit.write(self.found.median),
            bare(self.found.min),
            bare(self.found.max)
        )
    }
}

impl Unit {
    fn number(self, value: f64) -> String {
        match self {
            Self::Share => format!("{:.0}", 100.0 * value),
            Self::Times | Self::Milliseconds => format!("{value:.2}"),
            Self::PerSecond | Self::Count => format!("{value:.0}"),
        }
    }

    pub(crate) fn write(self, value: f64) -> String {
        let number = self.number(value);
        match self {
            Self::Share => format!("{number} %"),
            Self::Times => format!("{number} ×"),
            Self::PerSecond => format!("{number}/s"),
            Self::Milliseconds => format!("{number} ms"),
            Self::Count => number,
        }
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.standard {
            Standard::Bar => "bar",
            Standard::QuietMachine => "quiet machine",
        };
        write!(
            f,
            "{:28} {kind:13} {} {}",
            self.figure,
            self.verdict(),
            self.of
        )
    }
}

/// What is asked of one loop, over all its runs.
pub(crate) fn judge(runs: &[&Loop]) -> Vec<Judged> {
    let Some(first) = runs.first() else {
        return Vec::new();
    };
    let asked = Asked {
        figure: first.plan.to_string(),
        runs,
    };
    match (first.plan.load, first.plan.followers) {
        (Load::Closed(1024), Followers::Held) => asked.held(),
        (Load::Closed(1024), Followers::All) => asked.live(),
        (Load::Closed(64), Followers::Held | Followers::Feed | Followers::All) => asked.many(),
        (Load::Closed(1), Followers::Held | Followers::Feed | Followers::All) => asked.alone(),
        (Load::Open(1000), Followers::Held | Followers::Feed | Followers::All) => asked.steady(),
        (Load::Over(_), Followers::Held | Followers::Feed | Followers::All) => asked.overload(),
        (Load::Closed(_) | Load::Open(_), Followers::Held | Followers::Feed | Followers::All) => {
            Vec::new()
        }
    }
}

/// The share of the path without commit.
const OF_PATH: (Unit, &str) = (Unit::Share, "of the path without commit");

/// One loop, of which something is asked.
struct Asked<'r> {
    figure: String,
    runs: &'r [&'r Loop],
}

impl Asked<'_> {
    fn spread(&self, of: impl Fn(&Loop) -> f64) -> Spread {
        Spread::of(self.runs.iter().map(|run| of(run)))
    }

    fn bar(&self, unit: (Unit, &'static str), bound: Bound, of: impl Fn(&Loop) -> f64) -> Judged {
        let figure = self.figure.clone();
        Judged::new(figure, Standard::Bar, unit, bound, self.spread(of))
    }

    fn quiet(&self, unit: Unit, bound: Bound, of: impl Fn(&Loop) -> f64) -> Judged {
        let (figure, standard) = (self.figure.clone(), Standard::QuietMachine);
        Judged::new(figure, standard, (unit, ""), bound, self.spread(of))
    }

    fn throughput(&self, least: f64) -> Judged {
        self.quiet(Unit::PerSecond, Bound::AtLeast(least), |run| run.throughput)
    }

    fn p99(&self, most_ms: f64) -> Judged {
        let bound = Bound::AtMost(most_ms);
        self.quiet(Unit::Milliseconds, bound, |run| ms(run.latency.p99))
    }

    fn held(&self) -> Vec<Judged> {
        let drained = (Unit::Times, "its append rate: feed drained afterwards");
        vec![
            self.bar(OF_PATH, Bound::AtLeast(0.70), Loop::of_path),
            self.throughput(35_000.0),
            self.bar(drained, Bound::AtLeast(2.0), |run| {
                ratio(run.lag.feed_drained, run.throughput)
            }),
        ]
    }

    fn live(&self) -> Vec<Judged> {
        vec![
            self.bar(OF_PATH, Bound::AtLeast(0.40), Loop::of_path),
            self.throughput(15_000.0),
        ]
    }

    fn many(&self) -> Vec<Judged> {
        vec![
            self.bar((Unit::Times, "syncs (p50)"), Bound::AtMost(2.5), |run| {
                ratio(run.latency.p50, run.syncs())
            }),
            self.throughput(15_000.0),
            self.p99(10.0),
        ]
    }

    fn alone(&self) -> Vec<Judged> {
        let unit = (Unit::Times, "(1.5 syncs + 0.5 ms) (p50, receipt verified)");
        vec![
            self.bar(unit, Bound::AtMost(1.0), |run| {
                ratio(run.latency.p50, 1.5 * run.syncs() + 500.0)
            }),
            self.quiet(Unit::Milliseconds, Bound::AtMost(2.0), |run| {
                ms(run.latency.p50)
            }),
        ]
    }

    fn steady(&self) -> Vec<Judged> {
        vec![
            self.bar((Unit::Times, "syncs (p99)"), Bound::AtMost(5.0), |run| {
                ratio(run.latency.p99, run.syncs())
            }),
            self.p99(10.0),
            self.quiet(Unit::Milliseconds, Bound::AtMost(50.0), |run| {
                ms(run.latency.p999)
            }),
        ]
    }

    fn overload(&self) -> Vec<Judged> {
        let peak = (Unit::Share, "of the best closed loop");
        let queue = "the time that a full queue takes (p99 of the admitted)";
        let silent = (Unit::Count, "busy answers without retryAfter");
        vec![
            self.bar(peak, Bound::AtLeast(0.90), |run| {
                ratio(run.throughput, run.peak.unwrap_or_default())
            }),
            self.bar(
                (Unit::Times, queue),
                Bound::AtMost(2.0),
                Loop::p99_to_full_queue,
            ),
            self.bar(silent, Bound::AtMost(0.0), |run| {
                run.busy.without_retry_after as f64
            }),
        ]
    }
}

fn ms(micros: f64) -> f64 {
    micros / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measured::testing::seen;

    fn one(figures: &[f64], bound: Bound) -> Judged {
        let found = Spread::of(figures.iter().copied());
        Judged::new("x", Standard::Bar, (Unit::Share, "of y"), bound, found)
    }

    #[test]
    fn the_median_decides_and_the_bar_itself_is_met() {
        for (figures, bound, verdict) in [
            (vec![0.7], Bound::AtLeast(0.7), "met: 70 % of at least 70 %"),
            (
                vec![0.1, 0.38, 0.9],
                Bound::AtLeast(0.7),
                "missed: 38 % of at least 70 %",
            ),
            (vec![1.0], Bound::AtMost(1.0), "met: 100 % of at most 100 %"),
            (
                vec![1.1],
                Bound::AtMost(1.0),
                "missed: 110 % of at most 100 %",
            ),
        ] {
            assert_eq!(one(&figures, bound).verdict(), verdict);
        }
    }

    #[test]
    fn what_was_measured_is_told_with_its_spread() {
        let judged = one(&[0.69, 0.8, 0.74], Bound::AtLeast(0.7));
        assert_eq!(judged.measured(), "74 % (69–80)");
    }

    /// Throughput 1,000/s, half of the path without commit; p50 0.8 ms, p99 1.6 ms; both syncs together 0.4 ms.
    #[test]
    fn each_loop_of_the_table_has_its_bars_and_others_have_none() {
        for (plan, verdicts) in [
            (
                "1024:held",
                vec![
                    "missed: 50 % of at least 70 %",
                    "missed: 1000/s of at least 35000/s",
                    "met: 2.50 × of at least 2.00 ×",
                ],
            ),
            (
                "1024:all",
                vec![
                    "met: 50 % of at least 40 %",
                    "missed: 1000/s of at least 15000/s",
                ],
            ),
            (
                "64:feed",
                vec![
                    "met: 2.00 × of at most 2.50 ×",
                    "missed: 1000/s of at least 15000/s",
                    "met: 1.60 ms of at most 10.00 ms",
                ],
            ),
            (
                "1",
                vec![
                    "met: 0.73 × of at most 1.00 ×",
                    "met: 0.80 ms of at most 2.00 ms",
                ],
            ),
            (
                "1000/s",
                vec![
                    "met: 4.00 × of at most 5.00 ×",
                    "met: 1.60 ms of at most 10.00 ms",
                    "met: 3.00 ms of at most 50.00 ms",
                ],
            ),
            (
                "2x:held",
                vec![
                    "missed: 80 % of at least 90 %",
                    "met: 0.00 × of at most 2.00 ×",
                    "missed: 3 of at most 0",
                ],
            ),
            ("256", vec![]),
            ("1024:feed", vec![]),
        ] {
            let mut run = seen(plan, 1_000.0);
            run.peak = Some(1_250.0);
            run.busy.without_retry_after = 3;
            let found: Vec<String> = judge(&[&run]).iter().map(Judged::verdict).collect();
            assert_eq!(found, verdicts, "{plan}");
        }
    }
}
