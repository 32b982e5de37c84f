//! How long after its commit an entry is seen in the views, when so many a second are committed.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use cinnabar_api::catch_up;
use cinnabar_projections::Views;

use crate::ledger::{Maker, Sort};
use crate::replica;
use crate::report::{Bar, Figure, Measured};
use crate::stats::{millis_at, ratio};

/// How often a block is committed: as the writer does with entries that come one by one.
const A_BLOCK: Duration = Duration::from_millis(10);
/// Entries there are before.
const BEFORE: usize = 30_000;
/// How long the fold waits for a commit before it looks whether it should stop.
const FOLD_LOOK: Duration = Duration::from_millis(100);
/// How long the views may take to catch up at the end.
const DRAIN_MAX: Duration = Duration::from_secs(60);

/// One run of `duration` at `rate` entries a second, in `dir`.
pub(crate) fn run(dir: &Path, rate: usize, duration: Duration) -> Result<Vec<Measured>> {
    let (mut maker, mut before) = Maker::new(Sort::Mix);
    before.extend(maker.take(BEFORE));
    let store = replica::fill(&dir.join("replica"), &before)?;
    let views = Views::open(&dir.join("views"))?;
    catch_up(&store, &views)?;
    let block = (rate as f64 * A_BLOCK.as_secs_f64()) as usize;
    let blocks = (duration.as_secs_f64() / A_BLOCK.as_secs_f64()) as usize;
    let entries = maker.take(block * blocks);
    let seen: Arc<Mutex<Vec<(u64, Instant)>>> = Arc::default();
    let note = Arc::clone(&seen);
    views.on_change(move |cursor| {
        let mut seen = note.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push((cursor.size.get(), Instant::now()));
    });
    let stop = AtomicBool::new(false);
    let mut committed = Vec::new();
    let (took, cpu) = std::thread::scope(|scope| -> Result<_> {
        let folding = scope.spawn(|| {
            let clock = crate::clock::Clock::start();
            while !stop.load(Ordering::Relaxed) {
                let size = store.head().size;
                catch_up(&store, &views)?;
                store.wait_beyond(size, FOLD_LOOK);
            }
            anyhow::Ok(clock.stop().cpu)
        });
        let started = Instant::now();
        let committing = (|| -> Result<f64> {
            for (turn, block) in entries.chunks(block).enumerate() {
                let due = started + A_BLOCK * u32::try_from(turn).unwrap_or(u32::MAX);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                replica::commit(&store, block)?;
                committed.push((store.head().size.get(), Instant::now()));
            }
            let took = started.elapsed().as_secs_f64();
            let until = Instant::now() + DRAIN_MAX;
            while views.cursor().size < store.head().size && Instant::now() < until {
                std::thread::sleep(A_BLOCK);
            }
            Ok(took)
        })();
        stop.store(true, Ordering::Relaxed);
        let cpu = folding
            .join()
            .map_err(|_| anyhow::anyhow!("the fold panicked"))??;
        Ok((committing?, cpu))
    })?;
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let mut lags = lags(&committed, &seen).context("the views never caught up")?;
    lags.sort_unstable();
    let count = entries.len() as f64;
    Ok(vec![
        Measured::millis(
            format!("lag of the views at {rate}/s, p99"),
            millis_at(&lags, 0.99),
        )
        .also(Figure::new("p50 ms", millis_at(&lags, 0.5)))
        .also(Figure::new("max ms", millis_at(&lags, 1.0)))
        .also(Figure::new("committed /s", ratio(count, took)))
        .also(Figure::new(
            "µs of CPU an entry, reading and folding",
            cpu * 1e6 / count,
        ))
        .bars(&[Bar::AtMost(100.0)]),
    ])
}

/// For each block, how long after its commit the views first showed all of it, in nanoseconds; nothing if they didn't.
fn lags(committed: &[(u64, Instant)], seen: &[(u64, Instant)]) -> Option<Vec<u64>> {
    let mut next = seen.iter().peekable();
    let mut lags = Vec::with_capacity(committed.len());
    for (size, when) in committed {
        while next.next_if(|(seen, _)| seen < size).is_some() {}
        let (_, shown) = next.peek()?;
        lags.push(shown.saturating_duration_since(*when).as_nanos() as u64);
    }
    Some(lags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_lags_until_the_views_first_show_all_of_it() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let committed = [(10, at(0)), (20, at(10)), (30, at(20))];
        let seen = [(10, at(5)), (15, at(11)), (30, at(40))];
        let millis = lags(&committed, &seen).map(|lags| {
            let millis = lags.into_iter().map(|nanos| nanos / 1_000_000);
            millis.collect::<Vec<_>>()
        });
        assert_eq!(millis, Some(vec![5, 30, 20]));
        assert_eq!(lags(&committed, &seen[..2]), None);
    }
}
