//! Hashes of ranges of leaves, from one pass over them: what proofs are made of, in the memory of a few frontiers.

use std::ops::Range;

use cinnabar_tlog::{ConsistencyProof, Frontier, Hash, InclusionProof};

/// `MTH(D[start:end])` (RFC 6962 §2.1) of several ranges, while the leaves go by.
pub(crate) struct Ranges {
    asked: Vec<(Range<u64>, Frontier)>,
    next: u64,
}

impl Ranges {
    pub(crate) fn new(ranges: impl IntoIterator<Item = Range<u64>>) -> Self {
        let asked = ranges.into_iter().map(|range| (range, Frontier::empty()));
        Self {
            asked: asked.collect(),
            next: 0,
        }
    }

    /// The next leaf.
    pub(crate) fn push(&mut self, leaf: Hash) {
        for (range, frontier) in &mut self.asked {
            if range.contains(&self.next) {
                frontier.push(leaf);
            }
        }
        self.next += 1;
    }

    /// The hashes, in the order asked; none if there were too few leaves.
    pub(crate) fn finish(self) -> Option<Vec<Hash>> {
        let whole = |(range, frontier): (Range<u64>, Frontier)| {
            let all = frontier.size().get() == range.end - range.start;
            all.then(|| frontier.root())
        };
        self.asked.into_iter().map(whole).collect()
    }
}

/// k of RFC 6962 §2.1: the largest power of two below `leaves`, of which there are at least two.
fn left_leaves(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The ranges whose hashes are `PATH(index, D[0:size])` (RFC 6962 §2.1.1). `index` is below `size`.
pub(crate) fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut start, mut end) = (0, size);
    let mut siblings = Vec::new();
    while end - start > 1 {
        let middle = start + left_leaves(end - start);
        if index < middle {
            siblings.push(middle..end);
            end = middle;
        } else {
            siblings.push(start..middle);
            start = middle;
        }
    }
    siblings.reverse();
    siblings
}

/// The ranges whose hashes are `PROOF(old, D[0:new])` (RFC 6962 §2.1.2). 0 < `old` < `new`.
pub(crate) fn consistency_ranges(old: u64, new: u64) -> Vec<Range<u64>> {
    let (mut start, mut end) = (0, new);
    let mut nodes = Vec::new();
    while end != old {
        let middle = start + left_leaves(end - start);
        if old <= middle {
            nodes.push(middle..end);
            end = middle;
        } else {
            nodes.push(start..middle);
            start = middle;
        }
    }
    if start != 0 {
        nodes.push(start..end);
    }
    nodes.reverse();
    nodes
}

/// An inclusion proof from the hashes of [`inclusion_ranges`].
pub(crate) fn inclusion(hashes: Vec<Hash>) -> InclusionProof {
    InclusionProof::new(hashes).expect("a tree numbered with 64 bits is at most 64 high")
}

/// A consistency proof from the hashes of [`consistency_ranges`].
pub(crate) fn consistency(hashes: Vec<Hash>) -> ConsistencyProof {
    ConsistencyProof::new(hashes).expect("a tree numbered with 64 bits is at most 64 high")
}

#[cfg(test)]
mod tests {
    use cinnabar_tlog::{
        LeafIndex, MemoryTree, Size, consistency_proof, inclusion_proof, leaf_hash,
    };

    use super::*;

    fn hashes(leaves: &[Hash], ranges: Vec<Range<u64>>) -> Vec<Hash> {
        let mut collected = Ranges::new(ranges);
        leaves.iter().for_each(|leaf| collected.push(*leaf));
        collected.finish().unwrap()
    }

    #[test]
    fn one_pass_gives_the_proofs_that_the_tree_gives() {
        let leaves: Vec<Hash> = (0..70_u8).map(|byte| leaf_hash(&[byte])).collect();
        for size in 1..=leaves.len() {
            let tree: MemoryTree = leaves[..size].iter().copied().collect();
            for index in 0..size as u64 {
                let ours = inclusion(hashes(
                    &leaves[..size],
                    inclusion_ranges(index, size as u64),
                ));
                assert_eq!(
                    Ok(ours),
                    inclusion_proof(LeafIndex::new(index), tree.size(), &tree)
                );
            }
            for old in 1..size as u64 {
                let ours = hashes(&leaves[..size], consistency_ranges(old, size as u64));
                let theirs = consistency_proof(Size::new(old), tree.size(), &tree);
                assert_eq!(Ok(consistency(ours)), theirs);
            }
        }
    }

    #[test]
    fn too_few_leaves_give_no_hash() {
        let mut ranges = Ranges::new(std::iter::once(0..2));
        ranges.push(leaf_hash(b"only"));
        assert_eq!(ranges.finish(), None);
    }
}
