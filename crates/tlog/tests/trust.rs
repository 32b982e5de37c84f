//! Offline proofs and the policies that they are verified with.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use cinnabar_tlog::*;
use common::*;

fn policy(text: &str) -> TrustPolicy {
    TrustPolicy::parse(text).unwrap()
}

/// The log and witnesses `w1` to `w4` with the quorum lines given.
fn with_witnesses(quorum: &str) -> String {
    let mut text = format!("log {LOG_VKEY}\nwitness w1 {WITNESS_VKEY}\n");
    for number in 2..=4 {
        let key = other_witness(number);
        text += &format!("witness w{number} {}\n", key.verifier());
    }
    text + quorum
}

/// The checkpoint at 5, cosigned by those witnesses.
fn cosigned(witnesses: &[u8]) -> Note {
    let five = checkpoint(5);
    let note = five.sign(&log_signer()).unwrap();
    witnesses.iter().fold(note, |note, number| {
        let by = match number {
            1 => witness(),
            _ => other_witness(*number),
        };
        note.with_signature(by.cosign(&five, time())).unwrap()
    })
}

#[test]
fn the_proof_file_is_as_computed_elsewhere() {
    let tree = tree(5);
    let index = LeafIndex::new(2);
    let proof = TlogProof {
        extra: None,
        index,
        inclusion: inclusion_proof(index, tree.size(), &tree).unwrap(),
        checkpoint: cosigned(&[1]),
    };
    assert_eq!(proof.to_string(), proof_file());
    assert_eq!(TlogProof::parse(proof_file().as_bytes()), Ok(proof));
}

#[test]
fn a_proof_file_shows_its_entry_and_no_other() {
    let proof = TlogProof::parse(proof_file().as_bytes()).unwrap();
    let log = VerifierKey::parse(LOG_VKEY).unwrap();
    assert_eq!(proof.verify_with_key(&entry(2), &log), Ok(checkpoint(5)));
    let policy = policy(&with_witnesses("quorum w1"));
    let trusted = proof.verify(&entry(2), &policy).unwrap();
    assert_eq!(trusted.checkpoint, checkpoint(5));
    let names: Vec<_> = trusted
        .cosigned
        .iter()
        .map(|(by, at)| (by.name(), *at))
        .collect();
    assert_eq!(names, [("w1", time())]);

    for other in [0, 1, 3, 4, 5] {
        let refused = proof.verify_with_key(&entry(other), &log).unwrap_err();
        let VerifyTlogProofError::Rejected(TlogProofRejection::Inclusion { .. }) = refused else {
            panic!("{refused}");
        };
        assert!(proof.verify(&entry(other), &policy).is_err());
    }
    let stranger = NoteSigner::from_seed(name(ORIGIN), &[3; 32]);
    let refused = proof.verify_with_key(&entry(2), stranger.verifier());
    let unsigned = TlogProofRejection::Signature(NoteRejection::NoKnownSignature);
    assert_eq!(refused, Err(VerifyTlogProofError::Rejected(unsigned)));
}

#[test]
fn a_proof_file_needs_the_quorum_of_the_policy() {
    let proof = TlogProof::parse(proof_file().as_bytes()).unwrap();
    let policy = policy(&with_witnesses("group g all w1 w2\nquorum g\n"));
    let missed = PolicyRejection::Quorum {
        quorum: "g".into(),
        cosigned: 1,
    };
    let missed = VerifyTlogProofError::Rejected(TlogProofRejection::Policy(missed));
    assert_eq!(proof.verify(&entry(2), &policy), Err(missed));
}

#[test]
fn no_changed_byte_of_a_proof_file_is_accepted() {
    let file = proof_file();
    let policy = policy(&with_witnesses("quorum w1"));
    for place in 0..file.len() {
        for change in [0x01, 0x04, 0x80] {
            let mut bytes = file.clone().into_bytes();
            bytes[place] ^= change;
            if let Ok(proof) = TlogProof::parse(&bytes) {
                assert!(proof.verify(&entry(2), &policy).is_err(), "byte {place}");
            }
        }
    }
}

#[test]
fn extra_is_carried_and_proves_nothing() {
    let mut proof = TlogProof::parse(proof_file().as_bytes()).unwrap();
    for extra in [vec![], b"anything".to_vec(), vec![0; MAX_EXTRA_BYTES]] {
        proof.extra = Some(extra);
        let read = TlogProof::parse(proof.to_string().as_bytes()).unwrap();
        assert_eq!(read, proof);
        assert!(
            read.verify(&entry(2), &policy(&with_witnesses("quorum w1")))
                .is_ok()
        );
    }
    proof.extra = Some(vec![0; MAX_EXTRA_BYTES + 1]);
    let refused = TlogProof::parse(proof.to_string().as_bytes());
    assert_eq!(refused, Err(TlogProofError::Extra));
}

#[test]
fn a_proof_file_in_any_other_form_is_refused() {
    use TlogProofError::*;
    let file = proof_file();
    let hash = "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=\n";
    for (bytes, error) in [
        (String::new(), NoEmptyLine),
        (file.replace("@v1", "@v2"), Header),
        (file.replace("index 2", "index 02"), Index),
        (
            file.replace("index 2", "extra AA==\nextra AA==\nindex 2"),
            Index,
        ),
        (file.replace("index 2\n", ""), Index),
        (
            file.replace("index 2", "index 2\nextra AA=="),
            HashLine { line: 1 },
        ),
        (file.replace("index 2", "extra A\nindex 2"), Extra),
        (file.replace("0jo5", "0jo"), HashLine { line: 2 }),
        (
            file.replace(hash, &hash.repeat(MAX_PROOF_HASHES)),
            ProofTooLong,
        ),
        (PROOF_2_IN_5.to_owned(), Note(NoteError::NoSignatures)),
        (
            "a".repeat(MAX_TLOG_PROOF_BYTES + 1),
            TooLong(MAX_TLOG_PROOF_BYTES + 1),
        ),
    ] {
        assert_eq!(
            TlogProof::parse(bytes.as_bytes()),
            Err(error),
            "{bytes:.80}"
        );
    }
    let not_a_checkpoint = note_of("nothing\n");
    let proof = TlogProof {
        checkpoint: not_a_checkpoint,
        ..TlogProof::parse(file.as_bytes()).unwrap()
    };
    let refused = proof.verify_with_key(&entry(2), log_signer().verifier());
    assert_eq!(
        refused,
        Err(VerifyTlogProofError::Malformed(CheckpointError::Lines))
    );
}

fn note_of(text: &str) -> Note {
    Note::new(text, vec![log_signer().sign(text)]).unwrap()
}

#[test]
fn quorums_count_as_the_policy_says() {
    let two_levels = "group agencies 2 w1 w2 w3\ngroup both all agencies w4\nquorum both\n";
    for (quorum, witnesses, met) in [
        ("quorum none", &[][..], true),
        ("quorum w1", &[], false),
        ("quorum w1", &[1], true),
        ("quorum w1", &[2], false),
        ("group g any w1 w2\nquorum g", &[], false),
        ("group g any w1 w2\nquorum g", &[2], true),
        ("group g 2 w1 w2 w3\nquorum g", &[3], false),
        ("group g 2 w1 w2 w3\nquorum g", &[3, 1], true),
        ("group g 2 w1 w2 w3\nquorum g", &[3, 3], false),
        ("group g 2 w1 w2 w3\nquorum g", &[3, 4], false),
        ("group g all w1 w2 w3\nquorum g", &[1, 2], false),
        ("group g all w1 w2 w3\nquorum g", &[3, 2, 1], true),
        (two_levels, &[1, 2, 3], false),
        (two_levels, &[1, 4], false),
        (two_levels, &[1, 3, 4], true),
        (two_levels, &[1, 2, 3, 4], true),
    ] {
        let policy = policy(&with_witnesses(quorum));
        let result = policy.evaluate(&cosigned(witnesses));
        assert_eq!(
            result.is_ok(),
            met,
            "{quorum:?} by {witnesses:?}: {result:?}"
        );
    }
}

#[test]
fn a_policy_believes_only_its_logs_and_never_a_bad_signature() {
    let policy = policy(&with_witnesses("quorum w1"));
    let elsewhere = NoteSigner::from_seed(name("elsewhere.example.org"), &[1; 32]);
    let other = Checkpoint {
        origin: elsewhere.name().clone(),
        ..checkpoint(5)
    };
    let note = other.sign(&elsewhere).unwrap();
    let unknown = PolicyRejection::UnknownLog(elsewhere.name().clone());
    assert_eq!(policy.evaluate(&note), Err(TrustedError::Rejected(unknown)));

    let five = checkpoint(5);
    let impostor = NoteSigner::from_seed(name(ORIGIN), &[1; 32]);
    let by_impostor = five.sign(&impostor).unwrap();
    let by_impostor = by_impostor
        .with_signature(witness().cosign(&five, time()))
        .unwrap();
    let unsigned = PolicyRejection::Signature(NoteRejection::NoKnownSignature);
    assert_eq!(
        policy.evaluate(&by_impostor),
        Err(TrustedError::Rejected(unsigned))
    );

    let w2 = other_witness(2);
    let forged = NoteSignature::new(w2.name().clone(), w2.verifier().id(), vec![0; 72]).unwrap();
    let spoiled = cosigned(&[1]).with_signature(forged).unwrap();
    let bad = NoteRejection::BadSignature {
        name: w2.name().clone(),
        key_id: w2.verifier().id(),
    };
    let bad = TrustedError::Rejected(PolicyRejection::Signature(bad));
    assert_eq!(policy.evaluate(&spoiled), Err(bad));
}

#[test]
fn of_a_witnesss_cosignatures_the_latest_counts() {
    let five = checkpoint(5);
    let later = PosixSeconds::new(COSIGNED_AT + 60).unwrap();
    let note = cosigned(&[1])
        .with_signature(witness().cosign(&five, later))
        .unwrap();
    let note = note
        .with_signature(witness().cosign(&five, time()))
        .unwrap();
    let policy = policy(&with_witnesses("quorum w1"));
    let trusted = policy.evaluate(&note).unwrap();
    let times: Vec<_> = trusted.cosigned.iter().map(|(_, at)| *at).collect();
    assert_eq!(times, [later]);
}

#[test]
fn a_policy_reads_with_comments_spaces_and_addresses() {
    let text = format!(
        "# who is believed\n\n  log\t{LOG_VKEY}  log-address \n\twitness w1 {WITNESS_VKEY} witness-address\n#\ngroup g 1 w1\nquorum g"
    );
    let policy = policy(&text);
    assert_eq!(policy.logs()[0].key().to_string(), LOG_VKEY);
    assert_eq!(policy.logs()[0].url(), Some("log-address"));
    let witness = policy.witnesses().next().unwrap();
    assert_eq!(
        (witness.name(), witness.url()),
        ("w1", Some("witness-address"))
    );
    assert_eq!(witness.key().to_string(), WITNESS_VKEY);
    let group = policy.groups().next().unwrap();
    assert_eq!(
        (group.name(), group.threshold(), group.member_count()),
        ("g", 1, 1)
    );
    assert_eq!(policy.quorum(), Some("g"));
}

#[test]
fn a_policy_in_any_other_form_is_refused_at_its_line() {
    use PolicyFault::*;
    let w2 = other_witness(2).verifier().to_string();
    // Each is put after five lines: a log and the witnesses w1 to w4.
    for (lines, line, fault) in [
        ("", 7, NoQuorum),
        ("quorum w9", 6, UnknownName("w9".into())),
        ("quorum g\ngroup g any w1", 6, UnknownName("g".into())),
        ("quorum none\nquorum none", 7, DuplicateQuorum),
        ("quorum", 6, Words("quorum <name>|none")),
        ("quorum w1 w2", 6, Words("quorum <name>|none")),
        ("qourum w1", 6, Keyword),
        ("quorum w1\r", 6, ControlCharacter),
        ("quorum\u{a0}w1", 6, Keyword),
        ("group g", 6, Words("group <name> <k>|any|all <member>...")),
        ("group g any", 6, Threshold),
        ("group g all", 6, Threshold),
        ("group g 0 w1", 6, Threshold),
        ("group g 3 w1 w2", 6, Threshold),
        ("group g 01 w1", 6, Threshold),
        ("group g most w1", 6, Threshold),
        ("group g any g", 6, UnknownName("g".into())),
        ("group g any w1 w1", 6, DuplicateMember("w1".into())),
        (
            "group g any w1\ngroup h any w1",
            7,
            DuplicateMember("w1".into()),
        ),
        ("group w1 any w2", 6, DuplicateName("w1".into())),
        ("group none any w2", 6, ReservedName("none".into())),
        (&format!("witness w5 {w2}"), 6, DuplicateKey),
        (&format!("witness w5 {LOG_VKEY}"), 6, KeyType),
        (&format!("log {WITNESS_VKEY}"), 6, KeyType),
        (&format!("log {LOG_VKEY}"), 6, DuplicateKey),
        ("log", 6, Words("log <vkey> [<url>]")),
        ("log x y z", 6, Words("log <vkey> [<url>]")),
        ("log x", 6, Key(VkeyError::Shape)),
        (
            "witness w5 x+00000000+BQAA",
            6,
            Key(VkeyError::UnsupportedType(5)),
        ),
        ("witness w5", 6, Words("witness <name> <vkey> [<url>]")),
        (&"#".repeat(MAX_POLICY_BYTES), 1, TooLong),
    ] {
        let refused = TrustPolicy::parse(&with_witnesses(lines)).unwrap_err();
        assert_eq!(refused, PolicyError { line, fault }, "{lines:.60}");
    }
}

#[test]
fn a_policy_has_room_for_many_witnesses_and_an_end() {
    let mut text = format!("log {LOG_VKEY}\n");
    for number in 0..MAX_POLICY_DEFINITIONS {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&(number as u64 + 1).to_le_bytes());
        let key = Cosigner::from_seed(name("w"), &seed);
        text += &format!("witness w{number} {}\n", key.verifier());
    }
    assert!(TrustPolicy::parse(&format!("{text}quorum none")).is_ok());
    let refused = TrustPolicy::parse(&format!("{text}group g any w0\nquorum none"));
    assert_eq!(refused.unwrap_err().fault, PolicyFault::TooMany);
}
