//! Writes the corpus anew: from the vectors of the contract, the worked log of the tree's tests, and a short ledger.
//! `cargo run -p cinnabar-fuzz --example make-corpus`
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cinnabar_events::{
    Code, Entry, EntryHash, Kind, LedgerId, Listed, Payload, Rulebook, Sequence, Timestamp,
    Verified, encode,
};
use cinnabar_governance::testing::{Draft, Town, key, public};
use cinnabar_governance::{RecordMap, admit, default_rulebook, evolve, links};
use cinnabar_tlog::*;
use serde_json::{Value as Json, json};

const ORIGIN: &str = "ledger.example.org/ai-register";
/// Payloads beyond this are left out: a rulebook is large, and mutations seldom meet its other fields.
const PAYLOAD_MAX: usize = 4096;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut corpus = Corpus(root.join("corpus"));
    contract(&mut corpus, &root.join("../../events/vectors"));
    words(&mut corpus);
    notes(&mut corpus);
    trees(&mut corpus);
    sparse(&mut corpus);
    export(&mut corpus);
}

struct Corpus(PathBuf);

impl Corpus {
    fn add(&mut self, target: &str, name: &str, bytes: impl AsRef<[u8]>) {
        let folder = self.0.join(target);
        fs::create_dir_all(&folder).unwrap();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = name.chars().map(plain).collect();
        fs::write(folder.join(name), bytes).unwrap();
    }
}

fn read(folder: &Path, name: &str) -> Json {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

fn text<'j>(value: &'j Json, member: &str) -> &'j str {
    value[member].as_str().unwrap()
}

fn contract(corpus: &mut Corpus, vectors: &Path) {
    let kinds = read(vectors, "kinds.json");
    for (place, entry) in kinds["entries"].as_array().unwrap().iter().enumerate() {
        let (kind, bytes) = (text(entry, "kind"), text(entry, "entry"));
        let parsed = Entry::parse(bytes.as_bytes()).unwrap();
        let statement: Json = serde_json::from_slice(parsed.signed().bytes()).unwrap();
        let data = encode(&statement["data"]).unwrap();
        if data.len() <= PAYLOAD_MAX {
            let payload = [kind.as_bytes(), b"\n", &data].concat();
            corpus.add("payload", kind, payload);
        }
        match place % 12 {
            1 => corpus.add("entry", kind, bytes),
            2 => corpus.add("statement", kind, parsed.signed().bytes()),
            3 => corpus.add("request", kind, parsed.signed().to_request()),
            _ => {}
        }
    }
    let canonical = read(vectors, "canonical.json");
    for (place, case) in canonical["cases"].as_array().unwrap().iter().enumerate() {
        let bytes = hex::decode(text(case, "hex")).unwrap();
        if bytes.len() < 400 {
            corpus.add("canonical", &format!("case-{place}"), bytes);
        }
    }
    let block = read(vectors, "block.json");
    for (place, case) in block["cases"].as_array().unwrap().iter().enumerate() {
        let headers = case["headers"].as_object().unwrap().iter();
        let headers: String = headers
            .map(|(name, value)| format!("{name}: {}\n", value.as_str().unwrap()))
            .collect();
        let body = STANDARD.decode(text(case, "body")).unwrap();
        if place < 8 {
            let message = [headers.as_bytes(), b"\n", &body].concat();
            corpus.add("block", text(case, "name"), message);
        }
    }
    let receipt = read(vectors, "receipt.json");
    for case in receipt["cases"].as_array().unwrap() {
        corpus.add("receipt", text(case, "name"), text(case, "receipt"));
    }
}

fn words(corpus: &mut Corpus) {
    for (place, word) in [
        "product/01JD-x_Y",
        "actor/actor-new",
        "01930000-0000-7000-8000-000000000005",
        "2026-11-22",
        "2028-02-29T23:59:59.999999Z",
        "1969-12-31T23:59:59.000001Z",
        "approval.granted",
        "sz-ai",
        "facial_recognition",
        "blake3:1d7a9997dc8cf161f890aad5cda68dfd35c3af4b76ad0fce3aa2e52f4009c0d1",
        "ed25519:174553b456dddfc6908ecab1c101fe6ab21e2baa0617795b7d43a63482993fd5",
        "c1:1d7a9997dc8cf161f890aad5cda68dfd35c3af4b76ad0fce3aa2e52f4009c0d1",
        ORIGIN,
    ]
    .iter()
    .enumerate()
    {
        corpus.add("word", &format!("word-{place}"), word);
    }
}

fn name(name: &str) -> KeyName {
    KeyName::new(name).unwrap()
}

fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|place| first + place as u8)
}

fn log_entry(index: u64) -> Vec<u8> {
    match index {
        0 => b"register model A".to_vec(),
        1 => b"approve model A".to_vec(),
        2 => b"incident 1 on model A".to_vec(),
        3 => Vec::new(),
        4 => b"revoke model A".to_vec(),
        _ => format!("event {index}").into_bytes(),
    }
}

fn log(size: u64) -> MemoryTree {
    (0..size)
        .map(|index| leaf_hash(&log_entry(index)))
        .collect()
}

fn checkpoint(size: u64) -> Checkpoint {
    let tree = log(size);
    let (origin, size, root) = (name(ORIGIN), tree.size(), tree.root());
    Checkpoint { origin, size, root }
}

fn notes(corpus: &mut Corpus) {
    let log_signer = NoteSigner::from_seed(name(ORIGIN), &seed(0));
    let witness = Cosigner::from_seed(name("witness.example.org/w1"), &seed(0x20));
    let pq = PqCosigner::from_seed(name("witness.example.org/w1"), &seed(0x40));
    let keys = [log_signer.verifier(), witness.verifier(), pq.verifier()];
    let lines: String = keys.iter().map(|key| format!("{key}\n")).collect();
    fs::write(corpus.0.join("keys.txt"), lines).unwrap();
    for (place, key) in keys.iter().enumerate() {
        corpus.add("vkey", &format!("key-{place}"), key.to_string());
    }
    for (place, key) in [log_signer.to_skey(), witness.to_skey(), pq.to_skey()]
        .iter()
        .enumerate()
    {
        corpus.add("skey", &format!("key-{place}"), key.as_bytes());
    }
    let time = PosixSeconds::new(1_767_225_600).unwrap();
    let notes = [0, 5, 300].map(|size| {
        let checkpoint = checkpoint(size);
        corpus.add(
            "checkpoint",
            &format!("size-{size}"),
            checkpoint.to_string(),
        );
        checkpoint.sign(&log_signer).unwrap()
    });
    let five = checkpoint(5);
    let cosigned = notes[1]
        .clone()
        .with_signature(witness.cosign(&five, time))
        .unwrap();
    let both = cosigned
        .clone()
        .with_signature(pq.cosign(&five, time))
        .unwrap();
    let lines: String = both.signatures()[1..]
        .iter()
        .map(ToString::to_string)
        .collect();
    corpus.add("signature_lines", "two-witnesses", lines);
    corpus.add(
        "signature_lines",
        "one-witness",
        cosigned.signatures()[1].to_string(),
    );
    for (label, note) in [
        ("empty", &notes[0]),
        ("cosigned", &cosigned),
        ("both", &both),
    ] {
        corpus.add("note", label, note.to_string());
    }
    let foreign = NoteSigner::from_seed(name("example.com/foo"), &[9; 32]);
    let text = "This is a message.\n\nWith an empty line.\n";
    corpus.add(
        "note",
        "text",
        Note::new(text, vec![foreign.sign(text)])
            .unwrap()
            .to_string(),
    );

    let tree = log(300);
    for (old, label) in [(0, "first"), (5, "later"), (300, "same")] {
        let proof = consistency_proof(Size::new(old), Size::new(300), &tree).unwrap();
        let (old, checkpoint) = (Size::new(old), notes[2].clone());
        let request = AddCheckpoint {
            old,
            proof,
            checkpoint,
        };
        corpus.add("add_checkpoint", label, request.to_string());
    }
    let index = LeafIndex::new(2);
    for (label, note, extra) in [
        ("plain", &notes[1], None),
        ("cosigned", &cosigned, Some(b"anything".to_vec())),
        ("both", &both, None),
    ] {
        let inclusion = inclusion_proof(index, Size::new(5), &log(5)).unwrap();
        let checkpoint = note.clone();
        let proof = TlogProof {
            extra,
            index,
            inclusion,
            checkpoint,
        };
        corpus.add("tlog_proof", label, proof.to_string());
    }
    let log_line = format!("log {} log-address\n", keys[0]);
    let witnesses = format!("witness w1 {} w-address\nwitness w2 {}\n", keys[1], keys[2]);
    for (label, rest) in [
        ("none", "quorum none\n".to_owned()),
        (
            "one",
            format!("# who is believed\n{witnesses}\nquorum w1\n"),
        ),
        (
            "group",
            format!("{witnesses}group g 1 w1\n group\th  all g w2\nquorum h\n"),
        ),
    ] {
        corpus.add("trust_policy", label, format!("{log_line}{rest}"));
    }
}

fn trees(corpus: &mut Corpus) {
    for (place, path) in [
        "tile/0/000",
        "tile/0/x001/x234/067.p/17",
        "tile/63/999",
        "tile/entries/x001/000.p/255",
    ]
    .iter()
    .enumerate()
    {
        corpus.add("tile_path", &format!("path-{place}"), path);
    }
    for size in [1, 5, 44] {
        let entries: Vec<_> = (0..size).map(log_entry).collect();
        let bundle = encode_bundle(entries.iter().map(Vec::as_slice)).unwrap();
        let framed = [&[size as u8 - 1][..], &bundle].concat();
        corpus.add("bundle", &format!("entries-{size}"), framed);
    }
    for size in [0, 1, 7, 300] {
        corpus.add(
            "frontier",
            &format!("size-{size}"),
            log(size).frontier().to_bytes(),
        );
    }
    // The targets' own small trees: leaves are the hashes of the numbers.
    let tree = |size: u64| -> MemoryTree {
        (0..size)
            .map(|index| leaf_hash(&index.to_be_bytes()))
            .collect()
    };
    let flat =
        |hashes: &[Hash]| -> Vec<u8> { hashes.iter().flat_map(|hash| *hash.as_bytes()).collect() };
    for (size, index) in [(1_u8, 0_u8), (5, 2), (70, 69)] {
        let tree = tree(size.into());
        let proof = inclusion_proof(LeafIndex::new(index.into()), tree.size(), &tree).unwrap();
        let bytes = [&[size - 1, index], &flat(proof.hashes())[..]].concat();
        corpus.add("inclusion_proof", &format!("{index}-in-{size}"), bytes);
    }
    for (old, new) in [(0_u8, 5_u8), (3, 5), (32, 69), (45, 69), (7, 7)] {
        let tree = tree(new.into());
        let proof = consistency_proof(Size::new(old.into()), tree.size(), &tree).unwrap();
        let bytes = [&[old, new], &flat(proof.hashes())[..]].concat();
        corpus.add("consistency_proof", &format!("{old}-to-{new}"), bytes);
    }
    let mut any = vec![0xff];
    any.extend([u64::MAX.to_be_bytes(), (1_u64 << 63).to_be_bytes()].concat());
    any.extend([7; 32 * 10]);
    corpus.add("inclusion_proof", "any-numbers", &any);
    corpus.add("consistency_proof", "any-numbers", any);
}

fn sparse(corpus: &mut Corpus) {
    let key = |number: u64| SparseKey::of(&number.to_be_bytes());
    let value = |number: u64| leaf_hash(&number.to_be_bytes());
    for (leaves, asked) in [(0_u8, 0_u8), (1, 0), (24, 3), (24, 40), (24, 41), (20, 33)] {
        let mut tree = MemorySparseTree::new();
        tree.update(&(0..leaves.into()).map(|n| (key(n), value(n))).collect());
        let proof = tree.prove(&key(asked.into()));
        let mut bytes = vec![leaves, asked];
        match proof.end() {
            SparseEnd::Nothing => bytes.push(0),
            SparseEnd::Own => bytes.push(1),
            SparseEnd::Other { key, value } => {
                bytes.push(2);
                bytes.extend(key.as_bytes());
                bytes.extend(value.as_bytes());
            }
        }
        bytes.extend(proof.siblings().iter().flat_map(|hash| *hash.as_bytes()));
        corpus.add("sparse_proof", &format!("{asked}-in-{leaves}"), bytes);
    }
    let place = SparsePlace::on_way_to(&key(1), 13).unwrap();
    corpus.add("sparse_bytes", "place", place.to_bytes());
    let (left, right) = (value(1), value(2));
    let leaf = SparseNode::Leaf {
        key: key(1),
        value: left,
    };
    corpus.add("sparse_bytes", "leaf", leaf.to_bytes());
    corpus.add(
        "sparse_bytes",
        "branch",
        SparseNode::Branch { left, right }.to_bytes(),
    );
    let mut numbers = (0..=255_u8).map(|number| number.wrapping_mul(37));
    let batches: Vec<u8> = numbers.by_ref().take(100).collect();
    corpus.add("sparse_tree", "spread", batches);
    corpus.add(
        "sparse_tree",
        "near",
        [8_u8, 250, 251, 1, 252, 253, 2, 254, 255, 3, 0, 255, 4],
    );
}

/// The shortest ledger that the rules admit: opened with a rulebook of two kinds, one officer, one role.
fn export(corpus: &mut Corpus) {
    let mut town = Town::new();
    let mut genesis = town.entries()[0].statement().clone();
    if let Payload::LedgerOpened(opened) = &mut genesis.payload {
        *opened.rulebook = short_rulebook(&default_rulebook().whole().unwrap());
    }
    let genesis = town.sign_as(&genesis, &["wang", "zhao"]).unwrap();
    let ledger = LedgerId::of(genesis.signed().bytes());
    let data = json!({ "name": "li", "actorKind": "person", "key": public("li").to_string() });
    let signers = ["wang:institution_admin", "li:incoming_key"];
    let enrolled = town.draft(Kind::ActorEnrolled, "actor/li", &signers, &data);
    let signers = ["wang:institution_admin", "zhao:institution_admin"];
    let role = json!({ "role": "registrar" });
    let granted = town.draft(Kind::RoleGranted, "actor/li", &signers, &role);
    let statements = [enrolled, granted]
        .map(|draft: Draft| town.sign(&draft.with(|statement| statement.ledger = Some(ledger))));
    let entries = chain(std::iter::once(genesis).chain(statements));
    let lines: Vec<u8> = entries
        .iter()
        .flat_map(|entry| [entry, &b"\n"[..]].concat())
        .collect();
    corpus.add("export", "whole", &lines);
    corpus.add(
        "export",
        "without-the-last",
        &lines[..lines.len() - entries[2].len() - 1],
    );

    let log = NoteSigner::from_seed(name(ORIGIN), &key("log").to_bytes());
    let tree: MemoryTree = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let (origin, size, root) = (name(ORIGIN), tree.size(), tree.root());
    let note = Checkpoint { origin, size, root }.sign(&log).unwrap();
    let text = format!("{}\n{note}", log.verifier());
    fs::write(corpus.0.join("export-checkpoint.txt"), text).unwrap();
}

fn short_rulebook(whole: &Rulebook) -> Rulebook {
    let kinds = [
        Kind::RulebookDeposited,
        Kind::RulebookAdopted,
        Kind::ActorEnrolled,
        Kind::RoleGranted,
    ];
    let roles = ["institution_admin", "registrar", "incoming_key"];
    let kept = |role: &Code| roles.contains(&role.as_str());
    let permissions = whole
        .permissions
        .iter()
        .filter(|permission| kinds.iter().any(|kind| permission.kind.is(*kind)))
        .cloned()
        .map(|mut permission| {
            let roles = permission.roles.iter().filter(|role| kept(role));
            permission.roles = Listed::new(roles.cloned().collect()).unwrap();
            permission
        });
    let roles = whole.roles.iter().filter(|rule| kept(&rule.role)).cloned();
    let roles = roles.map(|mut rule| {
        rule.excludes = Listed::default();
        rule
    });
    let mut short = whole.clone();
    short.permissions = Listed::new(permissions.collect()).unwrap();
    short.roles = Listed::new(roles.collect()).unwrap();
    short.vocabularies = Listed::default();
    short.separation = Listed::default();
    short.deadlines = Listed::default();
    short.calendars = Listed::default();
    short.settings = Listed::default();
    short.chapters = Listed::default();
    short.migration = None;
    short
}

/// Chains statements that the rules admit, a second apart.
fn chain(statements: impl Iterator<Item = Verified>) -> Vec<Vec<u8>> {
    let mut records = RecordMap::new();
    let mut time: Timestamp = "2026-11-22T08:00:00.000000Z".parse().unwrap();
    let (mut seq, mut prev, mut entries) = (Sequence::FIRST, EntryHash::NONE, Vec::new());
    for statement in statements {
        time = time.plus_seconds(1);
        let Ok(verdict) = admit(&records, time, &statement);
        verdict.unwrap_or_else(|rejection| panic!("sequence {seq}: {rejection}"));
        let Ok(dossiers) = links(&records, statement.statement());
        let entry = Entry::chain(statement, seq, time, prev, dossiers);
        let Ok(()) = evolve(&mut records, &entry);
        (seq, prev) = (seq.next(), entry.hash());
        entries.push(entry.bytes().to_vec());
    }
    entries
}
