//! One flipped byte anywhere in an export: the report is not `verified`, and its first finding names the entry
//! on whose line the byte stands (a newline belongs to the line that it ends).
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_verifier::{Options, Verdict};
use common::{audit_with, checkpoint, export, found, log_key, short_ledger};
use rayon::prelude::*;

/// Flips every byte from `start` on with the masks that `masks` gives for its offset.
fn flip_every_byte<const N: usize>(
    entries: &[Vec<u8>],
    start: usize,
    masks: impl Fn(usize) -> [u8; N] + Sync,
) {
    let export = export(entries);
    let options = Options::new(log_key(), Some(checkpoint(entries)));
    assert!(audit_with(options.clone(), &export).is_verified());
    (start..export.len()).into_par_iter().for_each(|at| {
        let line = export[..at].iter().filter(|&&byte| byte == b'\n').count() as u64;
        for mask in masks(at) {
            let mut flipped = export.clone();
            flipped[at] ^= mask;
            let report = audit_with(options.clone(), &flipped);
            let story = || {
                format!(
                    "byte {at} of line {line}, mask {mask:#04x}: {:?}",
                    report.findings
                )
            };
            assert_eq!(report.verdict, Verdict::Findings, "{}", story());
            assert_eq!(report.findings[0].sequence, Some(line), "{}", story());
            // What follows from the damage is told, but doesn't bury it: nothing is said of entries that are whole.
            let others: Vec<_> = found(&report)
                .into_iter()
                .filter(|(sequence, _)| *sequence != Some(line))
                .collect();
            assert!(
                others.iter().all(|(sequence, _)| sequence.is_none()),
                "{}",
                story()
            );
        }
    });
}

#[test]
fn whichever_byte_is_flipped_its_line_is_named_and_no_other() {
    flip_every_byte(&short_ledger(), 0, |at| [1 << (at % 8)]);
}

/// The ends of a chain, where there are fewer neighbours to tell what happened. The lowest bit turns one
/// hexadecimal digit into another, so that hashes stay hashes.
#[test]
fn also_in_a_ledger_of_one_two_or_three_entries() {
    let entries = short_ledger();
    flip_every_byte(&entries[..1], entries[0].len() - 900, |_| [1, 32]);
    flip_every_byte(&entries[..2], entries[0].len() - 900, |_| [1, 2]);
    flip_every_byte(&entries[..3], entries[0].len() - 900, |_| [1, 4]);
}
