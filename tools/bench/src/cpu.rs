//! Where processor time goes: by the names of the threads of this process, and of its children (which is `nats-server`).

use std::collections::BTreeMap;
use std::path::Path;

/// Processor time so far, in nanoseconds, by part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used(BTreeMap<String, u64>);

/// Threads' names, as far as the system keeps them (15 bytes), and what they do.
const PARTS: [(&str, &str); 9] = [
    ("submitters", "submitters"),
    (
        "tokio-rt-worker",
        "ledger: intake, deciding, NATS client, feed",
    ),
    ("ledger", "ledger: intake, deciding, NATS client, feed"),
    ("checks", "signatures and receipts"),
    ("committer", "commit: publish, sign, apply"),
    ("answers", "answers"),
    ("views", "views"),
    ("rocksdb", "RocksDB in the background"),
    ("nats-supervisor", "other"),
];
/// The part of children.
const SERVER: &str = "nats-server";

impl Used {
    /// Reads it off `/proc`. Empty where there is none.
    pub(crate) fn now() -> Self {
        let mut used = Self::default();
        used.add(Path::new("/proc/self/task"), part);
        for child in children() {
            used.add(Path::new(&format!("/proc/{child}/task")), |_| SERVER);
        }
        used
    }

    fn add(&mut self, tasks: &Path, part: impl Fn(&str) -> &'static str) {
        let tasks = std::fs::read_dir(tasks).into_iter().flatten().flatten();
        for task in tasks {
            let read = |name| std::fs::read_to_string(task.path().join(name));
            // A thread may end while it is looked at.
            if let (Ok(name), Ok(times)) = (read("comm"), read("schedstat")) {
                *self.0.entry(part(name.trim()).to_owned()).or_default() += on_cpu(&times);
            }
        }
    }

    /// Microseconds for each of `count`, by part, since `earlier`. Parts that used none are left out.
    pub(crate) fn since(&self, earlier: &Self, count: u64) -> BTreeMap<String, f64> {
        let each = |(part, nanos): (&String, &u64)| {
            let before = earlier.0.get(part).copied().unwrap_or(0);
            let micros = nanos.saturating_sub(before) as f64 / 1_000.0;
            (micros > 0.0 && count > 0).then(|| (part.clone(), micros / count as f64))
        };
        self.0.iter().filter_map(each).collect()
    }
}

/// The first number of `schedstat`: nanoseconds on a processor.
fn on_cpu(schedstat: &str) -> u64 {
    let first = schedstat.split_ascii_whitespace().next();
    first.and_then(|nanos| nanos.parse().ok()).unwrap_or(0)
}

fn part(thread: &str) -> &'static str {
    let known = PARTS.iter().find(|(name, _)| thread.starts_with(name));
    known.map_or("other", |(_, part)| part)
}

/// Processes that this one has started.
fn children() -> Vec<u32> {
    let tasks = std::fs::read_dir("/proc/self/task");
    let list = tasks.into_iter().flatten().flatten().filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("children"));
        text.ok()
    });
    list.flat_map(|text| {
        let pids: Vec<u32> = text
            .split_ascii_whitespace()
            .filter_map(|pid| pid.parse().ok())
            .collect();
        pids
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_by_the_piece_and_parts_that_used_none_are_left_out() {
        let used = |a, b| Used([("a".to_owned(), a), ("b".to_owned(), b)].into());
        let each = used(5_000, 7).since(&used(1_000, 7), 4);
        assert_eq!(each, [("a".to_owned(), 1.0)].into());
        assert!(used(5, 5).since(&Used::default(), 0).is_empty());
    }

    #[test]
    fn threads_are_known_by_their_names() {
        assert_eq!(part("checks-1"), "signatures and receipts");
        assert_eq!(part("rocksdb:low"), "RocksDB in the background");
        assert_eq!(part("whoever"), "other");
        assert_eq!(on_cpu("123 4 5\n"), 123);
    }
}
