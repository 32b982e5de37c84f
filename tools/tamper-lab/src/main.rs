//! `tamper-lab`: commits every attack on a demonstration ledger, and prints who noticed.

use cinnabar_tamper_lab::honest::Honest;
use cinnabar_tamper_lab::{document, table};
use clap::Parser;

/// Opens a demonstration ledger, cheats with copies of it in every way that its operator could, and prints who notices.
#[derive(Debug, Parser)]
#[command(name = "tamper-lab", version)]
struct Args {
    /// Only the attacks whose names contain this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Put the table into docs/tampering.md.
    #[arg(long, conflicts_with = "only")]
    write: bool,
}

fn main() {
    let args = Args::parse();
    let honest = Honest::new();
    let rows = table::run(&honest, &args.only, |row| {
        eprintln!(
            "{}\n  {:?}\n  {:?}",
            row.attack.name, row.noticed, row.served.others
        );
    });
    let table = table::markdown(&rows);
    match args.write {
        true => document::write(&table),
        false => print!("{table}"),
    }
}
