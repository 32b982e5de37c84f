//! The certificates of authorities: reading them, and telling which one a token means.

use std::time::Duration;

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Reader, SliceReader, Tag};
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use rustls_pki_types::CertificateDer;
use x509_cert::ext::pkix::name::{GeneralName, GeneralNames};
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use crate::Malformed;
use crate::cms::SignerId;
use crate::info::{SHA_256, algorithm, next_is};

const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
/// RFC 3161 §2.3: id-kp-timeStamping.
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// The digest function with this identifier: SHA-256, SHA-384 or SHA-512.
pub(crate) fn digest_function(algorithm: ObjectIdentifier) -> Option<&'static digest::Algorithm> {
    match algorithm {
        SHA_256 => Some(&SHA256),
        SHA_384 => Some(&SHA384),
        SHA_512 => Some(&SHA512),
        _ => None,
    }
}

/// A certificate: its bytes, and what they say.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    pub(crate) der: CertificateDer<'static>,
    read: x509_cert::Certificate,
}

/// Where a moment lies in a certificate's validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    NotYet,
    Valid,
    Expired,
}

impl Certificate {
    pub(crate) fn parse(der: CertificateDer<'static>) -> Result<Self, der::Error> {
        let read = x509_cert::Certificate::from_der(&der)?;
        Ok(Self { der, read })
    }

    /// The subject as RFC 4514 writes it: `CN=…,O=…`.
    pub(crate) fn subject(&self) -> String {
        self.read.tbs_certificate().subject().to_string()
    }

    /// Whether a token that names its signer so means this certificate.
    pub(crate) fn is(&self, id: &SignerId) -> bool {
        let certificate = self.read.tbs_certificate();
        match id {
            SignerId::IssuerAndSerial { issuer, serial } => {
                certificate.issuer() == issuer && certificate.serial_number() == serial
            }
            SignerId::KeyIdentifier(id) => certificate
                .get_extension::<SubjectKeyIdentifier>()
                .is_ok_and(|found| found.is_some_and(|(_, key)| key.0.as_bytes() == id)),
        }
    }

    /// RFC 3161 §2.3: time-stamping is the one extended key usage, and the extension is critical. RFC 5280 §4.2.1.3:
    /// where key usages are named, signing is among them.
    pub(crate) fn may_stamp(&self) -> bool {
        let certificate = self.read.tbs_certificate();
        let for_stamps = certificate
            .get_extension::<ExtendedKeyUsage>()
            .is_ok_and(|found| {
                found.is_some_and(|(critical, usage)| critical && usage.0 == [TIME_STAMPING])
            });
        let may_sign = certificate.get_extension::<KeyUsage>().is_ok_and(|found| {
            found.is_none_or(|(_, usage)| usage.digital_signature() || usage.non_repudiation())
        });
        for_stamps && may_sign
    }

    /// RFC 5280 §4.2.1.3: where key usages are named, signing certificates is among them.
    pub(crate) fn may_issue(&self) -> bool {
        let found = self.read.tbs_certificate().get_extension::<KeyUsage>();
        found.is_ok_and(|found| found.is_none_or(|(_, usage)| usage.key_cert_sign()))
    }

    /// Both ends belong to the validity (RFC 5280 §4.1.2.5), which is in whole seconds.
    pub(crate) fn validity_at(&self, since_1970: Duration) -> Validity {
        let validity = self.read.tbs_certificate().validity();
        let second = since_1970.as_secs();
        if second < validity.not_before.to_unix_duration().as_secs() {
            Validity::NotYet
        } else if second > validity.not_after.to_unix_duration().as_secs() {
            Validity::Expired
        } else {
            Validity::Valid
        }
    }
}

/// What a signing-certificate attribute says about the signer's certificate: its digest, and perhaps its issuer and
/// serial number (ESSCertID of RFC 2634 §5.4.1, ESSCertIDv2 of RFC 5035 §4).
#[derive(Debug, Clone)]
pub(crate) struct SignerReference {
    digest: DigestOfCertificate,
    value: Vec<u8>,
    issuer_and_serial: Option<(Option<Name>, SerialNumber)>,
}

#[derive(Debug, Clone, Copy)]
enum DigestOfCertificate {
    /// ESSCertID knows no other.
    Sha1,
    Named(ObjectIdentifier),
}

impl SignerReference {
    /// `SigningCertificate { certs SEQUENCE OF ESSCertID, policies OPTIONAL }`: the first is the signer's.
    pub(crate) fn decode_old(attribute: AnyRef<'_>) -> Result<Self, Malformed> {
        first(attribute, |reader| {
            reader.sequence(|reader| Self::rest(reader, DigestOfCertificate::Sha1))
        })
    }

    /// `SigningCertificateV2`: the same with `hashAlgorithm AlgorithmIdentifier DEFAULT sha256` before each digest.
    pub(crate) fn decode_new(attribute: AnyRef<'_>) -> Result<Self, Malformed> {
        first(attribute, |reader| {
            reader.sequence(|reader| {
                let digest = match next_is(reader, Tag::Sequence) {
                    true => algorithm(reader)?,
                    false => SHA_256,
                };
                Self::rest(reader, DigestOfCertificate::Named(digest))
            })
        })
    }

    fn rest(reader: &mut SliceReader<'_>, digest: DigestOfCertificate) -> Result<Self, Malformed> {
        let value = <&OctetStringRef>::decode(reader)?.as_bytes().to_vec();
        let issuer_and_serial = match next_is(reader, Tag::Sequence) {
            true => Some(reader.sequence(issuer_and_serial)?),
            false => None,
        };
        Ok(Self {
            digest,
            value,
            issuer_and_serial,
        })
    }

    /// Whether it means this certificate.
    pub(crate) fn means(&self, certificate: &Certificate) -> bool {
        let function = match self.digest {
            DigestOfCertificate::Sha1 => Some(&SHA1_FOR_LEGACY_USE_ONLY),
            DigestOfCertificate::Named(algorithm) => digest_function(algorithm),
        };
        let same_digest = function.is_some_and(|function| {
            digest::digest(function, &certificate.der).as_ref() == self.value
        });
        let named = certificate.read.tbs_certificate();
        same_digest
            && self
                .issuer_and_serial
                .as_ref()
                .is_none_or(|(issuer, serial)| {
                    issuer.as_ref() == Some(named.issuer()) && serial == named.serial_number()
                })
    }
}

/// Reads the first of the certificates that an attribute lists.
fn first(
    attribute: AnyRef<'_>,
    one: impl FnOnce(&mut SliceReader<'_>) -> Result<SignerReference, Malformed>,
) -> Result<SignerReference, Malformed> {
    attribute.sequence(|reader| {
        let certificates = AnyRef::decode(reader)?;
        // Policies, if any, are not ours to judge.
        if !reader.is_finished() {
            AnyRef::decode(reader)?;
        }
        der::Tagged::tag(&certificates).assert_eq(Tag::Sequence)?;
        one(&mut SliceReader::new(certificates.value())?)
    })
}

/// `IssuerSerial { issuer GeneralNames, serialNumber }`. The issuer is one directory name; anything else is none.
fn issuer_and_serial(
    reader: &mut SliceReader<'_>,
) -> Result<(Option<Name>, SerialNumber), Malformed> {
    let names = GeneralNames::decode(reader)?;
    let issuer = match names.as_slice() {
        [GeneralName::DirectoryName(name)] => Some(name.clone()),
        _ => None,
    };
    Ok((issuer, SerialNumber::decode(reader)?))
}
