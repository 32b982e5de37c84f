//! The command line.

use std::path::PathBuf;

use cinnabar_events::LedgerId;
use cinnabar_tlog::{Algorithm, VerifierKey};

use crate::outcome::Outcome;

/// Re-checks a whole ledger from its bytes: canonical form, sequence, hash chain, dossiers, tree, checkpoint, every author's
/// signature under the keys of its time, and that the rules admit each entry again.
///
/// Trusts nothing but the log key given here. Memory grows with the ledger's subjects and statements, not with its length in bytes.
#[derive(Debug, clap::Parser)]
#[command(name = "verify", version, after_help = Outcome::table(), max_term_width = 100)]
pub(crate) struct Args {
    /// Where the ledger is: the address of a log (http or https, C2SP tlog-tiles), an export (one entry per line), `-` for an export on
    /// standard input, or a directory with `ledger.jsonl` or with a log's `checkpoint` and `tile/`.
    #[arg(long, value_name = "URL|FILE|DIR|-")]
    pub(crate) from: String,

    /// The log's verifier key, `<name>+<id>+<base64>`, from somebody whom you trust.
    #[arg(long, value_name = "VKEY", value_parser = log_key)]
    pub(crate) log_key: VerifierKey,

    /// The ledger's id, `blake3:<64 hex>`. Without it the genesis is taken at its word.
    #[arg(long, value_name = "ID")]
    pub(crate) ledger: Option<LedgerId>,

    /// The signed checkpoint to measure by, instead of the one beside the entries (`FILE.checkpoint`).
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,

    /// A checkpoint that you kept from before: was the log only ever extended since? May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) old_checkpoint: Vec<PathBuf>,

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

fn log_key(text: &str) -> Result<VerifierKey, String> {
    let key = VerifierKey::parse(text).map_err(|error| error.to_string())?;
    match key.algorithm() {
        Algorithm::Ed25519 => Ok(key),
        Algorithm::CosignatureV1 => Err("this is a witness's key, not a log's".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound_and_its_help_tells_every_exit_code() {
        Args::command().debug_assert();
        let help = Args::command().render_long_help().to_string();
        for outcome in Outcome::ALL {
            assert!(
                help.contains(&format!(" {}  ", outcome.code())),
                "{outcome:?} in {help}"
            );
        }
    }
}
