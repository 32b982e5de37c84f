//! Starts the real programs, and does to them what machines and people do: ends them without a warning, stops them for a while, starts
//! them again, with places at which they are to fail ([`cinnabar_failpoint`]).

mod cluster;
mod keeper;
mod place;
mod server;
mod shown;
mod single;

pub use cluster::{Cluster, Node, Role};
pub use keeper::{Counts, Keeper, Run};
pub use place::Place;
pub use server::NatsServer;
pub use shown::OPENING;
pub use single::Single;

use std::net::TcpListener;
use std::process::Command;

use cinnabar_failpoint::Failpoint;

/// An address on loopback that nobody listens on. Where an address must be known before its owner starts, and stay the same over
/// restarts, the system can't choose it later.
///
/// # Panics
/// If loopback has no port left.
#[must_use]
pub fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let address = listener.local_addr().expect("it is bound");
    address.to_string()
}

/// What is to happen at a place: `at(Failpoint::BlockPublished, "kill@2")`.
#[must_use]
pub fn at(place: Failpoint, action: &str) -> String {
    format!("{place}={action}")
}

/// Arms the failpoints of a program that is to be started; `""` for none.
fn arm(command: &mut Command, failpoints: &str) {
    if failpoints.is_empty() {
        command.env_remove(cinnabar_failpoint::ENV);
    } else {
        command.env(cinnabar_failpoint::ENV, failpoints);
    }
}
