//! Where a rulebook is read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::time::Duration;

use cinnabar_events::{Entry, LedgerId, MAX_ENTRY_BYTES};
use cinnabar_governance::{BoundRulebook, default_rulebook};
use cinnabar_tlog::{Size, TILE_WIDTH, TilePath, bundle_width_at, decode_bundle};
use serde::Deserialize;

use super::history::{History, InForce, opens};
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, io_error};
use crate::http::{Api, HttpError};
use crate::profile::Profile;

/// Most pages of entries about rules that are asked for: of 50 entries each, far more than anybody changes rules.
const PAGES_MAX: usize = 64;
/// Most bytes of a rulebook file: what fits a statement, with room for white space.
const RULEBOOK_FILE_MAX_BYTES: usize = 128 * 1024;

/// The rulebook that is shipped with this release.
pub(crate) fn from_default() -> Result<InForce, Failure> {
    InForce::of(&default_rulebook(), "the default rulebook".to_owned())
}

/// The rules of the profile's ledger, as its node tells them.
///
/// The genesis must be the profile's ledger, every statement's signatures must verify and every chapter have its digest. That
/// nothing was adopted since is the node's word: an export, which `cinnabar export` checks against the signed root, needs no
/// such word.
///
/// # Errors
/// If there is no answer in time, or one that can't be the ledger's.
pub(crate) fn from_api(profile: &Profile, within: Duration) -> Result<History, Failure> {
    let api = Api::with_limit(&profile.api, within);
    let failed = |error: HttpError| {
        let exit = match error.is_contradiction() {
            true => Exit::NotVerified,
            false => Exit::Unreachable,
        };
        Failure::new(exit, error)
    };
    let signed = api.checkpoint(&profile.verifier_key()).map_err(failed)?;
    let size = signed.checkpoint.size;
    let mut wanted = BTreeSet::from([0]);
    let mut next = Some("/v1/entries?kind=rulebook.*".to_owned());
    for _ in 0..PAGES_MAX {
        let Some(path) = next else { break };
        let page = api.get(&path).map_err(failed)?;
        let page: Page = serde_json::from_slice(&page).or_fail_while(Exit::NotVerified, || {
            format!("{path} is no list of entries")
        })?;
        wanted.extend(page.items.iter().map(|item| item.sequence));
        next = page.next;
    }
    let mut history = History::default();
    let per_bundle = u64::from(TILE_WIDTH);
    let indexes: BTreeSet<u64> = wanted
        .iter()
        .map(|sequence| sequence / per_bundle)
        .collect();
    for index in indexes {
        for entry in bundle(&api, index, size, &failed)? {
            if entry.seq().get() == 0 {
                opens(&entry, profile.ledger)?;
            }
            if wanted.contains(&entry.seq().get()) {
                entry.signed().clone().verify().or_fail(Exit::NotVerified)?;
                history.take(&entry);
            }
        }
    }
    Ok(history)
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    sequence: u64,
}

fn bundle(
    api: &Api,
    index: u64,
    size: Size,
    failed: &impl Fn(HttpError) -> Failure,
) -> Result<Vec<Entry>, Failure> {
    let Some(width) = bundle_width_at(index, size) else {
        return Ok(Vec::new());
    };
    let path = TilePath::Entries { index, width };
    let bytes = api.tile(path).map_err(failed)?;
    let entries = decode_bundle(&bytes, width).or_fail(Exit::NotVerified)?;
    entries
        .into_iter()
        .map(|bytes| Entry::parse(bytes).or_fail(Exit::NotVerified))
        .collect()
}

/// The rules that an export holds, of `ledger` if that is known.
///
/// # Errors
/// If the file can't be read, or its lines are no entries.
pub(crate) fn from_export(path: &Path, ledger: Option<LedgerId>) -> Result<History, Failure> {
    let failed = |error| Failure::new(Exit::Usage, io_error("read", path)(error));
    let mut lines = BufReader::new(File::open(path).map_err(failed)?);
    let mut history = History::default();
    for number in 1_u64.. {
        let mut line = Vec::new();
        // Room for the line end.
        let most = MAX_ENTRY_BYTES as u64 + 1;
        let read = lines.by_ref().take(most).read_until(b'\n', &mut line);
        if read.map_err(failed)? == 0 {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        let wrong = || format!("{} line {number} is no entry", path.display());
        let entry = Entry::parse(line.as_slice()).or_fail_while(Exit::NotVerified, wrong)?;
        if let (0, Some(ledger)) = (entry.seq().get(), ledger) {
            opens(&entry, ledger)?;
        }
        history.take(&entry);
    }
    Ok(history)
}

/// A rulebook in a file, or in a folder.
///
/// # Errors
/// As [`read_rulebook`].
pub(crate) fn from_files(path: &Path) -> Result<InForce, Failure> {
    InForce::of(&read_rulebook(path)?, path.display().to_string())
}

/// Reads a rulebook: a file, or a folder with `rulebook.json` and a file for each chapter.
///
/// # Errors
/// If it can't be read, or will not do.
pub(crate) fn read_rulebook(path: &Path) -> Result<BoundRulebook, Failure> {
    let text = |path: &Path| -> Result<String, Failure> {
        let bytes = files::read(path, RULEBOOK_FILE_MAX_BYTES).or_fail(Exit::Usage)?;
        String::from_utf8(bytes).or_fail(Exit::Usage)
    };
    let mut chapters = Vec::new();
    let mut rulebook = path.to_owned();
    if path.is_dir() {
        rulebook = path.join("rulebook.json");
        let listing = std::fs::read_dir(path).or_fail(Exit::Usage)?;
        for file in listing {
            let file = file.or_fail(Exit::Usage)?.path();
            if file != rulebook && file.extension().is_some_and(|end| end == "json") {
                chapters.push(file);
            }
        }
        chapters.sort();
    }
    let chapters: Vec<String> = chapters
        .iter()
        .map(|path| text(path))
        .collect::<Result<_, _>>()?;
    BoundRulebook::read(&text(&rulebook)?, chapters.iter().map(String::as_str))
        .or_fail_while(Exit::Usage, || "the rulebook will not do")
}
