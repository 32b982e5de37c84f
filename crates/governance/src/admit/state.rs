//! Does the state of the subject allow it?

use cinnabar_events::kinds::{
    ActorEnrolled, ApprovalGranted, ApprovalSuspended, ExcludedDomain, IncidentReported,
    KeyRevoked, ProductAccepted, ProductFacts, ProductSubmitted, ProductUpdated, RiskTier,
    RoleGranted, RoleWithdrawn, Route,
};
use cinnabar_events::{Class, Id, Kind, Payload, Rulebook, Subject};

use super::{Case, OCCURRED_AHEAD_SECONDS, Stop, pseudo_role};
use crate::records::{
    ActorRecord, DossierRecord, IncidentRecord, IncidentStatus, ProductRecord, ProductStatus,
    Record, RecordKey, Records,
};
use crate::rejection::{Content, Rejection};

/// The actors saw the dossier as it is.
pub(super) fn expected_revision<R: Records>(case: &Case<'_, R>) -> Result<(), Stop<R::Error>> {
    let statement = case.statement();
    let Some(expected) = statement.expects else {
        return Ok(());
    };
    let found = match case.record(RecordKey::Dossier(statement.subject.clone()))? {
        Some(Record::Dossier(DossierRecord { revision, .. })) => revision,
        _ => Default::default(),
    };
    if expected == found {
        Ok(())
    } else {
        Err(Rejection::Stale {
            subject: statement.subject.clone(),
            expected,
            found,
        }
        .into())
    }
}

/// Further subjects are things that exist.
pub(super) fn concerns_exist<R: Records>(case: &Case<'_, R>) -> Result<(), Stop<R::Error>> {
    for subject in case.statement().concerns.iter() {
        let id = subject.id().clone();
        let key = match subject.class() {
            Class::Ledger => RecordKey::Dossier(subject.clone()),
            Class::Actor => RecordKey::Actor(id),
            Class::Organisation => RecordKey::Organisation(id),
            Class::Product => RecordKey::Product(id),
            Class::Incident => RecordKey::Incident(id),
        };
        if case.record(key)?.is_none() {
            return Err(Rejection::Unknown(subject.clone()).into());
        }
    }
    Ok(())
}

/// The rule of each kind.
pub(super) fn check<R: Records>(
    case: &Case<'_, R>,
    rulebook: &Rulebook,
) -> Result<(), Stop<R::Error>> {
    match &case.statement().payload {
        Payload::LedgerOpened(_) => Err(Rejection::Genesis.into()),
        Payload::ActorEnrolled(enrolled) => enrolled_check(case, enrolled),
        Payload::RoleGranted(granted) => role_granted(case, rulebook, granted),
        Payload::RoleWithdrawn(withdrawn) => role_withdrawn(case, withdrawn),
        Payload::KeyRotated(_) => actor(case).map(|_| ()),
        Payload::KeyRevoked(revoked) => key_revoked(case, revoked),
        Payload::OrganisationRegistered(_) => absent(
            case,
            RecordKey::Organisation(case.statement().subject.id().clone()),
        ),
        Payload::ProductSubmitted(submitted) => product_submitted(case, submitted),
        Payload::ProductAccepted(accepted) => product_accepted(case, rulebook, accepted),
        Payload::ProductUpdated(updated) => product_updated(case, updated),
        Payload::ProductEnded(_) => {
            let live = [
                ProductStatus::Submitted,
                ProductStatus::Accepted,
                ProductStatus::Authorised,
                ProductStatus::Refused,
                ProductStatus::Suspended,
            ];
            let product = product_in(
                case,
                &live,
                "submitted, accepted, authorised, refused or suspended",
            )?;
            owner_speaks(case, &product.organisation).map_err(Stop::from)
        }
        Payload::ApprovalGranted(granted) => approval_granted(case, rulebook, granted),
        Payload::ApprovalRefused(_) => {
            let product = product_in(case, &[ProductStatus::Accepted], "accepted")?;
            apart(case, rulebook, &product).map_err(Stop::from)
        }
        Payload::ApprovalSuspended(suspended) => approval_suspended(case, rulebook, suspended),
        Payload::ApprovalReinstated(_) => {
            let product = product_in(case, &[ProductStatus::Suspended], "suspended")?;
            apart(case, rulebook, &product).map_err(Stop::from)
        }
        Payload::ApprovalRevoked(_) => {
            let product = product_in(
                case,
                &[ProductStatus::Authorised, ProductStatus::Suspended],
                "authorised or suspended",
            )?;
            apart(case, rulebook, &product).map_err(Stop::from)
        }
        Payload::IncidentReported(reported) => incident_reported(case, reported),
        Payload::IncidentUpdated(_) | Payload::IncidentClosed(_) => incident_open(case),
    }
}

fn absent<R: Records>(case: &Case<'_, R>, key: RecordKey) -> Result<(), Stop<R::Error>> {
    match case.record(key)? {
        None => Ok(()),
        Some(_) => Err(Rejection::Exists(case.statement().subject.clone()).into()),
    }
}

fn unknown<R: Records>(case: &Case<'_, R>) -> Rejection {
    Rejection::Unknown(case.statement().subject.clone())
}

fn actor<R: Records>(case: &Case<'_, R>) -> Result<ActorRecord, Stop<R::Error>> {
    match case.record(RecordKey::Actor(case.statement().subject.id().clone()))? {
        Some(Record::Actor(record)) => Ok(record),
        _ => Err(unknown(case).into()),
    }
}

fn enrolled_check<R: Records>(
    case: &Case<'_, R>,
    enrolled: &ActorEnrolled,
) -> Result<(), Stop<R::Error>> {
    absent(
        case,
        RecordKey::Actor(case.statement().subject.id().clone()),
    )?;
    let Some(organisation) = &enrolled.organisation else {
        return Ok(());
    };
    match case.record(RecordKey::Organisation(organisation.clone()))? {
        Some(_) => Ok(()),
        None => {
            Err(Rejection::Unknown(Subject::new(Class::Organisation, organisation.clone())).into())
        }
    }
}

fn role_granted<R: Records>(
    case: &Case<'_, R>,
    rulebook: &Rulebook,
    granted: &RoleGranted,
) -> Result<(), Stop<R::Error>> {
    let record = actor(case)?;
    let rule = rulebook
        .role(&granted.role)
        .filter(|rule| !pseudo_role::is_reserved(&rule.role))
        .ok_or(Content::NoSuchRole)?;
    if case
        .statement()
        .signers
        .iter()
        .any(|signer| signer.actor == *case.statement().subject.id())
    {
        return Err(Content::SelfGrant.into());
    }
    if matches!((granted.from, granted.until), (Some(from), Some(until)) if until < from) {
        return Err(Content::Term.into());
    }
    let clashes = |held: &cinnabar_events::Code| {
        rule.excludes.as_slice().contains(held)
            || rulebook
                .role(held)
                .is_some_and(|other| other.excludes.as_slice().contains(&granted.role))
    };
    let lives =
        |term: &crate::records::Term| term.until.is_none_or(|until| case.now <= until.end());
    if record
        .roles
        .iter()
        .any(|(held, term)| lives(term) && clashes(held))
    {
        return Err(Content::ExcludedRole.into());
    }
    Ok(())
}

fn role_withdrawn<R: Records>(
    case: &Case<'_, R>,
    withdrawn: &RoleWithdrawn,
) -> Result<(), Stop<R::Error>> {
    if actor(case)?.roles.contains_key(&withdrawn.role) {
        Ok(())
    } else {
        Err(Content::RoleNotHeld.into())
    }
}

fn key_revoked<R: Records>(case: &Case<'_, R>, revoked: &KeyRevoked) -> Result<(), Stop<R::Error>> {
    actor(case)?;
    match case.record(RecordKey::Key(revoked.key))? {
        Some(Record::Key(key)) if key.actor == *case.statement().subject.id() && !key.revoked => {
            Ok(())
        }
        _ => Err(Content::NotTheirKey.into()),
    }
}

fn concerned<R: Records>(case: &Case<'_, R>, class: Class, id: &Id) -> Result<(), Rejection> {
    let subject = Subject::new(class, id.clone());
    if case.statement().concerns.as_slice().contains(&subject) {
        Ok(())
    } else {
        Err(Rejection::NotConcerned(subject))
    }
}

/// Signers who speak for an organisation speak for `owner`.
fn owner_speaks<R: Records>(case: &Case<'_, R>, owner: &Id) -> Result<(), Rejection> {
    let stranger = case.statement().signers.iter().find(|signer| {
        signer
            .on_behalf_of
            .as_ref()
            .is_some_and(|organisation| organisation != owner)
    });
    match stranger {
        Some(signer) => Err(Rejection::NotForOrganisation(signer.actor.clone())),
        None => Ok(()),
    }
}

fn product_in<R: Records>(
    case: &Case<'_, R>,
    allowed: &[ProductStatus],
    needed: &'static str,
) -> Result<ProductRecord, Stop<R::Error>> {
    let Some(Record::Product(product)) =
        case.record(RecordKey::Product(case.statement().subject.id().clone()))?
    else {
        return Err(unknown(case).into());
    };
    if allowed.contains(&product.status) {
        return Ok(product);
    }
    let (kind, subject, state) = (
        case.kind(),
        case.statement().subject.clone(),
        product.status.as_str(),
    );
    Err(Rejection::State {
        kind,
        subject,
        state,
        needed,
    }
    .into())
}

/// Whoever took an earlier part that the rulebook keeps apart from this one may not take this one.
fn apart<R: Records>(
    case: &Case<'_, R>,
    rulebook: &Rulebook,
    product: &ProductRecord,
) -> Result<(), Rejection> {
    if case.migrated() {
        return Ok(());
    }
    let kind = case.kind();
    for rule in rulebook.separation.iter().filter(|rule| rule.kind.is(kind)) {
        let Some(earlier) = Kind::ALL
            .iter()
            .copied()
            .find(|kind| rule.apart_from.is(*kind))
        else {
            continue;
        };
        let Some(said) = product.said.get(earlier.as_str()) else {
            continue;
        };
        if let Some(signer) = case
            .statement()
            .signers
            .iter()
            .find(|signer| said.contains(&signer.actor))
        {
            return Err(Rejection::SamePerson {
                actor: signer.actor.clone(),
                earlier,
                kind,
            });
        }
    }
    Ok(())
}

fn product_submitted<R: Records>(
    case: &Case<'_, R>,
    submitted: &ProductSubmitted,
) -> Result<(), Stop<R::Error>> {
    absent(
        case,
        RecordKey::Product(case.statement().subject.id().clone()),
    )?;
    concerned(case, Class::Organisation, &submitted.organisation)?;
    owner_speaks(case, &submitted.organisation)?;
    let trial = submitted.route == Some(Route::Trial);
    if submitted.route.is_none() && !case.migrated() {
        return Err(Content::RouteMissing.into());
    }
    if trial != submitted.trial_mode.is_some() {
        return Err(Content::TrialMode.into());
    }
    if trial && submitted.excluded_domain != Some(ExcludedDomain::None) {
        return Err(Content::ExcludedDomain.into());
    }
    if trial && submitted.facts.standards.is_empty() {
        return Err(Content::StandardMissing.into());
    }
    Ok(())
}

fn product_accepted<R: Records>(
    case: &Case<'_, R>,
    rulebook: &Rulebook,
    accepted: &ProductAccepted,
) -> Result<(), Stop<R::Error>> {
    let product = product_in(case, &[ProductStatus::Submitted], "submitted")?;
    apart(case, rulebook, &product)?;
    if accepted.risk_tier.is_none() && !case.migrated() {
        return Err(Content::TierMissing.into());
    }
    if product.route == Some(Route::Trial)
        && accepted.risk_tier.is_some_and(|tier| tier != RiskTier::Low)
    {
        return Err(Content::TrialNotLowRisk.into());
    }
    let number = accepted.number.as_str();
    match case.record(RecordKey::Number(number.to_owned()))? {
        None => Ok(()),
        Some(_) => Err(Rejection::NumberTaken(number.to_owned()).into()),
    }
}

fn product_updated<R: Records>(
    case: &Case<'_, R>,
    updated: &ProductUpdated,
) -> Result<(), Stop<R::Error>> {
    let live = [
        ProductStatus::Submitted,
        ProductStatus::Accepted,
        ProductStatus::Authorised,
        ProductStatus::Suspended,
    ];
    let product = product_in(case, &live, "submitted, accepted, authorised or suspended")?;
    owner_speaks(case, &product.organisation)?;
    let ProductUpdated {
        organisation,
        name,
        facts,
        removed,
        note: _,
    } = updated;
    if organisation.is_none()
        && name.is_none()
        && *facts == ProductFacts::default()
        && removed.is_empty()
    {
        return Err(Content::NoChange.into());
    }
    if removed.iter().any(|fact| !FACTS.contains(&fact.as_str())) {
        return Err(Content::NoSuchFact.into());
    }
    if let Some(organisation) = organisation {
        concerned(case, Class::Organisation, organisation)?;
        // The owner can't give a product to somebody else; the institution records that.
        if let Some(filer) = case
            .statement()
            .signers
            .iter()
            .find(|signer| signer.on_behalf_of.is_some())
        {
            return Err(Rejection::NotForOrganisation(filer.actor.clone()).into());
        }
    }
    Ok(())
}

/// Names of the facts about a product that can be removed.
const FACTS: [&str; 16] = [
    "nameEn",
    "version",
    "productKind",
    "summary",
    "purpose",
    "fields",
    "techniques",
    "lifecycle",
    "legalBasis",
    "impactAssessment",
    "humanOversight",
    "publicExplanation",
    "standards",
    "numbers",
    "url",
    "contact",
];

fn approval_granted<R: Records>(
    case: &Case<'_, R>,
    rulebook: &Rulebook,
    granted: &ApprovalGranted,
) -> Result<(), Stop<R::Error>> {
    let product = product_in(case, &[ProductStatus::Accepted], "accepted")?;
    apart(case, rulebook, &product)?;
    if product.tier == Some(RiskTier::Prohibited) {
        return Err(Content::Prohibited.into());
    }
    let ends_before = |day| granted.expires.is_some_and(|expires| expires < day);
    if granted.starts.is_some_and(ends_before) {
        return Err(Content::Expiry.into());
    }
    if case.migrated() {
        return Ok(());
    }
    let route = granted.route.ok_or(Content::RouteMissing)?;
    if product.route.is_some_and(|applied| applied != route) {
        return Err(Content::OtherRoute.into());
    }
    let trial = route == Route::Trial;
    if trial != granted.mode.is_some() {
        return Err(Content::TrialMode.into());
    }
    if trial && product.tier != Some(RiskTier::Low) {
        return Err(Content::TrialNotLowRisk.into());
    }
    if (trial && granted.expires.is_none()) || ends_before(case.now.date()) {
        return Err(Content::Expiry.into());
    }
    Ok(())
}

fn approval_suspended<R: Records>(
    case: &Case<'_, R>,
    rulebook: &Rulebook,
    suspended: &ApprovalSuspended,
) -> Result<(), Stop<R::Error>> {
    let product = product_in(case, &[ProductStatus::Authorised], "authorised")?;
    apart(case, rulebook, &product)?;
    match &suspended.incident {
        Some(incident) => concerned(case, Class::Incident, incident).map_err(Stop::from),
        None => Ok(()),
    }
}

fn incident_reported<R: Records>(
    case: &Case<'_, R>,
    reported: &IncidentReported,
) -> Result<(), Stop<R::Error>> {
    absent(
        case,
        RecordKey::Incident(case.statement().subject.id().clone()),
    )?;
    if reported.product.is_some() == reported.unregistered_system.is_some() {
        return Err(Content::OneSystem.into());
    }
    if reported
        .aware
        .is_some_and(|aware| aware.earliest() > case.now.plus_seconds(OCCURRED_AHEAD_SECONDS))
    {
        return Err(Content::AwareAhead.into());
    }
    let Some(product) = &reported.product else {
        return Ok(());
    };
    concerned(case, Class::Product, product)?;
    product_owner_speaks(case, product)
}

fn product_owner_speaks<R: Records>(
    case: &Case<'_, R>,
    product: &Id,
) -> Result<(), Stop<R::Error>> {
    match case.record(RecordKey::Product(product.clone()))? {
        Some(Record::Product(record)) => {
            owner_speaks(case, &record.organisation).map_err(Stop::from)
        }
        _ => Err(Rejection::Unknown(Subject::new(Class::Product, product.clone())).into()),
    }
}

fn incident_open<R: Records>(case: &Case<'_, R>) -> Result<(), Stop<R::Error>> {
    let subject = case.statement().subject.clone();
    let Some(Record::Incident(IncidentRecord { status, product })) =
        case.record(RecordKey::Incident(subject.id().clone()))?
    else {
        return Err(unknown(case).into());
    };
    match (status, product) {
        (IncidentStatus::Closed, _) => Err(Rejection::State {
            kind: case.kind(),
            subject,
            state: status.as_str(),
            needed: "open",
        }
        .into()),
        (IncidentStatus::Open, Some(product)) => product_owner_speaks(case, &product),
        (IncidentStatus::Open, None) => Ok(()),
    }
}
