//! The oracle: what the bench recorded is audited like any other ledger, and every receipt that was kept must still be true at the end.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use async_nats::Client;
use cinnabar_events::{Kind, Receipt, Sequence};
use cinnabar_ledger::Identity;
use cinnabar_ledger::nats::names::Names;
use cinnabar_ledger::nats::streams::StreamKind;
use cinnabar_store::Store;
use cinnabar_tlog::{Checkpoint, LeafIndex, Size};
use cinnabar_verifier::{Level, Levels, Options, Verifier};
use serde::Serialize;

/// Entries of one audit whose records fit in memory beside everything else (some 1 KB each); of more, rules and dossiers are
/// left out, and that is said.
pub(crate) const RULES_MAX: u64 = 2_000_000;

/// What was checked, and held.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Checked {
    /// Entries that an audit read from the store and verified against the signed checkpoint.
    pub(crate) entries: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// What the audit looked at: `all`, or the levels.
    pub(crate) levels: String,
    pub(crate) signatures: u64,
    /// Receipts whose entry stands where they say, and whose checkpoint the last one continues.
    pub(crate) receipts: u64,
    /// Messages of the feed: as many as entries.
    pub(crate) feed: u64,
    /// Entries folded into the views, if they were.
    pub(crate) views: Option<u64>,
    pub(crate) seconds: f64,
}

/// Audits all entries of `store`, and checks `receipts` against its end.
///
/// # Errors
/// Whatever does not hold.
pub(crate) fn audit(store: &Store, identity: &Identity, receipts: &[Vec<u8>]) -> Result<Checked> {
    let (start, head) = (Instant::now(), store.head());
    let note = store.checkpoint().context("the ledger has no checkpoint")?;
    let levels = match head.size.get() {
        0..=RULES_MAX => Levels::ALL,
        _ => Levels::NONE.and(Level::Checkpoints).and(Level::Authors),
    };
    let mut options = Options::new(identity.vkey.clone(), Some(note.into_bytes()));
    options.ledger = Some(identity.ledger);
    options.levels = levels;
    let (mut verifier, mut bytes) = (Verifier::new(options), 0);
    let end = Sequence::new(head.size.get());
    for entry in store.entries(Sequence::new(0), end) {
        let entry = entry.context("reading an entry")?;
        bytes += entry.len() as u64;
        verifier.push_entry(&entry);
    }
    let report = verifier.finish();
    let whole = report.entries == head.size.get() && report.root == head.root.to_string();
    // Levels that were left out on purpose leave an audit undecided, without a finding.
    let clean = report.findings.is_empty() && report.more_findings == 0;
    let decided = report.is_verified() || levels != Levels::ALL;
    if !(whole && clean && decided) {
        bail!(
            "the audit of {} entries ends with {:?}: {:?} {:?}",
            report.entries,
            report.verdict,
            report.findings.first(),
            report.missing
        );
    }
    let receipts = check_receipts(store, identity, receipts)?;
    Ok(Checked {
        entries: report.entries,
        bytes,
        levels: levels.to_string(),
        signatures: report.signatures,
        receipts,
        feed: 0,
        views: None,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// Each receipt by itself; that its entry stands in the store, and under the last root, where it says; that the tree at the end
/// continues the one that it was given under.
fn check_receipts(store: &Store, identity: &Identity, receipts: &[Vec<u8>]) -> Result<u64> {
    let (head, mut continued) = (store.head(), BTreeMap::<Size, Checkpoint>::new());
    for bytes in receipts {
        let receipt = Receipt::parse(bytes).context("reading a receipt")?;
        let checkpoint = receipt
            .verify(&identity.vkey)
            .context("a receipt proves nothing")?;
        let (entry, seq) = (receipt.entry(), receipt.entry().seq());
        let stored = store.entry(seq).context("reading an entry")?;
        ensure!(
            stored.as_deref() == Some(entry.bytes()),
            "another entry than the receipt's stands at {seq}"
        );
        store
            .inclusion_proof(seq, head.size)
            .context("making a proof")?
            .verify(
                LeafIndex::new(seq.get()),
                head.size,
                &entry.leaf_hash(),
                &head.root,
            )
            .context("an entry with a receipt is not under the last root")?;
        match continued.get(&checkpoint.size) {
            Some(known) => ensure!(*known == checkpoint, "two checkpoints of one size"),
            None => {
                store
                    .consistency_proof(checkpoint.size, head.size)
                    .context("making a proof")?
                    .verify(checkpoint.size, &checkpoint.root, head.size, &head.root)
                    .context("the tree does not continue the one of a receipt")?;
                continued.insert(checkpoint.size, checkpoint);
            }
        }
    }
    Ok(receipts.len() as u64)
}

/// Entries from `from` on, up to `end`, in which the ledger itself says how its dossiers end. Nobody has a receipt for them.
pub(crate) fn own_entries(store: &Store, from: u64, end: u64) -> Result<u64> {
    let kind = format!("\"kind\":\"{}\"", Kind::DossiersIndexed);
    let mut own = 0;
    for entry in store.entries(Sequence::new(from), Sequence::new(end)) {
        let entry = entry.context("reading an entry")?;
        let says = entry
            .windows(kind.len())
            .any(|window| window == kind.as_bytes());
        own += u64::from(says);
    }
    Ok(own)
}

/// Messages in the feed stream. Whoever waited until the feed has caught up expects one for each entry.
pub(crate) async fn feed_messages(operator: &Client, names: &Names) -> Result<u64> {
    let (messages, _) = stream_state(operator, names, StreamKind::Feed).await?;
    Ok(messages)
}

/// Messages in a stream and their bytes, as the server counts them.
pub(crate) async fn stream_state(
    operator: &Client,
    names: &Names,
    kind: StreamKind,
) -> Result<(u64, u64)> {
    let context = kind.context(operator);
    let stream = context.get_stream(kind.stream(names)).await;
    let info = stream.context("looking at a stream")?.get_info().await;
    let state = info.context("looking at a stream")?.state;
    Ok((state.messages, state.bytes))
}
