//! What single things share.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::Moment;
use crate::parameters::{AsOf, Decimal};
use crate::problem::Problem;
use crate::state::{ApiState, Inner};

use cinnabar_projections::Reader;

/// What every single thing in a view understands.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ItemQuery {
    /// As it stood then: after the entry with this sequence, or at this date or UTC time.
    #[param(value_type = Option<String>, example = "2026-11-22")]
    as_of: Option<AsOf>,
    /// Wait, at most five seconds, until the answer reflects so many entries.
    #[param(value_type = Option<u64>)]
    min_size: Option<Decimal>,
}

/// The size to wait for, where there is nothing to look back to.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WaitQuery {
    /// Wait, at most five seconds, until the answer reflects so many entries.
    #[param(value_type = Option<u64>)]
    pub(crate) min_size: Option<Decimal>,
}

/// The id of a thing.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct IdPath {
    /// Its id: 1 to 64 of `A-Z a-z 0-9 _ -`.
    #[param(value_type = String)]
    pub(crate) id: cinnabar_events::Id,
}

/// Asks the views about one thing at the moment that `query` names.
pub(crate) async fn find<T: Send + 'static>(
    state: ApiState,
    query: ItemQuery,
    ask: impl FnOnce(&Inner, &Reader, Moment) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    state.wait_for(query.min_size).await?;
    let find = move |inner: &Inner, reader: &Reader| {
        ask(inner, reader, Moment::find(inner, reader, query.as_of)?)
    };
    state.views(find).await
}
