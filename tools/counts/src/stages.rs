//! What of a statement's life in the writer the functions are.

use std::collections::BTreeMap;

use crate::picture::Bar;

/// The functions of a statement's life in the writer, in order, by what they do; what is part of another one, or not done by
/// the writer, is left out.
pub const STAGES: [(&str, &str); 10] = [
    ("parse", "read the request"),
    ("verify", "check the signature"),
    ("admit", "ask the rules"),
    ("link", "find its dossiers"),
    ("chain", "make the entry"),
    ("evolve", "change the records"),
    ("tree", "grow the tree"),
    ("block", "encode and sign the block"),
    ("checkpoint", "sign the checkpoint"),
    ("receipt", "make the receipt"),
];

/// The bars of [`STAGES`], from instructions by function.
pub fn stages(counts: &BTreeMap<String, u64>) -> Vec<Bar> {
    let bar = |(function, words): &(&str, &str)| {
        let count = counts.get(*function)?;
        Some(((*words).to_owned(), *count as f64))
    };
    STAGES.iter().filter_map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_functions_that_are_measured() {
        for (stage, _) in STAGES {
            let found = crate::measured::ALL.iter().any(|(name, _)| *name == stage);
            assert!(found, "{stage}");
        }
    }
}
