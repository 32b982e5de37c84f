//! Where a backup comes from: a node that runs, or data that nobody has open.

use std::io::{self, BufReader};
use std::os::unix::net::UnixStream;
use std::path::Path;

use cinnabar_store::{OpenError, ReplicaCopy, Store, backup_folder};

use super::window::{Answer, Ask, Copied, hear, reach, say};
use crate::exit::{Exit, Failure, OrFail as _};

/// One of the two.
pub(crate) enum Source {
    /// It runs, and is asked.
    Running(UnixStream),
    /// It doesn't run, and can't be started meanwhile.
    Stopped {
        /// The replica, open: its lock is what keeps a node from starting.
        store: Store,
        /// The copy of it, once there is one.
        copy: Option<ReplicaCopy>,
    },
}

impl Source {
    /// The source for the replica in `dir`.
    pub(crate) fn reach(dir: &Path) -> Result<Self, Failure> {
        if let Some(stream) = reach(&backup_folder(dir)) {
            return Ok(Self::Running(stream));
        }
        match Store::open(dir) {
            Ok(store) => Ok(Self::Stopped { store, copy: None }),
            Err(error @ OpenError::Locked { .. }) => Err(error).or_fail_while(
                Exit::Unreachable,
                || "the node does not answer: it is starting or stopping, or runs as another user",
            ),
            Err(error) => Err(error).or_fail_while(Exit::Usage, || "cannot open the replica"),
        }
    }

    /// A copy of the replica, there as long as this lives.
    pub(crate) fn replica(&mut self) -> Result<Copied, Failure> {
        match self {
            Self::Stopped { store, copy } => {
                let made = store.copy().or_fail(Exit::Unreachable)?;
                Ok(Copied::from(&*copy.insert(made)))
            }
            Self::Running(stream) => match ask(stream, Ask::Replica)? {
                Answer::Replica(copied) => Ok(copied),
                answer @ (Answer::Vault { .. } | Answer::Done | Answer::Refused { .. }) => {
                    Err(odd(&answer))
                }
            },
        }
    }

    /// Makes the vault stand still.
    pub(crate) fn still(&mut self) -> Result<(), Failure> {
        match self {
            Self::Stopped { .. } => Ok(()),
            Self::Running(stream) => match ask(stream, Ask::Vault)? {
                Answer::Vault { .. } => Ok(()),
                answer @ (Answer::Replica(_) | Answer::Done | Answer::Refused { .. }) => {
                    Err(odd(&answer))
                }
            },
        }
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// If it has gone on before: then what was copied may be of different moments.
    pub(crate) fn done(&mut self) -> Result<(), Failure> {
        match self {
            Self::Stopped { .. } => Ok(()),
            Self::Running(stream) => match ask(stream, Ask::Done)? {
                Answer::Done => Ok(()),
                answer @ (Answer::Replica(_) | Answer::Vault { .. } | Answer::Refused { .. }) => {
                    Err(odd(&answer))
                }
            },
        }
    }
}

fn ask(stream: &UnixStream, what: Ask) -> Result<Answer, Failure> {
    let exchange = || -> io::Result<Option<Answer>> {
        say(stream, &what)?;
        hear(&mut BufReader::new(stream))
    };
    let broken = || "the node broke the backup off; the backup before is as it was";
    match exchange().or_fail_while(Exit::Unreachable, broken)? {
        Some(answer) => Ok(answer),
        None => Err(Failure::saying(Exit::Unreachable, broken())),
    }
}

fn odd(answer: &Answer) -> Failure {
    let text = match answer {
        Answer::Refused { why } => format!("the node can't be backed up: {why}"),
        Answer::Replica(_) | Answer::Vault { .. } | Answer::Done => {
            "the node does not answer what was asked; is it of another release?".to_owned()
        }
    };
    Failure::saying(Exit::Unreachable, text)
}
