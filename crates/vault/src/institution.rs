//! The institution key, and what is derived from it.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use zeroize::{Zeroize as _, Zeroizing};

use crate::fault::{Fault, NotAKey};
use crate::seal::Key;

/// Bytes of the key's file: 64 hex digits and a line end.
const FILE_BYTES: usize = 65;

/// Wraps the keys of all data subjects: 32 random bytes in a file outside the vault and outside its backups.
///
/// Whoever has it and a copy of the vault can read what the copy holds. Lost, the vault is lost.
pub struct InstitutionKey(Zeroizing<[u8; 32]>);

impl InstitutionKey {
    /// From 32 secret random bytes.
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// Draws a key and writes it to `path`, a new file that only its owner may read: 64 hex digits and a line end. Durable
    /// when this returns.
    ///
    /// # Errors
    /// [`Fault::Io`], also when the file exists already; [`Fault::Random`].
    pub fn create(path: &Path) -> Result<Self, Fault> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes)?;
        let mut text = Zeroizing::new([b'\n'; FILE_BYTES]);
        hex::encode_to_slice(*bytes, &mut text[..64]).expect("64 digits are 32 bytes");
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(Fault::io("create", path))?;
        file.write_all(&*text)
            .and_then(|()| file.sync_all())
            .map_err(Fault::io("write", path))?;
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        std::fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Fault::io("sync", folder))?;
        Ok(Self(bytes))
    }

    /// Reads the key that [`InstitutionKey::create`] wrote.
    ///
    /// # Errors
    /// [`Fault::Io`]; [`Fault::KeyFile`] if the file has another shape, or if others than its owner may read it.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let wrong = |reason| Fault::KeyFile {
            path: path.to_owned(),
            reason,
        };
        let file = std::fs::File::open(path).map_err(Fault::io("open", path))?;
        let mode = file
            .metadata()
            .map_err(Fault::io("read", path))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(wrong(NotAKey::Readable));
        }
        let mut text = Zeroizing::new(Vec::with_capacity(FILE_BYTES + 1));
        file.take(FILE_BYTES as u64 + 1)
            .read_to_end(&mut text)
            .map_err(Fault::io("read", path))?;
        let digits = text
            .strip_suffix(b"\n")
            .filter(|digits| !digits.iter().any(u8::is_ascii_uppercase))
            .ok_or_else(|| wrong(NotAKey::Shape))?;
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, &mut *bytes).map_err(|_| wrong(NotAKey::Shape))?;
        Ok(Self(bytes))
    }

    /// `BLAKE3-derive-key("cinnabar vault v1 " ‖ purpose, institution key)`.
    fn derive(&self, context: &'static str) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        hasher.update(&*self.0);
        let mut reader = hasher.finalize_xof();
        let mut bytes = Zeroizing::new([0; 32]);
        reader.fill(&mut *bytes);
        hasher.zeroize();
        reader.zeroize();
        bytes
    }
}

impl fmt::Debug for InstitutionKey {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InstitutionKey")
    }
}

/// The keys that the vault works with, one per purpose.
pub(crate) struct Keys {
    /// Wraps the keys of data subjects.
    pub(crate) wrap: Key,
    /// Seals the lists of what is kept for a statement.
    pub(crate) lists: Key,
    names: Zeroizing<[u8; 32]>,
    check: Zeroizing<[u8; 32]>,
}

impl Keys {
    pub(crate) fn of(institution: &InstitutionKey) -> Self {
        Self {
            wrap: Key::from_bytes(institution.derive("cinnabar vault v1 wrap subject keys")),
            lists: Key::from_bytes(institution.derive("cinnabar vault v1 statement lists")),
            names: institution.derive("cinnabar vault v1 file names"),
            check: institution.derive("cinnabar vault v1 check"),
        }
    }

    /// `BLAKE3-keyed(names key, tag ‖ name)`: what files are called.
    pub(crate) fn name(&self, tag: u8, name: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.names);
        hasher.update(&[tag]);
        hasher.update(name);
        *hasher.finalize().as_bytes()
    }

    /// `BLAKE3-keyed(check key, what)`: shows that who wrote `what` had the institution key.
    pub(crate) fn check(&self, what: &[u8]) -> blake3::Hash {
        blake3::keyed_hash(&self.check, what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("institution.key");
        let key = InstitutionKey::create(&path).unwrap();
        assert_eq!(*InstitutionKey::read(&path).unwrap().0, *key.0);
        assert!(matches!(
            InstitutionKey::create(&path),
            Err(Fault::Io { .. })
        ));
        assert_eq!(format!("{key:?}"), "InstitutionKey");
    }

    #[test]
    fn a_key_file_has_one_shape_and_one_reader() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("institution.key");
        let hex = "ab".repeat(32);
        let shapes = [
            String::new(),
            hex.clone(),
            format!("{hex}\n\n"),
            format!("{}\n", hex.to_uppercase()),
            format!("{}\n", &hex[2..]),
            format!("{}xy\n", &hex[2..]),
        ];
        for text in shapes {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            let read = InstitutionKey::read(&path).unwrap_err();
            assert!(
                matches!(
                    read,
                    Fault::KeyFile {
                        reason: NotAKey::Shape,
                        ..
                    }
                ),
                "{read}"
            );
        }
        std::fs::write(&path, format!("{hex}\n")).unwrap();
        assert!(InstitutionKey::read(&path).is_ok());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let read = InstitutionKey::read(&path).unwrap_err();
        assert!(matches!(
            read,
            Fault::KeyFile {
                reason: NotAKey::Readable,
                ..
            }
        ));
    }
}
