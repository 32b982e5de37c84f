//! A refusal in words, with its stable code.

use std::fmt;

use crate::exit::{Exit, Failure};
use crate::intake::{Problem, exit_for};
use crate::out::{self, Plain};

/// A problem as a person reads it.
struct InWords<'p>(&'p Problem);

impl fmt::Display for InWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem {
            title,
            detail,
            code,
            ..
        } = self.0;
        write!(
            f,
            "{}: {}\n  code      {}",
            Plain(title),
            Plain(detail),
            Plain(code)
        )?;
        let mut row = |name: &str, value: Option<String>| match value {
            Some(value) => write!(f, "\n  {name:<9} {}", Plain(&value)),
            None => Ok(()),
        };
        row("at", self.0.pointer.clone())?;
        row("byte", self.0.byte.map(|byte| byte.to_string()))?;
        row("expected", self.0.expected.clone())?;
        row("found", self.0.found.clone())?;
        row("accepted", self.0.accepted.clone())?;
        row("rule", self.0.source.clone())?;
        row(
            "rulebook",
            self.0
                .rulebook
                .as_ref()
                .map(|version| format!("version {version}")),
        )?;
        row(
            "earlier",
            self.0.earlier.map(|sequence| format!("entry {sequence}")),
        )?;
        row(
            "retry",
            self.0
                .retry_after_ms
                .map(|millis| format!("after {millis} ms")),
        )
    }
}

/// Tells a refusal (as JSON on standard output if asked for) and gives the failure to end with.
pub(crate) fn tell(problem: &Problem, json: bool) -> Failure {
    let exit = exit_for(problem);
    let told = if json {
        out::json(problem)
    } else {
        out::line(InWords(problem))
    };
    match told {
        Ok(()) => Failure::quiet(exit),
        // A reader that has gone does not make a refusal a success.
        Err(failure) if failure.exit() == Exit::Ok => Failure::quiet(exit),
        Err(failure) => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cinnabar_events::Violation;

    #[test]
    fn a_refusal_is_told_in_words_and_as_a_code() {
        let violation = Violation::new("/data/name", "a string", "integer `7`");
        let problem = Problem::from(&cinnabar_events::Malformed::Schema(violation));
        let text = InWords(&problem).to_string();
        for said in [
            "code      malformed.schema",
            "at        /data/name",
            "expected  a string",
            "found     integer `7`",
        ] {
            assert!(text.contains(said), "{said} is not in\n{text}");
        }
        assert_eq!(tell(&problem, true).exit(), Exit::Malformed);
        assert_eq!(exit_for(&Problem::busy()), Exit::Unreachable);
    }
}
