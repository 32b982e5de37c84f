//! Key files: OpenSSH private keys, Ed25519, readable by their owner only.

use std::fs::File;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cinnabar_events::PublicKey;
use ed25519_dalek::SigningKey;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::rand_core::OsRng;
use ssh_key::{LineEnding, PrivateKey};
use zeroize::Zeroizing;

use super::passphrase::{Passphrase, PassphraseError};
use crate::files::{self, Access, FileError, io_error};

/// What the name of a public key's file ends with.
pub const PUBLIC_SUFFIX: &str = ".pub";
/// Most bytes of a key file: an encrypted Ed25519 key has some 500, most of it room for a comment.
const KEY_FILE_MAX_BYTES: usize = 16 * 1024;
/// Permission bits that a key file must not have: group and others.
const FORBIDDEN_MODE: u32 = 0o077;

/// Why a key file will not do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Others than the owner may read it.
    #[error("{path} has mode {mode:03o}: others may read the key; run `chmod 600` on it")]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It holds no OpenSSH private key.
    #[error("{path} is not an OpenSSH private key file")]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: ssh_key::Error,
    },
    /// It holds a key of another algorithm.
    #[error("{path} holds a key for {algorithm}; actors sign with ssh-ed25519")]
    Algorithm {
        /// The file.
        path: PathBuf,
        /// Its algorithm.
        algorithm: String,
    },
    /// There is no passphrase to be had.
    #[error("{path} is protected by a passphrase")]
    Passphrase {
        /// The file.
        path: PathBuf,
        /// Why there is none.
        #[source]
        source: PassphraseError,
    },
    /// The passphrase is not the one.
    #[error("the passphrase does not open {path}")]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The key could not be made or encrypted.
    #[error("cannot make the key")]
    Make(#[source] ssh_key::Error),
}

/// What a key file says about itself without its passphrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The public half.
    pub public: PublicKey,
    /// The public half as OpenSSH writes it, one line without its end.
    pub openssh: String,
    /// The owner's remark.
    pub comment: String,
    /// Whether a passphrase protects it.
    pub encrypted: bool,
}

/// Permission bits if group or others have any on a regular file. (A pipe is nobody else's.)
pub(super) fn check_private(file: &File) -> io::Result<Result<(), u32>> {
    let meta = file.metadata()?;
    let mode = meta.permissions().mode() & 0o777;
    Ok(if meta.is_file() && mode & FORBIDDEN_MODE != 0 {
        Err(mode)
    } else {
        Ok(())
    })
}

/// Makes a new key in `path` (mode 0600) and its public half in `path.pub`. Neither may exist.
///
/// # Errors
/// [`KeyFileError`].
pub fn create(
    path: &Path,
    comment: &str,
    passphrase: Option<&Passphrase>,
) -> Result<KeyInfo, KeyFileError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|_| KeyFileError::Make(ssh_key::Error::Crypto))?;
    let pair = Ed25519Keypair::from_seed(&seed);
    let key = PrivateKey::new(KeypairData::Ed25519(pair), comment).map_err(KeyFileError::Make)?;
    let info = info(&key, path)?;
    write(path, &key, passphrase, |path, bytes| {
        files::create(path, bytes, Access::Private)
    })?;
    let public = public_path(path);
    if let Err(error) = files::create(
        &public,
        format!("{}\n", info.openssh).as_bytes(),
        Access::Public,
    ) {
        // A key without its public half would be found half made; it was never used.
        let _ = std::fs::remove_file(path);
        return Err(error.into());
    }
    Ok(info)
}

fn public_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(PUBLIC_SUFFIX);
    name.into()
}

fn write(
    path: &Path,
    key: &PrivateKey,
    passphrase: Option<&Passphrase>,
    put: impl FnOnce(&Path, &[u8]) -> Result<(), FileError>,
) -> Result<(), KeyFileError> {
    let text = match passphrase {
        None => key.to_openssh(LineEnding::LF),
        Some(passphrase) => key
            .encrypt(&mut OsRng, passphrase.as_bytes())
            .and_then(|key| key.to_openssh(LineEnding::LF)),
    };
    put(path, text.map_err(KeyFileError::Make)?.as_bytes())?;
    Ok(())
}

fn read(path: &Path) -> Result<PrivateKey, KeyFileError> {
    let file = File::open(path).map_err(io_error("open", path))?;
    if let Err(mode) = check_private(&file).map_err(io_error("look at", path))? {
        return Err(KeyFileError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    let bytes = Zeroizing::new(files::read_from(file, path, KEY_FILE_MAX_BYTES)?);
    PrivateKey::from_openssh(&*bytes).map_err(|source| KeyFileError::NotAKey {
        path: path.to_owned(),
        source,
    })
}

fn info(key: &PrivateKey, path: &Path) -> Result<KeyInfo, KeyFileError> {
    let Some(public) = key.public_key().key_data().ed25519() else {
        return Err(KeyFileError::Algorithm {
            path: path.to_owned(),
            algorithm: key.algorithm().to_string(),
        });
    };
    Ok(KeyInfo {
        public: PublicKey::from_bytes(public.0),
        openssh: key.public_key().to_openssh().map_err(KeyFileError::Make)?,
        comment: key.comment().to_owned(),
        encrypted: key.is_encrypted(),
    })
}

/// What the key file says about itself. Asks for no passphrase.
///
/// # Errors
/// [`KeyFileError`].
pub fn inspect(path: &Path) -> Result<KeyInfo, KeyFileError> {
    info(&read(path)?, path)
}

/// Opens the key file, asking `passphrase` if one protects it.
fn open(
    path: &Path,
    passphrase: impl FnOnce() -> Result<Passphrase, PassphraseError>,
) -> Result<PrivateKey, KeyFileError> {
    let key = read(path)?;
    info(&key, path)?;
    if !key.is_encrypted() {
        return Ok(key);
    }
    let passphrase = passphrase().map_err(|source| KeyFileError::Passphrase {
        path: path.to_owned(),
        source,
    })?;
    key.decrypt(passphrase.as_bytes())
        .map_err(|_| KeyFileError::WrongPassphrase {
            path: path.to_owned(),
        })
}

/// Reads the key to sign with. `passphrase` is asked only if one protects the file.
///
/// # Errors
/// [`KeyFileError`].
pub fn load(
    path: &Path,
    passphrase: impl FnOnce() -> Result<Passphrase, PassphraseError>,
) -> Result<SigningKey, KeyFileError> {
    let key = open(path, passphrase)?;
    let Some(pair) = key.key_data().ed25519() else {
        return Err(KeyFileError::Algorithm {
            path: path.to_owned(),
            algorithm: key.algorithm().to_string(),
        });
    };
    Ok(SigningKey::from_bytes(&Zeroizing::new(
        pair.private.to_bytes(),
    )))
}

/// Gives the key file another passphrase, or none.
///
/// # Errors
/// [`KeyFileError`]; the file is then as it was.
pub fn set_passphrase(
    path: &Path,
    old: impl FnOnce() -> Result<Passphrase, PassphraseError>,
    new: impl FnOnce() -> Result<Option<Passphrase>, PassphraseError>,
) -> Result<(), KeyFileError> {
    let key = open(path, old)?;
    let new = new().map_err(|source| KeyFileError::Passphrase {
        path: path.to_owned(),
        source,
    })?;
    write(path, &key, new.as_ref(), |path, bytes| {
        files::replace(path, bytes, Access::Private)
    })
}
