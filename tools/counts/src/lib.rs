//! Instructions that the hot functions take: a guard against regressions that no busy machine disturbs.
