//! Every checkpoint that the log ever signed, as the API lists them: one note a file, named by its size.

use std::collections::VecDeque;

use cinnabar_tlog::{Checkpoint, Hash, MAX_NOTE_BYTES, Note, Size};
use serde::Deserialize;

use super::folder::Folder;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::http::{Api, HttpError};

/// Checkpoints in one answer: with a post-quantum cosignature of 30 witnesses each, some 5 MiB.
const PAGE: usize = 50;
/// The folder that they are in.
const FOLDER: &str = "checkpoints";

/// A page, as the API gives it; what else it says is not looked at.
#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
    next: Option<String>,
}

/// A checkpoint on it.
#[derive(Deserialize)]
struct Item {
    size: u64,
    note: String,
    #[serde(default)]
    timestamps: Vec<Stamp>,
}

/// Whose time-stamp there is.
#[derive(Deserialize)]
struct Stamp {
    authority: String,
}

/// The list, read as it is needed.
pub(super) struct Checkpoints<'a> {
    api: &'a Api,
    waiting: VecDeque<Item>,
    next: Option<String>,
}

/// The folder and the log have two roots for one size, or two notes that differ in more than their signatures.
pub(super) struct Contradiction {
    /// The size.
    pub(super) size: Size,
    /// The note that does not fit.
    pub(super) note: String,
}

impl<'a> Checkpoints<'a> {
    /// Those of size `from` or larger; none at all where the source is a folder of files that has no such list.
    pub(super) fn from(api: &'a Api, from: Size) -> Result<Self, Failure> {
        let mut list = Self {
            api,
            waiting: VecDeque::new(),
            next: Some(format!("/v1/checkpoints?from={from}&limit={PAGE}")),
        };
        match list.read() {
            Ok(()) => Ok(list),
            Err(HttpError::Status { status: 404, .. }) => {
                list.next = None;
                Ok(list)
            }
            Err(error) => Err(Failure::new(Exit::Unreachable, error)),
        }
    }

    fn read(&mut self) -> Result<(), HttpError> {
        let Some(path) = self.next.take() else {
            return Ok(());
        };
        let page: Page = self.api.json(&path)?;
        self.waiting.extend(page.items);
        self.next = page
            .next
            .filter(|next| next.starts_with("/v1/checkpoints?"));
        Ok(())
    }

    /// The size of the next one.
    pub(super) fn next_size(&mut self) -> Result<Option<Size>, Failure> {
        while self.waiting.is_empty() && self.next.is_some() {
            self.read().or_fail(Exit::Unreachable)?;
        }
        Ok(self.waiting.front().map(|item| Size::new(item.size)))
    }

    /// Passes over the next one.
    pub(super) fn skip(&mut self) {
        self.waiting.pop_front();
    }

    /// Keeps the next one, whose tree must have `root`, with its time-stamps. The signatures that the folder has and those
    /// that come are all kept.
    pub(super) fn keep_next(
        &mut self,
        folder: &mut Folder,
        origin: &cinnabar_tlog::KeyName,
        root: Hash,
    ) -> Result<Result<(), Contradiction>, Failure> {
        let Some(item) = self.waiting.pop_front() else {
            return Ok(Ok(()));
        };
        let size = Size::new(item.size);
        let bad = || format!("what is listed as the checkpoint of size {size} is none");
        let mut note = Note::parse(item.note.as_bytes()).or_fail_while(Exit::NotVerified, bad)?;
        let checkpoint = Checkpoint::parse(note.text()).or_fail_while(Exit::NotVerified, bad)?;
        let contradiction = |note: &Note| {
            Ok(Err(Contradiction {
                size,
                note: note.to_string(),
            }))
        };
        if checkpoint.size != size || checkpoint.origin != *origin || checkpoint.root != root {
            return contradiction(&note);
        }
        let name = format!("{FOLDER}/{size}");
        if let Some(held) = folder.read(&name, MAX_NOTE_BYTES).or_fail(Exit::Usage)? {
            let held = Note::parse(&held)
                .or_fail_while(Exit::NotVerified, || format!("{name} is damaged"))?;
            if held.text() != note.text() {
                return contradiction(&note);
            }
            note = merged(held, &note);
        }
        folder
            .write(&name, note.to_string().as_bytes())
            .or_fail(Exit::Usage)?;
        for Stamp { authority } in item.timestamps {
            self.keep_stamp(folder, size, &authority)?;
        }
        Ok(Ok(()))
    }

    fn keep_stamp(&self, folder: &mut Folder, size: Size, authority: &str) -> Result<(), Failure> {
        // It becomes a file's name.
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
        if authority.is_empty() || authority.starts_with('.') || !authority.bytes().all(plain) {
            return Err(Failure::saying(
                Exit::NotVerified,
                format!("{authority:?} is no name of a time-stamping authority"),
            ));
        }
        let path = format!("/v1/checkpoints/{size}/timestamps/{authority}");
        let stamp = self.api.get(&path).or_fail(Exit::Unreachable)?;
        let name = format!("timestamps/{size}.{authority}.tsr");
        folder.write(&name, &stamp).or_fail(Exit::Usage)
    }
}

/// `first` with the signatures of `second` that it lacks, as far as there is room.
pub(crate) fn merged(first: Note, second: &Note) -> Note {
    let mut merged = first;
    for line in second.signatures() {
        if !merged.signatures().contains(line) {
            match merged.clone().with_signature(line.clone()) {
                Ok(more) => merged = more,
                Err(_full) => return merged,
            }
        }
    }
    merged
}
