//! Whether the institution can work under a rulebook.

use cinnabar_events::{Code, Kind, MAX_SIGNERS, Rulebook};

use super::{CONTRADICTION, IMPOSSIBLE, UNGOVERNABLE, UNKNOWN_ROLE};
use crate::admit::pseudo_role;
use crate::rejection::Rejection;

/// Kinds without which the institution could not mend its own rules.
const NEEDED: [Kind; 2] = [Kind::RulebookAdopted, Kind::RulebookDeposited];

/// Kinds that administrators must be able to say, by themselves: whatever else is missing, they can give somebody the role
/// for it. There always are administrators: the founders are, and the last of them can't be withdrawn or suspended.
const BY_ADMINISTRATORS: [Kind; 2] = [Kind::RoleGranted, Kind::ActorEnrolled];

/// Whether the institution can work under a rulebook: nothing stands in it twice, roles exist, what it permits can be said,
/// and somebody may change it.
///
/// Kinds that this release doesn't know are not asked for: a rulebook may speak of kinds of a later release, and of engines
/// that read it then. Nobody can say them here.
///
/// # Errors
/// The clause that says no.
pub(crate) fn sound(rulebook: &Rulebook) -> Result<(), Rejection> {
    nothing_twice(rulebook)?;
    roles_exist(rulebook)?;
    let permitted = rulebook.permissions.iter();
    for one in permitted {
        let signers = usize::from(one.quorum.max(1)) + one.with.as_slice().len();
        if one.roles.is_empty() || signers > MAX_SIGNERS {
            return Err(IMPOSSIBLE.found(one.kind.as_str()));
        }
    }
    let grantable = |role: &Code| !pseudo_role::is_reserved(role);
    for kind in NEEDED {
        let permission = rulebook.permission(kind);
        if !permission.is_some_and(|one| one.roles.iter().any(grantable)) {
            return Err(UNGOVERNABLE.found(kind.as_str()));
        }
    }
    for kind in BY_ADMINISTRATORS {
        let by_them = rulebook.permission(kind).is_some_and(|one| {
            let mut roles = one.roles.iter();
            roles.any(|role| role.as_str() == pseudo_role::ADMIN) && !one.with.iter().any(grantable)
        });
        if !by_them {
            return Err(UNGOVERNABLE.found(kind.as_str()));
        }
    }
    Ok(())
}

/// Whether `administrators` are enough to say what only they can.
///
/// # Errors
/// [`UNGOVERNABLE`] if it takes more.
pub(crate) fn within_reach(rulebook: &Rulebook, administrators: usize) -> Result<(), Rejection> {
    for kind in BY_ADMINISTRATORS {
        let needed = rulebook.permission(kind).map_or(1, |one| one.quorum.max(1));
        if administrators < usize::from(needed) {
            let found = format!("{kind} needs {needed} administrators, there are {administrators}");
            return Err(UNGOVERNABLE.found(found));
        }
    }
    Ok(())
}

/// Two parts are checked against each other when they are put together, but not a part against itself.
fn nothing_twice(rulebook: &Rulebook) -> Result<(), Rejection> {
    let lists = [
        ("roles", twice(rulebook.roles.iter().map(|one| &one.role))),
        (
            "permissions",
            twice(rulebook.permissions.iter().map(|one| &one.kind)),
        ),
        (
            "separation",
            twice(
                rulebook
                    .separation
                    .iter()
                    .map(|one| (&one.kind, &one.apart_from)),
            ),
        ),
        (
            "vocabularies",
            twice(rulebook.vocabularies.iter().map(|one| &one.name)),
        ),
        (
            "deadlines",
            twice(rulebook.deadlines.iter().map(|one| &one.rule)),
        ),
        (
            "calendars",
            twice(rulebook.calendars.iter().map(|one| one.year())),
        ),
        (
            "settings",
            twice(rulebook.settings.iter().map(|one| &one.name)),
        ),
    ];
    match lists.into_iter().find(|(_, twice)| *twice) {
        Some((list, _)) => Err(CONTRADICTION.found(list)),
        None => Ok(()),
    }
}

fn twice<K: PartialEq>(keys: impl Iterator<Item = K>) -> bool {
    let keys: Vec<K> = keys.collect();
    let mut seen = keys.iter().enumerate();
    seen.any(|(index, key)| keys[..index].contains(key))
}

/// Whoever may say something, owes something or takes over history does so in a role that can be had.
fn roles_exist(rulebook: &Rulebook) -> Result<(), Rejection> {
    let permitted = rulebook.permissions.iter();
    let permitted = permitted.flat_map(|one| one.roles.iter().chain(one.with.iter()));
    let owed = rulebook.deadlines.iter().map(|rule| &rule.owed_by);
    let migrates = rulebook.migration.iter().map(|one| &one.role);
    let there = |role: &Code| pseudo_role::is_claimed(role) || rulebook.role(role).is_some();
    match permitted
        .chain(owed)
        .chain(migrates)
        .find(|role| !there(role))
    {
        Some(role) => Err(UNKNOWN_ROLE.found(role.as_str())),
        None => Ok(()),
    }
}
