//! Writes the configuration of one `nats-server`: the supervised child and the nodes of a cluster get the same text.
//!
//! It holds no secret: users are public keys, TLS keys are paths, and nodes of a cluster know each other by certificate.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::accounts;
use super::names::Names;
use super::users::User;

/// Largest message, in bytes. A block is at most 512 KiB, one entry over it 64 KiB more, its headers at most 8 KiB; an intake
/// request is a statement of 32 KiB with its openings. More would only let a submitter make the server hold more.
pub const MAX_PAYLOAD_BYTES: u32 = 1024 * 1024;
/// Streams may fill this many bytes unless told otherwise: 1 PiB, that is, the disk is the limit. Left out, the server takes
/// three quarters of what is *free* when it starts, which shrinks as the ledger grows until nothing can be published.
pub const MAX_FILE_STORE_BYTES: u64 = 1 << 50;
/// Memory that streams and consumers without files may use, in bytes: only the state of short-lived consumers.
const MAX_MEMORY_STORE_BYTES: u64 = 64 << 20;
/// Address and port to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// Host name or address.
    pub host: String,
    /// Port; `None` lets the system choose, and the ports file says which.
    pub port: Option<u16>,
}

impl Listen {
    /// Loopback, on a port or one that the system chooses.
    #[must_use]
    pub fn loopback(port: Option<u16>) -> Self {
        Self {
            host: "127.0.0.1".into(),
            port,
        }
    }

    fn render(&self) -> String {
        let port = self
            .port
            .map_or_else(|| "-1".to_owned(), |port| port.to_string());
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        format!("{host}:{port}")
    }
}

/// TLS files of a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// Certificate chain, PEM.
    pub cert: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
    /// Authorities that sign the other side's certificates, PEM. Given: the other side must show one.
    pub ca: Option<PathBuf>,
}

/// The node's place in a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Name, the same on every node.
    pub name: String,
    /// Where the other nodes connect to.
    pub listen: Listen,
    /// The other nodes: `nats://host:port`.
    pub routes: Vec<String>,
    /// TLS between nodes. Leave out only on a network that nobody else is on: a node may do everything.
    pub tls: Option<Tls>,
}

/// All that differs between servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Unique in the cluster.
    pub server_name: String,
    /// Names of the ledger that it serves.
    pub names: Names,
    /// Who may connect.
    pub users: Vec<User>,
    /// Where clients connect to.
    pub client: Listen,
    /// Where `/healthz` and `/jsz` are served. It needs no login: loopback, or a network of the operator's own.
    pub monitor: Listen,
    /// Where the streams' files are.
    pub store_dir: PathBuf,
    /// Limit on the streams' files, bytes ([`MAX_FILE_STORE_BYTES`]).
    pub max_file_store: u64,
    /// Where the server writes the ports that it got; only needed if the system chooses them.
    pub ports_dir: Option<PathBuf>,
    /// TLS for clients; required off loopback.
    pub tls: Option<Tls>,
    /// Cluster membership.
    pub cluster: Option<Cluster>,
}

/// Why no configuration can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A path or name holds a control character or is not UTF-8.
    #[error("{field} {value:?} cannot be written in a configuration file")]
    Unwritable {
        /// Which setting.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// Clients could connect from elsewhere without TLS.
    #[error("listening on {host} needs TLS: only loopback may do without")]
    NeedsTls {
        /// The address.
        host: String,
    },
    /// Two users have one key, and the server would know only one of them.
    #[error("users {first} and {second} have the same key")]
    SharedKey {
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
}

impl ServerConfig {
    /// A server for one machine: everything on loopback, ports chosen by the system.
    #[must_use]
    pub fn embedded(
        names: Names,
        users: Vec<User>,
        store_dir: PathBuf,
        ports_dir: PathBuf,
    ) -> Self {
        Self {
            server_name: format!("cinnabar-{}", names.short()),
            names,
            users,
            client: Listen::loopback(None),
            monitor: Listen::loopback(None),
            store_dir,
            max_file_store: MAX_FILE_STORE_BYTES,
            ports_dir: Some(ports_dir),
            tls: None,
            cluster: None,
        }
    }

    /// The text of the configuration file.
    ///
    /// # Errors
    /// [`ConfigError`]. TLS is asked for off loopback; a private network (a compose file's) can be declared with
    /// [`ServerConfig::render_on_private_network`].
    pub fn render(&self) -> Result<String, ConfigError> {
        let loopback = matches!(self.client.host.as_str(), "127.0.0.1" | "::1" | "localhost");
        if !loopback && self.tls.is_none() {
            return Err(ConfigError::NeedsTls {
                host: self.client.host.clone(),
            });
        }
        self.render_on_private_network()
    }

    /// The same, on a network that nobody else is on, where clients may do without TLS.
    ///
    /// # Errors
    /// [`ConfigError::Unwritable`], [`ConfigError::SharedKey`].
    pub fn render_on_private_network(&self) -> Result<String, ConfigError> {
        self.refuse_shared_keys()?;
        let mut out = String::from(
            "# Written by cinnabar. Holds no secret. Changes are lost at the next start.\n",
        );
        line(
            &mut out,
            0,
            "server_name",
            &quote("server name", &self.server_name)?,
        );
        line(
            &mut out,
            0,
            "listen",
            &quote("listen", &self.client.render())?,
        );
        line(
            &mut out,
            0,
            "http",
            &quote("monitor", &self.monitor.render())?,
        );
        line(&mut out, 0, "max_payload", &MAX_PAYLOAD_BYTES.to_string());
        if let Some(dir) = &self.ports_dir {
            line(
                &mut out,
                0,
                "ports_file_dir",
                &quote_path("ports directory", dir)?,
            );
        }
        out.push_str("jetstream {\n");
        line(
            &mut out,
            1,
            "store_dir",
            &quote_path("store directory", &self.store_dir)?,
        );
        line(&mut out, 1, "sync_interval", "always");
        line(
            &mut out,
            1,
            "max_file_store",
            &self.max_file_store.to_string(),
        );
        line(
            &mut out,
            1,
            "max_memory_store",
            &MAX_MEMORY_STORE_BYTES.to_string(),
        );
        out.push_str("}\n");
        if let Some(tls) = &self.tls {
            write_tls(&mut out, 0, tls)?;
        }
        if let Some(cluster) = &self.cluster {
            write_cluster(&mut out, cluster)?;
        }
        accounts::write(&mut out, &self.names, &self.users);
        Ok(out)
    }

    fn refuse_shared_keys(&self) -> Result<(), ConfigError> {
        for (at, user) in self.users.iter().enumerate() {
            if let Some(other) = self.users[..at].iter().find(|other| other.key == user.key) {
                let (first, second) = (
                    other.name.as_str().to_owned(),
                    user.name.as_str().to_owned(),
                );
                return Err(ConfigError::SharedKey { first, second });
            }
        }
        Ok(())
    }
}

fn write_tls(out: &mut String, depth: usize, tls: &Tls) -> Result<(), ConfigError> {
    let _ = writeln!(out, "{}tls {{", "  ".repeat(depth));
    line(
        out,
        depth + 1,
        "cert_file",
        &quote_path("certificate", &tls.cert)?,
    );
    line(out, depth + 1, "key_file", &quote_path("key", &tls.key)?);
    if let Some(ca) = &tls.ca {
        line(out, depth + 1, "ca_file", &quote_path("authorities", ca)?);
        line(out, depth + 1, "verify", "true");
    }
    let _ = writeln!(out, "{}}}", "  ".repeat(depth));
    Ok(())
}

fn write_cluster(out: &mut String, cluster: &Cluster) -> Result<(), ConfigError> {
    out.push_str("cluster {\n");
    line(out, 1, "name", &quote("cluster name", &cluster.name)?);
    line(
        out,
        1,
        "listen",
        &quote("cluster listen", &cluster.listen.render())?,
    );
    out.push_str("  routes: [\n");
    for route in &cluster.routes {
        let _ = writeln!(out, "    {}", quote("route", route)?);
    }
    out.push_str("  ]\n");
    if let Some(tls) = &cluster.tls {
        write_tls(out, 1, tls)?;
    }
    out.push_str("}\n");
    Ok(())
}

fn line(out: &mut String, depth: usize, key: &str, value: &str) {
    let _ = writeln!(out, "{}{key}: {value}", "  ".repeat(depth));
}

fn quote_path(field: &'static str, path: &Path) -> Result<String, ConfigError> {
    match path.to_str() {
        Some(text) => quote(field, text),
        None => Err(ConfigError::Unwritable {
            field,
            value: path.display().to_string(),
        }),
    }
}

/// A double-quoted string of the server's configuration language.
fn quote(field: &'static str, text: &str) -> Result<String, ConfigError> {
    if text.chars().any(char::is_control) {
        return Err(ConfigError::Unwritable {
            field,
            value: text.to_owned(),
        });
    }
    Ok(format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nats::keys::PublicKey;
    use crate::nats::users::{Role, UserName};

    fn config(users: Vec<User>) -> ServerConfig {
        let names = Names::new("t").unwrap();
        ServerConfig::embedded(names, users, "/store".into(), "/run".into())
    }

    #[test]
    fn off_loopback_clients_need_tls() {
        let mut open = config(vec![]);
        assert!(open.render().is_ok());
        open.client = Listen {
            host: "0.0.0.0".into(),
            port: Some(4222),
        };
        let refused = open.render();
        assert_eq!(
            refused,
            Err(ConfigError::NeedsTls {
                host: "0.0.0.0".into()
            })
        );
        let private = open.render_on_private_network().unwrap();
        assert!(private.contains("listen: \"0.0.0.0:4222\"\n"), "{private}");
        open.tls = Some(Tls {
            cert: "c.pem".into(),
            key: "k.pem".into(),
            ca: None,
        });
        assert!(open.render().unwrap().contains("cert_file: \"c.pem\""));
    }

    #[test]
    fn a_key_has_one_user() {
        let key = PublicKey::parse(&nkeys::KeyPair::new_user().public_key()).unwrap();
        let user = |name: &str| User {
            name: UserName::new(name).unwrap(),
            role: Role::Reader,
            key: key.clone(),
        };
        let refused = config(vec![user("a"), user("b")]).render();
        let (first, second) = ("a".into(), "b".into());
        assert_eq!(refused, Err(ConfigError::SharedKey { first, second }));
    }

    #[test]
    fn nothing_breaks_out_of_its_quotes() {
        let mut odd = config(vec![]);
        odd.store_dir = "/a\"b\\c".into();
        let text = odd.render().unwrap();
        assert!(text.contains(r#"store_dir: "/a\"b\\c""#), "{text}");
        odd.store_dir = "/a\nlisten: 0.0.0.0".into();
        assert!(matches!(odd.render(), Err(ConfigError::Unwritable { .. })));
    }

    #[test]
    fn every_write_is_synced_before_it_is_acknowledged() {
        assert!(
            config(vec![])
                .render()
                .unwrap()
                .contains("sync_interval: always")
        );
    }
}
