//! Whatever bytes come, nothing panics and nothing is believed.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::LazyLock;

use cinnabar_events::LedgerId;
use cinnabar_evidence::{
    Claim, Comparison, Evidence, Exhibit, Lines, Outcome, Verdict, compare, denounce,
    verify_bundle, verify_dossier, verify_evidence,
};
use common::{Log, at, later, other_town, record_index, town, trust};
use proptest::collection::vec;
use proptest::prelude::*;

/// One file of each sort, and the ledger that they are of.
static FILES: LazyLock<(LedgerId, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let mut town = town();
    let index = record_index(&mut town, 34);
    let (log, other) = (Log::town(&town), Log::town(&other_town()));
    let verdict = denounce(&log.leaf(33, 35), &other.leaf(33, 36), &trust(), &[]).unwrap();
    let Verdict::Contradiction { evidence, .. } = verdict else {
        panic!("{verdict}");
    };
    let approved = at(&log, "approval.granted", "product/a");
    let files = vec![
        evidence.to_bytes(),
        log.bundle(approved, log.len()).to_bytes(),
        log.dossier_proof("product/a", index, log.len()).to_bytes(),
        log.receipt(3, 35).to_bytes(),
        log.note(35).to_string().into_bytes(),
    ];
    (town.ledger(), files)
});

static LOG: LazyLock<Log> = LazyLock::new(|| Log::town(&town()));

fn read(bytes: &[u8]) -> [bool; 3] {
    let ledger = FILES.0;
    let _ = compare(bytes, bytes, &trust(), &[]);
    [
        verify_evidence(bytes, &trust()).verified().is_some(),
        verify_bundle(bytes, &trust(), ledger).verified().is_some(),
        verify_dossier(bytes, &trust(), ledger).verified().is_some(),
    ]
}

#[test]
fn each_file_is_what_it_is_and_nothing_else() {
    for (place, file) in FILES.1.iter().enumerate() {
        let verified = read(file);
        for (sort, verified) in verified.into_iter().enumerate() {
            assert_eq!(verified, sort == place, "file {place} as sort {sort}");
        }
    }
}

#[test]
fn what_is_too_long_is_not_read() {
    let long = vec![b'{'; (16 << 20) + 1];
    assert_eq!(read(&long), [false; 3]);
    assert!(matches!(
        verify_evidence(&long, &trust()),
        Outcome::Malformed { .. }
    ));
    let deep = vec![b'['; 100_000];
    assert_eq!(read(&deep), [false; 3]);
}

#[test]
fn a_whole_export_that_is_nonsense_is_no_exhibit() {
    let note = LOG.note(3);
    for export in [
        &b""[..],
        b"\n",
        b"\n\n\n",
        b"a\nb\nc",
        b"\xff\n\xff\n\xff\n",
    ] {
        let lines = Lines(export);
        let first = Exhibit::export(note.clone(), &lines);
        let second = Exhibit::Checkpoint(note.clone());
        assert!(denounce(&first, &second, &trust(), &[]).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bytes_that_nobody_wrote_are_nothing(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(read(&bytes), [false; 3]);
    }

    #[test]
    fn files_cut_and_spliced_at_any_place_never_panic(
        file in 0..5_usize,
        other in 0..5_usize,
        cut in any::<prop::sample::Index>(),
        paste in any::<prop::sample::Index>(),
        some in vec(any::<u8>(), 0..4),
    ) {
        let (file, other) = (&FILES.1[file], &FILES.1[other]);
        let (cut, paste) = (cut.index(file.len()), paste.index(other.len()));
        let spliced = [&file[..cut], &some, &other[paste..]].concat();
        if spliced != *file && spliced != *other {
            prop_assert_eq!(read(&spliced), [false; 3]);
        }
    }

    /// Two logs of one key that differ in one entry: found exactly when something shown differs.
    #[test]
    fn a_changed_entry_is_found_by_whoever_has_seen_it(
        changed in 1..35_u64,
        one in 0..35_u64,
        two in 0..35_u64,
        m in 1..=35_u64,
        n in 1..=35_u64,
    ) {
        let mut leaves = LOG.leaves.clone();
        leaves[changed as usize] = later(&leaves[changed as usize]);
        let forged = Log::of(leaves);
        let (one, two) = (one % m, two % n);
        let export = forged.export(n);
        let lines = Lines(&export);
        let lied = |exhibit: &Exhibit<'_>| {
            let verdict = denounce(&LOG.leaf(one, m), exhibit, &trust(), &[]).unwrap();
            matches!(verdict, Verdict::Contradiction { .. })
        };
        // Two receipts: roots of one size, the entry itself, or the next one that carries its hash.
        let roots = m == n && changed < m;
        let seen = two == changed && (one == changed || one == changed + 1);
        let found = lied(&forged.leaf(two, n));
        prop_assert!(found || !(roots || seen));
        prop_assert!(!found || roots || two == changed);
        // An export: its root at the receipt's size, the entry itself; or its last entry, which others follow.
        let seen = changed < n && (changed < m && m <= n || one == changed);
        let found = lied(&Exhibit::export(forged.note(n), &lines));
        prop_assert!(found || !seen);
        prop_assert!(!found || seen || n == changed + 1);
    }
}

#[test]
fn a_comparison_is_written_as_json() {
    let other = Log::town(&other_town());
    let found = compare(
        LOG.note(33).to_string().as_bytes(),
        other.note(33).to_string().as_bytes(),
        &trust(),
        &[],
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["outcome"], "contradiction");
    assert_eq!(json["proven"]["claim"], "two_roots");
    let file = found.evidence().unwrap();
    let outcome = verify_evidence(file, &trust());
    let json = serde_json::to_value(&outcome).unwrap();
    assert_eq!(
        (&json["outcome"], &json["claim"]),
        (&"verified".into(), &"two_roots".into())
    );
    assert_eq!(Evidence::parse(file).unwrap().claim(), Claim::TwoRoots);
    let nothing = compare(b"{}", b"", &trust(), &[]);
    assert!(matches!(nothing, Comparison::Invalid { .. }));
    let json = serde_json::to_value(compare(&FILES.1[4], &FILES.1[3], &trust(), &[])).unwrap();
    assert_eq!(json["outcome"], "agree", "{json}");
}
