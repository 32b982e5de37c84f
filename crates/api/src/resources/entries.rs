//! The list of entries.

use std::str::FromStr;

use axum::extract::{OriginalUri, State};
use cinnabar_events::{Kind, Subject};
use cinnabar_projections::{EntryFilter, EntryRow};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::links::EntryLinks;
use crate::list::{self, List, ListQuery};
use crate::parameters::{Decimal, Query, from_text};
use crate::problem::Problem;
use crate::refusals::ListRefusals;
use crate::state::ApiState;

/// Which entries.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryQuery {
    /// Of this kind, like `incident.reported`, or all of a noun, like `incident.*`.
    #[param(value_type = Option<String>)]
    kind: Option<KindPattern>,
    /// In the dossier of this subject, like `product/01JDEXAMPLE0001`.
    #[param(value_type = Option<String>)]
    subject: Option<Subject>,
    /// From this sequence on.
    #[param(value_type = Option<u64>)]
    from: Option<Decimal>,
    /// With, or without, a signature of a key that was compromised by then, as far as is known.
    suspect: Option<bool>,
}

/// One kind, or all of a noun.
#[derive(Clone, Debug)]
struct KindPattern(Vec<Kind>);

impl FromStr for KindPattern {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let noun = text.strip_suffix('*').filter(|noun| noun.ends_with('.'));
        let matching = |kind: &&Kind| match noun {
            Some(noun) => kind.as_str().starts_with(noun),
            None => kind.as_str() == text,
        };
        let kinds: Vec<_> = Kind::ALL.iter().filter(matching).copied().collect();
        if kinds.is_empty() {
            Err("not a kind, nor a noun of kinds with .* (see /v1/kinds)")
        } else {
            Ok(Self(kinds))
        }
    }
}

from_text!(KindPattern);

/// An entry, without its contents.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EntryItem {
    #[serde(flatten)]
    row: EntryRow,
    links: EntryLinks,
}

/// Lists entries, in the order of the ledger.
#[utoipa::path(
    get, path = "/entries", operation_id = "list_entries", tag = "ledger", params(ListQuery, EntryQuery),
    responses((status = 200, description = "A page of entries, without their contents.", body = List<EntryItem>), ListRefusals)
)]
pub(crate) async fn list_entries(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    Query(list, query): Query<ListQuery, EntryQuery>,
) -> Result<Answer<List<EntryItem>>, Problem> {
    let filter = EntryFilter {
        kinds: query.kind.map(|pattern| pattern.0).unwrap_or_default(),
        subject: query.subject,
        from: query.from.map_or(0, |from| from.0),
        suspect: query.suspect,
    };
    let show = |_: &_, row: EntryRow| {
        Ok(EntryItem {
            links: EntryLinks::new(row.sequence, &row.subject),
            row,
        })
    };
    list::answer(
        state,
        uri,
        list,
        move |reader, at, page| reader.entries(at, &filter, page),
        show,
    )
    .await
}
