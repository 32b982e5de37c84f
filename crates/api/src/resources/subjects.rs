//! Subjects of every class: how they stand, straight from the records that the rules look at.

use std::sync::PoisonError;

use axum::extract::{OriginalUri, State};
use cinnabar_events::deadline::ClassName;
use cinnabar_events::{Class, Id, Subject};
use cinnabar_governance::{DossierRecord, Record, RecordKey, transitions};
use cinnabar_projections::{At, Key, Listing};
use cinnabar_store::{Facet, Snapshot};
use cinnabar_tlog::Size;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::{IntoParams, ToSchema};

use super::deadlines::{DeadlineItem, rulebook};
use crate::answer::{Answer, AsOfState};
use crate::item::WaitQuery;
use crate::list::List;
use crate::parameters::{Nothing, Path, Query};
use crate::problem::Problem;
use crate::refusals::{ItemRefusals, PlainRefusals};
use crate::standing::{self, StandingQuery, Wanted};
use crate::state::{ApiState, Inner};

/// Most related subjects that are shown with one; the dossier has them all.
const RELATED_MAX: usize = 100;

/// How many subjects of each class there were at a size.
pub(crate) struct Counts {
    size: Size,
    classes: Vec<(Class, u64)>,
}

/// Every class of subjects.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClassList {
    as_of: AsOfState,
    /// How many classes there are.
    total: usize,
    items: Vec<ClassItem>,
}

/// A class of subjects.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ClassItem {
    /// Its name, as it stands before the slash.
    class: &'static str,
    /// How many there are.
    subjects: u64,
    /// Where a subject of it can stand, in order of life; empty if it has no life cycle.
    statuses: Vec<&'static str>,
    links: ClassLinks,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct ClassLinks {
    /// Its subjects.
    subjects: String,
}

/// Which class.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ClassPath {
    /// The class, like `review`; `/v1/subjects` lists them.
    #[param(value_type = String)]
    class: ClassName,
}

/// Which subject.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SubjectPath {
    /// Its class, like `review`; `/v1/subjects` lists them.
    #[param(value_type = String)]
    class: ClassName,
    /// Its id.
    #[param(value_type = String)]
    id: Id,
}

/// Which subjects.
#[derive(Clone, Debug, Deserialize, IntoParams)]
pub(crate) struct SubjectQuery {
    /// Standing there; `/v1/subjects` lists where subjects of this class can stand.
    status: Option<String>,
}

/// A subject and how it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SubjectItem {
    /// The subject.
    subject: String,
    /// Its id.
    id: String,
    /// Where it stands, if it has a life cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// What the rules look at: the fold of its dossier. Absent of the ledger, rulebooks and deadlines, which have only a dossier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    state: Option<Json>,
    links: SubjectLinks,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct SubjectLinks {
    /// The subject.
    #[serde(rename = "self")]
    itself: String,
    /// All entries about it.
    dossier: String,
    /// The page of the register that is about it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<String>,
}

/// A subject with its deadlines.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubjectBody {
    as_of: AsOfState,
    #[serde(flatten)]
    item: SubjectItem,
    dossier: DossierEnd,
    /// The deadlines on it: of each rule the last one.
    deadlines: Vec<DeadlineItem>,
    /// Other subjects with entries in its dossier, like incidents with a product, reviews, appeals, disputes or holds: the
    /// first hundred.
    related: Vec<RelatedItem>,
}

/// Where its dossier ends.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct DossierEnd {
    /// Entries in it: what a statement gives as `expects`.
    revision: u64,
    /// Hash of the last one. Absent of an empty dossier: founders and the institution are known by the genesis alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
}

/// Another subject.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RelatedItem {
    /// The subject.
    subject: String,
    /// Where it stands, if it has a life cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    links: SubjectLinks,
}

impl SubjectLinks {
    fn new(subject: &Subject) -> Self {
        let register = match subject.class() {
            Class::Product => Some("products"),
            Class::Incident => Some("incidents"),
            Class::Organisation => Some("organisations"),
            Class::Actor => Some("actors"),
            Class::Access
            | Class::Algorithm
            | Class::Allocation
            | Class::Appeal
            | Class::Committee
            | Class::Complaint
            | Class::Compute
            | Class::Correction
            | Class::Dataset
            | Class::Deadline
            | Class::Disclosure
            | Class::Dispute
            | Class::Erasure
            | Class::Guideline
            | Class::Hold
            | Class::Indicator
            | Class::Ledger
            | Class::Note
            | Class::Release
            | Class::Report
            | Class::Return
            | Class::Review
            | Class::Rulebook
            | Class::Scenario
            | Class::Survey => None,
        };
        Self {
            itself: format!("/v1/subjects/{subject}"),
            dossier: format!("/v1/dossiers/{subject}"),
            register: register.map(|collection| format!("/v1/{collection}/{}", subject.id())),
        }
    }
}

impl SubjectItem {
    fn new(subject: &Subject, state: Option<Json>) -> Self {
        Self {
            status: state.as_ref().and_then(status),
            subject: subject.to_string(),
            id: subject.id().to_string(),
            state,
            links: SubjectLinks::new(subject),
        }
    }
}

/// Which records tell what subjects of a class there are.
fn facet(class: Class) -> Facet {
    if matches!(class, Class::Ledger | Class::Rulebook | Class::Deadline) {
        Facet::Dossier
    } else {
        Facet::State
    }
}

/// The state out of a record, its members in camel case. None of a dossier.
fn state(record: &Record) -> Result<Option<Json>, Problem> {
    if matches!(record, Record::Dossier(_)) {
        return Ok(None);
    }
    // `{"<what it is>": {…}}`.
    let tagged = serde_json::to_value(record).map_err(|error| Problem::fault(&error))?;
    let members = tagged.as_object().into_iter().flatten();
    let state = members.map(|(_, state)| state.clone()).next();
    Ok(state.map(camel_case))
}

/// Members whose own members are named by what they are about, not by us.
const MAPS: [&str; 1] = ["roles"];

fn camel_case(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let member = |(name, value): (String, Json)| {
                if MAPS.contains(&name.as_str()) {
                    (name, value)
                } else {
                    (camel(&name), camel_case(value))
                }
            };
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Json::Object(members.map(member).collect())
        }
        Json::Array(values) => Json::Array(values.into_iter().map(camel_case).collect()),
        plain @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => plain,
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

fn status(state: &Json) -> Option<String> {
    Some(state.get("status")?.as_str()?.to_owned())
}

/// Where subjects of `class` can stand, in order of life.
fn statuses(class: Class) -> Vec<&'static str> {
    let mut found = Vec::new();
    for arrow in transitions()
        .into_iter()
        .filter(|arrow| arrow.class == class)
    {
        for status in arrow.from.into_iter().chain([arrow.to]) {
            if !found.contains(&status) {
                found.push(status);
            }
        }
    }
    found
}

/// Lists the classes of subjects.
#[utoipa::path(
    get, path = "/subjects", operation_id = "list_classes", tag = "work", params(WaitQuery),
    responses((status = 200, description = "All classes, with how many subjects each has.", body = ClassList), PlainRefusals)
)]
pub(crate) async fn list_classes(
    State(state): State<ApiState>,
    Query(wait, _): Query<WaitQuery, Nothing>,
) -> Result<Answer<ClassList>, Problem> {
    let found = state.records(wait.min_size, |inner, snapshot| {
        let item = |(class, subjects): &(Class, u64)| ClassItem {
            class: class.as_str(),
            subjects: *subjects,
            statuses: statuses(*class),
            links: ClassLinks {
                subjects: format!("/v1/subjects/{class}"),
            },
        };
        let mut counted = inner.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let size = snapshot.head().size;
        let counts = match counted.take().filter(|counts| counts.size == size) {
            Some(counts) => counts,
            None => count(snapshot)?,
        };
        let counts = counted.insert(counts);
        Ok(ClassList {
            as_of: AsOfState::from(snapshot.head()),
            total: counts.classes.len(),
            items: counts.classes.iter().map(item).collect(),
        })
    });
    found.await.map(Answer::new)
}

fn count(snapshot: &Snapshot<'_>) -> Result<Counts, Problem> {
    let count = |class: Class| Ok((class, snapshot.count(facet(class), class)?));
    let classes: Result<_, Problem> = Class::ALL.into_iter().map(count).collect();
    Ok(Counts {
        size: snapshot.head().size,
        classes: classes?,
    })
}

/// Lists the subjects of a class, in the order of their ids.
#[utoipa::path(
    get, path = "/subjects/{class}", operation_id = "list_subjects", tag = "work", params(ClassPath, StandingQuery, SubjectQuery),
    responses((status = 200, description = "A page of subjects and how they stand.", body = List<SubjectItem>), PlainRefusals)
)]
pub(crate) async fn list_subjects(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<ClassPath>,
    Query(standing, query): Query<StandingQuery, SubjectQuery>,
) -> Result<Answer<List<SubjectItem>>, Problem> {
    let class = path.class.0;
    if let Some(asked) = &query.status {
        let known = statuses(class);
        if !known.contains(&asked.as_str()) {
            let there = match known.is_empty() {
                true => format!("a {class} has none"),
                false => format!("there are: {}", known.join(", ")),
            };
            return Err(Problem::parameter("status", there));
        }
    }
    standing::answer(state, uri, standing, move |_, snapshot, wanted| {
        page(snapshot, class, query.status.as_deref(), wanted)
    })
    .await
}

/// Without a status only the keys are counted; with one, every state is read.
fn page(
    snapshot: &Snapshot<'_>,
    class: Class,
    asked: Option<&str>,
    wanted: &Wanted,
) -> Result<Listing<SubjectItem>, Problem> {
    let after: Option<Id> = wanted.after.as_ref().and_then(|key| key.id.parse().ok());
    let facet = facet(class);
    let key = |id: &Id| Key {
        sequence: 0,
        id: id.to_string(),
    };
    let mut rows = Vec::new();
    let Some(asked) = asked else {
        let subjects = snapshot.subjects(facet, class, after.as_ref());
        for found in subjects.take(wanted.limit + 1) {
            let (id, record) = found?;
            let subject = Subject::new(class, id.clone());
            rows.push((key(&id), SubjectItem::new(&subject, state(&record)?)));
        }
        return Ok(wanted.page(snapshot.count(facet, class)?, rows));
    };
    let mut total = 0;
    for found in snapshot.subjects(facet, class, None) {
        let (id, record) = found?;
        let item = SubjectItem::new(&Subject::new(class, id.clone()), state(&record)?);
        if item.status.as_deref() != Some(asked) {
            continue;
        }
        total += 1;
        if rows.len() <= wanted.limit && after.as_ref().is_none_or(|after| id > *after) {
            rows.push((key(&id), item));
        }
    }
    Ok(wanted.page(total, rows))
}

/// Finds one subject of any class, with its state, its deadlines and what is related to it.
#[utoipa::path(
    get, path = "/subjects/{class}/{id}", operation_id = "find_subject", tag = "work", params(SubjectPath, WaitQuery),
    responses((status = 200, description = "The subject as it stands.", body = SubjectBody), ItemRefusals)
)]
pub(crate) async fn find_subject(
    State(state): State<ApiState>,
    Path(path): Path<SubjectPath>,
    Query(wait, _): Query<WaitQuery, Nothing>,
) -> Result<Answer<SubjectBody>, Problem> {
    let subject = Subject::new(path.class.0, path.id);
    let found = state.records(wait.min_size, move |inner, snapshot| {
        body(inner, snapshot, &subject)
    });
    found.await.map(Answer::new)
}

fn body(inner: &Inner, snapshot: &Snapshot<'_>, subject: &Subject) -> Result<SubjectBody, Problem> {
    let dossier = match snapshot.record(&RecordKey::Dossier(subject.clone()))? {
        Some(Record::Dossier(dossier)) => Some(dossier),
        _ => None,
    };
    let state = read_state(snapshot, subject)?;
    if state.is_none() && dossier.is_none() {
        return Err(Problem::not_found(&subject.to_string()));
    }
    let in_force = rulebook(snapshot)?;
    let rules = in_force.as_ref().map(|record| &*record.rulebook);
    let now = snapshot.head().time;
    let deadlines = snapshot.deadlines_on(subject)?;
    let at = At::size(snapshot.head().size);
    let related = inner.views.read()?.related(at, subject, RELATED_MAX)?;
    let related = related.iter().map(|other| {
        Ok(RelatedItem {
            status: read_state(snapshot, other)?.as_ref().and_then(status),
            subject: other.to_string(),
            links: SubjectLinks::new(other),
        })
    });
    Ok(SubjectBody {
        as_of: AsOfState::from(snapshot.head()),
        item: SubjectItem::new(subject, state),
        dossier: DossierEnd {
            revision: dossier.map_or(0, |dossier: DossierRecord| dossier.revision.get()),
            head: dossier.map(|dossier| dossier.head.to_string()),
        },
        deadlines: deadlines
            .iter()
            .map(|(rule, record)| DeadlineItem::new(subject, rule, record, rules, now))
            .collect(),
        related: related.collect::<Result<_, Problem>>()?,
    })
}

fn read_state(snapshot: &Snapshot<'_>, subject: &Subject) -> Result<Option<Json>, Problem> {
    match snapshot.record(&RecordKey::State(subject.clone()))? {
        Some(record) => state(&record),
        None => Ok(None),
    }
}
