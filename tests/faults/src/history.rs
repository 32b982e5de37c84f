//! Whether what clients saw could have been done by one ledger that takes one statement after the other: linearizability.
//!
//! The model of a subject is a register that counts: its revision. A statement that expects revision `e` is recorded, and makes it
//! `e + 1`, or is refused and says which revision it found. Each answer therefore names its place in the one order that the ledger
//! claims, and nothing has to be searched (Wing & Gong): the history is linearizable if, and only if, points in that order can be found
//! that lie within the time between each question and its answer. The earliest possible point for each will do.

use std::collections::BTreeMap;

/// What a client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// Recorded, as the revision with this number (from 1).
    Recorded(u64),
    /// Refused, because this revision was found.
    Found(u64),
}

/// One question and its answer. Times are of one clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// About what.
    pub subject: String,
    /// The revision that it expected.
    pub expects: Option<u64>,
    /// When it was first sent.
    pub asked: u64,
    /// When the answer that settled it came; [`u64::MAX`] if none did.
    pub answered: u64,
    /// The answer.
    pub told: Told,
}

impl Operation {
    /// Its place in the order: what is recorded as revision `r` comes before whoever found `r`, and that before `r + 1`.
    fn place(&self) -> (u64, bool, u64) {
        match self.told {
            Told::Recorded(revision) => (revision, false, self.asked),
            Told::Found(revision) => (revision, true, self.asked),
        }
    }
}

/// Why a history can't have come about one after the other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Anomaly {
    /// Two were recorded as one revision.
    #[error("two statements about {subject} were recorded as revision {revision}")]
    Twice {
        /// About what.
        subject: String,
        /// Which.
        revision: u64,
    },
    /// Recorded although another revision was expected.
    #[error(
        "a statement about {subject} expected revision {expected} and was recorded as {revision}"
    )]
    Unexpected {
        /// About what.
        subject: String,
        /// What it expected.
        expected: u64,
        /// What it became.
        revision: u64,
    },
    /// Refused although the revision was the expected one.
    #[error(
        "a statement about {subject} was refused because revision {found} was found, and expected that"
    )]
    Groundless {
        /// About what.
        subject: String,
        /// What was found, and expected.
        found: u64,
    },
    /// It was over before something began that must have come before it.
    #[error(
        "what {told:?} says of {subject} was answered at {answered}, before something earlier in the order was asked at {asked}"
    )]
    BackInTime {
        /// About what.
        subject: String,
        /// The later one in the order.
        told: Told,
        /// When it was answered.
        answered: u64,
        /// When the earlier one in the order was asked at the earliest.
        asked: u64,
    },
}

/// Checks a history.
///
/// # Errors
/// The first [`Anomaly`].
pub fn check(operations: &[Operation]) -> Result<(), Anomaly> {
    let mut subjects: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in operations {
        subjects
            .entry(&operation.subject)
            .or_default()
            .push(operation);
    }
    // What is linearizable for each subject is for all together (Herlihy & Wing, locality).
    subjects.into_values().try_for_each(check_subject)
}

fn check_subject(mut operations: Vec<&Operation>) -> Result<(), Anomaly> {
    operations.sort_by_key(|operation| operation.place());
    let mut point = 0;
    let mut last = None;
    for Operation {
        subject,
        expects,
        asked,
        answered,
        told,
    } in operations
    {
        match *told {
            Told::Recorded(revision) => {
                if last == Some(revision) {
                    let subject = subject.clone();
                    return Err(Anomaly::Twice { subject, revision });
                }
                last = Some(revision);
                if let Some(expected) = expects.filter(|expected| expected + 1 != revision) {
                    return Err(Anomaly::Unexpected {
                        subject: subject.clone(),
                        expected,
                        revision,
                    });
                }
            }
            Told::Found(found) if *expects == Some(found) => {
                let subject = subject.clone();
                return Err(Anomaly::Groundless { subject, found });
            }
            Told::Found(_) => {}
        }
        point = point.max(*asked);
        if point > *answered {
            return Err(Anomaly::BackInTime {
                subject: subject.clone(),
                told: *told,
                answered: *answered,
                asked: point,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(expects: u64, asked: u64, answered: u64, told: Told) -> Operation {
        Operation {
            subject: "organisation/a".to_owned(),
            expects: Some(expects),
            asked,
            answered,
            told,
        }
    }

    /// Two race for revision 2, one wins, the other finds out while it is being recorded; then a third.
    fn race() -> Vec<Operation> {
        vec![
            operation(1, 10, 20, Told::Recorded(2)),
            operation(1, 11, 19, Told::Found(2)),
            operation(2, 30, 40, Told::Recorded(3)),
        ]
    }

    #[test]
    fn a_race_that_one_wins_is_linearizable() {
        assert_eq!(check(&race()), Ok(()));
    }

    #[test]
    fn every_single_change_that_makes_it_impossible_is_noticed() {
        type Change = (&'static str, fn(&mut Vec<Operation>));
        let changes: [Change; 6] = [
            ("two winners", |all| all[1].told = Told::Recorded(2)),
            ("a winner who expected something else", |all| {
                all[0].expects = Some(0)
            }),
            ("a loser without a cause", |all| all[1].expects = Some(2)),
            ("a later revision that was over earlier", |all| {
                (all[2].asked, all[2].answered) = (1, 5);
            }),
            ("somebody who saw what was not there yet", |all| {
                all[1].told = Told::Found(3)
            }),
            ("somebody who saw what was long gone", |all| {
                (all[1].asked, all[1].answered) = (50, 60);
            }),
        ];
        for (what, change) in changes {
            let mut history = race();
            change(&mut history);
            assert!(check(&history).is_err(), "{what}");
        }
    }

    /// A small search over all orders, as slow as it is plain, agrees with the check.
    #[test]
    fn the_check_says_what_a_search_over_all_orders_says() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut verdicts = [0, 0];
        for _ in 0..4_000 {
            let history: Vec<Operation> = (0..random.usize(1..6))
                .map(|_| {
                    let asked = random.u64(0..12);
                    let told = match random.bool() {
                        true => Told::Recorded(random.u64(1..4)),
                        false => Told::Found(random.u64(0..4)),
                    };
                    operation(random.u64(0..4), asked, asked + random.u64(0..8), told)
                })
                .collect();
            // The check trusts that what was recorded has no gaps: the oracle saw the ledger.
            let mut revisions: Vec<u64> = history
                .iter()
                .filter_map(|one| match one.told {
                    Told::Recorded(revision) => Some(revision),
                    Told::Found(_) => None,
                })
                .collect();
            revisions.sort_unstable();
            let gapless = (1..).zip(&revisions).all(|(want, found)| want == *found);
            let last = revisions.last().copied().unwrap_or(0);
            let known = history
                .iter()
                .all(|one| !matches!(one.told, Told::Found(revision) if revision > last));
            if gapless && known {
                let found = search(&history, 0, 0, &mut vec![false; history.len()]);
                assert_eq!(check(&history).is_ok(), found, "{history:#?}");
                verdicts[usize::from(found)] += 1;
            }
        }
        assert!(verdicts.iter().all(|count| *count > 50), "{verdicts:?}");
    }

    fn search(history: &[Operation], revision: u64, point: u64, done: &mut Vec<bool>) -> bool {
        if done.iter().all(|done| *done) {
            return true;
        }
        for index in 0..history.len() {
            let one = &history[index];
            let at = point.max(one.asked);
            let next = match one.told {
                Told::Recorded(new) => {
                    (new == revision + 1 && one.expects == Some(revision)).then_some(new)
                }
                Told::Found(found) => {
                    (found == revision && one.expects != Some(found)).then_some(revision)
                }
            };
            if done[index] || at > one.answered {
                continue;
            }
            if let Some(next) = next {
                done[index] = true;
                if search(history, next, at, done) {
                    return true;
                }
                done[index] = false;
            }
        }
        false
    }
}
