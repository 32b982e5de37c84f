//! From the columns of a row to its drafts.

use cinnabar_events::{
    Id, Listed, Migrated, Name, NotEncodable, Payload, StatementId, Subject, Unwritable, When,
    canonical, encode,
};
use serde_json::{Map, Value};

use super::columns::Columns;
use super::condition::all_hold;
use super::draft::Draft;
use super::mapping::{CheckedRule, Mapping};
use super::refusal::{Refusal, shortened};
use super::rule::{EACH_LAST, EACH_NUMBER, FieldRule, Overlong};
use super::template::Context;

/// Makes the drafts of one row.
pub(super) struct Builder<'m> {
    pub(super) mapping: &'m Mapping,
    pub(super) key: &'m str,
    /// What the row is counted as, besides.
    pub(super) notes: &'m mut Vec<String>,
}

impl Builder<'_> {
    /// Every draft of the row, in the mapping's order.
    pub(super) fn drafts(&mut self, columns: &Columns) -> Result<Vec<Draft>, Refusal> {
        let mut drafts = Vec::new();
        let mapping = self.mapping;
        for rule in &mapping.statements {
            let Some(each) = &rule.rule.each else {
                if all_hold(&rule.rule.when, columns) {
                    drafts.push(self.draft(rule, columns, &rule.rule.role)?);
                }
                continue;
            };
            let items: Vec<_> = columns.get(&each.column).map_or(Vec::new(), |list| {
                list.split(each.split).map(str::trim).collect()
            });
            if let Some(unknown) = items.iter().find(|item| !contains(&each.of, item)) {
                return Err(Refusal::ValueUnknown {
                    column: each.column.clone(),
                    value: shortened(unknown),
                    vocabulary: each.of.join(", "),
                });
            }
            let count = items
                .iter()
                .filter(|item| contains(&each.take, item))
                .count();
            for number in 1..=count {
                let mut columns = columns.clone();
                columns.set(EACH_NUMBER, number.to_string());
                let last = if number == count { "yes" } else { "" };
                columns.set(EACH_LAST, last.to_owned());
                if all_hold(&rule.rule.when, &columns) {
                    let role = format!("{}-{number}", rule.rule.role);
                    drafts.push(self.draft(rule, &columns, &role)?);
                }
            }
        }
        if drafts.is_empty() {
            return Err(Refusal::NoStatement);
        }
        Ok(drafts)
    }

    fn draft(
        &mut self,
        checked: &CheckedRule,
        columns: &Columns,
        role: &str,
    ) -> Result<Draft, Refusal> {
        let rule = &checked.rule;
        let context = context(self.mapping, columns);
        let subject = self
            .subject(context, &rule.subject)?
            .ok_or_else(|| Refusal::IdInvalid {
                id: rule.subject.clone(),
                value: String::new(),
            })?;
        let mut concerns = Vec::new();
        for id in &rule.concerns {
            concerns.extend(self.subject(context, id)?);
        }
        concerns.sort();
        concerns.dedup();
        concerns.retain(|concern| *concern != subject);
        let concerns = Listed::new(concerns).ok_or_else(|| Refusal::ValueTooLong {
            field: "concerns".to_owned(),
            found: rule.concerns.len(),
            most: cinnabar_events::MAX_CONCERNS,
        })?;
        let payload = self.payload(checked, context, role)?;
        let namespace = self.mapping.namespace();
        let draft = Draft {
            role: role.to_owned(),
            once: rule.once,
            id: if rule.once {
                once_id(namespace, &rule.kind, &subject)
            } else {
                StatementId::derived(namespace, &format!("{}#{role}", self.key))
            },
            subject,
            concerns,
            occurred: self.occurred(checked, columns),
            migrated: Migrated {
                register: name("the mapping's name", namespace)?,
                row: name("the row's key", self.key)?,
            },
            payload,
        };
        draft.check().map_err(|cause| Refusal::Unwritable {
            role: role.to_owned(),
            cause,
        })?;
        Ok(draft)
    }

    fn subject(&self, context: Context<'_>, id: &str) -> Result<Option<Subject>, Refusal> {
        let rule = self.mapping.file.ids.get(id);
        let made: Option<Id> = context.id(id)?;
        Ok(rule
            .zip(made)
            .map(|(rule, id)| Subject::new(rule.class.into(), id)))
    }

    fn occurred(&mut self, checked: &CheckedRule, columns: &Columns) -> Option<When> {
        let rule = checked.rule.occurred.as_ref()?;
        // Dates were read and written in the ledger's spelling when the row was prepared.
        let found = rule
            .from
            .iter()
            .find_map(|column| columns.get(column)?.parse().ok());
        if found.is_none() {
            self.notes.extend(rule.absent.clone());
        }
        found
    }

    fn payload(
        &mut self,
        checked: &CheckedRule,
        context: Context<'_>,
        role: &str,
    ) -> Result<Payload, Refusal> {
        let mut data = Map::new();
        for (path, field) in &checked.rule.data {
            if let Some(text) = self.field(checked, context, path, field)? {
                insert(&mut data, path, text);
            }
        }
        if data.is_empty() && !checked.rule.data.is_empty() {
            return Err(Refusal::Nothing {
                role: role.to_owned(),
            });
        }
        let unwritable = |cause: Unwritable| Refusal::Unwritable {
            role: role.to_owned(),
            cause,
        };
        let bytes = encode(&lists(Value::Object(data)))
            .map_err(|error: NotEncodable| unwritable(error.into()))?;
        let value = canonical::parse(&bytes)
            .map_err(|error| unwritable(cinnabar_events::Malformed::from(error).into()))?;
        Payload::decode(checked.kind, &value).map_err(|violation| Refusal::Schema {
            role: role.to_owned(),
            violation,
        })
    }

    fn field(
        &mut self,
        checked: &CheckedRule,
        context: Context<'_>,
        path: &str,
        field: &FieldRule,
    ) -> Result<Option<String>, Refusal> {
        if !all_hold(&field.when, context.columns) {
            return Ok(None);
        }
        let mut texts = Vec::new();
        for template in &field.text {
            texts.extend(template.fill(context)?);
        }
        if texts.is_empty() {
            if field.required {
                return Err(Refusal::ValueMissing {
                    field: format!("{path} ({})", field.text[0]),
                });
            }
            self.notes.extend(field.absent.clone());
            return Ok(None);
        }
        let text = texts.join(&field.join);
        let Some(most) = checked.limits.get(path).copied() else {
            return Ok(Some(text));
        };
        let found = text.chars().count();
        match (found > most, field.overlong) {
            (false, _) => Ok(Some(text)),
            (true, Overlong::Refuse) => Err(Refusal::ValueTooLong {
                field: path.to_owned(),
                found,
                most,
            }),
            (true, Overlong::Cut) => {
                self.notes.push(format!("{path} cut to {most} characters"));
                Ok(Some(cut(&text, found, most)))
            }
        }
    }
}

/// What placeholders in a row are filled from.
pub(super) fn context<'c>(mapping: &'c Mapping, columns: &'c Columns) -> Context<'c> {
    Context {
        columns,
        vocabularies: &mapping.file.vocabularies,
        ids: &mapping.file.ids,
    }
}

/// `derived(namespace, "#" ‖ kind ‖ "#" ‖ subject)`; no row's key has a `#`, so no row has such an id.
pub(super) fn once_id(namespace: &str, kind: &str, subject: &Subject) -> StatementId {
    StatementId::derived(namespace, &format!("#{kind}#{subject}"))
}

fn contains(list: &[String], item: &str) -> bool {
    list.iter().any(|one| one == item)
}

fn name(field: &str, text: &str) -> Result<Name, Refusal> {
    Name::new(text).map_err(|fault| Refusal::ValueTooLong {
        field: field.to_owned(),
        found: text.chars().count(),
        most: fault.max,
    })
}

/// The beginning of a text and, in plain sight, how long it was.
fn cut(text: &str, found: usize, most: usize) -> String {
    let marker = format!(" […cut, {found} characters]");
    let kept = most.saturating_sub(marker.chars().count());
    let mut out: String = text.chars().take(kept).collect();
    out.push_str(&marker);
    out.chars().take(most).collect()
}

/// Puts `text` at `path`; steps that are numbers become lists later.
fn insert(data: &mut Map<String, Value>, path: &str, text: String) {
    match path.split_once('.') {
        None => {
            data.insert(path.to_owned(), Value::String(text));
        }
        Some((step, rest)) => {
            let inner = data
                .entry(step)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                insert(inner, rest, text);
            }
        }
    }
}

/// Objects whose members are numbered become lists, in order, without gaps and without repetition.
fn lists(value: Value) -> Value {
    let Value::Object(members) = value else {
        return value;
    };
    let numbered = members.keys().all(|key| key.parse::<u16>().is_ok());
    if !numbered || members.is_empty() {
        let members = members.into_iter().map(|(key, value)| (key, lists(value)));
        return Value::Object(members.collect());
    }
    let mut items: Vec<(u16, Value)> = members
        .into_iter()
        .filter_map(|(key, value)| Some((key.parse().ok()?, lists(value))))
        .collect();
    items.sort_by_key(|(number, _)| *number);
    let mut list: Vec<Value> = Vec::new();
    for (_, item) in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
    Value::Array(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_cut_says_so_and_fits() {
        let text = "word ".repeat(100);
        let short = cut(&text, 500, 200);
        assert_eq!(short.chars().count(), 200);
        assert!(short.ends_with(" […cut, 500 characters]"), "{short}");
        assert_eq!(cut(&text, 500, 2).chars().count(), 2);
    }

    #[test]
    fn numbered_members_become_a_list_without_gaps() {
        let mut data = Map::new();
        for (path, text) in [
            ("a.10.x", "c"),
            ("a.2.x", "b"),
            ("a.4.x", "b"),
            ("b.c", "d"),
        ] {
            insert(&mut data, path, text.to_owned());
        }
        let expected = serde_json::json!({"a": [{"x": "b"}, {"x": "c"}], "b": {"c": "d"}});
        assert_eq!(lists(Value::Object(data)), expected);
    }
}
