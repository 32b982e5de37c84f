//! Actors: enrolled, suspended, restored; and that enough administrators remain.

use std::collections::BTreeMap;

use cinnabar_events::kinds::{ActorEnrolled, ActorRestored, ActorSuspended};
use cinnabar_events::{Class, Entry, Id, Kind, Rulebook, Timestamp};

use super::{
    ActorRecord, ActorStatus, ENDED, Held, KeyRecord, LAST_ADMINISTRATORS, OrganisationRecord,
    OrganisationStatus, fresh_key, not_the_ledger, term_ahead,
};
use crate::admit::pseudo_role;
use crate::case::{Case, Check, Stop, find};
use crate::deadline::clock::local_date;
use crate::governed::{Governed, change, put};
use crate::life_cycle::LifeCycle as _;
use crate::records::{LedgerRecord, Record, RecordKey, Records, RecordsMut};

/// Most administrators that are remembered, for the protection against a ledger without any: more than any institution
/// has. Whoever comes after them is one too, and is not counted.
const ADMINISTRATORS_MAX: usize = 64;

impl Governed for ActorEnrolled {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<ActorRecord>()?;
        term_ahead(case, None, self.key_expires)?;
        let Some(organisation) = &self.organisation else {
            return Ok(());
        };
        match case.known::<OrganisationRecord>(organisation)?.status {
            OrganisationStatus::Registered => Ok(()),
            OrganisationStatus::Ended => Err(ENDED.found(organisation.as_str()).into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let id = entry.statement().subject.id();
        let key = KeyRecord {
            expires: self.key_expires,
            ..fresh_key(id.clone())
        };
        records.put(RecordKey::Key(self.key), Record::Key(key));
        let actor = ActorRecord::new(self.organisation.clone(), self.key, BTreeMap::new());
        put(records, entry, actor);
        Ok(())
    }
}

impl Governed for ActorSuspended {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let actor = not_the_ledger(case)?;
        case.step(actor.status)?;
        term_ahead(case, None, self.until)?;
        if let Some(successor) = &self.successor {
            case.concerned(Class::Actor, successor)?;
        }
        enough_remain(case, &actor)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_actor(records, entry)
    }
}

impl Governed for ActorRestored {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let actor: ActorRecord = case.own()?;
        case.step(actor.status).map(|_| ()).map_err(Stop::from)
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        step_actor(records, entry)
    }
}

fn step_actor<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    let kind = entry.statement().kind();
    change(records, entry, |actor: &mut ActorRecord| {
        actor.status = actor.status.after(kind).unwrap_or(actor.status);
    })
}

/// The administrators that could sign for everything at `now` and from then on, but for `except`: active, with a key, in a
/// role that was granted without a scope and without an end.
///
/// # Errors
/// Only if the records can't be read.
pub(crate) fn administrators<R: Records>(
    records: &R,
    now: Timestamp,
    except: Option<&Id>,
) -> Result<usize, R::Error> {
    let Some(Record::Ledger(LedgerRecord { administrators, .. })) =
        records.record(&RecordKey::Ledger)?
    else {
        return Ok(0);
    };
    let mut count = 0;
    for id in administrators.iter().filter(|id| Some(*id) != except) {
        let Some(actor) = find::<ActorRecord, R>(records, id)? else {
            continue;
        };
        if administers(&actor, now) && has_key(records, &actor, now)? {
            count += 1;
        }
    }
    Ok(count)
}

fn administers(actor: &ActorRecord, now: Timestamp) -> bool {
    let held = actor.holds(pseudo_role::ADMIN, now);
    let whole =
        |held: &Held| held.scope.is_none() && held.lent_by.is_none() && held.term.until.is_none();
    actor.status == ActorStatus::Active && held.is_some_and(whole)
}

fn has_key<R: Records>(records: &R, actor: &ActorRecord, now: Timestamp) -> Result<bool, R::Error> {
    let Some(key) = actor.key else {
        return Ok(false);
    };
    Ok(match records.record(&RecordKey::Key(key))? {
        Some(Record::Key(key)) => key.expires.is_none_or(|day| local_date(now) <= day),
        _ => false,
    })
}

/// Without the subject, who is `actor`, as many administrators remain as it takes to grant a role.
pub(super) fn enough_remain<R: Records>(case: &Case<'_, R>, actor: &ActorRecord) -> Check<R> {
    if !administers(actor, case.now) {
        return Ok(());
    }
    let remain =
        administrators(case.records, case.now, Some(case.id())).map_err(Stop::Unreadable)?;
    let needed = needed(&case.rulebook);
    if remain < needed {
        let found = format!("{needed} are needed, {remain} would remain");
        return Err(LAST_ADMINISTRATORS.found(found).into());
    }
    Ok(())
}

/// How many administrators it takes to grant a role.
fn needed(rulebook: &Rulebook) -> usize {
    let permission = rulebook.permission(Kind::RoleGranted);
    permission.map_or(1, |one| usize::from(one.quorum.max(1)))
}

/// From now on `actor` is, or isn't, one of the administrators.
pub(super) fn remember<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    administers: bool,
) -> Result<(), R::Error> {
    let Some(Record::Ledger(mut ledger)) = records.record(&RecordKey::Ledger)? else {
        return Ok(());
    };
    let actor = entry.statement().subject.id();
    let mut all: Vec<Id> = ledger.administrators.iter().cloned().collect();
    all.retain(|id| id != actor);
    if administers {
        if all.len() >= ADMINISTRATORS_MAX {
            let mut holders = Vec::new();
            for id in all {
                let holder = find::<ActorRecord, R>(records, &id)?;
                let holds =
                    |one: ActorRecord| one.holds(pseudo_role::ADMIN, entry.time()).is_some();
                if holder.is_some_and(holds) {
                    holders.push(id);
                }
            }
            all = holders;
        }
        if all.len() < ADMINISTRATORS_MAX {
            all.push(actor.clone());
        }
    }
    ledger.administrators = all.into();
    records.put(RecordKey::Ledger, Record::Ledger(ledger));
    Ok(())
}
