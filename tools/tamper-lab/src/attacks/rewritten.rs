//! The whole story: another one, an old one, two of them; what should not have been admitted; a receipt for nothing.

use cinnabar_events::{Entry, Kind, PublicKey};
use cinnabar_governance::testing::Town;

use super::{Attack, Served};
use crate::honest::{Honest, REFUSED_SUBJECT, WITHHELD_SUBJECT};
use crate::story::Story;

/// The attacks.
pub(super) const ATTACKS: [Attack; 6] = [
    Attack {
        name: "rewrite history from the genesis on",
        commit: rewrite,
    },
    Attack {
        name: "change the rulebook retroactively",
        commit: rulebook,
    },
    Attack {
        name: "forge an admission that the rules refuse",
        commit: refused,
    },
    Attack {
        name: "forge a receipt",
        commit: receipt,
    },
    Attack {
        name: "show two auditors two histories",
        commit: |honest| {
            let shown = honest.signed(honest.without(honest.new));
            Served::instead(honest, shown, honest.new)
        },
    },
    Attack {
        name: "serve a stale head",
        commit: |honest| Served::instead(honest, honest.shown(honest.yesterday), honest.new),
    },
];

/// How a chapter of the rulebook says that two people must sign.
const TWO_MUST_SIGN: &str = "\"quorum\":2";

/// A history with the operator's own people in it, sound in itself, under the same log key.
fn rewrite(honest: &Honest) -> Served {
    let mut key = [0; 32];
    key.copy_from_slice(honest.key().public_bytes());
    let mut town = Town::of_log(honest.key().name().as_str(), PublicKey::from_bytes(key));
    while town.entries().len() < honest.today.size() {
        let name = format!("person-{}", town.entries().len());
        town.enrol(&name, None, &["registrar"]);
    }
    let entries = town.entries().iter().map(|entry| entry.bytes().to_vec());
    let mut story = Story {
        entries: entries.collect(),
    };
    for at in 0..story.size() {
        story.set_time(at, &honest.today.entry(at).time().to_string());
    }
    story.rechain(0, &honest.secrets);
    Served::instead(honest, honest.signed(story), honest.old)
}

/// A chapter says that one is enough, and always said so.
fn rulebook(honest: &Honest) -> Served {
    let mut story = honest.today.clone();
    let is_meant = |entry: &Entry| {
        let text = String::from_utf8_lossy(entry.bytes());
        entry.statement().kind() == Kind::RulebookDeposited && text.contains(TWO_MUST_SIGN)
    };
    let at = story.find(is_meant);
    story.edit(at, TWO_MUST_SIGN, "\"quorum\":1");
    story.rechain(at, &honest.secrets);
    Served::instead(honest, honest.signed(story), at)
}

/// A statement by an intake officer, who may not register anybody, stands at the end.
fn refused(honest: &Honest) -> Served {
    let story = with(
        honest,
        &honest.today,
        honest.refused_request(),
        REFUSED_SUBJECT,
    );
    Served::instead(honest, honest.signed(story), honest.new)
}

/// A registrar's statement gets a receipt under a tree that is shown to nobody else.
fn receipt(honest: &Honest) -> Served {
    let at = honest.today.size() - 1;
    let (request, before) = (honest.withheld_request(), honest.today.first(at));
    let never_shown = with(honest, &before, request, WITHHELD_SUBJECT);
    assert!(
        honest.is_sound(&never_shown),
        "the statement itself is in order"
    );
    let mut served = Served::instead(honest, honest.shown(honest.today.size()), at);
    served.receipt = never_shown.receipt(at, &honest.secrets.log);
    served
}

/// A story with one more statement at its end.
fn with(honest: &Honest, story: &Story, request: &str, subject: &str) -> Story {
    let mut story = story.clone();
    let time = honest.today.entry(honest.today.size() - 1).time();
    story.append(request, subject, &time.to_string(), &honest.secrets);
    story
}
