//! R15, with the kernel's own means: broker, writer, standby, reader and clients in network namespaces, and packets that are lost
//! without a word.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cinnabar_faults::book::{self, What};
use cinnabar_faults::namespaces::{Fault, Net, inside};
use cinnabar_faults::oracle::judge;
use cinnabar_faults::people::Person;
use cinnabar_faults::supervisor::{Cluster, Keeper, Node, Role, Run};
use cinnabar_tests::running::{Ran, eventually};
use cinnabar_tests::tally::{ran, seed, thorough, times};

/// The parties, by their place in the net.
const WRITER: usize = 0;
const STANDBY: usize = 1;
const READER: usize = 2;
const CLIENT: usize = 3;
/// Holes. The first: a writer in it goes on being asked, so it has a block under way that comes late; then everything is lost; then
/// what the broker says.
const HOLES: [Fault; 3] = [Fault::ToHub, Fault::BothWays, Fault::ToParty];

/// A ledger whose programs are all parties of a net.
struct Parted {
    /// Writer, standby, reader: by their place in the net.
    nodes: [Node; 3],
    profile: PathBuf,
    cluster: Cluster,
    // The last field: it goes after what runs in it.
    net: Net,
}

impl Parted {
    fn new() -> Self {
        let net = Net::new(&["writer", "standby", "reader", "client"]);
        let cluster = Cluster::founded_at(&[net.hub()]);
        let node = |at, name, role| cluster.node_at(net.place(at), name, role, &[]);
        let mut nodes = [
            node(WRITER, "one", Role::Writer),
            node(STANDBY, "two", Role::Standby),
            node(READER, "three", Role::Reader),
        ];
        nodes[WRITER].start("");
        let profile = cluster.profile_path(&nodes[WRITER].url, "");
        nodes[WRITER].opens();
        cluster.enrol(&Person::new("journal", "registrar"));
        nodes[STANDBY].start("");
        nodes[READER].start("");
        Self {
            nodes,
            profile,
            cluster,
            net,
        }
    }

    fn book(&self) -> PathBuf {
        self.cluster.folder().join("journal.jsonl")
    }

    /// The journal; its clients pause so long between two statements.
    fn journal(&self, rest_ms: u64) -> Keeper {
        let run = Run {
            place: self.net.place(CLIENT),
            way: Some(self.cluster.servers[0].net_url()),
            patience_ms: 1_000,
            rest_ms,
            ..Run::default()
        };
        Keeper::start(&self.profile, &self.book(), &run)
    }

    /// Whoever writes now, by what the nodes say of themselves; `cut` is not asked.
    fn writing(&self, cut: Option<usize>) -> Option<usize> {
        let candidates = [WRITER, STANDBY].into_iter();
        let mut writing = candidates.filter(|at| Some(*at) != cut && self.nodes[*at].writes());
        // Two at once: not settled yet.
        writing.next().filter(|_| writing.next().is_none())
    }

    /// Entries in the newest checkpoint that anybody shows.
    fn newest(&self) -> u64 {
        let sizes = self.nodes.iter().filter_map(Node::size);
        sizes.max().unwrap()
    }

    /// Statements that were sent and not answered so far.
    fn pending(&self) -> BTreeSet<String> {
        let lines = book::read(&self.book()).unwrap();
        let mut pending = BTreeSet::new();
        for line in lines {
            if line.what.is_final() {
                pending.remove(&line.id);
            } else {
                pending.insert(line.id);
            }
        }
        pending
    }

    /// How many of these statements are recorded.
    fn recorded(&self, ids: &BTreeSet<String>) -> usize {
        let desk = self.cluster.desk(&self.nodes[READER].url);
        let export = desk.run(&["export"]).ends(0).out;
        ids.iter().filter(|id| export.contains(id.as_str())).count()
    }

    /// Everything holds, one node writes, and all three have the same newest checkpoint.
    #[track_caller]
    fn judge(&self) -> usize {
        eventually("one writer", || self.writing(None));
        Node::agree(&self.nodes.each_ref());
        for node in &self.nodes {
            // What a writer had under way when it was cut off comes late, and is refused by the broker.
            let skipped = node.metric("cinnabar_log_skipped_messages");
            assert_eq!(skipped, 0, "a block of a fenced writer was taken");
        }
        let desk = self.cluster.desk(&self.nodes[READER].url);
        let verdict = judge(&desk, &[&self.book()]);
        assert_eq!(verdict.unsettled, 0);
        verdict.receipts
    }
}

/// Waits for a time.
fn pass(time: Duration) {
    let begun = Instant::now();
    eventually("its end", || (begun.elapsed() >= time).then_some(()));
}

#[test]
fn a_writer_in_a_silent_hole_is_followed_by_the_standby_and_fenced_when_it_is_back() {
    inside(
        "a_writer_in_a_silent_hole_is_followed_by_the_standby_and_fenced_when_it_is_back",
        || {
            let mut all = Parted::new();
            let mut keeper = all.journal(10);
            let rounds = times(1, 8);
            let mut cut = 0;
            for round in 0..rounds {
                for at in 0..times(1, 6) {
                    keeper.more_receipts(5);
                    let writer = eventually("a writer", || all.writing(None));
                    let other = WRITER + STANDBY - writer;
                    all.net.breaks(writer, HOLES[(round + at) % HOLES.len()]);
                    eventually("the other to write", || {
                        (all.writing(Some(writer)) == Some(other)).then_some(())
                    });
                    keeper.more_receipts(10);
                    all.net.heal(writer);
                    cut += 1;
                    eventually("one that gave up, and is ready", || {
                        let node = &all.nodes[writer];
                        (!node.writes() && node.is_ready()).then_some(())
                    });
                }
            }
            keeper.more_receipts(5);
            keeper.finish();
            let receipts = all.judge();
            ran(
                "R15",
                &format!("{cut} writers cut off in namespaces, {receipts} receipts held"),
            );
        },
    );
}

#[test]
fn a_reader_in_a_silent_hole_says_of_when_its_answers_are_and_comes_after() {
    inside(
        "a_reader_in_a_silent_hole_says_of_when_its_answers_are_and_comes_after",
        || {
            let mut all = Parted::new();
            let mut keeper = all.journal(10);
            let rounds = times(1, 10);
            for round in 0..rounds {
                keeper.more_receipts(5);
                // What the reader says doesn't matter to what it is told: only these two part it.
                all.net.breaks(READER, HOLES[1 + round % 2]);
                keeper.more_receipts(20);
                // Four clients: no more than four of those can have been recorded before.
                let (known, newest) = (all.nodes[READER].as_of(), all.newest());
                assert!(known + 16 <= newest, "it can't know {known} of {newest}");
                all.net.heal(READER);
                eventually("a reader that has come after", || {
                    (all.nodes[READER].as_of() >= newest).then_some(())
                });
            }
            keeper.finish();
            let receipts = all.judge();
            ran(
                "R15",
                &format!("reader cut off {rounds} times in namespaces, {receipts} receipts held"),
            );
        },
    );
}

#[test]
fn clients_in_a_silent_hole_get_each_receipt_once_it_is_over() {
    inside(
        "clients_in_a_silent_hole_get_each_receipt_once_it_is_over",
        || {
            let mut all = Parted::new();
            let mut keeper = all.journal(10);
            let (rounds, clients) = (times(1, 10), Run::default().clients);
            let ways = &[Fault::ToParty, Fault::ToHub][..times(1, 2)];
            let mut asked_again = 0;
            for _ in 0..rounds {
                for &way in ways {
                    keeper.more_receipts(5);
                    let before = keeper.counts().unanswered;
                    all.net.breaks(CLIENT, way);
                    eventually("clients that wait in vain", || {
                        let vain = keeper.counts().unanswered - before;
                        (vain >= clients as u64).then_some(())
                    });
                    let pending = all.pending();
                    assert_eq!(pending.len(), clients);
                    if way == Fault::ToParty {
                        // Their questions arrived.
                        eventually("what nobody was told of", || {
                            (all.recorded(&pending) == clients).then_some(())
                        });
                    } else {
                        assert!(all.recorded(&pending) < clients, "nothing can arrive");
                    }
                    assert_eq!(all.pending(), pending, "no answer can arrive");
                    all.net.heal(CLIENT);
                    eventually("their receipts", || {
                        all.pending().is_disjoint(&pending).then_some(())
                    });
                    asked_again += told_again(&all, &pending, way);
                }
            }
            keeper.finish();
            let receipts = all.judge();
            ran(
                "R15",
                &format!(
                    "clients cut off {} times in namespaces, {asked_again} receipts of what nobody was told of, {receipts} held",
                    rounds * ways.len()
                ),
            );
        },
    );
}

/// How many of these were told that they had been recorded before. Where the questions had arrived, that is all of them.
fn told_again(all: &Parted, ids: &BTreeSet<String>, way: Fault) -> usize {
    let mut told: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for line in book::read(&all.book()).unwrap() {
        if let What::Receipt { again, .. } = line.what
            && ids.contains(&line.id)
        {
            told.entry(line.id).or_default().push(again);
        }
    }
    assert_eq!(told.len(), ids.len());
    assert!(
        told.values().all(|receipts| receipts.len() == 1),
        "{told:?}"
    );
    let again = told.values().filter(|receipts| receipts[0]).count();
    if way == Fault::ToParty {
        assert_eq!(again, ids.len());
    }
    again
}

#[test]
fn lines_that_flap_cost_time_and_nothing_else() {
    inside("lines_that_flap_cost_time_and_nothing_else", || {
        let mut random = fastrand::Rng::with_seed(seed());
        let mut all = Parted::new();
        let mut keeper = all.journal(10);
        let rounds = times(4, 200);
        let mut kinds = [
            Fault::BothWays,
            Fault::ToParty,
            Fault::ToHub,
            Fault::Unplugged,
            Fault::Down,
            Fault::Narrow,
        ];
        random.shuffle(&mut kinds);
        for round in 0..rounds {
            let at = random.usize(..all.net.parties());
            all.net.breaks(at, kinds[round % kinds.len()]);
            pass(Duration::from_millis(random.u64(20..900)));
            all.net.heal(at);
            keeper.more_receipts(3);
        }
        keeper.finish();
        let receipts = all.judge();
        ran(
            "R15",
            &format!("{rounds} flaps in namespaces, {receipts} receipts held"),
        );
    });
}

/// Longer than any of them waits for a sign of life: connections are given up and made anew, on one side at least.
#[test]
fn a_hole_that_outlasts_every_patience_is_noticed_and_got_over() {
    const LASTS: Duration = Duration::from_secs(45);
    if !thorough() {
        return;
    }
    inside(
        "a_hole_that_outlasts_every_patience_is_noticed_and_got_over",
        || {
            let mut all = Parted::new();
            // Fewer at a time: there are nine minutes of them.
            let mut keeper = all.journal(100);
            let mut holes = 0;
            for at in [WRITER, STANDBY, READER, CLIENT] {
                for hole in HOLES {
                    keeper.more_receipts(5);
                    all.net.breaks(at, hole);
                    pass(LASTS);
                    if at <= STANDBY {
                        assert!(!all.nodes[at].writes(), "its turn is long over");
                    }
                    all.net.heal(at);
                    holes += 1;
                    keeper.more_receipts(20);
                }
            }
            keeper.finish();
            let receipts = all.judge();
            ran(
                "R15",
                &format!(
                    "{holes} holes of {} s in namespaces, {receipts} receipts held",
                    LASTS.as_secs()
                ),
            );
        },
    );
}

#[test]
fn whatever_happens_nothing_of_the_network_is_left() {
    inside("whatever_happens_nothing_of_the_network_is_left", || {
        let seen = || {
            let say = |words: &[&str]| Ran::of(std::process::Command::new("ip").args(words));
            let links = say(&["-o", "link"]).ends(0).out;
            let names = say(&["netns", "list"]).ends(0).out;
            (links.lines().count(), names)
        };
        let before = seen();
        let failed = std::panic::catch_unwind(|| {
            let mut net = Net::new(&["one", "two"]);
            net.breaks(0, Fault::BothWays);
            let (links, names) = seen();
            assert_eq!((links, names.lines().count()), (before.0 + 3, 3));
            std::panic::resume_unwind(Box::new("as a test fails"));
        });
        let why = failed.unwrap_err();
        assert_eq!(why.downcast_ref(), Some(&"as a test fails"));
        eventually("the end of its links", || (seen() == before).then_some(()));
    });
}
