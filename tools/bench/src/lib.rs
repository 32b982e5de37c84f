//! The bench: throughput, latency and the machine's own limits.
