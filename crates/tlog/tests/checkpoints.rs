//! Checkpoints, their cosignatures and the requests to witnesses, with values computed elsewhere.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use cinnabar_tlog::*;
use common::*;
use sha2::{Digest as _, Sha256};

fn vkey(vkey: &str) -> VerifierKey {
    VerifierKey::parse(vkey).unwrap()
}

fn note(text: &str) -> Note {
    Note::parse(text.as_bytes()).unwrap()
}

#[test]
fn a_log_signs_the_checkpoints_computed_elsewhere_byte_for_byte() {
    let signed = checkpoint(0).sign(&log_signer()).unwrap();
    assert_eq!(signed.to_string(), CHECKPOINT_0);
    let five = checkpoint(5);
    let signed = five.sign(&log_signer()).unwrap();
    let cosigned = signed
        .with_signature(witness().cosign(&five, time()))
        .unwrap();
    assert_eq!(cosigned.to_string(), CHECKPOINT_5);
}

#[test]
fn a_cosignature_covers_the_bytes_computed_elsewhere() {
    let message = cosigned_message(&checkpoint(5).to_string(), time());
    let digest = Hash::from_bytes(Sha256::digest(message).into());
    assert_eq!(
        digest.to_string(),
        "5351dfb80e7b010ff9833343202e4a74f30cd18324c50f1adefb9a4f19044281"
    );
}

#[test]
fn both_signatures_of_a_cosigned_checkpoint_verify_each_with_its_time() {
    let (log, witness) = (vkey(LOG_VKEY), vkey(WITNESS_VKEY));
    let note = note(CHECKPOINT_5);
    let by_log = VerifiedSignature {
        key: &log,
        time: None,
    };
    let by_witness = VerifiedSignature {
        key: &witness,
        time: Some(time()),
    };
    assert_eq!(note.verify([&witness, &log]), Ok(vec![by_log, by_witness]));
    assert_eq!(note.verify([&witness]), Ok(vec![by_witness]));
    assert_eq!(Checkpoint::open(&note, &log), Ok(checkpoint(5)));
}

#[test]
fn no_changed_byte_of_a_signed_checkpoint_is_accepted() {
    let (log, witness) = (vkey(LOG_VKEY), vkey(WITNESS_VKEY));
    for place in 0..CHECKPOINT_5.len() {
        for change in [0x01, 0x20, 0x80] {
            let mut bytes = CHECKPOINT_5.as_bytes().to_vec();
            bytes[place] ^= change;
            let Ok(note) = Note::parse(&bytes) else {
                continue;
            };
            // A changed name or key id makes the line another's: then one of the two is left.
            let accepted = note.verify([&log, &witness]).map(|verified| verified.len());
            assert!(!matches!(accepted, Ok(2)), "byte {place}");
        }
    }
}

#[test]
fn a_witness_says_the_time_and_no_other_can_be_put_in() {
    let witness = witness();
    let line = witness.cosign(&checkpoint(5), time());
    let text = checkpoint(5).to_string();
    assert!(witness.verifier().verify(&text, &line).is_some());
    let mut later = line.signature().to_vec();
    later[7] += 1;
    let later = NoteSignature::new(line.name().clone(), line.key_id(), later).unwrap();
    assert!(witness.verifier().verify(&text, &later).is_none());
    assert_eq!(PosixSeconds::new(1 << 63), None);
    let mut beyond = line.signature().to_vec();
    beyond[0] = 0x80;
    let beyond = NoteSignature::new(line.name().clone(), line.key_id(), beyond).unwrap();
    assert!(witness.verifier().verify(&text, &beyond).is_none());
}

#[test]
fn a_log_that_changes_keys_signs_with_both_for_a_while() {
    let (old, new) = (log_signer(), NoteSigner::from_seed(name(ORIGIN), &[9; 32]));
    let five = checkpoint(5);
    let note = five.sign(&old).unwrap();
    let both = five.sign_also(note.clone(), &new).unwrap();
    assert_eq!(Checkpoint::open(&both, old.verifier()), Ok(five.clone()));
    assert_eq!(Checkpoint::open(&both, new.verifier()), Ok(five));
    assert_eq!(
        checkpoint(4).sign_also(note, &new),
        Err(SignAlsoError::OtherText)
    );
}

#[test]
fn a_log_signs_under_its_own_name_only_and_is_believed_about_itself_only() {
    let stranger = NoteSigner::from_seed(name("stranger.example.org"), &[8; 32]);
    let mismatch = OriginMismatch {
        key: stranger.name().clone(),
        origin: name(ORIGIN),
    };
    assert_eq!(checkpoint(5).sign(&stranger), Err(mismatch.clone()));
    let text = checkpoint(5).to_string();
    let note = Note::new(&text, vec![stranger.sign(&text)]).unwrap();
    assert_eq!(
        Checkpoint::open(&note, stranger.verifier()),
        Err(OpenError::Origin(mismatch))
    );
    assert_eq!(
        Checkpoint::open(&note, log_signer().verifier()),
        Err(OpenError::Signature(NoteRejection::NoKnownSignature))
    );
}

#[test]
fn only_three_lines_are_a_checkpoint() {
    use CheckpointError::*;
    let root = "Ok42Lo2W3Tm69Qlh4eRHaNdgME0jZaTFIZ6qeQSdjzc=";
    let short = "Ok42Lo2W3Tm69Qlh4eRHaNdgME0jZaTFIZ6qeQSdjw==";
    let empty = Origin(OriginError::Empty);
    let character = |offset| Origin(OriginError::Character { offset });
    let long = format!("{}\n5\n{root}\n", "o".repeat(400));
    for (text, error) in [
        (String::new(), Lines),
        ("o\n5\n".into(), Lines),
        (format!("o\n5\n{root}"), Lines),
        (format!("o\n5\n{root}\nfrozen\n"), Extension),
        (format!("o\n5\n{root}\n\n"), Extension),
        (format!("\n5\n{root}\n"), empty),
        (format!("o o\n5\n{root}\n"), character(1)),
        (format!("o+\n5\n{root}\n"), character(1)),
        (format!("o\n05\n{root}\n"), Size),
        (format!("o\n\n{root}\n"), Size),
        (format!("o\n-5\n{root}\n"), Size),
        (format!("o\n9223372036854775808\n{root}\n"), Size),
        (format!("o\n5\n{short}\n"), Root),
        (format!("o\n5\n{}\n", root.replace('=', "")), Root),
        (format!("o\n5\n{}\n", root.replace("zc=", "zd=")), Root),
        (format!("o\n5\n{root} \n"), Root),
        (long.clone(), TooLong(long.len())),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(error), "{text:?}");
    }
    let text = format!("o\n9223372036854775807\n{root}\n");
    assert_eq!(Checkpoint::parse(&text).unwrap().to_string(), text);
}

#[test]
fn a_witnesss_answer_is_signature_lines_and_nothing_else() {
    let lines: Vec<_> = [witness(), other_witness(2)]
        .iter()
        .map(|witness| witness.cosign(&checkpoint(5), time()))
        .collect();
    let answer: String = lines.iter().map(ToString::to_string).collect();
    assert_eq!(NoteSignature::parse_lines(answer.as_bytes()), Ok(lines));
    let parse = |text: &str| NoteSignature::parse_lines(text.as_bytes());
    assert_eq!(parse(""), Err(NoteError::NoSignatures));
    assert_eq!(parse(answer.trim_end()), Err(NoteError::NoFinalNewline));
    let after_empty = parse(&format!("\n{answer}"));
    assert_eq!(after_empty, Err(NoteError::SignatureLine { line: 1 }));
    assert!(parse(CHECKPOINT_5).is_err());
}

#[test]
fn the_request_to_a_witness_is_as_two_real_witnesses_accepted_it() {
    let expected = "old 5
hLTmmnCs/fRUL/j+PAWLOfw2sfNJlw+bEnBrxg5JEsA=
0GLeeAZ2n1dRjcBuSvzKyiyPkDm/PEFevBeHJQKpIEw=
caj5z+ULAFFOTaExvhIYpnxXvPQpm3Jo7YhvAoNu5iI=
Sye4Ld2OvajWdLQlyV5SpaGjz+rAM8k1O5dTKQJE+kA=
82h/RQS31Y6M+/w6Ez2CHQFfBNGzLrnQFucJaFeHS7c=
H2YNx6mwR1lU3T4X7bk61NZ2LltEAOy6QlMxu+c9TOs=
ZtMAr6JWWvtzOTzL2WVWT3d1NVCaX7i/9s81MtVJ8y0=
dKe3Lw1ntdJAQpfLCjBbJL28mQONXf3wxzu3PHwx8t4=
qAwmHOczj0QmpVRZQwW9BGtKx1HeudpZG/zNnmklr04=
J7d97NIN/qQTOYE+u3hk7DClC0bJeane7VIj0l/JO8I=

ledger.example.org/ai-register
300
iSEdA2GrFiCmTGgJc4ZVoXvOV3kzbN1KtWzGMOgeb9k=

— ledger.example.org/ai-register EkCN9xlqSGmE45OuX+tuJLFKVh0rUMyR8l16SK/3X+xV8wIHs6V1nBRs54Ug5GXyUr2RMFsJ8bx4R4N+E7bEkzmdcgc=
";
    let (old, new) = (Size::new(5), Size::new(300));
    let tree = tree(300);
    let proof = consistency_proof(old, new, &tree).unwrap();
    let checkpoint = checkpoint(300).sign(&log_signer()).unwrap();
    let request = AddCheckpoint {
        old,
        proof,
        checkpoint,
    };
    assert_eq!(request.to_string(), expected);
    assert_eq!(AddCheckpoint::parse(expected.as_bytes()), Ok(request));
}

#[test]
fn a_request_to_a_witness_in_any_other_form_is_refused() {
    use AddCheckpointError::*;
    let hash = "hLTmmnCs/fRUL/j+PAWLOfw2sfNJlw+bEnBrxg5JEsA=\n";
    let ok = format!("old 0\n\n{CHECKPOINT_0}");
    assert_eq!(AddCheckpoint::parse(ok.as_bytes()).unwrap().to_string(), ok);
    let most = format!(
        "old 3\n{}\n{CHECKPOINT_5}",
        hash.repeat(MAX_WITNESS_PROOF_HASHES)
    );
    assert_eq!(
        AddCheckpoint::parse(most.as_bytes()).unwrap().to_string(),
        most
    );
    for (body, error) in [
        (String::new(), NoEmptyLine),
        ("old 5\n".into(), NoEmptyLine),
        (format!("old 05\n\n{CHECKPOINT_5}"), OldLine),
        (format!("5\n\n{CHECKPOINT_5}"), OldLine),
        (
            format!("old 9223372036854775808\n\n{CHECKPOINT_5}"),
            OldLine,
        ),
        (
            format!("old 5\n{hash}x\n\n{CHECKPOINT_5}"),
            ProofLine { line: 2 },
        ),
        (
            format!("old 5\n{}\n{CHECKPOINT_5}", hash.repeat(64)),
            ProofTooLong,
        ),
        ("old 5\n\nnothing\n".into(), Note(NoteError::NoSignatures)),
    ] {
        assert_eq!(
            AddCheckpoint::parse(body.as_bytes()),
            Err(error),
            "{body:.60}"
        );
    }
}
