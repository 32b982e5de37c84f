//! What a disk may hold after the power went.
//!
//! What was synced is there. Of the rest, any part may be there. The model:
//!
//! - Bytes that were written and not synced are there or not page by page (4 KiB), whatever their order. A file is as long as the
//!   last page of it that made it; what is missing before reads as zeros.
//! - A sync makes what was done to that file before it was *asked for* durable. One that failed makes nothing durable, and no later
//!   sync makes up for it: the kernel calls such pages clean.
//! - Names (create, link, rename, remove) and lengths, as [`Names::Ordered`]: as ext4 and XFS with a journal do, they become
//!   durable in their order, and whatever sync has to write one of them writes all that came before. As [`Names::Loose`]: as
//!   POSIX promises and no more, a name is durable when its *folder* was synced; each folder loses its own last changes; a file that
//!   was synced and whose name was not is gone.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::PAGE;
use crate::tree::{Node, Op, Tree};

/// How much of what was not synced is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Nothing.
    Nothing,
    /// Everything: what a process that is killed leaves.
    All,
    /// Any part.
    Some,
}

/// When a name is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// In order, with whatever sync comes next.
    Ordered,
    /// When the folder was synced.
    Loose,
}

/// What syncs before a moment made durable.
struct Durable {
    /// By operation.
    bytes: Vec<bool>,
    /// By folder: names changed before this operation.
    names: BTreeMap<Node, usize>,
    /// Names and lengths before this operation, of all.
    journal: usize,
}

fn durable(trace: &[Op], until: usize) -> Durable {
    let mut durable = Durable {
        bytes: vec![false; until],
        names: BTreeMap::new(),
        journal: 0,
    };
    // Per node, what was done to it and not synced: operations, and whether one of them changed more than bytes.
    let mut pending: BTreeMap<Node, Vec<(usize, bool)>> = BTreeMap::new();
    let mut lengths: BTreeMap<Node, u64> = BTreeMap::new();
    for (index, op) in trace[..until].iter().enumerate() {
        match op {
            Op::Write { node, at, data } => {
                let length = lengths.entry(*node).or_default();
                let grows = at + data.len() as u64 > *length;
                *length = (*length).max(at + data.len() as u64);
                pending.entry(*node).or_default().push((index, grows));
            }
            Op::Resize { node, to } => {
                lengths.insert(*node, *to);
                pending.entry(*node).or_default().push((index, true));
            }
            Op::Make { node, .. } | Op::Mode { node, .. } => {
                pending.entry(*node).or_default().push((index, true));
            }
            Op::Link { .. } | Op::Rename { .. } | Op::Remove { .. } => {}
            Op::Sync { node, begun } => {
                let names = durable.names.entry(*node).or_default();
                *names = (*names).max(*begun);
                let done = pending.remove(node).unwrap_or_default();
                let is_file = lengths.contains_key(node);
                let (done, later): (Vec<_>, Vec<_>) =
                    done.into_iter().partition(|(index, _)| index < begun);
                if !is_file || done.iter().any(|(_, more)| *more) {
                    durable.journal = durable.journal.max(*begun);
                }
                for (index, _) in done {
                    durable.bytes[index] = true;
                }
                pending.insert(*node, later);
            }
            Op::SyncFailed { node, begun } => {
                if let Some(pending) = pending.get_mut(node) {
                    pending.retain(|(index, _)| index >= begun);
                }
            }
        }
    }
    durable
}

/// What the disk holds if the power goes when `until` operations of `trace` were done.
#[must_use]
pub fn after(trace: &[Op], until: usize, keeps: Keeps, names: Names, rng: &mut Rng) -> Tree {
    let durable = durable(trace, until);
    let mut cut = |from: usize| match keeps {
        Keeps::Nothing => from,
        Keeps::All => until,
        Keeps::Some => rng.usize(from..=until),
    };
    let journal = cut(durable.journal);
    // Per folder, names changed before this operation are there.
    let mut cuts: BTreeMap<Node, usize> = BTreeMap::new();
    let mut tree = Tree::default();
    // How likely a page is there: few, half, or most.
    let odds = rng.choice([0.1, 0.5, 0.9]).unwrap_or(0.5);
    for (index, op) in trace[..until].iter().enumerate() {
        let mut named = |folder: Node, rng: &mut Rng| match names {
            Names::Ordered => index < journal,
            Names::Loose => {
                let floor = durable.names.get(&folder).copied().unwrap_or(0);
                let cut = cuts.entry(folder).or_insert_with(|| match keeps {
                    Keeps::Nothing => floor,
                    Keeps::All => until,
                    Keeps::Some => rng.usize(floor..=until),
                });
                index < *cut
            }
        };
        match op {
            Op::Make { folder, .. } => {
                tree.make(op);
                if named(*folder, rng) {
                    tree.name(op);
                }
            }
            Op::Link { folder, .. } | Op::Remove { folder, .. } => {
                if named(*folder, rng) {
                    tree.name(op);
                }
            }
            Op::Rename { from, to, .. } => {
                // Between two folders both change, or neither: a rename is one step of the journal.
                if named(from.0, rng) && named(to.0, rng) {
                    tree.name(op);
                }
            }
            Op::Resize { .. } | Op::Mode { .. } => {
                let kept = match (names, keeps) {
                    (Names::Ordered, _) => index < journal,
                    (Names::Loose, Keeps::Nothing) => false,
                    (Names::Loose, Keeps::All) => true,
                    (Names::Loose, Keeps::Some) => rng.bool(),
                };
                if durable.bytes[index] || kept {
                    tree.apply(op);
                }
            }
            Op::Write { .. } if durable.bytes[index] => tree.apply(op),
            Op::Write { node, at, data } => pages(*at, data, |at, page| {
                if keeps == Keeps::All || keeps == Keeps::Some && rng.f64() < odds {
                    tree.write(*node, at, page);
                }
            }),
            Op::Sync { .. } | Op::SyncFailed { .. } => {}
        }
    }
    tree
}

/// The parts of a write that lie in one page each.
fn pages(at: u64, data: &[u8], mut each: impl FnMut(u64, &[u8])) {
    let mut start = 0;
    while start < data.len() {
        let offset = at + start as u64;
        let left = PAGE as u64 - offset % PAGE as u64;
        let left = usize::try_from(left).expect("less than a page");
        let end = (start + left).min(data.len());
        each(offset, &data[start..end]);
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Content, ROOT};

    fn make(node: Node, name: &str) -> Op {
        Op::Make {
            node,
            folder: ROOT,
            name: name.to_owned(),
            content: Content::File(Vec::new()),
            mode: 0o600,
        }
    }

    fn write(node: Node, at: u64, text: &str) -> Op {
        let data = text.as_bytes().into();
        Op::Write { node, at, data }
    }

    fn text(tree: &Tree, name: &str) -> Option<String> {
        match &tree.get(tree.named(ROOT, name)?)?.content {
            Content::File(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Content::Folder(_) | Content::Link(_) => None,
        }
    }

    fn left(trace: &[Op], keeps: Keeps, names: Names) -> Tree {
        after(trace, trace.len(), keeps, names, &mut Rng::with_seed(7))
    }

    #[test]
    fn what_was_synced_is_there_and_what_was_written_after_is_not() {
        let (node, begun) = (5, 2);
        let trace = [
            make(node, "a"),
            write(node, 0, "one"),
            Op::Sync { node, begun },
            write(node, 3, "two"),
        ];
        let found = |keeps| text(&left(&trace, keeps, Names::Ordered), "a");
        assert_eq!(found(Keeps::Nothing).as_deref(), Some("one"));
        assert_eq!(found(Keeps::All).as_deref(), Some("onetwo"));
    }

    #[test]
    fn without_a_sync_of_the_folder_a_loose_name_is_gone_and_an_ordered_one_is_not() {
        let (node, begun) = (5, 2);
        let trace = [
            make(node, "a"),
            write(node, 0, "one"),
            Op::Sync { node, begun },
        ];
        let found = |names| text(&left(&trace, Keeps::Nothing, names), "a");
        assert_eq!(found(Names::Loose), None);
        assert_eq!(found(Names::Ordered).as_deref(), Some("one"));
    }

    #[test]
    fn a_sync_that_follows_a_failed_one_saves_nothing() {
        let node = 5;
        let trace = [
            make(node, "a"),
            Op::Sync { node, begun: 1 },
            write(node, 0, "one"),
            Op::SyncFailed { node, begun: 3 },
            Op::Sync { node, begun: 4 },
        ];
        let found = text(&left(&trace, Keeps::Nothing, Names::Ordered), "a");
        assert_eq!(found.as_deref(), Some(""));
    }

    #[test]
    fn what_is_written_while_a_sync_runs_is_not_covered_by_it() {
        let (node, begun) = (5, 2);
        let trace = [
            make(node, "a"),
            write(node, 0, "one"),
            write(node, 3, "two"),
            Op::Sync { node, begun },
        ];
        let found = text(&left(&trace, Keeps::Nothing, Names::Ordered), "a");
        assert_eq!(found.as_deref(), Some("one"));
    }
}
