//! Statements sent by a test itself, one at a time and however often, into the same journal.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::book::{Book, Line, What, now};
use crate::people::Draft;
use crate::profile::Profile;
use crate::wire::{Answer, Wire};

/// A connection, and the journal of what goes over it.
#[derive(Debug)]
pub struct Scribe {
    profile: Profile,
    wire: Wire,
    book: Book,
    client: usize,
}

impl Scribe {
    /// Connects, straight or through `way`, and keeps the journal at `book`. `client` tells it from others in the same journal.
    ///
    /// # Panics
    /// If it can't connect, or write.
    #[must_use]
    pub fn new(profile: &Path, way: Option<&str>, book: &Path, client: usize) -> Self {
        let profile = Profile::read(profile).expect("a profile");
        let wire = profile.dial(way).expect("a server");
        Self {
            profile,
            wire,
            book: Book::open(book).expect("a journal"),
            client,
        }
    }

    /// Sends a statement once, and gives what came back within that time.
    ///
    /// # Panics
    /// If the journal can't be written.
    pub fn say(&mut self, draft: &Draft, within: Duration) -> What {
        let request = draft.request(&self.profile.ledger);
        self.send(draft, &request, within)
    }

    /// The same with a request that was made before, under the draft's id.
    ///
    /// # Panics
    /// If the journal can't be written.
    pub fn send(&mut self, draft: &Draft, request: &[u8], within: Duration) -> What {
        let text = String::from_utf8_lossy(request).into_owned();
        self.note(draft, What::Sent { request: text });
        let subject = self.profile.submit_subject();
        let what = match self.wire.ask(&subject, request, within) {
            Ok(Some(answer)) => read(&answer),
            Ok(None) => What::Unanswered {
                why: "no answer in time".to_owned(),
            },
            Err(error) => What::Unanswered {
                why: error.to_string(),
            },
        };
        self.note(draft, what.clone());
        what
    }

    /// Sends a request many times before it looks at an answer, and gives all answers of that time.
    ///
    /// # Panics
    /// If the connection breaks, or the journal can't be written.
    pub fn say_often(&mut self, draft: &Draft, times: usize, within: Duration) -> Vec<What> {
        let request = draft.request(&self.profile.ledger);
        let text = String::from_utf8_lossy(&request).into_owned();
        self.note(draft, What::Sent { request: text });
        let subject = self.profile.submit_subject();
        for _ in 0..times {
            self.wire.send(&subject, &request).expect("a connection");
        }
        let deadline = Instant::now() + within;
        let mut all = Vec::new();
        while all.len() < times
            && let Some(answer) = self.wire.next(deadline).expect("a connection")
        {
            let what = read(&answer);
            self.note(draft, what.clone());
            all.push(what);
        }
        all
    }

    fn note(&self, draft: &Draft, what: What) {
        let line = Line {
            id: draft.id.to_string(),
            actor: draft.signers[0].actor.clone(),
            client: self.client,
            at: now(),
            what,
        };
        self.book.write(&line).expect("a journal can be written");
    }
}

/// What an answer says.
#[must_use]
pub fn read(answer: &Answer) -> What {
    let text = || String::from_utf8_lossy(&answer.body).into_owned();
    let unanswered = |why: String| What::Unanswered { why };
    let outcome = answer.header("Cinnabar-Outcome");
    match outcome {
        Some("recorded" | "again") => What::Receipt {
            again: outcome == Some("again"),
            receipt: text(),
        },
        Some("refused") => match serde_json::from_slice(&answer.body) {
            Ok(problem) => What::Refused { problem },
            Err(error) => unanswered(format!("no problem: {error}")),
        },
        Some(other) => unanswered(format!("unknown outcome {other}")),
        None if answer.is_nobody() => unanswered("nobody takes statements".to_owned()),
        None => unanswered(format!("{} bytes without an outcome", answer.body.len())),
    }
}
