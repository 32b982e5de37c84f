//! The worked example: one statement and one entry, computed elsewhere in another language.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use cinnabar_events::{
    Commitment, DossierLink, Entry, EntryHash, Revision, Sequence, Signed,
    pre_authentication_encoding, sign,
};
use ed25519_dalek::SigningKey;

const STATEMENT: &str = r#"{"basis":[{"article":"44","instrument":"SZ-AI-2022"}],"commitments":{"/contact":"c1:f170b788b40db6cf964e7c58048f7bfd1f9b930ac6108ddf4fb7c06480aab28e"},"concerns":["organisation/org-0007"],"data":{"conditions":["human in the loop 人工复核"],"expires":"2027-05-20","mode":"pilot","reasons":"Low risk; conforms to ISO/IEC 42001.","route":"trial"},"expects":4,"id":"01930000-0000-7000-8000-000000000001","kind":"approval.granted","ledger":"blake3:1111111111111111111111111111111111111111111111111111111111111111","occurred":"2026-11-20","signers":[{"actor":"actor-li","role":"decision_maker"},{"actor":"actor-chen","role":"decision_maker"}],"subject":"product/01JDEXAMPLE0001","v":1}"#;

fn seed(first: u8) -> SigningKey {
    SigningKey::from_bytes(&std::array::from_fn(|index| first + index as u8))
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn hash(digit: &str) -> EntryHash {
    format!("blake3:{}", digit.repeat(64)).parse().unwrap()
}

#[test]
fn the_worked_example_comes_out_byte_for_byte() {
    assert_eq!(STATEMENT.len(), 683);
    assert_eq!(
        sha256(STATEMENT.as_bytes()),
        "3772cd0037185d83ea50ba1147188bb106fe7211e810849a27f5fdc7916ddf1c"
    );
    assert_eq!(
        sha256(&pre_authentication_encoding(STATEMENT.as_bytes())),
        "8aae0ccc8712940e77c0a066cd692e71fdf207665cc0b735bfedef75e5d2062a"
    );

    let signatures = vec![
        sign(&seed(0x60), STATEMENT.as_bytes()),
        sign(&seed(0x80), STATEMENT.as_bytes()),
    ];
    let verified = Signed::new(STATEMENT.as_bytes(), signatures)
        .unwrap()
        .verify()
        .unwrap();
    assert_eq!(
        verified.statement().to_bytes().unwrap(),
        STATEMENT.as_bytes()
    );

    let dossiers = BTreeMap::from([
        (
            "organisation/org-0007".parse().unwrap(),
            DossierLink {
                revision: Revision::new(2),
                prev: hash("4"),
            },
        ),
        (
            "product/01JDEXAMPLE0001".parse().unwrap(),
            DossierLink {
                revision: Revision::new(4),
                prev: hash("3"),
            },
        ),
    ]);
    let time = "2026-11-22T15:00:00.123456Z".parse().unwrap();
    let entry = Entry::chain(verified, Sequence::new(17), time, hash("2"), dossiers);
    assert_eq!(entry.bytes().len(), 1424);
    assert_eq!(
        entry.hash().to_string(),
        "blake3:363d70a5728d7c571d13cff0b61da9290f7250679fe8f3313c40eea2ca961bc6"
    );
    assert_eq!(
        entry.leaf_hash().to_string(),
        "5ab8dbdffecfbe8965c2aab344b70fde215090d322891fedbba7404a7333e51c"
    );
    assert_eq!(Entry::parse(entry.bytes()).unwrap(), entry);
}

/// A link of three items would be hashed and signed for, and refused by whoever reads the specification.
#[test]
fn a_dossier_link_is_a_pair_and_nothing_more() {
    let file = include_str!("../vectors/kinds.json");
    let file: serde_json::Value = serde_json::from_str(file).unwrap();
    let entry = file["entries"][5]["entry"].as_str().unwrap();
    assert!(Entry::parse(entry.as_bytes()).is_ok());
    let longer = entry.replacen("\"]", "\",99]", 1);
    let fault = Entry::parse(longer.as_bytes()).unwrap_err();
    assert_eq!(fault.code(), "malformed.schema");
    assert!(
        fault.to_string().contains("/dossiers/actor~1actor-new"),
        "{fault}"
    );
}

#[test]
fn the_commitment_comes_out_too() {
    let id = "01930000-0000-7000-8000-000000000001".parse().unwrap();
    let salt = std::array::from_fn(|index| index as u8);
    let commitment = Commitment::to(
        id,
        "/contact",
        &salt,
        "\"Li Wei, +86 755 0000 0000\"".as_bytes(),
    );
    assert_eq!(
        commitment.to_string(),
        "c1:f170b788b40db6cf964e7c58048f7bfd1f9b930ac6108ddf4fb7c06480aab28e"
    );
}

#[test]
fn one_changed_byte_of_a_signed_statement_is_refused() {
    let signature =
        |statement: &[u8]| vec![sign(&seed(0x60), statement), sign(&seed(0x80), statement)];
    let good = signature(STATEMENT.as_bytes());
    let mut changed = STATEMENT.replace("2027-05-20", "2027-05-21");
    assert_eq!(
        Signed::new(changed.as_bytes(), good.clone())
            .unwrap()
            .verify()
            .unwrap_err()
            .code(),
        "signature.invalid"
    );
    changed = STATEMENT.replace("\"v\":1", "\"v\":2");
    assert_eq!(
        Signed::new(changed.as_bytes(), good).unwrap_err().code(),
        "malformed.schema"
    );
}

#[test]
fn what_is_absent_is_left_out_and_not_left_empty() {
    for (name, empty) in [("basis", "[]"), ("concerns", "[]"), ("commitments", "{}")] {
        let value: serde_json::Value = serde_json::from_str(STATEMENT).unwrap();
        let mut members = value.as_object().unwrap().clone();
        members.insert(name.to_owned(), serde_json::from_str(empty).unwrap());
        let bytes = cinnabar_events::encode(&members).unwrap();
        let fault = cinnabar_events::Statement::parse(&bytes).unwrap_err();
        assert!(
            fault.to_string().contains(&format!("at /{name}")),
            "{fault}"
        );
        members.remove(name);
        let bytes = cinnabar_events::encode(&members).unwrap();
        cinnabar_events::Statement::parse(&bytes).unwrap();
    }
}

#[test]
fn a_kind_has_one_name_in_a_rulebook() {
    use cinnabar_events::rulebook::KindName;
    for good in ["approval.granted", "approval.granted-2", "a.b-10"] {
        assert!(good.parse::<KindName>().is_ok(), "{good}");
    }
    for bad in [
        "approval.granted-0",
        "approval.granted-1",
        "approval.granted-02",
        "approval.granted-",
        "approval",
        "Approval.granted",
        "a.b-9999999999",
    ] {
        assert!(bad.parse::<KindName>().is_err(), "{bad}");
    }
}
