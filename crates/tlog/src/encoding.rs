//! The small text encodings that every format here shares, each with exactly one accepted spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::{HASH_BYTES, Hash};

/// RFC 4648 §4, with padding.
pub(crate) fn base64_encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// RFC 4648 §4; missing padding and non-zero trailing bits are refused, so each value has one spelling.
pub(crate) fn base64_decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Characters that one hash takes in base64.
pub(crate) const HASH_BASE64_BYTES: usize = HASH_BYTES.div_ceil(3) * 4;

/// The hash in base64, written into `room`.
pub(crate) fn hash_to_base64<'r>(hash: &Hash, room: &'r mut [u8; HASH_BASE64_BYTES]) -> &'r str {
    let written = STANDARD.encode_slice(hash.as_bytes(), &mut room[..]);
    let length = written.expect("there is room for a hash");
    str::from_utf8(&room[..length]).expect("base64 is ASCII")
}

/// One base64 line that must hold exactly one hash.
pub(crate) fn hash_from_base64(text: &str) -> Option<Hash> {
    let bytes: [u8; HASH_BYTES] = base64_decode(text)?.try_into().ok()?;
    Some(Hash::from_bytes(bytes))
}

/// Decimal digits only, no sign, no leading zero except in `0` itself.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if text.is_empty() || !digits || leading_zero {
        return None;
    }
    text.parse().ok()
}

/// Lower-case hexadecimal.
pub(crate) fn hex_encode(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// Lower-case hexadecimal of exactly `N` bytes; upper case is another spelling and refused.
pub(crate) fn hex_decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(out)
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_one_spelling() {
        for (text, value) in [
            ("0", Some(0)),
            ("10", Some(10)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("00", None),
            ("01", None),
            ("+1", None),
            ("-1", None),
            (" 1", None),
            ("1 ", None),
            ("٣", None),
        ] {
            assert_eq!(decimal(text), value, "{text:?}");
        }
    }

    #[test]
    fn hexadecimal_is_lower_case_and_of_exact_length() {
        assert_eq!(hex_decode::<2>("0aff"), Some([0x0a, 0xff]));
        for bad in ["0aF0", "0af", "0aff0", "0ag0", "é0a"] {
            assert_eq!(hex_decode::<2>(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn base64_with_trailing_bits_or_without_padding_is_refused() {
        assert_eq!(base64_decode("AA=="), Some(vec![0]));
        for bad in ["AB==", "AA", "AA=", "AA==\n", "A-==", " AA=="] {
            assert_eq!(base64_decode(bad), None, "{bad:?}");
        }
    }
}
