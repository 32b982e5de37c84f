//! The real registers, if they are at hand.

use cinnabar_events::Kind;

use super::*;

/// Rows: read, recorded, already there, rejected; then statements.
const COUNTS: [[u64; 8]; 3] = [
    [1599, 1599, 0, 0, 1936, 1936, 0, 0],
    [823, 823, 0, 0, 2847, 2847, 0, 0],
    [943, 943, 0, 0, 1323, 1323, 0, 0],
];

#[test]
fn the_real_registers_are_taken_over_whole() {
    let Some(folder) = std::env::var_os("CINNABAR_DATA").map(PathBuf::from) else {
        println!("skipped: CINNABAR_DATA doesn't name the folder with the registers");
        return;
    };
    let ledger = Arc::<Ledger>::default();
    for (index, (name, _, file)) in SHIPPED.into_iter().enumerate() {
        let file = std::fs::read(folder.join(file)).unwrap();
        let (tally, rejected) = import(&mapping(name), &file, &ledger, IN_FLIGHT);
        let tally = tally.unwrap();
        println!("{name}\n{tally}");
        assert!(tally.adds_up());
        assert_eq!(numbers(&tally), COUNTS[index], "{name}");
        assert_eq!(rejected, []);
        let again = import(&mapping(name), &file, &ledger, IN_FLIGHT).0.unwrap();
        assert_eq!(again.statements.already_there, COUNTS[index][5]);
    }
    for (kind, count) in [
        (Kind::OrganisationRegistered, 337 + 378),
        (Kind::ProductSubmitted, 1431 + 100 + 823),
        (Kind::ProductUpdated, 67),
        (Kind::ProductEnded, 1),
        (Kind::ProductAccepted, 823),
        (Kind::ApprovalGranted, 823),
        (Kind::IncidentReported, 943),
        (Kind::IncidentUpdated, 329 + 24 * 2 + 3),
    ] {
        assert_eq!(ledger.of_kind(kind), count, "{kind}");
    }
}
