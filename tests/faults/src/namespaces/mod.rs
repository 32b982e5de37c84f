//! Networks made of the kernel's own parts: each program in a network namespace, a cable from each to the broker's, and faults that
//! drop packets without a word. No connection is reset and nothing is refused: whoever talks into such a hole learns it from silence.
//!
//! All of it is made inside namespaces of a process's own ([`inside`]), which have no way out: nothing can meet another network or
//! another run, nothing leaves the machine, and it goes with the process, however that ends.

mod net;

use std::path::Path;
use std::process::Command;

use cinnabar_tests::running::Ran;
use cinnabar_tests::tally::ran;
use rustix::process::{Signal, set_parent_process_death_signal};

pub use net::{Fault, Net};

/// Set for a test that runs inside: the namespace of names that it was started from.
const ENV_INSIDE: &str = "CINNABAR_FAULTS_INSIDE";
/// Where `ip netns` keeps the names of namespaces.
const NAMES: &str = "/run/netns";
/// Ways into namespaces of one's own: as root, and as anybody where anybody may.
const WAYS_IN: [&[&str]; 2] = [
    &["--net", "--mount"],
    &["--user", "--map-root-user", "--net", "--mount"],
];

/// Runs the rest of a test of this name inside namespaces of its own: its program is started again there, for this test alone.
/// Where that can't be done, it says so, also in the report, under the row R15.
///
/// # Panics
/// If the test fails inside.
#[track_caller]
pub fn inside(test: &str, rest: impl FnOnce()) {
    let here = std::fs::read_link("/proc/self/ns/mnt").unwrap_or_default();
    if let Some(outside) = std::env::var_os(ENV_INSIDE) {
        assert_ne!(here, Path::new(&outside), "this is not inside");
        // Whoever started it waits for it; nobody else looks after it.
        let bound = set_parent_process_death_signal(Some(Signal::KILL));
        bound.expect("a process may end with its parent");
        prepare().expect("what could be done for a look can be done again");
        return rest();
    }
    let way = match way_in() {
        Ok(way) => way,
        Err(why) => {
            eprintln!("SKIPPED: {test}: no network namespaces can be made here:\n{why}");
            ran(
                "R15",
                "0 partitions in namespaces: SKIPPED, may not make any",
            );
            return;
        }
    };
    let program = std::env::current_exe().expect("this program has a path");
    let mut command = Command::new("unshare");
    command
        .args(way)
        .arg(program)
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(ENV_INSIDE, here);
    let told = Ran::of(&mut command);
    print!("{}", told.out);
    eprint!("{}", told.err);
    // A name that no test has would pass.
    assert!(told.out.contains("running 1 test"), "no test {test}");
    assert_eq!(told.code, Some(0), "{test} failed inside its namespaces");
}

/// How namespaces can be made, tried with one of everything that [`Net`] is made of.
fn way_in() -> Result<&'static [&'static str], String> {
    let trial = format!(
        "set -e\n\
         if [ -d {NAMES} ]; then mount -t tmpfs none {NAMES}; else mount -t tmpfs none /run && mkdir {NAMES}; fi\n\
         ip link set lo up\nip netns add one\nip link add net type bridge\n\
         ip link add far type veth peer name near netns one\nip netns exec one ip link set near up\n\
         tc qdisc add dev far root blackhole\n"
    );
    let mut whys = String::new();
    for way in WAYS_IN {
        let mut command = Command::new("unshare");
        let trial = command.args(way).args(["sh", "-c", &trial]).output();
        match trial {
            Ok(tried) if tried.status.success() => return Ok(way),
            Ok(tried) => whys.push_str(&String::from_utf8_lossy(&tried.stderr)),
            Err(error) => whys.push_str(&format!("unshare: {error}\n")),
        }
    }
    Err(whys)
}

/// Makes room for names of namespaces, and brings up loopback.
fn prepare() -> Result<(), String> {
    let over = if Path::new(NAMES).is_dir() {
        NAMES
    } else {
        "/run"
    };
    run("mount", &format!("-t tmpfs none {over}"))?;
    std::fs::create_dir_all(NAMES).map_err(|error| error.to_string())?;
    run("ip", "link set lo up")
}

/// Runs a tool with these words to its end.
fn run(tool: &str, words: &str) -> Result<(), String> {
    let told = Command::new(tool).args(words.split(' ')).output();
    let told = told.map_err(|error| format!("{tool}: {error}"))?;
    if told.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&told.stderr);
    Err(format!("{tool} {words}: {}", why.trim()))
}
