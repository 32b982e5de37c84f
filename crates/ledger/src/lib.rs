//! The writer and the wire.
