//! Every target over its corpus and over changes to it that are the same in every run, and nothing missing beside it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use cinnabar_fuzz::{Mutator, TARGETS, Target};

/// Changed samples for each target.
const MUTATIONS: usize = 400;
/// Bytes of the whole corpus: it is cloned by everybody.
const CORPUS_MAX_BYTES: u64 = 300_000;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A target's samples, in the order of their names.
fn samples(target: &Target) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder("corpus").join(target.name)).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Gives inputs to a target until one is not taken as promised; names the target and shows the input then.
fn run(target: &Target, inputs: impl IntoIterator<Item = Vec<u8>>) -> Option<String> {
    inputs.into_iter().find_map(|input| {
        let taken = catch_unwind(|| (target.run)(&input));
        let shown = || format!("{}: {}", target.name, input.escape_ascii());
        taken.is_err().then(shown)
    })
}

#[test]
fn every_target_takes_its_corpus() {
    let failures = TARGETS.iter().filter_map(|target| {
        let samples = samples(target);
        assert!(!samples.is_empty(), "{}", target.name);
        run(target, samples.into_iter().chain([Vec::new()]))
    });
    assert_eq!(failures.collect::<Vec<_>>(), <[String; 0]>::default());
}

#[test]
fn every_target_takes_changed_samples() {
    let failures = TARGETS.iter().enumerate().filter_map(|(place, target)| {
        let samples = samples(target);
        let mut mutator = Mutator::new(place as u64);
        let changed = (0..MUTATIONS).flat_map(|round| {
            let sample = &samples[round % samples.len()];
            let other = &samples[mutator.below(samples.len())];
            let bytes = mutator.mutate(sample, other);
            [Some(bytes), mutator.mutate_json(sample)]
        });
        run(target, changed.flatten())
    });
    assert_eq!(failures.collect::<Vec<_>>(), <[String; 0]>::default());
}

#[test]
fn every_target_has_a_corpus_and_a_libfuzzer_binary_and_nothing_is_left_over() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|t| t.name.to_owned()).collect();
    assert_eq!(targets.len(), TARGETS.len());
    let entries = |path: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder(path)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let corpora = entries("corpus");
    let corpora: BTreeSet<_> = corpora
        .iter()
        .filter(|path| path.is_dir())
        .map(stem)
        .collect();
    assert_eq!(corpora, targets);
    let sources: BTreeSet<_> = entries("libfuzzer/targets").iter().map(stem).collect();
    assert_eq!(sources, targets);
    let manifest = fs::read_to_string(folder("libfuzzer/Cargo.toml")).unwrap();
    for target in &targets {
        let source = fs::read_to_string(folder(&format!("libfuzzer/targets/{target}.rs"))).unwrap();
        assert!(
            source.contains(&format!("cinnabar_fuzz::{target}(")),
            "{target}"
        );
        assert!(
            manifest.contains(&format!("name = \"{target}\"")),
            "{target}"
        );
    }
    let files = targets
        .iter()
        .flat_map(|target| entries(&format!("corpus/{target}")));
    let bytes: u64 = files.map(|file| file.metadata().unwrap().len()).sum();
    assert!(bytes < CORPUS_MAX_BYTES, "{bytes} bytes");
}

#[test]
fn mutations_are_the_same_in_every_run_and_differ_from_each_other() {
    let made = |seed| {
        let mut mutator = Mutator::new(seed);
        (0..50)
            .map(|_| mutator.mutate(b"sample of some length", b"another"))
            .collect::<Vec<_>>()
    };
    assert_eq!(made(1), made(1));
    let different: BTreeSet<_> = made(1).into_iter().chain(made(2)).collect();
    assert!(different.len() > 80, "{}", different.len());
}
