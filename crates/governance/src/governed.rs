//! What every kind has: its rule and its fold.

use cinnabar_events::{Entry, Id, Sequence, Subject};

use crate::case::{Case, Check, find};
use crate::records::{RecordKey, Records, RecordsMut, State};
use crate::rejection::Rejection;

/// The rules of one kind, implemented by its payload.
pub(crate) trait Governed {
    /// Do the state of things and what the payload says allow it? Who signs has been checked by then.
    fn admit<R: Records>(&self, case: &Case<'_, R>) -> Check<R>;

    /// Is what it says about its own place on the ledger true, if it says anything?
    fn placed(&self, _seq: Sequence) -> Result<(), Rejection> {
        Ok(())
    }

    /// What it changes. Nothing can say no here: what is recorded has happened.
    fn fold<R: RecordsMut>(&self, records: &mut R, entry: &Entry) -> Result<(), R::Error>;
}

/// Puts the state of the entry's own subject.
pub(crate) fn put<S: State, R: RecordsMut>(records: &mut R, entry: &Entry, state: S) {
    put_at(records, entry.statement().subject.id(), state);
}

/// Puts the state of the thing `id`.
pub(crate) fn put_at<S: State, R: RecordsMut>(records: &mut R, id: &Id, state: S) {
    let key = RecordKey::State(Subject::new(S::CLASS, id.clone()));
    records.put(key, state.into_record());
}

/// Changes the state of the entry's own subject, if it is known.
pub(crate) fn change<S: State, R: RecordsMut>(
    records: &mut R,
    entry: &Entry,
    how: impl FnOnce(&mut S),
) -> Result<(), R::Error> {
    change_at(records, entry.statement().subject.id(), how)
}

/// Changes the state of the thing `id`, if it is known.
pub(crate) fn change_at<S: State, R: RecordsMut>(
    records: &mut R,
    id: &Id,
    how: impl FnOnce(&mut S),
) -> Result<(), R::Error> {
    if let Some(mut state) = find::<S, R>(records, id)? {
        how(&mut state);
        put_at(records, id, state);
    }
    Ok(())
}
