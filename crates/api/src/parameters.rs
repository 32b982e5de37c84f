//! Parameters of a request: what is documented is accepted, anything else is refused by name.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, path::ErrorKind};
use axum::http::request::Parts;
use cinnabar_events::{Timestamp, When};
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;

use crate::problem::Problem;

/// Longest query, in bytes: the longest search in percent-encoded UTF-8 is 2,400, a cursor 200, all others less.
const QUERY_MAX_BYTES: usize = 8 * 1024;

/// The query, as two sets of parameters: those of the resource and those it shares with others.
#[derive(Clone, Debug)]
pub(crate) struct Query<A, B = Nothing>(pub(crate) A, pub(crate) B);

/// No parameters.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
pub(crate) struct Nothing {}

impl<A, B, S> FromRequestParts<S> for Query<A, B>
where
    A: DeserializeOwned + IntoParams,
    B: DeserializeOwned + IntoParams,
    S: Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        if query.len() > QUERY_MAX_BYTES {
            return Err(Problem::new(
                crate::problem::Code::TooLarge,
                format!("the query has more than {QUERY_MAX_BYTES} bytes"),
            ));
        }
        // Nothing asked, nothing to check; the names there are take longer to list than most answers to write.
        if !query.is_empty() {
            let mut known = names::<A>();
            known.extend(names::<B>());
            check_names(query, &known)?;
        }
        Ok(Self(read(query)?, read(query)?))
    }
}

fn names<T: IntoParams>() -> Vec<String> {
    let parameters = T::into_params(|| Some(ParameterIn::Query));
    parameters
        .into_iter()
        .map(|parameter| parameter.name)
        .collect()
}

fn check_names(query: &str, known: &[String]) -> Result<(), Problem> {
    let mut seen: Vec<Cow<'_, str>> = Vec::new();
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        let shown: String = name.chars().take(60).collect();
        if !known.iter().any(|known| *known == name) {
            let expected = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            return Err(Problem::unknown_parameter(
                &shown,
                format!("{shown:?} is no parameter here; there are: {expected}"),
            ));
        }
        if seen.contains(&name) {
            return Err(Problem::unknown_parameter(
                &shown,
                format!("{shown:?} is given twice"),
            ));
        }
        seen.push(name);
    }
    Ok(())
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs)
        .map_err(|error| Problem::parameter(&error.path().to_string(), error.inner()))
}

/// Parts of the path.
#[derive(Clone, Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(path_problem)
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "axum may add reasons; all of them are bad requests"
)]
fn path_problem(rejection: PathRejection) -> Problem {
    let PathRejection::FailedToDeserializePathParams(failed) = &rejection else {
        return Problem::fault(&rejection);
    };
    match failed.kind() {
        ErrorKind::ParseErrorAtKey {
            key, expected_type, ..
        } => Problem::parameter(key, format!("not a {expected_type}")),
        ErrorKind::DeserializeError { key, message, .. } => Problem::parameter(key, message),
        ErrorKind::InvalidUtf8InPathParam { key } => Problem::parameter(key, "not UTF-8"),
        other => Problem::new(crate::problem::Code::BadParameter, other.to_string()),
    }
}

/// Reads a parameter from its text, within a visitor: so the error is told with the parameter's name.
pub(crate) struct FromText<T>(PhantomData<T>);

impl<T: FromStr<Err = &'static str>> Visitor<'_> for FromText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Lets serde read a parameter with [`FromText`].
macro_rules! from_text {
    ($($name:ident),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::parameters::FromText::new())
            }
        }
    )+};
}
pub(crate) use from_text;

impl<T> FromText<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

from_text!(Decimal, AsOf, Limit);

/// A number in its one spelling: decimal digits without a leading zero or sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(pub(crate) u64);

impl FromStr for Decimal {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text == "0"
            || (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0'));
        // Larger ones are no size or sequence of any ledger (2^63 - 1, `tlog::MAX_TREE_SIZE`).
        let number = text
            .parse()
            .ok()
            .filter(|number| plain && *number <= cinnabar_tlog::MAX_TREE_SIZE.get());
        number
            .map(Self)
            .ok_or("not a number from 0 to 9223372036854775807 without leading zero")
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many rows on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) usize);

impl Limit {
    /// When none is asked for: what people look through.
    pub(crate) const DEFAULT: Self = Self(50);
}

impl FromStr for Limit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text
            .parse::<Decimal>()
            .ok()
            .and_then(|number| usize::try_from(number.0).ok());
        number
            .filter(|number| (1..=cinnabar_projections::PAGE_MAX).contains(number))
            .map(Self)
            .ok_or("not a number from 1 to 100")
    }
}

/// The moment that an answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AsOf {
    /// After the entry at this sequence.
    Sequence(u64),
    /// After the last entry recorded by then.
    Time(Timestamp),
}

impl FromStr for AsOf {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(Decimal(sequence)) = text.parse() {
            return Ok(Self::Sequence(sequence));
        }
        match with_micros(text).parse() {
            Ok(When::Date(date)) => Ok(Self::Time(date.end())),
            Ok(When::Timestamp(moment)) => Ok(Self::Time(moment)),
            Err(_) => Err(
                "not a sequence, a date like 2026-11-22 (its last moment, UTC), or a UTC time like 2026-11-22T15:00:00Z",
            ),
        }
    }
}

/// RFC 3339 lets a time have any number of decimals; the ledger writes six.
pub(crate) fn with_micros(text: &str) -> Cow<'_, str> {
    let Some(time) = text
        .strip_suffix('Z')
        .filter(|time| time.len() >= 19 && time.is_ascii())
    else {
        return text.into();
    };
    let (seconds, fraction) = time.split_at(19);
    let digits = fraction.strip_prefix('.').unwrap_or(fraction);
    if digits.len() > 6 || (fraction.len() == 1) {
        return text.into();
    }
    format!("{seconds}.{digits:0<6}Z").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!("0".parse(), Ok(Decimal(0)));
        assert_eq!("17".parse(), Ok(Decimal(17)));
        for bad in [
            "",
            "007",
            "+7",
            "-1",
            "1.0",
            "9223372036854775808",
            "99999999999999999999",
            "½",
            "1 ",
        ] {
            assert!(bad.parse::<Decimal>().is_err(), "{bad}");
        }
        for bad in ["0", "101", "x"] {
            assert!(bad.parse::<Limit>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_a_sequence_a_day_or_a_time() {
        let time = |text: &str| text.parse::<Timestamp>().map(AsOf::Time).map_err(|_| "");
        assert_eq!("3".parse(), Ok(AsOf::Sequence(3)));
        for (text, meant) in [
            ("2026-11-22", "2026-11-22T23:59:59.999999Z"),
            ("2026-11-22T15:00:00Z", "2026-11-22T15:00:00.000000Z"),
            ("2026-11-22T15:00:00.5Z", "2026-11-22T15:00:00.500000Z"),
            ("2026-11-22T15:00:00.123456Z", "2026-11-22T15:00:00.123456Z"),
        ] {
            assert_eq!(text.parse::<AsOf>().map_err(|_| ""), time(meant), "{text}");
        }
        for bad in [
            "",
            "now",
            "2026-11-22T15:00:00",
            "2026-11-22T15:00:00.Z",
            "2026-11-22T15:00:00.1234567Z",
            "2026-11-22T15:00:00+01:00",
            "é0000000000000000000Z",
        ] {
            assert!(bad.parse::<AsOf>().is_err(), "{bad}");
        }
    }
}
