//! A ledger in memory: as much of the rules as decides in which order statements must come.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use cinnabar_events::{Kind, Statement, StatementId, Subject};

use super::super::{Outcome, Submit};

#[derive(Debug, Default)]
pub(super) struct Ledger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: Vec<(StatementId, Vec<u8>)>,
    ids: BTreeMap<StatementId, usize>,
    subjects: BTreeSet<Subject>,
    /// Answers still to be given before the plug is pulled.
    answers_left: Option<usize>,
    asked: usize,
}

/// The plug was pulled.
#[derive(Debug, thiserror::Error)]
#[error("unplugged")]
pub(super) struct Unplugged;

impl Ledger {
    pub(super) fn unplug_after(&self, answers: Option<usize>) {
        self.state.lock().unwrap().answers_left = answers;
    }

    pub(super) fn statements(&self) -> Vec<Statement> {
        let state = self.state.lock().unwrap();
        let parse = |(_, bytes): &(StatementId, Vec<u8>)| Statement::parse(bytes).unwrap();
        state.entries.iter().map(parse).collect()
    }

    /// Each subject's dossier: ids in order.
    pub(super) fn dossiers(&self) -> BTreeMap<Subject, Vec<StatementId>> {
        let mut dossiers: BTreeMap<Subject, Vec<StatementId>> = BTreeMap::new();
        for statement in self.statements() {
            let dossier = dossiers.entry(statement.subject.clone()).or_default();
            dossier.push(statement.id);
        }
        dossiers
    }

    pub(super) fn of_kind(&self, kind: Kind) -> usize {
        let all = self.statements();
        all.iter().filter(|one| one.kind() == kind).count()
    }
}

impl Submit for Ledger {
    type Stopped = Unplugged;

    async fn submit(&self, bytes: Vec<u8>) -> Result<Outcome, Unplugged> {
        // Some answers take longer than others, so that they come in another order than the questions.
        let patience = {
            let mut state = self.state.lock().unwrap();
            state.asked += 1;
            state.asked * 7 % 5
        };
        for _ in 0..patience {
            tokio::task::yield_now().await;
        }
        self.state.lock().unwrap().decide(bytes)
    }
}

impl State {
    fn decide(&mut self, bytes: Vec<u8>) -> Result<Outcome, Unplugged> {
        match &mut self.answers_left {
            Some(0) => return Err(Unplugged),
            Some(left) => *left -= 1,
            None => {}
        }
        let statement = Statement::parse(&bytes).unwrap();
        let rejected = |code: &str| {
            Ok(Outcome::Rejected {
                code: code.to_owned(),
                detail: format!("{} is not admitted", statement.subject),
            })
        };
        if let Some(earlier) = self.ids.get(&statement.id) {
            if self.entries[*earlier].1 == bytes {
                return Ok(Outcome::AlreadyThere);
            }
            return rejected("statement.id_taken");
        }
        let first = matches!(
            statement.kind(),
            Kind::OrganisationRegistered | Kind::ProductSubmitted | Kind::IncidentReported
        );
        if first == self.subjects.contains(&statement.subject) {
            return rejected(if first {
                "subject.exists"
            } else {
                "subject.unknown"
            });
        }
        if let Some(unknown) = statement
            .concerns
            .iter()
            .find(|concern| !self.subjects.contains(concern))
        {
            assert_ne!(*unknown, statement.subject);
            return rejected("subject.unknown");
        }
        self.subjects.insert(statement.subject.clone());
        self.ids.insert(statement.id, self.entries.len());
        self.entries.push((statement.id, bytes));
        Ok(Outcome::Recorded)
    }
}
