//! Where the bytes come from.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cinnabar_tlog::MAX_NOTE_BYTES;
use cinnabar_verifier::Verifier;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Args;
use crate::tiles::{DirectoryTiles, HttpTiles, TileLog};

/// Name of an export in a directory.
const EXPORT_NAME: &str = "ledger.jsonl";
/// Bytes read from an export at a time: large enough that reading costs nothing beside verifying.
const READ_BYTES: usize = 1 << 20;

/// A ledger that was found, with its checkpoint if there is one.
pub(crate) struct Source {
    checkpoint: Option<Vec<u8>>,
    entries: Entries,
}

enum Entries {
    /// An export, and its length in bytes if known.
    Export(Box<dyn Read>, Option<u64>),
    Tiles(TileLog),
}

/// Finds the ledger. What isn't there is put into `missing`.
pub(crate) fn open(args: &Args, missing: &mut Vec<String>) -> Option<Source> {
    let given = args.checkpoint.as_deref();
    let opened = match args.from.as_str() {
        "-" => Ok(Source {
            checkpoint: read_checkpoint(given, None, missing),
            entries: Entries::Export(Box::new(io::stdin()), None),
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
    let file = File::open(path)?;
    let length = file
        .metadata()
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|metadata| metadata.len());
    let beside = PathBuf::from(format!("{}.checkpoint", path.display()));
    let checkpoint = read_checkpoint(args.checkpoint.as_deref(), Some(&beside), missing);
    Ok(Source {
        checkpoint,
        entries: Entries::Export(Box::new(file), length),
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
    pub(crate) fn checkpoint(&self) -> Option<Vec<u8>> {
        self.checkpoint.clone()
    }

    /// Gives every entry to the verifier.
    pub(crate) fn feed(self, args: &Args, verifier: &mut Verifier) {
        match self.entries {
            Entries::Export(reader, length) => {
                let bar = bar(args, length, "{bytes} of {total_bytes}");
                if let Err(error) = feed_export(reader, verifier, &bar) {
                    verifier.push_cut(format!(
                        "the rest of the export after {} bytes: {error}",
                        bar.position()
                    ));
                }
                bar.finish_and_clear();
            }
            Entries::Tiles(log) => {
                let size = self
                    .checkpoint
                    .as_deref()
                    .and_then(|note| cinnabar_verifier::open_checkpoint(note, &args.log_key).ok());
                let Some(size) = size.map(|checkpoint| checkpoint.size) else {
                    verifier.push_cut(
                        "the entries: how many there are, only a signed checkpoint tells",
                    );
                    return;
                };
                let bar = bar(args, Some(size.get()), "{human_pos} of {human_len} entries");
                log.feed(size, verifier, &bar);
                bar.finish_and_clear();
            }
        }
    }
}

fn feed_export(
    mut reader: Box<dyn Read>,
    verifier: &mut Verifier,
    bar: &ProgressBar,
) -> io::Result<()> {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                verifier.push(&buffer[..read]);
                bar.inc(read as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A progress bar on standard error; it hides itself where that is no terminal.
fn bar(args: &Args, length: Option<u64>, count: &str) -> ProgressBar {
    if args.quiet {
        return ProgressBar::hidden();
    }
    let template = match length {
        Some(_) => format!("verifying {{wide_bar}} {count}, {{eta}} left"),
        None => "verifying {spinner} {bytes} in {elapsed}".to_owned(),
    };
    let style =
        ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.with_style(style)
}
