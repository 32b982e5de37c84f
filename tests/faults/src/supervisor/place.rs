//! Where programs run: on this machine's loopback, or in a network namespace of their own.

use std::path::Path;
use std::process::Command;

use super::free_address;

/// Where a program runs. [`Place::default`] is the namespace of whoever starts it, on loopback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(Option<Spot>);

/// A namespace that was made, and the addresses in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spot {
    namespace: String,
    desk: String,
    net: String,
}

/// A port of a [`Place`], `host:port`, as it is called from different sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// What its owner is told to listen on.
    pub(crate) listen: String,
    /// Where whoever runs the test reaches it, whatever the network between the programs does.
    pub(crate) desk: String,
    /// Where the other programs reach it.
    pub(crate) net: String,
}

impl Place {
    /// A network namespace by its name, as `ip netns` knows it: `desk` is its address for whoever runs the test, `net` that for the
    /// other programs.
    #[must_use]
    pub fn within(namespace: &str, desk: &str, net: &str) -> Self {
        let [namespace, desk, net] = [namespace, desk, net].map(str::to_owned);
        Self(Some(Spot {
            namespace,
            desk,
            net,
        }))
    }

    /// A program that will run here, not started yet. Its process is the one that is started: there is none between.
    #[must_use]
    pub(crate) fn command(&self, program: &Path) -> Command {
        match &self.0 {
            None => Command::new(program),
            Some(spot) => {
                let mut command = Command::new("ip");
                command
                    .args(["netns", "exec", &spot.namespace])
                    .arg(program);
                command
            }
        }
    }

    /// An address here that nobody listens on. A namespace has this very port, nobody else uses it; on loopback the system chooses.
    #[must_use]
    pub(crate) fn address(&self, port: u16) -> Address {
        match &self.0 {
            None => {
                let free = free_address();
                Address {
                    listen: free.clone(),
                    desk: free.clone(),
                    net: free,
                }
            }
            Some(spot) => Address {
                listen: format!("0.0.0.0:{port}"),
                desk: format!("{}:{port}", spot.desk),
                net: format!("{}:{port}", spot.net),
            },
        }
    }
}
