//! The checks, in the order in which one depends on the other.

use std::path::Path;

use cinnabar_ledger::nats::checks::{ServerFinding, check as check_server};
use cinnabar_ledger::nats::keys::UserKey;
use cinnabar_ledger::nats::streams::Replicas;

use super::machine::{disk, key, keys_in, nats_server};
use super::{Args, Finding, api};
use crate::intake::Intake;
use crate::out::reasons;
use crate::profile::Profile;
use crate::wire::{self, As};

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
    match tokio::task::spawn_blocking(move || api::api(&asked)).await {
        Ok(found) => findings.extend(found),
        Err(error) => findings.push(Finding::fail("api", error.to_string())),
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
    let client = match Intake::connect(profile).await {
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
fn is_unreported(finding: &ServerFinding) -> bool {
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
