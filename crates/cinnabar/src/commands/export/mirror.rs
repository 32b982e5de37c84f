//! `cinnabar export --tiles`: the whole log as files, which any static file server serves.
//!
//! Only entries are fetched. Tiles are computed from them, so what is in the folder is what its checkpoint signs: a run goes on
//! from the tree that the folder holds, and if the new checkpoint does not come out of it, nothing is published.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

use cinnabar_tlog::{
    Checkpoint, EdgeTiles, HASH_BYTES, Hash, HashReader as _, Note, Size, TILE_WIDTH, TileId,
    TilePath, TileWidth, VerifierKey, bundle_width_at, decode_bundle, leaf_hash,
};

use super::checkpoints::{Checkpoints, Contradiction};
use super::folder::Folder;
use crate::alarm;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::http::{Api, Signed};
use crate::out;

/// Bundles after which the tiles computed from them are written: 65,536 entries, 2 MiB of hashes.
const WRITE_EVERY: u64 = 256;

/// Adds to the folder at `path` all that the log has beyond it.
pub(super) fn run(
    api: &Api,
    key: &VerifierKey,
    signed: &Signed,
    path: &Path,
) -> Result<(), Failure> {
    let folder = Folder::open(path).or_fail(Exit::Usage)?;
    let held = held(&folder, key)?;
    let before = held
        .as_ref()
        .map_or(Size::new(0), |held| held.checkpoint.size);
    if let Some(held) = held.as_ref().filter(|_| before > signed.checkpoint.size) {
        return ahead(&folder, held, signed, key);
    }
    let edge = match &held {
        None => EdgeTiles::empty(),
        Some(held) => edge_of(&folder, &held.checkpoint)?,
    };
    let mut mirror = Mirror {
        api,
        signed,
        folder,
        reuse: true,
        reused: false,
    };
    let mut outcome = mirror.extend(edge.clone())?;
    if outcome.is_err() && mirror.reused {
        // What an interrupted run left may be damaged: then all of it is fetched.
        mirror.reuse = false;
        outcome = mirror.extend(edge)?;
    }
    let mut folder = mirror.folder;
    if let Err(Contradiction { size, note }) = outcome {
        let known = held.map_or_else(|| signed.note.clone(), |held| held.note);
        let what = format!(
            "what the log serves up to size {size} contradicts the checkpoints; {} stays as published",
            folder.path().display()
        );
        let proofs = alarm::between(&known, note.as_bytes(), api);
        return Err(alarm::raise(
            &what,
            &known,
            note.as_bytes(),
            &proofs,
            key,
            alarm::folder_of(folder.path()),
        ));
    }
    folder.publish(&signed.note).or_fail(Exit::Usage)?;
    out::note(format!(
        "{} new entries, up to size {}; {} files written in {}",
        signed.checkpoint.size.get() - before.get(),
        signed.checkpoint.size,
        folder.written,
        folder.path().display()
    ));
    Ok(())
}

/// The checkpoint that the folder has published, which must be this log's.
fn held(folder: &Folder, key: &VerifierKey) -> Result<Option<Signed>, Failure> {
    let Some(bytes) = folder.checkpoint().or_fail(Exit::Usage)? else {
        return Ok(None);
    };
    let place = folder.path().display().to_string();
    let note = Note::parse(&bytes).or_fail_while(Exit::NotVerified, || {
        format!("{place}/checkpoint is damaged")
    })?;
    let other = Checkpoint::parse(note.text())
        .ok()
        .filter(|checkpoint| checkpoint.origin != *key.name());
    if let Some(other) = other {
        return Err(Failure::saying(
            Exit::Usage,
            format!(
                "{place} holds another log, {}; choose another folder",
                other.origin
            ),
        ));
    }
    let checkpoint = Checkpoint::open(&note, key).or_fail_while(Exit::NotVerified, || {
        format!("{place}/checkpoint is not signed by this log")
    })?;
    Ok(Some(Signed {
        checkpoint,
        note: bytes,
    }))
}

/// The right edge of the folder's tree, which must give its checkpoint's root.
fn edge_of(folder: &Folder, held: &Checkpoint) -> Result<EdgeTiles, Failure> {
    let damaged = |why: String| {
        Failure::saying(
            Exit::NotVerified,
            format!(
                "the tiles in {} do not give the root of its checkpoint{why}; take another folder, or empty this one",
                folder.path().display()
            ),
        )
    };
    let edge = EdgeTiles::from_reader(held.size, folder)
        .map_err(|error| damaged(format!(" ({})", out::reasons(&error))))?;
    if edge.root() == held.root {
        Ok(edge)
    } else {
        Err(damaged(String::new()))
    }
}

/// The folder has more than the server: the server's tree must be the beginning of the folder's.
fn ahead(
    folder: &Folder,
    held: &Signed,
    signed: &Signed,
    key: &VerifierKey,
) -> Result<(), Failure> {
    let size = signed.checkpoint.size;
    let root = cinnabar_tlog::root(size, folder)
        .or_fail_while(Exit::NotVerified, || "the folder's tiles can't be read")?;
    if root != signed.checkpoint.root {
        let what = format!(
            "the log now shows {size} entries that are not the first {size} of the {} in {}",
            held.checkpoint.size,
            folder.path().display()
        );
        let proofs = alarm::between(&held.note, &signed.note, folder);
        return Err(alarm::raise(
            &what,
            &held.note,
            &signed.note,
            &proofs,
            key,
            alarm::folder_of(folder.path()),
        ));
    }
    out::note(format!(
        "Nothing is new: the folder has {} entries already, and this server shows the first {size} of them.",
        held.checkpoint.size
    ));
    Ok(())
}

struct Mirror<'a> {
    api: &'a Api,
    signed: &'a Signed,
    folder: Folder,
    /// Whether full bundles that lie there already are taken.
    reuse: bool,
    /// Whether any was.
    reused: bool,
}

impl Mirror<'_> {
    /// Everything from `edge` to the checkpoint, as files. The checkpoint itself is not published yet.
    fn extend(&mut self, mut edge: EdgeTiles) -> Result<Result<(), Contradiction>, Failure> {
        let Checkpoint { size, root, .. } = &self.signed.checkpoint;
        let start = edge.size();
        let mut checkpoints = Checkpoints::from(self.api, start)?;
        if let Err(contradiction) = self.checkpoints_at(&mut checkpoints, &edge)? {
            return Ok(Err(contradiction));
        }
        let mut partial = BTreeMap::new();
        let mut index = start.get() / u64::from(TILE_WIDTH);
        while let Some(width) = bundle_width_at(index, *size) {
            let path = TilePath::Entries { index, width };
            let bytes = self.bundle(path)?;
            let entries = decode_bundle(&bytes, width).or_fail_while(Exit::NotVerified, || {
                format!("{path} is no bundle of entries")
            })?;
            for (sequence, entry) in (index * u64::from(TILE_WIDTH)..).zip(entries) {
                let leaf = leaf_hash(entry);
                if sequence < start.get() {
                    if self.held_leaf(sequence, start)? != leaf {
                        return Ok(Err(self.contradiction()));
                    }
                    continue;
                }
                edge.append(leaf);
                if let Err(contradiction) = self.checkpoints_at(&mut checkpoints, &edge)? {
                    return Ok(Err(contradiction));
                }
            }
            self.folder
                .write(&path.to_string(), &bytes)
                .or_fail(Exit::Usage)?;
            index += 1;
            if index.is_multiple_of(WRITE_EVERY) {
                self.full_tiles(&mut edge, &mut partial)?;
            }
        }
        if edge.root() != *root {
            return Ok(Err(self.contradiction()));
        }
        self.full_tiles(&mut edge, &mut partial)?;
        for (tile, bytes) in std::mem::take(&mut partial).into_values() {
            self.tile(tile, &bytes)?;
        }
        Ok(Ok(()))
    }

    /// The entries don't give the root that the newest checkpoint signs, or are not those that the folder has.
    fn contradiction(&self) -> Contradiction {
        Contradiction {
            size: self.signed.checkpoint.size,
            note: String::from_utf8_lossy(&self.signed.note).into_owned(),
        }
    }

    /// A bundle: one that an earlier run left, or the log's. Whichever it is, the root tells whether it is the right one.
    fn bundle(&mut self, path: TilePath) -> Result<Vec<u8>, Failure> {
        if self.reuse
            && path.width().is_full()
            && let Some(bytes) = self.folder.full(path).or_fail(Exit::Usage)?
            && decode_bundle(&bytes, path.width()).is_ok()
        {
            self.reused = true;
            return Ok(bytes);
        }
        self.api.tile(path).or_fail(Exit::Unreachable)
    }

    /// The hash of an entry that the folder has, at its size `start`.
    fn held_leaf(&self, sequence: u64, start: Size) -> Result<Hash, Failure> {
        let tile = TileId::new(0, sequence / u64::from(TILE_WIDTH)).or_fail(Exit::Bug)?;
        let width = tile.width_at(start).unwrap_or(TileWidth::FULL);
        let bytes = self.folder.tile(tile, width).or_fail(Exit::Usage)?;
        let place = usize::try_from(sequence % u64::from(TILE_WIDTH)).or_fail(Exit::Bug)?;
        let (hashes, _) = bytes.as_chunks::<HASH_BYTES>();
        let hash = hashes.get(place).copied().map(Hash::from_bytes);
        hash.ok_or_else(|| Failure::saying(Exit::NotVerified, "a tile in the folder is cut off"))
    }

    /// Keeps every checkpoint whose size the tree has reached.
    fn checkpoints_at(
        &mut self,
        checkpoints: &mut Checkpoints<'_>,
        edge: &EdgeTiles,
    ) -> Result<Result<(), Contradiction>, Failure> {
        while let Some(next) = checkpoints.next_size()? {
            match next.cmp(&edge.size()) {
                Ordering::Greater => break,
                // Not in order; what was passed over once is not gone back to.
                Ordering::Less => checkpoints.skip(),
                Ordering::Equal => {
                    let origin = &self.signed.checkpoint.origin;
                    let kept = checkpoints.keep_next(&mut self.folder, origin, edge.root())?;
                    if kept.is_err() {
                        return Ok(kept);
                    }
                }
            }
        }
        Ok(Ok(()))
    }

    /// Writes the tiles that are full, and remembers the last state of those that aren't.
    fn full_tiles(
        &mut self,
        edge: &mut EdgeTiles,
        partial: &mut BTreeMap<u8, (TileId, Vec<u8>)>,
    ) -> Result<(), Failure> {
        for (tile, bytes) in edge.take_changes() {
            if bytes.len() == usize::from(TILE_WIDTH) * HASH_BYTES {
                partial.remove(&tile.level());
                self.tile(tile, &bytes)?;
            } else {
                partial.insert(tile.level(), (tile, bytes));
            }
        }
        Ok(())
    }

    fn tile(&mut self, tile: TileId, bytes: &[u8]) -> Result<(), Failure> {
        let width = u16::try_from(bytes.len() / HASH_BYTES).or_fail(Exit::Bug)?;
        let width = TileWidth::new(width)
            .ok_or_else(|| Failure::saying(Exit::Bug, "a tile without hashes"))?;
        let path = TilePath::Hashes { tile, width };
        self.folder
            .write(&path.to_string(), bytes)
            .or_fail(Exit::Usage)
    }
}

#[cfg(test)]
mod tests;
