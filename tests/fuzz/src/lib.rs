#![doc = include_str!("../README.md")]

mod cursor;
mod export;
mod json;
mod mutate;
mod notes;
mod proofs;
mod records;
mod sparse;
mod words;

pub use mutate::Mutator;

/// One parser under test.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: of the corpus folder and of the libFuzzer binary too.
    pub name: &'static str,
    /// Gives it bytes. Panics if what it makes of them breaks what it promises.
    pub run: fn(&[u8]),
}

/// Tables the targets, so that each is named once.
macro_rules! targets {
    ($($module:ident: $($name:ident),+;)+) => {
        /// Every target.
        pub const TARGETS: &[Target] = &[
            $($(Target { name: stringify!($name), run: $module::$name }),+),+
        ];

        $($(pub use $module::$name;)+)+
    };
}

// A format more is a function more and a word more here; tests/corpus.rs says what else is missing.
targets! {
    records: entry, statement, request, payload, canonical, block, receipt;
    words: word;
    notes: note, signature_lines, checkpoint, vkey, skey, add_checkpoint, tlog_proof, trust_policy;
    proofs: tile_path, bundle, frontier, inclusion_proof, consistency_proof;
    sparse: sparse_bytes, sparse_proof, sparse_tree;
    export: export;
}
