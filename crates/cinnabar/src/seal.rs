//! A seal on the views while nobody folds them: their digests, left at the end and compared at the next start.
//!
//! SQLite has no checksums over its rows: a bit that flips within a text is read as another text. What changed while the
//! node was stopped is noticed by the seal, and the views are folded again before anybody sees them. Of what
//! changes later, or in files too large to be read through at each start, `cinnabar doctor --scrub` tells.

use std::fs;
use std::path::{Path, PathBuf};

use cinnabar_projections::{Digests, Views};

/// Largest views that are sealed, in bytes: reading through so many takes a fraction of a second.
const SEALED_MAX_BYTES: u64 = 64 << 20;

fn path(dir: &Path) -> PathBuf {
    dir.join("views.seal")
}

/// Leaves the seal, if the views are not too large; otherwise none.
pub(crate) fn leave(dir: &Path, views: &Views) {
    let sealed = match size(dir) {
        0..=SEALED_MAX_BYTES => views.digests().ok(),
        _ => None,
    };
    // A seal that can't be written only means that less is noticed next time; one that stays is of an earlier cursor.
    let _ = match sealed {
        Some(digests) => fs::write(path(dir), text(&digests)),
        None => fs::remove_file(path(dir)),
    };
}

/// Whether the views are those that the seal was left on. A seal on views that had come less far, or no seal, says nothing.
pub(crate) fn holds(dir: &Path, views: &Views) -> bool {
    let Ok(seal) = fs::read_to_string(path(dir)) else {
        return true;
    };
    let cursor = format!("{:?}", views.cursor());
    if seal.lines().next() != Some(cursor.as_str()) {
        return true;
    }
    views.digests().is_ok_and(|digests| text(&digests) == seal)
}

/// The cursor in one line, then each view with its digest.
fn text(digests: &Digests) -> String {
    let mut text = format!("{:?}\n", digests.cursor);
    for (name, digest) in &digests.views {
        text.push_str(&format!("{name} {digest}\n"));
    }
    text
}

/// Bytes of the files in the folder.
fn size(dir: &Path) -> u64 {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    files
        .filter_map(|file| file.metadata().ok())
        .map(|file| file.len())
        .sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_seal_holds_until_a_line_of_it_is_another() {
        let dir = tempfile::tempdir().unwrap();
        let views = Views::open(dir.path()).unwrap();
        assert!(holds(dir.path(), &views));
        leave(dir.path(), &views);
        assert!(holds(dir.path(), &views));
        let seal = fs::read_to_string(path(dir.path())).unwrap();
        fs::write(path(dir.path()), format!("{seal}x blake3:0\n")).unwrap();
        assert!(!holds(dir.path(), &views));
        // Of another cursor it says nothing.
        fs::write(path(dir.path()), format!("x{seal}")).unwrap();
        assert!(holds(dir.path(), &views));
    }
}
