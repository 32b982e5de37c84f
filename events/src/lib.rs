//! The contract: statement, entry, canonical bytes, signatures and every kind.
