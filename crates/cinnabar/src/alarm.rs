//! What readers do when the log contradicts itself: say so, and leave what a third party needs to see it.

use cinnabar_tlog::VerifierKey;

use crate::exit::{Exit, Failure};

/// Two things that the log signed contradict each other, or seem to.
pub(crate) fn raise(what: &str, held: &[u8], seen: &[u8], log_key: &VerifierKey) -> Failure {
    let _ = (held, seen, log_key);
    Failure::saying(Exit::Alarm, format!("ALARM: {what}"))
}
