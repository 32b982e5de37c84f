//! From a stream of bytes to batches of lines, in bounded memory and with one copy of each byte.

use std::ops::Range;

use cinnabar_events::MAX_ENTRY_BYTES;

/// Longest line that is looked at: two entries whose newline was damaged, so that they can be told apart.
/// What a line has beyond that is counted and dropped.
pub(crate) const LINE_MAX_BYTES: usize = 2 * MAX_ENTRY_BYTES + 1;

/// Lines that are read in parallel before they are chained one by one: enough to keep all cores busy.
const BATCH_MAX_LINES: usize = 1024;
/// Bytes of such a batch, so that long lines don't make it large.
const BATCH_MAX_BYTES: usize = 2 << 20;

/// One line of an export, without its newline: where it stands in its batch.
#[derive(Clone, Debug)]
pub(crate) struct RawLine {
    range: Range<usize>,
    /// Bytes beyond [`LINE_MAX_BYTES`], which were dropped.
    pub(crate) dropped: u64,
    /// Whether a newline followed.
    pub(crate) terminated: bool,
    /// How many bytes of the export stand before it.
    pub(crate) offset: u64,
}

/// Lines, side by side in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    pub(crate) lines: Vec<RawLine>,
}

impl Batch {
    /// The bytes of one of its lines.
    pub(crate) fn bytes(&self, line: &RawLine) -> &[u8] {
        &self.bytes[line.range.clone()]
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= BATCH_MAX_LINES || self.bytes.len() >= BATCH_MAX_BYTES
    }
}

/// The batch that is being filled, and in it the line that has not ended yet.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    batch: Batch,
    /// Where the open line begins in the batch.
    start: usize,
    dropped: u64,
    started: bool,
    /// Bytes before the open line.
    offset: u64,
    /// Bytes taken.
    taken: u64,
}

impl Lines {
    /// Lines of an export of which the first `offset` bytes are not read.
    pub(crate) fn after(offset: u64) -> Self {
        Self {
            offset,
            taken: offset,
            ..Self::default()
        }
    }

    /// Takes the next bytes and gives out the batches that they fill.
    pub(crate) fn push(&mut self, mut chunk: &[u8], mut each: impl FnMut(Batch)) {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            self.append(&chunk[..end]);
            self.taken += 1;
            chunk = &chunk[end + 1..];
            self.end(true);
            if self.batch.is_full() {
                each(self.take());
            }
        }
        self.started |= !chunk.is_empty();
        self.append(chunk);
    }

    /// Takes a whole line.
    pub(crate) fn push_line(&mut self, line: &[u8], each: impl FnOnce(Batch)) {
        self.append(line);
        self.end(true);
        if self.batch.is_full() {
            each(self.take());
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = LINE_MAX_BYTES.saturating_sub(self.batch.bytes.len() - self.start);
        let room = room.min(bytes.len());
        self.batch.bytes.extend_from_slice(&bytes[..room]);
        self.dropped += (bytes.len() - room) as u64;
        self.taken += bytes.len() as u64;
    }

    fn end(&mut self, terminated: bool) {
        let end = self.batch.bytes.len();
        self.batch.lines.push(RawLine {
            range: self.start..end,
            dropped: std::mem::take(&mut self.dropped),
            terminated,
            offset: self.offset,
        });
        self.start = end;
        self.started = false;
        self.offset = self.taken;
    }

    fn take(&mut self) -> Batch {
        self.start = 0;
        let room = Vec::with_capacity(self.batch.bytes.len());
        std::mem::replace(
            &mut self.batch,
            Batch {
                bytes: room,
                lines: Vec::with_capacity(BATCH_MAX_LINES),
            },
        )
    }

    /// The lines that have ended; the open one is dropped.
    pub(crate) fn stop(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.batch);
        batch.bytes.truncate(self.start);
        *self = Self::after(self.offset);
        batch
    }

    /// What there is, the last line too if it was not ended by a newline.
    pub(crate) fn finish(&mut self) -> Batch {
        if std::mem::take(&mut self.started) {
            self.end(false);
        }
        self.take()
    }

    /// Bytes before the line that comes next.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(batch: &Batch) -> Vec<(Vec<u8>, bool, u64)> {
        let lines = batch.lines.iter();
        lines
            .map(|line| (batch.bytes(line).to_vec(), line.terminated, line.offset))
            .collect()
    }

    #[test]
    fn lines_come_out_the_same_however_the_bytes_are_cut() {
        let text = b"one\n\nthree\nfour";
        for cut in 1..=text.len() {
            let mut lines = Lines::default();
            for chunk in text.chunks(cut) {
                lines.push(chunk, |_| panic!("so little fills no batch"));
            }
            let expected = [
                ("one", true, 0),
                ("", true, 4),
                ("three", true, 5),
                ("four", false, 11),
            ];
            let expected =
                expected.map(|(text, end, offset)| (text.as_bytes().to_vec(), end, offset));
            assert_eq!(contents(&lines.finish()), expected, "cut {cut}");
        }
    }

    #[test]
    fn many_lines_come_in_batches_and_none_is_lost() {
        let text: Vec<u8> = (0..5000)
            .flat_map(|line| format!("{line}\n").into_bytes())
            .collect();
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for chunk in text.chunks(777) {
            lines.push(chunk, |batch| seen.extend(contents(&batch)));
        }
        seen.extend(contents(&lines.finish()));
        let numbers: Vec<_> = seen.iter().map(|(line, ..)| line.clone()).collect();
        let expected: Vec<_> = (0..5000)
            .map(|line| line.to_string().into_bytes())
            .collect();
        assert_eq!(numbers, expected);
        for (line, _, offset) in seen {
            let at = usize::try_from(offset).expect("small");
            assert_eq!(&text[at..at + line.len()], line);
        }
    }

    #[test]
    fn an_endless_line_costs_no_more_than_its_limit() {
        let mut lines = Lines::default();
        let chunk = vec![b'x'; LINE_MAX_BYTES / 2];
        for _ in 0..5 {
            lines.push(&chunk, |_| panic!("there is no newline"));
        }
        let batch = lines.finish();
        let line = &batch.lines[0];
        assert_eq!(
            (batch.bytes(line).len(), line.dropped),
            (LINE_MAX_BYTES, (5 * chunk.len() - LINE_MAX_BYTES) as u64)
        );
    }
}
