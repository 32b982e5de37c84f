//! Proofs: that an entry is in the ledger, and that the ledger only grew.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use cinnabar_events::{Receipt, Sequence};
use cinnabar_tlog::{LeafIndex, Size, TlogProof, leaf_hash};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::entry::EntryPath;
use crate::answer::{Answer, AsOfState, Representation};
use crate::item::WaitQuery;
use crate::links::EntryLinks;
use crate::parameters::{Decimal, Path, Query};
use crate::problem::{Code, Problem};
use crate::refusals::ItemRefusals;
use crate::state::{ApiState, Inner, Published};

/// Time-stamps that are looked at for one that meets the quorum as well: some days of them.
const STAMPS_LOOKED_AT: usize = 256;

/// That an entry is in the tree of the checkpoint.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InclusionBody {
    as_of: AsOfState,
    /// The entry's position.
    sequence: u64,
    /// Its leaf: SHA-256 of a zero byte and its bytes.
    leaf_hash: String,
    /// The proof (RFC 6962 §2.1.1): sibling hashes from the leaf up, 64 hex digits each.
    hashes: Vec<String>,
    /// The checkpoint that the proof leads to, a C2SP signed note.
    checkpoint: String,
    links: EntryLinks,
}

/// That a tree begins with an older one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsistencyBody {
    as_of: AsOfState,
    /// The older tree.
    old: AsOfState,
    /// The newer tree.
    new: AsOfState,
    /// The proof (RFC 6962 §2.1.2), 64 hex digits each.
    hashes: Vec<String>,
}

/// Which trees.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
pub(crate) struct ConsistencyQuery {
    /// Size of the older tree.
    #[param(value_type = u64)]
    old: Decimal,
    /// Size of the newer tree; that of the newest checkpoint if absent.
    #[param(value_type = Option<u64>)]
    new: Option<Decimal>,
}

/// Under which checkpoint.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
pub(crate) struct ReceiptQuery {
    /// Under the newest checkpoint that meets the quorum of witnesses, with their cosignatures, instead of the newest signed one.
    cosigned: Option<bool>,
    /// Under the first checkpoint that has a time-stamp: what shows that the entry was there by then. With `cosigned` it also meets the quorum.
    stamped: Option<bool>,
}

/// How a proof, or a checkpoint, can be had.
pub(crate) enum Form {
    Json,
    Text,
}

impl Form {
    /// The first form that `Accept` names, JSON if it names anything or nothing.
    pub(crate) fn accepted(headers: &HeaderMap) -> Result<Self, Problem> {
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .unwrap_or("*/*");
        let form = |media: &str| match media.split(';').next().unwrap_or_default().trim() {
            "*/*" | "application/*" | "application/json" => Some(Self::Json),
            "text/*" | "text/plain" => Some(Self::Text),
            _ => None,
        };
        let unacceptable =
            || Problem::new(Code::NotAcceptable, "had as application/json or text/plain");
        accept.split(',').find_map(form).ok_or_else(unacceptable)
    }
}

/// The proof for the entry with these bytes. It is verified before it is given away: bytes that rotted, here or in a tile, prove nothing.
fn prove(
    inner: &Inner,
    published: &Published,
    sequence: Decimal,
    bytes: &[u8],
) -> Result<TlogProof, Problem> {
    let (index, size) = (LeafIndex::new(sequence.0), published.size);
    let inclusion = inner
        .prover
        .inclusion(&inner.store, Sequence::new(sequence.0), size)?;
    inclusion
        .verify(index, size, &leaf_hash(bytes), &published.root)
        .map_err(|error| Problem::fault(&error))?;
    Ok(TlogProof {
        extra: None,
        index,
        inclusion,
        checkpoint: published.note.clone(),
    })
}

/// An entry of the newest checkpoint, and its proof.
struct Proven {
    published: Arc<Published>,
    bytes: Vec<u8>,
    proof: TlogProof,
}

async fn proven(state: &ApiState, path: EntryPath, wait: WaitQuery) -> Result<Proven, Problem> {
    state.wait_for(wait.min_size).await?;
    let proved = move |inner: &Inner| {
        let published = newest(inner)?;
        let bytes = inner.entry_bytes(&published, path.sequence)?;
        let proof = prove(inner, &published, path.sequence, &bytes)?;
        Ok(Proven {
            published,
            bytes,
            proof,
        })
    };
    state.blocking(proved).await
}

fn newest(inner: &Inner) -> Result<Arc<Published>, Problem> {
    inner
        .newest()?
        .ok_or_else(|| Problem::not_found("a checkpoint"))
}

/// What an answer takes from an entry beside its bytes.
#[derive(Deserialize)]
struct Brief<'e> {
    #[serde(borrow)]
    statement: BriefStatement<'e>,
}

#[derive(Deserialize)]
struct BriefStatement<'e> {
    /// No escape is ever needed in one.
    #[serde(borrow)]
    subject: &'e str,
}

/// Proves that an entry is in the ledger.
#[utoipa::path(
    get, path = "/entries/{sequence}/proof", operation_id = "find_entry_proof", tag = "ledger", params(EntryPath, WaitQuery),
    responses(
        (status = 200, description = "Inclusion proof and checkpoint; as `text/plain` a C2SP tlog-proof file.", content(
            (InclusionBody = "application/json"), (String = "text/plain"))),
        (status = 406, description = "Only `application/json` and `text/plain` can be had.", body = Problem, content_type = "application/problem+json"),
        ItemRefusals)
)]
pub(crate) async fn find_entry_proof(
    State(state): State<ApiState>,
    Path(path): Path<EntryPath>,
    Query(wait, _): Query<WaitQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = Form::accepted(&headers)?;
    let Proven {
        published,
        bytes,
        proof,
    } = proven(&state, path, wait).await?;
    let brief: Brief<'_> =
        serde_json::from_slice(&bytes).map_err(|error| Problem::fault(&error))?;
    let mut response = match form {
        Form::Text => Representation::text(proof.to_string()).into_response(),
        Form::Json => Answer::new(InclusionBody {
            as_of: AsOfState::from(&*published),
            sequence: path.sequence.0,
            leaf_hash: leaf_hash(&bytes).to_string(),
            hashes: proof
                .inclusion
                .hashes()
                .iter()
                .map(ToString::to_string)
                .collect(),
            checkpoint: published.note.to_string(),
            links: EntryLinks::new(path.sequence.0, brief.statement.subject),
        })
        .into_response(),
    };
    response
        .headers_mut()
        .insert(header::VARY, header::HeaderValue::from_static("accept"));
    Ok(response)
}

/// Gives an entry's receipt: the entry and its proof in one, for keeping and for checking offline.
#[utoipa::path(
    get, path = "/entries/{sequence}/receipt", operation_id = "find_entry_receipt", tag = "ledger", params(EntryPath, ReceiptQuery, WaitQuery),
    responses((status = 200, description = "The receipt: canonical JSON of `entry`, `proof` (a C2SP tlog-proof) and `v`.", body = Object, content_type = "application/json"), ItemRefusals)
)]
pub(crate) async fn find_entry_receipt(
    State(state): State<ApiState>,
    Path(path): Path<EntryPath>,
    Query(query, wait): Query<ReceiptQuery, WaitQuery>,
) -> Result<Representation, Problem> {
    state.wait_for(wait.min_size).await?;
    let proved = move |inner: &Inner| {
        let bytes = inner.entry_bytes(&*newest(inner)?, path.sequence)?;
        let published = under(inner, query, path.sequence)?;
        let proof = prove(inner, &published, path.sequence, &bytes)?;
        Ok(Receipt::write(&bytes, &proof))
    };
    state.blocking(proved).await.map(Representation::json)
}

/// The checkpoint that a receipt is asked for under.
fn under(
    inner: &Inner,
    query: ReceiptQuery,
    Decimal(sequence): Decimal,
) -> Result<Arc<Published>, Problem> {
    let none = |what: &str| {
        let covers = format!("no checkpoint {what} covers entry {sequence}");
        Problem::new(Code::NotCosigned, covers)
    };
    match (query.cosigned == Some(true), query.stamped == Some(true)) {
        (false, false) => newest(inner),
        (true, false) => inner
            .met()?
            .filter(|met| met.size.get() > sequence)
            .map(Arc::new)
            .ok_or_else(|| none("that meets the quorum of witnesses")),
        (cosigned, true) => stamped(inner, Size::new(sequence + 1), cosigned)?
            .map(Arc::new)
            .ok_or_else(|| none("with a time-stamp")),
    }
}

/// The first checkpoint of `from` entries or more that has a time-stamp, among those looked at.
fn stamped(inner: &Inner, from: Size, cosigned: bool) -> Result<Option<Published>, Problem> {
    for (size, _, _) in inner.store.timestamps_from(from, STAMPS_LOOKED_AT)? {
        let Some(note) = inner.store.checkpoint_at(size)? else {
            continue;
        };
        let published = Published::read(&note)?;
        let met = |note| {
            inner
                .witnessed
                .as_ref()
                .is_some_and(|known| known.is_met(note))
        };
        if !cosigned || met(&published.note) {
            return Ok(Some(published));
        }
    }
    Ok(None)
}

/// Proves that the ledger at one size begins with the ledger at another.
#[utoipa::path(
    get, path = "/consistency-proof", operation_id = "find_consistency_proof", tag = "ledger", params(ConsistencyQuery, WaitQuery),
    responses((status = 200, description = "The consistency proof between the two trees.", body = ConsistencyBody), ItemRefusals)
)]
pub(crate) async fn find_consistency_proof(
    State(state): State<ApiState>,
    Query(query, wait): Query<ConsistencyQuery, WaitQuery>,
) -> Result<Answer<ConsistencyBody>, Problem> {
    state.wait_for(wait.min_size).await?;
    state
        .blocking(move |inner| consistency(inner, query))
        .await
        .map(Answer::new)
}

fn consistency(inner: &Inner, query: ConsistencyQuery) -> Result<ConsistencyBody, Problem> {
    let published = inner.checkpoint()?;
    let new = query.new.map_or(published.size, |new| Size::new(new.0));
    let old = Size::new(query.old.0);
    if new > published.size {
        return Err(Problem::parameter(
            "new",
            format!("the newest checkpoint has size {}", published.size),
        ));
    }
    if old > new {
        return Err(Problem::parameter(
            "old",
            format!("larger than the newer size {new}"),
        ));
    }
    let state = |size: Size| Ok::<_, Problem>(AsOfState::new(size, inner.store.root_at(size)?));
    Ok(ConsistencyBody {
        as_of: AsOfState::from(&published),
        old: state(old)?,
        new: state(new)?,
        hashes: inner
            .store
            .consistency_proof(old, new)?
            .hashes()
            .iter()
            .map(ToString::to_string)
            .collect(),
    })
}
