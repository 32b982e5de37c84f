//! The counts of an import.

use std::collections::BTreeMap;
use std::fmt;

/// Most different notes and codes that are counted apart; the rest are counted together.
const MAX_LABELS: usize = 200;
/// What those beyond [`MAX_LABELS`] are counted as.
const OTHERS: &str = "others";

/// What became of rows, or of statements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many there were.
    pub read: u64,
    /// Newly recorded.
    pub recorded: u64,
    /// Recorded by an earlier run.
    pub already_there: u64,
    /// Not recorded.
    pub rejected: u64,
}

impl Count {
    /// Whether each one read went one of the three ways.
    pub fn adds_up(self) -> bool {
        self.read == self.recorded + self.already_there + self.rejected
    }
}

/// The counts of an import. A row is *recorded* if one of its statements was and none was rejected,
/// *already there* if all were, *rejected* if it couldn't be used or one of its statements was rejected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows of the file.
    pub rows: Count,
    /// Statements made from them.
    pub statements: Count,
    /// Why rows were rejected: codes.
    pub reasons: BTreeMap<String, u64>,
    /// What else is worth knowing about rows that were not rejected: defects that were tolerated.
    pub notes: BTreeMap<String, u64>,
}

impl Tally {
    /// Whether rows and statements add up, and each rejected row has a reason.
    pub fn adds_up(&self) -> bool {
        self.rows.adds_up()
            && self.statements.adds_up()
            && self.reasons.values().sum::<u64>() == self.rows.rejected
    }

    pub(super) fn reason(&mut self, code: &str) {
        count(&mut self.reasons, code);
    }

    pub(super) fn note(&mut self, words: &str) {
        count(&mut self.notes, words);
    }
}

fn count(counts: &mut BTreeMap<String, u64>, label: &str) {
    let known = counts.contains_key(label) || counts.len() < MAX_LABELS;
    *counts
        .entry(if known { label } else { OTHERS }.to_owned())
        .or_default() += 1;
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<12}{:>10}{:>10}{:>15}{:>10}",
            "", "read", "recorded", "already there", "rejected"
        )?;
        for (what, count) in [("rows", self.rows), ("statements", self.statements)] {
            let Count {
                read,
                recorded,
                already_there,
                rejected,
            } = count;
            writeln!(
                f,
                "{what:<12}{read:>10}{recorded:>10}{already_there:>15}{rejected:>10}"
            )?;
        }
        for (title, counts) in [("rejected because", &self.reasons), ("notes", &self.notes)] {
            if !counts.is_empty() {
                writeln!(f, "{title}:")?;
            }
            for (label, count) in counts {
                writeln!(f, "{count:>10}  {label}")?;
            }
        }
        Ok(())
    }
}
