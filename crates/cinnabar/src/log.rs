//! Logs: for whoever runs a node, on standard error. The audit trail is the ledger, never the log.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise: what someone should look at.
const DEFAULT: &str = "warn";

/// Starts logging. As JSON if `CINNABAR_LOG=json`.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    let json = std::env::var_os("CINNABAR_LOG").is_some_and(|format| format == "json");
    // Set twice only if a test did it before: then that one stays.
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.try_init()
    };
}
