//! R20 to R22 at the wire: statements that were meant for somewhere else, signatures that are none, bytes in another form.

use std::time::Duration;

use cinnabar_events::{Signed, encode, sign};
use cinnabar_faults::book::What;
use cinnabar_faults::oracle::judge;
use cinnabar_faults::people::{Draft, Person, new_id, registration};
use cinnabar_faults::scribe::{Scribe, read};
use cinnabar_faults::supervisor::Single;
use cinnabar_tests::tally::{ran, seed, times};
use serde_json::{Value, json};

/// How long a test waits for an answer that comes.
const SOON: Duration = Duration::from_secs(20);

/// Asks without a journal, for what must not be recorded: status and code.
fn ask(ledger: &Single, request: &[u8]) -> (u64, String) {
    let profile = ledger.profile();
    let mut wire = profile.dial(None).unwrap();
    let answer = wire.ask(&profile.submit_subject(), request, SOON).unwrap();
    match read(&answer.expect("an answer")) {
        What::Refused { problem } => {
            let code = problem["code"].as_str().unwrap().to_owned();
            (problem["status"].as_u64().unwrap(), code)
        }
        other @ (What::Sent { .. } | What::Receipt { .. } | What::Unanswered { .. }) => {
            panic!("{other:?} to {}", String::from_utf8_lossy(request))
        }
    }
}

#[test]
fn what_was_signed_for_another_ledger_or_for_an_earlier_one_of_that_name_is_worth_nothing_here() {
    let mut random = fastrand::Rng::with_seed(seed());
    let person = Person::new("journal", "registrar");
    let earlier = Single::with_registrars(&["journal"]);
    let draft = registration(new_id(&mut random), "moved", &person);
    let book = earlier.path("journal.jsonl");
    let mut scribe = Scribe::new(&earlier.profile_path(), None, &book, 1);
    let recorded = scribe.say(&draft, SOON);
    assert!(matches!(recorded, What::Receipt { .. }), "{recorded:?}");
    let signed_then = draft.request(&earlier.profile().ledger);
    judge(&earlier, &[&book]);
    drop(earlier);

    // The same origin, name, people and rules; but another ledger.
    let ledger = Single::with_registrars(&["journal"]);
    let size = ledger.size();
    assert_eq!(ask(&ledger, &signed_then), (403, "ledger.other".to_owned()));
    let nowhere = format!("blake3:{}", "0".repeat(64));
    assert_eq!(
        ask(&ledger, &draft.request(&nowhere)),
        (403, "ledger.other".to_owned())
    );
    assert_eq!(ledger.size(), size);
    // A statement for the one, with the signature for the other.
    let here = Signed::parse_request(&draft.request(&ledger.profile().ledger)).unwrap();
    let there = Signed::parse_request(&signed_then).unwrap();
    let moved = Signed::new(here.bytes(), there.signatures().to_vec()).unwrap();
    assert_eq!(
        ask(&ledger, &moved.to_request()),
        (400, "signature.invalid".to_owned())
    );
    judge(&ledger, &[]);
    ran("R20", "3 statements of other ledgers refused");
}

/// The order of the group, added to a scalar: the same signature modulo the order, in a form that RFC 8032 forbids.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// `s + L`, little-endian.
fn plus_order(scalar: &mut [u8]) {
    let mut carry = 0;
    for (byte, order) in scalar.iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
}

#[test]
fn signatures_that_are_none_are_refused_and_the_node_goes_on() {
    use cinnabar_events::{Signature, SignatureBytes};
    let mut random = fastrand::Rng::with_seed(seed());
    let ledger = Single::with_registrars(&["journal"]);
    let size = ledger.size();
    let person = Person::new("journal", "registrar");
    let draft = registration(new_id(&mut random), "forged", &person);
    let good = Signed::parse_request(&draft.request(&ledger.profile().ledger)).unwrap();
    let Signature { key, sig } = good.signatures()[0].clone();
    let with = |sig: [u8; 64]| {
        let sig = SignatureBytes::from_bytes(sig);
        let signed = Signed::new(good.bytes(), vec![Signature { key, sig }]);
        signed.unwrap().to_request()
    };
    let mut forged = Vec::new();
    for _ in 0..times(24, 512) {
        let (mut one, bit) = (*sig.as_bytes(), random.usize(..512));
        one[bit / 8] ^= 1 << (bit % 8);
        forged.push(with(one));
    }
    let mut malleable = *sig.as_bytes();
    plus_order(&mut malleable[32..]);
    forged.extend([with(malleable), with([0; 64])]);
    // Under keys of small order, for which many signatures hold for anything.
    for point in [[0; 32], {
        let mut one = [0; 32];
        one[0] = 1;
        one
    }] {
        let key = cinnabar_events::PublicKey::from_bytes(point);
        let mut sig = [0; 64];
        sig[..32].copy_from_slice(&point);
        let sig = SignatureBytes::from_bytes(sig);
        forged.push(
            Signed::new(good.bytes(), vec![Signature { key, sig }])
                .unwrap()
                .to_request(),
        );
    }
    // Right, but over the bare bytes, without saying what is signed.
    let bare = ed25519_dalek::Signer::sign(&person.key, good.bytes());
    forged.push(with(bare.to_bytes()));
    for request in &forged {
        assert_eq!(ask(&ledger, request), (400, "signature.invalid".to_owned()));
    }
    // A key that nobody has, which signs well.
    let stranger = Person::new("stranger", "registrar");
    let strange = vec![sign(&stranger.key, good.bytes())];
    let strange = Signed::new(good.bytes(), strange).unwrap().to_request();
    let (status, code) = ask(&ledger, &strange);
    assert_eq!((status, code.as_str()), (403, "key.foreign"));
    assert_eq!(ledger.size(), size);
    judge(&ledger, &[]);
    ran(
        "R21",
        &format!("{} forged signatures refused", forged.len() + 1),
    );
}

/// A good request in forms that are none.
fn malformed(good: &str) -> [String; 20] {
    let statement = |change: &dyn Fn(&str) -> String| {
        let at = good.find("\"statement\":").unwrap() + 12;
        let (head, tail) = good.split_at(at);
        format!("{head}{}", change(tail))
    };
    let name = "\"name\":\"formed\"";
    assert!(good.contains(name));
    let with_name = |json: &str| statement(&|tail| tail.replace(name, &format!("\"name\":{json}")));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    [
        String::new(),
        "{}".to_owned(),
        "null".to_owned(),
        format!("{good} "),
        format!("\u{feff}{good}"),
        good.replace("{\"signatures\"", "{ \"signatures\""),
        with_name("\"formed\",\"name\":\"formed\""),
        with_name("\"form\\u0065d\""),
        with_name("\"\\ud800\""),
        with_name("null"),
        with_name("1.5"),
        with_name("-0"),
        with_name("9007199254740993"),
        with_name("1e3"),
        with_name("NaN"),
        with_name(&deep[..30_000]),
        with_name("[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]"),
        with_name("\"a\u{0}b\""),
        with_name(&format!("{:?}", "x".repeat(40_000))),
        deep,
    ]
}

#[test]
fn bytes_in_any_other_form_are_refused_precisely_and_cost_nothing() {
    let mut random = fastrand::Rng::with_seed(seed());
    let ledger = Single::with_registrars(&["journal"]);
    let size = ledger.size();
    let person = Person::new("journal", "registrar");
    let draft = registration(new_id(&mut random), "formed", &person);
    let good = String::from_utf8(draft.request(&ledger.profile().ledger)).unwrap();
    let malformed = malformed(&good);
    for request in &malformed {
        let (status, code) = ask(&ledger, request.as_bytes());
        let shown: String = request.chars().take(80).collect();
        assert_eq!(status, 400, "{code} for {shown}");
    }
    // Bytes that are no text, and every kind of noise in good ones.
    let mut noise = 0;
    for _ in 0..times(60, 20_000) {
        let mut bytes = good.clone().into_bytes();
        let at = random.usize(..bytes.len());
        match random.u8(..4) {
            0 => bytes[at] ^= 1 << random.u8(..8),
            1 => bytes.insert(at, random.u8(..)),
            2 => bytes.truncate(at),
            _ => drop(bytes.remove(at)),
        }
        let (status, code) = ask(&ledger, &bytes);
        let shown = String::from_utf8_lossy(&bytes);
        assert!((400..500).contains(&status), "{status} {code} for {shown}");
        noise += 1;
    }
    assert_eq!(ledger.size(), size);
    // What is accepted is kept as it was signed: every letter, whatever it looks like.
    let book = ledger.path("journal.jsonl");
    let mut scribe = Scribe::new(&ledger.profile_path(), None, &book, 1);
    for (number, name) in ["é", "e\u{301}", "ﬁ", "\u{202e}x", "𐍈", "a\"\\/\n"]
        .iter()
        .enumerate()
    {
        let data: Value = json!({"name": name, "organisationKind": "enterprise"});
        let (id, subject) = (new_id(&mut random), format!("organisation/form-{number}"));
        let draft = Draft::new(id, "organisation.registered", &subject, &person, data);
        assert!(encode(&draft.data).is_ok());
        let told = scribe.say(&draft, SOON);
        let kept = matches!(&told, What::Receipt { .. });
        let refused = matches!(&told, What::Refused { problem } if problem["status"] == 400);
        assert!(kept || refused, "{name:?}: {told:?}");
    }
    judge(&ledger, &[&book]);
    ran(
        "R22",
        &format!(
            "{} malformed requests and {noise} with noise refused",
            malformed.len()
        ),
    );
}
