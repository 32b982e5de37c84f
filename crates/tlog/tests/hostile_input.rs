//! Whatever comes in: an answer, never a panic; and what is read is written the same.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use cinnabar_tlog::*;
use common::*;
use proptest::prelude::*;
use proptest::sample::Index;

const REQUEST: &str = "old 3\nhLTmmnCs/fRUL/j+PAWLOfw2sfNJlw+bEnBrxg5JEsA=\n\n";

/// Gives the bytes to every reader.
fn read_all(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        let keys = [LOG_VKEY, WITNESS_VKEY].map(|key| VerifierKey::parse(key).unwrap());
        let _ = note.verify(&keys);
        let _ = Checkpoint::open(&note, &keys[0]);
    }
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
        let _ = proof.verify_with_key(b"", &VerifierKey::parse(LOG_VKEY).unwrap());
    }
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_string().as_bytes(), bytes);
    }
    if let Ok(lines) = NoteSignature::parse_lines(bytes) {
        let written: String = lines.iter().map(ToString::to_string).collect();
        assert_eq!(written.as_bytes(), bytes);
    }
    if let Ok(entries) = decode_entries(bytes, 1000) {
        assert_eq!(encode_bundle(entries).unwrap(), bytes);
    }
    if let Ok(mut frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
        frontier.push(EMPTY_ROOT);
        let _ = frontier.root();
    }
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(signer) = NoteSigner::parse_skey(text) {
        assert_eq!(*signer.to_skey(), text);
    }
    if let Ok(path) = TilePath::parse(text) {
        assert_eq!(path.to_string(), text);
    }
    if let Ok(hash) = text.parse::<Hash>() {
        assert_eq!(hash.to_string(), text);
    }
    let _ = Cosigner::parse_skey(text);
    let _ = KeyName::new(text);
    let _ = TrustPolicy::parse(text);
}

/// Well-formed input of every kind.
fn samples() -> Vec<Vec<u8>> {
    let policy = format!("log {LOG_VKEY} a\nwitness w {WITNESS_VKEY}\ngroup g 1 w\nquorum g\n");
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        text(CHECKPOINT_5),
        proof_file().into_bytes(),
        text(&format!("{REQUEST}{CHECKPOINT_5}")),
        text(&checkpoint(5).to_string()),
        text(&witness().cosign(&checkpoint(5), time()).to_string()),
        text(LOG_VKEY),
        text(LOG_SKEY),
        text(&policy),
        text("tile/0/x001/x234/067.p/17"),
        encode_bundle([&b"a"[..], b"", b"bcd"]).unwrap(),
        tree(300).frontier().to_bytes(),
    ]
}

#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Remove(Index, Index),
    Double(Index, Index),
    Insert(Index, Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let telling = prop::sample::select(vec![
        &b"\n"[..],
        b"\n\n",
        b" ",
        b"+",
        b"=",
        b"0",
        b"/",
        b".p/",
        b"x",
        b"\0",
        b"\xff",
        b"\xe2\x80\x94 ",
        b"#",
    ]);
    prop_oneof![
        (any::<Index>(), 1_u8..).prop_map(|(at, bits)| Change::Flip(at, bits)),
        any::<(Index, Index)>().prop_map(|(from, to)| Change::Remove(from, to)),
        any::<(Index, Index)>().prop_map(|(from, to)| Change::Double(from, to)),
        (any::<Index>(), telling).prop_map(|(at, bytes)| Change::Insert(at, bytes.to_vec())),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: Change) {
    if bytes.is_empty() {
        return;
    }
    let ends = |bytes: &[u8], a: Index, b: Index| {
        let (a, b) = (a.index(bytes.len()), b.index(bytes.len()));
        (a.min(b), a.max(b))
    };
    match change {
        Change::Flip(at, bits) => {
            let at = at.index(bytes.len());
            bytes[at] ^= bits;
        }
        Change::Remove(a, b) => {
            let (from, to) = ends(bytes, a, b);
            bytes.drain(from..to);
        }
        Change::Double(a, b) => {
            let (from, to) = ends(bytes, a, b);
            let part = bytes[from..to].to_vec();
            bytes.splice(from..from, part);
        }
        Change::Insert(at, part) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, part);
        }
    }
}

#[test]
fn every_sample_is_read_by_somebody() {
    for sample in samples() {
        read_all(&sample);
    }
    let note = Note::parse(CHECKPOINT_5.as_bytes()).unwrap();
    let request = format!("{REQUEST}{note}");
    assert!(AddCheckpoint::parse(request.as_bytes()).is_ok());
}

proptest! {
    #![proptest_config(common::cases(2000))]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    #[test]
    fn random_text_is_read_or_refused(text in "[ -~\\n\\t—]{0,200}") {
        read_all(text.as_bytes());
    }

    #[test]
    fn changed_samples_are_read_or_refused(
        sample in prop::sample::select(samples()),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut bytes = sample;
        changes.into_iter().for_each(|change| apply(&mut bytes, change));
        read_all(&bytes);
    }

    #[test]
    fn entries_come_back_from_a_bundle(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 1..=256)) {
        let bundle = encode_bundle(entries.iter().map(Vec::as_slice)).unwrap();
        let width = TileWidth::new(entries.len() as u16).unwrap();
        prop_assert_eq!(decode_bundle(&bundle, width).unwrap(), entries);
    }
}
