//! Programs that run while a test talks to them, and what they said.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long a test waits for something that must come. Ample on a slow machine: whoever waits so long waits in vain.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Pause between two looks at something that doesn't tell when it changes.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Looks until there is something, and gives it.
///
/// # Panics
/// If there is nothing within [`PATIENCE`]; the message says what was awaited.
pub fn eventually<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    in_time(look).unwrap_or_else(|| panic!("waited in vain for {what}"))
}

/// Looks until there is something, and gives it; none if there is nothing within [`PATIENCE`].
pub fn in_time<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let since = Instant::now();
    loop {
        let found = look();
        if found.is_some() || since.elapsed() >= PATIENCE {
            return found;
        }
        thread::sleep(LOOK_AGAIN);
    }
}

/// A program that ran to its end.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Runs `command` to its end, with nothing on standard input.
    ///
    /// # Panics
    /// If it can't be started.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output();
        Self::from(output.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}")))
    }

    /// It ended with this exit code.
    ///
    /// # Panics
    /// If not; the message has what it said.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        let Self {
            code: found,
            out,
            err,
        } = &self;
        assert_eq!(*found, Some(code), "\n{out}\n{err}");
        self
    }

    /// It said this, on standard output or standard error.
    ///
    /// # Panics
    /// If not; the message has what it said.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let Self { out, err, .. } = &self;
        assert!(
            out.contains(text) || err.contains(text),
            "{text:?} is not in\n{out}\n{err}"
        );
        self
    }

    /// Its standard output as JSON.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error} in\n{}\n{}", self.out, self.err))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// What a running program has said so far, line by line.
#[derive(Debug, Default)]
struct Heard {
    out: Vec<String>,
    err: Vec<String>,
    /// How many of its two outputs have ended.
    ended: u8,
}

/// A program that runs. It is killed when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    heard: Arc<(Mutex<Heard>, Condvar)>,
}

impl Running {
    /// Starts `command`, with nothing on standard input.
    ///
    /// # Panics
    /// If it can't be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = command.spawn();
        let mut child = started.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        let heard = Arc::default();
        let out = child.stdout.take().expect("standard output is a pipe");
        let err = child.stderr.take().expect("standard error is a pipe");
        listen(out, &heard, |heard| &mut heard.out);
        listen(err, &heard, |heard| &mut heard.err);
        Self { child, heard }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until its standard output so far will do, and gives that.
    ///
    /// # Panics
    /// If it ends before, or within [`PATIENCE`] doesn't; the message has what it said.
    #[track_caller]
    pub fn wait_for(&self, what: &str, will_do: impl Fn(&[String]) -> bool) -> Vec<String> {
        let since = Instant::now();
        let mut heard = self.lock();
        while !will_do(&heard.out) {
            assert!(
                heard.ended < 2 && since.elapsed() < PATIENCE,
                "waited in vain for {what}; it said\n{}\n{}",
                shown(&heard.out),
                shown(&heard.err)
            );
            let waited = self.heard.1.wait_timeout(heard, LOOK_AGAIN);
            heard = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        heard.out.clone()
    }

    /// Waits for a line of its standard output that begins so.
    ///
    /// # Panics
    /// As [`Self::wait_for`].
    #[track_caller]
    pub fn wait_for_line(&self, begins: &str) -> Vec<String> {
        self.wait_for(begins, |out| {
            out.iter().any(|line| line.starts_with(begins))
        })
    }

    /// Lines of its standard output so far.
    #[must_use]
    pub fn out(&self) -> Vec<String> {
        self.lock().out.clone()
    }

    /// Lines of its standard error so far.
    #[must_use]
    pub fn err(&self) -> Vec<String> {
        self.lock().err.clone()
    }

    /// Whether it has ended: both of its outputs have.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.lock().ended == 2
    }

    /// Sends what Ctrl-C sends.
    pub fn interrupt(&self) {
        send(self.id(), Signal::INT);
    }

    /// Kills it without a warning and waits until it is gone.
    pub fn kill(mut self) {
        self.end_now();
    }

    /// Waits until it ends by itself, and gives what it said.
    ///
    /// # Panics
    /// If it doesn't within [`PATIENCE`].
    #[must_use]
    #[track_caller]
    pub fn end(mut self) -> Ran {
        let status: ExitStatus = eventually("the end of a program", || {
            self.child.try_wait().expect("our own child")
        });
        let heard = eventually("the end of what it says", || {
            Some(self.lock()).filter(|heard| heard.ended == 2)
        });
        Ran {
            code: status.code(),
            out: heard.out.join("\n"),
            err: heard.err.join("\n"),
        }
    }

    fn end_now(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.heard.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end_now();
    }
}

/// The end of what was said, each line cut to what a person reads.
fn shown(lines: &[String]) -> String {
    const LINES: usize = 40;
    const CHARACTERS: usize = 200;
    let last = &lines[lines.len().saturating_sub(LINES)..];
    let cut = |line: &String| line.chars().take(CHARACTERS).collect::<String>();
    last.iter().map(cut).collect::<Vec<_>>().join("\n")
}

/// Collects the lines of `source` until it ends.
fn listen(
    source: impl Read + Send + 'static,
    heard: &Arc<(Mutex<Heard>, Condvar)>,
    lines: fn(&mut Heard) -> &mut Vec<String>,
) {
    let heard = Arc::clone(heard);
    thread::spawn(move || {
        let (heard, news) = &*heard;
        let lock = || heard.lock().unwrap_or_else(PoisonError::into_inner);
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            lines(&mut lock()).push(line);
            news.notify_all();
        }
        lock().ended += 1;
        news.notify_all();
    });
}

/// Sends a signal to a process that a test started.
///
/// # Panics
/// If there is no such process.
pub fn send(process: u32, signal: Signal) {
    let id = i32::try_from(process).ok().and_then(Pid::from_raw);
    kill_process(id.expect("a process id"), signal).expect("it runs, and is ours");
}

/// The process id of the child of `parent` that runs the program `name`; none if there is none.
#[must_use]
pub fn child_of(parent: u32, name: &str) -> Option<u32> {
    let threads = std::fs::read_dir(format!("/proc/{parent}/task")).ok()?;
    threads.flatten().find_map(|thread| {
        let children = std::fs::read_to_string(thread.path().join("children")).ok()?;
        children.split_whitespace().find_map(|id| {
            let id: u32 = id.parse().ok()?;
            let called = std::fs::read_to_string(format!("/proc/{id}/comm")).ok()?;
            (called.trim() == name).then_some(id)
        })
    })
}
