//! What came of a fault, and how often each came.

use std::collections::BTreeMap;
use std::fmt;

/// What came of one fault. All but the last are as they must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not opened, with this reason.
    Refused(String),
    /// Opened, and knows that it lacks what was acknowledged: it comes back from the log stream.
    Behind(String),
    /// Something is answered with an error, never with other bytes.
    ErrorServed(String),
    /// Opened and healed without anybody's doing: what is served is byte for byte what it was.
    Healed(String),
    /// Served as before, byte for byte; a scrub names the damage.
    Scrubbed(String),
    /// Served as before, byte for byte, and nothing there is ever read.
    Irrelevant,
    /// Something was served that is not what it was, or an acknowledged entry is gone without a word.
    Wrong(String),
}

impl Outcome {
    /// Its column.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused at open",
            Self::Behind(_) => "noticed as behind",
            Self::ErrorServed(_) => "error instead of an answer",
            Self::Healed(_) => "healed",
            Self::Scrubbed(_) => "found by scrub",
            Self::Irrelevant => "irrelevant (byte-identical)",
            Self::Wrong(_) => "served wrong",
        }
    }

    /// Its reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Refused(why)
            | Self::Behind(why)
            | Self::ErrorServed(why)
            | Self::Healed(why)
            | Self::Scrubbed(why)
            | Self::Wrong(why) => why,
            Self::Irrelevant => "",
        }
    }
}

/// How often each outcome came, for each class of files.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: BTreeMap<String, BTreeMap<&'static str, usize>>,
    wrong: Vec<String>,
}

impl Tally {
    /// Counts one. `fault` replays it.
    pub fn count(&mut self, class: &str, fault: &dyn fmt::Display, outcome: &Outcome) {
        let counts = self.counts.entry(class.to_owned()).or_default();
        *counts.entry(outcome.name()).or_default() += 1;
        if let Outcome::Wrong(why) = outcome {
            self.wrong.push(format!("{fault}: {why}"));
        }
    }

    /// How many came out so, over all classes.
    #[must_use]
    pub fn of(&self, name: &str) -> usize {
        self.counts
            .values()
            .filter_map(|counts| counts.get(name))
            .sum()
    }

    /// How many there were.
    #[must_use]
    pub fn all(&self) -> usize {
        self.counts.values().flat_map(BTreeMap::values).sum()
    }

    /// What went wrong.
    #[must_use]
    pub fn wrong(&self) -> &[String] {
        &self.wrong
    }

    /// In one line, `0 served wrong` included.
    #[must_use]
    pub fn line(&self) -> String {
        let mut sums: BTreeMap<&str, usize> = BTreeMap::from([("served wrong", 0)]);
        for (name, count) in self.counts.values().flatten() {
            *sums.entry(name).or_default() += count;
        }
        let parts: Vec<String> = sums
            .iter()
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        parts.join(", ")
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (class, counts) in &self.counts {
            let parts: Vec<String> = counts
                .iter()
                .map(|(name, count)| format!("{count} {name}"))
                .collect();
            writeln!(f, "  {class:<34} {}", parts.join(", "))?;
        }
        Ok(())
    }
}
