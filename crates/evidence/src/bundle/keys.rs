//! The life of each key, as far as the entries of a bundle tell it.

use std::collections::BTreeMap;

use cinnabar_events::kinds::LedgerOpened;
use cinnabar_events::{Class, Date, Entry, Id, Payload, PublicKey, Sequence, Timestamp};
use cinnabar_governance::LEDGER_ACTOR;
use cinnabar_governance::deadline::clock::local_date;

/// Something that happened, and when it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) at: Sequence,
    pub(crate) time: Timestamp,
}

impl Event {
    fn of(entry: &Entry) -> Self {
        Self {
            at: entry.seq(),
            time: entry.time(),
        }
    }
}

/// One key.
#[derive(Debug, Clone)]
pub(crate) struct KeyLife {
    pub(crate) actor: Id,
    pub(crate) since: Event,
    pub(crate) expires: Option<Date>,
    pub(crate) replaced: Option<Event>,
    pub(crate) revoked: Option<Event>,
    /// The earliest moment that any revocation names, and which entry named it.
    pub(crate) compromised: Option<(Timestamp, Sequence)>,
}

/// Keys by their bytes, and when each actor was suspended.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    keys: BTreeMap<PublicKey, KeyLife>,
    current: BTreeMap<Id, PublicKey>,
    /// From when on, until when.
    suspended: BTreeMap<Id, Vec<(Event, Option<Event>)>>,
}

impl Keys {
    /// The keys that the genesis brings.
    pub(crate) fn founded(genesis: &Entry, opened: &LedgerOpened) -> Self {
        let mut keys = Self::default();
        for founder in opened.founders.iter() {
            keys.add(genesis, founder.actor.clone(), founder.key, None);
        }
        if let Ok(ledger) = LEDGER_ACTOR.parse() {
            keys.add(genesis, ledger, opened.ledger_key, None);
        }
        keys
    }

    /// What the next entry does to keys. Only its own actor is looked at, whatever else it says.
    pub(crate) fn fold(&mut self, entry: &Entry) {
        let statement = entry.statement();
        if statement.subject.class() != Class::Actor {
            return;
        }
        let actor = statement.subject.id().clone();
        let payload = &statement.payload;
        if let Payload::ActorEnrolled(enrolled) = payload {
            self.add(entry, actor, enrolled.key, enrolled.key_expires);
        } else if let Payload::KeyRotated(rotated) = payload {
            let old = self
                .current
                .get(&actor)
                .and_then(|key| self.keys.get_mut(key));
            if let Some(old) = old {
                old.replaced = old.replaced.or(Some(Event::of(entry)));
            }
            self.add(entry, actor, rotated.key, rotated.key_expires);
        } else if let Payload::KeyRevoked(revoked) = payload {
            let life = self.keys.get_mut(&revoked.key);
            if let Some(life) = life.filter(|life| life.actor == actor) {
                life.revoked = life.revoked.or(Some(Event::of(entry)));
                let named = revoked.compromised_since.map(|since| (since, entry.seq()));
                life.compromised = [life.compromised, named].into_iter().flatten().min();
            }
        } else if let Payload::ActorSuspended(_) = payload {
            let spells = self.suspended.entry(actor).or_default();
            spells.push((Event::of(entry), None));
        } else if let Payload::ActorRestored(_) = payload {
            let spells = self.suspended.entry(actor).or_default();
            if let Some((_, until)) = spells.last_mut() {
                *until = until.or(Some(Event::of(entry)));
            }
        }
    }

    fn add(&mut self, entry: &Entry, actor: Id, key: PublicKey, expires: Option<Date>) {
        self.current.insert(actor.clone(), key);
        let life = KeyLife {
            actor,
            since: Event::of(entry),
            expires,
            replaced: None,
            revoked: None,
            compromised: None,
        };
        // A key comes once: who brings it again gets nothing by it.
        self.keys.entry(key).or_insert(life);
    }

    pub(crate) fn life(&self, key: &PublicKey) -> Option<&KeyLife> {
        self.keys.get(key)
    }

    /// The entry that had suspended the actor when `entry` was recorded.
    pub(crate) fn suspended(&self, actor: &Id, entry: &Entry) -> Option<Sequence> {
        let seq = entry.seq();
        let open = |(from, until): &&(Event, Option<Event>)| {
            from.at < seq && until.is_none_or(|until| until.at >= seq)
        };
        self.suspended
            .get(actor)?
            .iter()
            .find(open)
            .map(|(from, _)| from.at)
    }
}

impl KeyLife {
    /// Whether the key's last day is over when `entry` is recorded, in the ledger's own zone.
    pub(crate) fn expired(&self, entry: &Entry) -> Option<Date> {
        self.expires.filter(|day| *day < local_date(entry.time()))
    }
}
