//! How entries change who signs, with which keys and roles.

use cinnabar_events::kinds::{ActorKind, ActorSuspended, KeyRevoked, LedgerOpened, Scope};
use cinnabar_events::{Date, Entry, Id, Payload, PublicKey};
use rusqlite::params;

use crate::column::{Json, OPEN, seq};
use crate::projection::{Projection, Table};
use crate::writing::Writing;

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
    fn apply(entry: &Entry, transaction: &Writing<'_>) -> rusqlite::Result<()> {
        let fold = Fold {
            transaction,
            seq: seq(entry.seq()),
            time: entry.time().to_string(),
            migrated: entry.statement().migrated.is_some(),
        };
        let id = entry.statement().subject.id();
        match &entry.statement().payload {
            Payload::LedgerOpened(opened) => fold.open(opened),
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
    transaction: &'t Writing<'t>,
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
    /// Those whom the genesis names: the founders, and the ledger itself.
    fn open(&self, opened: &LedgerOpened) -> rusqlite::Result<()> {
        let institution = Some(&opened.institution.id);
        for founder in opened.founders.iter() {
            self.enrol(
                &founder.actor,
                founder.name.as_str(),
                ActorKind::Person,
                institution,
                &founder.key,
                None,
            )?;
            self.grant(&founder.actor, ROLE_FOUNDER, Grant::default())?;
        }
        let itself: Id = LEDGER_ACTOR.parse().expect("a word is an id");
        self.enrol(
            &itself,
            opened.name.as_str(),
            ActorKind::Service,
            institution,
            &opened.ledger_key,
            None,
        )?;
        self.grant(&itself, ROLE_LEDGER, Grant::default())
    }

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
