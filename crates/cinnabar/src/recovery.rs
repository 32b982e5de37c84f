//! Going on after a rollback: what is known from outside, what to do about it, and the statement that allows it.

use std::path::{Path, PathBuf};

use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::node::Seen;
use cinnabar_store::Store;
use serde_json::json;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access};
use crate::statement::StatementFile;

/// Says that no mark is kept.
const NONE: &str = "none";

/// How a ledger that was put back is noticed, and what allows going on.
#[derive(Clone, Debug, clap::Args)]
pub struct RecoveryArgs {
    /// Where the mark is kept: a small file that says how far the ledger had come, outside of the data so that an old copy of the data
    /// does not bring an old mark with it. DIR.mark beside the data if absent; "none" for none.
    #[arg(long, value_name = "FILE")]
    mark: Option<PathBuf>,
    /// Make the mark though the ledger has entries: once, when it is kept for the first time or its disk was lost. Of a ledger that
    /// was put back from a backup, you answer for it that the backup was the newest state.
    #[arg(long)]
    new_mark: bool,
    /// A ledger.recovered, signed by everybody who must: goes on without the entries that it names as lost.
    #[arg(long, value_name = "FILE")]
    recover: Option<PathBuf>,
}

impl RecoveryArgs {
    /// The layout of `data` with its mark.
    ///
    /// # Errors
    /// If the folder has no name to put the mark beside.
    pub fn layout(&self, data: &Path) -> Result<Layout, Failure> {
        let layout = Layout::new(data);
        let path = match &self.mark {
            Some(none) if none.as_os_str() == NONE => {
                return Ok(layout.without_mark(self.new_mark));
            }
            Some(path) => path.clone(),
            None => beside(data)?,
        };
        Ok(layout.with_mark(path, self.new_mark))
    }

    /// The request that allows going on, if one is given.
    ///
    /// # Errors
    /// If the file is no complete statement.
    pub fn request(&self) -> Result<Option<Vec<u8>>, Failure> {
        self.recover.as_deref().map(request).transpose()
    }
}

/// `<data>.mark`.
fn beside(data: &Path) -> Result<PathBuf, Failure> {
    let whole = std::path::absolute(data).or_fail(Exit::Usage)?;
    let Some(name) = whole.file_name() else {
        let sentence = format!(
            "{} has no name; say where the mark is with --mark",
            data.display()
        );
        return Err(Failure::saying(Exit::Usage, sentence));
    };
    let mut name = name.to_owned();
    name.push(".mark");
    Ok(whole.with_file_name(name))
}

/// The signed request in a statement file.
///
/// # Errors
/// If the file is no complete statement.
pub fn request(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display().to_string();
    let file = StatementFile::load(path)
        .or_fail_while(Exit::Malformed, || format!("{shown} is no statement"))?;
    let signed = file.signed();
    let signed = signed.or_fail_while(Exit::Malformed, || format!("{shown} is not complete"))?;
    Ok(signed.to_request())
}

/// What is missing, and who knows.
struct Lost {
    found: u64,
    known: u64,
    place: String,
    checkpoint: Option<String>,
}

fn lost(store: &Store, seen: &[Seen]) -> Option<Lost> {
    let found = store.head().size.get();
    let mark = store.mark().map(|mark| Lost {
        found,
        known: mark.high_water.size.get(),
        place: format!("the mark {}", mark.path.display()),
        checkpoint: mark.checkpoint,
    });
    let beside = store.high_water().map(|known| Lost {
        found,
        known: known.size.get(),
        place: "the head file".to_owned(),
        checkpoint: None,
    });
    let witnesses = seen.iter().map(|seen| Lost {
        found,
        known: seen.size.get(),
        place: seen.by.clone(),
        checkpoint: None,
    });
    let all = mark.into_iter().chain(beside).chain(witnesses);
    all.filter(|lost| lost.known > found)
        .max_by_key(|lost| (lost.known, lost.checkpoint.is_some()))
}

/// What to do about a ledger that was put back, if that is why it doesn't start: which statement, signed by whom, and where it goes.
/// What is known of the statement is left in a file beside the mark, or in the folder of the data.
pub fn advice(layout: &Layout, name: &str, seen: &[Seen], command: &str) -> Option<String> {
    let store = Store::open_with(&layout.store(), layout.options()).ok()?;
    let lost = lost(&store, seen)?;
    drop(store);
    let data = layout.root().display();
    let payload = layout.root().join("recovery.json");
    let checkpoint = lost.checkpoint.clone();
    let checkpoint =
        checkpoint.unwrap_or_else(|| "(put the witness's signed note here)".to_owned());
    let known =
        json!({ "lostFrom": lost.found, "lostUntil": lost.known, "checkpoint": checkpoint });
    files::replace(&payload, known.to_string().as_bytes(), Access::Public).ok()?;
    Some(format!(
        "Nothing was signed. Entries {} to {} were written, may have been acknowledged, and are not here: {} knows of them.\n\
         If a newer copy of the data, or the stream, has them, bring it back and start again.\n\
         If they are lost for good, as many administrators of the institution as had to sign the genesis say so, and the ledger\n\
         records it before anything else. What is known of the loss is in {}:\n\
         cinnabar sign ledger.recovered --profile {data}/connection.toml --subject ledger/{name} \\\n\
         \x20   --data @{} reasons='…' --as wang:institution_admin --as zhao:institution_admin --key wang.key --out recovered.statement\n\
         cinnabar cosign recovered.statement --key zhao.key\n\
         {command}recovered.statement",
        lost.found,
        lost.known - 1,
        lost.place,
        payload.display(),
        payload.display(),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_mark_lies_beside_the_data_and_not_in_it() {
        let args = RecoveryArgs {
            mark: None,
            new_mark: false,
            recover: None,
        };
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let layout = args.layout(&data).unwrap();
        assert_eq!(layout.options().mark, Some(dir.path().join("data.mark")));
        assert!(args.layout(Path::new("/")).is_err());
        let none = RecoveryArgs {
            mark: Some("none".into()),
            ..args
        };
        let options = |args: &RecoveryArgs| args.layout(&data).unwrap().options().clone();
        assert_eq!(options(&none).mark, None);
        assert!(!options(&none).mark_may_be_new);
        let answered = RecoveryArgs {
            new_mark: true,
            ..none
        };
        assert!(
            options(&answered).mark_may_be_new,
            "whoever answers for it is heard"
        );
    }
}
