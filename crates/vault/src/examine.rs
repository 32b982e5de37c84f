//! Looking through a vault without touching it, for whoever audits it beside the ledger.

use std::path::{Path, PathBuf};

use cinnabar_events::Sequence;

use crate::fault::Fault;
use crate::filing::Slot;
use crate::institution::InstitutionKey;
use crate::layout::{FileName, PENDING};
use crate::look::{Found, file_name};
use crate::opening::Opening;
use crate::vault::Vault;

/// A vault, or a copy of one, that is read and not changed: not even what was interrupted is finished. While it is open nobody
/// else can open it to change it.
#[derive(Debug)]
pub struct Examined(Vault);

impl Examined {
    /// Opens the vault in `dir`.
    ///
    /// # Errors
    /// [`Fault::NoVault`], [`Fault::Newer`], [`Fault::OtherKey`], [`Fault::Damaged`], [`Fault::Io`]; [`Fault::Locked`] if somebody
    /// has it open to change it.
    pub fn open(dir: &Path, institution: &InstitutionKey) -> Result<Self, Fault> {
        Vault::open_untouched(dir, institution).map(Self)
    }

    /// The erasures that entries before this sequence record have been done.
    ///
    /// # Errors
    /// None that can happen here; see [`Vault::cursor`].
    pub fn cursor(&self) -> Result<Sequence, Fault> {
        self.0.cursor()
    }

    /// What the vault has for a commitment.
    ///
    /// # Errors
    /// [`Fault::Damaged`], [`Fault::KeyMissing`], [`Fault::Io`].
    pub fn find(&self, slot: &Slot) -> Result<Found, Fault> {
        self.0.find(slot)
    }

    /// Whether an erasure was interrupted. Whoever opens the vault to change it finishes or undoes it; until then the old
    /// file may stand beside the new one.
    ///
    /// # Errors
    /// [`Fault::Io`].
    pub fn is_interrupted(&self) -> Result<bool, Fault> {
        let path = Path::new(PENDING);
        let there = self.0.disk.root().join(path).is_dir();
        Ok(there && !self.0.disk.list(path)?.is_empty())
    }

    /// Shows every opening that is kept, file by file, whether a list leads to it or not. The answer: files that don't open.
    ///
    /// # Errors
    /// [`Fault::Io`].
    pub fn each(&self, mut look: impl FnMut(Slot, &Opening)) -> Result<Vec<PathBuf>, Fault> {
        let _state = self.0.reading()?;
        let mut damaged = Vec::new();
        for path in self.0.sealed_files()? {
            let named: Option<FileName> = file_name(&path);
            let contents = match named.map(|name| self.0.load(name)) {
                Some(Ok(Some(loaded))) => loaded.contents,
                Some(Ok(None)) | None => None,
                Some(Err(Fault::Damaged { .. } | Fault::KeyMissing { .. })) => None,
                Some(Err(fault)) => return Err(fault),
            };
            match contents {
                None => damaged.push(path),
                Some(contents) => contents
                    .slots()
                    .zip(contents.iter())
                    .for_each(|(slot, (_, kept))| look(slot, &kept.opening)),
            }
        }
        damaged.sort();
        Ok(damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{files, filing, institution, keep, opening, slots};

    #[test]
    fn an_examined_vault_shows_everything_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::create(dir.path(), &institution()).unwrap();
        let filings = [
            filing("one", vec![opening("/a", "x"), opening("/b", "y")]),
            filing("two", vec![opening("/a", "z")]),
        ];
        keep(&vault, &filings);
        let mut expected = slots(&filings);
        vault.erase(&expected[..1]).unwrap();
        vault.advance(Sequence::new(9)).unwrap();
        assert!(matches!(
            Examined::open(dir.path(), &institution()),
            Err(Fault::Locked(_))
        ));
        drop(vault);
        let before = files(dir.path());
        let examined = Examined::open(dir.path(), &institution()).unwrap();
        assert!(matches!(
            Vault::open(dir.path(), &institution()),
            Err(Fault::Locked(_))
        ));
        let mut found = Vec::new();
        let damaged = examined.each(|slot, opening| {
            assert_eq!(opening.commitment(slot.statement), slot.commitment);
            found.push(slot);
        });
        assert_eq!(damaged.unwrap(), Vec::<PathBuf>::new());
        found.sort();
        let erased = expected.remove(0);
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(examined.find(&erased).unwrap(), Found::Erased);
        assert_eq!(examined.cursor().unwrap(), Sequence::new(9));
        assert!(!examined.is_interrupted().unwrap());
        drop(examined);
        assert_eq!(files(dir.path()), before);
        let other = InstitutionKey::from_bytes(zeroize::Zeroizing::new([8; 32]));
        assert!(matches!(
            Examined::open(dir.path(), &other),
            Err(Fault::OtherKey)
        ));
    }

    #[test]
    fn a_damaged_file_is_named_and_the_others_are_shown() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::create(dir.path(), &institution()).unwrap();
        keep(&vault, &[filing("one", vec![opening("/a", "x")])]);
        let path = vault.sealed_files().unwrap().remove(0);
        drop(vault);
        let mut bytes = std::fs::read(dir.path().join(&path)).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(dir.path().join(&path), bytes).unwrap();
        std::fs::write(dir.path().join(PENDING).join("x"), b"").unwrap();
        let examined = Examined::open(dir.path(), &institution()).unwrap();
        assert_eq!(
            examined.each(|_, _| panic!("nothing opens")).unwrap(),
            [path]
        );
        assert!(examined.is_interrupted().unwrap());
    }
}
