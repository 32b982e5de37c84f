//! The head file and the mark: how far the ledger had come, outside the database and synced with every block.
//!
//! RocksDB recovers from a damaged write-ahead log by dropping its tail, without a word. The head file, beside it,
//! remembers what was there, so that a ledger which lost acknowledged blocks is not taken for a whole one. The mark is a
//! second such file on a path of its own, outside the data directory: it is still there when an old copy of the
//! directory, head file and all, is put back.
//!
//! Two slots are written in turn, each in a 4 KiB block of its own: a torn write leaves the other one, which is older
//! by one write. A slot is `magic (8) ‖ BLAKE3 of what follows (32) ‖ size (8) ‖ recoveries (8) ‖ hash (32) ‖ length of the
//! note (2) ‖ note`, then zeros. The note is the newest signed checkpoint, if there is one and it fits: who has to
//! say what was lost needs it. Release 0.1 wrote `magic (8) ‖ size (8) ‖ hash (32) ‖ BLAKE3 of those 48 bytes (32)`; that is
//! read as well.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use cinnabar_events::EntryHash;
use cinnabar_tlog::Size;

use crate::types::HighWater;

/// First bytes of a slot; the digit is the version.
const MAGIC: [u8; 8] = *b"cnbhead2";
/// The same in release 0.1.
const MAGIC_1: [u8; 8] = *b"cnbhead1";
/// What the magic of every release begins with; the last byte is the version's digit.
const MAGIC_START: &[u8] = b"cnbhead";
/// The newest version that is known here.
pub(crate) const VERSION: u32 = 2;
/// Bytes from one slot to the next: what disks and file systems write at once is not larger.
const SLOT_STRIDE: usize = 4096;
/// Slots.
const SLOTS: usize = 2;
/// Bytes of a slot before what the checksum is over.
const SLOT_START_BYTES: usize = MAGIC.len() + 32;
/// Bytes of a slot before the note.
const SLOT_FIXED_BYTES: usize =
    SLOT_START_BYTES + size_of::<u64>() + size_of::<u64>() + 32 + size_of::<u16>();
/// Most bytes of a note in a slot: room for a checkpoint with two signatures of the log, one of them ML-DSA-44. Of a
/// longer one (a very long origin) only the size and the hash are kept.
pub(crate) const SLOT_NOTE_MAX: usize = SLOT_STRIDE - SLOT_FIXED_BYTES;
/// Bytes of a slot of release 0.1 that its checksum is over.
const SLOT_1_BODY_BYTES: usize = MAGIC_1.len() + size_of::<u64>() + 32;

const _: () = assert!(SLOT_FIXED_BYTES == 90 && SLOT_NOTE_MAX <= u16::MAX as usize);

/// What is written: how far, and the newest checkpoint known then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) high_water: HighWater,
    pub(crate) checkpoint: Option<Arc<str>>,
}

impl Sighting {
    /// The ledger without entries.
    const EMPTY: Self = Self {
        high_water: HighWater::EMPTY,
        checkpoint: None,
    };
}

/// The file, open, and which slot is overwritten next: never the newest.
#[derive(Debug)]
pub(crate) struct HeadFile {
    file: File,
    next: usize,
}

/// What the file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The newer of the slots that can be read.
    Newest(Sighting),
    /// No slot can be read, or both have the same rank and another hash.
    Damaged,
    /// A newer release wrote it.
    Newer(u32),
}

/// One slot, as a scrub sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Just as it was written.
    Whole(Sighting),
    /// What its checksum is over is whole; what follows it isn't.
    Trailing(Sighting),
    /// Torn, damaged or not there.
    Unreadable,
}

/// Reads both slots, and changes nothing.
pub(crate) fn slots(path: &Path) -> io::Result<[Slot; SLOTS]> {
    let file = File::open(path)?;
    let mut slots = [Slot::Unreadable, Slot::Unreadable];
    for (index, slot) in slots.iter_mut().enumerate() {
        let bytes = read_slot(&file, index)?;
        *slot = match decode(&bytes) {
            // Release 0.1 wrote no zeros after a slot.
            Some(sighting) if bytes.starts_with(&MAGIC_1) || bytes == encode(&sighting) => {
                Slot::Whole(sighting)
            }
            Some(sighting) => Slot::Trailing(sighting),
            None => Slot::Unreadable,
        };
    }
    Ok(slots)
}

/// The bytes of a slot. The last slot of release 0.1 is there in full, too; a file cut short gives what it has.
fn read_slot(file: &File, index: usize) -> io::Result<[u8; SLOT_STRIDE]> {
    let mut bytes = [0; SLOT_STRIDE];
    let mut filled = 0;
    while filled < SLOT_STRIDE {
        match file.read_at(&mut bytes[filled..], offset(index) + filled as u64)? {
            0 => break,
            more => filled += more,
        }
    }
    Ok(bytes)
}

impl HeadFile {
    /// Makes the file of a ledger without entries.
    pub(crate) fn create(path: &Path) -> io::Result<()> {
        let file = File::create_new(path)?;
        let mut bytes = vec![0; SLOTS * SLOT_STRIDE];
        for slot in bytes.chunks_exact_mut(SLOT_STRIDE) {
            slot.copy_from_slice(&encode(&Sighting::EMPTY));
        }
        file.write_all_at(&bytes, 0)?;
        file.sync_all()
    }

    /// Opens the file and reads it.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Reading)> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut slots = [const { None }; SLOTS];
        let mut newer = None;
        for (index, slot) in slots.iter_mut().enumerate() {
            let bytes = read_slot(&file, index)?;
            *slot = decode(&bytes);
            newer = newer.max(version(&bytes).filter(|version| *version > VERSION));
        }
        if let Some(version) = newer {
            return Ok((Self { file, next: 0 }, Reading::Newer(version)));
        }
        let rank = |sighting: &Sighting| sighting.high_water.rank();
        let (next, reading) = match slots {
            [Some(a), Some(b)]
                if rank(&a) == rank(&b) && a.high_water.hash != b.high_water.hash =>
            {
                (0, Reading::Damaged)
            }
            [Some(a), Some(b)] if rank(&b) > rank(&a) => (0, Reading::Newest(b)),
            [Some(a), _] => (1, Reading::Newest(a)),
            [None, Some(b)] => (0, Reading::Newest(b)),
            [None, None] => (0, Reading::Damaged),
        };
        Ok((Self { file, next }, reading))
    }

    /// Keeps everybody else away from the file, as long as it is open; `false` if somebody has it.
    pub(crate) fn lock(&self) -> io::Result<bool> {
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(std::fs::TryLockError::WouldBlock) => Ok(false),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Overwrites the older slot and waits until the disk has it.
    pub(crate) fn write(&mut self, sighting: &Sighting) -> io::Result<()> {
        self.file
            .write_all_at(&encode(sighting), offset(self.next))?;
        self.file.sync_data()?;
        self.next = (self.next + 1) % SLOTS;
        Ok(())
    }
}

const fn offset(slot: usize) -> u64 {
    (slot * SLOT_STRIDE) as u64
}

fn encode(sighting: &Sighting) -> [u8; SLOT_STRIDE] {
    let note = sighting.checkpoint.as_deref().unwrap_or_default();
    let note = match note.len() <= SLOT_NOTE_MAX {
        true => note.as_bytes(),
        false => &[],
    };
    let length = u16::try_from(note.len()).expect("a slot is shorter than 2^16 bytes");
    let HighWater {
        size,
        hash,
        recoveries,
    } = &sighting.high_water;
    let mut body = Vec::with_capacity(SLOT_STRIDE);
    body.extend_from_slice(&size.get().to_be_bytes());
    body.extend_from_slice(&recoveries.to_be_bytes());
    body.extend_from_slice(hash.as_bytes());
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(note);
    let mut slot = [0; SLOT_STRIDE];
    slot[..8].copy_from_slice(&MAGIC);
    slot[8..SLOT_START_BYTES].copy_from_slice(blake3::hash(&body).as_bytes());
    slot[SLOT_START_BYTES..][..body.len()].copy_from_slice(&body);
    slot
}

/// The version that a slot says to be of.
fn version(slot: &[u8; SLOT_STRIDE]) -> Option<u32> {
    let digit = slot.strip_prefix(MAGIC_START)?.first()?;
    char::from(*digit).to_digit(10)
}

fn decode(slot: &[u8; SLOT_STRIDE]) -> Option<Sighting> {
    if slot.starts_with(&MAGIC_1) {
        return decode_1(slot);
    }
    let rest = slot.strip_prefix(&MAGIC)?;
    let (checksum, body) = rest.split_first_chunk::<32>()?;
    let (size, rest) = body.split_first_chunk::<8>()?;
    let (recoveries, rest) = rest.split_first_chunk::<8>()?;
    let (hash, rest) = rest.split_first_chunk::<32>()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let note = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    let body = &body[..body.len() - rest.len() + note.len()];
    if blake3::hash(body).as_bytes() != checksum {
        return None;
    }
    let note = std::str::from_utf8(note).ok()?;
    Some(Sighting {
        high_water: HighWater {
            size: Size::new(u64::from_be_bytes(*size)),
            hash: EntryHash::from_bytes(*hash),
            recoveries: u64::from_be_bytes(*recoveries),
        },
        checkpoint: (!note.is_empty()).then(|| note.into()),
    })
}

/// A slot as release 0.1 wrote it.
fn decode_1(slot: &[u8; SLOT_STRIDE]) -> Option<Sighting> {
    let (body, rest) = slot.split_first_chunk::<SLOT_1_BODY_BYTES>()?;
    let (size, hash) = body[MAGIC_1.len()..].split_first_chunk::<8>()?;
    let whole = rest.starts_with(blake3::hash(body).as_bytes());
    whole.then_some(Sighting {
        high_water: HighWater {
            size: Size::new(u64::from_be_bytes(*size)),
            hash: EntryHash::from_bytes(hash.try_into().ok()?),
            recoveries: 0,
        },
        checkpoint: None,
    })
}

/// Writes such a file on a thread of its own, so that its sync runs beside the database's and the other file's.
#[derive(Debug)]
pub(crate) struct HeadWriter {
    /// Gone when the thread is to end.
    orders: Option<SyncSender<Sighting>>,
    results: Receiver<io::Result<()>>,
    thread: Option<JoinHandle<()>>,
}

impl HeadWriter {
    /// Starts the thread.
    pub(crate) fn start(mut file: HeadFile) -> io::Result<Self> {
        let (orders, inbox) = sync_channel::<Sighting>(1);
        let (outbox, results) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("head-file".into())
            .spawn(move || {
                for sighting in inbox {
                    if outbox.send(file.write(&sighting)).is_err() {
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
    pub(crate) fn begin(&self, sighting: Sighting) -> io::Result<()> {
        let orders = self.orders.as_ref().ok_or_else(ended)?;
        orders.send(sighting).map_err(|_| ended())
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

    fn at(size: u64) -> Sighting {
        Sighting {
            high_water: HighWater {
                size: Size::new(size),
                hash: EntryHash::of(&size.to_be_bytes()),
                recoveries: 0,
            },
            checkpoint: Some(format!("note of {size}").into()),
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
            for torn in [
                0,
                8,
                39,
                40,
                47,
                48,
                56,
                SLOT_FIXED_BYTES - 1,
                SLOT_FIXED_BYTES,
            ] {
                let mut bytes = whole.clone();
                bytes[slot * SLOT_STRIDE + torn] ^= 0x40;
                std::fs::write(&path, &bytes).unwrap();
                let before = match size {
                    1 => Sighting::EMPTY,
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
        let mut other = at(1);
        other.high_water.hash = EntryHash::NONE;
        file.write(&other).unwrap();
        assert_eq!(reading(&path), Reading::Damaged);
    }

    #[test]
    fn a_file_of_a_newer_release_is_not_taken_for_a_damaged_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("head");
        HeadFile::create(&path).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        // It has written once: one slot is its, the other still of before.
        bytes[SLOT_STRIDE + MAGIC_START.len()] = b'3';
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(reading(&path), Reading::Newer(3));
    }

    #[test]
    fn after_a_recovery_fewer_entries_are_the_newer_word() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mark");
        HeadFile::create(&path).unwrap();
        let (mut file, _) = HeadFile::open(&path).unwrap();
        file.write(&at(100)).unwrap();
        let mut recovered = at(51);
        recovered.high_water.recoveries = 1;
        file.write(&recovered).unwrap();
        assert_eq!(reading(&path), Reading::Newest(recovered));
    }

    #[test]
    fn a_file_of_release_0_1_is_read_and_written_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("head");
        let mut body = MAGIC_1.to_vec();
        body.extend_from_slice(&7_u64.to_be_bytes());
        body.extend_from_slice(at(7).high_water.hash.as_bytes());
        let mut bytes = body.clone();
        bytes.extend_from_slice(blake3::hash(&body).as_bytes());
        bytes.resize(SLOT_STRIDE, 0);
        // The second slot ends with its last byte that says something.
        bytes.extend_from_slice(&bytes.clone()[..80]);
        std::fs::write(&path, &bytes).unwrap();
        let (mut file, found) = HeadFile::open(&path).unwrap();
        let Reading::Newest(found) = found else {
            panic!("damaged");
        };
        assert_eq!(found.high_water, at(7).high_water);
        file.write(&at(8)).unwrap();
        assert_eq!(reading(&path), Reading::Newest(at(8)));
    }

    #[test]
    fn a_note_that_does_not_fit_is_left_out_and_the_rest_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mark");
        HeadFile::create(&path).unwrap();
        let (mut file, _) = HeadFile::open(&path).unwrap();
        for (length, kept) in [(SLOT_NOTE_MAX, true), (SLOT_NOTE_MAX + 1, false)] {
            let mut long = at(length as u64);
            long.checkpoint = Some("x".repeat(length).into());
            file.write(&long).unwrap();
            let Reading::Newest(found) = reading(&path) else {
                panic!("damaged");
            };
            assert_eq!(found.high_water, long.high_water);
            assert_eq!(found.checkpoint.is_some(), kept);
        }
    }
}
