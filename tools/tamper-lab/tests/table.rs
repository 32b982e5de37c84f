//! The whole lab, once: every attack is committed, everybody looks, and what they say is what the page says.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_tamper_lab::honest::Honest;
use cinnabar_tamper_lab::parties::{self, Findings, Party};
use cinnabar_tamper_lab::table::Row;
use cinnabar_tamper_lab::{document, table};
use cinnabar_tests::root;
use serde_json::Value;

/// What the second verifier checks, too: all but the rules.
const WITHOUT_RULES: &str = "bytes,form,chain,tree,checkpoints,authors,dossiers";

/// One test, because the demonstration runs once.
#[test]
fn everybody_says_what_the_page_says_and_both_verifiers_say_the_same() {
    let honest = Honest::new();
    nobody_notices_anything_about_the_honest_ledger(&honest);
    let rows = table::run(&honest, "", |_| {});
    the_page_is_true(&rows);
    both_verifiers_say_the_same(&honest, &rows);
}

/// Otherwise every cell of the table would be worth nothing.
fn nobody_notices_anything_about_the_honest_ledger(honest: &Honest) {
    let size = honest.today.size();
    let served =
        cinnabar_tamper_lab::attacks::Served::instead(honest, honest.shown(size), honest.new);
    for party in Party::ALL {
        assert_eq!(party.look(honest, &served), None, "{party:?}");
    }
}

fn the_page_is_true(rows: &[Row]) {
    let found = table::markdown(rows);
    if std::env::var_os("BLESS").is_some() {
        document::write(&found);
    }
    let page = document::read();
    let (says, is): (Vec<&str>, Vec<&str>) = (
        document::table(&page).lines().collect(),
        found.lines().collect(),
    );
    let differing: Vec<_> = says
        .iter()
        .zip(&is)
        .filter(|(says, is)| says != is)
        .collect();
    assert!(
        says.len() == is.len() && differing.is_empty(),
        "docs/tampering.md has {} lines of a table that has {}, and says something else: look at it, then run with BLESS=1\n{differing:#?}",
        says.len(),
        is.len()
    );
    for row in rows {
        let heading = format!("\n### {}\n", row.attack.name);
        assert!(page.contains(&heading), "no paragraph{heading}");
    }
    // Codes of checks are explained.
    for code in found
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| !code.contains(' '))
    {
        let line = format!("\n| `{code}` |");
        assert!(page.contains(&line), "{code} is not explained");
    }
}

/// The same verdict and the same first bad sequence, with the key alone and with yesterday's checkpoint.
fn both_verifiers_say_the_same(honest: &Honest, rows: &[Row]) {
    let room = tempfile::tempdir().unwrap();
    let mut cases: Vec<(&Row, PathBuf)> = Vec::new();
    for row in rows {
        // Several attacks show the ledger as it is.
        let is_shown = |(other, _): &(&Row, PathBuf)| other.served.shown == row.served.shown;
        if !cases.iter().any(is_shown) {
            let folder = room.path().join(cases.len().to_string());
            std::fs::create_dir(&folder).unwrap();
            parties::write(honest, &row.served.shown, &folder);
            cases.push((row, folder));
        }
    }
    let folders: Vec<&Path> = cases.iter().map(|(_, folder)| folder.as_path()).collect();
    let Some(second) = second_verifier(honest, &folders) else {
        return;
    };
    let asked = cases.iter().flat_map(|case| [(case, false), (case, true)]);
    assert_eq!(asked.clone().count(), second.len());
    for (((row, folder), kept), second) in asked.zip(&second) {
        let first = Findings::of(&parties::run(honest, folder, kept, WITHOUT_RULES));
        assert_eq!(
            (&first.verdict, first.sequence),
            (&second.verdict, second.sequence),
            "{}, with yesterday's checkpoint: {kept}; verify says {first:?}, verify.py {second:?}",
            row.attack.name
        );
    }
}

/// What the Python file says; none, and a sentence, if there is no Python here.
fn second_verifier(honest: &Honest, folders: &[&Path]) -> Option<Vec<Findings>> {
    let output = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/second.py"))
        .arg(root().join("tools/second-verifier/verify.py"))
        .arg(honest.key().to_string())
        .arg(honest.secrets.ledger.to_string())
        .args(folders)
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("Skipped: there is no python3 on PATH, so nobody gives a second opinion.");
            return None;
        }
        Err(error) => panic!("python3 can't be run: {error}"),
    };
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let reports = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    Some(reports.map(|report| Findings::of(&report)).collect())
}
