//! Erasure, holds and disclosure over random histories: what the stories can't show.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cinnabar_events::kinds::OpeningRef;
use cinnabar_events::{Commitment, Date, Kind, Timestamp};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{HELD_MAX, erased, held};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A city with three confidential values: two of `delta`, whose registration concerns `acme`, and one of `omega`.
static CITY: LazyLock<(Town, Vec<OpeningRef>)> = LazyLock::new(|| {
    let mut town = Town::city();
    let mut values = Vec::new();
    for (id, concerns, pointers) in [
        (
            "organisation/delta",
            &["organisation/acme"][..],
            &["/contact", "/legalRepresentative"][..],
        ),
        ("organisation/omega", &[], &["/contact"]),
    ] {
        let data = json!({ "name": id, "organisationKind": "other" });
        let draft = town
            .draft(Kind::OrganisationRegistered, id, &["li:registrar"], &data)
            .concerning(concerns);
        let draft = hiding(draft, pointers);
        town.say(&draft).unwrap();
        let statement = draft.statement().id;
        values.extend(pointers.iter().map(|pointer| OpeningRef {
            actor: "li".parse().unwrap(),
            statement,
            pointer: pointer.parse().unwrap(),
        }));
    }
    (town, values)
});

/// What a statement about each of the three values is about and concerns.
const SUBJECTS: [&[&str]; 3] = [
    &["organisation/delta", "organisation/acme"],
    &["organisation/delta", "organisation/acme"],
    &["organisation/omega"],
];
/// On what holds are placed.
const HELD: [&str; 3] = [
    "organisation/acme",
    "organisation/delta",
    "organisation/omega",
];
const CONCERNS: [&str; 2] = ["organisation/delta", "organisation/omega"];

fn hiding(draft: Draft, pointers: &[&str]) -> Draft {
    draft.with(|statement| {
        for pointer in pointers {
            let commitment = Commitment::from_bytes([7; 32]);
            statement
                .commitments
                .insert((*pointer).to_owned(), commitment);
        }
    })
}

/// Some of the values, as bits.
type Some3 = u8;

fn bits(some: Some3) -> impl Iterator<Item = usize> {
    (0..3).filter(move |bit| some & (1 << bit) != 0)
}

#[derive(Clone, Debug)]
enum Act {
    Request {
        erasure: u8,
        some: Some3,
    },
    Decide {
        erasure: u8,
        outcome: &'static str,
        some: Some3,
    },
    Execute {
        erasure: u8,
        some: Some3,
    },
    Place {
        hold: u8,
        on: usize,
        only: Some3,
        days: Option<i64>,
    },
    Lift {
        hold: u8,
    },
    Grant {
        disclosure: u8,
        some: Some3,
        days: i64,
        uses: u32,
    },
    Use {
        disclosure: u8,
    },
    Pass {
        hours: i64,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let some = || prop_oneof![3 => Just(7u8), 2 => 1u8..8];
    let outcome = prop_oneof![
        3 => Just("erase"),
        2 => Just("restrict"),
        1 => Just("refuse"),
    ];
    prop_oneof![
        (0u8..3, some()).prop_map(|(erasure, some)| Act::Request { erasure, some }),
        (0u8..3, outcome, prop_oneof![Just(0u8), 1u8..8]).prop_map(|(erasure, outcome, some)| {
            Act::Decide {
                erasure,
                outcome,
                some,
            }
        }),
        (0u8..3, some()).prop_map(|(erasure, some)| Act::Execute { erasure, some }),
        (
            0u8..8,
            0usize..3,
            prop_oneof![2 => Just(0u8), 1 => 1u8..8],
            prop::option::of(0i64..20)
        )
            .prop_map(|(hold, on, only, days)| Act::Place {
                hold,
                on,
                only,
                days
            }),
        (0u8..8).prop_map(|hold| Act::Lift { hold }),
        (0u8..6, some(), 0i64..5, 1u32..3).prop_map(|(disclosure, some, days, uses)| {
            Act::Grant {
                disclosure,
                some,
                days,
                uses,
            }
        }),
        (0u8..6).prop_map(|disclosure| Act::Use { disclosure }),
        (1i64..40).prop_map(|hours| Act::Pass { hours }),
    ]
}

#[derive(Clone, Default)]
struct Request {
    asked: BTreeSet<usize>,
    outcome: Option<&'static str>,
    decided: BTreeSet<usize>,
    left: BTreeSet<usize>,
}

struct Hold {
    on: usize,
    only: BTreeSet<usize>,
    until: Option<Date>,
}

struct Disclosure {
    some: BTreeSet<usize>,
    until: Date,
    left: u32,
}

/// What should be so, kept in the plainest way: no counters, no index of holds.
#[derive(Default)]
struct Model {
    erasures: BTreeMap<u8, Request>,
    holds: BTreeMap<u8, Hold>,
    disclosures: BTreeMap<u8, Disclosure>,
    erased: BTreeMap<usize, u8>,
}

impl Model {
    fn is_held(&self, value: usize, now: Timestamp) -> bool {
        self.holds.values().any(|hold| {
            SUBJECTS[value].contains(&HELD[hold.on])
                && (hold.only.is_empty() || hold.only.contains(&value))
                && hold.until.is_none_or(|until| now <= until.end())
        })
    }

    fn can_be_seen(&self, value: usize) -> bool {
        let restricts = |one: &Request| {
            matches!(one.outcome, Some("erase" | "restrict")) && one.decided.contains(&value)
        };
        !self.erased.contains_key(&value) && !self.erasures.values().any(restricts)
    }

    /// Whether all these values may be destroyed now.
    fn may_execute(&self, erasure: u8, some: Some3, now: Timestamp) -> bool {
        let Some(request) = self.erasures.get(&erasure) else {
            return false;
        };
        request.outcome == Some("erase")
            && bits(some).all(|value| request.left.contains(&value) && !self.is_held(value, now))
    }

    fn may_use(&self, disclosure: u8, now: Timestamp) -> bool {
        self.disclosures.get(&disclosure).is_some_and(|one| {
            now <= one.until.end()
                && one.left > 0
                && one.some.iter().all(|value| self.can_be_seen(*value))
        })
    }
}

struct Told {
    town: Town,
    values: &'static [OpeningRef],
    model: Model,
}

impl Told {
    fn openings(&self, some: Some3) -> Json {
        let named = bits(some).map(|value| serde_json::to_value(&self.values[value]).unwrap());
        named.collect()
    }

    fn say(&mut self, kind: Kind, subject: &str, signers: &[&str], data: &Json) -> bool {
        let draft = self.town.draft(kind, subject, signers, data);
        self.record(draft.concerning(&CONCERNS))
    }

    fn record(&mut self, draft: Draft) -> bool {
        let before = (self.town.entries().len(), self.town.records().clone());
        let said = self.town.say(&draft).is_ok();
        // Beside what the ledger itself had to say, a refused statement leaves nothing.
        if !said && self.town.entries().len() == before.0 {
            assert!(*self.town.records() == before.1);
        }
        said
    }

    /// Now, as the next statement will find it.
    fn next(&self) -> Timestamp {
        self.town.now().plus_seconds(1)
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Request { erasure, some } => {
                let data = json!({ "openings": self.openings(*some), "ground": "other" });
                let subject = format!("erasure/e{erasure}");
                let draft = self.town.draft(
                    Kind::ErasureRequested,
                    &subject,
                    &["zhou:intake_officer"],
                    &data,
                );
                if self.record(hiding(draft.concerning(&CONCERNS), &["/person"])) {
                    let request = Request {
                        asked: bits(*some).collect(),
                        ..Request::default()
                    };
                    self.model.erasures.insert(*erasure, request);
                }
            }
            Act::Decide {
                erasure,
                outcome,
                some,
            } => self.decide(*erasure, outcome, *some),
            Act::Execute { erasure, some } => self.execute(*erasure, *some),
            Act::Place {
                hold,
                on,
                only,
                days,
            } => self.place(*hold, *on, *only, *days),
            Act::Lift { hold } => {
                let said = self.say(
                    Kind::HoldLifted,
                    &format!("hold/h{hold}"),
                    &["mei:appeal_officer"],
                    &json!({ "reasons": "It is over." }),
                );
                assert!(!said || self.model.holds.remove(hold).is_some());
            }
            Act::Grant {
                disclosure,
                some,
                days,
                uses,
            } => self.grant(*disclosure, *some, *days, *uses),
            Act::Use { disclosure } => {
                let expected = self.model.may_use(*disclosure, self.next());
                let said = self.say(
                    Kind::DisclosureUsed,
                    &format!("disclosure/d{disclosure}"),
                    &["sun:case_officer"],
                    &json!({}),
                );
                assert_eq!(said, expected, "disclosure {disclosure}");
                if said {
                    self.model.disclosures.get_mut(disclosure).unwrap().left -= 1;
                }
            }
            Act::Pass { hours } => {
                self.town.pass(hours * 3600);
                self.town.catch_up();
            }
        }
    }

    fn decide(&mut self, erasure: u8, outcome: &'static str, some: Some3) {
        let mut data = json!({ "outcome": outcome, "provision": "Personal Information Protection Law Art. 47", "reasons": "So it is.", "openings": self.openings(some) });
        if outcome == "restrict" {
            data["retentionUntil"] = "2030-12-31".into();
        }
        let signers = ["tang:privacy_officer", "chen:decision_maker"];
        let said = self.say(
            Kind::ErasureDecided,
            &format!("erasure/e{erasure}"),
            &signers,
            &data,
        );
        if said {
            let request = self.model.erasures.get_mut(&erasure).unwrap();
            assert!(matches!(request.outcome, None | Some("restrict")));
            let covered = bits(if some == 0 { 7 } else { some });
            request.decided = covered
                .filter(|value| request.asked.contains(value))
                .collect();
            request.left = request.decided.clone();
            request.outcome = Some(outcome);
        }
    }

    fn execute(&mut self, erasure: u8, some: Some3) {
        let expected = self.model.may_execute(erasure, some, self.next());
        let data = json!({ "openings": self.openings(some), "backupsExpire": "2026-12-01" });
        let subject = format!("erasure/e{erasure}");
        let said = self.say(
            Kind::ErasureExecuted,
            &subject,
            &["tang:privacy_officer"],
            &data,
        );
        assert_eq!(said, expected, "{subject} {some:03b}");
        if said {
            for value in bits(some) {
                let request = self.model.erasures.get_mut(&erasure).unwrap();
                request.left.remove(&value);
                self.model.erased.entry(value).or_insert(erasure);
            }
        }
    }

    fn place(&mut self, hold: u8, on: usize, only: Some3, days: Option<i64>) {
        let until = days.map(|days| self.town.now().date().plus_days(days));
        let mut data = json!({ "on": HELD[on], "ground": "litigation", "reasons": "A court asks.", "openings": self.openings(only) });
        if let Some(until) = until {
            data["until"] = until.to_string().into();
        }
        let draft = self.town.draft(
            Kind::HoldPlaced,
            &format!("hold/h{hold}"),
            &["chen:decision_maker"],
            &data,
        );
        if self.record(draft.concerning(&HELD)) {
            let only = bits(only).collect();
            self.model.holds.insert(hold, Hold { on, only, until });
        }
    }

    fn grant(&mut self, disclosure: u8, some: Some3, days: i64, uses: u32) {
        let until = self.town.now().date().plus_days(days);
        let data = json!({ "to": "sun", "openings": self.openings(some), "purpose": "A case.", "until": until.to_string(), "uses": uses });
        let concerns = ["actor/sun", CONCERNS[0], CONCERNS[1]];
        let draft = self
            .town
            .draft(
                Kind::DisclosureGranted,
                &format!("disclosure/d{disclosure}"),
                &["tang:privacy_officer"],
                &data,
            )
            .concerning(&concerns);
        let basis = cinnabar_events::Basis {
            instrument: cinnabar_events::Text::new("Personal Information Protection Law").unwrap(),
            article: cinnabar_events::Text::new("13").unwrap(),
        };
        let basis = cinnabar_events::Listed::new(vec![basis]).unwrap();
        let some: BTreeSet<usize> = bits(some).collect();
        let expected = !self.model.disclosures.contains_key(&disclosure)
            && some.iter().all(|value| self.model.can_be_seen(*value));
        let said = self.record(draft.with(|statement| statement.basis = basis));
        assert_eq!(said, expected, "disclosure {disclosure} of {some:?}");
        if said {
            let granted = Disclosure {
                some,
                until,
                left: uses,
            };
            self.model.disclosures.insert(disclosure, granted);
        }
    }

    /// What anyone is told of each value is what has happened.
    fn agrees(&self) {
        let (records, now) = (self.town.records(), self.town.now());
        for (index, value) in self.values.iter().enumerate() {
            let Ok(found) = erased(records, value);
            let by = found.map(|erased| erased.erasure.to_string());
            let expected = self.model.erased.get(&index).map(|by| format!("e{by}"));
            assert_eq!(by, expected, "{value:?}");
            let Ok(hold) = held(records, value, now);
            assert_eq!(hold.is_some(), self.model.is_held(index, now), "{value:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// An erasure is executed exactly if it was decided, covers the value, and no hold does; a disclosure is used exactly
    /// within its term, while the values are there to be seen.
    #[test]
    fn nothing_is_destroyed_under_a_hold_and_nothing_is_shown_out_of_term(acts in prop::collection::vec(act(), 1..80)) {
        let (town, values) = &*CITY;
        let mut told = Told { town: town.clone(), values, model: Model::default() };
        for act in &acts {
            told.act(act);
            told.agrees();
        }
    }
}

#[test]
fn an_erasure_executed_in_two_parts_ends_with_the_second() {
    let (town, values) = &*CITY;
    let mut told = Told {
        town: town.clone(),
        values,
        model: Model::default(),
    };
    told.act(&Act::Request {
        erasure: 0,
        some: 7,
    });
    told.decide(0, "erase", 0);
    told.execute(0, 1);
    told.execute(0, 1);
    told.execute(0, 6);
    told.execute(0, 6);
    told.agrees();
    assert_eq!(told.model.erased.len(), 3);
}

#[test]
fn as_many_holds_as_can_be_kept_are_on_one_subject_and_ended_ones_make_room() {
    let (town, values) = &*CITY;
    let mut told = Told {
        town: town.clone(),
        values,
        model: Model::default(),
    };
    let most = u8::try_from(HELD_MAX).unwrap();
    for hold in 0..most {
        told.place(hold, 1, 0, Some(1));
    }
    told.place(most, 1, 0, None);
    assert_eq!(told.model.holds.len(), HELD_MAX, "the ninth is refused");
    told.place(most, 0, 0, None);
    told.act(&Act::Lift { hold: most });
    told.act(&Act::Pass { hours: 72 });
    told.place(most + 1, 1, 0, None);
    assert!(told.model.holds.contains_key(&(most + 1)));
    told.agrees();
}

#[test]
fn a_value_is_seen_again_when_the_last_erasure_that_restricts_it_is_refused() {
    let (town, values) = &*CITY;
    let mut told = Told {
        town: town.clone(),
        values,
        model: Model::default(),
    };
    for erasure in 0..2 {
        told.act(&Act::Request { erasure, some: 1 });
        told.decide(erasure, "restrict", 0);
        told.decide(erasure, "restrict", 0);
    }
    // Whether each is granted is compared with the model.
    told.grant(0, 1, 3, 1);
    told.decide(0, "refuse", 0);
    told.grant(0, 1, 3, 1);
    assert!(told.model.disclosures.is_empty());
    told.decide(1, "refuse", 0);
    told.grant(0, 1, 3, 1);
    assert!(told.model.disclosures.contains_key(&0));
}
