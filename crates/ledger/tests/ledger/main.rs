//! The ledger on a real NATS server and a real store: one statement's whole path.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub
)]

mod commit;
mod confidential;
mod dossiers;
mod duties;
mod post_quantum;
mod refill;
mod refusals;
mod replicas;
mod rollback;
mod town;
