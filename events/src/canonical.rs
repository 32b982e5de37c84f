//! Canonical JSON: RFC 8785, restricted so that every value has exactly one spelling.
//!
//! Objects (ASCII keys, sorted, no duplicates), arrays, strings, booleans and integers within
//! ±(2^53−1). No null, no floats, no lone surrogates, no DEL or C1 control characters, depth at
//! most [`MAX_DEPTH`]. [`parse`] reads a value and proves in the same pass that its bytes are the
//! canonical form; nothing is ever written again to be compared.
//!
//! One restriction more than RFC 8785: a key is printable ASCII without `"` and `\`, so a key never
//! needs an escape and byte order is the order of UTF-16 code units.

mod write;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

pub(crate) use write::write_escaped;
pub use write::{write, write_string};

/// Deepest nesting of arrays and objects. Deeper input is refused before it can use the stack.
pub const MAX_DEPTH: usize = 16;

/// Largest integer that every JSON implementation reads exactly: 2^53 − 1.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// A value whose bytes were seen to be canonical. Borrows from the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `true` or `false`.
    Bool(bool),
    /// An integer within ±(2^53−1).
    Integer(i64),
    /// A string; owned only if it had escapes.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object, members in key order.
    Object(Vec<Member<'a>>),
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The key: printable ASCII.
    pub key: &'a str,
    /// The value.
    pub value: Value<'a>,
    /// Where the value's bytes stand in the input.
    pub span: Range<usize>,
}

impl<'a> Value<'a> {
    /// The member named `key`, if this is an object that has it.
    pub fn member(&self, key: &str) -> Option<&Member<'a>> {
        match self {
            Value::Object(members) => {
                let at = members
                    .binary_search_by(|member| member.key.cmp(key))
                    .ok()?;
                members.get(at)
            }
            Value::Bool(_) | Value::Integer(_) | Value::String(_) | Value::Array(_) => None,
        }
    }

    /// What kind of value this is, in words for an error.
    pub fn describe(&self) -> String {
        match self {
            Value::Bool(value) => format!("boolean {value}"),
            Value::Integer(value) => format!("integer {value}"),
            Value::String(value) => {
                let short: String = value.chars().take(40).collect();
                let more = if short.len() < value.len() { "…" } else { "" };
                format!("string {short:?}{more}")
            }
            Value::Array(items) => format!("array of {}", items.len()),
            Value::Object(members) => format!("object of {}", members.len()),
        }
    }
}

/// The bytes are not canonical JSON: which byte, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not canonical JSON at byte {at}: {fault}")]
pub struct NotCanonical {
    /// Offset of the first byte that is wrong, 0-based.
    pub at: usize,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a byte of would-be canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The input ends inside a value.
    Truncated,
    /// There is more after the value.
    TrailingBytes,
    /// This byte can't stand here.
    Unexpected(u8),
    /// White space, which the canonical form has none of.
    WhiteSpace,
    /// `null`: what is absent is left out.
    Null,
    /// A number with a fraction or an exponent.
    Float,
    /// An integer beyond ±(2^53−1).
    BigInteger,
    /// A leading zero, `-0`, or a plus sign.
    NumberSpelling,
    /// A key that is not printable ASCII, or needs an escape.
    Key,
    /// The same key twice.
    DuplicateKey(String),
    /// A key that sorts before the one ahead of it.
    UnsortedKey(String),
    /// Nested deeper than [`MAX_DEPTH`].
    Depth,
    /// Not UTF-8.
    Utf8,
    /// A control character that must be escaped, or DEL or a C1 control, which may not occur.
    Control(u32),
    /// An escape with another, canonical spelling.
    Escape,
    /// Half of a surrogate pair.
    Surrogate,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Truncated => f.write_str("the value is cut off"),
            Fault::TrailingBytes => f.write_str("there are bytes after the value"),
            Fault::Unexpected(byte) => write!(f, "unexpected byte 0x{byte:02x}"),
            Fault::WhiteSpace => f.write_str("white space is not allowed"),
            Fault::Null => f.write_str("null is not allowed, leave the member out"),
            Fault::Float => f.write_str(
                "fractions and exponents are not allowed, use an integer or a decimal string",
            ),
            Fault::BigInteger => f.write_str("integer beyond 2^53-1, use a decimal string"),
            Fault::NumberSpelling => f.write_str("number is not spelled in its shortest form"),
            Fault::Key => f.write_str("keys are printable ASCII without quote and backslash"),
            Fault::DuplicateKey(key) => write!(f, "key {key:?} stands twice"),
            Fault::UnsortedKey(key) => write!(f, "key {key:?} is not in ascending order"),
            Fault::Depth => write!(f, "nested deeper than {MAX_DEPTH}"),
            Fault::Utf8 => f.write_str("not UTF-8"),
            Fault::Control(code) => write!(f, "control character U+{code:04X} is not allowed here"),
            Fault::Escape => f.write_str("this escape has a shorter spelling"),
            Fault::Surrogate => f.write_str("half of a surrogate pair"),
        }
    }
}

/// Reads one value that is the whole of `bytes`, and proves that they are its canonical form.
///
/// # Errors
/// [`NotCanonical`] with the first offending byte. Never panics, whatever the input; uses memory in
/// proportion to the input.
pub fn parse(bytes: &[u8]) -> Result<Value<'_>, NotCanonical> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(0)?;
    if reader.at < bytes.len() {
        let fault = match bytes[reader.at] {
            b' ' | b'\t' | b'\n' | b'\r' => Fault::WhiteSpace,
            _ => Fault::TrailingBytes,
        };
        return Err(reader.fault(fault));
    }
    Ok(value)
}

/// Room that an object gets at first: most have so many members, and to grow is to copy.
const MEMBERS_EXPECTED: usize = 8;

/// The bytes that stand for themselves, in a key and in a string: printable ASCII but `"` and `\`.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        plain[byte] = byte != b'"' as usize && byte != b'\\' as usize;
        byte += 1;
    }
    plain
};

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn fault(&self, fault: Fault) -> NotCanonical {
        NotCanonical { at: self.at, fault }
    }

    fn peek(&self) -> Result<u8, NotCanonical> {
        self.bytes
            .get(self.at)
            .copied()
            .ok_or_else(|| self.fault(Fault::Truncated))
    }

    /// Goes on to the next byte that is not plain.
    fn skip_plain(&mut self) {
        let rest = &self.bytes[self.at..];
        let plain = rest.iter().position(|byte| !PLAIN[usize::from(*byte)]);
        self.at += plain.unwrap_or(rest.len());
    }

    fn unexpected(&self, byte: u8) -> NotCanonical {
        self.fault(match byte {
            b' ' | b'\t' | b'\n' | b'\r' => Fault::WhiteSpace,
            other => Fault::Unexpected(other),
        })
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotCanonical> {
        let found = self.peek()?;
        if found != byte {
            return Err(self.unexpected(found));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, NotCanonical> {
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => Ok(Value::String(self.string()?)),
            b't' => self.word(b"true").map(|()| Value::Bool(true)),
            b'f' => self.word(b"false").map(|()| Value::Bool(false)),
            b'n' => Err(self.fault(Fault::Null)),
            b'-' | b'0'..=b'9' => self.integer(),
            b'+' | b'.' => Err(self.fault(Fault::NumberSpelling)),
            other => Err(self.unexpected(other)),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), NotCanonical> {
        word.iter().try_for_each(|&byte| self.expect(byte))
    }

    fn enter(&self, depth: usize) -> Result<(), NotCanonical> {
        if depth >= MAX_DEPTH {
            Err(self.fault(Fault::Depth))
        } else {
            Ok(())
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, NotCanonical> {
        self.enter(depth)?;
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(Value::Object(Vec::new()));
        }
        let mut members: Vec<Member<'a>> = Vec::with_capacity(MEMBERS_EXPECTED);
        loop {
            let key_at = self.at;
            let key = self.key()?;
            if let Some(last) = members.last() {
                let fault = match last.key.cmp(key) {
                    std::cmp::Ordering::Less => None,
                    std::cmp::Ordering::Equal => Some(Fault::DuplicateKey(key.to_owned())),
                    std::cmp::Ordering::Greater => Some(Fault::UnsortedKey(key.to_owned())),
                };
                if let Some(fault) = fault {
                    return Err(NotCanonical { at: key_at, fault });
                }
            }
            self.expect(b':')?;
            let start = self.at;
            let value = self.value(depth + 1)?;
            members.push(Member {
                key,
                value,
                span: start..self.at,
            });
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(Value::Object(members));
                }
                other => return Err(self.unexpected(other)),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, NotCanonical> {
        self.enter(depth)?;
        self.at += 1;
        let mut items = Vec::new();
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            match self.peek()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(Value::Array(items));
                }
                other => return Err(self.unexpected(other)),
            }
        }
    }

    fn key(&mut self) -> Result<&'a str, NotCanonical> {
        self.expect(b'"')?;
        let start = self.at;
        self.skip_plain();
        match self.peek()? {
            b'"' => {}
            _ => return Err(self.fault(Fault::Key)),
        }
        let key =
            std::str::from_utf8(&self.bytes[start..self.at]).expect("printable ASCII is UTF-8");
        self.at += 1;
        Ok(key)
    }

    fn integer(&mut self) -> Result<Value<'a>, NotCanonical> {
        let start = self.at;
        let negative = self.bytes[self.at] == b'-';
        if negative {
            self.at += 1;
        }
        let digits = self.at;
        let mut value: i64 = 0;
        while let Some(byte @ b'0'..=b'9') = self.bytes.get(self.at) {
            // 17 digits are enough to pass 2^53; stop adding there, so that nothing overflows.
            value = if value > MAX_INTEGER {
                value
            } else {
                value * 10 + i64::from(byte - b'0')
            };
            self.at += 1;
        }
        let at = |at, fault| Err(NotCanonical { at, fault });
        match self.bytes.get(self.at) {
            Some(b'.' | b'e' | b'E') => return at(self.at, Fault::Float),
            _ if self.at == digits => {
                return self.peek().and_then(|byte| Err(self.unexpected(byte)));
            }
            _ => {}
        }
        let leading_zero = self.bytes[digits] == b'0';
        if leading_zero && (negative || self.at - digits > 1) {
            return at(start, Fault::NumberSpelling);
        }
        if value > MAX_INTEGER {
            return at(start, Fault::BigInteger);
        }
        Ok(Value::Integer(if negative { -value } else { value }))
    }

    fn string(&mut self) -> Result<Cow<'a, str>, NotCanonical> {
        self.expect(b'"')?;
        let mut start = self.at;
        let mut owned: Option<String> = None;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    let run = self.run(start)?;
                    let text = owned.get_or_insert_with(String::new);
                    text.push_str(run);
                    let escaped = self.escape()?;
                    text.push(escaped);
                    start = self.at;
                }
                byte @ (0..=0x1f | 0x7f) => return Err(self.fault(Fault::Control(byte.into()))),
                // C1 controls, U+0080 to U+009F, are C2 80 to C2 9F in UTF-8.
                0xc2 if matches!(self.bytes.get(self.at + 1), Some(0x80..=0x9f)) => {
                    return Err(self.fault(Fault::Control(self.bytes[self.at + 1].into())));
                }
                _ => {
                    self.at += 1;
                    self.skip_plain();
                }
            }
        }
        let run = self.run(start)?;
        self.at += 1;
        Ok(match owned {
            None => Cow::Borrowed(run),
            Some(mut text) => {
                text.push_str(run);
                Cow::Owned(text)
            }
        })
    }

    fn run(&self, start: usize) -> Result<&'a str, NotCanonical> {
        std::str::from_utf8(&self.bytes[start..self.at]).map_err(|error| NotCanonical {
            at: start + error.valid_up_to(),
            fault: Fault::Utf8,
        })
    }

    /// RFC 8785 §3.2.2.2: short escapes where there are any, `\u00xx` in lower case for the other
    /// control characters, and nothing else is escaped.
    fn escape(&mut self) -> Result<char, NotCanonical> {
        let at = self.at;
        self.at += 1;
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'"' => Ok('"'),
            b'\\' => Ok('\\'),
            b'b' => Ok('\u{8}'),
            b't' => Ok('\t'),
            b'n' => Ok('\n'),
            b'f' => Ok('\u{c}'),
            b'r' => Ok('\r'),
            b'u' => {
                let hex = self.bytes.get(self.at..self.at + 4).ok_or(NotCanonical {
                    at,
                    fault: Fault::Truncated,
                })?;
                self.at += 4;
                let fault = |fault| Err(NotCanonical { at, fault });
                let code = hex.iter().try_fold(0u32, |code, digit| {
                    Some(code * 16 + (*digit as char).to_digit(16)?)
                });
                match (code, hex) {
                    (Some(0xd800..=0xdfff), _) => fault(Fault::Surrogate),
                    (Some(8 | 9 | 10 | 12 | 13), _) => fault(Fault::Escape),
                    (Some(code @ 0..=0x1f), [_, _, _, b'0'..=b'9' | b'a'..=b'f']) => {
                        Ok(char::from_u32(code).expect("below U+0020 is a character"))
                    }
                    (Some(_), _) => fault(Fault::Escape),
                    (None, _) => fault(Fault::Escape),
                }
            }
            _ => Err(NotCanonical {
                at,
                fault: Fault::Escape,
            }),
        }
    }
}
