//! A log in tiles (C2SP tlog-tiles), in a directory or behind HTTP: its checkpoint and its entry bundles.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use cinnabar_tlog::{
    MAX_ENTRY_BYTES, MAX_NOTE_BYTES, Size, TILE_WIDTH, TilePath, TileWidth, bundle_width_at,
};
use cinnabar_verifier::Verifier;
use indicatif::ProgressBar;

/// Longest bundle: 256 entries, each with its length of two bytes.
const MAX_BUNDLE_BYTES: usize = TILE_WIDTH as usize * (2 + MAX_ENTRY_BYTES);
/// Bundles that are fetched ahead of verification: hides the network without holding more than 64 MiB.
const FETCHED_AHEAD: usize = 3;
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
}

/// Tiles in a directory.
pub(crate) struct DirectoryTiles(PathBuf);

impl DirectoryTiles {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }
}

impl Tiles for DirectoryTiles {
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
pub(crate) struct TileLog(Box<dyn Tiles>);

impl TileLog {
    pub(crate) fn new(tiles: impl Tiles + 'static) -> Self {
        Self(Box::new(tiles))
    }

    /// The newest checkpoint.
    pub(crate) fn checkpoint(&self) -> Result<Vec<u8>, Unavailable> {
        self.0.get("checkpoint", MAX_NOTE_BYTES)
    }

    /// A bundle with at least `width` entries. A partial one may be gone once it is full: then the full one is taken.
    fn bundle(&self, index: u64, width: TileWidth) -> Result<(TileWidth, Vec<u8>), Unavailable> {
        let get = |width| {
            let path = TilePath::Entries { index, width }.to_string();
            self.0
                .get(&path, MAX_BUNDLE_BYTES)
                .map(|bytes| (width, bytes))
        };
        match get(width) {
            Err(Unavailable::NotFound(_)) if !width.is_full() => get(TileWidth::FULL),
            answer => answer,
        }
    }

    /// Gives the first `size` entries to the verifier, fetching ahead of it.
    pub(crate) fn feed(&self, size: Size, verifier: &mut Verifier, bar: &ProgressBar) {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(FETCHED_AHEAD);
            scope.spawn(move || {
                let bundles = (0..).map_while(|index| Some((index, bundle_width_at(index, size)?)));
                for (index, width) in bundles {
                    let bundle = self.bundle(index, width);
                    let failed = bundle.is_err();
                    if sender.send((index, width, bundle)).is_err() || failed {
                        return;
                    }
                }
            });
            for (index, width, bundle) in receiver {
                match bundle {
                    Ok((found, bytes)) => {
                        verifier.push_bundle(index, &bytes, found, width);
                        bar.inc(u64::from(width.get()));
                    }
                    Err(error) => verifier.push_cut(format!(
                        "entries from sequence {} on: {error}",
                        index * u64::from(TILE_WIDTH)
                    )),
                }
            }
        });
    }
}
