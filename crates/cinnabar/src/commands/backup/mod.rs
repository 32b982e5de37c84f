//! `cinnabar backup`: a copy of a ledger from which it can be restored, taken while it runs or not.
//!
//! A backup is a folder with `manifest.json` and `files/`. The manifest is written last and takes the place of the one before in one step; what only
//! the one before named is removed after that. So whenever a backup is broken off, the folder holds the backup before.
//!
//! The replica is copied before the vault: what confidential values the entries in it commit to is in the vault by then.

pub(crate) mod manifest;
pub(crate) mod pool;
mod source;
pub(crate) mod window;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use cinnabar_failpoint::{Failpoint, try_pass};
use cinnabar_ledger::Identity;
use cinnabar_ledger::founding::{Layout, read_opening};
use serde::Deserialize;

use self::manifest::{FORMAT, Listed, Manifest};
use self::pool::Pool;
use self::source::Source;
use self::window::Copied;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, io_error};
use crate::out;

/// Arguments of `cinnabar backup`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar backup /mnt/backup/ledger
  cinnabar backup /mnt/backup/ledger --config writer.toml
  cinnabar backup /mnt/backup/ledger --check

The ledger may be running: nobody waits, but for whoever records a confidential value while the vault is copied. In the backup are \
the replica, the genesis, the chapters of the rulebook, the settings and the vault, each file under its BLAKE3, and a manifest with \
the head and the newest signed checkpoint. Not in it, ever: secrets (the log's key, the ledger's key, the institution's key, NATS \
seeds, actors' keys), which you keep elsewhere; the log stream and the views, which follow from the replica; the mark, which must know \
better than a backup. A second backup into the same folder takes the place of the first, and writes only what is new; broken off at \
any time, the first is still there. It must be run by the user who runs the ledger.")]
pub(crate) struct Args {
    /// The folder of the backup: made if it isn't there, best on another disk.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The data of the ledger, as `cinnabar up` keeps it.
    #[arg(long, value_name = "DIR", default_value = "./cinnabar-data")]
    data: PathBuf,
    /// The configuration of the node to back up, instead: for `cinnabar node`.
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    config: Option<PathBuf>,
    /// Read the backup that is there, and say whether every file is as it was written. Nothing else is done.
    #[arg(long, conflicts_with_all = ["data", "config"])]
    check: bool,
}

/// Most bytes of a configuration file.
const CONFIG_MAX_BYTES: usize = 64 * 1024;
/// Where the replica and the vault lie in the data; everywhere the same.
pub(crate) const STORE: &str = "store";
const VAULT: &str = "vault";
/// Files of the vault that are not copied: its lock, and what is on its way.
const NOT_OF_THE_VAULT: [&str; 2] = ["LOCK", "tmp"];

/// What is backed up.
struct Place {
    data: PathBuf,
    genesis: PathBuf,
    config: Option<PathBuf>,
}

/// What of a node's configuration says where things are.
#[derive(Deserialize)]
struct NodePlaces {
    data: PathBuf,
    genesis: PathBuf,
}

impl Place {
    fn of(args: &Args) -> Result<Self, Failure> {
        let Some(config) = &args.config else {
            let layout = Layout::new(&args.data);
            return Ok(Self {
                data: args.data.clone(),
                genesis: layout.genesis(),
                config: None,
            });
        };
        let bytes = files::read(config, CONFIG_MAX_BYTES).or_fail(Exit::Usage)?;
        let shown = config.display().to_string();
        let places: NodePlaces = toml::from_slice(&bytes)
            .or_fail_while(Exit::Usage, || format!("{shown} will not do"))?;
        Ok(Self {
            data: places.data,
            genesis: places.genesis,
            config: Some(config.clone()),
        })
    }

    /// Files that never change while a node runs: where each is, and where it goes.
    fn settings(&self) -> Vec<(PathBuf, &'static str)> {
        let mut files = vec![
            (self.genesis.clone(), "genesis.json"),
            (
                self.genesis.with_file_name("chapters.jsonl"),
                "chapters.jsonl",
            ),
            (self.data.join("log.mldsa.vkey"), "log.mldsa.vkey"),
            (self.data.join("connection.toml"), "connection.toml"),
        ];
        files.extend(self.config.clone().map(|config| (config, "node.toml")));
        files
    }
}

/// Runs `cinnabar backup`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    match args.check {
        true => check(&args.dir),
        false => take(args),
    }
}

fn take(args: &Args) -> Result<(), Failure> {
    let place = Place::of(args)?;
    let opening = read_opening(&place.genesis).or_fail_while(
        Exit::Usage,
        || "there is no ledger to back up (say where it is with --data or --config)",
    )?;
    let identity = opening.first().and_then(Identity::of_genesis);
    let identity =
        identity.ok_or_else(|| Failure::saying(Exit::Usage, "the genesis opens no ledger"))?;
    let former = former(&args.dir)?;
    let mut pool = Pool::open(&args.dir)?;
    let mut source = Source::reach(&place.data.join(STORE))?;
    let copied = source.replica()?;
    if let Some(former) = &former {
        check_former(former, &identity, &copied, &args.dir)?;
    }
    let mut listed = Vec::new();
    let replica = copied.folder.join("replica");
    for path in below(&replica)? {
        let whole = replica.join(&path);
        let to = format!("{STORE}/replica/{}", text(&path)?);
        let there = || Failure::saying(Exit::Bug, format!("{} is gone", whole.display()));
        listed.push(pool.add(&whole, to)?.ok_or_else(there)?);
    }
    for (file, path) in place.settings() {
        listed.extend(pool.add(&file, path.to_owned())?);
    }
    let vault = copy_vault(&place.data.join(VAULT), &mut source, &mut pool)?;
    let values = vault.len();
    listed.extend(vault);
    listed.sort();
    pool.sync()?;
    try_pass(Failpoint::BackupGathered).or_fail(Exit::Usage)?;

    let manifest = describe(&identity, &copied, listed)?;
    manifest.clone().write(&args.dir)?;
    try_pass(Failpoint::BackupNamed).or_fail(Exit::Usage)?;
    pool.clear(&manifest)?;
    let (files, bytes) = (manifest.files.len(), manifest.bytes());
    let (new_files, new_bytes) = pool.written;
    out::line(format_args!(
        "Backed up {} entries of the ledger {} to {}: {files} files, {bytes} bytes, of which {new_files} files with {new_bytes} bytes are new.
  head       {}
  vault      {}
Not in it: secrets/ and keys/. A restored ledger runs with them only, so keep them too, somewhere else.",
        copied.size,
        identity.name,
        args.dir.display(),
        copied.head,
        match values {
            0 => "none".to_owned(),
            many => format!("{many} files; useless without the institution's key"),
        }
    ))
}

/// The backup that is there. One that is damaged is replaced; one of a newer format is somebody else's.
fn former(dir: &Path) -> Result<Option<Manifest>, Failure> {
    match Manifest::find(dir) {
        Err(damaged) if damaged.exit() == Exit::NotVerified => {
            let message = damaged.message().unwrap_or_default();
            out::note(format_args!("{message}; a new backup takes its place"));
            Ok(None)
        }
        other => other,
    }
}

/// Whether a new backup may take the place of the one before.
fn check_former(
    former: &Manifest,
    identity: &Identity,
    copied: &Copied,
    dir: &Path,
) -> Result<(), Failure> {
    let dir = dir.display();
    let why = if former.ledger != identity.ledger.to_string() {
        format!("{dir} holds a backup of another ledger, {}", former.name)
    } else if former.size > copied.size {
        format!(
            "the backup in {dir} has {} entries, this ledger only {}: it was put back, or is another copy",
            former.size, copied.size
        )
    } else if former.size == copied.size && former.head != copied.head {
        format!("the backup in {dir} ends with another entry: two histories")
    } else {
        return Ok(());
    };
    Err(Failure::saying(
        Exit::Refused,
        format!("{why}; choose another folder"),
    ))
}

fn describe(identity: &Identity, copied: &Copied, files: Vec<Listed>) -> Result<Manifest, Failure> {
    Ok(Manifest {
        check: String::new(),
        format: FORMAT,
        release: env!("CARGO_PKG_VERSION").to_owned(),
        taken: now()?,
        ledger: identity.ledger.to_string(),
        name: identity.name.to_string(),
        origin: identity.vkey.name().to_string(),
        vkey: identity.vkey.to_string(),
        size: copied.size,
        head: copied.head.clone(),
        root: copied.root.clone(),
        checkpoint: copied.checkpoint.clone(),
        stream: copied.stream,
        files,
    })
}

fn now() -> Result<String, Failure> {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    let micros = since
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok());
    let time = micros.and_then(cinnabar_events::Timestamp::from_micros);
    time.map(|time| time.to_string())
        .ok_or_else(|| Failure::saying(Exit::Usage, "the clock of this machine is wrong"))
}

/// What tells that a file is the one that was copied: it is written once and moved to its place, never changed in it but to be destroyed.
type Stamp = (u64, u64, i64, i64);

/// Copies the vault, most of it while it is used, then what has changed since while it stands still.
fn copy_vault(folder: &Path, source: &mut Source, pool: &mut Pool) -> Result<Vec<Listed>, Failure> {
    if !folder.join("FORMAT").exists() {
        return Ok(Vec::new());
    }
    let mut copied = BTreeMap::new();
    pass_over(folder, pool, &mut copied)?;
    source.still()?;
    pass_over(folder, pool, &mut copied)?;
    source.done()?;
    Ok(copied.into_values().map(|(_, listed)| listed).collect())
}

fn pass_over(
    folder: &Path,
    pool: &mut Pool,
    copied: &mut BTreeMap<PathBuf, (Stamp, Listed)>,
) -> Result<(), Failure> {
    let mut there = BTreeMap::new();
    for path in below(folder)? {
        if NOT_OF_THE_VAULT
            .iter()
            .any(|skipped| path.starts_with(skipped))
        {
            continue;
        }
        let whole = folder.join(&path);
        let Ok(file) = fs::metadata(&whole) else {
            continue;
        };
        let stamp = (file.ino(), file.len(), file.mtime(), file.mtime_nsec());
        let listed = match copied.remove(&path) {
            Some((known, listed)) if known == stamp => Some(listed),
            Some(_) | None => pool.add(&whole, format!("{VAULT}/{}", text(&path)?))?,
        };
        if let Some(listed) = listed {
            there.insert(path, (stamp, listed));
        }
    }
    *copied = there;
    Ok(())
}

/// Paths of the files below `folder`, relative to it.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
        for item in fs::read_dir(folder)? {
            let item = item?;
            let path = item.path();
            if item.file_type()?.is_dir() {
                walk(&path, root, found)?;
            } else {
                let relative = path.strip_prefix(root).map_err(io::Error::other)?;
                found.push(relative.to_owned());
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found)
        .map_err(io_error("read", folder))
        .or_fail(Exit::Usage)?;
    found.sort();
    Ok(found)
}

fn text(path: &Path) -> Result<&str, Failure> {
    path.to_str()
        .ok_or_else(|| Failure::saying(Exit::Usage, format!("{} is no name", path.display())))
}

/// Reads a whole backup.
fn check(dir: &Path) -> Result<(), Failure> {
    let manifest = existing(dir)?;
    for file in &manifest.files {
        let hash = blake3::Hash::from_hex(&file.blake3).or_fail(Exit::NotVerified)?;
        if !pool::holds(&pool::place(dir, file), hash) {
            return Err(damaged(file));
        }
    }
    out::line(format_args!(
        "The backup of {} is whole: {} entries of the ledger {}, {} files, {} bytes.",
        manifest.taken,
        manifest.size,
        manifest.name,
        manifest.files.len(),
        manifest.bytes(),
    ))
}

/// The backup in `dir`.
///
/// # Errors
/// If there is none, or its manifest can't be used.
pub(crate) fn existing(dir: &Path) -> Result<Manifest, Failure> {
    let none = || format!("there is no finished backup in {}", dir.display());
    Manifest::find(dir)?.ok_or_else(|| Failure::saying(Exit::Usage, none()))
}

/// A file of a backup is missing or not as it was written.
pub(crate) fn damaged(file: &Listed) -> Failure {
    let text = format!(
        "the backup is damaged: {} (files/{}) is missing or not as it was written",
        file.path, file.blake3
    );
    Failure::saying(Exit::NotVerified, text)
}
