//! Two rulebooks side by side: what one adds, drops and changes.

use std::collections::BTreeMap;

use cinnabar_events::Rulebook;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Something that stands in one rulebook and not, or not so, in the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "change")]
pub(crate) enum Change {
    /// Only the second has it.
    Added {
        /// Which list.
        list: &'static str,
        /// What it is known by there.
        key: String,
        /// What it says.
        value: Value,
    },
    /// Only the first has it.
    Removed {
        /// Which list.
        list: &'static str,
        /// What it is known by there.
        key: String,
        /// What it said.
        value: Value,
    },
    /// Both have it, and say something else.
    Changed {
        /// Which list.
        list: &'static str,
        /// What it is known by there.
        key: String,
        /// Which members differ: pointer, before, after; null where there is none.
        members: Vec<(String, Value, Value)>,
    },
}

/// What `after` adds to `before`, drops and changes, list by list.
pub(crate) fn compare(before: &Rulebook, after: &Rulebook) -> Vec<Change> {
    let (before, mut after) = (keyed(before), keyed(after));
    let mut changes = Vec::new();
    for ((list, key), old) in before {
        match after.remove(&(list, key.clone())) {
            None => changes.push(Change::Removed {
                list,
                key,
                value: old,
            }),
            Some(new) if new == old => {}
            Some(new) => changes.push(Change::Changed {
                list,
                key,
                members: differing(&old, &new),
            }),
        }
    }
    let added = after
        .into_iter()
        .map(|((list, key), value)| Change::Added { list, key, value });
    changes.extend(added);
    changes
}

/// Every rule by the list that it stands in and what it is known by there.
fn keyed(rulebook: &Rulebook) -> BTreeMap<(&'static str, String), Value> {
    let mut rules = BTreeMap::new();
    let mut put = |list, key: String, value: Value| {
        rules.insert((list, key), value);
    };
    let head =
        json!({ "title": rulebook.title, "version": rulebook.version, "engine": rulebook.engine });
    put("rulebook", "head".to_owned(), head);
    for role in rulebook.roles.iter() {
        put("role", role.role.to_string(), json(role));
    }
    for permission in rulebook.permissions.iter() {
        let kind = permission.kind.as_str().to_owned();
        put("permission", kind, json(permission));
    }
    for one in rulebook.separation.iter() {
        let key = format!(
            "{} apart from {}",
            one.kind.as_str(),
            one.apart_from.as_str()
        );
        put("separation", key, json(one));
    }
    for list in rulebook.vocabularies.iter() {
        let codes = list
            .codes
            .iter()
            .map(|code| (code.to_string(), true.into()));
        let codes: Map<String, Value> = codes.collect();
        put("vocabulary", list.name.to_string(), codes.into());
    }
    if let Some(migration) = &rulebook.migration {
        put("migration", migration.role.to_string(), json(migration));
    }
    for deadline in rulebook.deadlines.iter() {
        put("deadline", deadline.rule.to_string(), json(deadline));
    }
    for calendar in rulebook.calendars.iter() {
        put("calendar", calendar.year().to_string(), json(calendar));
    }
    for setting in rulebook.settings.iter() {
        put("setting", setting.name.to_string(), json(setting));
    }
    rules
}

fn json(rule: &impl Serialize) -> Value {
    serde_json::to_value(rule).expect("rules were read from JSON")
}

/// The members in which two values differ, by pointer.
fn differing(old: &Value, new: &Value) -> Vec<(String, Value, Value)> {
    let (old, mut new) = (leaves(old), leaves(new));
    let mut members = Vec::new();
    for (pointer, old) in old {
        let new = new.remove(&pointer).unwrap_or(Value::Null);
        if new != old {
            members.push((pointer, old, new));
        }
    }
    let more = new.into_iter();
    members.extend(more.map(|(pointer, value)| (pointer, Value::Null, value)));
    members
}

/// Members of members by their pointers; lists are taken whole.
fn leaves(value: &Value) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    let mut waiting = vec![(String::new(), value)];
    while let Some((pointer, value)) = waiting.pop() {
        match value {
            Value::Object(members) => {
                let inner = members.iter();
                waiting.extend(inner.map(|(name, value)| (format!("{pointer}/{name}"), value)));
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                leaves.insert(pointer, value.clone());
            }
        }
    }
    leaves
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use cinnabar_events::rulebook::Chapter;
    use cinnabar_governance::default_rulebook;

    fn with(text: &str) -> Rulebook {
        let chapter: Chapter = serde_json::from_str(text).unwrap();
        default_rulebook().rulebook().with(&chapter).unwrap()
    }

    #[test]
    fn a_rulebook_is_no_different_from_itself() {
        let whole = default_rulebook().whole().unwrap();
        assert_eq!(compare(&whole, &whole), []);
    }

    #[test]
    fn what_is_added_removed_and_changed_is_named_by_its_key() {
        let plain = default_rulebook().rulebook().clone();
        let five = with(
            r#"{"name":"x","title":"X","settings":[{"name":"a","value":5,"source":{"model":"m"}}]}"#,
        );
        let six = with(
            r#"{"name":"x","title":"X","settings":[{"name":"a","value":6,"source":{"model":"m"}}]}"#,
        );
        let added = compare(&plain, &five);
        assert!(
            matches!(&added[..], [Change::Added { list: "setting", key, .. }] if key == "a"),
            "{added:?}"
        );
        let removed = compare(&five, &plain);
        assert!(matches!(
            &removed[..],
            [Change::Removed {
                list: "setting",
                ..
            }]
        ));
        let changed = compare(&five, &six);
        let members = vec![("/value".to_owned(), 5.into(), 6.into())];
        let (list, key) = ("setting", "a".to_owned());
        assert_eq!(changed, [Change::Changed { list, key, members }]);
    }

    #[test]
    fn no_two_rules_share_a_key() {
        let whole = default_rulebook().whole().unwrap();
        let count = 1
            + whole.roles.as_slice().len()
            + whole.permissions.as_slice().len()
            + whole.separation.as_slice().len()
            + whole.vocabularies.as_slice().len()
            + usize::from(whole.migration.is_some())
            + whole.deadlines.as_slice().len()
            + whole.calendars.as_slice().len()
            + whole.settings.as_slice().len();
        assert_eq!(keyed(&whole).len(), count);
    }
}
