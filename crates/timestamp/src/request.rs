use cinnabar_tlog::Note;

use crate::{Imprint, Nonce, Token};

/// What stands before the 32 bytes of the imprint:
/// `SEQUENCE (67) { INTEGER 1, SEQUENCE { SEQUENCE { sha256, NULL }, OCTET STRING (32)`.
const BEFORE_IMPRINT: [u8; 24] = [
    0x30, 75, 0x02, 1, 1, 0x30, 49, 0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
    0x02, 0x01, 0x05, 0, 0x04, 32,
];
/// What stands before the 16 bytes of the nonce: `INTEGER (16)`.
const BEFORE_NONCE: [u8; 2] = [0x02, 16];
/// The end: `certReq BOOLEAN TRUE`, so that the token carries the signer's certificate.
const CERTIFICATES_PLEASE: [u8; 3] = [0x01, 1, 0xff];

/// The question to an authority (TimeStampReq, RFC 3161 §2.4.1). It holds a digest and a random number, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    imprint: Imprint,
    nonce: Nonce,
}

/// A token that answers another question than the one asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// It is over something else.
    #[error("the answer is over another imprint")]
    OtherImprint,
    /// It was made for somebody else, or earlier.
    #[error("the answer has another nonce")]
    OtherNonce,
}

impl Request {
    /// Asks for a time-stamp over a checkpoint: over the note's text, see [`Imprint::of`].
    pub fn over(note: &Note, nonce: Nonce) -> Self {
        Self::over_imprint(Imprint::of(note), nonce)
    }

    /// Asks for a time-stamp over an imprint.
    pub fn over_imprint(imprint: Imprint, nonce: Nonce) -> Self {
        Self { imprint, nonce }
    }

    /// What it asks about.
    pub fn imprint(&self) -> &Imprint {
        &self.imprint
    }

    /// The DER: 77 bytes, always.
    ///
    /// ```text
    /// SEQUENCE { 1, SEQUENCE { SEQUENCE { sha256, NULL }, OCTET STRING imprint }, INTEGER nonce, TRUE }
    /// ```
    pub fn to_der(&self) -> Vec<u8> {
        [
            BEFORE_IMPRINT.as_slice(),
            self.imprint.as_bytes(),
            &BEFORE_NONCE,
            self.nonce.as_bytes(),
            &CERTIFICATES_PLEASE,
        ]
        .concat()
    }

    /// Whether the token answers this question. Says nothing about who made it: that is [`Token::verify`].
    ///
    /// # Errors
    /// [`Unanswered`].
    pub fn check(&self, token: &Token) -> Result<(), Unanswered> {
        if token.info().imprint() != Some(self.imprint) {
            return Err(Unanswered::OtherImprint);
        }
        if !token.info().answers(&self.nonce) {
            return Err(Unanswered::OtherNonce);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_the_der_that_rfc_3161_describes() {
        use der::{AnyRef, Decode, asn1::ObjectIdentifier};
        let request = Request::over_imprint(Imprint::new([7; 32]), Nonce::of([0xff; 16])).to_der();
        assert_eq!(request.len(), 77);
        AnyRef::from_der(&request)
            .unwrap()
            .sequence(|reader| {
                use der::Reader;
                assert_eq!(u8::decode(reader)?, 1);
                reader.sequence(|reader| {
                    reader.sequence(|reader| {
                        assert_eq!(ObjectIdentifier::decode(reader)?, crate::info::SHA_256);
                        der::asn1::Null::decode(reader)
                    })?;
                    let imprint = <&der::asn1::OctetStringRef>::decode(reader)?;
                    assert_eq!(imprint.as_bytes(), [7; 32]);
                    Ok::<_, der::Error>(())
                })?;
                let nonce = der::asn1::UintRef::decode(reader)?;
                assert_eq!(nonce.as_bytes(), Nonce::of([0xff; 16]).as_bytes());
                assert!(bool::decode(reader)?);
                Ok::<_, der::Error>(())
            })
            .unwrap();
    }

    #[test]
    fn a_nonce_is_positive_and_never_short() {
        for bytes in [[0; 16], [0xff; 16]] {
            assert!((0x40..0x80).contains(&Nonce::of(bytes).as_bytes()[0]));
        }
        assert_ne!(Nonce::random().unwrap(), Nonce::random().unwrap());
    }
}
