//! Whether the files that a ledger was founded with are those it was founded with: a bit that flips in a key makes another key.

use anyhow::{Context as _, bail, ensure};
use cinnabar_events::Payload;
use cinnabar_ledger::Identity;
use cinnabar_ledger::founding::Layout;

/// Checks the signatures of the genesis, and that the log key and the ledger's own key are those that it names.
///
/// # Errors
/// Which file is not what it was.
pub(crate) fn check(layout: &Layout) -> anyhow::Result<Identity> {
    let identity = layout.identity()?;
    let genesis = layout.read_genesis()?;
    let Payload::LedgerOpened(opened) = &genesis.statement().payload else {
        bail!("{} is no genesis", layout.genesis().display());
    };
    let named = opened.ledger_key;
    let place = || format!("{} is not what was signed", layout.genesis().display());
    genesis.verify().with_context(place)?;
    layout.log_signer(&identity)?;
    let found = layout.ledger_signer()?.public();
    ensure!(
        named == found,
        "{} is the key {found}, which the genesis does not name as the ledger's own",
        layout.ledger_key().display()
    );
    Ok(identity)
}
