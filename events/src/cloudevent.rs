//! CloudEvents 1.0, binary mode over NATS: `ce-*` headers, the body is the entry's exact bytes.

use crate::entry::Entry;
use crate::hash::LedgerId;
use crate::id::ShortName;

/// One entry as a CloudEvent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudEvent {
    /// NATS subject: `cinnabar.<ledger>.entry.<noun>.<verb>.<class>.<id>`.
    pub subject: String,
    /// Headers by name, values already percent-encoded.
    pub headers: Vec<(&'static str, String)>,
}

impl CloudEvent {
    /// The event that tells of `entry`. The body to go with it is [`Entry::bytes`].
    ///
    /// `ce-id` is the entry's hash, so that source and id are unique; `ce-time` is the ledger's time;
    /// `ce-sequence` is the sequence in 20 digits, so that it sorts as text (CloudEvents' sequence extension).
    pub fn of(ledger: LedgerId, name: &ShortName, entry: &Entry) -> Self {
        let statement = entry.statement();
        let subject = format!(
            "cinnabar.{name}.entry.{}.{}.{}",
            statement.kind(),
            statement.subject.class(),
            statement.subject.id()
        );
        let headers = vec![
            ("ce-specversion", "1.0".to_owned()),
            ("ce-id", header_value(&entry.hash().to_string())),
            ("ce-source", header_value(&format!("urn:cinnabar:{ledger}"))),
            (
                "ce-type",
                header_value(&format!("cinnabar.{}", statement.kind())),
            ),
            ("ce-subject", header_value(&statement.subject.to_text())),
            ("ce-time", header_value(&entry.time().to_string())),
            ("ce-sequence", format!("{:020}", entry.seq().get())),
            ("content-type", "application/json".to_owned()),
        ];
        Self { subject, headers }
    }
}

/// A header value as the NATS protocol binding of CloudEvents writes it: space, `"`, `%` and
/// everything outside printable ASCII percent-encoded, byte by byte.
pub fn header_value(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'"' | b'%' | 0..=0x20 | 0x7f..=0xff => value.push_str(&format!("%{byte:02X}")),
            0x21..=0x7e => value.push(byte.into()),
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values_are_encoded_as_the_binding_says() {
        // The example of the HTTP and NATS bindings: "Euro € 😀".
        assert_eq!(header_value("Euro € 😀"), "Euro%20%E2%82%AC%20%F0%9F%98%80");
        assert_eq!(header_value("100% \"sure\""), "100%25%20%22sure%22");
    }
}
