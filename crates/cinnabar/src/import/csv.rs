//! CSV (RFC 4180), one record at a time, with a record that is broken told apart from those after it.
//!
//! The usual readers take an unclosed quote as a field that goes on to the end of the file: one slip
//! swallows every row after it. Here a record that doesn't come to an end within bounds, or comes to
//! an end with the wrong number of columns, costs its first line only; reading goes on with the next.

use std::io::{self, BufRead};

use super::columns::Columns;
use super::lines::{Line, Lines, MAX_ROW_BYTES};
use super::refusal::Refusal;

/// Most lines of one record. Addresses and remarks have a few; more is a forgotten quote.
const MAX_LINES: usize = 64;

/// A record, or why the line at its start is none.
pub(super) struct Record {
    /// Number of its first line.
    pub(super) number: u64,
    /// Its bytes, inner line ends included.
    pub(super) raw: Vec<u8>,
    /// Its fields.
    pub(super) fields: Result<Vec<String>, Refusal>,
}

/// The next record that is not blank; `None` at the end. With `width`, only so many fields make a record.
pub(super) fn next_record<R: BufRead>(
    lines: &mut Lines<R>,
    delimiter: u8,
    width: Option<usize>,
) -> io::Result<Option<Record>> {
    let first = loop {
        match lines.next()? {
            None => return Ok(None),
            Some(line) if line.bytes.trim_ascii().is_empty() && !line.is_cut() => {}
            Some(line) => break line,
        }
    };
    let mut raw = first.bytes.clone();
    let mut more: Vec<Line> = Vec::new();
    let mut still_open = None;
    let fault = loop {
        let too_long = raw.len() > MAX_ROW_BYTES || more.last().unwrap_or(&first).is_cut();
        if too_long {
            break Refusal::RowTooLong {
                found: first.length + more.iter().map(|line| line.length + 1).sum::<u64>(),
            };
        }
        // A line without a quote can't close what is open: nothing is read twice for it.
        let quotes = more.last().is_none_or(|line| line.bytes.contains(&b'"'));
        let read = match still_open.clone() {
            Some(open) if !quotes => Err(open),
            _ => split(&raw, delimiter),
        };
        match read {
            Ok(fields) if width.is_none_or(|width| width == fields.len()) => {
                return Ok(Some(Record {
                    number: first.number,
                    raw,
                    fields: Ok(fields),
                }));
            }
            Ok(fields) => {
                break Refusal::ColumnCount {
                    expected: width.unwrap_or_default(),
                    found: fields.len(),
                };
            }
            Err(open @ Refusal::UnclosedQuote { .. }) if more.len() + 1 < MAX_LINES => {
                let Some(line) = lines.next()? else {
                    break open;
                };
                still_open = Some(open);
                raw.push(b'\n');
                raw.extend_from_slice(&line.bytes);
                more.push(line);
            }
            Err(refusal) => break refusal,
        }
    };
    // Of several lines, only the first is at fault; the others get their own chance.
    let fault = if more.is_empty() {
        fault
    } else {
        split(&first.bytes, delimiter).err().unwrap_or(fault)
    };
    lines.give_back(more.into_iter());
    Ok(Some(Record {
        number: first.number,
        raw: first.bytes,
        fields: Err(fault),
    }))
}

/// The columns of a record by the names in the header, which has as many.
pub(super) fn named(header: &[String], fields: Vec<String>) -> Result<Columns, Refusal> {
    let mut columns = Columns::default();
    for (name, value) in header.iter().zip(fields) {
        columns.add(name, value)?;
    }
    Ok(columns)
}

/// The fields of one record. A quote is special at the start of a field only, as in `5" pipe`.
fn split(record: &[u8], delimiter: u8) -> Result<Vec<String>, Refusal> {
    let record = std::str::from_utf8(record).map_err(|error| Refusal::NotUtf8 {
        at: error.valid_up_to(),
    })?;
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let column = fields.len() + 1;
        let mut field = String::new();
        if let Some(rest) = record[at..].strip_prefix('"') {
            let used = quoted(rest, &mut field).ok_or(Refusal::UnclosedQuote { column })?;
            at += 1 + used;
            if record.len() > at && record.as_bytes()[at] != delimiter {
                return Err(Refusal::TextAfterQuote { column });
            }
        } else {
            let rest = &record[at..];
            let end = rest.find(char::from(delimiter)).unwrap_or(rest.len());
            field.push_str(&rest[..end]);
            at += end;
        }
        fields.push(field);
        if at == record.len() {
            return Ok(fields);
        }
        at += 1;
    }
}

/// Reads a quoted field from behind its opening quote; how many bytes it and its closing quote take.
fn quoted(text: &str, field: &mut String) -> Option<usize> {
    let mut at = 0;
    loop {
        let part = text[at..].find('"')?;
        field.push_str(&text[at..at + part]);
        at += part + 1;
        if !text[at..].starts_with('"') {
            return Some(at);
        }
        field.push('"');
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn all(text: &str, width: usize) -> Vec<(u64, Result<Vec<String>, String>)> {
        let mut lines = Lines::new(text.as_bytes());
        std::iter::from_fn(|| next_record(&mut lines, b',', Some(width)).unwrap())
            .map(|record| {
                let fields = record.fields.map_err(|refusal| refusal.code().to_owned());
                (record.number, fields)
            })
            .collect()
    }

    #[test]
    fn fields_are_split_as_rfc_4180_says() {
        for (text, fields) in [
            ("a,b", vec!["a", "b"]),
            (",", vec!["", ""]),
            ("\"a,b\",c", vec!["a,b", "c"]),
            ("\"say \"\"hi\"\"\",", vec!["say \"hi\"", ""]),
            ("5\" pipe,x", vec!["5\" pipe", "x"]),
            ("\"\",\"\"", vec!["", ""]),
        ] {
            assert_eq!(split(text.as_bytes(), b',').unwrap(), fields, "{text}");
        }
    }

    #[test]
    fn a_field_may_go_over_lines() {
        let records = all("\"1\n2\",b\nc,d\n", 2);
        assert_eq!(records[0], (1, Ok(vec!["1\n2".into(), "b".into()])));
        assert_eq!(records[1].0, 3);
    }

    #[test]
    fn an_unclosed_quote_costs_one_row_not_the_rest_of_the_file() {
        for text in ["a,b\n\"c,d\ne,f\ng,h\n", "a,b\n\"c,d\ne,f\ng,\"h\"\n"] {
            let records = all(text, 2);
            assert_eq!(records.len(), 4, "{text}");
            assert_eq!(records[1], (2, Err("row.unclosed_quote".to_owned())));
            assert!(records.iter().filter(|record| record.1.is_ok()).count() == 3);
        }
    }

    #[test]
    fn rows_that_are_too_wide_too_narrow_or_garbled_say_so() {
        for (text, code) in [
            ("a", "row.column_count"),
            ("a,b,c", "row.column_count"),
            ("\"a\"x,b", "row.text_after_quote"),
            ("a,\"b", "row.unclosed_quote"),
        ] {
            assert_eq!(all(text, 2), [(1, Err(code.to_owned()))], "{text}");
        }
        let mut lines = Lines::new(&b"a,b\xff\n"[..]);
        let record = next_record(&mut lines, b',', Some(2)).unwrap().unwrap();
        assert_eq!(record.fields, Err(Refusal::NotUtf8 { at: 3 }));
    }
}
