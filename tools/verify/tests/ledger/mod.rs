//! A real ledger, as an export and as tiles, and a server for them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use cinnabar_events::LedgerId;
use cinnabar_governance::testing::{Town, key};
use cinnabar_tlog::{
    Checkpoint, EMPTY_ROOT, EdgeTiles, Frontier, KeyName, NoteSigner, Size, TilePath, TileWidth,
    encode_bundle, leaf_hash,
};

/// A ledger and its log.
pub(crate) struct Ledger {
    town: Town,
    signer: NoteSigner,
}

impl Ledger {
    /// 36 entries, the last but one of them an approval.
    pub(crate) fn new() -> Self {
        Self::of(36)
    }

    /// `size` entries.
    pub(crate) fn of(size: usize) -> Self {
        let mut town = Town::populated();
        town.accepted("a");
        town.accepted("b");
        let approval = town.approval("a");
        town.say(&approval).unwrap();
        for product in town.entries().len()..size {
            let submission = town.submission(&format!("p{product}"));
            town.say(&submission).unwrap();
        }
        let name = KeyName::new("ledger.example.org/ai-register").unwrap();
        Self {
            town,
            signer: NoteSigner::from_seed(name, &key("log").to_bytes()),
        }
    }

    /// Goes on with other products than [`Self::of`] would, up to `size` entries.
    pub(crate) fn and_others(mut self, size: usize) -> Self {
        for product in self.town.entries().len()..size {
            let submission = self.town.submission(&format!("other{product}"));
            self.town.say(&submission).unwrap();
        }
        self
    }

    /// A ledger that somebody told.
    pub(crate) fn told(town: Town) -> Self {
        Self {
            town,
            ..Self::of(0)
        }
    }

    pub(crate) fn town(&self) -> &Town {
        &self.town
    }

    pub(crate) fn id(&self) -> LedgerId {
        self.town.ledger()
    }

    pub(crate) fn vkey(&self) -> String {
        self.signer.verifier().to_string()
    }

    /// The signed checkpoint over the first `size` entries.
    pub(crate) fn checkpoint(&self, size: usize) -> String {
        let mut tree = Frontier::empty();
        self.town.entries()[..size]
            .iter()
            .for_each(|entry| tree.push(leaf_hash(entry.bytes())));
        self.sign(tree.size(), tree.root())
    }

    /// A signed checkpoint with a root that the entries don't have.
    pub(crate) fn lying_checkpoint(&self, size: u64) -> String {
        self.sign(Size::new(size), EMPTY_ROOT)
    }

    fn sign(&self, size: Size, root: cinnabar_tlog::Hash) -> String {
        Checkpoint {
            origin: self.signer.name().clone(),
            size,
            root,
        }
        .sign(&self.signer)
        .unwrap()
        .to_string()
    }

    /// Writes `ledger.jsonl` and its checkpoint. The path of the former.
    pub(crate) fn write_export(&self, room: &Path) -> PathBuf {
        let lines: Vec<u8> = self
            .town
            .entries()
            .iter()
            .flat_map(|entry| [entry.bytes(), b"\n"].concat())
            .collect();
        let path = room.join("ledger.jsonl");
        std::fs::write(&path, lines).unwrap();
        std::fs::write(
            room.join("ledger.jsonl.checkpoint"),
            self.checkpoint(self.town.entries().len()),
        )
        .unwrap();
        path
    }

    /// Writes `ledger.jsonl` with the first `size` entries, and its checkpoint. The path of the former.
    pub(crate) fn write_export_of(&self, room: &Path, size: usize) -> PathBuf {
        let path = self.write_export(room);
        let entries = &self.town.entries()[..size];
        let lines: Vec<u8> = entries
            .iter()
            .flat_map(|entry| [entry.bytes(), b"\n"].concat())
            .collect();
        std::fs::write(&path, lines).unwrap();
        std::fs::write(room.join("ledger.jsonl.checkpoint"), self.checkpoint(size)).unwrap();
        path
    }

    /// Writes `checkpoint`, `tile/entries/…` and the hash tiles.
    pub(crate) fn write_tiles(&self, room: &Path) {
        self.write_tiles_of(room, self.town.entries().len());
    }

    /// The same, as the log was at `size` entries.
    pub(crate) fn write_tiles_of(&self, room: &Path, size: usize) {
        let entries = &self.town.entries()[..size];
        let mut edge = EdgeTiles::empty();
        entries
            .iter()
            .for_each(|entry| edge.append(leaf_hash(entry.bytes())));
        for (tile, bytes) in edge.take_changes() {
            let width = TileWidth::new(u16::try_from(bytes.len() / 32).unwrap()).unwrap();
            let path = room.join(TilePath::Hashes { tile, width }.to_string());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        for path in TilePath::all_at(Size::new(entries.len() as u64)) {
            if let TilePath::Entries { index, width } = path {
                let first = usize::try_from(index).unwrap() * 256;
                let bundle = encode_bundle(
                    entries[first..first + width.as_usize()]
                        .iter()
                        .map(|entry| entry.bytes()),
                )
                .unwrap();
                let path = room.join(path.to_string());
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bundle).unwrap();
            }
        }
        std::fs::write(room.join("checkpoint"), self.checkpoint(entries.len())).unwrap();
    }
}

/// Serves the files of a directory on loopback for as long as the test runs. The address.
pub(crate) fn serve(root: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let path = lines
                .next()
                .and_then(|line| line.split(' ').nth(1).map(str::to_owned))
                .unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let (status, body) = match std::fs::read(root.join(path.trim_start_matches('/'))) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    });
    base
}
