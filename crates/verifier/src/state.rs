//! Where an audit stands, so that the next one goes on from there.

use cinnabar_events::LedgerId;
use cinnabar_tlog::{Frontier, VerifierKey};
use serde::{Deserialize, Serialize};

use crate::index::Index;
use crate::levels::Levels;
use crate::report::Head;

/// Version of what [`State::to_bytes`] writes.
const FORMAT: u32 = 1;

/// How far a ledger was verified without a finding: what the next audit goes on from. The records that belong to it are
/// on the [`Shelf`](crate::Shelf) that it was committed to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    format: u32,
    log_key: String,
    pub(crate) levels: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ledger: Option<LedgerId>,
    /// The ledger id that the auditor gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) given: Option<LedgerId>,
    size: u64,
    root: String,
    frontier: String,
    pub(crate) offset: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) head: Option<Head>,
    /// The newest checkpoint by which everything up to it was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoint: Option<String>,
    pub(crate) signatures: u64,
    pub(crate) admitted: u64,
    pub(crate) index: Index,
}

/// Why a state is not gone on from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateRefused {
    /// Not written by [`State::to_bytes`].
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Written by a newer release.
    #[error(
        "it has format {0}, this release reads {FORMAT}: take the release that wrote it, or start anew"
    )]
    Newer(u32),
    /// Of another log.
    #[error("it is about the log with the key {0}")]
    OtherLog(String),
    /// Of another ledger.
    #[error("it is about the ledger {0}")]
    OtherLedger(LedgerId),
    /// Of an audit that went less deep, or deeper.
    #[error("it is about the levels {0}")]
    OtherLevels(String),
}

impl State {
    pub(crate) fn new(
        log_key: &VerifierKey,
        levels: Levels,
        frontier: &Frontier,
        index: Index,
    ) -> Self {
        let digits = frontier.to_bytes();
        Self {
            format: FORMAT,
            log_key: log_key.to_string(),
            levels: levels.to_string(),
            ledger: None,
            given: None,
            size: frontier.size().get(),
            root: frontier.root().to_string(),
            frontier: digits.iter().map(|byte| format!("{byte:02x}")).collect(),
            offset: 0,
            head: None,
            checkpoint: None,
            signatures: 0,
            admitted: 0,
            index,
        }
    }

    /// As bytes (JSON).
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers can always be written")
    }

    /// Reads what [`Self::to_bytes`] wrote, for an audit of this log and these levels; `ledger` as the auditor gives it.
    ///
    /// # Errors
    /// [`StateRefused`].
    pub fn parse(
        bytes: &[u8],
        log_key: &VerifierKey,
        ledger: Option<LedgerId>,
        levels: Levels,
    ) -> Result<Self, StateRefused> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let damaged = |error: serde_json::Error| StateRefused::Damaged(error.to_string());
        let Format { format } = serde_json::from_slice(bytes).map_err(damaged)?;
        if format != FORMAT {
            return Err(StateRefused::Newer(format));
        }
        let state: Self = serde_json::from_slice(bytes).map_err(damaged)?;
        if state.log_key != log_key.to_string() {
            return Err(StateRefused::OtherLog(state.log_key));
        }
        if let (Some(given), Some(own)) = (ledger, state.ledger.or(state.given))
            && given != own
        {
            return Err(StateRefused::OtherLedger(own));
        }
        if state.levels != levels.to_string() {
            return Err(StateRefused::OtherLevels(state.levels));
        }
        let frontier = state.frontier();
        let frontier = frontier.ok_or_else(|| StateRefused::Damaged("the tree".to_owned()))?;
        let same = frontier.size().get() == state.size && frontier.root().to_string() == state.root;
        if !same || state.head.map_or(0, |head| head.sequence + 1) != state.size {
            return Err(StateRefused::Damaged("size, root and head".to_owned()));
        }
        Ok(state)
    }

    /// How many entries were verified.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over them, 64 digits.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// How many bytes of an export they take.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The newest signed checkpoint by which everything up to it was verified.
    pub fn checkpoint(&self) -> Option<&str> {
        self.checkpoint.as_deref()
    }

    /// The right edge of the tree over them; none if it is damaged.
    pub fn frontier(&self) -> Option<Frontier> {
        let digits = self.frontier.as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        Frontier::from_bytes(&bytes?).ok()
    }
}
