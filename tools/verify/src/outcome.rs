//! Exit codes.

use cinnabar_verifier::Verdict;

/// How an audit ends, as the exit code says it. The codes are part of the interface and don't change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was checked and everything holds.
    Verified,
    /// A bug in this program.
    Bug,
    /// The command line makes no sense (given out by the command line parser).
    Usage,
    /// Something is wrong with the ledger.
    Findings,
    /// The log signed two checkpoints that contradict each other.
    Fork,
    /// Nothing found wrong, but something needed is missing or can't be reached.
    Undecided,
}

impl Outcome {
    pub(crate) const ALL: [Self; 6] = [
        Self::Verified,
        Self::Bug,
        Self::Usage,
        Self::Findings,
        Self::Fork,
        Self::Undecided,
    ];

    pub(crate) const fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Verified => Self::Verified,
            Verdict::Findings => Self::Findings,
            Verdict::Fork => Self::Fork,
            Verdict::Undecided => Self::Undecided,
        }
    }

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Verified => 0,
            Self::Bug => 1,
            Self::Usage => 2,
            Self::Findings => 10,
            Self::Fork => 11,
            Self::Undecided => 12,
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Verified => {
                "verified: everything was checked and everything holds; a document proves what it claims"
            }
            Self::Bug => "a bug in this program",
            Self::Usage => "the command line makes no sense",
            Self::Findings => {
                "findings: something is wrong with the ledger; a document proves nothing"
            }
            Self::Fork => "fork: the log signed two things that contradict each other",
            Self::Undecided => "cannot decide: something needed is missing or can't be reached",
        }
    }

    /// All codes, for `--help`.
    pub(crate) fn table() -> String {
        let rows =
            Self::ALL.map(|outcome| format!("  {:>2}  {}\n", outcome.code(), outcome.meaning()));
        format!("Exit codes:\n{}", rows.concat())
    }
}
