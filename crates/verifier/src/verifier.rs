//! The audit: bytes in, report out.

use cinnabar_events::LedgerId;
use cinnabar_tlog::{
    Checkpoint, Frontier, TILE_WIDTH, TilePath, TileWidth, TrustPolicy, VerifierKey, decode_bundle,
    decode_entries,
};
use rayon::prelude::*;

use crate::back::{Back, Read};
use crate::chain::Chain;
use crate::checkpoints::{judge_keys, judge_policy, open_checkpoint, reasons};
use crate::finding::{Check, Fault, Findings};
use crate::keep::Keep;
use crate::levels::{Level, Levels};
use crate::lines::{Batch, Lines};
use crate::read::Line;
use crate::report::{Done, Quorum, Report, Resumed, Verdict};
use crate::rules::Judge;
use crate::shelf::{Shelf, Unreadable};
use crate::state::State;
use crate::tree::{Start, Tree};

/// What an audit is given. Nothing else is trusted.
#[derive(Clone, Debug)]
pub struct Options {
    /// The log's key.
    pub log_key: VerifierKey,
    /// The ledger's id. Without it the genesis is taken at its word, as far as the log key allows.
    pub ledger: Option<LedgerId>,
    /// The signed checkpoint (C2SP note) to measure the entries by. Given first, not last: the root at its size
    /// is taken in passing, also when there are entries beyond it. Without it nothing can be verified, only refuted.
    pub checkpoint: Option<Vec<u8>>,
    /// Checkpoints that somebody kept from before, to see whether the log still tells the same story.
    pub older: Vec<Vec<u8>>,
    /// Further keys of the log: the newest checkpoint must be signed with each of them, too.
    pub also: Vec<VerifierKey>,
    /// The witnesses that must have cosigned the newest checkpoint.
    pub policy: Option<TrustPolicy>,
    /// How deep to go.
    pub levels: Levels,
}

impl Options {
    /// An audit of all levels by the log's key and its newest checkpoint.
    pub fn new(log_key: VerifierKey, checkpoint: Option<Vec<u8>>) -> Self {
        Self {
            log_key,
            ledger: None,
            checkpoint,
            older: Vec::new(),
            also: Vec::new(),
            policy: None,
            levels: Levels::ALL,
        }
    }
}

/// An audit under way. Takes entries in order, as bytes of an export or one by one. What grows with the ledger are the
/// records of the levels `dossiers` and `rules`: they stay in memory, or on a [`Shelf`].
///
/// Works on the rayon pool that it is called on: while some threads read a batch of lines, one judges the batch before.
#[derive(Debug)]
pub struct Verifier {
    lines: Lines,
    back: Back,
    /// Read and not judged yet.
    waiting: Read,
    older: Vec<Checkpoint>,
    options: Options,
    resumed: Option<Resumed>,
    settled: bool,
    /// Whether entries at the end could not be had.
    cut: bool,
    tiles: u64,
    /// Lines after which the state was kept last.
    kept: u64,
    /// The checkpoint by which an earlier audit verified what is not read again.
    earlier: Option<String>,
    quorum: Option<Quorum>,
}

const NO_CHECKPOINT: &str = "a signed checkpoint: without it nothing says that these are all the entries, or the right ones";

/// Lines between two points at which the state is kept: some seconds of work to do again after a crash.
const KEEP_EVERY: u64 = 100_000;

impl Verifier {
    /// Starts an audit, with all records in memory.
    pub fn new(options: Options) -> Self {
        Self::begin(
            options,
            Keep::default(),
            None,
            Start::Edge(Frontier::empty()),
        )
    }

    /// Starts an audit whose records are on a shelf, and which keeps its state there. With tiles, `start` has them.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn on_shelf(
        options: Options,
        shelf: Box<dyn Shelf>,
        start: Start,
    ) -> Result<Self, Unreadable> {
        Ok(Self::begin(options, Keep::on(shelf)?, None, start))
    }

    /// Starts an audit whose tiles are compared, with all records in memory.
    pub fn with_tiles(options: Options, start: Start) -> Self {
        Self::begin(options, Keep::default(), None, start)
    }

    /// Goes on from `state`, to which the records on the shelf belong. `start`: the edge of the tree at its size. Entries
    /// must be pushed from there on: if from an export, from byte [`State::offset`] on.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn resume(
        options: Options,
        shelf: Box<dyn Shelf>,
        state: &State,
        start: Start,
    ) -> Result<Self, Unreadable> {
        Ok(Self::begin(options, Keep::on(shelf)?, Some(state), start))
    }

    fn begin(mut options: Options, keep: Keep, state: Option<&State>, start: Start) -> Self {
        let mut findings = Findings::default();
        let mut missing = Vec::new();
        let log_key = options.log_key.clone();
        let mut open = |note: &[u8]| -> Option<Checkpoint> {
            match open_checkpoint(note, &log_key) {
                Ok(checkpoint) => Some(checkpoint),
                Err(error) => {
                    findings.push(unsigned(&log_key, &error).at(None));
                    None
                }
            }
        };
        let newest = options.checkpoint.as_deref().and_then(&mut open);
        let notes = std::mem::take(&mut options.older);
        let older: Vec<_> = notes.iter().filter_map(|note| open(note)).collect();
        let quorum = match options.checkpoint.as_deref() {
            None => {
                missing.push(NO_CHECKPOINT.to_owned());
                None
            }
            Some(note) if newest.is_some() && options.levels.has(Level::Checkpoints) => {
                judge_signers(note, &options, &mut findings)
            }
            Some(_) => None,
        };
        let levels = options.levels;
        let mut judge = Judge::new(log_key, options.ledger, levels, keep);
        let mut chain = Chain::new();
        if let Some(state) = state {
            judge.resume(state);
            if let Some(head) = state.head {
                chain = Chain::after(state.size(), head.hash);
            }
        }
        let mut tree = Tree::new(newest, start);
        for checkpoint in &older {
            tree.compare_with(checkpoint, false);
        }
        let (lines, offset) = state.map_or((0, 0), |state| (state.size(), state.offset()));
        Self {
            lines: Lines::after(offset),
            back: Back {
                chain,
                tree,
                judge,
                findings,
                missing,
                lines,
                levels,
            },
            waiting: Vec::new(),
            older,
            options,
            resumed: state.map(|state| Resumed {
                size: state.size(),
                root: state.root().to_owned(),
            }),
            settled: false,
            cut: false,
            tiles: 0,
            kept: lines,
            earlier: state.and_then(|state| state.checkpoint.clone()),
            quorum,
        }
    }

    /// Adds a checkpoint that the log itself lists as signed (a C2SP note), before the first entry.
    pub fn push_listed(&mut self, note: &[u8]) {
        match open_checkpoint(note, &self.options.log_key) {
            Ok(checkpoint) => {
                if !self.back.tree.compare_with(&checkpoint, true) {
                    let what = "signed checkpoints beyond the first million of the log's list";
                    if !self.back.missing.iter().any(|missing| missing == what) {
                        self.push_missing(what);
                    }
                }
            }
            Err(error) => {
                let fault = unsigned(&self.options.log_key, &error);
                self.back.findings.push(fault.at(None));
            }
        }
    }

    /// Entries judged so far, for a progress bar.
    pub fn entries(&self) -> u64 {
        self.back.lines
    }

    /// Takes the next bytes of an export, cut anywhere.
    pub fn push(&mut self, chunk: &[u8]) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(chunk, |batch| self.batch(batch));
        self.lines = lines;
        self.keep_now_and_then();
    }

    /// Takes the exact bytes of the next entry, as they stand in an entry bundle.
    pub fn push_entry(&mut self, entry: &[u8]) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.push_line(entry, |batch| self.batch(batch));
        self.lines = lines;
    }

    /// Takes entries of bundle `index` (C2SP tlog-tiles), which should hold `width` of them: those up to the first
    /// `wanted`, but for the first `skipped`. What of a damaged bundle can be read is taken; the damage is a finding.
    pub fn push_bundle(
        &mut self,
        index: u64,
        bundle: &[u8],
        width: TileWidth,
        (skipped, wanted): (usize, TileWidth),
    ) {
        let (whole, fault) = match decode_bundle(bundle, width) {
            Ok(entries) => (entries, None),
            Err(error) => (
                decode_entries(&bundle[..error.offset], width.as_usize()).unwrap_or_default(),
                Some(error),
            ),
        };
        for entry in whole.iter().take(wanted.as_usize()).skip(skipped) {
            self.push_entry(entry);
        }
        self.keep_now_and_then();
        if let Some(error) = fault {
            let first = index
                .saturating_mul(u64::from(TILE_WIDTH))
                .saturating_add(whole.len() as u64);
            let meaning = "the log serves a damaged bundle of entries";
            let expected = format!("a bundle of {} entries", width.get());
            let fault = Fault::new(Check::Framing, expected, error.to_string(), meaning);
            self.back.findings.push(fault.at(first));
        }
    }

    /// Says that further entries could not be had, and why: what is missing at the end is then no finding.
    pub fn push_cut(&mut self, what: impl Into<String>) {
        self.cut = true;
        self.push_missing(what);
    }

    /// Says that something could not be had. What was verified is reported, but not as the whole.
    pub fn push_missing(&mut self, what: impl Into<String>) {
        self.back.missing.push(what.into());
    }

    /// Tiles that the entries so far have filled, and after [`Self::settle`] the others too: where each is served, and its
    /// bytes. For the caller to compare ([`Self::push_tile`]); none unless the audit began with tiles.
    pub fn take_tiles(&mut self) -> Vec<(TilePath, Vec<u8>)> {
        self.back.tree.take_tiles(self.settled)
    }

    /// Takes what is served as a tile, to be compared with what it should be.
    pub fn push_tile(&mut self, path: TilePath, wanted: &[u8], served: &[u8]) {
        if wanted == served {
            self.tiles += 1;
            return;
        }
        let hashes = |bytes: &[u8]| format!("{} bytes", bytes.len());
        let pairs = wanted.chunks(32).zip(served.chunks(32));
        let place = pairs
            .take_while(|(wanted, served)| wanted == served)
            .count();
        let hex = |bytes: &[u8]| -> String {
            let hash = bytes.chunks(32).nth(place).unwrap_or_default();
            hash.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let expected = format!(
            "{path}: {}, hash {place} is {}",
            hashes(wanted),
            hex(wanted)
        );
        let found = format!("{}, hash {place} is {}", hashes(served), hex(served));
        let meaning = "proofs made from this tile fail: the entries are not hidden by it, but nobody can prove that they are there";
        let fault = Fault::new(Check::Tile, expected, found, meaning);
        self.back.findings.push(fault.at(None));
    }

    /// Reads a batch, and judges the one before.
    fn batch(&mut self, batch: Batch) {
        let waiting = std::mem::take(&mut self.waiting);
        let (back, levels) = (&mut self.back, self.options.levels);
        let ((), read) = rayon::join(|| back.judge(waiting), || read(&batch, levels));
        self.waiting = read;
    }

    /// Judges all that was pushed. Nothing may be pushed afterwards but tiles and what is missing.
    pub fn settle(&mut self) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let rest = self.lines.finish();
        self.batch(rest);
        let waiting = std::mem::take(&mut self.waiting);
        self.back.judge(waiting);
        self.back.finish();
    }

    /// Stops before the end: what was verified so far is kept, if there is a shelf. How many entries that are.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn interrupt(&mut self) -> Result<u64, Unreadable> {
        let whole = self.lines.stop();
        self.batch(whole);
        let rest = std::mem::take(&mut self.waiting);
        self.back.judge(rest);
        self.keep(false).map(|_| self.kept)
    }

    fn keep_now_and_then(&mut self) {
        if self.back.lines >= self.kept + KEEP_EVERY
            && let Err(error) = self.keep(false)
        {
            self.back.judge.stopped.get_or_insert(error);
        }
    }

    /// Keeps the state, if all is well so far and there is a shelf.
    fn keep(&mut self, whole: bool) -> Result<bool, Unreadable> {
        let (held, offset) = self.back.chain.held();
        // Where nothing is held back, what is read and not judged yet would be left out.
        let well = (offset.is_some() || self.settled)
            && self.back.findings.is_empty()
            && self.back.judge.stopped.is_none()
            && self.back.judge.unknown_engine.is_none()
            && self.back.judge.keep().has_shelf();
        let settled = self.back.tree.settled(held);
        let Some(frontier) =
            settled.filter(|settled| well && settled.size().get() + held == self.back.chain.next())
        else {
            return Ok(false);
        };
        let index = self.back.judge.index().clone();
        let levels = self.options.levels;
        let mut state = State::new(&self.options.log_key, levels, &frontier, index);
        state.ledger = self.back.judge.ledger();
        state.given = self.options.ledger;
        state.head = self.back.judge.head;
        state.offset = offset.unwrap_or_else(|| self.lines.offset());
        state.signatures = self.back.judge.signatures;
        state.admitted = self.back.judge.rules.admitted;
        let note = self.options.checkpoint.as_ref().filter(|_| whole);
        let note = note.and_then(|note| String::from_utf8(note.clone()).ok());
        state.checkpoint = note.or_else(|| self.earlier.clone());
        if state.head.map_or(0, |head| head.sequence + 1) != frontier.size().get() {
            return Ok(false);
        }
        self.kept = frontier.size().get();
        self.back.judge.keep().commit(&state.to_bytes())
    }

    /// Ends the audit.
    pub fn finish(mut self) -> Report {
        self.settle();
        let back = &mut self.back;
        let (_, root) = back.tree.head();
        if back.levels.has(Level::Tree) {
            back.tree
                .compare(back.chain.next(), self.cut, &mut back.findings);
        }
        let forks = back.tree.forks();
        let forked = !forks.is_empty();
        for fork in forks {
            back.findings.push(fork.at(None));
        }
        back.say_what_is_missing();
        if back.findings.is_empty()
            && back.missing.is_empty()
            && let Err(error) = self.keep(true)
        {
            self.push_missing(format!("a place for the state: {error}"));
        }
        let levels = self.levels();
        let back = self.back;
        let verdict = match () {
            () if forked => Verdict::Fork,
            () if !back.findings.is_empty() => Verdict::Findings,
            () if !back.missing.is_empty() => Verdict::Undecided,
            () => Verdict::Verified,
        };
        let (findings, more_findings) = back.findings.into_sorted();
        Report {
            verdict,
            ledger: back.judge.ledger(),
            levels,
            entries: back.lines,
            read: back.lines - self.resumed.as_ref().map_or(0, |resumed| resumed.size),
            resumed: self.resumed,
            root: root.to_string(),
            head: back.judge.head,
            checkpoint: back.tree.report(),
            quorum: self.quorum,
            listed: back.tree.listed(),
            tiles: self.tiles,
            indexes: back.judge.index().checked,
            signatures: back.judge.signatures,
            rules: back.judge.rules,
            findings,
            more_findings,
            missing: back.missing,
        }
    }

    fn levels(&self) -> Vec<Done> {
        let back = &self.back;
        let entries = format!("{} entries", back.lines);
        let done = |level| Done {
            level,
            covered: match level {
                Level::Bytes | Level::Form | Level::Chain => entries.clone(),
                Level::Tree => format!("{entries}, {} hash tiles", self.tiles),
                Level::Checkpoints => {
                    let newest = u64::from(back.tree.covered().is_some());
                    let (older, listed) = (self.older.len(), back.tree.listed());
                    format!(
                        "the newest ({newest}), {older} kept from before, {listed} listed by the log"
                    )
                }
                Level::Authors => format!("{} signatures", back.judge.signatures),
                Level::Dossiers => {
                    format!(
                        "{entries}, {} indexes of dossiers",
                        back.judge.index().checked
                    )
                }
                Level::Rules => format!("{} entries admitted again", back.judge.rules.admitted),
            },
        };
        self.options.levels.iter().map(done).collect()
    }
}

fn read(batch: &Batch, levels: Levels) -> Read {
    batch
        .lines
        .par_iter()
        .map(|line| Line::of_raw(batch.bytes(line), line, levels))
        .collect()
}

fn unsigned(log_key: &VerifierKey, error: &dyn std::error::Error) -> Fault {
    let meaning = "the log has not signed this checkpoint, so it says nothing about the ledger";
    let expected = format!("a checkpoint of {} signed with the log key", log_key.name());
    Fault::new(Check::Checkpoint, expected, reasons(error), meaning)
}

/// Whether all keys that were given signed the newest checkpoint, and whether its cosignatures meet the policy.
fn judge_signers(note: &[u8], options: &Options, findings: &mut Findings) -> Option<Quorum> {
    for fault in judge_keys(note, &options.also) {
        findings.push(fault.at(None));
    }
    let (met, fault) = judge_policy(note, options.policy.as_ref()?);
    if let Some(fault) = fault {
        findings.push(fault.at(None));
    }
    met
}
