//! `cinnabar node`: one node of a cluster, with its role.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_nats::Client;
use cinnabar_events::Signed;
use cinnabar_ledger::founding::{self, Layout};
use cinnabar_ledger::nats::checks::check;
use cinnabar_ledger::nats::connect::{Login, connect};
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::streams::{Replicas, ensure_all};
use cinnabar_ledger::nats::users::UserName;
use cinnabar_ledger::node::{self, Handle, MayRefill, Phase, Precautions, Role, Setup};
use cinnabar_ledger::{Identity, Lease};
use cinnabar_store::{OpenError, OpenOptions, Store};
use cinnabar_vault::Vault;
use serde::Deserialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::anchors::{Anchors, StampSettings, WitnessSettings};
use crate::commands::backup::window::Window;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::serving::{Serving, listen};
use crate::{files, out, recovery};

/// Arguments of `cinnabar node`: a writer, a standby or a reader, as its configuration says.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar node --config writer.toml
  cinnabar node --print-config > node.toml")]
pub struct Args {
    /// The node's configuration: its role (writer, standby or reader), its data, its keys, the NATS servers.
    #[arg(long, value_name = "FILE", required_unless_present = "print_config")]
    config: Option<PathBuf>,
    /// Print a configuration with every setting explained, and do nothing else.
    #[arg(long)]
    print_config: bool,
    /// A ledger.recovered, signed by everybody who must: goes on without the entries that it names as lost.
    #[arg(long, value_name = "FILE")]
    recover: Option<PathBuf>,
    /// Make the mark though the ledger has entries: once, when it is kept for the first time or its disk was lost.
    #[arg(long)]
    new_mark: bool,
    /// Fill a log stream that was lost or damaged again, from this node's replica: on the writer that has the most entries, the
    /// others stopped. Needs nats.operator in the configuration.
    #[arg(long)]
    refill: bool,
}

/// A configuration with every setting explained.
pub const EXAMPLE_CONFIG: &str = include_str!("node.example.toml");
/// Most bytes of a configuration file.
const CONFIG_MAX_BYTES: usize = 64 * 1024;

/// What a node does on top of being a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RoleName {
    /// Writes, unless another one does.
    Writer,
    /// The same, by another name: who writes is settled by the lease.
    Standby,
    /// Follows, folds the views and answers questions.
    Reader,
}

impl RoleName {
    /// The NATS user that such a node is.
    const fn user(self) -> &'static str {
        match self {
            Self::Writer | Self::Standby => "writer",
            Self::Reader => "reader",
        }
    }
}

/// A node's configuration. `node.example.toml` explains every key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    role: RoleName,
    name: Option<String>,
    data: PathBuf,
    genesis: PathBuf,
    listen: SocketAddr,
    nats: NatsConfig,
    keys: Option<KeysConfig>,
    vault: Option<VaultConfig>,
    mark: Option<PathBuf>,
    witnesses: Option<WitnessSettings>,
    timestamps: Option<StampSettings>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NatsConfig {
    servers: Vec<String>,
    seed: PathBuf,
    replicas: u8,
    #[serde(default)]
    monitor: Vec<String>,
    ca: Option<PathBuf>,
    operator: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VaultConfig {
    key: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysConfig {
    log: PathBuf,
    ledger: PathBuf,
}

/// Runs a node until told to stop.
///
/// # Errors
/// With what to do about it.
pub fn run(args: Args) -> Result<(), Failure> {
    let Some(path) = args.config.filter(|_| !args.print_config) else {
        return out::line(EXAMPLE_CONFIG.trim_end());
    };
    crate::log::start();
    let config: Config = read_toml(&path)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .or_fail(Exit::Usage)?;
    let recovery = args.recover.as_deref().map(recovery::request).transpose()?;
    runtime.block_on(live(config, args.new_mark, recovery, args.refill))
}

fn read_toml<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Failure> {
    let bytes = files::read(path, CONFIG_MAX_BYTES).or_fail(Exit::Usage)?;
    let shown = path.display().to_string();
    toml::from_slice(&bytes).or_fail_while(Exit::Usage, move || format!("{shown} will not do"))
}

async fn live(
    config: Config,
    new_mark: bool,
    recovery: Option<Vec<u8>>,
    refill: bool,
) -> Result<(), Failure> {
    let listener = listen(config.listen).await?;
    let (opening, identity) = read_opening(&config.genesis)?;
    let names = Names::new(identity.name.as_str()).or_fail(Exit::Usage)?;
    let role = role(&config, &identity)?;
    let (client, refill) = connected(&config, &names, refill).await?;
    let anchors = Anchors::read(
        config.witnesses.as_ref(),
        config.timestamps.as_ref(),
        &identity,
    )?;
    let precautions = Precautions {
        seen: anchors.seen().await?,
        recovery,
        refill,
        ..Precautions::default()
    };
    let store = open_store(&config, new_mark)?;
    let vault = open_vault(&config, &store)?;
    let window = Window::open(&store, vault.clone());
    let stop = CancellationToken::new();
    let setup = Setup {
        client: client.clone(),
        names: names.clone(),
        identity,
        store: store.clone(),
        role,
        node: config.name.clone().unwrap_or_else(host_name),
        vault,
        clock_ahead_seconds: 0,
        stop: stop.clone(),
    };
    let (handle, running) = node::start_with(setup, precautions).or_fail(Exit::Unreachable)?;
    let anchors = anchors.start(&store)?;
    let serving = Serving::start(
        &store,
        &config.data.join("views"),
        listener,
        Some(handle.clone()),
        Some(&anchors),
    )?;
    let checkpoints = tokio::spawn(follow_checkpoints(
        client,
        names,
        store.clone(),
        stop.clone(),
    ));
    let opening = tokio::spawn(open_ledger(opening, handle.clone(), store));

    let why = until_end(handle).await?;
    stop.cancel();
    window.close();
    anchors.stop();
    opening.abort();
    serving.stop().await;
    drop((checkpoints.await, running.await));
    match why {
        None => Ok(()),
        Some(why) => Err(Failure::saying(
            Exit::Unreachable,
            format!("the node stopped to be safe: {why}"),
        )),
    }
}

/// Opens the replica; makes it at the first time.
fn open_store(config: &Config, new_mark: bool) -> Result<Store, Failure> {
    let folder = config.data.join("store");
    let options = OpenOptions {
        mark: config.mark.clone(),
        mark_may_be_new: new_mark,
    };
    let store = match Store::open_with(&folder, &options) {
        Err(OpenError::Missing { .. }) => Store::create_with(&folder, &options),
        other => other,
    };
    store.or_fail_while(
        Exit::Usage,
        || "cannot open the store (a mark that is kept for the first time is made with --new-mark)",
    )
}

/// Opens the vault, if this node has one; makes it at the first time.
fn open_vault(config: &Config, store: &Store) -> Result<Option<Arc<Vault>>, Failure> {
    let Some(vault) = &config.vault else {
        return Ok(None);
    };
    let opened = founding::open_vault(&config.data.join("vault"), &vault.key, store);
    opened
        .or_fail_while(Exit::Usage, || "cannot open the vault")
        .map(Some)
}

fn role(config: &Config, identity: &Identity) -> Result<Role, Failure> {
    match (config.role, &config.keys) {
        (RoleName::Reader, _) => Ok(Role::Reader),
        (RoleName::Writer | RoleName::Standby, Some(keys)) => {
            let signer = Layout::read_log_signer(&keys.log, identity).or_fail(Exit::Usage)?;
            let itself = Layout::read_ledger_signer(&keys.ledger).or_fail(Exit::Usage)?;
            Ok(Role::Writer {
                signer: Arc::new(signer),
                itself: Arc::new(itself),
                lease: Lease::Shared,
            })
        }
        (RoleName::Writer | RoleName::Standby, None) => Err(Failure::saying(
            Exit::Usage,
            "a writer and a standby need [keys] log and ledger",
        )),
    }
}

/// Connects, makes the streams if it may, and checks that the servers are fit.
async fn connected(
    config: &Config,
    names: &Names,
    refill: bool,
) -> Result<(Client, Option<MayRefill>), Failure> {
    let replicas = match config.nats.replicas {
        1 => Replicas::One,
        3 => Replicas::Three,
        other => {
            return Err(Failure::saying(
                Exit::Usage,
                format!("nats.replicas is {other}; 1 or 3 will do"),
            ));
        }
    };
    let login = |user: &str, seed: &Path| {
        let key = UserKey::load(seed).or_fail(Exit::Usage)?;
        Ok::<_, Failure>(Login {
            servers: config.nats.servers.clone(),
            user: UserName::new(user).or_fail(Exit::Usage)?,
            key,
            ca: config.nats.ca.clone(),
        })
    };
    let mut right = None;
    if let Some(seed) = &config.nats.operator {
        let operator = connect(login("operator", seed)?)
            .await
            .or_fail(Exit::Unreachable)?
            .client;
        ensure_all(&operator, names, replicas)
            .await
            .or_fail(Exit::Unreachable)?;
        right = refill.then_some(MayRefill { operator, replicas });
    }
    if refill && (right.is_none() || config.role == RoleName::Reader) {
        return Err(Failure::saying(
            Exit::Usage,
            "--refill is for a writer, with nats.operator in its configuration",
        ));
    }
    let link = connect(login(config.role.user(), &config.nats.seed)?)
        .await
        .or_fail(Exit::Unreachable)?;
    if !config.nats.monitor.is_empty() {
        let mut findings = check(&link.client, &config.nats.monitor, names, replicas).await;
        findings.retain(|finding| !(refill && finding.is_of_history()));
        if !findings.is_empty() {
            let list: Vec<String> = findings.iter().map(ToString::to_string).collect();
            return Err(Failure::saying(
                Exit::Usage,
                format!(
                    "the NATS servers are not fit for a ledger: {}",
                    list.join("; ")
                ),
            ));
        }
    }
    Ok((link.client, right))
}

/// The statements that open the ledger, and which ledger that is.
fn read_opening(path: &Path) -> Result<(Vec<Signed>, Identity), Failure> {
    let opening = founding::read_opening(path).or_fail(Exit::Usage)?;
    let identity = opening.first().and_then(Identity::of_genesis);
    let wrong = || format!("{} is not a signed genesis", path.display());
    let identity = identity.ok_or_else(|| Failure::saying(Exit::Usage, wrong()))?;
    Ok((opening, identity))
}

/// What this machine is called.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() {
        "node".to_owned()
    } else {
        name.trim().to_owned()
    }
}

/// Opens the ledger, if this node comes to write and it isn't open yet.
async fn open_ledger(opening: Vec<Signed>, handle: Handle, store: Store) {
    let mut phase = handle.phase.clone();
    if phase
        .wait_for(|phase| *phase == Phase::Writing)
        .await
        .is_err()
    {
        return;
    }
    match founding::open_ledger(&opening, &handle.queue, &store).await {
        Ok(()) => tracing::info!("The ledger is open."),
        Err(problem) => {
            tracing::error!(problem.code, problem.detail, "The ledger can't be opened.")
        }
    }
}

/// Keeps the newest checkpoint without waiting for the next block: reads the last-value stream.
async fn follow_checkpoints(client: Client, names: Names, store: Store, stop: CancellationToken) {
    use cinnabar_ledger::nats::streams::StreamKind;
    loop {
        let stream = StreamKind::Checkpoint
            .context(&client)
            .get_stream_no_info(names.checkpoint_stream())
            .await;
        if let Ok(stream) = stream
            && let Ok(message) = stream
                .get_last_raw_message_by_subject(&names.checkpoint_subject())
                .await
            && let Ok(note) = std::str::from_utf8(&message.payload)
            && Some(note) != store.checkpoint().as_deref()
            && is_covered(note, &store)
            && let Err(error) = store.keep_checkpoint(note)
        {
            tracing::error!(
                error = cinnabar_ledger::causes(&error),
                "A checkpoint could not be kept."
            );
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CHECKPOINT_LOOK) => {}
        }
    }
}

/// How often the newest checkpoint is looked for: how stale a reader's may be while nothing is written.
const CHECKPOINT_LOOK: std::time::Duration = std::time::Duration::from_millis(500);

/// Whether the replica has everything that the checkpoint is about, and agrees with it. One that
/// doesn't agree must not poison a store: it is reported, and looked at by `verify`.
fn is_covered(note: &str, store: &Store) -> bool {
    let parsed = cinnabar_tlog::Note::parse(note.as_bytes())
        .ok()
        .and_then(|note| cinnabar_tlog::Checkpoint::parse(note.text()).ok());
    let Some(checkpoint) = parsed else {
        return false;
    };
    if checkpoint.size > store.head().size {
        return false;
    }
    let agrees = store
        .root_at(checkpoint.size)
        .is_ok_and(|root| root == checkpoint.root);
    if !agrees {
        tracing::error!(
            checkpoint.size = checkpoint.size.get(),
            "A published checkpoint contradicts this replica."
        );
    }
    agrees
}

async fn until_end(handle: Handle) -> Result<Option<String>, Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).or_fail(Exit::Usage)?;
    let mut terminate = signal(SignalKind::terminate()).or_fail(Exit::Usage)?;
    let mut phase = handle.phase.clone();
    let ended = async {
        match phase
            .wait_for(|phase| matches!(phase, Phase::Stopped(_)))
            .await
            .as_deref()
        {
            Ok(Phase::Stopped(why)) => why.clone(),
            Ok(Phase::CatchingUp | Phase::Following | Phase::Writing) | Err(_) => {
                "the node is gone".to_owned()
            }
        }
    };
    Ok(tokio::select! {
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
        why = ended => Some(why),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_explained_configuration_is_one_and_unknown_keys_are_refused() {
        let config: Config = toml::from_str(EXAMPLE_CONFIG).unwrap();
        assert_eq!(config.role, RoleName::Writer);
        let odd = format!("colour = \"red\"\n{EXAMPLE_CONFIG}");
        assert!(
            toml::from_str::<Config>(&odd)
                .unwrap_err()
                .to_string()
                .contains("colour")
        );
    }
}
