//! What is to happen where.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};

use crate::{ENV, Failpoint, Senseless};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Kill,
    Stop,
    Error,
    Sleep(Duration),
}

/// One place, and what happens there.
#[derive(Debug)]
struct Step {
    place: Failpoint,
    action: Action,
    /// Only at this pass, from 1.
    only: Option<u64>,
    passes: AtomicU64,
}

/// Everything that is to happen.
#[derive(Debug)]
pub(crate) struct Plan(Vec<Step>);

impl Plan {
    pub(crate) fn parse(text: &str) -> Result<Self, Senseless> {
        let steps = text.split(',').filter(|step| !step.is_empty());
        steps
            .map(|step| Step::parse(step).ok_or_else(|| Senseless(step.to_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Step {
    fn parse(text: &str) -> Option<Self> {
        let (place, action) = text.split_once('=')?;
        let place = *Failpoint::ALL.iter().find(|known| known.name() == place)?;
        let (action, only) = match action.split_once('@') {
            Some((action, pass)) => (action, Some(pass.parse().ok().filter(|pass| *pass > 0)?)),
            None => (action, None),
        };
        let action = match action.split_once(':') {
            Some(("sleep", millis)) => Action::Sleep(Duration::from_millis(millis.parse().ok()?)),
            Some(_) => return None,
            None => match action {
                "kill" => Action::Kill,
                "stop" => Action::Stop,
                "error" => Action::Error,
                _ => return None,
            },
        };
        Some(Self {
            place,
            action,
            only,
            passes: AtomicU64::new(0),
        })
    }

    /// What is to happen at this pass.
    fn due(&self, place: Failpoint) -> Option<Action> {
        if self.place != place {
            return None;
        }
        let pass = 1 + self.passes.fetch_add(1, Ordering::Relaxed);
        self.only
            .is_none_or(|only| only == pass)
            .then_some(self.action)
    }
}

/// Does what is to happen here; true if the place is to fail.
pub(crate) fn happen(place: Failpoint) -> bool {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    let plan = PLAN.get_or_init(|| {
        let asked = std::env::var(ENV).unwrap_or_default();
        // A program that started has checked it.
        Plan::parse(&asked).unwrap_or(Plan(Vec::new()))
    });
    let mut fails = false;
    for action in plan.0.iter().filter_map(|step| step.due(place)) {
        tracing::warn!(failpoint = %place, ?action, "A failpoint was reached.");
        match action {
            Action::Kill => drop(kill_process(getpid(), Signal::KILL)),
            Action::Stop => drop(kill_process(getpid(), Signal::STOP)),
            Action::Sleep(duration) => std::thread::sleep(duration),
            Action::Error => fails = true,
        }
    }
    fails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_can_be_asked_for_by_its_name() {
        for place in Failpoint::ALL {
            let text = format!("{place}=kill@3");
            let plan = Plan::parse(&text).expect("a place and an action");
            assert_eq!((plan.0[0].place, plan.0[0].only), (*place, Some(3)));
        }
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for text in [
            "kill",
            "nowhere=kill",
            "commit.signed=explode",
            "commit.signed=kill@0",
            "commit.signed=sleep:soon",
        ] {
            assert_eq!(
                Plan::parse(text).map(|_| ()),
                Err(Senseless(text.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn a_step_for_one_pass_happens_at_that_pass_alone() {
        let plan = Plan::parse("store.written=error@2,store.begun=sleep:5").expect("two steps");
        let happened = |place| plan.0.iter().filter_map(|step| step.due(place)).count();
        let passes = [
            happened(Failpoint::StoreWritten),
            happened(Failpoint::StoreWritten),
            happened(Failpoint::StoreWritten),
        ];
        assert_eq!(passes, [0, 1, 0]);
        assert_eq!(
            [
                happened(Failpoint::StoreBegun),
                happened(Failpoint::StoreBegun)
            ],
            [1, 1]
        );
        assert_eq!(happened(Failpoint::BlockSigned), 0);
    }
}
