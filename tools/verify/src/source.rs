//! Where the bytes come from.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use cinnabar_tlog::MAX_NOTE_BYTES;

use crate::args::Args;
use crate::tiles::{DirectoryTiles, HttpTiles, TileLog};

/// Name of an export in a directory.
const EXPORT_NAME: &str = "ledger.jsonl";
/// A ledger that was found, with its checkpoint if there is one.
pub(crate) struct Source {
    pub(crate) checkpoint: Option<Vec<u8>>,
    pub(crate) entries: Entries,
}

pub(crate) enum Entries {
    Export(ExportAt),
    Tiles(TileLog),
}

impl Entries {
    /// Whether they are on this machine, so that reading them all costs nobody else anything.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Export(_) => true,
            Self::Tiles(log) => log.directory().is_some(),
        }
    }
}

/// Where an export is.
pub(crate) enum ExportAt {
    StandardInput,
    File(PathBuf),
}

/// Finds the ledger. What isn't there is put into `missing`.
pub(crate) fn open(args: &Args, missing: &mut Vec<String>) -> Option<Source> {
    let given = args.checkpoint.as_deref();
    let opened = match args.from.as_str() {
        "-" => Ok(Source {
            checkpoint: read_checkpoint(given, None, missing),
            entries: Entries::Export(ExportAt::StandardInput),
        }),
        from if from.starts_with("http://") || from.starts_with("https://") => Ok(open_tiles(
            args,
            TileLog::new(HttpTiles::new(from)),
            missing,
        )),
        from => open_path(args, Path::new(from), missing),
    };
    opened
        .map_err(|error| missing.push(format!("the ledger at {}: {error}", args.from)))
        .ok()
}

fn open_path(args: &Args, path: &Path, missing: &mut Vec<String>) -> io::Result<Source> {
    if !path.is_dir() {
        return open_export(args, path, missing);
    }
    let export = path.join(EXPORT_NAME);
    if export.exists() {
        return open_export(args, &export, missing);
    }
    if path.join("tile").exists() || path.join("checkpoint").exists() {
        return Ok(open_tiles(
            args,
            TileLog::new(DirectoryTiles::new(path)),
            missing,
        ));
    }
    Err(io::Error::new(
        io::ErrorKind::NotFound,
        format!("the directory has neither {EXPORT_NAME} nor checkpoint and tile/"),
    ))
}

fn open_export(args: &Args, path: &Path, missing: &mut Vec<String>) -> io::Result<Source> {
    File::open(path)?;
    let beside = PathBuf::from(format!("{}.checkpoint", path.display()));
    let checkpoint = read_checkpoint(args.checkpoint.as_deref(), Some(&beside), missing);
    Ok(Source {
        checkpoint,
        entries: Entries::Export(ExportAt::File(path.to_owned())),
    })
}

fn open_tiles(args: &Args, log: TileLog, missing: &mut Vec<String>) -> Source {
    let checkpoint = match &args.checkpoint {
        Some(_) => read_checkpoint(args.checkpoint.as_deref(), None, missing),
        None => log
            .checkpoint()
            .map_err(|error| missing.push(error.to_string()))
            .ok(),
    };
    Source {
        checkpoint,
        entries: Entries::Tiles(log),
    }
}

fn read_checkpoint(
    given: Option<&Path>,
    beside: Option<&Path>,
    missing: &mut Vec<String>,
) -> Option<Vec<u8>> {
    let path = given.or(beside)?;
    read_note(path)
        .map_err(|error| missing.push(format!("the checkpoint {}: {error}", path.display())))
        .ok()
}

/// Reads a note, at most as long as a note can be.
pub(crate) fn read_note(path: &Path) -> io::Result<Vec<u8>> {
    let mut note = Vec::new();
    File::open(path)?
        .take(MAX_NOTE_BYTES as u64 + 1)
        .read_to_end(&mut note)?;
    Ok(note)
}

impl Source {
    /// The log in tiles, if it is one.
    pub(crate) fn tiles(&self) -> Option<&TileLog> {
        match &self.entries {
            Entries::Tiles(log) => Some(log),
            Entries::Export(..) => None,
        }
    }

    /// The directory of an export.
    pub(crate) fn room(&self) -> Option<&Path> {
        match &self.entries {
            Entries::Tiles(_) => None,
            Entries::Export(from) => from.room(),
        }
    }

    /// Whether an export has a line that begins at `offset`, as far as that can be told without reading it.
    pub(crate) fn goes_on_after(&self, offset: u64) -> io::Result<()> {
        match &self.entries {
            Entries::Tiles(_) | Entries::Export(ExportAt::StandardInput) => Ok(()),
            Entries::Export(export @ ExportAt::File(_)) => export.read(offset).map(|_| ()),
        }
    }

    /// Whether it can be read a second time.
    pub(crate) fn can_be_read_again(&self) -> bool {
        match &self.entries {
            Entries::Tiles(_) => true,
            Entries::Export(from) => matches!(from, ExportAt::File(_)),
        }
    }
}

impl ExportAt {
    fn room(&self) -> Option<&Path> {
        match self {
            Self::StandardInput => None,
            Self::File(path) => path.parent(),
        }
    }

    /// The export behind its first `offset` bytes, and how long it is in all, if known. An offset at which no line begins is
    /// an error: it is another export.
    pub(crate) fn read(&self, offset: u64) -> io::Result<(Box<dyn Read>, Option<u64>)> {
        let another = || {
            let what = "no line ends where the verified part did: it is another export";
            io::Error::new(io::ErrorKind::InvalidData, what)
        };
        match self {
            Self::StandardInput => {
                let mut input = io::stdin();
                let skipped = io::copy(&mut input.by_ref().take(offset), &mut io::sink())?;
                if skipped < offset {
                    return Err(another());
                }
                Ok((Box::new(input), None))
            }
            Self::File(path) => {
                let mut file = File::open(path)?;
                let metadata = file.metadata()?;
                let length = metadata.is_file().then_some(metadata.len());
                if let Some(before) = offset.checked_sub(1) {
                    file.seek(SeekFrom::Start(before))?;
                    let mut newline = [0];
                    if file.read(&mut newline)? != 1 || newline != *b"\n" {
                        return Err(another());
                    }
                }
                Ok((Box::new(file), length))
            }
        }
    }
}
