//! Signed notes and what is built of them.

use std::sync::LazyLock;

use cinnabar_tlog::{
    AddCheckpoint, Algorithm, Checkpoint, Cosigner, MAX_POLICY_DEFINITIONS, MAX_SIGNATURES,
    MAX_VKEY_BYTES, Note, NoteSignature, NoteSigner, PqCosigner, TlogProof, TrustPolicy,
    VerifierKey,
};

/// The vkeys of the corpus: a log's, a witness's, and an ML-DSA-44 witness's.
static KEYS: LazyLock<Vec<VerifierKey>> = LazyLock::new(|| {
    let keys = include_str!("../corpus/keys.txt");
    let keys = keys.lines().map(VerifierKey::parse);
    keys.collect::<Result<_, _>>().expect("the corpus has keys")
});

/// A signed note: written as it was read; if a key of the corpus signed it, so did it the note with that line alone.
pub fn note(data: &[u8]) {
    let Ok(note) = Note::parse(data) else { return };
    assert_eq!(note.to_string().as_bytes(), data);
    assert!((1..=MAX_SIGNATURES).contains(&note.signatures().len()));
    let again = Note::new(note.text(), note.signatures().to_vec());
    assert_eq!(again.as_ref(), Ok(&note));
    let Ok(verified) = note.verify(KEYS.iter()) else {
        return;
    };
    assert!(!verified.is_empty() && verified.len() <= note.signatures().len());
    for signature in verified {
        let key = signature.key;
        let own = note.filtered(|line| line.key_id() == key.id() && line.name() == key.name());
        let own = own.expect("a line that verified is there");
        assert!(own.verify([key]).is_ok());
        assert_eq!(
            signature.time.is_none(),
            key.algorithm() == Algorithm::Ed25519
        );
        if let Ok(opened) = Checkpoint::open(&note, key) {
            assert_eq!(opened.to_string(), note.text());
            assert_eq!(&opened.origin, key.name());
        }
    }
}

/// The lines that a witness answers.
pub fn signature_lines(data: &[u8]) {
    if let Ok(lines) = NoteSignature::parse_lines(data) {
        let written: String = lines.iter().map(ToString::to_string).collect();
        assert_eq!(written.as_bytes(), data);
    }
}

/// The three lines of a checkpoint.
pub fn checkpoint(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
}

/// A public key: of one spelling, and the parts make the same key.
pub fn vkey(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
        assert!(text.len() <= MAX_VKEY_BYTES);
        let parts = VerifierKey::new(key.name().clone(), key.algorithm(), key.public_bytes());
        assert_eq!(parts, Ok(key));
    }
}

/// A secret key: of one spelling, and of one type.
pub fn skey(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let texts = [
        NoteSigner::parse_skey(text).map(|key| key.to_skey()),
        Cosigner::parse_skey(text).map(|key| key.to_skey()),
        PqCosigner::parse_skey(text).map(|key| key.to_skey()),
    ];
    assert!(texts.iter().filter(|read| read.is_ok()).count() <= 1);
    for read in texts.into_iter().flatten() {
        assert_eq!(*read, text);
    }
}

/// The body of a request to a witness.
pub fn add_checkpoint(data: &[u8]) {
    if let Ok(request) = AddCheckpoint::parse(data) {
        assert_eq!(request.to_string().as_bytes(), data);
    }
}

/// An offline proof, for some entry of the corpus.
pub fn tlog_proof(data: &[u8]) {
    let Ok(proof) = TlogProof::parse(data) else {
        return;
    };
    assert_eq!(proof.to_string().as_bytes(), data);
    for key in KEYS.iter() {
        if let Ok(checkpoint) = proof.verify_with_key(b"incident 1 on model A", key) {
            assert!(checkpoint.size.contains(proof.index));
            assert!(
                proof
                    .verify_with_key(b"incident 2 on model A", key)
                    .is_err()
            );
        }
    }
}

/// A trust policy: what it says does not depend on blanks and comments, and each rule is bounded.
pub fn trust_policy(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let Ok(policy) = TrustPolicy::parse(text) else {
        return;
    };
    let mut plain = Vec::new();
    for line in text.split('\n') {
        let words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        if words.first().is_some_and(|first| !first.starts_with('#')) {
            plain.push(words.join(" "));
        }
    }
    assert_eq!(TrustPolicy::parse(&plain.join("\n")).as_ref(), Ok(&policy));
    assert!(policy.logs().len() <= MAX_POLICY_DEFINITIONS);
    assert!(
        policy
            .logs()
            .iter()
            .all(|log| log.key().algorithm().is_for_logs())
    );
    let names: Vec<&str> = policy.witnesses().map(|witness| witness.name()).collect();
    let groups: Vec<_> = policy.groups().collect();
    assert!(names.len() + groups.len() <= MAX_POLICY_DEFINITIONS);
    for group in &groups {
        assert!((1..=group.member_count()).contains(&group.threshold()));
    }
    let defined = |name| names.contains(&name) || groups.iter().any(|group| group.name() == name);
    assert!(policy.quorum().is_none_or(defined));
    // Nobody has signed: whoever is asked for, it is not met.
    let unsigned = note_of_nobody(&policy);
    assert!(unsigned.is_none_or(|note| policy.evaluate(&note).is_err()));
}

/// A checkpoint of the policy's first log that only a stranger signed.
fn note_of_nobody(policy: &TrustPolicy) -> Option<Note> {
    let log = policy.logs().first()?;
    let text = format!(
        "{}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        log.key().name()
    );
    let stranger = NoteSigner::from_seed("stranger".parse().ok()?, &[0x5a; 32]);
    Note::new(&text, vec![stranger.sign(&text)]).ok()
}
