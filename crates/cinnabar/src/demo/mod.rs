//! The demonstration: an institution, its people, three enterprises, and the story of three products.
//!
//! Told through the same intake as everything else, each statement signed with its author's own key.
//! Ids are derived, so telling it again after a stop half way records nothing twice.

mod people;
mod story;

use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use bytes::Bytes;
use cinnabar_events::{
    Listed, Payload, Signed, SignerClaim, Statement, StatementId, Subject, canonical, encode, sign,
};
use cinnabar_ledger::embedded::Embedded;
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::{Answer, Mode};
use ed25519_dalek::SigningKey;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::{keys, out};
use story::Line;

/// The file that says that the demonstration is to be told.
fn marker(layout: &Layout) -> PathBuf {
    layout.root().join("demo")
}

/// Notes that the demonstration is to be told.
///
/// # Errors
/// If the note can't be written.
pub fn want(layout: &Layout) -> Result<(), Failure> {
    std::fs::write(marker(layout), "wanted\n")
        .or_fail_while(Exit::Usage, || "cannot note that a demonstration is wanted")
}

/// Whether it is still to be told, or told to the end.
pub fn is_wanted(layout: &Layout) -> bool {
    std::fs::read_to_string(marker(layout)).is_ok_and(|note| note == "wanted\n")
}

/// Tells the demonstration, or the rest of it.
///
/// # Errors
/// If a statement is refused: then the demonstration is wrong.
pub async fn tell(layout: &Layout, embedded: &Embedded) -> Result<(), Failure> {
    let keys = people::keys(layout)?;
    for line in story::lines(&keys) {
        let signed = line_signed(&line, &keys, embedded)?;
        match embedded
            .queue()
            .ask(Bytes::from(signed.to_request()), Mode::Record)
            .await
        {
            Answer::Recorded { .. } | Answer::Admissible => {}
            Answer::Refused(problem) => {
                let sentence = format!(
                    "the demonstration stopped at {} about {}: {} ({})",
                    line.kind, line.subject, problem.detail, problem.code
                );
                return Err(Failure::saying(Exit::Bug, sentence));
            }
        }
    }
    std::fs::write(marker(layout), "told\n").or_fail_while(
        Exit::Usage,
        || "cannot note that the demonstration was told",
    )?;
    out::line(format_args!(
        "Told the story of three products; everyone's keys are in {}.",
        layout.root().join("keys").display()
    ))
}

/// Builds the statement and signs it with the keys of its signers.
fn line_signed(
    line: &Line,
    keys: &BTreeMap<String, SigningKey>,
    embedded: &Embedded,
) -> Result<Signed, Failure> {
    let statement = statement(line, embedded)?;
    let bytes = statement
        .to_bytes()
        .or_fail_while(Exit::Bug, || "a line of the demonstration is malformed")?;
    let key = |actor: &str| {
        keys.get(actor)
            .ok_or_else(|| Failure::saying(Exit::Bug, format!("nobody is called {actor}")))
    };
    let mut signatures = Vec::new();
    for signer in statement.signers.iter() {
        signatures.push(sign(key(signer.actor.as_str())?, &bytes));
    }
    signatures.sort_by_key(|signature| signature.key);
    Signed::new(bytes, signatures).or_fail(Exit::Bug)
}

fn statement(line: &Line, embedded: &Embedded) -> Result<Statement, Failure> {
    let data = encode(&line.data).or_fail(Exit::Bug)?;
    let data = canonical::parse(&data).or_fail(Exit::Bug)?;
    let payload = Payload::decode(line.kind, &data).or_fail(Exit::Bug)?;
    let subject: Subject = line.subject.parse().or_fail(Exit::Bug)?;
    let mut concerns = line
        .concerns
        .iter()
        .map(|subject| subject.parse())
        .collect::<Result<Vec<Subject>, _>>()
        .or_fail(Exit::Bug)?;
    concerns.sort();
    let signers = line
        .signers
        .iter()
        .map(|signer| claim(signer))
        .collect::<Result<Vec<_>, Failure>>()?;
    let twice = || Failure::saying(Exit::Bug, "someone or something stands twice in a line");
    Ok(Statement {
        ledger: Some(embedded.identity.ledger),
        // The role makes two grants to one actor two statements.
        id: StatementId::derived(
            "cinnabar demonstration",
            &format!("{} {} {}", line.kind, line.subject, line.data["role"]),
        ),
        subject,
        concerns: Listed::new(concerns).ok_or_else(twice)?,
        signers: Listed::new(signers).ok_or_else(twice)?,
        basis: Listed::new(line.basis.clone()).ok_or_else(twice)?,
        occurred: line.occurred,
        effective: None,
        expects: None,
        migrated: None,
        commitments: BTreeMap::new(),
        payload,
    })
}

/// `actor:role` or `actor:role@organisation`.
fn claim(text: &str) -> Result<SignerClaim, Failure> {
    let wrong = || Failure::saying(Exit::Bug, format!("{text} is no signer"));
    let (actor, role) = text.split_once(':').ok_or_else(wrong)?;
    let (role, organisation) = role
        .split_once('@')
        .map_or((role, None), |(role, organisation)| {
            (role, Some(organisation))
        });
    Ok(SignerClaim {
        actor: actor.parse().or_fail(Exit::Bug)?,
        role: role.parse().or_fail(Exit::Bug)?,
        on_behalf_of: organisation
            .map(str::parse)
            .transpose()
            .or_fail(Exit::Bug)?,
    })
}

/// The key of `actor`, made if there is none yet.
pub(crate) fn key_of(layout: &Layout, actor: &str) -> Result<SigningKey, Failure> {
    let path = layout.root().join("keys").join(format!("{actor}.key"));
    if !path.exists() {
        let folder = layout.root().join("keys");
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .or_fail_while(Exit::Usage, || "cannot make the folder of keys")?;
        keys::create(&path, actor, None).or_fail(Exit::Usage)?;
    }
    keys::load(&path, || Err(keys::PassphraseError::NoTerminal)).or_fail(Exit::Usage)
}
