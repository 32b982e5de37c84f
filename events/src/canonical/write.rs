//! Writing canonical JSON.

use super::{PLAIN, Value};

/// Appends the canonical form of `value` to `out`.
pub fn write(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Value::Integer(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (index, member) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(member.key, out);
                out.push(b':');
                write(&member.value, out);
            }
            out.push(b'}');
        }
    }
}

/// Appends `text` as a canonical JSON string, quotes included.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    write_escaped(text, out);
    out.push(b'"');
}

/// Appends what stands between the quotes of `text` as a canonical JSON string.
pub(crate) fn write_escaped(text: &str, out: &mut Vec<u8>) {
    // Bytes above ASCII stand for themselves too: they are parts of characters that need no escape.
    let as_it_is = |byte: u8| PLAIN[usize::from(byte)] || byte >= 0x7f;
    let mut rest = text.as_bytes();
    loop {
        let run = rest.iter().position(|byte| !as_it_is(*byte));
        let (run, after) = rest.split_at(run.unwrap_or(rest.len()));
        out.extend_from_slice(run);
        let Some((&byte, after)) = after.split_first() else {
            return;
        };
        rest = after;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..=0x1f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
}
