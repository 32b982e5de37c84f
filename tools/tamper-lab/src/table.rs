//! The table: attack × who notices, and with what.

use std::fmt::Write as _;

use crate::attack::{ATTACKS, Attack};
use crate::honest::Honest;
use crate::parties::Party;

/// One attack, and what each party noticed, in the order of [`Party::ALL`].
#[derive(Debug)]
pub struct Row {
    /// The attack.
    pub attack: Attack,
    /// What was noticed.
    pub noticed: Vec<Option<String>>,
}

/// Commits every attack and has everybody look.
pub fn run(honest: &Honest, mut told: impl FnMut(&Row)) -> Vec<Row> {
    let attacks = ATTACKS.into_iter();
    attacks
        .map(|attack| {
            let served = (attack.forge)(honest);
            let look = |party: &Party| party.look(honest, &served);
            let row = Row {
                attack,
                noticed: Party::ALL.iter().map(look).collect(),
            };
            told(&row);
            row
        })
        .collect()
}

/// As Markdown. Sequences are left out: they follow from the demonstration, not from the attack.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from("| attack |");
    for party in Party::ALL {
        write!(text, " {} |", party.title()).expect("writing to a string can't fail");
    }
    text.push_str(" nobody |\n|---|---|---|---|---|---|---|\n");
    for row in rows {
        write!(text, "| {} |", row.attack.name).expect("writing to a string can't fail");
        for noticed in &row.noticed {
            let cell = noticed.as_deref().map_or("–", without_sequence);
            write!(text, " {cell} |").expect("writing to a string can't fail");
        }
        let nobody = row.noticed.iter().all(Option::is_none);
        text.push_str(if nobody { " **nobody** |\n" } else { " |\n" });
    }
    text
}

fn without_sequence(cell: &str) -> &str {
    cell.split(" at ").next().unwrap_or(cell)
}
