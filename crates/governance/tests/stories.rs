//! Every story under `tests/stories/`, told in a city of its own.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;

use cinnabar_events::{Basis, Commitment, Entry, Kind, Listed, Migrated, Text};
use cinnabar_governance::story::{Line, Says, read};
use cinnabar_governance::testing::{Draft, Town, public};
use cinnabar_governance::{DeadlineRecord, Record, RecordKey, Records as _, all_clauses};
use serde_json::Value as Json;

/// What the stories have told.
#[derive(Default)]
struct Told {
    recorded: BTreeSet<Kind>,
    refused: BTreeSet<String>,
}

struct Teller {
    town: Town,
    /// Entries of the ledger's own that the story has not named yet.
    unnamed: std::collections::VecDeque<usize>,
}

impl Teller {
    fn tell(&mut self, line: &Line, told: &mut Told) -> Result<(), String> {
        match line {
            Line::Time(moment) => {
                self.all_named()?;
                let seconds = (moment.micros() - self.town.now().micros()) / 1_000_000;
                if seconds < 0 {
                    return Err(format!("it is {} already", self.town.now()));
                }
                self.town.pass(seconds);
                self.hear();
            }
            Line::Says(says) => self.say(says, told)?,
            Line::Ledger {
                kind,
                subject,
                data,
            } => {
                let Some(at) = self.unnamed.pop_front() else {
                    return Err("the ledger said nothing more".to_owned());
                };
                told.recorded.insert(*kind);
                let entry = &self.town.entries()[at];
                named(entry, *kind, subject, data)?;
            }
            Line::Is { subject, status } => {
                let found = self.status(subject)?;
                if found != *status {
                    return Err(format!("it is {found}"));
                }
            }
            Line::Deadline {
                rule,
                subject,
                status,
            } => {
                let key = RecordKey::Deadline(subject.parse().unwrap(), rule.parse().unwrap());
                let found = match self.town.records().record(&key) {
                    Ok(Some(Record::Deadline(DeadlineRecord { status, .. }))) => status.as_str(),
                    _ => "not there",
                };
                if found != status {
                    return Err(format!("it is {found}"));
                }
            }
        }
        Ok(())
    }

    fn hear(&mut self) {
        let said = self.town.catch_up();
        self.unnamed
            .extend(said.iter().map(|seq| seq.get() as usize));
    }

    fn all_named(&self) -> Result<(), String> {
        match self.unnamed.front() {
            None => Ok(()),
            Some(at) => {
                let statement = self.town.entries()[*at].statement();
                Err(format!(
                    "the ledger said {} about {}, which the story must tell first",
                    statement.kind(),
                    statement.subject
                ))
            }
        }
    }

    fn say(&mut self, says: &Says, told: &mut Told) -> Result<(), String> {
        self.all_named()?;
        let draft = self.draft(says);
        self.town.pass(1);
        self.hear();
        self.all_named()?;
        let before = (self.town.records().clone(), self.town.entries().len());
        let verdict = self.town.say(&draft);
        // What the ledger says because of this very statement is for the next line.
        let after = self.town.entries().len();
        match (&says.refused, verdict) {
            (None, Ok(_)) => {
                told.recorded.insert(says.kind);
                Ok(())
            }
            (None, Err(rejection)) => Err(format!("refused {}: {rejection}", rejection.code())),
            (Some(code), Ok(_)) => Err(format!("recorded, and not refused by {code}")),
            (Some(code), Err(rejection)) => {
                told.refused.insert(rejection.code().to_owned());
                if rejection.code() != code {
                    return Err(format!("refused {}: {rejection}", rejection.code()));
                }
                assert!(
                    after == before.1 && *self.town.records() == before.0,
                    "a refused statement changes nothing"
                );
                Ok(())
            }
        }
    }

    fn draft(&mut self, says: &Says) -> Draft {
        let signers: Vec<&str> = says.signers.iter().map(String::as_str).collect();
        let concerns: Vec<&str> = says.concerns.iter().map(String::as_str).collect();
        let data = self.resolved(&says.data);
        let draft = self.town.draft(says.kind, &says.subject, &signers, &data);
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

    /// `entry 2 of product/p1` is the statement of the second entry in that dossier, as `{"actor":…,"statement":…}`;
    /// `/contact in entry 2 of product/p1` is its confidential value there, with `"pointer"` besides.
    fn resolved(&self, data: &Json) -> Json {
        match data {
            Json::String(text) => self.named_statement(text).unwrap_or_else(|| data.clone()),
            Json::Array(items) => items.iter().map(|item| self.resolved(item)).collect(),
            Json::Object(members) => {
                let members = members.iter();
                members
                    .map(|(name, value)| (name.clone(), self.resolved(value)))
                    .collect()
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => data.clone(),
        }
    }

    fn named_statement(&self, text: &str) -> Option<Json> {
        let (pointer, named) = match text.split_once(" in ") {
            Some((pointer, named)) if pointer.starts_with('/') => (Some(pointer), named),
            _ => (None, text),
        };
        let (number, subject) = named.strip_prefix("entry ")?.split_once(" of ")?;
        let number: usize = number.parse().ok()?;
        let subject: cinnabar_events::Subject = subject.parse().ok()?;
        let about = |entry: &&Entry| entry.statement().subjects().any(|one| *one == subject);
        let mut dossier = self.town.entries().iter().filter(about);
        let entry = dossier.nth(number.checked_sub(1)?)?.statement();
        let mut named = serde_json::json!({ "actor": entry.first_signer().actor.as_str(), "statement": entry.id.to_string() });
        if let Some(pointer) = pointer {
            named["pointer"] = pointer.into();
        }
        Some(named)
    }

    fn status(&self, subject: &str) -> Result<String, String> {
        let key = RecordKey::State(subject.parse().map_err(|_| "no subject")?);
        let Ok(Some(record)) = self.town.records().record(&key) else {
            return Err("it is not known".to_owned());
        };
        let json = serde_json::to_value(record).unwrap();
        let state = json.as_object().unwrap().values().next().unwrap();
        Ok(state["status"].as_str().unwrap_or("there").to_owned())
    }
}

fn named(
    entry: &Entry,
    kind: Kind,
    subject: &str,
    data: &serde_json::Map<String, Json>,
) -> Result<(), String> {
    let statement = entry.statement();
    let about = statement.subjects().any(|one| one.to_string() == subject);
    let found = statement.payload.to_json().unwrap();
    let says = data.iter().all(|(name, value)| found[name] == *value);
    if statement.kind() == kind && about && says {
        Ok(())
    } else {
        Err(format!(
            "the ledger said {} about {}: {found}",
            statement.kind(),
            statement.subject
        ))
    }
}

fn stories() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/stories");
    let mut stories: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "story"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    stories.sort();
    stories
}

#[test]
fn every_story_happens_as_it_is_told() {
    let only = std::env::var("STORY").unwrap_or_default();
    let (city, mut told, mut faults) = (Town::city(), Told::default(), Vec::new());
    for (name, text) in stories() {
        if !name.contains(&only) {
            continue;
        }
        let mut teller = Teller {
            town: city.clone(),
            unnamed: Default::default(),
        };
        match read(&text, |name| Some(public(name))) {
            Err(why) => faults.push(format!("{name}.story {why}")),
            Ok(lines) => {
                for (number, line) in lines {
                    if let Err(why) = teller.tell(&line, &mut told) {
                        faults.push(format!("{name}.story line {number}: {why}"));
                        break;
                    }
                }
                if let Err(why) = teller.all_named() {
                    faults.push(format!("{name}.story, at the end: {why}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    if only.is_empty() {
        everything_is_told(&told);
    }
}

/// Kinds that the city's own history has told before any story begins.
const BEFORE: [Kind; 5] = [
    Kind::LedgerOpened,
    Kind::RulebookDeposited,
    Kind::ActorEnrolled,
    Kind::RoleGranted,
    Kind::OrganisationRegistered,
];

/// Kinds about the ledger's own bytes, which no case has; `tests/rules` says them.
const OF_THE_LEDGER: [Kind; 2] = [Kind::DossiersIndexed, Kind::LedgerRecovered];

/// Refusals about bytes, keys and ids, which a story can't show; `tests/rules` does.
const ELSEWHERE: [&str; 6] = [
    "dossiers.order",
    "dossiers.place",
    "ledger.threshold",
    "recovery.checkpoint",
    "recovery.range",
    "recovery.signers",
];

fn everything_is_told(told: &Told) {
    let kinds: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| {
            !told.recorded.contains(kind) && !BEFORE.contains(kind) && !OF_THE_LEDGER.contains(kind)
        })
        .map(|kind| kind.as_str())
        .collect();
    let clauses: Vec<&str> = all_clauses()
        .map(|clause| clause.code)
        .filter(|code| !told.refused.contains(*code) && !ELSEWHERE.contains(code))
        .collect();
    assert!(
        kinds.is_empty() && clauses.is_empty(),
        "no story for the kinds {kinds:?}, nor for the refusals {clauses:?}"
    );
}
