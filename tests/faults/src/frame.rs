//! Just enough of the NATS protocol to tell one message from the next: what a client and a proxy have in common.
//!
//! A control line ends with CR LF. Four verbs are followed by a payload of the length that the line ends with, and CR LF again.

use std::ops::Range;

/// Longest control line that a server takes, in bytes, with room to spare: NATS refuses more than 4,096; an `INFO` line has some 700.
const LINE_MAX: usize = 64 * 1024;
/// Longest payload that is taken for one, in bytes: our servers allow far less.
const PAYLOAD_MAX: usize = 64 << 20;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `PUB` or `HPUB`: from a client.
    Publish,
    /// `MSG` or `HMSG`: to a client.
    Message,
    /// `PING`.
    Ping,
    /// `PONG`.
    Pong,
    /// `INFO`.
    Info,
    /// `-ERR`.
    Error,
    /// Any other line.
    Line,
}

/// One frame at the beginning of a buffer; ranges are within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub verb: Verb,
    /// The whole control line, without CR LF.
    pub line: String,
    /// Where it is published, or arrives.
    pub subject: Option<String>,
    /// Where an answer is to go.
    pub reply: Option<String>,
    /// NATS headers, empty if there are none.
    pub headers: Range<usize>,
    /// The payload without headers.
    pub body: Range<usize>,
    /// Bytes of all of it.
    pub length: usize,
}

/// The bytes are not the NATS protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the NATS protocol: {0:?}")]
pub struct NotNats(String);

/// The frame that `buffer` begins with; none if it isn't complete yet.
///
/// # Errors
/// [`NotNats`].
pub fn frame(buffer: &[u8]) -> Result<Option<Frame>, NotNats> {
    let Some(end) = buffer.windows(2).position(|pair| pair == b"\r\n") else {
        if buffer.len() > LINE_MAX {
            let beginning = &buffer[..80];
            return Err(NotNats(String::from_utf8_lossy(beginning).into_owned()));
        }
        return Ok(None);
    };
    let line = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let name = words.first().map_or("", |word| *word).to_ascii_uppercase();
    let start = end + 2;
    let (verb, fixed, with_headers) = match name.as_str() {
        "PUB" => (Verb::Publish, 1, false),
        "HPUB" => (Verb::Publish, 1, true),
        "MSG" => (Verb::Message, 2, false),
        "HMSG" => (Verb::Message, 2, true),
        other => {
            let verb = match other {
                "PING" => Verb::Ping,
                "PONG" => Verb::Pong,
                "INFO" => Verb::Info,
                "-ERR" => Verb::Error,
                _ => Verb::Line,
            };
            return Ok(Some(Frame {
                verb,
                line,
                subject: None,
                reply: None,
                headers: start..start,
                body: start..start,
                length: start,
            }));
        }
    };
    let wrong = || NotNats(line.clone());
    let lengths = if with_headers { 2 } else { 1 };
    // Verb, what is fixed, perhaps a reply, lengths.
    let reply = match words.len().checked_sub(1 + fixed + lengths) {
        Some(0) => None,
        Some(1) => Some(words[1 + fixed].to_owned()),
        Some(_) | None => return Err(wrong()),
    };
    let number = |word: &str| word.parse().ok().filter(|length| *length <= PAYLOAD_MAX);
    let total = number(words[words.len() - 1]).ok_or_else(wrong)?;
    let headers = if with_headers {
        number(words[words.len() - 2]).ok_or_else(wrong)?
    } else {
        0
    };
    if headers > total {
        return Err(wrong());
    }
    let length = start + total + 2;
    if buffer.len() < length {
        return Ok(None);
    }
    Ok(Some(Frame {
        verb,
        subject: Some(words[1].to_owned()),
        reply,
        headers: start..start + headers,
        body: start + headers..start + total,
        length,
        line,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_frame_is_taken_whole_and_not_before_it_is_there() {
        let bytes = b"HMSG _INBOX.a.7 1 12 17\r\nNATS/1.0\r\n\r\nhello\r\nPING\r\n";
        let whole = bytes.len() - 6;
        for cut in 0..whole {
            assert_eq!(frame(&bytes[..cut]), Ok(None), "{cut}");
        }
        let first = frame(bytes).unwrap().unwrap();
        assert_eq!((first.verb, first.length), (Verb::Message, whole));
        assert_eq!(&bytes[first.headers], b"NATS/1.0\r\n\r\n");
        assert_eq!(&bytes[first.body], b"hello");
        assert_eq!(first.subject.unwrap(), "_INBOX.a.7");
        assert_eq!(frame(&bytes[whole..]).unwrap().unwrap().verb, Verb::Ping);
    }

    #[test]
    fn a_reply_is_told_from_a_length() {
        let with = frame(b"PUB a.b _INBOX.x 2\r\nhi\r\n").unwrap().unwrap();
        assert_eq!(with.reply.unwrap(), "_INBOX.x");
        let without = frame(b"PUB a.b 2\r\nhi\r\n").unwrap().unwrap();
        assert_eq!(without.reply, None);
        assert!(frame(b"PUB a.b\r\n").is_err());
        assert!(frame(b"HPUB a 9 2\r\n").is_err());
    }
}
