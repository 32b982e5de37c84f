//! The NATS side of the ledger: the server, who may do what on it, the streams, and a fenced publish.
//!
//! Nothing in here knows what a block or an entry means. The modules, in the order in which a node uses them:
//!
//! 1. [`names`] – streams, subjects and accounts of one ledger, from its short name.
//! 2. [`keys`] – seed files: the secret half of a NATS user.
//! 3. [`users`] – the roles and the exact permissions of each.
//! 4. [`config`] – the configuration text of `nats-server`, for the supervised child and for a cluster alike.
//! 5. [`find`], [`supervisor`] – find the binary and run it as a child that is never left behind.
//! 6. [`connect`] – one connection of one user.
//! 7. [`streams`] – what the streams must look like; create them, or name what differs.
//! 8. [`checks`] – what must hold at start and after each reconnect.
//!    While it runs, `health` looks whether the server can still write.
//! 9. [`publish`] – compare-and-append of one message, and of an atomic batch.

mod accounts;
pub mod checks;
pub mod config;
pub mod connect;
pub mod find;
pub(crate) mod health;
mod http;
pub mod keys;
pub mod names;
mod process;
pub mod publish;
mod start;
pub mod streams;
pub mod supervisor;
pub mod users;
