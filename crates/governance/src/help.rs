//! What a clerk who helps would add to a refusal: what would be accepted instead, and where the rule stands.

use cinnabar_events::rulebook::{Permission, Source};
use cinnabar_events::{Kind, Rulebook};

use crate::rejection::Rejection;

/// Most codes of a vocabulary that are listed: what fits a screen.
const CODES_SHOWN: usize = 40;

/// What would be accepted, and where the rule stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// What would be accepted; empty if that is clear from the refusal.
    pub accepted: String,
    /// The provision, or that the rule is a model value; empty where it is a matter of form.
    pub source: String,
}

impl Rejection {
    /// What to do about it, under `rulebook`.
    pub fn help(&self, rulebook: &Rulebook) -> Help {
        let permission = |kind: Kind| match rulebook.permission(kind) {
            Some(permission) => Help {
                accepted: signers(permission),
                source: provision(&permission.source),
            },
            None => say("nobody may say this under the rulebook in force"),
        };
        match self {
            Self::RoleNotAllowed { kind, .. }
            | Self::Quorum { kind, .. }
            | Self::With { kind, .. } => permission(*kind),
            Self::SamePerson { earlier, kind, .. } => {
                let mut rules = rulebook.separation.iter();
                let rule = rules.find(|rule| rule.kind.is(*kind) && rule.apart_from.is(*earlier));
                Help {
                    accepted: format!("a signer who did not say {earlier} about this"),
                    source: rule.map(|rule| provision(&rule.source)).unwrap_or_default(),
                }
            }
            Self::UnknownCode { vocabulary, .. } => {
                let codes = rulebook.codes(vocabulary).iter().take(CODES_SHOWN);
                let codes: Vec<&str> = codes.map(cinnabar_events::Code::as_str).collect();
                say(format!("one of {}", codes.join(", ")))
            }
            Self::Clause { clause, .. } => Help {
                accepted: clause.accepted.to_owned(),
                source: clause.source.to_owned(),
            },
            Self::State { needed, .. } => say(format!("the same once the subject is {needed}")),
            Self::NotConcerned(subject) => say(format!("{subject} added to concerns")),
            Self::Stale { found, .. } => {
                say(format!("expects {found}, after a look at what is new"))
            }
            Self::RoleMissing { .. } => say("a role that the signer holds on this day"),
            Self::NotForOrganisation(_) => {
                say("onBehalfOf the signer's own organisation, about what is that organisation's")
            }
            Self::SignerUnsigned(_) => say("a signature by the signer's present key"),
            Self::KeyRevoked(..) | Self::KeyReplaced(..) | Self::KeyExpired(_) => {
                say("a signature by the signer's present key (key.rotated brings a new one)")
            }
            Self::UnknownActor(_) => say("a signer who was enrolled (actor.enrolled)"),
            Self::NumberTaken(_) => say("a number that was never given before"),
            Self::Exists(_) => say("another id, or a statement about the one that exists"),
            Self::IdTaken(_) => say("another statement id"),
            Self::Migration => {
                say("one signer in the role that the rulebook names for migration, and migrated")
            }
            Self::Genesis
            | Self::OtherLedger(_)
            | Self::UnknownEngine(_)
            | Self::RulebookIncomplete(_)
            | Self::AlreadyRecorded(_)
            | Self::OccurredAhead(_)
            | Self::ForeignKey(_)
            | Self::SignerTwice(_)
            | Self::KeyTaken(_)
            | Self::Suspended(_)
            | Self::NotDue
            | Self::Unknown(_) => Help::default(),
        }
    }
}

fn say(accepted: impl Into<String>) -> Help {
    Help {
        accepted: accepted.into(),
        source: String::new(),
    }
}

/// `2 signers, each registrar or case_officer, and one as incoming_key`.
fn signers(permission: &Permission) -> String {
    let names = |roles: &[cinnabar_events::Code], or: &str| {
        let names: Vec<&str> = roles.iter().map(cinnabar_events::Code::as_str).collect();
        names.join(or)
    };
    let roles = names(permission.roles.as_slice(), " or ");
    let mut accepted = match permission.quorum {
        0 | 1 => format!("signed by one {roles}"),
        quorum => format!("signed by {quorum} different people, each {roles}"),
    };
    if !permission.with.is_empty() {
        accepted.push_str(", and by one ");
        accepted.push_str(&names(permission.with.as_slice(), " and one "));
    }
    accepted
}

/// The provision; or that it is a model value, which is never shown as law.
fn provision(source: &Source) -> String {
    match (&source.provision, &source.model) {
        (Some(provision), _) => provision.to_string(),
        (None, Some(model)) => format!("model value: {model}"),
        (None, None) => String::new(),
    }
}
