//! What nodes show of their ledger over HTTP.

use cinnabar_tests::http;
use cinnabar_tests::running::eventually;

use super::Node;

/// Entries of a new ledger: its genesis, and the chapters of its rulebook.
pub const OPENING: u64 = 11;

impl Node {
    /// Its newest checkpoint, if it shows one.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Vec<u8>> {
        let (status, note) = http::get(&self.url, "/checkpoint")?;
        (status == 200).then_some(note)
    }

    /// Entries under its newest checkpoint.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        let note = String::from_utf8(self.checkpoint()?).ok()?;
        note.lines().nth(1)?.parse().ok()
    }

    /// The size that its answers say they are of.
    ///
    /// # Panics
    /// If it doesn't answer.
    #[must_use]
    #[track_caller]
    pub fn as_of(&self) -> u64 {
        let answer = http::get(&self.url, "/v1/organisations").expect("it answers");
        assert_eq!(answer.0, 200);
        let answer: serde_json::Value = serde_json::from_slice(&answer.1).expect("JSON");
        answer["asOf"]["size"].as_u64().expect("a size")
    }

    /// What it counts under this name.
    ///
    /// # Panics
    /// If it doesn't count that.
    #[must_use]
    #[track_caller]
    pub fn metric(&self, name: &str) -> u64 {
        let (_, metrics) = http::get(&self.url, "/metrics").expect("it answers");
        let metrics = String::from_utf8(metrics).expect("text");
        let mut lines = metrics.lines();
        let told = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        told.and_then(|number| number.parse().ok())
            .expect("it is counted")
    }

    /// Whether it says that it writes; not, if it doesn't answer.
    #[must_use]
    pub fn writes(&self) -> bool {
        let metrics = http::get(&self.url, "/metrics").map(|(_, metrics)| metrics);
        let metrics = String::from_utf8(metrics.unwrap_or_default()).expect("text");
        metrics.lines().any(|line| line == "cinnabar_writing 1")
    }

    /// Waits until the ledger has its rulebook.
    ///
    /// # Panics
    /// If it doesn't get it.
    #[track_caller]
    pub fn opens(&self) {
        eventually("a ledger that is open", || {
            (self.size()? >= OPENING).then_some(())
        });
    }

    /// Waits until all of them show the same newest checkpoint.
    ///
    /// # Panics
    /// If they don't.
    #[track_caller]
    pub fn agree(nodes: &[&Self]) {
        eventually("nodes that agree", || {
            let mut notes = nodes.iter().map(|node| node.checkpoint());
            let first = notes.next()??;
            notes
                .all(|note| note.as_ref() == Some(&first))
                .then_some(())
        });
    }
}
