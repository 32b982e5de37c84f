//! Where each kind stands in a rulebook's lists: every statement asks for it, several times.
//!
//! In scope: lookups by kind. A list of 111 permissions asked for the last of them compares 111 names; the index makes
//! that one step. It is made at the first question, is no part of what a rulebook says, and a clone makes its own: so
//! a rulebook's lists may be changed before the first question, not after it.

use std::fmt;
use std::sync::OnceLock;

use super::{KindName, Permission, Rulebook, Separation};
use crate::deadline::DeadlineRule;
use crate::kinds::Kind;

/// Positions in the lists; a list has at most 256 items.
#[derive(Default)]
pub(super) struct Index(OnceLock<Box<[Places]>>);

/// Where one kind stands.
#[derive(Clone, Default)]
struct Places {
    permission: Option<u16>,
    /// Separations that keep whoever says it apart from those who said something else.
    later: Vec<u16>,
    /// Whether a separation asks who said it.
    earlier: bool,
    /// Deadlines that it starts, meets, lifts, pauses or resumes.
    deadlines: Vec<u16>,
}

impl Clone for Index {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Index {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Index")
    }
}

/// The place of the kind called `name`; none if this release doesn't know it: nobody can say it then.
fn place<'p>(places: &'p mut [Places], name: &KindName) -> Option<&'p mut Places> {
    let kind: Kind = name.as_str().parse().ok()?;
    places.get_mut(kind as usize)
}

/// Items of a list with their positions.
fn placed<'l, T: 'l>(items: impl Iterator<Item = &'l T>) -> impl Iterator<Item = (u16, &'l T)> {
    (0..=u16::MAX).zip(items)
}

fn places(rulebook: &Rulebook) -> Box<[Places]> {
    let mut places = vec![Places::default(); Kind::ALL.len()];
    for (at, permission) in placed(rulebook.permissions.iter()) {
        if let Some(place) = place(&mut places, &permission.kind) {
            place.permission = place.permission.or(Some(at));
        }
    }
    for (at, separation) in placed(rulebook.separation.iter()) {
        if let Some(place) = place(&mut places, &separation.kind) {
            place.later.push(at);
        }
        if let Some(place) = place(&mut places, &separation.apart_from) {
            place.earlier = true;
        }
    }
    for (at, rule) in placed(rulebook.deadlines.iter()) {
        for trigger in rule.triggers() {
            if let Some(place) = place(&mut places, &trigger.kind)
                && place.deadlines.last() != Some(&at)
            {
                place.deadlines.push(at);
            }
        }
    }
    places.into()
}

impl Rulebook {
    fn places(&self, kind: Kind) -> &Places {
        &self.index.0.get_or_init(|| places(self))[kind as usize]
    }

    /// What stands about `kind`: who may say it. The first, should there be several.
    pub fn permission(&self, kind: Kind) -> Option<&Permission> {
        let at = self.places(kind).permission?;
        self.permissions.as_slice().get(usize::from(at))
    }

    /// The separations that whoever says `kind` must keep, in the order of the list.
    pub fn separations(&self, kind: Kind) -> impl Iterator<Item = &Separation> {
        let all = self.separation.as_slice();
        let places = self.places(kind).later.iter();
        places.filter_map(|at| all.get(usize::from(*at)))
    }

    /// Whether a separation asks who said `kind`.
    pub fn asks_who_said(&self, kind: Kind) -> bool {
        self.places(kind).earlier
    }

    /// The deadlines that `kind` may start, meet, lift, pause or resume, in the order of the list.
    pub fn deadlines_of(&self, kind: Kind) -> impl Iterator<Item = &DeadlineRule> {
        let all = self.deadlines.as_slice();
        let places = self.places(kind).deadlines.iter();
        places.filter_map(|at| all.get(usize::from(*at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Listed;

    fn rulebook() -> Rulebook {
        let source = serde_json::json!({ "model": "A test." });
        let permission = |kind: &str, role: &str| serde_json::json!({ "kind": kind, "roles": [role], "quorum": 1, "source": source });
        let trigger = |kind: &str| serde_json::json!({ "kind": kind });
        serde_json::from_value(serde_json::json!({
            "title": "T", "version": "1", "engine": 1, "roles": [],
            "permissions": [
                permission("future.said", "a"),
                permission("role.granted", "b"),
                permission("product.ended", "c"),
                permission("role.granted", "d"),
            ],
            "separation": [
                { "kind": "product.ended", "apartFrom": "product.submitted", "source": source },
                { "kind": "role.granted", "apartFrom": "future.said", "source": source },
                { "kind": "product.ended", "apartFrom": "product.accepted", "source": source },
            ],
            "deadlines": [{
                "rule": "r", "label": "R", "class": "product", "starts": [trigger("product.submitted")],
                "length": { "days": 5 },
                "meets": [trigger("product.accepted"), trigger("product.submitted")],
                "consequence": "missed", "owedBy": "b", "source": source,
            }],
        }))
        .unwrap()
    }

    #[test]
    fn an_index_finds_what_a_search_through_the_list_finds() {
        let rulebook = rulebook();
        for &kind in Kind::ALL {
            let searched = rulebook.permissions.iter().find(|one| one.kind.is(kind));
            assert_eq!(rulebook.permission(kind), searched, "{kind}");
            let searched: Vec<_> = rulebook
                .separation
                .iter()
                .filter(|one| one.kind.is(kind))
                .collect();
            assert_eq!(rulebook.separations(kind).collect::<Vec<_>>(), searched);
            let mut rules = rulebook.separation.iter();
            let asked = rules.any(|one| one.apart_from.is(kind));
            assert_eq!(rulebook.asks_who_said(kind), asked, "{kind}");
            let touched = matches!(kind, Kind::ProductSubmitted | Kind::ProductAccepted);
            assert_eq!(rulebook.deadlines_of(kind).count(), usize::from(touched));
        }
        assert_eq!(rulebook.separations(Kind::ProductEnded).count(), 2);
    }

    #[test]
    fn an_index_is_no_part_of_what_a_rulebook_says_and_a_clone_makes_its_own() {
        let asked = rulebook();
        assert!(asked.permission(Kind::RoleGranted).is_some());
        assert_eq!(asked, rulebook());
        let json = serde_json::to_value(&asked).unwrap();
        assert!(json.get("index").is_none());
        let mut changed = asked.clone();
        changed.permissions = Listed::default();
        assert_eq!(changed.permission(Kind::RoleGranted), None);
        assert_ne!(changed, asked);
    }
}
