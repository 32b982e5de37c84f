//! A client's way to a ledger over NATS.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cinnabar_ledger::nats::connect::{Link, Login, connect};
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::users::UserName;

pub use cinnabar_ledger::client::{Answer, ClientError, IntakeClient, LedgerInfo, Problem};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::profile::Profile;

/// As whom to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// May submit statements.
    Submitter,
    /// May follow the feed.
    Agency,
    /// May look at the streams.
    Reader,
}

impl As {
    /// The user's name on the server, and its key in the profile.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitter => "submitter",
            Self::Agency => "agency",
            Self::Reader => "reader",
        }
    }

    /// The seed file that the profile names.
    pub fn seed(self, profile: &Profile) -> Option<&PathBuf> {
        match self {
            Self::Submitter => profile.users.submitter.as_ref(),
            Self::Agency => profile.users.agency.as_ref(),
            Self::Reader => profile.users.reader.as_ref(),
        }
    }
}

/// The ledger's names on NATS.
///
/// # Panics
/// Never: a short name is one wherever it is read.
pub fn names(profile: &Profile) -> Names {
    Names::new(profile.name.as_str()).expect("ShortName and Names allow the same")
}

/// Connects as one of the profile's users.
///
/// # Errors
/// If there is no such user or key, or no server answers.
pub async fn dial(profile: &Profile, user: As) -> Result<Link, Failure> {
    let name = user.name();
    let Some(seed) = user.seed(profile) else {
        let sentence =
            format!("the profile names no seed file of the user {name}: set users.{name}");
        return Err(Failure::saying(Exit::Usage, sentence));
    };
    let key =
        UserKey::load(seed).or_fail_while(Exit::Usage, || format!("cannot connect as {name}"))?;
    let user = UserName::new(name).expect("the three names are plain words");
    let login = Login {
        servers: profile.servers(),
        user,
        key,
        ca: profile.ca.clone(),
    };
    connect(login)
        .await
        .or_fail_while(Exit::Unreachable, || "cannot reach the ledger over NATS")
}

/// Connects to the intake.
///
/// # Errors
/// As [`dial`].
pub async fn intake(profile: &Profile) -> Result<IntakeClient, Failure> {
    let link = dial(profile, As::Submitter).await?;
    Ok(IntakeClient::new(link.client, &names(profile)))
}

/// The exit code for a problem: by its family, which is its status.
pub fn exit_for(problem: &Problem) -> Exit {
    match problem.status {
        400 | 413 | 422 => Exit::Malformed,
        429 | 503 => Exit::Unreachable,
        _ => Exit::Refused,
    }
}

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

/// Asks, and asks again while the ledger is busy or has no writer, for as long as `patience`. The same bytes are safe to send
/// any number of times: they are recorded once.
///
/// # Errors
/// [`ClientError`] if there was no answer at the last time.
pub async fn ask_patiently(
    client: &IntakeClient,
    ask: Ask,
    request: &[u8],
    patience: Duration,
) -> Result<Answer, ClientError> {
    let started = Instant::now();
    let mut pause = PAUSE_FIRST;
    loop {
        let answer = match ask {
            Ask::Record => client.submit(request.to_vec()).await,
            Ask::Check => client.check(request.to_vec()).await,
        };
        let asked_to_wait = match &answer {
            Ok(Answer::Refused(problem)) if exit_for(problem) == Exit::Unreachable => {
                Duration::from_millis(problem.retry_after_ms.unwrap_or(0))
            }
            Err(ClientError::NoWriter { .. } | ClientError::TimedOut) => Duration::ZERO,
            Ok(Answer::Recorded { .. } | Answer::Admissible | Answer::Refused(_))
            | Err(ClientError::NotSent(_) | ClientError::Answer) => return answer,
        };
        let wait = asked_to_wait.max(pause).min(PAUSE_MAX);
        if started.elapsed() + wait > patience {
            return answer;
        }
        tokio::time::sleep(wait).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
