//! One allocator for everything in a node's process: Rust, RocksDB's C++, and the C++ library that both link.

#![allow(clippy::unwrap_used)]
#![cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]

use std::process::Command;

use cinnabar_tests::program;

/// What the linker leaves to the system if the allocator doesn't take it over; with only some of them taken over, memory that
/// one allocator gave would be returned to the other.
const TAKEN_OVER: [&str; 8] = [
    "malloc",
    "calloc",
    "realloc",
    "free",
    "posix_memalign",
    "aligned_alloc",
    "_Znwm",
    "_ZdlPv",
];

#[test]
fn a_nodes_allocator_is_that_of_rocksdb_and_the_libraries_too() {
    let output = Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=just-symbols"])
        .arg(program("cinnabar"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let names = String::from_utf8(output.stdout).unwrap();
    let missing: Vec<_> = TAKEN_OVER
        .into_iter()
        .filter(|wanted| !names.lines().any(|name| name == *wanted))
        .collect();
    assert!(missing.is_empty(), "left to the system: {missing:?}");
}
