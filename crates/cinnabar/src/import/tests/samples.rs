//! The samples under `tests/import-sample`.

use cinnabar_events::{Kind, Payload};

use super::*;

/// Imports all samples into one ledger, in the order of [`SHIPPED`].
fn import_all(ledger: &Arc<Ledger>, in_flight: usize) -> Vec<(Tally, Vec<Rejected>)> {
    let one = |(name, file, _): (&str, &str, &str)| {
        let (tally, rejected) = import(&mapping(name), &sample(file), ledger, in_flight);
        (tally.unwrap(), rejected)
    };
    SHIPPED.map(one).into()
}

/// Row and code of every reject: Dutch register, approvals, incidents.
const REJECTS: [&[(u64, &str)]; 3] = [
    &[
        (5, "row.duplicate"),
        (6, "value.unknown"),
        (7, "date.unreadable"),
        (8, "value.missing"),
        (9, "value.too_long"),
        (10, "row.not_json"),
        (11, "row.not_utf8"),
        (13, "value.control_character"),
        (21, "row.column_unmapped"),
        (22, "row.nothing_to_state"),
        (23, "row.key_missing"),
        (24, "id.invalid"),
        (25, "row.no_statement"),
        (26, "subject.unknown"),
    ],
    &[
        (6, "value.unknown"),
        (8, "date.unreadable"),
        (9, "value.missing"),
        (10, "row.column_count"),
        (11, "row.duplicate"),
        (12, "row.unclosed_quote"),
        (15, "row.not_utf8"),
        (16, "row.key_missing"),
    ],
    &[
        (6, "date.unreadable"),
        (7, "value.unknown"),
        (8, "row.no_initial_report"),
        (9, "value.unknown"),
        (10, "subject.unknown"),
        (11, "value.missing"),
        (12, "row.key_missing"),
        (13, "row.duplicate"),
    ],
];

/// Rows: read, recorded, already there, rejected; then statements.
const COUNTS: [[u64; 8]; 3] = [
    [26, 12, 0, 14, 18, 17, 0, 1],
    [14, 6, 0, 8, 22, 22, 0, 0],
    [12, 4, 0, 8, 9, 7, 0, 2],
];

#[test]
fn every_row_is_recorded_or_rejected_with_its_reason() {
    let imports = import_all(&Arc::default(), 8);
    for (index, (tally, rejected)) in imports.iter().enumerate() {
        let codes: Vec<_> = rejected
            .iter()
            .map(|one| (one.row, one.code.as_str()))
            .collect();
        assert_eq!(codes, REJECTS[index]);
        assert_eq!(numbers(tally), COUNTS[index]);
        assert!(tally.adds_up());
        assert!(rejected.iter().all(|one| !one.reason.is_empty()));
    }
}

#[test]
fn a_rejected_row_stands_in_the_reject_file_as_it_was_sent() {
    let imports = import_all(&Arc::default(), 8);
    for ((_, rejected), (_, file, _)) in imports.iter().zip(SHIPPED) {
        let bytes = sample(file);
        let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
        for one in rejected {
            let line = lines[usize::try_from(one.row).unwrap() - 1];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let hex: String = line.iter().map(|byte| format!("{byte:02x}")).collect();
            match (&one.raw, &one.raw_hex) {
                (Some(raw), None) => assert_eq!(raw.as_bytes(), line),
                (None, Some(raw)) => assert_eq!(*raw, hex),
                _ => panic!("the row stands there twice or not at all"),
            }
        }
    }
}

#[test]
fn a_second_run_records_nothing_and_rejects_the_same() {
    let ledger = Arc::default();
    let first = import_all(&ledger, 8);
    let entries = ledger.statements();
    let second = import_all(&ledger, 8);
    assert_eq!(ledger.statements(), entries);
    for ((before, rejected), (after, rejected_again)) in first.iter().zip(&second) {
        assert_eq!(rejected, rejected_again);
        assert_eq!(after.rows.recorded, 0);
        assert_eq!(after.rows.already_there, before.rows.recorded);
        assert_eq!(after.statements.already_there, before.statements.recorded);
        assert!(after.adds_up());
    }
}

#[test]
fn an_import_stopped_anywhere_is_completed_by_another_run() {
    let (name, file, _) = SHIPPED[1];
    let (mapping, file) = (mapping(name), sample(file));
    let complete = Arc::<Ledger>::default();
    let (tally, _) = import(&mapping, &file, &complete, 8);
    let statements = tally.unwrap().statements.read;
    for answers in 0..statements {
        let ledger = Arc::<Ledger>::default();
        ledger.unplug_after(Some(usize::try_from(answers).unwrap()));
        let halted = import(&mapping, &file, &ledger, 8).0.unwrap_err();
        assert!(matches!(halted.cause, HaltCause::Stopped(Unplugged)));
        assert!(halted.tally.adds_up());
        assert_eq!(ledger.statements().len() as u64, answers);
        ledger.unplug_after(None);
        let (tally, rejected) = import(&mapping, &file, &ledger, 8);
        let tally = tally.unwrap();
        assert_eq!(tally.statements.already_there, answers);
        assert_eq!(tally.statements.recorded, statements - answers);
        assert_eq!(rejected.len(), REJECTS[1].len());
        assert_eq!(ledger.dossiers(), complete.dossiers());
    }
}

#[test]
fn dossiers_are_the_same_however_many_statements_are_on_their_way() {
    let one: Arc<Ledger> = Arc::default();
    import_all(&one, 1);
    for in_flight in [2, 3, 64] {
        let many: Arc<Ledger> = Arc::default();
        import_all(&many, in_flight);
        assert_eq!(one.dossiers(), many.dossiers(), "{in_flight}");
    }
}

#[test]
fn statement_ids_are_the_same_for_ever() {
    let ledger: Arc<Ledger> = Arc::default();
    import_all(&ledger, 1);
    let wanted = [
        "organisation.registered organisation/nl-gemeente-voorbeeld",
        "product.submitted product/nl-10000001",
        "product.updated product/nl-10000002",
        "approval.granted product/fda-K900001",
        "incident.updated incident/fda-mdr-8000002",
    ];
    let ids: Vec<String> = ledger
        .statements()
        .iter()
        .map(|one| format!("{} {} {}", one.kind(), one.subject, one.id))
        .filter(|line| wanted.iter().any(|start| line.starts_with(start)))
        .collect();
    let expected = [
        "organisation.registered organisation/nl-gemeente-voorbeeld-80a24d85 f364e69d-1204-8f6a-bace-075ec753841f",
        "product.submitted product/nl-10000001 bb4301ba-8751-811c-9eac-0e1e5c84972e",
        "product.updated product/nl-10000002 1dda7f0c-0a75-8d2b-a2ad-e2c61ca6e04b",
        "approval.granted product/fda-K900001 83bbf190-01a3-8fd5-bb30-0776a1b19d92",
        "incident.updated incident/fda-mdr-8000002 ef3c7713-3652-82d5-b075-a8620db5e92b",
        "incident.updated incident/fda-mdr-8000002 a8e46188-0e2d-8e00-a14f-a843a0fa9fc3",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn their_dates_are_kept_and_none_is_made_up() {
    let ledger: Arc<Ledger> = Arc::default();
    import_all(&ledger, 8);
    let occurred = |subject: &str| -> Vec<(Kind, Option<String>)> {
        let all = ledger.statements().into_iter();
        all.filter(|one| one.subject.to_string() == subject)
            .map(|one| (one.kind(), one.occurred.map(|when| when.to_string())))
            .collect()
    };
    let day = |text: &str| Some(text.to_owned());
    let expected = [
        (Kind::ProductSubmitted, day("2021-01-02")),
        (Kind::ProductAccepted, None),
        (Kind::ApprovalGranted, day("2021-05-21")),
    ];
    assert_eq!(occurred("product/fda-K900004"), expected);
    let expected = [
        (Kind::IncidentReported, day("2019-03-01")),
        (Kind::IncidentUpdated, None),
    ];
    assert_eq!(occurred("incident/fda-mdr-8000001"), expected);
    let expected = [(Kind::IncidentReported, None)];
    assert_eq!(occurred("incident/fda-mdr-8000004"), expected);
    let expected = [
        (Kind::ProductSubmitted, day("2025-12-15")),
        (Kind::ProductUpdated, day("2026-06-10T08:00:00.000000Z")),
        (Kind::ProductEnded, day("2026-06-24T07:23:39.000000Z")),
    ];
    assert_eq!(occurred("product/nl-10000004"), expected);
    for statement in ledger.statements() {
        let Payload::IncidentReported(report) = &statement.payload else {
            continue;
        };
        // The one whose awareness date is that of a follow-up has none.
        let known = report.aware.map(|when| when.to_string());
        let expected = (statement.subject.to_string() == "incident/fda-mdr-8000003")
            .then(|| "2021-08-31".to_owned());
        assert_eq!(known, expected, "{}", statement.subject);
    }
}

#[test]
fn follow_ups_are_numbered_and_the_newest_has_the_dates() {
    let ledger: Arc<Ledger> = Arc::default();
    import_all(&ledger, 8);
    let mut descriptions = Vec::new();
    for statement in ledger.statements() {
        if let Payload::IncidentUpdated(update) = &statement.payload
            && statement.subject.to_string() == "incident/fda-mdr-8000002"
        {
            descriptions.extend(update.description.as_ref().map(ToString::to_string));
        }
    }
    let expected = [
        "Follow-up report 1.",
        "Follow-up report 2. Dated 2019-09-10.",
    ];
    assert_eq!(descriptions, expected);
}

#[test]
fn an_organisation_written_in_three_ways_is_registered_once() {
    let ledger: Arc<Ledger> = Arc::default();
    let (name, file, _) = SHIPPED[1];
    let (tally, _) = import(&mapping(name), &sample(file), &ledger, 8);
    assert_eq!(ledger.of_kind(Kind::OrganisationRegistered), 4);
    let note = "organisation: an earlier row said otherwise, and stands";
    assert_eq!(tally.unwrap().notes.get(note), Some(&2));
}

#[test]
fn an_organisation_first_met_in_another_row_keeps_what_the_ledger_has() {
    let (name, file, _) = SHIPPED[1];
    let (mapping, file) = (mapping(name), sample(file));
    let ledger: Arc<Ledger> = Arc::default();
    import(&mapping, &file, &ledger, 8).0.unwrap();
    // The same file, its rows in another order: the organisation would be said by another row.
    let mut lines: Vec<_> = file.split(|byte| *byte == b'\n').collect();
    lines.swap(1, 2);
    let (tally, rejected) = import(&mapping, &lines.join(&b'\n'), &ledger, 8);
    let tally = tally.unwrap();
    assert_eq!(tally.statements.recorded, 0);
    assert_eq!(rejected.len(), REJECTS[1].len());
    let note = "organisation: stands in the ledger in other words";
    assert_eq!(tally.notes.get(note), Some(&1));
}

#[test]
fn a_row_is_taken_that_comes_whole_after_it_came_broken() {
    let (name, file, _) = SHIPPED[1];
    let text = String::from_utf8_lossy(&sample(file)).replace("21.05.2019", "05/21/2019");
    let broken = String::from_utf8_lossy(&sample(file)).into_owned();
    let (header, rows) = text.split_once('\n').unwrap();
    let file = format!("{header}\n{}\n{rows}", broken.lines().nth(7).unwrap());
    let (tally, rejected) = import(
        &mapping(name),
        file.as_bytes(),
        &Arc::<Ledger>::default(),
        8,
    );
    assert!(tally.unwrap().adds_up());
    let about: Vec<_> = rejected
        .iter()
        .filter(|one| one.key.as_deref() == Some("K900007"))
        .map(|one| (one.row, one.code.as_str()))
        .collect();
    assert_eq!(about, [(2, "date.unreadable")]);
}

#[test]
fn no_file_however_damaged_makes_import_panic_or_lose_count() {
    // A linear congruential generator (Knuth's MMIX constants): the same damage on every run.
    let mut seed = 1u64;
    let mut random = |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for (name, file, _) in SHIPPED {
        let (mapping, file) = (mapping(name), sample(file));
        let header = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for _ in 0..60 {
            let mut damaged = file.clone();
            for _ in 0..5 {
                let at = header + random(damaged.len() - header);
                let bytes = [b'"', b',', b'\n', b'{', b'\\', 0xff, 0];
                damaged[at] = bytes[random(bytes.len())];
            }
            damaged.truncate(header + random(damaged.len() - header) + 1);
            let (tally, rejected) = import(&mapping, &damaged, &Arc::<Ledger>::default(), 8);
            let tally = tally.unwrap();
            assert!(tally.adds_up());
            assert_eq!(tally.rows.rejected, rejected.len() as u64);
        }
    }
}
