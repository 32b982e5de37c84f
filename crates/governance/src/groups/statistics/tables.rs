//! Tables that tell nobody's figure.
//!
//! In scope: what can be seen in one table. Out of scope: what two tables, or a table and last year's, tell together; the
//! statisticians answer for that.

use cinnabar_events::Code;
use cinnabar_events::kinds::{ReleaseTable, TableCell};

use super::{CELL, DOMINANCE, LONE_SUPPRESSION, SMALL_CELL};
use crate::case::Case;
use crate::records::Records;
use crate::rejection::Rejection;

/// Fewest respondents behind a figure where the rulebook sets no `cell_respondents_min`.
const RESPONDENTS_MIN: u32 = 3;
/// Largest share of one respondent, in percent, where the rulebook sets no `cell_dominance_percent`.
const DOMINANCE_PERCENT: u32 = 75;

/// How small a cell may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    respondents: u32,
    dominance: u32,
}

impl Limits {
    /// Those of the rulebook in force.
    pub(super) fn of<R: Records>(case: &Case<'_, R>) -> Self {
        Self {
            respondents: case.setting("cell_respondents_min", RESPONDENTS_MIN),
            dominance: case.setting("cell_dominance_percent", DOMINANCE_PERCENT),
        }
    }
}

/// No figure in `table` tells that of one respondent.
pub(super) fn tells_nobody(table: &ReleaseTable, limits: Limits) -> Result<(), Rejection> {
    let cells = table.cells.as_slice();
    for (index, cell) in cells.iter().enumerate() {
        let twice = cells[..index].iter().any(|other| same_place(cell, other));
        if twice || !has_a_place(table, cell) || cell.value.is_some() == cell.suppressed.is_some() {
            return Err(CELL.found(name(table, cell)));
        }
        if cell.suppressed.is_some() {
            continue;
        }
        if cell.respondents < limits.respondents {
            let needed = limits.respondents;
            let found = format!(
                "{}: {} of at least {needed}",
                name(table, cell),
                cell.respondents
            );
            return Err(SMALL_CELL.found(found));
        }
        let largest = cell.largest_at_most.map(u32::from);
        if largest.is_some_and(|largest| largest > limits.dominance) {
            let found = format!("{}: at most {} %", name(table, cell), limits.dominance);
            return Err(DOMINANCE.found(found));
        }
    }
    match table.measures.iter().find(|one| lone(table, &one.measure)) {
        Some(one) => Err(LONE_SUPPRESSION.found(one.measure.as_str())),
        None => Ok(()),
    }
}

/// Whether one cell of the measure, and only one, is suppressed although there are totals.
fn lone(table: &ReleaseTable, measure: &Code) -> bool {
    let hidden = |cell: &&TableCell| cell.suppressed.is_some() && cell.measure == *measure;
    table.totals && table.cells.iter().filter(hidden).count() == 1
}

/// Whether the cell has a value in every dimension, once, and a measure of the table.
fn has_a_place(table: &ReleaseTable, cell: &TableCell) -> bool {
    let placed = |dim: &Code| cell.at.iter().any(|place| place.dim == *dim);
    cell.at.as_slice().len() == table.dims.as_slice().len()
        && table.dims.iter().all(placed)
        && table.measures.iter().any(|one| one.measure == cell.measure)
}

/// Whether both measure the same at the same place, in whatever order its dimensions are named.
fn same_place(one: &TableCell, other: &TableCell) -> bool {
    let there = other.at.as_slice();
    one.measure == other.measure
        && one.at.as_slice().len() == there.len()
        && one.at.iter().all(|place| there.contains(place))
}

/// The cell, for a reader: its table, its place and its measure.
fn name(table: &ReleaseTable, cell: &TableCell) -> String {
    let places: Vec<&str> = cell.at.iter().map(|place| place.is.as_str()).collect();
    format!("{}, {}, {}", table.title, places.join(" "), cell.measure)
}
