//! The reject file: a JSON object a line for every row that wasn't taken over.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// A row that wasn't taken over, as it stands in the reject file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rejected {
    /// Number of its first line in the file, from 1.
    pub row: u64,
    /// What tells it apart from other rows, if that could be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub key: Option<String>,
    /// Which of its statements was rejected by the ledger; absent if the row itself couldn't be used.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub statement: Option<String>,
    /// Why: a stable code.
    pub code: String,
    /// Why: in words.
    pub reason: String,
    /// The row as it is in the file, if it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw: Option<String>,
    /// The row's bytes in hex, if it is not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub raw_hex: Option<String>,
}

/// Writes rejected rows.
#[derive(Debug)]
pub struct RejectFile<W> {
    writer: W,
}

impl<W: Write> RejectFile<W> {
    /// Writes to `writer`, which should be buffered.
    pub fn new(writer: W) -> Self {
        Self { writer }
    }

    /// Writes one row.
    ///
    /// # Errors
    /// What writing can fail of.
    pub fn write(&mut self, rejected: &Rejected) -> io::Result<()> {
        serde_json::to_writer(&mut self.writer, rejected)?;
        self.writer.write_all(b"\n")
    }

    /// Hands what is buffered to the system.
    ///
    /// # Errors
    /// What writing can fail of.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The row's bytes as text, or in hex if they are none: `(raw, raw_hex)`.
pub(super) fn raw_or_hex(raw: Vec<u8>) -> (Option<String>, Option<String>) {
    match String::from_utf8(raw) {
        Ok(text) => (Some(text), None),
        Err(error) => {
            let bytes = error.into_bytes();
            let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            (None, Some(hex))
        }
    }
}
