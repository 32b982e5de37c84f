//! Passphrases: asked for on the terminal, or read from a private file. Never printed, wiped when dropped.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::file::check_private;
use crate::files::{self, FileError, io_error};

/// Most bytes of a passphrase.
const PASSPHRASE_MAX_BYTES: usize = 1024;

/// A passphrase; not empty.
pub type Passphrase = Zeroizing<String>;

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// Nobody can be asked.
    #[error(
        "a passphrase is needed and there is no terminal to ask on; give it with --passphrase-file"
    )]
    NoTerminal,
    /// The terminal could not be read.
    #[error("cannot read from the terminal")]
    Terminal(#[source] std::io::Error),
    /// The two answers differ.
    #[error("the two passphrases differ")]
    Different,
    /// The file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Others may read the file.
    #[error("{path} has mode {mode:03o}: others may read the passphrase; run `chmod 600` on it")]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds none.
    #[error("{0} holds no passphrase: it is empty or not UTF-8")]
    Empty(PathBuf),
}

/// The first line of a private file.
///
/// # Errors
/// [`PassphraseError`].
pub fn from_file(path: &Path) -> Result<Passphrase, PassphraseError> {
    let file = std::fs::File::open(path).map_err(io_error("open", path))?;
    if let Err(mode) = check_private(&file).map_err(io_error("look at", path))? {
        return Err(PassphraseError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    let bytes = Zeroizing::new(files::read_from(file, path, PASSPHRASE_MAX_BYTES)?);
    let text = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.lines().next());
    match text {
        Some(text) if !text.is_empty() => Ok(Zeroizing::new(text.to_owned())),
        Some(_) | None => Err(PassphraseError::Empty(path.to_owned())),
    }
}

/// Asks for the passphrase of an existing key.
///
/// # Errors
/// [`PassphraseError::NoTerminal`] and [`PassphraseError::Terminal`].
pub fn ask(prompt: &str) -> Result<Passphrase, PassphraseError> {
    if !std::io::stderr().is_terminal() && !std::io::stdin().is_terminal() {
        return Err(PassphraseError::NoTerminal);
    }
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(PassphraseError::Terminal)
}

/// Asks twice for a new passphrase; `None` if it is left empty.
///
/// # Errors
/// [`PassphraseError`], also if the two answers differ.
pub fn ask_new() -> Result<Option<Passphrase>, PassphraseError> {
    let first = ask("New passphrase (empty for none): ")?;
    let second = ask("The same again: ")?;
    if *first != *second {
        return Err(PassphraseError::Different);
    }
    Ok((!first.is_empty()).then_some(first))
}
