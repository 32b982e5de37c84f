//! What this machine must have: a server to run, room on the disk, keys that nobody else can read.

use std::path::Path;

use cinnabar_ledger::nats::find::{FindError, find};

use super::Finding;
use crate::keys;
use crate::out::reasons;

/// Below this much free space a node is about to stop: a day of a busy ledger, with RocksDB's compaction.
const DISK_FAIL_BYTES: u64 = 1 << 30;
/// Below this much it is time to look for more.
const DISK_WARN_BYTES: u64 = 10 << 30;
/// Key files in a data directory's `keys` folder that are looked at, at most.
const KEYS_MAX: usize = 1_000;

pub(super) fn nats_server() -> Finding {
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

pub(super) fn disk(folder: &Path) -> Finding {
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

pub(super) fn key(path: &Path) -> Finding {
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
pub(super) fn keys_in(folder: &Path) -> Vec<Finding> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Status;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

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
