//! The leaves of a ledger, read from the start as often as somebody asks: of an export line by line, of a log bundle by bundle.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use cinnabar_evidence::{Leaves, Pass, Unreadable};
use cinnabar_tlog::{MAX_ENTRY_BYTES, Size, TILE_WIDTH, bundle_width_at, decode_bundle};

use crate::source::{Entries, ExportAt};
use crate::tiles::{DirectoryTiles, HttpTiles, TileLog};

/// Name of an export in a directory.
const EXPORT_NAME: &str = "ledger.jsonl";
/// Bytes read from an export at a time.
const READ_BYTES: usize = 1 << 16;

/// A ledger that can be read again and again.
pub(crate) struct Found {
    pub(crate) entries: Entries,
    /// Where the checkpoint of an export is; that of a log is fetched.
    pub(crate) checkpoint: Option<PathBuf>,
}

/// Finds a log (an address, or a directory with `checkpoint` and `tile/`) or an export (a file, or a directory with
/// `ledger.jsonl`).
///
/// # Errors
/// If there is none.
pub(crate) fn find(from: &str) -> io::Result<Found> {
    if is_url(from) {
        let entries = Entries::Tiles(TileLog::new(HttpTiles::new(from)));
        return Ok(Found {
            entries,
            checkpoint: None,
        });
    }
    let path = Path::new(from);
    if !path.is_dir() {
        File::open(path)?;
        return Ok(export(path.to_owned()));
    }
    let inside = path.join(EXPORT_NAME);
    if inside.exists() {
        return Ok(export(inside));
    }
    if path.join("checkpoint").exists() || path.join("tile").exists() {
        let entries = Entries::Tiles(TileLog::new(DirectoryTiles::new(path)));
        return Ok(Found {
            entries,
            checkpoint: None,
        });
    }
    let what = format!("{from} has neither {EXPORT_NAME} nor checkpoint and tile/");
    Err(io::Error::new(io::ErrorKind::NotFound, what))
}

/// Whether this is the address of something that is served.
pub(crate) fn is_url(from: &str) -> bool {
    from.starts_with("http://") || from.starts_with("https://")
}

fn export(path: PathBuf) -> Found {
    let checkpoint = PathBuf::from(format!("{}.checkpoint", path.display()));
    Found {
        entries: Entries::Export(ExportAt::File(path)),
        checkpoint: Some(checkpoint),
    }
}

/// The first `size` leaves of a ledger.
pub(crate) struct FirstLeaves<'e> {
    pub(crate) entries: &'e Entries,
    pub(crate) size: u64,
}

impl Leaves for FirstLeaves<'_> {
    fn pass(&self) -> Pass<'_> {
        leaves(self.entries, (0, self.size))
    }
}

/// The leaves from one sequence up to, not with, another. After what can't be read there is nothing more.
pub(crate) fn leaves(entries: &Entries, (from, until): (u64, u64)) -> Pass<'_> {
    match entries {
        Entries::Export(ExportAt::File(path)) => match File::open(path) {
            Ok(file) => Box::new(lines(
                BufReader::with_capacity(READ_BYTES, file),
                from,
                until,
            )),
            Err(error) => Box::new(std::iter::once(Err(unreadable(error)))),
        },
        Entries::Export(ExportAt::StandardInput) => {
            let what = "standard input can't be read again";
            Box::new(std::iter::once(Err(unreadable(io::Error::other(what)))))
        }
        Entries::Tiles(log) => Box::new(bundles(log, from, until)),
    }
}

fn lines<'l>(
    mut reader: BufReader<File>,
    from: u64,
    until: u64,
) -> impl Iterator<Item = Result<Cow<'l, [u8]>, Unreadable>> + 'l {
    let mut line = Vec::new();
    let mut next = 0;
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended && next < until {
            line.clear();
            // One byte more than the longest line with its newline: then it is known to be too long.
            let mut limited = (&mut reader).take(MAX_ENTRY_BYTES as u64 + 2);
            if let Err(error) = limited.read_until(b'\n', &mut line) {
                ended = true;
                return Some(Err(unreadable(error)));
            }
            if line.is_empty() {
                return None;
            }
            if line.last() == Some(&b'\n') {
                line.pop();
            }
            if line.len() > MAX_ENTRY_BYTES {
                ended = true;
                let what = format!("line {next} is longer than {MAX_ENTRY_BYTES} bytes");
                return Some(Err(unreadable(io::Error::other(what))));
            }
            next += 1;
            if next > from {
                return Some(Ok(Cow::Owned(std::mem::take(&mut line))));
            }
        }
        None
    })
}

fn bundles(
    log: &TileLog,
    from: u64,
    until: u64,
) -> impl Iterator<Item = Result<Cow<'_, [u8]>, Unreadable>> {
    let wide = u64::from(TILE_WIDTH);
    let mut stopped = false;
    let mut indexes = from / wide..until.div_ceil(wide);
    let fetched = std::iter::from_fn(move || {
        if stopped {
            return None;
        }
        let index = indexes.next()?;
        let bundle = bundle(log, index, Size::new(until));
        stopped = bundle.is_err();
        let skipped = usize::try_from(from.saturating_sub(index * wide)).unwrap_or(usize::MAX);
        Some(match bundle {
            Ok(entries) => entries.into_iter().skip(skipped).map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
    });
    fetched.flatten()
}

fn bundle(log: &TileLog, index: u64, size: Size) -> Result<Vec<Cow<'_, [u8]>>, Unreadable> {
    let Some(width) = bundle_width_at(index, size) else {
        return Ok(Vec::new());
    };
    let (found, bytes) = log.bundle(index, width).map_err(unreadable)?;
    let entries = decode_bundle(&bytes, found).map_err(unreadable)?;
    let wanted = entries.into_iter().take(width.as_usize());
    Ok(wanted.map(|entry| Cow::Owned(entry.to_vec())).collect())
}

fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Unreadable {
    Unreadable(Box::new(error))
}
