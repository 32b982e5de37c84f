//! README's tour, run command by command: what it shows is what a reader will see.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cinnabar_tests::{program, root};

/// Where README says that the API is; the test's own is elsewhere.
const SHOWN_URL: &str = "http://127.0.0.1:8480";

/// One command of the tour, with the output that README shows.
struct Step {
    command: String,
    shown: Vec<String>,
}

/// The commands in the `console` blocks between the tour's marks.
fn tour() -> Vec<Step> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- tour").unwrap();
    let (tour, _) = rest.split_once("<!-- /tour -->").unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for block in tour.split("```console\n").skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        for line in block.lines() {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step {
                    command: command.to_owned(),
                    shown: Vec::new(),
                }),
                (None, Some(step)) => step.shown.push(line.to_owned()),
                (None, None) => panic!("output before any command: {line}"),
            }
        }
    }
    steps
}

/// A line without what differs from run to run: hashes, keys, signatures, ids and times.
fn settled(line: &str) -> String {
    let varies = |word: &str| {
        let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let time = core.len() >= 20 && core.as_bytes().get(10) == Some(&b'T') && core.contains(':');
        let digits = core.bytes().filter(u8::is_ascii_hexdigit).count();
        let hash = core
            .rsplit(':')
            .next()
            .is_some_and(|hex| hex.len() >= 32 && digits >= 32);
        time || hash
    };
    let words = line
        .split(' ')
        .map(|word| if varies(word) { "#" } else { word });
    words.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

/// Whether `found` is as `shown`; a line `…` stands for any number of lines.
fn fits(shown: &[String], found: &[String]) -> bool {
    match shown {
        [] => found.is_empty(),
        [first, rest @ ..] if first == "…" => {
            (0..=found.len()).any(|skip| fits(rest, &found[skip..]))
        }
        [first, rest @ ..] => {
            found
                .first()
                .is_some_and(|line| settled(line) == settled(first))
                && fits(rest, &found[1..])
        }
    }
}

/// `cinnabar up`, ended with the test.
struct Up {
    child: Child,
    url: String,
}

impl Up {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(program("cinnabar"))
            .args(["up", "--data", "cinnabar-data", "--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .env("NATS_SERVER", nats_server())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = None;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(address) = line.trim().strip_prefix("read API") {
                url = Some(address.trim().to_owned());
            }
            if line.starts_with("Ctrl-C") {
                break;
            }
        }
        Self {
            child,
            url: url.expect("it says where the API is"),
        }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-INT", &pid]).status();
        let _ = self.child.wait();
    }
}

/// The server that `tools/test` installs, or the one on PATH.
fn nats_server() -> std::path::PathBuf {
    let installed = root().join(".tools/nats-server");
    std::env::var_os("NATS_SERVER").map_or_else(
        || {
            if installed.exists() {
                installed
            } else {
                "nats-server".into()
            }
        },
        Into::into,
    )
}

#[test]
fn the_tour_in_the_readme_shows_what_a_reader_will_see() {
    let folder = tempfile::tempdir().unwrap();
    // A reader stands in the checkout.
    std::os::unix::fs::symlink(root().join("tools"), folder.path().join("tools")).unwrap();
    let up = Up::start(folder.path());
    let path = [program("cinnabar"), program("verify")]
        .map(|program| program.parent().unwrap().display().to_string())
        .join(":");
    let path = format!("{path}:{}", std::env::var("PATH").unwrap());
    let steps = tour();
    assert!(steps.len() >= 12, "the tour has {} commands", steps.len());
    for Step { command, shown } in steps {
        let output = Command::new("bash")
            .args(["-c", &command.replace(SHOWN_URL, &up.url)])
            .current_dir(folder.path())
            .env("PATH", &path)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&up.url, SHOWN_URL);
        // On a terminal a reader sees both; what is on standard error comes with the rest.
        let found: Vec<String> = text(&output.stdout)
            .lines()
            .chain(text(&output.stderr).lines())
            .map(str::to_owned)
            .collect();
        assert!(
            fits(&shown, &found),
            "$ {command}\nREADME shows:\n{}\nthe program says:\n{}",
            shown.join("\n"),
            found.join("\n")
        );
    }
}

#[test]
fn output_that_differs_in_more_than_hashes_and_times_is_seen() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let shown = lines("  sequence  36\n  time      2026-11-22T18:47:20.026560Z\n…\nend");
    assert!(fits(
        &shown,
        &lines("  sequence  36\n  time      2027-01-02T18:47:20.026560Z\nmore\nend")
    ));
    assert!(!fits(
        &shown,
        &lines("  sequence  37\n  time      2027-01-02T18:47:20.026560Z\nend")
    ));
    assert!(!fits(
        &shown,
        &lines("  sequence  36\n  time      2027-01-02T18:47:20.026560Z\n")
    ));
}
