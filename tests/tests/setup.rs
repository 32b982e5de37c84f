//! What the scripts take for installed, on machines that this one is not: folders stand in for the system's.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use cinnabar_tests::root;

/// Whether `have_libclang` finds one below `base`.
fn finds_a_libclang(base: &Path) -> bool {
    let script = r#"set -euo pipefail; root=$1; . "$root/tools/lib/setup.sh"; have_libclang "$2""#;
    let status = Command::new("bash")
        .args(["-c", script, "bash"])
        .args([root(), base])
        .env_remove("LIBCLANG_PATH")
        .status()
        .unwrap();
    match status.code() {
        Some(0) => true,
        Some(1) => false,
        other => panic!("have_libclang ended with {other:?}"),
    }
}

#[test]
fn a_libclang_is_what_the_build_of_rocksdb_can_load() {
    let table: [(&str, &[&str], bool); 6] = [
        ("nothing", &[], false),
        (
            "the C++ interface alone, as with gdb or perf",
            &[
                "lib/llvm-14/lib/libclang-cpp.so.14",
                "lib/x86_64-linux-gnu/libclang-cpp.so.14",
            ],
            false,
        ),
        ("Debian's package", &["lib/llvm-14/lib/libclang.so.1"], true),
        (
            "its library alone",
            &["lib/x86_64-linux-gnu/libclang-14.so.14.0.6"],
            true,
        ),
        ("another system's", &["lib64/libclang.so"], true),
        (
            "both",
            &[
                "lib/llvm-19/lib/libclang-cpp.so.19.1",
                "lib/llvm-19/lib/libclang-19.so.1",
            ],
            true,
        ),
    ];
    for (what, files, found) in table {
        let base = tempfile::tempdir().unwrap();
        for file in files {
            let path = base.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        assert_eq!(finds_a_libclang(base.path()), found, "{what}");
    }
}
