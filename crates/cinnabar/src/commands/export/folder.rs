//! A folder that holds a log as files. What is written is there as a whole or not at all, and the checkpoint comes last.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use cinnabar_tlog::{HashReader, MAX_NOTE_BYTES, TileId, TilePath, TileWidth};

use crate::files::{self, Access, FileError, io_error};

/// Most bytes of a bundle of entries: 256 of 65,535 bytes with their lengths.
const BUNDLE_MAX_BYTES: usize = 256 * (65_535 + 2);
/// The file with the newest checkpoint.
const CHECKPOINT: &str = "checkpoint";

/// The folder.
pub(super) struct Folder {
    root: PathBuf,
    /// Folders with new names in them that are not durable yet.
    unsynced: BTreeSet<PathBuf>,
    /// Files written.
    pub(super) written: u64,
}

impl Folder {
    /// The folder at `root`, made if it isn't there.
    pub(super) fn open(root: &Path) -> Result<Self, FileError> {
        fs::create_dir_all(root).map_err(io_error("create", root))?;
        Ok(Self {
            root: root.to_owned(),
            unsynced: BTreeSet::new(),
            written: 0,
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// The bytes of a file in it; none if there is no such file.
    pub(super) fn read(&self, name: &str, max: usize) -> Result<Option<Vec<u8>>, FileError> {
        match files::read(&self.root.join(name), max) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The newest checkpoint, a signed note.
    pub(super) fn checkpoint(&self) -> Result<Option<Vec<u8>>, FileError> {
        self.read(CHECKPOINT, MAX_NOTE_BYTES)
    }

    /// A full bundle or tile, if it is there.
    pub(super) fn full(&self, path: TilePath) -> Result<Option<Vec<u8>>, FileError> {
        self.read(&path.to_string(), BUNDLE_MAX_BYTES)
    }

    /// Writes a file whole, unless it has these bytes already: synced beside its place, then named. Its name is durable
    /// after [`Self::sync`].
    pub(super) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        if self.read(name, BUNDLE_MAX_BYTES).ok().flatten().as_deref() == Some(bytes) {
            return Ok(());
        }
        let path = self.root.join(name);
        let parent = path.parent().unwrap_or(&self.root).to_owned();
        if !self.unsynced.contains(&parent) {
            fs::create_dir_all(&parent).map_err(io_error("create", &parent))?;
            // The folder's own name, and those above it up to the root, may be new too.
            let above = parent
                .ancestors()
                .take_while(|folder| folder.starts_with(&self.root));
            self.unsynced.extend(above.map(Path::to_owned));
        }
        let mut beside = path.file_name().unwrap_or_default().to_owned();
        beside.push(format!(".{}.new", std::process::id()));
        let beside = path.with_file_name(beside);
        let write = || -> io::Result<()> {
            let mut file = File::create(&beside)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        };
        write().map_err(io_error("write", &path))?;
        self.written += 1;
        Ok(())
    }

    /// Makes the names of everything that was written durable.
    pub(super) fn sync(&mut self) -> Result<(), FileError> {
        for folder in std::mem::take(&mut self.unsynced) {
            File::open(&folder)
                .and_then(|folder| folder.sync_all())
                .map_err(io_error("sync", &folder))?;
        }
        Ok(())
    }

    /// Publishes a checkpoint. All that it covers is durable by then: a reader never finds one without its tiles.
    pub(super) fn publish(&mut self, note: &[u8]) -> Result<(), FileError> {
        self.sync()?;
        files::replace(&self.root.join(CHECKPOINT), note, Access::Public)
    }
}

/// A tile of the folder: the file of this width, or any wider one.
impl HashReader for Folder {
    type Error = FileError;

    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, FileError> {
        let name = |width| TilePath::Hashes { tile, width }.to_string();
        let partial = self.root.join(format!("{}.p", name(TileWidth::FULL)));
        let there = fs::read_dir(partial).into_iter().flatten().flatten();
        let widths = there
            .filter_map(|item| TileWidth::new(item.file_name().to_str()?.parse().ok()?))
            .filter(|there| *there >= width && !there.is_full());
        for width in [TileWidth::FULL].into_iter().chain(widths) {
            if let Some(bytes) = self.read(&name(width), BUNDLE_MAX_BYTES)? {
                return Ok(bytes.into());
            }
        }
        let path = self.root.join(name(width));
        Err(io_error("open", &path)(io::ErrorKind::NotFound.into()))
    }
}
