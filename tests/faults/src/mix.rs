//! What the journal's clients say: new subjects, and races for old ones.

use std::sync::Mutex;

use cinnabar_events::Receipt;
use serde_json::{Value, json};

use crate::book::What;
use crate::people::{Draft, Person, new_id, registration};

/// What clients send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mix {
    /// Each statement registers an organisation that nobody spoke of before.
    Register,
    /// Each statement updates one of a few organisations, and states the revision that it believes in.
    Race,
    /// Half and half.
    Both,
}

/// A subject that clients race for, and the revision that was last heard of.
#[derive(Debug)]
struct Course {
    subject: String,
    revision: Mutex<u64>,
}

/// Makes statements, and learns from answers.
#[derive(Debug)]
pub struct Choice {
    mix: Mix,
    /// Goes into every name, so that two runs over one ledger don't meet.
    tag: String,
    registrar: Person,
    courses: Vec<Course>,
}

impl Choice {
    /// Statements of this sort by `registrar`, racing for `subjects` organisations.
    #[must_use]
    pub fn new(mix: Mix, tag: &str, registrar: Person, subjects: usize) -> Self {
        let subjects = if mix == Mix::Register { 0 } else { subjects };
        let course = |number| Course {
            subject: format!("race-{tag}-{number}"),
            revision: Mutex::new(1),
        };
        Self {
            mix,
            tag: tag.to_owned(),
            registrar,
            courses: (0..subjects).map(course).collect(),
        }
    }

    /// Who signs.
    #[must_use]
    pub fn registrar(&self) -> &Person {
        &self.registrar
    }

    /// What must be said before the race: the organisations that it is about.
    #[must_use]
    pub fn first(&self, random: &mut fastrand::Rng) -> Vec<Draft> {
        self.courses
            .iter()
            .map(|course| registration(new_id(random), &course.subject, &self.registrar))
            .collect()
    }

    /// The next statement of a client.
    #[must_use]
    pub fn next(&self, client: usize, number: u64, random: &mut fastrand::Rng) -> Draft {
        let races = match self.mix {
            Mix::Register => false,
            Mix::Race => true,
            Mix::Both => random.bool(),
        };
        if !races || self.courses.is_empty() {
            let name = format!("o-{}-{client}-{number}", self.tag);
            return registration(new_id(random), &name, &self.registrar);
        }
        let course = &self.courses[random.usize(..self.courses.len())];
        let subject = format!("organisation/{}", course.subject);
        let data = json!({"address": format!("{client}, {number}")});
        let kind = "organisation.updated";
        let mut draft = Draft::new(new_id(random), kind, &subject, &self.registrar, data);
        draft.expects = Some(*course.revision.lock().expect("nobody panics with it"));
        draft
    }

    /// Takes note of what an answer says about a subject's revision.
    pub fn learn(&self, draft: &Draft, what: &What) {
        let Some(course) = self
            .courses
            .iter()
            .find(|course| draft.subject.ends_with(&course.subject))
        else {
            return;
        };
        let known = match what {
            What::Receipt { receipt, .. } => Receipt::parse(receipt.as_bytes())
                .ok()
                .and_then(|receipt| revision_after(&receipt, &draft.subject)),
            What::Refused { problem } => stale(problem).map(|(_, found)| found),
            What::Sent { .. } | What::Unanswered { .. } => None,
        };
        if let Some(known) = known {
            let mut revision = course.revision.lock().expect("nobody panics with it");
            *revision = known.max(*revision);
        }
    }
}

/// The revision of the subject once this entry is recorded.
#[must_use]
pub fn revision_after(receipt: &Receipt, subject: &str) -> Option<u64> {
    let dossiers = receipt.entry().dossiers();
    let link = dossiers.get(&subject.parse().ok()?)?;
    Some(link.revision.get() + 1)
}

/// What a problem says about revisions, if it is that one: the one expected, and the one found.
#[must_use]
pub fn stale(problem: &Value) -> Option<(u64, u64)> {
    if problem["code"] != "subject.stale" {
        return None;
    }
    // "expected revision 3 of organisation/x, it is 5"
    let words: Vec<&str> = problem["detail"].as_str()?.split(' ').collect();
    Some((words.get(2)?.parse().ok()?, words.last()?.parse().ok()?))
}
