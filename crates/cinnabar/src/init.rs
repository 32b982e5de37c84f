//! `cinnabar init`: founds a ledger. With `cinnabar up` the only thing that does.

use std::path::{Path, PathBuf};

use cinnabar_governance::default_rulebook;
use cinnabar_ledger::founding::{self, FounderKey, Layout};
use cinnabar_ledger::nats::config::{Cluster, Listen, MAX_FILE_STORE_BYTES, ServerConfig};
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::users::{Role, User, UserName};
use ed25519_dalek::SigningKey;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::{demo, files, keys, out};

/// Arguments of `cinnabar init`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar init --out secrets --origin ledger.example.org/ai --name sz-ai --institution 'AI Governance Institution' \\
      --founder wang=wang.key --founder zhao=zhao.key --nodes 3

Makes the ledger's secrets and its signed genesis under --out, and with --nodes one nats-server configuration for each
node of a cluster. Nothing is recorded yet: the first writer that starts on it records the genesis.")]
pub struct Args {
    /// Where to put what is made.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The name in checkpoints: a URL without scheme.
    #[arg(long)]
    origin: String,
    /// Short name for NATS subjects: 1 to 32 of a-z, 0-9 and '-'.
    #[arg(long)]
    name: String,
    /// The institution whose ledger it is.
    #[arg(long)]
    institution: String,
    /// Where its law holds.
    #[arg(long, default_value = "Shenzhen 深圳")]
    jurisdiction: String,
    /// A founder and the file of the founder's key; several. Without any, `wang` and `zhao` with new keys in DIR/keys.
    #[arg(long = "founder", value_name = "ACTOR=KEYFILE")]
    founders: Vec<String>,
    /// How many founders must sign; all of them if absent.
    #[arg(long)]
    threshold: Option<u8>,
    /// Give the log a second, post-quantum key (ML-DSA-44): each checkpoint gets a second signature.
    #[arg(long)]
    post_quantum: bool,
    /// A rulebook in JSON; the one for the Shenzhen regulation if absent.
    #[arg(long, value_name = "FILE")]
    rulebook: Option<PathBuf>,
    /// Write configurations for a NATS cluster of so many nodes, called nats-1, nats-2, and so on.
    #[arg(long, value_name = "N")]
    nodes: Option<u8>,
}

/// What a ledger is founded with, as people give it.
#[derive(Clone, Debug)]
pub struct Charter {
    /// The name in checkpoints.
    pub origin: String,
    /// Short name.
    pub name: String,
    /// The institution's name.
    pub institution: String,
    /// Where its law holds.
    pub jurisdiction: String,
    /// How many founders must sign.
    pub threshold: u8,
    /// A rulebook file; the default one if absent.
    pub rulebook: Option<PathBuf>,
}

/// Most nodes of a cluster that configurations are written for; NATS keeps 1, 3 or 5 replicas.
const NODES_MAX: u8 = 5;

/// Founds a ledger.
///
/// # Errors
/// With what to do about it.
pub fn run(args: Args) -> Result<(), Failure> {
    let layout = Layout::new(&args.out);
    let mut founders = Vec::new();
    for founder in &args.founders {
        let (actor, file) = founder.split_once('=').ok_or_else(|| {
            Failure::saying(
                Exit::Usage,
                format!("--founder {founder}: give ACTOR=KEYFILE"),
            )
        })?;
        let path = Path::new(file);
        let key = keys::load(path, || {
            keys::ask(&format!("Passphrase of {}: ", path.display()))
        })
        .or_fail(Exit::Usage)?;
        founders.push((actor.to_owned(), key));
    }
    if founders.is_empty() {
        for actor in ["wang", "zhao"] {
            founders.push((actor.to_owned(), demo::key_of(&layout, actor)?));
        }
    }
    let all = u8::try_from(founders.len()).or_fail(Exit::Usage)?;
    let charter = Charter {
        origin: args.origin,
        name: args.name,
        institution: args.institution,
        jurisdiction: args.jurisdiction,
        threshold: args.threshold.unwrap_or(all),
        rulebook: args.rulebook,
    };
    found(&layout, &charter, founders)?;
    let identity = layout.identity().or_fail(Exit::Bug)?;
    if args.post_quantum {
        let vkey = layout.add_post_quantum().or_fail(Exit::Usage)?;
        out::line(format_args!("Second log key, post-quantum: {vkey}"))?;
    }
    if let Some(nodes) = args.nodes {
        write_cluster(&layout, &charter.name, nodes)?;
    }
    out::line(format_args!(
        "Founded ledger {}\nlog key {}\nSecrets are in {}; keep them, and back them up.",
        identity.ledger,
        identity.vkey,
        layout.root().join("secrets").display()
    ))
}

/// Founds a ledger whose founders get new keys.
///
/// # Errors
/// With what to do about it.
pub fn found_with_new_keys(
    layout: &Layout,
    charter: &Charter,
    founders: &[&str],
) -> Result<(), Failure> {
    let keys = founders
        .iter()
        .map(|actor| Ok(((*actor).to_owned(), demo::key_of(layout, actor)?)))
        .collect::<Result<_, Failure>>()?;
    found(layout, charter, keys)
}

fn found(
    layout: &Layout,
    charter: &Charter,
    founders: Vec<(String, SigningKey)>,
) -> Result<(), Failure> {
    let rulebook = match &charter.rulebook {
        None => default_rulebook(),
        Some(path) => crate::rules::read_rulebook(path)?,
    };
    let charter = founding::Charter {
        origin: charter.origin.parse().or_fail(Exit::Usage)?,
        name: charter.name.parse().or_fail(Exit::Usage)?,
        institution: (
            "institution".parse().or_fail(Exit::Bug)?,
            cinnabar_events::Text::new(charter.institution.clone()).or_fail(Exit::Usage)?,
        ),
        jurisdiction: cinnabar_events::Text::new(charter.jurisdiction.clone())
            .or_fail(Exit::Usage)?,
        threshold: charter.threshold,
        rulebook,
    };
    let founders = founders
        .into_iter()
        .map(|(actor, key)| {
            let name = cinnabar_events::Text::new(actor.clone()).or_fail(Exit::Usage)?;
            Ok(FounderKey {
                actor: actor.parse().or_fail(Exit::Usage)?,
                name,
                key,
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    layout
        .found(charter, &founders)
        .or_fail(Exit::Usage)
        .map(|_| ())
}

/// Configurations for the nodes of a cluster on a private network, and seeds for everyone who connects.
fn write_cluster(layout: &Layout, name: &str, nodes: u8) -> Result<(), Failure> {
    if !(1..=NODES_MAX).contains(&nodes) {
        return Err(Failure::saying(
            Exit::Usage,
            format!("a cluster has 1 to {NODES_MAX} nodes"),
        ));
    }
    let names = Names::new(name).or_fail(Exit::Usage)?;
    let roles = [
        ("operator", Role::Operator),
        ("writer", Role::Writer),
        ("reader", Role::Reader),
        ("agency", Role::Agency(Vec::new())),
        ("submitter", Role::Submitter),
    ];
    let mut users = Vec::new();
    for (user, role) in roles {
        let path = layout.nats_seed(user);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).or_fail(Exit::Usage)?;
        }
        let key = UserKey::load_or_create(&path)
            .or_fail(Exit::Usage)?
            .public()
            .clone();
        users.push(User {
            name: UserName::new(user).or_fail(Exit::Bug)?,
            role,
            key,
        });
    }
    let listen = |port| Listen {
        host: "0.0.0.0".to_owned(),
        port: Some(port),
    };
    for node in 1..=nodes {
        let routes = (1..=nodes)
            .filter(|other| *other != node)
            .map(|other| format!("nats://nats-{other}:6222"))
            .collect();
        let cluster = (nodes > 1).then(|| Cluster {
            name: format!("cinnabar-{name}"),
            listen: listen(6222),
            routes,
            tls: None,
        });
        let config = ServerConfig {
            server_name: format!("nats-{node}"),
            names: names.clone(),
            users: users.clone(),
            client: listen(4222),
            monitor: listen(8222),
            store_dir: "/data".into(),
            max_file_store: MAX_FILE_STORE_BYTES,
            ports_dir: None,
            tls: None,
            cluster,
        };
        let text = config.render_on_private_network().or_fail(Exit::Usage)?;
        let path = layout.root().join("nats").join(format!("nats-{node}.conf"));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).or_fail(Exit::Usage)?;
        }
        files::replace(&path, text.as_bytes(), files::Access::Public).or_fail(Exit::Usage)?;
    }
    Ok(())
}
