/// The bytes are not a time-stamp token, or not an answer of an authority (RFC 3161 §2.4.2, RFC 5652 §5.1).
///
/// Says nothing about trust: that is [`Rejection`](crate::Rejection).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// More bytes than any honest authority sends.
    #[error("{found} bytes, at most {limit} are read")]
    TooLong {
        /// How many there are.
        found: usize,
        /// How many are read.
        limit: usize,
    },
    /// Not DER, or not the structure that has to stand here.
    #[error("not the expected DER structure")]
    Der(#[from] der::Error),
    /// The outer content is not CMS signed data.
    #[error("not CMS signed data but content of type {0}")]
    NotSignedData(der::asn1::ObjectIdentifier),
    /// The signed content is not a TSTInfo, by its own word or by the signed attribute.
    #[error("not a time-stamp but signed content of type {0}")]
    NotATimestamp(der::asn1::ObjectIdentifier),
    /// A structure has a version that this reader does not know.
    #[error("{structure} has version {found}")]
    Version {
        /// The ASN.1 name of the structure.
        structure: &'static str,
        /// The version that it says.
        found: u8,
    },
    /// RFC 3161 §2.4.2: a token is signed by the authority and by nobody else.
    #[error("{0} signatures instead of one")]
    Signers(usize),
    /// A list is longer than is read.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What the list holds.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
    /// A signed attribute that has to be there once, with one value, is not.
    #[error("the signed attribute {0} is not there exactly once with one value")]
    Attribute(&'static str),
    /// The signer's digest is not among the digests of the signed data.
    #[error("the signer's digest algorithm is not declared")]
    DigestNotDeclared,
    /// Not a time of RFC 3161 §2.4.2: `YYYYMMDDhhmmss[.s...]Z`, no trailing zeros, from 1970 on.
    #[error("not a time in UTC as RFC 3161 spells it")]
    Time,
    /// The accuracy has a part out of its range (RFC 3161 §2.4.2: millis and micros are 1 to 999).
    #[error("accuracy out of range")]
    Accuracy,
    /// The time-stamp has an extension that must be understood, and is not.
    #[error("unknown critical extension {0}")]
    CriticalExtension(der::asn1::ObjectIdentifier),
    /// The answer says that there is a token and has none, or the other way round.
    #[error("status {status} {}", if *token { "with a token" } else { "without a token" })]
    Status {
        /// PKIStatus as a number.
        status: u8,
        /// Whether a token came with it.
        token: bool,
    },
}
