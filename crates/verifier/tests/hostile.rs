//! Whatever the bytes are, there is a report, and it doesn't say `verified`.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::LazyLock;

use cinnabar_verifier::{Options, Verdict};
use common::*;
use proptest::prelude::*;

static ENTRIES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(short_ledger);

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_never_verified_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let report = audit(&ENTRIES, &bytes);
        prop_assert_eq!(report.verdict, Verdict::Findings);
        let report = audit_with(Options::new(log_key(), Some(bytes.clone())), &bytes);
        prop_assert!(!report.is_verified());
    }

    #[test]
    fn lines_in_any_order_and_number_are_verified_only_if_they_are_the_ledger(order in proptest::collection::vec(0usize..12, 0..40)) {
        let lines: Vec<_> = order.iter().map(|&index| ENTRIES[index].clone()).collect();
        let report = audit(&ENTRIES, &export(&lines));
        prop_assert_eq!(report.is_verified(), lines == *ENTRIES);
    }

    #[test]
    fn a_cut_put_in_or_overwritten_stretch_is_found(at in any::<prop::sample::Index>(), length in 1usize..3000, put in proptest::collection::vec(any::<u8>(), 0..50)) {
        let whole = export(&ENTRIES);
        let at = at.index(whole.len());
        let end = (at + length).min(whole.len());
        let mut bytes = whole.clone();
        bytes.splice(at..end, put);
        prop_assume!(bytes != whole);
        prop_assert_eq!(audit(&ENTRIES, &bytes).verdict, Verdict::Findings);
    }
}

#[test]
fn odd_lines_are_findings() {
    let deep = [vec![b'['; 200_000], vec![b'\n']].concat();
    let wide = [vec![b'x'; 500_000], vec![b'\n']].concat();
    let far = br#"{"prev":"blake3:0000000000000000000000000000000000000000000000000000000000000001","seq":9007199254740991}"#;
    for bytes in [
        &deep[..],
        &wide,
        b"\n\n\n",
        b"{}",
        b"null\n",
        &[far, &b"\n"[..], far].concat(),
    ] {
        assert_eq!(audit(&ENTRIES, bytes).verdict, Verdict::Findings);
    }
}
