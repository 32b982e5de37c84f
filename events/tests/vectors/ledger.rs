//! A small ledger with one entry of every kind, chained. The rules would not admit all of it; its form is right.

use std::collections::BTreeMap;

use cinnabar_events::{
    Basis, Class, CloudEvent, Commitment, DossierLink, Entry, EntryHash, Kind, LedgerId, Listed,
    Migrated, Payload, Revision, Sequence, Signature, Signed, SignerClaim, Statement, StatementId,
    Subject, canonical, encode, pre_authentication_encoding, sign,
};
use cinnabar_tlog::{Hash, MemoryTree};
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};

/// First bytes of the seeds.
pub(crate) const LI: u8 = 0x60;
const CHEN: u8 = 0x80;
const NEW: u8 = 0xa0;
pub(crate) const LOG: u8 = 0x20;
const LEDGER: u8 = 0x40;

/// Everything about one entry.
pub(crate) struct Made {
    pub(crate) entry: Entry,
    pub(crate) vector: Json,
}

fn public(first: u8) -> String {
    sign(&super::seed(first), b"").key.to_string()
}

/// The kind's example, with keys that somebody holds.
fn payload(kind: Kind) -> Payload {
    let mut data: Json = serde_json::from_str(kind.example()).unwrap();
    match kind {
        Kind::LedgerOpened => {
            data["founders"][0]["key"] = public(LI).into();
            data["logKey"] = public(LOG).into();
            data["ledgerKey"] = public(LEDGER).into();
        }
        Kind::ActorEnrolled | Kind::KeyRotated | Kind::KeyRevoked => {
            data["key"] = public(NEW).into()
        }
        _ => {}
    }
    let bytes = encode(&data).unwrap();
    Payload::decode(kind, &canonical::parse(&bytes).unwrap()).unwrap()
}

fn signer(actor: &str, role: &str, organisation: Option<&str>) -> SignerClaim {
    SignerClaim {
        actor: actor.parse().unwrap(),
        role: role.parse().unwrap(),
        on_behalf_of: organisation.map(|id| id.parse().unwrap()),
    }
}

/// Who says it in these vectors, and the first bytes of the seeds.
fn signers(kind: Kind) -> (Vec<SignerClaim>, Vec<u8>) {
    match kind {
        Kind::LedgerOpened => (vec![signer("actor-li", "founder", None)], vec![LI]),
        Kind::ActorEnrolled => (
            vec![
                signer("actor-li", "institution_admin", None),
                signer("actor-new", "incoming_key", None),
            ],
            vec![LI, NEW],
        ),
        Kind::KeyRotated => (
            vec![
                signer("actor-new", "self", None),
                signer("actor-new", "incoming_key", None),
            ],
            vec![CHEN, NEW],
        ),
        Kind::ProductSubmitted | Kind::IncidentReported => (
            vec![signer("actor-chen", "enterprise_filer", Some("org-0007"))],
            vec![CHEN],
        ),
        Kind::ProductAccepted => (vec![signer("actor-li", "migrator", None)], vec![LI]),
        Kind::ApprovalGranted | Kind::ApprovalReinstated | Kind::ApprovalRevoked => (
            vec![
                signer("actor-li", "decision_maker", None),
                signer("actor-chen", "decision_maker", None),
            ],
            vec![LI, CHEN],
        ),
        _ => (vec![signer("actor-li", "registrar", None)], vec![LI]),
    }
}

fn subject(class: Class) -> Subject {
    let id = match class {
        Class::Ledger => "sz-ai",
        Class::Actor => "actor-new",
        Class::Organisation => "org-0007",
        Class::Product => "prod-0001",
        Class::Incident => "inc-0001",
        other => return format!("{other}/{other}-0001").parse().unwrap(),
    };
    format!("{class}/{id}").parse().unwrap()
}

fn concerns(kind: Kind) -> Vec<Subject> {
    match kind {
        Kind::ProductSubmitted | Kind::ProductUpdated => vec![subject(Class::Organisation)],
        Kind::ApprovalSuspended => vec![subject(Class::Incident)],
        Kind::IncidentReported => vec![subject(Class::Organisation), subject(Class::Product)],
        _ => Vec::new(),
    }
}

/// The opening of a commitment: salt and canonical value.
fn opening(pointer: &str) -> ([u8; 32], Vec<u8>) {
    let salt = std::array::from_fn(|index| index as u8);
    (
        salt,
        encode(&format!("Confidential {pointer}, 保密")).unwrap(),
    )
}

fn statement(kind: Kind, number: usize, ledger: Option<LedgerId>, revision: Revision) -> Statement {
    let migrated = (kind == Kind::ProductAccepted).then(|| Migrated {
        register: cinnabar_events::Name::new("older register").unwrap(),
        row: cinnabar_events::Name::new("row 7").unwrap(),
    });
    let id: StatementId = match &migrated {
        Some(from) => StatementId::derived(from.register.as_str(), from.row.as_str()),
        None => format!("01930000-0000-7000-8000-{number:012x}")
            .parse()
            .unwrap(),
    };
    let commitments = kind
        .confidential()
        .iter()
        .map(|pointer| {
            let (salt, value) = opening(pointer);
            (
                (*pointer).to_owned(),
                Commitment::to(id, pointer, &salt, &value),
            )
        })
        .collect();
    let basis = (kind == Kind::ApprovalGranted).then(|| Basis {
        instrument: cinnabar_events::Text::new("SZ-AI-2022").unwrap(),
        article: cinnabar_events::Text::new("44").unwrap(),
    });
    Statement {
        ledger,
        id,
        subject: subject(kind.class()),
        concerns: Listed::new(concerns(kind)).unwrap(),
        signers: Listed::new(signers(kind).0).unwrap(),
        basis: Listed::new(basis.into_iter().collect()).unwrap(),
        occurred: (kind == Kind::IncidentReported)
            .then(|| "2026-11-20T08:00:00.000000Z".parse().unwrap()),
        effective: (kind == Kind::ApprovalRevoked).then(|| "2027-01-01".parse().unwrap()),
        expects: (kind == Kind::ApprovalGranted).then_some(revision),
        migrated,
        commitments,
        payload: payload(kind),
    }
}

fn vector(entry: &Entry, seeds: &[SigningKey], ledger: LedgerId) -> Json {
    let signed = entry.signed();
    let statement = signed.statement();
    let event = CloudEvent::of(ledger, &"sz-ai".parse().unwrap(), entry);
    let headers: BTreeMap<_, _> = event.headers.into_iter().collect();
    let openings: BTreeMap<&str, Json> = statement
        .kind()
        .confidential()
        .iter()
        .map(|pointer| {
            let (salt, value) = opening(pointer);
            let value = String::from_utf8(value).unwrap();
            (
                *pointer,
                json!({ "salt": super::hex(&salt), "value": value }),
            )
        })
        .collect();
    json!({
        "kind": statement.kind().as_str(),
        "seeds": seeds.iter().map(|key| super::hex(&key.to_bytes())).collect::<Vec<_>>(),
        "statement": str::from_utf8(signed.bytes()).unwrap(),
        "pae_sha256": super::sha256(&pre_authentication_encoding(signed.bytes())),
        "signatures": serde_json::to_value(signed.signatures()).unwrap(),
        "openings": openings,
        "entry": str::from_utf8(entry.bytes()).unwrap(),
        "entry_hash": entry.hash().to_string(),
        "leaf_hash": entry.leaf_hash().to_string(),
        "event": { "subject": event.subject, "headers": headers },
    })
}

/// The ledger, its id and its entries.
pub(crate) fn ledger() -> (LedgerId, Vec<Made>) {
    let mut made: Vec<Made> = Vec::new();
    let mut dossiers: BTreeMap<Subject, DossierLink> = BTreeMap::new();
    let (mut id, mut prev) = (None, EntryHash::NONE);
    for (number, &kind) in Kind::ALL.iter().enumerate() {
        let about = subject(kind.class());
        let link = |subject: &Subject| dossiers.get(subject).copied().unwrap_or(DossierLink::START);
        let bytes = statement(kind, number, id, link(&about).revision)
            .to_bytes()
            .unwrap();
        let seeds: Vec<SigningKey> = signers(kind).1.into_iter().map(super::seed).collect();
        let mut signatures: Vec<Signature> = seeds.iter().map(|key| sign(key, &bytes)).collect();
        signatures.sort_by_key(|signature| signature.key);
        let ledger = *id.get_or_insert_with(|| LedgerId::of(&bytes));
        let verified = Signed::new(bytes, signatures).unwrap().verify().unwrap();
        let links: BTreeMap<_, _> = verified
            .statement()
            .subjects()
            .map(|subject| (subject.clone(), link(subject)))
            .collect();
        let (minute, second) = (number / 60, number % 60);
        let time = format!("2026-11-22T15:{minute:02}:{second:02}.123456Z")
            .parse()
            .unwrap();
        let entry = Entry::chain(verified, Sequence::new(number as u64), time, prev, links);
        assert_eq!(Entry::parse(entry.bytes()).unwrap(), entry, "{kind}");
        prev = entry.hash();
        for (subject, link) in entry.dossiers() {
            let next = DossierLink {
                revision: link.revision.next(),
                prev,
            };
            dossiers.insert(subject.clone(), next);
        }
        let vector = vector(&entry, &seeds, ledger);
        made.push(Made { entry, vector });
    }
    (id.unwrap(), made)
}

/// The Merkle tree over the entries.
pub(crate) fn tree(made: &[Made]) -> MemoryTree {
    let mut tree = MemoryTree::default();
    for one in made {
        tree.push(one.entry.leaf_hash());
    }
    tree
}

#[test]
fn every_kind_comes_out_as_the_vectors_say() {
    let (id, made) = ledger();
    let root: Hash = tree(&made).root();
    let entries: Vec<&Json> = made.iter().map(|one| &one.vector).collect();
    let about = "A ledger with one entry of every kind, in order of sequence. Seeds are Ed25519 private keys, in the order of the statement's signers. The form is right; the rules would not admit all of it. README.md says how each value is computed.";
    super::golden(
        "kinds.json",
        &json!({ "about": about, "ledger": id.to_string(), "root": root.to_string(), "entries": entries }),
    );
}
