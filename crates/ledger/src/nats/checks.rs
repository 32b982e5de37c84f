//! What must hold before a ledger is served, at start and after each reconnect. Anything else is a finding, and with a
//! finding the writer does not run: each says what to set.

use std::collections::BTreeSet;

use async_nats::Client;
use async_nats::jetstream::stream::State;
use serde::Deserialize;

use super::find::{MINIMUM, Version};
use super::http;
use super::names::Names;
use super::streams::{self, Difference, Replicas, StreamError, StreamKind};

/// One thing that is not as it must be on the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerFinding {
    /// A server is older than needed, or names no release.
    #[error("server {server} is version {found}; install {MINIMUM} or newer")]
    TooOld {
        /// Its name.
        server: String,
        /// Its version, in its own words.
        found: String,
    },
    /// A server acknowledges before its disk has the message.
    #[error(
        "server {server} does not sync each write; set `sync_interval: always` in its `jetstream` block"
    )]
    NotSynced {
        /// Its name.
        server: String,
    },
    /// A server has no JetStream.
    #[error("server {server} has no JetStream; add a `jetstream` block to its configuration")]
    NoJetStream {
        /// Its name.
        server: String,
    },
    /// A server's monitoring address does not answer, so nothing is known about it.
    #[error(
        "monitoring address {url} does not answer ({why}); set `http` on the server, and the address here"
    )]
    NotReporting {
        /// The address.
        url: String,
        /// What happened.
        why: String,
    },
    /// Fewer servers reported than keep each message.
    #[error(
        "{reporting} servers report, {needed} keep each message; give the monitoring address of every server"
    )]
    TooFewReporting {
        /// Distinct servers that answered.
        reporting: usize,
        /// Servers that keep each message.
        needed: usize,
    },
    /// A stream cannot be asked for.
    #[error("stream {stream}: {why}; `cinnabar init` creates it, the operator's user may")]
    NoStream {
        /// Its name.
        stream: String,
        /// What happened.
        why: String,
    },
    /// A setting of a stream is wrong.
    #[error("stream {stream}: {difference}; the operator sets it with a stream update")]
    StreamDiffers {
        /// Its name.
        stream: String,
        /// The setting.
        difference: Difference,
    },
    /// The beginning of the stream is gone.
    #[error(
        "stream {stream} begins at {first}, must begin at 1: its history was cut; refill it from a replica: cinnabar node --config FILE --refill"
    )]
    HistoryCut {
        /// Its name.
        stream: String,
        /// Its first sequence.
        first: u64,
    },
    /// Messages in the middle are gone: a damaged block file, which the server skipped without a word.
    #[error(
        "stream {stream} has lost {count} messages in its middle: a damaged file; refill it from a replica: cinnabar node --config FILE --refill"
    )]
    HistoryHoles {
        /// Its name.
        stream: String,
        /// How many.
        count: u64,
    },
}

impl ServerFinding {
    /// Whether it is that messages are gone: what refilling the stream mends.
    #[must_use]
    pub fn is_of_history(&self) -> bool {
        match self {
            Self::HistoryCut { .. } | Self::HistoryHoles { .. } => true,
            Self::TooOld { .. }
            | Self::NotSynced { .. }
            | Self::NoJetStream { .. }
            | Self::NotReporting { .. }
            | Self::TooFewReporting { .. }
            | Self::NoStream { .. }
            | Self::StreamDiffers { .. } => false,
        }
    }

    /// Whether it stays until somebody does something; the others may only mean that a server is just
    /// coming up.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::TooOld { .. }
            | Self::NotSynced { .. }
            | Self::NoJetStream { .. }
            | Self::StreamDiffers { .. }
            | Self::HistoryCut { .. }
            | Self::HistoryHoles { .. } => true,
            Self::NotReporting { .. } | Self::TooFewReporting { .. } | Self::NoStream { .. } => {
                false
            }
        }
    }
}

/// The part of `/varz` that matters.
#[derive(Deserialize)]
struct Varz {
    server_id: String,
    server_name: String,
    version: String,
}

/// The part of `/jsz` that matters.
#[derive(Deserialize)]
struct Jsz {
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    config: JszConfig,
}

/// The part of its configuration that matters.
#[derive(Deserialize, Default)]
struct JszConfig {
    #[serde(default)]
    sync_always: bool,
}

/// Runs all checks: the connected server's version, every server behind `monitor_urls` (`http://host:port`, one for each server
/// of the cluster), and the three streams. An empty list: all is well.
pub async fn check(
    client: &Client,
    monitor_urls: &[String],
    names: &Names,
    replicas: Replicas,
) -> Vec<ServerFinding> {
    let mut findings = Vec::new();
    let info = client.server_info();
    findings.extend(check_version(&info.server_name, &info.version));
    let mut reporting = BTreeSet::new();
    for url in monitor_urls {
        match ask_server(url).await {
            Ok((varz, jsz)) => {
                findings.extend(check_server(&varz, &jsz));
                reporting.insert(varz.server_id);
            }
            Err(finding) => findings.push(finding),
        }
    }
    let needed = replicas.count();
    if reporting.len() < needed {
        findings.push(ServerFinding::TooFewReporting {
            reporting: reporting.len(),
            needed,
        });
    }
    for kind in StreamKind::ALL {
        findings.extend(check_stream(client, names, kind, replicas).await);
    }
    findings.dedup();
    findings
}

/// Checks one stream: its settings, and that its history is whole.
pub async fn check_stream(
    client: &Client,
    names: &Names,
    kind: StreamKind,
    replicas: Replicas,
) -> Vec<ServerFinding> {
    let stream = kind.stream(names);
    let info = match streams::info(client, names, kind).await {
        Ok(info) => info,
        Err(StreamError::Missing { .. }) => {
            return vec![ServerFinding::NoStream {
                stream,
                why: "it does not exist".into(),
            }];
        }
        Err(StreamError::Api { source, .. }) => {
            return vec![ServerFinding::NoStream {
                stream,
                why: source.to_string(),
            }];
        }
    };
    let differences = streams::differences(&info.config, &kind.expected(names, replicas));
    let differs = |difference| ServerFinding::StreamDiffers {
        stream: stream.clone(),
        difference,
    };
    let mut findings: Vec<ServerFinding> = differences.into_iter().map(differs).collect();
    match kind {
        StreamKind::Log | StreamKind::Feed => findings.extend(check_history(&stream, &info.state)),
        // It keeps one message; the older ones are meant to be gone.
        StreamKind::Checkpoint => {}
    }
    findings
}

/// Nothing may be missing from a stream that nothing may be deleted from: `first_seq` is 1 (or 0 and 1 while it is empty)
/// and `num_deleted` is 0.
fn check_history(stream: &str, state: &State) -> Vec<ServerFinding> {
    let mut findings = Vec::new();
    let stream = || stream.to_owned();
    if state.first_sequence > 1 || (state.messages == 0 && state.last_sequence > 0) {
        findings.push(ServerFinding::HistoryCut {
            stream: stream(),
            first: state.first_sequence,
        });
    }
    if let Some(count) = state.deleted_count.filter(|&count| count > 0) {
        findings.push(ServerFinding::HistoryHoles {
            stream: stream(),
            count,
        });
    }
    findings
}

fn check_version(server: &str, version: &str) -> Option<ServerFinding> {
    let new_enough = Version::parse(version).is_some_and(|version| version >= MINIMUM);
    (!new_enough).then(|| ServerFinding::TooOld {
        server: server.to_owned(),
        found: version.to_owned(),
    })
}

fn check_server(varz: &Varz, jsz: &Jsz) -> Vec<ServerFinding> {
    let server = || varz.server_name.clone();
    let mut findings: Vec<ServerFinding> = check_version(&varz.server_name, &varz.version)
        .into_iter()
        .collect();
    if jsz.disabled {
        findings.push(ServerFinding::NoJetStream { server: server() });
    } else if !jsz.config.sync_always {
        findings.push(ServerFinding::NotSynced { server: server() });
    }
    findings
}

/// What the server at a monitoring address says about itself.
async fn ask_server(url: &str) -> Result<(Varz, Jsz), ServerFinding> {
    let silent = |why: String| ServerFinding::NotReporting {
        url: url.to_owned(),
        why,
    };
    let varz = http::get(url, "/varz")
        .await
        .map_err(|error| silent(error.to_string()))?;
    let jsz = http::get(url, "/jsz?config=true")
        .await
        .map_err(|error| silent(error.to_string()))?;
    let varz = serde_json::from_slice(&varz).map_err(|error| silent(error.to_string()))?;
    let jsz = serde_json::from_slice(&jsz).map_err(|error| silent(error.to_string()))?;
    Ok((varz, jsz))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_old_server_and_an_unsynced_one_are_named() {
        let varz = |version: &str| Varz {
            server_id: "N".into(),
            server_name: "n1".into(),
            version: version.into(),
        };
        let jsz = |text: &str| serde_json::from_str::<Jsz>(text).unwrap();
        let synced = jsz(r#"{"config":{"sync_always":true}}"#);
        assert_eq!(check_server(&varz("2.15.1"), &synced), []);
        let old = check_server(&varz("2.12.9"), &synced);
        assert_eq!(
            old,
            [ServerFinding::TooOld {
                server: "n1".into(),
                found: "2.12.9".into()
            }]
        );
        let lazy = check_server(&varz("2.15.1"), &jsz(r#"{"config":{}}"#));
        assert_eq!(
            lazy,
            [ServerFinding::NotSynced {
                server: "n1".into()
            }]
        );
        let none = check_server(&varz("2.15.1"), &jsz(r#"{"disabled":true}"#));
        assert_eq!(
            none,
            [ServerFinding::NoJetStream {
                server: "n1".into()
            }]
        );
    }
}
