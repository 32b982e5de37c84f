//! Trust policies (C2SP tlog-policy): which logs are followed, and who must have cosigned their checkpoints.

mod evaluate;
mod parse;

pub use evaluate::{PolicyRejection, Trusted, TrustedError};
pub use parse::{MAX_POLICY_BYTES, MAX_POLICY_DEFINITIONS, PolicyError, PolicyFault};

use crate::note::VerifierKey;

/// What an auditor (and the server) believes: the keys of logs, the keys of witnesses, and a quorum of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPolicy {
    logs: Vec<Log>,
    /// Witnesses and groups in the order of definition; groups name only those before them.
    definitions: Vec<Definition>,
    /// Place among the definitions; none means that no cosignature is needed.
    quorum: Option<usize>,
}

/// A log that is trusted to number entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    key: VerifierKey,
    url: Option<String>,
}

/// Somebody who vouches that a log shows everyone the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    name: String,
    key: VerifierKey,
    url: Option<String>,
}

/// Witnesses and groups of which some number must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    name: String,
    threshold: usize,
    /// Places among the definitions, all before this group's own.
    members: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there are at most 256, and few are groups"
)]
enum Definition {
    Witness(Witness),
    Group(Group),
}

impl Definition {
    fn name(&self) -> &str {
        match self {
            Self::Witness(witness) => &witness.name,
            Self::Group(group) => &group.name,
        }
    }
}

impl Log {
    /// The log's key; its name is the origin.
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Where the log is read, if the policy says.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

impl Witness {
    /// The policy's name for it, which need not be the key's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key.
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The submission prefix, if the policy says.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

impl Group {
    /// The policy's name for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many members must agree.
    pub const fn threshold(&self) -> usize {
        self.threshold
    }

    /// How many members there are.
    pub const fn member_count(&self) -> usize {
        self.members.len()
    }
}

impl TrustPolicy {
    /// The logs. Several keys of one name are one log, as in a key rotation.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses in the order of definition, whether in the quorum or not.
    pub fn witnesses(&self) -> impl Iterator<Item = &Witness> + Clone {
        self.definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::Witness(witness) => Some(witness),
                Definition::Group(_) => None,
            })
    }

    /// The groups in the order of definition.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::Group(group) => Some(group),
                Definition::Witness(_) => None,
            })
    }

    /// Name of the witness or group that must agree; none if no cosignature is needed.
    pub fn quorum(&self) -> Option<&str> {
        self.quorum.map(|place| self.definitions[place].name())
    }
}
