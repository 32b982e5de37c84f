//! Talking to witnesses: bounded in time and length, and no redirects, as those would turn a question into another one.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{Response, header};

/// How long one answer may take in all.
pub const ASK_WITHIN: Duration = Duration::from_secs(10);
/// How long it may take to connect.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longest answer that is read: some lines of signatures, or a checkpoint with them.
pub const MAX_ANSWER_BYTES: u64 = 256 * 1024;

/// Asks under one prefix.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

/// Nothing that can be read came back.
pub(crate) type NoReply = Arc<dyn Error + Send + Sync>;

impl Client {
    pub(crate) fn new() -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(ASK_WITHIN))
            .timeout_connect(Some(CONNECT_WITHIN))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("cinnabar/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Self { agent }
    }

    pub(crate) fn post(&self, url: &str, body: &str) -> Result<Reply, NoReply> {
        read(
            self.agent
                .post(url)
                .content_type("text/plain; charset=utf-8")
                .send(body),
        )
    }

    pub(crate) fn get(&self, url: &str) -> Result<Reply, NoReply> {
        read(self.agent.get(url).call())
    }
}

/// A path under a prefix that may end in a slash.
pub(crate) fn under(prefix: &str, path: &str) -> String {
    format!("{}/{path}", prefix.trim_end_matches('/'))
}

fn read(answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<Reply, NoReply> {
    let mut answer = answer.map_err(no_reply)?;
    let field = |name| {
        let field = answer.headers().get(name)?;
        field.to_str().ok().map(str::to_owned)
    };
    let content_type = field(header::CONTENT_TYPE);
    let retry_after = field(header::RETRY_AFTER)
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs);
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES);
    let body = body.read_to_vec().map_err(no_reply)?;
    Ok(Reply {
        status,
        content_type,
        retry_after,
        body,
    })
}

fn no_reply(error: ureq::Error) -> NoReply {
    Arc::new(error)
}
