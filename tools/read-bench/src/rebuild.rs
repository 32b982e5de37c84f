//! What it costs to fold a ledger from its first entry, against bare inserts of the rows that come out.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use cinnabar_api::catch_up;
use cinnabar_events::Entry;
use cinnabar_projections::{Partial, Table, VIEWS, Views};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::clock::{Clock, Took};
use crate::ledger::{Maker, Sort, parse};
use crate::replica;
use crate::report::{Bar, Figure, Measured};

/// Entries folded in one transaction, as a node that is far behind does.
const A_TRANSACTION: usize = 8_192;
/// Rows inserted in one transaction of the limit.
const ROWS_AT_ONCE: usize = 50_000;

/// What is folded alone: a name for it, the views that it takes, those that count as its rows.
const ALONE: [(&str, &[&str]); 4] = [
    ("entries", &["entries"]),
    ("marks", &["entries", "marks"]),
    ("products", &["organisations", "products"]),
    ("incidents", &["incidents"]),
];

/// One run with `count` entries, in `dir`.
pub(crate) fn run(dir: &Path, count: usize) -> Result<Vec<Measured>> {
    let (mut maker, mut bytes) = Maker::new(Sort::Mix);
    bytes.extend(maker.take(count.saturating_sub(bytes.len())));
    let clock = Instant::now();
    let entries = parse(&bytes);
    let read = bytes.len() as f64 / clock.elapsed().as_secs_f64();
    let mut seen = vec![Measured::new("entries read, all cores", read)];
    for (name, views) in ALONE {
        let (folded, bare) = against_bare(dir, &entries, views, false)?;
        let measured = told(format!("fold, view {name}, no text"), count, &folded, &bare);
        seen.push(match name {
            "entries" => measured.bars(&[Bar::RatioAtLeast(0.5), Bar::AtLeast(50_000.0)]),
            _ => measured,
        });
    }
    let all: Vec<_> = VIEWS.iter().map(|view| view.name).collect();
    for (name, words) in [("no text", false), ("with text", true)] {
        let (folded, bare) = against_bare(dir, &entries, &all, words)?;
        seen.push(told(
            format!("fold, all views, {name}"),
            count,
            &folded,
            &bare,
        ));
    }
    seen.push(from_replica(dir, &bytes)?);
    Ok(seen)
}

fn told(name: String, count: usize, folded: &Took, bare: &Took) -> Measured {
    let count = count as f64;
    Measured::new(name, count / folded.wall)
        .of("bare inserts, no text", count / bare.wall)
        .also(Figure::new("µs of CPU an entry", folded.cpu * 1e6 / count))
        .also(Figure::new("bare", bare.cpu * 1e6 / count))
        .also(Figure::new("ratio by CPU", bare.cpu / folded.cpu))
}

/// What the fold takes, and what inserts of the same rows into the same tables take.
fn against_bare(
    dir: &Path,
    entries: &[Entry],
    names: &[&str],
    words: bool,
) -> Result<(Took, Took)> {
    let (file, bare_file) = (dir.join("partial.db"), dir.join("bare.db"));
    let clock = Clock::start();
    let mut partial = Partial::create(&file, names, words).context("making tables")?;
    for chunk in entries.chunks(A_TRANSACTION) {
        partial.apply(chunk).context("folding")?;
    }
    let folded = clock.stop();
    drop(partial);
    let bare = bare(&file, &bare_file, names)?;
    remove(&file)?;
    remove(&bare_file)?;
    Ok((folded, bare))
}

/// What the rows of a file take, inserted by statements prepared once, in large transactions, into the same tables with the same indexes, in the order
/// in which they came to be; the file is set up as the views' is. The rows are in memory before.
fn bare(from: &Path, to: &Path, names: &[&str]) -> Result<Took> {
    let source = Connection::open(from)?;
    let mut tables = Vec::new();
    for table in VIEWS
        .iter()
        .filter(|view| names.contains(&view.name))
        .flat_map(|view| view.tables)
    {
        if let Table::Rows { name, create, .. } = table {
            tables.push((*name, *create, rows(&source, name)?));
        }
    }
    let mut sqlite = Connection::open(to)?;
    sqlite.pragma_update(None, "journal_mode", "wal")?;
    sqlite.pragma_update(None, "synchronous", "normal")?;
    let clock = Clock::start();
    for (name, create, rows) in tables {
        sqlite.execute_batch(create)?;
        let places = vec!["?"; rows.first().map_or(1, Vec::len)].join(",");
        let insert = format!("INSERT INTO {name} VALUES ({places})");
        for chunk in rows.chunks(ROWS_AT_ONCE) {
            let transaction = sqlite.transaction()?;
            let mut insert = transaction.prepare_cached(&insert)?;
            for row in chunk {
                insert.execute(params_from_iter(row))?;
            }
            drop(insert);
            transaction.commit()?;
        }
    }
    Ok(clock.stop())
}

fn rows(source: &Connection, table: &str) -> Result<Vec<Vec<Value>>> {
    let columns: Vec<String> = source
        .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let came = ["from_seq", "seq"]
        .into_iter()
        .find(|name| columns.iter().any(|column| column == name))
        .unwrap_or("1");
    let mut select = source.prepare(&format!("SELECT * FROM {table} ORDER BY {came}"))?;
    let rows = select.query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Entries a second from a replica's disk into all views with their text, as a node rebuilds them.
fn from_replica(dir: &Path, bytes: &[Vec<u8>]) -> Result<Measured> {
    let (store, views) = (dir.join("replica"), dir.join("views"));
    let replica = replica::fill(&store, bytes)?;
    let started = Instant::now();
    let opened = Views::open(&views)?;
    let cursor = catch_up(&replica, &opened)?;
    let took = started.elapsed().as_secs_f64();
    ensure!(
        cursor.size.get() == bytes.len() as u64,
        "the views stopped at {}",
        cursor.size
    );
    let live = opened.digests()?;
    opened.rebuild()?;
    let again = Instant::now();
    catch_up(&replica, &opened)?;
    let again = again.elapsed().as_secs_f64();
    ensure!(opened.digests()? == live, "a rebuild gave other rows");
    drop((opened, replica));
    std::fs::remove_dir_all(&store)?;
    std::fs::remove_dir_all(&views)?;
    let count = bytes.len() as f64;
    Ok(Measured::new(
        "rebuild from the replica, all views with text",
        count / again,
    )
    .also(Figure::new("first fill, entries/s", count / took)))
}

/// Removes a file of SQLite's and what is kept beside it.
pub(crate) fn remove(file: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).context("removing a file");
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
