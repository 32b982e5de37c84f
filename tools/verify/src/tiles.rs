//! A log in tiles (C2SP tlog-tiles), in a directory or behind HTTP: its checkpoint, its entry bundles, its hash tiles.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cinnabar_tlog::{
    HASH_BYTES, HashReader, MAX_ENTRY_BYTES, MAX_NOTE_BYTES, TILE_WIDTH, TileId, TilePath,
    TileWidth,
};
use serde::Serialize;

/// Longest bundle: 256 entries, each with its length of two bytes.
const MAX_BUNDLE_BYTES: usize = TILE_WIDTH as usize * (2 + MAX_ENTRY_BYTES);
/// Longest hash tile.
const MAX_TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;
/// Time to open a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for one answer, the longest bundle over a slow line included.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// How often a request that failed on the way is made.
const ATTEMPTS: u32 = 3;
/// Pause before it is made again; doubled each time.
const PAUSE: Duration = Duration::from_millis(250);

/// Something that couldn't be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unavailable {
    #[error("{0} does not exist")]
    NotFound(String),
    #[error("{0} is longer than it can be")]
    TooLong(String),
    #[error("{0}: {1}")]
    Unreadable(String, io::Error),
    #[error("{0}: {1}")]
    Unreachable(String, Box<ureq::Error>),
}

/// Where tiles are kept.
pub(crate) trait Tiles: Send + Sync {
    /// The resource at `path`, at most `limit` bytes of it.
    fn get(&self, path: &str, limit: usize) -> Result<Vec<u8>, Unavailable>;

    /// The directory that they are in, if they are in one.
    fn directory(&self) -> Option<&Path> {
        None
    }
}

/// Tiles in a directory.
pub(crate) struct DirectoryTiles(PathBuf);

impl DirectoryTiles {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }
}

impl Tiles for DirectoryTiles {
    fn directory(&self) -> Option<&Path> {
        Some(&self.0)
    }

    fn get(&self, path: &str, limit: usize) -> Result<Vec<u8>, Unavailable> {
        let path = self.0.join(path);
        let name = || path.display().to_string();
        let unreadable = |error: io::Error| {
            if error.kind() == io::ErrorKind::NotFound {
                Unavailable::NotFound(name())
            } else {
                Unavailable::Unreadable(name(), error)
            }
        };
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(unreadable)?;
        file.take(limit as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() > limit {
            return Err(Unavailable::TooLong(name()));
        }
        Ok(bytes)
    }
}

/// Tiles behind HTTP.
pub(crate) struct HttpTiles {
    agent: ureq::Agent,
    base: String,
}

impl HttpTiles {
    pub(crate) fn new(base: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(ANSWER_TIMEOUT))
            .max_redirects(3)
            .user_agent(concat!("cinnabar-verify/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self {
            agent,
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    fn once(&self, url: &str, limit: usize) -> Result<Vec<u8>, ureq::Error> {
        let mut answer = self.agent.get(url).call()?;
        answer
            .body_mut()
            .with_config()
            .limit(limit as u64)
            .read_to_vec()
    }
}

impl Tiles for HttpTiles {
    fn get(&self, path: &str, limit: usize) -> Result<Vec<u8>, Unavailable> {
        let url = format!("{}/{path}", self.base);
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let error = match self.once(&url, limit) {
                Ok(bytes) => return Ok(bytes),
                Err(ureq::Error::StatusCode(404 | 410)) => return Err(Unavailable::NotFound(url)),
                Err(ureq::Error::BodyExceedsLimit(_)) => return Err(Unavailable::TooLong(url)),
                Err(error) => error,
            };
            let refused = matches!(error, ureq::Error::StatusCode(400..=499))
                && !matches!(error, ureq::Error::StatusCode(429));
            if attempt == ATTEMPTS || refused {
                return Err(Unavailable::Unreachable(url, Box::new(error)));
            }
            std::thread::sleep(pause);
            pause *= 2;
            attempt += 1;
        }
    }
}

/// A log in tiles.
pub(crate) struct TileLog {
    tiles: Box<dyn Tiles>,
    fetched: Counts,
}

/// How much was fetched.
#[derive(Debug, Default)]
struct Counts {
    bundles: AtomicU64,
    tiles: AtomicU64,
}

/// How much was fetched.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Fetched {
    /// Bundles of entries.
    pub(crate) bundles: u64,
    /// Hash tiles.
    pub(crate) tiles: u64,
}

impl TileLog {
    pub(crate) fn new(tiles: impl Tiles + 'static) -> Self {
        Self {
            tiles: Box::new(tiles),
            fetched: Counts::default(),
        }
    }

    /// The newest checkpoint.
    pub(crate) fn checkpoint(&self) -> Result<Vec<u8>, Unavailable> {
        self.get("checkpoint", MAX_NOTE_BYTES)
    }

    /// The directory that it is in, if it is in one.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.tiles.directory()
    }

    /// Any resource of the log.
    pub(crate) fn get(&self, path: &str, limit: usize) -> Result<Vec<u8>, Unavailable> {
        self.tiles.get(path, limit)
    }

    /// What was fetched so far.
    pub(crate) fn fetched(&self) -> Fetched {
        Fetched {
            bundles: self.fetched.bundles.load(Ordering::Relaxed),
            tiles: self.fetched.tiles.load(Ordering::Relaxed),
        }
    }

    /// A bundle with at least `width` entries.
    pub(crate) fn bundle(
        &self,
        index: u64,
        width: TileWidth,
    ) -> Result<(TileWidth, Vec<u8>), Unavailable> {
        self.fetched.bundles.fetch_add(1, Ordering::Relaxed);
        let path = |width| TilePath::Entries { index, width };
        self.at_least(path, width, MAX_BUNDLE_BYTES)
    }

    /// A tile of exactly `width` hashes.
    pub(crate) fn hashes(&self, tile: TileId, width: TileWidth) -> Result<Vec<u8>, Unavailable> {
        self.fetched.tiles.fetch_add(1, Ordering::Relaxed);
        let path = |width| TilePath::Hashes { tile, width };
        let (found, mut bytes) = self.at_least(path, width, MAX_TILE_BYTES)?;
        if found != width {
            bytes.truncate(width.as_usize() * HASH_BYTES);
        }
        Ok(bytes)
    }

    /// A partial tile may be gone once it is full: then the full one is taken.
    fn at_least(
        &self,
        path: impl Fn(TileWidth) -> TilePath,
        width: TileWidth,
        limit: usize,
    ) -> Result<(TileWidth, Vec<u8>), Unavailable> {
        let get = |width| {
            let bytes = self.tiles.get(&path(width).to_string(), limit);
            bytes.map(|bytes| (width, bytes))
        };
        match get(width) {
            Err(Unavailable::NotFound(_)) if !width.is_full() => get(TileWidth::FULL),
            answer => answer,
        }
    }
}

impl HashReader for TileLog {
    type Error = Unavailable;

    fn tile(&self, tile: TileId, width: TileWidth) -> Result<Cow<'_, [u8]>, Unavailable> {
        self.hashes(tile, width).map(Cow::Owned)
    }
}
