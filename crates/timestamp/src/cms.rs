//! CMS signed data (RFC 5652 §5) as far as a time-stamp token uses it: one signer, signed attributes.
//! Read into slices of the token's own bytes, so that what is verified is what was sent.

use der::asn1::{AnyRef, Null, ObjectIdentifier, OctetStringRef};
use der::{Decode, Reader, SliceReader, Tag, Tagged};
use rustls_pki_types::CertificateDer;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use crate::Malformed;
use crate::attributes::Attributes;
use crate::certificate::SignerReference;
use crate::info::{algorithm, context, next_is};

/// id-signedData (RFC 5652 §5.1).
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-ct-TSTInfo (RFC 3161 §2.4.2).
pub(crate) const TST_INFO: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// Certificates in a token that are read: a signer and a chain of a few, with room.
const MAX_CERTIFICATES: usize = 16;
/// Digest algorithms that a token may declare; one signer uses one.
const MAX_DIGESTS: usize = 8;

/// The signed data of a token.
#[derive(Debug, Clone)]
pub(crate) struct SignedData {
    /// The DER of the TSTInfo.
    pub(crate) content: Vec<u8>,
    /// The certificates that came with it, in its order, not yet looked into.
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    pub(crate) signer: SignerInfo,
}

/// Who signed, and what (RFC 5652 §5.3).
#[derive(Debug, Clone)]
pub(crate) struct SignerInfo {
    pub(crate) id: SignerId,
    pub(crate) digest: ObjectIdentifier,
    /// The signed attributes as they are signed: with the tag of a SET OF (RFC 5652 §5.4).
    pub(crate) signed: Vec<u8>,
    pub(crate) message_digest: Vec<u8>,
    /// What the signing-certificate attributes, old and new, say about the signer's certificate; at least one.
    pub(crate) references: Vec<SignerReference>,
    pub(crate) scheme: ObjectIdentifier,
    pub(crate) signature: Vec<u8>,
}

/// How a token names its signer's certificate.
#[derive(Debug, Clone)]
pub(crate) enum SignerId {
    IssuerAndSerial { issuer: Name, serial: SerialNumber },
    KeyIdentifier(Vec<u8>),
}

impl SignedData {
    /// `ContentInfo { contentType, content [0] EXPLICIT SignedData }`, and nothing behind it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = SliceReader::new(bytes)?;
        let data = reader.sequence(|reader| {
            let kind = ObjectIdentifier::decode(reader)?;
            if kind != SIGNED_DATA {
                return Err(Malformed::NotSignedData(kind));
            }
            let mut content = tagged(reader, context(0, true))?;
            let data = content.sequence(Self::fields)?;
            content.finish()?;
            Ok(data)
        })?;
        reader.finish()?;
        Ok(data)
    }

    fn fields(reader: &mut SliceReader<'_>) -> Result<Self, Malformed> {
        let found = u8::decode(reader)?;
        let digests = list(
            reader,
            Tag::Set,
            MAX_DIGESTS,
            "digest algorithms",
            algorithm,
        )?;
        let content = reader.sequence(content)?;
        // 3 is a time-stamp's (RFC 5652 §5.1); 4 and 5 tell of attribute certificates and others beside it.
        version("SignedData", found, 3..=5)?;
        let certificates = match next_is(reader, context(0, true)) {
            true => certificates(reader)?,
            false => Vec::new(),
        };
        // Revocation lists, if any, are not used: a time-stamp is judged by what the caller configured.
        if next_is(reader, context(1, true)) {
            AnyRef::decode(reader)?;
        }
        let mut signers = tagged(reader, Tag::Set)?;
        if signers.is_finished() {
            return Err(Malformed::Signers(0));
        }
        let signer = signers.sequence(SignerInfo::fields)?;
        if !signers.is_finished() {
            return Err(Malformed::Signers(2));
        }
        if !digests.contains(&signer.digest) {
            return Err(Malformed::DigestNotDeclared);
        }
        Ok(Self {
            content,
            certificates,
            signer,
        })
    }
}

impl SignerInfo {
    fn fields(reader: &mut SliceReader<'_>) -> Result<Self, Malformed> {
        let found = u8::decode(reader)?;
        let id = match next_is(reader, context(0, false)) {
            true => {
                version("SignerInfo", found, 3..=3)?;
                SignerId::KeyIdentifier(AnyRef::decode(reader)?.value().to_vec())
            }
            false => {
                version("SignerInfo", found, 1..=1)?;
                reader.sequence(|reader| {
                    Ok::<_, Malformed>(SignerId::IssuerAndSerial {
                        issuer: Name::decode(reader)?,
                        serial: SerialNumber::decode(reader)?,
                    })
                })?
            }
        };
        let digest = algorithm(reader)?;
        let attributes = AnyRef::decode(reader)?;
        if attributes.tag() != context(0, true) {
            return Err(Malformed::Attribute("content-type"));
        }
        let known = Attributes::parse(attributes.value())?;
        let scheme = scheme(reader)?;
        let signature = <&OctetStringRef>::decode(reader)?.as_bytes().to_vec();
        // Unsigned attributes: anybody can add them, so nothing is read out of them.
        if next_is(reader, context(1, true)) {
            AnyRef::decode(reader)?;
        }
        Ok(Self {
            id,
            digest,
            signed: der::Encode::to_der(&AnyRef::new(Tag::Set, attributes.value())?)?,
            message_digest: known.message_digest,
            references: known.references,
            scheme,
            signature,
        })
    }
}

/// `EncapsulatedContentInfo { eContentType, eContent [0] EXPLICIT OCTET STRING }`.
fn content(reader: &mut SliceReader<'_>) -> Result<Vec<u8>, Malformed> {
    let kind = ObjectIdentifier::decode(reader)?;
    if kind != TST_INFO {
        return Err(Malformed::NotATimestamp(kind));
    }
    let inside = AnyRef::decode(reader)?;
    inside.tag().assert_eq(context(0, true))?;
    Ok(<&OctetStringRef>::from_der(inside.value())?
        .as_bytes()
        .to_vec())
}

/// `CertificateSet`: the X.509 certificates; other kinds (attribute certificates, obsolete ones) are passed over.
fn certificates(reader: &mut SliceReader<'_>) -> Result<Vec<CertificateDer<'static>>, Malformed> {
    let one = |reader: &mut SliceReader<'_>| {
        let is_x509 = next_is(reader, Tag::Sequence);
        let bytes = reader.tlv_bytes()?.to_vec();
        Ok(is_x509.then(|| CertificateDer::from(bytes)))
    };
    let all = list(
        reader,
        context(0, true),
        MAX_CERTIFICATES,
        "certificates",
        one,
    )?;
    Ok(all.into_iter().flatten().collect())
}

/// `AlgorithmIdentifier` of a signature: RSA PKCS #1 has NULL beside it, ECDSA nothing (RFC 5754 §3). What is more
/// belongs to schemes that are not verified here, RSASSA-PSS above all.
fn scheme(reader: &mut SliceReader<'_>) -> Result<ObjectIdentifier, Malformed> {
    reader.sequence(|reader| {
        let scheme = ObjectIdentifier::decode(reader)?;
        if next_is(reader, Tag::Sequence) {
            AnyRef::decode(reader)?;
        } else if !reader.is_finished() {
            Null::decode(reader)?;
        }
        Ok(scheme)
    })
}

/// A list of at most `limit` elements under `tag`.
fn list<'a, T>(
    reader: &mut SliceReader<'a>,
    tag: Tag,
    limit: usize,
    what: &'static str,
    one: impl Fn(&mut SliceReader<'a>) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    let mut inside = tagged(reader, tag)?;
    let mut all = Vec::new();
    while !inside.is_finished() {
        if all.len() == limit {
            return Err(too_many(what, limit));
        }
        all.push(one(&mut inside)?);
    }
    Ok(all)
}

/// A reader of what stands under `tag`.
fn tagged<'a>(reader: &mut SliceReader<'a>, tag: Tag) -> Result<SliceReader<'a>, Malformed> {
    let element = AnyRef::decode(reader)?;
    element.tag().assert_eq(tag)?;
    Ok(SliceReader::new(element.value())?)
}

fn version(
    structure: &'static str,
    found: u8,
    known: std::ops::RangeInclusive<u8>,
) -> Result<(), Malformed> {
    match known.contains(&found) {
        true => Ok(()),
        false => Err(Malformed::Version { structure, found }),
    }
}

pub(crate) fn too_many(what: &'static str, limit: usize) -> Malformed {
    Malformed::TooMany { what, limit }
}
