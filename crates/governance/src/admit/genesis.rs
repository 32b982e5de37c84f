//! The first statement: signed by the founders that it names, and by nobody else.

use std::collections::BTreeSet;

use cinnabar_events::{Payload, Timestamp, Verified};

use super::{ENGINE, THRESHOLD, occurred_ahead, pseudo_role};
use crate::groups::rules::{sound, within_reach};
use crate::rejection::Rejection;

pub(super) fn check(now: Timestamp, verified: &Verified) -> Result<(), Rejection> {
    let statement = verified.statement();
    let Payload::LedgerOpened(genesis) = &statement.payload else {
        return Err(Rejection::Genesis);
    };
    if genesis.rulebook.engine != ENGINE {
        return Err(Rejection::UnknownEngine(genesis.rulebook.engine));
    }
    occurred_ahead(now, statement)?;

    let founders = genesis.founders.as_slice();
    let actors: BTreeSet<_> = founders.iter().map(|founder| &founder.actor).collect();
    let mut keys: BTreeSet<_> = founders.iter().map(|founder| founder.key).collect();
    keys.extend([genesis.log_key, genesis.ledger_key]);
    let distinct = actors.len() == founders.len() && keys.len() == founders.len() + 2;
    let named_ledger = founders
        .iter()
        .any(|founder| founder.actor.as_str() == crate::deadline::LEDGER_ACTOR);

    let signed = verified.signed().signatures();
    let signs = |actor: &cinnabar_events::Id| {
        founders.iter().any(|founder| {
            founder.actor == *actor && signed.iter().any(|signature| signature.key == founder.key)
        })
    };
    let signers = statement.signers.as_slice();
    let signing: BTreeSet<_> = signers.iter().map(|signer| &signer.actor).collect();
    let as_founders = signers.iter().all(|signer| {
        signer.role.as_str() == pseudo_role::FOUNDER
            && signer.on_behalf_of.is_none()
            && signs(&signer.actor)
    });
    let enough = genesis.threshold >= 1
        && signing.len() >= usize::from(genesis.threshold)
        && signing.len() == signers.len();

    let about_itself = statement.subject.id().as_str() == genesis.name.as_str()
        && statement.concerns.is_empty()
        && statement.migrated.is_none();
    if !about_itself {
        return Err(Rejection::Genesis);
    }
    if !(distinct && !named_ledger && as_founders && enough) {
        return Err(THRESHOLD.into());
    }
    if genesis.rulebook.chapters.is_empty() {
        // With chapters, this is asked when the last of them is there.
        sound(&genesis.rulebook)?;
        within_reach(&genesis.rulebook, founders.len())?;
    }
    Ok(())
}
