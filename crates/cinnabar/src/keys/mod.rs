//! Actors' keys: where they are kept, and how they sign.
//!
//! A key is an OpenSSH private key file (Ed25519, mode 0600, with or without a passphrase), so that `ssh-keygen` and
//! `ssh-add` work on it too, or a key in an ssh-agent, which never leaves it.

mod agent;
mod args;
mod file;
mod passphrase;
#[cfg(test)]
mod tests;

pub use agent::{Agent, AgentError, AgentKey, HeldKey};
pub use args::KeyArgs;
pub use file::{KeyFileError, KeyInfo, PUBLIC_SUFFIX, create, inspect, load, set_passphrase};
pub use passphrase::{Passphrase, PassphraseError, ask, ask_new, from_file};

use cinnabar_events::{
    PublicKey, Signature, SignatureBytes, Signer, pre_authentication_encoding, verify,
};
use ed25519_dalek::SigningKey;

/// A key that can sign, wherever it is kept.
#[derive(Debug)]
pub enum Key {
    /// Read from a file into memory; wiped when dropped.
    File(SigningKey),
    /// In an agent.
    Agent(AgentKey),
}

/// The key did not sign.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The agent did not.
    #[error("key {key} in the ssh-agent did not sign")]
    Agent {
        /// Which key.
        key: PublicKey,
        /// Why.
        #[source]
        source: AgentError,
    },
    /// What came back is not a signature by that key.
    #[error("the signature made with {key} does not verify")]
    Wrong {
        /// Which key.
        key: PublicKey,
    },
}

impl Signer for Key {
    type Error = SignError;

    fn public_key(&self) -> PublicKey {
        match self {
            Self::File(key) => key.public_key(),
            Self::Agent(key) => key.public_key(),
        }
    }

    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SignError> {
        match self {
            Self::File(key) => {
                let Ok(signature) = Signer::sign(key, message);
                Ok(signature)
            }
            Self::Agent(key) => key.sign(message).map_err(|source| SignError::Agent {
                key: key.public_key(),
                source,
            }),
        }
    }
}

impl Key {
    /// Signs a statement's bytes, and verifies what came of it: an agent is another program.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign_statement(&self, statement: &[u8]) -> Result<Signature, SignError> {
        let message = pre_authentication_encoding(statement);
        let key = self.public_key();
        let signature = Signature {
            key,
            sig: self.sign(&message)?,
        };
        verify(&message, &signature).map_err(|_| SignError::Wrong { key })?;
        Ok(signature)
    }
}
