//! The log's own list of the checkpoints that it signed.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use cinnabar_tlog::MAX_NOTE_BYTES;
use cinnabar_verifier::{LISTED_MAX, Verifier};
use serde::Deserialize;

use crate::source::{Source, read_note};
use crate::tiles::{TileLog, Unavailable};

/// Folder of a log in files: one note a file, its name the size.
const FOLDER: &str = "checkpoints";
/// The same as lines `{"size":…,"note":"…"}`.
const LINES: &str = "checkpoints.jsonl";
/// Longest page of the list.
const PAGE_MAX_BYTES: usize = 64 << 20;

#[derive(Deserialize)]
struct Item {
    note: String,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
    #[serde(default, rename = "_links")]
    links: Links,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Default, Deserialize)]
struct Links {
    #[serde(default)]
    next: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

/// Gives every checkpoint of a size from `from` on to the verifier, as far as the source lists them.
pub(crate) fn push(source: &Source, from: u64, verifier: &mut Verifier) {
    let room = source.tiles().and_then(TileLog::directory);
    let pushed = match (room.or_else(|| source.room()), source.tiles()) {
        (Some(room), _) => push_files(room, from, verifier),
        (None, Some(log)) => {
            push_pages(log, from, verifier);
            return;
        }
        (None, None) => return,
    };
    if let Err(error) = pushed {
        verifier.push_missing(format!("the log's list of signed checkpoints: {error}"));
    }
}

fn push_files(room: &Path, from: u64, verifier: &mut Verifier) -> io::Result<()> {
    let folder = room.join(FOLDER);
    if folder.is_dir() {
        for entry in fs::read_dir(folder)?.take(LISTED_MAX) {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let size = name.and_then(|name| name.parse::<u64>().ok());
            if size.is_some_and(|size| size >= from) {
                verifier.push_listed(&read_note(&path)?);
            }
        }
    }
    let lines = room.join(LINES);
    if !lines.is_file() {
        return Ok(());
    }
    let mut reader = BufReader::new(File::open(lines)?);
    let mut line = Vec::new();
    for _ in 0..LISTED_MAX {
        line.clear();
        // A note in JSON has an escape for each newline, at most twice its length.
        let limit = 2 * MAX_NOTE_BYTES as u64 + 256;
        io::Read::take(&mut reader, limit).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            break;
        }
        let item: Item = serde_json::from_slice(&line)?;
        push_from(verifier, &item.note, from);
    }
    Ok(())
}

fn push_pages(log: &TileLog, from: u64, verifier: &mut Verifier) {
    let mut path = format!("v1/checkpoints?from={from}");
    let mut listed = 0;
    while listed < LISTED_MAX {
        let page = match log.get(&path, PAGE_MAX_BYTES) {
            Ok(page) => page,
            // Not every log has such a list: it is no part of tlog-tiles.
            Err(Unavailable::NotFound(_)) if listed == 0 => return,
            Err(error) => {
                verifier.push_missing(format!("the log's list of signed checkpoints: {error}"));
                return;
            }
        };
        let page: Page = match serde_json::from_slice(&page) {
            Ok(page) => page,
            Err(_) if listed == 0 => return,
            Err(error) => {
                verifier.push_missing(format!("the log's list of signed checkpoints: {error}"));
                return;
            }
        };
        listed += page.items.len().max(1);
        for item in &page.items {
            push_from(verifier, &item.note, from);
        }
        let next = page.links.next.map(|link| link.href).or(page.next);
        // Only pages of the same list: what a server says is not followed anywhere else.
        let tail = next
            .as_deref()
            .and_then(|next| next.split_once("v1/checkpoints"));
        match tail {
            Some((_, tail)) if !page.items.is_empty() => path = format!("v1/checkpoints{tail}"),
            Some(_) | None => return,
        }
    }
}

fn push_from(verifier: &mut Verifier, note: &str, from: u64) {
    let size = note
        .lines()
        .nth(1)
        .and_then(|size| size.parse::<u64>().ok());
    if size.is_none_or(|size| size >= from) {
        verifier.push_listed(note.as_bytes());
    }
}
