//! What earlier rows of a file said, as far as later ones are held against it.

use std::collections::{HashMap, HashSet};

use cinnabar_events::{StatementId, encode};

use super::build::context;
use super::columns::Columns;
use super::draft::Draft;
use super::mapping::Mapping;
use super::refusal::Refusal;
use super::rows::MAX_ROWS;

/// Most statements made once and most earlier values that are remembered, 32 bytes each.
const MAX_REMEMBERED: usize = 10 * MAX_ROWS;

/// What earlier rows said, as hashes.
#[derive(Debug, Default)]
pub(super) struct Memory {
    keys: HashSet<StatementId>,
    /// Statements made once, with what they said.
    once: HashMap<StatementId, StatementId>,
    /// The last value of a field of a subject.
    values: HashMap<StatementId, StatementId>,
}

impl Memory {
    /// Whether a row with this key was taken.
    pub(super) fn has_taken(&self, key: &str) -> bool {
        self.keys.contains(&StatementId::derived("key", key))
    }

    /// A row with this key was taken.
    pub(super) fn take(&mut self, key: &str) {
        self.keys.insert(StatementId::derived("key", key));
    }

    /// Leaves out statements that an earlier row gave rise to.
    pub(super) fn once(&mut self, drafts: Vec<Draft>, notes: &mut Vec<String>) -> Vec<Draft> {
        let mut kept = Vec::new();
        for draft in drafts {
            if draft.is_once() {
                let data = draft
                    .payload
                    .to_json()
                    .ok()
                    .and_then(|data| encode(&data).ok());
                let text = String::from_utf8(data.unwrap_or_default()).unwrap_or_default();
                let said = StatementId::derived("once", &text);
                match self.once.get(&draft.id) {
                    Some(earlier) if *earlier == said => continue,
                    Some(_) => {
                        let role = draft.role();
                        notes.push(format!("{role}: an earlier row said otherwise, and stands"));
                        continue;
                    }
                    None if self.once.len() < MAX_REMEMBERED => {
                        self.once.insert(draft.id, said);
                    }
                    // Beyond the bound it is said again, and the ledger knows it by its id.
                    None => {}
                }
            }
            kept.push(draft);
        }
        kept
    }

    /// Notes values that a row says were there before but that no earlier row said, and keeps its own.
    pub(super) fn compare(
        &mut self,
        mapping: &Mapping,
        columns: &Columns,
        notes: &mut Vec<String>,
    ) -> Result<(), Refusal> {
        let Some(rule) = &mapping.file.before else {
            return Ok(());
        };
        let Some(subject) = context(mapping, columns).id(&rule.subject)? else {
            return Ok(());
        };
        for field in &rule.fields {
            let at = StatementId::derived(subject.as_str(), field);
            let value = |column: &str| {
                let text = columns.get(column).unwrap_or_default();
                StatementId::derived("value", text)
            };
            let was = rule.was.replace('*', field);
            let known = self.values.get(&at);
            if columns.has(&was) && known.is_some_and(|known| *known != value(&was)) {
                notes.push(format!(
                    "{field}: the value before is not what earlier rows said"
                ));
            }
            let mut says = rule.says.iter().map(|pattern| pattern.replace('*', field));
            let says = says.find(|column| columns.has(column));
            if let Some(says) = says
                && self.values.len() < MAX_REMEMBERED
            {
                self.values.insert(at, value(&says));
            }
        }
        Ok(())
    }
}
