//! How much of everything, and why.

use cinnabar_events::MAX_STATEMENT_BYTES;

/// Openings of one statement. A form has fewer confidential fields; a statement of 32 KiB has room for some 300 commitments.
pub const MAX_OPENINGS: usize = 256;
/// Bytes of one value in canonical form: half a statement, as a field that is not confidential could have.
pub const MAX_VALUE_BYTES: usize = MAX_STATEMENT_BYTES / 2;
/// Bytes of a JSON pointer: a path through 16 levels with long names.
pub const MAX_POINTER_BYTES: usize = 512;
/// Characters of a person's name as a data subject.
pub const MAX_PERSON_CHARS: usize = 200;
/// Bytes of the openings that come beside one statement, as JSON: with the statement and its signatures they fit one request
/// of 1 MiB.
pub const MAX_OPENINGS_BYTES: usize = 512 * 1024;
/// Openings of one data subject. All are sealed as one, and written anew when one comes or goes.
pub const MAX_SUBJECT_OPENINGS: usize = 4096;
/// Bytes of the openings of one data subject, before sealing: what is held in memory to open one of them. 4 MiB.
pub const MAX_SUBJECT_BYTES: usize = 4 << 20;
/// Openings that the vault remembers under one statement id. Ids are unique per first signer only, so several statements may
/// share one; each has at most [`MAX_OPENINGS`].
pub const MAX_ID_OPENINGS: usize = 2048;
/// Bytes of sealed files of one batch that are held in memory; a batch that touches more is kept in several parts. 16 MiB.
pub(crate) const MAX_PART_BYTES: usize = 16 << 20;
/// From so many files and directories on, one call that makes the whole file system durable is cheaper than one call each: on
/// an SSD 1.5 against 8.5 ms for 24, 15 against 270 ms for 1,000. It also writes what others left unwritten on that file system,
/// some 0.5 ms per MiB, which is why few files are synced one by one.
pub(crate) const SYNC_ALL_FROM: usize = 24;
