//! The second half of an audit: lines one by one, in their order.

use crate::chain::Chain;
use crate::finding::Findings;
use crate::levels::Levels;
use crate::read::Line;
use crate::rules::Judge;
use crate::tree::Tree;

/// Lines that were read; where a newline was damaged, two entries in one.
pub(crate) type Read = Vec<(Line, Option<Box<Line>>)>;

/// What judges lines one by one.
#[derive(Debug)]
pub(crate) struct Back {
    pub(crate) chain: Chain,
    pub(crate) tree: Tree,
    pub(crate) judge: Judge,
    pub(crate) findings: Findings,
    pub(crate) missing: Vec<String>,
    /// Lines judged, those of earlier audits among them.
    pub(crate) lines: u64,
    pub(crate) levels: Levels,
}

impl Back {
    /// Judges lines in their order.
    pub(crate) fn judge(&mut self, read: Read) {
        let mut placed = Vec::new();
        for line in read
            .into_iter()
            .flat_map(|(first, second)| std::iter::once(first).chain(second.map(|line| *line)))
        {
            self.lines += 1;
            self.tree.push(line.leaf);
            self.chain.push(line, &mut placed, &mut self.findings);
            for placed in placed.drain(..) {
                self.judge.take(placed, &mut self.findings);
            }
        }
        self.judge.relieve();
    }

    /// Judges what was held back: there are no more lines.
    pub(crate) fn finish(&mut self) {
        let torn = self.chain.torn_end();
        let repaired = torn.is_some_and(|(last, wanted)| {
            let entry = last.line.entry();
            entry.is_some_and(|entry| self.tree.fits_repaired(entry, wanted))
        });
        let mut placed = Vec::new();
        let size = self.tree.covered();
        self.chain
            .finish(repaired, size, &mut placed, &mut self.findings);
        for placed in placed {
            self.judge.take(placed, &mut self.findings);
        }
        self.tree.finish();
    }

    /// Says why something is not decided.
    pub(crate) fn say_what_is_missing(&mut self) {
        let missing = &mut self.missing;
        missing.extend(self.tree.incomparable().take(3).map(|size| {
            format!("entries up to size {size}, of which another checkpoint of this log speaks")
        }));
        missing.extend(self.judge.unknown_engine.map(|engine| {
            format!("rules engine {engine}, which the rulebook asks for: take a newer verifier")
        }));
        missing.extend(self.judge.old_index.map(|seq| {
            format!("the dossiers long before sequence {seq}, whose index speaks of them")
        }));
        let stopped = self.judge.stopped.as_ref();
        missing.extend(stopped.map(|error| format!("the records of the rules: {error}")));
    }
}
