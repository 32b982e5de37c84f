//! What an entry says, judged by the entries before it: dossiers, time, ledger, keys, rules.

use std::collections::HashMap;

use cinnabar_events::{Entry, LedgerId, Payload, StatementId, Subject, Timestamp, Verified};
use cinnabar_governance::{
    DossierRecord, Record, RecordKey, RecordsMut as _, Rejection, admit, evolve, links, placed,
    unsaid,
};
use cinnabar_tlog::VerifierKey;

use crate::chain::{Placed, Slot};
use crate::finding::{Check, Fault, Findings};
use crate::index::{Index, Judged};
use crate::keep::Keep;
use crate::levels::{Level, Levels};
use crate::read::Body;
use crate::rejected::{check_of, told};
use crate::report::{Head, Rules};
use crate::shelf::Unreadable;
use crate::state::State;

/// The fold over the entries. Its records grow with the ledger: one for each subject, key and statement.
#[derive(Debug)]
pub(crate) struct Judge {
    log_key: VerifierKey,
    /// The ledger's id: as given, or else as the genesis gives it.
    ledger: Option<LedgerId>,
    levels: Levels,
    keep: Keep,
    index: Index,
    /// Sequence of each dossier's last entry, from the first damage on.
    dossier_ends: HashMap<Subject, u64>,
    latest: Option<(u64, Timestamp)>,
    /// The ledger's own statement that was missing when last looked at.
    unsaid: Option<StatementId>,
    /// The last sequence before the current one at which something is wrong with the bytes: what follows from it
    /// is no finding of its own.
    last_damage: Option<u64>,
    /// The rules engine that the rulebook asks for, if this release doesn't have it.
    pub(crate) unknown_engine: Option<u32>,
    pub(crate) head: Option<Head>,
    pub(crate) signatures: u64,
    pub(crate) rules: Rules,
    /// The sequence of an index that is too old to be compared.
    pub(crate) old_index: Option<u64>,
    /// Why the records can't be read any more. From there on they are not looked at.
    pub(crate) stopped: Option<Unreadable>,
}

impl Judge {
    pub(crate) fn new(
        log_key: VerifierKey,
        ledger: Option<LedgerId>,
        levels: Levels,
        keep: Keep,
    ) -> Self {
        Self {
            log_key,
            ledger,
            levels,
            keep,
            index: Index::default(),
            dossier_ends: HashMap::new(),
            latest: None,
            unsaid: None,
            last_damage: None,
            unknown_engine: None,
            head: None,
            signatures: 0,
            rules: Rules::default(),
            old_index: None,
            stopped: None,
        }
    }

    /// Goes on where an earlier audit stood.
    pub(crate) fn resume(&mut self, state: &State) {
        self.ledger = self.ledger.or(state.ledger);
        self.head = state.head;
        self.latest = state.head.map(|head| (head.sequence, head.time));
        self.signatures = state.signatures;
        self.rules.admitted = state.admitted;
        self.index = state.index.clone();
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn keep(&mut self) -> &mut Keep {
        &mut self.keep
    }

    /// Moves to the shelf what is too much for memory.
    pub(crate) fn relieve(&mut self) {
        let relieved = self.index.relieve(&mut self.keep);
        let relieved = relieved.and_then(|()| self.keep.relieve());
        self.or_stop(relieved);
    }

    /// Remembers why the records can't be read.
    fn or_stop<T>(&mut self, result: Result<T, Unreadable>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.stopped.get_or_insert(error);
                None
            }
        }
    }

    pub(crate) fn ledger(&self) -> Option<LedgerId> {
        self.ledger
    }

    /// Takes what the chain has settled, in its order.
    pub(crate) fn take(&mut self, placed: Placed, findings: &mut Findings) {
        match placed {
            Placed::Lost { first, until } => {
                self.lose(first);
                self.damage(until.saturating_sub(1));
            }
            Placed::Entry(slot) => self.entry(slot, findings),
        }
    }

    /// From here on the records may lack something.
    fn lose(&mut self, seq: u64) {
        self.rules.unsure_since.get_or_insert(seq);
    }

    fn damage(&mut self, seq: u64) {
        self.last_damage = self.last_damage.max(Some(seq));
    }

    fn entry(&mut self, slot: Slot, findings: &mut Findings) {
        let Slot {
            seq,
            line,
            repeated,
            mut contradicted,
            ..
        } = slot;
        if let Some(fault) = line.framing {
            findings.push(fault.at(seq));
        }
        let hash = line.hash;
        let signed = match line.body {
            Body::Entry(signed) => *signed,
            Body::Outlined => {
                if let Some(time) = line.outline.and_then(|outline| outline.time) {
                    self.head = Some(Head {
                        sequence: seq,
                        hash,
                        time,
                    });
                    if !repeated {
                        self.time(seq, time, contradicted, findings);
                    }
                }
                return;
            }
            Body::Bad(fault) => {
                findings.push(fault.at(seq));
                self.lose(seq);
                self.damage(seq);
                return;
            }
        };
        let entry = signed.entry;
        let verified = match signed.verified {
            Some(Ok(verified)) => {
                self.signatures += verified.signed().signatures().len() as u64;
                Some(verified)
            }
            Some(Err(fault)) => {
                findings.push(fault.at(seq));
                self.lose(seq);
                contradicted = true;
                None
            }
            None => None,
        };
        self.head = Some(Head {
            sequence: seq,
            hash,
            time: entry.time(),
        });
        if repeated {
            self.repeated(seq, &entry, verified.as_ref());
            return;
        }
        let ours = !self.levels.has(Level::Authors) || {
            self.genesis(seq, &entry, contradicted, findings);
            self.same_ledger(seq, &entry, findings)
        };
        self.time(seq, entry.time(), contradicted, findings);
        if self.levels.has(Level::Dossiers) && self.stopped.is_none() {
            let said = (&entry, verified.as_ref().filter(|_| ours));
            contradicted |= self.state(seq, said, verified.is_some(), findings);
        }
        if contradicted {
            self.damage(seq);
        }
    }

    /// Holds an entry against the records, and folds it into them. True if its dossier links are wrong.
    fn state(
        &mut self,
        seq: u64,
        (entry, said): (&Entry, Option<&Verified>),
        verified: bool,
        findings: &mut Findings,
    ) -> bool {
        let contradicted = self.dossiers(seq, entry, findings);
        self.index_of(seq, entry, findings);
        if let Some(said) = said.filter(|_| self.levels.has(Level::Rules)) {
            self.admit(seq, entry, said, findings);
        }
        let folds = verified && self.levels.has(Level::Rules);
        if folds {
            // What is recorded has happened, so that what follows from it is not held against later entries.
            let folded = evolve(&mut self.keep, entry);
            self.or_stop(folded);
        }
        // Nobody said what is not verified; but its place in the dossiers stands.
        self.enter_dossiers(seq, entry, !folds);
        contradicted
    }

    /// Compares an index of the dossiers with what they are.
    fn index_of(&mut self, seq: u64, entry: &Entry, findings: &mut Findings) {
        let Payload::DossiersIndexed(index) = &entry.statement().payload else {
            return;
        };
        // After damage the dossiers aren't known for certain; a size beyond its own place the rules refuse.
        if self.last_damage.is_some() || self.rules.unsure_since.is_some() || index.size > seq {
            return;
        }
        let judged = self.index.judge(index, &mut self.keep);
        match self.or_stop(judged) {
            Some(Judged::Wrong(fault)) => findings.push(fault.at(seq)),
            Some(Judged::TooOld) => {
                self.old_index.get_or_insert(seq);
            }
            Some(Judged::Right) | None => {}
        }
    }

    /// From here on each dossier ends where the entry says that it does. `put`: the fold of the rules has not put it.
    fn enter_dossiers(&mut self, seq: u64, entry: &Entry, put: bool) {
        for (subject, link) in entry.dossiers() {
            let record = DossierRecord {
                revision: link.revision.next(),
                head: entry.hash(),
            };
            if put {
                self.keep
                    .put(RecordKey::Dossier(subject.clone()), Record::Dossier(record));
            }
            if self.last_damage.is_some() {
                self.dossier_ends.insert(subject.clone(), seq);
            }
        }
        self.index.enter(seq, entry);
    }

    /// An entry at a sequence that came before already. The chain has named it; here it only counts if it could
    /// be the one that belongs there.
    fn repeated(&mut self, seq: u64, entry: &Entry, verified: Option<&Verified>) {
        self.damage(seq);
        let Some(verified) = verified.filter(|_| self.levels.has(Level::Rules)) else {
            return;
        };
        let verdict = admit(&self.keep, entry.time(), verified);
        match self.or_stop(verdict) {
            None => {}
            Some(Ok(())) => {
                let folded = evolve(&mut self.keep, entry);
                self.or_stop(folded);
                self.enter_dossiers(seq, entry, false);
            }
            Some(Err(rejection)) if check_of(&rejection) == Check::Id => {}
            Some(Err(_)) => self.lose(seq),
        }
    }

    /// The first entry opens the ledger and binds it to the log's key.
    fn genesis(&mut self, seq: u64, entry: &Entry, contradicted: bool, findings: &mut Findings) {
        // That the first entry is a genesis, and no other is, the rules say.
        let Payload::LedgerOpened(genesis) = &entry.statement().payload else {
            return;
        };
        if seq != 0 {
            return;
        }
        let (origin, name) = (genesis.origin.as_str(), self.log_key.name().as_str());
        if origin != name {
            let meaning =
                "the log key that was given is another log's, or the genesis is another ledger's";
            findings.push(
                Fault::new(
                    Check::Genesis,
                    format!("origin {name}, the name of the log key"),
                    origin,
                    meaning,
                )
                .at(0),
            );
        }
        let given = self.log_key.ed25519_bytes();
        if given != Some(genesis.log_key.as_bytes()) {
            let given = given.map_or_else(
                || "of Ed25519".to_owned(),
                |given| cinnabar_events::PublicKey::from_bytes(*given).to_string(),
            );
            let meaning = "the ledger did not open with the log key that was given";
            findings.push(
                Fault::new(
                    Check::Genesis,
                    format!("log key {given}"),
                    genesis.log_key.to_string(),
                    meaning,
                )
                .at(0),
            );
        }
        let id = LedgerId::of(entry.signed().bytes());
        match self.ledger {
            Some(given) if given != id => {
                let meaning =
                    "this is another ledger than the one asked for, or its genesis was changed";
                findings.push(
                    Fault::new(Check::Ledger, given.to_string(), id.to_string(), meaning).at(0),
                );
                // The statements after it are measured by what they were signed for.
                if !contradicted {
                    self.ledger = Some(id);
                }
            }
            Some(_) => {}
            // A genesis that was tampered with gives no id; the statements after it do.
            None if contradicted => {}
            None => self.ledger = Some(id),
        }
    }

    /// Whether the statement was signed for this ledger.
    fn same_ledger(&mut self, seq: u64, entry: &Entry, findings: &mut Findings) -> bool {
        let Some(stated) = entry.statement().ledger else {
            return true;
        };
        match self.ledger {
            Some(ledger) if ledger == stated => true,
            Some(ledger) => {
                let meaning =
                    "the statement was signed for another ledger and means nothing in this one";
                findings.push(
                    Fault::new(
                        Check::Ledger,
                        ledger.to_string(),
                        stated.to_string(),
                        meaning,
                    )
                    .at(seq),
                );
                false
            }
            None => {
                self.ledger = Some(stated);
                true
            }
        }
    }

    fn time(&mut self, seq: u64, time: Timestamp, contradicted: bool, findings: &mut Findings) {
        if let Some((earlier, latest)) = self.latest
            && time < latest
        {
            let expected = format!("{latest} or later, as at sequence {earlier}");
            let meaning = "the ledger's clock never runs backwards: a time was changed, or the entry was made up later";
            findings.push(Fault::new(Check::Time, expected, time.to_string(), meaning).at(seq));
        }
        if !contradicted {
            self.latest = Some((seq, time));
        }
    }

    /// Compares the dossier links with the records. A link that can be wrong because of earlier damage is no
    /// finding: the damage is. True if there was a finding.
    fn dossiers(&mut self, seq: u64, entry: &Entry, findings: &mut Findings) -> bool {
        let expected = links(&self.keep, entry.statement());
        let Some(expected) = self.or_stop(expected) else {
            return false;
        };
        let mut found = false;
        for (subject, link) in entry.dossiers() {
            let Some(wanted) = expected.get(subject).filter(|wanted| *wanted != link) else {
                continue;
            };
            let end = self.dossier_ends.get(subject).copied().unwrap_or(0);
            if self.last_damage.is_some_and(|damage| damage >= end) {
                continue;
            }
            let say = |revision, hash| format!("{subject} at revision {revision} after {hash}");
            let meaning = "the dossier tells another history than the ledger: an entry in it was dropped, added or changed";
            let fault = Fault::new(
                Check::Dossier,
                say(wanted.revision, wanted.prev),
                say(link.revision, link.prev),
                meaning,
            );
            findings.push(fault.at(seq));
            found = true;
        }
        found
    }

    fn admit(&mut self, seq: u64, entry: &Entry, verified: &Verified, findings: &mut Findings) {
        self.unsaid(seq, entry, findings);
        let verdict = admit(&self.keep, entry.time(), verified);
        let Some(verdict) = self.or_stop(verdict) else {
            return;
        };
        let verdict = verdict.and_then(|()| placed(verified.statement(), entry.seq()));
        let rejection = match verdict {
            Ok(()) => {
                self.rules.admitted += 1;
                return;
            }
            Err(rejection) => rejection,
        };
        if let Rejection::UnknownEngine(engine) = rejection {
            self.unknown_engine = Some(engine);
            return;
        }
        let check = check_of(&rejection);
        // What is known to have been said stays known, whatever was lost.
        if self.rules.unsure_since.is_some() && check != Check::Id {
            self.rules.unsure += 1;
            return;
        }
        let (expected, meaning) = told(check);
        let found = format!(
            "{}: {} ({})",
            verified.statement().kind(),
            rejection,
            rejection.code()
        );
        findings.push(Fault::new(check, expected, found, meaning).at(seq));
    }
}

impl Judge {
    /// The ledger says by itself that a deadline passed, before anybody else says anything: one that is due and missing is
    /// a finding, once.
    fn unsaid(&mut self, seq: u64, entry: &Entry, findings: &mut Findings) {
        if self.rules.unsure_since.is_some() {
            return;
        }
        let missing = unsaid(&self.keep, entry.time(), entry.statement());
        let Some(missing) = self.or_stop(missing).flatten() else {
            return;
        };
        let Some(missing) = Some(missing).filter(|missing| self.unsaid != Some(missing.id)) else {
            return;
        };
        self.unsaid = Some(missing.id);
        let expected = format!(
            "{} about {}, said by the ledger",
            missing.kind(),
            missing.subject
        );
        let found = entry.statement().kind().to_string();
        let meaning =
            "a deadline had passed, and the ledger did not say so before it recorded this";
        findings.push(Fault::new(Check::Rules, expected, found, meaning).at(seq));
    }
}
