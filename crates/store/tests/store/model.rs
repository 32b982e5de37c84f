//! Whatever is done in whatever order, the store says what a plain model in memory says.

use cinnabar_events::{Revision, Sequence};
use cinnabar_governance::Records as _;
use cinnabar_store::Store;
use cinnabar_tlog::{LeafIndex, Size, root};
use proptest::prelude::*;

use crate::writer::{Writer, actor};

/// What may happen to a store.
#[derive(Clone, Debug)]
enum Step {
    /// A block: for each entry the organisation that it is about and the product that it concerns.
    Block {
        entries: Vec<(u8, Option<u8>)>,
        checkpoint: bool,
    },
    /// A new writer.
    Epoch,
    /// The stream was refilled.
    Generation,
    /// Closed and opened.
    Reopen,
    /// A checkpoint that comes without a block.
    Checkpoint,
}

fn step() -> impl Strategy<Value = Step> {
    let entry = (0..6_u8, prop::option::of(0..3_u8));
    let block = (prop::collection::vec(entry, 1..70), any::<bool>());
    prop_oneof![
        6 => block.prop_map(|(entries, checkpoint)| Step::Block { entries, checkpoint }),
        1 => Just(Step::Epoch),
        1 => Just(Step::Generation),
        2 => Just(Step::Reopen),
        1 => Just(Step::Checkpoint),
    ]
}

fn block(writer: &mut Writer, entries: &[(u8, Option<u8>)]) -> cinnabar_store::Application {
    let names: Vec<Vec<String>> = entries
        .iter()
        .map(|(organisation, product)| {
            let about = format!("organisation/o{organisation}");
            let concerns = product.map(|product| format!("product/p{product}"));
            std::iter::once(about).chain(concerns).collect()
        })
        .collect();
    let names: Vec<Vec<&str>> = names
        .iter()
        .map(|names| names.iter().map(String::as_str).collect())
        .collect();
    let names: Vec<&[&str]> = names.iter().map(Vec::as_slice).collect();
    writer.block(&names)
}

fn agree(store: &Store, writer: &Writer) {
    let size = writer.head.size;
    assert_eq!(
        (store.head(), store.position()),
        (writer.head, writer.position)
    );
    assert_eq!(
        store.high_water().map_or(0, |high| high.size.get()),
        size.get()
    );
    let read: Vec<Vec<u8>> = store
        .entries(Sequence::FIRST, Sequence::new(u64::MAX))
        .map(Result::unwrap)
        .collect();
    let expected: Vec<&[u8]> = writer.entries.iter().map(|entry| entry.bytes()).collect();
    assert_eq!(read, expected);
    for (subject, expected) in &writer.dossiers {
        let from = expected.len() / 2;
        let found = store
            .dossier(subject, Revision::new(from as u64), usize::MAX)
            .unwrap();
        assert_eq!(found, expected[from..]);
    }
    for (key, record) in &writer.records {
        assert_eq!(store.record(key).unwrap().as_ref(), Some(record));
    }
    let boundaries = store.blocks_from(Size::ZERO, usize::MAX).unwrap();
    let found: Vec<_> = boundaries
        .iter()
        .map(|block| (block.first.get(), block.count))
        .collect();
    let expected: Vec<_> = writer
        .blocks
        .iter()
        .map(|(first, count, _)| (*first, *count))
        .collect();
    assert_eq!(found, expected);
    for (size, note) in &writer.checkpoints {
        assert_eq!(
            store.checkpoint_at(Size::new(*size)).unwrap().as_ref(),
            Some(note)
        );
    }
    assert_eq!(
        store.checkpoint().as_ref(),
        writer.checkpoints.last_key_value().map(|(_, note)| note)
    );
    for entry in writer.entries.iter().step_by(17) {
        let (seq, leaf) = (entry.seq(), entry.leaf_hash());
        assert_eq!(
            store.statement(&actor(), entry.statement().id).unwrap(),
            Some(seq)
        );
        let block = store.block_containing(seq).unwrap().unwrap();
        assert!(block.first <= seq && seq.get() < block.size_after.get());
        // The tree as it was at the end of its block, and as it is now.
        for size in [block.size_after, size] {
            let proof = store.inclusion_proof(seq, size).unwrap();
            let root = root(size, &writer.tree).unwrap();
            proof
                .verify(LeafIndex::new(seq.get()), size, &leaf, &root)
                .unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_store_says_what_the_model_says(steps in prop::collection::vec(step(), 1..20)) {
        let dir = tempfile::tempdir().unwrap();
        let (mut writer, mut store) = (Writer::new(), Store::create(dir.path()).unwrap());
        for step in steps {
            match step {
                Step::Block { entries, checkpoint } => {
                    let mut block = block(&mut writer, &entries);
                    if checkpoint {
                        block = writer.with_checkpoint(block);
                    }
                    store.apply(block).unwrap();
                }
                Step::Epoch => store.apply(writer.epoch()).unwrap(),
                Step::Generation => {
                    writer.position.generation += 1;
                    writer.position.stream_sequence = 0;
                    store.apply(writer.block(&[])).unwrap();
                }
                Step::Reopen => {
                    drop(store);
                    store = Store::open(dir.path()).unwrap();
                }
                Step::Checkpoint => store.keep_checkpoint(&writer.checkpoint()).unwrap(),
            }
            agree(&store, &writer);
        }
    }
}
