//! The view of actors: who signs, with which keys and roles.

use cinnabar_events::kinds::{ActorKind, ActorSuspended, KeyRevoked, Scope};
use cinnabar_events::{Date, Entry, Id, Payload, PublicKey};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use serde::Serialize;

use crate::column::{Json, OPEN, is_zero, seq, unsigned};
use crate::marks;
use crate::pool::{ReadError, Reader};
use crate::projection::{Projection, Table};
use crate::query::{At, Key, Listing, Page, Source, Where, text};

/// The view `actors`.
pub(crate) struct Actors;

/// The actor that the ledger itself is, and the roles that the genesis gives (as `governance` folds it).
const LEDGER_ACTOR: &str = "ledger";
const ROLE_FOUNDER: &str = "institution_admin";
const ROLE_LEDGER: &str = "system";

impl Projection for Actors {
    const NAME: &'static str = "actors";
    const VERSION: u32 = 2;
    const TABLES: &'static [Table] = &[
        Table::Rows {
            name: "actor",
            create: "
                CREATE TABLE actor (
                    id TEXT PRIMARY KEY,
                    seq INTEGER NOT NULL,
                    time TEXT NOT NULL,
                    name TEXT NOT NULL,
                    kind TEXT NOT NULL,
                    organisation TEXT,
                    migrated INTEGER NOT NULL
                ) WITHOUT ROWID;
                CREATE INDEX actor_seq ON actor (seq, id);",
            order: "id",
        },
        Table::Rows {
            name: "actor_key",
            create: "
                CREATE TABLE actor_key (
                    key TEXT PRIMARY KEY,
                    actor TEXT NOT NULL,
                    from_seq INTEGER NOT NULL,
                    until_seq INTEGER NOT NULL,
                    expires TEXT
                ) WITHOUT ROWID;
                CREATE INDEX actor_key_actor ON actor_key (actor, from_seq);",
            order: "key",
        },
        Table::Rows {
            name: "actor_role",
            create: "
                CREATE TABLE actor_role (
                    actor TEXT NOT NULL,
                    role TEXT NOT NULL,
                    from_seq INTEGER NOT NULL,
                    until_seq INTEGER NOT NULL,
                    first_day TEXT,
                    last_day TEXT,
                    lent_by TEXT,
                    scope TEXT,
                    PRIMARY KEY (actor, role, from_seq)
                ) WITHOUT ROWID;",
            order: "actor, role, from_seq",
        },
        Table::Rows {
            name: "actor_suspension",
            create: "
                CREATE TABLE actor_suspension (
                    actor TEXT NOT NULL,
                    from_seq INTEGER NOT NULL,
                    until_seq INTEGER NOT NULL,
                    reason TEXT NOT NULL,
                    last_day TEXT,
                    successor TEXT,
                    PRIMARY KEY (actor, from_seq)
                ) WITHOUT ROWID;",
            order: "actor, from_seq",
        },
    ];

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a view takes the kinds that it shows and leaves the others"
    )]
    fn apply(entry: &Entry, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let fold = Fold {
            transaction,
            seq: seq(entry.seq()),
            time: entry.time().to_string(),
            migrated: entry.statement().migrated.is_some(),
        };
        let id = entry.statement().subject.id();
        match &entry.statement().payload {
            Payload::LedgerOpened(opened) => {
                let institution = Some(&opened.institution.id);
                for founder in opened.founders.iter() {
                    fold.enrol(
                        &founder.actor,
                        founder.name.as_str(),
                        ActorKind::Person,
                        institution,
                        &founder.key,
                        None,
                    )?;
                    fold.grant(&founder.actor, ROLE_FOUNDER, Grant::default())?;
                }
                let itself: Id = LEDGER_ACTOR.parse().expect("a word is an id");
                fold.enrol(
                    &itself,
                    opened.name.as_str(),
                    ActorKind::Service,
                    institution,
                    &opened.ledger_key,
                    None,
                )?;
                fold.grant(&itself, ROLE_LEDGER, Grant::default())
            }
            Payload::ActorEnrolled(enrolled) => {
                let name = enrolled.name.as_str();
                fold.enrol(
                    id,
                    name,
                    enrolled.actor_kind,
                    enrolled.organisation.as_ref(),
                    &enrolled.key,
                    enrolled.key_expires,
                )
            }
            Payload::RoleGranted(granted) => {
                let grant = Grant {
                    from: granted.from,
                    until: granted.until,
                    lent_by: None,
                    scope: granted.scope.as_ref(),
                };
                fold.grant(id, granted.role.as_str(), grant)
            }
            Payload::RoleDelegated(delegated) => {
                let grant = Grant {
                    from: delegated.from,
                    until: Some(delegated.until),
                    lent_by: Some(&entry.statement().first_signer().actor),
                    scope: delegated.scope.as_ref(),
                };
                fold.grant(id, delegated.role.as_str(), grant)
            }
            Payload::ActorSuspended(suspended) => fold.suspend(id, suspended),
            Payload::ActorRestored(_) => fold.run(
                "UPDATE actor_suspension SET until_seq = ? WHERE actor = ? AND until_seq = ?",
                params![fold.seq, id.as_str(), OPEN],
            ),
            Payload::RoleWithdrawn(withdrawn) => fold.withdraw(id, withdrawn.role.as_str()),
            Payload::KeyRotated(rotated) => {
                fold.end_keys(id)?;
                fold.add_key(id, &rotated.key, rotated.key_expires)
            }
            Payload::KeyRevoked(revoked) => fold.revoke(revoked),
            _ => Ok(()),
        }
    }
}

/// What one entry changes.
struct Fold<'t> {
    transaction: &'t Transaction<'t>,
    seq: i64,
    time: String,
    migrated: bool,
}

/// How a role is given.
#[derive(Clone, Copy, Default)]
struct Grant<'g> {
    from: Option<Date>,
    until: Option<Date>,
    lent_by: Option<&'g Id>,
    scope: Option<&'g Scope>,
}

impl Fold<'_> {
    fn run(&self, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<()> {
        self.transaction.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }

    fn enrol(
        &self,
        id: &Id,
        name: &str,
        kind: ActorKind,
        organisation: Option<&Id>,
        key: &PublicKey,
        expires: Option<Date>,
    ) -> rusqlite::Result<()> {
        let values = params![
            id.as_str(),
            self.seq,
            self.time,
            name,
            kind.as_str(),
            organisation.map(Id::as_str),
            self.migrated,
        ];
        self.run("INSERT OR IGNORE INTO actor VALUES (?,?,?,?,?,?,?)", values)?;
        self.add_key(id, key, expires)
    }

    fn add_key(&self, id: &Id, key: &PublicKey, expires: Option<Date>) -> rusqlite::Result<()> {
        let values = params![
            key.to_string(),
            id.as_str(),
            self.seq,
            OPEN,
            expires.map(|date| date.to_string())
        ];
        self.run("INSERT OR IGNORE INTO actor_key VALUES (?,?,?,?,?)", values)
    }

    /// Another key takes the place of those in use.
    fn end_keys(&self, id: &Id) -> rusqlite::Result<()> {
        let values = params![self.seq, id.as_str(), OPEN];
        self.run(
            "UPDATE actor_key SET until_seq = ? WHERE actor = ? AND until_seq = ?",
            values,
        )
    }

    /// A key that had ended already keeps the place where it ended; the view of marks knows that it was revoked.
    fn revoke(&self, revoked: &KeyRevoked) -> rusqlite::Result<()> {
        let values = params![self.seq, revoked.key.to_string()];
        self.run(
            "UPDATE actor_key SET until_seq = min(until_seq, ?) WHERE key = ?",
            values,
        )
    }

    /// Granted again, the newer dates hold.
    fn grant(&self, id: &Id, role: &str, grant: Grant<'_>) -> rusqlite::Result<()> {
        self.withdraw(id, role)?;
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let values = params![
            id.as_str(),
            role,
            self.seq,
            OPEN,
            day(grant.from),
            day(grant.until),
            grant.lent_by.map(Id::as_str),
            grant.scope.map(Json),
        ];
        self.run(
            "INSERT OR REPLACE INTO actor_role VALUES (?,?,?,?,?,?,?,?)",
            values,
        )
    }

    fn suspend(&self, id: &Id, suspended: &ActorSuspended) -> rusqlite::Result<()> {
        let values = params![
            id.as_str(),
            self.seq,
            OPEN,
            suspended.reason.as_str(),
            suspended.until.map(|day| day.to_string()),
            suspended.successor.as_ref().map(Id::as_str),
        ];
        self.run("INSERT INTO actor_suspension VALUES (?,?,?,?,?,?)", values)
    }

    fn withdraw(&self, id: &Id, role: &str) -> rusqlite::Result<()> {
        let values = params![self.seq, id.as_str(), role, OPEN];
        self.run(
            "UPDATE actor_role SET until_seq = ? WHERE actor = ? AND role = ? AND until_seq = ?",
            values,
        )
    }
}

/// Someone who signs.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActorRow {
    /// The actor's id.
    pub id: String,
    /// How the actor is called in public.
    pub name: String,
    /// What the actor is: `person`, `unit` or `service`.
    pub actor_kind: String,
    /// Whom the actor signs for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Whether the actor may sign: `active` or `suspended`.
    pub status: &'static str,
    /// Why the actor may not sign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspension: Option<SuspensionRow>,
    /// Whether the enrolment was taken over from an older register.
    pub migrated: bool,
    /// Sequence of the entry that enrolled the actor.
    pub sequence: u64,
    /// When that entry was recorded.
    pub time: String,
    /// Every key the actor ever had, oldest first.
    pub keys: Vec<KeyRow>,
    /// Every role the actor ever had, oldest first.
    pub roles: Vec<RoleRow>,
}

/// A key's life.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyRow {
    /// The public key.
    pub key: String,
    /// Sequence of the entry from which on it signs.
    pub valid_from: u64,
    /// Sequence of the entry that ended it; later entries can't be signed with it. Absent while it signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
    /// Last day on which it signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Sequence of the entry that revoked it first, if one did: a key that was replaced has ended, but isn't revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<u64>,
    /// Why it was revoked first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it signed from then on is suspect: the earliest moment that a revocation gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compromised_since: Option<String>,
    /// How many entries it signed since then; they stay, and are flagged. Absent if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub suspect_entries: u64,
}

/// Why an actor signs nothing for now.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SuspensionRow {
    /// Sequence of the entry that says so.
    pub sequence: u64,
    /// Why.
    pub reason: String,
    /// Until when it is meant to last; only a statement ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who took over the actor's work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
}

/// A role that an actor has or had.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleRow {
    /// Which.
    pub role: String,
    /// Sequence of the entry that granted it.
    pub granted: u64,
    /// Sequence of the entry that withdrew it or granted it anew. Absent while it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<u64>,
    /// First day; at once if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day; until withdrawn if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who lent it: it rests while he is suspended, and ends when he no longer has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lent_by: Option<String>,
    /// About what it lets the actor speak, as `{classes, fields}`; about everything if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub scope: Option<Scope>,
}

/// Which actors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActorFilter {
    /// Signing for this organisation.
    pub organisation: Option<Id>,
    /// Holding this role at that size, whatever its dates.
    pub role: Option<String>,
}

const COLUMNS: &str = "id, name, kind, organisation, seq, time, migrated";

impl Reader {
    /// Actors, in the order in which they were enrolled.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn actors(
        &self,
        at: At,
        filter: &ActorFilter,
        page: &Page,
    ) -> Result<Listing<ActorRow>, ReadError> {
        let mut conditions = Where::default();
        conditions.and("seq < ?", [at.value()]);
        conditions.equals("organisation", filter.organisation.as_ref().map(Id::as_str));
        if let Some(role) = &filter.role {
            let holding = "EXISTS (SELECT 1 FROM actor_role WHERE actor = actor.id AND role = ? AND from_seq < ? AND until_seq >= ?)";
            conditions.and(holding, [text(role), at.value(), at.value()]);
        }
        let source = Source {
            columns: COLUMNS,
            from: "actor",
            sequence: "seq",
            id: "id",
        };
        let key = |row: &ActorRow| Key {
            sequence: row.sequence,
            id: row.id.clone(),
        };
        self.ask(|sqlite| {
            let mut listing = conditions.list(sqlite, &source, page, read, key)?;
            for actor in &mut listing.rows {
                complete(sqlite, at, actor)?;
            }
            Ok(listing)
        })
    }

    /// One actor.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn actor(&self, at: At, id: &str) -> Result<Option<ActorRow>, ReadError> {
        self.ask(|sqlite| {
            let mut select = sqlite.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM actor WHERE id = ? AND seq < ?"
            ))?;
            let row = select.query_map([text(id), at.value()], read)?.next();
            let Some(mut actor) = row.transpose()? else {
                return Ok(None);
            };
            complete(sqlite, at, &mut actor)?;
            Ok(Some(actor))
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ActorRow> {
    Ok(ActorRow {
        id: row.get(0)?,
        name: row.get(1)?,
        actor_kind: row.get(2)?,
        organisation: row.get(3)?,
        sequence: unsigned(row.get(4)?),
        time: row.get(5)?,
        migrated: row.get(6)?,
        status: "active",
        suspension: None,
        keys: Vec::new(),
        roles: Vec::new(),
    })
}

/// Adds keys and roles as they were known at that size: what ended them later isn't said.
fn complete(sqlite: &Connection, at: At, actor: &mut ActorRow) -> rusqlite::Result<()> {
    let Value::Integer(size) = at.value() else {
        return Ok(());
    };
    let before = |seq: i64| (seq < size).then(|| unsigned(seq));
    let values = params![actor.id, size];
    let mut select = sqlite.prepare_cached(
        "SELECT key, from_seq, until_seq, expires
         FROM actor_key WHERE actor = ? AND from_seq < ? ORDER BY from_seq, key",
    )?;
    let keys = select.query_map(values, |row| {
        Ok(KeyRow {
            key: row.get(0)?,
            valid_from: unsigned(row.get(1)?),
            ended: before(row.get(2)?),
            expires: row.get(3)?,
            revoked: None,
            reason: None,
            compromised_since: None,
            suspect_entries: 0,
        })
    })?;
    actor.keys = keys.collect::<rusqlite::Result<_>>()?;
    for key in &mut actor.keys {
        if let Some(revoked) = marks::revoked(sqlite, at, &key.key)? {
            key.revoked = Some(revoked.sequence);
            key.reason = Some(revoked.reason);
            key.compromised_since = revoked.since;
            key.suspect_entries = revoked.suspects;
        }
    }
    let mut select = sqlite.prepare_cached(
        "SELECT role, from_seq, until_seq, first_day, last_day, lent_by, scope
         FROM actor_role WHERE actor = ? AND from_seq < ? ORDER BY from_seq, role",
    )?;
    let roles = select.query_map(values, |row| {
        Ok(RoleRow {
            role: row.get(0)?,
            granted: unsigned(row.get(1)?),
            ended: before(row.get(2)?),
            from: row.get(3)?,
            until: row.get(4)?,
            lent_by: row.get(5)?,
            scope: row
                .get::<_, Option<Json<Scope>>>(6)?
                .map(|Json(scope)| scope),
        })
    })?;
    actor.roles = roles.collect::<rusqlite::Result<_>>()?;
    let mut select = sqlite.prepare_cached(
        "SELECT from_seq, reason, last_day, successor
         FROM actor_suspension WHERE actor = ?1 AND from_seq < ?2 AND until_seq >= ?2",
    )?;
    let suspension = select.query_row(values, |row| {
        Ok(SuspensionRow {
            sequence: unsigned(row.get(0)?),
            reason: row.get(1)?,
            until: row.get(2)?,
            successor: row.get(3)?,
        })
    });
    actor.suspension = suspension.optional()?;
    if actor.suspension.is_some() {
        actor.status = "suspended";
    }
    Ok(())
}
