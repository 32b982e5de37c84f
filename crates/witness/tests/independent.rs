//! Both sides against what others wrote: their witnesses for our feeder, their clients for our witness. What is needed is
//! pinned in `tests/independent`, fetched from the languages' registries, and built once under the target folder.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

mod common;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};

use cinnabar_tlog::*;
use cinnabar_witness::feeder::{
    self, Alarm, AlarmKind, Feeder, Log, LogFailure, MonitoringPrefixes, Published, ask_last,
};
use cinnabar_witness::server::{Options, Witness, serve};
use common::*;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/independent")
}

/// Where things are built, and the lock that lets one test build at a time.
fn built() -> (PathBuf, File) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("independent-witnesses");
    fs::create_dir_all(&dir).unwrap();
    let lock = File::create(dir.join("lock")).unwrap();
    lock.lock().unwrap();
    (dir, lock)
}

/// What it printed; the test fails with all of it if it did not succeed.
fn succeed(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}\n{printed}{complained}"
    );
    printed
}

/// Whether it did what it should; otherwise it says why not: packages may not be to be had here.
fn had(what: &str, command: &mut Command) -> bool {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    if !output.status.success() {
        let complained = String::from_utf8_lossy(&output.stderr);
        println!("Skipped: {what} can't be had here: {complained}");
    }
    output.status.success()
}

fn runs(program: &Path, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

/// A Python that is new enough, from PATH or from pyenv.
fn python() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = ["python3.14", "python3.13", "python3.12", "python3"]
        .map(PathBuf::from)
        .into();
    let pyenv = Command::new("pyenv").arg("root").output().ok();
    let root = pyenv.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if let Some(versions) =
        root.and_then(|root| fs::read_dir(Path::new(&root).join("versions")).ok())
    {
        found.extend(
            versions
                .filter_map(Result::ok)
                .map(|version| version.path().join("bin/python3")),
        );
    }
    let new_enough = "import sys, venv; sys.exit(sys.version_info < (3, 12))";
    found
        .into_iter()
        .find(|python| runs(python, &["-c", new_enough]))
}

/// The folder with the programs of the Python packages.
fn python_programs() -> Option<PathBuf> {
    let Some(python) = python() else {
        println!("Skipped: there is no Python 3.12 or newer, so aics-witness is not asked.");
        return None;
    };
    let (dir, _lock) = built();
    let (venv, wanted) = (dir.join("python"), sources().join("requirements.txt"));
    let stamp = venv.join("requirements.txt");
    if fs::read(&stamp).ok() != Some(fs::read(&wanted).unwrap()) {
        succeed(
            Command::new(python)
                .args(["-m", "venv", "--clear"])
                .arg(&venv),
        );
        let mut pip = Command::new(venv.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-r",
        ]);
        if !had("aics-witness", pip.arg(&wanted)) {
            return None;
        }
        fs::copy(&wanted, &stamp).unwrap();
    }
    Some(venv.join("bin"))
}

/// The folder with the programs built from Go.
fn go_programs() -> Option<PathBuf> {
    if !runs(Path::new("go"), &["version"]) {
        println!("Skipped: there is no go on PATH, so litewitness and tessera are not asked.");
        return None;
    }
    let (dir, _lock) = built();
    let programs = dir.join("go");
    fs::create_dir_all(&programs).unwrap();
    let mut go = Command::new("go");
    // No network for version control, no C compiler.
    go.env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=readonly")
        .env("GOTOOLCHAIN", "local");
    go.args(["build", "-trimpath", "-buildvcs=false", "-o"])
        .arg(&programs)
        .args([".", "filippo.io/torchwood/cmd/litewitness"]);
    let go = go.current_dir(sources().join("go"));
    had("litewitness and tessera", go).then_some(programs)
}

/// Somebody else's witness, stopped when dropped.
struct Other {
    vkey: String,
    url: String,
    child: Child,
    /// Where it ends with its input: it stops its own child then.
    input: Option<ChildStdin>,
    _dir: tempfile::TempDir,
}

impl Drop for Other {
    fn drop(&mut self) {
        if self.input.take().is_none() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn aics_witness() -> Option<Other> {
    let programs = python_programs()?;
    let dir = tempfile::tempdir().unwrap();
    let program = || {
        let mut program = Command::new(programs.join("aics-witness"));
        program.env("AICS_WITNESS_CONFIG", dir.path().join("witness.json"));
        program.current_dir(dir.path());
        program
    };
    let config = dir.path().join("witness.json");
    succeed(
        program()
            .args(["init", "--name", "peer.example.org/python", "--config"])
            .arg(&config),
    );
    let key = log_key().to_string();
    succeed(
        program()
            .args(["add-log", "--origin", ORIGIN, "--vkey", &key, "--config"])
            .arg(&config),
    );
    let status = succeed(
        program()
            .args(["status", "--json", "--config"])
            .arg(&config),
    );
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let vkey = status["witness"]["vkey"].as_str().unwrap().to_owned();
    let mut serve = program();
    serve
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(&config);
    let mut child = serve.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let url = said.by_ref().map(Result::unwrap).find_map(|line| {
        let (_, rest) = line.split_once("listening on ")?;
        Some(rest.split(' ').next()?.to_owned())
    });
    std::thread::spawn(move || said.for_each(drop));
    Some(Other {
        vkey,
        url: url.unwrap(),
        child,
        input: None,
        _dir: dir,
    })
}

fn litewitness() -> Option<Other> {
    let programs = go_programs()?;
    let dir = tempfile::tempdir().unwrap();
    let mut peer = Command::new(programs.join("witness-peer"));
    peer.arg("litewitness")
        .arg(programs.join("litewitness"))
        .arg(dir.path())
        .arg(log_key().to_string());
    let mut child = peer
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut line = || lines.next().expect("it says where it is").unwrap();
    let (vkey, url) = (line(), line());
    let input = child.stdin.take();
    Some(Other {
        vkey,
        url,
        child,
        input,
        _dir: dir,
    })
}

/// A log in memory that tells of each cosignature.
struct Ledger {
    tree: Mutex<MemoryTree>,
    tell: Mutex<mpsc::Sender<Note>>,
}

impl Log for Ledger {
    fn newest(&self) -> Option<Published> {
        Some(Published::new(&note(&self.tree.lock().unwrap())).unwrap())
    }

    fn consistency(&self, old: Size, new: Size) -> Result<ConsistencyProof, LogFailure> {
        let tree = self.tree.lock().unwrap();
        Ok(consistency_proof(old, new, &*tree).unwrap())
    }

    fn keep(&self, cosigned: &Note) -> Result<(), LogFailure> {
        self.tell.lock().unwrap().send(cosigned.clone()).unwrap();
        Ok(())
    }
}

/// A feeder that has just been started: it knows nothing of what the witness knows.
struct Fed {
    ledger: Arc<Ledger>,
    cosigned: mpsc::Receiver<Note>,
    alarms: mpsc::Receiver<Alarm>,
    stop: watch::Sender<bool>,
    feeder: Feeder,
}

fn feed(policy: &TrustPolicy, tree: MemoryTree) -> Fed {
    let (tell, cosigned) = mpsc::channel();
    let (raise, alarms) = mpsc::channel();
    let raise = Mutex::new(raise);
    let ledger = Arc::new(Ledger {
        tree: Mutex::new(tree),
        tell: Mutex::new(tell),
    });
    let log: Arc<dyn Log> = Arc::<Ledger>::clone(&ledger);
    let options =
        feeder::Options::new(move |alarm| raise.lock().unwrap().send(alarm.clone()).unwrap());
    let (stop, stopped) = watch::channel(false);
    let feeder = Feeder::start(policy, &log, &options, &stopped).unwrap();
    Fed {
        ledger,
        cosigned,
        alarms,
        stop,
        feeder,
    }
}

/// The same with every witness: a first checkpoint, growth, a new start, a fork and a rollback.
async fn our_feeder_gets_on_with(other: Other, shows: bool) {
    let policy = format!(
        "log {}\nwitness other {} {}\nquorum other\n",
        log_key(),
        other.vkey,
        other.url
    );
    let policy = TrustPolicy::parse(&policy).unwrap();
    tokio::task::block_in_place(|| {
        let cosigned = |fed: &Fed, size| {
            let note = fed.cosigned.recv().unwrap();
            let trusted = policy.evaluate(&note).unwrap();
            assert_eq!(trusted.checkpoint.size, Size::new(size));
        };
        let fed = feed(&policy, tree(5));
        cosigned(&fed, 5);
        *fed.ledger.tree.lock().unwrap() = tree(300);
        cosigned(&fed, 300);
        fed.stop.send(true).unwrap();

        // From 0, to hear where the witness is.
        let fed = feed(&policy, tree(301));
        cosigned(&fed, 301);
        let status = fed.feeder.status();
        assert!(
            status[0].failures == 0 && status[0].alarm.is_none(),
            "{status:?}"
        );
        fed.stop.send(true).unwrap();

        let last = ask_last(&policy, &name(ORIGIN), &MonitoringPrefixes::new());
        let last = last[0].last.as_ref().unwrap();
        let size = last.as_ref().map(|last| last.checkpoint().size.get());
        assert_eq!(size, shows.then_some(301));

        let split = |old| AlarmKind::SplitView {
            status: 422,
            old: Size::new(old),
        };
        let (cosigned, newest) = (Size::new(301), Size::new(5));
        let rows = [
            (fork(301), split(301)),
            (fork(400), split(301)),
            (tree(5), AlarmKind::Rollback { cosigned, newest }),
        ];
        for (tree, kind) in rows {
            let ours = note(&tree);
            let fed = feed(&policy, tree);
            let alarm = fed.alarms.recv().unwrap();
            assert_eq!((alarm.kind, &alarm.ours), (kind, &ours));
            assert_eq!(alarm.theirs.is_some(), shows);
            assert!(fed.cosigned.try_recv().is_err());
            fed.stop.send(true).unwrap();
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn our_feeder_gets_on_with_aics_witness() {
    if let Some(other) = aics_witness() {
        our_feeder_gets_on_with(other, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_feeder_gets_on_with_litewitness() {
    if let Some(other) = litewitness() {
        our_feeder_gets_on_with(other, false).await;
    }
}

/// Serves our witness, and runs somebody else's client against it.
async fn our_witness_gets_on_with(client: impl FnOnce(&str, &str) -> String + Send + 'static) {
    let dir = tempfile::tempdir().unwrap();
    let witness = Witness::open(dir.path(), Options::new(name(WITNESS), vec![log_key()])).unwrap();
    let vkey = witness.vkey().to_string();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(serve(listener, witness, async move {
        let _ = stopped.await;
    }));
    let said = tokio::task::spawn_blocking(move || client(&url, &vkey))
        .await
        .unwrap();
    assert!(said.starts_with("agreed on "), "{said}");
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn our_witness_gets_on_with_the_client_of_aics_witness() {
    let Some(programs) = python_programs() else {
        return;
    };
    our_witness_gets_on_with(move |url, vkey| {
        let mut client = Command::new(programs.join("python"));
        client.arg("-B").arg(sources().join("client.py"));
        succeed(client.args([url, vkey, ORIGIN, &hex::encode(seed(0))]))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_witness_gets_on_with_a_log_kept_by_tessera() {
    let Some(programs) = go_programs() else {
        return;
    };
    our_witness_gets_on_with(move |url, vkey| {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Command::new(programs.join("witness-peer"));
        let skey = log_signer().to_skey();
        succeed(log.args(["tessera", url, vkey, &skey]).arg(dir.path()))
    })
    .await;
}
