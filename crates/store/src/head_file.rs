//! The head file: how far the ledger had come, kept beside the database and synced with every block.
//!
//! RocksDB recovers from a damaged write-ahead log by dropping its tail, without a word. This file remembers what was
//! there, so that a ledger which lost acknowledged blocks is not taken for a whole one.
//!
//! Two slots are written in turn, each in a 4 KiB block of its own: a torn write leaves the other one, which is older
//! by one write. A slot is `magic (8) ‖ size (8) ‖ hash (32) ‖ BLAKE3 of those 48 bytes (32)`, then zeros.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use cinnabar_events::EntryHash;
use cinnabar_tlog::Size;

use crate::types::HighWater;

/// First bytes of a slot; the digit is the version.
const MAGIC: [u8; 8] = *b"cnbhead1";
/// Bytes from one slot to the next: what disks and file systems write at once is not larger.
const SLOT_STRIDE: usize = 4096;
/// Slots.
const SLOTS: usize = 2;
/// Bytes of a slot that the checksum is over.
const SLOT_BODY_BYTES: usize = MAGIC.len() + size_of::<u64>() + 32;
/// Bytes of a slot that say something.
const SLOT_BYTES: usize = SLOT_BODY_BYTES + 32;

const _: () = assert!(SLOT_BYTES == 80 && SLOT_BYTES <= SLOT_STRIDE);

/// The file, open, and which slot is overwritten next: never the newest.
#[derive(Debug)]
pub(crate) struct HeadFile {
    file: File,
    next: usize,
}

/// What the file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The newer of the slots that can be read.
    Newest(HighWater),
    /// No slot can be read, or both have the same size and another hash.
    Damaged,
}

impl HeadFile {
    /// Makes the file of a ledger without entries.
    pub(crate) fn create(path: &Path) -> io::Result<()> {
        let file = File::create_new(path)?;
        let empty = HighWater {
            size: Size::ZERO,
            hash: EntryHash::NONE,
        };
        let mut bytes = vec![0; SLOTS * SLOT_STRIDE];
        for slot in bytes.chunks_exact_mut(SLOT_STRIDE) {
            slot[..SLOT_BYTES].copy_from_slice(&encode(&empty));
        }
        file.write_all_at(&bytes, 0)?;
        file.sync_all()
    }

    /// Opens the file and reads it.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Reading)> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut slots = [None; SLOTS];
        for (index, slot) in slots.iter_mut().enumerate() {
            let mut bytes = [0; SLOT_BYTES];
            *slot = match file.read_exact_at(&mut bytes, offset(index)) {
                Ok(()) => decode(&bytes),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
                Err(error) => return Err(error),
            };
        }
        let (next, reading) = match slots {
            [Some(a), Some(b)] if a.size == b.size && a.hash != b.hash => (0, Reading::Damaged),
            [Some(a), Some(b)] if b.size > a.size => (0, Reading::Newest(b)),
            [Some(a), _] => (1, Reading::Newest(a)),
            [None, Some(b)] => (0, Reading::Newest(b)),
            [None, None] => (0, Reading::Damaged),
        };
        Ok((Self { file, next }, reading))
    }

    /// Overwrites the older slot and waits until the disk has it.
    pub(crate) fn write(&mut self, high_water: &HighWater) -> io::Result<()> {
        self.file
            .write_all_at(&encode(high_water), offset(self.next))?;
        self.file.sync_data()?;
        self.next = (self.next + 1) % SLOTS;
        Ok(())
    }
}

const fn offset(slot: usize) -> u64 {
    (slot * SLOT_STRIDE) as u64
}

fn encode(high_water: &HighWater) -> [u8; SLOT_BYTES] {
    let mut slot = [0; SLOT_BYTES];
    slot[..8].copy_from_slice(&MAGIC);
    slot[8..16].copy_from_slice(&high_water.size.get().to_be_bytes());
    slot[16..SLOT_BODY_BYTES].copy_from_slice(high_water.hash.as_bytes());
    let checksum = blake3::hash(&slot[..SLOT_BODY_BYTES]);
    slot[SLOT_BODY_BYTES..].copy_from_slice(checksum.as_bytes());
    slot
}

fn decode(slot: &[u8; SLOT_BYTES]) -> Option<HighWater> {
    let (body, checksum) = slot.split_at(SLOT_BODY_BYTES);
    let (magic, rest) = body.split_first_chunk::<8>()?;
    let (size, hash) = rest.split_first_chunk::<8>()?;
    let whole = magic == &MAGIC && blake3::hash(body).as_bytes() == checksum;
    whole.then_some(HighWater {
        size: Size::new(u64::from_be_bytes(*size)),
        hash: EntryHash::from_bytes(hash.try_into().ok()?),
    })
}

/// Writes the head file on a thread of its own, so that its sync runs beside the database's.
#[derive(Debug)]
pub(crate) struct HeadWriter {
    /// Gone when the thread is to end.
    orders: Option<SyncSender<HighWater>>,
    results: Receiver<io::Result<()>>,
    thread: Option<JoinHandle<()>>,
}

impl HeadWriter {
    /// Starts the thread.
    pub(crate) fn start(mut file: HeadFile) -> io::Result<Self> {
        let (orders, inbox) = sync_channel::<HighWater>(1);
        let (outbox, results) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("head-file".into())
            .spawn(move || {
                for high_water in inbox {
                    if outbox.send(file.write(&high_water)).is_err() {
                        break;
                    }
                }
            })?;
        Ok(Self {
            orders: Some(orders),
            results,
            thread: Some(thread),
        })
    }

    /// Begins a write. Each must be followed by [`Self::finish`].
    pub(crate) fn begin(&self, high_water: HighWater) -> io::Result<()> {
        let orders = self.orders.as_ref().ok_or_else(ended)?;
        orders.send(high_water).map_err(|_| ended())
    }

    /// Waits until the write that was begun is on the disk.
    pub(crate) fn finish(&self) -> io::Result<()> {
        self.results.recv().map_err(|_| ended())?
    }
}

impl Drop for HeadWriter {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // The thread has nothing to say: a panic in it shows as an error of `finish`.
            let _ = thread.join();
        }
    }
}

fn ended() -> io::Error {
    io::Error::other("the thread that writes the head file has ended")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(size: u64) -> HighWater {
        HighWater {
            size: Size::new(size),
            hash: EntryHash::of(&size.to_be_bytes()),
        }
    }

    fn reading(path: &Path) -> Reading {
        HeadFile::open(path).unwrap().1
    }

    #[test]
    fn whichever_write_is_torn_the_one_before_it_is_still_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("head");
        HeadFile::create(&path).unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        let (mut file, _) = HeadFile::open(&path).unwrap();
        for size in 1..=8 {
            // Sometimes opened again in between: after one write and after two.
            if size % 3 != 0 {
                file = HeadFile::open(&path).unwrap().0;
            }
            let slot = file.next;
            file.write(&at(size)).unwrap();
            assert_eq!(reading(&path), Reading::Newest(at(size)));
            let whole = std::fs::read(&path).unwrap();
            for torn in [0, 8, 15, 16, 47, 48, SLOT_BYTES - 1] {
                let mut bytes = whole.clone();
                bytes[slot * SLOT_STRIDE + torn] ^= 0x40;
                std::fs::write(&path, &bytes).unwrap();
                let before = match size {
                    1 => HighWater {
                        size: Size::ZERO,
                        hash: EntryHash::NONE,
                    },
                    _ => at(size - 1),
                };
                assert_eq!(
                    reading(&path),
                    Reading::Newest(before),
                    "byte {torn} of write {size}"
                );
            }
            std::fs::write(&path, &whole).unwrap();
        }
        assert_eq!(std::fs::metadata(&path).unwrap().len(), length);
    }

    #[test]
    fn after_a_torn_write_the_torn_slot_is_the_one_written_next() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("head");
        HeadFile::create(&path).unwrap();
        let (mut file, _) = HeadFile::open(&path).unwrap();
        file.write(&at(1)).unwrap();
        let slot = file.next;
        file.write(&at(2)).unwrap();
        file.file.write_all_at(&[0xff; 20], offset(slot)).unwrap();
        let (mut file, found) = HeadFile::open(&path).unwrap();
        assert_eq!(found, Reading::Newest(at(1)));
        assert_eq!(file.next, slot);
        file.write(&at(2)).unwrap();
        assert_eq!(reading(&path), Reading::Newest(at(2)));
    }

    #[test]
    fn a_file_without_a_readable_slot_or_with_two_stories_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("head");
        std::fs::write(&path, b"").unwrap();
        assert_eq!(reading(&path), Reading::Damaged);
        std::fs::remove_file(&path).unwrap();
        HeadFile::create(&path).unwrap();
        let (mut file, _) = HeadFile::open(&path).unwrap();
        file.write(&at(1)).unwrap();
        let other = HighWater {
            size: Size::new(1),
            hash: EntryHash::NONE,
        };
        file.write(&other).unwrap();
        assert_eq!(reading(&path), Reading::Damaged);
    }
}
