//! A block and a receipt of the ledger in `kinds.json`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cinnabar_events::{Block, BlockHeader, EntryHash, PublicKey, Receipt, Sequence};
use cinnabar_tlog::{
    Algorithm, Checkpoint, KeyName, LeafIndex, Note, NoteSigner, Size, TlogProof, VerifierKey,
    inclusion_proof,
};
use serde_json::{Value as Json, json};

use crate::ledger::{LOG, Made, ledger, tree};

const ORIGIN: &str = "ledger.example.org/ai-register";
/// Which entries the block holds, and which one the receipt is for.
const FIRST: usize = 4;
const COUNT: usize = 3;
const RECEIPT_FOR: usize = 5;

/// The signed checkpoint over the first `size` entries.
fn checkpoint(made: &[Made], size: usize) -> Note {
    let signer = NoteSigner::from_seed(KeyName::new(ORIGIN).unwrap(), &super::seed(LOG).to_bytes());
    let checkpoint = Checkpoint {
        origin: KeyName::new(ORIGIN).unwrap(),
        size: Size::new(size as u64),
        root: tree(&made[..size]).root(),
    };
    checkpoint.sign(&signer).unwrap()
}

fn log_key() -> PublicKey {
    PublicKey::from_bytes(super::seed(LOG).verifying_key().to_bytes())
}

fn vkey() -> VerifierKey {
    let name = KeyName::new(ORIGIN).unwrap();
    VerifierKey::new(name, Algorithm::Ed25519, log_key().as_bytes()).unwrap()
}

/// One message of the log stream, and whether it is a block.
fn message(name: &str, headers: &BTreeMap<&'static str, String>, body: &[u8]) -> Json {
    let parsed = Block::parse(
        |name| headers.get(name).map(String::as_str),
        body.to_vec(),
        &log_key(),
    );
    let mut case = json!({
        "name": name,
        "headers": headers,
        "body": STANDARD.encode(body),
        "valid": parsed.is_ok(),
    });
    if let Err(fault) = parsed {
        case["why"] = fault.to_string().into();
    }
    case
}

#[test]
fn blocks_come_out_as_the_vectors_say() {
    let (id, made) = ledger();
    let entries: Vec<&[u8]> = made[FIRST..FIRST + COUNT]
        .iter()
        .map(|one| one.entry.bytes())
        .collect();
    let header = BlockHeader {
        ledger: id,
        epoch: 1,
        first: Sequence::new(FIRST as u64),
        count: COUNT as u32,
        prev: made[FIRST - 1].entry.hash(),
        head: made[FIRST + COUNT - 1].entry.hash(),
        checkpoint: checkpoint(&made, FIRST).to_string(),
    };
    let opening = BlockHeader {
        first: Sequence::FIRST,
        count: 0,
        prev: EntryHash::NONE,
        head: EntryHash::NONE,
        checkpoint: String::new(),
        ..header.clone()
    };
    let key = super::seed(LOG);
    let Ok(block) = Block::sign(header.clone(), &entries, &key);
    let Ok(empty) = Block::sign(opening, &[], &key);
    let (headers, body) = (block.to_headers(), block.body());

    let mut cases = vec![
        message("three entries", &headers, body),
        message("the first term opens", &empty.to_headers(), b""),
    ];
    let spoiled = |name: &'static str, value: &str| {
        let mut changed = headers.clone();
        changed.insert(name, value.to_owned());
        changed
    };
    let mut flipped = body.to_vec();
    flipped[100] ^= 1;
    cases.push(message("one bit of the body differs", &headers, &flipped));
    cases.push(message(
        "the last byte of the body is missing",
        &headers,
        &body[..body.len() - 1],
    ));
    let other = EntryHash::NONE.to_string();
    for (name, value) in [
        ("Cinnabar-Block", "2"),
        ("Cinnabar-Epoch", "2"),
        ("Cinnabar-Epoch", "+1"),
        ("Cinnabar-Epoch", "01"),
        ("Cinnabar-Count", "03"),
        ("Cinnabar-First", "5"),
        ("Cinnabar-Count", "2"),
        ("Cinnabar-Prev", other.as_str()),
        ("Cinnabar-Head", other.as_str()),
        ("Cinnabar-Checkpoint", ""),
        ("Cinnabar-Ledger", other.as_str()),
    ] {
        cases.push(message(
            &format!("{name} is {value:?}"),
            &spoiled(name, value),
            body,
        ));
    }
    let Ok(foreign) = Block::sign(header.clone(), &entries, &super::seed(0x60));
    cases.push(message("another key signs", &foreign.to_headers(), body));
    let Ok(short) = Block::sign(BlockHeader { count: 2, ..header }, &entries, &key);
    cases.push(message(
        "signed, but the count is wrong",
        &short.to_headers(),
        body,
    ));
    let valid = cases
        .iter()
        .filter(|case| case["valid"] == json!(true))
        .count();
    assert_eq!(valid, 2, "{cases:#?}");
    let about = "Messages of the log stream, and whether they are blocks signed by the log key. Bodies are base64.";
    let file = json!({ "about": about, "log_key": log_key().to_string(), "ledger": id.to_string(), "cases": cases });
    super::golden("block.json", &file);
}

#[test]
fn receipts_come_out_as_the_vectors_say() {
    let (id, made) = ledger();
    let size = Size::new(made.len() as u64);
    let index = LeafIndex::new(RECEIPT_FOR as u64);
    let proof = TlogProof {
        extra: None,
        index,
        inclusion: inclusion_proof(index, size, &tree(&made)).unwrap(),
        checkpoint: checkpoint(&made, made.len()),
    };
    let good =
        String::from_utf8(Receipt::new(made[RECEIPT_FOR].entry.clone(), proof.clone()).to_bytes())
            .unwrap();
    let other =
        String::from_utf8(Receipt::write(made[RECEIPT_FOR + 1].entry.bytes(), &proof)).unwrap();
    let mut cases = Vec::new();
    for (name, text) in [
        ("a receipt", good.clone()),
        ("for another entry than the proof", other),
        (
            "the time of recording differs",
            good.replace("15:00:05", "15:00:06"),
        ),
        (
            "a byte of what was said differs",
            good.replace(":\"compromise\"", ":\"superseded\""),
        ),
        ("another index", good.replace("index 5", "index 6")),
        (
            "another size",
            good.replace(&format!("\\n{}\\n", made.len()), "\\n20\\n"),
        ),
        ("not canonical", good.replace(",\"proof\"", ", \"proof\"")),
        (
            "another version",
            good.replace("\\n\",\"v\":1}", "\\n\",\"v\":2}"),
        ),
        (
            "one member more",
            good.replace("\\n\",\"v\":1}", "\\n\",\"v\":1,\"w\":1}"),
        ),
    ] {
        let parsed = Receipt::parse(text.as_bytes());
        let form = parsed.is_ok();
        let valid = parsed.is_ok_and(|receipt| receipt.verify(&vkey()).is_ok());
        assert!(valid == (name == "a receipt"), "{name}");
        cases.push(json!({ "name": name, "receipt": text, "form": form, "valid": valid }));
    }
    let about = "Receipts for an entry of the ledger in kinds.json: whether they have the form of one, and whether they prove anything.";
    let file = json!({ "about": about, "vkey": vkey().to_string(), "ledger": id.to_string(), "cases": cases });
    super::golden("receipt.json", &file);
}
