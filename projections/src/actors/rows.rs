//! The rows of actors and the questions to them.

use cinnabar_events::Id;
use cinnabar_events::kinds::Scope;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;

use crate::column::{Json, is_zero, unsigned};
use crate::marks;
use crate::pool::{ReadError, Reader};
use crate::query::{At, Key, Listing, Page, Source, Where, text};

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
            let mut listing = conditions.list(sqlite, self.total(at), &source, page, read, key)?;
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
