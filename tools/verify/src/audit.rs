//! One audit: from the start, or from where the last one came.

use std::path::Path;
use std::time::Instant;

use cinnabar_tlog::{EdgeTiles, Frontier, MAX_POLICY_BYTES, Size, TrustPolicy};
use cinnabar_verifier::{
    Check, Level, Options, Report, Start, State, Verdict, Verifier, open_checkpoint,
};
use serde::Serialize;

use crate::args::Args;
use crate::beyond::{self, Beyond};
use crate::fetch::{feed, listen};
use crate::listed;
use crate::shelf::{self, RunShelf};
use crate::source::{self, Source};
use crate::tiles::Fetched;

/// The report, and what this program did to come to it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Audited {
    #[serde(flatten)]
    pub(crate) report: Report,
    /// Views, vault and time-stamps.
    #[serde(flatten)]
    pub(crate) beyond: Beyond,
    /// What was fetched from a log in tiles.
    pub(crate) fetched: Fetched,
    /// What an auditor should know about how it was done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
    /// How long it took.
    pub(crate) seconds: f64,
    /// What it took of all processors, and the most memory that it had, in KiB; where the system tells.
    #[serde(flatten)]
    pub(crate) used: Used,
    /// Digest of the state file afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state_digest: Option<String>,
}

/// What the process used.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Used {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_memory_kib: Option<u64>,
}

impl Used {
    /// Linux tells it in `/proc`; clock ticks are hundredths of a second there.
    fn so_far() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let stat = read("/proc/self/stat");
        let ticks = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let ticks: Vec<f64> = ticks
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse().ok())
            .collect();
        let status = read("/proc/self/status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        Self {
            cpu_seconds: (ticks.len() == 2).then(|| ticks.iter().sum::<f64>() / 100.0),
            peak_memory_kib: peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok()),
        }
    }
}

/// Whatever can't be had ends up in the report: it is why something can't be decided.
pub(crate) fn audit(args: &Args) -> Audited {
    let began = Instant::now();
    listen();
    let asked = beyond::ask(args);
    let mut audit = Audit::new(args);
    let mut report = match &args.state {
        None => audit.fresh(None),
        Some(path) => audit.go_on(path),
    };
    let beyond = beyond::check(args, asked, audit.source.as_ref(), &mut report);
    let tiles = audit.source.as_ref().and_then(Source::tiles);
    Audited {
        report,
        beyond,
        fetched: tiles.map(|log| log.fetched()).unwrap_or_default(),
        notes: audit.notes,
        seconds: began.elapsed().as_secs_f64(),
        used: Used::so_far(),
        state_digest: args.state.as_deref().and_then(shelf::digest),
    }
}

struct Audit<'a> {
    args: &'a Args,
    source: Option<Source>,
    options: Options,
    missing: Vec<String>,
    notes: Vec<String>,
}

impl<'a> Audit<'a> {
    fn new(args: &'a Args) -> Self {
        let mut missing = Vec::new();
        let source = source::open(args, &mut missing);
        let mut older = Vec::new();
        for path in &args.old_checkpoint {
            match source::read_note(path) {
                Ok(note) => older.push(note),
                Err(error) => {
                    missing.push(format!("the older checkpoint {}: {error}", path.display()));
                }
            }
        }
        let mut policy = None;
        if let Some(path) = &args.policy {
            match read_policy(path) {
                Ok(read) => policy = Some(read),
                Err(error) => {
                    missing.push(format!("the trust policy {}: {error}", path.display()));
                }
            }
        }
        let checkpoint = source.as_ref().and_then(|source| source.checkpoint.clone());
        let options = Options {
            ledger: args.ledger,
            older,
            also: args.log_key[1..].to_vec(),
            policy,
            levels: args.level,
            ..Options::new(args.first_key().clone(), checkpoint)
        };
        Self {
            args,
            source,
            options,
            missing,
            notes: Vec::new(),
        }
    }

    /// Whether hash tiles are compared.
    fn compares_tiles(&self) -> bool {
        let in_tiles = self
            .source
            .as_ref()
            .is_some_and(|source| source.tiles().is_some());
        in_tiles && self.args.level.has(Level::Tree)
    }

    fn beginning(&self) -> Start {
        match self.compares_tiles() {
            true => Start::Tiles(Box::default()),
            false => Start::Edge(Frontier::empty()),
        }
    }

    /// From the first entry on.
    fn fresh(&mut self, shelf: Option<RunShelf>) -> Report {
        let (options, start) = (self.options.clone(), self.beginning());
        let verifier = match shelf {
            None => Verifier::with_tiles(options, start),
            Some(shelf) => match Verifier::on_shelf(options, Box::new(shelf), start) {
                Ok(verifier) => verifier,
                Err(error) => return self.refused(error.to_string()),
            },
        };
        self.run(verifier, (0, 0))
    }

    fn run(&mut self, mut verifier: Verifier, from: (u64, u64)) -> Report {
        for what in self.missing.drain(..) {
            verifier.push_missing(what);
        }
        if let Some(source) = &self.source {
            if self.args.level.has(Level::Checkpoints) {
                listed::push(source, from.0, &mut verifier);
            }
            feed(source, self.args, from, &mut verifier);
        }
        verifier.finish()
    }

    /// Nothing is verified, for this reason.
    fn refused(&self, why: String) -> Report {
        let mut verifier = Verifier::new(self.options.clone());
        verifier.push_cut(why);
        verifier.finish()
    }

    fn go_on(&mut self, path: &Path) -> Report {
        let opened = match RunShelf::open(path) {
            Ok(opened) => opened,
            Err(fault) => return self.refused(fault.to_string()),
        };
        let Some(state) = opened.state else {
            return self.fresh(Some(opened.shelf));
        };
        let (key, levels) = (self.args.first_key(), self.args.level);
        let state = match State::parse(&state, key, self.args.ledger, levels) {
            Ok(state) => state,
            Err(refused) => {
                let why = format!("the state file {} is refused: {refused}", path.display());
                return self.refused(why);
            }
        };
        if let Some(digest) = opened.digest {
            let size = state.size();
            self.notes
                .push(format!("goes on from a state of {size} entries, {digest}"));
        }
        let start = match self.join(&state) {
            Ok(start) => start,
            Err(why) => {
                drop(opened.shelf);
                return self.again(&state, why);
            }
        };
        let options = self.options.clone();
        let verifier = match Verifier::resume(options, Box::new(opened.shelf), &state, start) {
            Ok(verifier) => verifier,
            Err(error) => return self.refused(error.to_string()),
        };
        let report = self.run(verifier, (state.size(), state.offset()));
        let again = self.source.as_ref().is_some_and(Source::can_be_read_again);
        if again && contradicts(&report) {
            let why = "the new entries don't join what was verified before".to_owned();
            return self.again(&state, why);
        }
        report
    }

    /// The edge of the tree at the state's size, if the log as it is now goes on from there.
    fn join(&self, state: &State) -> Result<Start, String> {
        let frontier = state.frontier().ok_or("the state's tree is damaged")?;
        let note = self.options.checkpoint.as_deref();
        let newest = note.and_then(|note| open_checkpoint(note, self.args.first_key()).ok());
        let size = Size::new(state.size());
        if newest.as_ref().is_some_and(|newest| newest.size < size) {
            return Err(
                "the log shows an older checkpoint than the state was verified by".to_owned(),
            );
        }
        if let Some(source) = &self.source {
            source
                .goes_on_after(state.offset())
                .map_err(|error| error.to_string())?;
        }
        if newest.is_none() || !self.compares_tiles() {
            return Ok(Start::Edge(frontier));
        }
        let Some(log) = self.source.as_ref().and_then(Source::tiles) else {
            return Ok(Start::Edge(frontier));
        };
        let edge = EdgeTiles::from_reader(size, log).map_err(|error| error.to_string())?;
        if edge.root() != frontier.root() {
            let root = edge.root();
            return Err(format!(
                "the log's tiles give root {root} at size {size}, where {} was verified",
                frontier.root()
            ));
        }
        Ok(Start::Tiles(Box::new(edge)))
    }

    /// From the first entry on, to find out how the log contradicts the state. The state is left as it is.
    fn again(&mut self, state: &State, why: String) -> Report {
        self.notes.push(format!(
            "{why}: everything is read again from the start, and the state file is left as it is"
        ));
        if let Some(note) = state.checkpoint() {
            self.options.older.push(note.as_bytes().to_vec());
        }
        self.fresh(None)
    }
}

/// Whether the log may have told another story than before.
fn contradicts(report: &Report) -> bool {
    let about_the_line = |check: Check| match check {
        Check::Sequence | Check::Chain | Check::Size | Check::Root | Check::Fork | Check::Time => {
            true
        }
        Check::Framing
        | Check::Canonical
        | Check::Form
        | Check::Kind
        | Check::Dossier
        | Check::Tile
        | Check::Checkpoint
        | Check::Quorum
        | Check::Genesis
        | Check::Ledger
        | Check::Signature
        | Check::Key
        | Check::Id
        | Check::Dossiers
        | Check::Rules
        | Check::Views
        | Check::Vault
        | Check::Timestamp => false,
    };
    report.verdict == Verdict::Fork
        || report
            .findings
            .iter()
            .any(|finding| about_the_line(finding.check))
}

fn read_policy(path: &Path) -> Result<TrustPolicy, String> {
    let length = std::fs::metadata(path)
        .map_err(|error| error.to_string())?
        .len();
    if length > MAX_POLICY_BYTES as u64 {
        return Err(format!("longer than {MAX_POLICY_BYTES} bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    TrustPolicy::parse(&text).map_err(|error| error.to_string())
}
