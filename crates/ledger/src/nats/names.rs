//! Names of streams, subjects and accounts: the only file that spells them.
//!
//! Stream names are `CINNABAR_<SHORT>_<WHAT>` with the short name in upper case and `-` written as `_`. A short name has
//! neither capitals nor underscores, and `<WHAT>` is one word after the last underscore, so two ledgers never share a name.

use std::fmt;

/// Longest short name, in bytes (it becomes a token of every subject).
pub const SHORT_NAME_MAX: usize = 32;

/// The account of the operator, the writer and the replicas. Holds the log, the checkpoint and the lease.
pub const ACCOUNT_LEDGER: &str = "LEDGER";
/// The account of the agencies. Holds the feed stream and nothing else.
pub const ACCOUNT_FEED: &str = "FEED";
/// The account of the submitters. Holds no stream; the intake service is imported.
pub const ACCOUNT_INTAKE: &str = "INTAKE";

/// The JetStream API prefix under which the ledger account reaches the feed account.
pub const FEED_API_PREFIX: &str = "$JS.FEED.API";

/// The requests that the intake service answers, the last tokens of its subjects.
pub const INTAKE_ENDPOINTS: [&str; 4] = ["submit", "check", "receipt", "info"];

/// The short name is not `[a-z0-9-]{1,32}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("short name {found:?} is not 1 to {SHORT_NAME_MAX} of a-z, 0-9 and -")]
pub struct BadShortName {
    /// What was given.
    pub found: String,
}

/// All names of one ledger on NATS.
#[derive(Clone, PartialEq, Eq)]
pub struct Names {
    short: String,
    upper: String,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Names({})", self.short)
    }
}

/// True for `[a-z0-9-]{1,32}`, the form of short names and of user names.
pub(crate) fn is_short_name(text: &str) -> bool {
    (1..=SHORT_NAME_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Names {
    /// The names of the ledger with this short name (from its genesis).
    ///
    /// # Errors
    /// [`BadShortName`] unless it is `[a-z0-9-]{1,32}`.
    pub fn new(short: &str) -> Result<Self, BadShortName> {
        if !is_short_name(short) {
            return Err(BadShortName {
                found: short.to_owned(),
            });
        }
        let upper = short.to_ascii_uppercase().replace('-', "_");
        Ok(Self {
            short: short.to_owned(),
            upper,
        })
    }

    /// The short name itself.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.short
    }

    /// The stream of blocks.
    #[must_use]
    pub fn log_stream(&self) -> String {
        format!("CINNABAR_{}_LOG", self.upper)
    }

    /// The subject of blocks, the only one in the log stream.
    #[must_use]
    pub fn log_subject(&self) -> String {
        format!("cinnabar.{}.log", self.short)
    }

    /// The stream that keeps the newest checkpoint.
    #[must_use]
    pub fn checkpoint_stream(&self) -> String {
        format!("CINNABAR_{}_CHECKPOINT", self.upper)
    }

    /// The subject of checkpoints.
    #[must_use]
    pub fn checkpoint_subject(&self) -> String {
        format!("cinnabar.{}.checkpoint", self.short)
    }

    /// The stream of entries, one message each.
    #[must_use]
    pub fn feed_stream(&self) -> String {
        format!("CINNABAR_{}_FEED", self.upper)
    }

    /// Prefix of every entry's subject, without the dot: `cinnabar.<l>.entry`.
    #[must_use]
    pub fn entry_prefix(&self) -> String {
        format!("cinnabar.{}.entry", self.short)
    }

    /// All entries: `cinnabar.<l>.entry.>`.
    #[must_use]
    pub fn entry_subjects(&self) -> String {
        format!("{}.>", self.entry_prefix())
    }

    /// The subject of one intake request (one of [`INTAKE_ENDPOINTS`]).
    #[must_use]
    pub fn intake_subject(&self, endpoint: &str) -> String {
        format!("cinnabar.{}.intake.{endpoint}", self.short)
    }

    /// All intake requests: `cinnabar.<l>.intake.*`.
    #[must_use]
    pub fn intake_subjects(&self) -> String {
        self.intake_subject("*")
    }

    /// The key-value bucket of the writer's lease.
    #[must_use]
    pub fn lease_bucket(&self) -> String {
        format!("CINNABAR_{}_LEASE", self.upper)
    }

    /// The stream behind the lease bucket.
    #[must_use]
    pub fn lease_stream(&self) -> String {
        format!("KV_{}", self.lease_bucket())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_of_a_ledger_are_spelt_once() {
        let names = Names::new("sz-ai").unwrap();
        assert_eq!(names.log_stream(), "CINNABAR_SZ_AI_LOG");
        assert_eq!(names.log_subject(), "cinnabar.sz-ai.log");
        assert_eq!(names.feed_stream(), "CINNABAR_SZ_AI_FEED");
        assert_eq!(names.entry_subjects(), "cinnabar.sz-ai.entry.>");
        assert_eq!(
            names.intake_subject("submit"),
            "cinnabar.sz-ai.intake.submit"
        );
        assert_eq!(names.lease_stream(), "KV_CINNABAR_SZ_AI_LEASE");
    }

    #[test]
    fn a_short_name_is_one_plain_token() {
        let long = "a".repeat(SHORT_NAME_MAX + 1);
        for bad in ["", "A", "a.b", "a b", "*", ">", "a_b", "é", long.as_str()] {
            assert!(Names::new(bad).is_err(), "{bad:?}");
        }
        assert!(Names::new(&long[1..]).is_ok());
    }
}
