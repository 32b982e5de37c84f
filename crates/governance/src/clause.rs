//! Clauses: rules on what a statement says and on the state of things, one sentence each.

/// A rule that can say no: its stable code, what it says, what would be accepted, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Clause {
    /// For programs; never changes.
    pub code: &'static str,
    /// What is wrong, as a fragment of a sentence.
    pub says: &'static str,
    /// What would be accepted.
    pub accepted: &'static str,
    /// The provision; empty where it is a matter of form.
    pub source: &'static str,
}

/// Declares the clauses of a group, and `CLAUSES`, which has them all.
macro_rules! clauses {
    ($($name:ident = $code:literal { says: $says:literal, accepted: $accepted:literal, source: $source:literal $(,)? })+) => {
        $(
            #[doc = concat!("`", $code, "`: ", $says, ".")]
            pub(crate) const $name: &$crate::clause::Clause = &$crate::clause::Clause {
                code: $code,
                says: $says,
                accepted: $accepted,
                source: $source,
            };
        )+

        /// Every clause of this group.
        pub(crate) const CLAUSES: &[&$crate::clause::Clause] = &[$($name),+];
    };
}
pub(crate) use clauses;

/// Every clause of every group.
pub fn all_clauses() -> impl Iterator<Item = &'static Clause> {
    use crate::groups::{
        approval, complaints, compute, deadlines, ethics, filing, incidents, ledger, privacy,
        resources, rules, statistics, trust,
    };
    [
        crate::admit::CLAUSES,
        trust::CLAUSES,
        rules::CLAUSES,
        ledger::CLAUSES,
        filing::CLAUSES,
        approval::CLAUSES,
        ethics::CLAUSES,
        incidents::CLAUSES,
        complaints::CLAUSES,
        statistics::CLAUSES,
        resources::CLAUSES,
        compute::CLAUSES,
        privacy::CLAUSES,
        deadlines::CLAUSES,
    ]
    .into_iter()
    .flatten()
    .copied()
}
