//! Everything that crosses crates: what the tests in `tests/` share.
//!
//! In scope: finding the checkout, its files and the built programs; running them as a stranger would (a [`ledger::Ledger`] on this
//! machine, a [`desk::Desk`] at which people sign). Out of scope: anything that one crate can test by itself;
//! that is in the crate's own `tests/`.

pub mod desk;
pub mod folder_server;
pub mod http;
pub mod ledger;
pub mod running;
pub mod tally;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// Names the directory with programs that are built already; without it they are built on first use.
pub const ENV_BIN_DIR: &str = "CINNABAR_BIN_DIR";

/// The packages whose programs tests start.
const PROGRAM_PACKAGES: [&str; 2] = ["cinnabar", "cinnabar-verify"];

/// The root of the checkout.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this crate is a folder of the checkout")
}

/// Whether there is a program of this name on `PATH`: a test that needs a language tells whoever hasn't got it.
#[must_use]
pub fn on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Cargo, to be run in the checkout.
#[must_use]
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The path of a built program of this workspace: `cinnabar` or `verify`.
///
/// Taken from [`ENV_BIN_DIR`] if that is set (`tools/test` sets it), else built with Cargo, which does nothing when it is fresh.
///
/// # Panics
/// If it is not there or cannot be built; the message has what Cargo said.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    let dir = DIR.get_or_init(|| match std::env::var_os(ENV_BIN_DIR) {
        Some(dir) => dir.into(),
        None => build_programs(),
    });
    let path = dir.join(name);
    assert!(
        path.is_file(),
        "no program {name} in {}; does a package build one?",
        dir.display()
    );
    path
}

/// Builds the programs and gives the directory that they are in.
fn build_programs() -> PathBuf {
    let mut command = cargo();
    command.args(["build", "--locked", "--message-format=json"]);
    for package in PROGRAM_PACKAGES {
        command.args(["-p", package]);
    }
    let output = command.output().expect("cargo is on PATH");
    assert!(
        output.status.success(),
        "the programs do not build:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|artifact| artifact["executable"].as_str().map(PathBuf::from))
        .find_map(|path| path.parent().map(Path::to_owned))
        .expect("cargo names the programs that it built")
}

/// Every file of the checkout that is source: no build output, tools, data or secrets. Paths are relative to [`root`], sorted.
#[must_use]
pub fn source_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(root(), &mut files);
    files.sort();
    files
}

/// Folders that hold no source, relative to the root. A hidden folder holds none either, but for [`HIDDEN_SOURCE`].
const NO_SOURCE: [&str; 3] = ["target", "cinnabar-data", "deploy/ledger"];
/// Hidden folders with source in them.
const HIDDEN_SOURCE: [&str; 3] = [".cargo", ".ci", ".config"];

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(dir).expect("a folder of the checkout can be read");
    for entry in entries {
        let path = entry.expect("a folder of the checkout can be read").path();
        let relative = path.strip_prefix(root()).expect("below the root");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_dir() {
            files.push(relative.to_owned());
        } else if !NO_SOURCE.iter().any(|skip| relative == Path::new(skip))
            && (!name.starts_with('.') || HIDDEN_SOURCE.contains(&name.as_ref()))
        {
            walk(&path, files);
        }
    }
}
