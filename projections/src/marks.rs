//! The view of what later entries say about earlier ones: keys that were compromised, corrections, remarks, disputes,
//! values that were erased. The earlier entries stay as they are; what is shown with them says so.

use cinnabar_events::kinds::{ErasureExecuted, KeyRevoked, StatementRef};
use cinnabar_events::{Entry, Payload, Subject};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::column::{seq, unsigned};
use crate::projection::{Projection, Table};
use crate::query::At;
use crate::writing::Writing;

/// The view `marks`.
pub(crate) struct Marks;

impl Projection for Marks {
    const NAME: &'static str = "marks";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[
        Table::Rows {
            name: "entry_signature",
            create: "
                CREATE TABLE entry_signature (
                    key BLOB NOT NULL,
                    seq INTEGER NOT NULL,
                    PRIMARY KEY (key, seq)
                ) WITHOUT ROWID;",
            order: "key, seq",
        },
        Table::Rows {
            name: "revocation",
            create: "
                CREATE TABLE revocation (
                    key BLOB NOT NULL,
                    seq INTEGER NOT NULL,
                    reason TEXT NOT NULL,
                    since TEXT,
                    since_seq INTEGER,
                    PRIMARY KEY (key, seq)
                ) WITHOUT ROWID;",
            order: "key, seq",
        },
        Table::Rows {
            name: "mark",
            create: "
                CREATE TABLE mark (
                    statement TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    seq INTEGER NOT NULL,
                    kind TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    field TEXT,
                    PRIMARY KEY (statement, actor, seq)
                ) WITHOUT ROWID;",
            order: "statement, actor, seq",
        },
        Table::Rows {
            name: "dispute_answer",
            create: "
                CREATE TABLE dispute_answer (
                    subject TEXT NOT NULL,
                    seq INTEGER NOT NULL,
                    outcome TEXT NOT NULL,
                    PRIMARY KEY (subject, seq)
                ) WITHOUT ROWID;",
            order: "subject, seq",
        },
        Table::Rows {
            name: "erasure",
            create: "
                CREATE TABLE erasure (
                    subject TEXT PRIMARY KEY,
                    ground TEXT NOT NULL,
                    provision TEXT
                ) WITHOUT ROWID;",
            order: "subject",
        },
        Table::Rows {
            name: "erased",
            create: "
                CREATE TABLE erased (
                    statement TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    pointer TEXT NOT NULL,
                    seq INTEGER NOT NULL,
                    ground TEXT,
                    provision TEXT,
                    PRIMARY KEY (statement, actor, pointer)
                ) WITHOUT ROWID;",
            order: "statement, actor, pointer",
        },
    ];

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a view takes the kinds that it shows and leaves the others"
    )]
    fn apply(entry: &Entry, transaction: &Writing<'_>) -> rusqlite::Result<()> {
        let fold = Fold {
            transaction,
            seq: seq(entry.seq()),
            kind: entry.statement().kind().as_str(),
            subject: entry.statement().subject.to_string(),
        };
        for signature in entry.signed().signatures() {
            let values = params![signature.key.as_bytes(), fold.seq];
            fold.run("INSERT INTO entry_signature VALUES (?,?)", values)?;
        }
        match &entry.statement().payload {
            Payload::KeyRevoked(revoked) => fold.revoke(revoked),
            Payload::RecordCorrected(corrected) => {
                fold.mark(&corrected.target, Some(corrected.field.as_str()))
            }
            Payload::RecordAnnotated(annotated) => fold.mark(&annotated.target, None),
            Payload::RecordDisputed(disputed) => {
                let field = disputed.field.as_ref().map(|field| field.as_str());
                let mut targets = disputed.targets.iter();
                targets.try_for_each(|target| fold.mark(target, field))
            }
            Payload::DisputeAnswered(answered) => fold.run(
                "INSERT INTO dispute_answer VALUES (?,?,?)",
                params![fold.subject, fold.seq, answered.outcome.as_str()],
            ),
            Payload::ErasureRequested(requested) => fold.run(
                "INSERT OR IGNORE INTO erasure VALUES (?,?,NULL)",
                params![fold.subject, requested.ground.as_str()],
            ),
            Payload::ErasureDecided(decided) => fold.run(
                "UPDATE erasure SET provision = ? WHERE subject = ?",
                params![decided.provision.as_str(), fold.subject],
            ),
            Payload::ErasureExecuted(executed) => fold.erase(executed),
            _ => Ok(()),
        }
    }
}

/// What one entry changes.
struct Fold<'t> {
    transaction: &'t Writing<'t>,
    seq: i64,
    kind: &'static str,
    subject: String,
}

impl Fold<'_> {
    fn run(&self, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<()> {
        self.transaction.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    /// What the key signed since it was compromised is suspect; times never run backwards, so it is what it signed from a
    /// sequence on.
    fn revoke(&self, revoked: &KeyRevoked) -> rusqlite::Result<()> {
        let since = revoked.compromised_since.map(|since| since.to_string());
        let first = "SELECT seq FROM entry WHERE time >= ? ORDER BY time, seq LIMIT 1";
        let mut first = self.transaction.prepare_cached(first)?;
        let since_seq: Option<i64> = match &since {
            Some(since) => {
                let found = first.query_row([since], |row| row.get(0)).optional()?;
                Some(found.unwrap_or(self.seq))
            }
            None => None,
        };
        let (key, reason) = (revoked.key.as_bytes(), revoked.reason.as_str());
        let values = params![key, self.seq, reason, since, since_seq];
        self.run("INSERT INTO revocation VALUES (?,?,?,?,?)", values)
    }

    fn mark(&self, target: &StatementRef, field: Option<&str>) -> rusqlite::Result<()> {
        let (statement, actor) = (target.statement.to_string(), target.actor.as_str());
        let values = params![statement, actor, self.seq, self.kind, self.subject, field];
        self.run("INSERT OR IGNORE INTO mark VALUES (?,?,?,?,?,?)", values)
    }

    fn erase(&self, executed: &ErasureExecuted) -> rusqlite::Result<()> {
        let mut select = self
            .transaction
            .prepare_cached("SELECT ground, provision FROM erasure WHERE subject = ?")?;
        let why: Option<(String, Option<String>)> = select
            .query_row([&self.subject], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (ground, provision) = match why {
            Some((ground, provision)) => (Some(ground), provision),
            None => (None, None),
        };
        for opening in executed.openings.iter() {
            let values = params![
                opening.statement.to_string(),
                opening.actor.as_str(),
                opening.pointer.as_str(),
                self.seq,
                ground,
                provision,
            ];
            self.run("INSERT OR IGNORE INTO erased VALUES (?,?,?,?,?,?)", values)?;
        }
        Ok(())
    }
}

/// A key that signed an entry may have been in other hands by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Suspect {
    /// The key.
    pub key: String,
    /// Since when it is held to be compromised.
    pub since: String,
    /// Sequence of the entry that revoked it.
    pub revoked_at: u64,
}

/// A confidential field of an entry: what the ledger holds is a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    /// Which field of `data`.
    pub pointer: String,
    /// The commitment.
    pub commitment: String,
    /// `sealed`, or `erased`: value and salt are destroyed.
    pub status: &'static str,
    /// Why there is no value any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
}

/// How a confidential value came to be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Erased {
    /// Sequence of the entry that says so.
    pub by: u64,
    /// Why it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// The provision that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provision: Option<String>,
}

/// A later entry about this one: it corrects, annotates or disputes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// `record.corrected`, `record.annotated` or `record.disputed`.
    pub kind: String,
    /// Its sequence.
    pub sequence: u64,
    /// The correction, annotation or dispute.
    pub subject: String,
    /// Which field of `data` it is about; the whole if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The answer to a dispute; one without is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<DisputeAnswer>,
}

/// How a dispute was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DisputeAnswer {
    /// Sequence of the answer.
    pub sequence: u64,
    /// `upheld` or `rejected`.
    pub outcome: String,
}

/// What is known of a key's end: it may be revoked several times, each time as compromised since earlier.
pub(crate) struct Revoked {
    /// The entry that revoked it first.
    pub(crate) sequence: u64,
    /// Why, as that entry says.
    pub(crate) reason: String,
    /// Since when it was compromised at the earliest.
    pub(crate) since: Option<String>,
    /// How many entries it signed since then.
    pub(crate) suspects: u64,
}

/// Which of an entry's signatures are suspect, as known at that size.
pub(crate) fn suspects(
    sqlite: &Connection,
    at: At,
    sequence: u64,
) -> rusqlite::Result<Vec<Suspect>> {
    let mut select = sqlite.prepare_cached(
        "SELECT 'ed25519:' || lower(hex(k.key)), min(k.since), min(k.seq) FROM revocation k
         WHERE k.seq < ?1 AND EXISTS (SELECT 1 FROM entry_signature s WHERE s.key = k.key AND s.seq = ?2)
         GROUP BY k.key HAVING min(k.since_seq) <= ?2 ORDER BY k.key",
    )?;
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let found = select.query_map(params![at.value(), sequence], |row| {
        Ok(Suspect {
            key: row.get(0)?,
            since: row.get(1)?,
            revoked_at: unsigned(row.get(2)?),
        })
    })?;
    found.collect()
}

/// How many entries in the subject's dossier have a suspect signature, as known at that size.
pub(crate) fn suspects_about(sqlite: &Connection, at: At, subject: &str) -> rusqlite::Result<u64> {
    // Hardly ever is there such a key, and then this is all.
    let mut any = sqlite.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM revocation WHERE seq < ? AND since IS NOT NULL)",
    )?;
    if !any.query_row([at.value()], |row| row.get::<_, bool>(0))? {
        return Ok(0);
    }
    let mut count = sqlite.prepare_cached(
        "SELECT count(*) FROM entry_subject e WHERE e.subject = ?1 AND e.seq < ?2 AND EXISTS (
             SELECT 1 FROM revocation k CROSS JOIN entry_signature s ON s.key = k.key AND s.seq = e.seq
             WHERE k.seq < ?2 AND k.since_seq <= e.seq)",
    )?;
    count
        .query_row(params![subject, at.value()], |row| row.get(0))
        .map(unsigned)
}

/// What is known at that size of how the key ended, if it was revoked.
pub(crate) fn revoked(sqlite: &Connection, at: At, key: &str) -> rusqlite::Result<Option<Revoked>> {
    let hex = key.trim_start_matches("ed25519:");
    let mut select = sqlite.prepare_cached(
        "SELECT k.seq, k.reason, (SELECT min(since) FROM revocation WHERE key = k.key AND seq < ?2),
             (SELECT count(*) FROM entry_signature s WHERE s.key = k.key AND s.seq < ?2
              AND s.seq >= (SELECT min(since_seq) FROM revocation WHERE key = k.key AND seq < ?2))
         FROM revocation k WHERE k.key = unhex(?1) AND k.seq < ?2 ORDER BY k.seq LIMIT 1",
    )?;
    let found = select.query_row(params![hex, at.value()], |row| {
        Ok(Revoked {
            sequence: unsigned(row.get(0)?),
            reason: row.get(1)?,
            since: row.get(2)?,
            suspects: unsigned(row.get(3)?),
        })
    });
    found.optional()
}

/// SQL: the entry has a suspect signature, as known at the size that is bound.
pub(crate) const IS_SUSPECT: &str = "EXISTS (SELECT 1 FROM revocation k CROSS JOIN entry_signature s ON s.key = k.key AND s.seq = entry.seq
     WHERE k.seq < ? AND k.since_seq <= entry.seq)";

/// What later entries say about the statement `statement` of `actor`, oldest first.
pub(crate) fn marks(
    sqlite: &Connection,
    at: At,
    actor: &str,
    statement: &str,
) -> rusqlite::Result<Vec<Mark>> {
    let mut select = sqlite.prepare_cached(
        "SELECT m.kind, m.seq, m.subject, m.field, a.seq, a.outcome
         FROM mark m LEFT JOIN dispute_answer a ON a.subject = m.subject AND a.seq < ?3
         WHERE m.statement = ?1 AND m.actor = ?2 AND m.seq < ?3 ORDER BY m.seq, a.seq",
    )?;
    let found = select.query_map(params![statement, actor, at.value()], |row| {
        let (answer, outcome): (Option<i64>, Option<String>) = (row.get(4)?, row.get(5)?);
        let answered = answer
            .zip(outcome)
            .map(|(sequence, outcome)| DisputeAnswer {
                sequence: unsigned(sequence),
                outcome,
            });
        Ok(Mark {
            kind: row.get(0)?,
            sequence: unsigned(row.get(1)?),
            subject: row.get(2)?,
            field: row.get(3)?,
            answered,
        })
    })?;
    found.collect()
}

/// Marks as erased those of the statement's confidential values that are.
pub(crate) fn note_erased(
    sqlite: &Connection,
    at: At,
    (actor, statement): (&str, &str),
    slots: &mut [Slot],
) -> rusqlite::Result<()> {
    let mut select = sqlite.prepare_cached(
        "SELECT seq, ground, provision FROM erased
         WHERE statement = ? AND actor = ? AND pointer = ? AND seq < ?",
    )?;
    for slot in slots {
        let values = params![statement, actor, slot.pointer, at.value()];
        let erased = select.query_row(values, |row| {
            Ok(Erased {
                by: unsigned(row.get(0)?),
                ground: row.get(1)?,
                provision: row.get(2)?,
            })
        });
        if let Some(erased) = erased.optional()? {
            slot.status = "erased";
            slot.erased = Some(erased);
        }
    }
    Ok(())
}

/// Subjects other than `subject` about which there are entries in its dossier, those first that came first. Deadlines
/// are left out: they stand elsewhere.
pub(crate) fn related(
    sqlite: &Connection,
    at: At,
    subject: &Subject,
    limit: usize,
) -> rusqlite::Result<Vec<Subject>> {
    let mut select = sqlite.prepare_cached(
        "SELECT entry.subject FROM entry_subject JOIN entry ON entry.seq = entry_subject.seq
         WHERE entry_subject.subject = ?1 AND entry_subject.seq < ?2 AND entry.subject <> ?1 AND entry.subject NOT GLOB 'deadline/*'
         GROUP BY entry.subject ORDER BY min(entry.seq) LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = params![subject.to_string(), at.value(), limit];
    let found = select.query_map(values, |row| crate::deadlines::parsed(row, 0))?;
    found.collect()
}
