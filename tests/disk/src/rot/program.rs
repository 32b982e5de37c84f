//! What comes of a fault when the whole program starts on the damaged data, as `cinnabar up` does for a stranger.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cinnabar_store::Store;
use cinnabar_tests::ledger::{ENV_NATS_SERVER, nats_server};
use cinnabar_tests::program;
use cinnabar_tests::running::{Ran, eventually, in_time, send};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::fault::Fault;
use super::fixture::{Fixture, copy, folder};
use super::outcome::Outcome;
use super::served::{Served, causes};
use super::store::{options, whole};

/// The last line that `cinnabar up` prints once everything runs.
const UP: &str = "Ctrl-C stops it.";
/// The exit code of a fault in the program itself.
const BUG: i32 = 1;

/// How a run of `cinnabar up` went.
#[derive(Debug)]
pub struct Run {
    /// Whether everything came up.
    pub up: bool,
    /// Exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it said on standard error.
    pub said: String,
}

/// A copy of the whole fixture.
#[must_use]
pub fn everything() -> TempDir {
    let (from, to) = (Fixture::get().path(), folder());
    for name in ["data", "data.mark"] {
        copy(&from.join(name), &to.path().join(name));
    }
    to
}

/// A running program, killed when dropped.
struct Up(Child);

impl Drop for Up {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `cinnabar up` on `folder`; once everything runs and the views have caught up, stops it as Ctrl-C does.
///
/// # Panics
/// If it neither comes up nor ends.
#[must_use]
pub fn run(folder: &Path, arguments: &[&str]) -> Run {
    let (out, err) = (folder.join("out"), folder.join("err"));
    let log = |path: &Path| Stdio::from(File::create(path).expect("room for a file"));
    let mut command = Command::new(program("cinnabar"));
    command
        .args(["up", "--data", "data", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .env(ENV_NATS_SERVER, nats_server())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log(&out))
        .stderr(log(&err));
    let mut child = Up(command.spawn().expect("the program starts"));
    let text =
        |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    let mut up = false;
    let ended = in_time(|| {
        let status = child.0.try_wait().expect("our own child");
        up = text(&out).contains(UP);
        (up || status.is_some()).then_some(status)
    });
    let ended = ended.unwrap_or_else(|| panic!("neither up nor ended:\n{}", text(&err)));
    let status = ended.unwrap_or_else(|| {
        send(child.0.id(), Signal::INT);
        eventually("the end of a stopped program", || {
            child.0.try_wait().expect("our own child")
        })
    });
    Run {
        up,
        code: status.code(),
        said: text(&err),
    }
}

/// `cinnabar doctor --scrub --json` on `folder`: findings that are not well.
///
/// # Errors
/// What it said, if it gave no findings.
pub fn doctor(folder: &Path) -> Result<Vec<String>, String> {
    let mut command = Command::new(program("cinnabar"));
    command
        .args(["doctor", "--scrub", "--json", "--data", "data"])
        .current_dir(folder);
    let ran = Ran::of(&mut command);
    let findings: Vec<Value> = serde_json::from_str(&ran.out).map_err(|_| ran.err.clone())?;
    let bad = findings.iter().filter(|finding| finding["status"] != "OK");
    Ok(bad
        .map(|finding| {
            format!(
                "{} {}: {}",
                finding["status"], finding["check"], finding["detail"]
            )
        })
        .collect())
}

/// Judges what comes of the faults in a copy of everything, which `arguments` of `cinnabar up` start.
#[must_use]
pub fn judge(faults: &[Fault], arguments: &[&str]) -> Outcome {
    let copy = everything();
    faults.iter().for_each(|fault| fault.inflict(copy.path()));
    let run = run(copy.path(), arguments);
    if run.code == Some(BUG) || run.code.is_none() || run.said.contains("panicked") {
        return Outcome::Wrong(format!("ended with {:?}: {}", run.code, run.said));
    }
    if run.code != Some(0) {
        return match reason(&run.said) {
            Some(why) => Outcome::Refused(why),
            None => Outcome::Wrong("ended without a word".to_owned()),
        };
    }
    if !run.up {
        return Outcome::Wrong("ended well before it was up".to_owned());
    }
    let found = match doctor(copy.path()) {
        Ok(found) => found,
        Err(why) => return Outcome::Scrubbed(why),
    };
    if let Err(outcome) = same(copy.path()) {
        return outcome;
    }
    match (found.first(), reason(&run.said)) {
        (Some(finding), _) => Outcome::Scrubbed(finding.clone()),
        (None, Some(why)) => Outcome::Healed(why),
        (None, None) => Outcome::Irrelevant,
    }
}

/// Everything that was served before is served still, byte for byte.
fn same(folder: &Path) -> Result<(), Outcome> {
    let store = Store::open_with(&folder.join("data/store"), &options(folder));
    let store = store.map_err(|error| {
        Outcome::Wrong(format!(
            "can't be opened after it was up: {}",
            causes(&error)
        ))
    })?;
    let served = Served::of(&store);
    let wrong: Vec<&String> = whole()
        .lasting
        .iter()
        .filter(|(what, answer)| served.lasting.get(*what) != Some(*answer))
        .map(|(what, _)| what)
        .collect();
    match (wrong.is_empty(), served.errors.values().next()) {
        (true, None) => Ok(()),
        (_, Some(why)) => Err(Outcome::ErrorServed(why.clone())),
        (false, None) => Err(Outcome::Wrong(format!("other answers to {wrong:?}"))),
    }
}

/// The line that says why.
fn reason(said: &str) -> Option<String> {
    let lines = || said.lines().filter(|line| !line.trim().is_empty());
    let last = lines().rfind(|line| line.starts_with("cinnabar: "));
    last.or_else(|| lines().next()).map(str::to_owned)
}
