use std::time::Duration;

use crate::{MAX_RESPONSE_BYTES, Malformed, Refused, Request, Response, Token, Unanswered};

/// RFC 3161 §3.4: what is sent, and what must come back.
const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";

/// Asks authorities over HTTP (RFC 3161 §3.4). Blocking; one request at a time, no redirects, no retries.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
}

/// No token, and why. Whose fault it is can be told by the variant.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// No answer in time, or none at all.
    #[error("no answer from {url}")]
    NoAnswer {
        /// Whom we asked.
        url: String,
        /// What happened.
        source: Box<ureq::Error>,
    },
    /// An answer of HTTP that is not 200.
    #[error("{url} answered with status {status}")]
    Status {
        /// Whom we asked.
        url: String,
        /// The status code.
        status: u16,
    },
    /// The answer is not declared to be a time-stamp.
    #[error("{url} answered with content that is not declared as a time-stamp")]
    ContentType {
        /// Whom we asked.
        url: String,
    },
    /// The answer is not one of RFC 3161.
    #[error("{url} answered with bytes that are no time-stamp")]
    Malformed {
        /// Whom we asked.
        url: String,
        /// What is wrong with them.
        source: Malformed,
    },
    /// The authority does not stamp.
    #[error("{url} does not stamp")]
    Refused {
        /// Whom we asked.
        url: String,
        /// What it says.
        source: Refused,
    },
    /// The answer is to another question.
    #[error("{url} answered another question")]
    Unanswered {
        /// Whom we asked.
        url: String,
        /// Which part differs.
        source: Unanswered,
    },
}

impl Client {
    /// A client that waits at most this long for one whole answer.
    pub fn new(within: Duration) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(within))
            .http_status_as_error(false)
            // A moved authority is the operator's decision, not the old address'.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("cinnabar/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self { agent }
    }

    /// Asks the authority at `url` and gives its token if it answers the question: same imprint, same nonce.
    ///
    /// The token is not verified: [`Token::verify`] says whether the authority made it.
    ///
    /// # Errors
    /// [`StampError`].
    pub fn stamp(&self, url: &str, request: &Request) -> Result<Token, StampError> {
        let body = self.ask(url, request)?;
        let url = || url.to_owned();
        let answer = Response::parse(&body)
            .map_err(|source| StampError::Malformed { url: url(), source })?;
        let token = answer
            .into_token()
            .map_err(|source| StampError::Refused { url: url(), source })?;
        match request.check(&token) {
            Ok(()) => Ok(token),
            Err(source) => Err(StampError::Unanswered { url: url(), source }),
        }
    }

    fn ask(&self, url: &str, request: &Request) -> Result<Vec<u8>, StampError> {
        let no_answer = |source| StampError::NoAnswer {
            url: url.to_owned(),
            source: Box::new(source),
        };
        let mut answer = self
            .agent
            .post(url)
            .header("content-type", QUERY)
            .header("accept", REPLY)
            .send(request.to_der())
            .map_err(no_answer)?;
        let status = answer.status().as_u16();
        let url = url.to_owned();
        if status != 200 {
            return Err(StampError::Status { url, status });
        }
        let declared = answer.body().mime_type();
        if !declared.is_some_and(|it| it.eq_ignore_ascii_case(REPLY)) {
            return Err(StampError::ContentType { url });
        }
        let limit = MAX_RESPONSE_BYTES as u64;
        match answer.body_mut().with_config().limit(limit).read_to_vec() {
            Ok(body) => Ok(body),
            Err(ureq::Error::BodyExceedsLimit(_)) => Err(StampError::Malformed {
                url,
                source: Malformed::TooLong {
                    found: MAX_RESPONSE_BYTES + 1,
                    limit: MAX_RESPONSE_BYTES,
                },
            }),
            Err(source) => Err(no_answer(source)),
        }
    }
}
