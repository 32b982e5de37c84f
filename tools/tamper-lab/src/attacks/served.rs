//! Single entries: edited, deleted, moved, back-dated, cut off.

use cinnabar_events::{Entry, Kind};

use super::{Attack, Served};
use crate::honest::Honest;

/// The attacks.
pub(super) const ATTACKS: [Attack; 11] = [
    Attack {
        name: "edit an entry in an export",
        commit: |honest| {
            let mut shown = honest.shown(honest.today.size());
            shown
                .story
                .edit(honest.old, "\"statement\":{\"", "\"statement\":{ \"");
            Served::instead(honest, shown, honest.old)
        },
    },
    Attack {
        name: "edit an entry, and sign everything after it again",
        commit: |honest| {
            let mut story = honest.today.clone();
            let granted = |entry: &Entry| entry.statement().kind() == Kind::ApprovalGranted;
            let at = story.find(granted);
            story.edit(at, "\"reasons\":\"", "\"reasons\":\"Not ");
            story.rechain(at, &honest.secrets);
            Served::instead(honest, honest.signed(story), at)
        },
    },
    Attack {
        name: "delete an entry of before yesterday",
        commit: |honest| delete(honest, honest.old),
    },
    Attack {
        name: "delete an entry of today",
        commit: |honest| delete(honest, honest.new),
    },
    Attack {
        name: "insert an entry before yesterday",
        commit: insert,
    },
    Attack {
        name: "reorder entries of before yesterday",
        commit: |honest| reorder(honest, 1..honest.yesterday - 1),
    },
    Attack {
        name: "reorder entries of today",
        commit: |honest| reorder(honest, honest.yesterday..honest.today.size() - 1),
    },
    Attack {
        name: "back-date an entry of before yesterday",
        commit: |honest| back_date(honest, honest.old),
    },
    Attack {
        name: "back-date an entry of today",
        commit: |honest| back_date(honest, honest.new),
    },
    Attack {
        name: "cut off the end, and with it what stands behind yesterday's checkpoint",
        commit: |honest| {
            let at = honest.yesterday - 1;
            Served::instead(honest, honest.shown(at), at)
        },
    },
    Attack {
        name: "cut off what was recorded since yesterday",
        commit: |honest| Served::instead(honest, honest.shown(honest.yesterday), honest.new),
    },
];

fn delete(honest: &Honest, at: usize) -> Served {
    Served::instead(honest, honest.signed(honest.without(at)), at)
}

/// A statement of today, which its author did sign, stands before yesterday.
fn insert(honest: &Honest) -> Served {
    let mut story = honest.today.clone();
    let (from, to) = (honest.new, honest.old);
    let entry = story.entries.remove(from);
    story.entries.insert(to, entry);
    let time = story.entry(to + 1).time().to_string();
    story.set_time(to, &time);
    story.rechain(to, &honest.secrets);
    Served::instead(honest, honest.signed(story), to)
}

/// The last two neighbours there that have nothing to do with each other change places, as the operator finds them: by trying.
fn reorder(honest: &Honest, among: std::ops::Range<usize>) -> Served {
    let swapped = |at: usize| {
        let mut story = honest.today.clone();
        let times = [at, at + 1].map(|at| story.entry(at).time().to_string());
        story.entries.swap(at, at + 1);
        story.set_time(at, &times[0]);
        story.set_time(at + 1, &times[1]);
        story.rechain(at, &honest.secrets);
        story
    };
    let mut stories = among.rev().map(|at| (at, swapped(at)));
    let (at, story) = stories
        .find(|(_, story)| honest.is_sound(story))
        .expect("two neighbours have nothing to do with each other");
    Served::instead(honest, honest.signed(story), at)
}

/// The entry says the time of recording of the one before it.
fn back_date(honest: &Honest, at: usize) -> Served {
    let mut story = honest.today.clone();
    let time = story.entry(at - 1).time().to_string();
    story.set_time(at, &time);
    story.rechain(at, &honest.secrets);
    Served::instead(honest, honest.signed(story), at)
}
