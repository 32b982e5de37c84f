//! Public data: who may have which, as a table; and that nothing is granted that can't be had, in random order.

use cinnabar_events::{Basis, Kind, Listed, Text};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{Record, RecordKey, Records as _};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::refused;

const OUYANG: &str = "ouyang:data_steward";
const PAN: &str = "pan:data_provider@datahub";
const LIN: &str = "lin:enterprise_filer@acme";
const XIE: &str = "xie:agency_subscriber@police";

/// A city with a guideline in force.
fn guided() -> Town {
    let mut town = Town::city();
    let data = json!({
        "title": "共享规则", "version": "1.0", "scope": "All.", "effective": "2026-11-01",
        "rules": { "title": "Rules", "sha256": "11".repeat(32) },
    });
    let draft = town.draft(Kind::GuidelineAdopted, "guideline/g1", &[OUYANG], &data);
    town.say(&draft).unwrap();
    town
}

fn catalogued(town: &mut Town, open: &str, share: &str) -> Draft {
    let data = json!({
        "title": "数据", "description": "Rows.", "organisation": "datahub", "guideline": "g1", "contactPoint": "Data office",
        "openClass": open, "shareClass": share, "securityClass": "general", "personalInformation": false,
        "terms": { "modes": ["api"], "requirements": "None.", "safeguards": "None." },
        "frequency": "DAILY", "licence": "https://example.org/licence",
    });
    town.draft(Kind::DatasetCatalogued, "dataset/d1", &[PAN], &data)
        .concerning(&["guideline/g1", "organisation/datahub"])
}

fn distributed(town: &mut Town) -> Draft {
    let data = json!({ "title": "File", "accessUrl": "https://example.org/d", "format": "text/csv", "sha256": "22".repeat(32) });
    town.draft(Kind::DatasetDistributed, "dataset/d1", &[PAN], &data)
}

fn published(town: &mut Town) -> Draft {
    let data = json!({ "checked": "2026-11-20" });
    town.draft(Kind::DatasetPublished, "dataset/d1", &[OUYANG], &data)
}

/// A request for `organisation` by `signer`.
fn requested(town: &mut Town, signer: &str, organisation: &str) -> Draft {
    let data = json!({
        "dataset": "d1", "organisation": organisation, "purpose": "Tests.", "scope": "All.", "mode": "api",
        "retentionDays": 90, "safeguards": { "title": "Safeguards", "sha256": "33".repeat(32) },
        "clarification": "The same.",
    });
    let organisation = format!("organisation/{organisation}");
    town.draft(Kind::AccessRequested, "access/a1", &[signer], &data)
        .concerning(&["dataset/d1", &organisation])
        .with(|statement| {
            let basis = Basis {
                instrument: Text::new("Shenzhen Data Regulation").unwrap(),
                article: Text::new("Art. 43").unwrap(),
            };
            statement.basis = Listed::new(vec![basis]).unwrap();
        })
}

#[test]
fn who_may_ask_for_what_follows_from_the_classes() {
    let (unneeded, closed) = (Some("access.unneeded"), Some("access.not_open"));
    let table = [
        ("unconditional", "unconditional_share", unneeded, unneeded),
        ("unconditional", "no_share", unneeded, unneeded),
        ("conditional", "unconditional_share", None, unneeded),
        ("conditional", "conditional_share", None, None),
        ("conditional", "no_share", None, None),
        ("not_open", "unconditional_share", closed, unneeded),
        ("not_open", "conditional_share", closed, None),
    ];
    for (open, share, enterprise, public_body) in table {
        let mut town = guided();
        for draft in [catalogued, |town: &mut Town, _: &str, _: &str| {
            distributed(town)
        }] {
            let draft = draft(&mut town, open, share);
            town.say(&draft).unwrap();
        }
        let draft = published(&mut town);
        town.say(&draft).unwrap();
        for (signer, organisation, code) in
            [(LIN, "acme", enterprise), (XIE, "police", public_body)]
        {
            let mut town = town.clone();
            let draft = requested(&mut town, signer, organisation);
            match code {
                Some(code) => refused(&mut town, &draft, code),
                None => {
                    town.say(&draft).unwrap();
                }
            }
        }
    }
    let mut town = guided();
    let draft = catalogued(&mut town, "not_open", "no_share");
    town.say(&draft).unwrap();
    let draft = distributed(&mut town);
    town.say(&draft).unwrap();
    let draft = published(&mut town);
    refused(&mut town, &draft, "dataset.closed");
}

#[test]
fn the_consent_is_that_of_the_provider_of_these_data_and_of_no_other() {
    let mut town = guided();
    town.enrol("qi", Some("grid"), &["data_provider"]);
    let grant = |town: &mut Town, provider: &str| {
        let data = json!({ "until": "2027-06-30", "agreement": { "title": "Agreement", "sha256": "44".repeat(32) } });
        town.draft(Kind::AccessGranted, "access/a1", &[OUYANG, provider], &data)
            .concerning(&["dataset/d1"])
    };
    for draft in [
        catalogued(&mut town, "conditional", "no_share"),
        distributed(&mut town),
        published(&mut town),
        requested(&mut town, LIN, "acme"),
    ] {
        town.say(&draft).unwrap();
    }
    let draft = grant(&mut town, "qi:data_provider@grid");
    refused(&mut town, &draft, "role.other_organisation");
    let draft = grant(&mut town, PAN);
    town.say(&draft).unwrap();
}

fn status(town: &Town, subject: &str) -> Option<String> {
    let key = RecordKey::State(subject.parse().unwrap());
    let Ok(record) = town.records().record(&key);
    let record: Json = serde_json::to_value::<Record>(record?).unwrap();
    let state = record.as_object().unwrap().values().next().unwrap();
    Some(state["status"].as_str().unwrap().to_owned())
}

/// One of everything that can be said about a dataset and an access to it.
fn act(town: &mut Town, number: usize) -> Draft {
    let reasons = json!({ "reasons": "So." });
    match number {
        0 => catalogued(town, "conditional", "conditional_share"),
        1 => distributed(town),
        2 => published(town),
        3 => town.draft(
            Kind::DatasetSuspended,
            "dataset/d1",
            &[OUYANG],
            &json!({ "reason": "legal", "explanation": "So." }),
        ),
        4 => town.draft(Kind::DatasetWithdrawn, "dataset/d1", &[OUYANG], &reasons),
        5 => requested(town, LIN, "acme"),
        6 => {
            let data = json!({ "until": "2027-06-30", "agreement": { "title": "Agreement", "sha256": "44".repeat(32) } });
            town.draft(Kind::AccessGranted, "access/a1", &[OUYANG, PAN], &data)
                .concerning(&["dataset/d1"])
        }
        7 => town
            .draft(
                Kind::AccessRefused,
                "access/a1",
                &[OUYANG],
                &json!({ "ground": "other", "reasons": "So." }),
            )
            .concerning(&["dataset/d1"]),
        8 => {
            let data = json!({ "reason": "legal", "deletionProof": { "title": "Proof", "sha256": "55".repeat(32) } });
            town.draft(Kind::AccessWithdrawn, "access/a1", &[OUYANG], &data)
                .concerning(&["dataset/d1"])
        }
        _ => town
            .draft(
                Kind::AccessMisused,
                "access/a1",
                &[PAN],
                &json!({ "finding": "So.", "severity": "minor" }),
            )
            .concerning(&["dataset/d1"]),
    }
}

thread_local! {
    static GUIDED: Town = guided();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is tried, in whatever order: nothing is asked for or granted unless the data can be had, a dataset that
    /// was withdrawn stays so, and an access that was refused or cleared stays so.
    #[test]
    fn nothing_is_granted_that_cannot_be_had_and_ends_are_final(
        acts in prop::collection::vec(0_usize..10, 1..24),
        start in prop::bool::ANY,
    ) {
        let mut town = GUIDED.with(Clone::clone);
        let prologue: &[usize] = if start { &[0, 1, 2, 5] } else { &[] };
        for number in prologue.iter().copied().chain(acts) {
            let draft = act(&mut town, number);
            let before = (status(&town, "dataset/d1"), status(&town, "access/a1"));
            let recorded = town.say(&draft).is_ok();
            let after = (status(&town, "dataset/d1"), status(&town, "access/a1"));
            if recorded && matches!(number, 5 | 6) {
                prop_assert_eq!(before.0.as_deref(), Some("published"));
            }
            if !recorded || before.0.as_deref() == Some("withdrawn") {
                prop_assert_eq!(&before.0, &after.0);
            }
            let ended = matches!(before.1.as_deref(), Some("refused" | "cleared"));
            if !recorded || ended {
                prop_assert_eq!(&before.1, &after.1);
            }
        }
    }
}
