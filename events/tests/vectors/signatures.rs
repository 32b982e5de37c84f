//! Verdicts of strict verification, on signatures made elsewhere.

use cinnabar_events::{PublicKey, Signature, SignatureBytes, verify};
use serde_json::Value as Json;

#[test]
fn strict_verification_gives_the_verdicts_of_the_vectors() {
    let file = std::fs::read_to_string(super::path("signatures.json")).unwrap();
    let file: Json = serde_json::from_str(&file).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let text = |case: &Json, member: &str| case[member].as_str().unwrap().to_owned();
    let (mut good, mut bad) = (0, 0);
    for case in cases {
        let key: [u8; 32] = super::unhex(&text(case, "key")).try_into().unwrap();
        let sig: [u8; 64] = super::unhex(&text(case, "sig")).try_into().unwrap();
        let signature = Signature {
            key: PublicKey::from_bytes(key),
            sig: SignatureBytes::from_bytes(sig),
        };
        let valid = verify(&super::unhex(&text(case, "message")), &signature).is_ok();
        assert_eq!(Json::Bool(valid), case["valid"], "{}", text(case, "name"));
        *if valid { &mut good } else { &mut bad } += 1;
    }
    assert!(good >= 4 && bad >= 20, "{good} valid, {bad} not");
}

/// Signatures that don't have the one spelling are no signatures at all.
#[test]
fn a_signature_has_one_spelling() {
    let file = std::fs::read_to_string(super::path("signatures.json")).unwrap();
    let file: Json = serde_json::from_str(&file).unwrap();
    for case in file["spellings"].as_array().unwrap() {
        let parsed = case["sig"].as_str().unwrap().parse::<SignatureBytes>();
        assert_eq!(Json::Bool(parsed.is_ok()), case["valid"], "{case}");
    }
}
