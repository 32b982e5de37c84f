//! From a stream of bytes to lines, in bounded memory.

use cinnabar_events::MAX_ENTRY_BYTES;

/// Longest line that is looked at: two entries whose newline was damaged, so that they can be told apart.
/// What a line has beyond that is counted and dropped.
pub(crate) const LINE_MAX_BYTES: usize = 2 * MAX_ENTRY_BYTES + 1;

/// One line of an export, without its newline.
#[derive(Debug, Default)]
pub(crate) struct RawLine {
    pub(crate) bytes: Vec<u8>,
    /// Bytes beyond [`LINE_MAX_BYTES`], which were dropped.
    pub(crate) dropped: u64,
    /// Whether a newline followed.
    pub(crate) terminated: bool,
}

impl RawLine {
    fn append(&mut self, bytes: &[u8]) {
        let room = LINE_MAX_BYTES
            .saturating_sub(self.bytes.len())
            .min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..room]);
        self.dropped += (bytes.len() - room) as u64;
    }
}

/// The line that has not ended yet.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    open: RawLine,
    started: bool,
}

impl Lines {
    /// Takes the next bytes and gives out the lines that they end.
    pub(crate) fn push(&mut self, mut chunk: &[u8], mut each: impl FnMut(RawLine)) {
        while let Some(end) = chunk.iter().position(|&byte| byte == b'\n') {
            self.open.append(&chunk[..end]);
            chunk = &chunk[end + 1..];
            self.started = false;
            each(RawLine {
                terminated: true,
                ..std::mem::take(&mut self.open)
            });
        }
        self.started |= !chunk.is_empty();
        self.open.append(chunk);
    }

    /// The last line, if it was not ended by a newline.
    pub(crate) fn finish(&mut self) -> Option<RawLine> {
        std::mem::take(&mut self.started).then(|| std::mem::take(&mut self.open))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_the_same_however_the_bytes_are_cut() {
        let text = b"one\n\nthree\nfour";
        for cut in 1..=text.len() {
            let mut lines = Lines::default();
            let mut seen = Vec::new();
            for chunk in text.chunks(cut) {
                lines.push(chunk, |line| seen.push((line.bytes, line.terminated)));
            }
            seen.extend(lines.finish().map(|line| (line.bytes, line.terminated)));
            let expected = [("one", true), ("", true), ("three", true), ("four", false)];
            let expected: Vec<_> = expected
                .iter()
                .map(|(text, end)| (text.as_bytes().to_vec(), *end))
                .collect();
            assert_eq!(seen, expected, "cut {cut}");
        }
    }

    #[test]
    fn an_endless_line_costs_no_more_than_its_limit() {
        let mut lines = Lines::default();
        let chunk = vec![b'x'; LINE_MAX_BYTES / 2];
        for _ in 0..5 {
            lines.push(&chunk, |_| panic!("there is no newline"));
        }
        let line = lines.finish();
        let line = line.as_ref().map(|line| (line.bytes.len(), line.dropped));
        assert_eq!(
            line,
            Some((LINE_MAX_BYTES, (5 * chunk.len() - LINE_MAX_BYTES) as u64))
        );
    }
}
