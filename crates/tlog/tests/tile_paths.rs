//! Names of tiles: one spelling each, and nothing else.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use cinnabar_tlog::*;
use proptest::prelude::*;

#[test]
fn names_read_and_write_the_same() {
    for path in [
        "tile/0/000",
        "tile/0/999",
        "tile/0/x001/000",
        "tile/0/x001/x234/067",
        "tile/0/000.p/1",
        "tile/0/000.p/255",
        "tile/7/000",
        "tile/entries/000",
        "tile/entries/x001/x000/000.p/17",
        "tile/0/x072/x057/x594/x037/x927/935",
    ] {
        assert_eq!(TilePath::parse(path).unwrap().to_string(), path);
    }
    let tile = TileId::new(3, 1_234_067).unwrap();
    let width = TileWidth::new(9).unwrap();
    let path = TilePath::Hashes { tile, width };
    assert_eq!(TilePath::parse("tile/3/x001/x234/067.p/9"), Ok(path));
}

#[test]
fn other_spellings_and_tiles_that_cannot_be_are_refused() {
    use TilePathError::*;
    let long = format!("tile/0/{}000", "x001/".repeat(20_000));
    for (path, error) in [
        ("tile/0/1", Index),
        ("tile/0/0001", Index),
        ("tile/00/000", Level),
        ("tile/64/000", Level),
        ("tile/8/000", Level),
        ("tile/-1/000", Level),
        ("tile/+1/000", Level),
        ("tile//000", Level),
        ("tile/entry/000", Level),
        ("tile/data/000", Level),
        ("tile/0/000.p/0", Width),
        ("tile/0/000.p/256", Width),
        ("tile/0/000.p/01", Width),
        ("tile/0/000.p/", Width),
        ("tile/0/000.p/1/", Width),
        ("tile/0/000.p/1.p/1", Width),
        ("tile/entries/000.p/", Width),
        ("tile/0/000.p", Index),
        ("tile/0/x000/001", Index),
        ("tile/0/x1/000", Index),
        ("tile/0/x001", Index),
        ("tile/0/001/000", Index),
        ("tile/0/X001/000", Index),
        ("tile/0/x001/x000", Index),
        ("tile/0/x001//000", Index),
        ("tile/0/", Index),
        ("tile/0/000/", Index),
        ("tile/entries/000/", Index),
        ("tile/0/%30%30%30", Index),
        ("tile/0/x001%2f000", Index),
        ("tile/0/٠٠٠", Index),
        ("tile/0/-01", Index),
        ("tile%2F0/000", Shape),
        ("tile/0", Shape),
        ("tile", Shape),
        ("", Shape),
        ("/tile/0/000", Shape),
        ("checkpoint", Shape),
        ("tile/0/x072/x057/x594/x037/x927/936", IndexTooLarge),
        ("tile/7/001", IndexTooLarge),
        ("tile/entries/x072/x057/x594/x037/x927/936", IndexTooLarge),
        (
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            IndexTooLarge,
        ),
        (&long, TooLong(long.len())),
    ] {
        assert_eq!(TilePath::parse(path), Err(error), "{path:.80}");
    }
}

#[test]
fn a_tile_is_as_wide_as_the_size_makes_it() {
    let width = |level, index, size| {
        let tile = TileId::new(level, index).unwrap();
        tile.width_at(Size::new(size)).map(TileWidth::get)
    };
    for (level, index, size, expected) in [
        (0, 0, 0, None),
        (0, 0, 1, Some(1)),
        (0, 0, 256, Some(256)),
        (0, 1, 256, None),
        (0, 1, 300, Some(44)),
        (1, 0, 255, None),
        (1, 0, 256, Some(1)),
        (1, 1, 70_000, Some(17)),
        (2, 0, 70_000, Some(1)),
        (7, 0, u64::MAX, Some(255)),
        (0, (1 << 56) - 1, u64::MAX, Some(255)),
    ] {
        assert_eq!(
            width(level, index, size),
            expected,
            "{level}/{index} at {size}"
        );
    }
    assert_eq!(
        bundle_width_at(273, Size::new(70_000)).map(TileWidth::get),
        Some(112)
    );
    assert_eq!(bundle_width_at(u64::MAX, Size::new(u64::MAX)), None);
    assert_eq!(TileId::new(8, 0), Err(TileIdError::Level(8)));
    assert_eq!(
        TileId::new(7, 1),
        Err(TileIdError::Index { level: 7, index: 1 })
    );
}

#[test]
fn nothing_beyond_the_size_exists_and_every_narrower_tile_does() {
    let at = Size::new(300);
    for (path, exists) in [
        ("tile/0/000", true),
        ("tile/0/000.p/255", true),
        ("tile/0/001.p/44", true),
        ("tile/0/001.p/45", false),
        ("tile/0/001", false),
        ("tile/0/002.p/1", false),
        ("tile/1/000.p/1", true),
        ("tile/1/000.p/2", false),
        ("tile/2/000.p/1", false),
        ("tile/entries/001.p/44", true),
        ("tile/entries/001.p/45", false),
    ] {
        assert_eq!(
            TilePath::parse(path).unwrap().exists_at(at),
            exists,
            "{path}"
        );
    }
}

proptest! {
    #![proptest_config(common::cases(512))]

    #[test]
    fn every_tile_reads_back_from_its_name(level in 0..=MAX_TILE_LEVEL, index: u64, width in 1_u16..=256) {
        let index = index.checked_shr(8 + 8 * u32::from(level)).unwrap_or(0);
        let width = TileWidth::new(width).unwrap();
        let tile = TileId::new(level, index).unwrap();
        for path in [TilePath::Hashes { tile, width }, TilePath::Entries { index, width }] {
            prop_assert_eq!(TilePath::parse(&path.to_string()), Ok(path));
        }
    }

    #[test]
    fn whatever_reads_is_written_the_same(path in "(tile/(entries|[0-9]{1,2})/)?[x0-9/]{0,12}(\\.p/[0-9]{0,4})?") {
        if let Ok(read) = TilePath::parse(&path) {
            prop_assert_eq!(read.to_string(), path);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(path in ".{0,80}") {
        let _ = TilePath::parse(&path);
    }
}
