//! A statement for the eyes of who is about to sign it.

use std::fmt::Write as _;

use cinnabar_events::{Signature, Statement, When};

use crate::out::Plain;

/// Everything that the statement says, one thing a line, and who has signed it.
pub fn show(statement: &Statement, bytes: &[u8], signatures: &[Signature]) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "{name:<12} {}", Plain(&value));
        }
    };
    let joined = |items: Vec<String>| items.join(", ");
    row(
        "kind",
        format!("{}: {}", statement.kind(), statement.kind().summary()),
    );
    row("subject", statement.subject.to_string());
    row(
        "concerns",
        joined(statement.concerns.iter().map(ToString::to_string).collect()),
    );
    row("id", statement.id.to_string());
    row(
        "ledger",
        statement
            .ledger
            .map(|ledger| ledger.to_string())
            .unwrap_or_default(),
    );
    row(
        "occurred",
        statement
            .occurred
            .as_ref()
            .map(When::to_string)
            .unwrap_or_default(),
    );
    row(
        "effective",
        statement
            .effective
            .as_ref()
            .map(When::to_string)
            .unwrap_or_default(),
    );
    row(
        "expects",
        statement
            .expects
            .map(|revision| format!("revision {revision}"))
            .unwrap_or_default(),
    );
    for basis in statement.basis.iter() {
        row("basis", format!("{} {}", basis.instrument, basis.article));
    }
    if let Some(migrated) = &statement.migrated {
        row(
            "taken over",
            format!("{} row {}", migrated.register, migrated.row),
        );
    }
    for claim in statement.signers.iter() {
        let organisation = claim
            .on_behalf_of
            .as_ref()
            .map(|id| format!(" for {id}"))
            .unwrap_or_default();
        row(
            "signer",
            format!("{} as {}{organisation}", claim.actor, claim.role),
        );
    }
    for (pointer, commitment) in &statement.commitments {
        row("committed", format!("{pointer} {commitment}"));
    }
    for signature in signatures {
        row("signed by", signature.key.to_string());
    }
    let _ = write!(text, "data\n{}", data(bytes));
    text
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
