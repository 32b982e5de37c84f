//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::plan::{Followers, Plan, TABLE};

/// Measures a ledger on this machine, and beside it the machine's own limits.
///
/// Founds a ledger of its own, signs statements in advance, sends them over NATS and waits for the receipts. Everything runs on this
/// machine: submitters, nats-server, writer, store, feed and views. At the end of each run all entries are audited.
#[derive(Clone, Debug, Parser)]
#[command(name = "bench", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) table: Table,
}

/// What else there is to measure.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Builds a long ledger: what an append, memory, a start after kill -9 and the disk come to at its size.
    Growth(Growth),
    /// Keeps the ledger under full load with everybody following: does the lag stay bounded?
    Soak(Soak),
    /// The writer as a process of its own, for `growth`.
    #[command(hide = true)]
    Writer(Writer),
}

/// The loops of the table.
#[derive(Clone, Debug, Args)]
pub(crate) struct Table {
    /// The loops, in order: so many in flight (`64`), a second (`1000/s`), or times the best closed loop (`2x`); and who follows meanwhile:
    /// nobody (`:held`), the feed (`:feed`, or nothing), feed and all views (`:all`).
    #[arg(long, value_delimiter = ',', default_value = TABLE, value_name = "LOOP")]
    pub(crate) loops: Vec<Plan>,
    /// Every loop with feed and all views following.
    #[arg(long)]
    pub(crate) with_views: bool,
    /// Seconds that each loop is measured.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Seconds that each of the machine's limits is measured.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub(crate) limit_seconds: u64,
    /// How often everything is measured, each time on a new ledger; medians are told.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) runs: u32,
    /// Most statements signed in advance for one loop: a bound on memory, 1 KB each. A loop that has sent them all ends early.
    #[arg(long, default_value_t = 300_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub(crate) statements_max: u32,
    /// Whether submitters verify receipts before the clock stops. `alone`: only with one request in flight.
    #[arg(long, value_enum, default_value_t = Verify::Alone)]
    pub(crate) verify_receipts: Verify,
    /// Bytes in the replies of the path without commit (a receipt has some 2,000).
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    pub(crate) echo_reply: u32,
    /// Also draws where processor time goes in the first loop.
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) picture: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// What every ledger of the bench has.
#[derive(Clone, Debug, Args)]
pub(crate) struct Settings {
    /// Connections to NATS that the requests are spread over.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) submitters: u16,
    /// Actors, each with a key and a role.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    pub(crate) actors: u32,
    /// Folder for the ledgers, which must not be there yet, and stays. Without it: a temporary one, which goes.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// The server's binary, if it isn't found by itself.
    #[arg(long)]
    pub(crate) nats_server: Option<PathBuf>,
}

/// How it is told.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Output {
    /// Print JSON instead of tables: everything, each run too.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the table of `docs/performance.md` instead.
    #[arg(long, conflicts_with = "json")]
    pub(crate) markdown: bool,
}

/// A long ledger.
#[derive(Clone, Debug, Args)]
pub(crate) struct Growth {
    /// Entries at the end. The first measuring point is at a tenth of them.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(50_000..=1_000_000_000))]
    pub(crate) entries: u64,
    /// Seconds that each append loop is measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Append loops at each measuring point.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) runs: u32,
    /// Requests in flight, while it is built and while it is measured.
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) in_flight: u16,
    /// At the end all views are folded too, and their size told.
    #[arg(long)]
    pub(crate) with_views: bool,
    /// Stops before the disk has less room than this, in GiB.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) leave: u64,
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A long time.
#[derive(Clone, Debug, Args)]
pub(crate) struct Soak {
    /// Minutes of full load. An hour writes some 3 GB a minute; see `--leave`.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub(crate) minutes: u64,
    /// Requests in flight.
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub(crate) in_flight: u16,
    /// Fold all views meanwhile, too.
    #[arg(long)]
    pub(crate) with_views: bool,
    /// Ends before the disk has less room than this, in GiB, and says how long it went on.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) leave: u64,
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// The writer as a process.
#[derive(Clone, Debug, Args)]
pub(crate) struct Writer {
    /// The ledger's folder.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// Where NATS is.
    #[arg(long)]
    pub(crate) nats: String,
    /// Where its monitoring is.
    #[arg(long)]
    pub(crate) monitor: String,
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

impl Table {
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

    /// The loops, as they are run.
    pub(crate) fn plans(&self) -> Vec<Plan> {
        let mut plans = self.loops.clone();
        if self.with_views {
            for plan in &mut plans {
                plan.followers = Followers::All;
            }
        }
        plans
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_options_the_table_is_measured() {
        let cli = Cli::try_parse_from(["bench"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.table.plans().len(), 6);
        assert!(cli.table.verifies(1) && !cli.table.verifies(64));
    }

    #[test]
    fn with_views_everybody_follows_every_loop() {
        let cli = Cli::try_parse_from(["bench", "--loops", "64,1:held", "--with-views"]).unwrap();
        let followers: Vec<Followers> = cli.table.plans().iter().map(|p| p.followers).collect();
        assert_eq!(followers, [Followers::All, Followers::All]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for bad in [
            &["bench", "--loops", "4097"][..],
            &["bench", "--json", "--markdown"],
            &["bench", "--runs", "0"],
            &["bench", "--json", "growth"],
            &["bench", "growth", "--entries", "10"],
            &["bench", "soak", "--minutes", "0"],
        ] {
            assert!(Cli::try_parse_from(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_long_ledger_is_ten_million_entries_unless_asked_otherwise() {
        let parsed = |args: &[&str]| match Cli::try_parse_from(args).unwrap().command {
            Some(Command::Growth(growth)) => growth.entries,
            Some(Command::Soak(_) | Command::Writer(_)) | None => 0,
        };
        assert_eq!(parsed(&["bench", "growth"]), 10_000_000);
        assert_eq!(parsed(&["bench", "growth", "--entries", "200000"]), 200_000);
    }
}
