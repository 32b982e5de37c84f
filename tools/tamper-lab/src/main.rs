//! `tamper-lab`: commits every attack on a demonstration ledger, and prints who noticed.

use cinnabar_tamper_lab::honest::Honest;
use cinnabar_tamper_lab::table;
use clap::Parser;

/// Opens a demonstration ledger, cheats with copies of it in every way that its operator could, and prints who notices.
#[derive(Debug, Parser)]
#[command(name = "tamper-lab", version)]
struct Args {}

fn main() {
    let Args {} = Args::parse();
    let honest = Honest::new();
    let rows = table::run(&honest, |row| {
        eprintln!(
            "{}\n  {:?}\n  {:?}",
            row.attack.name, row.noticed, row.served.others
        );
    });
    print!("{}", table::markdown(&rows));
}
