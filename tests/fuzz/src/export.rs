//! The verifier, fed with an export.

use std::sync::LazyLock;

use cinnabar_tlog::{Note, VerifierKey};
use cinnabar_verifier::{Options, Report, Verifier};

/// The one export that the checkpoint below was signed for.
const WHOLE: &[u8] = include_bytes!("../corpus/export/whole");

/// The vkey of the ledger that [`WHOLE`] is an export of, and its signed checkpoint.
static SIGNED: LazyLock<(VerifierKey, Vec<u8>)> = LazyLock::new(|| {
    let text = include_str!("../corpus/export-checkpoint.txt");
    let (vkey, note) = text.split_once('\n').expect("a vkey, then a note");
    let vkey = VerifierKey::parse(vkey).expect("the first line is a vkey");
    Note::parse(note.as_bytes()).expect("the rest is a note");
    (vkey, note.into())
});

/// An export, under one signed checkpoint. The report is the same however the bytes are cut, it counts every line, and it
/// says that all is well of the one export that was signed for and of no other.
pub fn export(data: &[u8]) {
    let whole = audit([data]);
    let halves = data.split_at(data.len() / 2);
    let pieces = [halves.0].into_iter().chain(halves.1.chunks(7));
    assert_eq!(audit(pieces), whole);
    let lines = data.split(|byte| *byte == b'\n').count() as u64;
    let open = u64::from(!data.ends_with(b"\n") && !data.is_empty());
    // Two entries whose newline was damaged are told apart.
    assert!((lines - 1 + open..=2 * lines).contains(&whole.entries));
    // The newline after the last entry may be missing.
    let signed = data == WHOLE || Some(data) == WHOLE.strip_suffix(b"\n");
    assert_eq!(whole.is_verified(), signed, "{whole:?}");
}

fn audit<'d>(pieces: impl IntoIterator<Item = &'d [u8]>) -> Report {
    let (vkey, checkpoint) = &*SIGNED;
    let mut verifier = Verifier::new(Options::new(vkey.clone(), Some(checkpoint.clone())));
    for piece in pieces {
        verifier.push(piece);
    }
    verifier.finish()
}
