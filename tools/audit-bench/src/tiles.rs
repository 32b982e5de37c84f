//! An export as a log in tiles.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use cinnabar_tlog::{
    EdgeTiles, Size, TILE_WIDTH, TileId, TilePath, TileWidth, encode_bundle, leaf_hash,
};

fn lines(export: &Path) -> io::Result<impl Iterator<Item = io::Result<Vec<u8>>>> {
    let reader = BufReader::with_capacity(1 << 20, File::open(export)?);
    Ok(reader.split(b'\n'))
}

/// The first `count` lines of an export as another one.
pub(crate) fn first_lines(export: &Path, count: u64, to: &Path) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(to)?);
    for line in lines(export)?.take(usize::try_from(count).unwrap_or(usize::MAX)) {
        out.write_all(&line?)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Every tile of an export's log, but for the checkpoint; also the partial ones at an earlier size, `small`.
pub(crate) fn write(export: &Path, small: u64, room: &Path) -> io::Result<()> {
    let mut edge = EdgeTiles::empty();
    let (mut bundle, mut index) = (Vec::new(), 0);
    for line in lines(export)? {
        let line = line?;
        edge.append(leaf_hash(&line));
        bundle.push(line);
        if edge.size().get() == small {
            write_hashes(room, edge.clone().take_changes(), false)?;
            write_edges(room, edge.size())?;
        }
        if bundle.len() == usize::from(TILE_WIDTH) {
            write_bundle(room, index, &bundle)?;
            write_hashes(room, edge.take_changes(), true)?;
            bundle.clear();
            index += 1;
        }
    }
    if !bundle.is_empty() {
        write_bundle(room, index, &bundle)?;
    }
    write_hashes(room, edge.take_changes(), false)?;
    write_edges(room, edge.size())
}

/// The partial tiles of upper levels, which did not change with the last full tile below them.
fn write_edges(room: &Path, size: Size) -> io::Result<()> {
    for path in TilePath::all_at(size).filter(|path| !path.width().is_full()) {
        if let TilePath::Hashes { tile, width } = path
            && !room.join(path.to_string()).exists()
        {
            put(room, path, &partial_from_below(room, tile, width)?)?;
        }
    }
    Ok(())
}

fn partial_from_below(room: &Path, tile: TileId, width: TileWidth) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for place in 0..u64::from(width.get()) {
        let index = tile.index() * u64::from(TILE_WIDTH) + place;
        let below = TileId::new(tile.level() - 1, index).expect("a tile below");
        let width = TileWidth::FULL;
        let path = TilePath::Hashes { tile: below, width }.to_string();
        let hashes = fs::read(room.join(path))?;
        let mut row: Vec<_> = hashes
            .as_chunks::<32>()
            .0
            .iter()
            .map(|hash| cinnabar_tlog::Hash::from_bytes(*hash))
            .collect();
        while row.len() > 1 {
            row = row
                .chunks(2)
                .map(|pair| cinnabar_tlog::node_hash(&pair[0], &pair[1]))
                .collect();
        }
        bytes.extend_from_slice(row[0].as_bytes());
    }
    Ok(bytes)
}

fn write_bundle(room: &Path, index: u64, entries: &[Vec<u8>]) -> io::Result<()> {
    let width = u16::try_from(entries.len()).ok().and_then(TileWidth::new);
    let width = width.expect("at most 256 entries");
    let bytes = encode_bundle(entries.iter().map(Vec::as_slice)).expect("entries fit");
    put(room, TilePath::Entries { index, width }, &bytes)
}

fn write_hashes(room: &Path, changes: Vec<(TileId, Vec<u8>)>, full_only: bool) -> io::Result<()> {
    for (tile, bytes) in changes {
        let width = u16::try_from(bytes.len() / 32)
            .ok()
            .and_then(TileWidth::new);
        let width = width.expect("at most 256 hashes");
        if width.is_full() || !full_only {
            put(room, TilePath::Hashes { tile, width }, &bytes)?;
        }
    }
    Ok(())
}

fn put(room: &Path, path: TilePath, bytes: &[u8]) -> io::Result<()> {
    let path = room.join(path.to_string());
    fs::create_dir_all(path.parent().expect("tiles are in folders"))?;
    fs::write(path, bytes)
}
