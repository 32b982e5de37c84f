//! What readers do when the log contradicts itself: say so, and leave what a third party needs to see it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use cinnabar_evidence::{Comparison, Consistency, Trust, compare};
use cinnabar_tlog::{Checkpoint, HashReader, Note, Size, TileId, TileWidth, VerifierKey};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access};

/// What the name of an evidence file ends with.
const EVIDENCE_SUFFIX: &str = ".evidence.json";

/// Two things that the log signed contradict each other: raises the alarm, with an evidence file in `folder` if they prove it by
/// themselves. `known` are proofs between their sizes.
pub(crate) fn raise(
    what: &str,
    held: &[u8],
    seen: &[u8],
    known: &[Consistency],
    log_key: &VerifierKey,
    folder: &Path,
) -> Failure {
    let trust = match Trust::key(log_key.clone()) {
        Ok(trust) => trust,
        Err(error) => return Failure::new(Exit::Usage, error),
    };
    tell(what, &compare(held, seen, &trust, known), log_key, folder)
}

/// The alarm about a comparison, with its evidence file in `folder`.
pub(crate) fn tell(
    what: &str,
    compared: &Comparison,
    log_key: &VerifierKey,
    folder: &Path,
) -> Failure {
    let Some(evidence) = compared.evidence() else {
        let sentence = format!("ALARM: {what}\nNo evidence that stands by itself: {compared}");
        return Failure::saying(Exit::Alarm, sentence);
    };
    match keep(evidence, folder) {
        Ok(path) => Failure::saying(
            Exit::Alarm,
            format!(
                "ALARM: {what}\n{compared}The evidence is in {0}. Give it to others; anybody checks it offline:\nverify evidence {0} --log-key {log_key}",
                path.display()
            ),
        ),
        Err(failure) => failure,
    }
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// Writes an evidence file, named by what is in it.
fn keep(evidence: &[u8], folder: &Path) -> Result<PathBuf, Failure> {
    let name = &blake3::hash(evidence).to_hex()[..12];
    let path = folder.join(format!("{name}{EVIDENCE_SUFFIX}"));
    files::replace(&path, evidence, Access::Public).or_fail(Exit::Usage)?;
    Ok(path)
}

/// The proof between two signed notes, from the tiles of the larger tree; none if they have one size, or the tiles are not to be had.
pub(crate) fn between<R: HashReader>(one: &[u8], other: &[u8], reader: &R) -> Vec<Consistency> {
    let size = |note: &[u8]| -> Option<Size> {
        let note = Note::parse(note).ok()?;
        Some(Checkpoint::parse(note.text()).ok()?.size)
    };
    let (Some(one), Some(other)) = (size(one), size(other)) else {
        return Vec::new();
    };
    if one == other {
        return Vec::new();
    }
    let (old, size) = (one.min(other), one.max(other));
    let known = Consistency::from_reader(old, size, &Widest { reader, size });
    known.into_iter().collect()
}

/// Asks for each tile as wide as it is at one size: a folder of files has no others.
struct Widest<'r, R> {
    reader: &'r R,
    size: Size,
}

impl<R: HashReader> HashReader for Widest<'_, R> {
    type Error = R::Error;

    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, R::Error> {
        self.reader
            .tile(tile, tile.width_at(self.size).unwrap_or(width))
    }
}
