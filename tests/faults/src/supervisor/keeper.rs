//! The journal's process: started, asked, and told to finish.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::OnceLock;

use cinnabar_tests::running::eventually;
use cinnabar_tests::{ENV_BIN_DIR, cargo};

use super::Place;
use crate::mix::Mix;

/// How the journal is to run. Start from [`Run::default`].
#[derive(Clone, Debug)]
pub struct Run {
    /// Where the journal runs.
    pub place: Place,
    /// Where to connect, instead of where the profile says.
    pub way: Option<String>,
    /// Who signs: a registrar whose key follows from the name.
    pub actor: String,
    /// How many send at once.
    pub clients: usize,
    /// What they say.
    pub mix: Mix,
    /// How many subjects they race for.
    pub subjects: usize,
    /// Where random choices start.
    pub seed: u64,
    /// Goes into every name: runs over one ledger need different ones.
    pub tag: String,
    /// How long a client waits for an answer, in milliseconds.
    pub patience_ms: u64,
    /// Pause of each client between two statements, in milliseconds.
    pub rest_ms: u64,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            place: Place::default(),
            way: None,
            actor: "journal".to_owned(),
            clients: 4,
            mix: Mix::Register,
            subjects: 2,
            seed: cinnabar_tests::tally::seed(),
            tag: "1".to_owned(),
            patience_ms: 2_000,
            rest_ms: 0,
        }
    }
}

/// How far the journal is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests sent, repeats included.
    pub sent: u64,
    /// Receipts got.
    pub receipts: u64,
    /// Refusals got.
    pub refused: u64,
    /// Requests without an answer.
    pub unanswered: u64,
    /// Requests that never got one.
    pub given_up: u64,
}

/// The journal's process. It is killed if this is dropped before it is told to finish.
#[derive(Debug)]
pub struct Keeper {
    child: Child,
    words: Option<ChildStdin>,
    says: BufReader<ChildStdout>,
    book: PathBuf,
}

/// The program: where the others are, if they are built, or built here.
fn journal() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let built = std::env::var_os(ENV_BIN_DIR).map(|dir| Path::new(&dir).join("journal"));
        if let Some(path) = built.filter(|path| path.is_file()) {
            return path;
        }
        let mut command = cargo();
        command.args([
            "build",
            "--locked",
            "-p",
            "cinnabar-faults",
            "--bin",
            "journal",
        ]);
        command.arg("--message-format=json");
        let output = command.output().expect("cargo is on PATH");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "the journal does not build:\n{said}"
        );
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .find_map(|artifact| artifact["executable"].as_str().map(PathBuf::from))
            .expect("cargo names the program that it built")
    })
}

impl Keeper {
    /// Starts a journal over the ledger with this profile. It keeps its file at `book`, behind whatever is there.
    ///
    /// # Panics
    /// If it can't be started.
    #[must_use]
    pub fn start(profile: &Path, book: &Path, run: &Run) -> Self {
        let mut command = run.place.command(journal());
        let mix = match run.mix {
            Mix::Register => "register",
            Mix::Race => "race",
            Mix::Both => "both",
        };
        command
            .arg("--profile")
            .arg(profile)
            .arg("--book")
            .arg(book);
        command.args(["--actor", &run.actor, "--mix", mix, "--tag", &run.tag]);
        for (name, number) in [
            ("--clients", run.clients as u64),
            ("--subjects", run.subjects as u64),
            ("--seed", run.seed),
            ("--patience-ms", run.patience_ms),
            ("--rest-ms", run.rest_ms),
        ] {
            command.arg(name).arg(number.to_string());
        }
        if let Some(way) = &run.way {
            command.args(["--way", way]);
        }
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.expect("the journal can be started");
        let words = child.stdin.take();
        let says = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let mut keeper = Self {
            child,
            words,
            says,
            book: book.to_owned(),
        };
        assert_eq!(keeper.line(), "begun");
        keeper
    }

    /// Where its file is.
    #[must_use]
    pub fn book(&self) -> &Path {
        &self.book
    }

    /// How far it is.
    ///
    /// # Panics
    /// If it doesn't run.
    pub fn counts(&mut self) -> Counts {
        let words = self.words.as_mut().expect("it was not told to finish");
        words.write_all(b"count\n").expect("it listens");
        parse(&self.line())
    }

    /// Waits until it has got so many receipts more.
    ///
    /// # Panics
    /// If it doesn't get them.
    pub fn more_receipts(&mut self, more: u64) {
        let wanted = self.counts().receipts + more;
        eventually("receipts in the journal", || {
            (self.counts().receipts >= wanted).then_some(())
        });
    }

    /// Tells it to finish: what it has sent it asks for until all is answered, and nothing new. How far it came.
    ///
    /// # Panics
    /// If something stays without an answer.
    #[track_caller]
    pub fn finish(mut self) -> Counts {
        drop(self.words.take());
        let last = self.line();
        let status = self.child.wait().expect("our own child");
        assert!(status.success(), "the journal is not complete: {last}");
        parse(&last)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.says.read_line(&mut line).expect("it speaks in lines");
        line.trim().to_owned()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn parse(line: &str) -> Counts {
    let of = |name: &str| {
        let word = line
            .split(' ')
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let number = word.and_then(|word| word.parse().ok());
        number.unwrap_or_else(|| panic!("no {name} in {line:?}"))
    };
    Counts {
        sent: of("sent"),
        receipts: of("receipts"),
        refused: of("refused"),
        unanswered: of("unanswered"),
        given_up: of("given-up"),
    }
}
