//! R10: the wall clock of the writer's machine jumps. A few lines of C stand between the program and its clock.

use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_faults::oracle::judge;
use cinnabar_faults::supervisor::{Keeper, Run, Single};
use cinnabar_tests::running::Ran;
use cinnabar_tests::tally::ran;

const HOUR: i64 = 3_600;
const YEAR: i64 = 365 * 24 * HOUR;

/// A ledger whose clock can be set.
struct Clockwork {
    ledger: Single,
    preload: String,
    file: PathBuf,
}

impl Clockwork {
    fn new() -> Self {
        let ledger = Single::with_registrars(&["journal"]);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rig/clock.c");
        let library = ledger.path("clock.so");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(source);
        drop(Ran::of(cc.arg("-ldl")).ends(0));
        let file = ledger.path("clock");
        let preload = format!("LD_PRELOAD={}", library.display());
        let clock = Self {
            ledger,
            preload,
            file,
        };
        clock.set(0);
        clock
    }

    /// Sets the wall clock so many seconds ahead, at once.
    fn set(&self, seconds: i64) {
        let new = self.file.with_extension("new");
        std::fs::write(&new, seconds.to_string()).unwrap();
        std::fs::rename(&new, &self.file).unwrap();
    }

    /// Starts it with that clock; whether it comes up.
    fn start(&mut self) -> bool {
        let file = format!("CLOCK_FILE={}", self.file.display());
        let before = ["env", &self.preload, &file];
        self.ledger.launch(&[], "", &before);
        self.ledger.comes_up()
    }

    /// Starts it in vain: what it says.
    fn refuses(&mut self) -> String {
        let file = format!("CLOCK_FILE={}", self.file.display());
        let before = ["env", &self.preload, &file];
        self.ledger.launch(&[], "", &before);
        let ran = self.ledger.ends();
        assert_ne!(ran.code, Some(0));
        format!("{}\n{}", ran.out, ran.err)
    }
}

#[test]
fn a_clock_that_goes_back_keeps_the_ledgers_time_and_one_that_jumps_ahead_stops_the_writer() {
    let mut clock = Clockwork::new();
    clock.ledger.kill();
    assert!(clock.start());
    let book = clock.ledger.path("journal.jsonl");
    let mut keeper = Keeper::start(&clock.ledger.profile_path(), &book, &Run::default());
    keeper.more_receipts(3);
    let back = [-1, -HOUR, -10 * YEAR];
    for seconds in back {
        clock.set(seconds);
        keeper.more_receipts(5);
    }
    // Back to the truth is a jump ahead from there: the writer can't know which of the two is right, and stops.
    clock.set(0);
    let told = clock.ledger.ends();
    assert_ne!(told.code, Some(0));
    let told = told.says("ahead of the time that passed").err;
    assert!(!told.contains("panicked"), "{told}");
    assert!(clock.start());
    keeper.more_receipts(3);

    clock.set(HOUR);
    drop(clock.ledger.ends().says("ahead of the time that passed"));
    let mut refusals = 0;
    for (seconds, says) in [
        (HOUR, "ahead of the NATS server's"),
        (10 * YEAR, "ahead of the NATS server's"),
        (-HOUR, "behind the ledger's last entry"),
        (-10 * YEAR, "behind the ledger's last entry"),
        // The year 1.
        (-2025 * YEAR, "behind the ledger's last entry"),
    ] {
        clock.set(seconds);
        let said = clock.refuses();
        assert!(said.contains(says), "{seconds}: {said}");
        refusals += 1;
    }
    clock.set(0);
    assert!(clock.start());
    keeper.more_receipts(3);
    let counts = keeper.finish();
    // It also looks at the entries' times: none runs backwards.
    judge(&clock.ledger, &[&book]);
    ran(
        "R10",
        &format!(
            "{} steps back (to 10 years) written through, 2 jumps ahead stopped at, {refusals} starts with a wrong clock refused; {} receipts held",
            back.len(),
            counts.receipts
        ),
    );
}
