//! What is said in the demonstration, in order.

use std::collections::BTreeMap;

use cinnabar_events::{Basis, Kind, Signer as _, Text, When};
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};

use super::people::{FILERS, OFFICERS, Person};

/// One statement of the story.
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) subject: String,
    pub(super) signers: Vec<String>,
    pub(super) data: Json,
    pub(super) concerns: Vec<String>,
    pub(super) basis: Vec<Basis>,
    pub(super) occurred: Option<When>,
}

fn line(kind: Kind, subject: impl Into<String>, signers: &[&str], data: Json) -> Line {
    let signers = signers.iter().map(|&signer| signer.to_owned()).collect();
    Line {
        kind,
        subject: subject.into(),
        signers,
        data,
        concerns: Vec::new(),
        basis: Vec::new(),
        occurred: None,
    }
}

impl Line {
    fn concerning(mut self, subject: &str) -> Self {
        self.concerns.push(subject.to_owned());
        self
    }

    fn under(mut self, article: &str) -> Self {
        let text = |text: &str| Text::new(text).expect("a short text");
        self.basis.push(Basis {
            instrument: text("SZ-AI-2022"),
            article: Text::new(article).expect("a short text"),
        });
        self
    }

    fn on(mut self, day: &str) -> Self {
        self.occurred = day.parse().ok();
        self
    }
}

const ADMINS: [&str; 2] = ["wang:institution_admin", "zhao:institution_admin"];
const DECISION: [&str; 2] = ["chen:decision_maker", "qian:decision_maker"];

/// The whole story.
pub(super) fn lines(keys: &BTreeMap<String, SigningKey>) -> Vec<Line> {
    let mut lines: Vec<Line> = OFFICERS
        .iter()
        .flat_map(|person| enrolled(person, keys))
        .collect();
    lines.extend(enterprises());
    lines.extend(FILERS.iter().flat_map(|person| enrolled(person, keys)));
    lines.extend(tried_and_approved());
    lines.extend(suspended());
    lines.extend(revoked());
    lines
}

fn enrolled(person: &Person, keys: &BTreeMap<String, SigningKey>) -> Vec<Line> {
    let Person {
        id,
        name,
        organisation,
        role,
    } = *person;
    let key = keys.get(id).map(|key| key.public_key().to_string());
    let data =
        json!({ "name": name, "actorKind": "person", "organisation": organisation, "key": key });
    let subject = format!("actor/{id}");
    let incoming = format!("{id}:incoming_key");
    vec![
        line(
            Kind::ActorEnrolled,
            subject.clone(),
            &["wang:institution_admin", &incoming],
            data,
        ),
        line(Kind::RoleGranted, subject, &ADMINS, json!({ "role": role })),
    ]
}

fn enterprises() -> Vec<Line> {
    let register = |id: &str, name: &str, name_en: &str| {
        let data = json!({ "name": name, "nameEn": name_en, "organisationKind": "enterprise", "country": "CN" });
        line(
            Kind::OrganisationRegistered,
            format!("organisation/{id}"),
            &["li:registrar"],
            data,
        )
    };
    vec![
        register(
            "nanshan-health",
            "南山智慧医疗有限公司",
            "Nanshan Smart Health Ltd.",
        ),
        register(
            "futian-robotics",
            "福田机器人有限公司",
            "Futian Robotics Ltd.",
        ),
        register(
            "longgang-vision",
            "龙岗视觉科技有限公司",
            "Longgang Vision Technology Ltd.",
        ),
    ]
}

/// A low-risk product that no standard covers yet: filed, accepted, and approved for a trial (Art. 44).
fn tried_and_approved() -> Vec<Line> {
    let product = "product/triage-assistant";
    let filed = json!({
        "organisation": "nanshan-health", "name": "分诊助手", "route": "trial", "trialMode": "pilot", "excludedDomain": "none",
        "facts": {
            "nameEn": "Triage assistant", "version": "1.4", "productKind": "system", "lifecycle": "in_use",
            "summary": "Sorts complaints of patients by urgency.",
            "purpose": "Suggests to the nurse at the desk how urgent a patient's complaint is; the nurse decides.",
            "fields": ["healthcare"], "techniques": ["nlp"], "standards": ["ISO/IEC 42001:2023"],
            "humanOversight": "A nurse confirms or changes every suggestion.", "url": "https://example.org/triage",
        },
    });
    let accepted = json!({ "number": "SZAI-P-2026-000001", "riskTier": "low", "reasons": "It suggests, a nurse decides; no local or national standard covers it." });
    let granted = json!({
        "route": "trial", "mode": "pilot", "starts": "2026-12-01", "expires": "2030-05-31", "decision": "SZAI-DEC-2026-000001",
        "conditions": ["A nurse confirms every suggestion 人工复核", "Report on use every quarter"],
        "reasons": "Low risk, outside the excluded fields, no standard yet, meets ISO/IEC 42001.",
    });
    vec![
        line(
            Kind::ProductSubmitted,
            product,
            &["lin:enterprise_filer@nanshan-health"],
            filed,
        )
        .concerning("organisation/nanshan-health")
        .under("44"),
        line(Kind::ProductAccepted, product, &["li:registrar"], accepted).under("66"),
        line(Kind::ApprovalGranted, product, &DECISION, granted).under("44"),
        line(
            Kind::ProductUpdated,
            product,
            &["lin:enterprise_filer@nanshan-health"],
            json!({ "facts": { "version": "1.5" }, "note": "Fewer false alarms at night." }),
        ),
    ]
}

/// A delivery robot: approved, then an incident and a suspension.
fn suspended() -> Vec<Line> {
    let (product, incident) = ("product/delivery-robot", "incident/inc-0001");
    let filed = json!({
        "organisation": "futian-robotics", "name": "送货机器人", "route": "disclosure",
        "facts": { "nameEn": "Delivery robot", "version": "2.0", "productKind": "product", "lifecycle": "in_use", "purpose": "Delivers parcels on pavements.", "fields": ["transport"], "techniques": ["computer_vision"] },
    });
    let accepted = json!({ "number": "SZAI-P-2026-000002", "riskTier": "medium", "reasons": "Moves among people at walking speed." });
    let granted = json!({ "route": "disclosure", "expires": "2030-11-30", "decision": "SZAI-DEC-2026-000002", "reasons": "Disclosed before, followed up after." });
    let reported = json!({
        "product": "delivery-robot", "title": "Robot struck a cyclist", "severity": "incident", "harmTypes": ["physical"], "aware": "2026-11-20", "reportType": "initial",
        "howAiRelates": "The robot did not see the bicycle in low light.",
    });
    let updated = json!({ "reportType": "follow_up", "description": "Two more sightings of the same fault in the logs.", "action": "Speed limited to 3 km/h." });
    let ordered = json!({
        "incident": "inc-0001", "measures": ["rectify", "notify_users"],
        "reasons": "Danger to people on pavements until low light is handled.",
    });
    vec![
        line(
            Kind::ProductSubmitted,
            product,
            &["he:enterprise_filer@futian-robotics"],
            filed,
        )
        .concerning("organisation/futian-robotics")
        .under("66"),
        line(Kind::ProductAccepted, product, &["li:registrar"], accepted).under("66"),
        line(Kind::ApprovalGranted, product, &DECISION, granted).under("66"),
        line(
            Kind::IncidentReported,
            incident,
            &["he:enterprise_filer@futian-robotics"],
            reported,
        )
        .concerning(product)
        .on("2026-11-19"),
        line(
            Kind::IncidentUpdated,
            incident,
            &["sun:case_officer"],
            updated,
        ),
        line(
            Kind::ApprovalSuspended,
            product,
            &["chen:decision_maker"],
            ordered,
        )
        .concerning(incident)
        .under("66"),
    ]
}

/// A camera that claims to read emotions: approved on a forged report, then revoked.
fn revoked() -> Vec<Line> {
    let product = "product/emotion-camera";
    let filed = json!({
        "organisation": "longgang-vision", "name": "情绪识别摄像头", "route": "standing_approval",
        "facts": { "nameEn": "Emotion camera", "version": "0.9", "productKind": "product", "purpose": "Tells shop staff how customers feel.", "fields": ["other"], "techniques": ["computer_vision"] },
    });
    let accepted = json!({ "number": "SZAI-P-2026-000003", "riskTier": "high", "reasons": "Watches people who have not agreed to it." });
    let granted = json!({ "route": "standing_approval", "expires": "2029-11-30", "decision": "SZAI-DEC-2026-000003", "reasons": "The test report shows no difference between groups." });
    let voided = json!({ "termination": "void", "reasons": "The test report was forged; the approval should never have been granted." });
    vec![
        line(
            Kind::ProductSubmitted,
            product,
            &["gao:enterprise_filer@longgang-vision"],
            filed,
        )
        .concerning("organisation/longgang-vision")
        .under("66"),
        line(Kind::ProductAccepted, product, &["li:registrar"], accepted).under("66"),
        line(Kind::ApprovalGranted, product, &DECISION, granted).under("66"),
        line(Kind::ApprovalRevoked, product, &DECISION, voided).under("72"),
    ]
}
