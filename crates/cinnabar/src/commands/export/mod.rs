//! `cinnabar export`: the ledger as a file of lines, one entry each, with the checkpoint that signs for it.
//!
//! Read from the tiles over HTTP. Every entry's leaf hash goes into the tree, and an export from the first entry on is
//! compared with the checkpoint's root before it is called complete.

mod checkpoints;
mod folder;
mod mirror;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use cinnabar_tlog::{Frontier, TILE_WIDTH, TilePath, bundle_width_at, decode_bundle, leaf_hash};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access, io_error};
use crate::http::{Api, Signed};
use crate::out;
use crate::profile::ProfileArg;
use crate::seen::Seen;

/// What the name of the checkpoint beside an export ends with.
const CHECKPOINT_SUFFIX: &str = ".checkpoint";

/// Arguments of `cinnabar export`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar export --out ledger.jsonl         # and ledger.jsonl.checkpoint
  cinnabar export | while read -r line; do printf %s \"$line\" | b3sum; done
  cinnabar export --tiles mirror             # the whole log, as C2SP tlog-tiles lays it out, for any static file server
  verify --from mirror --log-key VKEY

With --tiles, a second run only adds what is new. A folder of another log, or one that contradicts the log, is left as it is.")]
pub(crate) struct Args {
    /// Where to put the entries, one a line; - for standard output. The checkpoint goes to FILE.checkpoint.
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// From this sequence on.
    #[arg(
        long,
        value_name = "SEQ",
        default_value_t = 0,
        conflicts_with = "tiles"
    )]
    from: u64,
    /// Keep the whole log in this folder instead: checkpoint, tile/, tile/entries/, checkpoints/, timestamps/.
    #[arg(long, value_name = "FOLDER", conflicts_with = "out")]
    tiles: Option<PathBuf>,
    #[command(flatten)]
    profile: ProfileArg,
}

/// Runs `cinnabar export`.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let profile = args.profile.load()?;
    let api = Api::new(&profile.api);
    let signed = api.checkpoint(&profile.verifier_key()).map_err(|error| {
        let exit = if error.is_contradiction() {
            Exit::NotVerified
        } else {
            Exit::Unreachable
        };
        Failure::new(exit, error)
    })?;
    Seen::beside(&args.profile.profile, profile.verifier_key()).compare(&api, &signed)?;
    if let Some(folder) = &args.tiles {
        return mirror::run(&api, &profile.verifier_key(), &signed, folder);
    }
    let size = signed.checkpoint.size;
    if args.out.as_os_str() == "-" {
        let mut sink = out::buffered();
        entries(&api, &signed, args.from, &mut |entry| {
            write_line(&mut sink, entry).map_err(out::broken)
        })?;
        return sink.flush().map_err(out::broken);
    }
    let failed = |error| Failure::new(Exit::Usage, io_error("write", &args.out)(error));
    let file = fs::File::create(&args.out).map_err(failed)?;
    let mut sink = std::io::BufWriter::new(file);
    entries(&api, &signed, args.from, &mut |entry| {
        write_line(&mut sink, entry).map_err(failed)
    })?;
    sink.into_inner()
        .map_err(|error| failed(error.into_error()))?
        .sync_all()
        .map_err(failed)?;
    let mut name = args.out.as_os_str().to_owned();
    name.push(CHECKPOINT_SUFFIX);
    files::replace(Path::new(&name), &signed.note, Access::Public).or_fail(Exit::Usage)?;
    let count = size.get().saturating_sub(args.from);
    out::note(format!(
        "{count} entries, up to size {size}; the checkpoint is in {}",
        Path::new(&name).display()
    ));
    Ok(())
}

fn write_line(sink: &mut impl Write, entry: &[u8]) -> std::io::Result<()> {
    sink.write_all(entry)?;
    sink.write_all(b"\n")
}

/// Gives every entry from `from` to the checkpoint's size to `take`, in order; compares the root if that is all of them.
fn entries(
    api: &Api,
    signed: &Signed,
    from: u64,
    take: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let size = signed.checkpoint.size;
    let mut tree = (from == 0).then(Frontier::empty);
    let per_bundle = u64::from(TILE_WIDTH);
    let mut index = from / per_bundle;
    while let Some(width) = bundle_width_at(index, size) {
        let path = TilePath::Entries { index, width };
        let bundle = api.tile(path).or_fail(Exit::Unreachable)?;
        let entries = decode_bundle(&bundle, width).or_fail_while(Exit::NotVerified, || {
            format!("{path} is no bundle of entries")
        })?;
        for (sequence, entry) in (index * per_bundle..).zip(entries) {
            if sequence < from {
                continue;
            }
            if let Some(tree) = &mut tree {
                tree.push(leaf_hash(entry));
            }
            take(entry)?;
        }
        index += 1;
    }
    match tree {
        Some(tree) if tree.root() != signed.checkpoint.root => {
            let sentence = format!(
                "the entries do not give the root that the checkpoint of size {size} signs"
            );
            Err(Failure::saying(Exit::NotVerified, sentence))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Log, Served};

    fn exported(served: &Served, log: &Log, from: u64) -> Result<Vec<Vec<u8>>, Failure> {
        let api = Api::new(&served.url);
        let signed = api.checkpoint(&log.key()).unwrap();
        let mut lines = Vec::new();
        entries(&api, &signed, from, &mut |entry| {
            lines.push(entry.to_vec());
            Ok(())
        })?;
        Ok(lines)
    }

    #[test]
    fn an_export_is_every_entry_in_order() {
        let log = Log::example();
        let count = log.entries().len();
        let served = log.serve(count);
        let expected: Vec<Vec<u8>> = log
            .entries()
            .iter()
            .map(|entry| entry.bytes().to_vec())
            .collect();
        assert_eq!(exported(&served, &log, 0).unwrap(), expected);
        assert_eq!(exported(&served, &log, 3).unwrap(), expected[3..]);
        assert!(
            exported(&served, &log, count as u64 + 1000)
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn an_export_that_does_not_give_the_root_is_not_called_one() {
        let log = Log::example();
        let served = log.serve(log.entries().len());
        for body in served
            .answers
            .lock()
            .unwrap()
            .iter_mut()
            .filter(|(path, _)| path.starts_with("/tile/entries"))
        {
            *body.1.last_mut().unwrap() ^= 1;
        }
        assert_eq!(
            exported(&served, &log, 0).unwrap_err().exit(),
            Exit::NotVerified
        );
        served
            .answers
            .lock()
            .unwrap()
            .retain(|path, _| path == "/checkpoint");
        assert_eq!(
            exported(&served, &log, 0).unwrap_err().exit(),
            Exit::Unreachable
        );
    }
}
