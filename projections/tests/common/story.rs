//! The stories under `tests/stories/`, told: the towns whose ledgers they make.

use std::path::Path;

use cinnabar_events::{Basis, Commitment, Entry, Listed, Migrated, Subject, Text};
use cinnabar_governance::story::{Line, Says, read};
use cinnabar_governance::testing::{Draft, Town, public};
use serde_json::{Value as Json, json};

/// Every story by its name, with the town in which it was told. Whether it happens as it is told is tested elsewhere.
pub(crate) fn all() -> Vec<(String, Town)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folder = folder
        .ancestors()
        .map(|folder| folder.join("tests/stories"));
    let folder = folder.find(|folder| folder.is_dir()).unwrap();
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let city = Town::city();
    let mut told: Vec<(String, Town)> = files
        .filter(|path| path.extension().is_some_and(|end| end == "story"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(path).unwrap();
            (name, tell(city.clone(), &text))
        })
        .collect();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    told
}

/// Tells one story in `town`.
pub(crate) fn tell(mut town: Town, text: &str) -> Town {
    for (number, line) in read(text, |name| Some(public(name))).unwrap() {
        match line {
            Line::Time(moment) => {
                let seconds = (moment.micros() - town.now().micros()) / 1_000_000;
                town.pass(seconds.max(0));
                town.catch_up();
            }
            Line::Says(says) => {
                let draft = draft(&mut town, &says);
                town.pass(1);
                let said = town.say(&draft);
                assert_eq!(
                    said.is_ok(),
                    says.refused.is_none(),
                    "line {number}: {said:?}"
                );
            }
            Line::Ledger { .. } | Line::Is { .. } | Line::Deadline { .. } => {}
        }
    }
    town
}

fn draft(town: &mut Town, says: &Says) -> Draft {
    let signers: Vec<&str> = says.signers.iter().map(String::as_str).collect();
    let concerns: Vec<&str> = says.concerns.iter().map(String::as_str).collect();
    let data = resolved(town, &says.data);
    let draft = town.draft(says.kind, &says.subject, &signers, &data);
    draft.concerning(&concerns).with(|statement| {
        statement.occurred = says.occurred.as_ref().map(|when| when.parse().unwrap());
        for pointer in &says.hidden {
            let commitment = Commitment::from_bytes([7; 32]);
            statement.commitments.insert(pointer.clone(), commitment);
        }
        statement.migrated = says.migrated.as_ref().map(|(register, row)| Migrated {
            register: Text::new(register).unwrap(),
            row: Text::new(row).unwrap(),
        });
        let basis = says.basis.iter().map(|(instrument, article)| Basis {
            instrument: Text::new(instrument).unwrap(),
            article: Text::new(article).unwrap(),
        });
        statement.basis = Listed::new(basis.collect()).unwrap();
    })
}

/// `entry 2 of product/p1`, with or without `/pointer in ` before it, names a statement or one of its confidential values.
fn resolved(town: &Town, data: &Json) -> Json {
    match data {
        Json::String(text) => named(town, text).unwrap_or_else(|| data.clone()),
        Json::Array(items) => items.iter().map(|item| resolved(town, item)).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), resolved(town, value)))
            .collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => data.clone(),
    }
}

fn named(town: &Town, text: &str) -> Option<Json> {
    let (pointer, named) = match text.split_once(" in ") {
        Some((pointer, named)) if pointer.starts_with('/') => (Some(pointer), named),
        _ => (None, text),
    };
    let (number, subject) = named.strip_prefix("entry ")?.split_once(" of ")?;
    let number: usize = number.parse().ok()?;
    let subject: Subject = subject.parse().ok()?;
    let about = |entry: &&Entry| entry.dossiers().contains_key(&subject);
    let mut dossier = town.entries().iter().filter(about);
    let statement = dossier.nth(number.checked_sub(1)?)?.statement();
    let mut named = json!({ "actor": statement.first_signer().actor.as_str(), "statement": statement.id.to_string() });
    if let Some(pointer) = pointer {
        named["pointer"] = pointer.into();
    }
    Some(named)
}
