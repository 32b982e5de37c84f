//! The window of a running node at which backups are asked for: a Unix socket that only its owner can reach, within the folder of
//! the replica.
//!
//! One line of JSON asks, one answers. `{"ask":"replica"}`: the node makes a copy of its replica, which stays as long as the
//! connection does. `{"ask":"vault"}`: the vault stands still until the next line, or the end of the connection, or
//! [`STILL_MAX`] has passed. Copying is the asker's work.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use cinnabar_failpoint::{Failpoint, try_pass};
use cinnabar_ledger::causes;
use cinnabar_store::{ReplicaCopy, Store};
use cinnabar_vault::Vault;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

/// The socket's name in the folder of backups.
const SOCKET: &str = "socket";
/// Longest that the vault stands still for a backup: whoever wants to record a confidential value waits so long.
const STILL_MAX: Duration = Duration::from_secs(20);
/// Longest line that is read, in bytes: a checkpoint with the signatures of many witnesses is shorter.
const LINE_MAX_BYTES: u64 = 4 << 20;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "ask")]
pub(crate) enum Ask {
    /// A copy of the replica.
    Replica,
    /// The vault standing still.
    Vault,
    /// That the vault may go on.
    Done,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "answer")]
pub(crate) enum Answer {
    /// The copy is there.
    Replica(Copied),
    /// The vault stands still; `false`: this node has none.
    Vault {
        /// Whether it has one.
        still: bool,
    },
    /// The vault stood still until now.
    Done,
    /// It can't be had.
    Refused {
        /// Why.
        why: String,
    },
}

/// A copy of a replica, as it is told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Copied {
    /// The folder that a data directory would be with the copy in it.
    pub(crate) folder: PathBuf,
    /// Entries.
    pub(crate) size: u64,
    /// Hash of the last.
    pub(crate) head: String,
    /// Root of the tree.
    pub(crate) root: String,
    /// The newest checkpoint.
    pub(crate) checkpoint: Option<String>,
    /// Generation and sequence in the log stream.
    pub(crate) stream: (u32, u64),
}

impl From<&ReplicaCopy> for Copied {
    fn from(copy: &ReplicaCopy) -> Self {
        Self {
            folder: copy.folder().to_owned(),
            size: copy.head.size.get(),
            head: copy.head.hash.to_string(),
            root: copy.head.root.to_string(),
            checkpoint: copy.checkpoint.clone(),
            stream: (copy.position.generation, copy.position.stream_sequence),
        }
    }
}

/// The socket in `folder`, by a name that is short enough for one however long the folder's is. Valid as long as `folder` is open.
fn address(folder: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd()))
}

/// Reaches the node whose folder of backups this is; none if it doesn't run.
pub(crate) fn reach(folder: &Path) -> Option<UnixStream> {
    let folder = File::open(folder).ok()?;
    UnixStream::connect(address(&folder)).ok()
}

/// Writes one line.
pub(crate) fn say(mut stream: &UnixStream, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what).map_err(io::Error::other)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// Reads one line; none at the end.
pub(crate) fn hear<T: for<'de> Deserialize<'de>>(
    lines: &mut BufReader<&UnixStream>,
) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    io::Read::take(&mut *lines, LINE_MAX_BYTES).read_until(b'\n', &mut line)?;
    match line.is_empty() {
        true => Ok(None),
        false => serde_json::from_slice(&line)
            .map(Some)
            .map_err(io::Error::other),
    }
}

/// The window of this node.
pub(crate) struct Window {
    /// Who listens, and the socket; none where it can't be had.
    open: Option<(JoinHandle<()>, PathBuf)>,
}

impl Window {
    /// Opens the window of a node with this replica and vault. A node whose file system has no sockets runs without: it is backed up
    /// when it is stopped.
    pub(crate) fn open(store: &Store, vault: Option<Arc<Vault>>) -> Self {
        match listen(store) {
            Ok((listener, socket)) => {
                let listening = tokio::spawn(receive(listener, store.clone(), vault));
                let open = Some((listening, socket));
                Self { open }
            }
            Err(error) => {
                let error = causes(&*error);
                tracing::warn!(
                    error,
                    "Backups can't be taken while this node runs, only when it is stopped."
                );
                Self { open: None }
            }
        }
    }

    /// Closes it. A backup under way fails.
    pub(crate) fn close(self) {
        if let Some((listening, socket)) = self.open {
            listening.abort();
            let _ = std::fs::remove_file(&socket);
        }
    }
}

fn listen(
    store: &Store,
) -> Result<(tokio::net::UnixListener, PathBuf), Box<dyn std::error::Error>> {
    let folder = store.backup_folder()?;
    let socket = folder.join(SOCKET);
    // Left by a process that was killed; the replica's lock is ours.
    let _ = std::fs::remove_file(&socket);
    let listener = UnixListener::bind(address(&File::open(&folder)?))?;
    listener.set_nonblocking(true)?;
    Ok((tokio::net::UnixListener::from_std(listener)?, socket))
}

async fn receive(listener: tokio::net::UnixListener, store: Store, vault: Option<Arc<Vault>>) {
    let busy = Arc::new(AtomicBool::new(false));
    while let Ok((stream, _)) = listener.accept().await {
        let served = stream.into_std().and_then(|stream| {
            stream.set_nonblocking(false)?;
            let (store, vault, busy) = (store.clone(), vault.clone(), Busy::take(&busy));
            // Not a task: it blocks, and the process doesn't wait for it when it ends.
            let serve = move || serve(&stream, &store, vault.as_deref(), busy);
            thread::Builder::new()
                .name("backup".to_owned())
                .spawn(serve)
        });
        if let Err(error) = served {
            tracing::warn!(%error, "A backup can't be served.");
        }
    }
}

/// That this is the only backup being served.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn take(busy: &Arc<AtomicBool>) -> Option<Self> {
        let free = !busy.swap(true, Ordering::AcqRel);
        free.then(|| Self(busy.clone()))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

fn serve(stream: &UnixStream, store: &Store, vault: Option<&Vault>, busy: Option<Busy>) {
    let served = match busy {
        Some(_busy) => answer(stream, store, vault),
        None => say(
            stream,
            &Answer::Refused {
                why: "another backup is being taken from this node".to_owned(),
            },
        ),
    };
    if let Err(error) = served {
        tracing::warn!(%error, "A backup was broken off.");
    }
}

fn answer(stream: &UnixStream, store: &Store, vault: Option<&Vault>) -> io::Result<()> {
    let mut lines = BufReader::new(stream);
    let mut kept: Option<ReplicaCopy> = None;
    let refused = |why: &dyn std::error::Error| Answer::Refused { why: causes(why) };
    while let Some(asked) = hear::<Ask>(&mut lines)? {
        let answer = match asked {
            Ask::Done => Answer::Done,
            Ask::Replica => match store.copy() {
                Ok(copy) => {
                    try_pass(Failpoint::BackupCopied)?;
                    let copied = Copied::from(&copy);
                    tracing::info!(ledger.size = copied.size, "A backup is being taken.");
                    kept = Some(copy);
                    Answer::Replica(copied)
                }
                Err(error) => refused(&error),
            },
            Ask::Vault => match vault.map(Vault::still).transpose() {
                Ok(still) => {
                    say(
                        stream,
                        &Answer::Vault {
                            still: still.is_some(),
                        },
                    )?;
                    stream.set_read_timeout(Some(STILL_MAX))?;
                    hear::<Ask>(&mut lines)?;
                    stream.set_read_timeout(None)?;
                    drop(still);
                    Answer::Done
                }
                Err(fault) => refused(&fault),
            },
        };
        say(stream, &answer)?;
    }
    drop(kept);
    Ok(())
}
