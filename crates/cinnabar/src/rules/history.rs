//! What a ledger's entries say about its rules: what was adopted when, and the chapters that were deposited.

use cinnabar_events::rulebook::Chapter;
use cinnabar_events::{ChapterDigest, Entry, LedgerId, Payload, Rulebook, Sequence};
use cinnabar_governance::BoundRulebook;

use crate::exit::{Exit, Failure, OrFail as _};

/// The rules of a ledger, through time.
#[derive(Debug, Default)]
pub(crate) struct History {
    adopted: Vec<(Sequence, Rulebook)>,
    deposited: Vec<(Sequence, ChapterDigest, Chapter)>,
}

/// The rules in force at a moment.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    /// All rules in one.
    pub(crate) whole: Rulebook,
    /// What was adopted: its own rules, and its chapters by digest.
    pub(crate) adopted: Rulebook,
    /// The chapters that are there, in the order of the bindings.
    pub(crate) chapters: Vec<Chapter>,
    /// By which entry it was adopted; none if by none.
    pub(crate) by: Option<Sequence>,
    /// Where it was read, in words.
    pub(crate) whose: String,
}

impl InForce {
    /// A rulebook that no ledger has adopted.
    pub(crate) fn of(bound: &BoundRulebook, whose: String) -> Result<Self, Failure> {
        Ok(Self {
            whole: bound.whole().or_fail(Exit::Usage)?,
            adopted: bound.rulebook().clone(),
            chapters: bound.chapters().to_vec(),
            by: None,
            whose,
        })
    }
}

impl History {
    /// Takes the next entry; what is not about rules is left alone.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "rules stand in three kinds and in no others"
    )]
    pub(crate) fn take(&mut self, entry: &Entry) {
        match &entry.statement().payload {
            Payload::LedgerOpened(genesis) => {
                self.adopted
                    .push((entry.seq(), (*genesis.rulebook).clone()));
            }
            Payload::RulebookAdopted(adopted) => {
                self.adopted
                    .push((entry.seq(), (*adopted.rulebook).clone()));
            }
            Payload::RulebookDeposited(deposited) => {
                let chapter = (*deposited.chapter).clone();
                self.deposited
                    .push((entry.seq(), chapter.digest(), chapter));
            }
            _ => {}
        }
    }

    /// What was in force once `until` was recorded; at the end if absent.
    ///
    /// # Errors
    /// If nothing was adopted by then, or the chapters contradict each other.
    pub(crate) fn as_of(&self, until: Option<Sequence>, whose: &str) -> Result<InForce, Failure> {
        let by_then = |sequence: Sequence| until.is_none_or(|until| sequence <= until);
        let adopted = self
            .adopted
            .iter()
            .rfind(|(sequence, _)| by_then(*sequence));
        let (by, adopted) =
            adopted.ok_or_else(|| Failure::saying(Exit::NotVerified, "no rulebook was adopted"))?;
        let (mut whole, mut chapters) = (adopted.clone(), Vec::new());
        for binding in adopted.chapters.iter() {
            let there = self
                .deposited
                .iter()
                .find(|(sequence, digest, _)| by_then(*sequence) && *digest == binding.digest);
            // The chapters of the genesis come right after it; until then its rules lack them.
            let Some((_, _, chapter)) = there else {
                continue;
            };
            whole = whole.with(chapter).or_fail(Exit::NotVerified)?;
            chapters.push(chapter.clone());
        }
        Ok(InForce {
            whole,
            adopted: adopted.clone(),
            chapters,
            by: Some(*by),
            whose: whose.to_owned(),
        })
    }
}

/// Whether `genesis` opens `ledger`: its id is the hash of that statement.
pub(super) fn opens(genesis: &Entry, ledger: LedgerId) -> Result<(), Failure> {
    if LedgerId::of(genesis.signed().bytes()) == ledger {
        Ok(())
    } else {
        Err(Failure::saying(
            Exit::NotVerified,
            format!("this is not the genesis of {ledger}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use cinnabar_events::Kind;
    use cinnabar_governance::default_rulebook;
    use cinnabar_governance::testing::Town;
    use serde_json::json;

    fn history(town: &Town) -> History {
        let mut history = History::default();
        town.entries().iter().for_each(|entry| history.take(entry));
        history
    }

    #[test]
    fn what_the_genesis_adopts_is_in_force_once_its_chapters_are_there() {
        let town = Town::populated();
        let history = history(&town);
        let first = history.as_of(Some(Sequence::new(0)), "").unwrap();
        assert!(first.chapters.is_empty());
        let now = history.as_of(None, "").unwrap();
        assert_eq!(now.whole, default_rulebook().whole().unwrap());
        assert_eq!(now.by, Some(Sequence::new(0)));
        assert_eq!(now.chapters.len(), now.adopted.chapters.as_slice().len());
    }

    #[test]
    fn a_later_adoption_holds_from_its_own_entry_on() {
        let mut town = Town::populated();
        let mut next = default_rulebook().rulebook().clone();
        next.version = cinnabar_events::Text::new("next").unwrap();
        let data = json!({ "rulebook": next, "reasons": "Better." });
        let signers = ["chen:decision_maker", "qian:decision_maker"];
        let draft = town.draft(Kind::RulebookAdopted, "rulebook/sz-ai", &signers, &data);
        let seq = town.say(&draft).unwrap();
        let history = history(&town);
        let before = history
            .as_of(Some(Sequence::new(seq.get() - 1)), "")
            .unwrap();
        assert_eq!(before.by, Some(Sequence::new(0)));
        let after = history.as_of(Some(seq), "").unwrap();
        assert_eq!(after.by, Some(seq));
        assert_eq!(after.whole.version.as_str(), "next");
        assert_eq!(after.whole.deadlines, before.whole.deadlines);
    }

    #[test]
    fn another_ledgers_genesis_is_told_apart() {
        let town = Town::new();
        let genesis = &town.entries()[0];
        opens(genesis, town.ledger()).unwrap();
        let failure = opens(genesis, LedgerId::from_bytes([1; 32])).unwrap_err();
        assert_eq!(failure.exit(), Exit::NotVerified);
        assert!(History::default().as_of(None, "").is_err());
    }
}
