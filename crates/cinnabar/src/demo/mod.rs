//! The demonstration: a city whose institution, committee, enterprises and citizens do once what the regulation names.
//!
//! `city.story` says what is said, in the format of [`cinnabar_governance::story`]. It is told through the same intake as
//! everything else, each statement signed with its author's own key. Ids and salts are derived, so telling it again after a
//! stop half way records nothing twice.

mod draft;
mod hidden;
mod telling;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cinnabar_events::{Date, Entry, Sequence};
use cinnabar_ledger::confidential::with_openings;
use cinnabar_ledger::embedded::Embedded;
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::{Answer, Mode};
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access};
use crate::{keys, out};
use draft::{Drafter, Said};

/// Seconds by which the city's clocks, in Asia/Shanghai, are ahead of UTC.
const AHEAD: i64 = 8 * 3600;
/// Most bytes of the note.
const NOTE_MAX_BYTES: usize = 128;

/// The file that says that the demonstration is to be told, with the secret that its salts are made from; the secret is
/// gone once it is told.
fn marker(layout: &Layout) -> PathBuf {
    layout.root().join("demo")
}

/// Notes that the demonstration is to be told.
///
/// # Errors
/// If the note can't be written.
pub fn want(layout: &Layout) -> Result<(), Failure> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret).or_fail_while(Exit::Usage, || "no random bytes")?;
    let note = Zeroizing::new(format!("wanted {}\n", hex::encode(*secret)));
    files::create(&marker(layout), note.as_bytes(), Access::Private)
        .or_fail_while(Exit::Usage, || "cannot note that a demonstration is wanted")
}

/// The secret of the demonstration that is still to be told, or told to the end.
fn wanted(layout: &Layout) -> Option<Zeroizing<[u8; 32]>> {
    let note = Zeroizing::new(files::read(&marker(layout), NOTE_MAX_BYTES).ok()?);
    let text = std::str::from_utf8(&note).ok()?.strip_prefix("wanted ")?;
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_end(), &mut *secret).ok()?;
    Some(secret)
}

/// Whether it is still to be told, or told to the end.
pub fn is_wanted(layout: &Layout) -> bool {
    wanted(layout).is_some()
}

/// Tells the demonstration, or the rest of it.
///
/// # Errors
/// If a statement is refused: then the demonstration is wrong.
pub async fn tell(layout: &Layout, embedded: &Embedded) -> Result<(), Failure> {
    let secret = wanted(layout)
        .ok_or_else(|| Failure::saying(Exit::Bug, "the demonstration was told already"))?;
    let text = telling::on(opened(embedded)?);
    let keys = everyone(&text, layout)?;
    let mut drafter = Drafter::new(embedded.identity.ledger, keys, secret);
    let mut told = 0_u32;
    for says in telling::says(&text, drafter.keys()).or_fail(Exit::Bug)? {
        let Said { signed, openings } = drafter.said(&says)?;
        let body = with_openings(signed.to_request(), openings.as_ref());
        let answer = embedded.queue().ask(Bytes::from(body), Mode::Record).await;
        match answer {
            Answer::Recorded { .. } | Answer::Admissible => told += 1,
            Answer::Refused(problem) => {
                let sentence = format!(
                    "the demonstration stopped at {} about {}: {} ({})",
                    says.kind, says.subject, problem.detail, problem.code
                );
                return Err(Failure::saying(Exit::Bug, sentence));
            }
        }
    }
    // So that completeness can be proven at once.
    let indexed = embedded.node.index_now().await;
    indexed.or_fail_while(Exit::Bug, || "the dossiers can't be indexed")?;
    files::replace(&marker(layout), b"told\n", Access::Private).or_fail_while(
        Exit::Usage,
        || "cannot note that the demonstration was told",
    )?;
    out::line(format_args!(
        "Told the story of a city in {told} statements; everyone's keys are in {}.",
        layout.root().join("keys").display()
    ))
}

/// On which day, in Shenzhen, the ledger was opened.
fn opened(embedded: &Embedded) -> Result<Date, Failure> {
    let missing = || Failure::saying(Exit::Bug, "the ledger has no genesis");
    let bytes = embedded.store.entry(Sequence::new(0)).or_fail(Exit::Bug)?;
    let genesis = Entry::parse(bytes.ok_or_else(missing)?).or_fail(Exit::Bug)?;
    Ok(genesis.time().plus_seconds(AHEAD).date())
}

/// Everyone's key, from a file of its own.
fn everyone(text: &str, layout: &Layout) -> Result<BTreeMap<String, SigningKey>, Failure> {
    telling::people(text)
        .or_fail(Exit::Bug)?
        .into_iter()
        .map(|id| {
            let key = key_of(layout, &id)?;
            Ok((id, key))
        })
        .collect()
}

/// The key of `actor`, made if there is none yet.
pub(crate) fn key_of(layout: &Layout, actor: &str) -> Result<SigningKey, Failure> {
    let path = layout.root().join("keys").join(format!("{actor}.key"));
    if !path.exists() {
        private_folder(&layout.root().join("keys"))?;
        keys::create(&path, actor, None).or_fail(Exit::Usage)?;
    }
    keys::load(&path, || Err(keys::PassphraseError::NoTerminal)).or_fail(Exit::Usage)
}

fn private_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .or_fail_while(Exit::Usage, || "cannot make the folder of keys")
}
