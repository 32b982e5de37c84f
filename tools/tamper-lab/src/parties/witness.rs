//! A witness: it has cosigned, and is asked to cosign what is shown.

use cinnabar_tlog::{AddCheckpoint, ConsistencyProof, Note, Size, consistency_proof};
use cinnabar_witness::Witness;
use cinnabar_witness::server::{Answer, Options};

use crate::attacks::{Served, Shown};
use crate::honest::Honest;

/// One that was last asked yesterday; and if it cosigns, one that is asked every second.
pub(super) fn look(honest: &Honest, served: &Served) -> Option<String> {
    let status = |cosigned| asked(honest, served, cosigned);
    let yesterday = status(honest.yesterday).map(|status| format!("refuses ({status})"));
    yesterday.or_else(|| {
        let status = status(served.cosigned)?;
        Some(format!("refuses ({status}), if it cosigned today's"))
    })
}

/// With which status a witness refuses that has cosigned the honest ledger of this size.
fn asked(honest: &Honest, served: &Served, cosigned: usize) -> Option<u16> {
    let folder = tempfile::tempdir().expect("room for a folder");
    let name = "witness.example.org/w1".parse().expect("a name");
    let options = Options::new(name, vec![honest.key().clone()]);
    let witness = Witness::open(folder.path(), options).expect("a witness");
    let before = request(honest, 0, &honest.shown(cosigned));
    let Answer::Cosigned(_) = witness.add_checkpoint(before.as_bytes()) else {
        panic!("the witness did not cosign the honest checkpoint")
    };
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
    let is_honest = honest.shown(shown.story.size().min(honest.today.size())).checkpoint == shown.checkpoint;
    let story = match is_honest {
        true => &honest.today,
        false => &shown.story,
    };
    let (old, new) = (Size::new(old as u64), Size::new(shown.story.size() as u64));
    let proof = match old <= new {
        true => consistency_proof(old, new, &story.tree()).expect("the operator has the tree"),
        false => ConsistencyProof::new(Vec::new()).expect("no hash is not too many"),
    };
    let checkpoint = Note::parse(shown.checkpoint.as_bytes()).expect("the operator signs notes");
    AddCheckpoint {
        old,
        proof,
        checkpoint,
    }
    .to_string()
}
