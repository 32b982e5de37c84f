//! The honest ledger that the attacks start from: the demonstration, run for real, with everything its operator holds.

use std::fs;
use std::path::PathBuf;

use cinnabar_events::LedgerId;
use cinnabar_tests::ledger::Ledger;
use cinnabar_tlog::{NoteSigner, VerifierKey};

use crate::story::Story;

/// What the statement is about that the rules refuse.
pub const REFUSED_SUBJECT: &str = "organisation/nobody-asked";

/// How many entries were recorded since yesterday: enough that some of them depend on nothing, and leaving enough before them.
const TODAY: usize = 20;

/// The ledger as it was before anybody tampered with it, and the secrets of whoever runs it.
#[derive(Debug)]
pub struct Honest {
    /// Its entries today.
    pub today: Story,
    /// How many there were yesterday, when checkpoints and receipts were given away.
    pub yesterday: usize,
    /// The key that signs checkpoints.
    pub log: NoteSigner,
    /// The ledger's id, as auditors know it.
    pub id: LedgerId,
    refused: String,
    /// The ledger, stopped: its data directory with database, stream, views and secrets.
    pub ledger: Ledger,
}

impl Honest {
    /// Runs the demonstration, stops it, and takes what the operator has.
    ///
    /// # Panics
    /// If the demonstration doesn't run.
    pub fn new() -> Self {
        let mut ledger = Ledger::demo();
        let export = ledger.data().join("honest.jsonl");
        let _ = ledger
            .run(&["export", "--out", "data/honest.jsonl"])
            .ends(0);
        let refused = Self::sign_what_is_refused(&ledger);
        ledger.stop();
        let today = Story::of_export(&fs::read(export).expect("the export was written"));
        let skey = fs::read_to_string(ledger.data().join("secrets/log.skey"))
            .expect("the operator has the log key");
        let log = NoteSigner::parse_skey(skey.trim()).expect("a log key");
        let id = LedgerId::of(today.entry(0).signed().bytes());
        let yesterday = today.size() - TODAY;
        Self {
            today,
            yesterday,
            log,
            id,
            refused,
            ledger,
        }
    }

    /// An intake officer signs what only a registrar may say, and the ledger refused it; the operator kept it.
    fn sign_what_is_refused(ledger: &Ledger) -> String {
        let arguments = [
            "sign",
            "organisation.registered",
            "--subject",
            REFUSED_SUBJECT,
            "--data",
            "name=Nobody",
            "organisationKind=other",
            "--as",
            "zhou:intake_officer",
            "--key",
            "data/keys/zhou.key",
            "--out",
            "data/refused.json",
        ];
        let _ = ledger.run(&arguments).ends(0);
        let request = fs::read_to_string(ledger.data().join("refused.json"));
        request.expect("it was written").trim().to_owned()
    }

    /// A signed statement that the rules refuse, as `{"signatures":[…],"statement":{…}}`.
    pub fn refused_request(&self) -> &str {
        &self.refused
    }

    /// What auditors know of the ledger before they begin.
    pub fn key(&self) -> &VerifierKey {
        self.log.verifier()
    }

    /// The ledger as it was yesterday.
    pub fn of_yesterday(&self) -> Story {
        self.today.first(self.yesterday)
    }

    /// The checkpoint that auditors and witnesses kept from yesterday.
    pub fn kept(&self) -> String {
        self.of_yesterday().checkpoint(&self.log)
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.ledger.data()
    }
}

impl Default for Honest {
    fn default() -> Self {
        Self::new()
    }
}
