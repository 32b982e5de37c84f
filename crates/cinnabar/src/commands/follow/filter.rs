//! Which kinds are followed.

use std::str::FromStr;

/// `noun.verb`, either of them `*` for any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KindPattern(String);

/// Not a pattern of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not NOUN.VERB with * for any, like 'incident.*' or approval.granted")]
pub(crate) struct NotAPattern;

impl FromStr for KindPattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, NotAPattern> {
        let token = |token: &str| {
            token == "*"
                || !token.is_empty()
                    && token.bytes().all(|byte| {
                        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
                    })
        };
        match text.split_once('.') {
            Some((noun, verb)) if token(noun) && token(verb) && text.len() <= 60 => {
                Ok(Self(text.to_owned()))
            }
            Some(_) | None => Err(NotAPattern),
        }
    }
}

impl KindPattern {
    /// The subjects of such entries, below `prefix`. An agency that may only read some kinds is allowed exactly
    /// `<noun>.>`, so that is asked for where it says the same.
    pub(crate) fn subjects(&self, prefix: &str) -> String {
        match self.0.strip_suffix(".*") {
            Some("*") => format!("{prefix}.>"),
            Some(noun) => format!("{prefix}.{noun}.>"),
            None => format!("{prefix}.{}.>", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pattern_becomes_the_subjects_of_its_kinds() {
        let subjects = |text: &str| {
            text.parse::<KindPattern>()
                .unwrap()
                .subjects("cinnabar.x.entry")
        };
        assert_eq!(subjects("incident.*"), "cinnabar.x.entry.incident.>");
        assert_eq!(
            subjects("approval.granted"),
            "cinnabar.x.entry.approval.granted.>"
        );
        assert_eq!(subjects("*.updated"), "cinnabar.x.entry.*.updated.>");
        assert_eq!(subjects("*.*"), "cinnabar.x.entry.>");
        for bad in [
            "",
            "incident",
            "incident.",
            ".reported",
            "incident.>",
            "a.b.c",
            "Incident.x",
            "a b.c",
        ] {
            assert_eq!(bad.parse::<KindPattern>(), Err(NotAPattern), "{bad:?}");
        }
    }
}
