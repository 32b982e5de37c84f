//! Are these the openings of that statement? Only what was checked can be kept.

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_events::{Commitment, StatementId, Subject};

use crate::opening::{DataSubject, Opening, Openings};

/// One commitment of one statement: what the vault keeps, shows and erases openings by.
///
/// Ids are unique per first signer only, so an id and a pointer could name the fields of two statements; a commitment is
/// that of one field of one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The statement's id.
    pub statement: StatementId,
    /// The commitment.
    pub commitment: Commitment,
}

/// Openings of which each opens one commitment of their statement. Made by [`Filing::check`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    statement: StatementId,
    openings: Vec<(Commitment, DataSubject, Opening)>,
    withheld: Vec<String>,
}

impl Filing {
    /// Checks `openings` against the commitments of the statement `statement` about `subject`: each opens exactly one. What is
    /// about no person is about `subject`.
    ///
    /// A commitment may have no opening: [`Filing::withheld`] names its field, and whether that is allowed is not decided here.
    ///
    /// # Errors
    /// [`Rejection`].
    pub fn check(
        statement: StatementId,
        subject: &Subject,
        commitments: &BTreeMap<String, Commitment>,
        openings: Openings,
    ) -> Result<Self, Rejection> {
        if openings.statement() != statement {
            return Err(Rejection::OtherStatement(openings.statement()));
        }
        let mut opened = BTreeSet::new();
        let mut checked = Vec::new();
        for mut opening in openings.into_openings() {
            let pointer = opening.pointer().to_owned();
            let commitment = match commitments.get(&pointer) {
                None => return Err(Rejection::NotCommitted(pointer)),
                Some(known) if *known == opening.commitment(statement) => *known,
                Some(_) => return Err(Rejection::DoesNotOpen(pointer)),
            };
            if !opened.insert(pointer.clone()) {
                return Err(Rejection::Twice(pointer));
            }
            let person = opening.person.take();
            let about = person.unwrap_or_else(|| DataSubject::subject(subject));
            checked.push((commitment, about, opening));
        }
        let withheld = commitments
            .keys()
            .filter(|pointer| !opened.contains(*pointer));
        Ok(Self {
            statement,
            withheld: withheld.cloned().collect(),
            openings: checked,
        })
    }

    /// Which statement.
    pub fn statement(&self) -> StatementId {
        self.statement
    }

    /// JSON pointers of the commitments without an opening, ascending.
    pub fn withheld(&self) -> &[String] {
        &self.withheld
    }

    /// The commitments that are opened.
    pub fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.openings.iter().map(|(commitment, _, _)| Slot {
            statement: self.statement,
            commitment: *commitment,
        })
    }

    pub(crate) fn openings(&self) -> &[(Commitment, DataSubject, Opening)] {
        &self.openings
    }
}

/// The openings are well-formed and not accepted. Names fields, never values or persons.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// They say that they are for another statement.
    #[error("the openings are for the statement {0}")]
    OtherStatement(StatementId),
    /// The statement commits to nothing there.
    #[error("the statement has no commitment for {0}")]
    NotCommitted(String),
    /// Salt and value are not what the statement commits to.
    #[error("salt and value do not open the commitment for {0}")]
    DoesNotOpen(String),
    /// Two openings for one field.
    #[error("{0} is opened twice")]
    Twice(String),
    /// Its opening was erased, and what was erased does not come back.
    #[error("the opening of {0} was erased")]
    Erased(String),
    /// The data subject has as much as one may have: see [`MAX_SUBJECT_OPENINGS`](crate::MAX_SUBJECT_OPENINGS) and
    /// [`MAX_SUBJECT_BYTES`](crate::MAX_SUBJECT_BYTES).
    #[error("the data subject of {0} has as many openings as one may have")]
    SubjectFull(String),
    /// As many statements have this id as one may have: see [`MAX_ID_OPENINGS`](crate::MAX_ID_OPENINGS).
    #[error("there are too many openings under the id {0}")]
    IdFull(StatementId),
}

impl Rejection {
    /// Stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherStatement(_) => "opening.other_statement",
            Self::NotCommitted(_) => "opening.not_committed",
            Self::DoesNotOpen(_) => "opening.does_not_open",
            Self::Twice(_) => "opening.twice",
            Self::Erased(_) => "opening.erased",
            Self::SubjectFull(_) => "opening.subject_full",
            Self::IdFull(_) => "opening.id_full",
        }
    }
}
