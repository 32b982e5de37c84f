//! A statement before the rules, and what a rule may ask about it.

use std::sync::Arc;

use cinnabar_events::kinds::Code;
use cinnabar_events::{Class, Id, Kind, Rulebook, Statement, Subject, Timestamp, Verified};

use crate::clause::Clause;
use crate::life_cycle::LifeCycle;
use crate::records::{Record, RecordKey, Records, State};
use crate::rejection::Rejection;

/// Why a check stopped: a rule said no, or the state couldn't be read. Only control flow: the two
/// part again where [`admit`](crate::admit()) answers.
pub(crate) enum Stop<E> {
    Rejected(Rejection),
    Unreadable(E),
}

impl<E> From<Rejection> for Stop<E> {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl<E> From<&'static Clause> for Stop<E> {
    fn from(clause: &'static Clause) -> Self {
        Self::Rejected(clause.into())
    }
}

/// What a rule answers: yes, or why not.
pub(crate) type Check<R, T = ()> = Result<T, Stop<<R as Records>::Error>>;

/// One statement before the rules.
pub(crate) struct Case<'c, R> {
    pub(crate) records: &'c R,
    pub(crate) now: Timestamp,
    pub(crate) verified: &'c Verified,
    pub(crate) rulebook: Arc<Rulebook>,
}

impl<R: Records> Case<'_, R> {
    pub(crate) fn statement(&self) -> &Statement {
        self.verified.statement()
    }

    pub(crate) fn kind(&self) -> Kind {
        self.statement().kind()
    }

    /// The id of the statement's subject.
    pub(crate) fn id(&self) -> &Id {
        self.statement().subject.id()
    }

    /// Whether this is history taken over from an older register: duties kept apart and deadlines don't apply to it.
    pub(crate) fn migrated(&self) -> bool {
        self.statement().migrated.is_some()
    }

    pub(crate) fn record(&self, key: RecordKey) -> Check<R, Option<Record>> {
        self.records.record(&key).map_err(Stop::Unreadable)
    }

    /// The state of the thing `id` of class `S::CLASS`, if there is one.
    pub(crate) fn find<S: State>(&self, id: &Id) -> Check<R, Option<S>> {
        find(self.records, id).map_err(Stop::Unreadable)
    }

    /// The state of the thing `id`, which must be known.
    pub(crate) fn known<S: State>(&self, id: &Id) -> Check<R, S> {
        self.find(id)?
            .ok_or_else(|| Rejection::Unknown(Subject::new(S::CLASS, id.clone())).into())
    }

    /// The state of the statement's own subject, which must be known.
    pub(crate) fn own<S: State>(&self) -> Check<R, S> {
        self.known(self.id())
    }

    /// The statement's own subject must be new.
    pub(crate) fn new_subject<S: State>(&self) -> Check<R> {
        match self.find::<S>(self.id())? {
            None => Ok(()),
            Some(_) => Err(Rejection::Exists(self.statement().subject.clone()).into()),
        }
    }

    /// Where the subject stands after this statement; a rejection if it can't be said now.
    pub(crate) fn step<L: LifeCycle>(&self, status: L) -> Result<L, Rejection> {
        let kind = self.kind();
        status.after(kind).ok_or_else(|| {
            let from: Vec<&str> = L::ALL
                .iter()
                .filter(|from| from.after(kind).is_some())
                .map(|from| from.as_str())
                .collect();
            self.wrong_state(status.as_str(), from.join(" or "))
        })
    }

    /// The subject is `state`, and this needs it to be `needed`.
    pub(crate) fn wrong_state(
        &self,
        state: &'static str,
        needed: impl Into<Box<str>>,
    ) -> Rejection {
        Rejection::State {
            kind: self.kind(),
            subject: self.statement().subject.clone(),
            state,
            needed: needed.into(),
        }
    }

    /// A thing named in the payload stands among `concerns`. (That what stands there exists is checked for all kinds alike.)
    pub(crate) fn concerned(&self, class: Class, id: &Id) -> Result<(), Rejection> {
        self.concerns(&Subject::new(class, id.clone()))
    }

    /// The same, for a subject.
    pub(crate) fn concerns(&self, subject: &Subject) -> Result<(), Rejection> {
        if self.statement().concerns.as_slice().contains(subject) {
            Ok(())
        } else {
            Err(Rejection::NotConcerned(subject.clone()))
        }
    }

    /// Signers who speak for an organisation speak for `owner`.
    pub(crate) fn owner_speaks(&self, owner: &Id) -> Result<(), Rejection> {
        let stranger = self.statement().signers.iter().find(|signer| {
            signer
                .on_behalf_of
                .as_ref()
                .is_some_and(|organisation| organisation != owner)
        });
        match stranger {
            Some(signer) => Err(Rejection::NotForOrganisation(signer.actor.clone())),
            None => Ok(()),
        }
    }

    /// Whether a signer speaks for an organisation, rather than for the institution.
    pub(crate) fn by_an_organisation(&self) -> bool {
        self.statement()
            .signers
            .iter()
            .any(|signer| signer.on_behalf_of.is_some())
    }

    /// Every code stands in the rulebook's list.
    pub(crate) fn vocabulary(
        &self,
        vocabulary: &'static str,
        codes: &[Code],
    ) -> Result<(), Rejection> {
        let known = self.rulebook.codes(vocabulary);
        match codes.iter().find(|code| !known.contains(code)) {
            Some(code) => Err(Rejection::UnknownCode {
                vocabulary,
                code: code.clone(),
            }),
            None => Ok(()),
        }
    }

    /// The rulebook's number called `name`, or `otherwise` where it sets none.
    pub(crate) fn setting(&self, name: &str, otherwise: u32) -> u32 {
        self.rulebook.setting(name).unwrap_or(otherwise)
    }
}

/// The state of the thing `id` of class `S::CLASS`, if there is one.
pub(crate) fn find<S: State, R: Records>(records: &R, id: &Id) -> Result<Option<S>, R::Error> {
    let key = RecordKey::State(Subject::new(S::CLASS, id.clone()));
    Ok(records.record(&key)?.and_then(S::from_record))
}
