//! What a compromised key signed stays on the ledger, and is flagged.

use cinnabar_events::{Entry, PublicKey, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

use super::KeyRecord;
use crate::records::{Record, RecordKey, Records};

/// Why an entry is suspect: one of its signatures was made with a key that was compromised by then, as was found later.
/// The entry stays, and what follows from it stands until somebody decides otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspicion {
    /// The key.
    pub key: PublicKey,
    /// Since when it was compromised, as far as known.
    pub since: Timestamp,
    /// Which entry revoked it.
    pub revoked_at: Sequence,
}

/// Whether a key that signed `entry` was revoked later as compromised before the entry was recorded
/// (Electronic Signature Law Art. 15); by the records as they are now, so the answer may change from no to yes, and to an
/// earlier `since`, but never back. Of several keys that with the lowest bytes is named.
///
/// What counts is when the entry was recorded ([`Entry::time`]), not when the statement says that it occurred: whoever has
/// the key could have written any date.
///
/// # Errors
/// Only if the records can't be read.
pub fn suspect<R: Records>(records: &R, entry: &Entry) -> Result<Option<Suspicion>, R::Error> {
    for signature in entry.signed().signatures() {
        let key = signature.key;
        let Some(Record::Key(KeyRecord {
            revoked: Some(revoked_at),
            compromised_since: Some(since),
            ..
        })) = records.record(&RecordKey::Key(key))?
        else {
            continue;
        };
        if since <= entry.time() {
            return Ok(Some(Suspicion {
                key,
                since,
                revoked_at,
            }));
        }
    }
    Ok(None)
}
