//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Measures a ledger on this machine, and beside it the machine's own limits.
///
/// Founds a ledger of its own, signs statements in advance, sends them over NATS and waits for the receipts. Everything runs on this
/// machine: submitters, nats-server, writer, store and feed.
#[derive(Clone, Debug, Parser)]
#[command(name = "bench", version)]
pub(crate) struct Args {
    /// Requests in flight over all submitters, one closed loop after the other.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 64, 1024], value_parser = in_flight)]
    pub(crate) in_flight: Vec<usize>,
    /// Statements a second, one open loop after the other; 0: none.
    #[arg(long, value_delimiter = ',', default_values_t = [1000], value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) rate: Vec<u32>,
    /// Seconds that each loop is measured.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Seconds that each of the machine's limits is measured.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub(crate) limit_seconds: u64,
    /// How often everything is measured; the medians are told.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) runs: u32,
    /// Connections to NATS that the requests are spread over.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) submitters: u16,
    /// Actors, each with a key and a role.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    pub(crate) actors: u32,
    /// Most statements signed in advance for one loop: a bound on memory, 1 KB each. A loop that has sent them all ends early.
    #[arg(long, default_value_t = 300_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub(crate) statements_max: u32,
    /// Whether submitters verify receipts before the clock stops. `alone`: only with one request in flight.
    #[arg(long, value_enum, default_value_t = Verify::Alone)]
    pub(crate) verify_receipts: Verify,
    /// Fold all views beside it.
    #[arg(long)]
    pub(crate) with_views: bool,
    /// Bytes in the replies of the path without commit (a receipt has some 2,000).
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    pub(crate) echo_reply: u32,
    /// Folder for the ledger, which must not be there yet, and stays. Without it: a temporary one, which goes.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// The server's binary, if it isn't found by itself.
    #[arg(long)]
    pub(crate) nats_server: Option<PathBuf>,
    /// Print JSON instead of tables.
    #[arg(long)]
    pub(crate) json: bool,
}

/// When submitters verify receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Verify {
    /// Never within the time that is measured.
    Never,
    /// With one request in flight.
    Alone,
    /// Always.
    Always,
}

impl Args {
    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Whether receipts are verified within the measured time.
    pub(crate) fn verifies(&self, in_flight: usize) -> bool {
        match self.verify_receipts {
            Verify::Never => false,
            Verify::Alone => in_flight == 1,
            Verify::Always => true,
        }
    }
}

/// Most requests in flight: what the intake's queue takes.
const IN_FLIGHT_MAX: usize = cinnabar_ledger::QUEUE_MAX;

fn in_flight(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=IN_FLIGHT_MAX) => Ok(number),
        Ok(_) | Err(_) => Err(format!("1 to {IN_FLIGHT_MAX}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn nobody_asks_for_more_than_the_queue_takes() {
        assert_eq!(in_flight("4096"), Ok(4096));
        for bad in ["0", "4097", "-1", "many"] {
            assert!(in_flight(bad).is_err(), "{bad}");
        }
    }
}
