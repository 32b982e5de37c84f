//! What is canonical JSON and what is not, where, and why.

use cinnabar_events::canonical::{Fault, MAX_DEPTH, parse};
use serde_json::{Value as Json, json};

/// The name of a fault in the vectors and in `README.md`.
fn name(fault: &Fault) -> &'static str {
    match fault {
        Fault::Truncated => "truncated",
        Fault::TrailingBytes => "trailing_bytes",
        Fault::Unexpected(_) => "unexpected",
        Fault::WhiteSpace => "white_space",
        Fault::Null => "null",
        Fault::Float => "float",
        Fault::BigInteger => "big_integer",
        Fault::NumberSpelling => "number_spelling",
        Fault::Key => "key",
        Fault::DuplicateKey(_) => "duplicate_key",
        Fault::UnsortedKey(_) => "unsorted_key",
        Fault::Depth => "depth",
        Fault::Utf8 => "utf8",
        Fault::Control(_) => "control",
        Fault::Escape => "escape",
        Fault::Surrogate => "surrogate",
    }
}

/// How many of the inputs are canonical.
const ACCEPTED: usize = 19;

fn inputs() -> Vec<Vec<u8>> {
    let nested = |depth| [vec![b'['; depth], vec![b']'; depth]].concat();
    let text: &[&str] = &[
        // Canonical.
        "{}",
        "[]",
        "\"\"",
        "0",
        "-1",
        "true",
        "false",
        "[9007199254740991,-9007199254740991]",
        "{\"a\":{\"b\":[1,\"x\",false]},\"c\":\"\"}",
        "{\"\":1}",
        "{\" \":1,\"/\":2,\"A\":3,\"_\":4,\"a\":5,\"~\":6}",
        "{\"a\":1,\"a-b\":2,\"aa\":3}",
        "\"\\b\\t\\n\\f\\r\\\"\\\\\"",
        "\"\\u0000\\u000b\\u001f\"",
        "\"/ 人工智能 € 𝄞 \u{a0}\u{2028}\u{feff}\u{fffe}\"",
        "\"e\u{301} is not \u{e9}\"",
        "[[],{},[[]]]",
        "1",
        // Not canonical.
        "",
        "{",
        "[",
        "\"",
        "\"a",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "[1",
        "[1,",
        "tru",
        "-",
        "\"\\",
        "\"\\u00",
        "{\"a\":1,",
        "{}{}",
        "1a",
        "[]]",
        "hello",
        "[1;2]",
        "truth",
        "[tRue]",
        "{1:2}",
        "{\"a\"=1}",
        "[,1]",
        "[1,]",
        "{\"a\":1,}",
        "'a'",
        " 1",
        "1 ",
        "{}\n",
        "{ }",
        "{\"a\": 1}",
        "{\"a\" :1}",
        "[1, 2]",
        "[1\t]",
        "[- 1]",
        "\u{feff}1",
        "null",
        "[null]",
        "{\"a\":null}",
        "1.0",
        "1e3",
        "1E3",
        "-0.0",
        "[0.5]",
        "01.5",
        "-.5",
        "9007199254740992",
        "-9007199254740992",
        "123456789012345678901234567890",
        "01",
        "-0",
        "-01",
        "00",
        "+1",
        ".5",
        "--1",
        "0x10",
        "{\"é\":1}",
        "{\"a\\n\":1}",
        "{\"a\\u0062\":1}",
        "{\"\\\"\":1}",
        "{\"\u{7f}\":1}",
        "{\"a\tb\":1}",
        "{\"a\":1,\"a\":1}",
        "{\"b\":1,\"a\":1}",
        "{\"aa\":1,\"a-b\":1}",
        "{\"a\":1,\"B\":1}",
        "{\"10\":1,\"9\":1,\"1\":1}",
        "\"\n\"",
        "\"\u{0}\"",
        "\"\u{1f}\"",
        "\"a\u{7f}\"",
        "\"\u{80}\"",
        "\"€\u{9f}\"",
        "\"\\/\"",
        "\"\\u0041\"",
        "\"\\u000a\"",
        "\"\\u0008\"",
        "\"\\u001F\"",
        "\"\\u000B\"",
        "\"\\u007f\"",
        "\"\\u20ac\"",
        "\"\\x41\"",
        "\"\\u00g0\"",
        "\"\\u+041\"",
        "\"\\a\"",
        "\"\\ud834\\udd1e\"",
        "\"\\ud834\"",
        "\"\\udd1e\"",
        "\"a\\uDBFF\"",
    ];
    let bytes: &[&[u8]] = &[
        b"\"\xff\"",
        b"\"a\x80\"",
        b"\"\xe4\xba\"",
        b"\"\xc0\xaf\"",
        b"\"\xed\xa0\x80\"",
        b"\"\xf4\x90\x80\x80\"",
        b"[\xff]",
        b"{\"\xff\":1}",
    ];
    text.iter()
        .map(|text| text.as_bytes().to_vec())
        .chain(bytes.iter().map(|bytes| bytes.to_vec()))
        .chain([nested(MAX_DEPTH), nested(MAX_DEPTH + 1)])
        .collect()
}

#[test]
fn canonical_json_is_what_the_vectors_say() {
    let cases: Vec<Json> = inputs()
        .iter()
        .map(|input| {
            let mut case = json!({ "hex": super::hex(input) });
            if let Ok(text) = str::from_utf8(input) {
                case["text"] = text.into();
            }
            match parse(input) {
                Ok(_) => case["canonical"] = true.into(),
                Err(error) => {
                    case["canonical"] = false.into();
                    case["at"] = error.at.into();
                    case["fault"] = name(&error.fault).into();
                }
            }
            case
        })
        .collect();
    let accepted = cases
        .iter()
        .filter(|case| case["canonical"] == json!(true))
        .count();
    assert_eq!(accepted, ACCEPTED);
    let about = "Whether these bytes are canonical JSON; if not, the offset of the first wrong byte and what is wrong. README.md, Canonical JSON.";
    super::golden("canonical.json", &json!({ "about": about, "cases": cases }));
}
