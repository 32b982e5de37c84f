//! The signed attributes of a token (RFC 5652 §11, RFC 5035 §3): what the signature is really over.

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

use crate::Malformed;
use crate::certificate::SignerReference;
use crate::cms::{TST_INFO, too_many};

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// Attributes that are read; known authorities send four to six.
const MAX_ATTRIBUTES: usize = 32;

/// The signed attributes that matter.
pub(crate) struct Attributes {
    pub(crate) message_digest: Vec<u8>,
    /// What the signing-certificate attributes, old and new, say; at least one.
    pub(crate) references: Vec<SignerReference>,
}

impl Attributes {
    /// Reads the contents of the SET OF attributes.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = SliceReader::new(bytes)?;
        let (mut kind, mut digest, mut old, mut new) = (None, None, None, None);
        for count in 0.. {
            if reader.is_finished() {
                break;
            }
            if count == MAX_ATTRIBUTES {
                return Err(too_many("signed attributes", MAX_ATTRIBUTES));
            }
            reader.sequence(|reader| {
                let name = ObjectIdentifier::decode(reader)?;
                let values = AnyRef::decode(reader)?;
                values.tag().assert_eq(Tag::Set)?;
                match name {
                    CONTENT_TYPE => only("content-type", &mut kind, values),
                    MESSAGE_DIGEST => only("message-digest", &mut digest, values),
                    SIGNING_CERTIFICATE => only("signing-certificate", &mut old, values),
                    SIGNING_CERTIFICATE_V2 => only("signing-certificate-v2", &mut new, values),
                    _ => Ok(()),
                }
            })?;
        }
        let kind = kind.ok_or(Malformed::Attribute("content-type"))?;
        let kind = kind.decode_as::<ObjectIdentifier>()?;
        if kind != TST_INFO {
            return Err(Malformed::NotATimestamp(kind));
        }
        let digest = digest.ok_or(Malformed::Attribute("message-digest"))?;
        let old = old.map(SignerReference::decode_old);
        let new = new.map(SignerReference::decode_new);
        let references: Vec<_> = old.into_iter().chain(new).collect::<Result<_, _>>()?;
        if references.is_empty() {
            return Err(Malformed::Attribute("signing-certificate"));
        }
        Ok(Self {
            message_digest: digest.decode_as::<&OctetStringRef>()?.as_bytes().to_vec(),
            references,
        })
    }
}

/// Keeps the one value of an attribute that may be there once (RFC 5652 §11, RFC 5035 §3).
fn only<'a>(
    name: &'static str,
    slot: &mut Option<AnyRef<'a>>,
    values: AnyRef<'a>,
) -> Result<(), Malformed> {
    let value = AnyRef::from_der(values.value()).map_err(|_| Malformed::Attribute(name))?;
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Malformed::Attribute(name)),
    }
}
