//! Keys: rotated by old and new, or for a lost one by administrators; revoked.

use cinnabar_events::kinds::{KeyRevoked, KeyRotated, RevocationReason};
use cinnabar_events::{Entry, Id, PublicKey};

use super::{
    ActorRecord, KeyRecord, LOST_KEY, NOT_THEIR_KEY, SINCE_WHEN, not_the_ledger, term_ahead,
};
use crate::admit::pseudo_role;
use crate::case::{Case, Check};
use crate::governed::{Governed, change};
use crate::records::{Record, RecordKey, Records, RecordsMut};

/// Administrators who vouch for a new key in place of a lost one, where the rulebook doesn't say how many.
const LOST_KEY_ADMINISTRATORS: u32 = 2;

pub(crate) fn fresh_key(actor: Id) -> KeyRecord {
    KeyRecord {
        actor,
        expires: None,
        replaced: None,
        revoked: None,
        compromised_since: None,
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
        let actor = not_the_ledger(case)?;
        case.step(actor.status)?;
        term_ahead(case, None, self.key_expires)?;
        let signers = || case.statement().signers.iter();
        if signers().any(|signer| signer.role.as_str() == pseudo_role::SELF) {
            return Ok(());
        }
        let others = signers()
            .filter(|signer| signer.role.as_str() != pseudo_role::INCOMING_KEY)
            .filter(|signer| signer.actor != *case.id())
            .count();
        let needed = case.setting("lost_key_administrators", LOST_KEY_ADMINISTRATORS);
        if others < usize::try_from(needed).unwrap_or(usize::MAX) {
            let found = format!("{needed} are needed, there are {others}");
            return Err(LOST_KEY.found(found).into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        let id = entry.statement().subject.id();
        let mut old = None;
        change(records, entry, |actor: &mut ActorRecord| {
            old = actor.key.replace(self.key);
        })?;
        if let Some(old) = old {
            change_key(records, old, |key| {
                key.replaced = key.replaced.or(Some(entry.seq()));
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
    /// Enough administrators need not remain: a compromised key is stopped at once, whoever's it is.
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R> {
        let actor = not_the_ledger(case)?;
        case.step(actor.status)?;
        let since = self.compromised_since;
        let untold = self.reason == RevocationReason::Compromise && since.is_none();
        if untold || since.is_some_and(|since| since > case.now) {
            return Err(SINCE_WHEN.into());
        }
        let key = match case.record(RecordKey::Key(self.key))? {
            Some(Record::Key(key)) if key.actor == *case.id() => key,
            _ => return Err(NOT_THEIR_KEY.into()),
        };
        let earlier = match (since, key.compromised_since) {
            (Some(since), Some(known)) => since < known,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if key.revoked.is_some() && !earlier {
            return Err(NOT_THEIR_KEY.into());
        }
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error> {
        change(records, entry, |actor: &mut ActorRecord| {
            if actor.key == Some(self.key) {
                actor.key = None;
            }
        })?;
        change_key(records, self.key, |key| {
            key.revoked = key.revoked.or(Some(entry.seq()));
            let earliest = key
                .compromised_since
                .into_iter()
                .chain(self.compromised_since)
                .min();
            key.compromised_since = earliest;
        })
    }
}
