//! Digests: a hash over a view's rows, for comparing two nodes or a rebuild.

use std::fmt;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::projection::{Table, View};
use crate::views::Cursor;

/// Each view's digest at one cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// How far the views have come.
    pub cursor: Cursor,
    /// Name and digest of each view.
    pub views: Vec<(&'static str, Digest)>,
}

/// BLAKE3 over a view's rows, in the order of their keys.
///
/// `BLAKE3-derive-key("cinnabar view digest v1", for each table: name, then for each row: one byte 'R' and its values)`;
/// a text or value is a type byte, its length as u64 LE and its bytes, an integer a type byte and i64 LE.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Reads every row of `view`.
    pub(crate) fn of(view: &View, sqlite: &Connection) -> rusqlite::Result<Self> {
        let mut hasher = blake3::Hasher::new_derive_key("cinnabar view digest v1");
        for table in view.tables {
            let Table::Rows { name, order, .. } = table else {
                continue;
            };
            bytes(&mut hasher, b'N', name.as_bytes());
            let mut statement =
                sqlite.prepare(&format!("SELECT * FROM {name} ORDER BY {order}"))?;
            let columns = statement.column_count();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                hasher.update(b"R");
                for column in 0..columns {
                    value(&mut hasher, row.get_ref(column)?);
                }
            }
        }
        Ok(Self(*hasher.finalize().as_bytes()))
    }
}

fn value(hasher: &mut blake3::Hasher, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => {
            hasher.update(b"0");
        }
        ValueRef::Integer(integer) => {
            hasher.update(b"I").update(&integer.to_le_bytes());
        }
        ValueRef::Real(real) => {
            hasher.update(b"F").update(&real.to_le_bytes());
        }
        ValueRef::Text(text) => bytes(hasher, b'T', text),
        ValueRef::Blob(blob) => bytes(hasher, b'B', blob),
    }
}

fn bytes(hasher: &mut blake3::Hasher, tag: u8, bytes: &[u8]) {
    hasher.update(&[tag]);
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("blake3:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
