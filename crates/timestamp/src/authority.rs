use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use serde::Deserialize;

use crate::certificate::Certificate;

/// Authorities that a configuration may name; one time-stamp by each is kept for a checkpoint.
pub const MAX_AUTHORITIES: usize = 16;
/// Certificates that a configuration may give for one authority: roots and signers, past and present.
const MAX_CERTIFICATES: usize = 16;
/// Bytes of a name: it stands in addresses and file names.
const MAX_NAME_BYTES: usize = 64;

/// An authority as a configuration file says it. `certificates` is PEM text; who keeps it in a file reads the file first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthoritySettings {
    /// A short name of the institution's choice, `[a-z0-9.-]{1,64}`: under it time-stamps are kept and served.
    pub name: String,
    /// Where the authority takes requests; absent for who only verifies.
    #[serde(default)]
    pub url: Option<String>,
    /// One or more certificates in PEM: those that issue the authority's signer certificates, or these themselves.
    pub certificates: String,
}

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A name with other characters than `[a-z0-9.-]`, or none, or more than 64 of them.
    #[error("{0:?} is not a name for an authority: [a-z0-9.-]{{1,64}}, no dot at an end")]
    Name(String),
    /// Two authorities with one name.
    #[error("two authorities are named {0}")]
    Twice(String),
    /// The address is not one of HTTP.
    #[error("the address of {0} does not begin with http:// or https://")]
    Url(String),
    /// The text has a PEM section that cannot be read, or none with a certificate.
    #[error("the certificates of {0} are not PEM with at least one certificate")]
    Pem(String),
    /// A certificate that cannot be read.
    #[error("certificate {position} of {name} cannot be read")]
    Certificate {
        /// The authority.
        name: String,
        /// Which one in the text, from 1.
        position: usize,
    },
    /// More authorities, or more certificates of one, than are read.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
}

/// An authority whose time-stamps are believed.
#[derive(Debug, Clone)]
pub struct Authority {
    name: String,
    url: Option<String>,
    certificates: Vec<Pinned>,
}

/// A configured certificate, in both readings that are needed.
#[derive(Debug, Clone)]
pub(crate) struct Pinned {
    pub(crate) certificate: Certificate,
    pub(crate) anchor: TrustAnchor<'static>,
}

impl Authority {
    /// Checks the settings and reads the certificates.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: &AuthoritySettings) -> Result<Self, SettingsError> {
        let name = settings.name.clone();
        if !is_name(&name) {
            return Err(SettingsError::Name(name));
        }
        if let Some(url) = &settings.url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return Err(SettingsError::Url(name));
        }
        let mut certificates = Vec::new();
        for found in CertificateDer::pem_slice_iter(settings.certificates.as_bytes()) {
            let der = found.map_err(|_| SettingsError::Pem(name.clone()))?;
            if certificates.len() == MAX_CERTIFICATES {
                return Err(SettingsError::TooMany {
                    what: "certificates",
                    limit: MAX_CERTIFICATES,
                });
            }
            let position = certificates.len() + 1;
            let pinned = Pinned::read(der).ok_or_else(|| SettingsError::Certificate {
                name: name.clone(),
                position,
            })?;
            certificates.push(pinned);
        }
        if certificates.is_empty() {
            return Err(SettingsError::Pem(name));
        }
        Ok(Self {
            name,
            url: settings.url.clone(),
            certificates,
        })
    }

    /// Its name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it takes requests.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    pub(crate) fn certificates(&self) -> &[Pinned] {
        &self.certificates
    }
}

impl Pinned {
    fn read(der: CertificateDer<'_>) -> Option<Self> {
        let certificate = Certificate::parse(der.into_owned()).ok()?;
        let anchor = webpki::anchor_from_trusted_cert(&certificate.der).ok()?;
        Some(Self {
            anchor: anchor.to_owned(),
            certificate,
        })
    }
}

/// The authorities whose time-stamps are believed, each by its own certificates.
#[derive(Debug, Clone, Default)]
pub struct Authorities(Vec<Authority>);

impl Authorities {
    /// At most [`MAX_AUTHORITIES`], each with a name of its own.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: &[AuthoritySettings]) -> Result<Self, SettingsError> {
        if settings.len() > MAX_AUTHORITIES {
            return Err(SettingsError::TooMany {
                what: "authorities",
                limit: MAX_AUTHORITIES,
            });
        }
        let mut all: Vec<Authority> = Vec::with_capacity(settings.len());
        for settings in settings {
            let authority = Authority::new(settings)?;
            if all.iter().any(|other| other.name == authority.name) {
                return Err(SettingsError::Twice(authority.name));
            }
            all.push(authority);
        }
        Ok(Self(all))
    }

    /// All of them, in the order of the configuration.
    pub fn iter(&self) -> impl Iterator<Item = &Authority> {
        self.0.iter()
    }

    /// The one with this name.
    pub fn named(&self, name: &str) -> Option<&Authority> {
        self.iter().find(|authority| authority.name == name)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One authority alone.
impl From<Authority> for Authorities {
    fn from(authority: Authority) -> Self {
        Self(vec![authority])
    }
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
        && !name.starts_with('.')
        && !name.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(name: &str, url: Option<&str>, certificates: &str) -> AuthoritySettings {
        AuthoritySettings {
            name: name.to_owned(),
            url: url.map(str::to_owned),
            certificates: certificates.to_owned(),
        }
    }

    #[test]
    fn settings_that_cannot_be_used_say_why() {
        let name = |name: &str| SettingsError::Name(name.to_owned());
        let long = "a".repeat(MAX_NAME_BYTES + 1);
        let pem = |inside: &str| {
            format!("-----BEGIN CERTIFICATE-----\n{inside}\n-----END CERTIFICATE-----\n")
        };
        let x = || "x".to_owned();
        for (settings, expected) in [
            (settings("", None, ""), name("")),
            (settings("Über", None, ""), name("Über")),
            (settings("a/b", None, ""), name("a/b")),
            (settings("..", None, ""), name("..")),
            (settings(&long, None, ""), name(&long)),
            (settings("x", Some("ftp://x"), ""), SettingsError::Url(x())),
            (settings("x", None, ""), SettingsError::Pem(x())),
            (settings("x", None, &pem("!")), SettingsError::Pem(x())),
            (
                settings("x", None, &pem("AAAA")),
                SettingsError::Certificate {
                    name: x(),
                    position: 1,
                },
            ),
        ] {
            assert_eq!(Authority::new(&settings).unwrap_err(), expected);
        }
        let many = vec![settings("x", None, ""); MAX_AUTHORITIES + 1];
        assert!(matches!(
            Authorities::new(&many),
            Err(SettingsError::TooMany { .. })
        ));
    }

    #[test]
    fn settings_know_no_other_keys() {
        let known = r#"{"name":"x","certificates":"y"}"#;
        assert_eq!(
            serde_json::from_str::<AuthoritySettings>(known).unwrap(),
            settings("x", None, "y")
        );
        let unknown = r#"{"name":"x","certificates":"y","certificate":"z"}"#;
        assert!(serde_json::from_str::<AuthoritySettings>(unknown).is_err());
    }
}
