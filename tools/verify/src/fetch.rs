//! Giving the bytes to the verifier.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::sync::{Arc, LazyLock};

use cinnabar_tlog::{Size, TILE_WIDTH, TilePath, bundle_width_at};
use cinnabar_verifier::Verifier;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Args;
use crate::source::{Entries, Source};
use crate::tiles::{TileLog, Unavailable};

/// Bytes read from an export at a time: large enough that reading costs nothing beside verifying.
const READ_BYTES: usize = 1 << 20;
/// Bundles that are fetched ahead of verification: hides the network without holding more than 64 MiB.
const FETCHED_AHEAD: usize = 3;
/// Hash tiles that wait to be compared, 8 KiB each.
const TILES_WAITING: usize = 256;

/// Set when somebody asks the process to stop.
static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // The second one ends the process at once, for whoever is in a hurry.
        let now = signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop));
        let first = signal_hook::flag::register(signal, Arc::clone(&stop));
        if let Some(error) = now.and(first).err() {
            eprintln!(
                "an interruption will lose what was verified since it was kept last: {error}"
            );
        }
    }
    stop
});

/// From here on an interruption is an end in good order.
pub(crate) fn listen() {
    LazyLock::force(&STOP);
}

fn stopped() -> bool {
    STOP.load(Ordering::Relaxed)
}

/// Gives every entry from `from` on (in an export: from byte `offset` on) to the verifier, and what is served as tiles.
pub(crate) fn feed(
    source: &Source,
    args: &Args,
    (from, offset): (u64, u64),
    verifier: &mut Verifier,
) {
    match &source.entries {
        Entries::Export(export) => match export.read(offset) {
            Ok((reader, length)) => {
                let bar = bar(args, length, "{bytes} of {total_bytes}");
                bar.set_position(offset);
                if let Err(error) = feed_export(reader, verifier, &bar) {
                    let after = bar.position();
                    verifier.push_cut(format!(
                        "the rest of the export after {after} bytes: {error}"
                    ));
                }
                bar.finish_and_clear();
            }
            Err(error) => verifier.push_cut(format!("the export: {error}")),
        },
        Entries::Tiles(log) => {
            let note = source.checkpoint.as_deref();
            let newest = note
                .and_then(|note| cinnabar_verifier::open_checkpoint(note, args.first_key()).ok());
            let Some(size) = newest.map(|checkpoint| checkpoint.size) else {
                let what = "the entries: how many there are, only a signed checkpoint tells";
                verifier.push_cut(what);
                return;
            };
            let bar = bar(args, Some(size.get()), "{human_pos} of {human_len} entries");
            bar.set_position(from);
            feed_tiles(log, (from, size), verifier, &bar);
            bar.finish_and_clear();
        }
    }
}

fn interrupt(verifier: &mut Verifier) {
    let kept = match verifier.interrupt() {
        Ok(kept) => format!(
            "interrupted; what is verified so far ({kept} entries) is kept if there is a state file"
        ),
        Err(error) => format!("interrupted; the state can't be kept: {error}"),
    };
    verifier.push_cut(kept);
}

fn feed_export(
    mut reader: Box<dyn Read>,
    verifier: &mut Verifier,
    bar: &ProgressBar,
) -> io::Result<()> {
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = reader.read(&mut buffer);
        if stopped() {
            interrupt(verifier);
            return Ok(());
        }
        match read {
            Ok(0) => return Ok(()),
            Ok(read) => {
                verifier.push(&buffer[..read]);
                bar.inc(read as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A tile with what it should be, and what is served as it.
type Compared = (TilePath, Vec<u8>, Result<Vec<u8>, Unavailable>);

fn feed_tiles(
    log: &TileLog,
    (from, size): (u64, Size),
    verifier: &mut Verifier,
    bar: &ProgressBar,
) {
    let first = from / u64::from(TILE_WIDTH);
    std::thread::scope(|scope| {
        let (bundles, fetched) = sync_channel(FETCHED_AHEAD);
        scope.spawn(move || {
            let indexes = (first..).map_while(|index| Some((index, bundle_width_at(index, size)?)));
            for (index, width) in indexes {
                if index * u64::from(TILE_WIDTH) + u64::from(width.get()) <= from {
                    continue;
                }
                let bundle = log.bundle(index, width);
                let failed = bundle.is_err();
                if bundles.send((index, width, bundle)).is_err() || failed {
                    return;
                }
            }
        });
        let (wanted, asked) = sync_channel::<(TilePath, Vec<u8>)>(TILES_WAITING);
        let (answers, compared) = channel::<Compared>();
        scope.spawn(move || {
            for (path, bytes) in asked {
                let TilePath::Hashes { tile, width } = path else {
                    continue;
                };
                if answers
                    .send((path, bytes, log.hashes(tile, width)))
                    .is_err()
                {
                    return;
                }
            }
        });
        for (index, width, bundle) in fetched {
            match bundle {
                Ok((found, bytes)) => {
                    let before = index * u64::from(TILE_WIDTH);
                    let skipped = usize::try_from(from.saturating_sub(before)).unwrap_or(0);
                    verifier.push_bundle(index, &bytes, found, (skipped, width));
                    bar.set_position(before + u64::from(width.get()));
                }
                Err(error) => verifier.push_cut(format!(
                    "entries from sequence {} on: {error}",
                    index * u64::from(TILE_WIDTH)
                )),
            }
            for tile in verifier.take_tiles() {
                // The other side lives as long as this one.
                let _ = wanted.send(tile);
            }
            compare(verifier, &compared);
            if stopped() {
                interrupt(verifier);
                return;
            }
        }
        verifier.settle();
        for tile in verifier.take_tiles() {
            let _ = wanted.send(tile);
        }
        drop(wanted);
        while let Ok(one) = compared.recv() {
            compare_one(verifier, one);
        }
    });
}

fn compare(verifier: &mut Verifier, compared: &Receiver<Compared>) {
    while let Ok(one) = compared.try_recv() {
        compare_one(verifier, one);
    }
}

fn compare_one(verifier: &mut Verifier, (path, wanted, served): Compared) {
    match served {
        Ok(served) => verifier.push_tile(path, &wanted, &served),
        Err(error) => verifier.push_missing(format!("the tile {path}: {error}")),
    }
}

/// A progress bar on standard error; it hides itself where that is no terminal.
fn bar(args: &Args, length: Option<u64>, count: &str) -> ProgressBar {
    if args.quiet {
        return ProgressBar::hidden();
    }
    let template = match length {
        Some(_) => format!("verifying {{wide_bar}} {count}, {{eta}} left"),
        None => "verifying {spinner} {bytes} in {elapsed}".to_owned(),
    };
    let style =
        ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.with_style(style)
}
