//! The conditions of an approval: attached, lifted, checked.

use cinnabar_events::kinds::{ApprovalCondition, ConditionChecked, ConditionResult};
use serde::{Deserialize, Serialize};

/// Most conditions that a product is ever given, lifted ones among them, as in the rules.
const CONDITIONS_MAX: usize = 32;

/// A condition that was attached to an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What it is called: an id of its own, or `c` and its place among all that were ever attached.
    pub id: String,
    /// How it stands: `kept`, `breached` or `lifted`.
    pub standing: String,
    /// How bad the breach is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub severity: Option<String>,
    /// What must be kept, in words.
    pub text: String,
    /// What is measured.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub metric: Option<String>,
    /// The value that must be kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub threshold: Option<String>,
    /// How often it is looked at.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub check_every: Option<String>,
    /// Sequence of the entry that attached it.
    pub attached: u64,
}

/// Attaches `added`; all of them or, if one can't be, none, as the rules do.
pub(super) fn attach(conditions: &mut Vec<Condition>, added: &[ApprovalCondition], sequence: u64) {
    let before = conditions.len();
    for condition in added {
        let condition = named(condition, conditions.len() + 1, sequence);
        let twice = conditions.iter().any(|other| other.id == condition.id);
        if twice || conditions.len() == CONDITIONS_MAX {
            conditions.truncate(before);
            return;
        }
        conditions.push(condition);
    }
}

fn named(condition: &ApprovalCondition, place: usize, attached: u64) -> Condition {
    let text = |text: &str| Condition {
        id: format!("c{place}"),
        standing: "kept".to_owned(),
        severity: None,
        text: text.to_owned(),
        metric: None,
        threshold: None,
        check_every: None,
        attached,
    };
    match condition {
        ApprovalCondition::Plain(plain) => text(plain.as_str()),
        ApprovalCondition::Measured(measured) => Condition {
            id: measured.id.to_string(),
            metric: measured.metric.as_ref().map(ToString::to_string),
            threshold: measured.threshold.as_ref().map(ToString::to_string),
            check_every: measured.check_every.as_ref().map(ToString::to_string),
            ..text(measured.text.as_str())
        },
    }
}

/// Sets how the condition `id` stands.
pub(super) fn set(conditions: &mut [Condition], id: &str, standing: &str, severity: Option<&str>) {
    for condition in conditions.iter_mut().filter(|one| one.id == id) {
        standing.clone_into(&mut condition.standing);
        condition.severity = severity.map(str::to_owned);
    }
}

/// What a check says of its condition. A breach without a degree counts as minor, as in the rules.
pub(super) fn check(conditions: &mut [Condition], checked: &ConditionChecked) {
    let id = checked.condition.as_str();
    match checked.result {
        ConditionResult::Breached => {
            let severity = checked
                .severity
                .map_or("minor", |severity| severity.as_str());
            set(conditions, id, "breached", Some(severity));
        }
        ConditionResult::Kept | ConditionResult::Restored => set(conditions, id, "kept", None),
    }
}
