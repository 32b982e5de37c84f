//! The ledger about itself: how its dossiers end, and what it lost.

use cinnabar_events::kinds::{DossiersIndexed, INDEX_MAX_LAG, LedgerRecovered};
use cinnabar_events::{
    Entry, LedgerId, Listed, Payload, Sequence, SignerClaim, Statement, StatementId, Subject,
};
use cinnabar_tlog::{Algorithm, Checkpoint, KeyName, Note, Size, VerifierKey};

use crate::admit::{by_the_ledger, pseudo_role};
use crate::case::{Case, Check};
use crate::clause::clauses;
use crate::deadline::LEDGER_ACTOR;
use crate::governed::Governed;
use crate::records::{LedgerRecord, Record, RecordKey, Records, RecordsMut};
use crate::rejection::Rejection;

clauses! {
    INDEX_ORDER = "dossiers.order" {
        says: "an index of dossiers covers more entries than the one before",
        accepted: "a size above that of the newest index",
        source: "",
    }
    INDEX_PLACE = "dossiers.place" {
        says: "an index of dossiers covers entries before its own only, and but for the last 32768 all of them",
        accepted: "a size of at most the entry's own sequence, and at most 32768 below it",
        source: "",
    }
    RECOVERY_SIGNERS = "recovery.signers" {
        says: "a recovery is declared by as many administrators as had to sign the genesis",
        accepted: "signatures of at least threshold administrators",
        source: "Electronic Signature Law Art. 13",
    }
    RECOVERY_CHECKPOINT = "recovery.checkpoint" {
        says: "this is no checkpoint that this log signed at the end of what is lost",
        accepted: "the whole note, signed with the log key, of the size lostUntil",
        source: "",
    }
    RECOVERY_RANGE = "recovery.range" {
        says: "what is lost begins with the recovery's own sequence and ends after it",
        accepted: "lostFrom: the ledger's size now; lostUntil: a larger one",
        source: "",
    }
}

/// The statement by which the ledger itself says how its dossiers end. Its id follows from the ledger and the size, so that
/// it can't be said twice.
pub fn dossiers_indexed(ledger: LedgerId, subject: Subject, index: DossiersIndexed) -> Statement {
    let itself = SignerClaim {
        actor: LEDGER_ACTOR.parse().expect("a word is an id"),
        role: pseudo_role::SYSTEM.parse().expect("a word is a code"),
        on_behalf_of: None,
    };
    let namespace = format!("dossiers of {ledger}");
    Statement {
        ledger: Some(ledger),
        id: StatementId::derived(&namespace, &index.size.to_string()),
        subject,
        concerns: Listed::default(),
        signers: Listed::new(vec![itself]).expect("one signer is not twice there"),
        basis: Listed::default(),
        occurred: None,
        effective: None,
        expects: None,
        migrated: None,
        commitments: Default::default(),
        payload: Payload::DossiersIndexed(Box::new(index)),
    }
}

/// Is what a statement says about its own place on the ledger true of `seq`? Asked beside [`admit`](crate::admit), which
/// doesn't know the place.
///
/// # Errors
/// The rule that says no.
pub fn placed(statement: &Statement, seq: Sequence) -> Result<(), Rejection> {
    cinnabar_events::for_payload!(&statement.payload, payload => payload.placed(seq))
}

/// There is one ledger, and its dossier begins with the genesis.
fn about_this_ledger<R: Records>(case: &Case<'_, R>) -> Check<R, LedgerRecord> {
    let subject = &case.statement().subject;
    let dossier = case.record(RecordKey::Dossier(subject.clone()))?;
    match (dossier, case.record(RecordKey::Ledger)?) {
        (Some(_), Some(Record::Ledger(ledger))) => Ok(ledger),
        _ => Err(Rejection::Unknown(subject.clone()).into()),
    }
}

impl Governed for DossiersIndexed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let statement = case.statement();
        let ledger = about_this_ledger(case)?;
        let said = dossiers_indexed(ledger.id, statement.subject.clone(), self.clone());
        if !by_the_ledger(statement) || said != *statement {
            return Err(Rejection::NotDue.into());
        }
        if self.size <= ledger.indexed {
            return Err(INDEX_ORDER.found(ledger.indexed.to_string()).into());
        }
        Ok(())
    }

    fn placed(&self, seq: Sequence) -> Result<(), Rejection> {
        match seq.get().checked_sub(self.size) {
            Some(0..=INDEX_MAX_LAG) => Ok(()),
            Some(_) | None => Err(INDEX_PLACE.found(self.size.to_string())),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        if let Some(Record::Ledger(mut ledger)) = records.record(&RecordKey::Ledger)? {
            ledger.indexed = self.size;
            records.put(RecordKey::Ledger, Record::Ledger(ledger));
        }
        Ok(())
    }
}

/// Whether the log signed its `checkpoint`, and of the size `lost_until`.
fn is_proven(recovered: &LedgerRecovered, ledger: &LedgerRecord) -> bool {
    let Ok(note) = Note::parse(recovered.checkpoint.as_str().as_bytes()) else {
        return false;
    };
    let Ok(checkpoint) = Checkpoint::parse(note.text()) else {
        return false;
    };
    let key = KeyName::new(checkpoint.origin.as_str())
        .ok()
        .and_then(|name| {
            VerifierKey::new(name, Algorithm::Ed25519, ledger.log_key.as_bytes()).ok()
        });
    checkpoint.size == Size::new(recovered.lost_until)
        && key.is_some_and(|key| note.verify([&key]).is_ok())
}

impl Governed for LedgerRecovered {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let ledger = about_this_ledger(case)?;
        let signers = case.statement().signers.as_slice().len();
        if signers < usize::from(ledger.threshold) {
            return Err(RECOVERY_SIGNERS.found(signers.to_string()).into());
        }
        match is_proven(self, &ledger) {
            true => Ok(()),
            false => Err(RECOVERY_CHECKPOINT.into()),
        }
    }

    fn placed(&self, seq: Sequence) -> Result<(), Rejection> {
        match self.lost_from == seq.get() && self.lost_until > self.lost_from {
            true => Ok(()),
            false => {
                Err(RECOVERY_RANGE.found(format!("{} to {}", self.lost_from, self.lost_until)))
            }
        }
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        // It changes nothing: what is lost was never folded into these records.
        Ok(())
    }
}
