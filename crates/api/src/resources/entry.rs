//! One entry: as JSON, as its exact bytes, as a DSSE envelope.

use axum::extract::State;
use cinnabar_events::{Entry, EntryHash};
use cinnabar_projections::{Mark, Reader, Slot, Suspect};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, AsOfState, Moment, Representation};
use crate::item::WaitQuery;
use crate::links::EntryLinks;
use crate::parameters::{Decimal, Path, Query};
use crate::problem::Problem;
use crate::refusals::ItemRefusals;
use crate::state::{ApiState, Inner, Published};

/// Where an entry is.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct EntryPath {
    /// Its position in the ledger, from 0.
    #[param(value_type = u64)]
    pub(crate) sequence: Decimal,
}

/// One entry with what is computed from it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryBody {
    as_of: AsOfState,
    /// Its position in the ledger.
    sequence: u64,
    /// BLAKE3 of its bytes: what the next entry names as `prev`.
    hash: String,
    /// SHA-256 of a zero byte and its bytes: its leaf in the Merkle tree.
    leaf_hash: String,
    /// The entry, byte for byte as it stands in the ledger.
    #[schema(value_type = Object)]
    entry: Box<RawValue>,
    /// Keys that signed it after they were compromised, as far as is known. Absent if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suspect: Vec<Suspect>,
    /// Its confidential fields: what is in the vault, and what was erased. Absent if it has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    confidential: Vec<Slot>,
    /// Later entries that correct, annotate or dispute it. Absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<MarkItem>,
    links: EntryLinks,
}

/// A later entry about this one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MarkItem {
    #[serde(flatten)]
    mark: Mark,
    links: MarkLinks,
}

#[derive(Debug, Serialize, ToSchema)]
struct MarkLinks {
    /// The later entry.
    entry: String,
    /// Proof that it is in the ledger.
    proof: String,
    /// The later entry with everything to verify it offline.
    bundle: String,
    /// How the correction, annotation or dispute stands.
    subject: String,
}

impl From<Mark> for MarkItem {
    fn from(mark: Mark) -> Self {
        let links = MarkLinks {
            entry: format!("/v1/entries/{}", mark.sequence),
            proof: format!("/v1/entries/{}/proof", mark.sequence),
            bundle: format!("/v1/entries/{}/bundle", mark.sequence),
            subject: format!("/v1/subjects/{}", mark.subject),
        };
        Self { mark, links }
    }
}

/// A DSSE envelope (v1.0.2), for the document: `cinnabar-evidence` writes it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope {
    /// The statement's bytes in base64.
    payload: String,
    /// What they are; it is part of what is signed.
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug, Serialize, ToSchema)]
struct EnvelopeSignature {
    /// The public key.
    keyid: String,
    /// The Ed25519 signature in base64.
    sig: String,
}

/// Reads an entry's bytes, if the newest checkpoint covers it.
async fn read_bytes(
    state: &ApiState,
    path: EntryPath,
    wait: WaitQuery,
) -> Result<Vec<u8>, Problem> {
    state.wait_for(wait.min_size).await?;
    let read = move |inner: &Inner| {
        let newest = inner.newest()?;
        let newest = newest.ok_or_else(|| Problem::not_found("a checkpoint"))?;
        inner.entry_bytes(&newest, path.sequence)
    };
    state.blocking(read).await
}

/// Reads an entry that the newest checkpoint covers.
pub(crate) async fn read(
    state: &ApiState,
    path: EntryPath,
    wait: WaitQuery,
) -> Result<(Published, Entry), Problem> {
    state.wait_for(wait.min_size).await?;
    let read = move |inner: &Inner| {
        let published = inner.checkpoint()?;
        let entry = inner.entry(&published, path.sequence)?;
        Ok((published, entry))
    };
    state.blocking(read).await
}

/// Finds one entry.
#[utoipa::path(
    get, path = "/entries/{sequence}", operation_id = "find_entry", tag = "ledger", params(EntryPath, WaitQuery),
    responses((status = 200, description = "The entry with its hashes.", body = EntryBody), ItemRefusals)
)]
pub(crate) async fn find_entry(
    State(state): State<ApiState>,
    Path(path): Path<EntryPath>,
    Query(wait, _): Query<WaitQuery>,
) -> Result<Answer<EntryBody>, Problem> {
    let bytes = read_bytes(&state, path, wait).await?;
    // What later entries say about it is known to the views, which come a moment after the checkpoint.
    let sequence = path.sequence.0;
    state.wait_for(Some(Decimal(sequence + 1))).await?;
    let row = move |inner: &Inner, reader: &Reader| {
        let moment = Moment::find(inner, reader, None)?;
        Ok((reader.entry(moment.at, sequence)?, moment.as_of))
    };
    let (row, as_of) = state.views(row).await?;
    let row = row.ok_or_else(|| Problem::not_found(&format!("entry {sequence}")))?;
    let raw = serde_json::from_slice(&bytes).map_err(|error| Problem::fault(&error))?;
    Ok(Answer::new(EntryBody {
        as_of,
        sequence,
        hash: EntryHash::of(&bytes).to_string(),
        leaf_hash: cinnabar_tlog::leaf_hash(&bytes).to_string(),
        entry: raw,
        suspect: row.suspect,
        confidential: row.confidential,
        marks: row.marks.into_iter().map(MarkItem::from).collect(),
        links: EntryLinks::new(sequence, &row.subject),
    }))
}

/// Gives an entry's exact bytes: `b3sum` of them is the next entry's `prev`.
#[utoipa::path(
    get, path = "/entries/{sequence}/raw", operation_id = "find_entry_bytes", tag = "ledger", params(EntryPath, WaitQuery),
    responses((status = 200, description = "The entry's bytes: canonical JSON, without a line end.", body = Object, content_type = "application/json"), ItemRefusals)
)]
pub(crate) async fn find_entry_bytes(
    State(state): State<ApiState>,
    Path(path): Path<EntryPath>,
    Query(wait, _): Query<WaitQuery>,
) -> Result<Representation, Problem> {
    let bytes = read_bytes(&state, path, wait).await?;
    Ok(Representation::for_ever("application/json", bytes))
}

/// Gives an entry's statement with its signatures as a DSSE envelope, for `openssl` or any DSSE library.
#[utoipa::path(
    get, path = "/entries/{sequence}/envelope", operation_id = "find_entry_envelope", tag = "ledger", params(EntryPath, WaitQuery),
    responses((status = 200, description = "The statement and its signatures.", body = Envelope, content_type = "application/vnd.dsse.envelope.v1+json"), ItemRefusals)
)]
pub(crate) async fn find_entry_envelope(
    State(state): State<ApiState>,
    Path(path): Path<EntryPath>,
    Query(wait, _): Query<WaitQuery>,
) -> Result<Representation, Problem> {
    let (_, entry) = read(&state, path, wait).await?;
    Ok(Representation::for_ever(
        "application/vnd.dsse.envelope.v1+json",
        cinnabar_evidence::envelope(&entry),
    ))
}
