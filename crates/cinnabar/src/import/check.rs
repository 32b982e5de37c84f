//! Is a mapping sound? Everything it names is defined, in the mapping or in the contract.

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_events::{Class, Kind};

use super::condition::Condition;
use super::date::ambiguous;
use super::id_rule::{ClassName, MAX_PREFIX};
use super::mapping::{CheckedRule, Unusable};
use super::rule::{EACH_LAST, EACH_NUMBER, FieldRule, MappingFile, StatementRule};
use super::schema;
use super::template::{Part, Template};

/// Longest name of a mapping: with its version it stands in `migrated.register`, at most 200 characters.
const MAX_NAME: usize = 60;
/// Longest role.
const MAX_ROLE: usize = 40;

/// One pass over a mapping: everything named is defined; which columns are used.
pub(super) struct Check<'m> {
    file: &'m MappingFile,
    /// Every column that something looks at.
    pub(super) used: BTreeSet<String>,
}

impl<'m> Check<'m> {
    pub(super) fn new(file: &'m MappingFile) -> Self {
        Self {
            file,
            used: BTreeSet::new(),
        }
    }

    /// What all statements share.
    pub(super) fn shared(&mut self) -> Result<(), Unusable> {
        let file = self.file;
        check_name("the name", &file.name, MAX_NAME)?;
        if file.key.is_empty() {
            return Err(Unusable::Empty { what: "key" });
        }
        for (column, shapes) in &file.dates {
            if shapes.is_empty() || ambiguous(shapes) {
                let column = column.clone();
                return Err(Unusable::Shapes { column });
            }
        }
        let plain = file.key.iter().chain(&file.ignore);
        self.used.extend(plain.chain(file.dates.keys()).cloned());
        for (name, id) in &file.ids {
            let allowed =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if id.prefix.len() > MAX_PREFIX || !id.prefix.bytes().all(allowed) {
                let prefix = id.prefix.clone();
                return Err(Unusable::Prefix { prefix });
            }
            self.template(&format!("ids.{name}"), &id.from)?;
        }
        for rule in &file.refuse {
            self.conditions("refuse", &rule.when)?;
        }
        for rule in &file.note {
            self.conditions("note", &rule.when)?;
        }
        if let Some(before) = &file.before {
            self.id("before", &before.subject)?;
            for field in &before.fields {
                self.used.extend(before.columns(field));
            }
        }
        Ok(())
    }

    /// The statements, with what the contract says about them.
    pub(super) fn statements(&mut self) -> Result<Vec<CheckedRule>, Unusable> {
        if self.file.statements.is_empty() {
            return Err(Unusable::Empty { what: "statement" });
        }
        let mut roles = BTreeSet::new();
        let mut statements = Vec::new();
        for rule in &self.file.statements {
            if !roles.insert(&rule.role) {
                let role = rule.role.clone();
                return Err(Unusable::RoleTwice { role });
            }
            statements.push(self.statement(rule)?);
        }
        Ok(statements)
    }

    fn statement(&mut self, rule: &StatementRule) -> Result<CheckedRule, Unusable> {
        let role = &rule.role;
        check_name("the role", role, MAX_ROLE)?;
        let kind: Kind = rule.kind.parse().map_err(|source| Unusable::UnknownKind {
            role: role.clone(),
            source,
        })?;
        let class: Class = self.id(role, &rule.subject)?.into();
        if class != kind.class() {
            return Err(Unusable::WrongClass {
                role: role.clone(),
                kind,
                expected: kind.class(),
                id: rule.subject.clone(),
            });
        }
        for id in &rule.concerns {
            self.id(role, id)?;
        }
        if let Some(each) = &rule.each {
            self.used.insert(each.column.clone());
        }
        self.conditions(role, &rule.when)?;
        if let Some(occurred) = &rule.occurred {
            for column in &occurred.from {
                self.date(role, column)?;
            }
        }
        let schema = schema::of(kind);
        let mut limits = BTreeMap::new();
        for (path, field) in &rule.data {
            let Some(found) = schema::field(&schema, path) else {
                return Err(Unusable::UnknownField {
                    role: role.clone(),
                    kind,
                    field: path.clone(),
                });
            };
            limits.extend(found.max_length.map(|most| (path.clone(), most)));
            self.field(&format!("{role}: {path}"), field)?;
        }
        Ok(CheckedRule {
            rule: rule.clone(),
            kind,
            limits,
        })
    }

    fn field(&mut self, place: &str, field: &FieldRule) -> Result<(), Unusable> {
        self.conditions(place, &field.when)?;
        for template in &field.text {
            self.template(place, template)?;
        }
        Ok(())
    }

    fn conditions(&mut self, place: &str, conditions: &[Condition]) -> Result<(), Unusable> {
        for condition in conditions {
            if condition.is_idle() {
                let column = condition.column.clone();
                return Err(Unusable::IdleCondition { column });
            }
            for column in condition.columns() {
                self.column(column);
            }
            for column in condition.dates() {
                self.date(place, column)?;
            }
        }
        Ok(())
    }

    fn template(&mut self, place: &str, template: &Template) -> Result<(), Unusable> {
        for part in template.parts() {
            match part {
                Part::Text(_) => {}
                Part::Column(column) => self.column(column),
                Part::Translated { column, vocabulary } => {
                    self.column(column);
                    if !self.file.vocabularies.contains_key(vocabulary) {
                        return Err(undefined(place, "vocabulary", vocabulary));
                    }
                }
                Part::Id(id) => {
                    self.id(place, id)?;
                }
            }
        }
        Ok(())
    }

    fn column(&mut self, column: &str) {
        if column != EACH_NUMBER && column != EACH_LAST {
            self.used.insert(column.to_owned());
        }
    }

    fn id(&self, place: &str, id: &str) -> Result<ClassName, Unusable> {
        let rule = self.file.ids.get(id);
        rule.map(|rule| rule.class)
            .ok_or_else(|| undefined(place, "id", id))
    }

    fn date(&self, place: &str, column: &str) -> Result<(), Unusable> {
        if self.file.dates.contains_key(column) {
            return Ok(());
        }
        Err(undefined(place, "date", column))
    }
}

fn undefined(place: &str, what: &'static str, name: &str) -> Unusable {
    Unusable::Undefined {
        place: place.to_owned(),
        what,
        name: name.to_owned(),
    }
}

fn check_name(what: &'static str, name: &str, most: usize) -> Result<(), Unusable> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=most).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(Unusable::Name {
        what,
        found: name.to_owned(),
        most,
    })
}
