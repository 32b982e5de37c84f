//! One connection of one user.

use std::path::PathBuf;
use std::time::Duration;

use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event};
use tokio::sync::broadcast;

use super::keys::UserKey;
use super::users::UserName;

/// How often the client asks whether the server is still there.
const PING_EVERY: Duration = Duration::from_secs(10);
/// How long one attempt to connect may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Longest pause between two attempts to reconnect.
const RECONNECT_MAX: Duration = Duration::from_secs(2);
/// Messages kept for one subscription whose reader is slow.
const SUBSCRIPTION_CAPACITY: usize = 16_384;
/// Link events kept for a watcher that is slow; the oldest go first.
const LINK_EVENTS: usize = 256;

/// How to connect.
#[derive(Debug)]
pub struct Login {
    /// Servers: `nats://host:port` or `tls://host:port`.
    pub servers: Vec<String>,
    /// The user's name; its inbox prefix follows from it.
    pub user: UserName,
    /// The user's key.
    pub key: UserKey,
    /// Authorities that sign the server's certificate, PEM. Given: TLS is required.
    pub ca: Option<PathBuf>,
}

/// What happened to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// Connected, or connected again: the checks are due.
    Up,
    /// The connection is lost; the client keeps trying.
    Down,
    /// A reader is too slow: messages of this subscription were dropped.
    Slow {
        /// The client's number for the subscription.
        subscription: u64,
    },
    /// The server refused something that the user is not allowed to do.
    Denied {
        /// The server's words: they name the subject.
        what: String,
    },
    /// Something else went wrong, in the server's or the client's words.
    Trouble {
        /// What.
        what: String,
    },
}

/// A connection, with what happens to it.
#[derive(Debug)]
pub struct Link {
    /// The client; cheap to clone.
    pub client: Client,
    /// What happens to the connection from now on.
    pub events: broadcast::Receiver<LinkEvent>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// An address is not a server's.
    #[error("server list {servers:?} has an address that is not like nats://host:port")]
    BadAddress {
        /// The list.
        servers: Vec<String>,
    },
    /// The server does not know the user's key.
    #[error(
        "the server refuses user {user}: its public key {key} is not in the server's configuration"
    )]
    Refused {
        /// The user.
        user: String,
        /// Its public key.
        key: String,
    },
    /// No server answered.
    #[error("no server of {servers:?} answers")]
    Unreachable {
        /// The list.
        servers: Vec<String>,
        /// What the client library said.
        #[source]
        source: async_nats::ConnectError,
    },
}

/// Connects, and reconnects for ever if the connection breaks. The first attempt is made once, so that a wrong address is
/// an error and not a wait.
///
/// # Errors
/// [`ConnectError`].
pub async fn connect(login: Login) -> Result<Link, ConnectError> {
    let Login {
        servers,
        user,
        key,
        ca,
    } = login;
    let addresses: Result<Vec<async_nats::ServerAddr>, _> =
        servers.iter().map(|text| text.parse()).collect();
    let Ok(addresses) = addresses else {
        return Err(ConnectError::BadAddress { servers });
    };
    let (told, events) = broadcast::channel(LINK_EVENTS);
    let mut options = ConnectOptions::with_nkey(key.seed().to_owned())
        .name(format!("cinnabar {}", user.as_str()))
        .custom_inbox_prefix(user.inbox_prefix())
        .ping_interval(PING_EVERY)
        .connection_timeout(CONNECT_WITHIN)
        .subscription_capacity(SUBSCRIPTION_CAPACITY)
        .max_reconnects(None)
        .reconnect_delay_callback(|attempt| {
            let doubled = Duration::from_millis(25).saturating_mul(1 << attempt.min(7));
            doubled.min(RECONNECT_MAX)
        })
        .event_callback(move |event| {
            // Nobody listening is fine.
            let _ = told.send(translate(event));
            std::future::ready(())
        });
    if let Some(ca) = ca {
        options = options.add_root_certificates(ca).require_tls(true);
    }
    match options.connect(addresses).await {
        Ok(client) => Ok(Link { client, events }),
        Err(source) => Err(explain(source, servers, &user, &key)),
    }
}

fn explain(
    source: async_nats::ConnectError,
    servers: Vec<String>,
    user: &UserName,
    key: &UserKey,
) -> ConnectError {
    match source.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            let (user, key) = (user.as_str().to_owned(), key.public().as_str().to_owned());
            ConnectError::Refused { user, key }
        }
        ConnectErrorKind::ServerParse => ConnectError::BadAddress { servers },
        ConnectErrorKind::Dns
        | ConnectErrorKind::TimedOut
        | ConnectErrorKind::Tls
        | ConnectErrorKind::Io
        | ConnectErrorKind::MaxReconnects => ConnectError::Unreachable { servers, source },
    }
}

fn translate(event: Event) -> LinkEvent {
    match event {
        Event::Connected => LinkEvent::Up,
        Event::Disconnected | Event::Closed => LinkEvent::Down,
        Event::SlowConsumer(subscription) => LinkEvent::Slow { subscription },
        // The client library knows no kind for it; the protocol fixes the words.
        Event::ServerError(error)
            if error
                .to_string()
                .to_lowercase()
                .contains("permissions violation") =>
        {
            LinkEvent::Denied {
                what: error.to_string(),
            }
        }
        other @ (Event::LameDuckMode
        | Event::Draining
        | Event::ServerError(_)
        | Event::ClientError(_)) => LinkEvent::Trouble {
            what: other.to_string(),
        },
    }
}
