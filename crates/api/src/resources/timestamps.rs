//! Time-stamps (RFC 3161) of checkpoints: that they were there by then, says somebody else.

use axum::extract::State;
use cinnabar_tlog::Size;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::checkpoints::{CheckpointPath, note_at};
use crate::answer::{Answer, Representation};
use crate::item::WaitQuery;
use crate::parameters::{Decimal, Path, Query};
use crate::problem::Problem;
use crate::refusals::ItemRefusals;
use crate::state::{ApiState, Inner};

/// Which time-stamp.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TimestampPath {
    /// The size of the checkpoint's tree.
    #[param(value_type = u64)]
    size: Decimal,
    /// Whose it is: the short name that the institution gives the authority.
    authority: String,
}

/// The time-stamps of one checkpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timestamps {
    /// The size of the checkpoint's tree.
    size: u64,
    /// What was stamped: the SHA-256 of these bytes, the checkpoint's text without its signatures.
    text: String,
    /// How many there are.
    total: usize,
    /// One of each authority.
    items: Vec<TimestampItem>,
}

/// One time-stamp.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TimestampItem {
    /// Whose it is.
    authority: String,
    links: TimestampLinks,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct TimestampLinks {
    /// The time-stamp itself, in DER.
    #[serde(rename = "self")]
    itself: String,
}

/// The authorities that have stamped the checkpoint of this size.
pub(crate) fn items(inner: &Inner, size: Size) -> Result<Vec<TimestampItem>, Problem> {
    let item = |(authority, _): (String, Vec<u8>)| TimestampItem {
        links: TimestampLinks {
            itself: format!("/v1/checkpoints/{size}/timestamps/{authority}"),
        },
        authority,
    };
    Ok(inner
        .store
        .timestamps(size)?
        .into_iter()
        .map(item)
        .collect())
}

/// Lists the time-stamps of a checkpoint.
#[utoipa::path(
    get, path = "/checkpoints/{size}/timestamps", operation_id = "list_checkpoint_timestamps", tag = "ledger", params(CheckpointPath, WaitQuery),
    responses((status = 200, description = "Whose time-stamps there are.", body = Timestamps), ItemRefusals)
)]
pub(crate) async fn list_checkpoint_timestamps(
    State(state): State<ApiState>,
    Path(path): Path<CheckpointPath>,
    Query(wait, _): Query<WaitQuery>,
) -> Result<Answer<Timestamps>, Problem> {
    state.wait_for(wait.min_size).await?;
    let size = Size::new(path.size.0);
    let read = move |inner: &Inner| {
        let note = note_at(inner, size)?;
        let text = note.rsplit_once("\n\n").map_or("", |(text, _)| text);
        let items = items(inner, size)?;
        Ok(Timestamps {
            size: size.get(),
            text: format!("{text}\n"),
            total: items.len(),
            items,
        })
    };
    state.blocking(read).await.map(Answer::new)
}

/// Gives one authority's time-stamp of a checkpoint, as `openssl ts -verify` reads it.
#[utoipa::path(
    get, path = "/checkpoints/{size}/timestamps/{authority}", operation_id = "find_checkpoint_timestamp", tag = "ledger", params(TimestampPath, WaitQuery),
    responses((status = 200, description = "The time-stamp response (RFC 3161) in DER.", body = Vec<u8>, content_type = "application/timestamp-reply"), ItemRefusals)
)]
pub(crate) async fn find_checkpoint_timestamp(
    State(state): State<ApiState>,
    Path(TimestampPath { size, authority }): Path<TimestampPath>,
    Query(wait, _): Query<WaitQuery>,
) -> Result<Representation, Problem> {
    state.wait_for(wait.min_size).await?;
    let read = move |inner: &Inner| {
        let stamps = inner.store.timestamps(Size::new(size.0))?;
        let stamp = stamps.into_iter().find(|(name, _)| *name == authority);
        let stamp = stamp.ok_or_else(|| {
            Problem::not_found(&format!("a time-stamp of size {size} by that authority"))
        })?;
        Ok(Representation::for_ever(
            "application/timestamp-reply",
            stamp.1,
        ))
    };
    state.blocking(read).await
}
