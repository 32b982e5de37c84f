//! What each entry does to the rows, and what the questions find.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_events::kinds::{RiskTier, Severity};
use cinnabar_governance::{IncidentStatus, ProductStatus};
use cinnabar_projections::*;
use common::*;

struct Setup {
    _dir: tempfile::TempDir,
    entries: Vec<cinnabar_events::Entry>,
    reader: Reader,
}

fn setup() -> Setup {
    let dir = tempfile::tempdir().unwrap();
    let town = busy_town();
    let views = folded(dir.path(), town.entries());
    Setup {
        reader: views.read().unwrap(),
        entries: town.entries().to_vec(),
        _dir: dir,
    }
}

fn status(reader: &Reader, at: At, product: &str) -> Option<String> {
    reader
        .product(at, product)
        .unwrap()
        .map(|product| product.row.status)
}

#[test]
fn every_decision_moves_the_product_and_only_that_product() {
    let Setup {
        entries, reader, ..
    } = setup();
    // After each entry about a product, the register says this.
    let expected = |kind: &str, before: Option<String>| match kind {
        "product.submitted" => Some("submitted".to_owned()),
        "product.accepted" => Some("accepted".to_owned()),
        "risk.classified" => Some("classified".to_owned()),
        "approval.granted" | "approval.reinstated" => Some("authorised".to_owned()),
        "approval.refused" => Some("refused".to_owned()),
        "approval.suspended" => Some("suspended".to_owned()),
        "approval.revoked" => Some("revoked".to_owned()),
        "product.ended" => Some("ended".to_owned()),
        _ => before,
    };
    for (index, entry) in entries.iter().enumerate() {
        for product in ["p1", "p2", "p3", "p4"] {
            let before = status(&reader, at(index), product);
            let after = status(&reader, at(index + 1), product);
            let subject = entry.statement().subject.to_string();
            if subject == format!("product/{product}") {
                assert_eq!(
                    after,
                    expected(entry.statement().kind().as_str(), before),
                    "{product} after {index}"
                );
            } else {
                assert_eq!(
                    after, before,
                    "{product} after {index}, which is about {subject}"
                );
            }
        }
    }
    let last = at(entries.len());
    let found = ["p1", "p2", "p3", "p4"].map(|product| status(&reader, last, product).unwrap());
    assert_eq!(found, ["authorised", "refused", "revoked", "ended"]);
}

#[test]
fn an_update_replaces_what_it_names_and_removes_what_it_says() {
    let Setup {
        reader, entries, ..
    } = setup();
    let product = reader.product(reader.at(), "p1").unwrap().unwrap();
    assert_eq!(product.row.name, "分诊助手 Triage assistant 2");
    assert_eq!(product.row.facts["version"], "2.0");
    assert_eq!(product.row.facts["fields"][0], "healthcare");
    assert!(product.row.facts.get("standards").is_none());
    assert_eq!(
        product.row.organisation_name.as_deref(),
        Some("Acme Health 有限公司")
    );
    assert_eq!(product.row.number.as_deref(), Some("SZAI-P-2026-p1"));
    assert!(product.file.suspension.is_none() && product.file.reinstatement.is_some());
    assert_eq!(
        product.file.approval.unwrap().data["conditions"][0],
        "human in the loop 人工复核"
    );
    let submitted = entries
        .iter()
        .position(|entry| entry.statement().subject.to_string() == "product/p1")
        .unwrap();
    let before = reader.product(at(submitted + 1), "p1").unwrap().unwrap();
    assert_eq!(before.row.name, "Triage assistant p1");
    assert!(before.row.facts.get("standards").is_some() && before.file.acceptance.is_none());
    assert_eq!(reader.product(at(submitted), "p1").unwrap(), None);
}

fn ids(listing: &Listing<ProductRow>) -> Vec<&str> {
    listing.rows.iter().map(|row| row.id.as_str()).collect()
}

#[test]
fn the_register_filters_by_each_of_its_facts() {
    let Setup { reader, .. } = setup();
    let search = |text: &str| ProductFilter {
        search: Some(Search::new(text).unwrap()),
        ..Default::default()
    };
    let cases = [
        (ProductFilter::default(), vec!["p1", "p2", "p3", "p4"]),
        (
            ProductFilter {
                status: Some(ProductStatus::Refused),
                ..Default::default()
            },
            vec!["p2"],
        ),
        (
            ProductFilter {
                status: Some(ProductStatus::Suspended),
                ..Default::default()
            },
            vec![],
        ),
        (
            ProductFilter {
                risk_tier: Some(RiskTier::Low),
                ..Default::default()
            },
            vec!["p1", "p2", "p3"],
        ),
        (
            ProductFilter {
                organisation: Some("acme".parse().unwrap()),
                ..Default::default()
            },
            vec!["p1", "p2", "p3", "p4"],
        ),
        (
            ProductFilter {
                organisation: Some("other".parse().unwrap()),
                ..Default::default()
            },
            vec![],
        ),
        (
            ProductFilter {
                field: Some("healthcare".parse().unwrap()),
                ..Default::default()
            },
            vec!["p1", "p2", "p3", "p4"],
        ),
        (
            ProductFilter {
                field: Some("transport".parse().unwrap()),
                ..Default::default()
            },
            vec![],
        ),
        (
            ProductFilter {
                number: Some("SZAI-P-2026-p3".into()),
                ..Default::default()
            },
            vec!["p3"],
        ),
        (
            ProductFilter {
                migrated: Some(true),
                ..Default::default()
            },
            vec![],
        ),
        (search("分诊"), vec!["p1"]),
        (search("acme 有限公司"), vec!["p1", "p2", "p3", "p4"]),
        (search("nurses decide"), vec!["p1", "p2", "p3", "p4"]),
        (search("p2"), vec!["p2"]),
    ];
    for (filter, expected) in cases {
        let found = reader
            .products(reader.at(), &filter, &Page::default())
            .unwrap();
        assert_eq!(ids(&found), expected, "{filter:?}");
        assert_eq!(found.total, expected.len() as u64, "{filter:?}");
    }
}

#[test]
fn pages_hold_every_row_once_in_both_directions() {
    let Setup {
        reader, entries, ..
    } = setup();
    for descending in [false, true] {
        for limit in [1, 2, 3, 5] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = Page {
                    after,
                    limit,
                    descending,
                };
                let found = reader
                    .entries(reader.at(), &EntryFilter::default(), &page)
                    .unwrap();
                assert_eq!(found.total, entries.len() as u64);
                seen.extend(found.rows.iter().map(|row| row.sequence));
                after = found.next;
                if after.is_none() {
                    break;
                }
            }
            let mut expected: Vec<u64> = (0..entries.len() as u64).collect();
            if descending {
                expected.reverse();
            }
            assert_eq!(seen, expected);
        }
    }
}

#[test]
fn a_list_at_an_earlier_size_is_the_list_of_that_size() {
    let Setup { entries, .. } = setup();
    let dir = tempfile::tempdir().unwrap();
    let whole = folded(dir.path(), &entries);
    let then_dir = tempfile::tempdir().unwrap();
    let then = Views::open(then_dir.path()).unwrap();
    let roots = roots(&entries);
    for size in 1..=entries.len() {
        then.apply(
            &entries[size - 1..size],
            (cinnabar_tlog::Size::new(size as u64), roots[size]),
        )
        .unwrap();
        let (now, reader) = (whole.read().unwrap(), then.read().unwrap());
        let page = Page::default();
        let products = ProductFilter::default();
        assert_eq!(
            now.products(at(size), &products, &page).unwrap(),
            reader.products(reader.at(), &products, &page).unwrap()
        );
        let text = ProductFilter {
            search: Some(Search::new("Triage").unwrap()),
            ..Default::default()
        };
        assert_eq!(
            now.products(at(size), &text, &page).unwrap(),
            reader.products(reader.at(), &text, &page).unwrap()
        );
        let incidents = IncidentFilter::default();
        assert_eq!(
            now.incidents(at(size), &incidents, &page).unwrap(),
            reader.incidents(reader.at(), &incidents, &page).unwrap()
        );
        let actors = ActorFilter::default();
        assert_eq!(
            now.actors(at(size), &actors, &page).unwrap(),
            reader.actors(reader.at(), &actors, &page).unwrap()
        );
        let organisations = OrganisationFilter::default();
        assert_eq!(
            now.organisations(at(size), &organisations, &page).unwrap(),
            reader
                .organisations(reader.at(), &organisations, &page)
                .unwrap()
        );
        let all = EntryFilter::default();
        assert_eq!(
            now.entries(at(size), &all, &page).unwrap(),
            reader.entries(reader.at(), &all, &page).unwrap()
        );
    }
}

#[test]
fn an_incident_keeps_what_was_reported_and_when() {
    let Setup { reader, .. } = setup();
    let incident = reader.incident(reader.at(), "i1").unwrap().unwrap();
    assert_eq!(
        (incident.status.as_str(), incident.severity.as_str()),
        ("closed", "serious_incident")
    );
    assert_eq!(incident.product.as_deref(), Some("p1"));
    let types: Vec<_> = incident
        .detail
        .reports
        .iter()
        .map(|report| report.report_type.as_str())
        .collect();
    assert_eq!(types, ["initial", "final"]);
    assert_eq!(
        incident.detail.description.as_deref(),
        Some("A threshold was set wrong.")
    );
    assert_eq!(incident.detail.outcome.as_deref(), Some("resolved"));
    let first = reader
        .incident(at(incident.first_sequence as usize + 1), "i1")
        .unwrap()
        .unwrap();
    assert_eq!(
        (first.status.as_str(), first.severity.as_str()),
        ("received", "incident")
    );
    let cases = [
        (
            IncidentFilter {
                status: Some(IncidentStatus::Received),
                ..Default::default()
            },
            0,
        ),
        (
            IncidentFilter {
                status: Some(IncidentStatus::Closed),
                ..Default::default()
            },
            1,
        ),
        (
            IncidentFilter {
                severity: Some(Severity::SeriousIncident),
                ..Default::default()
            },
            1,
        ),
        (
            IncidentFilter {
                severity: Some(Severity::Incident),
                ..Default::default()
            },
            0,
        ),
        (
            IncidentFilter {
                product: Some("p1".parse().unwrap()),
                ..Default::default()
            },
            1,
        ),
        (
            IncidentFilter {
                product: Some("p2".parse().unwrap()),
                ..Default::default()
            },
            0,
        ),
        (
            IncidentFilter {
                search: Some(Search::new("误判 thresholds").unwrap()),
                ..Default::default()
            },
            1,
        ),
        (
            IncidentFilter {
                search: Some(Search::new("chest").unwrap()),
                ..Default::default()
            },
            0,
        ),
    ];
    for (filter, expected) in cases {
        let found = reader
            .incidents(reader.at(), &filter, &Page::default())
            .unwrap();
        assert_eq!(found.total, expected, "{filter:?}");
    }
}

#[test]
fn a_key_tells_from_where_to_where_it_signed_and_why_it_ended() {
    let Setup {
        reader, entries, ..
    } = setup();
    let lin = reader.actor(reader.at(), "lin").unwrap().unwrap();
    let [old, new] = &lin.keys[..] else {
        panic!("{:?}", lin.keys)
    };
    assert_eq!(old.ended, Some(new.valid_from));
    assert_eq!((old.revoked, new.ended), (None, None));
    let zhou = reader.actor(reader.at(), "zhou").unwrap().unwrap();
    let revoked = zhou.keys[0].revoked.unwrap();
    assert_eq!(
        entries[revoked as usize].statement().kind().as_str(),
        "key.revoked"
    );
    assert_eq!(
        (zhou.keys[0].ended, zhou.keys[0].reason.as_deref()),
        (Some(revoked), Some("compromise"))
    );
    assert_eq!(
        zhou.keys[0].compromised_since.as_deref(),
        Some("2026-11-22T08:00:05.000000Z")
    );
    assert_eq!(
        zhou.roles[0]
            .ended
            .map(|ended| entries[ended as usize].statement().kind().as_str()),
        Some("role.withdrawn")
    );
    let before = reader.actor(at(revoked as usize), "zhou").unwrap().unwrap();
    assert_eq!(
        (
            before.keys[0].ended,
            &before.keys[0].reason,
            &before.keys[0].compromised_since
        ),
        (None, &None, &None)
    );
    let holders = |role: &str| {
        let filter = ActorFilter {
            role: Some(role.into()),
            organisation: None,
        };
        let found = reader
            .actors(reader.at(), &filter, &Page::default())
            .unwrap();
        found.rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(holders("decision_maker"), ["chen", "qian"]);
    assert_eq!(holders("intake_officer"), [""; 0]);
    assert_eq!(holders("institution_admin"), ["wang", "zhao"]);
    assert_eq!(holders("system"), ["ledger"]);
}

#[test]
fn a_dossier_has_every_entry_that_enters_it() {
    let Setup {
        reader, entries, ..
    } = setup();
    for subject in [
        "product/p1",
        "incident/i1",
        "actor/lin",
        "organisation/acme",
        "ledger/sz-ai",
    ] {
        let filter = EntryFilter {
            subject: Some(subject.parse().unwrap()),
            ..Default::default()
        };
        let found = reader
            .entries(reader.at(), &filter, &Page::default())
            .unwrap();
        let expected: Vec<u64> = entries
            .iter()
            .filter(|entry| entry.dossiers().contains_key(&subject.parse().unwrap()))
            .map(|entry| entry.seq().get())
            .collect();
        assert_eq!(
            found
                .rows
                .iter()
                .map(|row| row.sequence)
                .collect::<Vec<_>>(),
            expected,
            "{subject}"
        );
        assert_eq!(found.total, expected.len() as u64);
        assert!(!expected.is_empty());
    }
}

#[test]
fn a_moment_is_the_size_that_the_ledger_had_then() {
    let Setup {
        reader, entries, ..
    } = setup();
    for (index, entry) in entries.iter().enumerate() {
        let size = reader.size_at(entry.time()).unwrap().get();
        let expected = entries
            .iter()
            .filter(|other| other.time() <= entry.time())
            .count() as u64;
        assert_eq!(size, expected, "{index}");
    }
    let before = "2000-01-01T00:00:00.000000Z".parse().unwrap();
    assert_eq!(reader.size_at(before).unwrap().get(), 0);
}
