//! What the functions are given: a town of actors, and statements at every stage of their life.

use std::collections::BTreeMap;

use cinnabar_events::{
    DossierLink, Entry, EntryHash, Kind, ReceiptWriter, Sequence, Signed, Subject, Timestamp,
    Verified,
};
use cinnabar_governance::testing::{Town, key};
use cinnabar_governance::{RecordMap, links};
use cinnabar_tlog::{Checkpoint, KeyName, LeafIndex, MemoryTree, NoteSigner, Prover, Size};
use serde_json::json;

/// Statements: enough that what is done once doesn't show, few enough that valgrind takes seconds. Also a block.
pub const STATEMENTS: usize = 128;
/// Entries in the tree before the block: proofs have the length that they have in a ledger of some age.
const BEFORE: u64 = 10_000;
/// The ledger's origin.
const ORIGIN: &str = "ledger.example.org/counts";

/// Statements of the bench's sizes (400 to 700 bytes), one signature each.
pub struct Fixture {
    /// As they come over the wire.
    pub requests: Vec<Vec<u8>>,
    /// Read.
    pub signed: Vec<Signed>,
    /// With signatures that were checked.
    pub verified: Vec<Verified>,
    /// Where their dossiers stand.
    pub links: Vec<BTreeMap<Subject, DossierLink>>,
    /// Chained.
    pub entries: Vec<Entry>,
    /// A tree that the block's entries are the last of.
    pub tree: MemoryTree,
    /// Its signed checkpoint.
    pub checkpoint: cinnabar_tlog::Note,
    /// Who signs it.
    pub signer: NoteSigner,
    /// Receipts for the entries.
    pub receipts: Vec<Vec<u8>>,
    /// What the rules look at: everyone in town, nothing filed.
    pub records: RecordMap,
    /// The time.
    pub now: Timestamp,
}

impl Fixture {
    /// Makes it.
    ///
    /// # Panics
    /// If the town does not take its own statements.
    pub fn new() -> Self {
        let mut town = Town::populated();
        let verified: Vec<Verified> = (0..STATEMENTS)
            .map(|number| say(&mut town, number))
            .collect();
        let signed: Vec<Signed> = verified.iter().map(|one| one.signed().clone()).collect();
        let (records, now) = (town.records().clone(), town.now());
        let stand = |one: &Verified| links(&records, one.statement()).expect("in memory");
        let links: Vec<_> = verified.iter().map(stand).collect();
        let mut prev = EntryHash::NONE;
        let mut entries: Vec<Entry> = Vec::new();
        for ((one, dossiers), seq) in verified.iter().zip(&links).zip(BEFORE..) {
            let seq = Sequence::new(seq);
            let entry = Entry::chain(one.clone(), seq, now, prev, dossiers.clone());
            prev = entry.hash();
            entries.push(entry);
        }
        let name = KeyName::new(ORIGIN).expect("a name");
        let signer = NoteSigner::from_seed(name, &key("log").to_bytes());
        let tree = tree(&entries);
        let checkpoint = Checkpoint {
            origin: KeyName::new(ORIGIN).expect("an origin"),
            size: tree.size(),
            root: tree.root(),
        };
        let checkpoint = checkpoint.sign(&signer).expect("the name is the origin");
        let receipts = receipts(&tree, &entries, &checkpoint);
        Self {
            requests: signed.iter().map(Signed::to_request).collect(),
            signed,
            verified,
            links,
            entries,
            tree,
            checkpoint,
            signer,
            receipts,
            records,
            now,
        }
    }
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

/// Every second statement files a product, every second one registers an organisation: one dossier, and two.
fn say(town: &mut Town, number: usize) -> Verified {
    let draft = match number % 2 {
        0 => town.submission(&format!("p{number}")),
        _ => {
            let data = json!({
                "name": format!("Acme Health {number} 有限公司"), "organisationKind": "enterprise", "country": "CN", "url": "https://example.org/acme",
                "address": format!("{number} Example Road, Testville, third floor, beside the clinic"),
            });
            let subject = format!("organisation/o{number}");
            let kind = Kind::OrganisationRegistered;
            town.draft(kind, &subject, &["li:registrar"], &data)
        }
    };
    town.sign(&draft)
}

fn tree(entries: &[Entry]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    for number in 0..BEFORE {
        tree.push(cinnabar_tlog::leaf_hash(&number.to_be_bytes()));
    }
    for entry in entries {
        tree.push(entry.leaf_hash());
    }
    tree
}

/// The receipts of `entries`, as the writer makes them: one prover and one writer for all.
///
/// # Panics
/// If the entries aren't in the tree.
pub fn receipts(
    tree: &MemoryTree,
    entries: &[Entry],
    checkpoint: &cinnabar_tlog::Note,
) -> Vec<Vec<u8>> {
    let mut prover = Prover::new(Size::new(tree.size().get()), tree);
    let writer = ReceiptWriter::new(checkpoint);
    let receipt = |entry: &Entry| {
        let index = LeafIndex::new(entry.seq().get());
        let inclusion = prover.inclusion_proof(index).expect("in the tree");
        writer.write(entry.bytes(), index, &inclusion)
    };
    entries.iter().map(receipt).collect()
}

#[cfg(test)]
mod tests {
    use cinnabar_events::Receipt;

    use super::*;

    #[test]
    fn statements_are_as_long_as_the_benchs() {
        let fixture = Fixture::new();
        for signed in &fixture.signed {
            let length = signed.bytes().len();
            assert!((400..=700).contains(&length), "{length} bytes");
        }
    }

    #[test]
    fn receipts_verify() {
        let fixture = Fixture::new();
        let receipt = Receipt::parse(&fixture.receipts[7]).expect("a receipt");
        receipt
            .verify(fixture.signer.verifier())
            .expect("it proves");
    }
}
