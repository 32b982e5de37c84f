//! Tiles, and proofs over trees small enough to know the whole truth.

use cinnabar_tlog::{
    ConsistencyProof, EMPTY_ROOT, Frontier, Hash, InclusionProof, LeafIndex, MAX_PROOF_HASHES,
    MemoryTree, Size, TILE_WIDTH, TilePath, TileWidth, decode_bundle, decode_entries,
    encode_bundle, leaf_hash,
};

use crate::cursor::Cursor;

/// Leaves of the largest tree that proofs are tried on.
const LEAVES: u16 = 70;

/// A path under the log's prefix.
pub fn tile_path(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(path) = TilePath::parse(text) {
        assert_eq!(path.to_string(), text);
    }
}

/// An entry bundle, of any number of entries and of the number that the first byte says.
pub fn bundle(data: &[u8]) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let limit = usize::from(TILE_WIDTH);
    let entries = decode_entries(data, limit);
    if let Ok(entries) = &entries {
        assert!(entries.len() <= limit);
        let encoded = encode_bundle(entries.iter().copied());
        assert_eq!(encoded.as_deref(), Ok(data));
    }
    let Some(width) = TileWidth::new(u16::from(*first) + 1) else {
        return;
    };
    let decoded = decode_bundle(data, width);
    assert_eq!(
        decoded.is_ok(),
        entries.is_ok_and(|entries| entries.len() == width.as_usize())
    );
    if let Err(error) = decoded {
        assert!(error.offset <= data.len());
    }
}

/// The right edge of a tree, as a store keeps it.
pub fn frontier(data: &[u8]) {
    let Ok(mut frontier) = Frontier::from_bytes(data) else {
        return;
    };
    assert_eq!(frontier.to_bytes(), data);
    let size = frontier.size();
    assert_eq!(size.is_zero(), frontier.root() == EMPTY_ROOT);
    if size < cinnabar_tlog::MAX_TREE_SIZE {
        frontier.push(EMPTY_ROOT);
        assert_eq!(frontier.size().get(), size.get() + 1);
        let read = Frontier::from_bytes(&frontier.to_bytes());
        assert_eq!(read.map(|read| read.root()), Ok(frontier.root()));
    }
}

fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
}

fn tree(size: u64) -> MemoryTree {
    (0..size).map(leaf).collect()
}

/// `size ‖ index ‖ hashes`: in a small tree no other proof than the one made from the tree is accepted.
/// Or `0xff ‖ u64 size ‖ u64 index ‖ leaf ‖ root ‖ hashes`: any numbers at all.
pub fn inclusion_proof(data: &[u8]) {
    let mut from = Cursor(data);
    if data.first() == Some(&0xff) {
        from.byte();
        let (size, index) = (Size::new(from.number()), LeafIndex::new(from.number()));
        let (leaf, root) = (from.hash(), from.hash());
        let proof = InclusionProof::new(from.hashes(MAX_PROOF_HASHES));
        let proof = proof.expect("no more hashes than there may be");
        assert!(proof.verify(index, size, &leaf, &root).is_err() || size.contains(index));
        return;
    }
    let tree = tree(from.below(LEAVES) + 1);
    let index = from.below(LEAVES + 1);
    let proof = InclusionProof::new(from.hashes(MAX_PROOF_HASHES));
    let proof = proof.expect("no more hashes than there may be");
    let (place, root) = (LeafIndex::new(index), tree.root());
    let accepted = proof
        .verify(place, tree.size(), &leaf(index), &root)
        .is_ok();
    let made = cinnabar_tlog::inclusion_proof(place, tree.size(), &tree);
    assert_eq!(accepted, made.is_ok_and(|made| made == proof));
    assert!(
        proof
            .verify(place, tree.size(), &leaf(index + 1), &root)
            .is_err()
    );
}

/// `old ‖ new ‖ hashes`: likewise. Or `0xff ‖ u64 old ‖ u64 new ‖ roots ‖ hashes`.
pub fn consistency_proof(data: &[u8]) {
    let mut from = Cursor(data);
    if data.first() == Some(&0xff) {
        from.byte();
        let (old, new) = (Size::new(from.number()), Size::new(from.number()));
        let (old_root, new_root) = (from.hash(), from.hash());
        let proof = ConsistencyProof::new(from.hashes(MAX_PROOF_HASHES));
        let proof = proof.expect("no more hashes than there may be");
        let verdict = proof.verify(old, &old_root, new, &new_root);
        assert!(verdict.is_err() || old <= new);
        return;
    }
    let (old, new) = (from.below(LEAVES), from.below(LEAVES));
    let (old, new) = (tree(old), tree(new));
    let proof = ConsistencyProof::new(from.hashes(MAX_PROOF_HASHES));
    let proof = proof.expect("no more hashes than there may be");
    let accepted = proof.verify(old.size(), &old.root(), new.size(), &new.root());
    let made = cinnabar_tlog::consistency_proof(old.size(), new.size(), &new);
    assert_eq!(accepted.is_ok(), made.is_ok_and(|made| made == proof));
    let other = leaf(u64::MAX);
    let accepted = proof.verify(old.size(), &other, new.size(), &new.root());
    assert!(accepted.is_err());
}
