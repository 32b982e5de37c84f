//! The rows of a file, one after the other, as drafts or as a refusal.

use std::io::{self, BufRead};

use super::build::Builder;
use super::columns::Columns;
use super::condition::all_hold;
use super::csv;
use super::draft::Draft;
use super::json;
use super::lines::Lines;
use super::mapping::Mapping;
use super::memory::Memory;
use super::refusal::{Refusal, shortened};
use super::rule::{Format, Unmapped};

/// Most rows of one import: what was seen is remembered in some 100 bytes a row.
pub const MAX_ROWS: usize = 1_000_000;

/// A row of the older register.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Number of its first line in the file, from 1; the header of a CSV file is 1.
    pub number: u64,
    /// What tells it apart from other rows, if that could be read.
    pub key: Option<String>,
    /// Its bytes in the file, without the line end.
    pub raw: Vec<u8>,
    /// Defects that didn't keep it from being taken over, and other things worth counting.
    pub notes: Vec<String>,
    /// Its statements, in order; none if all of them were made by earlier rows.
    pub outcome: Result<Vec<Draft>, Refusal>,
}

/// The file can't be read as the mapping says.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It can't be read at all.
    #[error("the file can't be read")]
    Io(#[from] io::Error),
    /// A CSV file without a header.
    #[error("the file has no header")]
    NoHeader,
    /// The header is broken.
    #[error("the header can't be read")]
    Header(#[source] Refusal),
    /// The header lacks columns that the mapping looks at.
    #[error("the header lacks {}", missing.join(", "))]
    ColumnsMissing {
        /// Their names.
        missing: Vec<String>,
    },
}

/// The rows of a file. Yields an error once, when the file can't be read further, and then ends.
#[derive(Debug)]
pub struct Rows<'m, R> {
    mapping: &'m Mapping,
    lines: Lines<R>,
    /// Names of the columns of a CSV file.
    header: Vec<String>,
    count: usize,
    ended: bool,
    memory: Memory,
}

impl<'m, R: BufRead> Rows<'m, R> {
    pub(super) fn new(mapping: &'m Mapping, file: R) -> Result<Self, Unreadable> {
        let mut lines = Lines::new(file);
        let header = match mapping.file.format {
            Format::JsonLines => Vec::new(),
            Format::Csv => read_header(mapping, &mut lines)?,
        };
        Ok(Self {
            mapping,
            lines,
            header,
            count: 0,
            ended: false,
            memory: Memory::default(),
        })
    }

    /// Bytes read so far, for a progress bar.
    pub fn bytes_read(&self) -> u64 {
        self.lines.bytes_read()
    }

    fn read(&mut self) -> io::Result<Option<Row>> {
        let record = match self.mapping.file.format {
            Format::Csv => {
                let delimiter = self.mapping.file.delimiter.byte();
                let width = Some(self.header.len());
                csv::next_record(&mut self.lines, delimiter, width)?.map(|record| {
                    let columns = record
                        .fields
                        .and_then(|fields| csv::named(&self.header, fields));
                    (record.number, record.raw, columns)
                })
            }
            Format::JsonLines => self.json_line()?,
        };
        let Some((number, raw, columns)) = record else {
            return Ok(None);
        };
        self.count += 1;
        let mut row = Row {
            number,
            key: None,
            raw,
            notes: Vec::new(),
            outcome: Ok(Vec::new()),
        };
        row.outcome = if self.count > MAX_ROWS {
            Err(Refusal::TooManyRows)
        } else {
            columns.and_then(|columns| self.take(columns, &mut row.key, &mut row.notes))
        };
        Ok(Some(row))
    }

    #[allow(clippy::type_complexity, reason = "used in one place")]
    fn json_line(&mut self) -> io::Result<Option<(u64, Vec<u8>, Result<Columns, Refusal>)>> {
        loop {
            let Some(line) = self.lines.next()? else {
                return Ok(None);
            };
            let cut = line.is_cut();
            if line.bytes.trim_ascii().is_empty() && !cut {
                continue;
            }
            let columns = if cut {
                Err(Refusal::RowTooLong { found: line.length })
            } else {
                json::columns(&line.bytes)
            };
            return Ok(Some((line.number, line.bytes, columns)));
        }
    }

    /// Turns columns into drafts, and remembers what later rows are held against. Of a row that is
    /// refused nothing is remembered: a later one with the same key may be whole.
    fn take(
        &mut self,
        mut columns: Columns,
        key: &mut Option<String>,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Draft>, Refusal> {
        let mapping = self.mapping;
        // The key helps to find a row in the reject file, so it is made even of a row with a fault.
        let fault = prepare(mapping, &mut columns);
        let key = key.insert(key_of(mapping, &columns)?);
        if let Some(fault) = fault {
            return Err(fault);
        }
        if self.memory.has_taken(key) {
            return Err(Refusal::Duplicate { key: key.clone() });
        }
        unmapped(mapping, &columns, notes)?;
        for rule in &mapping.file.refuse {
            if all_hold(&rule.when, &columns) {
                return Err(Refusal::ByMapping {
                    code: rule.code.clone(),
                    words: rule.words.clone(),
                });
            }
        }
        for rule in &mapping.file.note {
            if all_hold(&rule.when, &columns) {
                notes.push(rule.words.clone());
            }
        }
        let drafts = Builder {
            mapping,
            key,
            notes,
        }
        .drafts(&columns)?;
        self.memory.compare(mapping, &columns, notes)?;
        self.memory.take(key);
        Ok(self.memory.once(drafts, notes))
    }
}

impl<R: BufRead> Iterator for Rows<'_, R> {
    type Item = Result<Row, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read().map_err(Unreadable::Io).transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

fn read_header<R: BufRead>(
    mapping: &Mapping,
    lines: &mut Lines<R>,
) -> Result<Vec<String>, Unreadable> {
    let record = csv::next_record(lines, mapping.file.delimiter.byte(), None)?;
    let fields = record.ok_or(Unreadable::NoHeader)?.fields;
    let header: Vec<String> = fields
        .map_err(Unreadable::Header)?
        .iter()
        .map(|name| name.trim().to_owned())
        .collect();
    csv::named(&header, header.clone()).map_err(Unreadable::Header)?;
    let lacks = |name: &&String| !header.contains(name);
    let missing: Vec<String> = mapping.used.iter().filter(lacks).cloned().collect();
    if missing.is_empty() {
        Ok(header)
    } else {
        Err(Unreadable::ColumnsMissing { missing })
    }
}

/// Trims values, empties those that mean nothing, and writes dates in the ledger's spelling; the first
/// value that can't be used, if there is one.
fn prepare(mapping: &Mapping, columns: &mut Columns) -> Option<Refusal> {
    let mut fault = None;
    for (column, value) in columns.iter_mut() {
        let trimmed = value.trim();
        if mapping
            .file
            .nothing
            .iter()
            .any(|nothing| nothing == trimmed)
        {
            value.clear();
        } else if trimmed.len() < value.len() {
            *value = trimmed.to_owned();
        }
        let control = |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if let Some(found) = value.chars().find(control) {
            fault.get_or_insert(Refusal::ControlCharacter {
                column: column.to_owned(),
                code: u32::from(found),
            });
        }
        let Some(shapes) = mapping.shapes(column).filter(|_| !value.is_empty()) else {
            continue;
        };
        if let Some(when) = shapes.iter().find_map(|shape| shape.read(value)) {
            *value = when.to_string();
        } else {
            let shapes: Vec<_> = shapes.iter().map(|shape| shape.as_str()).collect();
            fault.get_or_insert(Refusal::DateUnreadable {
                column: column.to_owned(),
                value: shortened(value),
                shapes: shapes.join(" or "),
            });
        }
    }
    fault
}

/// The values of the key's columns, joined by `/`; `%`, `/` and `#` in them are percent-encoded.
fn key_of(mapping: &Mapping, columns: &Columns) -> Result<String, Refusal> {
    let mut parts = Vec::new();
    for column in &mapping.file.key {
        let value = columns.get(column).ok_or_else(|| Refusal::KeyMissing {
            column: column.clone(),
        })?;
        let value = value.replace('%', "%25").replace('/', "%2F");
        parts.push(value.replace('#', "%23"));
    }
    Ok(parts.join("/"))
}

fn unmapped(mapping: &Mapping, columns: &Columns, notes: &mut Vec<String>) -> Result<(), Refusal> {
    let unmapped = columns
        .iter()
        .filter(|(name, value)| !value.is_empty() && !mapping.used.contains(*name));
    for (name, _) in unmapped {
        match mapping.file.unmapped {
            Unmapped::Refuse => {
                return Err(Refusal::ColumnUnmapped {
                    column: name.to_owned(),
                });
            }
            Unmapped::Note => notes.push(format!("column {name} not taken over")),
        }
    }
    Ok(())
}
