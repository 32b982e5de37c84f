//! Time-stamps (RFC 3161) over the log's checkpoints: by when the entries existed, as somebody else says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use cinnabar_timestamp::{
    Authorities, AuthoritySettings, Imprint, MAX_RESPONSE_BYTES, Response, Token,
};
use cinnabar_tlog::{Checkpoint, Hash, KeyName, Size};
use cinnabar_verifier::Check;
use serde::{Deserialize, Serialize};

use super::Notes;
use crate::commands::reasons;
use crate::pass::is_url;
use crate::tiles::{DirectoryTiles, HttpTiles, Tiles};

/// Folder of the time-stamps in an exported log: `timestamps/<size>.<authority>.tsr`, or a folder for each size.
const FOLDER: &str = "timestamps";
/// What the files are called.
const ENDING: &str = ".tsr";
/// Most time-stamps that are looked at: one an hour by three authorities for a year, twice over.
const STAMPS_MAX: usize = 50_000;
/// Longest page of the list of checkpoints.
const PAGE_MAX_BYTES: usize = 64 << 20;
/// Longest file of certificates.
const PEM_MAX_BYTES: usize = 1 << 20;

/// A time-stamp that verifies.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stamped {
    /// How many entries the checkpoint covers.
    pub(crate) size: u64,
    /// Whose certificates vouch for it: the name that you gave the file.
    pub(crate) authority: String,
    /// The subject of the certificate that signed.
    pub(crate) signer: String,
    /// The time stamped.
    pub(crate) time: String,
    /// By then the entries existed: the time stamped and its stated accuracy.
    pub(crate) not_after: String,
}

/// The list of checkpoints, with whose time-stamps there are.
#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    size: u64,
    #[serde(default)]
    timestamps: Vec<By>,
}

#[derive(Deserialize)]
struct By {
    authority: String,
}

/// Time-stamps that were found, and who is believed.
pub(super) struct Stamps {
    trust: Authorities,
    place: Box<dyn Tiles>,
    /// By size, where each is.
    found: BTreeMap<u64, BTreeSet<String>>,
}

impl Stamps {
    /// Finds them under an address, or in a directory.
    pub(super) fn find(from: &str, authorities: &[String], notes: &mut Notes) -> Option<Self> {
        let found = trusted(authorities).and_then(|trust| {
            let (place, found): (Box<dyn Tiles>, _) = if is_url(from) {
                let place = HttpTiles::new(from);
                let found = listed(&place)?;
                (Box::new(place), found)
            } else {
                let path = Path::new(from);
                let inside = path.join(FOLDER);
                let path = if inside.is_dir() { &inside } else { path };
                let found = filed(path).map_err(|error| format!("{}: {error}", path.display()))?;
                (Box::new(DirectoryTiles::new(path)), found)
            };
            Ok(Self {
                trust,
                place,
                found,
            })
        });
        found
            .map_err(|why| notes.missing(format!("time-stamps: {why}")))
            .ok()
    }

    /// The sizes that they speak of.
    pub(super) fn sizes(&self) -> BTreeSet<u64> {
        self.found.keys().copied().collect()
    }

    /// Verifies each of them over the checkpoint with the root that the entries give at its size.
    pub(super) fn verify(
        self,
        origin: &KeyName,
        roots: &BTreeMap<u64, Hash>,
        notes: &mut Notes,
    ) -> Vec<Stamped> {
        let mut verified = Vec::new();
        for (size, paths) in &self.found {
            let Some(root) = roots.get(size) else {
                let count = paths.len();
                notes.missing(format!(
                    "{count} time-stamps over size {size}, beyond the entries that were verified"
                ));
                continue;
            };
            let checkpoint = Checkpoint {
                origin: origin.clone(),
                size: Size::new(*size),
                root: *root,
            };
            let imprint = Imprint::of_bytes(checkpoint.to_string().as_bytes());
            for path in paths {
                let bytes = match self.place.get(path, MAX_RESPONSE_BYTES) {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        notes.missing(format!("a time-stamp: {}", reasons(&error)));
                        continue;
                    }
                };
                match stamped(&bytes, &imprint, &self.trust) {
                    Ok(stamped) => verified.push(Stamped {
                        size: *size,
                        authority: stamped.authority,
                        signer: stamped.signer,
                        time: stamped.info.time().to_string(),
                        not_after: stamped.info.not_after().to_string(),
                    }),
                    Err(why) => notes.finding(
                        (None, Check::Timestamp),
                        format!("{path}: a time-stamp by an authority that you trust over the checkpoint of size {size} with root {root}"),
                        why,
                        "this time-stamp doesn't show when these entries existed; if it is over another imprint and genuine, the log may have had another tree then",
                    ),
                }
            }
        }
        verified
    }
}

/// The file may be the authority's whole answer, or the token alone.
fn stamped(
    bytes: &[u8],
    imprint: &Imprint,
    trust: &Authorities,
) -> Result<cinnabar_timestamp::Stamped, String> {
    let token = match Response::parse(bytes) {
        Ok(response) => response.into_token().map_err(|no| reasons(&no))?,
        Err(answer) => Token::parse(bytes).map_err(|_| reasons(&answer))?,
    };
    token.verify(imprint, trust).map_err(|no| reasons(&no))
}

/// `[NAME=]FILE`, each the certificates of one authority in PEM.
fn trusted(authorities: &[String]) -> Result<Authorities, String> {
    let settings = authorities.iter().map(|given| {
        let (name, path) = match given.split_once('=') {
            Some((name, path)) => (name.to_owned(), Path::new(path)),
            None => {
                let path = Path::new(given);
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                let plain = |char: char| match char.to_ascii_lowercase() {
                    char @ ('a'..='z' | '0'..='9' | '-') => char,
                    _ => '-',
                };
                (stem.chars().map(plain).collect(), path)
            }
        };
        let unreadable = |error: io::Error| format!("{}: {error}", path.display());
        let length = fs::metadata(path).map_err(unreadable)?.len();
        if length > PEM_MAX_BYTES as u64 {
            return Err(format!("{} is too long for certificates", path.display()));
        }
        Ok(AuthoritySettings {
            name,
            url: None,
            certificates: fs::read_to_string(path).map_err(unreadable)?,
        })
    });
    let settings: Vec<_> = settings.collect::<Result<_, String>>()?;
    Authorities::new(&settings).map_err(|error| reasons(&error))
}

type Places = BTreeMap<u64, BTreeSet<String>>;

fn add(found: &mut Places, count: &mut usize, size: u64, path: String) -> Result<(), String> {
    *count += 1;
    if *count > STAMPS_MAX {
        return Err(format!("more than {STAMPS_MAX} of them"));
    }
    found.entry(size).or_default().insert(path);
    Ok(())
}

/// `<size>.<authority>.tsr`, or `<size>/<authority>.tsr`.
fn filed(folder: &Path) -> Result<Places, String> {
    let (mut found, mut count) = (Places::new(), 0);
    for name in names(folder)? {
        let size = name
            .split('.')
            .next()
            .and_then(|size| size.parse::<u64>().ok());
        let Some(size) = size else {
            continue;
        };
        if name.ends_with(ENDING) {
            add(&mut found, &mut count, size, name)?;
        } else if !name.contains('.') {
            let files = names(&folder.join(&name))?;
            for file in files.iter().filter(|file| file.ends_with(ENDING)) {
                add(&mut found, &mut count, size, format!("{name}/{file}"))?;
            }
        }
    }
    Ok(found)
}

fn names(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let entries = entries.take(STAMPS_MAX + 1);
    let name = |entry: io::Result<fs::DirEntry>| {
        let entry = entry.map_err(|error| error.to_string())?;
        Ok(entry.file_name().to_string_lossy().into_owned())
    };
    entries.map(name).collect()
}

/// Those that the API lists.
fn listed(place: &HttpTiles) -> Result<Places, String> {
    let (mut found, mut count) = (Places::new(), 0);
    let mut path = "v1/checkpoints?from=0&limit=100".to_owned();
    let mut before = None;
    loop {
        let page = place.get(&path, PAGE_MAX_BYTES);
        let page = page.map_err(|error| reasons(&error))?;
        let page: Page = serde_json::from_slice(&page).map_err(|error| error.to_string())?;
        for Item { size, timestamps } in &page.items {
            for By { authority } in timestamps {
                // It becomes part of an address.
                let plain = |b: u8| b.is_ascii_alphanumeric() || b".-".contains(&b);
                if !authority.bytes().all(plain) {
                    return Err(format!("{authority:?} is no name of an authority"));
                }
                let path = format!("v1/checkpoints/{size}/timestamps/{authority}");
                add(&mut found, &mut count, *size, path)?;
            }
        }
        // Only pages of the same list, each further than the one before.
        let last = page.items.last().map(|item| item.size);
        let next = page
            .next
            .filter(|next| next.starts_with("/v1/checkpoints?"));
        match next {
            Some(next) if last > before => path = next.trim_start_matches('/').to_owned(),
            Some(_) | None => return Ok(found),
        }
        before = last;
    }
}
