//! The rules: records, admit and evolve.
