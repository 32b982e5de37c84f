//! Canonical JSON: every deviation is refused at its byte, and what is accepted has one spelling.
#![allow(clippy::unwrap_used)]

use cinnabar_events::canonical::{Fault, Value, parse, write, write_string};
use proptest::prelude::*;

fn fault(input: &[u8]) -> (usize, Fault) {
    let error = parse(input).expect_err("must be refused");
    (error.at, error.fault)
}

#[test]
fn every_deviation_from_the_canonical_form_is_refused_at_its_byte() {
    let deep = [vec![b'['; 17], vec![b']'; 17]].concat();
    let table: &[(&[u8], usize, Fault)] = &[
        (b"", 0, Fault::Truncated),
        (b"{", 1, Fault::Truncated),
        (b"hello", 0, Fault::Unexpected(b'h')),
        (b"{} ", 2, Fault::WhiteSpace),
        (b"{}{}", 2, Fault::TrailingBytes),
        (b"{\"a\": 1}", 5, Fault::WhiteSpace),
        (b"[null]", 1, Fault::Null),
        (b"[1.0]", 2, Fault::Float),
        (b"[1e3]", 2, Fault::Float),
        (b"[01]", 1, Fault::NumberSpelling),
        (b"[-0]", 1, Fault::NumberSpelling),
        (b"[+1]", 1, Fault::NumberSpelling),
        (b"[-]", 2, Fault::Unexpected(b']')),
        (b"[9007199254740992]", 1, Fault::BigInteger),
        (b"[-9007199254740992]", 1, Fault::BigInteger),
        (b"[99999999999999999999999999]", 1, Fault::BigInteger),
        (b"{\"a\":1,\"a\":2}", 7, Fault::DuplicateKey("a".into())),
        (b"{\"b\":1,\"a\":2}", 7, Fault::UnsortedKey("a".into())),
        ("{\"é\":1}".as_bytes(), 2, Fault::Key),
        (b"{\"a\\\"\":1}", 3, Fault::Key),
        (b"[\"\\u0041\"]", 2, Fault::Escape),
        (b"[\"\\u000a\"]", 2, Fault::Escape),
        (b"[\"\\u001F\"]", 2, Fault::Escape),
        (b"[\"\\/\"]", 2, Fault::Escape),
        (b"[\"\\ud83d\"]", 2, Fault::Surrogate),
        (b"[\"\n\"]", 2, Fault::Control(10)),
        (b"[\"\x7f\"]", 2, Fault::Control(0x7f)),
        (b"[\"\xc2\x85\"]", 2, Fault::Control(0x85)),
        (b"[\"\xff\"]", 2, Fault::Utf8),
        (b"[\"a\xed\xa0\x80\"]", 3, Fault::Utf8),
        (b"[1,]", 3, Fault::Unexpected(b']')),
        (&deep, 16, Fault::Depth),
    ];
    for (input, at, expected) in table {
        assert_eq!(
            fault(input),
            (*at, expected.clone()),
            "{}",
            String::from_utf8_lossy(input)
        );
    }
}

#[test]
fn the_largest_allowed_values_pass() {
    for input in [
        "[9007199254740991,-9007199254740991,0]",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
        r#"["\u001f\b\f\n\r\t\"\\人工 €"]"#,
    ] {
        let value = parse(input.as_bytes()).expect(input);
        let mut written = Vec::new();
        write(&value, &mut written);
        assert_eq!(String::from_utf8_lossy(&written), input);
    }
}

proptest! {
    #[test]
    fn no_input_makes_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn what_is_accepted_is_written_back_byte_for_byte(text in "[\\[\\]{}\":,0-9a-c\\\\ntf\\-]{0,24}") {
        if let Ok(value) = parse(text.as_bytes()) {
            let mut written = Vec::new();
            write(&value, &mut written);
            prop_assert_eq!(written, text.as_bytes());
        }
    }

    #[test]
    fn every_string_has_one_spelling(text in "\\PC{0,40}") {
        let mut written = Vec::new();
        write_string(&text, &mut written);
        match parse(&written) {
            Ok(value) => prop_assert_eq!(value, Value::String(text.into())),
            Err(error) => prop_assert!(matches!(error.fault, Fault::Control(_)), "{error}"),
        }
    }
}
