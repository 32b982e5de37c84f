//! Dossiers: all entries about one subject.

use axum::extract::{OriginalUri, State};
use cinnabar_events::deadline::ClassName;
use cinnabar_events::{Id, Sequence, Subject};
use cinnabar_projections::{At, EntryFilter, EntryRow, Listing, Page, Reader};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::links::EntryLinks;
use crate::list::{self, List, ListQuery};
use crate::parameters::{Nothing, Path, Query};
use crate::problem::Problem;
use crate::refusals::ItemRefusals;
use crate::state::{ApiState, Inner};

/// Whose dossier.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DossierPath {
    /// What kind of thing the subject is, like `product`; `/v1/subjects` lists the classes.
    #[param(value_type = String)]
    class: ClassName,
    /// Its id.
    #[param(value_type = String)]
    id: Id,
}

impl DossierPath {
    pub(crate) fn subject(self) -> Subject {
        Subject::new(self.class.0, self.id)
    }
}

/// An entry of a dossier, with what it says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DossierItem {
    #[serde(flatten)]
    row: EntryRow,
    /// What was said: the statement's payload.
    #[schema(value_type = Object)]
    data: serde_json::Value,
    links: EntryLinks,
}

impl DossierItem {
    /// Adds what the entry says to what the view knows of it.
    pub(crate) fn read(inner: &Inner, row: EntryRow) -> Result<Self, Problem> {
        let bytes = inner.store.entry(Sequence::new(row.sequence))?;
        let bytes = bytes.ok_or_else(|| Problem::not_found(&format!("entry {}", row.sequence)))?;
        let entry = cinnabar_events::Entry::parse(bytes).map_err(|error| Problem::fault(&error))?;
        let data = entry
            .statement()
            .payload
            .to_json()
            .map_err(|error| Problem::fault(&error))?;
        Ok(Self {
            links: EntryLinks::new(row.sequence, &row.subject),
            data,
            row,
        })
    }
}

/// A page of the dossier of `subject`.
pub(crate) fn read(
    reader: &Reader,
    at: At,
    subject: Subject,
    page: &Page,
) -> Result<Listing<EntryRow>, cinnabar_projections::ReadError> {
    let filter = EntryFilter {
        subject: Some(subject),
        ..EntryFilter::default()
    };
    reader.entries(at, &filter, page)
}

/// Lists the entries of a dossier, with what they say.
#[utoipa::path(
    get, path = "/dossiers/{class}/{id}", operation_id = "list_dossier", tag = "ledger", params(DossierPath, ListQuery),
    responses((status = 200, description = "A page of the dossier.", body = List<DossierItem>), ItemRefusals)
)]
pub(crate) async fn list_dossier(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<DossierPath>,
    Query(list, _): Query<ListQuery, Nothing>,
) -> Result<Answer<List<DossierItem>>, Problem> {
    let subject = path.subject();
    let name = subject.to_string();
    let answer = list::answer(
        state,
        uri,
        list,
        move |reader, at, page| read(reader, at, subject, page),
        DossierItem::read,
    )
    .await?;
    if answer.body().total == 0 {
        Err(Problem::not_found(&name))
    } else {
        Ok(answer)
    }
}
