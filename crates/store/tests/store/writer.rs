//! Blocks of real, chained, signed entries. They satisfy the formats, not the rules, of which the store knows nothing.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use cinnabar_events::{
    DossierLink, Entry, Id, Sequence, Signed, StatementId, Subject, Timestamp, sign,
};
use cinnabar_governance::{
    Changes, DossierRecord, OrganisationRecord, Record, RecordKey, StatementRecord,
};
use cinnabar_store::{Application, Head, Position};
use cinnabar_tlog::{
    Checkpoint, Cosigner, EdgeTiles, Hash, MemoryTree, NoteSigner, PosixSeconds, Size,
};
use ed25519_dalek::SigningKey;

/// 2026-11-22T15:00:00Z.
const START_MICROS: i64 = 1_795_359_600_000_000;
const LEDGER: &str = "blake3:1111111111111111111111111111111111111111111111111111111111111111";
const ORIGIN: &str = "ledger.example.org/test";

/// A writer without rules: everything it ever made is also the model of what a store must say.
#[derive(Clone)]
pub(crate) struct Writer {
    pub(crate) head: Head,
    pub(crate) position: Position,
    pub(crate) edge: EdgeTiles,
    pub(crate) tree: MemoryTree,
    pub(crate) entries: Vec<Entry>,
    pub(crate) dossiers: BTreeMap<Subject, Vec<Sequence>>,
    pub(crate) records: HashMap<RecordKey, Record>,
    pub(crate) checkpoints: BTreeMap<u64, String>,
    pub(crate) blocks: Vec<(u64, u32, Position)>,
    pub(crate) ends: BTreeMap<Subject, DossierLink>,
    /// Time of the first entry; each further one is a millisecond later.
    pub(crate) start: Timestamp,
}

pub(crate) fn subject(text: &str) -> Subject {
    text.parse().unwrap()
}

pub(crate) fn signer() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN.parse().unwrap(), &[3; 32])
}

pub(crate) fn actor() -> Id {
    "registrar-1".parse().unwrap()
}

pub(crate) fn statement_id(seq: u64) -> StatementId {
    StatementId::derived("test", &seq.to_string())
}

fn signed(seq: u64, subject: &str, concerns: &[&str]) -> Signed {
    let data = format!("{{\"name\":\"Number {seq}\",\"organisationKind\":\"enterprise\"}}");
    statement(seq, "organisation.registered", &data, subject, concerns)
}

fn statement(seq: u64, kind: &str, data: &str, subject: &str, concerns: &[&str]) -> Signed {
    let concerns = match concerns {
        [] => String::new(),
        some => format!("\"concerns\":[\"{}\"],", some.join("\",\"")),
    };
    let bytes = format!(
        "{{{concerns}\"data\":{data},\"id\":\"{}\",\
         \"kind\":\"{kind}\",\"ledger\":\"{LEDGER}\",\
         \"signers\":[{{\"actor\":\"{}\",\"role\":\"registrar\"}}],\"subject\":\"{subject}\",\"v\":1}}",
        statement_id(seq),
        actor(),
    );
    let signature = sign(&SigningKey::from_bytes(&[1; 32]), bytes.as_bytes());
    Signed::new(bytes.into_bytes(), vec![signature]).unwrap()
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            head: Head::EMPTY,
            position: Position::default(),
            edge: EdgeTiles::empty(),
            tree: MemoryTree::new(),
            entries: Vec::new(),
            dossiers: BTreeMap::new(),
            records: HashMap::new(),
            checkpoints: BTreeMap::new(),
            blocks: Vec::new(),
            ends: BTreeMap::new(),
            start: Timestamp::from_micros(START_MICROS).unwrap(),
        }
    }

    /// An entry about an organisation, the first of `subjects`, that concerns the others (ascending).
    fn entry(&mut self, subjects: &[&str]) -> Entry {
        let signed = signed(self.head.size.get(), subjects[0], &subjects[1..]);
        self.chain(signed, subjects)
    }

    fn chain(&mut self, signed: Signed, subjects: &[&str]) -> Entry {
        let seq = self.head.next();
        let verified = signed.verify().unwrap();
        let links = subjects.iter().map(|text| {
            let subject = subject(text);
            let link = self
                .ends
                .get(&subject)
                .copied()
                .unwrap_or(DossierLink::START);
            (subject, link)
        });
        let time =
            Timestamp::from_micros(self.start.micros() + 1000 * i64::try_from(seq.get()).unwrap())
                .unwrap();
        Entry::chain(verified, seq, time, self.head.hash, links.collect())
    }

    /// The next block: one entry for each item, which lists its subjects.
    pub(crate) fn block(&mut self, items: &[&[&str]]) -> Application {
        let first = self.head.size.get();
        let mut entries = Vec::new();
        let mut records = Changes::new();
        for subjects in items {
            let entry = self.entry(subjects);
            self.note(&entry, &mut records);
            entries.push(entry);
        }
        for (key, record) in records.iter() {
            let record = record.expect("nothing is taken away");
            self.records.insert(key.clone(), record.clone());
        }
        self.position.stream_sequence += 1;
        self.head.root = self.edge.root();
        self.blocks
            .push((first, entries.len() as u32, self.position));
        Application {
            entries,
            records,
            tiles: self.edge.take_changes(),
            root: self.head.root,
            checkpoint: None,
            position: self.position,
        }
    }

    /// A block with one entry that says that everything up to `until` is lost.
    pub(crate) fn recovery(&mut self, until: u64) -> Application {
        let from = self.head.size;
        let data = format!(
            "{{\"checkpoint\":\"x\",\"lostFrom\":{from},\"lostUntil\":{until},\"reasons\":\"the disk\"}}"
        );
        self.about_itself("ledger.recovered", &data)
    }

    /// A block with one entry that says how the dossiers end.
    pub(crate) fn indexed(&mut self, size: u64, root: &Hash, dossiers: u64) -> Application {
        let root: String = root
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let data =
            format!("{{\"dossiers\":{dossiers},\"root\":\"sha256:{root}\",\"size\":{size}}}");
        self.about_itself("dossiers.indexed", &data)
    }

    fn about_itself(&mut self, kind: &str, data: &str) -> Application {
        let subject = "ledger/test";
        let first = self.head.size.get();
        let entry = self.chain(statement(first, kind, data, subject, &[]), &[subject]);
        let mut records = Changes::new();
        self.note(&entry, &mut records);
        self.position.stream_sequence += 1;
        self.head.root = self.edge.root();
        self.blocks.push((first, 1, self.position));
        Application {
            entries: vec![entry],
            records,
            tiles: self.edge.take_changes(),
            root: self.head.root,
            checkpoint: None,
            position: self.position,
        }
    }

    fn note(&mut self, entry: &Entry, records: &mut Changes) {
        for (subject, link) in entry.dossiers() {
            let end = DossierLink {
                revision: link.revision.next(),
                prev: entry.hash(),
            };
            self.ends.insert(subject.clone(), end);
            self.dossiers
                .entry(subject.clone())
                .or_default()
                .push(entry.seq());
            let dossier = DossierRecord {
                revision: end.revision,
                head: end.prev,
            };
            records.set(
                RecordKey::Dossier(subject.clone()),
                Some(Record::Dossier(dossier)),
            );
        }
        let statement =
            StatementRecord::new(entry.statement(), entry.seq(), entry.signed().bytes());
        let key = RecordKey::Statement(actor(), entry.statement().id);
        records.set(key, Some(Record::Statement(statement)));
        let organisation = OrganisationRecord::registered(entry.seq());
        let key = RecordKey::State(entry.statement().subject.clone());
        records.set(key, Some(Record::Organisation(organisation)));
        self.edge.append(entry.leaf_hash());
        self.tree.push(entry.leaf_hash());
        self.head.size = Size::new(entry.seq().get() + 1);
        self.head.hash = entry.hash();
        self.head.time = Some(entry.time());
        self.entries.push(entry.clone());
    }

    /// A block of `count` entries about one organisation each, in turn.
    pub(crate) fn some(&mut self, count: u64) -> Application {
        let first = self.head.size.get();
        let names: Vec<String> = (first..first + count)
            .map(|number| format!("organisation/org-{}", number % 7))
            .collect();
        let items: Vec<[&str; 1]> = names.iter().map(|name| [name.as_str()]).collect();
        let items: Vec<&[&str]> = items.iter().map(<[&str; 1]>::as_slice).collect();
        self.block(&items)
    }

    /// A block without entries that opens the next epoch.
    pub(crate) fn epoch(&mut self) -> Application {
        self.position.epoch += 1;
        self.block(&[])
    }

    /// The signed checkpoint of the present size.
    pub(crate) fn checkpoint(&mut self) -> String {
        let checkpoint = Checkpoint {
            origin: ORIGIN.parse().unwrap(),
            size: self.head.size,
            root: self.head.root,
        };
        let note = checkpoint.sign(&signer()).unwrap().to_string();
        self.checkpoints.insert(self.head.size.get(), note.clone());
        note
    }

    /// The same block with a checkpoint.
    pub(crate) fn with_checkpoint(&mut self, mut block: Application) -> Application {
        block.checkpoint = Some(self.checkpoint());
        block
    }
}

/// `note` with one more cosignature.
pub(crate) fn cosigned(note: &str, witness: u8) -> String {
    let note = cinnabar_tlog::Note::parse(note.as_bytes()).unwrap();
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    let name = format!("witness.example.org/{witness}").parse().unwrap();
    let cosigner = Cosigner::from_seed(name, &[witness; 32]);
    let time = PosixSeconds::new(1_795_359_600).unwrap();
    note.with_signature(cosigner.cosign(&checkpoint, time))
        .unwrap()
        .to_string()
}

/// Copies a data directory as a power cut would leave it: what was written so far, nothing closed.
pub(crate) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy_dir(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), target).unwrap();
        }
    }
}
