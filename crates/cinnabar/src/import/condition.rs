//! Conditions on the columns of a row.

use serde::Deserialize;

use super::columns::Columns;

/// One condition on a column. Each member that is given must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    /// Which column.
    pub(super) column: String,
    /// It has one of these values.
    pub(super) is: Option<Vec<String>>,
    /// It has none of these values; an empty one passes.
    pub(super) is_not: Option<Vec<String>>,
    /// It is empty (or absent), or not.
    pub(super) empty: Option<bool>,
    /// It is there, if only empty, or not.
    pub(super) present: Option<bool>,
    /// Its value begins so.
    pub(super) begins: Option<String>,
    /// Its value begins otherwise; an empty one passes.
    pub(super) begins_not: Option<String>,
    /// It has more characters than this.
    pub(super) longer_than: Option<usize>,
    /// Both are dates, and this one is not after that column's.
    pub(super) not_after: Option<String>,
    /// Both are dates, and this one is after that column's.
    pub(super) after: Option<String>,
}

impl Condition {
    /// Whether it says nothing at all.
    pub(super) fn is_idle(&self) -> bool {
        let Self {
            column: _,
            is,
            is_not,
            empty,
            present,
            begins,
            begins_not,
            longer_than,
            not_after,
            after,
        } = self;
        is.is_none()
            && is_not.is_none()
            && empty.is_none()
            && present.is_none()
            && begins.is_none()
            && begins_not.is_none()
            && longer_than.is_none()
            && not_after.is_none()
            && after.is_none()
    }

    /// The columns that it looks at.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let others = self.not_after.iter().chain(&self.after);
        std::iter::once(self.column.as_str()).chain(others.map(String::as_str))
    }

    /// The columns that must hold dates.
    pub(super) fn dates(&self) -> impl Iterator<Item = &str> {
        let compares = self.not_after.is_some() || self.after.is_some();
        self.columns().filter(move |_| compares)
    }

    /// Whether it holds. Dates were read and written in one shape before.
    pub(super) fn holds(&self, columns: &Columns) -> bool {
        let value = columns.get(&self.column);
        let text = value.unwrap_or_default();
        let among = |list: &Vec<String>| list.iter().any(|one| one == text);
        let ahead = |other: &str| Some((when(columns, &self.column)?, when(columns, other)?));
        self.is.as_ref().is_none_or(among)
            && self.is_not.as_ref().is_none_or(|list| !among(list))
            && self.empty.is_none_or(|empty| empty == value.is_none())
            && self
                .present
                .is_none_or(|present| present == columns.has(&self.column))
            && self
                .begins
                .as_ref()
                .is_none_or(|begins| text.starts_with(begins))
            && self
                .begins_not
                .as_ref()
                .is_none_or(|begins| !text.starts_with(begins))
            && self
                .longer_than
                .is_none_or(|most| text.chars().count() > most)
            && self
                .not_after
                .as_ref()
                .is_none_or(|other| ahead(other).is_some_and(|(this, that)| this <= that))
            && self
                .after
                .as_ref()
                .is_none_or(|other| ahead(other).is_some_and(|(this, that)| this > that))
    }
}

/// Whether all hold.
pub(super) fn all_hold(conditions: &[Condition], columns: &Columns) -> bool {
    conditions.iter().all(|condition| condition.holds(columns))
}

fn when(columns: &Columns, name: &str) -> Option<cinnabar_events::Timestamp> {
    let when: cinnabar_events::When = columns.get(name)?.parse().ok()?;
    Some(when.earliest())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn conditions_look_at_values_presence_length_and_dates() {
        let mut columns = Columns::default();
        for (name, value) in [
            ("op", "change"),
            ("none", ""),
            ("early", "2020-01-31"),
            ("late", "2020-02-01T00:00:00.000000Z"),
        ] {
            columns.add(name, value.to_owned()).unwrap();
        }
        for (written, expected) in [
            ("column='op'\nis=['add','change']", true),
            ("column='op'\nis=['add']", false),
            ("column='op'\nis_not=['change']", false),
            ("column='absent'\nis_not=['change']", true),
            ("column='none'\nempty=true\npresent=true", true),
            ("column='absent'\nempty=true\npresent=true", false),
            ("column='op'\nbegins='ch'\nlonger_than=5", true),
            ("column='op'\nbegins_not='ch'", false),
            ("column='none'\nbegins_not='ch'", true),
            ("column='op'\nlonger_than=6", false),
            ("column='early'\nnot_after='late'", true),
            ("column='late'\nnot_after='early'", false),
            ("column='late'\nafter='early'", true),
            ("column='none'\nafter='early'", false),
            ("column='none'\nnot_after='early'", false),
        ] {
            let condition: Condition = toml::from_str(written).unwrap();
            assert_eq!(condition.holds(&columns), expected, "{written}");
            assert!(!condition.is_idle());
        }
    }
}
