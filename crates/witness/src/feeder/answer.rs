//! What a witness's answer means.

use std::time::Duration;

use cinnabar_tlog::{Note, NoteSignature, PosixSeconds, Size, VerifierKey};

use super::http::Reply;
use super::status::Failure;
use crate::wire::{SIZE_CONTENT_TYPE, read_size};

/// What a witness's answer means.
#[derive(Debug)]
pub(crate) enum Meaning {
    /// Its lines under the checkpoint, verified, and the latest time in them.
    Cosigned(Vec<NoteSignature>, PosixSeconds),
    /// It cosigned this size last: prove from there.
    From(Size),
    /// It finds the checkpoint inconsistent.
    SplitView(u16),
    /// Nothing to go on with.
    Failed(Failure, Option<Duration>),
}

/// Reads the answer to a question about `note` (tlog-witness, `add-checkpoint`).
///
/// ```text
/// 200                        lines; those of other keys than the witness's are ignored
/// 409 with text/x.tlog.size  ask again from that size
/// 409 without it, 422        inconsistent with what it cosigned
/// 429, 5xx                   later
/// anything else              refused
/// ```
pub(crate) fn read(reply: &Reply, note: &Note, key: &VerifierKey) -> Meaning {
    let later = |failure| Meaning::Failed(failure, reply.retry_after);
    match reply.status {
        200 => match cosigned(&reply.body, note, key) {
            Ok((lines, time)) => Meaning::Cosigned(lines, time),
            Err(failure) => later(failure),
        },
        409 if names_size(reply) => match read_size(&reply.body) {
            Some(size) => Meaning::From(size),
            None => later(Failure::NoSize),
        },
        409 | 422 => Meaning::SplitView(reply.status),
        429 | 500..=599 => later(Failure::Unable(reply.status)),
        status => later(Failure::Refused(status)),
    }
}

/// The type may have parameters and any case (RFC 9110 §8.3.1).
fn names_size(reply: &Reply) -> bool {
    reply.content_type.as_ref().is_some_and(|content_type| {
        let essence = content_type.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case(SIZE_CONTENT_TYPE)
    })
}

fn cosigned(
    body: &[u8],
    note: &Note,
    key: &VerifierKey,
) -> Result<(Vec<NoteSignature>, PosixSeconds), Failure> {
    let mut lines = NoteSignature::parse_lines(body).map_err(Failure::Lines)?;
    lines.retain(|line| line.name() == key.name() && line.key_id() == key.id());
    let mut latest = None;
    for line in &lines {
        let verified = key.verify(note.text(), line);
        let time = verified.and_then(|verified| verified.time);
        latest = latest.max(Some(time.ok_or(Failure::BadCosignature)?));
    }
    Ok((lines, latest.ok_or(Failure::OtherKey)?))
}
