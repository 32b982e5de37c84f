//! Rules in words.

use cinnabar_events::Code;
use cinnabar_events::calendar::{Length, Unit};
use cinnabar_events::deadline::Trigger;
use cinnabar_events::rulebook::{Permission, Source};

fn joined(codes: &[Code], word: &str) -> String {
    let codes: Vec<&str> = codes.iter().map(Code::as_str).collect();
    codes.join(word)
}

/// `2 of decision_maker`, `1 of registrar or case_officer, with incoming_key`.
pub(crate) fn signers(permission: &Permission) -> String {
    let mut text = format!(
        "{} of {}",
        permission.quorum,
        joined(permission.roles.as_slice(), " or ")
    );
    if !permission.with.is_empty() {
        let with = joined(permission.with.as_slice(), " and ");
        text.push_str(&format!(", with {with}"));
    }
    text
}

/// `law: Art. 66`, `model value: why`, or both, where we made the law's rule exact.
pub(crate) fn origin(source: &Source) -> String {
    match (&source.provision, &source.model) {
        (Some(provision), Some(model)) => format!("law: {provision}; model value: {model}"),
        (Some(provision), None) => format!("law: {provision}"),
        (None, Some(model)) => format!("model value: {model}"),
        (None, None) => "model value".to_owned(),
    }
}

/// `5 working days`, `until /due`, `30 days before /until`.
pub(crate) fn length(length: &Length) -> String {
    match length {
        Length::Counted(counted) => {
            let (one, many) = match counted.unit() {
                Unit::WorkingDays => ("working day", "working days"),
                Unit::Days => ("day", "days"),
                Unit::Hours => ("hour", "hours"),
                Unit::Months => ("month", "months"),
            };
            match counted.number() {
                1 => format!("1 {one}"),
                number => format!("{number} {many}"),
            }
        }
        Length::Until(until) => match until.before() {
            0 => format!("until {}", until.date().as_str()),
            before => format!("{before} days before {}", until.date().as_str()),
        },
    }
}

/// `approval.granted`, or with what it must say: `incident.updated if /reportType is final`.
pub(crate) fn trigger(trigger: &Trigger) -> String {
    let conditions: Vec<String> = trigger
        .when
        .iter()
        .map(|condition| {
            let values: Vec<&str> = condition.is.iter().map(|value| value.as_str()).collect();
            format!("{} is {}", condition.field, values.join(" or "))
        })
        .collect();
    match conditions.is_empty() {
        true => trigger.kind.as_str().to_owned(),
        false => format!("{} if {}", trigger.kind.as_str(), conditions.join(" and ")),
    }
}
