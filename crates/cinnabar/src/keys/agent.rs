//! Keys in an ssh-agent.

use std::path::{Path, PathBuf};

use cinnabar_events::{PublicKey, SignatureBytes};
use ssh_agent_client_rs::{Client, Identity};
use ssh_key::Algorithm;
use ssh_key::public::KeyData;

/// The environment variable that names the agent's socket.
const ENV_SOCKET: &str = "SSH_AUTH_SOCK";

/// What goes wrong with an agent.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Nobody said where it is.
    #[error(
        "{ENV_SOCKET} is not set: start an agent with `eval $(ssh-agent)` and `ssh-add` the key"
    )]
    NoSocket,
    /// It does not answer.
    #[error("no ssh-agent answers at {socket}")]
    Unreachable {
        /// Its socket.
        socket: PathBuf,
        /// What the client library said.
        #[source]
        source: Box<ssh_agent_client_rs::Error>,
    },
    /// It refused or failed, or its owner said no.
    #[error("the ssh-agent refused")]
    Refused(#[source] Box<ssh_agent_client_rs::Error>),
    /// Its answer is no Ed25519 signature.
    #[error("the ssh-agent answered with something else than an Ed25519 signature")]
    NotASignature,
    /// No key by that name.
    #[error(
        "the ssh-agent has no Ed25519 key {wanted:?}; `cinnabar key list-agent` shows those it has"
    )]
    Unknown {
        /// What was asked for.
        wanted: String,
    },
    /// More than one key by that name.
    #[error("{count} keys in the ssh-agent are called {wanted:?}; name one by ed25519:<hex>")]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// How many there are.
        count: usize,
    },
}

/// A connection to an agent.
pub struct Agent {
    socket: PathBuf,
    client: Client,
}

/// An Ed25519 key that an agent has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    /// Its public half.
    pub public: PublicKey,
    /// Its comment.
    pub comment: String,
    identity: ssh_key::PublicKey,
}

impl Agent {
    /// The agent at the socket in `SSH_AUTH_SOCK`.
    ///
    /// # Errors
    /// [`AgentError::NoSocket`] and [`AgentError::Unreachable`].
    pub fn from_environment() -> Result<Self, AgentError> {
        let socket = std::env::var_os(ENV_SOCKET).filter(|socket| !socket.is_empty());
        Self::at(Path::new(&socket.ok_or(AgentError::NoSocket)?))
    }

    /// The agent at `socket`.
    ///
    /// # Errors
    /// [`AgentError::Unreachable`].
    pub fn at(socket: &Path) -> Result<Self, AgentError> {
        let client = Client::connect(socket).map_err(|source| AgentError::Unreachable {
            socket: socket.to_owned(),
            source: Box::new(source),
        })?;
        Ok(Self {
            socket: socket.to_owned(),
            client,
        })
    }

    /// The Ed25519 keys that it has. Other keys and certificates can't sign statements and are left out.
    ///
    /// # Errors
    /// [`AgentError::Refused`].
    pub fn list(&mut self) -> Result<Vec<HeldKey>, AgentError> {
        let identities = self
            .client
            .list_all_identities()
            .map_err(|error| AgentError::Refused(Box::new(error)))?;
        Ok(identities.into_iter().filter_map(held).collect())
    }

    /// The key that `wanted` names: `ed25519:<hex>`, or its comment.
    ///
    /// # Errors
    /// [`AgentError`], also if none or more than one has that name.
    pub fn find(mut self, wanted: &str) -> Result<AgentKey, AgentError> {
        let public: Option<PublicKey> = wanted.parse().ok();
        let named =
            |key: &HeldKey| public.map_or(key.comment == wanted, |public| key.public == public);
        let mut found: Vec<HeldKey> = self.list()?.into_iter().filter(named).collect();
        match (found.pop(), found.len()) {
            (Some(key), 0) => Ok(AgentKey {
                public: key.public,
                identity: key.identity,
                socket: self.socket,
            }),
            (None, _) => Err(AgentError::Unknown {
                wanted: wanted.to_owned(),
            }),
            (Some(_), others) => Err(AgentError::Ambiguous {
                wanted: wanted.to_owned(),
                count: others + 1,
            }),
        }
    }
}

fn held(identity: Identity<'static>) -> Option<HeldKey> {
    let Identity::PublicKey(key) = identity else {
        return None;
    };
    let key = key.into_owned();
    let KeyData::Ed25519(public) = key.key_data() else {
        return None;
    };
    Some(HeldKey {
        public: PublicKey::from_bytes(public.0),
        comment: key.comment().to_owned(),
        identity: key,
    })
}

/// One key of an agent.
pub struct AgentKey {
    public: PublicKey,
    identity: ssh_key::PublicKey,
    /// Where the agent is. Each signature has a connection of its own, so that several can be made at once.
    socket: PathBuf,
}

impl std::fmt::Debug for AgentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AgentKey({})", self.public)
    }
}

impl AgentKey {
    /// Its public half.
    pub fn public_key(&self) -> PublicKey {
        self.public
    }

    /// Has the agent sign exactly `message`.
    ///
    /// # Errors
    /// [`AgentError`].
    pub fn sign(&self, message: &[u8]) -> Result<SignatureBytes, AgentError> {
        let mut agent = Agent::at(&self.socket)?;
        let signature = agent
            .client
            .sign(&self.identity, message)
            .map_err(|error| AgentError::Refused(Box::new(error)))?;
        if signature.algorithm() != Algorithm::Ed25519 {
            return Err(AgentError::NotASignature);
        }
        let bytes = signature
            .as_bytes()
            .try_into()
            .map_err(|_| AgentError::NotASignature)?;
        Ok(SignatureBytes::from_bytes(bytes))
    }
}
