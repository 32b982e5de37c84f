//! An error with all that it comes from, in one line.

use std::error::Error;
use std::fmt;

/// Shows an error and its sources, joined by colons.
pub(crate) struct Reasons<'e>(pub(crate) &'e (dyn Error + 'static));

impl fmt::Display for Reasons<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
