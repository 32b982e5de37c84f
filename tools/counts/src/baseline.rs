//! What the functions took when somebody last looked, and how the present compares.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// Instructions per statement, by function, and where they were counted.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Baseline {
    /// Which valgrind.
    pub valgrind: String,
    /// By how many percent a function may get dearer.
    pub tolerance_percent: u32,
    /// Instructions per statement.
    pub functions: BTreeMap<String, u64>,
}

/// By how many percent a function may get dearer, in a new baseline: hash maps start from random numbers, and compilers differ in
/// small things.
pub const TOLERANCE_PERCENT: u32 = 5;

/// How one function compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// As before, within the tolerance.
    Same,
    /// Dearer by more than that.
    Dearer,
    /// Cheaper by more than that: a new baseline would keep it so.
    Cheaper,
    /// It isn't in the baseline.
    New,
    /// It is in the baseline and was not measured.
    Gone,
}

/// One function then and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub function: String,
    /// Instructions in the baseline.
    pub then: Option<u64>,
    /// Instructions now.
    pub now: Option<u64>,
    /// What that comes to.
    pub change: Change,
}

/// All functions then and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison(pub Vec<Line>);

impl Baseline {
    /// Reads the file.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("the baseline is malformed")
    }

    /// The file.
    ///
    /// # Panics
    /// Never: strings and numbers have a form in TOML.
    pub fn to_toml(&self) -> String {
        let body = toml::to_string(self).expect("plain data");
        format!(
            "# Instructions per statement. `BLESS=1 cargo run --release -p cinnabar-counts` writes this file.\n{body}"
        )
    }

    /// How `now` compares.
    pub fn compare(&self, now: &BTreeMap<String, u64>) -> Comparison {
        let mut names: Vec<&String> = self.functions.keys().chain(now.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let line = |function: &String| {
            let (then, now) = (
                self.functions.get(function).copied(),
                now.get(function).copied(),
            );
            Line {
                function: function.clone(),
                then,
                now,
                change: self.change(then, now),
            }
        };
        Comparison(names.into_iter().map(line).collect())
    }

    fn change(&self, then: Option<u64>, now: Option<u64>) -> Change {
        let allowed = |count: u64| u64::from(100 + self.tolerance_percent) * count;
        match (then, now) {
            (Some(then), Some(now)) if 100 * now > allowed(then) => Change::Dearer,
            (Some(then), Some(now)) if 100 * then > allowed(now) => Change::Cheaper,
            (Some(_), Some(_)) => Change::Same,
            (None, _) => Change::New,
            (Some(_), None) => Change::Gone,
        }
    }
}

impl Comparison {
    /// Whether nothing got dearer, and the same functions were measured as before.
    pub fn holds(&self) -> bool {
        self.0
            .iter()
            .all(|line| matches!(line.change, Change::Same | Change::Cheaper))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:16} {:>12} {:>12} {:>8}",
            "per statement", "baseline", "now", "change"
        )?;
        for line in &self.0 {
            let count =
                |count: Option<u64>| count.map_or("–".to_owned(), |count| count.to_string());
            let percent = match (line.then, line.now) {
                (Some(then), Some(now)) if then > 0 => {
                    format!("{:+.1} %", 100.0 * (now as f64 / then as f64 - 1.0))
                }
                (_, _) => String::new(),
            };
            let note = match line.change {
                Change::Same => "",
                Change::Dearer => "DEARER",
                Change::Cheaper => "cheaper: BLESS=1 keeps it so",
                Change::New => "NOT IN THE BASELINE: BLESS=1",
                Change::Gone => "NOT MEASURED ANY MORE: BLESS=1",
            };
            let (name, then, now) = (&line.function, count(line.then), count(line.now));
            writeln!(f, "{name:16} {then:>12} {now:>12} {percent:>8} {note}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
        let own = |(name, count): &(&str, u64)| ((*name).to_owned(), *count);
        list.iter().map(own).collect()
    }

    fn baseline(list: &[(&str, u64)]) -> Baseline {
        Baseline {
            valgrind: "valgrind-3.19.0".to_owned(),
            tolerance_percent: 5,
            functions: counts(list),
        }
    }

    #[test]
    fn five_percent_is_let_pass_and_one_instruction_more_is_not() {
        for (now, change, holds) in [
            (1000, Change::Same, true),
            (1050, Change::Same, true),
            (1051, Change::Dearer, false),
            (953, Change::Same, true),
            (952, Change::Cheaper, true),
        ] {
            let comparison = baseline(&[("parse", 1000)]).compare(&counts(&[("parse", now)]));
            assert_eq!(comparison.0[0].change, change, "{now}");
            assert_eq!(comparison.holds(), holds, "{now}");
        }
    }

    #[test]
    fn a_function_that_is_not_measured_any_more_is_missed_and_a_new_one_noticed() {
        let comparison = baseline(&[("admit", 7)]).compare(&counts(&[("evolve", 7)]));
        let changes: Vec<Change> = comparison.0.iter().map(|line| line.change).collect();
        assert_eq!(changes, [Change::Gone, Change::New]);
        assert!(!comparison.holds());
        assert!(comparison.to_string().contains("NOT MEASURED ANY MORE"));
    }

    #[test]
    fn the_file_reads_as_it_was_written() {
        let written = baseline(&[("parse", 1000), ("verify", 100_000)]);
        assert_eq!(Baseline::parse(&written.to_toml()).expect("ours"), written);
        assert!(Baseline::parse("valgrind = 3").is_err());
    }
}
