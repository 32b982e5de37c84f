//! One flipped bit anywhere in an export: the report is not `verified`, and its first finding names the entry
//! on whose line the byte stands (a newline belongs to the line that it ends).
//!
//! A fixed thousand flips are done every time; ten thousand, and every byte there is, with
//! `cargo test --release -p cinnabar-verifier --test flips -- --ignored`.
#![allow(clippy::unwrap_used)]

mod common;

use cinnabar_verifier::{Options, Verdict};
use common::{audit_with, checkpoint, export, found, log_key, short_ledger};
use rayon::prelude::*;

/// A byte and the mask that it is flipped with.
type Flip = (usize, u8);

fn flip_each(entries: &[Vec<u8>], flips: impl IndexedParallelIterator<Item = Flip>) {
    let export = export(entries);
    let options = Options::new(log_key(), Some(checkpoint(entries)));
    assert!(audit_with(options.clone(), &export).is_verified());
    flips.for_each(|(at, mask)| {
        let line = export[..at].iter().filter(|&&byte| byte == b'\n').count() as u64;
        let mut flipped = export.clone();
        flipped[at] ^= mask;
        let report = audit_with(options.clone(), &flipped);
        let findings = &report.findings;
        let story = || format!("byte {at} of line {line}, mask {mask:#04x}: {findings:?}");
        assert_eq!(report.verdict, Verdict::Findings, "{}", story());
        assert_eq!(findings[0].sequence, Some(line), "{}", story());
        // What follows from the damage is told, but doesn't bury it: nothing is said of entries that are whole.
        let on_the_line =
            |(sequence, _): &(Option<u64>, _)| sequence.is_none() || *sequence == Some(line);
        assert!(found(&report).iter().all(on_the_line), "{}", story());
    });
}

/// Flip `number` of those that `seed` gives in `length` bytes (SplitMix64).
fn seeded(seed: u64, number: u64, length: usize) -> Flip {
    let mixed = seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let mixed = mixed ^ (mixed >> 31);
    let at = usize::try_from((mixed >> 3) % length as u64).unwrap();
    (at, 1 << (mixed & 7))
}

fn flip_seeded(entries: &[Vec<u8>], seed: u64, flips: std::ops::Range<u64>) {
    let length = export(entries).len();
    let flips: Vec<_> = flips.map(|number| seeded(seed, number, length)).collect();
    flip_each(entries, flips.into_par_iter());
}

#[test]
fn whichever_bit_is_flipped_its_line_is_named_and_no_other() {
    flip_seeded(&short_ledger(), 4, 0..1_000);
}

/// The ends of a chain, where there are fewer neighbours to tell what happened. The lowest bits turn one
/// hexadecimal digit into another, so that hashes stay hashes.
#[test]
fn also_in_a_ledger_of_one_two_or_three_entries() {
    let entries = short_ledger();
    for (count, high) in [(1, 32), (2, 2), (3, 4)] {
        let entries = &entries[..count];
        let (start, end) = (entries[0].len() - 900, export(entries).len());
        let flips: Vec<_> = (start..end)
            .step_by(17)
            .flat_map(|at| [(at, 1), (at + 3, high)])
            .filter(|(at, _)| *at < end)
            .collect();
        flip_each(entries, flips.into_par_iter());
    }
}

#[test]
#[ignore = "a minute or two in a release build"]
fn ten_thousand_seeded_flips_are_found_and_named() {
    flip_seeded(&short_ledger(), 4, 0..10_000);
}

#[test]
#[ignore = "a minute or two in a release build"]
fn every_byte_there_is() {
    let entries = short_ledger();
    let length = export(&entries).len();
    flip_each(
        &entries,
        (0..length).into_par_iter().map(|at| (at, 1 << (at % 8))),
    );
    for (count, masks) in [(1, [1, 32]), (2, [1, 2]), (3, [1, 4])] {
        let entries = &entries[..count];
        let start = entries[0].len() - 900;
        for mask in masks {
            let bytes = (start..export(entries).len()).into_par_iter();
            flip_each(entries, bytes.map(|at| (at, mask)));
        }
    }
}
