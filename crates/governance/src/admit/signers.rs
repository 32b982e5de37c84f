//! Who signs, with which keys, in which roles, and whether that is enough.

use cinnabar_events::kinds::Code;
use cinnabar_events::{Class, Id, Payload, PublicKey, Rulebook, SignerClaim, Statement};

use crate::case::{Case, Check, Stop};
use crate::deadline::clock::local_date;
use crate::groups::trust::{
    ActorRecord, ActorStatus, ENDED, Held, LOAN_ENDED, ONE_POWER, OUT_OF_SCOPE, OrganisationRecord,
    OrganisationStatus, heir, within,
};
use crate::records::{Record, RecordKey, Records};
use crate::rejection::Rejection;

/// A role that is not granted but follows from the statement itself.
pub(crate) mod pseudo_role {
    use super::Code;

    /// Signs the genesis.
    pub(crate) const FOUNDER: &str = "founder";
    /// Speaks about itself.
    pub(crate) const SELF: &str = "self";
    /// Holds the key that the statement brings: proof of possession.
    pub(crate) const INCOMING_KEY: &str = "incoming_key";
    /// The ledger itself.
    pub(crate) const SYSTEM: &str = "system";
    /// Given to the founders by the genesis; can be granted to others too.
    pub(crate) const ADMIN: &str = "institution_admin";

    /// Whether signers may claim `role` under a rulebook that doesn't list it.
    pub(crate) fn is_claimed(role: &Code) -> bool {
        matches!(role.as_str(), SELF | INCOMING_KEY | SYSTEM)
    }

    /// Whether nobody can be granted `role`.
    pub(crate) fn is_reserved(role: &Code) -> bool {
        matches!(role.as_str(), FOUNDER | SELF | INCOMING_KEY | SYSTEM)
    }
}

/// Whether the ledger itself says it.
pub(crate) fn by_the_ledger(statement: &Statement) -> bool {
    statement.first_signer().role.as_str() == pseudo_role::SYSTEM
}

/// Whether the ledger itself says it because it is due. An index of its dossiers is never due: it is said when it is ready.
pub(crate) fn is_duty(statement: &Statement) -> bool {
    by_the_ledger(statement) && !matches!(statement.payload, Payload::DossiersIndexed(_))
}

/// Whether administrators sign, and nobody else: what the rules ask for while there are none yet.
pub(crate) fn signed_by_an_administrator<R: Records>(case: &Case<'_, R>) -> Check<R> {
    actors_are_different(case)?;
    for signature in case.verified.signed().signatures() {
        key_signs(case, signature.key)?;
    }
    for signer in case.statement().signers.iter() {
        holds_role(case, signer, None)?;
        if signer.role.as_str() != pseudo_role::ADMIN {
            return Err(Rejection::RoleNotAllowed {
                role: signer.role.clone(),
                kind: case.kind(),
            }
            .into());
        }
    }
    Ok(())
}

/// Whether who signs may. Answers who lent the signers their roles, if anybody did.
pub(super) fn check<R: Records>(case: &Case<'_, R>) -> Check<R, Vec<Id>> {
    let rulebook = &*case.rulebook;
    actors_are_different(case)?;
    let incoming = incoming_key(case);
    for signature in case.verified.signed().signatures() {
        if Some(signature.key) != incoming {
            key_signs(case, signature.key)?;
        }
    }
    let mut lenders = Vec::new();
    for signer in case.statement().signers.iter() {
        lenders.extend(holds_role(case, signer, incoming)?);
    }
    // What the ledger may say follows from the records, not from a permission.
    if by_the_ledger(case.statement()) {
        return Ok(Vec::new());
    }
    if case.migrated() {
        migrator_alone(case, rulebook)?;
    } else {
        allowed_and_enough(case, rulebook)?;
    }
    one_power_once(case, &lenders)?;
    Ok(lenders)
}

/// Whoever lends a role doesn't sign beside the one who has it from him, and two who have it from him are one.
fn one_power_once<R: Records>(case: &Case<'_, R>, lenders: &[Id]) -> Result<(), Rejection> {
    let signers = case.statement().signers.as_slice();
    let signs = |lender: &Id| signers.iter().any(|signer| signer.actor == *lender);
    let mut lent = lenders.iter().enumerate();
    match lent.find(|(index, lender)| signs(lender) || lenders[..*index].contains(lender)) {
        Some((_, lender)) => Err(ONE_POWER.found(lender.as_str())),
        None => Ok(()),
    }
}

/// The key that the statement brings, where a signer claims to hold it.
fn incoming_key<R: Records>(case: &Case<'_, R>) -> Option<PublicKey> {
    let claimed = case
        .statement()
        .signers
        .iter()
        .any(|signer| signer.role.as_str() == pseudo_role::INCOMING_KEY);
    let payload = &case.statement().payload;
    let brought = if let Payload::ActorEnrolled(enrolled) = payload {
        Some(enrolled.key)
    } else if let Payload::KeyRotated(rotated) = payload {
        Some(rotated.key)
    } else {
        None
    };
    brought.filter(|_| claimed)
}

fn actors_are_different<R: Records>(case: &Case<'_, R>) -> Check<R> {
    let speaking = |signer: &&SignerClaim| signer.role.as_str() != pseudo_role::INCOMING_KEY;
    let actors: Vec<&Id> = case
        .statement()
        .signers
        .iter()
        .filter(speaking)
        .map(|signer| &signer.actor)
        .collect();
    match actors
        .iter()
        .enumerate()
        .find(|(index, actor)| actors[..*index].contains(actor))
    {
        Some((_, actor)) => Err(Rejection::SignerTwice((*actor).clone()).into()),
        None => Ok(()),
    }
}

/// The key is a signer's, and signs today.
fn key_signs<R: Records>(case: &Case<'_, R>, key: PublicKey) -> Check<R> {
    let signs = |actor: &Id| {
        case.statement()
            .signers
            .iter()
            .any(|signer| signer.actor == *actor)
    };
    let record = match case.record(RecordKey::Key(key))? {
        Some(Record::Key(record)) if signs(&record.actor) => record,
        _ => return Err(foreign(case, key)?.into()),
    };
    match (record.revoked, record.replaced) {
        (Some(sequence), _) => return Err(Rejection::KeyRevoked(key, sequence).into()),
        (None, Some(sequence)) => return Err(Rejection::KeyReplaced(key, sequence).into()),
        (None, None) => {}
    }
    match record.expires {
        Some(day) if day < local_date(case.now) => Err(Rejection::KeyExpired(key).into()),
        Some(_) | None => Ok(()),
    }
}

/// Nobody among the signers has the key: because one of them is nobody, or because it is somebody else's.
fn foreign<R: Records>(case: &Case<'_, R>, key: PublicKey) -> Check<R, Rejection> {
    for signer in case.statement().signers.iter() {
        let incoming = signer.role.as_str() == pseudo_role::INCOMING_KEY;
        if !incoming && case.find::<ActorRecord>(&signer.actor)?.is_none() {
            return Ok(Rejection::UnknownActor(signer.actor.clone()));
        }
    }
    Ok(Rejection::ForeignKey(key))
}

/// The signer signs, and has the role that he claims. Answers who lent it to him, if anybody did.
fn holds_role<R: Records>(
    case: &Case<'_, R>,
    signer: &SignerClaim,
    incoming: Option<PublicKey>,
) -> Check<R, Option<Id>> {
    let SignerClaim {
        actor,
        role,
        on_behalf_of,
    } = signer;
    let missing = || Rejection::RoleMissing {
        actor: actor.clone(),
        role: role.clone(),
    };
    let subject = &case.statement().subject;
    let about_itself = subject.class() == Class::Actor && subject.id() == actor;
    let signed_by = |key: PublicKey| {
        case.verified
            .signed()
            .signatures()
            .iter()
            .any(|signature| signature.key == key)
    };

    if role.as_str() == pseudo_role::INCOMING_KEY {
        let key = incoming
            .filter(|_| about_itself && on_behalf_of.is_none())
            .ok_or_else(missing)?;
        if case.record(RecordKey::Key(key))?.is_some() {
            return Err(Rejection::KeyTaken(key).into());
        }
        return if signed_by(key) {
            Ok(None)
        } else {
            Err(Rejection::SignerUnsigned(actor.clone()).into())
        };
    }
    let Some(record) = case.find::<ActorRecord>(actor)? else {
        return Err(Rejection::UnknownActor(actor.clone()).into());
    };
    if record.status == ActorStatus::Suspended {
        return Err(Rejection::Suspended(actor.clone()).into());
    }
    if !record.key.is_some_and(signed_by) {
        return Err(Rejection::SignerUnsigned(actor.clone()).into());
    }
    if role.as_str() == pseudo_role::SELF {
        if !about_itself {
            return Err(missing().into());
        }
        speaks_for(case, signer, &record)?;
        return Ok(None);
    }
    let held = record.holds(role.as_str(), case.now).ok_or_else(missing)?;
    in_scope(case, held)?;
    if let Some(lender) = &held.lent_by {
        still_lent(case, lender, role, held)?;
    }
    speaks_for(case, signer, &record)?;
    Ok(held.lent_by.clone())
}

/// What the statement is about lies in what the role was given for.
fn in_scope<R: Records>(case: &Case<'_, R>, held: &Held) -> Check<R> {
    match &held.scope {
        Some(scope) if !within(case, scope)? => Err(OUT_OF_SCOPE.into()),
        Some(_) | None => Ok(()),
    }
}

/// The lender may sign, and holds the role by the same grant as when he lent it; and this lies in his own scope.
fn still_lent<R: Records>(case: &Case<'_, R>, lender: &Id, role: &Code, loan: &Held) -> Check<R> {
    let ended = || LOAN_ENDED.found(lender.as_str());
    let record: ActorRecord = case.find(lender)?.ok_or_else(ended)?;
    let own = record
        .holds(role.as_str(), case.now)
        .filter(|own| own.lent_by.is_none() && own.since < loan.since)
        .filter(|_| record.status == ActorStatus::Active);
    in_scope(case, own.ok_or_else(ended)?)
}

/// Whoever says on whose behalf he speaks belongs there, or to what it became part of; roles for organisations must say it.
fn speaks_for<R: Records>(
    case: &Case<'_, R>,
    signer: &SignerClaim,
    record: &ActorRecord,
) -> Check<R> {
    let stranger = || Rejection::NotForOrganisation(signer.actor.clone());
    let Some(organisation) = &signer.on_behalf_of else {
        let rule = case.rulebook.role(&signer.role);
        return match rule.is_some_and(|rule| rule.for_organisation) {
            true => Err(stranger().into()),
            false => Ok(()),
        };
    };
    let state: OrganisationRecord = case.find(organisation)?.ok_or_else(stranger)?;
    let own = record.organisation.as_ref().ok_or_else(stranger)?;
    match state.status {
        OrganisationStatus::Registered if own == organisation => Ok(()),
        OrganisationStatus::Registered => Err(stranger().into()),
        OrganisationStatus::Ended => {
            let heir = heir(case.records, organisation).map_err(Stop::Unreadable)?;
            match heir == *own && heir != *organisation {
                true => Ok(()),
                false => Err(ENDED.found(organisation.as_str()).into()),
            }
        }
    }
}

/// History taken over: one signer, in the role that the rulebook names for it, about anything but the ledger and its actors.
fn migrator_alone<R: Records>(case: &Case<'_, R>, rulebook: &Rulebook) -> Check<R> {
    let role = rulebook.migration.as_ref().map(|migration| &migration.role);
    let alone = matches!(case.statement().signers.as_slice(), [only] if Some(&only.role) == role);
    let history = !matches!(
        case.kind().class(),
        Class::Ledger | Class::Rulebook | Class::Actor | Class::Deadline
    );
    if alone && history {
        Ok(())
    } else {
        Err(Rejection::Migration.into())
    }
}

fn allowed_and_enough<R: Records>(case: &Case<'_, R>, rulebook: &Rulebook) -> Check<R> {
    let kind = case.kind();
    let signers = case.statement().signers.as_slice();
    let migrator = rulebook.migration.as_ref().map(|migration| &migration.role);
    if signers.iter().any(|signer| Some(&signer.role) == migrator) {
        return Err(Rejection::Migration.into());
    }
    let first = || signers[0].role.clone();
    let permission = rulebook
        .permission(kind)
        .ok_or_else(|| Rejection::RoleNotAllowed {
            role: first(),
            kind,
        })?;
    let counts = |role: &Code| permission.roles.as_slice().contains(role);
    let beside = |role: &Code| permission.with.as_slice().contains(role);
    if let Some(other) = signers
        .iter()
        .find(|signer| !counts(&signer.role) && !beside(&signer.role))
    {
        return Err(Rejection::RoleNotAllowed {
            role: other.role.clone(),
            kind,
        }
        .into());
    }
    let found = signers.iter().filter(|signer| counts(&signer.role)).count();
    if found < usize::from(permission.quorum.max(1)) {
        return Err(Rejection::Quorum {
            kind,
            needed: permission.quorum.max(1),
            found,
        }
        .into());
    }
    match permission.with.iter().find(|role| {
        signers
            .iter()
            .filter(|signer| signer.role == **role)
            .count()
            != 1
    }) {
        Some(role) => Err(Rejection::With {
            kind,
            role: role.clone(),
        }
        .into()),
        None => Ok(()),
    }
}
