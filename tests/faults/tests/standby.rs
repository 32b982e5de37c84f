//! R16: writers that die or are stopped, at the places where it matters; the standby goes on, and the old writer is fenced when it wakes.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use cinnabar_failpoint::Failpoint;
use cinnabar_faults::book::What;
use cinnabar_faults::oracle::judge;
use cinnabar_faults::people::{Person, new_id, registration};
use cinnabar_faults::scribe::Scribe;
use cinnabar_faults::supervisor::{Cluster, Keeper, Node, Role, Run, at, free_address};
use cinnabar_tests::program;
use cinnabar_tests::running::{Ran, eventually, send};
use cinnabar_tests::tally::{ran, seed, times};
use rustix::process::Signal;

/// How long one question waits before it is asked again: a stopped writer does not answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(250);

/// Two nodes that may write, and everything around them.
struct Pair {
    nodes: [Node; 2],
    cluster: Cluster,
    random: fastrand::Rng,
    said: usize,
}

impl Pair {
    fn new() -> Self {
        let cluster = Cluster::founded(1);
        let mut one = cluster.node("one", Role::Writer, &[]);
        one.start("");
        drop(cluster.profile_path(&one.url, ""));
        one.opens();
        for name in ["journal", "probe"] {
            cluster.enrol(&Person::new(name, "registrar"));
        }
        let mut two = cluster.node("two", Role::Standby, &[]);
        two.start("");
        Self {
            nodes: [one, two],
            cluster,
            random: fastrand::Rng::with_seed(seed()),
            said: 0,
        }
    }

    fn journal(&self) -> Keeper {
        let profile = self.cluster.folder().join("connection.toml");
        Keeper::start(&profile, &self.book(), &Run::default())
    }

    fn book(&self) -> PathBuf {
        self.cluster.folder().join("journal.jsonl")
    }

    fn probes(&self) -> PathBuf {
        self.cluster.folder().join("probes.jsonl")
    }

    /// Asks for something new until there is a receipt: how long after `since` that was. Whoever says no must say when to ask
    /// again.
    fn first_receipt(&mut self, since: Instant) -> Duration {
        self.said += 1;
        let probe = Person::new("probe", "registrar");
        let draft = registration(
            new_id(&mut self.random),
            &format!("probe-{}", self.said),
            &probe,
        );
        let profile = self.cluster.folder().join("connection.toml");
        let mut scribe = Scribe::new(&profile, None, &self.probes(), 900);
        eventually("a receipt", || match scribe.say(&draft, ANSWER_WITHIN) {
            What::Receipt { .. } => Some(since.elapsed()),
            What::Refused { problem } => {
                assert!(problem["retryAfterMs"].is_u64(), "{problem:#}");
                None
            }
            What::Unanswered { .. } | What::Sent { .. } => None,
        })
    }

    /// Everything holds, and the nodes agree.
    #[track_caller]
    fn judge(&self) -> usize {
        // First: one that has just woken up may still read.
        Node::agree(&self.nodes.each_ref());
        let desk = self.cluster.desk(&self.nodes[0].url);
        let books = [self.book(), self.probes()];
        let books: Vec<&Path> = books
            .iter()
            .map(PathBuf::as_path)
            .filter(|book| book.exists())
            .collect();
        let verdict = judge(&desk, &books);
        verdict.receipts
    }
}

/// Whether a process is stopped.
fn is_stopped(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    status
        .rsplit(") ")
        .next()
        .is_some_and(|rest| rest.starts_with('T'))
}

fn shown(times: &[Duration]) -> String {
    let mut seconds: Vec<String> = times
        .iter()
        .map(|one| format!("{:.1}", one.as_secs_f64()))
        .collect();
    seconds.sort();
    seconds.join(" ")
}

#[test]
fn a_standby_goes_on_when_the_writer_dies_and_nothing_is_lost_or_twice() {
    let mut pair = Pair::new();
    let mut keeper = pair.journal();
    let mut taken = Vec::new();
    for round in 0..times(1, 30) {
        let writer = round % 2;
        keeper.more_receipts(10);
        pair.nodes[writer].kill();
        let since = Instant::now();
        taken.push(pair.first_receipt(since));
        keeper.more_receipts(10);
        pair.nodes[writer].start("");
    }
    keeper.finish();
    let receipts = pair.judge();
    ran(
        "R16",
        &format!(
            "writer killed, first receipt after s: {}; {receipts} receipts held",
            shown(&taken)
        ),
    );
}

#[test]
fn a_writer_that_is_stopped_in_the_middle_of_a_block_is_fenced_when_it_wakes() {
    let places = [
        Failpoint::BlockSigned,
        Failpoint::BlockPublished,
        Failpoint::StoreBegun,
    ];
    let mut pair = Pair::new();
    let mut keeper = pair.journal();
    let mut taken = Vec::new();
    for _ in 0..times(1, 10) {
        for place in places {
            keeper.more_receipts(5);
            // This one writes, with the failpoint; the other waits.
            pair.nodes[1].stop();
            pair.nodes[0].stop();
            let pass = pair.random.u64(10..40);
            pair.nodes[0].launch(&at(place, &format!("stop@{pass}")));
            let id = pair.nodes[0].id();
            eventually("a writer", || {
                (is_stopped(id) || pair.nodes[0].writes()).then_some(())
            });
            pair.nodes[1].launch("");
            eventually("a writer that is stopped", || is_stopped(id).then_some(()));
            let since = Instant::now();
            taken.push(pair.first_receipt(since));
            keeper.more_receipts(5);
            send(id, Signal::CONT);
            keeper.more_receipts(5);
            assert!(
                !pair.nodes[0].has_ended(),
                "{place}: {}",
                pair.nodes[0].said()
            );
            eventually("the old writer, following", || {
                pair.nodes[0].is_ready().then_some(())
            });
        }
    }
    keeper.finish();
    let receipts = pair.judge();
    ran(
        "R16",
        &format!(
            "writer stopped in a block, first receipt after s: {}; {receipts} receipts held",
            shown(&taken)
        ),
    );
}

#[test]
fn a_writer_that_hangs_lets_another_write_and_follows_when_it_is_back() {
    let mut pair = Pair::new();
    let mut keeper = pair.journal();
    let mut random = fastrand::Rng::with_seed(seed());
    let mut pauses = Vec::new();
    for _ in 0..times(1, 20) {
        keeper.more_receipts(5);
        let writer = eventually("a writer", || pair.nodes.iter().position(Node::writes));
        // Short ones must not change anything, long ones cost the lease.
        let pause = Duration::from_millis(random.u64(100..times(4_000, 20_000) as u64));
        pair.nodes[writer].pause();
        let since = Instant::now();
        eventually("the end of the pause", || {
            (since.elapsed() >= pause).then_some(())
        });
        pair.nodes[writer].resume();
        keeper.more_receipts(10);
        assert!(
            !pair.nodes[writer].has_ended(),
            "{}",
            pair.nodes[writer].said()
        );
        pauses.push(pause);
    }
    // Its disk hangs: the block is published, the replica doesn't take it.
    // (A node that writes has all that the stream holds: started again, it
    // has nothing to catch up on, and the block that hangs is its own.)
    pair.nodes[1].stop();
    eventually("a writer", || pair.nodes[0].writes().then_some(()));
    pair.nodes[0].stop();
    pair.nodes[0].start(&at(Failpoint::StoreBegun, "sleep:8000@12"));
    eventually("a disk that hangs", || {
        pair.nodes[0]
            .said()
            .contains("disk takes no blocks")
            .then_some(())
    });
    pair.nodes[1].start("");
    let since = Instant::now();
    let taken = pair.first_receipt(since);
    keeper.more_receipts(10);
    keeper.finish();
    let receipts = pair.judge();
    let pauses = shown(&pauses);
    ran(
        "R16",
        &format!(
            "writer paused for s: {pauses}; disk hung, receipt {taken:.1?} after the standby came; {receipts} receipts held"
        ),
    );
}

#[test]
fn a_data_folder_has_one_node_and_a_second_is_refused() {
    let pair = Pair::new();
    let config = fs::read_to_string(pair.cluster.folder().join("one.toml")).unwrap();
    let listen = config
        .lines()
        .find(|line| line.starts_with("listen"))
        .unwrap()
        .to_owned();
    let other = config.replace(&listen, &format!("listen = \"{}\"", free_address()));
    fs::write(pair.cluster.folder().join("again.toml"), other).unwrap();
    let mut command = Command::new(program("cinnabar"));
    command
        .args(["node", "--config", "again.toml"])
        .current_dir(pair.cluster.folder());
    let ended = Ran::of(&mut command);
    assert_ne!(ended.code, Some(0));
    assert!(ended.err.contains("another process"), "{}", ended.err);
    ran("R16", "a second node on one data folder, refused");
}

#[test]
fn a_lost_stream_of_a_cluster_is_refilled_by_the_operators_command_only() {
    let mut pair = Pair::new();
    let mut keeper = pair.journal();
    keeper.more_receipts(20);
    let server = &mut pair.cluster.servers[0];
    server.kill();
    fs::remove_dir_all(server.store()).unwrap();
    server.start();
    for node in &mut pair.nodes {
        let ended = node.ends();
        assert_ne!(ended.code, Some(0));
        assert!(
            ended.err.contains("cinnabar node --config FILE --refill"),
            "{}",
            ended.err
        );
    }
    // The one that has the most, by command; the other as always.
    let most = [0, 1]
        .into_iter()
        .max_by_key(|at| entries_in(&pair, *at))
        .unwrap();
    let names = ["one", "two"];
    let mut command = Command::new(program("cinnabar"));
    let config = format!("{}.toml", names[most]);
    command
        .args(["node", "--config", &config, "--refill"])
        .current_dir(pair.cluster.folder());
    let refilled = cinnabar_tests::running::Running::start(&mut command);
    keeper.more_receipts(10);
    pair.nodes[1 - most].start("");
    keeper.more_receipts(10);
    keeper.finish();
    refilled.interrupt();
    drop(refilled.end().ends(0));
    pair.nodes[most].start("");
    let receipts = pair.judge();
    ran(
        "R11",
        &format!("stream of a cluster wiped, refilled by command, {receipts} receipts held"),
    );
}

/// How far a node that ended had come, by its head file: the newer of its slots.
fn entries_in(pair: &Pair, at: usize) -> u64 {
    let name = ["one", "two"][at];
    let head: &Path = &pair.cluster.folder().join(name).join("store/replica/head");
    let bytes = fs::read(head).unwrap();
    // `magic (8) ‖ BLAKE3 (32) ‖ size (8)`, a slot every 4096 bytes.
    let slots = bytes.chunks(4096).filter_map(|slot| slot.get(40..48));
    slots
        .map(|size| u64::from_be_bytes(size.try_into().unwrap()))
        .max()
        .unwrap()
}
