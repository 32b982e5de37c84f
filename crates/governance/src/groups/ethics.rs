//! The ethics committee: seats, reviews, votes, opinions.

use cinnabar_events::Entry;
use cinnabar_events::kinds::{
    CommitteeConstituted, ConflictDeclared, GuidancePublished, OpinionIssued, ReviewClosed,
    ReviewOpened, SessionHeld, VoteRevealed, VoteSealed,
};
use serde::{Deserialize, Serialize};

use crate::case::{Case, Check};
use crate::governed::Governed;
use crate::life_cycle::life_cycle;
use crate::records::{Records, RecordsMut};

pub(crate) const CLAUSES: &[&crate::clause::Clause] = &[];

life_cycle! {
    /// Where it stands.
    CommitteeStatus of Committee {
        /// The first.
        First = "first",
    }
    starts { CommitteeConstituted => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommitteeRecord {
    /// Where it stands.
    pub status: CommitteeStatus,
}

life_cycle! {
    /// Where it stands.
    ReviewStatus of Review {
        /// The first.
        First = "first",
    }
    starts { ReviewOpened => First }
}

/// Its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// Where it stands.
    pub status: ReviewStatus,
}

impl Governed for CommitteeConstituted {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for GuidancePublished {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ReviewOpened {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ConflictDeclared {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for SessionHeld {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for VoteSealed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for VoteRevealed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for OpinionIssued {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}

impl Governed for ReviewClosed {
    fn admit<R: Records>(&self, _case: &Case<'_, R>) -> Check<R> {
        Ok(())
    }

    fn fold<R: RecordsMut>(&self, _records: &mut R, _entry: &Entry) -> Result<(), R::Error> {
        Ok(())
    }
}
