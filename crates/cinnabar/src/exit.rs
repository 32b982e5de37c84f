//! Exit codes, and the failures that carry one.

use std::fmt;

/// What the program's exit code says. Stable: scripts may rely on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// A fault in this program.
    Bug = 1,
    /// Arguments, files, keys or settings that will not do.
    Usage = 2,
    /// The rules in force say no.
    Refused = 3,
    /// What was said is not in the form that the ledger takes.
    Malformed = 4,
    /// No answer, or not now.
    Unreachable = 5,
    /// What was received can't be the ledger, or not all of it.
    Alarm = 6,
    /// A receipt or a proof does not hold.
    NotVerified = 7,
}

impl Exit {
    /// Every code, ascending.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::Bug,
        Self::Usage,
        Self::Refused,
        Self::Malformed,
        Self::Unreachable,
        Self::Alarm,
        Self::NotVerified,
    ];

    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What it means, for `--help`.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done",
            Self::Bug => "a fault in this program; please report it",
            Self::Usage => "arguments, files, keys or settings that will not do",
            Self::Refused => "the rules in force say no; nothing was recorded",
            Self::Malformed => "not in the form that the ledger takes",
            Self::Unreachable => "no answer, or busy: the same again later is safe",
            Self::Alarm => "what was received can't be the ledger, or not all of it",
            Self::NotVerified => "a receipt or a proof does not hold",
        }
    }
}

/// Why the program ends with another code than 0. Printed once, by [`crate::run`].
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    /// None if everything was said already.
    error: Option<anyhow::Error>,
}

impl Failure {
    /// A failure with its reason.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            error: Some(error.into()),
        }
    }

    /// A failure about which everything is said in a sentence.
    pub fn saying(
        exit: Exit,
        sentence: impl fmt::Display + fmt::Debug + Send + Sync + 'static,
    ) -> Self {
        Self {
            exit,
            error: Some(anyhow::Error::msg(sentence)),
        }
    }

    /// Ends with `exit` and prints nothing more.
    pub fn quiet(exit: Exit) -> Self {
        Self { exit, error: None }
    }

    /// The exit code.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// The reason and what it came from, on one line; none if everything was said already.
    pub fn message(&self) -> Option<String> {
        self.error.as_ref().map(|error| format!("{error:#}"))
    }
}

/// Gives an error the exit code that it ends the program with.
pub trait OrFail<T> {
    /// With the error as the reason.
    ///
    /// # Errors
    /// The error, as a [`Failure`].
    fn or_fail(self, exit: Exit) -> Result<T, Failure>;

    /// With what was being done as the reason, and the error as where it came from.
    ///
    /// # Errors
    /// The error, as a [`Failure`].
    fn or_fail_while<C: fmt::Display + Send + Sync + 'static>(
        self,
        exit: Exit,
        doing: impl FnOnce() -> C,
    ) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrFail<T> for Result<T, E> {
    fn or_fail(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error))
    }

    fn or_fail_while<C: fmt::Display + Send + Sync + 'static>(
        self,
        exit: Exit,
        doing: impl FnOnce() -> C,
    ) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error.into().context(doing())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn exit_codes_are_numbered_as_scripts_know_them() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_failure_tells_the_whole_chain_once() {
        let inner = std::io::Error::other("disk on fire");
        let failure = Err::<(), _>(inner)
            .or_fail_while(Exit::Usage, || "cannot read a.key")
            .unwrap_err();
        assert_eq!(
            failure.message().unwrap(),
            "cannot read a.key: disk on fire"
        );
    }
}
