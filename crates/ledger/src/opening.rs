//! The statements that a ledger is opened with: the genesis, and those that bring the chapters of its rulebook.

use std::collections::BTreeMap;

use cinnabar_events::kinds::{Founder, Institution, LedgerOpened, RulebookDeposited};
use cinnabar_events::rulebook::Chapter;
use cinnabar_events::{
    Code, Id, LedgerId, Listed, Payload, PublicKey, ShortName, Signed, SignerClaim, Statement,
    StatementId, Subject, sign,
};
use ed25519_dalek::SigningKey;

use crate::clock::system_time;
use crate::founding::{Charter, FounderKey, FoundingFailure};
use crate::secrets::random;

/// The genesis, not signed yet.
pub(crate) fn genesis(
    charter: Charter,
    founders: &[FounderKey],
    log_key: PublicKey,
    ledger_key: PublicKey,
) -> Result<Statement, FoundingFailure> {
    let too_many = || FoundingFailure::Charter("more than 16 founders, or one twice".to_owned());
    let role: Code = "founder".parse().expect("a word is a code");
    let listed = founders.iter().map(|founder| Founder {
        actor: founder.actor.clone(),
        name: founder.name.clone(),
        key: public_key(&founder.key),
    });
    let signers = founders.iter().map(|founder| SignerClaim {
        actor: founder.actor.clone(),
        role: role.clone(),
        on_behalf_of: None,
    });
    let subject_id: Id = charter
        .name
        .as_str()
        .parse()
        .expect("a short name is an id");
    let payload = LedgerOpened {
        origin: charter.origin,
        name: charter.name,
        institution: Institution {
            id: charter.institution.0,
            name: charter.institution.1,
        },
        jurisdiction: charter.jurisdiction,
        founders: Listed::new(listed.collect()).ok_or_else(too_many)?,
        threshold: charter.threshold,
        log_key,
        ledger_key,
        rulebook: Box::new(charter.rulebook.rulebook().clone()),
    };
    Ok(Statement {
        ledger: None,
        id: StatementId::at(system_time(), random()?),
        subject: Subject::new(cinnabar_events::Class::Ledger, subject_id),
        concerns: Listed::default(),
        signers: Listed::new(signers.collect()).ok_or_else(too_many)?,
        basis: Listed::default(),
        occurred: None,
        effective: None,
        expects: None,
        migrated: None,
        commitments: BTreeMap::new(),
        payload: Payload::LedgerOpened(Box::new(payload)),
    })
}

/// The statements that bring the chapters, signed by one founder: the genesis binds their text.
pub(crate) fn chapters(
    ledger: LedgerId,
    name: &ShortName,
    texts: Vec<Chapter>,
    founder: &FounderKey,
) -> Result<Vec<u8>, FoundingFailure> {
    let subject = Subject::new(
        cinnabar_events::Class::Rulebook,
        name.as_str().parse().expect("a short name is an id"),
    );
    let signer = SignerClaim {
        actor: founder.actor.clone(),
        role: "institution_admin".parse().expect("a word is a code"),
        on_behalf_of: None,
    };
    let mut lines = Vec::new();
    for chapter in texts {
        let statement = Statement {
            ledger: Some(ledger),
            id: StatementId::at(system_time(), random()?),
            subject: subject.clone(),
            concerns: Listed::default(),
            signers: Listed::new(vec![signer.clone()]).expect("one signer is not twice there"),
            basis: Listed::default(),
            occurred: None,
            effective: None,
            expects: None,
            migrated: None,
            commitments: BTreeMap::new(),
            payload: Payload::RulebookDeposited(Box::new(RulebookDeposited {
                chapter: Box::new(chapter),
            })),
        };
        let failed = |error: String| FoundingFailure::Charter(error);
        let bytes = statement
            .to_bytes()
            .map_err(|error| failed(error.to_string()))?;
        let signature = sign(&founder.key, &bytes);
        let signed =
            Signed::new(bytes, vec![signature]).map_err(|error| failed(error.to_string()))?;
        lines.extend_from_slice(&signed.to_request());
        lines.push(b'\n');
    }
    Ok(lines)
}

fn public_key(key: &SigningKey) -> PublicKey {
    PublicKey::from_bytes(key.verifying_key().to_bytes())
}
