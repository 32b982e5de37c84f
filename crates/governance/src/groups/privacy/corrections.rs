//! What was recorded wrongly, what is said on it, and what is disputed. None of it changes where a subject stands.

use cinnabar_events::calendar::Pointer;
use cinnabar_events::kinds::{
    DISPUTED_MAX, DisputeAnswered, DisputeOutcome, RecordAnnotated, RecordCorrected,
    RecordDisputed, StatementRef,
};
use cinnabar_events::rulebook::KindName;
use cinnabar_events::{Class, Entry, Id, Kind, Sequence, canonical};
use serde::{Deserialize, Serialize};

use super::clauses::{
    CLAIM_MISSING, NO_TARGETS, NOT_ITS_OWN, NOT_JSON, NOTE_ELSEWHERE, NOTE_EMPTY, OWN_STATEMENT,
    REMEDY, REMEDY_ELSEWHERE, RIGHT_ONCE, STAYS_CONFIDENTIAL, SUPERSEDED_ONLY, WRONG_VALUE,
};
use super::{listed, person_named, recorded, statement_of, target};
use crate::case::{Case, Check};
use crate::governed::{Governed, change, put};
use crate::groups::filing::ProductRecord;
use crate::life_cycle::{LifeCycle as _, life_cycle};
use crate::records::{Records, RecordsMut, StatementRecord};

/// Where a confidential right value stands.
const CONFIDENTIAL_RIGHT: &str = "/confidentialRight";
/// Where a confidential remark stands.
const REMARK: &str = "/remark";
/// Where a confidential claim stands.
const DETAILS: &str = "/details";

/// A correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrectionRecord {
    /// Of which statement.
    pub target: StatementRef,
    /// Where that statement stands.
    pub sequence: Sequence,
    /// Of which kind it is.
    pub kind: KindName,
    /// Which of its fields was wrong.
    pub field: Pointer,
}

/// An annotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteRecord {
    /// On which statement.
    pub target: StatementRef,
    /// Where that statement stands.
    pub sequence: Sequence,
}

life_cycle! {
    /// Where a dispute stands. As long as it is open, every disputed entry bears the mark.
    DisputeStatus of Dispute {
        /// Not answered.
        Open = "open",
        /// Upheld or rejected.
        Answered = "answered",
    }
    starts { RecordDisputed => Open }
    Open { DisputeAnswered => Answered }
}

/// A dispute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DisputeRecord {
    /// Where it stands.
    pub status: DisputeStatus,
    /// The disputed statements: at most [`DISPUTED_MAX`].
    pub targets: Vec<StatementRef>,
    /// Which organisation disputes them; a person if absent.
    pub organisation: Option<Id>,
    /// What came of it.
    pub outcome: Option<DisputeOutcome>,
}

/// Whether the field at `field`, or what it is part of, may be given as a commitment only.
fn is_confidential(kind: &KindName, field: &Pointer) -> bool {
    let kind: Option<Kind> = kind.as_str().parse().ok();
    let mut pointers = kind.map_or(&[][..], Kind::confidential).iter();
    pointers.any(|pointer| {
        let below = field.as_str().strip_prefix(pointer);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

impl Governed for RecordCorrected {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<CorrectionRecord>()?;
        let target = target(case, &self.target)?;
        if listed(case, "superseded_only", &target.kind) {
            return Err(SUPERSEDED_ONLY.found(target.kind.as_str()).into());
        }
        let committed = case
            .statement()
            .commitments
            .contains_key(CONFIDENTIAL_RIGHT);
        if self.right.is_some() == committed {
            return Err(RIGHT_ONCE.into());
        }
        let confidential = is_confidential(&target.kind, &self.field);
        if confidential && !committed {
            return Err(STAYS_CONFIDENTIAL.found(self.field.as_str()).into());
        }
        if self.wrong.is_some() == confidential {
            return Err(WRONG_VALUE.found(self.field.as_str()).into());
        }
        match &self.right {
            Some(right) if canonical::parse(right.as_str().as_bytes()).is_err() => {
                Err(NOT_JSON.into())
            }
            Some(_) | None => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        if let Some(target) = statement_of(records, &self.target)? {
            let correction = CorrectionRecord {
                target: self.target.clone(),
                sequence: target.sequence,
                kind: target.kind,
                field: self.field.clone(),
            };
            put(records, entry, correction);
        }
        Ok(())
    }
}

impl Governed for RecordAnnotated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<NoteRecord>()?;
        case.vocabulary("note_category", std::slice::from_ref(&self.category))?;
        target(case, &self.target)?;
        if self.text.is_some() == case.statement().commitments.contains_key(REMARK) {
            return Err(NOTE_EMPTY.into());
        }
        if let Some(earlier) = &self.answers {
            case.concerned(Class::Note, earlier)?;
            let earlier: NoteRecord = case.known(earlier)?;
            if earlier.target != self.target {
                return Err(NOTE_ELSEWHERE.into());
            }
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        if let Some(target) = statement_of(records, &self.target)? {
            let note = NoteRecord {
                target: self.target.clone(),
                sequence: target.sequence,
            };
            put(records, entry, note);
        }
        Ok(())
    }
}

/// Whether a statement is about `organisation`, concerns it, or is about or concerns a product of its own.
fn is_about<R: Records>(
    case: &Case<'_, R>,
    organisation: &Id,
    statement: &StatementRecord,
) -> Check<R, bool> {
    for subject in &statement.subjects {
        let its_own = match subject.class() == Class::Product {
            true => case
                .find::<ProductRecord>(subject.id())?
                .is_some_and(|product| product.organisation == *organisation),
            false => subject.class() == Class::Organisation && subject.id() == organisation,
        };
        if its_own {
            return Ok(true);
        }
    }
    Ok(false)
}

/// For whom a dispute is raised: an organisation, or somebody without a key.
fn organisation_of(statement: &cinnabar_events::Statement) -> Option<&Id> {
    let mut signers = statement.signers.iter();
    signers.find_map(|signer| signer.on_behalf_of.as_ref())
}

impl Governed for RecordDisputed {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<DisputeRecord>()?;
        person_named(case)?;
        if self.targets.is_empty() {
            return Err(NO_TARGETS.into());
        }
        if self.claim.is_some() == case.statement().commitments.contains_key(DETAILS) {
            return Err(CLAIM_MISSING.into());
        }
        for named in self.targets.iter() {
            let statement = target(case, named)?;
            if let Some(organisation) = organisation_of(case.statement()) {
                case.owner_speaks(organisation)?;
                if !is_about(case, organisation, &statement)? {
                    let missing = format!("organisation/{organisation}");
                    return Err(NOT_ITS_OWN.found(missing).into());
                }
            }
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let dispute = DisputeRecord {
            status: DisputeStatus::Open,
            targets: self.targets.iter().take(DISPUTED_MAX).cloned().collect(),
            organisation: organisation_of(entry.statement()).cloned(),
            outcome: None,
        };
        put(records, entry, dispute);
        Ok(())
    }
}

/// The corrections are of disputed statements; what supersedes one is later, and about the same.
fn remedies_fit<R: Records>(
    case: &Case<'_, R>,
    answer: &DisputeAnswered,
    dispute: &DisputeRecord,
) -> Check<R> {
    for id in answer.corrections.iter() {
        case.concerned(Class::Correction, id)?;
        let correction: CorrectionRecord = case.known(id)?;
        if !dispute.targets.contains(&correction.target) {
            return Err(REMEDY_ELSEWHERE.found(format!("correction/{id}")).into());
        }
    }
    let Some(named) = &answer.superseded_by else {
        return Ok(());
    };
    let later = recorded(case, named)?;
    for target in &dispute.targets {
        let disputed = recorded(case, target)?;
        let same = disputed.subjects.first() == later.subjects.first();
        if same && disputed.sequence < later.sequence {
            return Ok(());
        }
    }
    let found = format!("entry {}", later.sequence);
    Err(REMEDY_ELSEWHERE.found(found).into())
}

impl Governed for DisputeAnswered {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let dispute: DisputeRecord = case.own()?;
        case.step(dispute.status)?;
        let said_it = |actor: &Id| dispute.targets.iter().any(|target| target.actor == *actor);
        let mut signers = case.statement().signers.iter();
        if let Some(signer) = signers.find(|signer| said_it(&signer.actor))
            && !case.migrated()
        {
            return Err(OWN_STATEMENT.found(signer.actor.as_str()).into());
        }
        let remedied = !self.corrections.is_empty() || self.superseded_by.is_some();
        let upheld = match self.outcome {
            DisputeOutcome::Upheld => true,
            DisputeOutcome::Rejected => false,
        };
        if upheld != remedied {
            return Err(REMEDY.into());
        }
        remedies_fit(case, self, &dispute)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |dispute: &mut DisputeRecord| {
            let kind = entry.statement().kind();
            dispute.status = dispute.status.after(kind).unwrap_or(dispute.status);
            dispute.outcome = Some(self.outcome);
        })
    }
}
