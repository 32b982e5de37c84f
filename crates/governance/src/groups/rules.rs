//! The rulebook: chapters deposited, rulebooks adopted.

mod sound;

use std::sync::Arc;

use cinnabar_events::kinds::{LedgerOpened, RulebookAdopted, RulebookDeposited};
use cinnabar_events::rulebook::Contradiction;
use cinnabar_events::{ChapterDigest, Entry, LedgerId, Payload, Rulebook};

use crate::admit::{ENGINE, pseudo_role};
use crate::case::{Case, Check, Stop};
use crate::clause::clauses;
use crate::deadline::{LEDGER_ACTOR, lift_without_rule};
use crate::governed::{Governed, put_at};
use crate::groups::trust::{ActorRecord, Held, OrganisationRecord, administrators, fresh_key};
use crate::records::{LedgerRecord, Record, RecordKey, Records, RecordsMut, RulebookRecord};
use crate::rejection::Rejection;

pub(crate) use sound::{sound, within_reach};

clauses! {
    CHAPTER_MISSING = "rulebook.chapter_missing" {
        says: "the rulebook names a chapter whose text is not on the ledger",
        accepted: "deposit the chapter first (rulebook.deposited), or name one that is there",
        source: "",
    }
    CONTRADICTION = "rulebook.contradiction" {
        says: "two parts of the rulebook speak about the same thing",
        accepted: "each kind, role, list, deadline, year and setting stands in one part only",
        source: "",
    }
    UNGOVERNABLE = "rulebook.ungovernable" {
        says: "under this rulebook nobody could adopt the next one, grant roles or enrol actors",
        accepted: "rulebook.adopted and rulebook.deposited in roles that can be granted; role.granted and actor.enrolled by institution_admin, and by no more of them than there are",
        source: "",
    }
    IMPOSSIBLE = "rulebook.impossible" {
        says: "the rulebook permits something to nobody, or asks for more signers than a statement has",
        accepted: "at least one role for each kind, and at most 16 signers",
        source: "",
    }
    UNKNOWN_ROLE = "rulebook.unknown_role" {
        says: "the rulebook gives a permission or a duty to a role that it does not have",
        accepted: "roles that stand under roles, or self, incoming_key and system",
        source: "",
    }
}

/// While chapters are missing nothing else may be said; an administrator brings them.
pub(crate) fn completes<R: Records>(
    case: &Case<'_, R>,
    first: ChapterDigest,
    missing: &[ChapterDigest],
) -> Check<R> {
    let Payload::RulebookDeposited(deposited) = &case.statement().payload else {
        return Err(Rejection::RulebookIncomplete(first).into());
    };
    if !missing.contains(&deposited.chapter.digest()) {
        return Err(Rejection::RulebookIncomplete(first).into());
    }
    crate::admit::signed_by_an_administrator(case)?;
    let more = case.rulebook.with(&deposited.chapter);
    let more = more.map_err(|clash| contradiction(&clash))?;
    match missing {
        [_] => governable(case, &more),
        _ => Ok(()),
    }
}

fn contradiction(clash: &Contradiction) -> Rejection {
    CONTRADICTION.found(clash.to_string())
}

impl Governed for RulebookDeposited {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let key = RecordKey::Chapter(self.chapter.digest());
        match case.record(key)? {
            None => Ok(()),
            Some(_) => Err(Rejection::Exists(case.statement().subject.clone()).into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        let digest = self.chapter.digest();
        if let Some(Record::Rulebook(mut in_force)) = records.record(&RecordKey::Rulebook)?
            && let Some(at) = in_force.missing.iter().position(|one| *one == digest)
            && let Ok(rulebook) = in_force.rulebook.with(&self.chapter)
        {
            in_force.missing.remove(at);
            in_force.rulebook = Arc::new(rulebook);
            records.put(RecordKey::Rulebook, Record::Rulebook(in_force));
        }
        let chapter = Record::Chapter(Arc::new((*self.chapter).clone()));
        records.put(RecordKey::Chapter(digest), chapter);
        Ok(())
    }
}

impl Governed for RulebookAdopted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        if self.rulebook.engine != ENGINE {
            return Err(Rejection::UnknownEngine(self.rulebook.engine).into());
        }
        let whole = whole(&self.rulebook, |digest| {
            case.record(RecordKey::Chapter(digest))
        })?;
        governable(case, &whole)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let mut rulebook = (*self.rulebook).clone();
        for binding in self.rulebook.chapters.iter() {
            if let Some(Record::Chapter(chapter)) =
                records.record(&RecordKey::Chapter(binding.digest))?
                && let Ok(more) = rulebook.with(&chapter)
            {
                rulebook = more;
            }
        }
        let rulebook = Arc::new(rulebook);
        let in_force = RulebookRecord {
            rulebook: Arc::clone(&rulebook),
            missing: Vec::new(),
            adopted: entry.seq(),
        };
        records.put(RecordKey::Rulebook, Record::Rulebook(in_force));
        lift_without_rule(records, &rulebook, entry.seq())
    }
}

/// The rulebook with all its chapters.
fn whole<E>(
    rulebook: &Rulebook,
    chapter: impl Fn(ChapterDigest) -> Result<Option<Record>, Stop<E>>,
) -> Result<Rulebook, Stop<E>> {
    let mut whole = rulebook.clone();
    for binding in rulebook.chapters.iter() {
        let Some(Record::Chapter(chapter)) = chapter(binding.digest)? else {
            return Err(CHAPTER_MISSING.found(binding.digest.to_string()).into());
        };
        whole = whole
            .with(&chapter)
            .map_err(|clash| contradiction(&clash))?;
    }
    Ok(whole)
}

/// The rulebook is sound, and there are administrators enough to mend it.
fn governable<R: Records>(case: &Case<'_, R>, rulebook: &Rulebook) -> Check<R> {
    let there = administrators(case.records, case.now, None).map_err(Stop::Unreadable)?;
    sound(rulebook)?;
    within_reach(rulebook, there).map_err(Stop::from)
}

impl Governed for LedgerOpened {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        // The first one is admitted elsewhere: there are no rules yet.
        Err(Rejection::Genesis.into())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let id = match entry.statement().ledger {
            None => LedgerId::of(entry.signed().bytes()),
            Some(id) => id,
        };
        let ledger = LedgerRecord {
            id,
            log_key: self.log_key,
            ledger_key: self.ledger_key,
            threshold: self.threshold,
            indexed: 0,
            administrators: self
                .founders
                .iter()
                .map(|founder| founder.actor.clone())
                .collect(),
        };
        records.put(RecordKey::Ledger, Record::Ledger(ledger));
        let chapters = self.rulebook.chapters.iter();
        let in_force = RulebookRecord {
            rulebook: Arc::new((*self.rulebook).clone()),
            missing: chapters.map(|chapter| chapter.digest).collect(),
            adopted: entry.seq(),
        };
        records.put(RecordKey::Rulebook, Record::Rulebook(in_force));
        put_at(
            records,
            &self.institution.id,
            OrganisationRecord::registered(entry.seq()),
        );
        let founders = self.founders.iter();
        let founders =
            founders.map(|founder| (founder.actor.clone(), founder.key, pseudo_role::ADMIN));
        let itself = LEDGER_ACTOR.parse().expect("a word is an id");
        let ledger = [(itself, self.ledger_key, pseudo_role::SYSTEM)];
        for (actor, key, role) in founders.chain(ledger) {
            let role = role.parse().expect("a word is a code");
            let record = ActorRecord::new(
                Some(self.institution.id.clone()),
                key,
                [(role, Held::granted(entry.seq()))].into(),
            );
            records.put(RecordKey::Key(key), Record::Key(fresh_key(actor.clone())));
            put_at(records, &actor, record);
        }
        Ok(())
    }
}
