//! One decision with everything to verify it offline, in one file.

use axum::extract::State;
use cinnabar_events::{Entry, Revision, Sequence, Subject};
use cinnabar_evidence::{Bundle, BundleFault, MAX_BUNDLE_ENTRIES};
use cinnabar_store::MAX_LISTING;
use cinnabar_tlog::InclusionProof;

use super::entry::EntryPath;
use crate::answer::Representation;
use crate::item::WaitQuery;
use crate::parameters::{Path, Query};
use crate::problem::{Code, Problem};
use crate::refusals::ItemRefusals;
use crate::state::{ApiState, Inner, Published};

/// Gives an entry with everything to verify it offline: the genesis, the histories of the actors who signed, and proofs of all of it.
#[utoipa::path(
    get, path = "/entries/{sequence}/bundle", operation_id = "find_entry_bundle", tag = "ledger", params(EntryPath, WaitQuery),
    responses((status = 200, description = "The bundle: canonical JSON of `checkpoint`, `entries` (each with its `inclusion`), `sequence` and `v`.", body = Object, content_type = "application/json"), ItemRefusals)
)]
pub(crate) async fn find_entry_bundle(
    State(state): State<ApiState>,
    Path(path): Path<EntryPath>,
    Query(wait, _): Query<WaitQuery>,
) -> Result<Representation, Problem> {
    state.wait_for(wait.min_size).await?;
    let _place = state
        .0
        .scans
        .acquire()
        .await
        .map_err(|error| Problem::fault(&error))?;
    let build = move |inner: &Inner| {
        let newest = inner.checkpoint()?;
        let entry = inner.entry(&newest, path.sequence)?;
        let shown = inner.shown()?;
        let covered = shown.size.get() > entry.seq().get();
        build(inner, if covered { shown } else { newest }, &entry)
    };
    let bundle = state.blocking(build).await?;
    Ok(Representation::json(bundle.to_bytes()))
}

fn build(inner: &Inner, published: Published, entry: &Entry) -> Result<Bundle, Problem> {
    let too_large = |fault: BundleFault| Problem::new(Code::NoDocument, fault.to_string());
    let mut sequences = vec![Sequence::new(0), entry.seq()];
    for subject in Bundle::dossiers(entry) {
        sequences.extend(dossier(
            inner,
            &subject,
            published.size.get(),
            MAX_BUNDLE_ENTRIES,
        )?);
    }
    sequences.sort();
    sequences.dedup();
    if sequences.len() > MAX_BUNDLE_ENTRIES {
        return Err(too_large(BundleFault::TooMany(sequences.len())));
    }
    let proven = |sequence: Sequence| -> Result<(Entry, InclusionProof), Problem> {
        let proof = inner.store.inclusion_proof(sequence, published.size)?;
        Ok((read(inner, sequence)?, proof))
    };
    let entries = sequences
        .into_iter()
        .map(proven)
        .collect::<Result<_, _>>()?;
    Bundle::build(entry.seq(), published.note, entries).map_err(too_large)
}

/// The sequences of a dossier's entries below `size`, oldest first; at most one more than `most`.
pub(crate) fn dossier(
    inner: &Inner,
    subject: &Subject,
    size: u64,
    most: usize,
) -> Result<Vec<Sequence>, Problem> {
    let mut sequences: Vec<Sequence> = Vec::new();
    loop {
        let from = Revision::new(sequences.len() as u64);
        let page = inner.store.dossier(subject, from, MAX_LISTING)?;
        let full = page.len() == MAX_LISTING;
        sequences.extend(page);
        if !full || sequences.len() > most {
            break;
        }
    }
    sequences.retain(|sequence| sequence.get() < size);
    sequences.truncate(most + 1);
    Ok(sequences)
}

/// An entry that is there.
pub(crate) fn read(inner: &Inner, sequence: Sequence) -> Result<Entry, Problem> {
    let bytes = inner.store.entry(sequence)?;
    let bytes = bytes.ok_or_else(|| Problem::not_found(&format!("entry {sequence}")))?;
    Entry::parse(bytes).map_err(|error| Problem::fault(&error))
}
