//! Where the time of a block goes, from its oldest request to its last answer: what whoever submits waits for.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cinnabar_events::Sequence;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Metric;

/// Upper bounds of the histogram, in seconds: from one sync of a fast disk to what a submitter waits for an answer.
const BOUNDS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// A block that takes so long is logged with its stages: a person who waits notices it.
const SLOW: Duration = Duration::from_secs(1);
/// And not more often than this: with a full queue before it each block is slow.
const SAID_EVERY: Duration = Duration::from_secs(10);

/// A part of a block's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// Its oldest request waits in the queue, is verified and decided, and waits until the block before is committed.
    Deciding,
    /// The block is signed and published, until NATS says that it has it.
    Publishing,
    /// Its checkpoint is signed, and the store takes it.
    Applying,
    /// Receipts are made and sent.
    Answering,
}

impl EncodeLabelValue for Stage {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        let name = match self {
            Self::Deciding => "deciding",
            Self::Publishing => "publishing",
            Self::Applying => "applying",
            Self::Answering => "answering",
        };
        name.encode(encoder)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    stage: Stage,
}

/// When a block came to the end of each stage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// When its oldest request was taken; without one, when it was decided.
    pub(crate) asked: Instant,
    pub(crate) decided: Instant,
    pub(crate) published: Instant,
    pub(crate) applied: Instant,
}

/// How long blocks take, by stage, on a node that writes.
#[derive(Clone, Debug)]
pub struct Pace {
    seconds: Family<Labels, Histogram, fn() -> Histogram>,
    /// When a slow block was last logged.
    said: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self {
            seconds: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            said: Arc::default(),
        }
    }

    /// Seconds for each block and stage, as a metric to register.
    #[must_use]
    pub fn seconds(&self) -> impl Metric + use<> {
        self.seconds.clone()
    }

    /// The last answer of a block was sent.
    pub(crate) fn answered(&self, first: Sequence, entries: usize, times: Times) {
        let Times {
            asked,
            decided,
            published,
            applied,
        } = times;
        let now = Instant::now();
        let stages = [
            (Stage::Deciding, decided - asked),
            (Stage::Publishing, published - decided),
            (Stage::Applying, applied - published),
            (Stage::Answering, now - applied),
        ];
        for (stage, took) in stages {
            let labels = Labels { stage };
            self.seconds
                .get_or_create(&labels)
                .observe(took.as_secs_f64());
        }
        if now - asked >= SLOW && self.may_say(now) {
            let [deciding, publishing, applying, answering] =
                stages.map(|(_, took)| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            tracing::warn!(
                block.first = first.get(),
                block.entries = entries,
                deciding.ms = deciding,
                publishing.ms = publishing,
                applying.ms = applying,
                answering.ms = answering,
                "A block took long."
            );
        }
    }

    /// Whether it is time to log a slow block again; if so, it counts as logged.
    fn may_say(&self, now: Instant) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let may = said.is_none_or(|said| now - said >= SAID_EVERY);
        if may {
            *said = Some(now);
        }
        may
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::registry::Registry;

    #[test]
    fn slow_blocks_are_logged_now_and_then() {
        let (pace, now) = (Pace::new(), Instant::now());
        assert!(pace.may_say(now));
        assert!(!pace.may_say(now + SAID_EVERY / 2));
        assert!(pace.may_say(now + SAID_EVERY));
        assert!(!pace.may_say(now + SAID_EVERY * 3 / 2));
    }

    #[test]
    fn each_stage_of_a_block_is_counted_with_its_time() {
        let pace = Pace::new();
        let applied = Instant::now();
        let before = |millis| applied - Duration::from_millis(millis);
        let times = Times {
            asked: before(3_000),
            decided: before(800),
            published: before(30),
            applied,
        };
        pace.answered(Sequence::FIRST, 1, times);
        let mut registry = Registry::default();
        registry.register("block_seconds", "", pace.seconds());
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            r#"block_seconds_sum{stage="deciding"} 2.2"#,
            r#"block_seconds_sum{stage="publishing"} 0.77"#,
            r#"block_seconds_sum{stage="applying"} 0.03"#,
            r#"block_seconds_count{stage="answering"} 1"#,
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} in\n{text}");
        }
    }
}
