//! Which file is where, and the shapes of the sealed ones.

use std::path::{Path, PathBuf};

use cinnabar_events::StatementId;

use crate::contents::{Contents, List};
use crate::fault::Fault;
use crate::institution::Keys;
use crate::limits::{MAX_ID_OPENINGS, MAX_SUBJECT_BYTES};
use crate::opening::DataSubject;
use crate::seal::{Key, OVERHEAD};

/// Openings, sealed per data subject.
pub(crate) const SEALED: &str = "sealed";
/// The key of each data subject, wrapped.
pub(crate) const KEYS: &str = "keys";
/// Lists: which data subject the openings under a statement id are with.
pub(crate) const STATEMENTS: &str = "statements";
/// What takes the place of a data subject's files once an erasure is decided.
pub(crate) const PENDING: &str = "pending";
/// The folders whose files are spread over 256 folders.
pub(crate) const SPREAD: [&str; 3] = [SEALED, KEYS, STATEMENTS];

/// First bytes of a sealed file, then the number of openings in it.
const SEALED_MAGIC: &[u8; 8] = b"cnbvlts1";
/// First bytes of a key file.
const KEY_MAGIC: &[u8; 8] = b"cnbvltk1";
/// First bytes of a list.
const LIST_MAGIC: &[u8; 8] = b"cnbvltl1";

/// Longest sealed file: 8 bytes magic, 4 bytes number.
pub(crate) const MAX_SEALED_FILE: usize = 12 + OVERHEAD + MAX_SUBJECT_BYTES;
/// Length of a key file.
pub(crate) const KEY_FILE: usize = 8 + OVERHEAD + 32;
/// Longest list.
pub(crate) const MAX_LIST_FILE: usize = 8 + OVERHEAD + MAX_ID_OPENINGS * 65;

/// What the files of a data subject, or of a statement id, are called: a keyed hash, so that names don't leak.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileName(pub(crate) [u8; 32]);

impl FileName {
    const STATEMENT: u8 = 2;

    /// `BLAKE3-keyed(names key, 0 for a subject, 1 for a person ‖ name)`
    pub(crate) fn of(keys: &Keys, about: &DataSubject) -> Self {
        Self(keys.name(about.tag(), about.name().as_bytes()))
    }

    /// `BLAKE3-keyed(names key, 2 ‖ statement id, 36 ASCII bytes)`
    pub(crate) fn of_statement(keys: &Keys, statement: StatementId) -> Self {
        Self(keys.name(Self::STATEMENT, statement.to_string().as_bytes()))
    }

    /// `<folder>/<first two digits>/<64 hex digits>`
    fn spread(self, folder: &str) -> PathBuf {
        let hex = hex::encode(self.0);
        Path::new(folder).join(&hex[..2]).join(hex)
    }

    pub(crate) fn sealed(self) -> PathBuf {
        self.spread(SEALED)
    }

    pub(crate) fn key(self) -> PathBuf {
        self.spread(KEYS)
    }

    pub(crate) fn list(self) -> PathBuf {
        self.spread(STATEMENTS)
    }

    pub(crate) fn pending_sealed(self) -> PathBuf {
        Path::new(PENDING).join(format!("{}.sealed", hex::encode(self.0)))
    }

    pub(crate) fn pending_key(self) -> PathBuf {
        Path::new(PENDING).join(format!("{}.key", hex::encode(self.0)))
    }

    /// Which data subject's a file in `pending` is.
    pub(crate) fn of_pending(path: &Path) -> Option<Self> {
        let mut bytes = [0; 32];
        let hex = path.file_stem()?.to_str()?;
        hex::decode_to_slice(hex, &mut bytes).ok()?;
        let name = Self(bytes);
        (name.pending_sealed() == path || name.pending_key() == path).then_some(name)
    }

    /// What a sealed text is bound to: format, place, and what stands before it in its file.
    fn context(self, head: &[u8]) -> Vec<u8> {
        [head, &self.0].concat()
    }
}

/// ```text
/// "cnbvlts1" ‖ number of openings, u32 ‖ sealed with the data subject's key, context = the 12 bytes before ‖ file name: Contents
/// ```
pub(crate) fn seal_contents(
    name: FileName,
    key: &Key,
    contents: &Contents,
) -> Result<Vec<u8>, Fault> {
    let count = u32::try_from(contents.count()).expect("openings of a subject are limited");
    let mut file = [SEALED_MAGIC.as_slice(), &count.to_le_bytes()].concat();
    let context = name.context(&file);
    key.seal(&context, &contents.encode(), &mut file)?;
    Ok(file)
}

/// What [`seal_contents`] wrote; `path` is named if it did not.
pub(crate) fn unseal_contents(
    name: FileName,
    keys: &Keys,
    key: &Key,
    file: &[u8],
    path: &Path,
) -> Result<Contents, Fault> {
    let read = || {
        let (head, sealed) = file.split_at_checked(12)?;
        head.starts_with(SEALED_MAGIC).then_some(())?;
        let plain = key.unseal(&name.context(head), sealed)?;
        let contents = Contents::decode(&plain)?;
        let counted = sealed_count(head)? == contents.count();
        (counted && FileName::of(keys, &contents.about) == name).then_some(contents)
    };
    read().ok_or_else(|| Fault::damaged(path))
}

/// The number of openings that a sealed file says it has; not to be believed before it is unsealed.
pub(crate) fn sealed_count(file: &[u8]) -> Option<usize> {
    let (count, _) = file.strip_prefix(SEALED_MAGIC)?.split_first_chunk()?;
    usize::try_from(u32::from_le_bytes(*count)).ok()
}

/// `"cnbvltk1" ‖ sealed with the wrapping key, context = the 8 bytes before ‖ file name: the data subject's key, 32`
pub(crate) fn wrap_key(name: FileName, keys: &Keys, key: &Key) -> Result<Vec<u8>, Fault> {
    let mut file = KEY_MAGIC.to_vec();
    keys.wrap
        .seal(&name.context(KEY_MAGIC), key.bytes(), &mut file)?;
    Ok(file)
}

/// What [`wrap_key`] wrote.
pub(crate) fn unwrap_key(
    name: FileName,
    keys: &Keys,
    file: &[u8],
    path: &Path,
) -> Result<Key, Fault> {
    let read = || {
        let sealed = file.strip_prefix(KEY_MAGIC)?;
        let plain = keys.wrap.unseal(&name.context(KEY_MAGIC), sealed)?;
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        (plain.len() == bytes.len()).then(|| bytes.copy_from_slice(&plain))?;
        Some(Key::from_bytes(bytes))
    };
    read().ok_or_else(|| Fault::damaged(path))
}

/// `"cnbvltl1" ‖ sealed with the key of lists, context = the 8 bytes before ‖ file name: List`
pub(crate) fn seal_list(name: FileName, keys: &Keys, list: &List) -> Result<Vec<u8>, Fault> {
    let mut file = LIST_MAGIC.to_vec();
    keys.lists
        .seal(&name.context(LIST_MAGIC), &list.encode(), &mut file)?;
    Ok(file)
}

/// What [`seal_list`] wrote.
pub(crate) fn unseal_list(
    name: FileName,
    keys: &Keys,
    file: &[u8],
    path: &Path,
) -> Result<List, Fault> {
    let read = || {
        let sealed = file.strip_prefix(LIST_MAGIC)?;
        List::decode(&keys.lists.unseal(&name.context(LIST_MAGIC), sealed)?)
    };
    read().ok_or_else(|| Fault::damaged(path))
}
