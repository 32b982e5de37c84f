//! A run: records in order of their keys, written once.
//!
//! `u16 key length ‖ key ‖ u32 value length plus one, or 0 if the record is gone ‖ value`, big-endian, one after the other. In
//! memory are the key and the place of every [`SPACING`]th byte or so, and a Bloom filter.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use cinnabar_verifier::ShelfChange;

/// Bytes between two places that are known: one read of a page or two.
const SPACING: u64 = 4 << 10;
/// Bits of the filter for each key, and how many of them a key sets: one lookup in a hundred reads in vain.
const FILTER_BITS: u64 = 10;
const FILTER_HASHES: u64 = 7;
/// Bytes read or written at a time.
const BUFFER_BYTES: usize = 1 << 18;
/// Longest record: an entry's worth of what a rule may remember, many times over.
const VALUE_MAX_BYTES: usize = 64 << 20;

/// A run that is being written.
pub(super) struct RunWriter {
    out: BufWriter<File>,
    hasher: blake3::Hasher,
    bytes: u64,
    records: u64,
}

impl RunWriter {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            out: BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?),
            hasher: blake3::Hasher::new(),
            bytes: 0,
            records: 0,
        })
    }

    pub(super) fn push(&mut self, key: &[u8], value: Option<&[u8]>) -> io::Result<()> {
        let long = || io::Error::new(io::ErrorKind::InvalidInput, "a record is too long");
        let key_length = u16::try_from(key.len()).map_err(|_| long())?;
        let length = match value {
            None => 0,
            Some(value) => u32::try_from(value.len() + 1).map_err(|_| long())?,
        };
        let parts = [
            &key_length.to_be_bytes()[..],
            key,
            &length.to_be_bytes(),
            value.unwrap_or_default(),
        ];
        for part in parts {
            self.out.write_all(part)?;
            self.hasher.update(part);
            self.bytes += part.len() as u64;
        }
        self.records += 1;
        Ok(())
    }

    /// Makes it durable. Its length, the number of its records, and its digest.
    pub(super) fn finish(self) -> io::Result<(u64, u64, String)> {
        let file = self.out.into_inner()?;
        file.sync_data()?;
        let digest = self.hasher.finalize().to_string();
        Ok((self.bytes, self.records, digest))
    }
}

/// A run that can be read.
#[derive(Debug)]
pub(super) struct Run {
    file: File,
    bytes: u64,
    /// Keys in order, each with the place of its record.
    places: Vec<(Box<[u8]>, u64)>,
    filter: Vec<u64>,
}

impl Run {
    /// Reads the whole run: its digest must be `blake3`.
    pub(super) fn open(path: &Path, bytes: u64, blake3: &str) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.len() != bytes {
            return Err(changed("it has another length"));
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(&file)?;
        if hasher.finalize().to_string() != blake3 {
            return Err(changed("its digest is another"));
        }
        let mut run = Self {
            file,
            bytes,
            places: Vec::new(),
            filter: Vec::new(),
        };
        let (mut hashes, mut places) = (Vec::new(), Vec::new());
        let (mut at, mut noted) = (0, None);
        for record in run.records(0) {
            let (key, value) = record?;
            hashes.push(hash(&key));
            let length = 6 + key.len() as u64 + value.map_or(0, |value| value.len() as u64);
            if noted.is_none_or(|noted| at - noted >= SPACING) {
                noted = Some(at);
                places.push((key.into(), at));
            }
            at += length;
        }
        run.places = places;
        run.filter = filter(&hashes);
        Ok(run)
    }

    /// What stands under a key: nothing, that it is gone, or its value.
    pub(super) fn get(&self, key: &[u8]) -> io::Result<Option<Option<Vec<u8>>>> {
        if !self.may_have(key) {
            return Ok(None);
        }
        for record in self.records(self.place(key)) {
            let (found, value) = record?;
            match found.as_slice().cmp(key) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => return Ok(Some(value)),
                std::cmp::Ordering::Greater => break,
            }
        }
        Ok(None)
    }

    /// Where to begin to read for a key.
    fn place(&self, key: &[u8]) -> u64 {
        let after = self.places.partition_point(|(first, _)| **first <= *key);
        after
            .checked_sub(1)
            .map_or(0, |before| self.places[before].1)
    }

    fn may_have(&self, key: &[u8]) -> bool {
        let bits = self.filter.len() as u64 * 64;
        bits > 0
            && places(hash(key), bits).all(|bit| {
                let word = usize::try_from(bit / 64).unwrap_or(0);
                self.filter[word] >> (bit % 64) & 1 == 1
            })
    }

    fn records(&self, from: u64) -> Records<'_> {
        // A lookup reads little; a merge goes on to the end.
        let capacity = if from == 0 { BUFFER_BYTES } else { 2 * 4096 };
        Records(BufReader::with_capacity(
            capacity,
            Cursor {
                file: &self.file,
                at: from,
                end: self.bytes,
            },
        ))
    }
}

fn changed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Two numbers of a key, from which the bits that it sets follow.
fn hash(key: &[u8]) -> (u64, u64) {
    let hash = blake3::hash(key);
    let (words, _) = hash.as_bytes().as_chunks::<8>();
    (
        u64::from_le_bytes(words[0]),
        u64::from_le_bytes(words[1]) | 1,
    )
}

fn places((first, step): (u64, u64), bits: u64) -> impl Iterator<Item = u64> {
    (0..FILTER_HASHES).map(move |turn| first.wrapping_add(turn.wrapping_mul(step)) % bits)
}

fn filter(hashes: &[(u64, u64)]) -> Vec<u64> {
    let words = (hashes.len() as u64 * FILTER_BITS).div_ceil(64).max(1);
    let mut filter = vec![0_u64; usize::try_from(words).unwrap_or(1)];
    for key in hashes {
        for bit in places(*key, words * 64) {
            filter[usize::try_from(bit / 64).unwrap_or(0)] |= 1 << (bit % 64);
        }
    }
    filter
}

/// Reads a file from a place on, without moving others who read it.
struct Cursor<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl Read for Cursor<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = self.end.saturating_sub(self.at).min(buffer.len() as u64);
        let room = usize::try_from(room).unwrap_or(buffer.len());
        let read = self.file.read_at(&mut buffer[..room], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The records of a run in order.
pub(super) struct Records<'f>(BufReader<Cursor<'f>>);

impl Records<'_> {
    fn read(&mut self) -> io::Result<Option<ShelfChange>> {
        let mut length = [0; 2];
        match self.0.read(&mut length[..1])? {
            0 => return Ok(None),
            _ => self.0.read_exact(&mut length[1..])?,
        }
        let mut key = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut key)?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let value = match u32::from_be_bytes(length) {
            0 => None,
            more => {
                let length = more as usize - 1;
                if length > VALUE_MAX_BYTES {
                    return Err(changed("a record is too long"));
                }
                let mut value = vec![0; length];
                self.0.read_exact(&mut value)?;
                Some(value)
            }
        };
        Ok(Some((key, value)))
    }
}

impl Iterator for Records<'_> {
    type Item = io::Result<ShelfChange>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Key, which source, and the value.
type Next = (Vec<u8>, Reverse<usize>, Option<Vec<u8>>);

type Source<'r> = Box<dyn Iterator<Item = io::Result<ShelfChange>> + 'r>;

/// Several runs as one: of records under one key, that of the newest.
pub(super) struct Merge<'r> {
    sources: Vec<Source<'r>>,
    /// The next record of each; the smallest key first, and of equal ones the newest.
    next: BinaryHeap<Reverse<Next>>,
    fault: Option<io::Error>,
}

impl<'r> Merge<'r> {
    /// All records of runs, the newest last.
    pub(super) fn of_runs(runs: impl Iterator<Item = &'r Run>) -> Self {
        Self::new(
            runs.map(|run| Box::new(run.records(0)) as Source<'r>)
                .collect(),
        )
    }

    /// Those whose keys are not below `key`.
    pub(super) fn of_runs_from(runs: impl Iterator<Item = &'r Run>, key: &'r [u8]) -> Self {
        let from = |run: &'r Run| {
            let below = move |record: &io::Result<ShelfChange>| {
                record
                    .as_ref()
                    .is_ok_and(|(found, _)| found.as_slice() < key)
            };
            Box::new(run.records(run.place(key)).skip_while(below)) as Source<'r>
        };
        Self::new(runs.map(from).collect())
    }

    /// Changes that are in memory.
    pub(super) fn of_changes(changes: Vec<ShelfChange>) -> Self {
        Self::new(vec![Box::new(changes.into_iter().map(Ok))])
    }

    fn new(sources: Vec<Source<'r>>) -> Self {
        let mut merge = Self {
            next: BinaryHeap::with_capacity(sources.len()),
            sources,
            fault: None,
        };
        for source in 0..merge.sources.len() {
            merge.advance(source);
        }
        merge
    }

    fn advance(&mut self, source: usize) {
        match self.sources[source].next() {
            Some(Ok((key, value))) => self.next.push(Reverse((key, Reverse(source), value))),
            Some(Err(error)) => self.fault = Some(error),
            None => {}
        }
    }
}

impl Iterator for Merge<'_> {
    type Item = io::Result<ShelfChange>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(fault) = self.fault.take() {
            return Some(Err(fault));
        }
        let Reverse((key, Reverse(source), value)) = self.next.pop()?;
        self.advance(source);
        while let Some(Reverse((other, Reverse(older), _))) = self.next.peek()
            && *other == key
        {
            let older = *older;
            self.next.pop();
            self.advance(older);
        }
        Some(Ok((key, value)))
    }
}
