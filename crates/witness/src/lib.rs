//! Witnesses: cosigning any log, and asking others to cosign this one.
