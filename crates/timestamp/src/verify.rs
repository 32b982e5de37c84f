use der::asn1::ObjectIdentifier;
use ring::digest::digest;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use webpki::{EndEntityCert, KeyUsage, ring as schemes};

use crate::authority::Pinned;
use crate::certificate::{Certificate, Validity, digest_function};
use crate::{Authorities, Authority, Imprint, Info, Token};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");

/// The content of an object identifier: id-kp-timeStamping, 1.3.6.1.5.5.7.3.8.
const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

type Scheme = &'static dyn SignatureVerificationAlgorithm;

/// Schemes by which certificates may be signed. RSA with at least 2,048 bits; no SHA-1 anywhere.
static CERTIFICATE_SCHEMES: &[Scheme] = &[
    schemes::RSA_PKCS1_2048_8192_SHA256,
    schemes::RSA_PKCS1_2048_8192_SHA384,
    schemes::RSA_PKCS1_2048_8192_SHA512,
    schemes::ECDSA_P256_SHA256,
    schemes::ECDSA_P256_SHA384,
    schemes::ECDSA_P384_SHA256,
    schemes::ECDSA_P384_SHA384,
    schemes::ED25519,
];

/// Why a well-formed token proves nothing to who asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The token is over something else.
    #[error("the time-stamp is over another imprint")]
    OtherImprint,
    /// What was stamped is not what the signed attributes say.
    #[error("the digest of the time-stamp is not the signed one")]
    MessageDigest,
    /// A digest or a signature scheme that is not verified here.
    #[error("digest {digest} with signature scheme {scheme} is not verified here")]
    Algorithm {
        /// The identifier of the digest.
        digest: String,
        /// The identifier of the signature scheme.
        scheme: String,
    },
    /// The certificate that the token names is neither in it nor configured.
    #[error("the signer's certificate is neither in the token nor configured")]
    NoSigner,
    /// The signing-certificate attribute means another certificate (RFC 3161 §2.4.2, RFC 5816 §2.2.1).
    #[error("the signed attribute names another signing certificate")]
    SigningCertificate,
    /// RFC 3161 §2.3: the signer's certificate must be for time-stamping, critically and for nothing else.
    #[error("the signer's certificate is not for time-stamping alone")]
    NotForTimestamps,
    /// The signature is not the signer's.
    #[error("the signature is wrong")]
    Signature,
    /// No configured authority issued the signer's certificate.
    #[error("no configured authority issued the signer's certificate")]
    UnknownAuthority,
    /// A certificate of the chain was not valid yet at the time stamped.
    #[error("a certificate of the chain was not yet valid at the time stamped")]
    NotYetValid,
    /// A certificate of the chain had expired at the time stamped.
    #[error("a certificate of the chain had expired at the time stamped")]
    Expired,
    /// A certificate of the chain may not issue certificates.
    #[error("a certificate of the chain is not for issuing certificates")]
    NotAnIssuer,
    /// The chain of certificates breaks for another reason (RFC 5280 §6).
    #[error("the chain of certificates does not hold")]
    Chain(#[source] Box<webpki::Error>),
}

/// What a verified time-stamp proves: the bytes under the imprint existed at [`Info::not_after`] at the latest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// The configured name of the authority that vouches for it.
    pub authority: String,
    /// The subject of the certificate that signed, as RFC 4514 writes it.
    pub signer: String,
    /// What it states.
    pub info: Info,
}

impl Token {
    /// Whether an authority that the caller trusts stamped this imprint. All of this holds, or it is a [`Rejection`]:
    ///
    /// ```text
    /// token.imprint      = imprint
    /// message-digest     = H(TSTInfo)
    /// signature          verifies over the DER SET of signed attributes (RFC 5652 §5.4), by the signer's key
    /// ESSCertID          = H(signer's certificate), and its issuer and serial number where stated
    /// signer             may stamp: extended key usage timeStamping, critical, alone (RFC 3161 §2.3)
    /// signer             is configured itself, or chains to a configured certificate (RFC 5280 §6)
    /// every certificate  valid at the time stamped
    /// ```
    ///
    /// Revocation is not looked up: who learns that a signer's key is lost takes its certificates out of the
    /// configuration. There is no clock here either; a time-stamp outlives its certificates.
    ///
    /// # Errors
    /// [`Rejection`].
    pub fn verify(&self, imprint: &Imprint, trust: &Authorities) -> Result<Stamped, Rejection> {
        if self.info().imprint().as_ref() != Some(imprint) {
            return Err(Rejection::OtherImprint);
        }
        let signed = &self.data.signer;
        let function = digest_function(signed.digest).ok_or_else(|| self.unknown_algorithm())?;
        if digest(function, &self.data.content).as_ref() != signed.message_digest {
            return Err(Rejection::MessageDigest);
        }
        let signer = self.signer(trust)?;
        if !signer.may_stamp() {
            return Err(Rejection::NotForTimestamps);
        }
        let entity = EndEntityCert::try_from(&signer.der).map_err(chain)?;
        self.check_signature(&entity)?;
        let authority = self.vouched_by(&signer, &entity, trust)?;
        Ok(Stamped {
            authority: authority.name().to_owned(),
            signer: signer.subject(),
            info: self.info().clone(),
        })
    }

    /// The certificate that the token names and its signed attribute means.
    fn signer(&self, trust: &Authorities) -> Result<Certificate, Rejection> {
        let sent = self.data.certificates.iter().cloned();
        // One that can't be read can't be the signer's; those of a chain are webpki's to read.
        let sent = sent.filter_map(|der| Certificate::parse(der).ok());
        let configured = trust.iter().flat_map(Authority::certificates);
        let named: Vec<_> = sent
            .chain(configured.map(|pinned| pinned.certificate.clone()))
            .filter(|certificate| certificate.is(&self.data.signer.id))
            .collect();
        if named.is_empty() {
            return Err(Rejection::NoSigner);
        }
        let references = &self.data.signer.references;
        let meant = |certificate: &Certificate| references.iter().all(|it| it.means(certificate));
        named
            .into_iter()
            .find(meant)
            .ok_or(Rejection::SigningCertificate)
    }

    fn check_signature(&self, entity: &EndEntityCert<'_>) -> Result<(), Rejection> {
        let signed = &self.data.signer;
        for scheme in schemes_of(signed.scheme, signed.digest) {
            // Of the two curves only the key's own is tried.
            match entity.verify_signature(scheme, &signed.signed, &signed.signature) {
                Ok(()) => return Ok(()),
                Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
                Err(_) => return Err(Rejection::Signature),
            }
        }
        Err(self.unknown_algorithm())
    }

    /// The first authority, in the order of the configuration, that vouches for the signer.
    fn vouched_by<'a>(
        &self,
        signer: &Certificate,
        entity: &EndEntityCert<'_>,
        trust: &'a Authorities,
    ) -> Result<&'a Authority, Rejection> {
        let mut rejection = Rejection::UnknownAuthority;
        for authority in trust.iter() {
            match self.check_authority(signer, entity, authority) {
                Ok(()) => return Ok(authority),
                // One that has nothing to do with the token says less than one that nearly holds.
                Err(Rejection::UnknownAuthority) => {}
                Err(other) => rejection = other,
            }
        }
        Err(rejection)
    }

    fn check_authority(
        &self,
        signer: &Certificate,
        entity: &EndEntityCert<'_>,
        authority: &Authority,
    ) -> Result<(), Rejection> {
        let is_signer = |pinned: &Pinned| pinned.certificate.der == signer.der;
        if authority.certificates().iter().any(is_signer) {
            return self.check_validity(signer);
        }
        let pinned = authority.certificates().iter();
        let anchors: Vec<_> = pinned.clone().map(|it| it.anchor.clone()).collect();
        let seconds = std::time::Duration::from_secs(self.info().time().posix().get());
        let path = entity
            .verify_for_usage(
                CERTIFICATE_SCHEMES,
                &anchors,
                &self.data.certificates,
                UnixTime::since_unix_epoch(seconds),
                KeyUsage::required_if_present(TIME_STAMPING),
                None,
                None,
            )
            .map_err(chain)?;
        for link in path.intermediate_certificates() {
            let link = Certificate::parse(CertificateDer::from(link.der().to_vec()));
            self.check_issuer(&link.map_err(|_| Rejection::NotAnIssuer)?)?;
        }
        // webpki takes a configured certificate as a bare key: its own validity and usage are looked at here.
        let mut checked = pinned
            .filter(|it| it.anchor == *path.anchor())
            .map(|it| self.check_issuer(&it.certificate));
        let first = checked.next().unwrap_or(Err(Rejection::UnknownAuthority));
        checked.fold(first, Result::or)
    }

    fn check_issuer(&self, issuer: &Certificate) -> Result<(), Rejection> {
        match issuer.may_issue() {
            true => self.check_validity(issuer),
            false => Err(Rejection::NotAnIssuer),
        }
    }

    fn check_validity(&self, certificate: &Certificate) -> Result<(), Rejection> {
        match certificate.validity_at(self.info().time().since_1970()) {
            Validity::Valid => Ok(()),
            Validity::NotYet => Err(Rejection::NotYetValid),
            Validity::Expired => Err(Rejection::Expired),
        }
    }

    fn unknown_algorithm(&self) -> Rejection {
        Rejection::Algorithm {
            digest: self.data.signer.digest.to_string(),
            scheme: self.data.signer.scheme.to_string(),
        }
    }
}

/// The schemes that a signature identifier and a digest can mean; none: not verified here.
///
/// Of RSA the identifier may leave the digest open (RFC 5754 §3.2); where it names one it is the signer's.
fn schemes_of(scheme: ObjectIdentifier, digest: ObjectIdentifier) -> Vec<Scheme> {
    let bits = digest_function(digest).map(|function| function.output_len() * 8);
    match (scheme, bits) {
        (RSA | RSA_SHA256, Some(256)) => vec![schemes::RSA_PKCS1_2048_8192_SHA256],
        (RSA | RSA_SHA384, Some(384)) => vec![schemes::RSA_PKCS1_2048_8192_SHA384],
        (RSA | RSA_SHA512, Some(512)) => vec![schemes::RSA_PKCS1_2048_8192_SHA512],
        (ECDSA_SHA256, Some(256)) => vec![schemes::ECDSA_P256_SHA256, schemes::ECDSA_P384_SHA256],
        (ECDSA_SHA384, Some(384)) => vec![schemes::ECDSA_P256_SHA384, schemes::ECDSA_P384_SHA384],
        _ => Vec::new(),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "an open list of another crate; whatever joins it is a chain that doesn't hold"
)]
fn chain(error: webpki::Error) -> Rejection {
    match error {
        webpki::Error::UnknownIssuer => Rejection::UnknownAuthority,
        webpki::Error::CertExpired { .. } => Rejection::Expired,
        webpki::Error::CertNotValidYet { .. } => Rejection::NotYetValid,
        other => Rejection::Chain(Box::new(other)),
    }
}
