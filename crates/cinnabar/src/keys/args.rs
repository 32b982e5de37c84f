//! `--key`, `--agent` and `--passphrase-file`, the same for every command that signs.

use std::path::PathBuf;

use super::{Agent, Key, ask, from_file, load};
use crate::exit::{Exit, Failure, OrFail as _};

/// Which keys to sign with.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct KeyArgs {
    /// An OpenSSH private key file to sign with; once for each signer at this desk.
    #[arg(long = "key", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// A key in the ssh-agent to sign with: ed25519:HEX, or its comment.
    #[arg(long = "agent", value_name = "KEY")]
    pub agents: Vec<String>,
    /// A private file whose first line is the passphrase of the key file; asked for on the terminal if absent.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

impl KeyArgs {
    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.agents.is_empty()
    }

    /// Opens them all.
    ///
    /// # Errors
    /// If one can't be had, or none is named.
    pub fn open(&self) -> Result<Vec<Key>, Failure> {
        if self.is_empty() {
            return Err(Failure::saying(
                Exit::Usage,
                "nothing to sign with: name a key with --key FILE or --agent KEY",
            ));
        }
        let mut keys = Vec::new();
        for file in &self.files {
            let passphrase = || match &self.passphrase_file {
                Some(path) => from_file(path),
                None => ask(&format!("Passphrase of {}: ", file.display())),
            };
            keys.push(Key::File(load(file, passphrase).or_fail(Exit::Usage)?));
        }
        for wanted in &self.agents {
            let key = Agent::from_environment()
                .and_then(|agent| agent.find(wanted))
                .or_fail(Exit::Usage)?;
            keys.push(Key::Agent(key));
        }
        Ok(keys)
    }

    /// Opens the one key.
    ///
    /// # Errors
    /// As [`Self::open`], and if more than one is named.
    pub fn open_one(&self) -> Result<Key, Failure> {
        let mut keys = self.open()?;
        match (keys.pop(), keys.is_empty()) {
            (Some(key), true) => Ok(key),
            _ => Err(Failure::saying(
                Exit::Usage,
                "one key, please: --key FILE or --agent KEY",
            )),
        }
    }
}
