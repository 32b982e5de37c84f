//! Whether the log stream answers: who reads from a node that hears nothing of it should be able to know.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Silence of the log stream that is told of: longer than a server takes to start again, or a cluster to find a new leader.
pub const SILENCE_MAX: Duration = Duration::from_secs(10);

/// When the log stream was last heard of.
#[derive(Clone, Debug)]
pub struct Contact(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    heard: Mutex<Instant>,
    /// That the silence was logged.
    told: AtomicBool,
}

impl Contact {
    /// Counts from now.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            heard: Mutex::new(Instant::now()),
            told: AtomicBool::new(false),
        }))
    }

    /// How long nothing has been heard of it.
    #[must_use]
    pub fn silence(&self) -> Duration {
        let heard = self.0.heard.lock();
        heard.unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// It answered.
    pub(crate) fn heard(&self) {
        let mut heard = self.0.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let silence = heard.elapsed();
        *heard = Instant::now();
        if self.0.told.swap(false, Ordering::Relaxed) {
            tracing::warn!(
                silence.seconds = silence.as_secs(),
                "The log stream answers again."
            );
        }
    }

    /// It did not answer. A long silence is logged once.
    pub(crate) fn missed(&self, why: &dyn std::error::Error) {
        let silence = self.silence();
        if silence >= SILENCE_MAX && !self.0.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                silence.seconds = silence.as_secs(),
                reason = crate::causes(why),
                "The log stream does not answer: what this node shows may be out of date."
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent_for(silence: Duration) -> Contact {
        let heard = Instant::now().checked_sub(silence);
        Contact(Arc::new(Inner {
            heard: Mutex::new(heard.expect("the machine runs for longer")),
            told: AtomicBool::new(false),
        }))
    }

    #[test]
    fn a_long_silence_is_told_once_and_ends_with_the_next_answer() {
        let told = |contact: &Contact| contact.0.told.load(Ordering::Relaxed);
        let contact = silent_for(SILENCE_MAX / 2);
        contact.missed(&std::fmt::Error);
        assert!(!told(&contact), "a short one is nothing to tell of");

        let contact = silent_for(SILENCE_MAX);
        assert!(contact.silence() >= SILENCE_MAX);
        contact.missed(&std::fmt::Error);
        assert!(told(&contact));
        contact.heard();
        assert!(contact.silence() < SILENCE_MAX);
        contact.missed(&std::fmt::Error);
        assert!(!told(&contact), "the next silence has just begun");
    }
}
