//! Over random sequences: a deadline is met, lifted or missed exactly once, at the right moment, as a naive clock says.

use std::cell::Cell;
use std::collections::BTreeMap;

use cinnabar_events::Timestamp;
use cinnabar_governance::DeadlineStatus;
use cinnabar_governance::testing::Town;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::{found, publish, rule, said, town, with};

const VERSIONS: [&str; 7] = [
    "start", "meet", "lift", "pause", "resume", "again", "nothing",
];
const SUBJECTS: [&str; 3] = ["a", "b", "c"];
/// The rules: name and hours.
const RULES: [(&str, i64); 3] = [("one", 1), ("five", 5), ("day", 24)];

/// What a deadline in hours does, by the book.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Clock {
    Never,
    Running(Timestamp),
    Paused(i64),
    Over(DeadlineStatus),
}

impl Clock {
    fn status(self) -> Option<DeadlineStatus> {
        match self {
            Self::Never => None,
            Self::Running(_) => Some(DeadlineStatus::Running),
            Self::Paused(_) => Some(DeadlineStatus::Paused),
            Self::Over(status) => Some(status),
        }
    }

    fn pass(self, now: Timestamp) -> Self {
        match self {
            Self::Running(due) if due <= now => Self::Over(DeadlineStatus::Missed),
            other => other,
        }
    }

    fn hear(self, version: &str, hours: i64, now: Timestamp) -> Self {
        use DeadlineStatus::{Lifted, Met, MetLate, Missed};
        let start = Self::Running(now.plus_seconds(hours * 3600));
        match (self, version) {
            (Self::Running(_) | Self::Paused(_), "meet") => Self::Over(Met),
            (Self::Running(_) | Self::Paused(_), "lift") => Self::Over(Lifted),
            (Self::Over(Missed), "meet") => Self::Over(MetLate),
            (Self::Running(due), "pause") => Self::Paused(due.micros() - now.micros()),
            (Self::Paused(left), "resume") => {
                Self::Running(Timestamp::from_micros(now.micros() + left).unwrap())
            }
            (Self::Never | Self::Over(_), "start") | (_, "again") => start,
            (as_it_is, _) => as_it_is,
        }
    }
}

#[derive(Default)]
struct Tally {
    missed: Cell<usize>,
    met: Cell<usize>,
    paused: Cell<usize>,
}

fn play(mut town: Town, says: &[(usize, usize, i64)], tally: &Tally) {
    let from = town.entries().len();
    let mut clocks: BTreeMap<(usize, &str), Clock> = BTreeMap::new();
    let (mut started, mut ended, mut missed) = (0_usize, 0_usize, 0_usize);
    for (subject, version, seconds) in says {
        town.pass(*seconds);
        let draft = publish(&mut town, SUBJECTS[*subject], VERSIONS[*version], None);
        town.say(&draft).unwrap();
        let now = town.now();
        for clock in clocks.values_mut() {
            let passed = clock.pass(now);
            missed += usize::from(passed != *clock);
            *clock = passed;
        }
        for (name, hours) in RULES {
            let clock = clocks.entry((*subject, name)).or_insert(Clock::Never);
            let heard = clock.hear(VERSIONS[*version], hours, now);
            let open = |clock| matches!(clock, Clock::Running(_) | Clock::Paused(_));
            let again = VERSIONS[*version] == "again";
            started += usize::from(open(heard) && (!open(*clock) || again));
            ended += usize::from(open(*clock) && (!open(heard) || again));
            tally
                .paused
                .set(tally.paused.get() + usize::from(matches!(heard, Clock::Paused(_))));
            *clock = heard;
        }
        for ((subject, name), clock) in &clocks {
            let on = format!("algorithm/{}", SUBJECTS[*subject]);
            let deadline = found(&town, &on, name);
            let status = deadline.as_ref().map(|deadline| deadline.status);
            assert_eq!(status, clock.status(), "{name} on {on}");
            if let (Clock::Running(due), Some(deadline)) = (clock, deadline) {
                assert_eq!(deadline.due, *due, "{name} on {on}");
            }
        }
        assert_eq!(said(&town, from).len(), missed, "said as often as missed");
    }
    // In the end every deadline that ever ran is over by one thing, or rests.
    town.pass(30 * 24 * 3600);
    town.catch_up();
    let rest = |clock: &&Clock| matches!(clock, Clock::Paused(_));
    let run = |clock: &&Clock| matches!(clock, Clock::Running(_));
    let resting = clocks.values().filter(rest).count();
    let missed = missed + clocks.values().filter(run).count();
    assert_eq!(said(&town, from).len(), missed);
    assert_eq!(started, ended + missed + resting, "each ends exactly once");
    assert_eq!(town.catch_up().len(), 0);
    let ids: std::collections::BTreeSet<_> = town.entries()[from..]
        .iter()
        .map(|entry| entry.statement().id.to_string())
        .collect();
    assert_eq!(
        ids.len(),
        town.entries().len() - from,
        "nothing is said twice"
    );
    tally.missed.set(tally.missed.get() + missed);
    tally.met.set(tally.met.get() + ended);
}

#[test]
fn a_deadline_is_met_or_missed_exactly_once() {
    let rules = RULES.map(|(name, hours)| with(rule(name, &json!({ "hours": hours })), &json!({})));
    let (city, tally) = (town(&rules), Tally::default());
    let seconds = prop_oneof![0..60i64, 0..7_200i64, 0..90_000i64];
    let one = (0..SUBJECTS.len(), 0..VERSIONS.len(), seconds);
    let mut runner = TestRunner::new(Config::with_cases(96));
    runner
        .run(&prop::collection::vec(one, 1..60), |says| {
            play(city.clone(), &says, &tally);
            Ok(())
        })
        .unwrap();
    let found = [&tally.missed, &tally.met, &tally.paused].map(Cell::get);
    assert!(
        found.iter().all(|count| *count > 0),
        "the sequences were worth little: {found:?}"
    );
}
