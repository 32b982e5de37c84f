//! The tree over the lines, and the checkpoints that must agree with it.

use std::collections::VecDeque;

use cinnabar_events::{Entry, EntryHash};
use cinnabar_tlog::{
    Checkpoint, EdgeTiles, Frontier, Hash, Size, TileId, TilePath, TileWidth, leaf_hash,
};

use crate::finding::{Check, Fault, Findings};
use crate::report::Covered;

/// Leaves at the end that are not in the tree yet: the last may have to be tried in another form, and the two entries
/// whose link is not judged yet don't belong to what is settled.
const BEHIND: usize = 3;
/// Most listed checkpoints that are compared, 48 bytes each: one a block for some years.
pub const LISTED_MAX: usize = 1 << 20;

/// The edge alone, or with the tiles that it leaves behind.
#[derive(Debug)]
enum Edge {
    Plain(Frontier),
    Tiles(Box<EdgeTiles>),
}

impl Edge {
    fn push(&mut self, leaf: Hash) {
        match self {
            Self::Plain(frontier) => frontier.push(leaf),
            Self::Tiles(tiles) => tiles.append(leaf),
        }
    }

    fn frontier(&self) -> &Frontier {
        match self {
            Self::Plain(frontier) => frontier,
            Self::Tiles(tiles) => tiles.frontier(),
        }
    }
}

/// Where the tree begins: at nothing, or at what was verified earlier.
#[derive(Debug)]
pub enum Start {
    /// The edge alone.
    Edge(Frontier),
    /// The edge with its tiles, for tiles to be compared.
    Tiles(Box<EdgeTiles>),
}

/// A checkpoint that somebody kept or that the log lists.
#[derive(Clone, Copy, Debug)]
struct Signed {
    size: u64,
    root: Hash,
    /// The root that the entries have at its size, once they reach it.
    found: Option<Hash>,
    /// From the log's own list.
    listed: bool,
}

/// The tree over the lines read so far, and its roots at the sizes that checkpoints speak of.
#[derive(Debug)]
pub(crate) struct Tree {
    edge: Edge,
    behind: VecDeque<Hash>,
    /// The signed checkpoint that the ledger is measured by.
    newest: Option<Checkpoint>,
    newest_root: Option<Hash>,
    /// Ascending by size.
    signed: Vec<Signed>,
    /// The first of `signed` that the entries have not reached.
    next: usize,
    start: u64,
    /// Tiles at the edge, which have not been taken because they may grow.
    partial: Vec<(TilePath, Vec<u8>)>,
}

impl Tree {
    pub(crate) fn new(newest: Option<Checkpoint>, start: Start) -> Self {
        let edge = match start {
            Start::Edge(frontier) => Edge::Plain(frontier),
            Start::Tiles(tiles) => Edge::Tiles(tiles),
        };
        let start = edge.frontier().size().get();
        let mut tree = Self {
            edge,
            behind: VecDeque::with_capacity(BEHIND + 1),
            newest,
            newest_root: None,
            signed: Vec::new(),
            next: 0,
            start,
            partial: Vec::new(),
        };
        tree.note_roots();
        tree
    }

    /// Adds a checkpoint to be compared. Before the first line only. False if there are too many.
    pub(crate) fn compare_with(&mut self, checkpoint: &Checkpoint, listed: bool) -> bool {
        if self.signed.len() >= LISTED_MAX {
            return false;
        }
        let size = checkpoint.size.get();
        let place = self.signed.partition_point(|signed| signed.size <= size);
        self.signed.insert(
            place,
            Signed {
                size,
                root: checkpoint.root,
                found: None,
                listed,
            },
        );
        self.next = self
            .signed
            .partition_point(|signed| signed.size < self.start);
        self.note_roots();
        true
    }

    pub(crate) fn push(&mut self, leaf: Hash) {
        self.behind.push_back(leaf);
        if self.behind.len() > BEHIND {
            self.advance();
        }
    }

    fn advance(&mut self) {
        if let Some(leaf) = self.behind.pop_front() {
            self.edge.push(leaf);
            self.note_roots();
        }
    }

    fn note_roots(&mut self) {
        let frontier = self.edge.frontier();
        let size = frontier.size();
        let newest = self.newest.as_ref();
        if newest.is_some_and(|checkpoint| checkpoint.size == size) {
            self.newest_root = Some(frontier.root());
        }
        while let Some(signed) = self.signed.get_mut(self.next)
            && signed.size == size.get()
        {
            signed.found = Some(frontier.root());
            self.next += 1;
        }
    }

    /// How many entries the checkpoint covers.
    pub(crate) fn covered(&self) -> Option<u64> {
        self.newest.as_ref().map(|checkpoint| checkpoint.size.get())
    }

    /// The tree without the last `held` lines; none if it has gone past them.
    pub(crate) fn settled(&self, held: u64) -> Option<Frontier> {
        let behind = self.behind.len() as u64;
        let settled = usize::try_from(behind.checked_sub(held)?).ok()?;
        let mut frontier = self.edge.frontier().clone();
        self.behind
            .iter()
            .take(settled)
            .for_each(|leaf| frontier.push(*leaf));
        Some(frontier)
    }

    /// Whether the tree has the checkpoint's root once the last entry carries `wanted` as `prev`.
    pub(crate) fn fits_repaired(&self, last: &Entry, wanted: EntryHash) -> bool {
        let lines = self.edge.frontier().size().get() + self.behind.len() as u64;
        let Some(checkpoint) = self
            .newest
            .as_ref()
            .filter(|checkpoint| checkpoint.size.get() == lines)
        else {
            return false;
        };
        let (carried, wanted) = (
            format!("\"prev\":\"{}\"", last.prev()),
            format!("\"prev\":\"{wanted}\""),
        );
        // Nothing that sorts before `prev` in an entry can hold these bytes.
        let text = str::from_utf8(last.bytes());
        let Ok(repaired) = text.map(|text| text.replacen(&carried, &wanted, 1)) else {
            return false;
        };
        let Some(mut edge) = self.settled(1) else {
            return false;
        };
        edge.push(leaf_hash(repaired.as_bytes()));
        edge.root() == checkpoint.root
    }

    /// Takes in the last lines.
    pub(crate) fn finish(&mut self) {
        while !self.behind.is_empty() {
            self.advance();
        }
    }

    /// Number of lines, and the root over them. After [`Self::finish`].
    pub(crate) fn head(&self) -> (Size, Hash) {
        let frontier = self.edge.frontier();
        (frontier.size(), frontier.root())
    }

    /// The tiles that became full since the last call; if `whole`, also those at the edge: where each is served, and its
    /// bytes.
    pub(crate) fn take_tiles(&mut self, whole: bool) -> Vec<(TilePath, Vec<u8>)> {
        let Edge::Tiles(tiles) = &mut self.edge else {
            return Vec::new();
        };
        let size = tiles.size();
        let named = |(tile, bytes): (TileId, Vec<u8>)| {
            let width = u16::try_from(bytes.len() / 32).ok();
            let width = width.and_then(TileWidth::new)?;
            Some((TilePath::Hashes { tile, width }, bytes))
        };
        let changes = tiles.take_changes();
        let mut all: Vec<_> = changes.into_iter().filter_map(named).collect();
        all.retain(|(path, _)| path.exists_at(size));
        let tile = |path: &TilePath| match path {
            TilePath::Hashes { tile, .. } => Some(*tile),
            TilePath::Entries { .. } => None,
        };
        let newer = |old: &TilePath| all.iter().any(|(path, _)| tile(path) == tile(old));
        let mut partial = std::mem::take(&mut self.partial);
        partial.retain(|(path, _)| !newer(path));
        all.extend(partial);
        if whole {
            return all;
        }
        let (full, partial) = all
            .into_iter()
            .partition(|(path, _)| path.width().is_full());
        self.partial = partial;
        full
    }

    /// Compares size and root with the checkpoint. `reached`: the sequence after the last entry;
    /// `cut`: whether more are known to exist that could not be had.
    pub(crate) fn compare(&self, reached: u64, cut: bool, findings: &mut Findings) {
        let Some(checkpoint) = &self.newest else {
            return;
        };
        let size = checkpoint.size.get();
        let (expected, found) = (
            format!("{size} entries, as the checkpoint says"),
            format!("{reached} entries"),
        );
        if reached < size && !cut {
            let meaning = "the end of the ledger is missing";
            findings.push(Fault::new(Check::Size, expected, found, meaning).at(reached));
        } else if reached > size {
            let meaning = "the log has not signed for these entries: take a newer checkpoint, or they were added";
            findings.push(Fault::new(Check::Size, expected, found, meaning).at(size));
        }
        let found = match self.newest_root {
            Some(root) if root == checkpoint.root => return,
            Some(root) => root.to_string(),
            None if reached < size => return,
            None => format!("{} lines, which give no root of that size", self.head().0),
        };
        // A whole chain vouches for every entry but the last: if nothing else is wrong, it is the last.
        let last = (findings.is_empty() && reached == size).then(|| size.saturating_sub(1));
        let meaning = "these are not the entries that the log signed for";
        findings
            .push(Fault::new(Check::Root, checkpoint.root.to_string(), found, meaning).at(last));
    }

    /// Other checkpoints that contradict the newest: the log has told two stories.
    pub(crate) fn forks(&self) -> Vec<Fault> {
        let Some(newest) = &self.newest else {
            return Vec::new();
        };
        let ours = self.newest_root == Some(newest.root);
        let mut faults = Vec::new();
        for signed in &self.signed {
            let other = match signed.found {
                _ if signed.size == newest.size.get() => newest.root,
                Some(root) if ours => root,
                Some(_) | None => continue,
            };
            if other != signed.root {
                let expected = format!(
                    "root {other} at size {}, as the checkpoint of size {} implies",
                    signed.size, newest.size
                );
                let meaning = "the log signed two checkpoints that no history joins: it has shown different ledgers to different people";
                let found = format!("root {}", signed.root);
                faults.push(Fault::new(Check::Fork, expected, found, meaning));
            }
        }
        faults
    }

    /// Sizes of checkpoints that somebody kept, or of which the log's list speaks, and that nothing here can be compared
    /// with. What lies before the start was compared when that was verified.
    pub(crate) fn incomparable(&self) -> impl Iterator<Item = u64> {
        let newest = self.newest.as_ref().map(|newest| newest.size.get());
        let signed = self.signed.iter();
        signed
            .filter(move |signed| {
                signed.found.is_none() && Some(signed.size) != newest && signed.size >= self.start
            })
            .map(|signed| signed.size)
    }

    /// How many checkpoints of the log's list lie on the line of the entries.
    pub(crate) fn listed(&self) -> u64 {
        let agree = |signed: &&Signed| signed.listed && signed.found == Some(signed.root);
        self.signed.iter().filter(agree).count() as u64
    }

    pub(crate) fn report(&self) -> Option<Covered> {
        self.newest.as_ref().map(|checkpoint| Covered {
            origin: checkpoint.origin.to_string(),
            size: checkpoint.size.get(),
            root: checkpoint.root.to_string(),
        })
    }
}
