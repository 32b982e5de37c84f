//! Roles on NATS, and exactly what each may publish and subscribe to.
//!
//! Three accounts keep strangers away from the log. NATS lets a requester choose where an answer goes, and JetStream lets
//! whoever makes a push consumer choose where it delivers; inside one account either could aim at the subject of the log and
//! put foreign bytes into it under somebody else's rights. So agencies and submitters live in accounts in which the
//! log's subject means nothing:
//!
//! | account | users | holds | reaches |
//! |---|---|---|---|
//! | `LEDGER` | operator, writer, reader | log, checkpoint, lease | the feed, as services imported from `FEED` |
//! | `FEED` | agency | feed | |
//! | `INTAKE` | submitter | | the intake requests and `$SRV`, as services imported from `LEDGER` |
//!
//! Everything is an allow list; what is not listed is denied. Streams are created, updated and deleted by the operator only
//! (at `init`, and by `up`, which has the operator's seed at hand): a writer that cannot create a stream cannot mistake a new,
//! empty one for its ledger either.

use super::keys::PublicKey;
use super::names::{
    ACCOUNT_FEED, ACCOUNT_INTAKE, ACCOUNT_LEDGER, FEED_API_PREFIX, Names, SHORT_NAME_MAX,
    is_short_name,
};

/// The JetStream API prefix inside an account.
const API: &str = "$JS.API";

/// A user's name: `[a-z0-9-]{1,32}`. It is part of the user's inbox subject, so that users of one account cannot read each
/// other's answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserName(String);

/// Why a user cannot be described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// The name is not `[a-z0-9-]{1,32}`.
    #[error("user name {found:?} is not 1 to {SHORT_NAME_MAX} of a-z, 0-9 and -")]
    BadName {
        /// What was given.
        found: String,
    },
    /// The pattern is not a list of subject tokens below the ledger's entries.
    #[error("entry filter {found:?} is not like `approval.>` or `*.*.product.*`")]
    BadFilter {
        /// What was given.
        found: String,
    },
}

impl UserName {
    /// Checks a user name.
    ///
    /// # Errors
    /// [`UserError::BadName`].
    pub fn new(text: &str) -> Result<Self, UserError> {
        if is_short_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(UserError::BadName {
                found: text.to_owned(),
            })
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where this user's answers arrive: `_INBOX.<name>`. The client library must be told.
    #[must_use]
    pub fn inbox_prefix(&self) -> String {
        format!("_INBOX.{}", self.0)
    }
}

/// A pattern over the tokens `<noun>.<verb>.<class>.<id>` of an entry's subject: `approval.>`, `*.*.product.>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFilter(String);

impl EntryFilter {
    /// Longest pattern, in bytes (a subject's token is at most 64).
    const MAX: usize = 256;

    /// Checks a pattern: tokens of letters, digits, `-` and `_`, or `*`; `>` only at the end.
    ///
    /// # Errors
    /// [`UserError::BadFilter`].
    pub fn new(text: &str) -> Result<Self, UserError> {
        let word = |t: &str| {
            !t.is_empty()
                && t.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let (body, last) = text
            .rsplit_once('.')
            .map_or(("", text), |(body, last)| (body, last));
        let body_fits = body.is_empty() && !text.starts_with('.')
            || body.split('.').all(|t| t == "*" || word(t));
        if text.len() <= Self::MAX && body_fits && (last == ">" || last == "*" || word(last)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(UserError::BadFilter {
                found: text.to_owned(),
            })
        }
    }
}

/// What a user is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// May do everything: create, update, refill and delete streams. Kept offline where the ledger matters.
    Operator,
    /// Publishes blocks, checkpoints, entries; serves the intake; holds the lease. Creates and deletes no stream.
    Writer,
    /// A replica: reads the log, the checkpoint and the feed.
    Reader,
    /// Reads the feed through consumers: all of it (no filters), or only entries that match one of the filters.
    Agency(Vec<EntryFilter>),
    /// Sends intake requests. Reads nothing but its own answers.
    Submitter,
}

impl Role {
    /// The account in which a user of this role lives.
    #[must_use]
    pub fn account(&self) -> &'static str {
        match self {
            Self::Operator | Self::Writer | Self::Reader => ACCOUNT_LEDGER,
            Self::Agency(_) => ACCOUNT_FEED,
            Self::Submitter => ACCOUNT_INTAKE,
        }
    }
}

/// A user of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: UserName,
    /// What it is for.
    pub role: Role,
    /// Its public key. One key, one user: the server finds the user by its key.
    pub key: PublicKey,
}

/// The allow lists of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// Subjects it may publish to.
    pub publish: Vec<String>,
    /// Subjects it may subscribe to.
    pub subscribe: Vec<String>,
    /// Whether it may also publish one answer to each request that it received.
    pub answers_requests: bool,
}

impl User {
    /// What this user may do on the server of the ledger with these names.
    #[must_use]
    pub fn permissions(&self, names: &Names) -> Permissions {
        let inbox = format!("{}.>", self.name.inbox_prefix());
        match &self.role {
            Role::Operator => Permissions {
                publish: vec![">".into()],
                subscribe: vec![">".into()],
                answers_requests: false,
            },
            Role::Writer => Permissions {
                publish: writer_publishes(names),
                subscribe: vec![inbox, names.intake_subjects(), "$SRV.>".into()],
                answers_requests: true,
            },
            Role::Reader => Permissions {
                publish: replica_publishes(names),
                subscribe: vec![inbox],
                answers_requests: false,
            },
            Role::Agency(filters) => Permissions {
                publish: agency_publishes(names, filters),
                subscribe: vec![inbox],
                answers_requests: false,
            },
            Role::Submitter => Permissions {
                publish: vec![names.intake_subjects(), "$SRV.>".into()],
                subscribe: vec![inbox],
                answers_requests: false,
            },
        }
    }
}

/// Reading one stream through `api`: its state, single messages from its leader, and consumers of every sort.
fn reads(api: &str, stream: &str) -> Vec<String> {
    vec![
        format!("{api}.STREAM.INFO.{stream}"),
        format!("{api}.STREAM.MSG.GET.{stream}"),
        format!("{api}.CONSUMER.CREATE.{stream}"),
        format!("{api}.CONSUMER.CREATE.{stream}.>"),
        format!("{api}.CONSUMER.INFO.{stream}.*"),
        format!("{api}.CONSUMER.MSG.NEXT.{stream}.*"),
        format!("{api}.CONSUMER.DELETE.{stream}.*"),
    ]
}

/// Acknowledging and flow control, both forms of the subject (with and without the account's hash).
fn acks(stream: &str) -> Vec<String> {
    vec![
        format!("$JS.ACK.{stream}.>"),
        format!("$JS.ACK.*.*.{stream}.>"),
        format!("$JS.FC.{stream}.>"),
    ]
}

/// What a replica publishes: requests for messages of the log, the checkpoint and the feed.
fn replica_publishes(names: &Names) -> Vec<String> {
    let mut list = vec![format!("{API}.INFO")];
    for stream in [names.log_stream(), names.checkpoint_stream()] {
        list.extend(reads(API, &stream));
        list.extend(acks(&stream));
    }
    list.extend(reads(FEED_API_PREFIX, &names.feed_stream()));
    list
}

/// What the writer publishes: what a replica does, the three streams, and the lease.
fn writer_publishes(names: &Names) -> Vec<String> {
    let mut list = replica_publishes(names);
    list.extend([
        names.log_subject(),
        names.checkpoint_subject(),
        names.entry_subjects(),
    ]);
    let lease = names.lease_stream();
    list.extend(reads(API, &lease));
    list.extend(acks(&lease));
    list.push(format!("{API}.DIRECT.GET.{lease}"));
    list.push(format!("{API}.DIRECT.GET.{lease}.>"));
    list.push(format!("$KV.{}.>", names.lease_bucket()));
    list
}

/// What an agency publishes: requests about its consumers on the feed. With filters, a consumer can only be made with one of
/// them as its filter subject, which the server compares with the subject of the request. (Such a consumer must be given a name:
/// clients put the filter into the subject only then.)
///
/// No core subscription to the entries: what is published is seen by subscribers even if the stream then refuses it.
/// No `CONSUMER.NAMES`, `LIST` or `DELETE`: an agency that does not know another's consumer cannot take from it.
fn agency_publishes(names: &Names, filters: &[EntryFilter]) -> Vec<String> {
    let feed = names.feed_stream();
    let mut list = vec![
        format!("{API}.STREAM.INFO.{feed}"),
        format!("{API}.CONSUMER.INFO.{feed}.*"),
        format!("{API}.CONSUMER.MSG.NEXT.{feed}.*"),
    ];
    if filters.is_empty() {
        list.push(format!("{API}.CONSUMER.CREATE.{feed}"));
        list.push(format!("{API}.CONSUMER.CREATE.{feed}.>"));
        list.push(format!("{API}.CONSUMER.DURABLE.CREATE.{feed}.*"));
    }
    for filter in filters {
        list.push(format!(
            "{API}.CONSUMER.CREATE.{feed}.*.{}.{}",
            names.entry_prefix(),
            filter.0
        ));
    }
    list.extend(acks(&feed));
    list
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_filter_stays_below_the_entries() {
        for good in [
            ">",
            "approval.>",
            "*.*.product.*",
            "approval.granted.product.01JD-x_Y",
        ] {
            assert!(EntryFilter::new(good).is_ok(), "{good:?}");
        }
        for bad in [
            "", ".", ".a", "a.", "a..b", ">.a", "a b", "a.>.b", "a*", "\"", "$JS",
        ] {
            assert!(EntryFilter::new(bad).is_err(), "{bad:?}");
        }
    }
}
