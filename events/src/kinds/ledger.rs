//! Payload of the genesis.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::hash::PublicKey;
use crate::id::{Id, ShortName};
use crate::rulebook::Rulebook;
use crate::text::{Listed, Name, Text};

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
