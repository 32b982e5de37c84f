//! Statistics: what a story can't show. Edge moments, tables at random, returns in random order.

use cinnabar_events::{Commitment, Kind, Payload, Timestamp, canonical, encode};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{Record, RecordKey, Records as _};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::refused;

const NING: &str = "ning:statistician";
const LIN: &str = "lin:enterprise_filer@acme";

/// The state of `subject` as JSON.
fn state(town: &Town, subject: &str) -> Json {
    let key = RecordKey::State(subject.parse().unwrap());
    let Ok(record) = town.records().record(&key);
    let record: Record = record.unwrap();
    let json = serde_json::to_value(record).unwrap();
    json.as_object().unwrap().values().next().unwrap().clone()
}

/// Moves the clock such that what is said next is said at `moment`.
fn at(town: &mut Town, moment: &str) {
    let moment: Timestamp = moment.parse().unwrap();
    let seconds = (moment.micros() - town.now().micros()) / 1_000_000;
    town.pass(seconds - 1);
}

/// A city in which a survey was called that is due on 15 December 2026.
fn surveyed() -> Town {
    let mut town = Town::city();
    let data = json!({
        "title": "年报", "period": { "from": "2025-01-01", "until": "2025-12-31" }, "categories": ["core_hw_sw"],
        "form": [{ "field": "revenue_cny", "label": "Revenue", "unit": "{CNY}" }], "populationRule": "All.",
        "due": "2026-12-15", "releaseBy": "2027-02-26", "approvalNo": "12",
    });
    let draft = town.draft(Kind::SurveyCalled, "survey/s1", &[NING], &data);
    town.say(&draft).unwrap();
    town
}

/// Acme's return, the first filing or a correction of filing `corrects`.
fn filing(town: &mut Town, corrects: Option<u64>) -> Draft {
    let mut data = json!({ "survey": "s1", "organisation": "acme", "categories": ["core_hw_sw"], "fields": ["revenue_cny"] });
    if let Some(number) = corrects {
        data["corrects"] = number.into();
        data["reason"] = "A mistake.".into();
    }
    town.draft(Kind::ReturnFiled, "return/r1", &[LIN], &data)
        .concerning(&["organisation/acme", "survey/s1"])
        .with(|statement| {
            let commitment = Commitment::from_bytes([7; 32]);
            statement
                .commitments
                .insert("/values".to_owned(), commitment);
        })
}

#[test]
fn a_return_is_late_from_midnight_in_shenzhen_on_and_a_correction_does_not_change_that() {
    for (moment, late) in [
        ("2026-12-15T15:59:59.000000Z", false),
        ("2026-12-15T16:00:00.000000Z", true),
    ] {
        let mut town = surveyed();
        at(&mut town, moment);
        let draft = filing(&mut town, None);
        town.say(&draft).unwrap();
        assert_eq!(town.now().to_string(), moment);
        assert_eq!(state(&town, "return/r1")["late"], late, "{moment}");
        town.pass(30 * 24 * 3600);
        let draft = filing(&mut town, Some(1));
        town.say(&draft).unwrap();
        assert_eq!(state(&town, "return/r1")["late"], late, "{moment}");
    }
}

#[test]
fn figures_in_clear_have_no_place_in_a_return() {
    let decode = |data: Json| {
        let bytes = encode(&data).unwrap();
        let value = canonical::parse(&bytes).unwrap();
        Payload::decode(Kind::ReturnFiled, &value).map_err(|violation| violation.to_string())
    };
    let mut data = json!({ "survey": "s1", "organisation": "acme" });
    assert!(decode(data.clone()).is_ok());
    data["values"] = json!([{ "field": "revenue_cny", "value": "1" }]);
    let violation = decode(data).unwrap_err();
    assert!(violation.contains("values"), "{violation}");
}

/// A release of one table with totals.
fn release(town: &mut Town, cells: &Json) -> Draft {
    let data = json!({
        "title": "规模", "period": { "from": "2025-01-01", "until": "2025-12-31" }, "categories": ["core_hw_sw"], "revision": 1,
        "asOf": "2026-11-22T00:00:00.000000Z", "method": { "title": "Method", "sha256": "22".repeat(32) },
        "tables": [{
            "title": "Revenue", "dims": ["district"], "totals": true, "cells": cells,
            "measures": [{ "measure": "revenue", "label": "Revenue", "unit": "{CNY}" }],
        }],
    });
    town.draft(Kind::ReleasePublished, "release/r1", &[NING], &data)
}

fn cell(district: &str, respondents: u32, largest: Option<u8>, shown: bool) -> Json {
    let mut cell = json!({ "at": [{ "dim": "district", "is": district }], "measure": "revenue", "respondents": respondents });
    if let Some(largest) = largest {
        cell["largestAtMost"] = largest.into();
    }
    match shown {
        true => cell["value"] = "1000.50".into(),
        false => cell["suppressed"] = "small_count".into(),
    }
    cell
}

#[test]
fn three_respondents_and_three_quarters_are_the_limits() {
    for (respondents, largest, code) in [
        (2, None, Some("release.small_cell")),
        (3, None, None),
        (3, Some(75), None),
        (3, Some(76), Some("release.dominance")),
        (0, None, Some("release.small_cell")),
    ] {
        let mut town = Town::city();
        let draft = release(
            &mut town,
            &json!([cell("南山", respondents, largest, true)]),
        );
        match code {
            Some(code) => refused(&mut town, &draft, code),
            None => {
                town.say(&draft).unwrap();
            }
        }
    }
}

#[test]
fn what_is_recorded_now_is_not_reflected_yet() {
    let mut town = Town::city();
    let cells = json!([cell("南山", 9, None, true)]);
    let draft = release(&mut town, &cells);
    let next = town.now().plus_seconds(1);
    let as_of = |moment: Timestamp| {
        draft
            .clone()
            .with(|statement| match &mut statement.payload {
                Payload::ReleasePublished(release) => release.as_of = moment,
                other => panic!("{other:?}"),
            })
    };
    let same = as_of(next);
    let before = as_of(Timestamp::from_micros(next.micros() - 1).unwrap());
    refused(&mut town.clone(), &same, "release.as_of");
    town.say(&before).unwrap();
}

/// Every act that returns know.
const ACTS: [Kind; 3] = [Kind::ReturnFiled, Kind::ReturnQueried, Kind::ReturnAccepted];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A release is published if and only if each figure has three respondents and no dominant one, and no cell is
    /// suppressed alone.
    #[test]
    fn no_release_tells_a_figure_of_one_respondent(
        cells in prop::collection::vec((0_u32..6, prop::option::of(60_u8..90), any::<bool>()), 1..6),
    ) {
        let mut town = CITY.with(Clone::clone);
        let json: Vec<Json> = cells
            .iter()
            .enumerate()
            .map(|(index, (respondents, largest, shown))| cell(&format!("district {index}"), *respondents, *largest, *shown))
            .collect();
        let draft = release(&mut town, &Json::Array(json));
        let tells = cells.iter().any(|(respondents, largest, shown)| {
            *shown && (*respondents < 3 || largest.is_some_and(|largest| largest > 75))
        });
        let alone = cells.iter().filter(|(_, _, shown)| !shown).count() == 1;
        prop_assert_eq!(town.say(&draft).is_ok(), !tells && !alone);
    }

    /// Whatever is tried: a return is accepted only from `filed`, queried only from `filed`, filed again always; and it
    /// knows how often it was filed.
    #[test]
    fn returns_follow_their_life_cycle(acts in prop::collection::vec(0_usize..3, 1..12)) {
        let mut town = SURVEYED.with(Clone::clone);
        let (mut filings, mut status) = (0_u64, "none");
        for act in acts {
            let kind = ACTS[act];
            let draft = match kind {
                Kind::ReturnFiled => filing(&mut town, (filings > 0).then_some(filings)),
                Kind::ReturnQueried => town.draft(kind, "return/r1", &[NING], &json!({ "edits": [{ "field": "revenue_cny", "check": "range" }] })),
                _ => town.draft(kind, "return/r1", &[NING], &json!({ "weight": "1", "imputed": false })),
            };
            let (allowed, after) = match kind {
                Kind::ReturnFiled => (true, "filed"),
                Kind::ReturnQueried => (status == "filed", "queried"),
                _ => (status == "filed", "accepted"),
            };
            prop_assert_eq!(town.say(&draft).is_ok(), allowed);
            if allowed {
                status = after;
                filings += u64::from(kind == Kind::ReturnFiled);
                prop_assert_eq!(&state(&town, "return/r1")["status"], status);
                prop_assert_eq!(&state(&town, "return/r1")["filings"], filings);
            }
        }
    }
}

thread_local! {
    static CITY: Town = Town::city();
    static SURVEYED: Town = surveyed();
}
