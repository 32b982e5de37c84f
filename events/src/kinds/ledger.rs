//! Payloads about the ledger as a whole: its genesis, its dossiers, its losses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::hash::{PublicKey, SparseRoot};
use crate::id::{Id, ShortName};
use crate::rulebook::Rulebook;
use crate::text::{Listed, Name, Prose, Text};

/// The genesis: everything that a ledger starts with. Signed by its founders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerOpened {
    /// The name in checkpoints (C2SP tlog-checkpoint origin): a schema-less URL.
    pub origin: Origin,
    /// Short name for NATS subjects; also the id of the subject `ledger/…`.
    pub name: ShortName,
    /// The institution whose ledger this is.
    pub institution: Institution,
    /// Where its law holds, in words.
    pub jurisdiction: Name,
    /// Who founds it: they are enrolled by this statement, as institution administrators.
    pub founders: Listed<Founder, 16>,
    /// How many founders must sign the genesis.
    pub threshold: u8,
    /// The key that signs checkpoints and blocks.
    pub log_key: PublicKey,
    /// The key with which the ledger itself makes statements (a deadline missed, an approval expired).
    pub ledger_key: PublicKey,
    /// The rules in force from the first entry on.
    pub rulebook: Box<Rulebook>,
}

/// The institution whose ledger this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Institution {
    /// Its id among organisations.
    pub id: Id,
    /// Its name.
    pub name: Name,
}

/// One founder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Founder {
    /// The actor's id.
    pub actor: Id,
    /// How the actor is called in public.
    pub name: Name,
    /// The actor's first key.
    pub key: PublicKey,
}

/// By so many entries the index of dossiers may come after what it covers: it is computed beside the writer. An auditor
/// remembers no more of what changed meanwhile.
pub const INDEX_MAX_LAG: u64 = 32_768;

/// The root of the index of dossiers: with it a reader proves that the entries shown for a subject are all there are.
/// Said by the ledger itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DossiersIndexed {
    /// So many entries are covered: those before this sequence, which is at most this entry's own and not long before it.
    pub size: u64,
    /// Root of the sparse tree over the heads of all dossiers, as those entries left them.
    pub root: SparseRoot,
    /// How many dossiers there are.
    pub dossiers: u64,
}

/// Longest checkpoint in a recovery, in characters: with signatures of several witnesses, and within a statement.
pub const MAX_RECOVERY_CHECKPOINT: usize = 16_000;

/// An older state was restored, and what was acknowledged after it is gone. Signed by administrators, as many as had to
/// sign the genesis. Receipts for the lost entries stay proof that the ledger once gave them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerRecovered {
    /// The first sequence that is lost: this entry's own, which is given a second time.
    pub lost_from: u64,
    /// The first sequence that was not given yet when the ledger had come furthest: the size in `checkpoint`.
    pub lost_until: u64,
    /// The largest checkpoint that is known of the ledger, a whole signed note.
    pub checkpoint: Text<MAX_RECOVERY_CHECKPOINT>,
    /// What happened, and why it can't be had back.
    pub reasons: Prose,
}

/// A checkpoint origin: 1 to 100 characters of `[a-z0-9./-]`, so that it can be a key name too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(Text<100>);

/// Not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an origin: 1 to 100 of a-z, 0-9, '.', '/' and '-', like ledger.example.org/ai-register"
)]
pub struct NotAnOrigin;

impl Origin {
    /// The origin as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::str::FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'/' | b'-')
        };
        let plain = text.bytes().all(allowed) && !text.ends_with('/');
        Text::new(text)
            .ok()
            .filter(|_| plain)
            .map(Self)
            .ok_or(NotAnOrigin)
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

crate::text::text_serde!(Origin);
crate::schema::text_schema!(Origin => { "pattern": "^[a-z0-9./-]{0,99}[a-z0-9.-]$" });
