//! `cinnabar doctor --scrub`: everything that a stopped node keeps, read through.

use std::fs;
use std::path::{Path, PathBuf};

use cinnabar_events::{Entry, Sequence};
use cinnabar_ledger::founding::Layout;
use cinnabar_projections::{Cursor, Digests, Views};
use cinnabar_store::{OpenOptions, Scrub, ScrubFinding, Store};
use cinnabar_tlog::Size;
use cinnabar_vault::{Examined, Found, InstitutionKey};

use super::{Args, Finding};
use crate::exit::{Exit, Failure, OrFail as _};
use crate::genuine;
use crate::out::reasons;

/// Folder within the data directory in which the views are folded again. Nothing in it is ever needed later.
const SCRATCH: &str = "scrub-views.tmp";
/// Blocks that are read at once.
const BLOCKS: usize = 64;

/// Reads through the data directory of a node that doesn't run.
///
/// # Errors
/// If there is no replica, or it is open in another process.
pub(super) fn scrub(args: &Args) -> Result<Vec<Finding>, Failure> {
    let layout = Layout::new(&args.data);
    let options = OpenOptions {
        mark: mark(args),
        mark_may_be_new: false,
    };
    let scrub = Store::scrub(&layout.store(), &options).or_fail_while(
        Exit::Usage,
        || "the replica can't be scrubbed; stop the node first, if it runs",
    )?;
    let mut findings = replica(&scrub);
    findings.extend(secrets(&layout));
    findings.extend(vault(&layout, args));
    if layout.views().is_dir() {
        // Opening the replica replays its log: not before it is known to be whole.
        findings.push(match scrub.is_clean() {
            true => views(&layout, &options),
            false => Finding::warn("views", "not compared: the replica is not whole"),
        });
    }
    Ok(findings)
}

/// The mark that was named, or the one that `cinnabar up` keeps beside its data.
fn mark(args: &Args) -> Option<PathBuf> {
    args.mark.clone().or_else(|| {
        let mut beside = std::path::absolute(&args.data).ok()?.into_os_string();
        beside.push(".mark");
        Some(PathBuf::from(beside)).filter(|path| path.exists())
    })
}

fn replica(scrub: &Scrub) -> Vec<Finding> {
    let found = |ScrubFinding {
                     place,
                     expected,
                     found,
                     meaning,
                 }: &ScrubFinding| {
        Finding::fail(
            "replica",
            format!("{place}: expected {expected}, found {found}"),
        )
        .remedy(*meaning)
    };
    let mut findings: Vec<Finding> = scrub.findings.iter().map(found).collect();
    if scrub.more > 0 {
        findings.push(Finding::fail(
            "replica",
            format!("{} more of the kind", scrub.more),
        ));
    }
    findings.extend(
        scrub
            .left_out
            .iter()
            .map(|what| Finding::fail("replica", format!("not compared: {what}"))),
    );
    if findings.is_empty() {
        let Scrub {
            entries,
            records,
            tiles,
            blocks,
            checkpoints,
            table_bytes,
            ..
        } = scrub;
        findings.push(Finding::ok(
            "replica",
            format!(
                "{entries} entries, {records} records, {tiles} tiles, {blocks} blocks, {checkpoints} checkpoints: all as the entries make them; {table_bytes} bytes of tables with their checksums"
            ),
        ));
    }
    findings
}

/// The keys of a ledger that was founded here are those that its genesis names, and the genesis is signed.
fn secrets(layout: &Layout) -> Option<Finding> {
    if !layout.is_founded() {
        return None;
    }
    Some(match genuine::check(layout) {
        Ok(identity) => Finding::ok(
            "keys",
            format!(
                "the genesis is signed, and the keys are its own: {}",
                identity.vkey
            ),
        ),
        Err(error) => Finding::fail("keys", format!("{error:#}"))
            .remedy("put the file back from where you keep its copy"),
    })
}

/// Every file of the vault opens, and what it holds opens its commitment.
fn vault(layout: &Layout, args: &Args) -> Option<Finding> {
    let folder = layout.vault();
    if !folder.is_dir() {
        return None;
    }
    let path = args
        .institution_key
        .clone()
        .unwrap_or_else(|| layout.institution_key());
    if !path.exists() {
        return Some(
            Finding::warn(
                "vault",
                format!("not looked at: {} is not there", path.display()),
            )
            .remedy("name the key with --institution-key"),
        );
    }
    let look = || {
        let examined = Examined::open(&folder, &InstitutionKey::read(&path)?)?;
        let (mut kept, mut wrong) = (0_u64, 0_u64);
        let damaged = examined.each(|slot, opening| {
            kept += 1;
            let opens = opening.commitment(slot.statement) == slot.commitment;
            // A list leads to it, too.
            let found = matches!(examined.find(&slot), Ok(Found::Opening(_)));
            wrong += u64::from(!(opens && found));
        })?;
        Ok::<_, cinnabar_vault::Fault>((kept, wrong, damaged))
    };
    Some(match look() {
        Ok((kept, 0, damaged)) if damaged.is_empty() => Finding::ok(
            "vault",
            format!("{kept} openings, each can be found and opens its commitment"),
        ),
        Ok((_, wrong, damaged)) => {
            let names: Vec<String> = damaged
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            let detail = format!(
                "{wrong} openings don't open their commitment or can't be found; files that can't be read: {}",
                names.join(", ")
            );
            Finding::fail("vault", detail)
                .remedy("put the files back from the standby's vault or a backup")
        }
        Err(fault) => Finding::fail("vault", reasons(&fault))
            .remedy("put the file back from the standby's vault or a backup"),
    })
}

/// The views are those that the entries make: folded again, and compared by their digests.
fn views(layout: &Layout, options: &OpenOptions) -> Finding {
    let scratch = layout.root().join(SCRATCH);
    let clean = || match fs::remove_dir_all(&scratch) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    };
    let compared = clean()
        .map_err(anyhow::Error::from)
        .and_then(|()| compare(layout, options, &scratch));
    // What stays is removed by the next scrub.
    let _ = clean();
    let remedy = "remove the folder `views`: the next start folds them again";
    match compared {
        Ok((kept, made)) if kept == made => Finding::ok(
            "views",
            format!(
                "{} views of {} entries, as a fold of them gives",
                kept.views.len(),
                kept.cursor.size
            ),
        ),
        Ok((kept, _)) if kept.cursor.size == Size::ZERO => Finding::warn(
            "views",
            "damaged, of another release, or not folded yet: the next start folds them again",
        ),
        Ok((kept, made)) => {
            let differ = kept
                .views
                .iter()
                .zip(&made.views)
                .filter(|(kept, made)| kept != made);
            let names: Vec<&str> = differ.map(|((name, _), _)| *name).collect();
            let detail = format!(
                "not what {} entries make them: {}",
                kept.cursor.size,
                names.join(", ")
            );
            Finding::fail("views", detail).remedy(remedy)
        }
        Err(error) => Finding::fail("views", format!("{error:#}")).remedy(remedy),
    }
}

/// The digests of a copy of the views, and of views folded up to the same size.
fn compare(
    layout: &Layout,
    options: &OpenOptions,
    scratch: &Path,
) -> anyhow::Result<(Digests, Digests)> {
    let (copy, made) = (scratch.join("copy"), scratch.join("made"));
    copy_views(&layout.views(), &copy)?;
    let kept = Views::open(&copy)?.digests()?;
    let store = Store::open_with(&layout.store(), options)?;
    let made = Views::open(&made)?;
    fold(&store, &made, kept.cursor.size)?;
    Ok((kept, made.digests()?))
}

/// Opening views may change them: a copy, with what SQLite keeps beside it and the link to the file in use.
fn copy_views(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for item in fs::read_dir(from)? {
        let item = item?;
        let target = to.join(item.file_name());
        match item.file_type()?.is_symlink() {
            true => std::os::unix::fs::symlink(fs::read_link(item.path())?, target)?,
            false => drop(fs::copy(item.path(), target)?),
        }
    }
    Ok(())
}

/// Folds the blocks that end at `end` or before.
fn fold(store: &Store, views: &Views, end: Size) -> anyhow::Result<()> {
    let mut cursor: Cursor = views.cursor();
    while cursor.size < end {
        let blocks = store.blocks_from(cursor.size, BLOCKS)?;
        let last = blocks
            .iter()
            .map(|block| block.size_after)
            .filter(|size| *size <= end)
            .max();
        let last = last
            .filter(|size| *size > cursor.size)
            .ok_or_else(|| anyhow::anyhow!("no block ends at size {end}"))?;
        let entries: Vec<Entry> = store
            .entries(Sequence::new(cursor.size.get()), Sequence::new(last.get()))
            .map(|bytes| Ok(Entry::parse(bytes?)?))
            .collect::<anyhow::Result<_>>()?;
        cursor = views.apply(&entries, (last, store.root_at(last)?))?;
    }
    Ok(())
}
