//! The auditor's binary.
