//! The binary: configuration, composition and command line.
