//! Output for people and programs: standard output, without a panic when the reader has gone.

use std::fmt::{self, Display};
use std::io::{self, BufWriter, Write};

use crate::exit::{Exit, Failure};

/// A write to standard output failed. If the reader has gone (`cinnabar follow | head`), that is no failure: the
/// program ends quietly.
pub fn broken(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::quiet(Exit::Ok);
    }
    Failure::new(
        Exit::Usage,
        anyhow::Error::new(error).context("cannot write to standard output"),
    )
}

/// Prints one line.
///
/// # Errors
/// If standard output can't be written; quiet if its reader has gone.
pub fn line(text: impl Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(broken)
}

/// Prints bytes and a line end.
///
/// # Errors
/// As [`line()`].
pub fn bytes_line(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(broken)
}

/// Prints a value as indented JSON.
///
/// # Errors
/// As [`line()`].
pub fn json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::new(Exit::Bug, error))?;
    line(text)
}

/// Standard output for much data, buffered.
pub fn buffered() -> BufWriter<io::Stdout> {
    BufWriter::with_capacity(1 << 16, io::stdout())
}

/// Says something on standard error: progress, warnings, hints. Nobody waits for it, so it can't fail.
pub fn note(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// An error and what it came from, on one line.
pub fn reasons(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// Text from elsewhere, safe to print on a terminal: control characters, and the ones that change the direction of
/// writing, are shown as `�`.
pub struct Plain<'t>(pub &'t str);

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            let unsafe_here = character.is_control()
                || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            fmt::Write::write_char(f, if unsafe_here { '\u{fffd}' } else { character })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        assert_eq!(broken(io::ErrorKind::BrokenPipe.into()).exit(), Exit::Ok);
        assert_eq!(
            broken(io::ErrorKind::StorageFull.into()).exit(),
            Exit::Usage
        );
    }

    #[test]
    fn foreign_text_cannot_steer_the_terminal() {
        assert_eq!(Plain("a\u{1b}[2Jb\u{202e}c 人").to_string(), "a�[2Jb�c 人");
    }
}
