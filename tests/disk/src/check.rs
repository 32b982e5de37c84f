//! Whether a folder still has what was promised.

use std::fs;
use std::path::Path;

use cinnabar_events::Sequence;
use cinnabar_store::Store;

use crate::journal::Given;
use crate::up::{Up, command};

/// What became of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It opens and has every entry that a receipt was given for.
    Whole,
    /// It doesn't open, and says why.
    Refused(String),
    /// It opens without an entry that a receipt was given for, or with another one.
    Lost {
        /// The first one's sequence.
        sequence: u64,
        /// How many entries there are.
        size: u64,
    },
}

/// Looks at the database alone.
///
/// # Panics
/// If it can't be read.
pub fn in_store(folder: &Path, given: &mut dyn Iterator<Item = &Given>) -> Found {
    let store = match Store::open(&folder.join("data/store")) {
        Ok(store) => store,
        Err(error) => return Found::Refused(cinnabar_ledger::causes(&error)),
    };
    let size = store.head().size.get();
    for Given {
        sequence, entry, ..
    } in given
    {
        let found = store.entry(Sequence::new(*sequence)).expect("readable");
        if found.as_deref() != Some(entry.as_slice()) {
            let sequence = *sequence;
            return Found::Lost { sequence, size };
        }
    }
    Found::Whole
}

/// Starts everything on the folder, has it verified by `verify`, stops it, and looks at what it has.
///
/// # Panics
/// If it comes up and doesn't verify.
pub fn in_ledger(folder: &Path, given: &mut dyn Iterator<Item = &Given>) -> Found {
    match Up::try_start(&mut command(folder), folder) {
        Err(ran) => {
            assert!(
                ran.code.is_some_and(|code| code != 0 && code != 1)
                    && !ran.err.contains("panicked"),
                "a refusal has a reason:\n{}\n{}",
                ran.out,
                ran.err
            );
            // The program's own sentence: before it stands what it logged, after it what to do.
            let sentence = |line: &&str| line.starts_with("cinnabar: ");
            let why = ran.err.lines().find(sentence).unwrap_or(&ran.err);
            Found::Refused(why.to_owned())
        }
        Ok(up) => {
            let desk = up.desk();
            let api = desk.setting("api");
            drop(desk.verify(&["--from", &api]).ends(0));
            drop(up.stop().ends(0));
            in_store(folder, given)
        }
    }
}

/// The same, after the database was lost: the log stream alone.
///
/// # Panics
/// As [`in_ledger`].
pub fn in_stream(folder: &Path, given: &mut dyn Iterator<Item = &Given>) -> Found {
    for lost in ["store", "views"] {
        // A crash may have left none.
        let _ = fs::remove_dir_all(folder.join("data").join(lost));
    }
    in_ledger(folder, given)
}
