//! What one line says by itself: done for many lines at once, in parallel.

use cinnabar_events::canonical::{self, Fault as Spelling, NotCanonical, Value};
use cinnabar_events::{Entry, EntryHash, MAX_ENTRY_BYTES, Malformed, Verified};
use cinnabar_tlog::{Hash, leaf_hash};

use crate::finding::{Check, Fault};
use crate::lines::RawLine;

/// What the chain needs of an entry. It can be had from an entry whose form or kind is unknown, too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outline {
    pub(crate) seq: u64,
    pub(crate) prev: EntryHash,
}

/// An entry of the right form, and whether its authors' signatures verify.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) entry: Entry,
    pub(crate) verified: Result<Verified, Fault>,
}

/// One line, read.
#[derive(Debug)]
pub(crate) struct Line {
    /// BLAKE3 of the bytes: what the next entry should carry.
    pub(crate) hash: EntryHash,
    /// Leaf hash of the bytes.
    pub(crate) leaf: Hash,
    /// Where it says it stands; none if that can't be read.
    pub(crate) outline: Option<Outline>,
    /// The entry, or why it is none.
    pub(crate) body: Result<Box<Signed>, Fault>,
    /// What is wrong with the end of the line.
    pub(crate) framing: Option<Fault>,
}

impl Line {
    /// Whether the line itself shows that something was done to it.
    pub(crate) fn is_damaged(&self) -> bool {
        self.framing.is_some()
            || self
                .body
                .as_ref()
                .map_or(true, |signed| signed.verified.is_err())
    }

    /// Reads the exact bytes of what should be one entry.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let body = match Entry::parse(bytes) {
            Ok(entry) => {
                let verified = entry
                    .signed()
                    .clone()
                    .verify()
                    .map_err(|error| fault(&error));
                Ok(Box::new(Signed { entry, verified }))
            }
            Err(error) => Err(fault(&error)),
        };
        let outline = match &body {
            Ok(signed) => Some(Outline {
                seq: signed.entry.seq().get(),
                prev: signed.entry.prev(),
            }),
            Err(_) => canonical::parse(bytes)
                .ok()
                .and_then(|value| outline(&value)),
        };
        Self {
            hash: EntryHash::of(bytes),
            leaf: leaf_hash(bytes),
            outline,
            body,
            framing: None,
        }
    }

    /// Reads a line of an export. Two entries whose newline was damaged come out as two.
    pub(crate) fn of_raw(raw: &RawLine) -> (Self, Option<Self>) {
        if raw.dropped > 0 {
            let found = format!("a line of {} bytes", raw.bytes.len() as u64 + raw.dropped);
            let mut line = Self::of(&raw.bytes);
            line.body = Err(Fault::new(
                Check::Framing,
                format!("at most {MAX_ENTRY_BYTES} bytes and a newline"),
                found,
                NOT_AN_ENTRY,
            ));
            return (line, None);
        }
        if let Some(pair) = split_merged(&raw.bytes) {
            return pair;
        }
        let mut line = Self::of(&raw.bytes);
        if !raw.terminated {
            let fault = Fault::new(
                Check::Framing,
                "a newline after the last entry",
                "the end of the file",
                "the file was cut off, or its last byte was removed",
            );
            line.framing = Some(fault);
        }
        (line, None)
    }
}

/// An entry followed by a byte that is not a newline: the newline was changed, and what follows is the next entry.
fn split_merged(bytes: &[u8]) -> Option<(Line, Option<Line>)> {
    let at = match canonical::parse(bytes) {
        Err(NotCanonical {
            at,
            fault: Spelling::TrailingBytes | Spelling::WhiteSpace,
        }) => at,
        Ok(_) | Err(_) => return None,
    };
    let mut first = Line::of(&bytes[..at]);
    first.body.as_ref().ok()?;
    let rest = &bytes[at + 1..];
    let second = (!rest.is_empty())
        .then(|| Line::of(rest))
        .filter(|line| line.outline.is_some());
    let found = match (rest.len(), &second) {
        (0, _) | (_, Some(_)) => format!("byte 0x{:02x}", bytes[at]),
        (stray, None) => format!("{} more bytes", stray + 1),
    };
    first.framing = Some(Fault::new(
        Check::Framing,
        "a newline after the entry",
        found,
        "bytes were put between entries or a newline was changed; the entry itself is as it was",
    ));
    Some((first, second))
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
    })
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
