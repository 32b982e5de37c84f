//! The `cinnabar` program. Everything is in the library, so that tests reach it.

/// Statements are read on one thread, recorded on another and answered on a third: the system's allocator takes locks for that.
/// RocksDB's C++ has it too (the crate's feature `override`): with the system's a long ledger took twice the memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cinnabar::run()
}
