//! A replica filled with entries, as one that follows the writer has them.

use std::path::Path;

use anyhow::{Context as _, Result};
use cinnabar_governance::testing::key;
use cinnabar_governance::{Overlay, evolve};
use cinnabar_store::{Application, Position, Store};
use cinnabar_tlog::{Checkpoint, KeyName, NoteSigner};

use crate::ledger::parse;

/// Entries in one block.
const BLOCK: usize = 512;
/// The log's name.
const ORIGIN: &str = "ledger.example.org/ai-register";

/// A new replica at `dir` with these entries, in blocks, each under a signed checkpoint.
pub(crate) fn fill(dir: &Path, bytes: &[Vec<u8>]) -> Result<Store> {
    let store = Store::create(dir).context("making a replica")?;
    for block in bytes.chunks(BLOCK) {
        commit(&store, block)?;
    }
    Ok(store)
}

/// Applies one block, signed by the log's key.
pub(crate) fn commit(store: &Store, block: &[Vec<u8>]) -> Result<()> {
    let entries = parse(block);
    let mut overlay = Overlay::new(store);
    let mut edge = store.edge_tiles().context("reading the tree's edge")?;
    for entry in &entries {
        evolve(&mut overlay, entry).context("folding records")?;
        edge.append(entry.leaf_hash());
    }
    let tiles = edge.take_changes();
    let name = KeyName::new(ORIGIN).context("a name")?;
    let signer = NoteSigner::from_seed(name, &key("log").to_bytes());
    let checkpoint = Checkpoint {
        origin: signer.name().clone(),
        size: edge.size(),
        root: edge.root(),
    };
    let position = store.position();
    let application = Application {
        entries,
        records: overlay.into_changes(),
        tiles,
        root: edge.root(),
        checkpoint: Some(checkpoint.sign(&signer).context("signing")?.to_string()),
        position: Position {
            stream_sequence: position.stream_sequence + 1,
            ..position
        },
    };
    store.apply(application).context("applying a block")
}
