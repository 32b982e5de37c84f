//! Reading a policy.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::{Definition, Group, Log, TrustPolicy, Witness};
use crate::encoding::decimal;
use crate::note::{Algorithm, VerifierKey, VkeyError};

/// Longest policy: 512 definitions with ML-DSA keys of some 2,000 bytes, and as many bytes of comment.
pub const MAX_POLICY_BYTES: usize = 2 * 1024 * 1024;

/// Most logs, and most witnesses and groups together. The specification asks for at least 32 of each.
pub const MAX_POLICY_DEFINITIONS: usize = 256;

/// A policy that cannot be read, and the line at which that shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("trust policy, line {line}")]
pub struct PolicyError {
    /// From 1; one past the last line if something is missing at the end.
    pub line: usize,
    /// What is wrong there.
    #[source]
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// The policy is longer than [`MAX_POLICY_BYTES`].
    #[error("more than {MAX_POLICY_BYTES} bytes")]
    TooLong,
    /// A control character; between words stand spaces and tabs only.
    #[error("control character in the line")]
    ControlCharacter,
    /// Not one of the four statements.
    #[error("expected log, witness, group or quorum")]
    Keyword,
    /// Too few or too many words.
    #[error("expected {0}")]
    Words(&'static str),
    /// A key that cannot be used.
    #[error("the key cannot be used")]
    Key(#[source] VkeyError),
    /// A log's key that signs cosignatures, or a witness's that does not.
    #[error("a log's key has type 0x01 or 0x06 and a witness's 0x04 or 0x06")]
    KeyType,
    /// The same public key twice.
    #[error("this public key has been given before")]
    DuplicateKey,
    /// `none`, `any` and `all` have a meaning already.
    #[error("the name {0} is reserved")]
    ReservedName(String),
    /// The name is taken.
    #[error("the name {0} has been defined before")]
    DuplicateName(String),
    /// No witness or group of this name before this line.
    #[error("the name {0} has not been defined before this line")]
    UnknownName(String),
    /// A witness or group may be a member of one group, once.
    #[error("{0} is already a member of a group")]
    DuplicateMember(String),
    /// Not `any`, `all` or a number of members.
    #[error("the threshold is not any, all, or a decimal from 1 to the number of members")]
    Threshold,
    /// More than one quorum.
    #[error("the quorum has been given before")]
    DuplicateQuorum,
    /// No quorum to the end.
    #[error("there is no quorum line")]
    NoQuorum,
    /// More than [`MAX_POLICY_DEFINITIONS`].
    #[error("more than {MAX_POLICY_DEFINITIONS} logs, or witnesses and groups")]
    TooMany,
}

impl TrustPolicy {
    /// Reads a policy. Every line is one of
    ///
    /// ```text
    /// log <vkey> [<url>]
    /// witness <name> <vkey> [<url>]
    /// group <name> <k>|any|all <member>...
    /// quorum <name>|none
    /// ```
    ///
    /// or empty, or a comment that starts with `#`. A name is defined before it is used, and a member of one group
    /// once. Keys of types that are not verified here are refused, not ignored: who wrote them counts on them.
    ///
    /// Several keys of one log are a choice: one of them must have signed. Who wants to rely on ML-DSA-44 alone gives
    /// the log's ML-DSA key alone.
    pub fn parse(policy: &str) -> Result<Self, PolicyError> {
        if policy.len() > MAX_POLICY_BYTES {
            let fault = PolicyFault::TooLong;
            return Err(PolicyError { line: 1, fault });
        }
        let mut builder = Builder::default();
        let mut count = 0;
        for line in policy.split('\n') {
            count += 1;
            builder
                .line(line)
                .map_err(|fault| PolicyError { line: count, fault })?;
        }
        let quorum = builder.quorum.ok_or(PolicyError {
            line: count + 1,
            fault: PolicyFault::NoQuorum,
        })?;
        Ok(Self {
            logs: builder.logs,
            definitions: builder.definitions,
            quorum,
        })
    }
}

impl FromStr for TrustPolicy {
    type Err = PolicyError;

    fn from_str(policy: &str) -> Result<Self, PolicyError> {
        Self::parse(policy)
    }
}

#[derive(Default)]
struct Builder {
    logs: Vec<Log>,
    definitions: Vec<Definition>,
    /// Place of each name among the definitions.
    places: BTreeMap<String, usize>,
    /// Places that are a member of a group.
    members: BTreeSet<usize>,
    log_keys: BTreeSet<Vec<u8>>,
    witness_keys: BTreeSet<Vec<u8>>,
    quorum: Option<Option<usize>>,
}

impl Builder {
    fn line(&mut self, line: &str) -> Result<(), PolicyFault> {
        if line.bytes().any(|b| (b < 0x20 && b != b'\t') || b == 0x7f) {
            return Err(PolicyFault::ControlCharacter);
        }
        let words: Vec<&str> = line.split([' ', '\t']).filter(|w| !w.is_empty()).collect();
        let Some((keyword, arguments)) = words.split_first() else {
            return Ok(());
        };
        match *keyword {
            comment if comment.starts_with('#') => Ok(()),
            "log" => self.log(arguments),
            "witness" => self.witness(arguments),
            "group" => self.group(arguments),
            "quorum" => self.quorum(arguments),
            _ => Err(PolicyFault::Keyword),
        }
    }

    fn log(&mut self, arguments: &[&str]) -> Result<(), PolicyFault> {
        let (key, url) = match arguments {
            [key] => (key, None),
            [key, url] => (key, Some((*url).to_owned())),
            _ => return Err(PolicyFault::Words("log <vkey> [<url>]")),
        };
        let key = parse_key(key, Algorithm::is_for_logs)?;
        if !self.log_keys.insert(key.public_bytes().to_vec()) {
            return Err(PolicyFault::DuplicateKey);
        }
        if self.logs.len() == MAX_POLICY_DEFINITIONS {
            return Err(PolicyFault::TooMany);
        }
        self.logs.push(Log { key, url });
        Ok(())
    }

    fn witness(&mut self, arguments: &[&str]) -> Result<(), PolicyFault> {
        let (name, key, url) = match arguments {
            [name, key] => (*name, key, None),
            [name, key, url] => (*name, key, Some((*url).to_owned())),
            _ => return Err(PolicyFault::Words("witness <name> <vkey> [<url>]")),
        };
        let key = parse_key(key, Algorithm::is_for_witnesses)?;
        if !self.witness_keys.insert(key.public_bytes().to_vec()) {
            return Err(PolicyFault::DuplicateKey);
        }
        let name = name.to_owned();
        self.define(Definition::Witness(Witness { name, key, url }))
    }

    fn group(&mut self, arguments: &[&str]) -> Result<(), PolicyFault> {
        let [name, threshold, names @ ..] = arguments else {
            return Err(PolicyFault::Words("group <name> <k>|any|all <member>..."));
        };
        let mut members = Vec::with_capacity(names.len());
        for member in names {
            let place = self.place(member)?;
            if !self.members.insert(place) {
                return Err(PolicyFault::DuplicateMember((*member).to_owned()));
            }
            members.push(place);
        }
        let threshold = match *threshold {
            "any" => Some(1),
            "all" => Some(members.len()),
            number => decimal(number).and_then(|k| usize::try_from(k).ok()),
        };
        let threshold = threshold
            .filter(|k| (1..=members.len()).contains(k))
            .ok_or(PolicyFault::Threshold)?;
        self.define(Definition::Group(Group {
            name: (*name).to_owned(),
            threshold,
            members,
        }))
    }

    fn quorum(&mut self, arguments: &[&str]) -> Result<(), PolicyFault> {
        let [name] = arguments else {
            return Err(PolicyFault::Words("quorum <name>|none"));
        };
        let quorum = match *name {
            "none" => None,
            name => Some(self.place(name)?),
        };
        match self.quorum.replace(quorum) {
            None => Ok(()),
            Some(_) => Err(PolicyFault::DuplicateQuorum),
        }
    }

    fn place(&self, name: &str) -> Result<usize, PolicyFault> {
        let place = self.places.get(name).copied();
        place.ok_or_else(|| PolicyFault::UnknownName(name.to_owned()))
    }

    fn define(&mut self, definition: Definition) -> Result<(), PolicyFault> {
        let name = definition.name().to_owned();
        if matches!(name.as_str(), "none" | "any" | "all") {
            return Err(PolicyFault::ReservedName(name));
        }
        if self.places.contains_key(&name) {
            return Err(PolicyFault::DuplicateName(name));
        }
        if self.definitions.len() == MAX_POLICY_DEFINITIONS {
            return Err(PolicyFault::TooMany);
        }
        self.places.insert(name, self.definitions.len());
        self.definitions.push(definition);
        Ok(())
    }
}

fn parse_key(vkey: &str, fits: fn(Algorithm) -> bool) -> Result<VerifierKey, PolicyFault> {
    let key = VerifierKey::parse(vkey).map_err(PolicyFault::Key)?;
    if !fits(key.algorithm()) {
        return Err(PolicyFault::KeyType);
    }
    Ok(key)
}
