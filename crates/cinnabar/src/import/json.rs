//! JSON lines: an object a line, flattened to columns: `{"a":{"b":1}}` has the column `a.b`.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::columns::Columns;
use super::refusal::Refusal;

/// Deepest nesting that is flattened.
const MAX_DEPTH: usize = 8;

/// The columns of one line.
pub(super) fn columns(line: &[u8]) -> Result<Columns, Refusal> {
    if let Err(error) = std::str::from_utf8(line) {
        return Err(Refusal::NotUtf8 {
            at: error.valid_up_to(),
        });
    }
    let mut sink = Sink {
        columns: Columns::default(),
        refusal: None,
    };
    let mut reader = serde_json::Deserializer::from_slice(line);
    let top = Top(&mut sink);
    let read = reader.deserialize_map(top).and_then(|()| reader.end());
    match (sink.refusal, read) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(())) => Ok(sink.columns),
        (None, Err(error)) => Err(not_json(&error)),
    }
}

/// What the parser says, with the place in the row instead of its "line 1 column 8".
fn not_json(error: &serde_json::Error) -> Refusal {
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    Refusal::NotJson {
        detail: format!("{words} (byte {})", error.column().saturating_sub(1)),
    }
}

struct Sink {
    columns: Columns,
    /// Why reading was stopped, if it wasn't the parser.
    refusal: Option<Refusal>,
}

impl Sink {
    fn add<E: de::Error>(&mut self, path: &str, value: String) -> Result<(), E> {
        self.columns.add(path, value).map_err(|refusal| {
            self.refusal = Some(refusal);
            E::custom("refused")
        })
    }

    fn add_members<'de, A: MapAccess<'de>>(
        &mut self,
        path: &str,
        depth: usize,
        mut map: A,
    ) -> Result<(), A::Error> {
        let mut empty = true;
        while let Some(key) = map.next_key::<String>()? {
            empty = false;
            let path = if path.is_empty() {
                key
            } else {
                format!("{path}.{key}")
            };
            map.next_value_seed(Node {
                sink: self,
                path,
                depth: depth + 1,
            })?;
        }
        if empty && !path.is_empty() {
            self.add(path, String::new())?;
        }
        Ok(())
    }
}

/// The object of the line.
struct Top<'s>(&'s mut Sink);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.add_members("", 0, map)
    }
}

/// A value within it.
struct Node<'s> {
    sink: &'s mut Sink,
    path: String,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(de::Error::custom(format_args!(
                "nested deeper than {MAX_DEPTH}"
            )));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.sink.add(&self.path, value.to_string())
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.sink.add(&self.path, value.to_string())
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.sink.add(&self.path, value.to_string())
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.sink.add(&self.path, value.to_string())
    }
    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.sink.add(&self.path, value.to_owned())
    }
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.sink.add(&self.path, String::new())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for index in 0.. {
            let node = Node {
                sink: &mut *self.sink,
                path: format!("{}.{index}", self.path),
                depth: self.depth + 1,
            };
            if items.next_element_seed(node)?.is_none() {
                break;
            }
        }
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.sink.add_members(&self.path, self.depth, map)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_object_becomes_columns() {
        let columns = columns(br#"{"a":{"b":1,"c":null},"d":[true,"x"],"e":-2.5,"f":{}}"#).unwrap();
        let read: Vec<_> = columns.iter().collect();
        let expected = [
            ("a.b", "1"),
            ("a.c", ""),
            ("d.0", "true"),
            ("d.1", "x"),
            ("e", "-2.5"),
            ("f", ""),
        ];
        assert_eq!(read, expected);
        assert!(columns.has("a.c") && columns.get("a.c").is_none());
    }

    #[test]
    fn what_is_no_object_says_so() {
        let deep = format!("{}1{}", "{\"a\":".repeat(9), "}".repeat(9));
        for (line, code) in [
            (&b"[1]"[..], "row.not_json"),
            (b"{\"a\":1", "row.not_json"),
            (b"{\"a\":1}}", "row.not_json"),
            (b"{\"a\":1,\"a\":2}", "row.column_twice"),
            (b"{\"a\":\"\xff\"}", "row.not_utf8"),
            (deep.as_bytes(), "row.not_json"),
        ] {
            assert_eq!(columns(line).unwrap_err().code(), code, "{line:?}");
        }
        let wide: String = (0..1001).map(|index| format!("\"{index}\":1,")).collect();
        let wide = format!("{{{}}}", wide.trim_end_matches(','));
        assert_eq!(
            columns(wide.as_bytes()).unwrap_err().code(),
            "row.column_count"
        );
    }
}
