//! The last checkpoint that was seen of a log, kept beside the connection profile: whoever comes again notices a log that went back or
//! told another story meanwhile.

use std::path::{Path, PathBuf};

use cinnabar_tlog::{MAX_NOTE_BYTES, Note, Prover, VerifierKey};

use crate::alarm;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access};
use crate::http::{Api, Signed};

/// What its name ends with.
const SUFFIX: &str = ".seen";

/// Where it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    path: PathBuf,
    log_key: VerifierKey,
}

impl Seen {
    /// Beside `profile`.
    pub(crate) fn beside(profile: &Path, log_key: VerifierKey) -> Self {
        let mut path = profile.as_os_str().to_owned();
        path.push(SUFFIX);
        Self {
            path: path.into(),
            log_key,
        }
    }

    /// What is kept. A file that this log did not sign, from an earlier ledger in this place for instance, is no checkpoint of it.
    pub(crate) fn load(&self) -> Option<Signed> {
        let bytes = files::read(&self.path, MAX_NOTE_BYTES).ok()?;
        let note = Note::parse(&bytes).ok()?;
        let checkpoint = cinnabar_tlog::Checkpoint::open(&note, &self.log_key).ok()?;
        Some(Signed {
            checkpoint,
            note: bytes,
        })
    }

    /// Keeps a checkpoint, unless a larger one is kept.
    pub(crate) fn keep(&self, signed: &Signed) {
        let larger = self
            .load()
            .is_some_and(|kept| kept.checkpoint.size >= signed.checkpoint.size);
        if !larger {
            // A folder that can't be written to only means that less is noticed next time.
            let _ = files::replace(&self.path, &signed.note, Access::Public);
        }
    }

    /// Compares what the API shows with what is kept, and keeps the newer.
    ///
    /// # Errors
    /// The alarm, if they contradict each other.
    pub(crate) fn compare(&self, api: &Api, shown: &Signed) -> Result<(), Failure> {
        let Some(kept) = self.load() else {
            self.keep(shown);
            return Ok(());
        };
        let (older, newer) = (&kept.checkpoint, &shown.checkpoint);
        if older.size > newer.size {
            crate::out::note(format!(
                "This server shows {} entries; {} were seen before.",
                newer.size, older.size
            ));
            return Ok(());
        }
        let mut prover = Prover::new(newer.size, api);
        let proof = prover
            .consistency_proof(older.size)
            .or_fail(Exit::Unreachable)?;
        let holds = proof.verify(older.size, &older.root, newer.size, &newer.root);
        if holds.is_err() {
            let what = format!(
                "the log shows {} entries that do not begin with the {} that it showed before",
                newer.size, older.size
            );
            let known = alarm::between(&kept.note, &shown.note, api);
            return Err(alarm::raise(
                &what,
                &kept.note,
                &shown.note,
                &known,
                &self.log_key,
                alarm::folder_of(&self.path),
            ));
        }
        self.keep(shown);
        Ok(())
    }
}
