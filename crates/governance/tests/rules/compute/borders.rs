//! Borders: windows that touch, limits that are reached, numbers of the right length.

use cinnabar_events::Kind;
use cinnabar_governance::testing::{Draft, Town};
use serde_json::{Value as Json, json};

use crate::refused;

/// An offer of `units` on `compute/c0` for a year, as the operator makes it.
fn offer(town: &mut Town, units: u32) -> Draft {
    let data = json!({ "provider": "grid", "name": "c", "site": "440305", "accelerator": "gpu", "model": "m", "units": units, "peakTflops": "1",
        "period": { "from": "2026-12-01T00:00:00.000000Z", "until": "2027-12-01T00:00:00.000000Z" }, "price": { "currency": "CNY", "perUnitHour": "0" } });
    town.draft(
        Kind::ComputeOffered,
        "compute/c0",
        &["qin:compute_operator@grid"],
        &data,
    )
    .concerning(&["organisation/grid"])
}

fn request(town: &mut Town, id: &str, window: &Json) -> Draft {
    let data = json!({ "compute": "c0", "organisation": "acme", "units": 1, "unitHours": 1, "window": window, "purpose": "train", "project": "p" });
    let subject = format!("allocation/{id}");
    town.draft(
        Kind::AllocationRequested,
        &subject,
        &["lin:enterprise_filer@acme"],
        &data,
    )
    .concerning(&["compute/c0", "organisation/acme"])
}

fn grant(town: &mut Town, id: &str, window: &Json) -> Draft {
    let data = json!({ "units": 1, "unitHours": 1, "window": window });
    let subject = format!("allocation/{id}");
    town.draft(
        Kind::AllocationGranted,
        &subject,
        &["ren:compute_registrar"],
        &data,
    )
    .concerning(&["compute/c0"])
}

fn hour(from: &str, until: &str) -> Json {
    json!({ "from": format!("2026-12-01T{from}:00.000000Z"), "until": format!("2026-12-01T{until}:00.000000Z") })
}

#[test]
fn windows_that_touch_do_not_overlap_and_windows_that_overlap_by_a_microsecond_do() {
    let mut town = Town::city();
    let draft = offer(&mut town, 1);
    town.say(&draft).unwrap();
    let whole = hour("00:00", "09:00");
    for id in ["a", "b", "c", "d", "e"] {
        let draft = request(&mut town, id, &whole);
        town.say(&draft).unwrap();
    }
    for (id, window) in [
        ("a", hour("02:00", "03:00")),
        ("b", hour("03:00", "04:00")),
        ("c", hour("00:00", "02:00")),
    ] {
        let draft = grant(&mut town, id, &window);
        town.say(&draft).unwrap();
    }
    let over = [
        json!({ "from": "2026-12-01T03:59:59.999999Z", "until": "2026-12-01T05:00:00.000000Z" }),
        json!({ "from": "2026-12-01T00:00:00.000000Z", "until": "2026-12-01T09:00:00.000000Z" }),
        json!({ "from": "2026-12-01T02:10:00.000000Z", "until": "2026-12-01T02:20:00.000000Z" }),
    ];
    for window in &over {
        let draft = grant(&mut town, "d", window);
        refused(&mut town, &draft, "compute.over_committed");
    }
    let before =
        json!({ "from": "2026-11-30T23:59:59.999999Z", "until": "2026-12-01T00:30:00.000000Z" });
    let draft = grant(&mut town, "d", &before);
    refused(&mut town, &draft, "compute.outside_period");
    let draft = grant(&mut town, "d", &hour("04:00", "09:00"));
    town.say(&draft).unwrap();
}

#[test]
fn an_offer_takes_128_allocations_and_no_more() {
    let mut town = Town::city();
    let draft = offer(&mut town, 1_000);
    town.say(&draft).unwrap();
    let window = hour("00:00", "09:00");
    for n in 0..=128 {
        let id = format!("a{n}");
        let draft = request(&mut town, &id, &window);
        town.say(&draft).unwrap();
        let draft = grant(&mut town, &id, &window);
        match n {
            128 => refused(&mut town, &draft, "compute.allocations_full"),
            _ => {
                town.say(&draft).unwrap();
            }
        }
    }
}

#[test]
fn numbers_of_filed_algorithms_have_21_digits() {
    let mut town = Town::city();
    let digits = "440305012345626110015";
    for (number, code) in [
        (format!("网信算备{digits}号"), None),
        (
            format!("网信算备{}号", &digits[1..]),
            Some("content.filing_number"),
        ),
        (
            format!("网信算备{digits}0号"),
            Some("content.filing_number"),
        ),
        (format!("网信算备{digits}"), Some("content.filing_number")),
        (format!("{digits}号"), Some("content.filing_number")),
        (
            format!("网信算备{}x号", &digits[1..]),
            Some("content.filing_number"),
        ),
        (
            format!("网信算备{}４号", &digits[1..]),
            Some("content.filing_number"),
        ),
    ] {
        let data = json!({ "organisation": "acme", "name": "n", "class": "other", "version": "1", "principle": "p", "mechanism": "m", "scenario": "s",
            "intent": "i", "openSource": false, "filing": { "register": "algorithm_filing", "status": "in_force", "number": number } });
        let draft = town
            .draft(
                Kind::AlgorithmPublished,
                "algorithm/a",
                &["lin:enterprise_filer@acme"],
                &data,
            )
            .concerning(&["organisation/acme"]);
        match code {
            Some(code) => refused(&mut town, &draft, code),
            None => {
                town.say(&draft).unwrap();
            }
        }
    }
}
