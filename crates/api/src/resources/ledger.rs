//! The ledger itself.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, AsOfState};
use crate::item::WaitQuery;
use crate::parameters::{Nothing, Query};
use crate::problem::Problem;
use crate::refusals::ItemRefusals;
use crate::state::{ApiState, Inner};

/// Who the ledger is and where it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ledger {
    as_of: AsOfState,
    /// Its id: BLAKE3 of the genesis statement.
    ledger: String,
    /// Its name in checkpoints.
    origin: String,
    /// Its short name.
    name: String,
    /// The institution whose ledger it is.
    institution: String,
    /// Where its law holds.
    jurisdiction: String,
    /// The key that signs its checkpoints (C2SP signed-note verifier key). Compare it with one that came another way.
    log_key: String,
    /// The newest checkpoint, a C2SP signed note.
    checkpoint: String,
    links: LedgerLinks,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct LedgerLinks {
    /// The checkpoint by itself; tiles and entry bundles are beside it (C2SP tlog-tiles).
    checkpoint: &'static str,
    /// The entries.
    entries: &'static str,
    /// The kinds of statement.
    kinds: &'static str,
}

/// Tells who the ledger is and where it stands.
#[utoipa::path(
    get, path = "/ledger", operation_id = "find_ledger", tag = "ledger", params(WaitQuery),
    responses((status = 200, description = "Identity, log key, size, root and newest checkpoint.", body = Ledger), ItemRefusals)
)]
pub(crate) async fn find_ledger(
    State(state): State<ApiState>,
    Query(query, _): Query<WaitQuery, Nothing>,
) -> Result<Answer<Ledger>, Problem> {
    state.wait_for(query.min_size).await?;
    state.blocking(read).await.map(Answer::new)
}

fn read(inner: &Inner) -> Result<Ledger, Problem> {
    let published = inner.checkpoint()?;
    let identity = inner.identity()?.clone();
    Ok(Ledger {
        as_of: AsOfState::from(&published),
        ledger: identity.id.to_string(),
        origin: identity.origin,
        name: identity.name,
        institution: identity.institution,
        jurisdiction: identity.jurisdiction,
        log_key: identity.log_key.to_string(),
        checkpoint: published.note.to_string(),
        links: LedgerLinks {
            checkpoint: "/checkpoint",
            entries: "/v1/entries",
            kinds: "/v1/kinds",
        },
    })
}
