//! A statement for the eyes of who is about to sign it.

use std::fmt::Write as _;

use cinnabar_events::{Signature, Statement};

use crate::out::Plain;

/// Everything that the statement says, one thing a line, and who has signed it.
pub fn show(statement: &Statement, bytes: &[u8], signatures: &[Signature]) -> String {
    let mut rows = about(statement);
    rows.extend(statement.signers.iter().map(|claim| {
        let organisation = claim.on_behalf_of.as_ref();
        let organisation = organisation.map_or(String::new(), |id| format!(" for {id}"));
        (
            "signer",
            format!("{} as {}{organisation}", claim.actor, claim.role),
        )
    }));
    let commitments = statement.commitments.iter();
    rows.extend(
        commitments.map(|(pointer, commitment)| ("committed", format!("{pointer} {commitment}"))),
    );
    rows.extend(
        signatures
            .iter()
            .map(|signature| ("signed by", signature.key.to_string())),
    );
    let mut text = String::new();
    for (name, value) in rows {
        let _ = writeln!(text, "{name:<12} {}", Plain(&value));
    }
    let _ = write!(text, "data\n{}", data(bytes));
    text
}

/// Names and values of what stands around the payload. What is absent has no row.
fn about(statement: &Statement) -> Vec<(&'static str, String)> {
    let kind = statement.kind();
    let mut rows = vec![
        ("kind", format!("{kind}: {}", kind.summary())),
        ("subject", statement.subject.to_string()),
        ("id", statement.id.to_string()),
    ];
    rows.extend(
        statement
            .concerns
            .iter()
            .map(|subject| ("concerns", subject.to_string())),
    );
    rows.extend(
        statement
            .ledger
            .map(|ledger| ("ledger", ledger.to_string())),
    );
    rows.extend(
        statement
            .occurred
            .map(|when| ("occurred", when.to_string())),
    );
    rows.extend(
        statement
            .effective
            .map(|when| ("effective", when.to_string())),
    );
    rows.extend(
        statement
            .expects
            .map(|revision| ("expects", format!("revision {revision}"))),
    );
    rows.extend(
        statement
            .basis
            .iter()
            .map(|basis| ("basis", format!("{} {}", basis.instrument, basis.article))),
    );
    rows.extend(
        statement
            .migrated
            .as_ref()
            .map(|row| ("taken over", format!("{} row {}", row.register, row.row))),
    );
    rows
}

/// The payload, indented. Written as JSON, so that nothing in it can steer the terminal.
fn data(statement: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(statement).ok();
    let data = json.as_ref().and_then(|json| json.get("data"));
    let pretty = data
        .and_then(|data| serde_json::to_string_pretty(data).ok())
        .unwrap_or_default();
    pretty
        .lines()
        .map(|line| format!("  {}\n", Plain(line)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use cinnabar_governance::testing::Town;

    #[test]
    fn who_signs_sees_everything_that_is_signed() {
        let mut town = Town::populated();
        let draft = town.approval("triage");
        let bytes = draft.statement().to_bytes().unwrap();
        let text = show(draft.statement(), &bytes, &[]);
        let said = [
            "approval.granted: The product may be tried out or offered, under conditions.",
            "subject      product/triage",
            "signer       chen as decision_maker",
            "signer       qian as decision_maker",
            "\"human in the loop 人工复核\"",
        ];
        for said in said {
            assert!(text.contains(said), "{said} is not in\n{text}");
        }
        assert!(!text.contains("signed by"));
    }
}
