//! The command tree.

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::commands::{
    backup, bundle, cosign, denounce, doctor, export, follow, health, import, key, kinds, receipt,
    restore, rulebook, sign, submit, witness,
};
use crate::exit::{Exit, Failure, OrFail as _};
use crate::{init, node, out, up};

/// The ledger on which an AI governance institution records what it does.
#[derive(Debug, Parser)]
#[command(name = "cinnabar", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything on this machine: server, writer, views and API in one process.
    Up(up::Args),
    /// Open a new ledger on a NATS cluster.
    Init(init::Args),
    /// Run one node with its roles against a NATS cluster.
    Node(node::Args),
    /// Ask a node whether it is well.
    Health(health::Args),
    /// Copy a ledger, running or not, to a folder from which it can be restored.
    Backup(backup::Args),
    /// Make the data of a ledger from a backup, and check it.
    Restore(restore::Args),
    /// Make, show and protect keys.
    Key(key::Args),
    /// List the kinds of statements, their fields, and who may say them.
    Kinds(kinds::Args),
    /// Show the rules of a ledger, as of any entry, and compare them.
    Rulebook(rulebook::Args),
    /// Say something to the ledger and keep the receipt.
    Submit(Box<submit::Args>),
    /// Make a statement file that several people sign.
    Sign(Box<sign::Args>),
    /// Look at a statement that others have signed, and sign it too.
    Cosign(cosign::Args),
    /// Look at a receipt, check it offline, or ask for it again.
    Receipt(receipt::Args),
    /// Get one entry with everything to verify it offline.
    Bundle(bundle::Args),
    /// Compare two receipts, bundles or checkpoints: do they agree, or did the log tell two stories?
    Denounce(denounce::Args),
    /// Print entries as they come, verified.
    Follow(follow::Args),
    /// Write the ledger to a file, one entry a line.
    Export(export::Args),
    /// Take an older register over.
    Import(import::Args),
    /// Be a witness of logs: cosign what continues what was cosigned before.
    Witness(witness::Args),
    /// Look at everything that is needed here, and say what to set.
    Doctor(doctor::Args),
}

/// The command tree with the exit codes at its end.
pub fn command() -> clap::Command {
    let codes: Vec<String> = Exit::ALL
        .iter()
        .map(|exit| format!("  {}  {}", exit.code(), exit.meaning()))
        .collect();
    let help = format!(
        "Example:\n  cinnabar up\n  cinnabar kinds\n  cinnabar doctor\n\nExit codes:\n{}",
        codes.join("\n")
    );
    Cli::command().after_help(help)
}

/// Runs the program and gives its exit code.
pub fn run() -> ExitCode {
    let outcome = std::panic::catch_unwind(|| {
        let matches = match command().try_get_matches() {
            Ok(matches) => matches,
            Err(error) => {
                // Help and version are no failures; a reader that has gone is none either.
                let _ = error.print();
                return if error.use_stderr() {
                    Exit::Usage
                } else {
                    Exit::Ok
                };
            }
        };
        let parsed = Cli::from_arg_matches(&matches).or_fail(Exit::Usage);
        match parsed.and_then(|cli| dispatch(cli.command)) {
            Ok(()) => Exit::Ok,
            Err(failure) => {
                if let Some(message) = failure.message() {
                    let lines: Vec<String> = message
                        .lines()
                        .map(|line| out::Plain(line).to_string())
                        .collect();
                    out::note(format!("cinnabar: {}", lines.join("\n  ")));
                }
                failure.exit()
            }
        }
    });
    // What panicked has said where; that it did is a fault in this program.
    ExitCode::from(outcome.unwrap_or(Exit::Bug).code())
}

fn dispatch(command: Command) -> Result<(), Failure> {
    cinnabar_failpoint::check().or_fail(Exit::Usage)?;
    match command {
        Command::Up(args) => up::run(args),
        Command::Init(args) => init::run(args),
        Command::Node(args) => node::run(args),
        Command::Health(args) => health::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Key(args) => key::run(args),
        Command::Kinds(args) => kinds::run(&args),
        Command::Rulebook(args) => rulebook::run(&args),
        Command::Submit(args) => wait(submit::run(*args)),
        Command::Sign(args) => sign::run(&args),
        Command::Cosign(args) => cosign::run(&args),
        Command::Receipt(args) => wait(receipt::run(args)),
        Command::Bundle(args) => bundle::run(&args),
        Command::Denounce(args) => denounce::run(&args),
        Command::Follow(args) => wait(follow::run(args)),
        Command::Export(args) => export::run(&args),
        Command::Import(args) => wait(import::run(args)),
        Command::Witness(args) => wait(witness::run(args)),
        Command::Doctor(args) => wait(doctor::run(args)),
    }
}

/// Runs a client's command to its end.
fn wait(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CLIENT_THREADS)
        .enable_all()
        .build()
        .or_fail_while(Exit::Usage, || "this machine gives no threads")?;
    let outcome = runtime.block_on(command);
    // What is left is reads that nobody waits for.
    runtime.shutdown_background();
    outcome
}

/// Threads of a client: one for its work, one for the network.
const CLIENT_THREADS: usize = 2;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_command_tree_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_is_for_and_shows_an_example() {
        fn look(command: &clap::Command) {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name} has no summary");
            let example = command
                .get_after_help()
                .is_some_and(|help| help.to_string().contains("Example:"));
            assert!(example, "{name} shows no example");
            for argument in command.get_arguments() {
                let documented = argument.get_help().is_some();
                assert!(documented, "{name} {} is not documented", argument.get_id());
            }
            command.get_subcommands().for_each(look);
        }
        look(&command());
    }

    #[test]
    fn help_names_every_exit_code() {
        let help = command().render_long_help().to_string();
        for exit in Exit::ALL {
            assert!(help.contains(exit.meaning()), "{exit:?} is not in\n{help}");
        }
    }

    /// `UPDATE_EXPECT=1` writes it anew.
    #[test]
    fn help_is_as_it_was_last_read_by_somebody() {
        // What runs a node has its own readers.
        const OTHERS: [&str; 4] = ["up", "init", "node", "help"];
        fn collect(command: &mut clap::Command, path: &str, text: &mut String) {
            let help = command.clone().term_width(100).render_long_help();
            text.push_str(&format!("$ {path} --help\n{help}\n"));
            for command in command
                .get_subcommands_mut()
                .filter(|command| !OTHERS.contains(&command.get_name()))
            {
                collect(command, &format!("{path} {}", command.get_name()), text);
            }
        }
        let mut text = String::new();
        let mut whole = command();
        whole.build();
        for command in whole
            .get_subcommands_mut()
            .filter(|command| !OTHERS.contains(&command.get_name()))
        {
            collect(
                command,
                &format!("cinnabar {}", command.get_name()),
                &mut text,
            );
        }
        let trimmed: Vec<&str> = text.lines().map(str::trim_end).collect();
        let text = format!("{}\n", trimmed.join("\n"));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/help.txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        let expected = std::fs::read_to_string(path).unwrap();
        assert!(
            text == expected,
            "help has changed; read it, then UPDATE_EXPECT=1 cargo test -p cinnabar\n{text}"
        );
    }
}
