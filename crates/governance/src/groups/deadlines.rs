//! Deadlines that are extended; that one was missed the ledger says by itself.

use cinnabar_events::deadline::DeadlineRule;
use cinnabar_events::kinds::{DeadlineExtended, DeadlineMissed};
use cinnabar_events::{Entry, Rulebook};

use crate::case::{Case, Check};
use crate::clause::clauses;
use crate::deadline::{DeadlineRecord, extend, put_extended};
use crate::governed::Governed;
use crate::records::{Record, RecordKey, Records, RecordsMut, RulebookRecord};
use crate::rejection::Rejection;

clauses! {
    NO_SUCH_DEADLINE = "deadline.unknown" {
        says: "no such deadline runs there",
        accepted: "a rule of the rulebook and a subject on which it runs",
        source: "",
    }
    NOT_EXTENDABLE = "deadline.not_extendable" {
        says: "the deadline can not be extended",
        accepted: "a deadline that runs, whose rule allows an extension, and that was not extended before",
        source: "Administrative Licensing Law Art. 42",
    }
    OTHER_OFFICER = "deadline.not_owed" {
        says: "only whoever owes the act may extend the time for it",
        accepted: "a signer in the role that the rule names under owedBy",
        source: "Administrative Licensing Law Art. 42",
    }
}

fn rule_of<'r>(extended: &DeadlineExtended, rulebook: &'r Rulebook) -> Option<&'r DeadlineRule> {
    let mut rules = rulebook.deadlines.iter();
    rules.find(|rule| rule.rule == extended.rule)
}

fn key_of(extended: &DeadlineExtended) -> RecordKey {
    RecordKey::Deadline(extended.on.clone(), extended.rule.clone())
}

impl Governed for DeadlineExtended {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.concerns(&self.on)?;
        let (Some(rule), Some(Record::Deadline(deadline))) =
            (rule_of(self, &case.rulebook), case.record(key_of(self))?)
        else {
            return Err(NO_SUCH_DEADLINE.found(self.rule.as_str()).into());
        };
        let mut signers = case.statement().signers.iter();
        if !signers.any(|signer| signer.role == rule.owed_by) {
            return Err(OTHER_OFFICER.found(rule.owed_by.as_str()).into());
        }
        match extend(&deadline, rule, &case.rulebook) {
            Some(_) => Ok(()),
            None => Err(NOT_EXTENDABLE.into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        let (
            Some(Record::Rulebook(RulebookRecord { rulebook, .. })),
            Some(Record::Deadline(before)),
        ) = (
            records.record(&RecordKey::Rulebook)?,
            records.record(&key_of(self))?,
        )
        else {
            return Ok(());
        };
        let after: Option<DeadlineRecord> =
            rule_of(self, &rulebook).and_then(|rule| extend(&before, rule, &rulebook));
        if let Some(after) = after {
            put_extended(records, &self.on, &self.rule, &before, after);
        }
        Ok(())
    }
}

impl Governed for DeadlineMissed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        // Only the ledger says it, when it is due: checked before.
        Err(Rejection::NotDue.into())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        // That it passed is folded for all that the ledger says.
        Ok(())
    }
}
