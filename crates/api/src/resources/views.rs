//! What the views come to, for an auditor who folds the ledger himself and compares.

use std::sync::TryLockError;

use axum::extract::State;
use cinnabar_projections::VIEWS;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, AsOfState};
use crate::item::WaitQuery;
use crate::parameters::{Decimal, Query};
use crate::problem::{Code, Problem};
use crate::refusals::ItemRefusals;
use crate::state::{ApiState, Inner};

/// At which size.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
pub(crate) struct ViewsQuery {
    /// The size that the views should stand at; whatever they stand at if absent.
    #[param(value_type = Option<u64>)]
    size: Option<Decimal>,
}

/// The digest of each view at one size of the ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ViewDigests {
    as_of: AsOfState,
    views: Vec<ViewDigest>,
}

/// The digest of one view.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct ViewDigest {
    /// Its name.
    name: &'static str,
    /// Version of its tables and fold: digests of different versions can't be compared.
    version: u32,
    /// `blake3:<64 hex>` over its rows in the order of their keys.
    digest: String,
}

/// Gives the digest of each view, over all its rows. Whoever folds the same entries gets the same.
#[utoipa::path(
    get, path = "/views", operation_id = "find_view_digests", tag = "ledger", params(ViewsQuery, WaitQuery),
    responses((status = 200, description = "Name, version and digest of each view.", body = ViewDigests), ItemRefusals)
)]
pub(crate) async fn find_view_digests(
    State(state): State<ApiState>,
    Query(query, wait): Query<ViewsQuery, WaitQuery>,
) -> Result<Answer<ViewDigests>, Problem> {
    state.wait_for(wait.min_size).await?;
    state.wait_for(query.size).await?;
    let digests = state.blocking(read).await?;
    match query.size {
        Some(Decimal(size)) if size != digests.as_of.size => Err(Problem::not_found(&format!(
            "a digest at size {size}, as the views have gone on to {},",
            digests.as_of.size
        ))),
        Some(_) | None => Ok(Answer::new(digests)),
    }
}

/// The digests as the views stand. Every row is read once for each size, by one who asks at a time.
fn read(inner: &Inner) -> Result<ViewDigests, Problem> {
    let mut known = match inner.digests.try_lock() {
        Ok(known) => known,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => {
            let what = "the digests are being computed for somebody; come back later";
            return Err(Problem::new(Code::Busy, what));
        }
    };
    let mut reader = inner.views.read()?;
    let as_of = AsOfState::new(reader.cursor().size, reader.cursor().root);
    if let Some(known) = known.as_ref().filter(|known| known.as_of == as_of) {
        return Ok(known.clone());
    }
    let digests = reader.digests()?;
    let version = |name: &str| VIEWS.iter().find(|view| view.name == name);
    let digest = |(name, digest): (&'static str, cinnabar_projections::Digest)| ViewDigest {
        name,
        version: version(name).map_or(0, |view| view.version),
        digest: digest.to_string(),
    };
    let digests = ViewDigests {
        as_of,
        views: digests.views.into_iter().map(digest).collect(),
    };
    Ok(known.insert(digests).clone())
}
