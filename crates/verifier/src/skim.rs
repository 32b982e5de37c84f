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
    let prev = hash(prev)?;
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

/// What a byte is as a digit of a hash; more than 15 if it is none.
const DIGIT: [u8; 256] = {
    let mut digit = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        digit[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    digit
};

/// A hash as it stands in an entry.
fn hash(text: &[u8]) -> Option<EntryHash> {
    let (pairs, rest) = text.strip_prefix(b"blake3:")?.as_chunks::<2>();
    let mut hash = [0; 32];
    if pairs.len() != hash.len() || !rest.is_empty() {
        return None;
    }
    let mut any = 0;
    for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
        let (high, low) = (DIGIT[usize::from(*high)], DIGIT[usize::from(*low)]);
        any |= high | low;
        *byte = high << 4 | low;
    }
    (any < 16).then(|| EntryHash::from_bytes(hash))
}

/// Whether the bytes are canonical JSON.
pub(crate) fn is_canonical(bytes: &[u8]) -> bool {
    let mut reader = Reader {
        bytes,
        at: 0,
        ascii: true,
    };
    let whole = reader.value(0).is_some() && reader.at == bytes.len();
    whole && (reader.ascii || str::from_utf8(bytes).is_ok())
}

/// A byte eight times.
const fn eight(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// How many bytes at the beginning are printable ASCII but `"` and `\`. Eight at a time: the highest bit of a byte of
/// `odd` is set if it is odd, and below the first that is odd nothing is carried or borrowed.
fn plain(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(eight_bytes) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*eight_bytes);
        let quote = (word ^ eight(b'"')).wrapping_sub(eight(1));
        let backslash = (word ^ eight(b'\\')).wrapping_sub(eight(1));
        let control = word.wrapping_sub(eight(0x20));
        let beyond = word | word.wrapping_add(eight(1));
        let odd = (quote | backslash | control | beyond) & eight(0x80);
        if odd != 0 {
            return at + odd.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_plain = |byte: &&u8| matches!(**byte, 0x20..=0x7e) && !matches!(**byte, b'"' | b'\\');
    at + bytes[at..].iter().take_while(is_plain).count()
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Whether every string so far is ASCII; the others are not known to be UTF-8.
    ascii: bool,
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
            // Most often the first letters tell, if there are any.
            if let Some((a, b)) = last
                && (a == b || start == end || self.bytes[a] >= self.bytes[start])
                && self.bytes[a..b] >= self.bytes[start..end]
            {
                return None;
            }
            last = Some((start, end));
            if self.next()? != b':' {
                return None;
            }
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
        if self.next()? != b'"' {
            return None;
        }
        let start = self.at;
        let end = start + plain(self.bytes.get(start..)?);
        self.at = end + 1;
        (self.bytes.get(end) == Some(&b'"')).then_some((start, end))
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
            self.at += plain(self.bytes.get(self.at..)?);
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                // The first byte of C1 controls, and of letters.
                0xc2 if matches!(self.bytes.get(self.at), Some(0x80..=0x9f)) => return None,
                0x80..=0xff => {
                    self.ascii = false;
                    let rest = self.bytes.get(self.at..)?;
                    let beyond = |byte: &&u8| **byte >= 0x80 && **byte != 0xc2;
                    self.at += rest.iter().take_while(beyond).count();
                }
                0..=0x7f => return None,
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
    #![allow(clippy::unwrap_used)]

    use super::*;
    use cinnabar_events::canonical;
    use proptest::prelude::*;

    /// Spellings at the edge of what is canonical.
    const ODD: &[&[u8]] = &[
        b"{}",
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
        b"{\"\":1,\"!\":2}",
        b"{\"\":1,\" \":2}",
        b"{\" \":1,\"\":2}",
        b"{\"\":1,\"\":2}",
        b"{\"!\":1,\"\":2}",
        b"{\"\":1}",
        b"{\"a\":1,\"aa\":2}",
        b"\"\\u000a\"",
        b"\"\\u000b\"",
        b"\"\t\"",
    ];

    #[test]
    fn odd_spellings_are_judged_as_the_parser_judges_them() {
        let deep = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        let texts: Vec<Vec<u8>> = ODD
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

    #[test]
    fn each_byte_is_plain_or_not_wherever_it_stands() {
        for byte in 0..=0xff {
            let is_plain = (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
            for (place, length) in (0..20).flat_map(|place| [(place, place + 1), (place, 24)]) {
                for around in [b'a', byte] {
                    let mut text = vec![b'~'; length];
                    text[place..].fill(around);
                    text[place] = byte;
                    let expected = if is_plain { length } else { place };
                    assert_eq!(plain(&text), expected, "{byte:#x} at {place} of {length}");
                }
            }
        }
    }

    #[test]
    fn a_hash_is_read_as_its_type_reads_it() {
        let right = EntryHash::of(b"some entry").to_string();
        assert_eq!(hash(right.as_bytes()), right.parse().ok());
        for (place, byte) in (0..right.len()).flat_map(|at| (0..=0x7f).map(move |byte| (at, byte)))
        {
            let mut text = right.clone().into_bytes();
            text[place] = byte;
            let expected = str::from_utf8(&text).unwrap().parse().ok();
            assert_eq!(hash(&text), expected, "{byte:#x} at {place}");
        }
        for short in ["", "blake3:", &right[..70], &format!("{right}0")] {
            assert_eq!(hash(short.as_bytes()), None, "{short}");
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
