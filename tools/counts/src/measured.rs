//! The functions that are measured, each with as little around it as possible. Each handles [`STATEMENTS`] statements.

use std::hint::black_box;

use cinnabar_events::{
    Block, BlockHeader, CloudEvent, Entry, EntryHash, LedgerId, Receipt, Signed, canonical,
};
use cinnabar_governance::testing::key;
use cinnabar_governance::{Overlay, links};
use cinnabar_tlog::EdgeTiles;

use crate::fixture::{Fixture, STATEMENTS, receipts};

/// A measured function, and its name.
pub type Measured = (&'static str, fn(&Fixture));

/// All of them, in the order of a statement's life.
pub const ALL: [Measured; 14] = [
    ("canonical", canonical),
    ("parse", parse),
    ("verify", verify),
    ("admit", admit),
    ("link", link),
    ("chain", chain),
    ("evolve", evolve),
    ("tree", tree),
    ("block", block),
    ("checkpoint", checkpoint),
    ("receipt", receipt),
    ("decode", decode),
    ("feed", feed),
    ("check_receipt", check_receipt),
];

/// One pass over a statement's bytes, which also makes its values.
#[inline(never)]
pub fn canonical(fixture: &Fixture) {
    for signed in &fixture.signed {
        black_box(canonical::parse(signed.bytes()).expect("canonical"));
    }
}

/// A request as it comes over the wire, to a statement.
#[inline(never)]
pub fn parse(fixture: &Fixture) {
    for request in &fixture.requests {
        black_box(Signed::parse_request(request).expect("a request"));
    }
}

/// Its signatures.
#[inline(never)]
pub fn verify(fixture: &Fixture) {
    for signed in &fixture.signed {
        black_box(signed.clone().verify().expect("signed"));
    }
}

/// The rules say yes.
#[inline(never)]
pub fn admit(fixture: &Fixture) {
    let records = Overlay::new(&fixture.records);
    for verified in &fixture.verified {
        let verdict =
            cinnabar_governance::admit(&records, fixture.now, verified).expect("in memory");
        black_box(&verdict);
        assert!(verdict.is_ok(), "the rules say yes");
    }
}

/// Where its dossiers stand.
#[inline(never)]
pub fn link(fixture: &Fixture) {
    let records = Overlay::new(&fixture.records);
    for verified in &fixture.verified {
        black_box(links(&records, verified.statement()).expect("in memory"));
    }
}

/// The entry's bytes and hashes.
#[inline(never)]
pub fn chain(fixture: &Fixture) {
    let mut prev = EntryHash::NONE;
    for (entry, (verified, links)) in fixture
        .entries
        .iter()
        .zip(fixture.verified.iter().zip(&fixture.links))
    {
        let chained = Entry::chain(
            verified.clone(),
            entry.seq(),
            fixture.now,
            prev,
            links.clone(),
        );
        prev = chained.hash();
        black_box(chained);
    }
}

/// The records change.
#[inline(never)]
pub fn evolve(fixture: &Fixture) {
    let mut records = Overlay::new(&fixture.records);
    for entry in &fixture.entries {
        cinnabar_governance::evolve(&mut records, entry).expect("in memory");
    }
    black_box(records.into_changes());
}

/// The Merkle tree grows by a block.
#[inline(never)]
pub fn tree(fixture: &Fixture) {
    let mut tiles = EdgeTiles::empty();
    for entry in &fixture.entries {
        tiles.append(entry.leaf_hash());
    }
    black_box((tiles.root(), tiles.take_changes()));
}

/// The block as it is published: encoded, hashed, signed once.
#[inline(never)]
pub fn block(fixture: &Fixture) {
    let bytes: Vec<&[u8]> = fixture.entries.iter().map(Entry::bytes).collect();
    let first = &fixture.entries[0];
    let header = BlockHeader {
        ledger: LedgerId::from_bytes([7; 32]),
        epoch: 1,
        first: first.seq(),
        count: STATEMENTS as u32,
        prev: first.prev(),
        head: fixture.entries[STATEMENTS - 1].hash(),
        checkpoint: fixture.checkpoint.to_string(),
    };
    let block = Block::sign(header, &bytes, &key("log")).expect("a key in memory signs");
    black_box((block.to_headers(), block));
}

/// The signed checkpoint of a block, by the statement.
#[inline(never)]
pub fn checkpoint(fixture: &Fixture) {
    let text = fixture.checkpoint.text();
    black_box(fixture.signer.sign(text));
}

/// The inclusion proof and the receipt's bytes.
#[inline(never)]
pub fn receipt(fixture: &Fixture) {
    black_box(receipts(
        &fixture.tree,
        &fixture.entries,
        &fixture.checkpoint,
    ));
}

/// An entry's bytes, as a replica, the feed and the views read them.
#[inline(never)]
pub fn decode(fixture: &Fixture) {
    for entry in &fixture.entries {
        black_box(Entry::parse(entry.bytes()).expect("an entry"));
    }
}

/// What goes to the feed about an entry that was read.
#[inline(never)]
pub fn feed(fixture: &Fixture) {
    let (ledger, name) = (
        LedgerId::from_bytes([7; 32]),
        "counts".parse().expect("a name"),
    );
    for entry in &fixture.entries {
        black_box(CloudEvent::of(ledger, &name, entry));
    }
}

/// What a careful submitter does with a receipt.
#[inline(never)]
pub fn check_receipt(fixture: &Fixture) {
    for receipt in &fixture.receipts {
        let receipt = Receipt::parse(receipt).expect("a receipt");
        let verified = receipt.verify(fixture.signer.verifier());
        black_box(verified.expect("it proves"));
    }
}
