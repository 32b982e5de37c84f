//! Signed notes and the keys that sign them, with values computed elsewhere.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use cinnabar_tlog::*;
use common::*;

const EXAMPLE_VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE_NOTE: &str = "This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
";

fn vkey(vkey: &str) -> VerifierKey {
    VerifierKey::parse(vkey).unwrap()
}

fn note(text: &str) -> Note {
    Note::parse(text.as_bytes()).unwrap()
}

#[test]
fn the_specifications_example_verifies() {
    let key = vkey(EXAMPLE_VKEY);
    let note = note(EXAMPLE_NOTE);
    assert_eq!(note.text(), "This is an example message.\n");
    let verified = note.verify([&key]).unwrap();
    assert_eq!(
        verified,
        [VerifiedSignature {
            key: &key,
            time: None
        }]
    );
    assert_eq!(note.to_string(), EXAMPLE_NOTE);
}

#[test]
fn keys_have_the_texts_and_ids_computed_elsewhere() {
    let log = log_signer();
    assert_eq!(log.verifier().to_string(), LOG_VKEY);
    assert_eq!(log.verifier().id().to_string(), "12408df7");
    assert_eq!(*log.to_skey(), LOG_SKEY);
    assert_eq!(
        NoteSigner::parse_skey(LOG_SKEY).unwrap().verifier(),
        log.verifier()
    );
    assert_eq!(&vkey(LOG_VKEY), log.verifier());
    let witness = witness();
    assert_eq!(witness.verifier().to_string(), WITNESS_VKEY);
    assert_eq!(&vkey(WITNESS_VKEY), witness.verifier());
    let again = Cosigner::parse_skey(&witness.to_skey()).unwrap();
    assert_eq!(again.verifier(), witness.verifier());
}

#[test]
fn a_key_shows_only_its_public_half() {
    let (log, witness) = (log_signer(), witness());
    assert_eq!(format!("{log:?}"), format!("NoteSigner({LOG_VKEY})"));
    assert_eq!(format!("{witness:?}"), format!("Cosigner({WITNESS_VKEY})"));
}

#[test]
fn signatures_of_unknown_names_ids_and_types_are_ignored() {
    let log = vkey(LOG_VKEY);
    let unknown = |name: &str, id: [u8; 4], length| {
        NoteSignature::new(common::name(name), KeyId::from_bytes(id), vec![6; length]).unwrap()
    };
    // The third is as long as an ML-DSA-44 cosignature under the log's own name.
    let greased = note(CHECKPOINT_5)
        .with_signature(unknown("elsewhere.example.org", *log.id().as_bytes(), 64))
        .and_then(|note| note.with_signature(unknown(ORIGIN, [1, 2, 3, 4], 1)))
        .and_then(|note| note.with_signature(unknown(ORIGIN, [0xdc, 0xea, 0xfb, 0x1d], 8 + 2420)))
        .unwrap();
    let read = note(&greased.to_string());
    assert_eq!(read, greased);
    assert_eq!(Checkpoint::open(&read, &log), Ok(checkpoint(5)));
    assert_eq!(
        read.verify([&vkey(EXAMPLE_VKEY)]),
        Err(NoteRejection::NoKnownSignature)
    );
    assert_eq!(read.verify([]), Err(NoteRejection::NoKnownSignature));
}

#[test]
fn a_bad_signature_by_a_known_key_spoils_the_note_whatever_else_is_good() {
    let (log, witness) = (vkey(LOG_VKEY), vkey(WITNESS_VKEY));
    for (key, lengths) in [(&log, [1, 63, 64, 65]), (&witness, [1, 8, 72, 73])] {
        for length in lengths {
            let forged = NoteSignature::new(key.name().clone(), key.id(), vec![0; length]).unwrap();
            let note = note(CHECKPOINT_5).with_signature(forged).unwrap();
            let bad = NoteRejection::BadSignature {
                name: key.name().clone(),
                key_id: key.id(),
            };
            assert_eq!(note.verify([&log, &witness]), Err(bad), "{length} bytes");
        }
    }
}

#[test]
fn a_note_in_any_other_form_is_refused() {
    use NoteError::*;
    let line = "— n AQIDBAU=\n";
    let many = format!("t\n\n{}", line.repeat(MAX_SIGNATURES + 1));
    for (bytes, error) in [
        (b"".to_vec(), NoSignatures),
        (b"t\n".to_vec(), NoSignatures),
        (b"t\n\n".to_vec(), NoSignatures),
        (format!("t\n{line}").into(), NoSignatures),
        (format!("t\n\n{}", line.trim_end()).into(), NoFinalNewline),
        (
            format!("t\r\n\n{line}").into(),
            ControlCharacter { offset: 1 },
        ),
        (
            format!("t\n\n{line}\t\n").into(),
            ControlCharacter { offset: 18 },
        ),
        (
            format!("\0\n\n{line}").into(),
            ControlCharacter { offset: 0 },
        ),
        (b"t\xff\n\n".to_vec(), NotUtf8 { offset: 1 }),
        (format!("t\n\n{line}x\n").into(), SignatureLine { line: 2 }),
        (
            format!("t\n\n{}", line.replace('—', "-")).into(),
            SignatureLine { line: 1 },
        ),
        (
            format!("t\n\n{}", line.replace("n A", "n  A")).into(),
            SignatureLine { line: 1 },
        ),
        (
            format!("t\n\n{}", line.replace('n', "n+")).into(),
            SignatureLine { line: 1 },
        ),
        (
            format!("t\n\n{}", line.replace('n', "\u{2003}")).into(),
            SignatureLine { line: 1 },
        ),
        (
            format!("t\n\n{}", line.replace("AU=", "AV=")).into(),
            SignatureLine { line: 1 },
        ),
        (
            format!("t\n\n{}", line.replace("BAU=", "BA==")).into(),
            SignatureLine { line: 1 },
        ),
        (
            b"t\n\n\xe2\x80\x94 n AQIDBA==\n".to_vec(),
            SignatureLine { line: 1 },
        ),
        (
            b"t\n\n\xe2\x80\x94  AQIDBAU=\n".to_vec(),
            SignatureLine { line: 1 },
        ),
        (many.into(), TooManySignatures),
        (vec![b'a'; MAX_NOTE_BYTES + 1], TooLong(MAX_NOTE_BYTES + 1)),
    ] {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        assert_eq!(Note::parse(&bytes), Err(error), "{shown:?}");
    }
}

#[test]
fn a_text_may_have_empty_lines_and_look_like_a_note_itself() {
    let inner = format!("{EXAMPLE_NOTE}\nafter an empty line\n");
    let signed = Note::new(&inner, vec![log_signer().sign(&inner)]).unwrap();
    let read = note(&signed.to_string());
    assert_eq!(read.text(), inner);
    assert!(read.verify([log_signer().verifier()]).is_ok());
}

#[test]
fn a_note_cannot_be_made_that_could_not_be_read() {
    let line = log_signer().sign("t\n");
    assert_eq!(Note::new("t", vec![line.clone()]), Err(NoteError::Text));
    assert_eq!(Note::new("", vec![line.clone()]), Err(NoteError::Text));
    assert_eq!(Note::new("t\n", vec![]), Err(NoteError::NoSignatures));
    let control = NoteError::ControlCharacter { offset: 1 };
    assert_eq!(Note::new("t\r\n", vec![line.clone()]), Err(control));
    let many = vec![line.clone(); MAX_SIGNATURES];
    let full = Note::new("t\n", many).unwrap();
    assert_eq!(note(&full.to_string()), full);
    assert_eq!(
        full.with_signature(line.clone()),
        Err(NoteError::TooManySignatures)
    );
    let long = format!("{}\n", "t".repeat(MAX_NOTE_BYTES));
    assert!(matches!(
        Note::new(&long, vec![line]),
        Err(NoteError::TooLong(_))
    ));
    for length in [0, MAX_SIGNATURE_BYTES + 1] {
        assert!(
            NoteSignature::new(name("n"), KeyId::from_bytes([0; 4]), vec![0; length]).is_none()
        );
    }
}

#[test]
fn a_vkey_in_any_other_form_is_refused() {
    use VkeyError::*;
    let rfc_6962 = "example.org+00000000+BQAA";
    let ml_dsa = "example.org+00000000+BgAA";
    // The neutral element: everything would verify under a lax rule.
    let weak = "example.org+00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (text, error) in [
        ("", Shape),
        ("example.org", Shape),
        ("example.org+12408df7", Shape),
        ("+12408df7+AQ==", Name(KeyNameError::Empty)),
        (
            "a b+12408df7+AQ==",
            Name(KeyNameError::Character { offset: 1 }),
        ),
        ("a+12408DF7+AQ==", KeyId),
        ("a+12408df+AQ==", KeyId),
        ("a+12408df7+AQ", Base64),
        ("a+12408df7+", Base64),
        (rfc_6962, UnsupportedType(5)),
        (ml_dsa, PublicKey(Algorithm::MlDsa44)),
        ("a+12408df7+AQ==", PublicKey(Algorithm::Ed25519)),
        ("a+12408df7+BA==", PublicKey(Algorithm::CosignatureV1)),
        (weak, PublicKey(Algorithm::Ed25519)),
    ] {
        assert_eq!(VerifierKey::parse(text), Err(error), "{text}");
    }
    let other_id = LOG_VKEY.replace("12408df7", "12408df8");
    assert!(matches!(
        VerifierKey::parse(&other_id),
        Err(WrongKeyId { .. })
    ));
    let other_name = LOG_VKEY.replace("ledger", "lodger");
    assert!(matches!(
        VerifierKey::parse(&other_name),
        Err(WrongKeyId { .. })
    ));
    let long = "n".repeat(MAX_VKEY_BYTES + 1);
    assert_eq!(VerifierKey::parse(&long), Err(TooLong(long.len())));
    let long = "n".repeat(MAX_KEY_NAME_BYTES + 1);
    assert_eq!(KeyName::new(&long), Err(KeyNameError::TooLong(256)));
}

#[test]
fn a_secret_key_in_any_other_form_is_refused() {
    use SkeyError::*;
    let key = Key(Algorithm::Ed25519);
    for (text, error) in [
        (LOG_VKEY.to_owned(), Shape),
        (LOG_SKEY.replace("PRIVATE", "private"), Shape),
        (LOG_SKEY.replace("12408df7", "12408df8"), WrongKeyId),
        (LOG_SKEY.replace("12408df7", "12408DF7"), KeyId),
        (LOG_SKEY.replace("AQAB", "BAAB"), key),
        (LOG_SKEY.replace("HR4f", ""), key),
        (
            LOG_SKEY.replace("ledger", "l edger"),
            Name(KeyNameError::Character { offset: 1 }),
        ),
    ] {
        assert_eq!(NoteSigner::parse_skey(&text).unwrap_err(), error, "{text}");
    }
    let as_witness = Cosigner::parse_skey(LOG_SKEY).unwrap_err();
    assert_eq!(as_witness, Key(Algorithm::CosignatureV1));
}
