//! Holders of two things that the log signed, who compare them: `denounce`.

use cinnabar_evidence::{Claim, Exhibit, Lines, Missing, Trust, Verdict, denounce};
use cinnabar_tlog::Note;

use crate::attacks::{Served, Shown};
use crate::honest::Honest;

/// A receipt, and the ledger as it is shown today.
pub(super) fn receipt(honest: &Honest, served: &Served) -> Option<String> {
    let receipt = Exhibit::parse(&served.receipt).expect("the log gave it");
    let export = served.shown.story.export();
    let lines = Lines(&export);
    compared(honest, &receipt, &exhibit(&served.shown, &lines))
}

/// What the other auditor was shown, and what this one is.
pub(super) fn notes(honest: &Honest, served: &Served) -> Option<String> {
    let (first, second) = (served.other.story.export(), served.shown.story.export());
    let (first, second) = (Lines(&first), Lines(&second));
    let other = exhibit(&served.other, &first);
    compared(honest, &other, &exhibit(&served.shown, &second))
}

fn exhibit<'l>(shown: &Shown, lines: &'l Lines<'_>) -> Exhibit<'l> {
    let note = Note::parse(shown.checkpoint.as_bytes()).expect("the operator signs notes");
    Exhibit::export(note, lines)
}

fn compared(honest: &Honest, first: &Exhibit<'_>, second: &Exhibit<'_>) -> Option<String> {
    let trust = Trust::key(honest.key().clone()).expect("the log's own key");
    match denounce(first, second, &trust, &[]) {
        Ok(Verdict::Agree { .. }) => None,
        Ok(Verdict::Contradiction { evidence, .. }) => {
            let proven = evidence.verify(&trust).expect("the evidence holds");
            Some(format!("evidence: {}", words(proven.claim)))
        }
        Ok(Verdict::Undecided {
            missing: Missing::Consistency { .. },
            ..
        }) => Some("asks for a proof that can't be given".to_owned()),
        Err(_) => Some("entries and checkpoint don't belong together".to_owned()),
    }
}

/// A claim in words.
const fn words(claim: Claim) -> &'static str {
    match claim {
        Claim::TwoRoots => "two roots for one size",
        Claim::NoConsistency => "the smaller tree is not in the larger",
        Claim::TwoEntries => "two entries in one place",
        Claim::TimeBackwards => "time ran backwards",
        Claim::Chain => "a link of the chain is broken",
        Claim::Dossier => "one dossier told in two ways",
        Claim::Misplaced => "an entry in the wrong place",
    }
}
