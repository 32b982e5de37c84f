//! What is known of a decision by a bundle: who signed, with which key, and what became of it.

use std::fmt;

use cinnabar_events::{Entry, Payload, PublicKey, Sequence, SignerClaim};
use serde::Serialize;

use super::keys::{KeyLife, Keys};
use crate::trust::Cosigned;

/// The role of the holder of a key that the statement itself brings.
const INCOMING_KEY: &str = "incoming_key";

/// Whether a key could sign when the entry was recorded, by the entries in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum KeyState {
    /// It was the signer's and in force.
    Valid,
    /// The entry itself brings it: the signer showed to hold it.
    Incoming,
    /// No entry in the bundle gives the signer any of the keys that signed.
    Unknown,
    /// It came to the ledger only later.
    NotYet {
        /// With this entry.
        since: u64,
    },
    /// Its last day was over.
    Expired {
        /// That day.
        on: String,
    },
    /// Another one had taken its place.
    Replaced {
        /// By this entry.
        by: u64,
    },
    /// It had been revoked.
    Revoked {
        /// By this entry.
        by: u64,
    },
    /// The actor had been suspended.
    Suspended {
        /// By this entry.
        by: u64,
    },
}

/// Why a signature is suspect, as was found out later: the key was compromised by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspect {
    /// Since when.
    pub since: String,
    /// The entry that says so.
    pub revoked_by: u64,
}

/// One who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownSigner {
    /// Who.
    pub actor: String,
    /// In which role, as he claims. Whether he had it is for the rules, which only the whole ledger can be asked about.
    pub role: String,
    /// For which organisation, as he claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// With which key; none if none of the keys that signed is known to be his.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether the key could sign then.
    pub key_state: KeyState,
    /// The entry that replaced the key later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_later: Option<u64>,
    /// The entry that revoked the key later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_later: Option<u64>,
    /// Whether the key was in wrong hands by then, as was found out later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspect: Option<Suspect>,
}

/// What a bundle proves about its entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The log.
    pub origin: String,
    /// The ledger.
    pub ledger: String,
    /// Where the entry stands.
    pub sequence: u64,
    /// Its hash.
    pub hash: String,
    /// Its kind.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// When it was recorded.
    pub recorded: String,
    /// Size of the checkpoint that covers it. Nothing later is known here.
    pub size: u64,
    /// Root of that checkpoint.
    pub root: String,
    /// Witnesses of the verifier who cosigned that checkpoint.
    pub cosigned: Vec<Cosigned>,
    /// Everyone who signed.
    pub signers: Vec<ShownSigner>,
    /// Whether every signer's key could sign then, and none was found to be compromised later.
    pub sound: bool,
}

/// The key that the statement brings.
fn brought(entry: &Entry) -> Option<PublicKey> {
    let payload = &entry.statement().payload;
    if let Payload::ActorEnrolled(enrolled) = payload {
        Some(enrolled.key)
    } else if let Payload::KeyRotated(rotated) = payload {
        Some(rotated.key)
    } else {
        None
    }
}

/// With which key a signer signed, and what became of it.
pub(super) fn shown(entry: &Entry, signer: &SignerClaim, keys: &Keys) -> ShownSigner {
    let signatures = entry.signed().signatures();
    let incoming = (signer.role.as_str() == INCOMING_KEY)
        .then(|| brought(entry))
        .flatten();
    let mut states: Vec<(KeyState, PublicKey, &KeyLife)> = signatures
        .iter()
        .filter_map(|signature| Some((signature.key, keys.life(&signature.key)?)))
        .filter(|(_, life)| life.actor == signer.actor)
        // Of an actor's two keys under a rotation, each belongs to one of his two claims.
        .filter(|(key, _)| match signer.role.as_str() {
            INCOMING_KEY => Some(*key) == incoming,
            _ => brought(entry) != Some(*key),
        })
        .map(|(key, life)| (state(entry, keys, life, Some(key) == incoming), key, life))
        .collect();
    // The one that could sign, if there is one.
    states.sort_by_key(|(state, ..)| !matches!(state, KeyState::Valid | KeyState::Incoming));
    let found = states.into_iter().next();
    let later = |at: Sequence| Some(at.get()).filter(|at| *at > entry.seq().get());
    let life = found.as_ref().map(|(_, _, life)| *life);
    let suspect = life.and_then(|life| life.compromised);
    ShownSigner {
        actor: signer.actor.to_string(),
        role: signer.role.to_string(),
        on_behalf_of: signer.on_behalf_of.as_ref().map(ToString::to_string),
        key: found.as_ref().map(|(_, key, _)| key.to_string()),
        key_state: found.map_or(KeyState::Unknown, |(state, ..)| state),
        replaced_later: life.and_then(|life| later(life.replaced?.at)),
        revoked_later: life.and_then(|life| later(life.revoked?.at)),
        suspect: suspect
            .filter(|(since, _)| *since <= entry.time())
            .map(|(since, by)| Suspect {
                since: since.to_string(),
                revoked_by: by.get(),
            }),
    }
}

fn state(entry: &Entry, keys: &Keys, life: &KeyLife, incoming: bool) -> KeyState {
    let (seq, genesis) = (entry.seq(), Sequence::FIRST);
    if incoming && life.since.at == seq {
        return KeyState::Incoming;
    }
    // Founders sign the genesis with the keys that it brings.
    if life.since.at > seq || (life.since.at == seq && seq != genesis) {
        let since = life.since.at.get();
        return KeyState::NotYet { since };
    }
    // An entry that rotates or revokes a key may be signed with it.
    if let Some(revoked) = life.revoked.filter(|revoked| revoked.at < seq) {
        let by = revoked.at.get();
        return KeyState::Revoked { by };
    }
    if let Some(replaced) = life.replaced.filter(|replaced| replaced.at < seq) {
        let by = replaced.at.get();
        return KeyState::Replaced { by };
    }
    if let Some(day) = life.expired(entry) {
        let on = day.to_string();
        return KeyState::Expired { on };
    }
    match keys.suspended(&life.actor, entry) {
        Some(by) => KeyState::Suspended { by: by.get() },
        None => KeyState::Valid,
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("in force"),
            Self::Incoming => f.write_str("brought by this entry"),
            Self::Unknown => f.write_str("NOT KNOWN to be this actor's"),
            Self::NotYet { since } => write!(f, "NOT YET his: it came with entry {since}"),
            Self::Expired { on } => write!(f, "EXPIRED: its last day was {on}"),
            Self::Replaced { by } => write!(f, "REPLACED before, by entry {by}"),
            Self::Revoked { by } => write!(f, "REVOKED before, by entry {by}"),
            Self::Suspended { by } => {
                write!(f, "in force, but its holder was SUSPENDED by entry {by}")
            }
        }
    }
}

impl fmt::Display for ShownSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {}", self.actor, self.role)?;
        if let Some(organisation) = &self.on_behalf_of {
            write!(f, " for {organisation}")?;
        }
        if let Some(key) = &self.key {
            write!(f, " with {key}")?;
        }
        write!(f, ", {}", self.key_state)?;
        if let Some(entry) = self.replaced_later {
            write!(f, "; replaced later by entry {entry}")?;
        }
        if let Some(entry) = self.revoked_later {
            write!(f, "; revoked later by entry {entry}")?;
        }
        if let Some(Suspect { since, revoked_by }) = &self.suspect {
            write!(
                f,
                "; SUSPECT: compromised since {since}, says entry {revoked_by}"
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            origin,
            sequence,
            hash,
            kind,
            subject,
            recorded,
            size,
            ..
        } = self;
        writeln!(
            f,
            "entry {sequence} of {origin} ({hash}): {kind} about {subject}, recorded {recorded}"
        )?;
        writeln!(f, "in the tree of size {size}, which the log signed")?;
        for Cosigned { by, at } in &self.cosigned {
            writeln!(f, "cosigned by {by} at {at} (seconds since 1970)")?;
        }
        for signer in &self.signers {
            writeln!(f, "signed by {signer}")?;
        }
        let verdict = if self.sound {
            "every signer's key could sign then"
        } else {
            "NOT SOUND: not every signer's key could sign then, or one is suspect"
        };
        writeln!(
            f,
            "{verdict}, by these dossiers; that they end here is not proven"
        )
    }
}
