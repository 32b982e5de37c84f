//! Lines of a file, read within a bound.

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// Longest row that is read, in bytes: 1 MiB. A statement has at most 32 KiB, so nothing longer could
/// be taken over; of a longer row the first MiB is kept for the reject file.
pub(super) const MAX_ROW_BYTES: usize = 1024 * 1024;

/// A line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Number in the file, from 1.
    pub(super) number: u64,
    /// Its bytes, at most [`MAX_ROW_BYTES`].
    pub(super) bytes: Vec<u8>,
    /// How many bytes it has in the file.
    pub(super) length: u64,
}

impl Line {
    /// Whether the line is longer than what was kept.
    pub(super) fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }
}

/// The lines of `reader`.
#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    /// Lines that were taken and given back, next first.
    returned: VecDeque<Line>,
    number: u64,
    bytes_read: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            returned: VecDeque::new(),
            number: 0,
            bytes_read: 0,
        }
    }

    /// Bytes read so far, for a progress bar.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Gives lines back that were taken too many; they come again, in this order.
    pub(super) fn give_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        for line in lines.rev() {
            self.returned.push_front(line);
        }
    }

    /// The next line; `None` at the end. A byte order mark ahead of the first is left out, and so is a
    /// carriage return at the end of any.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let mut length = 0u64;
        let mut ended = false;
        while !ended {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                if length == 0 {
                    return Ok(None);
                }
                break;
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            let room = MAX_ROW_BYTES - bytes.len();
            bytes.extend_from_slice(&part[..part.len().min(room)]);
            length += part.len() as u64;
            ended = end.is_some();
            let used = part.len() + usize::from(ended);
            self.reader.consume(used);
            self.bytes_read += used as u64;
        }
        self.number += 1;
        let whole = length == bytes.len() as u64;
        if whole && bytes.last() == Some(&b'\r') {
            bytes.pop();
            length -= 1;
        }
        if self.number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
            length -= 3;
        }
        Ok(Some(Line {
            number: self.number,
            bytes,
            length,
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn all(text: &[u8]) -> Vec<Line> {
        let mut lines = Lines::new(text);
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    #[test]
    fn lines_end_in_any_way_and_marks_are_left_out() {
        let lines = all(b"\xef\xbb\xbfa\r\nb\n\nlast");
        let texts: Vec<_> = lines.iter().map(|line| &line.bytes[..]).collect();
        assert_eq!(texts, [&b"a"[..], b"b", b"", b"last"]);
        assert_eq!(lines[3].number, 4);
    }

    #[test]
    fn a_line_without_end_takes_no_more_than_its_bound() {
        let long = vec![b'x'; MAX_ROW_BYTES + 5];
        let lines = all(&[&long[..], b"\nnext"].concat());
        assert!(lines[0].is_cut());
        assert_eq!(lines[0].bytes.len(), MAX_ROW_BYTES);
        assert_eq!(lines[0].length, long.len() as u64);
        assert_eq!(lines[1].bytes, b"next");
    }
}
