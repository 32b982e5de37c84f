//! Which loops are run: how they send, and who follows meanwhile.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// How statements are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Load {
    /// So many requests in flight.
    Closed(usize),
    /// So many a second, whatever comes back.
    Open(u32),
    /// So many percent of the best closed loop of the same run with the same followers, whatever comes back.
    Over(u32),
}

/// Who follows the ledger while a loop is measured. Whoever doesn't catches up afterwards, and that is measured too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Followers {
    /// Nobody: feed and views are held.
    Held,
    /// The feed.
    Feed,
    /// The feed and all views.
    All,
}

/// One loop: `1024:held`, `64`, `1000/s:feed`, `2x:all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Plan {
    pub(crate) load: Load,
    pub(crate) followers: Followers,
}

/// The loops of the table in `docs/performance.md`.
pub(crate) const TABLE: &str = "1024:held,1024:all,64:feed,1:feed,1000/s:feed,2x:held";

/// Most requests in flight: what the intake's queue takes.
const IN_FLIGHT_MAX: usize = cinnabar_ledger::QUEUE_MAX;
/// Most statements a second in an open loop: more than one thread can send.
const RATE_MAX: u32 = 200_000;
/// Most times the best closed loop.
const OVER_MAX: f64 = 10.0;

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (load, followers) = text.split_once(':').unwrap_or((text, "feed"));
        let followers = match followers {
            "held" => Followers::Held,
            "feed" => Followers::Feed,
            "all" => Followers::All,
            _ => return Err("after the colon: held, feed or all".to_owned()),
        };
        let load = if let Some(rate) = load.strip_suffix("/s") {
            match rate.parse() {
                Ok(rate @ 1..=RATE_MAX) => Load::Open(rate),
                Ok(_) | Err(_) => return Err(format!("1/s to {RATE_MAX}/s")),
            }
        } else if let Some(times) = load.strip_suffix('x') {
            match times.parse::<f64>() {
                Ok(times) if (1.0..=OVER_MAX).contains(&times) => {
                    Load::Over((100.0 * times).round() as u32)
                }
                Ok(_) | Err(_) => return Err(format!("1x to {OVER_MAX}x")),
            }
        } else {
            match load.parse() {
                Ok(number @ 1..=IN_FLIGHT_MAX) => Load::Closed(number),
                Ok(_) | Err(_) => {
                    return Err(format!(
                        "1 to {IN_FLIGHT_MAX} in flight, or a rate like 1000/s, or 2x"
                    ));
                }
            }
        };
        Ok(Self { load, followers })
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let followers = match self.followers {
            Followers::Held => "held",
            Followers::Feed => "feed",
            Followers::All => "all",
        };
        match self.load {
            Load::Closed(in_flight) => write!(f, "{in_flight} in flight, {followers}"),
            Load::Open(rate) => write!(f, "{rate}/s, {followers}"),
            Load::Over(percent) => write!(f, "{}x, {followers}", f64::from(percent) / 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn loops_are_read_as_they_are_written() {
        for (text, load, followers) in [
            ("1024:held", Load::Closed(1024), Followers::Held),
            ("64", Load::Closed(64), Followers::Feed),
            ("1000/s:all", Load::Open(1000), Followers::All),
            ("2x:held", Load::Over(200), Followers::Held),
            ("1.5x", Load::Over(150), Followers::Feed),
        ] {
            assert_eq!(text.parse(), Ok(Plan { load, followers }), "{text}");
        }
    }

    #[test]
    fn nobody_asks_for_more_than_the_queue_takes_or_for_nothing() {
        for bad in [
            "0",
            "4097",
            "-1",
            "many",
            "1024:",
            "1024:views",
            "0/s",
            "1/m",
            "0.5x",
            "11x",
            "x",
            "NaNx",
        ] {
            assert!(bad.parse::<Plan>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_table_is_well_formed() {
        let plans: Vec<Plan> = TABLE.split(',').map(|text| text.parse().unwrap()).collect();
        assert_eq!(plans.len(), 6);
        // Twice the peak needs a peak.
        let peak = |plan: &&Plan| plan.load == Load::Closed(1024);
        let held = plans.iter().find(peak).unwrap();
        assert_eq!(held.followers, plans[5].followers);
    }
}
