//! The machine, as far as it says what it is.

use std::path::Path;

use serde::Serialize;

/// What was measured on.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_gib: u64,
    pub(crate) system: String,
    /// Of the folder that the ledger is in: `ext4 on /dev/vda`.
    pub(crate) file_system: String,
    /// Processes that wanted a processor in the last minute, on average, when the bench began: a quiet machine has none.
    pub(crate) load_average: f64,
}

impl Machine {
    /// Looks at the machine, and at the file system of `folder`.
    pub(crate) fn look(folder: &Path) -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        Self {
            processor: after(&read("/proc/cpuinfo"), "model name").unwrap_or_default(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: kib(&read("/proc/meminfo"), "MemTotal").div_ceil(1 << 20),
            system: read("/proc/version")
                .split(" (")
                .next()
                .unwrap_or_default()
                .to_owned(),
            file_system: file_system(&read("/proc/mounts"), &real),
            load_average: first_number(&read("/proc/loadavg")),
        }
    }
}

/// Resident memory of a process, and the most that it ever had, in KiB.
pub(crate) fn memory(process: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    (kib(&status, "VmRSS"), kib(&status, "VmHWM"))
}

/// Bytes of the files in `folder` and below, as they occupy the disk.
pub(crate) fn occupied(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => occupied(&entry.path()),
            Ok(data) => 512 * data.blocks(),
            // Files come and go.
            Err(_) => 0,
        })
        .sum()
}

/// Bytes that are free on the disk of `folder`.
pub(crate) fn free(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |disk| disk.f_bavail * disk.f_frsize)
}

/// What stands after `name` and a colon.
fn after(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn kib(text: &str, name: &str) -> u64 {
    after(text, name).map_or(0, |value| first_number(&value) as u64)
}

fn first_number(text: &str) -> f64 {
    let first = text.split_ascii_whitespace().next();
    first.and_then(|number| number.parse().ok()).unwrap_or(0.0)
}

/// The mount with the longest folder that `path` is under.
fn file_system(mounts: &str, path: &Path) -> String {
    let parts = mounts.lines().filter_map(|line| {
        let mut parts = line.split_ascii_whitespace();
        Some((parts.next()?, parts.next()?, parts.next()?))
    });
    parts
        .filter(|(_, folder, _)| path.starts_with(folder))
        .max_by_key(|(_, folder, _)| folder.len())
        .map_or_else(String::new, |(device, _, kind)| {
            format!("{kind} on {device}")
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_is_on_the_mount_that_is_nearest_to_it() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /t tmpfs rw 0 0\nx /tt xfs rw 0 0\n";
        for (path, expected) in [
            ("/t/x", "tmpfs on tmpfs"),
            ("/tt", "xfs on x"),
            ("/home", "ext4 on /dev/a"),
        ] {
            assert_eq!(file_system(mounts, Path::new(path)), expected);
        }
    }

    #[test]
    fn figures_are_found_by_name() {
        let text = "VmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!((kib(text, "VmRSS"), kib(text, "VmNone")), (1024, 0));
        assert_eq!(first_number("0.53 0.1"), 0.53);
    }

    #[test]
    fn files_in_folders_are_counted_too() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("below")).unwrap();
        std::fs::write(folder.path().join("below/file"), [1; 10_000]).unwrap();
        std::fs::File::open(folder.path().join("below/file"))
            .unwrap()
            .sync_all()
            .unwrap();
        assert!(occupied(folder.path()) >= 10_000);
    }
}
