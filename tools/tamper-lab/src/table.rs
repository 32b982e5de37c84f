//! The table: attack × who notices, and with what.

use std::fmt::Write as _;
use std::thread;

use crate::attacks::{self, Attack, Served};
use crate::honest::Honest;
use crate::parties::Party;

/// One attack, and what each party noticed, in the order of [`Party::ALL`].
#[derive(Debug)]
pub struct Row {
    /// The attack.
    pub attack: Attack,
    /// What everybody had before him.
    pub served: Served,
    /// What was noticed.
    pub noticed: Vec<Option<String>>,
}

/// Commits every attack whose name contains `only`, and has everybody look.
pub fn run(honest: &Honest, only: &str, mut told: impl FnMut(&Row)) -> Vec<Row> {
    let attacks = attacks::all().into_iter();
    attacks
        .filter(|attack| attack.name.contains(only))
        .map(|attack| {
            let served = (attack.commit)(honest);
            let noticed = look(honest, &served);
            let row = Row {
                attack,
                served,
                noticed,
            };
            told(&row);
            row
        })
        .collect()
}

/// Everybody looks, all at the same time.
fn look(honest: &Honest, served: &Served) -> Vec<Option<String>> {
    thread::scope(|scope| {
        let looking = Party::ALL.map(|party| scope.spawn(move || party.look(honest, served)));
        let looked = looking.into_iter().map(|party| party.join());
        looked
            .map(|noticed| noticed.expect("looking goes well"))
            .collect()
    })
}

impl Row {
    /// Whether nobody noticed.
    pub fn is_unnoticed(&self) -> bool {
        self.noticed.iter().all(Option::is_none) && self.served.others.is_empty()
    }

    /// As a row of the table.
    fn line(&self) -> String {
        let mut line = format!("| {} |", self.attack.name);
        for noticed in &self.noticed {
            let cell = noticed.as_deref().unwrap_or("–");
            write!(line, " {cell} |").expect("writing to a string can't fail");
        }
        let others = match self.is_unnoticed() {
            true => "**nobody**".to_owned(),
            false => self.served.others.join("; "),
        };
        write!(line, " {others} |").expect("writing to a string can't fail");
        line
    }
}

/// As Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let titles = Party::ALL.map(Party::title).join(" | ");
    let lines: Vec<String> = rows.iter().map(Row::line).collect();
    format!(
        "| attack | {titles} | anybody else |\n|---|---|---|---|---|---|---|\n{}\n",
        lines.join("\n")
    )
}
