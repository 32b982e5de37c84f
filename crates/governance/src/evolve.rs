//! What changes when it is said.

use std::collections::BTreeMap;
use std::sync::Arc;

use cinnabar_events::kinds::{
    ActorEnrolled, Code, KeyRevoked, KeyRotated, LedgerOpened, ProductAccepted, ProductSubmitted,
};
use cinnabar_events::{
    DossierLink, Entry, EntryHash, Id, LedgerId, Payload, PublicKey, Statement, Subject,
};

use crate::admit::pseudo_role;
use crate::records::{
    ActorRecord, DossierRecord, IncidentRecord, IncidentStatus, KeyRecord, LedgerRecord,
    NumberRecord, OrganisationRecord, ProductRecord, ProductStatus, Record, RecordKey, Records,
    RecordsMut, StatementRecord, Term,
};

/// The id of the actor that the ledger itself is.
pub(crate) const LEDGER_ACTOR: &str = "ledger";

/// Where each of the statement's dossiers stands: what the next entry about them must link to.
///
/// # Errors
/// Only if the records can't be read.
pub fn links<R: Records>(
    records: &R,
    statement: &Statement,
) -> Result<BTreeMap<Subject, DossierLink>, R::Error> {
    statement
        .subjects()
        .map(|subject| {
            let link = match records.record(&RecordKey::Dossier(subject.clone()))? {
                Some(Record::Dossier(DossierRecord { revision, head })) => DossierLink {
                    revision,
                    prev: head,
                },
                _ => DossierLink::START,
            };
            Ok((subject.clone(), link))
        })
        .collect()
}

/// Folds one entry into the records. Nothing can say no here: what is recorded has happened. A
/// statement that the rules would not admit changes what it can and leaves the rest.
///
/// # Errors
/// Only if the records can't be read.
pub fn evolve<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    let statement = entry.statement();
    for (subject, link) in entry.dossiers() {
        let record = DossierRecord {
            revision: link.revision.next(),
            head: entry.hash(),
        };
        records.put(RecordKey::Dossier(subject.clone()), Record::Dossier(record));
    }
    let digest = EntryHash::of(entry.signed().bytes());
    let said = StatementRecord {
        sequence: entry.seq(),
        digest,
    };
    records.put(
        RecordKey::Statement(statement.first_signer().actor.clone(), statement.id),
        Record::Statement(said),
    );
    payload(records, entry)
}

fn payload<R: RecordsMut>(records: &mut R, entry: &Entry) -> Result<(), R::Error> {
    let id = entry.statement().subject.id();
    match &entry.statement().payload {
        Payload::LedgerOpened(genesis) => open(records, entry, genesis),
        Payload::ActorEnrolled(enrolled) => enrol(records, id, enrolled),
        Payload::RoleGranted(granted) => change_actor(records, id, |actor| {
            let term = Term {
                from: granted.from,
                until: granted.until,
            };
            actor.roles.insert(granted.role.clone(), term);
        })?,
        Payload::RoleWithdrawn(withdrawn) => change_actor(records, id, |actor| {
            actor.roles.remove(&withdrawn.role);
        })?,
        Payload::KeyRotated(rotated) => rotate(records, entry, rotated)?,
        Payload::KeyRevoked(revoked) => revoke(records, entry, revoked)?,
        Payload::OrganisationRegistered(_) => {
            let organisation = OrganisationRecord {
                registered: entry.seq(),
            };
            records.put(
                RecordKey::Organisation(id.clone()),
                Record::Organisation(organisation),
            );
        }
        Payload::ProductSubmitted(submitted) => submit(records, entry, submitted),
        Payload::ProductAccepted(accepted) => accept(records, entry, accepted)?,
        Payload::ProductUpdated(updated) => change_product(records, entry, |product| {
            if let Some(organisation) = &updated.organisation {
                product.organisation = organisation.clone();
            }
        })?,
        Payload::ProductEnded(_) => set_status(records, entry, ProductStatus::Ended)?,
        Payload::ApprovalGranted(_) | Payload::ApprovalReinstated(_) => {
            set_status(records, entry, ProductStatus::Authorised)?;
        }
        Payload::ApprovalRefused(_) => set_status(records, entry, ProductStatus::Refused)?,
        Payload::ApprovalSuspended(_) => set_status(records, entry, ProductStatus::Suspended)?,
        Payload::ApprovalRevoked(_) => set_status(records, entry, ProductStatus::Revoked)?,
        Payload::IncidentReported(reported) => {
            let incident = IncidentRecord {
                status: IncidentStatus::Open,
                product: reported.product.clone(),
            };
            records.put(RecordKey::Incident(id.clone()), Record::Incident(incident));
        }
        Payload::IncidentUpdated(_) => {}
        Payload::IncidentClosed(_) => close(records, id)?,
    }
    Ok(())
}

fn enrol<R: RecordsMut>(records: &mut R, id: &Id, enrolled: &ActorEnrolled) {
    let actor = ActorRecord {
        organisation: enrolled.organisation.clone(),
        key: Some(enrolled.key),
        roles: BTreeMap::new(),
    };
    let key = KeyRecord {
        expires: enrolled.key_expires,
        ..fresh_key(id.clone())
    };
    records.put(RecordKey::Key(enrolled.key), Record::Key(key));
    records.put(RecordKey::Actor(id.clone()), Record::Actor(actor));
}

fn rotate<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    rotated: &KeyRotated,
) -> Result<(), R::Error> {
    let id = entry.statement().subject.id();
    let mut old = None;
    change_actor(records, id, |actor| old = actor.key.replace(rotated.key))?;
    if let Some(old) = old {
        change_key(records, old, |key| {
            key.ended = key.ended.or(Some(entry.seq()))
        })?;
    }
    let key = KeyRecord {
        expires: rotated.key_expires,
        ..fresh_key(id.clone())
    };
    records.put(RecordKey::Key(rotated.key), Record::Key(key));
    Ok(())
}

fn revoke<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    revoked: &KeyRevoked,
) -> Result<(), R::Error> {
    let id = entry.statement().subject.id();
    change_actor(records, id, |actor| {
        actor.key = actor.key.filter(|key| *key != revoked.key)
    })?;
    change_key(records, revoked.key, |key| {
        key.ended = Some(entry.seq());
        key.revoked = true;
        key.compromised_since = revoked.compromised_since;
    })
}

fn submit<R: RecordsMut>(records: &mut R, entry: &Entry, submitted: &ProductSubmitted) {
    let product = ProductRecord {
        organisation: submitted.organisation.clone(),
        status: ProductStatus::Submitted,
        route: submitted.route,
        tier: None,
        number: None,
        said: BTreeMap::new(),
    };
    let key = RecordKey::Product(entry.statement().subject.id().clone());
    records.put(key, Record::Product(said(product, entry.statement())));
}

fn accept<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    accepted: &ProductAccepted,
) -> Result<(), R::Error> {
    let number = accepted.number.as_str().to_owned();
    let taken = NumberRecord {
        subject: entry.statement().subject.clone(),
    };
    records.put(RecordKey::Number(number.clone()), Record::Number(taken));
    change_product(records, entry, |product| {
        product.status = ProductStatus::Accepted;
        product.tier = accepted.risk_tier;
        product.number = Some(number);
    })
}

fn set_status<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    status: ProductStatus,
) -> Result<(), R::Error> {
    change_product(records, entry, |product| product.status = status)
}

fn close<R: RecordsMut>(records: &mut R, id: &Id) -> Result<(), R::Error> {
    let key = RecordKey::Incident(id.clone());
    if let Some(Record::Incident(mut incident)) = records.record(&key)? {
        incident.status = IncidentStatus::Closed;
        records.put(key, Record::Incident(incident));
    }
    Ok(())
}

fn open<R: RecordsMut>(records: &mut R, entry: &Entry, genesis: &LedgerOpened) {
    let id = LedgerId::of(entry.signed().bytes());
    records.put(
        RecordKey::Ledger,
        Record::Ledger(LedgerRecord {
            id,
            log_key: genesis.log_key,
        }),
    );
    records.put(
        RecordKey::Rulebook,
        Record::Rulebook(Arc::new((*genesis.rulebook).clone())),
    );
    records.put(
        RecordKey::Organisation(genesis.institution.id.clone()),
        Record::Organisation(OrganisationRecord {
            registered: entry.seq(),
        }),
    );
    let founders = genesis
        .founders
        .iter()
        .map(|founder| (founder.actor.clone(), founder.key, pseudo_role::ADMIN));
    let itself: Id = LEDGER_ACTOR.parse().expect("a word is an id");
    for (actor, key, role) in founders.chain([(itself, genesis.ledger_key, pseudo_role::SYSTEM)]) {
        let role: Code = role.parse().expect("a word is a code");
        let record = ActorRecord {
            organisation: Some(genesis.institution.id.clone()),
            key: Some(key),
            roles: BTreeMap::from([(role, Term::default())]),
        };
        records.put(RecordKey::Key(key), Record::Key(fresh_key(actor.clone())));
        records.put(RecordKey::Actor(actor), Record::Actor(record));
    }
}

fn fresh_key(actor: Id) -> KeyRecord {
    KeyRecord {
        actor,
        expires: None,
        ended: None,
        revoked: false,
        compromised_since: None,
    }
}

/// Remembers who said this, for the separation of duties.
fn said(mut product: ProductRecord, statement: &Statement) -> ProductRecord {
    let actors = statement
        .signers
        .iter()
        .map(|signer| signer.actor.clone())
        .collect();
    product
        .said
        .insert(statement.kind().as_str().to_owned(), actors);
    product
}

fn change_actor<R: RecordsMut>(
    records: &mut R,
    id: &Id,
    change: impl FnOnce(&mut ActorRecord),
) -> Result<(), R::Error> {
    let key = RecordKey::Actor(id.clone());
    if let Some(Record::Actor(mut actor)) = records.record(&key)? {
        change(&mut actor);
        records.put(key, Record::Actor(actor));
    }
    Ok(())
}

fn change_key<R: RecordsMut>(
    records: &mut R,
    public: PublicKey,
    change: impl FnOnce(&mut KeyRecord),
) -> Result<(), R::Error> {
    let key = RecordKey::Key(public);
    if let Some(Record::Key(mut record)) = records.record(&key)? {
        change(&mut record);
        records.put(key, Record::Key(record));
    }
    Ok(())
}

fn change_product<R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    change: impl FnOnce(&mut ProductRecord),
) -> Result<(), R::Error> {
    let key = RecordKey::Product(entry.statement().subject.id().clone());
    if let Some(Record::Product(mut product)) = records.record(&key)? {
        change(&mut product);
        records.put(key, Record::Product(said(product, entry.statement())));
    }
    Ok(())
}
