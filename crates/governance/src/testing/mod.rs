//! A small town with fixed keys: actors who can say things, and a ledger in memory that hears them.

use std::collections::BTreeMap;

use cinnabar_events::kinds::{
    DossiersIndexed, Founder, Institution, LedgerOpened, RulebookDeposited,
};
use cinnabar_events::{
    Basis, Entry, EntryHash, Id, Kind, LedgerId, Listed, Malformed, Payload, PublicKey, Rulebook,
    Sequence, Signed, Signer as _, SignerClaim, SparseRoot, Statement, StatementId, Subject,
    Timestamp, Verified, canonical, dossier_key, dossier_value, encode, sign,
};
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};

use crate::{
    RecordMap, Rejection, admit, default_rulebook, dossiers_indexed, duty, evolve, links, placed,
};

/// The key of whoever is called `name`: derived from the name, for tests only.
pub fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(blake3_of(name).as_bytes())
}

fn blake3_of(name: &str) -> EntryHash {
    EntryHash::of(format!("cinnabar test key {name}").as_bytes())
}

/// The public half of [`key`].
pub fn public(name: &str) -> PublicKey {
    key(name).public_key()
}

/// A ledger in memory, and everyone in town.
#[derive(Clone, Debug)]
pub struct Town {
    records: RecordMap,
    entries: Vec<Entry>,
    ledger: LedgerId,
    now: Timestamp,
    statements: u64,
    /// Which key each actor signs with, by the name that [`key`] knows.
    keys: BTreeMap<String, String>,
}

/// A statement about to be said: what [`Town::draft`] starts and [`Town::say`] ends.
#[derive(Clone, Debug)]
pub struct Draft {
    statement: Statement,
}

impl Draft {
    /// Further subjects.
    #[must_use]
    pub fn concerning(mut self, subjects: &[&str]) -> Self {
        let mut subjects: Vec<Subject> = subjects
            .iter()
            .map(|subject| subject.parse().expect("a subject"))
            .collect();
        subjects.sort();
        self.statement.concerns = Listed::new(subjects).expect("few subjects, none twice");
        self
    }

    /// Changes anything else.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Statement)) -> Self {
        change(&mut self.statement);
        self
    }

    /// The statement.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }
}

impl Default for Town {
    fn default() -> Self {
        Self::new()
    }
}

impl Town {
    /// A town whose ledger was just opened by `wang` and `zhao`, on 2026-11-22.
    pub fn new() -> Self {
        Self::of_log("ledger.example.org/ai-register", public("log"))
    }

    /// The same under the key of a log that there is.
    pub fn of_log(origin: &str, log_key: PublicKey) -> Self {
        let now = "2026-11-22T08:00:00.000000Z".parse().expect("a time");
        let mut town = Self {
            records: RecordMap::new(),
            entries: Vec::new(),
            ledger: LedgerId::from_bytes([0; 32]),
            now,
            statements: 0,
            keys: ["wang", "zhao"]
                .map(|name| (name.to_owned(), name.to_owned()))
                .into(),
        };
        let rules = default_rulebook();
        let statement = town.genesis(rules.rulebook(), origin, log_key);
        let verified = town
            .sign_as(&statement, &["wang", "zhao"])
            .expect("the founders sign");
        town.ledger = LedgerId::of(verified.signed().bytes());
        town.record(verified).expect("the genesis is admitted");
        for chapter in rules.chapters() {
            let deposited = RulebookDeposited {
                chapter: Box::new(chapter.clone()),
            };
            let payload = Payload::RulebookDeposited(Box::new(deposited));
            let statement = town.statement(payload, "rulebook/sz-ai", &["wang:institution_admin"]);
            town.say(&Draft { statement })
                .expect("the chapters are deposited");
        }
        town
    }

    fn genesis(&mut self, rulebook: &Rulebook, origin: &str, log_key: PublicKey) -> Statement {
        let founder = |name: &str| Founder {
            actor: id(name),
            name: cinnabar_events::Text::new(name).expect("a name"),
            key: public(name),
        };
        let genesis = LedgerOpened {
            origin: origin.parse().expect("an origin"),
            name: "sz-ai".parse().expect("a name"),
            institution: Institution {
                id: id("institution"),
                name: cinnabar_events::Text::new("AI Governance Institution").expect("a name"),
            },
            jurisdiction: cinnabar_events::Text::new("Shenzhen").expect("a name"),
            founders: Listed::new(vec![founder("wang"), founder("zhao")]).expect("two founders"),
            threshold: 2,
            log_key,
            ledger_key: public("ledger"),
            rulebook: Box::new(rulebook.clone()),
        };
        let mut statement = self.statement(
            Payload::LedgerOpened(Box::new(genesis)),
            "ledger/sz-ai",
            &["wang:founder", "zhao:founder"],
        );
        statement.ledger = None;
        statement
    }

    /// A draft of `kind` about `subject`, signed by `signers` (`actor:role` or `actor:role@organisation`), saying `data`.
    ///
    /// # Panics
    /// If `data` breaks the schema.
    pub fn draft(&mut self, kind: Kind, subject: &str, signers: &[&str], data: &Json) -> Draft {
        let bytes = encode(data).expect("data has a canonical form");
        let value = canonical::parse(&bytes).expect("what was encoded is canonical");
        let payload =
            Payload::decode(kind, &value).unwrap_or_else(|violation| panic!("{kind}: {violation}"));
        Draft {
            statement: self.statement(payload, subject, signers),
        }
    }

    fn statement(&mut self, payload: Payload, subject: &str, signers: &[&str]) -> Statement {
        self.statements += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.statements.to_be_bytes());
        let claim = |text: &&str| {
            let (actor, role) = text.split_once(':').expect("actor:role");
            let (role, organisation) = role
                .split_once('@')
                .map_or((role, None), |(role, organisation)| {
                    (role, Some(id(organisation)))
                });
            SignerClaim {
                actor: id(actor),
                role: role.parse().expect("a role"),
                on_behalf_of: organisation,
            }
        };
        Statement {
            ledger: Some(self.ledger),
            id: StatementId::at(self.now, random),
            subject: subject.parse().expect("a subject"),
            concerns: Listed::default(),
            signers: Listed::new(signers.iter().map(claim).collect())
                .expect("few signers, none twice"),
            basis: Listed::default(),
            occurred: None,
            effective: None,
            expects: None,
            migrated: None,
            commitments: BTreeMap::new(),
            payload,
        }
    }

    /// Signs with the keys of `names` (see [`key`]), in the order that the format asks for.
    ///
    /// # Errors
    /// If these signatures don't make a signed statement.
    pub fn sign_as(&self, statement: &Statement, names: &[&str]) -> Result<Verified, Malformed> {
        let bytes = statement.to_bytes().expect("drafts are well-formed");
        let mut signatures: Vec<_> = names.iter().map(|name| sign(&key(name), &bytes)).collect();
        signatures.sort_by_key(|signature| signature.key);
        Signed::new(bytes, signatures)?.verify()
    }

    /// Signs with each signer's own key; whoever holds an incoming key is expected to be called after the key.
    pub fn sign(&self, draft: &Draft) -> Verified {
        self.try_sign(draft).expect("everyone signs")
    }

    /// The same, for a draft that may not be well-formed.
    ///
    /// # Errors
    /// What makes it no signed statement.
    pub fn try_sign(&self, draft: &Draft) -> Result<Verified, Malformed> {
        let names: Vec<&str> = draft
            .statement
            .signers
            .iter()
            .map(|signer| match signer.role.as_str() {
                "incoming_key" => self.incoming(&draft.statement),
                _ => self
                    .keys
                    .get(signer.actor.as_str())
                    .map_or(signer.actor.as_str(), String::as_str),
            })
            .collect();
        self.sign_as(&draft.statement, &names)
    }

    fn incoming<'s>(&'s self, statement: &'s Statement) -> &'s str {
        match (&statement.payload, statement.subject.id().as_str()) {
            (Payload::KeyRotated(_), _) => "rotated",
            (_, actor) => actor,
        }
    }

    /// Says it now: asks the rules and records it.
    ///
    /// # Errors
    /// The rule that says no.
    pub fn say(&mut self, draft: &Draft) -> Result<Sequence, Rejection> {
        let verified = self.sign(draft);
        self.record(verified)
    }

    /// What the ledger itself must say by now; it is said.
    pub fn catch_up(&mut self) -> Vec<Sequence> {
        let mut said = Vec::new();
        while let Ok(Some(statement)) = duty(&self.records, self.now) {
            let verified = self
                .sign_as(&statement, &["ledger"])
                .expect("the ledger signs");
            let Ok(verdict) = admit(&self.records, self.now, &verified);
            verdict.expect("the ledger says only what is due");
            said.push(self.force(verified));
        }
        said
    }

    /// The ledger says how its dossiers end after all entries that there are.
    pub fn index_dossiers(&mut self) -> Sequence {
        let mut leaves = BTreeMap::new();
        for entry in &self.entries {
            for (subject, link) in entry.dossiers() {
                let value = dossier_value(link.revision.next(), entry.hash());
                leaves.insert(dossier_key(subject), value);
            }
        }
        let dossiers = leaves.len() as u64;
        let root = cinnabar_tlog::sparse_root_of_sorted(leaves);
        let index = DossiersIndexed {
            size: self.entries.len() as u64,
            root: SparseRoot::from_bytes(*root.as_bytes()),
            dossiers,
        };
        let subject = "ledger/sz-ai".parse().expect("the ledger's subject");
        let statement = dossiers_indexed(self.ledger, subject, index);
        let verified = self
            .sign_as(&statement, &["ledger"])
            .expect("the ledger signs");
        self.record(verified).expect("an index may always be said")
    }

    /// Records a signed statement, a second after the last one; what the ledger itself has to say comes first.
    ///
    /// # Errors
    /// The rule that says no.
    pub fn record(&mut self, verified: Verified) -> Result<Sequence, Rejection> {
        self.now = self.now.plus_seconds(1);
        self.catch_up();
        let Ok(verdict) = admit(&self.records, self.now, &verified);
        verdict?;
        placed(
            verified.statement(),
            Sequence::new(self.entries.len() as u64),
        )?;
        Ok(self.force(verified))
    }

    /// Chains a statement without asking the rules: what a dishonest operator could do.
    pub fn force(&mut self, verified: Verified) -> Sequence {
        let Ok(dossiers) = links(&self.records, verified.statement());
        let seq = Sequence::new(self.entries.len() as u64);
        let prev = self.entries.last().map_or(EntryHash::NONE, Entry::hash);
        let entry = Entry::chain(verified, seq, self.now, prev, dossiers);
        assert!(
            Entry::parse(entry.bytes()).is_ok(),
            "what is chained can be read"
        );
        let Ok(()) = evolve(&mut self.records, &entry);
        self.entries.push(entry);
        seq
    }

    /// Moves the clock.
    pub fn pass(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }

    /// From now on `actor` signs with the key called `name`.
    pub fn signs_with(&mut self, actor: &str, name: &str) {
        self.keys.insert(actor.to_owned(), name.to_owned());
    }

    /// Enrols an actor (of an organisation, if given) with roles.
    pub fn enrol(&mut self, name: &str, organisation: Option<&str>, roles: &[&str]) {
        let mut data =
            json!({ "name": name, "actorKind": "person", "key": public(name).to_string() });
        if let Some(organisation) = organisation {
            data["organisation"] = organisation.into();
        }
        let subject = format!("actor/{name}");
        let incoming = format!("{name}:incoming_key");
        let draft = self.draft(
            Kind::ActorEnrolled,
            &subject,
            &["wang:institution_admin", &incoming],
            &data,
        );
        self.say(&draft).expect("an administrator enrols");
        for role in roles {
            let draft = self.draft(
                Kind::RoleGranted,
                &subject,
                &["wang:institution_admin", "zhao:institution_admin"],
                &json!({ "role": role }),
            );
            self.say(&draft).expect("two administrators grant");
        }
    }

    /// A town with everyone: registrar `li`, case officer `sun`, decision makers `chen` and `qian`,
    /// intake officer `zhou`, migrator `wu`, and enterprise `acme` with its filer `lin`.
    pub fn populated() -> Self {
        let mut town = Self::new();
        town.enrol("li", Some("institution"), &["registrar"]);
        town.enrol("sun", Some("institution"), &["case_officer"]);
        town.enrol("chen", Some("institution"), &["decision_maker"]);
        town.enrol("qian", Some("institution"), &["decision_maker"]);
        town.enrol("zhou", Some("institution"), &["intake_officer"]);
        town.enrol("wu", Some("institution"), &["migrator"]);
        let acme = json!({ "name": "Acme Health 有限公司", "organisationKind": "enterprise", "numbers": [{ "scheme": "uscc", "value": "91440300708461136T" }] });
        let draft = town.draft(
            Kind::OrganisationRegistered,
            "organisation/acme",
            &["li:registrar"],
            &acme,
        );
        town.say(&draft).expect("the registrar registers");
        town.enrol("lin", Some("acme"), &["enterprise_filer"]);
        town
    }

    /// The town of [`Self::populated`] and everybody else who says something under the regulation: a second case
    /// officer `he`; committee secretary `ma`, chair `kong` and members `bai`, `cao`, `deng`, `fan`, `gao`, `han`, `jin`;
    /// expert `luo`; appeal officer `mei`; statistician `ning`; data steward `ouyang`; compute registrar `ren`; standards
    /// officer `shen`; privacy officer `tang`; auditor `ye`; and from elsewhere data provider `pan` (datahub), compute
    /// operator `qin` (grid), subscriber `xie` (police) and the filer `yu` of a second enterprise, `beta`.
    pub fn city() -> Self {
        let mut town = Self::populated();
        for (id, kind, uscc) in [
            ("beta", "enterprise", "9144030071526726XG"),
            ("datahub", "agency", "92430112MAEXE7G422"),
            ("grid", "enterprise", "91110102MAD55U9H0F"),
        ] {
            let data = json!({ "name": id, "organisationKind": kind, "numbers": [{ "scheme": "uscc", "value": uscc }] });
            town.register(id, &data);
        }
        let police = json!({ "name": "police", "organisationKind": "agency" });
        town.register("police", &police);
        for (name, organisation, role) in [
            ("he", "institution", "case_officer"),
            ("ma", "institution", "committee_secretary"),
            ("kong", "institution", "committee_chair"),
            ("bai", "institution", "committee_member"),
            ("cao", "institution", "committee_member"),
            ("deng", "institution", "committee_member"),
            ("fan", "institution", "committee_member"),
            ("gao", "institution", "committee_member"),
            ("han", "institution", "committee_member"),
            ("jin", "institution", "committee_member"),
            ("luo", "institution", "expert_reviewer"),
            ("mei", "institution", "appeal_officer"),
            ("ning", "institution", "statistician"),
            ("ouyang", "institution", "data_steward"),
            ("ren", "institution", "compute_registrar"),
            ("shen", "institution", "standards_officer"),
            ("tang", "institution", "privacy_officer"),
            ("ye", "institution", "auditor"),
            ("pan", "datahub", "data_provider"),
            ("qin", "grid", "compute_operator"),
            ("xie", "police", "agency_subscriber"),
            ("yu", "beta", "enterprise_filer"),
        ] {
            town.enrol(name, Some(organisation), &[role]);
        }
        town
    }

    fn register(&mut self, id: &str, data: &Json) {
        let subject = format!("organisation/{id}");
        let draft = self.draft(
            Kind::OrganisationRegistered,
            &subject,
            &["li:registrar"],
            data,
        );
        self.say(&draft).expect("the registrar registers");
    }

    /// Drafts the filing of `product` by `lin` of `acme`, for a trial.
    pub fn submission(&mut self, product: &str) -> Draft {
        let data = json!({
            "organisation": "acme", "name": format!("Triage assistant {product}"), "route": "trial", "trialMode": "pilot", "excludedDomain": "none",
            "facts": {
                "standards": ["ISO/IEC 42001:2023"], "standardsGap": { "national": true, "local": true },
                "fields": ["healthcare"], "purpose": "Suggests how urgent a complaint is; a nurse decides.",
            },
        });
        self.draft(
            Kind::ProductSubmitted,
            &format!("product/{product}"),
            &["lin:enterprise_filer@acme"],
            &data,
        )
        .concerning(&["organisation/acme"])
    }

    /// Files `product` and makes it ready for [`Self::approval`]: `li` accepts it, `sun` classifies it as low risk,
    /// and `lin` shows that it conforms to an international standard. Four statements in its dossier.
    pub fn accepted(&mut self, product: &str) {
        let draft = self.submission(product);
        self.say(&draft).expect("filed");
        let number = json!({ "number": format!("SZAI-P-2026-{product}"), "reasons": "The filing is complete." });
        let factors = json!({ "basis": "It suggests.", "scenario": "One desk.", "scopeOfInfluence": "organisation" });
        let low =
            json!({ "tier": "low", "factors": factors, "reasons": "No decision without a nurse." });
        let conforms = json!({
            "evidenceKind": "standard_conformity", "title": "Conformity report", "result": "pass", "number": format!("SCTI-{product}"),
            "standards": [{ "number": "ISO/IEC 42001:2023", "level": "international" }],
        });
        for (kind, signer, data) in [
            (Kind::ProductAccepted, "li:registrar", number),
            (Kind::RiskClassified, "sun:case_officer", low),
            (Kind::EvidenceFiled, "lin:enterprise_filer@acme", conforms),
        ] {
            let draft = self.draft(kind, &format!("product/{product}"), &[signer], &data);
            self.say(&draft).expect("accepted, classified and shown");
        }
    }

    /// Drafts the approval of `product` by both decision makers, until 2027-05-20.
    pub fn approval(&mut self, product: &str) -> Draft {
        let data = json!({ "route": "trial", "mode": "pilot", "expires": "2027-05-20", "reasons": "Low risk; conforms to ISO/IEC 42001.", "conditions": ["human in the loop 人工复核"] });
        let basis = Basis {
            instrument: cinnabar_events::Text::new("Shenzhen AI Regulation").expect("a name"),
            article: cinnabar_events::Text::new("Art. 44").expect("an article"),
        };
        self.draft(
            Kind::ApprovalGranted,
            &format!("product/{product}"),
            &["chen:decision_maker", "qian:decision_maker"],
            &data,
        )
        .with(|statement| statement.basis = Listed::new(vec![basis]).expect("one basis"))
    }

    /// The entries so far.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
    /// The records so far.
    pub fn records(&self) -> &RecordMap {
        &self.records
    }
    /// The ledger's id.
    pub fn ledger(&self) -> LedgerId {
        self.ledger
    }
    /// The clock.
    pub fn now(&self) -> Timestamp {
        self.now
    }
}

fn id(text: &str) -> Id {
    text.parse().expect("an id")
}
