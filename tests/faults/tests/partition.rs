//! R15: networks that part clients, writer, standby and reader from the broker, one way or both, again and again.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cinnabar_faults::oracle::judge;
use cinnabar_faults::people::Person;
use cinnabar_faults::proxy::{Proxy, Rule, Way};
use cinnabar_faults::supervisor::{Cluster, Keeper, Node, Role, Run};
use cinnabar_tests::running::eventually;
use cinnabar_tests::tally::{ran, seed, times};

/// Nodes and clients, each with a network of its own to the broker.
struct Parted {
    writer: Node,
    standby: Node,
    reader: Node,
    /// To the broker: writer, standby, reader, clients.
    nets: [Proxy; 4],
    profile: PathBuf,
    cluster: Cluster,
}

const WRITER: usize = 0;
const STANDBY: usize = 1;
const READER: usize = 2;
const CLIENT: usize = 3;

impl Parted {
    fn new() -> Self {
        let cluster = Cluster::founded(1);
        let broker = cluster.servers[0].url();
        let nets = std::array::from_fn(|_| {
            let broker = broker.clone();
            Proxy::start(move || Some(broker.clone()))
        });
        let way = |at: usize| [Proxy::url(&nets[at])];
        let mut writer = cluster.node("one", Role::Writer, &way(WRITER));
        writer.start("");
        let profile = cluster.profile_path(&writer.url, "");
        writer.opens();
        cluster.enrol(&Person::new("journal", "registrar"));
        let mut standby = cluster.node("two", Role::Standby, &way(STANDBY));
        let mut reader = cluster.node("three", Role::Reader, &way(READER));
        standby.start("");
        reader.start("");
        Self {
            writer,
            standby,
            reader,
            nets,
            profile,
            cluster,
        }
    }

    fn book(&self) -> PathBuf {
        self.cluster.folder().join("journal.jsonl")
    }

    fn journal(&self) -> Keeper {
        let run = Run {
            way: Some(self.nets[CLIENT].url()),
            patience_ms: 1_000,
            ..Run::default()
        };
        Keeper::start(&self.profile, &self.book(), &run)
    }

    fn nodes(&self) -> [&Node; 3] {
        [&self.writer, &self.standby, &self.reader]
    }

    /// Entries under the newest checkpoint of a node that may write.
    fn newest(&self) -> u64 {
        let sizes = [&self.writer, &self.standby].map(|node| node.size().unwrap());
        sizes[0].max(sizes[1])
    }

    /// Everything holds, and all three have the same newest checkpoint.
    #[track_caller]
    fn judge(&self) -> usize {
        Node::agree(&self.nodes());
        let desk = self.cluster.desk(&self.reader.url);
        judge(&desk, &[&self.book()]).receipts
    }
}

#[test]
fn a_writer_that_is_cut_off_is_followed_by_the_standby_and_follows_when_the_network_is_back() {
    let net = Parted::new();
    let mut keeper = net.journal();
    // Whole, and one way only: what it sends arrives and what it is told does not, and the other way about.
    let ways: [Option<Way>; 3] = [None, Some(Way::ToClient), Some(Way::ToServer)];
    let rounds = times(1, 8);
    for _ in 0..rounds {
        for way in ways {
            for at in [WRITER, STANDBY] {
                keeper.more_receipts(5);
                match way {
                    None => net.nets[at].cut(),
                    Some(way) => net.nets[at].set(way, Rule::Stall),
                }
                keeper.more_receipts(10);
                net.nets[at].heal();
            }
        }
    }
    keeper.more_receipts(5);
    keeper.finish();
    let receipts = net.judge();
    ran(
        "R15",
        &format!(
            "{} partitions of writer and standby, {receipts} receipts held",
            rounds * 6
        ),
    );
}

#[test]
fn a_reader_that_is_cut_off_says_of_when_its_answers_are_and_comes_after() {
    let net = Parted::new();
    let mut keeper = net.journal();
    let rounds = times(1, 10);
    for _ in 0..rounds {
        keeper.more_receipts(5);
        net.nets[READER].cut();
        let stale = net.reader.size().unwrap();
        keeper.more_receipts(10);
        assert!(net.reader.as_of() <= net.reader.size().unwrap().max(stale));
        assert!(net.reader.as_of() < net.newest(), "it can't know better");
        eventually("a reader that says that it hears nothing", || {
            net.reader.is_ready_and_alone().then_some(())
        });
        net.nets[READER].heal();
        keeper.more_receipts(1);
        let newest = net.newest();
        eventually("a reader that has come after", || {
            (net.reader.as_of() >= newest).then_some(())
        });
        assert!(!net.reader.is_ready_and_alone());
    }
    keeper.finish();
    let receipts = net.judge();
    ran(
        "R15",
        &format!("reader cut off {rounds} times, {receipts} receipts held"),
    );
}

#[test]
fn networks_that_flap_cost_time_and_nothing_else() {
    let mut random = fastrand::Rng::with_seed(seed());
    let net = Parted::new();
    let mut keeper = net.journal();
    let rounds = times(4, 200);
    for _ in 0..rounds {
        let at = random.usize(..net.nets.len());
        let proxy = &net.nets[at];
        match random.u8(..4) {
            0 => proxy.cut(),
            1 => proxy.reset(),
            2 => proxy.set(
                Way::ToClient,
                Rule::Delay(Duration::from_millis(random.u64(5..80))),
            ),
            _ => proxy.set(
                Way::ToServer,
                Rule::Delay(Duration::from_millis(random.u64(5..80))),
            ),
        }
        let (begun, lasts) = (Instant::now(), Duration::from_millis(random.u64(20..900)));
        eventually("its end", || (begun.elapsed() >= lasts).then_some(()));
        proxy.heal();
        keeper.more_receipts(3);
    }
    keeper.finish();
    let receipts = net.judge();
    ran("R15", &format!("{rounds} flaps, {receipts} receipts held"));
}
