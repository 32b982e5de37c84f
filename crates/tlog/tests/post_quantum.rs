//! ML-DSA-44 cosignatures of witnesses and of the log itself, with values computed elsewhere.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use cinnabar_tlog::*;
use common::*;
use sha2::{Digest as _, Sha256};

fn sha256(bytes: &[u8]) -> String {
    Hash::from_bytes(Sha256::digest(bytes).into()).to_string()
}

/// The checkpoint at 5 with the log's two signatures.
fn signed_twice() -> Note {
    let five = checkpoint(5);
    let note = five.sign(&log_signer()).unwrap();
    five.sign_also_pq(note, &pq_log(), time()).unwrap()
}

fn with(note: Note, signature: NoteSignature) -> Note {
    note.with_signature(signature).unwrap()
}

fn policy(lines: &str) -> TrustPolicy {
    let log = format!("log {}\n", pq_log().verifier());
    TrustPolicy::parse(&format!("{log}{lines}")).unwrap()
}

#[test]
fn key_message_and_signature_are_as_computed_elsewhere() {
    let witness = pq_witness();
    let key = witness.verifier();
    assert_eq!(
        sha256(key.public_bytes()),
        "6c1c65071979225a139b3ec84688e2688ec30fabe8cc510cb688bc435f2d3cb9"
    );
    assert_eq!(key.id().to_string(), "dceafb1d");
    assert_eq!(
        sha256(key.to_string().as_bytes()),
        "614bf16e12aeeef2174d68b76d894b208f9a40da630a6ecc8862d4dac3eb18a1"
    );
    let five = checkpoint(5);
    let message = pq_cosigned_message(key.name(), time(), &five);
    let expected = [
        &b"subtree/v1\n\0"[..],
        b"\x16witness.example.org/w1",
        b"\x00\x00\x00\x00\x69\x55\xb9\x00",
        b"\x1eledger.example.org/ai-register",
        &[0; 8],
        &[0, 0, 0, 0, 0, 0, 0, 5],
        five.root.as_bytes(),
    ]
    .concat();
    assert_eq!((message.len(), &message), (122, &expected));
    let line = witness.cosign(&five, time());
    let (stated, signature) = line.signature().split_at(8);
    assert_eq!(stated, COSIGNED_AT.to_be_bytes());
    assert_eq!(signature.len(), 2420);
    assert_eq!(
        sha256(signature),
        "2398fda697c12b7887e0255498735d22915b605e69772d88fe32a45170a6ea0f"
    );
}

#[test]
fn keys_and_signatures_read_back_from_their_texts() {
    let witness = pq_witness();
    let vkey = witness.verifier().to_string();
    let read = VerifierKey::parse(&vkey).unwrap();
    assert_eq!(&read, witness.verifier());
    assert_eq!(read.algorithm(), Algorithm::MlDsa44);
    assert_eq!(
        (read.public_bytes().len(), read.ed25519_bytes()),
        (1312, None)
    );
    let ed25519 = log_signer();
    let bytes = ed25519.verifier().ed25519_bytes().unwrap();
    assert_eq!(ed25519.verifier().public_bytes(), bytes);
    let longest = PqCosigner::from_seed(name(&"n".repeat(MAX_KEY_NAME_BYTES)), &[1; 32]);
    let longest = longest.verifier().to_string();
    assert_eq!(longest.len(), MAX_VKEY_BYTES);
    assert!(VerifierKey::parse(&longest).is_ok());

    let again = PqCosigner::parse_skey(&witness.to_skey()).unwrap();
    assert_eq!(again.verifier(), witness.verifier());
    let other_type = SkeyError::Key(Algorithm::MlDsa44);
    assert_eq!(PqCosigner::parse_skey(LOG_SKEY).unwrap_err(), other_type);
    let renamed = witness.to_skey().replace("/w1", "/w2");
    assert_eq!(
        PqCosigner::parse_skey(&renamed).unwrap_err(),
        SkeyError::WrongKeyId
    );
    assert_eq!(format!("{witness:?}"), format!("PqCosigner({vkey})"));

    let note = signed_twice();
    assert_eq!(Note::parse(note.to_string().as_bytes()), Ok(note));
}

#[test]
fn a_full_note_of_the_largest_lines_can_be_read() {
    let name = name(&"n".repeat(MAX_KEY_NAME_BYTES));
    let line = PqCosigner::from_seed(name, &[1; 32]).cosign(&checkpoint(5), time());
    let note = Note::new(&checkpoint(5).to_string(), vec![line; MAX_SIGNATURES]).unwrap();
    assert_eq!(Note::parse(note.to_string().as_bytes()), Ok(note));
}

#[test]
fn a_log_signs_twice_and_each_key_alone_opens_the_checkpoint() {
    let note = signed_twice();
    let (ed25519, pq) = (log_signer(), pq_log());
    for key in [ed25519.verifier(), pq.verifier()] {
        assert_eq!(Checkpoint::open(&note, key), Ok(checkpoint(5)));
    }
    let verified = note.verify([ed25519.verifier(), pq.verifier()]).unwrap();
    let times: Vec<_> = verified.iter().map(|signature| signature.time).collect();
    assert_eq!(times, [None, Some(time())]);
    let first_only = checkpoint(5).sign(&ed25519).unwrap();
    let missing = OpenError::Signature(NoteRejection::NoKnownSignature);
    assert_eq!(Checkpoint::open(&first_only, pq.verifier()), Err(missing));
}

#[test]
fn a_log_signs_under_its_own_name_and_its_own_checkpoint_only() {
    let (five, note) = (checkpoint(5), checkpoint(5).sign(&log_signer()).unwrap());
    let foreign = five.sign_also_pq(note.clone(), &pq_witness(), time());
    assert!(matches!(foreign, Err(SignAlsoError::Origin(_))));
    let other = checkpoint(4).sign_also_pq(note.clone(), &pq_log(), time());
    assert_eq!(other, Err(SignAlsoError::OtherText));
    // A witness's cosignature does not make it the log's.
    let cosigned = with(note, pq_witness().cosign(&five, time()));
    let opened = Checkpoint::open(&cosigned, pq_witness().verifier());
    assert!(matches!(opened, Err(OpenError::Origin(_))));
}

#[test]
fn no_changed_bit_of_signature_time_or_checkpoint_is_accepted() {
    let (five, witness) = (checkpoint(5), pq_witness());
    let line = witness.cosign(&five, time());
    let key = witness.verifier();
    let verify = |text: &str, signature: Vec<u8>| {
        let line = NoteSignature::new(key.name().clone(), key.id(), signature).unwrap();
        key.verify(text, &line).is_some()
    };
    let (text, good) = (five.to_string(), line.signature().to_vec());
    assert!(verify(&text, good.clone()));
    // Every byte of time and challenge, every 7th of the rest, the whole end, where the hint has its own encoding.
    let places = (0..48).chain((48..good.len() - 84).step_by(7));
    for place in places.chain(good.len() - 84..good.len()) {
        for bit in [0x01, 0x80] {
            let mut bad = good.clone();
            bad[place] ^= bit;
            assert!(!verify(&text, bad), "byte {place}");
        }
    }
    for length in [1, 7, 8, 9, 72, 2427] {
        assert!(!verify(&text, good[..length].to_vec()), "{length} bytes");
    }
    assert!(!verify(&text, [&good[..], &[0]].concat()));
    for size in [0, 4, 6] {
        assert!(!verify(&checkpoint(size).to_string(), good.clone()));
    }
    let moved = Checkpoint {
        origin: name("elsewhere.example.org"),
        ..five.clone()
    };
    assert!(!verify(&moved.to_string(), good.clone()));
    assert!(!verify(&text.replace("\n5\n", "\n05\n"), good.clone()));
    assert!(!verify(&format!("{text}extension\n"), good));
}

#[test]
fn the_name_of_the_cosigner_is_signed() {
    let five = checkpoint(5);
    let one = pq_witness();
    let other = PqCosigner::parse_skey(&one.to_skey()).unwrap();
    let line = other.cosign(&five, time());
    // The same secret under another name: a signature carried over does not verify.
    let seed: [u8; 32] = std::array::from_fn(|i| 0x40 + i as u8);
    let renamed = PqCosigner::from_seed(name("witness.example.org/w2"), &seed);
    let key = renamed.verifier();
    assert_eq!(key.public_bytes(), one.verifier().public_bytes());
    let carried = line.signature().to_vec();
    let carried = NoteSignature::new(key.name().clone(), key.id(), carried).unwrap();
    assert_eq!(key.verify(&five.to_string(), &carried), None);
    assert!(one.verifier().verify(&five.to_string(), &line).is_some());
}

#[test]
fn a_note_that_is_no_checkpoint_has_no_such_signature() {
    let line = pq_log().cosign(&checkpoint(5), time());
    let note = Note::new("nothing\n", vec![line]).unwrap();
    let log = pq_log();
    let refused = note.verify([log.verifier()]);
    assert!(matches!(refused, Err(NoteRejection::BadSignature { .. })));
}

#[test]
fn a_policy_takes_logs_and_witnesses_with_such_keys() {
    let lines = format!("witness w {}\nquorum w\n", pq_witness().verifier());
    let policy = policy(&lines);
    let note = with(signed_twice(), pq_witness().cosign(&checkpoint(5), time()));
    let trusted = policy.evaluate(&note).unwrap();
    assert_eq!(trusted.checkpoint, checkpoint(5));
    assert_eq!(trusted.cosigned.len(), 1);
    assert_eq!(trusted.cosigned[0].1, time());

    // The log's ML-DSA line is missing: with its ML-DSA key alone in the policy, that is no checkpoint of the log.
    let without = checkpoint(5).sign(&log_signer()).unwrap();
    let without = with(without, pq_witness().cosign(&checkpoint(5), time()));
    let unsigned = PolicyRejection::Signature(NoteRejection::NoKnownSignature);
    assert_eq!(
        policy.evaluate(&without),
        Err(TrustedError::Rejected(unsigned))
    );
    let missed = policy.evaluate(&signed_twice()).unwrap_err();
    let quorum = PolicyRejection::Quorum {
        quorum: "w".into(),
        cosigned: 0,
    };
    assert_eq!(missed, TrustedError::Rejected(quorum));
    let key = pq_witness();
    let forged = NoteSignature::new(key.name().clone(), key.verifier().id(), vec![0; 2428]);
    let forged = policy.evaluate(&with(signed_twice(), forged.unwrap()));
    assert!(matches!(
        forged,
        Err(TrustedError::Rejected(PolicyRejection::Signature(
            NoteRejection::BadSignature { .. }
        )))
    ));
}

#[test]
fn a_policy_refuses_a_key_twice_and_a_key_that_is_none() {
    let key = pq_witness().verifier().to_string();
    let twice = format!("quorum none\nwitness a {key}\nwitness b {key}\n");
    let refused = TrustPolicy::parse(&twice).unwrap_err();
    assert_eq!(
        (refused.line, refused.fault),
        (3, PolicyFault::DuplicateKey)
    );
    let short = "witness a x+00000000+BgAA\nquorum none\n";
    let fault = PolicyFault::Key(VkeyError::PublicKey(Algorithm::MlDsa44));
    assert_eq!(TrustPolicy::parse(short).unwrap_err().fault, fault);
}

#[test]
fn a_policy_full_of_such_keys_can_be_read() {
    let vkey = |number: usize| {
        // Any bytes are a key of ML-DSA.
        let mut public = [1; 1312];
        public[..8].copy_from_slice(&number.to_le_bytes());
        let name = name(&"n".repeat(200));
        VerifierKey::new(name, Algorithm::MlDsa44, &public)
            .unwrap()
            .to_string()
    };
    let mut text = String::new();
    for number in 0..MAX_POLICY_DEFINITIONS {
        text += &format!("log {}\n", vkey(number));
        text += &format!("witness w{number} {}\n", vkey(1000 + number));
    }
    assert!(TrustPolicy::parse(&format!("{text}quorum none\n")).is_ok());
}

#[test]
fn a_proof_file_holds_under_the_logs_second_key() {
    let index = LeafIndex::new(2);
    let tree = tree(5);
    let inclusion = inclusion_proof(index, tree.size(), &tree).unwrap();
    let checkpoint = signed_twice();
    let proof = TlogProof {
        extra: None,
        index,
        inclusion,
        checkpoint,
    };
    let read = TlogProof::parse(proof.to_string().as_bytes()).unwrap();
    assert!(read.verify_with_key(&entry(2), pq_log().verifier()).is_ok());
    assert!(read.verify(&entry(2), &policy("quorum none\n")).is_ok());
    assert!(read.verify(&entry(3), &policy("quorum none\n")).is_err());
}
