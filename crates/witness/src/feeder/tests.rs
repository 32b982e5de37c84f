//! The rules of the feeder, each against a server that says what it is told to.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)]

#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../../tests/common/scripted.rs"]
mod scripted;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use cinnabar_tlog::{
    AddCheckpoint, ConsistencyProof, MemoryTree, Note, NoteSignature, Origin, PosixSeconds, Size,
};

use super::worker::Worker;
use super::*;
use crate::wire::origin_id;
use common::*;
use scripted::*;

/// A log in memory.
#[derive(Default)]
struct Ledger {
    tree: Mutex<Option<MemoryTree>>,
    /// Lines of others under the newest checkpoint.
    others: Mutex<Vec<NoteSignature>>,
    kept: Mutex<Vec<Note>>,
    broken: Mutex<bool>,
    tell: Option<Mutex<mpsc::Sender<Note>>>,
    /// The trees that come after each look.
    next: Mutex<Vec<MemoryTree>>,
}

impl Ledger {
    fn with(tree: MemoryTree) -> Arc<Self> {
        let ledger = Self::default();
        *ledger.tree.lock().unwrap() = Some(tree);
        Arc::new(ledger)
    }

    fn set(&self, tree: MemoryTree) {
        *self.tree.lock().unwrap() = Some(tree);
    }

    fn kept(&self) -> usize {
        self.kept.lock().unwrap().len()
    }

    fn check(&self) -> Result<(), LogFailure> {
        let broken = *self.broken.lock().unwrap();
        if broken {
            Err(LogFailure::new(std::fmt::Error))
        } else {
            Ok(())
        }
    }
}

impl Log for Ledger {
    fn newest(&self) -> Option<Published> {
        let mut tree = self.tree.lock().unwrap();
        let mut note = note(tree.as_ref()?);
        for line in self.others.lock().unwrap().iter() {
            note = note.with_signature(line.clone()).unwrap();
        }
        let mut next = self.next.lock().unwrap();
        if !next.is_empty() {
            *tree = Some(next.remove(0));
        }
        Some(Published::new(&note).unwrap())
    }

    fn consistency(&self, old: Size, new: Size) -> Result<ConsistencyProof, LogFailure> {
        self.check()?;
        let tree = self.tree.lock().unwrap();
        let tree = tree.as_ref().unwrap();
        assert!(!old.is_zero() && old < new);
        Ok(cinnabar_tlog::consistency_proof(old, new, tree).unwrap())
    }

    fn keep(&self, cosigned: &Note) -> Result<(), LogFailure> {
        self.check()?;
        self.kept.lock().unwrap().push(cosigned.clone());
        if let Some(tell) = &self.tell {
            tell.lock().unwrap().send(cosigned.clone()).unwrap();
        }
        Ok(())
    }
}

/// A worker, its clock in milliseconds, its alarms.
struct Bench {
    worker: Worker,
    now: Arc<AtomicU64>,
    alarms: Arc<Mutex<Vec<Alarm>>>,
    stop: watch::Sender<bool>,
}

fn policy(url: &str) -> TrustPolicy {
    let (log, witness) = (log_key(), cosigner());
    let witness = witness.verifier();
    TrustPolicy::parse(&format!(
        "log {log}\nwitness w1 {witness} {url}\nquorum w1\n"
    ))
    .unwrap()
}

fn collecting() -> (Options, Arc<Mutex<Vec<Alarm>>>) {
    let alarms: Arc<Mutex<Vec<Alarm>>> = Arc::default();
    let into = Arc::clone(&alarms);
    let options = Options::new(move |alarm| into.lock().unwrap().push(alarm.clone()));
    (options, alarms)
}

fn bench(ledger: &Arc<Ledger>, url: &str) -> Bench {
    let (options, alarms) = collecting();
    let now: Arc<AtomicU64> = Arc::default();
    let clock = Arc::clone(&now);
    let clock = Box::new(move || Duration::from_millis(clock.load(Ordering::SeqCst)));
    let (stop, stopped) = watch::channel(false);
    let policy = policy(url);
    let witness = policy.witnesses().next().unwrap();
    let log: Arc<dyn Log> = Arc::<Ledger>::clone(ledger);
    let worker = Worker::new(witness, url, log, &options, clock, stopped);
    Bench {
        worker,
        now,
        alarms,
        stop,
    }
}

impl Bench {
    /// Lets so much time pass, then steps.
    fn after(&mut self, wait: Duration) {
        let wait = u64::try_from(wait.as_millis()).unwrap();
        self.now.fetch_add(wait, Ordering::SeqCst);
        self.worker.step();
    }

    fn step(&mut self) {
        self.after(ROUND_EVERY);
    }

    fn status(&self) -> WitnessStatus {
        self.worker.status().lock().unwrap().clone()
    }

    fn alarms(&self) -> Vec<Alarm> {
        std::mem::take(&mut *self.alarms.lock().unwrap())
    }
}

fn seconds(seconds: u64) -> PosixSeconds {
    PosixSeconds::new(seconds).unwrap()
}

/// A witness's line for a tree.
fn line(tree: &MemoryTree) -> String {
    cosigner()
        .cosign(&checkpoint(tree), seconds(NEW_YEAR))
        .to_string()
}

/// A witness as it should be, in memory.
fn honest(mut known: u64) -> impl FnMut(&Asked) -> Option<Said> + Send {
    let mut time = NEW_YEAR;
    move |asked| {
        if asked.line.starts_with("GET") {
            return Some(said(404, ""));
        }
        let request = AddCheckpoint::parse(asked.body.as_bytes()).unwrap();
        if request.old.get() != known {
            return Some(conflict(known));
        }
        let checkpoint = cinnabar_tlog::Checkpoint::parse(request.checkpoint.text()).unwrap();
        known = checkpoint.size.get();
        time += 1;
        Some(said(
            200,
            &cosigner().cosign(&checkpoint, seconds(time)).to_string(),
        ))
    }
}

#[test]
fn an_unknown_witness_is_asked_from_0_and_then_from_the_size_it_names() {
    let server = Scripted::new(honest(5));
    let ledger = Ledger::with(tree(300));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    let asked = server.asked();
    assert_eq!(asked[0].line, "POST /add-checkpoint HTTP/1.1");
    assert!(asked[0].body.starts_with("old 0\n\n"));
    assert_eq!(asked[1].body, REQUEST_5_300);
    assert_eq!(asked.len(), 2);
    let status = bench.status();
    let cosigned = status.cosigned.unwrap();
    assert_eq!(
        (cosigned.size, status.rounds, status.failures),
        (Size::new(300), 1, 0)
    );
    // What is remembered is not asked again.
    ledger.set(tree(301));
    bench.step();
    assert_eq!(server.olds(), ["old 300"]);
    let kept = ledger.kept.lock().unwrap();
    let by = kept[1].verify([cosigner().verifier()]).unwrap().len();
    assert_eq!((kept.len(), by, kept[1].signatures().len()), (2, 1, 2));
}

#[test]
fn a_round_takes_the_newest_and_an_idle_log_is_shown_again_after_ten_minutes() {
    let server = Scripted::new(honest(0));
    let ledger = Arc::new(Ledger::default());
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    assert_eq!(server.olds(), [""; 0], "nothing is published yet");
    ledger.set(tree(5));
    bench.step();
    for size in [6, 7, 8] {
        ledger.set(tree(size));
        bench.after(Duration::from_millis(300));
    }
    assert_eq!(server.olds(), ["old 0"], "more than one round a second");
    bench.after(Duration::from_millis(100));
    assert_eq!(server.olds(), ["old 5"]);
    assert_eq!(bench.status().cosigned.unwrap().size, Size::new(8));
    let before = bench.status().cosigned.unwrap().time;
    bench.after(REPUBLISH_AFTER - Duration::from_millis(1));
    assert_eq!(server.olds(), [""; 0]);
    bench.after(Duration::from_millis(1));
    assert_eq!(server.olds(), ["old 8"]);
    assert!(bench.status().cosigned.unwrap().time > before);
    assert_eq!(ledger.kept(), 3);
}

#[test]
fn a_witness_that_never_settles_is_asked_a_few_times_a_round() {
    let mut size = 0;
    let server = Scripted::new(move |_| {
        size += 1;
        Some(conflict(size))
    });
    let ledger = Ledger::with(tree(300));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    assert_eq!(server.asked().len(), MAX_ASKS);
    assert!(matches!(
        bench.status().last_failure,
        Some(Failure::Unsettled(MAX_ASKS))
    ));
    assert!(bench.alarms().is_empty());
}

#[test]
fn a_split_view_is_an_alarm_with_both_notes_and_the_witness_is_not_asked_again() {
    let theirs =
        note(&fork(5)).with_signature(cosigner().cosign(&checkpoint(&fork(5)), seconds(NEW_YEAR)));
    let theirs = theirs.unwrap();
    let empty_conflict = (409, String::new(), Vec::new());
    for (verdict, status) in [
        (said(422, "no\n"), 422),
        (empty_conflict, 409),
        (said(409, "5\n"), 409),
        (conflict(5), 409),
    ] {
        let shown = theirs.to_string();
        let script_verdict = verdict.clone();
        let mut asked = 0;
        let server = Scripted::new(move |request| {
            asked += 1;
            Some(match (request.line.starts_with("GET"), asked) {
                (true, _) => said(200, &shown),
                (false, 1) => conflict(5),
                (false, _) => script_verdict.clone(),
            })
        });
        let ledger = Ledger::with(tree(5));
        let mut bench = bench(&ledger, &server.url);
        bench.step();
        let asked = server.asked();
        let monitoring = format!("GET /{}/checkpoint HTTP/1.1", origin_id(&name(ORIGIN)));
        assert_eq!(
            (asked.len(), &asked[2].line),
            (3, &monitoring),
            "{verdict:?}"
        );
        let alarms = bench.alarms();
        assert_eq!(alarms.len(), 1, "{verdict:?}");
        let old = Size::new(5);
        assert_eq!(alarms[0].kind, AlarmKind::SplitView { status, old });
        assert_eq!(alarms[0].ours, note(&tree(5)));
        assert_eq!(alarms[0].theirs.as_ref(), Some(&theirs));
        assert_eq!(
            (alarms[0].witness.as_str(), &alarms[0].key),
            ("w1", cosigner().verifier())
        );
        assert!(bench.status().silenced && bench.status().alarm.is_some());
        ledger.set(tree(300));
        bench.after(2 * REPUBLISH_AFTER);
        assert_eq!(server.asked(), []);
        assert_eq!(ledger.kept(), 0);
    }
}

#[test]
fn a_witness_that_is_ahead_of_the_log_is_a_rollback_alarm_once() {
    let server = Scripted::new(honest(300));
    let ledger = Ledger::with(tree(5));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    let kind = AlarmKind::Rollback {
        cosigned: Size::new(300),
        newest: Size::new(5),
    };
    let kinds = |alarms: Vec<Alarm>| alarms.iter().map(|alarm| alarm.kind).collect::<Vec<_>>();
    assert_eq!(kinds(bench.alarms()), [kind]);
    assert!(matches!(bench.status().last_failure, Some(Failure::Behind)));
    bench.after(MAX_BACK_OFF);
    assert_eq!(kinds(bench.alarms()), []);
    assert_eq!(server.olds(), ["old 0", "old 5"]);
    // A standby that has caught up goes on.
    ledger.set(tree(301));
    bench.after(MAX_BACK_OFF);
    assert_eq!(server.olds(), ["old 300"]);
    assert_eq!(bench.status().cosigned.unwrap().size, Size::new(301));
}

#[test]
fn a_log_that_grew_meanwhile_is_looked_at_again_before_an_alarm() {
    let server = Scripted::new(honest(300));
    let ledger = Ledger::with(tree(5));
    ledger.next.lock().unwrap().push(tree(301));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    assert!(bench.alarms().is_empty());
    assert_eq!(server.olds(), ["old 0", "old 300"]);
    assert_eq!(ledger.kept(), 1);
}

#[test]
fn a_witness_that_lost_its_state_is_an_alarm_and_still_asked() {
    let mut forgot = honest(0);
    let mut asked = 0;
    let server = Scripted::new(move |request| {
        if request.line.starts_with("GET") {
            return Some(said(404, ""));
        }
        asked += 1;
        if asked == 2 {
            forgot = honest(2);
        }
        forgot(request)
    });
    let ledger = Ledger::with(tree(5));
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    ledger.set(tree(300));
    bench.step();
    let alarms = bench.alarms();
    assert_eq!(alarms.len(), 1);
    assert_eq!(
        alarms[0].kind,
        AlarmKind::WitnessWentBack {
            before: Size::new(5),
            now: Size::new(2)
        }
    );
    assert_eq!(alarms[0].theirs, None);
    assert_eq!(server.olds(), ["old 0", "old 5", "old 2"]);
    assert_eq!(bench.status().cosigned.unwrap().size, Size::new(300));
    assert!(!bench.status().silenced);
}

#[test]
fn what_is_no_cosignature_is_a_failure_of_its_own_kind_and_never_an_alarm() {
    let long = "a".repeat(usize::try_from(MAX_ANSWER_BYTES).unwrap() + 1);
    let stranger = cinnabar_tlog::Cosigner::from_seed(name("w2"), &seed(0x70));
    let stranger = stranger
        .cosign(&checkpoint(&tree(5)), seconds(NEW_YEAR))
        .to_string();
    let moved = (307, "location: /elsewhere\r\n".to_owned(), Vec::new());
    let no_size = (
        409,
        "content-type: text/x.tlog.size\r\n".to_owned(),
        b"five\n".to_vec(),
    );
    let rows: Vec<(Option<Said>, &str)> = vec![
        (None, "no answer"),
        (Some(said(200, &long)), "no answer"),
        (
            Some(said(429, "")),
            "the witness is not able to answer now (status 429)",
        ),
        (
            Some(said(500, "")),
            "the witness is not able to answer now (status 500)",
        ),
        (
            Some(said(503, "")),
            "the witness is not able to answer now (status 503)",
        ),
        (Some(said(400, "")), "the witness refuses (status 400)"),
        (Some(said(403, "")), "the witness refuses (status 403)"),
        (Some(said(404, "")), "the witness refuses (status 404)"),
        (Some(said(204, "")), "the witness refuses (status 204)"),
        (Some(moved), "the witness refuses (status 307)"),
        (Some(said(200, "")), "the answer is no signature lines"),
        (
            Some(said(200, "<html>\n")),
            "the answer is no signature lines",
        ),
        (
            Some(said(200, &note(&tree(5)).to_string())),
            "the answer is no signature lines",
        ),
        (
            Some(said(200, &line(&tree(6)))),
            "the cosignature does not verify",
        ),
        (
            Some(said(200, &format!("{}{}", line(&tree(5)), line(&tree(6))))),
            "the cosignature does not verify",
        ),
        (
            Some(said(200, &stranger)),
            "the answer has no line by the witness's key",
        ),
        (
            Some(no_size),
            "the witness conflicts with no size to go on from",
        ),
        (
            Some(conflict(0)),
            "the witness conflicts with no size to go on from",
        ),
    ];
    for (said, failure) in rows {
        let shown = format!("{:?}", said.as_ref().map(|said| said.0));
        let server = Scripted::new(move |_| said.clone());
        let ledger = Ledger::with(tree(5));
        let mut bench = bench(&ledger, &server.url);
        bench.step();
        let status = bench.status();
        assert_eq!(status.last_failure.unwrap().to_string(), failure, "{shown}");
        assert_eq!((status.failures, status.failures_in_a_row), (1, 1));
        assert!(bench.alarms().is_empty() && ledger.kept() == 0, "{shown}");
        assert!(
            server.asked().len() <= 1,
            "{shown}: a redirect is not followed"
        );
        bench.after(FIRST_BACK_OFF / 2 - Duration::from_millis(1));
        assert_eq!(server.asked(), [], "{shown}: no back-off");
        bench.after(FIRST_BACK_OFF);
        assert_eq!(
            bench.status().failures_in_a_row,
            2,
            "{shown}: never asked again"
        );
    }
}

#[test]
fn lines_of_keys_that_are_not_the_witness_s_are_ignored() {
    let stranger = cinnabar_tlog::Cosigner::from_seed(name("w2"), &seed(0x70));
    let stranger = stranger
        .cosign(&checkpoint(&tree(9)), seconds(NEW_YEAR))
        .to_string();
    let lines = format!("{stranger}{}", line(&tree(5)));
    let server = Scripted::list(vec![said(200, &lines)]);
    let ledger = Ledger::with(tree(5));
    bench(&ledger, &server.url).step();
    let kept = ledger.kept.lock().unwrap();
    let names: Vec<&str> = kept[0]
        .signatures()
        .iter()
        .map(|line| line.name().as_str())
        .collect();
    assert_eq!(names, [ORIGIN, WITNESS]);
}

#[test]
fn a_witness_that_comes_back_ends_its_back_off() {
    let mut said_500 = 3;
    let mut witness = honest(0);
    let server = Scripted::new(move |asked| {
        if said_500 > 0 {
            said_500 -= 1;
            return Some(said(500, ""));
        }
        witness(asked)
    });
    let ledger = Ledger::with(tree(5));
    let mut bench = bench(&ledger, &server.url);
    for _ in 0..4 {
        bench.after(MAX_BACK_OFF);
    }
    let status = bench.status();
    assert_eq!(
        (status.rounds, status.failures, status.failures_in_a_row),
        (4, 3, 0)
    );
    assert!(status.last_failure.is_none() && status.cosigned.is_some());
}

#[test]
fn other_witnesses_lines_are_not_sent_along() {
    let server = Scripted::new(honest(0));
    let ledger = Ledger::with(tree(5));
    for i in 0..20 {
        let other = cinnabar_tlog::Cosigner::from_seed(name(&format!("w{i}")), &seed(0x70));
        let other = other.cosign(&checkpoint(&tree(5)), seconds(NEW_YEAR));
        ledger.others.lock().unwrap().push(other);
    }
    bench(&ledger, &server.url).step();
    assert_eq!(server.asked()[0].body, request(0, &tree(5)));
}

#[test]
fn a_log_that_fails_is_no_fault_of_the_witness_and_no_alarm() {
    let server = Scripted::new(honest(0));
    let ledger = Ledger::with(tree(5));
    *ledger.broken.lock().unwrap() = true;
    let mut bench = bench(&ledger, &server.url);
    bench.step();
    assert!(matches!(bench.status().last_failure, Some(Failure::Log(_))));
    assert!(bench.alarms().is_empty() && bench.status().cosigned.is_none());
    *ledger.broken.lock().unwrap() = false;
    bench.after(MAX_BACK_OFF);
    assert_eq!(bench.status().cosigned.unwrap().size, Size::new(5));
}

#[test]
fn a_stopped_worker_asks_nobody() {
    let server = Scripted::new(honest(0));
    let ledger = Ledger::with(tree(5));
    let mut bench = bench(&ledger, &server.url);
    bench.stop.send(true).unwrap();
    bench.step();
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_slow_witness_holds_up_nobody_and_the_feeder_stops_when_told() {
    let (release, held) = mpsc::channel::<()>();
    let slow = Scripted::new(move |_| {
        let _ = held.recv();
        None
    });
    let quick = Scripted::new(honest(0));
    let (tell, told) = mpsc::channel();
    let mut ledger = Ledger {
        tell: Some(Mutex::new(tell)),
        ..Ledger::default()
    };
    *ledger.tree.get_mut().unwrap() = Some(tree(5));
    let log: Arc<dyn Log> = Arc::new(ledger);
    let other = cinnabar_tlog::Cosigner::from_seed(name("w0"), &seed(0x70));
    let policy = format!(
        "witness w0 {} {}/\nwitness w1 {} {}/\nwitness w2 {}\nquorum none\n",
        other.verifier(),
        slow.url,
        cosigner().verifier(),
        quick.url,
        cinnabar_tlog::Cosigner::from_seed(name("w2"), &seed(0x50)).verifier(),
    );
    let policy = TrustPolicy::parse(&policy).unwrap();
    let (options, _) = collecting();
    let (stop, stopped) = watch::channel(false);
    let feeder = Feeder::start(&policy, &log, &options, &stopped).unwrap();
    let note = tokio::task::spawn_blocking(move || told.recv().unwrap())
        .await
        .unwrap();
    assert!(note.verify([cosigner().verifier()]).is_ok());
    let status = feeder.status();
    let names: Vec<&str> = status.iter().map(|status| status.name.as_str()).collect();
    assert_eq!(names, ["w0", "w1"], "those with a URL");
    assert!(status[0].cosigned.is_none());
    stop.send(true).unwrap();
    drop(release);
    feeder.stopped().await;
}

#[test]
fn a_policy_with_too_many_witnesses_is_refused() {
    let mut policy = String::from("quorum none\n");
    for i in 0..=MAX_WITNESSES {
        let key = cinnabar_tlog::Cosigner::from_seed(name("w"), &[u8::try_from(i).unwrap(); 32]);
        policy.push_str(&format!(
            "witness w{i} {} http://127.0.0.1:1\n",
            key.verifier()
        ));
    }
    let policy = TrustPolicy::parse(&policy).unwrap();
    let log: Arc<dyn Log> = Ledger::with(tree(5));
    let (_stop, stopped) = watch::channel(false);
    let refused = Feeder::start(&policy, &log, &collecting().0, &stopped);
    assert!(matches!(refused, Err(StartError::TooMany(count)) if count == MAX_WITNESSES + 1));
}

#[test]
fn what_a_witness_shows_is_believed_only_with_its_line_and_the_log_s() {
    let good =
        note(&tree(5)).with_signature(cosigner().cosign(&checkpoint(&tree(5)), seconds(NEW_YEAR)));
    let good = good.unwrap().to_string();
    let forged = good.replacen("\n5\n", "\n6\n", 1);
    let uncosigned = note(&tree(5)).to_string();
    let unsigned = good.lines().filter(|line| !line.contains("EkCN90Wv"));
    let unsigned: String = unsigned.flat_map(|line| [line, "\n"]).collect();
    let rows = [
        (said(200, &good), Ok(Some(5))),
        (said(404, ""), Ok(None)),
        (said(500, ""), Err("status 500")),
        (said(200, "hello\n"), Err("the answer is no signed note")),
        (
            said(200, &forged),
            Err("the answer is no checkpoint of the log that the witness cosigned"),
        ),
        (
            said(200, &uncosigned),
            Err("the answer is no checkpoint of the log that the witness cosigned"),
        ),
        (
            said(200, &unsigned),
            Err("the answer is no checkpoint of the log that the witness cosigned"),
        ),
    ];
    for (answer, expected) in rows {
        let shown = format!("{answer:?}");
        let server = Scripted::new(move |_| Some(answer.clone()));
        let prefixes =
            MonitoringPrefixes::from([("w1".to_owned(), format!("{}/monitoring/", server.url))]);
        let policy = policy("http://127.0.0.1:1/");
        let got = ask_last(&policy, &Origin::new(ORIGIN).unwrap(), &prefixes);
        let line = format!(
            "GET /monitoring/{}/checkpoint HTTP/1.1",
            origin_id(&name(ORIGIN))
        );
        assert_eq!(server.asked()[0].line, line);
        assert_eq!((got.len(), got[0].witness.as_str()), (1, "w1"));
        let last = got[0]
            .last
            .as_ref()
            .map(|last| last.as_ref().map(|last| last.checkpoint().size.get()));
        assert_eq!(
            last.map_err(ToString::to_string),
            expected.map_err(str::to_owned),
            "{shown}"
        );
    }
    let nobody = policy("http://127.0.0.1:1/");
    let got = ask_last(
        &nobody,
        &Origin::new(ORIGIN).unwrap(),
        &MonitoringPrefixes::new(),
    );
    assert!(matches!(got[0].last, Err(AskError::NoAnswer(_))));
}
