//! One `nats-server` process: spawned so that it cannot outlive us, its words passed on to `tracing`, ended politely.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, getpid, getppid, kill_process, set_parent_process_death_signal,
};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;

/// How long the server may take to end after SIGTERM.
const END_WITHIN: Duration = Duration::from_secs(10);

/// The last line at level fatal or error that the server wrote: why it ended.
pub(super) type LastWords = Arc<Mutex<Option<String>>>;

/// A running server.
pub(super) struct Process {
    child: Child,
    /// Passes its log on until it ends.
    reader: Option<JoinHandle<()>>,
    /// Its last error, for the report if it ends by itself.
    pub(super) last_words: LastWords,
}

impl Process {
    /// Starts `binary -c config`, in its own process group (Ctrl-C is for us: the writer stops first), killed by the system
    /// when the calling *thread* ends. It inherits `lock` as standard input, so that the lock lasts as long as the process.
    pub(super) fn spawn(binary: &Path, config: &Path, lock: &File) -> io::Result<Self> {
        let mut command = Command::new(binary);
        command.arg("-c").arg(config);
        command
            .stdin(Stdio::from(lock.try_clone()?))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        end_with_this_thread(&mut command);
        let mut child = command.spawn()?;
        let last_words = LastWords::default();
        let reader = child
            .stderr
            .take()
            .map(|stderr| tokio::spawn(pass_on(stderr, last_words.clone())));
        Ok(Self {
            child,
            reader,
            last_words,
        })
    }

    /// Its process id; `None` once it has been waited for.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it ends by itself and all that it said has been read.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await;
        if let Some(reader) = self.reader.take() {
            // It can only fail by a panic, and then there is nothing more to read.
            let _ = reader.await;
        }
        status
    }

    /// Ends it: SIGTERM, then SIGKILL after [`END_WITHIN`].
    pub(super) async fn end(mut self) {
        let pid = self
            .child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // Not waited for yet, so the id is still its own.
            if let Err(error) = kill_process(pid, Signal::TERM) {
                tracing::warn!(%error, "cannot send SIGTERM to nats-server");
            }
        }
        if tokio::time::timeout(END_WITHIN, self.child.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                "nats-server does not end after {} s; killing it",
                END_WITHIN.as_secs()
            );
            if let Err(error) = self.child.kill().await {
                tracing::error!(%error, "cannot kill nats-server");
            }
        }
    }
}

/// Has the system send SIGTERM to the child when the spawning thread ends, however it ends.
#[expect(
    unsafe_code,
    reason = "pre_exec is the only place where a child can ask for its parent's death signal"
)]
fn end_with_this_thread(command: &mut Command) {
    let parent = getpid();
    let ask = move || {
        set_parent_process_death_signal(Some(Signal::TERM))?;
        // The parent may have ended between fork and the line above.
        if getppid() == Some(parent) {
            Ok(())
        } else {
            Err(io::Error::from(io::ErrorKind::NotConnected))
        }
    };
    // SAFETY: between fork and exec only the two system calls above are made; they take no lock and allocate nothing.
    unsafe {
        command.pre_exec(ask);
    }
}

/// Passes the server's log on, line by line, at its levels.
async fn pass_on(stderr: ChildStderr, last_words: LastWords) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let tagged = |tag: &str| line.split_once(tag).map(|(_, text)| text.trim().to_owned());
        if let Some(text) = tagged("[FTL]").or_else(|| tagged("[ERR]")) {
            tracing::error!(target: "nats_server", "{text}");
            if let Ok(mut slot) = last_words.lock() {
                *slot = Some(text);
            }
        } else if let Some(text) = tagged("[WRN]") {
            tracing::warn!(target: "nats_server", "{text}");
        } else if let Some(text) = tagged("[INF]") {
            tracing::debug!(target: "nats_server", "{text}");
        } else {
            // A configuration error is printed without a level, before logging starts.
            tracing::warn!(target: "nats_server", "{line}");
            if let Ok(mut slot) = last_words.lock() {
                slot.get_or_insert(line);
            }
        }
    }
}
