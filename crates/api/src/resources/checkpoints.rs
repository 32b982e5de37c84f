//! Every checkpoint that was ever signed, with the cosignatures that it has.

use std::sync::{Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use cinnabar_store::MAX_LISTING;
use cinnabar_tlog::{Checkpoint, Note, NoteSignature, Size};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::proofs::Form;
use super::timestamps::{self, TimestampItem};
use crate::answer::{Answer, AsOfState, Representation};
use crate::item::WaitQuery;
use crate::list::List;
use crate::parameters::{Decimal, Limit, Path, Query};
use crate::problem::Problem;
use crate::refusals::{ItemRefusals, ListRefusals};
use crate::state::{ApiState, Inner};

/// How many of the newest checkpoints are counted again each time: one that came late is counted all the same.
const RECOUNTED: usize = 1000;
/// Bytes of the time that a cosignature begins with (C2SP tlog-cosignature).
const TIME_BYTES: usize = 8;
/// Bytes of a signature that tells its time: Ed25519 (type 0x04) and ML-DSA-44 (type 0x06).
const TIMED_BYTES: [usize; 2] = [TIME_BYTES + 64, TIME_BYTES + 2420];

/// Which checkpoint.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CheckpointPath {
    /// The size of its tree.
    #[param(value_type = u64)]
    pub(crate) size: Decimal,
}

/// Which checkpoints.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
pub(crate) struct CheckpointQuery {
    /// Those of this size or larger, smallest first.
    #[param(value_type = Option<u64>)]
    from: Option<Decimal>,
    /// Rows on a page, 1 to 100; 50 if absent.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
}

/// A signed checkpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckpointItem {
    /// Entries that it covers.
    size: u64,
    /// Root of their Merkle tree, 64 hex digits.
    root_hash: String,
    /// The whole signed note (C2SP tlog-checkpoint), with every cosignature that came.
    note: String,
    /// Signatures under it by others than the log, and the log's own of other types. Not verified here.
    cosignatures: Vec<Cosignature>,
    /// Time-stamps (RFC 3161) of it.
    timestamps: Vec<TimestampItem>,
    links: CheckpointLinks,
}

/// A signature line that tells its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cosignature {
    /// Who signed, by the name of the key.
    name: String,
    /// The key, by its id: 8 hex digits.
    key_id: String,
    /// When, in seconds since 1970, by the signer's own clock.
    time: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
struct CheckpointLinks {
    /// The checkpoint; as `text/plain` the note itself.
    #[serde(rename = "self")]
    itself: String,
    /// Proof that the newest tree begins with this one.
    consistency: String,
}

impl Cosignature {
    fn of(line: &NoteSignature) -> Option<Self> {
        let bytes = line.signature();
        if !TIMED_BYTES.contains(&bytes.len()) {
            return None;
        }
        let (time, _) = bytes.split_first_chunk::<TIME_BYTES>()?;
        Some(Self {
            name: line.name().to_string(),
            key_id: line.key_id().to_string(),
            time: u64::from_be_bytes(*time),
        })
    }
}

impl CheckpointItem {
    fn read(inner: &Inner, note: &str) -> Result<Self, Problem> {
        let note = Note::parse(note.as_bytes()).map_err(|error| Problem::fault(&error))?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(|error| Problem::fault(&error))?;
        let size = checkpoint.size;
        Ok(Self {
            size: size.get(),
            root_hash: checkpoint.root.to_string(),
            cosignatures: note
                .signatures()
                .iter()
                .filter_map(Cosignature::of)
                .collect(),
            timestamps: timestamps::items(inner, size)?,
            note: note.to_string(),
            links: CheckpointLinks {
                itself: format!("/v1/checkpoints/{size}"),
                consistency: format!("/v1/consistency-proof?old={size}"),
            },
        })
    }
}

/// How many checkpoints there are, counted once: those that were there long ago are not counted again.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<Count>);

/// `count` checkpoints are smaller than `below`.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    below: Size,
    count: u64,
}

impl Counted {
    /// How many there are up to `newest`.
    fn total(&self, inner: &Inner, newest: Size) -> Result<u64, Problem> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut from = known.below;
        let mut rest: Vec<Size> = Vec::new();
        loop {
            let page = inner.store.checkpoints(from, MAX_LISTING)?;
            let last = page.last().map(|(size, _)| *size);
            let full = page.len() == MAX_LISTING;
            rest.extend(
                page.into_iter()
                    .map(|(size, _)| size)
                    .filter(|size| *size <= newest),
            );
            // What lies behind the part that is counted again each time is counted for good.
            let settled = rest.len().saturating_sub(RECOUNTED);
            if settled > 0 {
                known.below = rest[settled];
                known.count += settled as u64;
                rest.drain(..settled);
            }
            match last {
                Some(last) if full => from = Size::new(last.get() + 1),
                Some(_) | None => return Ok(known.count + rest.len() as u64),
            }
        }
    }
}

/// Lists every signed checkpoint, smallest first.
#[utoipa::path(
    get, path = "/checkpoints", operation_id = "list_checkpoints", tag = "ledger", params(CheckpointQuery, WaitQuery),
    responses((status = 200, description = "A page of checkpoints with their cosignatures.", body = List<CheckpointItem>), ListRefusals)
)]
pub(crate) async fn list_checkpoints(
    State(state): State<ApiState>,
    Query(query, wait): Query<CheckpointQuery, WaitQuery>,
) -> Result<Answer<List<CheckpointItem>>, Problem> {
    state.wait_for(wait.min_size).await?;
    let _place = state
        .0
        .scans
        .acquire()
        .await
        .map_err(|error| Problem::fault(&error))?;
    let list = state.blocking(move |inner| list(inner, query)).await?;
    let links: Vec<_> = list
        .next
        .iter()
        .map(|next| ("next", next.clone()))
        .collect();
    Ok(Answer::new(list).linked(&links))
}

fn list(inner: &Inner, query: CheckpointQuery) -> Result<List<CheckpointItem>, Problem> {
    let limit = query.limit.unwrap_or(Limit::DEFAULT).0;
    let from = Size::new(query.from.map_or(0, |from| from.0));
    let Some(newest) = inner.published()? else {
        return Ok(List {
            as_of: AsOfState::new(Size::new(0), cinnabar_tlog::EMPTY_ROOT),
            total: 0,
            items: Vec::new(),
            next: None,
        });
    };
    let mut rows = inner.store.checkpoints(from, limit + 1)?;
    rows.retain(|(size, _)| *size <= newest.size);
    let more = rows.get(limit).map(|(size, _)| *size);
    rows.truncate(limit);
    Ok(List {
        as_of: AsOfState::from(&newest),
        total: inner.counted.total(inner, newest.size)?,
        items: rows
            .iter()
            .map(|(_, note)| CheckpointItem::read(inner, note))
            .collect::<Result<_, _>>()?,
        next: more.map(|from| format!("/v1/checkpoints?from={from}&limit={limit}")),
    })
}

/// Finds the signed checkpoint of one size.
#[utoipa::path(
    get, path = "/checkpoints/{size}", operation_id = "find_checkpoint", tag = "ledger", params(CheckpointPath, WaitQuery),
    responses(
        (status = 200, description = "The checkpoint; as `text/plain` the signed note, byte for byte.", content(
            (CheckpointItem = "application/json"), (String = "text/plain"))),
        (status = 406, description = "Only `application/json` and `text/plain` can be had.", body = Problem, content_type = "application/problem+json"),
        ItemRefusals)
)]
pub(crate) async fn find_checkpoint(
    State(state): State<ApiState>,
    Path(path): Path<CheckpointPath>,
    Query(wait, _): Query<WaitQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = Form::accepted(&headers)?;
    state.wait_for(wait.min_size).await?;
    let size = Size::new(path.size.0);
    let read = move |inner: &Inner| {
        let note = note_at(inner, size)?;
        Ok(match form {
            Form::Text => Representation::text(note).into_response(),
            Form::Json => Answer::new(CheckpointItem::read(inner, &note)?).into_response(),
        })
    };
    let mut response = state.blocking(read).await?;
    response
        .headers_mut()
        .insert(header::VARY, header::HeaderValue::from_static("accept"));
    Ok(response)
}

/// The signed note of exactly this size.
pub(crate) fn note_at(inner: &Inner, size: Size) -> Result<String, Problem> {
    let note = inner.store.checkpoint_at(size)?;
    note.ok_or_else(|| Problem::not_found(&format!("a signed checkpoint of size {size}")))
}
