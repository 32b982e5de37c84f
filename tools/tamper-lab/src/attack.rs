//! What an operator could do who holds the data directory and the log's key, and no officer's key.

use cinnabar_events::{Entry, EntryHash, Kind, PublicKey};
use cinnabar_governance::testing::Town;

use crate::honest::{Honest, REFUSED_SUBJECT};
use crate::story::Story;

/// What the auditor of today is shown.
#[derive(Clone, Debug)]
pub struct Served {
    /// The entries.
    pub story: Story,
    /// The checkpoint over them, signed with the log's key.
    pub checkpoint: String,
    /// The receipt that somebody holds: of an entry that the attack is about, given before it.
    pub receipt: Vec<u8>,
}

/// An attack: a name, what is done, and how.
#[derive(Clone, Copy)]
pub struct Attack {
    /// Its name in the table.
    pub name: &'static str,
    /// What is done, in a sentence.
    pub what: &'static str,
    /// Does it.
    pub forge: fn(&Honest) -> Served,
}

impl std::fmt::Debug for Attack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// What only changes what is served, as a copy of the log on any server can; the rest is in [`crate::node`].
pub const ATTACKS: [Attack; 16] = [
    Attack {
        name: "edit one entry",
        what: "a word of a statement is changed in the export, and nothing else",
        forge: |honest| {
            let mut story = honest.today.clone();
            let at = old(honest);
            story.edit(at, "\"statement\":{\"", "\"statement\":{ \"");
            served(honest, story, honest.today.checkpoint(&honest.log), at)
        },
    },
    Attack {
        name: "edit one entry, and sign everything after it again",
        what: "the same with the hash chain, the dossiers, the tree and the checkpoint made anew",
        forge: |honest| {
            let mut story = honest.today.clone();
            let at = story.find(|entry| is(entry, Kind::ApprovalGranted));
            story.edit(at, "\"reasons\":\"", "\"reasons\":\"Not ");
            story.rechain(at);
            signed(honest, story, at)
        },
    },
    Attack {
        name: "delete an entry of before yesterday",
        what: "one on which no other depends; the rest is chained and signed again",
        forge: |honest| delete(honest, old(honest)),
    },
    Attack {
        name: "delete an entry of today",
        what: "the same, newer than any checkpoint that somebody kept",
        forge: |honest| delete(honest, new(honest)),
    },
    Attack {
        name: "insert an entry before yesterday",
        what: "a statement that its author did sign, and that was recorded today, stands earlier",
        forge: |honest| {
            let (from, to) = (new(honest), old(honest));
            move_entry(honest, from, to)
        },
    },
    Attack {
        name: "reorder entries of before yesterday",
        what: "two neighbours that are about different things change places",
        forge: |honest| reorder(honest, |at| at + 1 < honest.yesterday),
    },
    Attack {
        name: "reorder entries of today",
        what: "the same, newer than any checkpoint that somebody kept",
        forge: |honest| reorder(honest, |at| at > honest.yesterday),
    },
    Attack {
        name: "truncate to before yesterday",
        what: "the newest entries vanish, those behind yesterday's checkpoint among them",
        forge: |honest| {
            let at = honest.yesterday - 1;
            signed(honest, honest.today.first(at), at)
        },
    },
    Attack {
        name: "truncate to yesterday",
        what: "the newest entries vanish; yesterday's checkpoint still holds",
        forge: |honest| signed(honest, honest.today.first(honest.yesterday), new(honest)),
    },
    Attack {
        name: "back-date an entry of before yesterday",
        what: "an entry says an earlier time of recording, not before that of its neighbour",
        forge: |honest| back_date(honest, old(honest)),
    },
    Attack {
        name: "back-date an entry of today",
        what: "the same, newer than any checkpoint that somebody kept",
        forge: |honest| back_date(honest, new(honest)),
    },
    Attack {
        name: "rewrite history",
        what: "another genesis with other founders, whose keys the operator holds, under the same log key",
        forge: rewrite,
    },
    Attack {
        name: "forge an admission that the rules refuse",
        what: "a statement that its author signed and the rules refuse is recorded all the same",
        forge: refused,
    },
    Attack {
        name: "change the rulebook retroactively",
        what: "a chapter of the rulebook says something else than was deposited",
        forge: |honest| {
            let mut story = honest.today.clone();
            let at = story
                .find(|entry| is(entry, Kind::RulebookDeposited) && contains(entry, TWO_MUST_SIGN));
            story.edit(at, TWO_MUST_SIGN, "\"quorum\":1");
            story.rechain(at);
            signed(honest, story, at)
        },
    },
    Attack {
        name: "show two auditors two histories",
        what: "one sees an entry of today that the other doesn't",
        forge: |honest| delete(honest, new(honest)),
    },
    Attack {
        name: "serve a stale head",
        what: "an auditor is shown the ledger of yesterday, and told that it is today's",
        forge: |honest| {
            let yesterday = honest.of_yesterday();
            let at = old(honest);
            signed(honest, yesterday, at)
        },
    },
];

/// How a chapter says that two people must sign.
const TWO_MUST_SIGN: &str = "\"quorum\":2";

fn contains(entry: &Entry, text: &str) -> bool {
    String::from_utf8_lossy(entry.bytes()).contains(text)
}

fn is(entry: &Entry, kind: Kind) -> bool {
    entry.statement().kind() == kind
}

fn served(honest: &Honest, story: Story, checkpoint: String, at: usize) -> Served {
    Served {
        story,
        checkpoint,
        receipt: honest.today.receipt(at, &honest.log),
    }
}

/// Served under a checkpoint that the operator signs for it.
fn signed(honest: &Honest, story: Story, at: usize) -> Served {
    let checkpoint = story.checkpoint(&honest.log);
    served(honest, story, checkpoint, at)
}

/// An entry of before yesterday on which nothing later depends: guidance that the committee published.
fn old(honest: &Honest) -> usize {
    last_free(&honest.of_yesterday(), honest)
}

/// An entry of today on which nothing depends.
fn new(honest: &Honest) -> usize {
    last_free(&honest.today, honest)
}

/// The last entry without which the rules admit all the rest, as the operator finds it: by trying.
fn last_free(story: &Story, honest: &Honest) -> usize {
    (1..story.size() - 2)
        .rev()
        .find(|at| {
            let mut without = honest.today.clone();
            without.entries.remove(*at);
            without.rechain(*at);
            crate::parties::is_sound(honest, &without)
        })
        .expect("something was recorded on which nothing depends")
}

fn delete(honest: &Honest, at: usize) -> Served {
    let mut story = honest.today.clone();
    story.entries.remove(at);
    story.rechain(at);
    signed(honest, story, at)
}

fn move_entry(honest: &Honest, from: usize, to: usize) -> Served {
    let mut story = honest.today.clone();
    let entry = story.entries.remove(from);
    story.entries.insert(to, entry);
    let time = story.entry(to + 1).time().to_string();
    set_time(&mut story, to, &time);
    story.rechain(to);
    signed(honest, story, to)
}

fn reorder(honest: &Honest, where_: impl Fn(usize) -> bool) -> Served {
    let swapped = |at: usize| {
        let mut story = honest.today.clone();
        let times = [at, at + 1].map(|at| story.entry(at).time().to_string());
        story.entries.swap(at, at + 1);
        set_time(&mut story, at, &times[0]);
        set_time(&mut story, at + 1, &times[1]);
        story.rechain(at);
        story
    };
    let (at, story) = (1..honest.today.size() - 1)
        .rev()
        .filter(|at| where_(*at))
        .map(|at| (at, swapped(at)))
        .find(|(_, story)| crate::parties::is_sound(honest, story))
        .expect("two neighbours have nothing to do with each other");
    signed(honest, story, at)
}

fn set_time(story: &mut Story, at: usize, time: &str) {
    let now = story.entry(at).time().to_string();
    story.edit(
        at,
        &format!("\"time\":\"{now}\",\"v\":1}}"),
        &format!("\"time\":\"{time}\",\"v\":1}}"),
    );
}

fn back_date(honest: &Honest, at: usize) -> Served {
    let mut story = honest.today.clone();
    let time = story.entry(at - 1).time().to_string();
    set_time(&mut story, at, &time);
    story.rechain(at);
    signed(honest, story, at)
}

/// A history with the operator's own people in it, sound in itself.
fn rewrite(honest: &Honest) -> Served {
    let mut key = [0; 32];
    key.copy_from_slice(honest.key().public_bytes());
    let mut town = Town::of_log(honest.key().name().as_str(), PublicKey::from_bytes(key));
    while town.entries().len() < honest.today.size() {
        let name = format!("person-{}", town.entries().len());
        town.enrol(&name, None, &["registrar"]);
    }
    let entries = town.entries().iter().map(|entry| entry.bytes().to_vec());
    let story = Story {
        entries: entries.collect(),
    };
    signed(honest, story, old(honest))
}

/// A statement by an intake officer, who may not register anybody, stands at the end.
fn refused(honest: &Honest) -> Served {
    let mut story = honest.today.clone();
    let (seq, last) = (story.size(), story.size() - 1);
    let prev = EntryHash::of(&story.entries[last]);
    let time = story.entry(last).time().to_string();
    let start = EntryHash::NONE;
    let request = honest.refused_request();
    let inner = request.strip_prefix('{').expect("a request is an object");
    let inner = inner.strip_suffix('}').expect("a request is an object");
    let entry = format!(
        "{{\"dossiers\":{{\"{REFUSED_SUBJECT}\":[0,\"{start}\"]}},\"prev\":\"{prev}\",\"seq\":{seq},{inner},\"time\":\"{time}\",\"v\":1}}"
    );
    story.entries.push(entry.into_bytes());
    signed(honest, story, new(honest))
}
