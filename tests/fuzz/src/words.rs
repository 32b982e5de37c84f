//! The small values that stand in many places: one spelling each.

use std::fmt::Display;
use std::str::FromStr;

use cinnabar_events::{
    Code, Commitment, Date, EntryHash, Id, Kind, LedgerId, PublicKey, ShortName, SignatureBytes,
    StatementId, Subject, Timestamp, When,
};
use cinnabar_tlog::{Hash, KeyName};

/// Identifiers, hashes, keys, times, names: what reads as one of them is written the same.
pub fn word(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    read::<Id>(text);
    read::<StatementId>(text);
    read::<Subject>(text);
    read::<ShortName>(text);
    read::<Code>(text);
    read::<Kind>(text);
    read::<EntryHash>(text);
    read::<LedgerId>(text);
    read::<PublicKey>(text);
    read::<Commitment>(text);
    read::<SignatureBytes>(text);
    read::<Hash>(text);
    read::<KeyName>(text);
    read::<When>(text);
    read::<Date>(text);
    let Ok(time) = text.parse::<Timestamp>() else {
        return;
    };
    read::<Timestamp>(text);
    assert_eq!(Timestamp::from_micros(time.micros()), Some(time));
    let date = time.date();
    assert!(date.start() <= time && time <= date.end());
    assert_eq!(date.plus_days(1).plus_days(-1), date);
}

fn read<T: FromStr + Display>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text);
    }
}
