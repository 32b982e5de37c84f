//! Who may sign: actors, their keys and roles, and the organisations for which they sign.

use std::collections::BTreeMap;

use cinnabar_events::kinds::{
    ActorEnrolled, ActorRestored, ActorSuspended, KeyRevoked, KeyRotated, Number,
    OrganisationEnded, OrganisationRegistered, OrganisationUpdated, RoleDelegated, RoleGranted,
    RoleWithdrawn,
};
use cinnabar_events::{Code, Date, Entry, Id, PublicKey, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

use crate::admit::pseudo_role;
use crate::case::{Case, Check};
use crate::clause::clauses;
use crate::governed::{Governed, change, put};
use crate::life_cycle::life_cycle;
use crate::records::{Record, RecordKey, Records, RecordsMut, Term};
use crate::rejection::Rejection;

clauses! {
    SELF_GRANT = "role.self_grant" {
        says: "nobody grants a role to himself",
        accepted: "signers other than the one who gets the role",
        source: "",
    }
    NO_SUCH_ROLE = "role.unknown" {
        says: "the rulebook has no such role",
        accepted: "a role that the rulebook in force lists",
        source: "",
    }
    EXCLUDED_ROLE = "role.excluded" {
        says: "the actor holds a role that excludes this one",
        accepted: "withdraw the other role first, or grant this one to somebody else",
        source: "",
    }
    ROLE_NOT_HELD = "role.not_held" {
        says: "the actor does not hold the role",
        accepted: "a role that the actor holds",
        source: "",
    }
    NOT_THEIR_KEY = "key.not_theirs" {
        says: "the key is not a key of this actor, or is revoked already",
        accepted: "a key of this actor that was never revoked",
        source: "Electronic Signature Law Art. 15",
    }
    TERM = "content.term" {
        says: "the last day lies before the first",
        accepted: "a last day on or after the first, or none",
        source: "",
    }
    USCC = "content.uscc" {
        says: "the unified social credit code has a wrong check character",
        accepted: "18 characters, the last of them the check character of the others",
        source: "GB 32100-2015",
    }
}

life_cycle! {
    /// Whether an actor may sign.
    ActorStatus of Actor {
        /// It may.
        Active = "active",
        /// It may not, until it is restored.
        Suspended = "suspended",
    }
    starts { ActorEnrolled => Active }
    Active { ActorSuspended => Suspended }
    Suspended { ActorRestored => Active }
}

life_cycle! {
    /// Whether an organisation is there.
    OrganisationStatus of Organisation {
        /// It is.
        Registered = "registered",
        /// It is gone, or part of another.
        Ended = "ended",
    }
    starts { OrganisationRegistered => Registered }
    Registered { OrganisationUpdated => Registered, OrganisationEnded => Ended }
}

/// An actor: who it is, which key and roles it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActorRecord {
    /// Whether it may sign.
    pub status: ActorStatus,
    /// Whom it signs for.
    pub organisation: Option<Id>,
    /// The key it signs with; none after a revocation, until another one comes.
    pub key: Option<PublicKey>,
    /// Its roles.
    pub roles: BTreeMap<Code, Term>,
}

impl ActorRecord {
    pub(crate) fn new(
        organisation: Option<Id>,
        key: PublicKey,
        roles: BTreeMap<Code, Term>,
    ) -> Self {
        Self {
            status: ActorStatus::Active,
            organisation,
            key: Some(key),
            roles,
        }
    }
}

/// A key's life.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// Whose.
    pub actor: Id,
    /// Last day on which it signs.
    pub expires: Option<Date>,
    /// Where it ended: rotated or revoked.
    pub ended: Option<Sequence>,
    /// Whether it ended by revocation.
    pub revoked: bool,
    /// Since when what it signed is suspect.
    pub compromised_since: Option<Timestamp>,
}

pub(crate) fn fresh_key(actor: Id) -> KeyRecord {
    KeyRecord {
        actor,
        expires: None,
        ended: None,
        revoked: false,
        compromised_since: None,
    }
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrganisationRecord {
    /// Whether it is there.
    pub status: OrganisationStatus,
    /// Where it was registered.
    pub registered: Sequence,
}

impl OrganisationRecord {
    /// An organisation just registered.
    pub fn registered(sequence: Sequence) -> Self {
        Self {
            status: OrganisationStatus::Registered,
            registered: sequence,
        }
    }
}

impl Governed for ActorEnrolled {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.new_subject::<ActorRecord>()?;
        match &self.organisation {
            Some(organisation) => case.known::<OrganisationRecord>(organisation).map(|_| ()),
            None => Ok(()),
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

impl Governed for RoleGranted {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let record: ActorRecord = case.own()?;
        let rulebook = &case.rulebook;
        let rule = rulebook
            .role(&self.role)
            .filter(|rule| !pseudo_role::is_reserved(&rule.role))
            .ok_or(NO_SUCH_ROLE)?;
        let signs = |actor: &Id| {
            let mut signers = case.statement().signers.iter();
            signers.any(|signer| signer.actor == *actor)
        };
        if signs(case.id()) {
            return Err(SELF_GRANT.into());
        }
        if matches!((self.from, self.until), (Some(from), Some(until)) if until < from) {
            return Err(TERM.into());
        }
        let clashes = |held: &Code| {
            rule.excludes.as_slice().contains(held)
                || rulebook
                    .role(held)
                    .is_some_and(|other| other.excludes.as_slice().contains(&self.role))
        };
        let lives = |term: &Term| term.until.is_none_or(|until| case.now <= until.end());
        let mut held = record.roles.iter();
        match held.find(|(held, term)| lives(term) && clashes(held)) {
            Some((held, _)) => Err(EXCLUDED_ROLE.found(held.as_str()).into()),
            None => Ok(()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |actor: &mut ActorRecord| {
            let term = Term {
                from: self.from,
                until: self.until,
            };
            actor.roles.insert(self.role.clone(), term);
        })
    }
}

impl Governed for RoleWithdrawn {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        if case.own::<ActorRecord>()?.roles.contains_key(&self.role) {
            Ok(())
        } else {
            Err(ROLE_NOT_HELD.into())
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |actor: &mut ActorRecord| {
            actor.roles.remove(&self.role);
        })
    }
}

fn change_key<R: RecordsMut>(
    records: &mut R,
    public: PublicKey,
    how: impl FnOnce(&mut KeyRecord),
) -> Result<(), R::Error> {
    let key = RecordKey::Key(public);
    if let Some(Record::Key(mut record)) = records.record(&key)? {
        how(&mut record);
        records.put(key, Record::Key(record));
    }
    Ok(())
}

impl Governed for KeyRotated {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.own::<ActorRecord>().map(|_| ())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let id = entry.statement().subject.id();
        let mut old = None;
        change(records, entry, |actor: &mut ActorRecord| {
            old = actor.key.replace(self.key);
        })?;
        if let Some(old) = old {
            change_key(records, old, |key| {
                key.ended = key.ended.or(Some(entry.seq()));
            })?;
        }
        let new = KeyRecord {
            expires: self.key_expires,
            ..fresh_key(id.clone())
        };
        records.put(RecordKey::Key(self.key), Record::Key(new));
        Ok(())
    }
}

impl Governed for KeyRevoked {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        case.own::<ActorRecord>()?;
        match case.record(RecordKey::Key(self.key))? {
            Some(Record::Key(key)) if key.actor == *case.id() && !key.revoked => Ok(()),
            _ => Err(NOT_THEIR_KEY.into()),
        }
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |actor: &mut ActorRecord| {
            if actor.key == Some(self.key) {
                actor.key = None;
            }
        })?;
        change_key(records, self.key, |key| {
            key.ended = Some(entry.seq());
            key.revoked = true;
            key.compromised_since = self.compromised_since;
        })
    }
}

impl Governed for OrganisationRegistered {
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        usccs(self.numbers.as_slice())?;
        case.new_subject::<OrganisationRecord>()
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        put(records, entry, OrganisationRecord::registered(entry.seq()));
        Ok(())
    }
}

fn usccs(numbers: &[Number]) -> Result<(), Rejection> {
    let wrong =
        |number: &&Number| number.scheme.as_str() == "uscc" && !is_uscc(number.value.as_str());
    match numbers.iter().find(wrong) {
        Some(number) => Err(USCC.found(number.value.as_str())),
        None => Ok(()),
    }
}

/// A unified social credit code: 18 characters, the last of them `31 − Σ cᵢ·3ⁱ mod 31` (GB 32100-2015).
fn is_uscc(code: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let Some(digits) = code
        .chars()
        .map(|character| ALPHABET.find(character))
        .collect::<Option<Vec<usize>>>()
    else {
        return false;
    };
    let [body @ .., check] = digits.as_slice() else {
        return false;
    };
    let (sum, _) = body.iter().fold((0, 1), |(sum, weight), digit| {
        (sum + digit * weight, weight * 3 % 31)
    });
    body.len() == 17 && *check == (31 - sum % 31) % 31
}

impl Governed for ActorSuspended {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ActorRestored {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for RoleDelegated {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for OrganisationUpdated {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for OrganisationEnded {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
#[cfg(test)]
mod tests {
    use super::is_uscc;

    #[test]
    fn check_characters_of_real_enterprises_fit_and_others_do_not() {
        for code in [
            "9144030071526726XG",
            "91440300708461136T",
            "92430112MAEXE7G422",
            "91110102MAD55U9H0F",
        ] {
            assert!(is_uscc(code), "{code}");
            assert!(
                !is_uscc(&code.replacen('1', "2", 1)),
                "{code} with a wrong digit"
            );
        }
        assert!(
            !is_uscc("")
                && !is_uscc("91440300708461136")
                && !is_uscc("91440300708461136t")
                && !is_uscc("9144030070846113企")
        );
    }
}
