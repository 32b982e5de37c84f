//! Roles: granted, lent, withdrawn.

use cinnabar_events::kinds::{RoleDelegated, RoleGranted, RoleWithdrawn};
use cinnabar_events::{Class, Code, Date, Entry, Id};

use super::actors::{enough_remain, remember};
use super::scope::sensible;
use super::{
    ActorRecord, EXCLUDED_ROLE, HELD_ALREADY, Held, LENDER_ALONE, LENT_ON, LENT_OUTSIDE,
    LENT_TOO_LONG, NO_SUCH_ROLE, NOT_LENT_BY, ROLE_NOT_HELD, SELF_GRANT, not_the_ledger,
    term_ahead,
};
use crate::admit::pseudo_role;
use crate::case::{Case, Check};
use crate::deadline::clock::local_date;
use crate::governed::{Governed, change};
use crate::records::{Records, RecordsMut, Term};
use crate::rejection::Rejection;

/// Longest loan of a role in days, where the rulebook sets none.
const DELEGATION_DAYS_MAX: u32 = 90;

impl Governed for RoleGranted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let actor = not_the_ledger(case)?;
        case.step(actor.status)?;
        may_get(case, &actor, &self.role)?;
        term_ahead(case, self.from, self.until)?;
        sensible(case, self.scope.as_ref())?;
        let whole = self.from.is_none() && self.until.is_none() && self.scope.is_none();
        if self.role.as_str() == pseudo_role::ADMIN && !whole {
            // Granted anew, it holds as it is granted now: with less than before.
            enough_remain(case, &actor)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let held = Held {
            term: Term {
                from: self.from,
                until: self.until,
            },
            scope: self.scope.clone(),
            ..Held::granted(entry.seq())
        };
        hold(records, entry, &self.role, held)?;
        if self.role.as_str() == pseudo_role::ADMIN {
            remember(records, entry, true)?;
        }
        Ok(())
    }
}

fn hold<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    role: &Code,
    held: Held,
) -> Result<(), R::Error> {
    change(records, entry, |actor: &mut ActorRecord| {
        actor.roles.insert(role.clone(), held);
    })
}

/// The role exists, nobody gives it to himself, and nothing that the actor holds excludes it, whichever of the two says so.
fn may_get<R: Records>(
    case: &Case<'_, R>,
    actor: &ActorRecord,
    role: &Code,
) -> Result<(), Rejection> {
    let rulebook = &case.rulebook;
    let rule = rulebook
        .role(role)
        .filter(|rule| !pseudo_role::is_reserved(&rule.role))
        .ok_or(NO_SUCH_ROLE)?;
    let mut signers = case.statement().signers.iter();
    if signers.any(|signer| signer.actor == *case.id()) {
        return Err(SELF_GRANT.into());
    }
    let clashes = |held: &Code| {
        rule.excludes.as_slice().contains(held)
            || rulebook
                .role(held)
                .is_some_and(|other| other.excludes.as_slice().contains(role))
    };
    let mut roles = actor.roles.iter();
    match roles.find(|(code, held)| !held.term.over(case.now) && clashes(code)) {
        Some((held, _)) => Err(EXCLUDED_ROLE.found(held.as_str())),
        None => Ok(()),
    }
}

impl Governed for RoleDelegated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let actor = not_the_ledger(case)?;
        case.step(actor.status)?;
        may_get(case, &actor, &self.role)?;
        let [claim] = case.statement().signers.as_slice() else {
            return Err(LENDER_ALONE.into());
        };
        if claim.role != self.role {
            return Err(LENDER_ALONE.found(claim.role.as_str()).into());
        }
        let lender: ActorRecord = case.known(&claim.actor)?;
        case.concerned(Class::Actor, &claim.actor)?;
        // That he holds it has been checked with his signature.
        let held = lender.roles.get(&self.role);
        if held.is_some_and(|held| held.lent_by.is_some()) {
            return Err(LENT_ON.into());
        }
        if lender.organisation != actor.organisation {
            return Err(LENT_OUTSIDE.into());
        }
        let held = actor.roles.get(&self.role);
        if held.is_some_and(|held| !held.term.over(case.now)) {
            return Err(HELD_ALREADY.into());
        }
        not_too_long(case, self.from, self.until)?;
        sensible(case, self.scope.as_ref())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let held = Held {
            term: Term {
                from: self.from,
                until: Some(self.until),
            },
            scope: self.scope.clone(),
            since: entry.seq(),
            lent_by: Some(entry.statement().first_signer().actor.clone()),
        };
        hold(records, entry, &self.role, held)
    }
}

/// A loan lasts at most `delegation_days_max` days, the first and the last included, and is made no further ahead than that.
fn not_too_long<R: Records>(case: &Case<'_, R>, from: Option<Date>, until: Date) -> Check<R> {
    term_ahead(case, from, Some(until))?;
    let most = i64::from(case.setting("delegation_days_max", DELEGATION_DAYS_MAX));
    let today = local_date(case.now);
    let first = from.map_or(today, |from| from.max(today));
    if first.days_until(until) >= most || today.days_until(first) > most {
        return Err(LENT_TOO_LONG.found(format!("{most} days at most")).into());
    }
    Ok(())
}

impl Governed for RoleWithdrawn {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let actor = not_the_ledger(case)?;
        case.step(actor.status)?;
        let Some(held) = actor.roles.get(&self.role) else {
            return Err(ROLE_NOT_HELD.into());
        };
        let takes_back =
            |id: &Id, role: &Code| *role == self.role && held.lent_by.as_ref() == Some(id);
        let mut signers = case.statement().signers.iter();
        let entitled = signers.all(|signer| {
            matches!(signer.role.as_str(), pseudo_role::ADMIN | pseudo_role::SELF)
                || takes_back(&signer.actor, &signer.role)
        });
        if !entitled {
            return Err(NOT_LENT_BY.into());
        }
        if self.role.as_str() == pseudo_role::ADMIN {
            enough_remain(case, &actor)?;
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |actor: &mut ActorRecord| {
            actor.roles.remove(&self.role);
        })?;
        if self.role.as_str() == pseudo_role::ADMIN {
            remember(records, entry, false)?;
        }
        Ok(())
    }
}
