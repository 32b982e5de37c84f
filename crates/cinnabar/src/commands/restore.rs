//! `cinnabar restore`: makes the data of a ledger from a backup.
//!
//! Everything is put together in a folder beside the new one and named last. The replica gets a note that it was put back: until the
//! log stream, the mark or a person shows that the backup was the newest state there was, no node signs with it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use cinnabar_events::Sequence;
use cinnabar_ledger::Identity;
use cinnabar_ledger::founding::{Layout, read_opening};
use cinnabar_store::{Restored, Store, note_restored};
use cinnabar_tlog::{Checkpoint, Note};
use cinnabar_verifier::{Options, Verifier};

use super::backup::manifest::Manifest;
use super::backup::{STORE, damaged, existing, pool};
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::io_error;
use crate::out;

/// Arguments of `cinnabar restore`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar restore /mnt/backup/ledger --data ./cinnabar-data --verify
  cinnabar restore /mnt/backup/ledger --data ./cinnabar-data --verify --log-key 'cinnabar.example/demo+…'

Every file must have the hash that the manifest gives, and the replica must end as it says, under a checkpoint that the log signed. The \
backup may have been moved or renamed, and no network is needed. Put secrets/ back yourself: they are in no backup.

An old backup does not fork the ledger. Where the log stream still is, the node reads on from it. Where it is lost, the node signs \
nothing until one of these shows how the backup stands to what was acknowledged: the mark, if it stands where the backup ends; a \
ledger.recovered, signed by as many administrators as the genesis asked for, that names the entries that are lost; or you, who answer \
for it that the backup was the newest state, with --new-mark at the first start. Erasures that the ledger records are done again in \
the restored vault before anything is shown.")]
pub(crate) struct Args {
    /// The folder of the backup.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The folder that is made: absent, or empty.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Verify the whole restored ledger: chain, tree, signatures, rules.
    #[arg(long)]
    verify: bool,
    /// The log's verifier key, from somebody whom you trust; without it the genesis in the backup is taken at its word.
    #[arg(long, value_name = "VKEY")]
    log_key: Option<String>,
}

/// Runs `cinnabar restore`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let manifest = existing(&args.dir)?;
    if fs::read_dir(&args.data).is_ok_and(|mut items| items.next().is_some()) {
        let text = format!("{} is not empty; restore beside it", args.data.display());
        return Err(Failure::saying(Exit::Usage, text));
    }
    let beside = beside(&args.data)?;
    let made = make(args, &manifest, &beside).and_then(|verified| {
        name(&beside, &args.data)?;
        Ok(verified)
    });
    if made.is_err() {
        // Nothing that does not hold stays; the error is the one to tell.
        let _ = fs::remove_dir_all(&beside);
    }
    tell(args, &manifest, &made?)
}

/// Puts the data together in the folder `to`, and checks them: whether they were verified, in a sentence.
fn make(args: &Args, manifest: &Manifest, to: &Path) -> Result<String, Failure> {
    put_together(&args.dir, manifest, to)?;
    let store = Store::open(&to.join(STORE))
        .or_fail_while(Exit::NotVerified, || "the restored replica does not open")?;
    let identity = identity(to)?;
    compare(&store, manifest, &identity, args.log_key.as_deref())?;
    let verified = match args.verify {
        true => verify(&store, manifest, &identity)?,
        false => "not verified (--verify does)".to_owned(),
    };
    let head = store.head();
    drop(store);
    let restored = Restored {
        size: head.size,
        hash: head.hash,
    };
    note_restored(&to.join(STORE), &restored).or_fail(Exit::Usage)?;
    Ok(verified)
}

/// Where the folder is put together before it has its name.
fn beside(data: &Path) -> Result<PathBuf, Failure> {
    let whole = std::path::absolute(data).or_fail(Exit::Usage)?;
    let Some(name) = whole.file_name() else {
        let text = format!("{} has no name", data.display());
        return Err(Failure::saying(Exit::Usage, text));
    };
    let mut new = OsString::from(name);
    new.push(".restoring");
    Ok(whole.with_file_name(new))
}

/// Copies every file to where it belongs below `to`, and checks its hash on the way.
fn put_together(backup: &Path, manifest: &Manifest, to: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(io_error("clear", to)(error)).or_fail(Exit::Usage);
        }
        Ok(()) | Err(_) => {}
    }
    let make = |folder: &Path| {
        let made = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder);
        made.map_err(io_error("create", folder))
            .or_fail(Exit::Usage)
    };
    make(to)?;
    for file in &manifest.files {
        let place = to.join(&file.path);
        place.parent().map(make).transpose()?;
        let (hash, bytes) = match pool::copy(&pool::place(backup, file), &place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(damaged(file)),
            other => other
                .map_err(io_error("copy", &place))
                .or_fail(Exit::Usage)?,
        };
        if hash.to_hex().as_str() != file.blake3 || bytes != file.bytes {
            return Err(damaged(file));
        }
    }
    Ok(())
}

fn identity(data: &Path) -> Result<Identity, Failure> {
    let opening = read_opening(&Layout::new(data).genesis()).or_fail(Exit::NotVerified)?;
    opening
        .first()
        .and_then(Identity::of_genesis)
        .ok_or_else(|| Failure::saying(Exit::NotVerified, "the genesis opens no ledger"))
}

/// Whether what was restored is what the manifest, the checkpoint and the log's key say.
fn compare(
    store: &Store,
    manifest: &Manifest,
    identity: &Identity,
    log_key: Option<&str>,
) -> Result<(), Failure> {
    let head = store.head();
    let vkey = identity.vkey.to_string();
    let no = |what: &str| Err(Failure::saying(Exit::NotVerified, what.to_owned()));
    if log_key.is_some_and(|key| key != vkey) {
        return no("the backup is of a log with another key than --log-key");
    }
    if manifest.vkey != vkey || manifest.ledger != identity.ledger.to_string() {
        return no("the manifest and the genesis are of two ledgers");
    }
    if (manifest.size, &manifest.head, &manifest.root)
        != (
            head.size.get(),
            &head.hash.to_string(),
            &head.root.to_string(),
        )
    {
        return no("the restored replica ends otherwise than the manifest says");
    }
    let Some(note) = &manifest.checkpoint else {
        return Ok(());
    };
    let parsed = Note::parse(note.as_bytes()).ok();
    let checkpoint = parsed.and_then(|note| Checkpoint::open(&note, &identity.vkey).ok());
    let Some(checkpoint) = checkpoint else {
        return no("the checkpoint of the backup is not signed with the log's key");
    };
    match store.root_at(checkpoint.size) {
        Ok(root) if root == checkpoint.root => Ok(()),
        Ok(_) => no("the restored replica has another root than the signed checkpoint"),
        Err(error) => Err(error).or_fail_while(Exit::NotVerified, || "the tree can't be read"),
    }
}

/// Verifies everything: what it came to, in a sentence.
fn verify(store: &Store, manifest: &Manifest, identity: &Identity) -> Result<String, Failure> {
    let note = manifest.checkpoint.clone().map(String::into_bytes);
    let mut options = Options::new(identity.vkey.clone(), note);
    options.ledger = Some(identity.ledger);
    let mut verifier = Verifier::new(options);
    for entry in store.entries(Sequence::new(0), store.head().next()) {
        let entry = entry.or_fail_while(Exit::NotVerified, || "an entry can't be read")?;
        verifier.push_entry(&entry);
    }
    let report = verifier.finish();
    if report.is_verified() {
        return Ok(format!(
            "verified: {} entries, {} signatures",
            report.entries, report.signatures
        ));
    }
    let finding = report
        .findings
        .first()
        .map(|finding| format!("{finding:?}"));
    let why = finding.or_else(|| report.missing.first().cloned());
    Err(Failure::saying(
        Exit::NotVerified,
        format!(
            "the restored ledger does not verify: {}",
            why.unwrap_or_default()
        ),
    ))
}

/// Gives the folder its name, durably.
fn name(beside: &Path, data: &Path) -> Result<(), Failure> {
    let sync = |folder: &Path| fs::File::open(folder)?.sync_all();
    let whole = || -> io::Result<()> {
        // The names of all files in all folders, at once.
        rustix::fs::syncfs(fs::File::open(beside)?)?;
        // An empty folder of this name gives way.
        fs::rename(beside, data)?;
        sync(&std::path::absolute(data)?.join(".."))
    };
    whole()
        .map_err(io_error("write", data))
        .or_fail(Exit::Usage)
}

fn tell(args: &Args, manifest: &Manifest, verified: &str) -> Result<(), Failure> {
    let data = args.data.display();
    out::line(format_args!(
        "Restored {} entries of the ledger {} into {data}, as they were on {}.
  head       {}
  ledger     {verified}
  log key    {}

Before it runs, put back what no backup has: {data}/secrets (log.skey, ledger.seed, institution.key, nats/), with mode 0700,
and the log stream ({data}/nats), if it is still there. Then start it as before. If it asks for a mark or a recovery, entries
may be missing: `cinnabar restore --help` says what to do.",
        manifest.size,
        manifest.name,
        manifest.taken,
        manifest.head,
        manifest.vkey,
    ))
}
