//! Which certificates vouch for a time-stamp, and when; `openssl ts -verify` agrees. Needs openssl 3.0 on PATH.
#![allow(clippy::unwrap_used)]

mod support;

use cinnabar_timestamp::{Imprint, OpensslFiles, Rejection, Token};
use support::{Desk, ISSUES, Key, LONG, STAMPS, checkpoint, info};

fn imprint() -> Imprint {
    Imprint::of(&checkpoint(1))
}

#[test]
fn certificates_are_judged_at_the_time_stamped() {
    let desk = Desk::new();
    desk.certify(
        "past",
        "root",
        Key::P256,
        STAMPS,
        ("20250101000000Z", "20250201000000Z"),
    );
    let imprint = imprint();
    // Signed when the certificate was valid: still good today, and openssl agrees once it is told the time.
    for (time, posix, expected) in [
        ("20250115120000Z", 1_736_942_400, Ok(())),
        ("20250101000000Z", 1_735_689_600, Ok(())),
        ("20250131235959Z", 1_738_367_999, Ok(())),
        (
            "20241231235959.999Z",
            1_735_689_599,
            Err(Rejection::NotYetValid),
        ),
        ("20250201000001Z", 1_738_368_001, Err(Rejection::Expired)),
        ("20260801000000Z", 1_785_542_400, Err(Rejection::Expired)),
    ] {
        let token = Token::parse(&desk.forge(&info(&imprint, time, &[]), "past", "")).unwrap();
        assert_eq!(token.info().time().posix().get(), posix);
        for trusted in ["root", "past"] {
            let verdict = token.verify(&imprint, &desk.trust(trusted)).map(drop);
            assert_eq!(verdict, expected, "{time} by {trusted}");
        }
        OpensslFiles::new(&checkpoint(1), &token)
            .write(desk.path())
            .unwrap();
        let verdict = desk.openssl_verifies(&format!(
            "-data checkpoint.txt -in checkpoint.tsr -CAfile root.pem -attime {posix}"
        ));
        assert_eq!(verdict.is_ok(), expected.is_ok(), "{time}: {verdict:?}");
    }
}

#[test]
fn an_expired_root_vouches_for_nothing_after_it() {
    let desk = Desk::new();
    desk.certify(
        "short",
        "short",
        Key::P256,
        ISSUES,
        ("20250101000000Z", "20250201000000Z"),
    );
    desk.certify("tsa", "short", Key::P256, STAMPS, LONG);
    let imprint = imprint();
    for (time, expected) in [
        ("20250115000000Z", Ok(())),
        ("20250301000000Z", Err(Rejection::Expired)),
    ] {
        let token = Token::parse(&desk.forge(&info(&imprint, time, &[]), "tsa", "")).unwrap();
        assert_eq!(
            token.verify(&imprint, &desk.trust("short")).map(drop),
            expected
        );
    }
}

#[test]
fn a_certificate_that_is_not_for_time_stamps_alone_stamps_nothing() {
    let desk = Desk::new();
    let imprint = imprint();
    let content = info(&imprint, "20260801000000Z", &[]);
    for (name, extensions) in [
        ("bare", "basicConstraints=CA:false"),
        ("mail", "extendedKeyUsage=critical,emailProtection"),
        (
            "both",
            "extendedKeyUsage=critical,timeStamping,emailProtection",
        ),
        ("lax", "extendedKeyUsage=timeStamping"),
        (
            "cipher",
            "keyUsage=keyEncipherment\nextendedKeyUsage=critical,timeStamping",
        ),
    ] {
        desk.certify(name, "root", Key::P256, extensions, LONG);
        let token = Token::parse(&desk.forge(&content, name, "")).unwrap();
        for trusted in ["root", name] {
            let verdict = token.verify(&imprint, &desk.trust(trusted));
            assert_eq!(verdict, Err(Rejection::NotForTimestamps), "{name}");
        }
        OpensslFiles::new(&checkpoint(1), &token)
            .write(desk.path())
            .unwrap();
        let said =
            desk.openssl_verifies("-data checkpoint.txt -in checkpoint.tsr -CAfile root.pem");
        assert!(said.is_err(), "{name}");
    }
}

#[test]
fn who_may_not_issue_vouches_for_nobody() {
    let desk = Desk::new();
    let imprint = imprint();
    let content = info(&imprint, "20260801000000Z", &[]);
    for (name, extensions) in [
        ("leaf", "basicConstraints=critical,CA:false"),
        (
            "silent",
            "basicConstraints=critical,CA:true\nkeyUsage=critical,digitalSignature",
        ),
    ] {
        desk.certify(name, "root", Key::P256, extensions, LONG);
        desk.certify("tsa", name, Key::P256, STAMPS, LONG);
        let sent = format!("-certfile {name}.pem");
        let token = Token::parse(&desk.forge(&content, "tsa", &sent)).unwrap();
        let verdict = token.verify(&imprint, &desk.trust("root"));
        assert!(
            matches!(verdict, Err(Rejection::NotAnIssuer | Rejection::Chain(_))),
            "{name}: {verdict:?}"
        );
        OpensslFiles::new(&checkpoint(1), &token)
            .write(desk.path())
            .unwrap();
        let said =
            desk.openssl_verifies("-data checkpoint.txt -in checkpoint.tsr -CAfile root.pem");
        assert!(said.is_err(), "{name}");
    }
}

#[test]
fn schemes_that_are_not_verified_here_are_named() {
    let desk = Desk::with_signer(Key::P521);
    let content = info(&imprint(), "20260801000000Z", &[]);
    let token = Token::parse(&desk.forge(&content, "tsa", "-md sha512")).unwrap();
    let verdict = token.verify(&imprint(), &desk.trust("root"));
    assert!(
        matches!(verdict, Err(Rejection::Algorithm { .. })),
        "{verdict:?}"
    );
    let rsa = Desk::with_signer(Key::Rsa);
    let token = rsa.forge(&content, "tsa", "-keyopt rsa_padding_mode:pss");
    let verdict = Token::parse(&token)
        .unwrap()
        .verify(&imprint(), &rsa.trust("root"));
    assert!(
        matches!(verdict, Err(Rejection::Algorithm { .. })),
        "{verdict:?}"
    );
}
