//! The honest ledger that the attacks start from: the demonstration, run for real, with everything its operator holds.

use std::fs;

use cinnabar_events::{Entry, Kind, LedgerId};
use cinnabar_tests::ledger::Ledger;
use cinnabar_tlog::VerifierKey;

use crate::attacks::Shown;
use crate::node;
use crate::secrets::Secrets;
use crate::story::Story;

/// What the statement is about that the rules refuse.
pub const REFUSED_SUBJECT: &str = "organisation/nobody-asked";
/// What the statement is about that the rules would admit, and that is never recorded.
pub const WITHHELD_SUBJECT: &str = "organisation/withheld";

/// How many entries were recorded since yesterday: enough that some of them depend on nothing, and leaving enough before them.
const TODAY: usize = 20;
/// How many of them after the backup was taken, and after the last index of dossiers.
const LATE: usize = 4;

/// The ledger as it was before anybody tampered with it, and the secrets of whoever runs it.
#[derive(Debug)]
pub struct Honest {
    /// Its entries today.
    pub today: Story,
    /// How many there were yesterday, when checkpoints were given away.
    pub yesterday: usize,
    /// The operator's keys.
    pub secrets: Secrets,
    /// An entry of before yesterday on which nothing depends.
    pub old: usize,
    /// An entry of today on which nothing depends, behind the last index of dossiers.
    pub new: usize,
    refused: String,
    withheld: String,
    /// The ledger, stopped: its data directory with database, stream, views and secrets.
    ledger: Ledger,
}

impl Honest {
    /// Runs the demonstration, stops it, takes a backup, has a few more statements recorded, and takes what the operator has.
    ///
    /// # Panics
    /// If the demonstration doesn't run.
    pub fn new() -> Self {
        let mut ledger = Ledger::demo();
        // The backup is one of a node at rest, its views included.
        let _ = ledger.ask_as_of("/v1/organisations", ledger.size());
        ledger.stop();
        node::copy(&ledger.data(), &ledger.path("backup"));
        node::copy(&ledger.path("data.mark"), &ledger.path("backup.mark"));
        ledger.start(&[]);
        for number in 0..LATE {
            ledger.register(&format!("late-{number}"), &ledger.key("li"));
        }
        let export = ledger.data().join("honest.jsonl");
        let _ = ledger
            .run(&["export", "--out", "data/honest.jsonl"])
            .ends(0);
        let refused = sign(&ledger, REFUSED_SUBJECT, "zhou:intake_officer");
        let withheld = sign(&ledger, WITHHELD_SUBJECT, "li:registrar");
        ledger.stop();
        let today = Story::of_export(&fs::read(export).expect("the export was written"));
        let id = LedgerId::of(today.entry(0).signed().bytes());
        let secrets = Secrets::read(&ledger.data(), id);
        let mut honest = Self {
            yesterday: today.size() - TODAY,
            old: 0,
            new: today.size() - LATE + 1,
            today,
            secrets,
            refused,
            withheld,
            ledger,
        };
        honest.old = honest.last_free(honest.yesterday);
        assert!(
            honest.is_free(honest.new),
            "nothing depends on a new enterprise"
        );
        honest
    }

    /// The last entry below `end` without which the rules admit all the rest, as the operator finds it: by trying.
    fn last_free(&self, end: usize) -> usize {
        (1..end - 1)
            .rev()
            .find(|at| self.is_free(*at))
            .expect("something was recorded on which nothing depends")
    }

    fn is_free(&self, at: usize) -> bool {
        self.is_sound(&self.without(at))
    }

    /// Today's story without one entry, chained again.
    pub fn without(&self, at: usize) -> Story {
        let mut story = self.today.clone();
        story.entries.remove(at);
        story.rechain(at, &self.secrets);
        story
    }

    /// Whether the rules and every other check admit this story, signed by the operator.
    pub fn is_sound(&self, story: &Story) -> bool {
        let checkpoint = story.checkpoint(&self.secrets.log).into_bytes();
        let mut options = cinnabar_verifier::Options::new(self.key().clone(), Some(checkpoint));
        options.ledger = Some(self.secrets.ledger);
        let mut verifier = cinnabar_verifier::Verifier::new(options);
        verifier.push(&story.export());
        verifier.finish().is_verified()
    }

    /// A signed statement that the rules refuse, as `{"signatures":[…],"statement":{…}}`.
    pub fn refused_request(&self) -> &str {
        &self.refused
    }

    /// A signed statement that the rules admit, and that was never recorded.
    pub fn withheld_request(&self) -> &str {
        &self.withheld
    }

    /// What auditors know of the ledger before they begin.
    pub fn key(&self) -> &VerifierKey {
        self.secrets.log.verifier()
    }

    /// What the operator shows with a story of his own: a checkpoint that he signs over it.
    pub fn signed(&self, story: Story) -> Shown {
        Shown {
            checkpoint: story.checkpoint(&self.secrets.log),
            story,
        }
    }

    /// The first entries, as they were shown when there were no more.
    pub fn shown(&self, size: usize) -> Shown {
        self.signed(self.today.first(size))
    }

    /// The receipt of an entry, as it was given when the entry was recorded.
    pub fn receipt(&self, at: usize) -> Vec<u8> {
        self.today.first(at + 1).receipt(at, &self.secrets.log)
    }

    /// Where the last index of dossiers stands.
    pub fn index(&self) -> usize {
        let is_index = |entry: &Entry| entry.statement().kind() == Kind::DossiersIndexed;
        self.today.find(is_index)
    }

    /// The newest data directory, put into a folder of its own.
    pub fn data(&self) -> Ledger {
        node::put_back(&self.ledger.data(), &self.ledger.path("data.mark"))
    }

    /// The backup of before the last statements, put back; with today's mark, or with the one that was copied with it.
    pub fn backup(&self, mark: Mark) -> Ledger {
        let mark = match mark {
            Mark::Newest => "data.mark",
            Mark::OfTheBackup => "backup.mark",
        };
        node::put_back(&self.ledger.path("backup"), &self.ledger.path(mark))
    }
}

/// Which mark lies beside a backup that is put back.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// That of today: the node notices.
    Newest,
    /// That of the time of the backup: whoever can write one can write both.
    OfTheBackup,
}

impl Default for Honest {
    fn default() -> Self {
        Self::new()
    }
}

/// Somebody signs that an enterprise is registered; it isn't submitted.
fn sign(ledger: &Ledger, subject: &str, who: &str) -> String {
    let (actor, _) = who.split_once(':').expect("actor:role");
    let key = ledger.key(actor);
    let arguments = [
        "sign",
        "organisation.registered",
        "--subject",
        subject,
        "--data",
        "name=Nobody",
        "organisationKind=other",
        "--as",
        who,
        "--key",
        &key,
        "--out",
        "data/signed.json",
    ];
    let _ = ledger.run(&arguments).ends(0);
    let path = ledger.data().join("signed.json");
    let request = fs::read_to_string(&path).expect("it was written");
    fs::remove_file(path).expect("it was there");
    request.trim().to_owned()
}
