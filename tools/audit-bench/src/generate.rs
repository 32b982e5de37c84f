//! A ledger as it could be: a thousand people, many subjects, a dozen kinds, every entry admitted by the default rulebook.

use std::io::{self, Write};

use cinnabar_events::{Entry, EntryHash, Kind, Sequence, Timestamp, Verified};
use cinnabar_governance::testing::{Town, key};
use cinnabar_governance::{RecordMap, admit, duty, evolve, links};
use cinnabar_tlog::{Checkpoint, Frontier, Hash, KeyName, NoteSigner};
use rayon::prelude::*;
use serde_json::json;

use crate::people::{ORGANISATIONS, People, Role, Saying, organisation};

/// Cases that are drafted and signed side by side before they are recorded one by one.
const BATCH_CASES: u64 = 2_000;
/// From one entry to the next, in seconds: a million of them in 11 days, so that some deadlines pass.
const STEP_SECONDS: i64 = 1;
/// Texts are cut from this one, at different lengths.
const PROSE: &str = "Suggests how urgent a complaint is; a nurse decides in every case, sees the reasons that the system gives, and can always set them aside. Records of each decision are kept for two years, and reviewed every month by the clinic's own board.";

/// The log's name.
pub(crate) const ORIGIN: &str = "ledger.example.org/ai-register";

/// The log's key.
pub(crate) fn log_signer() -> NoteSigner {
    let name = KeyName::new(ORIGIN).expect("a name");
    NoteSigner::from_seed(name, &key("log").to_bytes())
}

/// A signed checkpoint.
pub(crate) fn checkpoint(size: cinnabar_tlog::Size, root: Hash) -> String {
    let signer = log_signer();
    let origin = signer.name().clone();
    let checkpoint = Checkpoint { origin, size, root };
    checkpoint
        .sign(&signer)
        .expect("its own origin")
        .to_string()
}

/// The ledger as it grows.
struct Growing<'w> {
    people: People,
    records: RecordMap,
    now: Timestamp,
    seq: Sequence,
    prev: EntryHash,
    tree: Frontier,
    out: &'w mut dyn Write,
    wanted: u64,
}

/// Writes an export of exactly `wanted` entries. The checkpoint over them, and others over each of `also` (ascending sizes).
pub(crate) fn write(
    wanted: u64,
    also: &[u64],
    out: &mut dyn Write,
) -> io::Result<(String, Vec<String>)> {
    let town = Town::new();
    let people = People::new(town.ledger());
    let mut growing = Growing {
        people,
        records: town.records().clone(),
        now: town.now(),
        seq: Sequence::FIRST,
        prev: EntryHash::NONE,
        tree: Frontier::empty(),
        out,
        wanted,
    };
    for entry in town.entries() {
        growing.keep(entry)?;
    }
    let mut others = Vec::new();
    let mut also = also.iter().copied().peekable();
    growing.open()?;
    let mut next = 0;
    while !growing.full() {
        let cases = growing.draft(next);
        next += BATCH_CASES;
        for statement in cases.into_iter().flatten() {
            growing.record(statement)?;
            if also.next_if(|size| *size <= growing.seq.get()).is_some() {
                others.push(checkpoint(growing.tree.size(), growing.tree.root()));
            }
            if growing.full() {
                break;
            }
        }
    }
    Ok((checkpoint(growing.tree.size(), growing.tree.root()), others))
}

impl Growing<'_> {
    fn full(&self) -> bool {
        self.seq.get() >= self.wanted
    }

    fn keep(&mut self, entry: &Entry) -> io::Result<()> {
        self.out.write_all(entry.bytes())?;
        self.out.write_all(b"\n")?;
        self.tree.push(entry.leaf_hash());
        self.prev = entry.hash();
        self.seq = entry.seq().next();
        Ok(())
    }

    /// The ledger speaks first, if it has to.
    fn record(&mut self, verified: Verified) -> io::Result<()> {
        self.now = self.now.plus_seconds(STEP_SECONDS);
        while !self.full()
            && let Ok(Some(due)) = duty(&self.records, self.now)
        {
            let said = self.people.sign(&due, &["ledger"]);
            self.chain(said)?;
        }
        if self.full() {
            return Ok(());
        }
        self.chain(verified)
    }

    fn chain(&mut self, verified: Verified) -> io::Result<()> {
        let Ok(verdict) = admit(&self.records, self.now, &verified);
        if let Err(rejection) = verdict {
            panic!(
                "sequence {}: {} about {}: {rejection}",
                self.seq,
                verified.statement().kind(),
                verified.statement().subject
            );
        }
        let Ok(dossiers) = links(&self.records, verified.statement());
        let entry = Entry::chain(verified, self.seq, self.now, self.prev, dossiers);
        let Ok(()) = evolve(&mut self.records, &entry);
        self.keep(&entry)
    }

    /// Everyone is enrolled, every enterprise registered.
    fn open(&mut self) -> io::Result<()> {
        let (people, now) = (&self.people, self.now);
        let registrar = &people.actors[0];
        let mut number = 1 << 40;
        let mut sign = |saying: Saying<'_>| {
            number += 1;
            people.signed(now, number, saying)
        };
        let mut all = vec![
            sign(people.enrolment(registrar)),
            sign(people.grant(registrar)),
        ];
        for index in 0..ORGANISATIONS {
            all.push(sign(Saying {
                kind: Kind::OrganisationRegistered,
                subject: format!("organisation/{}", organisation(index)),
                concerns: Vec::new(),
                signers: vec![(&registrar.name, "registrar", None)],
                data: json!({ "name": format!("Acme Health {index} 有限公司"), "organisationKind": "enterprise", "country": "CN" }),
                article: None,
            }));
        }
        for actor in &people.actors[1..] {
            all.push(sign(people.enrolment(actor)));
            all.push(sign(people.grant(actor)));
        }
        all.into_iter().try_for_each(|statement| match self.full() {
            true => Ok(()),
            false => self.record(statement),
        })
    }

    /// Cases from `first` on, each with its statements in order.
    fn draft(&self, first: u64) -> Vec<Vec<Verified>> {
        let (people, now) = (&self.people, self.now);
        (first..first + BATCH_CASES)
            .into_par_iter()
            .map(|case| {
                sayings(people, case)
                    .into_iter()
                    .zip(case * 8..)
                    .map(|(saying, number)| people.signed(now, number, saying))
                    .collect()
            })
            .collect()
    }
}

/// A number that looks random: the finaliser of SplitMix64.
fn spread(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn prose(turn: u64, shortest: usize, longest: usize) -> &'static str {
    let length = shortest + usize::try_from(turn % (longest - shortest) as u64).unwrap_or(0);
    PROSE[..length].trim_ascii_end()
}

/// One case: a product from its filing to its approval, or an incident with it and what follows.
fn sayings(people: &People, case: u64) -> Vec<Saying<'_>> {
    let turn = spread(case);
    let filer = people.actor(Role::Filer, turn);
    let product = format!("product-{case}");
    let submitted = Saying {
        kind: Kind::ProductSubmitted,
        subject: format!("product/{product}"),
        concerns: vec![format!("organisation/{}", filer.organisation)],
        signers: vec![(&filer.name, filer.role.code(), Some(&filer.organisation))],
        data: json!({
            "organisation": filer.organisation, "name": format!("Triage assistant {case}"), "route": "trial", "trialMode": "pilot", "excludedDomain": "none",
            "facts": {
                "standards": ["ISO/IEC 42001:2023"], "standardsGap": { "national": true, "local": true },
                "fields": ["healthcare"], "purpose": prose(turn, 20, 130),
            },
        }),
        article: None,
    };
    let mut all = vec![submitted];
    if turn % 10 < 9 {
        all.push(by(
            people,
            Role::Registrar,
            turn,
            Kind::ProductAccepted,
            format!("product/{product}"),
            json!({ "number": format!("SZAI-P-2026-{case:09}"), "reasons": prose(turn, 100, 230) }),
        ));
    }
    match turn % 10 {
        0..3 => all.extend(approved(people, &product, turn, case)),
        3..7 => all.extend(incident(people, &product, turn, case)),
        _ => {}
    }
    all
}

fn by(
    people: &People,
    role: Role,
    turn: u64,
    kind: Kind,
    subject: String,
    data: serde_json::Value,
) -> Saying<'_> {
    let actor = people.actor(role, turn);
    let behalf = (role == Role::Filer).then_some(actor.organisation.as_str());
    Saying {
        kind,
        subject,
        concerns: Vec::new(),
        signers: vec![(&actor.name, role.code(), behalf)],
        data,
        article: None,
    }
}

fn approved<'p>(people: &'p People, product: &str, turn: u64, case: u64) -> Vec<Saying<'p>> {
    let subject = format!("product/{product}");
    let classified = json!({
        "tier": "low", "reasons": prose(turn, 60, 200),
        "factors": { "basis": "It suggests.", "scenario": "One desk.", "scopeOfInfluence": "organisation" },
    });
    let conforms = json!({
        "evidenceKind": "standard_conformity", "title": "Conformity report", "result": "pass", "number": format!("SCTI-{case}"),
        "standards": [{ "number": "ISO/IEC 42001:2023", "level": "international" }],
    });
    let granted = json!({ "route": "trial", "mode": "pilot", "expires": "2027-05-20", "reasons": prose(turn, 60, 160), "conditions": ["human in the loop 人工复核"] });
    let second = people.actor(Role::DecisionMaker, turn + 1);
    let mut approval = by(
        people,
        Role::DecisionMaker,
        turn,
        Kind::ApprovalGranted,
        subject.clone(),
        granted,
    );
    approval.article = Some("Art. 44");
    approval
        .signers
        .push((&second.name, second.role.code(), None));
    vec![
        by(
            people,
            Role::CaseOfficer,
            turn,
            Kind::RiskClassified,
            subject.clone(),
            classified,
        ),
        by(
            people,
            Role::Filer,
            turn,
            Kind::EvidenceFiled,
            subject,
            conforms,
        ),
        approval,
    ]
}

fn incident<'p>(people: &'p People, product: &str, turn: u64, case: u64) -> Vec<Saying<'p>> {
    let subject = format!("incident/incident-{case}");
    let reported = json!({
        "product": product, "title": format!("Wrong advice given at night, case {case}"), "severity": "incident",
        "harmTypes": ["physical"], "reportType": "initial", "description": prose(turn, 10, 60), "howAiRelates": "It gave the advice.",
        "materialsAbsent": "None yet.", "aware": "2026-11-22", "submitterKind": "enterprise",
    });
    let mut first = by(
        people,
        Role::Filer,
        turn,
        Kind::IncidentReported,
        subject.clone(),
        reported,
    );
    first.concerns = vec![format!("product/{product}")];
    let follow_up = json!({ "reportType": "follow_up", "description": prose(turn, 60, 200), "action": "The operator was asked for its records." });
    let mut all = vec![first];
    for step in 0..1 + turn % 3 {
        all.push(by(
            people,
            Role::IntakeOfficer,
            turn + step,
            Kind::IncidentUpdated,
            subject.clone(),
            follow_up.clone(),
        ));
    }
    all
}
