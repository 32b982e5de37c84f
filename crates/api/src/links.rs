//! Where related things are.

use serde::Serialize;
use utoipa::ToSchema;

/// Where an entry and what proves it are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EntryLinks {
    /// The entry.
    #[serde(rename = "self")]
    itself: String,
    /// Its exact bytes.
    raw: String,
    /// Proof that it is in the ledger.
    proof: String,
    /// Entry and proof in one, for keeping.
    receipt: String,
    /// Entry, genesis and the histories of who signed, with proofs: everything to verify it offline.
    bundle: String,
    /// The statement with its signatures, as a DSSE envelope.
    envelope: String,
    /// The dossier of its subject.
    dossier: String,
    /// Proof that this dossier is all there is.
    completeness: String,
}

impl EntryLinks {
    pub(crate) fn new(sequence: u64, subject: &str) -> Self {
        let itself = format!("/v1/entries/{sequence}");
        Self {
            raw: format!("{itself}/raw"),
            proof: format!("{itself}/proof"),
            receipt: format!("{itself}/receipt"),
            bundle: format!("{itself}/bundle"),
            envelope: format!("{itself}/envelope"),
            dossier: format!("/v1/dossiers/{subject}"),
            completeness: format!("/v1/subjects/{subject}/completeness"),
            itself,
        }
    }
}

/// Where a thing in a view, and the entry that its row comes from, are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RowLinks {
    /// The thing.
    #[serde(rename = "self")]
    itself: String,
    /// All entries about it.
    dossier: String,
    /// The entry that last changed it.
    entry: String,
    /// Proof that this entry is in the ledger.
    proof: String,
    /// This entry with everything to verify it offline.
    bundle: String,
    /// Proof that the dossier is all there is.
    completeness: String,
}

impl RowLinks {
    /// Links of `collection/id`, whose class of subjects is `class`, last changed at `sequence`.
    pub(crate) fn new(collection: &str, class: &str, id: &str, sequence: u64) -> Self {
        Self {
            itself: format!("/v1/{collection}/{id}"),
            dossier: format!("/v1/dossiers/{class}/{id}"),
            entry: format!("/v1/entries/{sequence}"),
            proof: format!("/v1/entries/{sequence}/proof"),
            bundle: format!("/v1/entries/{sequence}/bundle"),
            completeness: format!("/v1/subjects/{class}/{id}/completeness"),
        }
    }
}
