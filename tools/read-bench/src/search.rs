//! Searching a large register: a fixed set of questions.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use cinnabar_projections::{At, Page, ProductFilter, Search, Views};
use cinnabar_tlog::{Frontier, Size};

use crate::ledger::{BASE, Maker, Sort, parse};
use crate::report::{Bar, Figure, Measured};
use crate::stats::millis_at;

/// The questions.
const QUERIES: &str = include_str!("../queries.txt");
/// Most that a selective question finds among a million products.
const SELECTIVE_MAX_OF_A_MILLION: u64 = 1_000;
/// Entries folded in one transaction.
const A_TRANSACTION: usize = 16_384;
/// How often every question is asked.
const ROUNDS: u64 = 20;
/// Rows on a page, as the API gives when nothing else is asked.
const LIMIT: usize = 50;
/// What every thousand products take in entries: each filed, every second accepted, every fourth updated.
const ENTRIES_PER_THOUSAND: usize = 1_750;

/// One sort of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Breadth {
    Selective,
    Broad,
}

fn queries() -> Result<Vec<(Breadth, &'static str)>> {
    let lines = QUERIES.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| match line.split_once('\t') {
            Some(("selective", words)) => Ok((Breadth::Selective, words)),
            Some(("broad", words)) => Ok((Breadth::Broad, words)),
            Some(_) | None => bail!("no question: {line}"),
        })
        .collect()
}

/// One run over a register of `products`, in `dir`.
pub(crate) fn run(dir: &Path, products: usize) -> Result<Vec<Measured>> {
    let views = Views::open(&dir.join("views")).context("opening views")?;
    let entries = fill(&views, products)?;
    let reader_total = {
        let reader = views.read()?;
        let all = reader.products(reader.at(), &ProductFilter::default(), &Page::default())?;
        all.total
    };
    let mut nanos: BTreeMap<Breadth, Vec<u64>> = BTreeMap::new();
    let mut found: BTreeMap<Breadth, Vec<u64>> = BTreeMap::new();
    let page = Page {
        limit: LIMIT,
        ..Page::default()
    };
    for round in 0..ROUNDS {
        for (sort, words) in queries()? {
            let search = Search::new(words).with_context(|| format!("asking {words}"))?;
            let filter = ProductFilter {
                search: Some(search),
                ..ProductFilter::default()
            };
            let reader = views.read()?;
            // Another size each time, so that no total is remembered.
            let at = At::size(Size::new(reader.cursor().size.get() - round));
            let begun = Instant::now();
            let listing = reader.products(at, &filter, &page)?;
            nanos
                .entry(sort)
                .or_default()
                .push(begun.elapsed().as_nanos() as u64);
            if round == 0 {
                found.entry(sort).or_default().push(listing.total);
            }
        }
    }
    let most = found
        .get(&Breadth::Selective)
        .and_then(|found| found.iter().max());
    let allowed = SELECTIVE_MAX_OF_A_MILLION;
    ensure!(
        most.is_some_and(|most| *most <= allowed),
        "a selective question finds {most:?}"
    );
    let told = |sort, name: &str| {
        let mut nanos = nanos.get(&sort).cloned().unwrap_or_default();
        nanos.sort_unstable();
        let found = found.get(&sort).map_or(&[][..], Vec::as_slice);
        Measured::millis(format!("{name} search, p99"), millis_at(&nanos, 0.99))
            .also(Figure::new("p50 ms", millis_at(&nanos, 0.5)))
            .also(Figure::new("questions", found.len() as f64))
            .also(Figure::new(
                "most found",
                found.iter().copied().max().unwrap_or(0) as f64,
            ))
            .also(Figure::new("products", reader_total as f64))
            .also(Figure::new("entries", entries as f64))
    };
    Ok(vec![
        told(Breadth::Selective, "selective").bars(&[Bar::AtMost(50.0)]),
        told(Breadth::Broad, "broad"),
    ])
}

/// Folds a register of `products`; how many entries that took.
fn fill(views: &Views, products: usize) -> Result<usize> {
    let (mut maker, mut bytes) = Maker::new(Sort::Register);
    let wanted = products.saturating_sub(BASE as usize) * ENTRIES_PER_THOUSAND / 1_000;
    let mut left = wanted + maker.foundations_left();
    let (mut tree, mut size) = (Frontier::empty(), 0);
    loop {
        let entries = parse(&bytes);
        entries
            .iter()
            .for_each(|entry| tree.push(entry.leaf_hash()));
        size += entries.len();
        views
            .apply(&entries, (Size::new(size as u64), tree.root()))
            .context("folding")?;
        if left == 0 {
            return Ok(size);
        }
        bytes = maker.take(left.min(A_TRANSACTION));
        left -= bytes.len();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_fifty_questions_of_both_sorts_and_each_can_be_asked() {
        let queries = queries().unwrap();
        assert_eq!(queries.len(), 50);
        let selective = queries
            .iter()
            .filter(|(sort, _)| *sort == Breadth::Selective);
        assert_eq!(selective.count(), 35);
        let words: BTreeSet<_> = queries.iter().map(|(_, words)| *words).collect();
        assert_eq!(words.len(), 50);
        for word in words {
            Search::new(word).unwrap();
        }
    }

    #[test]
    fn a_register_has_as_many_products_as_were_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let views = Views::open(dir.path()).unwrap();
        fill(&views, BASE as usize + 400).unwrap();
        let reader = views.read().unwrap();
        let all = ProductFilter::default();
        let total = reader
            .products(reader.at(), &all, &Page::default())
            .unwrap()
            .total;
        assert_eq!(total, BASE + 400);
    }
}
