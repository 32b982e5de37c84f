//! Lists: pages that speak of one size of the ledger, however it grows in between.

use std::borrow::Cow;

use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cinnabar_projections::{At, Key, Listing, Page, ReadError, Reader};
use cinnabar_tlog::Size;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, AsOfState, Moment};
use crate::parameters::{AsOf, Decimal, Limit};
use crate::problem::{Code, Problem};
use crate::state::{ApiState, Inner};

/// First byte of a cursor.
const CURSOR_FORMAT: u8 = 1;
/// Format, size, sequence, digest of the question.
const CURSOR_FIXED_BYTES: usize = 1 + 8 + 8 + 4;
/// Longest id in a cursor: a deadline's, which is a subject of at most 77 bytes, a space and a rule of at most 40.
const CURSOR_ID_MAX_BYTES: usize = 77 + 1 + 40;
/// Longest cursor in base64.
const CURSOR_MAX_CHARS: usize = (CURSOR_FIXED_BYTES + CURSOR_ID_MAX_BYTES).div_ceil(3) * 4;

/// What every list understands.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListQuery {
    /// Rows on a page, 1 to 100; 50 if absent.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 100)]
    limit: Option<Limit>,
    /// Where the page before ended; from its `next` link. All pages of a list speak of the same size of the ledger.
    cursor: Option<String>,
    /// Which end first.
    #[param(inline)]
    order: Option<Order>,
    /// As it stood then: after the entry with this sequence, or at this date or UTC time.
    #[param(value_type = Option<String>, example = "2026-11-22")]
    as_of: Option<AsOf>,
    /// Wait, at most five seconds, until the answer reflects so many entries.
    #[param(value_type = Option<u64>)]
    min_size: Option<Decimal>,
}

/// Which end of a list first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    /// First recorded, first shown.
    Oldest,
    /// Last recorded, first shown.
    Newest,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List<T> {
    /// The state of the ledger that this page speaks of.
    pub(crate) as_of: AsOfState,
    /// Rows in the whole list at that size.
    pub(crate) total: u64,
    /// This page's rows.
    pub(crate) items: Vec<T>,
    /// Where the next page is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// Answers a list: `ask` reads a page of rows, `show` makes an item of each.
pub(crate) async fn answer<R, T>(
    state: ApiState,
    uri: Uri,
    query: ListQuery,
    ask: impl FnOnce(&Reader, At, &Page) -> Result<Listing<R>, ReadError> + Send + 'static,
    show: impl Fn(&Inner, R) -> Result<T, Problem> + Send + 'static,
) -> Result<Answer<List<T>>, Problem>
where
    R: 'static,
    T: Send + 'static,
{
    let cursor = query
        .cursor
        .as_deref()
        .map(|text| Cursor::read(text, &uri))
        .transpose()?;
    // Another reader may have given the cursor, and be ahead of this one.
    state
        .wait_for(
            query
                .min_size
                .max(cursor.as_ref().map(|cursor| cursor.size)),
        )
        .await?;
    let page = Page {
        limit: query.limit.unwrap_or(Limit::DEFAULT).0,
        descending: query.order == Some(Order::Newest),
        after: cursor.as_ref().map(|cursor| cursor.after.clone()),
    };
    let list = state.views(move |inner, reader| {
        let moment = match &cursor {
            Some(cursor) => Moment::at_size(inner, reader, Size::new(cursor.size.0))?,
            None => Moment::find(inner, reader, query.as_of)?,
        };
        let Listing { total, rows, next } = ask(reader, moment.at, &page)?;
        let items = rows
            .into_iter()
            .map(|row| show(inner, row))
            .collect::<Result<_, _>>()?;
        let next = next.map(|after| {
            Cursor {
                size: Decimal(moment.as_of.size),
                after,
            }
            .link(&uri)
        });
        Ok((
            List {
                as_of: moment.as_of,
                total,
                items,
                next,
            },
            first(&uri),
        ))
    });
    let (list, first) = list.await?;
    let mut links = vec![("first", first)];
    links.extend(list.next.iter().map(|next| ("next", next.clone())));
    Ok(Answer::new(list).linked(&links))
}

/// Where a page ended.
pub(crate) struct Cursor {
    /// The size that all pages speak of; of a list that speaks of what is now, the size that this page spoke of.
    pub(crate) size: Decimal,
    pub(crate) after: Key,
}

impl Cursor {
    /// `base64url(format ‖ size u64 ‖ sequence u64 ‖ digest of the question, 4 bytes ‖ id)`.
    fn write(&self, uri: &Uri) -> String {
        let mut bytes = vec![CURSOR_FORMAT];
        bytes.extend(self.size.0.to_be_bytes());
        bytes.extend(self.after.sequence.to_be_bytes());
        bytes.extend(question(uri));
        bytes.extend(self.after.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(crate) fn read(text: &str, uri: &Uri) -> Result<Self, Problem> {
        let bad = |detail: &str| Problem::new(Code::BadCursor, format!("cursor: {detail}"));
        let bytes = Some(text)
            .filter(|text| text.len() <= CURSOR_MAX_CHARS)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let bytes = bytes.ok_or_else(|| bad("not one of ours"))?;
        let number = |range| {
            bytes
                .get(range)
                .and_then(|bytes: &[u8]| Some(u64::from_be_bytes(bytes.try_into().ok()?)))
        };
        let (Some(size), Some(sequence), Some(asked)) = (
            number(1..9),
            number(9..17),
            bytes.get(17..CURSOR_FIXED_BYTES),
        ) else {
            return Err(bad("not one of ours"));
        };
        let id =
            str::from_utf8(&bytes[CURSOR_FIXED_BYTES..]).map_err(|_| bad("not one of ours"))?;
        if bytes[0] != CURSOR_FORMAT || size > cinnabar_tlog::MAX_TREE_SIZE.get() {
            return Err(bad("not one of ours"));
        }
        if asked != question(uri) {
            return Err(bad("given for another list or other filters"));
        }
        Ok(Self {
            size: Decimal(size),
            after: Key {
                sequence,
                id: id.to_owned(),
            },
        })
    }

    pub(crate) fn link(&self, uri: &Uri) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs(uri).filter(|(name, _)| name != "cursor" && name != "minSize"));
        query.append_pair("cursor", &self.write(uri));
        format!("{}?{}", uri.path(), query.finish())
    }
}

/// The list's own address.
pub(crate) fn first(uri: &Uri) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs(uri).filter(|(name, _)| name != "cursor" && name != "minSize"));
    match query.finish().as_str() {
        "" => uri.path().to_owned(),
        query => format!("{}?{query}", uri.path()),
    }
}

fn pairs(uri: &Uri) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
}

/// The first bytes of the BLAKE3 of path and filters: a cursor continues the list that gave it and no other.
fn question(uri: &Uri) -> [u8; 4] {
    let mut filters: Vec<_> = pairs(uri)
        .filter(|(name, _)| !matches!(&**name, "cursor" | "limit" | "minSize"))
        .collect();
    filters.sort();
    let mut hasher = blake3::Hasher::new();
    for part in std::iter::once(uri.path())
        .chain(filters.iter().flat_map(|(name, value)| [&**name, &**value]))
    {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut first = [0; 4];
    hasher.finalize_xof().fill(&mut first);
    first
}
