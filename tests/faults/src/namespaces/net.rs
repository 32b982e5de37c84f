//! One broker, and parties around it, each with two cables:
//!
//! ```text
//!   party ── net ──────── portN ── bridge "net" of the hub        what is broken
//!   party ── desk ─────── deskN    where the test runs            what is never broken: the test looks, and asks
//!   hub   ── desk ─────── desk0
//! ```
//!
//! Addresses are those for documentation (RFC 5737), which no network has.

use crate::supervisor::Place;

use super::run;

/// The hub's address for the parties, and its bridge's hardware address.
const HUB: (&str, &str) = ("192.0.2.1", "02:00:00:00:00:01");
/// A narrow line, for `tc`: some 8 kB/s, with a queue of at most 400 ms and no room for a long packet more.
const NARROW: &str = "tbf rate 64kbit burst 2000 latency 400ms";

/// What is wrong with the line between a party and the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Whatever either sends is lost; both believe it was sent.
    BothWays,
    /// What the party sends is lost.
    ToHub,
    /// What the party is sent is lost.
    ToParty,
    /// The cable is pulled at the hub's end: the party's end loses its carrier.
    Unplugged,
    /// The party's interface is switched off: its own system says that there is no network.
    Down,
    /// So little gets through in a second that what is sent waits, and is lost where more than that waits.
    Narrow,
}

/// The network. It is taken down when this is dropped; what ran in it must have ended.
#[derive(Debug)]
pub struct Net {
    /// The hub's namespace first, then those of the parties.
    names: Vec<String>,
    /// Of each party.
    faults: Vec<Option<Fault>>,
}

/// The party's address on the net, and its hardware address.
fn party(number: usize) -> (String, String) {
    (
        format!("192.0.2.{}", 10 + number),
        format!("02:00:00:00:01:{number:02x}"),
    )
}

/// Both ends of a namespace's cable to the desk: the test's, and its own.
fn desk(number: usize) -> (String, String) {
    let end = |end| format!("198.51.100.{}", 4 * number + end);
    (end(1), end(2))
}

#[track_caller]
fn ip(words: &str) {
    if let Err(why) = run("ip", words) {
        panic!("{why}");
    }
}

#[track_caller]
fn tc(words: &str) {
    if let Err(why) = run("tc", words) {
        panic!("{why}");
    }
}

impl Net {
    /// A hub, and parties of these names around it; all is well. Only within [`super::inside`].
    ///
    /// # Panics
    /// If it can't be made.
    #[must_use]
    pub fn new(parties: &[&str]) -> Self {
        let mut net = Self {
            names: Vec::new(),
            faults: Vec::new(),
        };
        let hub = net.add("hub");
        let (address, hardware) = HUB;
        ip(&format!("-n {hub} link add net type bridge"));
        ip(&format!("-n {hub} link set net address {hardware} up"));
        ip(&format!("-n {hub} addr add {address}/24 dev net"));
        for name in parties {
            let own = net.add(name);
            let number = net.names.len() - 1;
            let (address, hardware) = party(number);
            ip(&format!(
                "-n {own} link add net type veth peer name port{number} netns {hub}"
            ));
            ip(&format!("-n {hub} link set port{number} master net up"));
            ip(&format!("-n {own} link set net address {hardware} up"));
            ip(&format!("-n {own} addr add {address}/24 dev net"));
            net.faults.push(None);
            net.introduce(number);
        }
        net
    }

    /// A namespace with a cable to the desk.
    fn add(&mut self, name: &str) -> String {
        let own = format!("cinnabar-{}-{name}", std::process::id());
        let number = self.names.len();
        ip(&format!("netns add {own}"));
        // From now on it is removed, whatever comes.
        self.names.push(own.clone());
        let (there, here) = desk(number);
        ip(&format!("-n {own} link set lo up"));
        ip(&format!(
            "link add desk{number} type veth peer name desk netns {own}"
        ));
        ip(&format!("addr add {there}/30 dev desk{number}"));
        ip(&format!("link set desk{number} up"));
        ip(&format!("-n {own} addr add {here}/30 dev desk"));
        ip(&format!("-n {own} link set desk up"));
        own
    }

    /// Tells hub and party each other's hardware address for good: else each would ask for it, and learn from the lack of an answer
    /// that there is a hole.
    fn introduce(&self, number: usize) {
        let (hub, own) = (&self.names[0], &self.names[number]);
        let (address, hardware) = party(number);
        ip(&format!(
            "-n {hub} neigh replace {address} lladdr {hardware} dev net nud permanent"
        ));
        let (address, hardware) = HUB;
        ip(&format!(
            "-n {own} neigh replace {address} lladdr {hardware} dev net nud permanent"
        ));
    }

    /// Where the broker runs.
    #[must_use]
    pub fn hub(&self) -> Place {
        Place::within(&self.names[0], &desk(0).1, HUB.0)
    }

    /// Where a party runs, by its place in the list.
    #[must_use]
    pub fn place(&self, at: usize) -> Place {
        let number = at + 1;
        Place::within(&self.names[number], &desk(number).1, &party(number).0)
    }

    /// How many parties there are.
    #[must_use]
    pub fn parties(&self) -> usize {
        self.faults.len()
    }

    /// Breaks a party's line, which is whole.
    ///
    /// # Panics
    /// If it is broken already, or the kernel has no such fault.
    #[track_caller]
    pub fn breaks(&mut self, at: usize, fault: Fault) {
        assert_eq!(self.faults[at].replace(fault), None, "it is broken already");
        let number = at + 1;
        let (hub, own) = (&self.names[0], &self.names[number]);
        let to_hub = |what: &str| tc(&format!("-n {own} qdisc add dev net root {what}"));
        let to_party = |what: &str| tc(&format!("-n {hub} qdisc add dev port{number} root {what}"));
        match fault {
            Fault::BothWays => {
                to_hub("blackhole");
                to_party("blackhole");
            }
            Fault::ToHub => to_hub("blackhole"),
            Fault::ToParty => to_party("blackhole"),
            Fault::Unplugged => ip(&format!("-n {hub} link set port{number} down")),
            Fault::Down => ip(&format!("-n {own} link set net down")),
            Fault::Narrow => {
                to_hub(NARROW);
                to_party(NARROW);
            }
        }
    }

    /// Mends a party's line, if it is broken.
    ///
    /// # Panics
    /// If that can't be done.
    #[track_caller]
    pub fn heal(&mut self, at: usize) {
        let number = at + 1;
        let (hub, own) = (&self.names[0], &self.names[number]);
        let to_hub = || tc(&format!("-n {own} qdisc del dev net root"));
        let to_party = || tc(&format!("-n {hub} qdisc del dev port{number} root"));
        match self.faults[at].take() {
            None => {}
            Some(Fault::BothWays | Fault::Narrow) => {
                to_hub();
                to_party();
            }
            Some(Fault::ToHub) => to_hub(),
            Some(Fault::ToParty) => to_party(),
            Some(Fault::Unplugged) => ip(&format!("-n {hub} link set port{number} up")),
            Some(Fault::Down) => {
                ip(&format!("-n {own} link set net up"));
                self.introduce(number);
            }
        }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        for name in &self.names {
            // The links go with it. What can't be removed goes with the process.
            if let Err(why) = run("ip", &format!("netns del {name}")) {
                eprintln!("{why}");
            }
        }
    }
}
