//! Numbers that identify an organisation: each has check digits and belongs to one organisation.

use cinnabar_events::kinds::Number;
use cinnabar_events::{Entry, Subject};

use super::{LEI, USCC};
use crate::case::{Case, Check};
use crate::records::{NumberRecord, Record, RecordKey, Records, RecordsMut};
use crate::rejection::Rejection;

/// The key of a number that identifies an organisation: its scheme before it, so that it is no product's.
fn key(number: &Number) -> Option<RecordKey> {
    let scheme = number.scheme.as_str();
    matches!(scheme, "uscc" | "lei")
        .then(|| RecordKey::Number(format!("{scheme}:{}", number.value.as_str())))
}

/// The numbers are right, and nobody else has them.
pub(super) fn admit<R: Records>(case: &Case<'_, R>, numbers: &[Number]) -> Check<R> {
    for number in numbers {
        let value = number.value.as_str();
        match number.scheme.as_str() {
            "uscc" if !is_uscc(value) => return Err(USCC.found(value).into()),
            "lei" if !is_lei(value) => return Err(LEI.found(value).into()),
            _ => {}
        }
        let Some(key) = key(number) else { continue };
        if let Some(Record::Number(NumberRecord { subject })) = case.record(key)?
            && subject != case.statement().subject
        {
            return Err(Rejection::NumberTaken(value.to_owned()).into());
        }
    }
    Ok(())
}

/// From now on the numbers are taken, also after the organisation has ended.
pub(super) fn fold<R: RecordsMut>(records: &mut R, entry: &Entry, numbers: &[Number]) {
    let subject: &Subject = &entry.statement().subject;
    for key in numbers.iter().filter_map(key) {
        let record = NumberRecord {
            subject: subject.clone(),
        };
        records.put(key, Record::Number(record));
    }
}

/// A unified social credit code: 18 characters, the last of them `31 − Σ cᵢ·3ⁱ mod 31` (GB 32100-2015).
fn is_uscc(code: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let Some(digits) = code
        .chars()
        .map(|character| ALPHABET.find(character))
        .collect::<Option<Vec<usize>>>()
    else {
        return false;
    };
    let [body @ .., check] = digits.as_slice() else {
        return false;
    };
    let (sum, _) = body.iter().fold((0, 1), |(sum, weight), digit| {
        (sum + digit * weight, weight * 3 % 31)
    });
    body.len() == 17 && *check == (31 - sum % 31) % 31
}

/// A legal entity identifier: 18 characters of `0-9A-Z` and two check digits. With each letter written as its number
/// (A = 10 … Z = 35) the whole is 1 modulo 97 (ISO 17442, ISO/IEC 7064 MOD 97-10).
fn is_lei(code: &str) -> bool {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => None,
    };
    let digits = code.bytes().rev().take(2);
    let whole = code.bytes().try_fold(0, |sum, byte| {
        let value = value(byte)?;
        let shift = if value < 10 { 10 } else { 100 };
        Some((sum * shift + value) % 97)
    });
    code.len() == 20 && digits.into_iter().all(|byte| byte.is_ascii_digit()) && whole == Some(1)
}

#[cfg(test)]
mod tests {
    use super::{is_lei, is_uscc};

    #[test]
    fn check_characters_of_real_enterprises_fit_and_others_do_not() {
        for code in [
            "9144030071526726XG",
            "91440300708461136T",
            "92430112MAEXE7G422",
            "91110102MAD55U9H0F",
        ] {
            assert!(is_uscc(code), "{code}");
            assert!(
                !is_uscc(&code.replacen('1', "2", 1)),
                "{code} with a wrong digit"
            );
        }
        assert!(
            !is_uscc("")
                && !is_uscc("91440300708461136")
                && !is_uscc("91440300708461136t")
                && !is_uscc("9144030070846113企")
        );
    }

    #[test]
    fn check_digits_of_real_identifiers_fit_and_no_other_digit_or_order_does() {
        for code in [
            "5493001KJTIIGC8Y1R12",
            "HWUPKR0MPOU8FGXBT394",
            "7LTWFZYICNSX8D621K86",
            "529900T8BM49AURSDO55",
        ] {
            assert!(is_lei(code), "{code}");
            for at in 0..code.len() {
                let mut other = code.as_bytes().to_vec();
                other[at] = if other[at] == b'4' { b'7' } else { b'4' };
                let other = String::from_utf8(other).unwrap();
                assert!(!is_lei(&other), "{other}");
            }
            let mut swapped = code.as_bytes().to_vec();
            swapped.swap(18, 19);
            let swapped = String::from_utf8(swapped).unwrap();
            assert!(swapped == code || !is_lei(&swapped), "{swapped}");
        }
        assert!(
            !is_lei("")
                && !is_lei("5493001KJTIIGC8Y1R1")
                && !is_lei("5493001kjtiigc8y1r12")
                && !is_lei("5493001KJTIIGC8Y1企")
        );
    }
}
