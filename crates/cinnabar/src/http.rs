//! What a client fetches from the read API: bounded, with a time limit, nothing trusted.

use std::time::Duration;

use cinnabar_tlog::{Checkpoint, Note, NoteError, OpenError, TilePath, VerifierKey};

/// Longest wait for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Longest wait for a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Most bytes of an entry bundle: 256 entries of 65,535 bytes with their lengths.
const BUNDLE_MAX_BYTES: u64 = 256 * (65_535 + 2);
/// Most bytes of a list of checkpoints with post-quantum cosignatures, or of a document that proves one entry.
const DOCUMENT_MAX_BYTES: u64 = 16 << 20;
/// Most bytes of other answers.
const ANSWER_MAX_BYTES: u64 = 1 << 20;

/// Why there is no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No answer, or none within bounds.
    #[error("no answer from {url}")]
    NoAnswer {
        /// What was asked for.
        url: String,
        /// What the client library said.
        #[source]
        source: Box<ureq::Error>,
    },
    /// An answer other than 200.
    #[error("{url} answers {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// The answer is not the JSON that was asked for.
    #[error("{url} gives no JSON of the kind that was asked for")]
    NotJson {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The checkpoint is no signed note.
    #[error("{url} gives no signed note")]
    NotANote {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        #[source]
        source: NoteError,
    },
    /// The checkpoint is not this log's.
    #[error("{url} gives a checkpoint that this log has not signed")]
    NotSigned {
        /// What was asked for.
        url: String,
        /// What is wrong with it.
        #[source]
        source: OpenError,
    },
}

impl HttpError {
    /// Whether an answer came that can't be the log's, rather than none.
    pub fn is_contradiction(&self) -> bool {
        match self {
            Self::NotANote { .. } | Self::NotSigned { .. } => true,
            Self::NoAnswer { .. } | Self::Status { .. } | Self::NotJson { .. } => false,
        }
    }
}

/// A checkpoint whose signature was verified, with the note that it came in.
#[derive(Clone, Debug)]
pub struct Signed {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The note, as it was sent.
    pub note: Vec<u8>,
}

/// One read API.
#[derive(Clone, Debug)]
pub struct Api {
    base: String,
    agent: ureq::Agent,
}

impl Api {
    /// The API at `base`, `http://host:port`, with or without a slash at the end.
    pub fn new(base: &str) -> Self {
        Self::with_limit(base, ANSWER_WITHIN)
    }

    /// The same with another longest wait for one answer.
    pub fn with_limit(base: &str, within: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(within))
            .timeout_connect(Some(CONNECT_WITHIN.min(within)))
            .http_status_as_error(false)
            .user_agent(concat!("cinnabar/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self {
            base: base.trim_end_matches('/').to_owned(),
            agent,
        }
    }

    /// The address of `path` (with its slash).
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The body at `path`.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn get(&self, path: &str) -> Result<Vec<u8>, HttpError> {
        self.get_within(path, ANSWER_MAX_BYTES)
            .map(|(body, _)| body)
    }

    /// The body at `path`, and the server's `Date`.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn get_dated(&self, path: &str) -> Result<(Vec<u8>, Option<String>), HttpError> {
        self.get_within(path, ANSWER_MAX_BYTES)
    }

    /// A document at `path`: larger than other answers.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn document(&self, path: &str) -> Result<Vec<u8>, HttpError> {
        self.get_within(path, DOCUMENT_MAX_BYTES)
            .map(|(body, _)| body)
    }

    /// The JSON at `path`.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn json<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, HttpError> {
        let body = self.document(path)?;
        serde_json::from_slice(&body).map_err(|source| HttpError::NotJson {
            url: self.url(path),
            source,
        })
    }

    fn get_within(&self, path: &str, max: u64) -> Result<(Vec<u8>, Option<String>), HttpError> {
        let url = self.url(path);
        let no_answer = |source| HttpError::NoAnswer {
            url: url.clone(),
            source: Box::new(source),
        };
        let mut answer = self.agent.get(&url).call().map_err(no_answer)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(HttpError::Status { url, status });
        }
        let date = answer
            .headers()
            .get("date")
            .and_then(|date| date.to_str().ok())
            .map(str::to_owned);
        let body = answer
            .body_mut()
            .with_config()
            .limit(max)
            .read_to_vec()
            .map_err(no_answer)?;
        Ok((body, date))
    }

    /// The newest checkpoint, its signature verified.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn checkpoint(&self, log_key: &VerifierKey) -> Result<Signed, HttpError> {
        let url = || self.url("/checkpoint");
        let note = self.get("/checkpoint")?;
        let parsed =
            Note::parse(&note).map_err(|source| HttpError::NotANote { url: url(), source })?;
        let checkpoint = Checkpoint::open(&parsed, log_key)
            .map_err(|source| HttpError::NotSigned { url: url(), source })?;
        Ok(Signed { checkpoint, note })
    }

    /// A tile or an entry bundle.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn tile(&self, path: TilePath) -> Result<Vec<u8>, HttpError> {
        self.get_within(&format!("/{path}"), BUNDLE_MAX_BYTES)
            .map(|(body, _)| body)
    }
}

impl cinnabar_tlog::HashReader for Api {
    type Error = HttpError;

    fn tile(
        &self,
        tile: cinnabar_tlog::TileId,
        width: cinnabar_tlog::TileWidth,
    ) -> Result<std::borrow::Cow<'_, [u8]>, HttpError> {
        Self::tile(self, TilePath::Hashes { tile, width }).map(Into::into)
    }
}
