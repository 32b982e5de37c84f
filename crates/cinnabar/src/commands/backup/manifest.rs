//! What a backup says of itself: which ledger, how far, and every file with its hash. It is written last, whole, so that half a
//! backup is none.

use std::io;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access, FileError};

/// Its name in the folder of the backup.
pub(crate) const MANIFEST: &str = "manifest.json";
/// Version of the manifest and of how the files lie. A newer one is refused.
pub(crate) const FORMAT: u32 = 1;
/// Longest manifest: room for some 1.5 million files, of which a vault has three for each of its data subjects.
const MANIFEST_MAX_BYTES: usize = 256 << 20;
/// What stands for the check while it is computed.
const NO_CHECK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One file of the backup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// Where it belongs in the folder of the data: relative, parts parted by `/`.
    pub(crate) path: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// BLAKE3 of it, 64 hex digits: also its name in the backup.
    pub(crate) blake3: String,
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// BLAKE3 of the manifest with zeros in this place: a flipped bit in it is found, too.
    pub(crate) check: String,
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// The release that wrote it.
    pub(crate) release: String,
    /// When.
    pub(crate) taken: String,
    /// The ledger's id.
    pub(crate) ledger: String,
    /// Its short name.
    pub(crate) name: String,
    /// The origin of its checkpoints.
    pub(crate) origin: String,
    /// Its log's verifier key.
    pub(crate) vkey: String,
    /// Entries in the replica.
    pub(crate) size: u64,
    /// Hash of the last of them.
    pub(crate) head: String,
    /// Root of the tree over them.
    pub(crate) root: String,
    /// The newest signed checkpoint, the whole note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoint: Option<String>,
    /// Which message of the log stream was the last one applied: generation and sequence.
    pub(crate) stream: (u32, u64),
    /// The files, by path.
    pub(crate) files: Vec<Listed>,
}

/// What every format has.
#[derive(Deserialize)]
struct AnyFormat {
    format: u32,
}

impl Manifest {
    /// As it is written, with its check.
    pub(crate) fn seal(mut self) -> Result<Vec<u8>, Failure> {
        self.check = NO_CHECK.to_owned();
        let text = serde_json::to_string_pretty(&self).or_fail(Exit::Bug)? + "\n";
        let check = blake3::hash(text.as_bytes()).to_hex();
        Ok(text.replacen(NO_CHECK, &check, 1).into_bytes())
    }

    /// Writes it to the folder `backup`, in place of the one before, and makes it durable.
    pub(crate) fn write(self, backup: &Path) -> Result<(), Failure> {
        let bytes = self.seal()?;
        files::replace(&backup.join(MANIFEST), &bytes, Access::Private).or_fail(Exit::Usage)
    }

    /// The manifest in the folder `backup`; none if there is none.
    ///
    /// # Errors
    /// If it is of a newer format, or damaged.
    pub(crate) fn find(backup: &Path) -> Result<Option<Self>, Failure> {
        let path = backup.join(MANIFEST);
        let bytes = match files::read(&path, MANIFEST_MAX_BYTES) {
            Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            other => other.or_fail(Exit::Usage)?,
        };
        Self::parse(&bytes, &path).map(Some)
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, Failure> {
        let damaged = |why: String| {
            let text = format!("{} is damaged: {why}", path.display());
            Failure::saying(Exit::NotVerified, text)
        };
        let AnyFormat { format } =
            serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        if format > FORMAT {
            return Err(Failure::saying(
                Exit::Usage,
                format!(
                    "the backup has format {format}, this release knows formats up to {FORMAT}: use the release that wrote it, or a newer one"
                ),
            ));
        }
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
        let text = std::str::from_utf8(bytes).map_err(|error| damaged(error.to_string()))?;
        let blank = text.replacen(&manifest.check, NO_CHECK, 1);
        let sound = manifest.check.len() == NO_CHECK.len()
            && blake3::hash(blank.as_bytes()).to_hex().as_str() == manifest.check;
        if !sound {
            return Err(damaged(
                "it does not have the hash that it names".to_owned(),
            ));
        }
        match manifest.files.iter().find(|file| !file.is_plain()) {
            Some(file) => Err(damaged(format!("{:?} is no place for a file", file.path))),
            None => Ok(manifest),
        }
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

impl Listed {
    /// Whether it stays in the folder that it is put into, and has the name of a hash.
    fn is_plain(&self) -> bool {
        let path = Path::new(&self.path);
        let down = |part: Component<'_>| matches!(part, Component::Normal(_));
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        path.components().next().is_some()
            && path.components().all(down)
            && self.blake3.len() == 64
            && self.blake3.bytes().all(digit)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            check: String::new(),
            format: FORMAT,
            release: "0.1.0".to_owned(),
            taken: "2026-11-22T15:00:00.000000Z".to_owned(),
            ledger: "blake3:…".to_owned(),
            name: "demo".to_owned(),
            origin: "example.org/demo".to_owned(),
            vkey: "key".to_owned(),
            size: 7,
            head: "blake3:…".to_owned(),
            root: "…".to_owned(),
            checkpoint: None,
            stream: (0, 3),
            files: vec![Listed {
                path: "store/replica/head".to_owned(),
                bytes: 1,
                blake3: "ab".repeat(32),
            }],
        }
    }

    fn parse(bytes: &[u8]) -> Result<Manifest, String> {
        Manifest::parse(bytes, Path::new("m")).map_err(|failure| failure.message().unwrap())
    }

    #[test]
    fn any_flipped_bit_of_a_manifest_is_found() {
        let sealed = manifest().seal().unwrap();
        let read = parse(&sealed).unwrap();
        assert_eq!(read.files, manifest().files);
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert!(parse(&changed).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_newer_format_is_refused_with_what_to_do_whatever_else_it_says() {
        let said = parse(br#"{"format":2,"colour":"red"}"#).unwrap_err();
        assert!(said.contains("use the release that wrote it"), "{said}");
    }

    #[test]
    fn a_file_outside_of_the_data_is_none() {
        for path in ["/etc/passwd", "../up", "a/../../b", ""] {
            let mut bad = manifest();
            bad.files[0].path = path.to_owned();
            assert!(parse(&bad.seal().unwrap()).is_err(), "{path}");
        }
    }
}
