//! What both sides of tlog-witness share.

use cinnabar_tlog::{MAX_TREE_SIZE, Origin, Size};
use sha2::{Digest as _, Sha256};

/// Content type of a 409 that names the size that the witness cosigned last (tlog-witness, `add-checkpoint`).
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// The path element under which a witness shows what it cosigned last for a log: `hex(SHA-256(origin))`, as in
/// `GET <monitoring prefix>/<origin id>/checkpoint`.
pub fn origin_id(origin: &Origin) -> String {
    hex::encode(Sha256::digest(origin.as_str()))
}

/// `<size>` in decimal without leading zeros and a newline, the body of such a 409; nothing else is read.
pub(crate) fn read_size(body: &[u8]) -> Option<Size> {
    let digits = str::from_utf8(body).ok()?.strip_suffix('\n')?;
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    if leading_zero || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = Size::new(digits.parse().ok()?);
    (size <= MAX_TREE_SIZE).then_some(size)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_id_of_an_origin_is_its_plain_hash() {
        let origin = Origin::new("ledger.example.org/ai-register").unwrap();
        assert_eq!(
            origin_id(&origin),
            "b5a2cc6ce4f0b5ceb702d0c693fd9b8613c3226e695898148f48a99115463435"
        );
    }

    #[test]
    fn a_size_has_one_spelling() {
        for (body, size) in [
            ("0\n", Some(0)),
            ("300\n", Some(300)),
            ("9223372036854775807\n", Some(i64::MAX as u64)),
            ("9223372036854775808\n", None),
            ("99999999999999999999\n", None),
            ("300", None),
            ("\n", None),
            ("", None),
            ("0300\n", None),
            ("+3\n", None),
            ("300\n\n", None),
            (" 300\n", None),
            ("300\r\n", None),
        ] {
            assert_eq!(read_size(body.as_bytes()), size.map(Size::new), "{body:?}");
        }
        assert_eq!(read_size(b"\xff\n"), None);
    }
}
