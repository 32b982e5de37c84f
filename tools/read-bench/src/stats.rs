//! Percentiles and medians.

/// Nearest rank: the smallest value that at least `share` of all values don't exceed, `sorted[⌈share · n⌉ − 1]`. 0 if there are none.
pub(crate) fn percentile(sorted: &[u64], share: f64) -> u64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted
        .get(rank.clamp(1, sorted.len().max(1)) - 1)
        .copied()
        .unwrap_or(0)
}

/// The middle value; of an even number, the mean of the two in the middle. 0 if there are none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.len(), values.len() % 2) {
        (0, _) => 0.0,
        (_, 1) => values[middle],
        (_, _) => (values[middle - 1] + values[middle]) / 2.0,
    }
}

/// `part / whole`; 0 if there is no whole.
pub(crate) fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Milliseconds of some nanoseconds at a percentile.
pub(crate) fn millis_at(sorted: &[u64], share: f64) -> f64 {
    percentile(sorted, share) as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred_by_nearest_rank() {
        let hundred: Vec<u64> = (1..=100).collect();
        for (share, expected) in [(0.0, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.999, 100)] {
            assert_eq!(percentile(&hundred, share), expected, "{share}");
        }
        assert_eq!(percentile(&[7], 0.001), 7);
        assert_eq!(percentile(&[], 0.5), 0);
        assert!((millis_at(&[2_500_000], 0.5) - 2.5).abs() < 1e-9);
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        for (values, expected) in [
            (vec![], 0.0),
            (vec![4.0], 4.0),
            (vec![9.0, 1.0, 5.0], 5.0),
            (vec![4.0, 1.0, 3.0, 2.0], 2.5),
        ] {
            let found = median(values.clone());
            assert!((found - expected).abs() < 1e-9, "{values:?}");
        }
    }

    #[test]
    fn a_ratio_to_nothing_is_nothing() {
        assert!(ratio(1.0, 0.0).abs() < 1e-9);
        assert!((ratio(1.0, 4.0) - 0.25).abs() < 1e-9);
    }
}
