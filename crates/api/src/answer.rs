//! Answers: JSON with the size that it speaks of, and an ETag.

use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use cinnabar_projections::{At, Reader};
use cinnabar_tlog::{Hash, Size};
use serde::Serialize;

use crate::parameters::AsOf;
use crate::problem::Problem;
use crate::state::{Inner, Published};

/// For what changes with the next block: keep it, but ask before using it.
const CACHE_REVALIDATE: &str = "no-cache";
/// For what never changes: a week, as other logs say.
pub(crate) const CACHE_FOR_EVER: &str = "public, max-age=604800, immutable";

/// The state of the ledger that an answer speaks of.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AsOfState {
    /// Entries in it.
    pub(crate) size: u64,
    /// Root of its Merkle tree (RFC 6962), 64 hex digits.
    pub(crate) root_hash: String,
}

impl AsOfState {
    pub(crate) fn new(size: Size, root: Hash) -> Self {
        Self {
            size: size.get(),
            root_hash: root.to_string(),
        }
    }
}

impl From<cinnabar_store::Head> for AsOfState {
    fn from(head: cinnabar_store::Head) -> Self {
        Self::new(head.size, head.root)
    }
}

impl From<&Published> for AsOfState {
    fn from(published: &Published) -> Self {
        Self::new(published.size, published.root)
    }
}

/// The moment that a question to the views is about.
pub(crate) struct Moment {
    pub(crate) at: At,
    pub(crate) as_of: AsOfState,
}

impl Moment {
    /// The newest that this reader sees, or the one asked for.
    pub(crate) fn find(
        inner: &Inner,
        reader: &Reader,
        asked: Option<AsOf>,
    ) -> Result<Self, Problem> {
        let newest = reader.cursor().size;
        match asked {
            None => Self::at_size(inner, reader, newest),
            Some(AsOf::Time(time)) => Self::at_size(inner, reader, reader.size_at(time)?),
            Some(AsOf::Sequence(sequence)) if sequence < newest.get() => {
                Self::at_size(inner, reader, Size::new(sequence + 1))
            }
            Some(AsOf::Sequence(sequence)) => Err(Problem::parameter(
                "asOf",
                format!("there is no entry {sequence} yet, the ledger has {newest}"),
            )),
        }
    }

    /// At a size that this reader has.
    pub(crate) fn at_size(inner: &Inner, reader: &Reader, size: Size) -> Result<Self, Problem> {
        let newest = reader.cursor();
        let root = if size == newest.size {
            newest.root
        } else {
            inner.store.root_at(size)?
        };
        Ok(Self {
            at: At::size(size),
            as_of: AsOfState::new(size, root),
        })
    }
}

/// JSON, sent with 200.
pub(crate) struct Answer<T> {
    body: T,
    links: Option<HeaderValue>,
}

impl<T> Answer<T> {
    pub(crate) fn new(body: T) -> Self {
        Self { body, links: None }
    }

    /// What is about to be sent.
    pub(crate) fn body(&self) -> &T {
        &self.body
    }

    /// With a `Link` header (RFC 8288).
    pub(crate) fn linked(mut self, links: &[(&str, String)]) -> Self {
        let text: Vec<_> = links
            .iter()
            .map(|(relation, url)| format!("<{url}>; rel=\"{relation}\""))
            .collect();
        self.links = HeaderValue::from_str(&text.join(", ")).ok();
        self
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self.body) {
            Ok(body) => body,
            Err(error) => return Problem::fault(&error).into_response(),
        };
        let mut response = Representation::json(body).into_response();
        if let Some(links) = self.links {
            response.headers_mut().insert(header::LINK, links);
        }
        response
    }
}

/// Bytes with their media type, an ETag, and how long they may be kept.
pub(crate) struct Representation {
    pub(crate) media_type: &'static str,
    pub(crate) cache: &'static str,
    pub(crate) body: Bytes,
}

impl Representation {
    pub(crate) fn json(body: Vec<u8>) -> Self {
        Self {
            media_type: "application/json",
            cache: CACHE_REVALIDATE,
            body: body.into(),
        }
    }

    pub(crate) fn text(body: String) -> Self {
        Self {
            media_type: "text/plain; charset=utf-8",
            cache: CACHE_REVALIDATE,
            body: body.into(),
        }
    }

    pub(crate) fn for_ever(media_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            media_type,
            cache: CACHE_FOR_EVER,
            body: body.into(),
        }
    }
}

impl IntoResponse for Representation {
    fn into_response(self) -> Response {
        // Strong: the same bytes, the same tag.
        let tag = format!("\"{}\"", &blake3::hash(&self.body).to_hex()[..32]);
        let headers: [(HeaderName, HeaderValue); 3] = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.media_type),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static(self.cache)),
            (
                header::ETAG,
                HeaderValue::from_str(&tag).expect("hex in quotes is a header"),
            ),
        ];
        (headers, self.body).into_response()
    }
}
