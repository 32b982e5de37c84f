//! The checks, in the order in which one depends on the other.

use std::path::Path;

use cinnabar_ledger::nats::checks::check as check_server;
use cinnabar_ledger::nats::find::{FindError, find};
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::streams::Replicas;
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

use super::{Args, Finding};
use crate::http::Api;
use crate::keys;
use crate::out::reasons;
use crate::profile::Profile;
use crate::wire::{self, As};

/// Below this much free space a node is about to stop: a day of a busy ledger, with RocksDB's compaction.
const DISK_FAIL_BYTES: u64 = 1 << 30;
/// Below this much it is time to look for more.
const DISK_WARN_BYTES: u64 = 10 << 30;
/// The ledger refuses `occurred` more than five minutes ahead of its clock; well before that, something is wrong.
const CLOCK_FAIL: Duration = Duration::seconds(60);
/// `Date` is exact to a second, and the answer takes its time.
const CLOCK_WARN: Duration = Duration::seconds(3);
/// Key files in a data directory's `keys` folder that are looked at, at most.
const KEYS_MAX: usize = 1_000;

/// Runs every check.
pub(super) async fn all(args: &Args) -> Vec<Finding> {
    let mut findings = vec![nats_server()];
    let folder = args
        .profile
        .profile
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    findings.push(disk(folder));
    findings.extend(args.keys.iter().map(|path| key(path)));
    findings.extend(keys_in(&folder.join("keys")));
    let profile = match Profile::load(&args.profile.profile) {
        Ok(profile) => profile,
        Err(error) => {
            let remedy = "name a profile with --profile or CINNABAR_PROFILE; `cinnabar up` leaves one in its data directory";
            findings.push(Finding::fail("profile", reasons(&error)).remedy(remedy));
            return findings;
        }
    };
    findings.push(Finding::ok(
        "profile",
        format!(
            "{}, ledger {}",
            args.profile.profile.display(),
            profile.ledger
        ),
    ));
    findings.extend([As::Submitter, As::Agency, As::Reader].map(|user| seed(&profile, user)));
    findings.push(intake(&profile).await);
    findings.extend(streams(&profile, args).await);
    let asked = profile.clone();
    match tokio::task::spawn_blocking(move || api(&asked)).await {
        Ok(found) => findings.extend(found),
        Err(error) => findings.push(Finding::fail("api", error.to_string())),
    }
    findings
}

fn nats_server() -> Finding {
    match find(None) {
        Ok(found) => Finding::ok(
            "nats-server",
            format!("{} is {}", found.path.display(), found.version),
        ),
        // A client needs none; `cinnabar up` does.
        Err(error @ FindError::Missing) => {
            Finding::warn("nats-server", reasons(&error)).remedy("needed by `cinnabar up` only")
        }
        Err(
            error @ (FindError::CannotRun { .. }
            | FindError::NotAServer { .. }
            | FindError::TooOld { .. }),
        ) => Finding::warn("nats-server", reasons(&error))
            .remedy("needed by `cinnabar up` only; `tools/run` installs one"),
    }
}

fn disk(folder: &Path) -> Finding {
    let stat = match rustix::fs::statvfs(folder) {
        Ok(stat) => stat,
        Err(error) => {
            return Finding::warn(
                "disk",
                format!("cannot look at {}: {error}", folder.display()),
            );
        }
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let detail = format!(
        "{:.1} GiB free for {}",
        free as f64 / f64::from(1 << 30),
        folder.display()
    );
    match free {
        0..DISK_FAIL_BYTES => {
            Finding::fail("disk", detail).remedy("make room: a node stops when the disk is full")
        }
        DISK_FAIL_BYTES..DISK_WARN_BYTES => Finding::warn("disk", detail).remedy("make room soon"),
        DISK_WARN_BYTES.. => Finding::ok("disk", detail),
    }
}

fn key(path: &Path) -> Finding {
    match keys::inspect(path) {
        Ok(info) => {
            let protected = if info.encrypted {
                "with a passphrase"
            } else {
                "without a passphrase"
            };
            Finding::ok(
                "key",
                format!("{} is {}, {protected}", path.display(), info.public),
            )
        }
        Err(error) => Finding::fail("key", reasons(&error)),
    }
}

/// The keys of the demonstration's actors, if there are any: those that will not do.
fn keys_in(folder: &Path) -> Vec<Finding> {
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = files.filter_map(|file| Some(file.ok()?.path()));
    let (mut good, mut findings) = (0, Vec::new());
    for path in paths
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "key"))
        .take(KEYS_MAX)
    {
        match keys::inspect(&path) {
            Ok(_) => good += 1,
            Err(error) => findings.push(Finding::fail("key", reasons(&error))),
        }
    }
    if good > 0 {
        findings.push(Finding::ok(
            "key",
            format!("{good} keys in {}", folder.display()),
        ));
    }
    findings
}

fn seed(profile: &Profile, user: As) -> Finding {
    let Some(path) = user.seed(profile) else {
        let detail = format!("the profile has no users.{}", user.name());
        return Finding::warn("seed", detail)
            .remedy("set it to the seed file, if you are to act as this user");
    };
    match UserKey::load(path) {
        Ok(key) => Finding::ok(
            "seed",
            format!("{} is {}", user.name(), key.public().as_str()),
        ),
        Err(error) => Finding::fail("seed", reasons(&error)),
    }
}

/// Whether the ledger answers, and is the one that the profile speaks of.
async fn intake(profile: &Profile) -> Finding {
    if profile.users.submitter.is_none() {
        return Finding::warn("intake", "not asked: the profile has no users.submitter");
    }
    let client = match wire::intake(profile).await {
        Ok(client) => client,
        Err(failure) => {
            return Finding::fail("intake", failure.message().unwrap_or_default())
                .remedy("is the node up?");
        }
    };
    let info = match client.info().await {
        Ok(info) => info,
        Err(error) => {
            return Finding::fail("intake", reasons(&error)).remedy("is a writer running?");
        }
    };
    let (asked, answers) = (profile.ledger.to_string(), &info.ledger);
    if *answers != asked {
        return Finding::fail(
            "intake",
            format!("ledger {answers} answers, the profile is for {asked}"),
        )
        .remedy("take the profile that this node left in its data directory");
    }
    if info.vkey != profile.vkey {
        return Finding::fail(
            "intake",
            format!(
                "the ledger's log key is {}, the profile has {}",
                info.vkey, profile.vkey
            ),
        )
        .remedy("do not trust either before you know why");
    }
    Finding::ok(
        "intake",
        format!(
            "a writer answers at {}, {} entries",
            profile.nats, info.size
        ),
    )
}

/// What must hold on the NATS servers, as a node checks it at start.
async fn streams(profile: &Profile, args: &Args) -> Vec<Finding> {
    if profile.users.reader.is_none() {
        return vec![Finding::warn(
            "streams",
            "not looked at: the profile has no users.reader",
        )];
    }
    let link = match wire::dial(profile, As::Reader).await {
        Ok(link) => link,
        Err(failure) => {
            return vec![Finding::fail(
                "streams",
                failure.message().unwrap_or_default(),
            )];
        }
    };
    let monitor = if args.monitor.is_empty() {
        &profile.monitor
    } else {
        &args.monitor
    };
    let replicas = match profile.replicas {
        Some(3) => Replicas::Three,
        Some(_) | None => Replicas::One,
    };
    let found = check_server(&link.client, monitor, &wire::names(profile), replicas).await;
    if found.is_empty() {
        return vec![Finding::ok(
            "streams",
            "every write is synced, and the streams are whole and as they must be",
        )];
    }
    found
        .into_iter()
        .map(
            |finding| match monitor.is_empty() && is_unreported(&finding) {
                true => Finding::warn(
                    "streams",
                    "not known whether writes are synced: no monitoring address",
                )
                .remedy("give --monitor URL, or set monitor in the profile"),
                false => Finding::fail("streams", finding.to_string()),
            },
        )
        .collect()
}

/// Whether the finding is only that nobody said where to ask.
fn is_unreported(finding: &cinnabar_ledger::nats::checks::ServerFinding) -> bool {
    use cinnabar_ledger::nats::checks::ServerFinding;
    match finding {
        ServerFinding::TooFewReporting { .. } => true,
        ServerFinding::TooOld { .. }
        | ServerFinding::NotSynced { .. }
        | ServerFinding::NoJetStream { .. }
        | ServerFinding::NotReporting { .. }
        | ServerFinding::NoStream { .. }
        | ServerFinding::StreamDiffers { .. }
        | ServerFinding::HistoryCut { .. }
        | ServerFinding::HistoryHoles { .. } => false,
    }
}

/// The read API, its checkpoint, and its clock against this machine's.
fn api(profile: &Profile) -> Vec<Finding> {
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
    #![allow(clippy::unwrap_used)]
    use super::super::Status;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

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

    #[test]
    fn a_key_that_others_can_read_is_found_in_the_data_directory() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.key", "b.key"] {
            keys::create(&dir.path().join(name), "", None).unwrap();
        }
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(dir.path().join("b.key"), open).unwrap();
        let findings = keys_in(dir.path());
        let failed: Vec<_> = findings
            .iter()
            .filter(|finding| finding.status == Status::Fail)
            .collect();
        assert_eq!(failed.len(), 1);
        assert!(failed[0].detail.contains("chmod 600"), "{findings:?}");
    }
}
