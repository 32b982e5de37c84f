//! A town's ledger, cut into blocks and folded into views.
#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod story;

use std::path::Path;

use cinnabar_events::{Entry, Kind};
use cinnabar_governance::testing::Town;
use cinnabar_projections::{At, Views};
use cinnabar_tlog::{Hash, MemoryTree, Size};
use serde_json::json;

/// The root after each of `entries`, the empty one first.
pub(crate) fn roots(entries: &[Entry]) -> Vec<Hash> {
    let mut tree = MemoryTree::new();
    let mut roots = vec![tree.root()];
    for entry in entries {
        tree.push(entry.leaf_hash());
        roots.push(tree.root());
    }
    roots
}

/// Folds `entries` from the cursor on, `block` at a time.
pub(crate) fn fold(views: &Views, entries: &[Entry], block: usize) {
    let roots = roots(entries);
    loop {
        let start = usize::try_from(views.cursor().size.get()).unwrap();
        let end = entries.len().min(start + block);
        if start == end {
            return;
        }
        views
            .apply(&entries[start..end], (Size::new(end as u64), roots[end]))
            .unwrap();
    }
}

pub(crate) fn folded(dir: &Path, entries: &[Entry]) -> Views {
    let views = Views::open(dir).unwrap();
    fold(&views, entries, 7);
    views
}

pub(crate) fn at(size: usize) -> At {
    At::size(Size::new(size as u64))
}

/// A town where everything has happened once: `p1` approved, suspended after an incident, reinstated and updated; `p2` refused; `p3`
/// approved and revoked; `p4` filed and withdrawn; `lin` has a new key, `zhou` lost a role and had the key revoked.
pub(crate) fn busy_town() -> Town {
    let mut town = Town::populated();
    for product in ["p1", "p2", "p3"] {
        town.accepted(product);
    }
    let draft = town.submission("p4");
    town.say(&draft).unwrap();
    for product in ["p1", "p3"] {
        let draft = town.approval(product);
        town.say(&draft).unwrap();
    }
    let two = ["chen:decision_maker", "qian:decision_maker"];
    say(
        &mut town,
        Kind::ApprovalRefused,
        "product/p2",
        &two,
        &[],
        json!({ "reasons": "No oversight." }),
    );
    let report = json!({ "product": "p1", "title": "Wrong advice given at night 误判", "severity": "incident", "harmTypes": ["physical_harm"], "reportType": "initial", "description": "A chest pain was called not urgent." });
    say(
        &mut town,
        Kind::IncidentReported,
        "incident/i1",
        &["lin:enterprise_filer@acme"],
        &["product/p1"],
        report,
    );
    let suspend = json!({ "incident": "i1", "measures": ["rectify"], "reasons": "Until the cause is known." });
    say(
        &mut town,
        Kind::ApprovalSuspended,
        "product/p1",
        &two,
        &["incident/i1"],
        suspend,
    );
    let update = json!({ "reportType": "final", "description": "A threshold was set wrong." });
    say(
        &mut town,
        Kind::IncidentUpdated,
        "incident/i1",
        &["lin:enterprise_filer@acme"],
        &[],
        update,
    );
    let grade = json!({ "severity": { "from": "incident", "to": "serious_incident" }, "grounds": "A patient was harmed." });
    say(
        &mut town,
        Kind::IncidentRegraded,
        "incident/i1",
        &["sun:case_officer"],
        &[],
        grade,
    );
    say(
        &mut town,
        Kind::IncidentClosed,
        "incident/i1",
        &["sun:case_officer"],
        &[],
        json!({ "outcome": "resolved", "reasons": "Corrected." }),
    );
    say(
        &mut town,
        Kind::ApprovalReinstated,
        "product/p1",
        &two,
        &[],
        json!({ "reasons": "Corrected." }),
    );
    let update = json!({ "name": "分诊助手 Triage assistant 2", "facts": { "version": "2.0", "summary": "Sorts complaints." }, "removed": ["standards"] });
    say(
        &mut town,
        Kind::ProductUpdated,
        "product/p1",
        &["lin:enterprise_filer@acme"],
        &[],
        update,
    );
    let revoke = json!({ "termination": "penalty", "reasons": "Data were sold." });
    say(
        &mut town,
        Kind::ApprovalRevoked,
        "product/p3",
        &two,
        &[],
        revoke,
    );
    say(
        &mut town,
        Kind::ProductEnded,
        "product/p4",
        &["lin:enterprise_filer@acme"],
        &[],
        json!({ "reason": "withdrawn" }),
    );
    let key = cinnabar_governance::testing::public("rotated").to_string();
    say(
        &mut town,
        Kind::KeyRotated,
        "actor/lin",
        &["lin:self", "lin:incoming_key"],
        &[],
        json!({ "key": key }),
    );
    town.signs_with("lin", "rotated");
    let both = ["wang:institution_admin", "zhao:institution_admin"];
    say(
        &mut town,
        Kind::RoleWithdrawn,
        "actor/zhou",
        &both,
        &[],
        json!({ "role": "intake_officer", "reason": "Moved on." }),
    );
    let key = cinnabar_governance::testing::public("zhou").to_string();
    let revoke = json!({ "key": key, "reason": "compromise", "compromisedSince": "2026-11-22T08:00:05.000000Z" });
    say(
        &mut town,
        Kind::KeyRevoked,
        "actor/zhou",
        &["wang:institution_admin"],
        &[],
        revoke,
    );
    town
}

/// Says it whatever the rules think: the views fold what is recorded.
pub(crate) fn say(
    town: &mut Town,
    kind: Kind,
    subject: &str,
    signers: &[&str],
    concerns: &[&str],
    data: serde_json::Value,
) {
    let draft = town
        .draft(kind, subject, signers, &data)
        .concerning(concerns);
    let verified = town.sign(&draft);
    town.pass(1);
    town.force(verified);
}
