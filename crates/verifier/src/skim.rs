//! What the chain needs of an entry, and whether its bytes are canonical, without taking it apart.
//!
//! Both functions say yes only where [`canonical::parse`](cinnabar_events::canonical::parse) does; where they say no,
//! the caller asks it for the reason.

use cinnabar_events::canonical::{MAX_DEPTH, MAX_INTEGER};
use cinnabar_events::{EntryHash, Timestamp};

use crate::read::Outline;

/// Sequence, `prev` and time of bytes that are laid out as an entry is. Doesn't look at anything between.
pub(crate) fn outline(bytes: &[u8]) -> Option<Outline> {
    let rest = bytes.strip_prefix(b"{\"dossiers\":{")?;
    let rest = &rest[memchr::memchr(b'}', rest)? + 1..];
    let rest = rest.strip_prefix(b",\"prev\":\"")?;
    let (prev, rest) = rest.split_at_checked(HASH_TEXT_BYTES)?;
    let prev: EntryHash = str::from_utf8(prev).ok()?.parse().ok()?;
    let rest = rest.strip_prefix(b"\",\"seq\":")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // 15 digits are below 2^53; a ledger that long is read the slow way.
    if digits == 0 || digits > 15 || (rest[0] == b'0' && digits > 1) {
        return None;
    }
    let (seq, rest) = rest.split_at(digits);
    let seq = seq
        .iter()
        .fold(0, |seq, digit| seq * 10 + u64::from(digit - b'0'));
    rest.strip_prefix(b",\"signatures\":[")?;
    let rest = rest.strip_suffix(b"\",\"v\":1}")?;
    let (rest, time) = rest.split_at_checked(rest.len().checked_sub(TIME_TEXT_BYTES)?)?;
    rest.strip_suffix(b",\"time\":\"")?;
    let time: Timestamp = str::from_utf8(time).ok()?.parse().ok()?;
    Some(Outline {
        seq,
        prev,
        time: Some(time),
    })
}

/// `blake3:` and 64 digits.
const HASH_TEXT_BYTES: usize = 71;
/// `2026-11-22T15:00:00.123456Z`.
const TIME_TEXT_BYTES: usize = 27;

/// Whether the bytes are canonical JSON.
pub(crate) fn is_canonical(bytes: &[u8]) -> bool {
    if str::from_utf8(bytes).is_err() {
        return false;
    }
    let mut reader = Reader { bytes, at: 0 };
    reader.value(0).is_some() && reader.at == bytes.len()
}

/// Bytes that go on a string as they are: printable ASCII but `"` and `\`, and all of UTF-8 beyond but the first byte of
/// C1 controls.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        plain[byte] = false;
        byte += 1;
    }
    plain[b'"' as usize] = false;
    plain[b'\\' as usize] = false;
    plain[0x7f] = false;
    plain[0xc2] = false;
    plain
};

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        byte
    }

    fn expect(&mut self, text: &[u8]) -> Option<()> {
        let end = self.at + text.len();
        let there = self.bytes.get(self.at..end)? == text;
        self.at = end;
        there.then_some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        match *self.bytes.get(self.at)? {
            b'"' => self.string(),
            b'{' if depth < MAX_DEPTH => self.object(depth),
            b'[' if depth < MAX_DEPTH => self.array(depth),
            b't' => self.expect(b"true"),
            b'f' => self.expect(b"false"),
            b'-' | b'0'..=b'9' => self.integer(),
            _ => None,
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.bytes.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Some(());
        }
        let mut last: Option<(usize, usize)> = None;
        loop {
            let (start, end) = self.key()?;
            if let Some((a, b)) = last
                && self.bytes[a..b] >= self.bytes[start..end]
            {
                return None;
            }
            last = Some((start, end));
            self.expect(b":")?;
            self.value(depth + 1)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.bytes.get(self.at) == Some(&b']') {
            self.at += 1;
            return Some(());
        }
        loop {
            self.value(depth + 1)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Printable ASCII, nothing escaped.
    fn key(&mut self) -> Option<(usize, usize)> {
        self.expect(b"\"")?;
        let start = self.at;
        loop {
            match self.next()? {
                b'"' => return Some((start, self.at - 1)),
                b'\\' | 0..=0x1f | 0x7f..=0xff => return None,
                0x20..=0x7e => {}
            }
        }
    }

    fn integer(&mut self) -> Option<()> {
        let negative = self.bytes[self.at] == b'-';
        self.at += usize::from(negative);
        let start = self.at;
        let mut value: i64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(self.at) {
            value = value * 10 + i64::from(digit - b'0');
            if value > MAX_INTEGER {
                return None;
            }
            self.at += 1;
        }
        let digits = self.at - start;
        let leading_zero = digits > 0 && self.bytes[start] == b'0' && (digits > 1 || negative);
        (digits > 0 && !leading_zero).then_some(())
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            let rest = self.bytes.get(self.at..)?;
            let plain = rest.iter().position(|byte| !PLAIN[usize::from(*byte)])?;
            self.at += plain;
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                0xc2 if !matches!(self.bytes.get(self.at), Some(0x80..=0x9f)) => {}
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => Some(()),
            b'u' => {
                let hex = self.bytes.get(self.at..self.at + 4)?;
                self.at += 4;
                let low = match hex {
                    [
                        b'0',
                        b'0',
                        high @ (b'0' | b'1'),
                        low @ (b'0'..=b'9' | b'a'..=b'f'),
                    ] => (*high, *low),
                    _ => return None,
                };
                // These five have a short escape.
                (!matches!(low, (b'0', b'8' | b'9' | b'a' | b'c' | b'd'))).then_some(())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cinnabar_events::canonical;
    use proptest::prelude::*;

    #[test]
    fn odd_spellings_are_judged_as_the_parser_judges_them() {
        let deep = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        let texts: Vec<Vec<u8>> = [
            &b"{}"[..],
            b"[]",
            b"\"\"",
            b"0",
            b"-0",
            b"01",
            b"1",
            b"-1",
            b"-",
            b"1.5",
            b"1e3",
            b"true",
            b"false",
            b"null",
            b"truE",
            b"9007199254740991",
            b"9007199254740992",
            b"-9007199254740991",
            b"99999999999999999999999",
            b"{\"a\":1,\"b\":2}",
            b"{\"b\":1,\"a\":2}",
            b"{\"a\":1,\"a\":2}",
            b"{\"a\":1,}",
            b"[1,]",
            b"[1 ]",
            b" 1",
            b"1 ",
            b"1\n",
            b"\"\\u0000\"",
            b"\"\\u0008\"",
            b"\"\\u001f\"",
            b"\"\\u001F\"",
            b"\"\\u0020\"",
            b"\"\\ud800\"",
            b"\"\\/\"",
            b"\"\\n\"",
            b"\"\x7f\"",
            b"\"\xc2\x80\"",
            b"\"\xc2\xa0\"",
            b"\"\xc3\xa4\"",
            b"\"\xff\"",
            b"\"\xc2\"",
            b"{\"\\n\":1}",
            b"{\"\xc3\xa4\":1}",
            b"\"",
            b"\"\\",
            b"",
            b"{\"aa\":1,\"a\":2}",
            b"{\"a\":1,\"aa\":2}",
            b"\"\\u000a\"",
            b"\"\\u000b\"",
            b"\"\t\"",
        ]
        .iter()
        .map(|text| text.to_vec())
        .chain([deep(15), deep(16), deep(17), deep(18)])
        .collect();
        for text in texts {
            assert_eq!(
                is_canonical(&text),
                canonical::parse(&text).is_ok(),
                "{:?}",
                String::from_utf8_lossy(&text)
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_canonical_here_is_canonical_there(text in "[\\{\\}\\[\\]\":,0-9a-c\\\\u \u{80}-\u{ff}-]{0,24}") {
            prop_assert_eq!(is_canonical(text.as_bytes()), canonical::parse(text.as_bytes()).is_ok());
        }
    }
}
