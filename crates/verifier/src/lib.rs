//! Re-checks a ledger from its bytes alone.
