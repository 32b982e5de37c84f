//! The submitter's side of the intake: asks, waits where waiting helps, and says why there is no answer.

use std::time::{Duration, Instant};

use cinnabar_ledger::nats::connect::LinkEvent;
use tokio::sync::broadcast;

pub use cinnabar_ledger::client::{Answer, ClientError, IntakeClient, LedgerInfo, Problem};

use crate::exit::{Exit, Failure};
use crate::profile::Profile;
use crate::wire::{As, denial, dial, names};

/// First pause before a question is asked again. It doubles with every time.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
/// Longest pause between two times.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// What to ask the ledger about a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Record it.
    Record,
    /// Say whether it would be recorded now.
    Check,
}

/// Why there is no answer. Whether the statement is recorded is not known then.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// Nobody answered.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// This user may not ask.
    #[error("the server does not let the user submitter do that: {0}")]
    Denied(String),
}

impl NoAnswer {
    /// The exit code that it ends the program with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Client(_) => Exit::Unreachable,
            Self::Denied(_) => Exit::Usage,
        }
    }
}

/// A connection to a ledger's intake.
#[derive(Debug)]
pub struct Intake {
    client: IntakeClient,
    events: broadcast::Receiver<LinkEvent>,
}

impl Intake {
    /// Connects as the profile's submitter.
    ///
    /// # Errors
    /// As [`dial`].
    pub async fn connect(profile: &Profile) -> Result<Self, Failure> {
        let link = dial(profile, As::Submitter).await?;
        Ok(Self {
            client: IntakeClient::new(link.client, &names(profile)),
            events: link.events,
        })
    }

    /// Asks, and asks again while the ledger is busy or has no writer, for as long as `patience`. The same bytes
    /// are safe to send any number of times: they are recorded once.
    ///
    /// # Errors
    /// [`NoAnswer`] if there was none at the last time.
    pub async fn ask(
        &self,
        ask: Ask,
        request: &[u8],
        patience: Duration,
    ) -> Result<Answer, NoAnswer> {
        let started = Instant::now();
        let mut pause = PAUSE_FIRST;
        loop {
            let answer = self.once(ask, request).await;
            let asked_to_wait = match &answer {
                Ok(Answer::Refused(problem)) if exit_for(problem) == Exit::Unreachable => {
                    Duration::from_millis(problem.retry_after_ms.unwrap_or(0))
                }
                Err(NoAnswer::Client(ClientError::NoWriter { .. } | ClientError::TimedOut)) => {
                    Duration::ZERO
                }
                Ok(Answer::Recorded { .. } | Answer::Admissible | Answer::Refused(_))
                | Err(
                    NoAnswer::Client(ClientError::NotSent(_) | ClientError::Answer)
                    | NoAnswer::Denied(_),
                ) => return answer,
            };
            let wait = asked_to_wait.max(pause).min(PAUSE_MAX);
            if started.elapsed() + wait > patience {
                return answer;
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    async fn once(&self, ask: Ask, request: &[u8]) -> Result<Answer, NoAnswer> {
        let request = request.to_vec();
        let asked = async {
            match ask {
                Ask::Record => self.client.submit(request).await,
                Ask::Check => self.client.check(request).await,
            }
        };
        self.unless_denied(asked).await
    }

    /// The receipt of the entry at `sequence`, under the newest checkpoint.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn receipt(&self, sequence: u64) -> Result<Answer, NoAnswer> {
        self.unless_denied(self.client.receipt(sequence)).await
    }

    /// Which ledger this is.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn info(&self) -> Result<LedgerInfo, NoAnswer> {
        self.unless_denied(self.client.info()).await
    }

    /// The server tells a user who may not ask so, but not in answer to the question; without this the question
    /// would only time out.
    async fn unless_denied<T>(
        &self,
        asked: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, NoAnswer> {
        tokio::select! {
            answer = asked => Ok(answer?),
            what = denial(self.events.resubscribe()) => Err(NoAnswer::Denied(what)),
        }
    }
}

/// The exit code for a problem: by its family, which is its status.
pub fn exit_for(problem: &Problem) -> Exit {
    match problem.status {
        400 | 413 | 422 => Exit::Malformed,
        429 | 503 => Exit::Unreachable,
        _ => Exit::Refused,
    }
}
