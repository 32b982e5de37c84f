//! Lists read from the records: how things stand now. There is no going back in them, so their pages follow each other
//! by key, and each says which size of the ledger it speaks of.

use axum::http::Uri;
use cinnabar_projections::{Key, Listing};
use cinnabar_store::Snapshot;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, AsOfState};
use crate::list::{self, Cursor, List};
use crate::parameters::{Decimal, Limit};
use crate::problem::Problem;
use crate::state::{ApiState, Inner};

/// What every list of what stands now understands.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StandingQuery {
    /// Rows on a page, 1 to 100; 50 if absent.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    /// Where the page before ended; from its `next` link. Each page speaks of what stands when it is asked for.
    cursor: Option<String>,
    /// Wait, at most five seconds, until the answer reflects so many entries.
    #[param(value_type = Option<u64>)]
    min_size: Option<Decimal>,
}

/// Which page is wanted.
pub(crate) struct Wanted {
    /// What comes after this key.
    pub(crate) after: Option<Key>,
    /// How many rows.
    pub(crate) limit: usize,
}

impl Wanted {
    /// Makes a page of `rows`, which are those wanted and, if there are more, one further.
    pub(crate) fn page<T>(&self, total: u64, mut rows: Vec<(Key, T)>) -> Listing<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|(key, _)| key.clone());
        Listing {
            total,
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            next,
        }
    }
}

/// Answers a list of what stands now.
pub(crate) async fn answer<T: Send + 'static>(
    state: ApiState,
    uri: Uri,
    query: StandingQuery,
    ask: impl FnOnce(&Inner, &Snapshot<'_>, &Wanted) -> Result<Listing<T>, Problem> + Send + 'static,
) -> Result<Answer<List<T>>, Problem> {
    let cursor = query
        .cursor
        .as_deref()
        .map(|text| Cursor::read(text, &uri))
        .transpose()?;
    // Another reader may have given the cursor, and be ahead of this one.
    let min_size = query
        .min_size
        .max(cursor.as_ref().map(|cursor| cursor.size));
    let wanted = Wanted {
        after: cursor.map(|cursor| cursor.after),
        limit: query.limit.unwrap_or(Limit::DEFAULT).0,
    };
    let _turn = state.0.scans.acquire().await;
    let list = state.records(min_size, move |inner, snapshot| {
        let as_of = AsOfState::from(snapshot.head());
        let Listing { total, rows, next } = ask(inner, snapshot, &wanted)?;
        let next = next.map(|after| {
            let size = Decimal(as_of.size);
            Cursor { size, after }.link(&uri)
        });
        let list = List {
            as_of,
            total,
            items: rows,
            next,
        };
        Ok((list, list::first(&uri)))
    });
    let (list, first) = list.await?;
    let mut links = vec![("first", first)];
    links.extend(list.next.iter().map(|next| ("next", next.clone())));
    Ok(Answer::new(list).linked(&links))
}
