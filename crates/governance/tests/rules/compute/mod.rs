//! Computing power: what is granted never exceeds what there is, at any moment, whatever anybody tries.

mod borders;

use std::cell::Cell;
use std::collections::BTreeMap;

use cinnabar_events::{Kind, Timestamp};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{Record, RecordKey, Records};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};

/// Minutes that the tests look at.
const HORIZON: usize = 240;
const OFFERS: usize = 2;
const ALLOCATIONS: usize = 12;

/// What somebody tries to say. Times are minutes: those of grants and sizes from now, the others from the beginning.
#[derive(Clone, Debug)]
enum Try {
    Offer(usize, u32, (usize, usize)),
    Resize(usize, u32, usize),
    Close(usize),
    Request(usize, usize, u32, (usize, usize)),
    Wait(usize),
    Grant(usize, u32, (usize, usize)),
    Refuse(usize),
    Start(usize),
    End(usize, &'static str),
    Pass(usize),
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let offer = || 0..OFFERS;
    let allocation = || 0..ALLOCATIONS;
    let window = || (0..60usize, 1..90usize).prop_map(|(from, length)| (from, from + length));
    let wide = || (0..20usize, 200..HORIZON).prop_map(|(from, until)| (from, until));
    let asked = (20..60usize, 120..200usize).prop_map(|(from, until)| (from, until));
    let outcome = prop::sample::select(vec![
        "completed",
        "expired",
        "released",
        "revoked",
        "withdrawn",
    ]);
    let one = prop_oneof![
        1 => (offer(), 2..9u32, wide()).prop_map(|(one, units, period)| Try::Offer(one, units, period)),
        3 => (offer(), 0..9u32, 0..90usize).prop_map(|(one, units, from)| Try::Resize(one, units, from)),
        1 => offer().prop_map(Try::Close),
        6 => (allocation(), offer(), 2..6u32, asked).prop_map(|(one, of, units, window)| Try::Request(one, of, units, window)),
        2 => allocation().prop_map(Try::Wait),
        9 => (allocation(), 1..4u32, window()).prop_map(|(one, units, window)| Try::Grant(one, units, window)),
        1 => allocation().prop_map(Try::Refuse),
        2 => allocation().prop_map(Try::Start),
        3 => (allocation(), outcome).prop_map(|(one, outcome)| Try::End(one, outcome)),
        2 => (1..12usize).prop_map(Try::Pass),
    ];
    let first = (1..9u32, 2..9u32, wide(), wide());
    (first, prop::collection::vec(one, 30..100)).prop_map(|((a, b, early, late), tries)| {
        let offers = [Try::Offer(0, a, early), Try::Offer(1, b, late)];
        offers.into_iter().chain(tries).collect()
    })
}

/// An offer, minute by minute: units that there are, and units that are granted.
#[derive(Clone, Debug)]
struct Minutes {
    there: [u64; HORIZON],
    granted: [u64; HORIZON],
    period: (usize, usize),
    open: usize,
}

/// What the naive oracle knows of an allocation.
#[derive(Clone, Debug)]
struct Asked {
    of: usize,
    status: &'static str,
    units: u64,
    window: (usize, usize),
}

struct Play<'p> {
    town: Town,
    zero: Timestamp,
    offers: BTreeMap<usize, Minutes>,
    asked: BTreeMap<usize, Asked>,
    tally: &'p Tally,
}

/// How often what happened, over all cases: so that we know that the tries were worth something.
#[derive(Default)]
struct Tally {
    granted: Cell<u32>,
    over: Cell<u32>,
    below: Cell<u32>,
    ended: Cell<u32>,
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

/// `n` minutes are whole if `now` is exactly there: this many minutes have begun, the current one included.
fn begun(zero: Timestamp, now: Timestamp) -> usize {
    let micros = now.micros() - zero.micros();
    usize::try_from(micros.div_euclid(60_000_000) + 1).unwrap()
}

impl<'p> Play<'p> {
    fn new(town: Town, tally: &'p Tally) -> Self {
        let zero = Timestamp::from_micros(town.now().micros().div_euclid(60_000_000) * 60_000_000);
        Self {
            town,
            zero: zero.unwrap(),
            offers: BTreeMap::new(),
            asked: BTreeMap::new(),
            tally,
        }
    }

    fn at(&self, minute: usize) -> Timestamp {
        self.zero.plus_seconds(60 * minute as i64)
    }

    fn window(&self, (from, until): (usize, usize)) -> Json {
        json!({ "from": self.at(from).to_string(), "until": self.at(until).to_string() })
    }

    /// Says it; a refusal changes nothing and gives its code.
    fn say(&mut self, draft: &Draft) -> Option<&'static str> {
        let before = self.town.records().clone();
        match self.town.say(draft) {
            Ok(_) => None,
            Err(rejection) => {
                assert!(*self.town.records() == before, "{rejection}");
                Some(rejection.code())
            }
        }
    }

    fn about(&mut self, kind: Kind, one: usize, signer: &str, data: &Json) -> Option<&'static str> {
        let of = self.asked.get(&one).map_or(0, |asked| asked.of);
        let draft = self
            .town
            .draft(kind, &format!("allocation/a{one}"), &[signer], data)
            .concerning(&[&format!("compute/c{of}")]);
        self.say(&draft)
    }

    fn offer(&mut self, one: usize, units: u32, period: (usize, usize)) {
        let data = json!({ "provider": "grid", "name": "c", "site": "440305", "accelerator": "gpu", "model": "m", "units": units,
            "peakTflops": "1", "period": self.window(period), "price": { "currency": "CNY", "perUnitHour": "0" } });
        let draft = self
            .town
            .draft(
                Kind::ComputeOffered,
                &format!("compute/c{one}"),
                &["qin:compute_operator@grid"],
                &data,
            )
            .concerning(&["organisation/grid"]);
        let refused = self.say(&draft);
        match (refused, self.offers.get(&one)) {
            (None, None) => {}
            (Some(code), Some(_)) => return assert_eq!(code, "subject.exists"),
            (Some(code), None) => return assert_eq!(code, "compute.over"),
            (None, Some(_)) => panic!("c{one} was offered twice"),
        }
        let minutes = Minutes {
            there: std::array::from_fn(|minute| {
                let within = period.0 <= minute && minute < period.1;
                if within { u64::from(units) } else { 0 }
            }),
            granted: [0; HORIZON],
            period,
            open: 0,
        };
        self.offers.insert(one, minutes);
    }

    fn resize(&mut self, one: usize, units: u32, from: usize) {
        let data =
            json!({ "units": units, "from": self.at(from).to_string(), "reasons": "because" });
        let signer = ["qin:compute_operator@grid"];
        let subject = format!("compute/c{one}");
        let draft = self
            .town
            .draft(Kind::ComputeResized, &subject, &signer, &data);
        let refused = self.say(&draft);
        let now = begun(self.zero, self.town.now());
        let Some(minutes) = self.offers.get_mut(&one) else {
            assert_eq!(refused, Some("subject.unknown"));
            return;
        };
        let rest = from.max(now)..minutes.period.1.min(HORIZON);
        let short = rest
            .clone()
            .any(|minute| minutes.granted[minute] > u64::from(units));
        match refused {
            None => {
                assert!(!short, "resized below what is granted");
                for minute in from..minutes.period.1.min(HORIZON) {
                    minutes.there[minute] = u64::from(units);
                }
            }
            Some("compute.below_granted") => {
                count(&self.tally.below);
                assert!(short, "there would have been enough");
            }
            Some(other) => assert!(
                ["compute.resize_time", "compute.steps", "subject.state"].contains(&other),
                "{other}"
            ),
        }
    }

    fn close(&mut self, one: usize) {
        let subject = format!("compute/c{one}");
        let signer = ["qin:compute_operator@grid"];
        let data = json!({ "reasons": "because" });
        let draft = self
            .town
            .draft(Kind::ComputeEnded, &subject, &signer, &data);
        let refused = self.say(&draft);
        let open = self.offers.get(&one).map(|minutes| minutes.open);
        match refused {
            None => assert_eq!(open, Some(0), "closed while allocations are open"),
            Some("compute.still_granted") => assert!(open.unwrap() > 0),
            Some(other) => assert!(["subject.unknown", "subject.state"].contains(&other)),
        }
    }

    fn request(&mut self, one: usize, of: usize, units: u32, window: (usize, usize)) {
        let data = json!({ "compute": format!("c{of}"), "organisation": "acme", "units": units, "unitHours": 1,
            "window": self.window(window), "purpose": "train", "project": "p" });
        let draft = self
            .town
            .draft(
                Kind::AllocationRequested,
                &format!("allocation/a{one}"),
                &["lin:enterprise_filer@acme"],
                &data,
            )
            .concerning(&[&format!("compute/c{of}"), "organisation/acme"]);
        let refused = self.say(&draft);
        if refused.is_none() {
            let asked = Asked {
                of,
                status: "requested",
                units: u64::from(units),
                window,
            };
            assert!(self.asked.insert(one, asked).is_none(), "asked for twice");
        }
    }

    fn grant(&mut self, one: usize, units: u32, window: (usize, usize)) {
        let data = json!({ "units": units, "unitHours": 1, "window": self.window(window), "reasons": "because" });
        let refused = self.about(Kind::AllocationGranted, one, "ren:compute_registrar", &data);
        let now = begun(self.zero, self.town.now());
        let Some(asked) = self.asked.get_mut(&one) else {
            assert_eq!(refused, Some("subject.unknown"));
            return;
        };
        let minutes = self.offers.get_mut(&asked.of).unwrap();
        let span = window.0..window.1.min(HORIZON);
        let units = u64::from(units);
        let short = span
            .clone()
            .any(|minute| minutes.granted[minute] + units > minutes.there[minute]);
        match refused {
            None => {
                assert!(!short, "granted more than there is");
                assert!(
                    now <= window.0 + 1 && units <= asked.units,
                    "granted what was not asked for"
                );
                assert!(["requested", "waitlisted"].contains(&asked.status));
                span.for_each(|minute| minutes.granted[minute] += units);
                minutes.open += 1;
                (asked.status, asked.units, asked.window) = ("granted", units, window);
                count(&self.tally.granted);
            }
            Some("compute.over_committed") => {
                count(&self.tally.over);
                assert!(short, "there was enough");
            }
            Some(_) => {}
        }
    }

    /// What moves an allocation on without counting anything.
    fn moves(
        &mut self,
        kind: Kind,
        one: usize,
        signer: &str,
        data: &Json,
        (from, to): (&[&str], &'static str),
    ) {
        let refused = self.about(kind, one, signer, data);
        match (refused, self.asked.get_mut(&one)) {
            (None, Some(asked)) => {
                assert!(
                    from.contains(&asked.status),
                    "{kind} while {}",
                    asked.status
                );
                asked.status = to;
            }
            (Some(_), _) => {}
            (None, None) => panic!("{kind} about nothing"),
        }
    }

    fn end(&mut self, one: usize, outcome: &'static str) {
        let status = self.asked.get(&one).map_or("", |asked| asked.status);
        let signer = match outcome {
            "withdrawn" => "lin:enterprise_filer@acme",
            "revoked" => "ren:compute_registrar",
            _ => "qin:compute_operator@grid",
        };
        let mut data = json!({ "outcome": outcome, "at": self.town.now().to_string() });
        if status == "running" {
            data["usedUnitHours"] = 1.into();
        }
        let refused = self.about(Kind::AllocationEnded, one, signer, &data);
        let now = begun(self.zero, self.town.now());
        let Some(asked) = self.asked.get_mut(&one) else {
            assert_eq!(refused, Some("subject.unknown"));
            return;
        };
        if ["ended", "refused"].contains(&asked.status) {
            assert_eq!(refused, Some("subject.state"), "ended stays ended");
        }
        if refused.is_none() {
            if ["granted", "running"].contains(&asked.status) {
                let minutes = self.offers.get_mut(&asked.of).unwrap();
                let span = asked.window.0.max(now)..asked.window.1.min(HORIZON);
                span.for_each(|minute| minutes.granted[minute] -= asked.units);
                minutes.open -= 1;
                count(&self.tally.ended);
            }
            asked.status = "ended";
        }
    }

    fn play(&mut self, attempt: &Try) {
        let at = self.town.now().to_string();
        let now = begun(self.zero, self.town.now());
        match *attempt {
            Try::Offer(one, units, period) => self.offer(one, units, period),
            Try::Resize(one, units, from) => self.resize(one, units, now + from),
            Try::Close(one) => self.close(one),
            Try::Request(one, of, units, window) => self.request(one, of, units, window),
            Try::Grant(one, units, (from, until)) => {
                self.grant(one, units, (now + from, now + until));
            }
            Try::End(one, outcome) => self.end(one, outcome),
            Try::Pass(minutes) => self.town.pass(60 * minutes as i64),
            Try::Wait(one) => {
                let waits = |asked: &&Asked| asked.status == "waitlisted";
                let of = self.asked.get(&one).map_or(0, |asked| asked.of);
                let list = self.asked.values().filter(|asked| asked.of == of);
                let data = json!({ "position": list.filter(waits).count() + 1 });
                let arrow: (&[&str], _) = (&["requested"], "waitlisted");
                let kind = Kind::AllocationWaitlisted;
                self.moves(kind, one, "ren:compute_registrar", &data, arrow);
            }
            Try::Refuse(one) => {
                let data = json!({ "ground": "no_capacity", "reasons": "because" });
                let arrow: (&[&str], _) = (&["requested", "waitlisted"], "refused");
                let kind = Kind::AllocationRefused;
                self.moves(kind, one, "ren:compute_registrar", &data, arrow);
            }
            Try::Start(one) => {
                let arrow: (&[&str], _) = (&["granted"], "running");
                let data = json!({ "at": at });
                let kind = Kind::AllocationStarted;
                self.moves(kind, one, "qin:compute_operator@grid", &data, arrow);
            }
        }
    }

    /// From this minute on the records say what the oracle counted, and nowhere is more granted than there is.
    fn agrees(&self) {
        let state = |subject: String| {
            let Ok(record) = self
                .town
                .records()
                .record(&RecordKey::State(subject.parse().unwrap()));
            record.unwrap()
        };
        for (one, minutes) in &self.offers {
            let Record::Compute(offer) = state(format!("compute/c{one}")) else {
                panic!("no offer c{one}")
            };
            for minute in 0..HORIZON {
                assert!(
                    minutes.granted[minute] <= minutes.there[minute],
                    "more than there is"
                );
                let at = self.at(minute);
                let within = minutes.period.0 <= minute && minute < minutes.period.1;
                if begun(self.zero, self.town.now()) <= minute && within {
                    let found = (
                        u64::from(offer.timeline.capacity(at)),
                        offer.timeline.granted(at),
                    );
                    let counted = (minutes.there[minute], minutes.granted[minute]);
                    assert_eq!(found, counted, "c{one} at minute {minute}");
                }
            }
        }
        for (one, asked) in &self.asked {
            let Record::Allocation(allocation) = state(format!("allocation/a{one}")) else {
                panic!("no allocation a{one}")
            };
            assert_eq!(allocation.status.as_str(), asked.status, "a{one}");
        }
    }
}

#[test]
fn granted_units_never_exceed_the_offer_at_any_minute_and_what_ended_stays_ended() {
    let (city, tally) = (Town::city(), Tally::default());
    let mut runner = TestRunner::new(Config::with_cases(96));
    runner
        .run(&tries(), |tries| {
            let mut play = Play::new(city.clone(), &tally);
            for attempt in &tries {
                play.play(attempt);
                play.agrees();
            }
            Ok(())
        })
        .unwrap();
    let found = [&tally.granted, &tally.over, &tally.below, &tally.ended].map(Cell::get);
    assert!(
        found.iter().all(|count| *count > 0),
        "the tries were worth little: {found:?}"
    );
}
