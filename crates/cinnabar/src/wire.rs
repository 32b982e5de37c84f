//! A client's way to a ledger over NATS.

use std::path::PathBuf;

use cinnabar_ledger::nats::connect::{Link, LinkEvent, Login, connect};
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::users::UserName;
use tokio::sync::broadcast::{self, error::RecvError};

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

/// The server's words, once it has refused something that the connection's user may not do.
pub async fn denial(mut events: broadcast::Receiver<LinkEvent>) -> String {
    loop {
        match events.recv().await {
            Ok(LinkEvent::Denied { what }) => return what,
            Ok(
                LinkEvent::Up
                | LinkEvent::Down
                | LinkEvent::Slow { .. }
                | LinkEvent::Trouble { .. },
            )
            | Err(RecvError::Lagged(_)) => {}
            // Nothing will be refused any more.
            Err(RecvError::Closed) => std::future::pending::<()>().await,
        }
    }
}
