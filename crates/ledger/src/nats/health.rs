//! Whether the server can still write.
//!
//! When a write or a sync of a stream's file fails, `nats-server` stores nothing more in that stream, gives no answer to whoever
//! publishes, and otherwise goes on: only its health tells. What is in doubt stays so until the server is started again.

use std::time::Duration;

use serde::Deserialize;

use super::http;

/// Pause between two looks.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Looks in a row that must find the same, before it counts.
const LOOKS: u32 = 2;
/// What the server says of a stream that it can't write.
const WRITE_ERROR: &str = "write error";

/// The server's answer to `/healthz?details=true`.
#[derive(Deserialize)]
struct Health {
    #[serde(default)]
    errors: Vec<HealthError>,
}

/// One thing that is wrong.
#[derive(Deserialize)]
struct HealthError {
    #[serde(default)]
    error: String,
}

/// Waits until the server whose monitoring is at `url` can't write any more, and gives its words.
pub(crate) async fn failed(url: &str) -> String {
    let mut seen = 0;
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        // A server that gives no answer is being started again, and looked at when it is back.
        let Ok((_, body)) = http::ask(url, "/healthz?details=true").await else {
            seen = 0;
            continue;
        };
        match write_error(&body) {
            Some(error) => {
                seen += 1;
                if seen >= LOOKS {
                    return error;
                }
            }
            None => seen = 0,
        }
    }
}

fn write_error(body: &[u8]) -> Option<String> {
    let Health { errors } = serde_json::from_slice(body).ok()?;
    let mut errors = errors.into_iter().map(|HealthError { error }| error);
    errors.find(|error| error.contains(WRITE_ERROR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_cannot_be_written_is_told_from_one_that_is_being_read() {
        let error = "JetStream stream 'LEDGER > X' write error: sync 1.blk: input/output error";
        let frozen =
            format!(r#"{{"status":"error","errors":[{{"type":"STREAM","error":"{error}"}}]}}"#);
        assert_eq!(write_error(frozen.as_bytes()).as_deref(), Some(error));
        for well in [
            r#"{"status":"ok"}"#,
            r#"{"status":"error","errors":[{"type":"STREAM","error":"stream is not current"}]}"#,
            "",
        ] {
            assert_eq!(write_error(well.as_bytes()), None, "{well}");
        }
    }
}
