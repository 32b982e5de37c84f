//! Time-stamps made with `openssl ts` are verified here and by `openssl ts -verify` alike. Needs openssl 3.0 on PATH.
#![allow(clippy::unwrap_used)]

mod support;

use cinnabar_timestamp::{
    Authorities, Imprint, Nonce, OpensslFiles, Rejection, Request, Response, SettingsError,
    Unanswered,
};
use support::{Desk, ISSUES, Key, LONG, STAMPS, checkpoint, settings};

const NONCE: [u8; 16] = *b"any old nonce...";

fn request(size: u64) -> Request {
    Request::over(&checkpoint(size), Nonce::of(NONCE))
}

#[test]
fn a_checkpoint_is_stamped_and_both_verify_it() {
    for (key, digest) in [
        (Key::Rsa, "sha256"),
        (Key::Rsa, "sha384"),
        (Key::Rsa, "sha512"),
        (Key::P256, "sha256"),
        (Key::P256, "sha384"),
        (Key::P384, "sha256"),
        (Key::P384, "sha384"),
    ] {
        let desk = Desk::with_signer(key);
        let note = checkpoint(1000);
        let request = request(1000);
        let answer = desk.answer(&request.to_der(), "tsa", &format!("signer_digest={digest}"));
        let token = Response::parse(&answer).unwrap().into_token().unwrap();
        request.check(&token).unwrap();
        let stamped = token
            .verify(&Imprint::of(&note), &desk.trust("root"))
            .unwrap();
        assert_eq!(
            (stamped.authority.as_str(), stamped.signer.as_str()),
            ("authority", "CN=tsa")
        );
        let info = stamped.info;
        assert_eq!(info.serial(), "0a02");
        assert_eq!(info.policy(), "1.2.3.4");
        assert_eq!(info.authority(), Some("CN=tsa"));
        assert!(info.is_ordered() && info.answers(&Nonce::of(NONCE)));
        let off = info.accuracy().unwrap().span();
        assert_eq!(off.as_micros(), 1_500_100);
        assert_eq!(
            info.not_after().since_1970() - info.time().since_1970(),
            off
        );

        let files = OpensslFiles::new(&note, &token);
        files.write(desk.path()).unwrap();
        let both = format!(
            "-data {} -in {}",
            OpensslFiles::DATA,
            OpensslFiles::RESPONSE
        );
        assert_eq!(
            desk.openssl_verifies(&format!("{both} -CAfile root.pem")),
            Ok(()),
            "{key:?}"
        );
        desk.write("token.der", token.der());
        let token = format!(
            "-data {} -in token.der -token_in -CAfile root.pem",
            OpensslFiles::DATA
        );
        assert_eq!(desk.openssl_verifies(&token), Ok(()));
        assert_eq!(files.response.len(), answer.len() - granted_words(&answer));
    }
}

/// `openssl ts` adds "Operation Okay" to the status; the kept answer has no words.
fn granted_words(answer: &[u8]) -> usize {
    let words = b"Operation Okay";
    let found = answer.windows(words.len()).any(|it| it == words);
    if found { words.len() + 4 } else { 0 }
}

#[test]
fn the_imprint_is_over_the_signed_bytes_and_not_over_the_signatures() {
    let note = checkpoint(5);
    let shown = note.to_string();
    let (text, _) = shown.split_once("\n\n").unwrap();
    assert_eq!(
        Imprint::of(&note),
        Imprint::of_bytes(format!("{text}\n").as_bytes())
    );
    assert_ne!(Imprint::of(&note), Imprint::of_bytes(shown.as_bytes()));
}

#[test]
fn a_time_stamp_over_something_else_is_refused_by_both() {
    let desk = Desk::with_signer(Key::P256);
    let token = desk.token(&request(1));
    let other = checkpoint(2);
    let refused = token.verify(&Imprint::of(&other), &desk.trust("root"));
    assert_eq!(refused, Err(Rejection::OtherImprint));
    assert_eq!(request(2).check(&token), Err(Unanswered::OtherImprint));
    OpensslFiles::new(&other, &token)
        .write(desk.path())
        .unwrap();
    let said = desk.openssl_verifies("-data checkpoint.txt -in checkpoint.tsr -CAfile root.pem");
    assert!(said.unwrap_err().contains("message imprint mismatch"));
}

#[test]
fn a_time_stamp_over_another_digest_is_over_another_imprint() {
    let desk = Desk::with_signer(Key::P256);
    desk.write("data", "x");
    desk.openssl("ts -query -data data -sha512 -cert -out sha512.tsq");
    let answer = desk.answer(&desk.read("sha512.tsq"), "tsa", "");
    let token = Response::parse(&answer).unwrap().into_token().unwrap();
    assert_eq!(token.info().imprint(), None);
    let refused = token.verify(&Imprint::of_bytes(b"x"), &desk.trust("root"));
    assert_eq!(refused, Err(Rejection::OtherImprint));
}

#[test]
fn an_authority_that_nobody_configured_is_refused_by_both() {
    let (desk, other) = (Desk::with_signer(Key::Rsa), Desk::new());
    let note = checkpoint(1);
    let token = desk.token(&request(1));
    other.certify("stranger", "stranger", Key::P256, ISSUES, LONG);
    let refused = token.verify(&Imprint::of(&note), &other.trust("stranger"));
    assert_eq!(refused, Err(Rejection::UnknownAuthority));
    let nobody = token.verify(&Imprint::of(&note), &Authorities::default());
    assert_eq!(nobody, Err(Rejection::UnknownAuthority));
    // Another authority whose root has the same name: its key is another one.
    let namesake = token.verify(&Imprint::of(&note), &other.trust("root"));
    assert!(matches!(namesake, Err(Rejection::Chain(_))), "{namesake:?}");
    OpensslFiles::new(&note, &token)
        .write(other.path())
        .unwrap();
    for name in ["stranger", "root"] {
        let said = other.openssl_verifies(&format!(
            "-data checkpoint.txt -in checkpoint.tsr -CAfile {name}.pem"
        ));
        assert!(said.unwrap_err().contains("certificate verify error"));
    }
}

#[test]
fn an_authority_is_told_from_others_by_its_own_certificates() {
    let (desk, other) = (Desk::with_signer(Key::P256), Desk::new());
    let both = [
        settings("first", &other.pem("root")),
        settings("second", &desk.pem("root")),
    ];
    let trust = Authorities::new(&both).unwrap();
    let stamped = desk
        .token(&request(1))
        .verify(request(1).imprint(), &trust)
        .unwrap();
    assert_eq!(stamped.authority, "second");
    let twice = [both[0].clone(), both[0].clone()];
    let refused = Authorities::new(&twice).unwrap_err();
    assert_eq!(refused, SettingsError::Twice("first".to_owned()));
}

#[test]
fn a_chain_of_a_few_holds_and_an_intermediate_or_the_signer_can_be_trusted_alone() {
    let desk = Desk::new();
    desk.certify("middle", "root", Key::P384, ISSUES, LONG);
    desk.certify("sub", "middle", Key::Rsa, ISSUES, LONG);
    desk.certify("tsa", "sub", Key::P256, STAMPS, LONG);
    let note = checkpoint(1);
    let request = request(1);
    let token = desk.token(&request);
    OpensslFiles::new(&note, &token).write(desk.path()).unwrap();
    for (name, options) in [("sub", "-partial_chain"), ("tsa", "-partial_chain")] {
        assert!(
            token.verify(request.imprint(), &desk.trust(name)).is_ok(),
            "{name}"
        );
        let verified = desk.openssl_verifies(&format!(
            "-data checkpoint.txt -in checkpoint.tsr {options} -CAfile {name}.pem"
        ));
        assert_eq!(verified, Ok(()), "{name}");
    }
    // The middle one came with nobody: the chain has a hole.
    let hole = token.verify(request.imprint(), &desk.trust("root"));
    assert_eq!(hole, Err(Rejection::UnknownAuthority));
    let with_middle = support::trust(&(desk.pem("root") + &desk.pem("middle")));
    assert!(token.verify(request.imprint(), &with_middle).is_ok());
    let untrusted = "-data checkpoint.txt -in checkpoint.tsr -CAfile root.pem";
    assert!(desk.openssl_verifies(untrusted).is_err());
    assert_eq!(
        desk.openssl_verifies(&format!("{untrusted} -untrusted middle.pem")),
        Ok(())
    );
}

#[test]
fn a_token_without_certificates_needs_the_signers_in_the_configuration() {
    let desk = Desk::with_signer(Key::P256);
    let mut query = request(1).to_der();
    // Without certReq, the last three bytes.
    query.truncate(query.len() - 3);
    query[1] -= 3;
    let answer = desk.answer(&query, "tsa", "");
    let token = Response::parse(&answer).unwrap().into_token().unwrap();
    let imprint = *request(1).imprint();
    assert_eq!(
        token.verify(&imprint, &desk.trust("root")),
        Err(Rejection::NoSigner)
    );
    assert!(token.verify(&imprint, &desk.trust("tsa")).is_ok());
}

#[test]
fn old_tokens_that_name_the_certificate_by_sha_1_are_verified() {
    let desk = Desk::with_signer(Key::P256);
    for settings in [
        "ess_cert_id_alg=sha1",
        "ess_cert_id_alg=sha512",
        "ess_cert_id_chain=yes",
    ] {
        let answer = desk.answer(&request(1).to_der(), "tsa", settings);
        let token = Response::parse(&answer).unwrap().into_token().unwrap();
        let verified = token.verify(request(1).imprint(), &desk.trust("root"));
        assert!(verified.is_ok(), "{settings}: {verified:?}");
    }
}

#[test]
fn another_nonce_is_another_question() {
    let desk = Desk::with_signer(Key::P256);
    let token = desk.token(&request(1));
    let again = Request::over(&checkpoint(1), Nonce::of([1; 16]));
    assert_eq!(again.check(&token), Err(Unanswered::OtherNonce));
    desk.write("again.tsq", again.to_der());
    desk.write("token.der", token.der());
    let said =
        desk.openssl_verifies("-queryfile again.tsq -in token.der -token_in -CAfile root.pem");
    assert!(said.unwrap_err().contains("nonce mismatch"));
}
