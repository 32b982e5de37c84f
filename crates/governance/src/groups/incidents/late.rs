//! Whether a report that is first and last in one comes too late.
//!
//! An initial report starts the deadline for the complete one, counted from awareness; one that is all in one starts
//! none, for there is nothing left to wait for. If it comes after that deadline's end, the ledger would never say so.

use cinnabar_events::Timestamp;
use cinnabar_events::calendar::Length;
use cinnabar_events::deadline::{Anchor, Condition, DeadlineRule};
use cinnabar_events::kinds::{IncidentReported, ReportType};
use serde_json::Value as Json;

use crate::case::Case;
use crate::deadline::clock;
use crate::records::Records;

/// Whether, said as an initial report, this would start a deadline that has ended, and as it is does not.
pub(super) fn late_all_in_one<R: Records>(
    reported: &IncidentReported,
    aware: Timestamp,
    case: &Case<'_, R>,
) -> bool {
    let initial = IncidentReported {
        report_type: ReportType::Initial,
        ..reported.clone()
    };
    let json = |said: &IncidentReported| serde_json::to_value(said).unwrap_or(Json::Null);
    let (said, initial) = (json(reported), json(&initial));
    let over = |rule: &DeadlineRule| match &rule.length {
        Length::Counted(counted) => {
            clock::due(aware, *counted, case.rulebook.calendars.as_slice()) <= case.now
        }
        Length::Until(_) => false,
    };
    let starts = |rule: &DeadlineRule, data: &Json| {
        let fits = |condition: &Condition| fits(condition, data);
        let mut triggers = rule.starts.iter();
        triggers.any(|trigger| trigger.kind.is(case.kind()) && trigger.when.iter().all(fits))
    };
    case.rulebook.deadlines.iter().any(|rule| {
        rule.from == Some(Anchor::Aware)
            && starts(rule, &initial)
            && !starts(rule, &said)
            && over(rule)
    })
}

/// Whether a field that is a code has one of the condition's values.
fn fits(condition: &Condition, data: &Json) -> bool {
    let value = data.pointer(condition.field.as_str());
    let text = match value {
        Some(value) => value.as_str(),
        None => Some("absent"),
    };
    text.is_some_and(|text| condition.is.iter().any(|one| one.as_str() == text))
}
