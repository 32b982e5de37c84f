//! The arguments that make a statement.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use cinnabar_events::{
    Kind, LedgerId, Listed, MAX_STATEMENT_BYTES, Payload, Revision, Statement, StatementId,
    Subject, Timestamp, When, canonical, encode,
};
use serde_json::{Map, Value};

use super::confidential::{Confidential, Openings, Person};
use super::field::{Assignment, assign};
use super::file::StatementFile;
use super::parts::{Claim, Provision, Source};
use super::schema::{self, Schema};
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files;

/// What the statement says, but its kind.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(id = "statement")]
pub struct StatementArgs {
    /// What it is about: class/id, like product/triage.
    #[arg(long, value_name = "CLASS/ID")]
    pub subject: Option<Subject>,
    /// A further subject, whose dossier it enters too.
    #[arg(long, value_name = "CLASS/ID", num_args = 1..)]
    pub concerns: Vec<Subject>,
    /// The payload: @FILE (JSON), - (JSON on standard input), key=value, or key:=JSON; later ones add to earlier ones.
    #[arg(long, value_name = "DATA", num_args = 1..)]
    pub data: Vec<String>,
    /// When it happened in the world: 2026-11-22, or 2026-11-22T15:00:00.000000Z.
    #[arg(long, value_name = "WHEN")]
    pub occurred: Option<When>,
    /// When it takes effect in law.
    #[arg(long, value_name = "WHEN")]
    pub effective: Option<When>,
    /// Length of the subject's dossier as you saw it; if it has grown since, the statement is refused.
    #[arg(long, value_name = "REVISION")]
    pub expects: Option<u64>,
    /// A provision that it rests on, like "Shenzhen AI Regulation:Art. 44".
    #[arg(long, value_name = "INSTRUMENT:ARTICLE")]
    pub basis: Vec<Provision>,
    /// Who signs, as what, for whom; once for each signer.
    #[arg(long = "as", value_name = "ACTOR:ROLE[@ORGANISATION]")]
    pub claims: Vec<Claim>,
    /// A field that is not recorded, only a salted commitment to it: /pointer=text or /pointer:=JSON.
    #[arg(long, value_name = "/POINTER=VALUE")]
    pub confidential: Vec<Confidential>,
    /// Whom a confidential value is about, if not the subject: it is sealed under that name, and can be erased with it.
    #[arg(long, value_name = "/POINTER=NAME")]
    pub person: Vec<Person>,
    /// It is history, taken over from this row of an older register; the migrator signs it alone.
    #[arg(long, value_name = "REGISTER:ROW")]
    pub migrated: Option<Source>,
    /// The statement's id, a UUID of version 7 or 8; a new one if absent.
    #[arg(long, value_name = "UUID")]
    pub id: Option<StatementId>,
}

/// A statement before anybody signed it, and what opens its commitments.
pub struct Drafted {
    /// The statement.
    pub file: StatementFile,
    /// What opens its commitments; none if it has none.
    pub openings: Option<Openings>,
}

impl StatementArgs {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        let Self {
            subject,
            concerns,
            data,
            occurred,
            effective,
            expects,
            basis,
            claims,
            confidential,
            person,
            migrated,
            id,
        } = self;
        subject.is_none()
            && concerns.is_empty()
            && data.is_empty()
            && occurred.is_none()
            && effective.is_none()
            && expects.is_none()
            && basis.is_empty()
            && claims.is_empty()
            && confidential.is_empty()
            && person.is_empty()
            && migrated.is_none()
            && id.is_none()
    }

    /// Makes the statement.
    ///
    /// # Errors
    /// If something is missing, or the schema does not take what is there.
    pub fn draft(&self, kind: Kind, ledger: LedgerId) -> Result<Drafted, Failure> {
        if kind == Kind::LedgerOpened {
            return Err(Failure::saying(
                Exit::Usage,
                "a ledger is opened by `cinnabar init` and by nothing else",
            ));
        }
        let Some(subject) = self.subject.clone() else {
            return Err(missing(format!(
                "--subject {}/…: what it is about",
                kind.class()
            )));
        };
        if self.claims.is_empty() {
            return Err(missing("--as ACTOR:ROLE: who signs it".to_owned()));
        }
        let id = match self.id {
            Some(id) => id,
            None => new_id()?,
        };
        let (openings, commitments) =
            Openings::commit(id, &self.confidential, &self.person).or_fail(Exit::Malformed)?;
        let mut concerns = self.concerns.clone();
        concerns.sort();
        let signers = self
            .claims
            .iter()
            .map(|Claim(claim)| claim.clone())
            .collect();
        let basis = self
            .basis
            .iter()
            .map(|Provision(basis)| basis.clone())
            .collect();
        let statement = Statement {
            ledger: Some(ledger),
            id,
            subject,
            concerns: listed(concerns, "--concerns")?,
            signers: listed(signers, "--as")?,
            basis: listed(basis, "--basis")?,
            occurred: self.occurred,
            effective: self.effective,
            expects: self.expects.map(Revision::new),
            migrated: self.migrated.as_ref().map(|Source(row)| row.clone()),
            commitments,
            payload: self.payload(kind)?,
        };
        let file = StatementFile::new(statement).or_fail(Exit::Malformed)?;
        Ok(Drafted {
            file,
            openings: (!openings.openings.is_empty()).then_some(openings),
        })
    }

    fn payload(&self, kind: Kind) -> Result<Payload, Failure> {
        let wrong =
            || format!("--data is no payload of {kind}; `cinnabar kinds {kind}` shows its fields");
        let json = schema::of(kind);
        let schema = Schema::new(&json);
        let mut data = Value::Object(Map::new());
        for text in &self.data {
            match text.strip_prefix('@') {
                Some(path) => merge(&mut data, whole(&PathBuf::from(path))?),
                None if text == "-" => merge(&mut data, whole(Path::new("-"))?),
                None => {
                    let assignment: Assignment =
                        text.parse().or_fail_while(Exit::Usage, || "--data")?;
                    assign(&mut data, schema, &assignment).or_fail_while(Exit::Malformed, wrong)?;
                }
            }
        }
        let bytes = encode(&data).or_fail_while(Exit::Malformed, wrong)?;
        let value = canonical::parse(&bytes).or_fail_while(Exit::Malformed, wrong)?;
        Payload::decode(kind, &value).or_fail_while(Exit::Malformed, wrong)
    }
}

fn missing(what: String) -> Failure {
    Failure::saying(Exit::Usage, format!("missing: {what}"))
}

fn listed<T: PartialEq, const MAX: usize>(
    items: Vec<T>,
    option: &str,
) -> Result<Listed<T, MAX>, Failure> {
    Listed::new(items)
        .ok_or_else(|| Failure::saying(Exit::Usage, format!("{option}: at most {MAX}, none twice")))
}

/// The JSON object in a file.
fn whole(path: &Path) -> Result<Map<String, Value>, Failure> {
    let bytes = files::read(path, MAX_STATEMENT_BYTES * 2).or_fail(Exit::Usage)?;
    serde_json::from_slice(&bytes).or_fail_while(Exit::Malformed, {
        let name = path.display().to_string();
        move || format!("{name} is not a JSON object")
    })
}

/// Later members take the place of earlier ones.
fn merge(data: &mut Value, members: Map<String, Value>) {
    if let Some(data) = data.as_object_mut() {
        data.extend(members);
    }
}

/// The time by this machine's clock.
pub(crate) fn now() -> Result<Timestamp, Failure> {
    let micros = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok());
    micros.and_then(Timestamp::from_micros).ok_or_else(|| {
        Failure::saying(
            Exit::Usage,
            "this machine's clock is before 1970 or after 9999",
        )
    })
}

fn new_id() -> Result<StatementId, Failure> {
    let mut random = [0; 10];
    getrandom::fill(&mut random)
        .or_fail_while(Exit::Usage, || "the system gives no random bytes")?;
    Ok(StatementId::at(now()?, random))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn args() -> StatementArgs {
        StatementArgs {
            subject: Some("product/triage".parse().unwrap()),
            concerns: vec!["organisation/acme".parse().unwrap()],
            data: vec!["organisation=acme".into(), "name=Triage".into()],
            claims: vec!["lin:enterprise_filer@acme".parse().unwrap()],
            confidential: vec!["/contactPerson=Lin Hua, +86 755 0000".parse().unwrap()],
            ..StatementArgs::default()
        }
    }

    const LEDGER: LedgerId = LedgerId::from_bytes([7; 32]);

    #[test]
    fn a_statement_commits_to_what_it_does_not_say() {
        let Drafted { file, openings } = args().draft(Kind::ProductSubmitted, LEDGER).unwrap();
        assert_eq!(file.statement().ledger, Some(LEDGER));
        assert_eq!(file.statement().commitments.len(), 1);
        assert_eq!(openings.unwrap().statement, file.statement().id);
        assert!(!String::from_utf8_lossy(file.statement_bytes()).contains("Hua"));
    }

    #[test]
    fn history_names_the_row_that_it_comes_from() {
        let args = StatementArgs {
            migrated: Some("city-register:17".parse().unwrap()),
            ..args()
        };
        let Drafted { file, .. } = args.draft(Kind::ProductSubmitted, LEDGER).unwrap();
        let migrated = file.statement().migrated.clone().unwrap();
        assert_eq!(migrated.row.as_str(), "17");
    }

    #[test]
    fn later_data_adds_to_earlier_data() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        std::fs::write(
            &path,
            r#"{"name":"Old","organisation":"acme","route":"disclosure"}"#,
        )
        .unwrap();
        let data = vec![
            format!("@{}", path.display()),
            "name=New".into(),
            "facts.version=2".into(),
        ];
        let Drafted { file, .. } = StatementArgs { data, ..args() }
            .draft(Kind::ProductSubmitted, LEDGER)
            .unwrap();
        let text = String::from_utf8_lossy(file.statement_bytes()).into_owned();
        assert!(text.contains(r#""data":{"facts":{"version":"2"},"name":"New","organisation":"acme","route":"disclosure"}"#), "{text}");
    }

    #[test]
    fn what_is_wrong_is_told_apart_from_what_is_missing() {
        let exit = |args: StatementArgs, kind| {
            args.draft(kind, LEDGER).err().map(|failure| failure.exit())
        };
        let empty = StatementArgs::default();
        assert_eq!(exit(empty, Kind::ProductSubmitted), Some(Exit::Usage));
        let nobody = StatementArgs {
            claims: vec![],
            ..args()
        };
        assert_eq!(exit(nobody, Kind::ProductSubmitted), Some(Exit::Usage));
        let incomplete = StatementArgs {
            data: vec!["name=x".into()],
            ..args()
        };
        assert_eq!(
            exit(incomplete, Kind::ProductSubmitted),
            Some(Exit::Malformed)
        );
        let float = StatementArgs {
            data: vec!["name:=1.5".into()],
            ..args()
        };
        assert_eq!(exit(float, Kind::ProductSubmitted), Some(Exit::Malformed));
        let other_class = StatementArgs {
            subject: Some("actor/li".parse().unwrap()),
            ..args()
        };
        assert_eq!(
            exit(other_class, Kind::ProductSubmitted),
            Some(Exit::Malformed)
        );
        let twice = StatementArgs {
            concerns: vec!["actor/a".parse().unwrap(), "actor/a".parse().unwrap()],
            ..args()
        };
        assert_eq!(exit(twice, Kind::ProductSubmitted), Some(Exit::Usage));
        assert_eq!(exit(args(), Kind::LedgerOpened), Some(Exit::Usage));
    }
}
