//! Changes to bytes, the same ones for the same seed everywhere.

/// What the formats here are made of: to be put in where it does harm.
const TELLING: &[&[u8]] = &[
    b"\n",
    b"\n\n",
    b" ",
    b"+",
    b"=",
    b"0",
    b"1",
    b"/",
    b":",
    b",",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"-",
    b".p/",
    b"x",
    b"\0",
    b"\xff",
    b"\x7f",
    b"\xc2\x80",
    b"\xe2\x80\x94 ",
    b"#",
    b"\\u0000",
    b"\\ud800",
    b"9007199254740993",
    b"18446744073709551616",
    b"null",
    b"1e9",
];

/// Makes new input out of samples. Not random: a given seed always makes the same.
#[derive(Debug)]
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// Starts at a seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// SplitMix64: good enough to spread, and short.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        match end {
            0 => 0,
            _ => usize::try_from(self.next() % end as u64).expect("less than a usize"),
        }
    }

    /// Changes one to four places of a sample; `other` is a second sample to take a piece from.
    pub fn mutate(&mut self, sample: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = sample.to_vec();
        for _ in 0..=self.below(4) {
            self.change(&mut bytes, other);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let at = self.place(bytes);
        // Pieces are short more often than long, so that something stays.
        let length = |own: &mut Self, bytes: usize| {
            let most = bytes.min(1 << own.below(10));
            own.below(most + 1)
        };
        match self.below(8) {
            _ if bytes.is_empty() => bytes.extend(other),
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = self.next().to_le_bytes()[0],
            2 => {
                let end = at + length(self, bytes.len() - at);
                bytes.drain(at..end);
            }
            3 => {
                let end = at + length(self, bytes.len() - at);
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                let piece = TELLING[self.below(TELLING.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            5 => {
                let from = self.below(other.len());
                let end = from + length(self, other.len() - from);
                bytes.splice(at..at, other[from..end].iter().copied());
            }
            // The other case of a letter.
            6 => bytes[at] ^= 0x20,
            _ => bytes.truncate(at),
        }
    }

    /// Anywhere, or as often where something begins: numbers and names are where spellings differ.
    fn place(&mut self, bytes: &[u8]) -> usize {
        let anywhere = self.below(bytes.len());
        if self.below(2) == 0 {
            return anywhere;
        }
        let begins = |byte: &u8| b"\n \t\":,+/-.=".contains(byte);
        let rest = bytes.get(anywhere..).unwrap_or_default();
        match rest.iter().position(begins) {
            Some(end) if anywhere + end + 1 < bytes.len() => anywhere + end + 1,
            Some(_) | None => anywhere,
        }
    }
}
