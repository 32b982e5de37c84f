//! A witness: it has cosigned, and is asked to cosign what is shown.

use std::path::Path;

use cinnabar_tlog::{AddCheckpoint, Checkpoint, ConsistencyProof, Note, Size, consistency_proof};
use cinnabar_witness::Witness;
use cinnabar_witness::server::{Answer, Options};

use crate::attacks::{Served, Shown};
use crate::honest::Honest;

/// What the witness is called.
pub const NAME: &str = "witness.example.org/w1";

/// One that was last asked yesterday; and if it cosigns, one that is asked every second.
pub(super) fn look(honest: &Honest, served: &Served) -> Option<String> {
    let status = |cosigned| asked(honest, served, cosigned);
    let yesterday = status(honest.yesterday).map(refusal);
    yesterday.or_else(|| {
        let refusal = refusal(status(served.cosigned)?);
        Some(format!("{refusal} if it cosigned today"))
    })
}

/// What a status of the witness protocol means here.
fn refusal(status: u16) -> String {
    let words = match status {
        400 => "smaller than before",
        422 => "no continuation",
        _ => "another reason",
    };
    format!("refuses ({words})")
}

/// A witness in `folder` that has cosigned the honest ledger of this size.
///
/// # Panics
/// If it doesn't cosign that.
pub fn witness(honest: &Honest, folder: &Path, cosigned: usize) -> Witness {
    let name = NAME.parse().expect("a name");
    let options = Options::new(name, vec![honest.key().clone()]);
    let witness = Witness::open(folder, options).expect("a witness");
    let before = request(honest, 0, &honest.shown(cosigned));
    let Answer::Cosigned(_) = witness.add_checkpoint(before.as_bytes()) else {
        panic!("the witness did not cosign the honest checkpoint")
    };
    witness
}

/// With which status a witness refuses that has cosigned the honest ledger of this size.
fn asked(honest: &Honest, served: &Served, cosigned: usize) -> Option<u16> {
    let folder = tempfile::tempdir().expect("room for a folder");
    let witness = witness(honest, folder.path(), cosigned);
    let now = request(honest, cosigned, &served.shown);
    match witness.add_checkpoint(now.as_bytes()) {
        Answer::Cosigned(_) => None,
        refused @ (Answer::Refused(_) | Answer::ClockBehind(_) | Answer::NotDurable) => {
            Some(refused.status())
        }
    }
}

/// The request that leads from `old` to what is shown, as far as that can be proven: a witness sees no entries, so where the
/// checkpoint is the honest one, so is the proof.
fn request(honest: &Honest, old: usize, shown: &Shown) -> String {
    let note = Note::parse(shown.checkpoint.as_bytes()).expect("the operator signs notes");
    let size = Checkpoint::parse(note.text())
        .expect("it is a checkpoint")
        .size;
    let honest_size = (size.get() as usize).min(honest.today.size());
    let story = match honest.shown(honest_size).checkpoint == shown.checkpoint {
        true => &honest.today,
        false => &shown.story,
    };
    let (old, new) = (Size::new(old as u64), size);
    let proof = match old <= new {
        true => consistency_proof(old, new, &story.tree()).expect("the operator has the tree"),
        false => ConsistencyProof::new(Vec::new()).expect("no hash is not too many"),
    };
    AddCheckpoint {
        old,
        proof,
        checkpoint: note,
    }
    .to_string()
}
