//! What witnesses cosigned last, as they show it to everybody: how a log that was set back finds out.

use cinnabar_tlog::{Note, NoteError, Origin, TrustPolicy, VerifierKey, Witness as PolicyWitness};

use super::MonitoringPrefixes;
use super::http::{Client, NoReply, under};
use crate::server::Cosigned;
use crate::wire::origin_id;

/// What a witness shows of a log.
#[derive(Debug, Clone)]
pub struct LastCosigned {
    /// The witness's name in the policy.
    pub witness: String,
    /// What it cosigned last, its line verified; `None` if it has nothing to show (404). That is no proof that it cosigned
    /// nothing: some witnesses show nothing at all.
    pub last: Result<Option<Cosigned>, AskError>,
}

/// Why a witness's word could not be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AskError {
    /// No connection, no answer in time, or one that is too long.
    #[error("no answer")]
    NoAnswer(#[source] NoReply),
    /// Neither 200 nor 404.
    #[error("status {0}")]
    Status(u16),
    /// Not a note.
    #[error("the answer is no signed note")]
    NotANote(#[source] NoteError),
    /// Not a checkpoint of this log with the witness's own line, or not signed by the log.
    #[error("the answer is no checkpoint of the log that the witness cosigned")]
    NotCosigned,
}

/// Asks all witnesses of a policy that have a URL at the same time what they cosigned last for `origin`. Takes as long as the
/// slowest of them, [`super::ASK_WITHIN`] at the most. Blocks: not for an asynchronous task's own thread.
///
/// Where the policy has keys of the log, one of them must have signed as well.
pub fn ask_last(
    policy: &TrustPolicy,
    origin: &Origin,
    monitoring: &MonitoringPrefixes,
) -> Vec<LastCosigned> {
    let log_keys: Vec<&VerifierKey> = policy
        .logs()
        .iter()
        .map(|log| log.key())
        .filter(|key| key.name() == origin)
        .collect();
    let client = Client::new();
    let ask = |witness: &PolicyWitness, url: &str| LastCosigned {
        witness: witness.name().to_owned(),
        last: shown(&client, url, origin, witness.key(), &log_keys),
    };
    let mut answers = Vec::new();
    for chunk in with_urls(policy, monitoring).chunks(super::MAX_WITNESSES) {
        std::thread::scope(|scope| {
            let asked: Vec<_> = chunk
                .iter()
                .map(|(witness, url)| scope.spawn(|| ask(witness, url)))
                .collect();
            for thread in asked {
                answers.push(thread.join().expect("asking does not panic"));
            }
        });
    }
    answers
}

fn with_urls<'p>(
    policy: &'p TrustPolicy,
    monitoring: &'p MonitoringPrefixes,
) -> Vec<(&'p PolicyWitness, &'p str)> {
    let url = |witness: &'p PolicyWitness| {
        let named = monitoring.get(witness.name()).map(String::as_str);
        named.or(witness.url())
    };
    policy
        .witnesses()
        .filter_map(|witness| Some((witness, url(witness)?)))
        .collect()
}

/// `GET <monitoring prefix>/<origin id>/checkpoint`.
pub(crate) fn shown(
    client: &Client,
    prefix: &str,
    origin: &Origin,
    key: &VerifierKey,
    log_keys: &[&VerifierKey],
) -> Result<Option<Cosigned>, AskError> {
    let url = under(prefix, &format!("{}/checkpoint", origin_id(origin)));
    let reply = client.get(&url).map_err(AskError::NoAnswer)?;
    match reply.status {
        404 => return Ok(None),
        200 => {}
        status => return Err(AskError::Status(status)),
    }
    let note = Note::parse(&reply.body).map_err(AskError::NotANote)?;
    if !log_keys.is_empty() && note.verify(log_keys.iter().copied()).is_err() {
        return Err(AskError::NotCosigned);
    }
    let cosigned = Cosigned::open(note, origin, key).map_err(|_| AskError::NotCosigned)?;
    Ok(Some(cosigned))
}
