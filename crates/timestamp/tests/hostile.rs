//! Whatever the bytes: no panic, and nothing is believed that the authority didn't say. Needs openssl 3.0 on PATH.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::OnceLock;

use cinnabar_timestamp::{
    Authorities, Imprint, MAX_TOKEN_BYTES, Malformed, Nonce, Rejection, Request, Response, Stamped,
    Token,
};
use proptest::prelude::*;
use support::{Desk, Key, checkpoint, der, info, settings, trust};

const TIME: &str = "20260801000000Z";

/// A token of each family of keys, the trust in it, and what it says.
struct Sample {
    token: Vec<u8>,
    root: Vec<u8>,
    trust: Authorities,
    stamped: Stamped,
}

fn imprint() -> Imprint {
    Imprint::of(&checkpoint(1))
}

fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        [Key::Rsa, Key::P256]
            .into_iter()
            .map(|key| {
                let desk = Desk::with_signer(key);
                let token = desk.token(&Request::over(&checkpoint(1), Nonce::of([9; 16])));
                let trust = desk.trust("root");
                desk.openssl("x509 -in root.pem -outform DER -out root.der");
                Sample {
                    root: desk.read("root.der"),
                    stamped: token.verify(&imprint(), &trust).unwrap(),
                    token: token.der().to_vec(),
                    trust,
                }
            })
            .collect()
    })
}

fn verdict(bytes: &[u8], trust: &Authorities) -> Option<Stamped> {
    Token::parse(bytes).ok()?.verify(&imprint(), trust).ok()
}

#[test]
fn every_bit_flipped_in_a_token_by_rsa_is_refused_or_says_the_same() {
    flip_every_bit(&samples()[0]);
}

#[test]
fn every_bit_flipped_in_a_token_by_p256_is_refused_or_says_the_same() {
    flip_every_bit(&samples()[1]);
}

fn flip_every_bit(sample: &Sample) {
    let mut bytes = sample.token.clone();
    // The root came with the token, but the one that counts is the configured one.
    let root = bytes
        .windows(sample.root.len())
        .position(|it| it == sample.root);
    let root = root.unwrap()..root.unwrap() + sample.root.len();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Some(stamped) = verdict(&bytes, &sample.trust) {
            assert!(root.contains(&(bit / 8)), "bit {bit} is not noticed");
            assert_eq!(stamped, sample.stamped, "bit {bit}");
        }
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn every_beginning_of_a_token_is_malformed() {
    for sample in samples() {
        for length in 0..sample.token.len() {
            assert!(Token::parse(&sample.token[..length]).is_err(), "{length}");
        }
        let longer = [sample.token.as_slice(), &[0]].concat();
        assert!(Token::parse(&longer).is_err());
    }
}

#[test]
fn a_token_has_a_longest_length() {
    let (found, limit) = (MAX_TOKEN_BYTES + 1, MAX_TOKEN_BYTES);
    let refused = Token::parse(&vec![0x30; found]);
    assert_eq!(refused, Err(Malformed::TooLong { found, limit }));
}

/// Contents that the authority's own key signed, and that are still not time-stamps.
#[test]
fn signed_nonsense_is_malformed() {
    let desk = Desk::with_signer(Key::P256);
    let good = info(&imprint(), TIME, &[]);
    assert!(verdict(&desk.forge(&good, "tsa", ""), &desk.trust("root")).is_some());
    let extension = |critical: &[u8]| {
        let extension = der(0x30, &[&[6, 2, 0x2a, 5], critical, &[4, 2, 5, 0]]);
        der(0xa1, &[&extension])
    };
    let unknown = info(&imprint(), TIME, &extension(&[]));
    assert!(verdict(&desk.forge(&unknown, "tsa", ""), &desk.trust("root")).is_some());
    let accuracy = |inside: &[u8]| info(&imprint(), TIME, &der(0x30, &[inside]));
    let mut version = good.clone();
    version[4] = 2;
    let critical = info(&imprint(), TIME, &extension(&[1, 1, 0xff]));
    let oid = der::asn1::ObjectIdentifier::new("1.2.5").unwrap();
    let version_error = Malformed::Version {
        structure: "TSTInfo",
        found: 2,
    };
    for (content, expected) in [
        (
            info(&imprint(), "20260801000060Z", &[]),
            Some(Malformed::Time),
        ),
        (
            info(&imprint(), "20260801000000", &[]),
            Some(Malformed::Time),
        ),
        (accuracy(&[0x80, 1, 0]), Some(Malformed::Accuracy)),
        (accuracy(&[0x80, 2, 3, 0xe8]), Some(Malformed::Accuracy)),
        (accuracy(&[0x81, 2, 0, 1]), Some(Malformed::Accuracy)),
        (accuracy(&[0x81, 0]), Some(Malformed::Accuracy)),
        (accuracy(&[2, 5, 1, 0, 0, 0, 0]), None),
        (critical, Some(Malformed::CriticalExtension(oid))),
        (version, Some(version_error)),
        (info(&imprint(), TIME, &[5, 0]), None),
        ([good.as_slice(), &[5, 0]].concat(), None),
        (b"hello".to_vec(), None),
    ] {
        let refused = Token::parse(&desk.forge(&content, "tsa", "")).unwrap_err();
        match expected {
            Some(expected) => assert_eq!(refused, expected),
            None => assert!(matches!(refused, Malformed::Der(_)), "{refused:?}"),
        }
    }
}

#[test]
fn signed_data_that_is_no_time_stamp_is_told_from_one() {
    let desk = Desk::with_signer(Key::P256);
    desk.write("text", "I owe you");
    let sign = "cms -sign -binary -nodetach -in text -signer tsa.pem -inkey tsa.key -outform DER -out text.der";
    desk.openssl(sign);
    let refused = Token::parse(&desk.read("text.der"));
    assert!(
        matches!(refused, Err(Malformed::NotATimestamp(_))),
        "{refused:?}"
    );
    // Right content, but no word of the signer about its certificate.
    desk.write("text", info(&imprint(), TIME, &[]));
    let typed = "-econtent_type 1.2.840.113549.1.9.16.1.4";
    desk.openssl(&format!("{sign} {typed}"));
    let refused = Token::parse(&desk.read("text.der"));
    assert_eq!(refused, Err(Malformed::Attribute("signing-certificate")));
    // Two signers.
    desk.certify("second", "root", Key::P256, support::STAMPS, support::LONG);
    desk.openssl(&format!(
        "{sign} {typed} -cades -signer second.pem -inkey second.key"
    ));
    assert_eq!(
        Token::parse(&desk.read("text.der")),
        Err(Malformed::Signers(2))
    );
}

/// The signature holds under either certificate: only the signed attribute tells them apart.
#[test]
fn a_second_certificate_for_the_same_key_is_not_the_one_that_was_named() {
    let desk = Desk::with_signer(Key::P256);
    let named = desk.pem("tsa");
    desk.openssl(
        "ca -batch -notext -config ca.cnf -cert root.pem -keyfile root.key -in tsa.csr -out again.pem \
         -extfile extensions -startdate 20250101000000Z -enddate 20990101000000Z",
    );
    // Names its signer by the key, and brings no certificate.
    let bare = desk.forge(&info(&imprint(), TIME, &[]), "tsa", "-keyid -nocerts");
    let bare = Token::parse(&bare).unwrap();
    assert!(bare.verify(&imprint(), &trust(&named)).is_ok());
    let other = bare.verify(&imprint(), &trust(&desk.pem("again")));
    assert_eq!(other, Err(Rejection::SigningCertificate));
}

/// Signed once more by the authority's own key, after what it says about its certificate has been changed.
#[test]
fn a_named_certificate_has_the_named_serial_number() {
    let desk = Desk::with_signer(Key::Rsa);
    let token = desk.forge(&info(&imprint(), TIME, &[]), "tsa", "");
    let output = desk.try_openssl("x509 -in tsa.pem -noout -serial");
    let serial = String::from_utf8(output.stdout).unwrap();
    let serial = hex::decode(serial.trim().strip_prefix("serial=").unwrap()).unwrap();
    let (from, to) = signed_attributes(&token);
    let named = from + find(&token[from..to], &serial).expect("-cades names the serial number");
    for (change, accepted) in [(0, true), (1, false)] {
        let mut changed = token.clone();
        changed[named + serial.len() - 1] ^= change;
        // What is signed has the tag of a SET OF.
        desk.write("attributes", [&[0x31], &changed[from + 1..to]].concat());
        desk.openssl("dgst -sha256 -sign tsa.key -out signature attributes");
        let signature = desk.read("signature");
        let at = changed.len() - signature.len();
        changed[at..].copy_from_slice(&signature);
        let verdict = Token::parse(&changed)
            .unwrap()
            .verify(&imprint(), &desk.trust("root"));
        match accepted {
            true => assert!(verdict.is_ok()),
            false => assert_eq!(verdict, Err(Rejection::SigningCertificate)),
        }
    }
}

#[test]
fn a_signed_attribute_is_there_once() {
    let desk = Desk::with_signer(Key::P256);
    let mut token = desk.forge(&info(&imprint(), TIME, &[]), "tsa", "");
    // The signing time becomes a second message digest.
    let at = find(&token, &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5]).unwrap();
    token[at + 10] = 4;
    let refused = Token::parse(&token);
    assert_eq!(refused, Err(Malformed::Attribute("message-digest")));
}

/// Where the signed attributes stand: `a0`, a length of two or three bytes, and the content type first.
fn signed_attributes(token: &[u8]) -> (usize, usize) {
    let kind = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
    let first = find(token, &kind).unwrap() - 2;
    match token[..first] {
        [.., 0xa0, 0x82, high, low] => (
            first - 4,
            first + usize::from(u16::from_be_bytes([high, low])),
        ),
        [.., 0xa0, 0x81, length] => (first - 3, first + usize::from(length)),
        _ => panic!("no signed attributes"),
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|it| it == part)
}

#[test]
fn a_token_put_together_from_two_is_refused() {
    let desk = Desk::with_signer(Key::P256);
    let (early, late) = ("20260101000000Z", "20260801000000Z");
    let token = desk.forge(&info(&imprint(), late, &[]), "tsa", "");
    let at = token
        .windows(15)
        .position(|it| it == late.as_bytes())
        .unwrap();
    let mut dated_back = token.clone();
    dated_back[at..at + 15].copy_from_slice(early.as_bytes());
    let dated_back = Token::parse(&dated_back).unwrap();
    assert_eq!(dated_back.info().time().to_string(), "2026-01-01T00:00:00Z");
    let verdict = dated_back.verify(&imprint(), &desk.trust("root"));
    assert_eq!(verdict, Err(Rejection::MessageDigest));
    // The signature's last byte.
    let mut signature = token;
    *signature.last_mut().unwrap() ^= 1;
    let verdict = Token::parse(&signature)
        .unwrap()
        .verify(&imprint(), &desk.trust("root"));
    assert_eq!(verdict, Err(Rejection::Signature));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Token::parse(&bytes);
        let _ = Response::parse(&bytes);
        let settings = settings("x", &String::from_utf8_lossy(&bytes));
        prop_assert!(Authorities::new(&[settings]).is_err());
    }

    #[test]
    fn no_damage_is_believed(
        which in 0..2usize,
        at in any::<prop::sample::Index>(),
        cut in 0..40usize,
        patch in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let sample = &samples()[which];
        let mut bytes = sample.token.clone();
        let from = at.index(bytes.len());
        let to = (from + cut).min(bytes.len());
        bytes.splice(from..to, patch);
        if let Some(stamped) = verdict(&bytes, &sample.trust) {
            prop_assert_eq!(&stamped, &sample.stamped);
        }
        let _ = Response::parse(&der(0x30, &[&[0x30, 3, 2, 1, 0], &bytes]));
    }
}
