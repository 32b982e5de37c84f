//! What an operator could do who holds the data directory and the log's key, and no officer's key.

mod directory;
mod dossier;
mod rewritten;
mod served;
mod unseen;

use crate::honest::Honest;
use crate::story::Story;

/// What somebody is shown as the ledger: entries, and the checkpoint over them, signed with the log's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The entries.
    pub story: Story,
    /// The checkpoint.
    pub checkpoint: String,
}

/// What everybody has before him, once the operator has done it.
#[derive(Clone, Debug)]
pub struct Served {
    /// What the auditor of today is shown.
    pub shown: Shown,
    /// What the other auditor was shown.
    pub other: Shown,
    /// The receipt that somebody holds: of an entry that the attack is about, if that entry had one.
    pub receipt: Vec<u8>,
    /// Up to which size of the honest ledger a witness that is asked every second had cosigned.
    pub cosigned: usize,
    /// Who else notices, and what: each looked when the attack was done.
    pub others: Vec<String>,
}

impl Served {
    /// To the auditor of today this is shown; to everybody else the honest ledger was. Somebody holds the receipt of the
    /// entry at `receipt`.
    pub fn instead(honest: &Honest, shown: Shown, receipt: usize) -> Self {
        let size = honest.today.size();
        Self {
            shown,
            other: honest.shown(size),
            receipt: honest.receipt(receipt),
            cosigned: size,
            others: Vec::new(),
        }
    }
}

/// An attack: a name, what is done, and how.
#[derive(Clone, Copy)]
pub struct Attack {
    /// Its name in the table.
    pub name: &'static str,
    /// Does it.
    pub commit: fn(&Honest) -> Served,
}

impl std::fmt::Debug for Attack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// All of them, in the order of the table.
pub fn all() -> Vec<Attack> {
    [
        &served::ATTACKS[..],
        &rewritten::ATTACKS,
        &dossier::ATTACKS,
        &directory::ATTACKS,
        &unseen::ATTACKS,
    ]
    .concat()
}
