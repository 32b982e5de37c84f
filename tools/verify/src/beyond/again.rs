//! The second reading: entry by entry, in order, with the root at the end.

use std::collections::BTreeMap;

use cinnabar_events::Entry;
use cinnabar_tlog::{Frontier, Hash, Size, leaf_hash};
use cinnabar_verifier::Report;

use super::covered;
use super::stamps::Stamps;
use super::vault::Counting;
use super::views::Folding;
use crate::pass;
use crate::source::Source;

/// Who looks at the entries.
pub(super) struct Again {
    pub(super) folding: Option<Folding>,
    pub(super) counting: Option<Counting>,
    pub(super) stamps: Option<Stamps>,
}

impl Again {
    /// Shows everybody the entries that the checkpoint covers. The roots at the sizes that time-stamps speak of.
    ///
    /// # Errors
    /// Why these are not, or not all, the entries that the log signed for.
    pub(super) fn read(
        &mut self,
        source: Option<&Source>,
        report: &Report,
    ) -> Result<BTreeMap<u64, Hash>, String> {
        let source = source.ok_or("there is no ledger")?;
        let size = covered(report).ok_or("there is no checkpoint that says how many")?;
        let wanted = self.stamps.as_ref().map(Stamps::sizes).unwrap_or_default();
        let mut roots = BTreeMap::new();
        let mut tree = Frontier::empty();
        let entries_matter = self.folding.is_some() || self.counting.is_some();
        for leaf in pass::leaves(&source.entries, (0, size.get())) {
            let leaf = leaf.map_err(|error| crate::commands::reasons(&error))?;
            tree.push(leaf_hash(&leaf));
            let now = tree.size();
            if wanted.contains(&now.get()) {
                roots.insert(now.get(), tree.root());
            }
            if !entries_matter {
                continue;
            }
            let sequence = now.get() - 1;
            let entry = Entry::parse(leaf.into_owned())
                .map_err(|error| format!("sequence {sequence} is no entry: {error}"))?;
            if let Some(counting) = &mut self.counting {
                counting.take(&entry);
            }
            if let Some(folding) = &mut self.folding {
                folding.take(entry, || tree.root())?;
            }
        }
        self.agrees(&tree, size, report)?;
        Ok(roots)
    }

    /// Only what the log signed for counts.
    fn agrees(&self, tree: &Frontier, size: Size, report: &Report) -> Result<(), String> {
        let root = tree.root().to_string();
        let signed = report
            .checkpoint
            .as_ref()
            .map(|covered| covered.root.as_str());
        if tree.size() != size || signed != Some(root.as_str()) {
            return Err(format!(
                "{} entries with root {root} are not what the log signed for",
                tree.size()
            ));
        }
        Ok(())
    }
}
