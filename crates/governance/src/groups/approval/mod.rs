//! Decisions about a product, and what they hold it to.

mod aside;
mod clauses;
mod conditions;
mod decisions;
mod ending;
mod grant;
mod oversight;
mod term;

use cinnabar_events::Date;
use serde::{Deserialize, Serialize};

#[allow(unused_imports, reason = "for appeals")]
pub(crate) use aside::{is_in_force, set_aside};
pub(crate) use clauses::CLAUSES;
pub(crate) use conditions::ConditionState;

use crate::case::Case;
use crate::records::Records;
use crate::rejection::Rejection;
use clauses::BASIS_MISSING;

/// What rules look at in the approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalState {
    /// Its last day.
    pub expires: Option<Date>,
    /// How often it was extended.
    pub extensions: u8,
    /// Until which day the holder asks for it to go on, if that is not decided yet.
    pub requested: Option<Date>,
}

/// A decision says on which provision it stands (Licensing Law Art. 38; Penalty Law Art. 59).
fn has_basis<R: Records>(case: &Case<'_, R>) -> Result<(), Rejection> {
    if case.statement().basis.is_empty() && !case.migrated() {
        return Err(BASIS_MISSING.into());
    }
    Ok(())
}
