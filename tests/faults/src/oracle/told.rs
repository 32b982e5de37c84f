//! The part of the oracle that needs no programs: journal and entries, side by side.

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_events::{Entry, EntryHash, Receipt, Signed};
use cinnabar_tlog::{Checkpoint, Frontier, Hash, Note, VerifierKey};

use crate::book::{Line, What};
use crate::history::{self, Operation, Told};
use crate::mix::{revision_after, stale};

/// The actor that the ledger itself is.
const ITSELF: &str = "ledger";

/// What a ledger shows.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Its newest checkpoint.
    pub newest: Note,
    /// The key that it must be signed with.
    pub key: VerifierKey,
}

/// How much was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Entries of the ledger.
    pub entries: usize,
    /// Requests in the journal, repeats not counted.
    pub requests: usize,
    /// Receipts in the journal, repeats counted.
    pub receipts: usize,
    /// Requests that were refused for good.
    pub refused: usize,
    /// Requests that went without an answer at least once.
    pub doubted: usize,
    /// Requests without an answer to the end.
    pub unsettled: usize,
}

/// A statement: who first signed it, and its id.
type Key = (String, String);

/// Everything that happened to one statement, in the journal.
#[derive(Default)]
struct Story<'l> {
    /// Requests that were sent under this id. All the same, but where a test wants it otherwise.
    sent: BTreeSet<&'l str>,
    receipts: Vec<&'l str>,
    /// Requests that were refused for good.
    refused: Vec<&'l str>,
    doubted: bool,
}

/// Compares the two: G1 to G4, G6, and that the histories are linearizable.
///
/// # Errors
/// Everything that is wrong, a line each.
pub fn compare(ledger: &Ledger, lines: &[Line]) -> Result<Verdict, Vec<String>> {
    let mut wrong = Vec::new();
    let roots = roots(ledger, &mut wrong);
    let stories = stories(lines, &mut wrong);
    let recorded = recorded(ledger, &mut wrong);
    said_by_nobody(ledger, &stories, &mut wrong);
    let mut verdict = Verdict {
        entries: ledger.entries.len(),
        requests: stories.len(),
        ..Verdict::default()
    };
    for (key, story) in &stories {
        let there = recorded.get(key).copied();
        for text in &story.receipts {
            verdict.receipts += 1;
            if let Err(why) = hold(ledger, &roots, key, text) {
                wrong.push(format!("G1/G2: {key:?}: {why}"));
            }
        }
        let bytes = there.map(|entry| entry.signed().to_request());
        let is_there = |request: &&str| bytes.as_deref() == Some(request.as_bytes());
        if bytes.is_some() && !story.sent.iter().any(is_there) {
            wrong.push(format!(
                "G3/G6: {key:?} is recorded with bytes that nobody sent"
            ));
        }
        let refused = story.refused.iter().any(is_there);
        if refused && story.receipts.is_empty() {
            wrong.push(format!("G3: {key:?} was refused, and is recorded"));
        }
        verdict.refused += usize::from(!story.refused.is_empty());
        verdict.doubted += usize::from(story.doubted);
        let settled = !story.receipts.is_empty() || !story.refused.is_empty();
        verdict.unsettled += usize::from(!settled);
    }
    if let Err(anomaly) = history::check(&operations(lines)) {
        wrong.push(format!("R17: {anomaly}"));
    }
    if wrong.is_empty() {
        Ok(verdict)
    } else {
        Err(wrong)
    }
}

/// G4: sequence, chain, tree; the root at every size.
fn roots(ledger: &Ledger, wrong: &mut Vec<String>) -> Vec<Hash> {
    let mut frontier = Frontier::empty();
    let mut roots = vec![frontier.root()];
    let mut prev = EntryHash::NONE;
    let mut time = None;
    for (seq, entry) in (0..).zip(&ledger.entries) {
        if entry.seq().get() != seq {
            wrong.push(format!("G4: sequence {} stands at {seq}", entry.seq()));
        }
        if entry.prev() != prev {
            wrong.push(format!("G4: entry {seq} doesn't continue the chain"));
        }
        if time.is_some_and(|time| entry.time() < time) {
            wrong.push(format!("G4: the time of entry {seq} runs backwards"));
        }
        (prev, time) = (entry.hash(), Some(entry.time()));
        frontier.push(entry.leaf_hash());
        roots.push(frontier.root());
    }
    match Checkpoint::open(&ledger.newest, &ledger.key) {
        Ok(newest) => {
            if newest.size.get() != ledger.entries.len() as u64
                || Some(&newest.root) != roots.last()
            {
                wrong.push(format!(
                    "G4: the newest checkpoint is about other entries: {newest:?}"
                ));
            }
        }
        Err(error) => wrong.push(format!("G4: the newest checkpoint: {error}")),
    }
    roots
}

/// Puts the journal's lines together by statement.
fn stories<'l>(lines: &'l [Line], wrong: &mut Vec<String>) -> BTreeMap<Key, Story<'l>> {
    let mut stories: BTreeMap<Key, Story<'_>> = BTreeMap::new();
    // What each client sent last under an id: that is what the next answer is about.
    let mut last: BTreeMap<(Key, usize), &str> = BTreeMap::new();
    for line in lines {
        let key = (line.actor.clone(), line.id.clone());
        let story = stories.entry(key.clone()).or_default();
        match &line.what {
            What::Sent { request } => {
                story.sent.insert(request);
                last.insert((key, line.client), request);
            }
            What::Receipt { receipt, .. } => story.receipts.push(receipt),
            What::Refused { .. } if line.what.is_final() => {
                match last.get(&(key.clone(), line.client)) {
                    Some(request) => story.refused.push(request),
                    None => wrong.push(format!("an answer to {key:?}, which was not asked")),
                }
            }
            What::Refused { .. } | What::Unanswered { .. } => story.doubted = true,
        }
    }
    stories
}

/// G3: which entry each statement is in; at most one.
fn recorded<'e>(ledger: &'e Ledger, wrong: &mut Vec<String>) -> BTreeMap<Key, &'e Entry> {
    let mut recorded = BTreeMap::new();
    for entry in &ledger.entries {
        let key = key_of(entry.signed());
        let seq = entry.seq();
        if let Some(before) = recorded.insert(key.clone(), entry) {
            wrong.push(format!(
                "G3: {key:?} is recorded at {} and at {seq}",
                before.seq()
            ));
        }
    }
    recorded
}

fn key_of(signed: &Signed) -> Key {
    let statement = signed.statement();
    let actor = statement.first_signer().actor.as_str().to_owned();
    (actor, statement.id.to_string())
}

/// G3: what a journal's actor says is in the journal; others say nothing once a journal has begun, but the ledger itself.
fn said_by_nobody(ledger: &Ledger, stories: &BTreeMap<Key, Story<'_>>, wrong: &mut Vec<String>) {
    let actors: BTreeSet<&str> = stories.keys().map(|(actor, _)| actor.as_str()).collect();
    let mut begun = false;
    for entry in &ledger.entries {
        let key = key_of(entry.signed());
        let ours = actors.contains(key.0.as_str());
        begun |= ours;
        if stories.contains_key(&key) || key.0 == ITSELF || !(ours || begun) {
            continue;
        }
        wrong.push(format!("G3: nobody sent {key:?}, entry {}", entry.seq()));
    }
}

/// G1 and G2 for one receipt.
fn hold(ledger: &Ledger, roots: &[Hash], key: &Key, text: &str) -> Result<(), String> {
    let receipt =
        Receipt::parse(text.as_bytes()).map_err(|error| format!("no receipt: {error}"))?;
    let entry = receipt.entry();
    if key_of(entry.signed()) != *key {
        return Err(format!("the receipt is for {:?}", key_of(entry.signed())));
    }
    let seq = entry.seq().get();
    let index = usize::try_from(seq).map_err(|error| error.to_string())?;
    match ledger.entries.get(index) {
        None => return Err(format!("entry {seq} has a receipt and is lost")),
        Some(found) if found.bytes() != entry.bytes() => {
            return Err(format!("entry {seq} is another one than the receipt says"));
        }
        Some(_) => {}
    }
    let checkpoint = receipt.verify(&ledger.key);
    let checkpoint = checkpoint.map_err(|error| format!("the receipt of {seq}: {error}"))?;
    let size = usize::try_from(checkpoint.size.get()).map_err(|error| error.to_string())?;
    match roots.get(size) {
        Some(root) if *root == checkpoint.root => Ok(()),
        Some(_) => Err(format!(
            "the receipt's checkpoint of size {size} is about another ledger"
        )),
        None => Err(format!(
            "the receipt's checkpoint has size {size}, the ledger is shorter"
        )),
    }
}

/// What the journal's clients saw of subjects, as a history.
#[must_use]
pub fn operations(lines: &[Line]) -> Vec<Operation> {
    let mut asked: BTreeMap<Key, (u64, &str)> = BTreeMap::new();
    let mut settled: BTreeSet<Key> = BTreeSet::new();
    let mut operations = Vec::new();
    for line in lines {
        let key = (line.actor.clone(), line.id.clone());
        if let What::Sent { request } = &line.what {
            asked.entry(key).or_insert((line.at, request));
            continue;
        }
        let Some((at, request)) = asked.get(&key).filter(|_| line.what.is_final()) else {
            continue;
        };
        let Ok(signed) = Signed::parse_request(request.as_bytes()) else {
            continue;
        };
        let subject = signed.statement().subject.to_string();
        let told = match &line.what {
            What::Receipt { receipt, .. } => Receipt::parse(receipt.as_bytes())
                .ok()
                .and_then(|receipt| revision_after(&receipt, &subject))
                .map(Told::Recorded),
            What::Refused { problem } => stale(problem).map(|(_, found)| Told::Found(found)),
            What::Sent { .. } | What::Unanswered { .. } => None,
        };
        // The first answer settles it; later ones are compared by G1.
        if let Some(told) = told
            && settled.insert(key)
        {
            operations.push(Operation {
                subject,
                expects: signed
                    .statement()
                    .expects
                    .map(cinnabar_events::Revision::get),
                asked: *at,
                answered: line.at,
                told,
            });
        }
    }
    operations
}
