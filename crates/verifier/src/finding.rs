//! One thing wrong, and the collection of them.

use serde::{Serialize, Serializer};

/// Most findings that a report lists; it counts the rest. A ledger that is wrong everywhere (another line
/// ending, another file) is understood from the first few, and a report must fit a screen and a mail.
pub const FINDINGS_MAX: usize = 100;

/// Longest text of `expected` or `found`, in characters: what stands in them comes from bytes that somebody
/// may have chosen.
const TEXT_MAX_CHARS: usize = 400;

macro_rules! checks {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal;)+) => {
        /// Which check a finding comes from, in the order in which the checks build on each other.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Check {
            /// Every check, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Stable code for programs.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }
        }
    };
}

checks! {
    /// One entry stands on one line, and every line ends with a newline.
    Framing = "bytes.framing";
    /// The bytes are canonical JSON.
    Canonical = "bytes.canonical";
    /// The bytes have the form of an entry.
    Form = "bytes.form";
    /// The kind is one that this release knows.
    Kind = "bytes.kind";
    /// Sequences count up from 0 without gap and without repetition.
    Sequence = "sequence";
    /// Each entry carries the hash of the entry before.
    Chain = "chain";
    /// Each entry carries the revision and the last hash of the dossiers that it enters.
    Dossier = "dossier";
    /// There are as many entries as the checkpoint says.
    Size = "tree.size";
    /// The entries give the checkpoint's root (RFC 6962 §2.1).
    Root = "tree.root";
    /// The tiles that are served are those of the entries.
    Tile = "tree.tile";
    /// The checkpoint is one, of this log, signed with its key.
    Checkpoint = "checkpoint";
    /// The log signed no two checkpoints that contradict each other.
    Fork = "checkpoint.fork";
    /// The witnesses of the trust policy have cosigned, as many as it asks for.
    Quorum = "checkpoint.quorum";
    /// The first entry opens the ledger, names the log's key and origin, and gives the ledger id.
    Genesis = "genesis";
    /// Each statement was signed for this ledger.
    Ledger = "statement.ledger";
    /// Each author's signature verifies over the statement's bytes.
    Signature = "signature";
    /// Each author's key was the author's, and valid, at that point of the ledger.
    Key = "signature.key";
    /// No signer used a statement's id twice.
    Id = "statement.id";
    /// The time of recording never runs backwards.
    Time = "time";
    /// The recorded index is that of the dossiers, as its entries left them.
    Dossiers = "dossiers";
    /// The rules in force admit the statement again.
    Rules = "rules";
    /// The rows that are served are those that the entries give. Checked outside of this crate.
    Views = "views";
    /// What the vault keeps opens commitments on the ledger, and what was erased is gone. Checked outside of this crate.
    Vault = "vault";
    /// The time-stamps over checkpoints are what they seem. Checked outside of this crate.
    Timestamp = "timestamp";
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// One thing wrong: where, what was expected, what was found, what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The entry at fault, as the README defines it; absent if the fault is the ledger's as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Which check.
    pub check: Check,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// What follows from it, for somebody who is not a programmer.
    pub meaning: String,
}

/// A finding without its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) check: Check,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) meaning: &'static str,
}

impl Fault {
    pub(crate) fn new(
        check: Check,
        expected: impl Into<String>,
        found: impl Into<String>,
        meaning: &'static str,
    ) -> Self {
        Self {
            check,
            expected: shorten(expected.into()),
            found: shorten(found.into()),
            meaning,
        }
    }

    pub(crate) fn at(self, sequence: impl Into<Option<u64>>) -> Finding {
        Finding {
            sequence: sequence.into(),
            check: self.check,
            expected: self.expected,
            found: self.found,
            meaning: self.meaning.to_owned(),
        }
    }
}

/// At most [`TEXT_MAX_CHARS`], and nothing in it that a terminal obeys.
fn shorten(text: String) -> String {
    let more = text.chars().nth(TEXT_MAX_CHARS).map(|_| '…');
    let plain = text.chars().take(TEXT_MAX_CHARS).map(|char| {
        if char.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            char
        }
    });
    plain.chain(more).collect()
}

/// The first [`FINDINGS_MAX`] findings, and how many more there were.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Finding>,
    more: u64,
}

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.kept.len() < FINDINGS_MAX {
            self.kept.push(finding);
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// In order of sequence, then of checks; what concerns the whole ledger comes last. With the number of
    /// those that were not kept.
    pub(crate) fn into_sorted(mut self) -> (Vec<Finding>, u64) {
        self.kept
            .sort_by_key(|finding| (finding.sequence.unwrap_or(u64::MAX), finding.check));
        (self.kept, self.more)
    }
}
