//! What the operator can sign with: the log's key, and the key with which the ledger itself speaks. No officer's.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cinnabar_events::kinds::DossiersIndexed;
use cinnabar_events::{
    Entry, EntryHash, LedgerId, Revision, Signed, SparseRoot, Subject, dossier_key, dossier_value,
    sign,
};
use cinnabar_governance::dossiers_indexed;
use cinnabar_tlog::{MemorySparseTree, NoteSigner};
use ed25519_dalek::SigningKey;

/// How every dossier ends: its length, and the hash of its last entry.
pub type Heads = BTreeMap<Subject, (u64, EntryHash)>;

/// Counts an entry into the dossiers that it enters.
pub fn take(heads: &mut Heads, entry: &Entry) {
    for subject in entry.dossiers().keys() {
        let head = heads.entry(subject.clone()).or_insert((0, EntryHash::NONE));
        *head = (head.0 + 1, entry.hash());
    }
}

/// The tree over these heads.
pub fn tree(heads: &Heads) -> MemorySparseTree {
    let leaf = |(subject, (length, hash)): (&Subject, &(u64, EntryHash))| {
        let value = dossier_value(Revision::new(*length), *hash);
        (dossier_key(subject), value)
    };
    let mut tree = MemorySparseTree::new();
    tree.update(&heads.iter().map(leaf).collect());
    tree
}

/// The operator's keys.
#[derive(Debug)]
pub struct Secrets {
    /// Signs checkpoints.
    pub log: NoteSigner,
    /// Signs what the ledger itself says.
    itself: SigningKey,
    /// Which ledger.
    pub ledger: LedgerId,
}

impl Secrets {
    /// Reads them from a data directory.
    ///
    /// # Panics
    /// If they aren't there.
    pub fn read(data: &Path, ledger: LedgerId) -> Self {
        let read = |name: &str| {
            let path = data.join("secrets").join(name);
            fs::read_to_string(path).expect("the operator has the keys")
        };
        let seed = hex::decode(read("ledger.seed").trim()).expect("a seed is hex");
        let seed = seed.as_slice().try_into().expect("a seed has 32 bytes");
        Self {
            log: NoteSigner::parse_skey(read("log.skey").trim()).expect("a log key"),
            itself: SigningKey::from_bytes(seed),
            ledger,
        }
    }

    /// An index of these heads, true or not, as the ledger itself would have said it at `size`: a request.
    ///
    /// # Panics
    /// Never: an index can be written.
    pub fn index(&self, subject: &Subject, heads: &Heads, size: usize) -> String {
        let index = DossiersIndexed {
            size: size as u64,
            root: SparseRoot::from_bytes(*tree(heads).root().as_bytes()),
            dossiers: heads.len() as u64,
        };
        let statement = dossiers_indexed(self.ledger, subject.clone(), index);
        let bytes = statement.to_bytes().expect("an index can be written");
        let signature = sign(&self.itself, &bytes);
        let signed = Signed::new(bytes, vec![signature]).expect("an index is a statement");
        String::from_utf8(signed.to_request()).expect("requests are UTF-8")
    }
}
