//! How RocksDB is set up, and why.

use rocksdb::{
    BlockBasedIndexType, BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType,
    DBRecoveryMode, LogLevel, Options, ReadOptions, WriteOptions,
};

use crate::keys::Family;

/// Blocks of tables kept in memory, index and filter blocks included; all families share it. Holds the filters of a hundred million
/// records, and of a ledger of some ten million entries what is asked for most: a block that is not here has to be
/// read, checked and unpacked, which takes longer than all else that a lookup does. RocksDB divides it into 64 shards: a block that
/// is larger than one of them, four MiB, is never kept.
const BLOCK_CACHE_BYTES: usize = 256 * MIB;
/// Memory for what is not in tables yet, over all families.
const WRITE_BUFFERS_BYTES: usize = 128 * MIB;
/// Most that the write-ahead log may hold: bounds how much is replayed at open, whatever the ledger's size.
const WAL_BYTES: u64 = 256 * MIB as u64;
/// Tables kept open. A number, so that opening does not open every table of a long ledger.
const OPEN_TABLES: i32 = 512;
/// Bits per key of the filters: about one false positive in a hundred.
const FILTER_BITS: f64 = 10.0;
/// Part of a memtable that its filter takes: some sixteen bits for each of its keys, which are of 200 bytes or more with their
/// values and the table's own pointers.
const MEMTABLE_FILTER_RATIO: f64 = 0.01;
/// Block size of entries: neighbours are read together and compress better together.
const ENTRY_BLOCK_BYTES: usize = 16 * 1024;
/// Block size of everything else: a lookup wants one small value.
const LOOKUP_BLOCK_BYTES: usize = 4 * 1024;
/// Size of a part of a table's index or filter. In one piece they grow with the table, beyond what the cache keeps, and a
/// filter of a MiB or more is then read anew by each lookup.
const METADATA_BLOCK_BYTES: usize = 4 * 1024;
/// RocksDB's own text log: this many files of this many bytes.
const TEXT_LOGS: usize = 3;
const TEXT_LOG_BYTES: usize = 4 * MIB;

const MIB: usize = 1024 * 1024;

/// Options of the database as a whole.
pub(crate) fn database(create: bool) -> Options {
    let mut options = Options::default();
    // A ledger comes into being in one place only, and families with it.
    options.create_if_missing(create);
    options.create_missing_column_families(create);
    // Both are RocksDB's defaults; the ledger depends on the first, so it is said.
    options.set_paranoid_checks(true);
    options.set_use_fsync(false);
    // A power cut in the middle of a write leaves half a record at the end of the write-ahead log. The strictest mode
    // would refuse to open after it, although nobody was told that the block is durable. This mode replays up to the
    // first damage and drops what follows. It can't tell a torn tail from damage to blocks that *were* acknowledged:
    // the head file does that, and what was dropped comes back from the log stream.
    options.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
    // A whole file of the write-ahead log missing, or shorter than it was: refuse, instead of replaying around the hole.
    options.set_track_and_verify_wals_in_manifest(true);
    // All families go to tables together, so that whatever is lost of the log, they stand at the end of the same block.
    options.set_atomic_flush(true);
    options.set_max_total_wal_size(WAL_BYTES);
    options.set_db_write_buffer_size(WRITE_BUFFERS_BYTES);
    options.set_max_open_files(OPEN_TABLES);
    // Otherwise opening reads the properties of many tables.
    options.set_skip_stats_update_on_db_open(true);
    // Dirty pages of new tables go out steadily, instead of in the way of the log's syncs.
    options.set_bytes_per_sync(MIB as u64);
    options.set_keep_log_file_num(TEXT_LOGS);
    options.set_max_log_file_size(TEXT_LOG_BYTES);
    options.set_log_level(LogLevel::Warn);
    options
}

/// The families with their options.
pub(crate) fn families() -> Vec<ColumnFamilyDescriptor> {
    let cache = cache();
    let describe =
        |family: Family| ColumnFamilyDescriptor::new(family.name(), self::family(family, &cache));
    Family::ALL.into_iter().map(describe).collect()
}

fn cache() -> Cache {
    Cache::new_lru_cache(BLOCK_CACHE_BYTES)
}

fn family(family: Family, cache: &Cache) -> Options {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    // Index and filter blocks live in the cache, so that memory does not grow with the ledger.
    table.set_cache_index_and_filter_blocks(true);
    table.set_pin_l0_filter_and_index_blocks_in_cache(true);
    // In parts, of which a lookup wants one; what says which one is small and stays.
    table.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
    table.set_partition_filters(true);
    table.set_metadata_block_size(METADATA_BLOCK_BYTES);
    table.set_pin_top_level_index_and_filter(true);
    match family {
        // Found by sequence, which is there or beyond the head: a filter would say nothing.
        Family::Entries => table.set_block_size(ENTRY_BLOCK_BYTES),
        Family::Tiles => table.set_block_size(LOOKUP_BLOCK_BYTES),
        // Asked for what is not there all the time: is this id new, is this number free, does this dossier end here?
        Family::Records | Family::Index => {
            table.set_block_size(LOOKUP_BLOCK_BYTES);
            table.set_bloom_filter(FILTER_BITS, false);
        }
    }
    let mut options = Options::default();
    match family {
        Family::Entries | Family::Tiles => {}
        // The same questions go to what is not in tables yet first: there a filter spares a search for each of them.
        Family::Records | Family::Index => {
            options.set_memtable_whole_key_filtering(true);
            options.set_memtable_prefix_bloom_ratio(MEMTABLE_FILTER_RATIO);
        }
    }
    options.set_block_based_table_factory(&table);
    options.set_compression_type(match family {
        // Hashes don't compress.
        Family::Tiles => DBCompressionType::None,
        Family::Entries | Family::Records | Family::Index => DBCompressionType::Lz4,
    });
    options
}

/// Every write is synced: the replica is a record of its own, not a cache of the stream.
pub(crate) fn synced() -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(true);
    options
}

/// A scan from where it is positioned up to `end` (exclusive): leaves the cache to the lookups. Checksums are
/// verified; reading ahead is left to RocksDB, which does more of it the longer a scan goes on.
pub(crate) fn scan(end: impl Into<Vec<u8>>) -> ReadOptions {
    let mut options = ReadOptions::default();
    options.fill_cache(false);
    options.set_iterate_upper_bound(end);
    options
}

#[cfg(test)]
mod tests {
    use rocksdb::perf::{PerfContext, PerfMetric, PerfStatsLevel, set_perf_stats};
    use rocksdb::statistics::Ticker;
    use rocksdb::{DB, WriteBatch};

    use super::*;

    #[test]
    fn a_batch_is_synced_before_its_write_returns() {
        let folder = tempfile::tempdir().unwrap();
        let mut options = database(true);
        options.enable_statistics();
        let db = DB::open(&options, folder.path()).unwrap();
        let syncs = || options.get_ticker_count(Ticker::WalFileSynced);
        let mut batch = WriteBatch::default();
        batch.put(b"key", b"value");
        let before = syncs();
        db.write_opt(batch, &synced()).unwrap();
        assert_eq!(syncs(), before + 1);
    }

    /// What decides about a statement asks for dozens of records; each question must cost a few small blocks in a table of any
    /// length, and whether they are in memory or not.
    #[test]
    fn a_lookup_in_a_long_table_reads_a_few_small_blocks() {
        const KEYS: u64 = 300_000;
        const LOOKUPS: u64 = 10;
        const MOST_BYTES: u64 = 4 * LOOKUP_BLOCK_BYTES as u64;
        let key = |number: u64| blake3::hash(&number.to_be_bytes());
        for family in [Family::Records, Family::Index] {
            let folder = tempfile::tempdir().unwrap();
            let open = || {
                let families = [(family.name(), self::family(family, &cache()))];
                DB::open_cf_with_opts(&database(true), folder.path(), families).unwrap()
            };
            let db = open();
            let records = db.cf_handle(family.name()).unwrap();
            let mut batch = WriteBatch::default();
            (0..KEYS).for_each(|number| batch.put_cf(records, key(number).as_bytes(), b"value"));
            db.write(batch).unwrap();
            db.flush_cf(records).unwrap();
            db.compact_range_cf(records, None::<&[u8]>, None::<&[u8]>);
            drop(db);

            let db = open();
            let records = db.cf_handle(family.name()).unwrap();
            set_perf_stats(PerfStatsLevel::EnableCount);
            let mut context = PerfContext::default();
            for (what, first) in [("absent", KEYS), ("present", 0)] {
                context.reset();
                for number in first..first + LOOKUPS {
                    let found = db.get_pinned_cf(records, key(number).as_bytes()).unwrap();
                    assert_eq!(found.is_some(), what == "present");
                }
                let read = context.metric(PerfMetric::BlockReadByte);
                assert!(
                    read <= LOOKUPS * MOST_BYTES,
                    "{LOOKUPS} {what}: {read} bytes read from {}",
                    family.name()
                );
            }
            set_perf_stats(PerfStatsLevel::Disable);
        }
    }
}
