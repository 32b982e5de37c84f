//! The audit: bytes in, report out.

use cinnabar_events::LedgerId;
use cinnabar_tlog::{
    Checkpoint, TILE_WIDTH, TileWidth, VerifierKey, decode_bundle, decode_entries,
};
use rayon::prelude::*;

use crate::chain::Chain;
use crate::checkpoints::{Tree, open_checkpoint, reasons};
use crate::finding::{Check, Fault, Findings};
use crate::lines::{Lines, RawLine};
use crate::read::Line;
use crate::report::{Report, Verdict};
use crate::rules::Judge;

/// Lines that are read in parallel before they are chained one by one: enough to keep all cores busy.
const BATCH_MAX_LINES: usize = 1024;
/// Bytes of such a batch, so that long lines don't make it large.
const BATCH_MAX_BYTES: usize = 4 << 20;

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
}

impl Options {
    /// An audit by the log's key and its newest checkpoint.
    pub fn new(log_key: VerifierKey, checkpoint: Option<Vec<u8>>) -> Self {
        Self {
            log_key,
            ledger: None,
            checkpoint,
            older: Vec::new(),
        }
    }
}

/// An audit under way. Takes entries in order, as bytes of an export or one by one; keeps the rules' records,
/// which grow with the number of subjects and statements, and nothing else that grows.
///
/// Signatures are verified on the rayon pool that it is called on.
#[derive(Debug)]
pub struct Verifier {
    lines: Lines,
    batch: Vec<RawLine>,
    batch_bytes: usize,
    chain: Chain,
    tree: Tree,
    judge: Judge,
    findings: Findings,
    missing: Vec<String>,
    /// Whether entries at the end could not be had.
    cut: bool,
    entries: u64,
}

impl Verifier {
    /// Starts an audit.
    pub fn new(options: Options) -> Self {
        let Options {
            log_key,
            ledger,
            checkpoint,
            older,
        } = options;
        let mut findings = Findings::default();
        let mut missing = Vec::new();
        let mut open = |note: &[u8]| -> Option<Checkpoint> {
            match open_checkpoint(note, &log_key) {
                Ok(checkpoint) => Some(checkpoint),
                Err(error) => {
                    let meaning = "the log has not signed this checkpoint, so it says nothing about the ledger";
                    let expected =
                        format!("a checkpoint of {} signed with the log key", log_key.name());
                    findings.push(
                        Fault::new(Check::Checkpoint, expected, reasons(&error), meaning).at(None),
                    );
                    None
                }
            }
        };
        let newest = checkpoint.as_deref().and_then(&mut open);
        let older = older.iter().filter_map(|note| open(note)).collect();
        if checkpoint.is_none() {
            missing.push("a signed checkpoint: without it nothing says that these are all the entries, or the right ones".to_owned());
        }
        Self {
            lines: Lines::default(),
            batch: Vec::new(),
            batch_bytes: 0,
            chain: Chain::new(),
            tree: Tree::new(newest, older),
            judge: Judge::new(log_key, ledger),
            findings,
            missing,
            cut: false,
            entries: 0,
        }
    }

    /// Entries read so far, for a progress bar.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Takes the next bytes of an export, cut anywhere.
    pub fn push(&mut self, chunk: &[u8]) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(chunk, |line| self.push_line(line));
        self.lines = lines;
    }

    /// Takes the exact bytes of the next entry, as they stand in an entry bundle.
    pub fn push_entry(&mut self, entry: &[u8]) {
        self.push_line(RawLine {
            bytes: entry.to_vec(),
            dropped: 0,
            terminated: true,
        });
    }

    /// Takes the first `wanted` entries of bundle `index` (C2SP tlog-tiles), which should hold `width` of them.
    /// What of a damaged bundle can be read is taken; the damage is a finding.
    pub fn push_bundle(&mut self, index: u64, bundle: &[u8], width: TileWidth, wanted: TileWidth) {
        let (whole, fault) = match decode_bundle(bundle, width) {
            Ok(entries) => (entries, None),
            Err(error) => (
                decode_entries(&bundle[..error.offset], width.as_usize()).unwrap_or_default(),
                Some(error),
            ),
        };
        for entry in whole.iter().take(wanted.as_usize()) {
            self.push_entry(entry);
        }
        if let Some(error) = fault {
            let first = index
                .saturating_mul(u64::from(TILE_WIDTH))
                .saturating_add(whole.len() as u64);
            let meaning = "the log serves a damaged bundle of entries";
            self.findings.push(
                Fault::new(
                    Check::Framing,
                    format!("a bundle of {} entries", width.get()),
                    error.to_string(),
                    meaning,
                )
                .at(first),
            );
        }
    }

    /// Says that further entries could not be had, and why: what is missing at the end is then no finding.
    pub fn push_cut(&mut self, what: impl Into<String>) {
        self.cut = true;
        self.push_missing(what);
    }

    /// Says that something could not be had. What was verified is reported, but not as the whole.
    pub fn push_missing(&mut self, what: impl Into<String>) {
        self.missing.push(what.into());
    }

    fn push_line(&mut self, line: RawLine) {
        self.batch_bytes += line.bytes.len();
        self.batch.push(line);
        if self.batch.len() >= BATCH_MAX_LINES || self.batch_bytes >= BATCH_MAX_BYTES {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.batch_bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        let read: Vec<_> = batch.par_iter().map(Line::of_raw).collect();
        let mut placed = Vec::new();
        for line in read
            .into_iter()
            .flat_map(|(first, second)| std::iter::once(first).chain(second))
        {
            self.entries += 1;
            self.tree.push(line.leaf);
            self.chain.push(line, &mut placed, &mut self.findings);
            for placed in placed.drain(..) {
                self.judge.take(placed, &mut self.findings);
            }
        }
    }

    /// Ends the audit.
    pub fn finish(mut self) -> Report {
        let rest = self.lines.finish();
        self.batch.extend(rest);
        self.flush();
        let repaired = self
            .chain
            .torn_end()
            .is_some_and(|(last, wanted)| match &last.line.body {
                Ok(signed) => {
                    self.tree
                        .fits_repaired(signed.entry.bytes(), signed.entry.prev(), wanted)
                }
                Err(_) => false,
            });
        let mut placed = Vec::new();
        self.chain.finish(
            repaired,
            self.tree.covered(),
            &mut placed,
            &mut self.findings,
        );
        for placed in placed {
            self.judge.take(placed, &mut self.findings);
        }
        let (_, root) = self.tree.finish();
        self.tree
            .compare(self.chain.next(), self.cut, &mut self.findings);
        let forks = self.tree.forks();
        let forked = !forks.is_empty();
        for fork in forks {
            self.findings.push(fork.at(None));
        }
        let missing = &mut self.missing;
        missing.extend(self.tree.incomparable().map(|older| {
            format!(
                "entries up to size {}, of which an older checkpoint speaks",
                older.size
            )
        }));
        missing.extend(self.judge.unknown_engine.map(|engine| {
            format!("rules engine {engine}, which the rulebook asks for: take a newer verifier")
        }));
        let verdict = match () {
            () if forked => Verdict::Fork,
            () if !self.findings.is_empty() => Verdict::Findings,
            () if !missing.is_empty() => Verdict::Undecided,
            () => Verdict::Verified,
        };
        let (findings, more_findings) = self.findings.into_sorted();
        Report {
            verdict,
            ledger: self.judge.ledger(),
            entries: self.entries,
            root: root.to_string(),
            head: self.judge.head,
            checkpoint: self.tree.report(),
            signatures: self.judge.signatures,
            rules: self.judge.rules,
            findings,
            more_findings,
            missing: self.missing,
        }
    }
}
