use std::time::Duration;

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Decode, Reader, SliceReader, Tag, TagNumber};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;

use crate::{Imprint, Malformed, Nonce, StampTime};

/// SHA-256 (RFC 5754 §2.2).
pub(crate) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// Bytes of a serial number that are read: RFC 3161 §2.4.2 asks for 160 bits; the sign may take one more byte.
const MAX_SERIAL_BYTES: usize = 21;
/// Bytes of a nonce that are read: twice what we send.
const MAX_NONCE_BYTES: usize = 32;
/// Bytes of a digest that are read: SHA-512.
const MAX_DIGEST_BYTES: usize = 64;
/// Extensions of a time-stamp that are read; known authorities send none or one.
const MAX_EXTENSIONS: usize = 16;

/// What the authority states: a TSTInfo (RFC 3161 §2.4.2), read but not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    policy: ObjectIdentifier,
    digest_algorithm: ObjectIdentifier,
    digest: Vec<u8>,
    serial: Vec<u8>,
    time: StampTime,
    accuracy: Option<Accuracy>,
    ordered: bool,
    nonce: Option<Vec<u8>>,
    authority: Option<String>,
}

/// How far the authority's time may be off, either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accuracy {
    seconds: u32,
    micros: u32,
}

impl Accuracy {
    /// `seconds + millis / 1,000 + micros / 1,000,000`.
    pub fn span(&self) -> Duration {
        Duration::from_secs(u64::from(self.seconds)) + Duration::from_micros(u64::from(self.micros))
    }

    /// `SEQUENCE { seconds INTEGER OPTIONAL, millis [0] 1..999 OPTIONAL, micros [1] 1..999 OPTIONAL }`.
    fn decode<'a>(reader: &mut SliceReader<'a>) -> Result<Self, Malformed> {
        reader.sequence(|reader| {
            let seconds = match next_is(reader, Tag::Integer) {
                true => u32::decode(reader)?,
                false => 0,
            };
            let millis = thousandths(reader, TagNumber(0))?;
            let micros = thousandths(reader, TagNumber(1))?;
            Ok(Self {
                seconds,
                micros: u32::from(millis) * 1000 + u32::from(micros),
            })
        })
    }
}

impl Info {
    /// Reads the DER of a TSTInfo, all of it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = SliceReader::new(bytes)?;
        let info = reader.sequence(Self::fields)?;
        reader.finish()?;
        Ok(info)
    }

    fn fields(reader: &mut SliceReader<'_>) -> Result<Self, Malformed> {
        let version = u8::decode(reader)?;
        if version != 1 {
            return Err(Malformed::Version {
                structure: "TSTInfo",
                found: version,
            });
        }
        let policy = ObjectIdentifier::decode(reader)?;
        let (digest_algorithm, digest) = reader.sequence(|reader| {
            let algorithm = algorithm(reader)?;
            let digest = <&OctetStringRef>::decode(reader)?.as_bytes();
            at_most(digest, MAX_DIGEST_BYTES)?;
            Ok::<_, Malformed>((algorithm, digest.to_vec()))
        })?;
        let serial = integer(reader, MAX_SERIAL_BYTES)?;
        // A GeneralizedTime of `der` has no fraction; RFC 3161's may have one.
        let time = AnyRef::decode(reader)?;
        if der::Tagged::tag(&time) != Tag::GeneralizedTime {
            return Err(Malformed::Time);
        }
        Ok(Self {
            policy,
            digest_algorithm,
            digest,
            serial,
            time: StampTime::parse(time.value())?,
            accuracy: match next_is(reader, Tag::Sequence) {
                true => Some(Accuracy::decode(reader)?),
                false => None,
            },
            ordered: match next_is(reader, Tag::Boolean) {
                true => bool::decode(reader)?,
                false => false,
            },
            nonce: match next_is(reader, Tag::Integer) {
                true => Some(integer(reader, MAX_NONCE_BYTES)?),
                false => None,
            },
            authority: authority(reader)?,
        })
        .and_then(|info| extensions(reader).map(|()| info))
    }

    /// The time stamped: the authority saw the imprint then, as exactly as [`accuracy`](Self::accuracy) says.
    pub fn time(&self) -> StampTime {
        self.time
    }

    /// How far that time may be off; absent: the authority's policy says it (RFC 3161 §2.4.2).
    pub fn accuracy(&self) -> Option<Accuracy> {
        self.accuracy
    }

    /// The bound that the time-stamp proves: what was stamped existed then at the latest.
    ///
    /// ```text
    /// not after = time + accuracy        (accuracy 0 where none is stated)
    /// ```
    pub fn not_after(&self) -> StampTime {
        let off = self.accuracy.map_or(Duration::ZERO, |it| it.span());
        self.time.later_by(off)
    }

    /// The imprint, or `None` where the authority stamped a digest that is not SHA-256.
    pub fn imprint(&self) -> Option<Imprint> {
        if self.digest_algorithm != SHA_256 {
            return None;
        }
        Some(Imprint::new(self.digest.as_slice().try_into().ok()?))
    }

    /// The authority's number for this time-stamp, as lower-case hex of the integer's bytes.
    pub fn serial(&self) -> String {
        self.serial
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The policy under which it was stamped, as a dotted object identifier.
    pub fn policy(&self) -> String {
        self.policy.to_string()
    }

    /// Whether the authority promises that its time-stamps are in order even when closer than the accuracy.
    pub fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// Whether the answer is the one to this nonce.
    pub fn answers(&self, nonce: &Nonce) -> bool {
        self.nonce.as_deref() == Some(nonce.as_bytes())
    }

    /// The bytes of the nonce as a big-endian integer; absent where the request had none.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// What the authority calls itself in the time-stamp, often nothing. The name that counts is the certificate's.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }
}

/// Whether the next element has this tag; `false` at the end.
pub(crate) fn next_is(reader: &SliceReader<'_>, tag: Tag) -> bool {
    !reader.is_finished() && Tag::peek(reader).is_ok_and(|found| found == tag)
}

/// The tag of a context-specific element.
pub(crate) const fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber(number),
    }
}

/// `AlgorithmIdentifier` whose parameters are absent or NULL, as those of digests are (RFC 5754 §2).
pub(crate) fn algorithm(reader: &mut SliceReader<'_>) -> Result<ObjectIdentifier, Malformed> {
    reader.sequence(|reader| {
        let algorithm = ObjectIdentifier::decode(reader)?;
        if !reader.is_finished() {
            der::asn1::Null::decode(reader)?;
        }
        Ok(algorithm)
    })
}

/// A positive integer as its shortest big-endian bytes.
fn integer(reader: &mut SliceReader<'_>, limit: usize) -> Result<Vec<u8>, Malformed> {
    let integer = UintRef::decode(reader)?;
    at_most(integer.as_bytes(), limit)?;
    Ok(integer.as_bytes().to_vec())
}

fn at_most(bytes: &[u8], limit: usize) -> Result<(), Malformed> {
    match bytes.len() {
        found if found > limit => Err(Malformed::TooLong { found, limit }),
        _ => Ok(()),
    }
}

/// `[n] IMPLICIT INTEGER (1..999) OPTIONAL`; absent is 0.
fn thousandths(reader: &mut SliceReader<'_>, number: TagNumber) -> Result<u16, Malformed> {
    if !next_is(reader, context(number.value(), false)) {
        return Ok(0);
    }
    match AnyRef::decode(reader)?.value() {
        // One byte up to 127, two bytes above; the first of two may be zero only before a high bit.
        [low @ 1..=0x7f] => Ok(u16::from(*low)),
        [high, low] if *high > 0 || *low > 0x7f => match u16::from_be_bytes([*high, *low]) {
            thousandths @ 1..=999 => Ok(thousandths),
            _ => Err(Malformed::Accuracy),
        },
        _ => Err(Malformed::Accuracy),
    }
}

/// `tsa [0] EXPLICIT GeneralName OPTIONAL`, as text where it is a name that has one.
fn authority(reader: &mut SliceReader<'_>) -> Result<Option<String>, Malformed> {
    if !next_is(reader, context(0, true)) {
        return Ok(None);
    }
    Ok(
        match GeneralName::from_der(AnyRef::decode(reader)?.value())? {
            GeneralName::DirectoryName(name) => Some(name.to_string()),
            GeneralName::DnsName(text)
            | GeneralName::Rfc822Name(text)
            | GeneralName::UniformResourceIdentifier(text) => Some(text.as_str().to_owned()),
            GeneralName::OtherName(_)
            | GeneralName::EdiPartyName(_)
            | GeneralName::IpAddress(_)
            | GeneralName::RegisteredId(_) => None,
        },
    )
}

/// `extensions [1] IMPLICIT Extensions OPTIONAL`, the last field. We understand none, so none may be critical.
fn extensions(reader: &mut SliceReader<'_>) -> Result<(), Malformed> {
    if !next_is(reader, context(1, true)) {
        return Ok(());
    }
    let mut inside = SliceReader::new(AnyRef::decode(reader)?.value())?;
    for count in 0.. {
        if inside.is_finished() {
            break;
        }
        if count == MAX_EXTENSIONS {
            return Err(Malformed::TooMany {
                what: "extensions",
                limit: MAX_EXTENSIONS,
            });
        }
        let extension = Extension::decode(&mut inside)?;
        if extension.critical {
            return Err(Malformed::CriticalExtension(extension.extn_id));
        }
    }
    Ok(())
}
