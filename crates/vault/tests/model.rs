//! Random keeping, erasing, discarding and looking, with the vault closed and opened in between, against a table in memory.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_events::Sequence;
use cinnabar_vault::{DataSubject, Filing, Found, Rejection, Slot, Vault};
use proptest::prelude::*;
use support::*;

/// Statements that may be kept; each has its own fields.
const STATEMENTS: u8 = 6;
/// People that its fields may be about.
const PEOPLE: u8 = 3;

#[derive(Clone, Debug)]
enum Step {
    Keep(Vec<u8>),
    Erase(Vec<(u8, u8)>),
    Discard(u8),
    ErasePerson(u8),
    Advance(u64),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let statement = 0..STATEMENTS;
    prop_oneof![
        5 => prop::collection::vec(statement.clone(), 1..4).prop_map(Step::Keep),
        2 => prop::collection::vec((statement.clone(), 0..4_u8), 1..4).prop_map(Step::Erase),
        2 => statement.prop_map(Step::Discard),
        1 => (0..=PEOPLE).prop_map(Step::ErasePerson),
        1 => (0..9_u64).prop_map(Step::Advance),
        2 => Just(Step::Reopen),
    ]
}

/// Whom field `field` of statement `statement` is about.
fn about(statement: u8, field: u8) -> u8 {
    (statement * 5 + field * 3) % (PEOPLE + 1)
}

fn data_subject(number: u8) -> DataSubject {
    match number {
        PEOPLE => DataSubject::subject(&subject()),
        _ => person(&number.to_string()),
    }
}

/// The filing of a statement: one to four fields. Two statements in a row share an id.
fn filing_of(statement: u8) -> Filing {
    let fields = (0..=statement % 4).map(|field| {
        let opening = opening(&format!("/f{field}"), &format!("s{statement}"));
        match about(statement, field) {
            PEOPLE => opening,
            number => opening.about(data_subject(number)),
        }
    });
    filing(id(&(statement / 2).to_string()), fields.collect())
}

fn slot(statement: u8, field: u8) -> Slot {
    let slots = slots(&filing_of(statement));
    slots[usize::from(field) % slots.len()]
}

#[derive(Default)]
struct Model {
    kept: BTreeMap<Slot, u8>,
    erased: BTreeSet<Slot>,
    cursor: u64,
}

impl Model {
    fn keep(&mut self, statement: u8) -> Result<(), Rejection> {
        let slots = slots(&filing_of(statement));
        for (field, slot) in slots.iter().enumerate() {
            if self.erased.contains(slot) {
                return Err(Rejection::Erased(format!("/f{field}")));
            }
        }
        for (slot, field) in slots.into_iter().zip(0..) {
            self.kept.insert(slot, about(statement, field));
        }
        Ok(())
    }

    fn remove(&mut self, slots: &[Slot]) -> Vec<Slot> {
        let mut gone: Vec<Slot> = slots.to_vec();
        gone.retain(|slot| self.kept.remove(slot).is_some());
        gone.sort();
        gone
    }

    fn agrees(&self, vault: &Vault) {
        for statement in 0..STATEMENTS {
            for slot in slots(&filing_of(statement)) {
                match vault.find(&slot).unwrap() {
                    Found::Opening(opening) => {
                        assert!(self.kept.contains_key(&slot));
                        assert_eq!(opening.commitment(slot.statement), slot.commitment);
                    }
                    Found::Erased => assert!(self.erased.contains(&slot)),
                    Found::Nothing => {
                        assert!(!self.kept.contains_key(&slot) && !self.erased.contains(&slot));
                    }
                }
            }
        }
        for number in 0..=PEOPLE {
            let list = vault.list(&data_subject(number)).unwrap();
            let found: BTreeSet<Slot> = list.into_iter().map(|(slot, _)| slot).collect();
            let with_them = self.kept.iter().filter(|(_, about)| **about == number);
            assert_eq!(found, with_them.map(|(slot, _)| *slot).collect());
        }
        let census = vault.census().unwrap();
        let subjects: BTreeSet<&u8> = self.kept.values().collect();
        assert_eq!(census.openings, self.kept.len() as u64);
        assert_eq!(census.subjects, subjects.len() as u64);
        assert_eq!(vault.cursor().unwrap(), Sequence::new(self.cursor));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_vault_does_what_a_table_in_memory_does(steps in prop::collection::vec(step(), 1..16)) {
        let (dir, mut vault) = new_vault();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Keep(statements) => {
                    let filings: Vec<Filing> = statements.iter().copied().map(filing_of).collect();
                    let expected: Vec<_> = statements.iter().map(|at| model.keep(*at)).collect();
                    prop_assert_eq!(vault.keep(&filings).unwrap(), expected);
                }
                Step::Erase(fields) => {
                    let slots: Vec<Slot> = fields.iter().map(|(at, field)| slot(*at, *field)).collect();
                    let receipt = vault.erase(&slots).unwrap();
                    prop_assert_eq!(receipt.slots, model.remove(&slots));
                    model.erased.extend(slots);
                }
                Step::Discard(statement) => {
                    let slots = slots(&filing_of(statement));
                    let receipt = vault.discard(&slots).unwrap();
                    prop_assert_eq!(receipt.slots, model.remove(&slots));
                }
                Step::ErasePerson(number) => {
                    let with_them = model.kept.iter().filter(|(_, about)| **about == number);
                    let slots: Vec<Slot> = with_them.map(|(slot, _)| *slot).collect();
                    let receipt = vault.erase_subject(&data_subject(number)).unwrap();
                    prop_assert_eq!(receipt.survivors, 0);
                    prop_assert_eq!(receipt.slots, model.remove(&slots));
                    model.erased.extend(slots);
                }
                Step::Advance(to) => {
                    vault.advance(Sequence::new(to)).unwrap();
                    model.cursor = model.cursor.max(to);
                }
                Step::Reopen => vault = reopen(&dir, vault),
            }
            model.agrees(&vault);
        }
        let inspection = vault.inspect().unwrap();
        prop_assert_eq!((inspection.damaged.len(), inspection.relisted), (0, 0));
    }
}
