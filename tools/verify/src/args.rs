//! The command line.

use std::path::PathBuf;

use cinnabar_events::LedgerId;
use cinnabar_tlog::{Algorithm, VerifierKey};
use cinnabar_verifier::Levels;

use crate::commands::Command;
use crate::outcome::Outcome;

/// Re-checks a whole ledger from its bytes: canonical form, sequence, hash chain, tree and tiles, every signed checkpoint, every author's
/// signature under the keys of its time, dossiers and their indexes, and that the rules admit each entry again.
///
/// Trusts nothing but the log key given here. With --state it remembers how far it came: the next run reads what is new. Memory is
/// bounded at any size, but for the records of the levels dossiers and rules, which stay in memory unless --state gives them a place.
#[derive(Debug, clap::Parser)]
#[command(name = "verify", version, after_help = Outcome::table(), max_term_width = 100)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) audit: Option<Args>,
}

/// What a whole audit is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where the ledger is: the address of a log (http or https, C2SP tlog-tiles), an export (one entry per line), `-` for an export on
    /// standard input, or a directory with `ledger.jsonl` or with a log's `checkpoint` and `tile/`.
    #[arg(long, value_name = "URL|FILE|DIR|-")]
    pub(crate) from: String,

    /// The log's verifier key, `<name>+<id>+<base64>`, from somebody whom you trust. The first is its Ed25519 key; further ones must have
    /// signed the newest checkpoint, too.
    #[arg(long, value_name = "VKEY", required = true, value_parser = any_key)]
    pub(crate) log_key: Vec<VerifierKey>,

    /// The ledger's id, `blake3:<64 hex>`. Without it the genesis is taken at its word.
    #[arg(long, value_name = "ID")]
    pub(crate) ledger: Option<LedgerId>,

    /// The signed checkpoint to measure by, instead of the one beside the entries (`FILE.checkpoint`).
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,

    /// A checkpoint that you kept from before: was the log only ever extended since? May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) old_checkpoint: Vec<PathBuf>,

    /// What to check, with commas between: bytes, form, chain, tree, checkpoints, authors, dossiers, rules. Each brings what it needs.
    #[arg(long, value_name = "LEVELS", default_value = "all")]
    pub(crate) level: Levels,

    /// The witnesses whose cosignatures the newest checkpoint must have (C2SP tlog-policy).
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Where to remember what was verified: the file, and records in `FILE.d/`. It is made if it isn't there.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// A node of the ledger, whose views are compared with those that the entries give (level `views`). They are built in the
    /// system's folder for temporary files.
    #[arg(long, value_name = "URL")]
    pub(crate) views: Option<String>,

    /// The institution's vault, or a copy of it, which is read and not changed: what is kept must open commitments on the
    /// ledger, and what was erased must be gone (level `vault`).
    #[arg(long, value_name = "DIR", requires = "institution_key")]
    pub(crate) vault: Option<PathBuf>,

    /// The key of the vault.
    #[arg(long, value_name = "FILE", requires = "vault")]
    pub(crate) institution_key: Option<PathBuf>,

    /// Time-stamps (RFC 3161) over checkpoints: a node of the ledger, or a directory with `SIZE.AUTHORITY.tsr` in it or in its
    /// folder `timestamps`.
    #[arg(long, value_name = "URL|DIR", requires = "authorities")]
    pub(crate) timestamps: Option<String>,

    /// Certificates (PEM) of a time-stamping authority that you trust, and what to call it. May be given several times.
    #[arg(long, value_name = "[NAME=]FILE", requires = "timestamps")]
    pub(crate) authorities: Vec<String>,

    /// Prints the report as JSON.
    #[arg(long)]
    pub(crate) json: bool,

    /// Threads that verify signatures; as many as there are cores if not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// No progress bar, and one line if all is well.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl Args {
    /// The key that every checkpoint is signed with.
    pub(crate) fn first_key(&self) -> &VerifierKey {
        &self.log_key[0]
    }

    /// Keys that make no sense together.
    pub(crate) fn misfit(&self) -> Option<&'static str> {
        if self.first_key().algorithm() != Algorithm::Ed25519 {
            return Some(
                "the first --log-key must be the log's Ed25519 key, not a witness's or another",
            );
        }
        let other = |key: &VerifierKey| key.name() != self.first_key().name();
        let other = self.log_key.iter().any(other);
        other.then_some("every --log-key must be a key of the same log")
    }
}

pub(crate) fn any_key(text: &str) -> Result<VerifierKey, String> {
    VerifierKey::parse(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound_and_its_help_tells_every_exit_code() {
        Cli::command().debug_assert();
        let help = Cli::command().render_long_help().to_string();
        for outcome in Outcome::ALL {
            assert!(
                help.contains(&format!(" {}  ", outcome.code())),
                "{outcome:?} in {help}"
            );
        }
    }
}
