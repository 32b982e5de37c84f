//! Statements, entries, blocks and receipts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cinnabar_events::canonical::{self, Value};
use cinnabar_events::{
    BLOCK_MAX_ENTRIES, Block, Entry, EntryHash, Kind, Payload, PublicKey, Receipt, Signed,
    Statement,
};
use cinnabar_tlog::VerifierKey;

/// The key that signed the blocks and receipts of the vectors.
static LOG_KEY: LazyLock<VerifierKey> = LazyLock::new(|| {
    let vectors = include_str!("../../../events/vectors/receipt.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).expect("vectors are JSON");
    let vkey = vectors["vkey"].as_str().expect("they name the log's key");
    VerifierKey::parse(vkey).expect("it is a vkey")
});

/// Asserts that bytes are canonical JSON: a reader and a writer that are not ours agree on them.
fn assert_canonical<'a>(data: &'a [u8]) -> Value<'a> {
    let value = canonical::parse(data).expect("what was taken is canonical");
    let mut written = Vec::with_capacity(data.len());
    canonical::write(&value, &mut written);
    assert_eq!(written, data);
    let elsewhere: serde_json::Value = serde_json::from_slice(data).expect("canonical is JSON");
    let elsewhere = serde_json::to_vec(&elsewhere).expect("a value is written");
    assert_eq!(elsewhere, data);
    value
}

/// Canonical JSON; of any other JSON that a common reader takes, at least the place of the fault is in the bytes.
pub fn canonical(data: &[u8]) {
    match canonical::parse(data) {
        Ok(_) => {
            assert_canonical(data);
        }
        Err(error) => assert!(error.at <= data.len()),
    }
}

/// The bytes of an entry.
pub fn entry(data: &[u8]) {
    let Ok(entry) = Entry::parse(data) else {
        return;
    };
    assert_eq!(entry.bytes(), data);
    assert_eq!(entry.hash(), EntryHash::of(data));
    assert_eq!(entry.leaf_hash(), cinnabar_tlog::leaf_hash(data));
    assert_canonical(data);
    let subjects = entry.statement().subjects();
    assert!(subjects.count() == entry.dossiers().len());
    assert_request(entry.signed());
}

/// A signed request.
pub fn request(data: &[u8]) {
    if let Ok(signed) = Signed::parse_request(data) {
        assert_eq!(signed.to_request(), data);
        assert_canonical(data);
        assert_request(&signed);
    }
}

fn assert_request(signed: &Signed) {
    let read = Signed::parse_request(&signed.to_request());
    assert_eq!(read.as_ref(), Ok(signed));
    let again = Signed::new(signed.bytes(), signed.signatures().to_vec());
    assert_eq!(again.as_ref(), Ok(signed));
    assert_statement(signed.bytes(), signed.statement());
    let _ = signed.clone().verify();
}

/// A statement: its parts, written again, are the same statement.
pub fn statement(data: &[u8]) {
    if let Ok(statement) = Statement::parse(data) {
        assert_canonical(data);
        assert_statement(data, &statement);
    }
}

/// The parts, written again, are the statement. Its envelope has one spelling; in `data` a default may stand or be left out.
fn assert_statement(bytes: &[u8], statement: &Statement) {
    let written = statement.to_bytes().expect("what was read can be written");
    assert_eq!(Statement::parse(&written).as_ref(), Ok(statement));
    let envelope = |bytes: &[u8]| {
        let mut value: serde_json::Value =
            serde_json::from_slice(bytes).expect("a statement is JSON");
        value["data"].take();
        value
    };
    assert_eq!(envelope(&written), envelope(bytes));
}

/// A kind, a line feed and the `data` of a statement of that kind: written again, it reads as the same.
pub fn payload(data: &[u8]) {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (kind, json) = (str::from_utf8(&data[..end]), &data[end + 1..]);
    let Some(kind) = kind.ok().and_then(|kind| kind.parse::<Kind>().ok()) else {
        return;
    };
    let Ok(value) = canonical::parse(json) else {
        return;
    };
    let Ok(payload) = Payload::decode(kind, &value) else {
        return;
    };
    assert_eq!(payload.kind(), kind);
    let written = payload.to_json().expect("every payload can be written");
    let written = serde_json::to_vec(&written).expect("a value is written");
    let value = assert_canonical(&written);
    assert_eq!(Payload::decode(kind, &value), Ok(payload));
}

/// A message of the log stream: `name: value` lines, an empty line, the body. What is taken was signed by the log.
pub fn block(data: &[u8]) {
    let Some(end) = data.windows(2).position(|pair| pair == b"\n\n") else {
        return;
    };
    let Ok(head) = str::from_utf8(&data[..end]) else {
        return;
    };
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<&str, &str> = headers.collect();
    let body = &data[end + 2..];
    let key = LOG_KEY.public_bytes().try_into().map(PublicKey::from_bytes);
    let key = key.expect("a log key of 32 bytes");
    let find = |name| headers.get(name).copied();
    let Ok(block) = Block::parse(find, body.to_vec(), &key) else {
        return;
    };
    assert_eq!(block.body(), body);
    for (name, value) in block.to_headers() {
        assert_eq!(headers.get(name).copied(), Some(value.as_str()));
    }
    let entries = block.entries();
    assert!(entries.len() <= BLOCK_MAX_ENTRIES);
    assert_eq!(entries.len(), block.header().count as usize);
    let encoded = cinnabar_tlog::encode_bundle(entries);
    assert_eq!(encoded.as_deref(), Ok(body));
}

/// A receipt: written as it was read; what it proves is said by the log at the entry's own place.
pub fn receipt(data: &[u8]) {
    let Ok(receipt) = Receipt::parse(data) else {
        return;
    };
    assert_eq!(receipt.to_bytes(), data);
    assert_canonical(data);
    if let Ok(checkpoint) = receipt.verify(&LOG_KEY) {
        assert_eq!(receipt.entry().seq().get(), receipt.proof().index.get());
        assert!(checkpoint.size.contains(receipt.proof().index));
        assert_eq!(&checkpoint.origin, LOG_KEY.name());
    }
}
