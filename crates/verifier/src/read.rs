//! What one line says by itself: done for many lines at once, in parallel.

use cinnabar_events::canonical::{self, Fault as Spelling, NotCanonical, Value};
use cinnabar_events::{Entry, EntryHash, MAX_ENTRY_BYTES, Malformed, Timestamp, Verified};
use cinnabar_tlog::{Hash, leaf_hash};

use crate::finding::{Check, Fault};
use crate::levels::{Level, Levels};
use crate::lines::RawLine;
use crate::skim;

/// What the chain needs of an entry. It can be had from an entry whose form or kind is unknown, too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outline {
    pub(crate) seq: u64,
    pub(crate) prev: EntryHash,
    /// When it was recorded, if that could be read.
    pub(crate) time: Option<Timestamp>,
}

/// An entry of the right form, and whether its authors' signatures verify: none if nobody asked.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) entry: Entry,
    pub(crate) verified: Option<Result<Verified, Fault>>,
}

/// What is known of a line.
#[derive(Debug)]
pub(crate) enum Body {
    /// An entry.
    Entry(Box<Signed>),
    /// None, and why.
    Bad(Box<Fault>),
    /// It has the outline of an entry; nobody asked for more.
    Outlined,
}

/// One line, read. Faults are boxed because there are none on most lines, and each line is moved some times.
#[derive(Debug)]
pub(crate) struct Line {
    /// BLAKE3 of the bytes: what the next entry should carry.
    pub(crate) hash: EntryHash,
    /// Leaf hash of the bytes.
    pub(crate) leaf: Hash,
    /// Where it says it stands; none if that can't be read.
    pub(crate) outline: Option<Outline>,
    /// The entry, or why it is none.
    pub(crate) body: Body,
    /// What is wrong with the end of the line.
    pub(crate) framing: Option<Box<Fault>>,
    /// How many bytes of the export stand before it.
    pub(crate) offset: u64,
}

impl Line {
    /// Whether the line itself shows that something was done to it.
    pub(crate) fn is_damaged(&self) -> bool {
        let body = match &self.body {
            Body::Entry(signed) => matches!(signed.verified, Some(Err(_))),
            Body::Bad(_) => true,
            Body::Outlined => false,
        };
        body || self.framing.is_some()
    }

    /// The exact bytes of the entry that it is, if they were taken apart.
    pub(crate) fn entry(&self) -> Option<&Entry> {
        match &self.body {
            Body::Entry(signed) => Some(&signed.entry),
            Body::Bad(_) | Body::Outlined => None,
        }
    }

    /// Reads the exact bytes of what should be one entry, as deep as `levels` go.
    pub(crate) fn of(bytes: &[u8], levels: Levels) -> Self {
        let (body, outline, hash) = if levels.has(Level::Form) {
            form(bytes, levels)
        } else {
            let (body, outline) = outlined(bytes, levels);
            (body, outline, EntryHash::of(bytes))
        };
        Self {
            hash,
            leaf: leaf_hash(bytes),
            outline,
            body,
            framing: None,
            offset: 0,
        }
    }

    /// Reads a line of an export. Two entries whose newline was damaged come out as two.
    pub(crate) fn of_raw(bytes: &[u8], raw: &RawLine, levels: Levels) -> (Self, Option<Box<Self>>) {
        let (mut first, second) = Self::split(bytes, raw, levels);
        first.offset = raw.offset;
        (first, second)
    }

    fn split(bytes: &[u8], raw: &RawLine, levels: Levels) -> (Self, Option<Box<Self>>) {
        if raw.dropped > 0 {
            let found = format!("a line of {} bytes", bytes.len() as u64 + raw.dropped);
            let mut line = Self::of(bytes, levels);
            let fault = Fault::new(
                Check::Framing,
                format!("at most {MAX_ENTRY_BYTES} bytes and a newline"),
                found,
                NOT_AN_ENTRY,
            );
            line.body = Body::Bad(Box::new(fault));
            return (line, None);
        }
        let mut line = Self::of(bytes, levels);
        if matches!(line.body, Body::Bad(_))
            && let Some(pair) = split_merged(bytes, levels)
        {
            return pair;
        }
        if !raw.terminated {
            let fault = Fault::new(
                Check::Framing,
                "a newline after the last entry",
                "the end of the file",
                "the file was cut off, or its last byte was removed",
            );
            line.framing = Some(Box::new(fault));
        }
        (line, None)
    }
}

/// An entry followed by a byte that is not a newline: the newline was changed, and what follows is the next entry.
fn split_merged(bytes: &[u8], levels: Levels) -> Option<(Line, Option<Box<Line>>)> {
    let at = match canonical::parse(bytes) {
        Err(NotCanonical {
            at,
            fault: Spelling::TrailingBytes | Spelling::WhiteSpace,
        }) => at,
        Ok(_) | Err(_) => return None,
    };
    let mut first = Line::of(&bytes[..at], levels);
    if matches!(first.body, Body::Bad(_)) {
        return None;
    }
    let rest = &bytes[at + 1..];
    let second = (!rest.is_empty())
        .then(|| Line::of(rest, levels))
        .filter(|line| line.outline.is_some())
        .map(Box::new);
    let found = match (rest.len(), &second) {
        (0, _) | (_, Some(_)) => format!("byte 0x{:02x}", bytes[at]),
        (stray, None) => format!("{} more bytes", stray + 1),
    };
    let meaning =
        "bytes were put between entries or a newline was changed; the entry itself is as it was";
    let fault = Fault::new(Check::Framing, "a newline after the entry", found, meaning);
    first.framing = Some(Box::new(fault));
    Some((first, second))
}

/// The entry and its outline; of what is none, the outline if it has one.
fn form(bytes: &[u8], levels: Levels) -> (Body, Option<Outline>, EntryHash) {
    match Entry::parse(bytes) {
        Ok(entry) => {
            let verified = levels.has(Level::Authors).then(|| {
                let verified = entry.signed().clone().verify();
                verified.map_err(|error| fault(&error))
            });
            let outline = Outline {
                seq: entry.seq().get(),
                prev: entry.prev(),
                time: Some(entry.time()),
            };
            let hash = entry.hash();
            let body = Body::Entry(Box::new(Signed { entry, verified }));
            (body, Some(outline), hash)
        }
        Err(error) => {
            let value = canonical::parse(bytes).ok();
            let outline = value.as_ref().and_then(outline);
            (
                Body::Bad(Box::new(fault(&error))),
                outline,
                EntryHash::of(bytes),
            )
        }
    }
}

/// The outline only, and whether the bytes are canonical if that is asked.
fn outlined(bytes: &[u8], levels: Levels) -> (Body, Option<Outline>) {
    if bytes.len() > MAX_ENTRY_BYTES {
        let error = Malformed::TooLong { found: bytes.len() };
        return (Body::Bad(Box::new(fault(&error))), None);
    }
    if (!levels.has(Level::Bytes) || skim::is_canonical(bytes))
        && let Some(outline) = skim::outline(bytes)
    {
        return (Body::Outlined, Some(outline));
    }
    match canonical::parse(bytes) {
        Ok(value) => match outline(&value) {
            Some(outline) => (Body::Outlined, Some(outline)),
            None => {
                let (expected, found) = ("members prev and seq", value.describe());
                let fault = Fault::new(Check::Form, expected, found, NOT_AN_ENTRY);
                (Body::Bad(Box::new(fault)), None)
            }
        },
        Err(error) => {
            let fault = fault(&Malformed::NotCanonical(error));
            (Body::Bad(Box::new(fault)), None)
        }
    }
}

fn outline(value: &Value<'_>) -> Option<Outline> {
    let Value::Integer(seq) = value.member("seq")?.value else {
        return None;
    };
    let Value::String(prev) = &value.member("prev")?.value else {
        return None;
    };
    Some(Outline {
        seq: u64::try_from(seq).ok()?,
        prev: prev.parse().ok()?,
        time: time(value),
    })
}

fn time(value: &Value<'_>) -> Option<Timestamp> {
    match &value.member("time")?.value {
        Value::String(time) => time.parse().ok(),
        Value::Bool(_) | Value::Integer(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

const NOT_AN_ENTRY: &str = "these bytes are not an entry that this ledger can have recorded: they were changed, or never written by it";

fn fault(error: &Malformed) -> Fault {
    match error {
        Malformed::NotCanonical(NotCanonical { at, fault }) => Fault::new(
            Check::Canonical,
            "canonical JSON",
            format!("at byte {at}: {fault}"),
            NOT_AN_ENTRY,
        ),
        Malformed::Schema(violation) => {
            let place = if violation.pointer.is_empty() {
                "the top"
            } else {
                &violation.pointer
            };
            let expected = format!("at {place}: {}", violation.expected);
            Fault::new(Check::Form, expected, violation.found.clone(), NOT_AN_ENTRY)
        }
        Malformed::UnknownKind(kind) => Fault::new(
            Check::Kind,
            "a kind that this release knows",
            format!("{:?}", kind.0),
            "the entry was changed, or a newer release wrote it: then only a newer verifier can judge it",
        ),
        Malformed::SignatureInvalid(bad) => Fault::new(
            Check::Signature,
            format!("a signature by {} over the statement's bytes", bad.key),
            "a signature that does not verify",
            "what is recorded here is not what its author signed",
        ),
        Malformed::TooLong { .. } => Fault::new(
            Check::Form,
            "a statement and an entry within their limits",
            error.to_string(),
            NOT_AN_ENTRY,
        ),
        Malformed::SignatureMissing { .. }
        | Malformed::SignatureExtra { .. }
        | Malformed::SignatureUnsorted { .. }
        | Malformed::SignatureDoubled { .. } => Fault::new(
            Check::Form,
            "one signature per signer, ascending by key",
            error.to_string(),
            NOT_AN_ENTRY,
        ),
    }
}
