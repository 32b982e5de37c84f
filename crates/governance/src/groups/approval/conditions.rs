//! Conditions: attached, lifted, kept, breached, restored.

use cinnabar_events::kinds::{
    ApprovalCondition, ApprovalConditioned, ConditionChecked, ConditionResult, FindingSeverity,
};
use cinnabar_events::{Code, Entry};
use serde::{Deserialize, Serialize};

use super::clauses::{
    CONDITION_BREACHED, CONDITION_TWICE, CONDITIONS_FULL, NO_SUCH_CONDITION, NOT_BREACHED, SEVERITY,
};
use super::has_basis;
use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::groups::filing::{NO_CHANGE, product_in_step, step_product};
use crate::records::{Records, RecordsMut};
use crate::rejection::Rejection;

/// Most conditions that one product is ever given, lifted ones among them: twice what one decision can attach. A
/// product under more than that is not understood by whoever must keep them.
pub(super) const CONDITIONS_MAX: usize = 32;

/// A condition that was attached to an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionState {
    /// What it is called.
    pub id: Code,
    /// How it stands.
    pub standing: Standing,
}

/// How a condition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It holds, and nobody says that it isn't kept.
    Kept,
    /// It holds and isn't kept.
    Breached(FindingSeverity),
    /// It holds no longer.
    Lifted,
}

/// What `condition` is called if it is the `place`th, from 1, of all that were ever attached.
fn name(condition: &ApprovalCondition, place: usize) -> Code {
    match condition {
        ApprovalCondition::Measured(measured) => measured.id.clone(),
        ApprovalCondition::Plain(_) => format!("c{place}")
            .parse()
            .expect("c and digits are a code"),
    }
}

/// The conditions once `added` are attached.
///
/// # Errors
/// The clause that says no: an id twice, or too many.
pub(super) fn attached(
    conditions: &[ConditionState],
    added: &[ApprovalCondition],
) -> Result<Vec<ConditionState>, Rejection> {
    let mut all = conditions.to_vec();
    for condition in added {
        let id = name(condition, all.len() + 1);
        if all.len() == CONDITIONS_MAX {
            return Err(CONDITIONS_FULL.into());
        }
        if all.iter().any(|other| other.id == id) {
            return Err(CONDITION_TWICE.found(id.as_str()));
        }
        let standing = Standing::Kept;
        all.push(ConditionState { id, standing });
    }
    Ok(all)
}

/// Attaches what can be attached: the fold, which nothing refuses.
pub(super) fn attach(conditions: &mut Vec<ConditionState>, added: &[ApprovalCondition]) {
    if let Ok(all) = attached(conditions, added) {
        *conditions = all;
    }
}

/// How the condition `id` stands, if it holds.
pub(super) fn standing(conditions: &[ConditionState], id: &Code) -> Result<Standing, Rejection> {
    let found = conditions.iter().find(|condition| condition.id == *id);
    match found.map(|condition| condition.standing) {
        Some(standing @ (Standing::Kept | Standing::Breached(_))) => Ok(standing),
        Some(Standing::Lifted) | None => Err(NO_SUCH_CONDITION.found(id.as_str())),
    }
}

/// The first condition with a critical breach.
pub(super) fn critical(conditions: &[ConditionState]) -> Option<&Code> {
    let breach = Standing::Breached(FindingSeverity::Critical);
    let mut open = conditions.iter();
    open.find(|condition| condition.standing == breach)
        .map(|condition| &condition.id)
}

fn set(conditions: &mut [ConditionState], id: &Code, standing: Standing) {
    for condition in conditions {
        if condition.id == *id {
            condition.standing = standing;
        }
    }
}

impl Governed for ApprovalConditioned {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        has_basis(case)?;
        if self.added.is_empty() && self.lifted.is_empty() {
            return Err(NO_CHANGE.into());
        }
        for id in self.lifted.iter() {
            match standing(&product.conditions, id)? {
                Standing::Breached(_) => return Err(CONDITION_BREACHED.found(id.as_str()).into()),
                Standing::Kept | Standing::Lifted => {}
            }
        }
        attached(&product.conditions, self.added.as_slice())?;
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_product(records, entry, |product, _| {
            for id in self.lifted.iter() {
                set(&mut product.conditions, id, Standing::Lifted);
            }
            attach(&mut product.conditions, self.added.as_slice());
        })
    }
}

impl Governed for ConditionChecked {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let product = product_in_step(case)?;
        let stood = standing(&product.conditions, &self.condition)?;
        if (self.result == ConditionResult::Breached) != self.severity.is_some() {
            return Err(SEVERITY.into());
        }
        match (self.result, stood) {
            (ConditionResult::Kept, Standing::Breached(_)) => {
                Err(CONDITION_BREACHED.found(self.condition.as_str()).into())
            }
            (ConditionResult::Restored, Standing::Kept | Standing::Lifted) => {
                Err(NOT_BREACHED.found(self.condition.as_str()).into())
            }
            (ConditionResult::Breached, _)
            | (ConditionResult::Kept, Standing::Kept | Standing::Lifted)
            | (ConditionResult::Restored, Standing::Breached(_)) => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let standing = match (self.result, self.severity) {
            (ConditionResult::Breached, Some(severity)) => Standing::Breached(severity),
            (ConditionResult::Breached, None) => Standing::Breached(FindingSeverity::Minor),
            (ConditionResult::Kept | ConditionResult::Restored, _) => Standing::Kept,
        };
        step_product(records, entry, |product, _| {
            set(&mut product.conditions, &self.condition, standing);
        })
    }
}
