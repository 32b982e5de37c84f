//! Percentiles and medians.

use serde::Serialize;

/// Latencies of one run, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) max: f64,
}

impl Latency {
    /// Sorts nanoseconds and reads the percentiles off. All zero if there are none.
    pub(crate) fn of(mut nanos: Vec<u64>) -> Self {
        nanos.sort_unstable();
        let micros = |share| percentile(&nanos, share) as f64 / 1_000.0;
        Self {
            p50: micros(0.5),
            p99: micros(0.99),
            p999: micros(0.999),
            max: micros(1.0),
        }
    }
}

/// Nearest rank: the smallest value that at least `share` of all values don't exceed,
/// `sorted[⌈share · n⌉ − 1]`. 0 if there are none.
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

/// One figure over several runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// All zero if there are none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        let (min, max) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| {
                (min.min(*value), max.max(*value))
            });
        match values.is_empty() {
            true => Self::default(),
            false => Self {
                median: median(values),
                min,
                max,
            },
        }
    }

    /// Each figure by another unit.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self {
            median: factor * self.median,
            min: factor * self.min,
            max: factor * self.max,
        }
    }
}

/// `part / whole`; 0 if there is no whole.
pub(crate) fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
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
        assert_eq!(percentile(&hundred, 1.0), 100);
        assert_eq!(percentile(&[7], 0.001), 7);
        assert_eq!(percentile(&[], 0.5), 0);
    }

    #[test]
    fn latencies_are_sorted_first_and_given_in_microseconds() {
        let latency = Latency::of(vec![3_000, 1_000, 2_500]);
        assert_eq!((latency.p50, latency.max), (2.5, 3.0));
        assert_eq!(Latency::of(Vec::new()), Latency::default());
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        for (values, expected) in [
            (vec![], 0.0),
            (vec![4.0], 4.0),
            (vec![9.0, 1.0, 5.0], 5.0),
            (vec![4.0, 1.0, 3.0, 2.0], 2.5),
        ] {
            assert_eq!(median(values.clone()), expected, "{values:?}");
        }
    }

    #[test]
    fn a_spread_has_the_least_and_the_most_of_all_runs() {
        let spread = Spread::of([5.0, 1.0, 3.0]);
        let expected = Spread {
            median: 3.0,
            min: 1.0,
            max: 5.0,
        };
        assert_eq!(spread, expected);
        assert_eq!(spread.times(2.0).max, 10.0);
        assert_eq!(Spread::of([]), Spread::default());
    }

    #[test]
    fn a_ratio_to_nothing_is_nothing() {
        assert_eq!(ratio(1.0, 0.0), 0.0);
        assert_eq!(ratio(1.0, 4.0), 0.25);
    }
}
