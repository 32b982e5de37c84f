//! What one receipt takes.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::time::Instant;

use cinnabar_events::{Entry, Receipt};
use cinnabar_tlog::{
    Checkpoint, LeafIndex, MemoryTree, Note, Size, TlogProof, inclusion_proof, leaf_hash,
};

use crate::generate::log_signer;

/// Entries of the tree from which receipts are taken: proofs of 16 hashes.
const TREE: usize = 50_000;
/// Receipts that are measured.
const RECEIPTS: u64 = 200;

/// Prints the median time in which a receipt is verified: entry, author signatures, inclusion, checkpoint.
pub(crate) fn measure(export: &Path) -> io::Result<()> {
    let lines = BufReader::new(File::open(export)?).split(b'\n').take(TREE);
    let lines: Vec<Vec<u8>> = lines.collect::<io::Result<_>>()?;
    let mut tree = MemoryTree::new();
    for line in &lines {
        tree.push(leaf_hash(line));
    }
    let size = Size::new(lines.len() as u64);
    let signer = log_signer();
    let checkpoint = Checkpoint {
        origin: signer.name().clone(),
        size,
        root: tree.root(),
    };
    let note: Note = checkpoint.sign(&signer).expect("its own origin");
    let mut times = Vec::new();
    for turn in 0..RECEIPTS {
        let index = turn * 1_009 % lines.len() as u64;
        let inclusion = inclusion_proof(LeafIndex::new(index), size, &tree).expect("it is there");
        let place = usize::try_from(index).expect("small");
        let entry = Entry::parse(lines[place].as_slice()).expect("an entry");
        let proof = TlogProof {
            extra: None,
            index: LeafIndex::new(index),
            inclusion,
            checkpoint: note.clone(),
        };
        let bytes = Receipt::new(entry, proof).to_bytes();
        let start = Instant::now();
        let read = Receipt::parse(&bytes).expect("a receipt");
        read.verify(signer.verifier()).expect("it verifies");
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    println!(
        "(g) one receipt read and verified        {:8.3} ms",
        super::median(times)
    );
    Ok(())
}
