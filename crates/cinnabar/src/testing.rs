//! A small log on a port of its own, for tests of what reads the API.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use cinnabar_events::Entry;
use cinnabar_governance::testing::Town;
use cinnabar_tlog::{
    Checkpoint, HashReader as _, KeyName, MemoryTree, NoteSigner, Size, TILE_WIDTH, TilePath,
    VerifierKey, encode_bundle, inclusion_proof,
};

use cinnabar_events::Receipt;
use cinnabar_tlog::{LeafIndex, TlogProof};

/// A log in memory with its key.
pub(crate) struct Log {
    entries: Vec<Entry>,
    signer: NoteSigner,
}

/// What a [`Served`] log answers, by path.
pub(crate) type Answers = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A log behind an address.
pub(crate) struct Served {
    /// `http://127.0.0.1:port`.
    pub(crate) url: String,
    /// What it answers; change it to tell lies.
    pub(crate) answers: Answers,
}

impl Log {
    /// What was recorded in a town, under a key called like the town's origin.
    pub(crate) fn of(town: &Town) -> Self {
        let name = KeyName::new("ledger.example.org/ai-register").unwrap();
        Self {
            entries: town.entries().to_vec(),
            signer: NoteSigner::from_seed(name, &[9; 32]),
        }
    }

    /// A town with a product or two.
    pub(crate) fn example() -> Self {
        let mut town = Town::populated();
        town.accepted("triage");
        Self::of(&town)
    }

    /// One with more entries than two tiles have.
    pub(crate) fn large() -> Self {
        let mut town = Town::populated();
        for index in 0..530 {
            let draft = town.submission(&format!("m{index:03}"));
            town.say(&draft).unwrap();
        }
        Self::of(&town)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn key(&self) -> VerifierKey {
        VerifierKey::parse(&self.signer.verifier().to_string()).unwrap()
    }

    fn tree(&self, size: usize) -> MemoryTree {
        let mut tree = MemoryTree::default();
        self.entries[..size]
            .iter()
            .for_each(|entry| tree.push(entry.leaf_hash()));
        tree
    }

    /// The signed checkpoint over the first `size` entries.
    pub(crate) fn checkpoint(&self, size: usize) -> String {
        let root = self.tree(size).root();
        let checkpoint = Checkpoint {
            origin: self.signer.name().clone(),
            size: Size::new(size as u64),
            root,
        };
        checkpoint.sign(&self.signer).unwrap().to_string()
    }

    /// The receipt of an entry.
    pub(crate) fn receipt(&self, sequence: usize) -> Receipt {
        self.receipt_at(sequence, self.entries.len())
    }

    /// The receipt of an entry under the checkpoint of this size.
    pub(crate) fn receipt_at(&self, sequence: usize, size: usize) -> Receipt {
        let index = LeafIndex::new(sequence as u64);
        let inclusion = inclusion_proof(index, Size::new(size as u64), &self.tree(size)).unwrap();
        let checkpoint = cinnabar_tlog::Note::parse(self.checkpoint(size).as_bytes()).unwrap();
        let proof = TlogProof {
            extra: None,
            index,
            inclusion,
            checkpoint,
        };
        Receipt::new(self.entries[sequence].clone(), proof)
    }

    /// What the log answers when it has `size` entries.
    pub(crate) fn answers(&self, size: usize) -> BTreeMap<String, Vec<u8>> {
        let tree = self.tree(size);
        let mut answers =
            BTreeMap::from([("/checkpoint".to_owned(), self.checkpoint(size).into_bytes())]);
        for path in TilePath::all_at(Size::new(size as u64)) {
            let body = match path {
                TilePath::Hashes { tile, width } => {
                    tree.tile(tile, width).unwrap()[..32 * width.as_usize()].to_vec()
                }
                TilePath::Entries { index, width } => {
                    let first = usize::try_from(index).unwrap() * usize::from(TILE_WIDTH);
                    let entries = &self.entries[first..first + width.as_usize()];
                    encode_bundle(entries.iter().map(Entry::bytes)).unwrap()
                }
            };
            answers.insert(format!("/{path}"), body);
        }
        answers
    }

    /// Serves the log until the process ends.
    pub(crate) fn serve(&self, size: usize) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Answers = Arc::new(Mutex::new(self.answers(size)));
        let told = Arc::clone(&answers);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut line = String::new();
                let _ = BufReader::new(&stream).read_line(&mut line);
                let path = line.split(' ').nth(1).unwrap_or_default();
                let body = told.lock().unwrap().get(path).cloned();
                let (status, body) =
                    body.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream
                    .write_all(head.as_bytes())
                    .and_then(|()| stream.write_all(&body));
            }
        });
        Served { url, answers }
    }
}
