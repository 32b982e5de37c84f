//! Seed files: the secret half of a NATS user's nkey, one file each, readable by its owner only.
//!
//! The server's configuration holds public keys, so it is not a secret. These keys open connections; they sign nothing that
//! the ledger keeps.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nkeys::{KeyPair, KeyPairType};

/// Largest seed file read, in bytes (a seed has 58 and a line feed).
const SEED_FILE_MAX: u64 = 256;
/// Permission bits that a seed file must not have: group and others.
const FORBIDDEN_MODE: u32 = 0o077;

/// The public half of a user's nkey: `U` and 55 characters of base32.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(String);

impl PublicKey {
    /// Reads a user's public key.
    ///
    /// # Errors
    /// [`KeyError::NotAUserKey`] if its checksum or its type is wrong.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        match KeyPair::from_public_key(text) {
            Ok(pair) if pair.key_pair_type() == KeyPairType::User => Ok(Self(text.to_owned())),
            Ok(_) | Err(_) => Err(KeyError::NotAUserKey {
                found: text.to_owned(),
            }),
        }
    }

    /// The key as the server's configuration writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A user's key pair, read from a seed file or made new. Does not print its seed.
pub struct UserKey {
    seed: String,
    public: PublicKey,
}

impl fmt::Debug for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserKey({})", self.public.0)
    }
}

/// Why a key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read or written.
    #[error("seed file {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Others than the owner may read the file.
    #[error("seed file {path} has mode {mode:03o}; run `chmod 600` on it")]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file does not hold the seed of a user.
    #[error("seed file {path} does not hold a NATS user seed (`SU…`)")]
    NotASeed {
        /// The file.
        path: PathBuf,
    },
    /// The text is not the public key of a user.
    #[error("{found:?} is not a NATS user's public key (`U…`)")]
    NotAUserKey {
        /// What was given.
        found: String,
    },
}

impl UserKey {
    /// Makes a new key pair and writes its seed to `path`, which must not exist, with mode 0600.
    ///
    /// # Errors
    /// [`KeyError::Io`], also when the file exists: a key is never overwritten.
    pub fn create(path: &Path) -> Result<Self, KeyError> {
        let pair = KeyPair::new_user();
        let seed = pair.seed().expect("a new pair has its seed");
        let public = PublicKey(pair.public_key());
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)?;
            file.write_all(seed.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        };
        write().map_err(|source| KeyError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self { seed, public })
    }

    /// Reads the seed at `path`.
    ///
    /// # Errors
    /// [`KeyError`]: unreadable, open to others, or not a user's seed.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let io = |source| KeyError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(io)?;
        let mode = file.metadata().map_err(io)?.permissions().mode() & 0o777;
        if mode & FORBIDDEN_MODE != 0 {
            return Err(KeyError::TooOpen {
                path: path.to_owned(),
                mode,
            });
        }
        let not_a_seed = || KeyError::NotASeed {
            path: path.to_owned(),
        };
        let mut text = String::new();
        file.take(SEED_FILE_MAX)
            .read_to_string(&mut text)
            .map_err(io)?;
        let seed = text.trim_end().to_owned();
        let pair = KeyPair::from_seed(&seed).map_err(|_| not_a_seed())?;
        if pair.key_pair_type() != KeyPairType::User {
            return Err(not_a_seed());
        }
        Ok(Self {
            seed,
            public: PublicKey(pair.public_key()),
        })
    }

    /// Reads the seed at `path`, or makes one if there is no file.
    ///
    /// # Errors
    /// As [`UserKey::load`] and [`UserKey::create`].
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        match Self::load(path) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Self::create(path)
            }
            other => other,
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The seed, for the client library alone.
    pub(super) fn seed(&self) -> &str {
        &self.seed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_seed_file_is_private_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("writer.seed");
        let made = UserKey::create(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(UserKey::load(&path).unwrap().public(), made.public());
        assert!(matches!(UserKey::create(&path), Err(KeyError::Io { .. })));
        assert!(!format!("{made:?}").contains(made.seed()));
    }

    #[test]
    fn a_seed_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("writer.seed");
        UserKey::create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            UserKey::load(&path),
            Err(KeyError::TooOpen { mode: 0o640, .. })
        ));
    }

    #[test]
    fn only_a_users_key_is_a_users_key() {
        assert!(PublicKey::parse(&KeyPair::new_account().public_key()).is_err());
        assert!(PublicKey::parse("UABC").is_err());
        assert!(PublicKey::parse(&KeyPair::new_user().public_key()).is_ok());
    }
}
