//! Key files and agents, also against OpenSSH's own tools where they are installed.
#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cinnabar_events::{Signer as _, pre_authentication_encoding, verify};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;

fn none() -> Result<Passphrase, PassphraseError> {
    panic!("no passphrase is needed")
}

fn given(text: &str) -> Passphrase {
    Zeroizing::new(text.to_owned())
}

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Whether a program is there; says so if not, because the test then shows nothing.
fn is_installed(program: &str) -> bool {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|dir| dir.join(program).is_file());
    if !found {
        eprintln!("skipped: {program} is not installed (Debian: openssh-client)");
    }
    found
}

#[test]
fn a_key_file_is_private_and_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("li.key");
    let info = create(&path, "Li", None).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    let public = std::fs::read_to_string(dir.path().join("li.key.pub")).unwrap();
    assert_eq!(public, format!("{}\n", info.openssh));
    assert!(create(&path, "Li", None).is_err());
    assert_eq!(load(&path, none).unwrap().public_key(), info.public);
    assert_eq!(inspect(&path).unwrap(), info);
}

#[test]
fn no_two_keys_are_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let public = |name: &str| create(&dir.path().join(name), "", None).unwrap().public;
    assert_ne!(public("a.key"), public("b.key"));
}

#[test]
fn a_key_without_room_for_its_public_half_is_not_made() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("li.key");
    std::fs::write(dir.path().join("li.key.pub"), "somebody else's").unwrap();
    assert!(create(&path, "", None).is_err());
    assert!(!path.exists());
}

#[test]
fn a_key_that_others_can_read_signs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("li.key");
    create(&path, "", None).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o601] {
        chmod(&path, mode);
        let refused = load(&path, none);
        assert!(
            matches!(refused, Err(KeyFileError::TooOpen { mode: found, .. }) if found == mode),
            "{mode:o}"
        );
    }
    chmod(&path, 0o400);
    assert!(load(&path, none).is_ok());
}

#[test]
fn a_passphrase_is_asked_for_and_must_be_the_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("li.key");
    let info = create(&path, "", Some(&given("朱砂 vermilion"))).unwrap();
    assert!(inspect(&path).unwrap().encrypted);
    let right = load(&path, || Ok(given("朱砂 vermilion"))).unwrap();
    assert_eq!(right.public_key(), info.public);
    let wrong = load(&path, || Ok(given("朱砂")));
    assert!(matches!(wrong, Err(KeyFileError::WrongPassphrase { .. })));
    let nobody = load(&path, || Err(PassphraseError::NoTerminal));
    assert!(matches!(nobody, Err(KeyFileError::Passphrase { .. })));
}

#[test]
fn a_passphrase_can_be_changed_and_taken_away() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("li.key");
    let public = create(&path, "Li", Some(&given("one"))).unwrap().public;
    assert!(set_passphrase(&path, || Ok(given("two")), || panic!("not asked")).is_err());
    set_passphrase(&path, || Ok(given("one")), || Ok(Some(given("two")))).unwrap();
    assert!(load(&path, || Ok(given("one"))).is_err());
    set_passphrase(&path, || Ok(given("two")), || Ok(None)).unwrap();
    assert_eq!(load(&path, none).unwrap().public_key(), public);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(inspect(&path).unwrap().comment, "Li");
}

#[test]
fn a_passphrase_file_is_private_and_its_first_line_counts() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("passphrase");
    std::fs::write(&path, "one\ntwo\n").unwrap();
    chmod(&path, 0o644);
    assert!(matches!(
        from_file(&path),
        Err(PassphraseError::TooOpen { mode: 0o644, .. })
    ));
    chmod(&path, 0o600);
    assert_eq!(*from_file(&path).unwrap(), "one");
    std::fs::write(&path, "\ntwo").unwrap();
    assert!(matches!(from_file(&path), Err(PassphraseError::Empty(_))));
}

#[test]
fn what_is_no_key_is_refused_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("li.key");
    for text in [
        "",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n",
        "ssh-ed25519 AAAA",
        &"x".repeat(20_000),
    ] {
        std::fs::write(&path, text).unwrap();
        chmod(&path, 0o600);
        assert!(load(&path, none).is_err(), "{text:.40}");
    }
}

#[test]
fn a_key_never_prints_its_secret() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("li.key");
    create(&path, "", None).unwrap();
    let key = load(&path, none).unwrap();
    let (seed, printed) = (hex::encode(key.to_bytes()), format!("{:?}", Key::File(key)));
    assert!(
        !printed.contains(&seed) && !printed.contains(&format!("{:?}", &seed.as_bytes()[..4])),
        "{printed}"
    );
}

/// Runs a tool of OpenSSH and gives what it prints.
fn tool(program: &str, arguments: &[&str], path: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn openssh_reads_our_keys_and_we_read_its() {
    if !is_installed("ssh-keygen") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let ours = dir.path().join("ours.key");
    let info = create(&ours, "Li", Some(&given("one"))).unwrap();
    let public = tool("ssh-keygen", &["-y", "-P", "one", "-f"], &ours);
    assert_eq!(public.trim(), info.openssh);
    let theirs = dir.path().join("theirs.key");
    tool(
        "ssh-keygen",
        &["-q", "-t", "ed25519", "-N", "two", "-C", "Sun", "-f"],
        &theirs,
    );
    let read = load(&theirs, || Ok(given("two"))).unwrap();
    let public = std::fs::read_to_string(dir.path().join("theirs.key.pub")).unwrap();
    let info = inspect(&theirs).unwrap();
    // The comment is behind the passphrase too.
    assert_eq!(public.trim(), format!("{} Sun", info.openssh));
    assert_eq!(read.public_key(), info.public);
}

#[test]
fn a_key_of_another_algorithm_is_refused() {
    if !is_installed("ssh-keygen") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ecdsa.key");
    tool("ssh-keygen", &["-q", "-t", "ecdsa", "-N", "", "-f"], &path);
    assert!(matches!(
        load(&path, none),
        Err(KeyFileError::Algorithm { .. })
    ));
}

/// An ssh-agent of our own, ended when dropped.
struct OwnAgent {
    process: Child,
    dir: TempDir,
}

impl OwnAgent {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut process = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(dir.path().join("socket"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It prints where it is once it is there.
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
        assert!(line.contains("SSH_AUTH_SOCK"), "{line}");
        Self { process, dir }
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("socket")
    }

    fn add(&self, path: &Path) {
        let added = Command::new("ssh-add")
            .arg(path)
            .env("SSH_AUTH_SOCK", self.socket())
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(added.success());
    }
}

impl Drop for OwnAgent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_key_in_an_ssh_agent_signs_as_the_file_does() {
    if !is_installed("ssh-agent") || !is_installed("ssh-add") {
        return;
    }
    let agent = OwnAgent::start();
    let dir = tempfile::tempdir().unwrap();
    let (li, sun) = (dir.path().join("li.key"), dir.path().join("sun.key"));
    let public = create(&li, "Li", None).unwrap().public;
    create(&sun, "Sun", None).unwrap();
    agent.add(&li);
    agent.add(&sun);
    let find = |wanted: &str| Agent::at(&agent.socket()).unwrap().find(wanted);
    let statement = b"{\"any\":\"bytes\"}";
    let from_file = Key::File(load(&li, none).unwrap())
        .sign_statement(statement)
        .unwrap();
    for wanted in [public.to_string(), "Li".to_owned()] {
        let signed = Key::Agent(find(&wanted).unwrap())
            .sign_statement(statement)
            .unwrap();
        assert_eq!(signed, from_file);
        verify(&pre_authentication_encoding(statement), &signed).unwrap();
    }
    assert!(matches!(find("Zhao"), Err(AgentError::Unknown { .. })));
    assert_eq!(Agent::at(&agent.socket()).unwrap().list().unwrap().len(), 2);
}

#[test]
fn two_keys_of_one_name_are_told_apart() {
    if !is_installed("ssh-agent") || !is_installed("ssh-add") {
        return;
    }
    let agent = OwnAgent::start();
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.key", "b.key"] {
        create(&dir.path().join(name), "Li", None).unwrap();
        agent.add(&dir.path().join(name));
    }
    let found = Agent::at(&agent.socket()).unwrap().find("Li");
    assert!(matches!(found, Err(AgentError::Ambiguous { count: 2, .. })));
}

#[test]
fn an_agent_that_is_not_there_is_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let gone = Agent::at(&dir.path().join("socket"));
    assert!(matches!(gone, Err(AgentError::Unreachable { .. })));
}
