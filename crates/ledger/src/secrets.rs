//! Files that nobody else may read, and the keys in them.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use cinnabar_tlog::NoteSigner;
use zeroize::Zeroizing;

use crate::founding::FoundingFailure;

/// Random bytes from the system.
///
/// # Errors
/// If the system has none to give.
pub fn random<const N: usize>() -> Result<[u8; N], FoundingFailure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| FoundingFailure::File {
        doing: "asking for random bytes from",
        path: "/dev/urandom".into(),
        source: io::Error::other(error.to_string()),
    })?;
    Ok(bytes)
}

pub(crate) fn new_seed() -> Result<Zeroizing<[u8; 32]>, FoundingFailure> {
    random().map(Zeroizing::new)
}

/// The seed in a C2SP signer key: `PRIVATE+KEY+<name>+<id>+<base64(0x01 ‖ seed)>`.
pub(crate) fn skey_seed(skey: &str) -> Option<Zeroizing<[u8; 32]>> {
    use base64::Engine as _;
    NoteSigner::parse_skey(skey).ok()?;
    let (_, encoded) = skey
        .strip_prefix("PRIVATE+KEY+")?
        .split_once('+')?
        .1
        .split_once('+')?;
    let bytes = Zeroizing::new(
        base64::engine::general_purpose::STANDARD
            .decode(encoded)
            .ok()?,
    );
    let mut seed = Zeroizing::new([0; 32]);
    seed.copy_from_slice(bytes.get(1..33)?);
    Some(seed)
}

pub(crate) fn unhex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let digits = text.as_bytes();
    let mut seed = Zeroizing::new([0; 32]);
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in seed.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(seed)
}

pub(crate) fn hex(bytes: &[u8]) -> Zeroizing<String> {
    use std::fmt::Write as _;
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    bytes
        .iter()
        .for_each(|byte| write!(text, "{byte:02x}").expect("writing to a string can't fail"));
    text
}

/// Writes a new file that nobody else may read, and makes it durable.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), FoundingFailure> {
    let failed = |doing, source| FoundingFailure::File {
        doing,
        path: path.to_owned(),
        source,
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|source| failed("making the folder of", source))?;
        if parent.ends_with("secrets") {
            fs::set_permissions(parent, fs::Permissions::from_mode(0o700))
                .map_err(|source| failed("protecting the folder of", source))?;
        }
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| failed("creating", source))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|source| failed("writing", source))
}

pub(crate) fn read_secret(path: &Path) -> Result<Zeroizing<String>, FoundingFailure> {
    let failed = |source| FoundingFailure::File {
        doing: "reading",
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(FoundingFailure::Exposed(path.to_owned()));
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(failed)
}
