//! The connection profile: what a client must know to reach a ledger and to trust what it says.

use std::path::{Path, PathBuf};

use cinnabar_events::{LedgerId, ShortName};
use cinnabar_tlog::{VerifierKey, VkeyError};
use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access, FileError};

/// Where a profile is looked for if nobody says otherwise.
pub const DEFAULT_PROFILE: &str = "./cinnabar-data/connection.toml";
/// Most bytes of a profile.
const PROFILE_MAX_BYTES: usize = 64 * 1024;

/// `connection.toml`, as a node leaves it in its data directory. Unknown keys are refused. Paths are relative to the
/// file's own folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The ledger's id: goes into every statement.
    pub ledger: LedgerId,
    /// Its short name: part of every NATS subject.
    pub name: ShortName,
    /// Its origin: the name in its checkpoints.
    pub origin: String,
    /// The log's verifier key. Receipts and checkpoints are checked against it.
    pub vkey: String,
    /// NATS servers: `nats://host:port`, several with commas between.
    pub nats: String,
    /// The read API: `http://host:port`.
    pub api: String,
    /// Monitoring addresses of the NATS servers, for `cinnabar doctor`: `http://host:port` each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitor: Vec<String>,
    /// How many servers keep each message: 1 or 3; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u8>,
    /// Authorities that sign the NATS servers' certificates, PEM. Given: TLS is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// Seed files of NATS users, one for each thing that a client may do.
    #[serde(default)]
    pub users: Users,
}

/// Seed files of NATS users. A user is called after its key here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Users {
    /// May submit statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<PathBuf>,
    /// May follow the feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<PathBuf>,
    /// May look at the streams (`cinnabar doctor`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<PathBuf>,
}

/// Why a file is no profile.
#[derive(Debug, thiserror::Error)]
pub enum NotAProfile {
    /// It can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is no such TOML.
    #[error("{path} is not a connection profile")]
    Toml {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and where.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The verifier key is none, or another log's.
    #[error("vkey in {path}")]
    Vkey {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: VkeyError,
    },
    /// `origin` and `vkey` speak of two logs.
    #[error("in {path}, origin is {origin} but vkey is named {vkey}")]
    TwoLogs {
        /// Which file.
        path: PathBuf,
        /// The origin.
        origin: String,
        /// The name of the key.
        vkey: String,
    },
    /// Not TOML that can be written.
    #[error("the profile can't be written as TOML")]
    Unwritable(#[from] toml::ser::Error),
}

impl Profile {
    /// Reads a profile and makes its paths absolute or relative to the current folder.
    ///
    /// # Errors
    /// [`NotAProfile`].
    pub fn load(path: &Path) -> Result<Self, NotAProfile> {
        let bytes = files::read(path, PROFILE_MAX_BYTES)?;
        let not_toml = |source| NotAProfile::Toml {
            path: path.to_owned(),
            source: Box::new(source),
        };
        let mut profile: Self = toml::from_slice(&bytes).map_err(not_toml)?;
        let vkey = VerifierKey::parse(&profile.vkey).map_err(|source| NotAProfile::Vkey {
            path: path.to_owned(),
            source,
        })?;
        if vkey.name().as_str() != profile.origin {
            let vkey = vkey.name().to_string();
            return Err(NotAProfile::TwoLogs {
                path: path.to_owned(),
                origin: profile.origin,
                vkey,
            });
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let Users {
            submitter,
            agency,
            reader,
        } = &mut profile.users;
        for file in [submitter, agency, reader, &mut profile.ca]
            .into_iter()
            .flatten()
        {
            *file = folder.join(&*file);
        }
        Ok(profile)
    }

    /// Writes the profile, for clients on this machine. It holds no secret: keys are paths.
    ///
    /// # Errors
    /// [`NotAProfile`].
    pub fn save(&self, path: &Path) -> Result<(), NotAProfile> {
        let text = format!(
            "# How clients reach this ledger: `cinnabar submit --profile` this file.\n{}",
            toml::to_string(self)?
        );
        Ok(files::replace(path, text.as_bytes(), Access::Public)?)
    }

    /// The log's verifier key.
    pub fn verifier_key(&self) -> VerifierKey {
        VerifierKey::parse(&self.vkey).expect("load has seen that it is a key")
    }

    /// The NATS servers, one by one.
    pub fn servers(&self) -> Vec<String> {
        self.nats
            .split(',')
            .map(|server| server.trim().to_owned())
            .collect()
    }
}

/// `--profile FILE`.
#[derive(Clone, Debug, clap::Args)]
pub struct ProfileArg {
    /// The connection profile that a node leaves in its data directory.
    #[arg(long, value_name = "FILE", env = "CINNABAR_PROFILE", hide_env_values = true, default_value = DEFAULT_PROFILE)]
    pub profile: PathBuf,
}

impl ProfileArg {
    /// Reads it.
    ///
    /// # Errors
    /// With what to do about it.
    pub fn load(&self) -> Result<Profile, Failure> {
        Profile::load(&self.profile).or_fail_while(
            Exit::Usage,
            || "no usable connection profile; name it with --profile or CINNABAR_PROFILE (`cinnabar up` leaves one in its data directory)",
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn profile() -> Profile {
        Profile {
            ledger: LedgerId::from_bytes([7; 32]),
            name: "sz-ai".parse().unwrap(),
            origin: "example.com/foo".into(),
            vkey: vkey(),
            nats: "nats://127.0.0.1:4222, nats://127.0.0.1:4223".into(),
            api: "http://127.0.0.1:8080".into(),
            monitor: vec![],
            replicas: None,
            ca: None,
            users: Users {
                submitter: Some("seeds/submitter.seed".into()),
                ..Users::default()
            },
        }
    }

    fn vkey() -> String {
        let seed = [3; 32];
        let name = cinnabar_tlog::KeyName::new("example.com/foo").unwrap();
        cinnabar_tlog::NoteSigner::from_seed(name, &seed)
            .verifier()
            .to_string()
    }

    #[test]
    fn a_profile_comes_back_with_its_paths_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("connection.toml");
        let written = profile();
        written.save(&path).unwrap();
        let read = Profile::load(&path).unwrap();
        assert_eq!(
            read.users.submitter,
            Some(dir.path().join("seeds/submitter.seed"))
        );
        assert_eq!(
            read.servers(),
            ["nats://127.0.0.1:4222", "nats://127.0.0.1:4223"]
        );
        assert_eq!(read.ledger, written.ledger);
    }

    #[test]
    fn a_misspelt_key_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("connection.toml");
        let text = toml::to_string(&profile()).unwrap();
        std::fs::write(&path, format!("nast = \"x\"\n{text}")).unwrap();
        let Err(NotAProfile::Toml { source, .. }) = Profile::load(&path) else {
            panic!("taken")
        };
        assert!(source.to_string().contains("nast"), "{source}");
    }

    #[test]
    fn a_vkey_of_another_log_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("connection.toml");
        let other = Profile {
            origin: "example.com/bar".into(),
            ..profile()
        };
        std::fs::write(&path, toml::to_string(&other).unwrap()).unwrap();
        assert!(matches!(
            Profile::load(&path),
            Err(NotAProfile::TwoLogs { .. })
        ));
    }
}
