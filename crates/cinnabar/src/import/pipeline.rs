//! In which order statements are submitted while many are on their way. No I/O.
//!
//! A statement waits for the one before it in its row, and for every earlier one whose subject is its
//! own subject or among those it concerns: a product is not filed before its organisation is
//! registered, an incident not updated before it is reported, and a dossier grows in the order of the
//! file. All else goes at once. Once a statement of a row is rejected, the rest of the row stays here.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use cinnabar_events::Subject;

use super::draft::Draft;
use super::rows::Row;
use super::run::Outcome;
use super::tally::Count;

/// Most bytes of rows that are held at once: 8 MiB.
const MAX_HELD_BYTES: usize = 8 * 1024 * 1024;

/// Codes that say of a statement made once for its subject: somebody said it before, in other words.
const SAID_BEFORE: [&str; 2] = ["statement.id_taken", "subject.exists"];

/// A statement on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ticket(u64);

/// A row of which all is known.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) number: u64,
    pub(super) key: Option<String>,
    pub(super) raw: Vec<u8>,
    pub(super) notes: Vec<String>,
    pub(super) statements: Count,
    pub(super) rejected: Option<Why>,
}

/// Why a row is rejected.
#[derive(Debug)]
pub(super) struct Why {
    /// The statement, if the ledger rejected one.
    pub(super) statement: Option<String>,
    pub(super) code: String,
    pub(super) reason: String,
}

#[derive(Debug)]
struct Job {
    row: u64,
    role: String,
    once: bool,
    subject: Subject,
    /// Taken when it is sent.
    draft: Option<Draft>,
    /// How many statements it waits for.
    waits: usize,
    /// Those that wait for it.
    unblocks: Vec<Ticket>,
}

#[derive(Debug)]
struct Held {
    done: Done,
    open: u64,
}

/// The rows that are being submitted.
#[derive(Debug, Default)]
pub(super) struct Pipeline {
    rows: VecDeque<Held>,
    /// How many rows were handed on: the place of the first of `rows`.
    handed_on: u64,
    held_bytes: usize,
    jobs: BTreeMap<Ticket, Job>,
    next_ticket: u64,
    ready: BTreeSet<Ticket>,
    /// The newest statement not yet answered, by its subject.
    newest: HashMap<Subject, Ticket>,
}

impl Pipeline {
    /// Whether another row fits, where at most `rows` are held.
    pub(super) fn has_room(&self, rows: usize) -> bool {
        self.rows.len() < rows && self.held_bytes < MAX_HELD_BYTES
    }

    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes a row in.
    pub(super) fn admit(&mut self, row: Row) {
        let place = self.handed_on + self.rows.len() as u64;
        self.held_bytes += row.raw.len();
        let mut held = Held {
            done: Done {
                number: row.number,
                key: row.key,
                raw: row.raw,
                notes: row.notes,
                statements: Count::default(),
                rejected: None,
            },
            open: 0,
        };
        match row.outcome {
            Err(refusal) => {
                held.done.rejected = Some(Why {
                    statement: None,
                    code: refusal.code().to_owned(),
                    reason: refusal.to_string(),
                });
            }
            Ok(drafts) => {
                held.open = drafts.len() as u64;
                held.done.statements.read = held.open;
                let mut previous = None;
                for draft in drafts {
                    previous = Some(self.queue(place, draft, previous));
                }
            }
        }
        self.rows.push_back(held);
    }

    fn queue(&mut self, row: u64, draft: Draft, previous: Option<Ticket>) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let subjects = std::iter::once(draft.subject()).chain(draft.concerns());
        let newest = subjects.filter_map(|subject| self.newest.get(subject).copied());
        let ahead: BTreeSet<Ticket> = newest.chain(previous).collect();
        for earlier in &ahead {
            if let Some(job) = self.jobs.get_mut(earlier) {
                job.unblocks.push(ticket);
            }
        }
        if ahead.is_empty() {
            self.ready.insert(ticket);
        }
        self.newest.insert(draft.subject().clone(), ticket);
        let job = Job {
            row,
            role: draft.role().to_owned(),
            once: draft.is_once(),
            subject: draft.subject().clone(),
            draft: Some(draft),
            waits: ahead.len(),
            unblocks: Vec::new(),
        };
        self.jobs.insert(ticket, job);
        ticket
    }

    /// The next statement that may be sent.
    pub(super) fn next_ready(&mut self) -> Option<(Ticket, Draft)> {
        let ticket = self.ready.pop_first()?;
        let draft = self.jobs.get_mut(&ticket)?.draft.take()?;
        Some((ticket, draft))
    }

    /// Takes the answer to a statement.
    pub(super) fn answer(&mut self, ticket: Ticket, outcome: Outcome) {
        let mut answers = vec![(ticket, Some(outcome))];
        while let Some((ticket, outcome)) = answers.pop() {
            let Some(job) = self.jobs.remove(&ticket) else {
                continue;
            };
            if self.newest.get(&job.subject) == Some(&ticket) {
                self.newest.remove(&job.subject);
            }
            self.count(&job, outcome);
            for waiting in &job.unblocks {
                let Some(next) = self.jobs.get_mut(waiting) else {
                    continue;
                };
                next.waits -= 1;
                if next.waits > 0 {
                    continue;
                }
                let row = next.row;
                if self
                    .held(row)
                    .is_some_and(|held| held.done.rejected.is_some())
                {
                    answers.push((*waiting, None));
                } else {
                    self.ready.insert(*waiting);
                }
            }
        }
    }

    /// Counts the answer in its row; without one, the statement was not sent.
    fn count(&mut self, job: &Job, outcome: Option<Outcome>) {
        let Some(held) = self.held(job.row) else {
            return;
        };
        held.open -= 1;
        let done = &mut held.done;
        match outcome {
            Some(Outcome::Recorded) => done.statements.recorded += 1,
            Some(Outcome::AlreadyThere) => done.statements.already_there += 1,
            Some(Outcome::Rejected { code, .. })
                if job.once && SAID_BEFORE.contains(&code.as_str()) =>
            {
                done.statements.already_there += 1;
                let role = &job.role;
                done.notes
                    .push(format!("{role}: stands in the ledger in other words"));
            }
            Some(Outcome::Rejected { code, detail }) => {
                done.statements.rejected += 1;
                done.rejected = Some(Why {
                    statement: Some(job.role.clone()),
                    code,
                    reason: detail,
                });
            }
            None => done.statements.rejected += 1,
        }
    }

    fn held(&mut self, row: u64) -> Option<&mut Held> {
        let place = usize::try_from(row.checked_sub(self.handed_on)?).ok()?;
        self.rows.get_mut(place)
    }

    /// The next row, in the order of the file, of which all is known.
    pub(super) fn next_done(&mut self) -> Option<Done> {
        if self.rows.front()?.open > 0 {
            return None;
        }
        let held = self.rows.pop_front()?;
        self.handed_on += 1;
        self.held_bytes -= held.done.raw.len();
        Some(held.done)
    }
}
