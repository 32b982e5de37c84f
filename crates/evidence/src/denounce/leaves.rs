//! Exports, read as often as a question asks for it, and never held in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;

use cinnabar_events::{Entry, Kind};
use cinnabar_tlog::{Hash, leaf_hash};

use crate::leaf::Recovery;
use crate::ranges::Ranges;

/// Most recoveries of a ledger that are remembered from an export: each was declared by a quorum of people.
const MAX_RECOVERIES: usize = 16;

/// The leaves couldn't be read: whoever keeps them has to say why.
#[derive(Debug, thiserror::Error)]
#[error("the entries of the export cannot be read")]
pub struct Unreadable(#[source] pub Box<dyn Error + Send + Sync>);

/// One pass over the leaves of a tree, in order.
pub type Pass<'l> = Box<dyn Iterator<Item = Result<Cow<'l, [u8]>, Unreadable>> + 'l>;

/// The leaves of a whole tree: an export, a tiles directory. Read several times, each time from the start.
pub trait Leaves {
    /// The bytes of each leaf, from the first on.
    fn pass(&self) -> Pass<'_>;
}

/// An export in memory: lines, each with its newline.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'b>(pub &'b [u8]);

impl Leaves for Lines<'_> {
    fn pass(&self) -> Pass<'_> {
        let whole = self.0.strip_suffix(b"\n").unwrap_or(self.0);
        let lines = whole.split(|byte| *byte == b'\n');
        let lines = lines.take(if self.0.is_empty() { 0 } else { usize::MAX });
        Box::new(lines.map(|line| Ok(Cow::Borrowed(line))))
    }
}

/// What one pass finds out.
pub(crate) struct Survey {
    /// Leaves read, at most as many as the checkpoint has.
    pub(crate) count: u64,
    /// The root at the export's own size, then at each size asked for that it reaches.
    pub(crate) roots: BTreeMap<u64, Hash>,
    /// Leaves that are not what was expected at their place.
    pub(crate) differing: Vec<u64>,
    /// Recoveries and their places.
    pub(crate) recoveries: Vec<Recovery>,
}

/// Reads the first `size` leaves: roots at `sizes`, and which leaves are not those expected.
pub(crate) fn survey(
    leaves: &dyn Leaves,
    size: u64,
    sizes: &[u64],
    expected: &BTreeMap<u64, Hash>,
) -> Result<Survey, Unreadable> {
    let mut frontier = cinnabar_tlog::Frontier::empty();
    let mut survey = Survey {
        count: 0,
        roots: BTreeMap::new(),
        differing: Vec::new(),
        recoveries: Vec::new(),
    };
    let wanted = |count: u64| count == size || sizes.contains(&count);
    if wanted(0) {
        survey.roots.insert(0, frontier.root());
    }
    for leaf in leaves
        .pass()
        .take(usize::try_from(size).unwrap_or(usize::MAX))
    {
        let leaf = leaf?;
        let hash = leaf_hash(&leaf);
        if expected
            .get(&survey.count)
            .is_some_and(|other| *other != hash)
        {
            survey.differing.push(survey.count);
        }
        if survey.recoveries.len() < MAX_RECOVERIES {
            survey.recoveries.extend(recovery(&leaf, survey.count));
        }
        frontier.push(hash);
        survey.count += 1;
        if wanted(survey.count) {
            survey.roots.insert(survey.count, frontier.root());
        }
    }
    Ok(survey)
}

/// The recovery that a leaf declares. Few leaves are parsed: those that hold the kind's name.
fn recovery(leaf: &[u8], index: u64) -> Option<Recovery> {
    let kind = format!("\"kind\":\"{}\"", Kind::LedgerRecovered.as_str());
    let named = leaf.windows(kind.len()).any(|part| part == kind.as_bytes());
    let entry = named.then(|| Entry::parse(leaf).ok()).flatten()?;
    Recovery::of(&entry).filter(|_| entry.seq().get() == index)
}

/// Hashes of ranges, in the order asked, and the bytes of a leaf.
pub(crate) type Gathered = (Vec<Hash>, Vec<u8>);

/// The hashes of ranges of leaves, and the bytes of the leaf at `at`.
pub(crate) fn gather(
    leaves: &dyn Leaves,
    ranges: Vec<Range<u64>>,
    at: Option<u64>,
) -> Result<Option<Gathered>, Unreadable> {
    let end = ranges.iter().map(|range| range.end).max().unwrap_or(0);
    let end = end.max(at.map_or(0, |at| at + 1));
    let mut ranges = Ranges::new(ranges);
    let mut bytes = Vec::new();
    for (index, leaf) in (0..end).zip(leaves.pass()) {
        let leaf = leaf?;
        ranges.push(leaf_hash(&leaf));
        if Some(index) == at {
            bytes = leaf.into_owned();
        }
    }
    Ok(ranges.finish().map(|hashes| (hashes, bytes)))
}

/// The first place below `size` at which two exports differ.
pub(crate) fn first_difference(
    first: &dyn Leaves,
    second: &dyn Leaves,
    size: u64,
) -> Result<Option<u64>, Unreadable> {
    for ((place, one), other) in (0..size).zip(first.pass()).zip(second.pass()) {
        if one? != other? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}
