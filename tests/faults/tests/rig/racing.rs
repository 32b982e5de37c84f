//! R17: clients that race for the same revision of the same subject, while programs are killed.

use std::sync::Barrier;
use std::time::Duration;

use cinnabar_faults::book::{self, What};
use cinnabar_faults::mix::{Mix, stale};
use cinnabar_faults::oracle::{judge, operations};
use cinnabar_faults::people::{Draft, Person, new_id, registration};
use cinnabar_faults::scribe::Scribe;
use cinnabar_faults::supervisor::{Keeper, Run, Single};
use cinnabar_tests::tally::{ran, seed, times};
use serde_json::json;

/// How many race.
const RACERS: usize = 16;
/// How long a test waits for an answer that comes.
const SOON: Duration = Duration::from_secs(30);

#[test]
fn of_sixteen_who_expect_the_same_revision_exactly_one_is_recorded() {
    let mut random = fastrand::Rng::with_seed(seed());
    let ledger = Single::with_registrars(&["journal"]);
    let book = ledger.path("journal.jsonl");
    let person = Person::new("journal", "registrar");
    let profile = ledger.profile_path();
    let mut scribe = Scribe::new(&profile, None, &book, 0);
    let first = scribe.say(&registration(new_id(&mut random), "prize", &person), SOON);
    assert!(matches!(first, What::Receipt { .. }), "{first:?}");
    let rounds = times(4, 200) as u64;
    let mut racers: Vec<_> = (1..=RACERS)
        .map(|racer| (Scribe::new(&profile, None, &book, racer), random.fork()))
        .collect();
    for round in 1..=rounds {
        let start = Barrier::new(RACERS);
        let answers: Vec<What> = std::thread::scope(|threads| {
            let running: Vec<_> = racers
                .iter_mut()
                .enumerate()
                .map(|(racer, (scribe, random))| {
                    let (start, person) = (&start, &person);
                    threads.spawn(move || {
                        let data = json!({"address": format!("{round}, {racer}")});
                        let (kind, subject) = ("organisation.updated", "organisation/prize");
                        let mut draft = Draft::new(new_id(random), kind, subject, person, data);
                        draft.expects = Some(round);
                        start.wait();
                        scribe.say(&draft, SOON)
                    })
                })
                .collect();
            running.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let won = answers
            .iter()
            .filter(|answer| matches!(answer, What::Receipt { again: false, .. }))
            .count();
        let lost = answers
            .iter()
            .filter(|answer| matches!(answer, What::Refused { problem } if stale(problem) == Some((round, round + 1))))
            .count();
        assert_eq!((won, lost), (1, RACERS - 1), "round {round}: {answers:#?}");
    }
    judge(&ledger, &[&book]);
    ran("R17", &format!("{rounds} races of {RACERS}: 1 winner each"));
}

#[test]
fn what_sixteen_clients_see_while_programs_are_killed_could_have_happened_one_after_the_other() {
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    let book = ledger.path("journal.jsonl");
    let run = Run {
        clients: RACERS,
        mix: Mix::Race,
        patience_ms: 700,
        ..Run::default()
    };
    let mut keeper = Keeper::start(&ledger.profile_path(), &book, &run);
    let mut kills = 0;
    for _ in 0..times(2, 60) {
        keeper.more_receipts(times(10, 60) as u64);
        std::thread::sleep(Duration::from_millis(random.u64(0..100)));
        if random.bool() {
            ledger.kill_nats();
        } else {
            ledger.kill();
            ledger.start("");
        }
        kills += 1;
    }
    keeper.more_receipts(10);
    let counts = keeper.finish();
    let lines = book::read(&book).unwrap();
    let history = operations(&lines);
    assert!(history.len() as u64 > counts.receipts, "nobody lost a race");
    judge(&ledger, &[&book]);
    ran(
        "R17",
        &format!(
            "{} answers to {RACERS} clients over {kills} kills ({} recorded, {} found another revision): linearizable",
            history.len(),
            counts.receipts,
            counts.refused
        ),
    );
}
