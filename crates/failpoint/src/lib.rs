//! Named places at which a test can make a program die, stop, wait or fail.
//!
//! In scope: the list of places, and reading from the environment what is to happen where. Out of scope: deciding when; that is
//! the test's. In a release build without the feature `failpoints` all of it is empty and costs nothing.
//!
//! `CINNABAR_FAILPOINTS="commit.published=kill@3,store.written=sleep:500"`: at the third pass of the one the process kills
//! itself, at every pass of the other it waits half a second.
//!
//! | action | what happens |
//! |---|---|
//! | `kill` | the process gets SIGKILL from itself |
//! | `stop` | it gets SIGSTOP, until somebody sends SIGCONT |
//! | `sleep:MS` | the thread waits |
//! | `error` | places that can fail do, with an I/O error; others pass |
//!
//! With `@N` only at the N-th pass (from 1), without it at every pass.

use std::fmt;
use std::io;

#[cfg(any(debug_assertions, feature = "failpoints"))]
mod plan;

/// Environment variable with what is to happen where.
pub const ENV: &str = "CINNABAR_FAILPOINTS";

macro_rules! failpoints {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// A place on the way of a statement.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Failpoint {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Failpoint {
            /// All of them, in the order in which a statement passes them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in the environment variable.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

failpoints! {
    /// Requests were taken from the queue, nothing is decided.
    WriterTaken = "writer.taken",
    /// Openings are durable in the vault, their entry is not chained yet.
    VaultKept = "vault.kept",
    /// A block is decided and handed over.
    WriterDecided = "writer.decided",
    /// The block is signed, not published.
    BlockSigned = "commit.signed",
    /// The block was acknowledged by the log stream; nothing is in the store.
    BlockPublished = "commit.published",
    /// The checkpoint is signed, not kept.
    CheckpointSigned = "commit.checkpoint-signed",
    /// Head file and mark are being written, the database is not.
    StoreBegun = "store.begun",
    /// The database has the batch; head file and mark may not.
    StoreWritten = "store.written",
    /// Everything is durable, memory does not know yet.
    StoreDurable = "store.durable",
    /// The store is done, nobody has been answered.
    BlockApplied = "commit.applied",
    /// What a block erases is about to be destroyed in the vault.
    ErasureBegun = "vault.erasing",
    /// An answer is made, not sent.
    AnswerMade = "answer.made",
    /// A block's answers are sent.
    AnswerSent = "answer.sent",
    /// A new writer's term began: its empty block is committed.
    EpochOpened = "epoch.opened",
    /// A batch of the feed is about to be published.
    FeedBatched = "feed.batched",
    /// A batch of the feed was acknowledged.
    FeedPublished = "feed.published",
    /// A replica is about to apply a block that it read.
    ReplicaChecked = "replica.checked",
    /// An index of dossiers is computed, not applied.
    IndexPlanned = "index.planned",
    /// A view has folded entries, and not committed their rows.
    ViewFolded = "view.folded",
    /// A view's rows and cursor are committed.
    ViewCommitted = "view.committed",
}

impl fmt::Display for Failpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something in the environment variable that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Senseless(String);

impl fmt::Display for Senseless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{ENV} has {:?}: PLACE=kill|stop|error|sleep:MS[@N] is expected",
            self.0
        )
    }
}

impl std::error::Error for Senseless {}

/// Reads the environment variable, to be called when a program starts. Without failpoints, one that asks for some is refused too: a
/// test would believe that it tested something.
///
/// # Errors
/// [`Senseless`].
pub fn check() -> Result<(), Senseless> {
    let Some(asked) = std::env::var_os(ENV) else {
        return Ok(());
    };
    let asked = asked.to_string_lossy().into_owned();
    #[cfg(any(debug_assertions, feature = "failpoints"))]
    {
        plan::Plan::parse(&asked).map(|_| tracing::warn!(asked, "Failpoints are armed."))
    }
    #[cfg(not(any(debug_assertions, feature = "failpoints")))]
    {
        Err(Senseless(asked))
    }
}

/// A place that can't fail: the process may die, stop or wait here.
#[inline]
pub fn pass(place: Failpoint) {
    #[cfg(any(debug_assertions, feature = "failpoints"))]
    plan::happen(place);
    let _ = place;
}

/// A place that can fail.
///
/// # Errors
/// If it is told to.
#[inline]
pub fn try_pass(place: Failpoint) -> io::Result<()> {
    #[cfg(any(debug_assertions, feature = "failpoints"))]
    if plan::happen(place) {
        return Err(io::Error::other(format!("failpoint {place}")));
    }
    let _ = place;
    Ok(())
}
