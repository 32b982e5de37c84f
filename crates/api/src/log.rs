//! The ledger as other implementations read it: C2SP tlog-tiles, at the server's root.

use axum::extract::State;
use axum::http::Uri;
use cinnabar_tlog::TilePath;

use crate::answer::Representation;
use crate::problem::{Code, Problem};
use crate::state::{ApiState, Inner};

/// `GET /checkpoint`: the newest signed note that meets the quorum of witnesses, if that is at most 60 seconds older than the newest
/// signed one; otherwise the newest signed one, with what cosignatures it has.
pub(crate) async fn checkpoint(State(state): State<ApiState>) -> Result<Representation, Problem> {
    let published = state.blocking(Inner::shown).await?;
    Ok(Representation::text(published.note.to_string()))
}

/// `GET /tile/…`: hashes or entries, of every width that ever was, as far as the newest signed checkpoint covers them. The path is
/// read as it was sent: percent-encoded spellings of a tile's path are other paths, and nothing has them. What isn't there is 404
/// and nothing else: on 404, and only then, a client tries the full tile.
pub(crate) async fn tile(
    State(state): State<ApiState>,
    uri: Uri,
) -> Result<Representation, Problem> {
    let nothing = |detail: String| Problem::new(Code::NoSuchPath, detail);
    let path = uri.path().strip_prefix('/').unwrap_or_default();
    let path = TilePath::parse(path).map_err(|error| nothing(error.to_string()))?;
    let bytes = state.blocking(move |inner| read(inner, path)).await?;
    let bytes =
        bytes.ok_or_else(|| nothing("the newest checkpoint doesn't cover so much".to_owned()))?;
    Ok(Representation::for_ever("application/octet-stream", bytes))
}

fn read(inner: &Inner, path: TilePath) -> Result<Option<Vec<u8>>, Problem> {
    let covered = inner
        .published()?
        .is_some_and(|published| path.exists_at(published.size));
    if !covered {
        return Ok(None);
    }
    Ok(match path {
        TilePath::Hashes { tile, width } => inner.store.tile(tile, width)?,
        TilePath::Entries { index, width } => inner.store.bundle(index, width)?,
    })
}
