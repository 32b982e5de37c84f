//! The `cinnabar` program. Everything is in the library, so that tests reach it.

/// Statements are read on one thread, recorded on another and answered on a third: the system's allocator takes locks for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cinnabar::run()
}
