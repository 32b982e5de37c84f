//! Proof that the entries shown for one subject are all there are.

use axum::extract::State;
use cinnabar_events::{Sequence, Subject};
use cinnabar_evidence::{DossierFault, DossierParts, DossierProof, MAX_DOSSIER_ENTRIES, MAX_TAIL};
use cinnabar_tlog::Frontier;

use super::bundle::{dossier, read};
use super::dossiers::DossierPath;
use crate::answer::Representation;
use crate::item::WaitQuery;
use crate::parameters::{Path, Query};
use crate::problem::{Code, Problem};
use crate::refusals::ItemRefusals;
use crate::state::{ApiState, Inner};

/// Proves that a dossier is complete: which entries it has, and that it has no others, up to the checkpoint. Also that a subject has none.
#[utoipa::path(
    get, path = "/subjects/{class}/{id}/completeness", operation_id = "find_dossier_completeness", tag = "ledger", params(DossierPath, WaitQuery),
    responses((status = 200, description = "The dossier's entries, what the index of dossiers says about it with its proof, and the entries since; canonical JSON. Where `tail` is absent, the entries from the index's size to the checkpoint's are to be read from the entry bundles.", body = Object, content_type = "application/json"), ItemRefusals)
)]
pub(crate) async fn find_dossier_completeness(
    State(state): State<ApiState>,
    Path(path): Path<DossierPath>,
    Query(wait, _): Query<WaitQuery>,
) -> Result<Representation, Problem> {
    state.wait_for(wait.min_size).await?;
    let _place = state
        .0
        .scans
        .acquire()
        .await
        .map_err(|error| Problem::fault(&error))?;
    let subject = path.subject();
    let proof = state.blocking(move |inner| prove(inner, subject)).await?;
    Ok(Representation::json(proof.to_bytes()))
}

fn prove(inner: &Inner, subject: Subject) -> Result<DossierProof, Problem> {
    let none =
        || Problem::not_found("an index of dossiers, which the ledger records from time to time,");
    let too_large = |fault: DossierFault| Problem::new(Code::NoDocument, fault.to_string());
    let published = inner.checkpoint()?;
    let (index, _, sparse) = inner.store.dossier_proof(&subject)?.ok_or_else(none)?;
    // Recorded, and not signed yet: in a moment.
    if index.entry.get() >= published.size.get() {
        return Err(none());
    }
    let sequences = dossier(inner, &subject, index.size.get(), MAX_DOSSIER_ENTRIES)?;
    if sequences.len() > MAX_DOSSIER_ENTRIES {
        return Err(too_large(DossierFault::TooMany(sequences.len())));
    }
    let entries = sequences.into_iter().map(|sequence| read(inner, sequence));
    let since = index.size.get()..published.size.get();
    let tail = since.end - since.start <= MAX_TAIL as u64;
    let tail = tail.then(|| {
        let sequences = since.map(Sequence::new);
        sequences
            .map(|sequence| read(inner, sequence))
            .collect::<Result<_, _>>()
    });
    let parts = DossierParts {
        index: (
            read(inner, index.entry)?,
            inner.store.inclusion_proof(index.entry, published.size)?,
        ),
        frontier: Frontier::from_reader(index.size, &inner.store)
            .map_err(|error| Problem::fault(&error))?,
        entries: entries.collect::<Result<_, _>>()?,
        tail: tail.transpose()?,
        checkpoint: published.note,
        subject,
        sparse,
    };
    DossierProof::build(parts).map_err(too_large)
}
