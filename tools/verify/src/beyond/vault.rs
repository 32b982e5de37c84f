//! The level `vault`: what is kept opens commitments on the ledger, and what was erased is gone.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use cinnabar_events::{Commitment, Entry, Id, Payload, Sequence, StatementId};
use cinnabar_vault::{Examined, Fault, Found, InstitutionKey, Slot};
use cinnabar_verifier::Check;
use serde::Serialize;

use super::Notes;
use crate::commands::reasons;

/// What the level came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VaultDone {
    /// Commitments on the ledger.
    pub(crate) commitments: u64,
    /// Openings that are kept and open one of them.
    pub(crate) open: u64,
    /// Commitments without opening: erased, as an entry says.
    pub(crate) erased: u64,
    /// Commitments whose erasure the ledger says, of which the vault knows nothing: they were never kept here, or with it in another state.
    pub(crate) erased_unseen: u64,
    /// Commitments without opening, and nothing says why: never kept here, or lost.
    pub(crate) absent: u64,
    /// The erasures that entries before this sequence say have been done.
    pub(crate) erased_to: u64,
}

/// Commitments are counted while the entries go by.
pub(super) struct Counting {
    vault: Examined,
    /// By statement id: what was committed to, by whom, in which field. A few hundred bytes for each such statement.
    committed: HashMap<StatementId, Vec<Committed>>,
    /// What executed erasures name, with the entry that says so.
    erased: HashMap<Slot, Sequence>,
    /// The last erasure.
    last: Option<Sequence>,
}

struct Committed {
    actor: Id,
    sequence: Sequence,
    fields: Vec<(Box<str>, Commitment)>,
}

impl Counting {
    pub(super) fn begin(dir: &Path, key: &Path, notes: &mut Notes) -> Option<Self> {
        let opened = InstitutionKey::read(key).and_then(|key| Examined::open(dir, &key));
        match opened {
            Ok(vault) => Some(Self {
                vault,
                committed: HashMap::new(),
                erased: HashMap::new(),
                last: None,
            }),
            Err(fault) => {
                notes.missing(format!("the vault: {}", reasons(&fault)));
                None
            }
        }
    }

    /// Notes what an entry commits to, or erases.
    pub(super) fn take(&mut self, entry: &Entry) {
        let statement = entry.statement();
        if let (false, Some(signer)) = (
            statement.commitments.is_empty(),
            statement.signers.iter().next(),
        ) {
            let fields = statement.commitments.iter();
            let fields = fields.map(|(pointer, commitment)| (pointer.as_str().into(), *commitment));
            let committed = Committed {
                actor: signer.actor.clone(),
                sequence: entry.seq(),
                fields: fields.collect(),
            };
            self.committed
                .entry(statement.id)
                .or_default()
                .push(committed);
        }
        let Payload::ErasureExecuted(executed) = &statement.payload else {
            return;
        };
        self.last = Some(entry.seq());
        for opening in executed.openings.iter() {
            let of = self.committed.get(&opening.statement).into_iter().flatten();
            let by = of.filter(|committed| committed.actor == opening.actor);
            let fields = by.flat_map(|committed| &committed.fields);
            let field = fields.filter(|(pointer, _)| **pointer == *opening.pointer.as_str());
            for (_, commitment) in field {
                let slot = Slot {
                    statement: opening.statement,
                    commitment: *commitment,
                };
                self.erased.entry(slot).or_insert(entry.seq());
            }
        }
    }

    /// Compares. The entries are those that the log signed for.
    pub(super) fn finish(self, notes: &mut Notes) -> Option<VaultDone> {
        self.compare(notes)
            .map_err(|fault| notes.missing(format!("the vault: {}", reasons(&fault))))
            .ok()
    }

    fn compare(&self, notes: &mut Notes) -> Result<VaultDone, Fault> {
        let cursor = self.vault.cursor()?;
        if self.vault.is_interrupted()? {
            notes.missing("the vault: an erasure was interrupted; opening the vault finishes it");
        }
        if let Some(last) = self.last.filter(|last| *last >= cursor) {
            notes.finding(
                (Some(last.get()), Check::Vault),
                format!("a vault that has carried out every erasure up to entry {last}"),
                format!("it has come to sequence {cursor}"),
                "an erasure that the ledger says was executed has not been carried out in this vault",
            );
        }
        let kept = self.openings(notes)?;
        let mut done = VaultDone {
            commitments: 0,
            open: 0,
            erased: 0,
            erased_unseen: 0,
            absent: 0,
            erased_to: cursor.get(),
        };
        let mut destroyed = BTreeSet::new();
        for (statement, all) in &self.committed {
            for committed in all {
                for (_, commitment) in &committed.fields {
                    let slot = Slot {
                        statement: *statement,
                        commitment: *commitment,
                    };
                    done.commitments += 1;
                    if kept.contains(&slot) {
                        done.open += 1;
                        continue;
                    }
                    let said = self.erased.contains_key(&slot);
                    let found = match self.vault.find(&slot) {
                        // The file is named by itself.
                        Err(Fault::Damaged { .. } | Fault::KeyMissing { .. }) => Found::Nothing,
                        found => found?,
                    };
                    match (found, said) {
                        (Found::Erased, true) => done.erased += 1,
                        (Found::Erased, false) => {
                            destroyed.insert(committed.sequence);
                        }
                        (Found::Nothing | Found::Opening(_), true) => done.erased_unseen += 1,
                        (Found::Nothing | Found::Opening(_), false) => done.absent += 1,
                    }
                }
            }
        }
        for sequence in destroyed {
            notes.finding(
                (Some(sequence.get()), Check::Vault),
                "an entry that says that the value was erased, or the value",
                "the vault has destroyed it, and no entry says so",
                "a confidential value was destroyed without a decision that stands on the ledger",
            );
        }
        Ok(done)
    }

    /// Every opening that is kept: those that open commitments, the others are findings.
    fn openings(&self, notes: &mut Notes) -> Result<HashSet<Slot>, Fault> {
        let mut kept = HashSet::new();
        let damaged = self.vault.each(|slot, opening| {
            let opens = opening.commitment(slot.statement) == slot.commitment;
            let all = self.committed.get(&slot.statement).into_iter().flatten();
            let place = all
                .filter(|one| one.fields.iter().any(|(_, known)| *known == slot.commitment))
                .map(|one| one.sequence.get())
                .next();
            match (place, self.erased.get(&slot)) {
                (Some(place), Some(by)) => notes.finding(
                    (Some(place), Check::Vault),
                    format!("nothing: entry {by} says that this value was erased"),
                    "the vault still has what opens the commitment",
                    "a confidential value is still there after its erasure was declared",
                ),
                (Some(_), None) if opens => {
                    kept.insert(slot);
                }
                (Some(_) | None, _) => notes.finding(
                    (None, Check::Vault),
                    format!("a commitment to it in statement {}", slot.statement),
                    "no entry that the checkpoint covers has one",
                    "the vault keeps a confidential value that nothing on the ledger speaks of: of a submission that was cut off, of an entry beyond the checkpoint, or put there",
                ),
            }
        })?;
        for path in damaged {
            notes.finding(
                (None, Check::Vault),
                "a file of the vault that opens under the institution key",
                path.display().to_string(),
                "what this file of the vault kept can't be read: it was changed, or its key is gone",
            );
        }
        Ok(kept)
    }
}
