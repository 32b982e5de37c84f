use der::asn1::{AnyRef, BitStringRef, Utf8StringRef};
use der::{Decode, Reader, SliceReader, Tag};

use crate::info::next_is;
use crate::{MAX_TOKEN_BYTES, Malformed, Token};

/// Bytes of an answer that are read: a token and a status with a few sentences.
pub const MAX_RESPONSE_BYTES: usize = MAX_TOKEN_BYTES + 4096;
/// Sentences of a status that are read.
const MAX_SENTENCES: usize = 8;

/// Reasons of PKIFailureInfo by bit (RFC 3161 §2.4.2).
const REASONS: [(usize, &str); 8] = [
    (0, "unknown algorithm"),
    (2, "request not permitted"),
    (5, "bad data format"),
    (14, "no time source"),
    (15, "unknown policy"),
    (16, "unknown extension"),
    (17, "additional information not available"),
    (25, "system failure"),
];

/// An authority's answer (TimeStampResp, RFC 3161 §2.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response(Result<Token, Refused>);

/// The authority does not stamp, and says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused with status {status}: {}", said(.reasons, .text))]
pub struct Refused {
    /// PKIStatus: 2 rejection, 3 waiting, 4 revocation warning, 5 revocation.
    pub status: u8,
    /// What the failure bits mean, in our words.
    pub reasons: Vec<&'static str>,
    /// What the authority says, in its words. Untrusted text: `Display` shows it with escapes.
    pub text: Vec<String>,
}

fn said(reasons: &[&str], text: &[String]) -> String {
    let text = text.iter().map(|text| format!("{text:?}"));
    let all: Vec<_> = reasons
        .iter()
        .map(|&it| it.to_owned())
        .chain(text)
        .collect();
    match all.is_empty() {
        true => "no reason given".to_owned(),
        false => all.join(", "),
    }
}

impl Response {
    /// Reads the DER of an answer: `SEQUENCE { PKIStatusInfo, timeStampToken OPTIONAL }`.
    ///
    /// A token comes with the statuses 0 (granted) and 1 (granted with changes), and with no other.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_RESPONSE_BYTES {
            return Err(Malformed::TooLong {
                found: bytes.len(),
                limit: MAX_RESPONSE_BYTES,
            });
        }
        let mut reader = SliceReader::new(bytes)?;
        let (refused, token) = reader.sequence(|reader| {
            let status = reader.sequence(status)?;
            let token = match reader.is_finished() {
                true => None,
                false => Some(Token::parse(reader.tlv_bytes()?)?),
            };
            Ok::<_, Malformed>((status, token))
        })?;
        reader.finish()?;
        match (refused.status, token) {
            (0 | 1, Some(token)) => Ok(Self(Ok(token))),
            (2..=5, None) => Ok(Self(Err(refused))),
            (status, token) => Err(Malformed::Status {
                status,
                token: token.is_some(),
            }),
        }
    }

    /// The token, or the refusal.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn into_token(self) -> Result<Token, Refused> {
        self.0
    }
}

/// `PKIStatusInfo { status, statusString SEQUENCE OF UTF8String OPTIONAL, failInfo BIT STRING OPTIONAL }`.
fn status(reader: &mut SliceReader<'_>) -> Result<Refused, Malformed> {
    let status = u8::decode(reader)?;
    let mut text = Vec::new();
    if next_is(reader, Tag::Sequence) {
        let mut sentences = SliceReader::new(AnyRef::decode(reader)?.value())?;
        while !sentences.is_finished() {
            if text.len() == MAX_SENTENCES {
                return Err(Malformed::TooMany {
                    what: "sentences",
                    limit: MAX_SENTENCES,
                });
            }
            text.push(Utf8StringRef::decode(&mut sentences)?.as_str().to_owned());
        }
    }
    let mut reasons = Vec::new();
    if next_is(reader, Tag::BitString) {
        let bits = BitStringRef::decode(reader)?;
        let is_set = |bit| bits.get(bit) == Some(true);
        reasons = REASONS
            .iter()
            .filter(|(bit, _)| is_set(*bit))
            .map(|(_, text)| *text)
            .collect();
    }
    Ok(Refused {
        status,
        reasons,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_why() {
        let mut der = vec![0x30, 18, 0x30, 16, 2, 1, 2, 0x30, 5, 0x0c, 3];
        der.extend_from_slice(b"no\n");
        der.extend_from_slice(&[3, 4, 5, 0x80, 0, 0x20]);
        let refused = Response::parse(&der).unwrap().into_token().unwrap_err();
        assert_eq!(
            refused.to_string(),
            r#"refused with status 2: unknown algorithm, "no\n""#
        );
    }

    #[test]
    fn a_refusal_may_be_mute() {
        let refused = Response::parse(&[0x30, 5, 0x30, 3, 2, 1, 2])
            .unwrap()
            .into_token();
        assert_eq!(
            refused.unwrap_err().to_string(),
            "refused with status 2: no reason given"
        );
    }

    #[test]
    fn granted_without_a_token_is_malformed() {
        for status in [0, 1, 6, 255] {
            let bytes = match status {
                255 => vec![0x30, 6, 0x30, 4, 2, 2, 0, 255],
                status => vec![0x30, 5, 0x30, 3, 2, 1, status],
            };
            let token = false;
            assert_eq!(
                Response::parse(&bytes),
                Err(Malformed::Status { status, token })
            );
        }
    }

    #[test]
    fn an_answer_ends_where_it_ends() {
        assert!(Response::parse(&[0x30, 5, 0x30, 3, 2, 1, 2, 0]).is_err());
        assert!(Response::parse(&[]).is_err());
        assert!(matches!(
            Response::parse(&[0; MAX_RESPONSE_BYTES + 1]),
            Err(Malformed::TooLong { .. })
        ));
    }
}
