//! The read API, and its clock.

use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

use super::Finding;
use crate::http::Api;
use crate::out::reasons;
use crate::profile::Profile;

/// The ledger refuses `occurred` more than five minutes ahead of its clock; well before that, something is wrong.
const CLOCK_FAIL: Duration = Duration::seconds(60);
/// `Date` is exact to a second, and the answer takes its time.
const CLOCK_WARN: Duration = Duration::seconds(3);

/// The read API, its checkpoint, and its clock against this machine's.
pub(super) fn api(profile: &Profile) -> Vec<Finding> {
    let api = Api::new(&profile.api);
    let signed = match api.checkpoint(&profile.verifier_key()) {
        Ok(signed) => signed,
        Err(error) => return vec![Finding::fail("api", reasons(&error))],
    };
    let size = signed.checkpoint.size;
    let mut findings = vec![Finding::ok(
        "api",
        format!("{} has a signed checkpoint of size {size}", profile.api),
    )];
    let before = OffsetDateTime::now_utc();
    let theirs = api.get_dated("/checkpoint").ok().and_then(|(_, date)| date);
    match theirs
        .and_then(|date| OffsetDateTime::parse(&date.replace("GMT", "+0000"), &Rfc2822).ok())
    {
        Some(theirs) => findings.push(clock(before - theirs)),
        None => findings.push(Finding::warn(
            "clock",
            "the API does not say what time it is",
        )),
    }
    findings
}

/// `ahead`: how far this machine's clock is ahead of the server's.
fn clock(ahead: Duration) -> Finding {
    let seconds = ahead.whole_seconds();
    let detail = match seconds {
        0 => "agrees with the server's to a second".to_owned(),
        1.. => format!("{seconds} s ahead of the server's"),
        ..0 => format!("{} s behind the server's", -seconds),
    };
    let remedy = "let a time service set this machine's clock (or the server's)";
    match ahead.abs() {
        apart if apart > CLOCK_FAIL => Finding::fail("clock", detail).remedy(remedy),
        apart if apart > CLOCK_WARN => Finding::warn("clock", detail).remedy(remedy),
        _ => Finding::ok("clock", detail),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_told_by_how_much() {
        assert_eq!(clock(Duration::milliseconds(1_500)).status, Status::Ok);
        assert_eq!(clock(Duration::seconds(-10)).status, Status::Warn);
        let ahead = clock(Duration::seconds(400));
        assert_eq!(
            (ahead.status, ahead.detail.as_str()),
            (Status::Fail, "400 s ahead of the server's")
        );
    }
}
