//! R34: more connections, bytes and requests than there is room for.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use cinnabar_failpoint::Failpoint;
use cinnabar_faults::book::What;
use cinnabar_faults::oracle::judge;
use cinnabar_faults::people::{Person, new_id, registration};
use cinnabar_faults::scribe::{Scribe, read};
use cinnabar_faults::supervisor::{Keeper, Run, Single, at};
use cinnabar_tests::http;
use cinnabar_tests::running::eventually;
use cinnabar_tests::tally::{ran, seed, times};

/// How long a test waits for an answer that comes.
const SOON: Duration = Duration::from_secs(60);
/// Requests of the flood that are without an answer at a time: more than twice what the queue holds.
const WITHOUT_ANSWER: usize = 12_000;
/// Connections that nobody takes any more, in a row: then there are as many as can be.
const IN_VAIN: usize = 10;
/// Most memory that the process may have had at any time, in kilobytes: it has some 100 MB when idle.
const PEAK_MAX_KB: u64 = 700_000;

/// The most memory that a process ever had, in kilobytes.
fn peak_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

#[test]
fn a_full_queue_says_busy_and_when_to_come_again_and_forgets_nobody() {
    let mut random = fastrand::Rng::with_seed(seed());
    let mut ledger = Single::with_registrars(&["journal"]);
    ledger.kill();
    // A disk that takes a second for each block.
    ledger.start(&at(Failpoint::BlockSigned, "sleep:1000"));
    let profile = ledger.profile();
    let person = Person::new("journal", "registrar");
    let book = ledger.path("journal.jsonl");
    let mut wire = profile.dial(None).unwrap();
    let subject = profile.submit_subject();
    let draft = registration(new_id(&mut random), "in-the-flood", &person);
    let request = draft.request(&profile.ledger);
    let flood = times(12_000, 200_000);
    let mut sender = profile.dial(None).unwrap();
    let (mut busy, mut again, mut first) = (0, 0, 0);
    for number in 0..flood + WITHOUT_ANSWER {
        if number < flood {
            wire.send(&subject, &request).unwrap();
        }
        // The broker drops whoever doesn't read what it has for them.
        if number < WITHOUT_ANSWER {
            continue;
        }
        let answer = wire.next(Instant::now() + SOON).unwrap();
        match read(&answer.unwrap_or_else(|| panic!("no answer after {number} of {flood}"))) {
            What::Receipt { again: true, .. } => again += 1,
            What::Receipt { again: false, .. } => first += 1,
            What::Refused { problem } => {
                assert_eq!(
                    (&problem["code"], &problem["status"]),
                    (&"busy".into(), &503.into())
                );
                let wait = problem["retryAfterMs"].as_u64();
                assert!(wait.is_some_and(|wait| wait > 0));
                busy += 1;
            }
            other @ (What::Sent { .. } | What::Unanswered { .. }) => panic!("{other:?}"),
        }
    }
    assert!(
        busy > 0 && first == 1,
        "{busy} busy, {first} first, {again} again"
    );
    let told = sender
        .ask(&profile.intake_subject("info"), b"", SOON)
        .unwrap();
    assert!(told.is_some(), "it still says which ledger it is");
    let peak = peak_kb(ledger.id());
    assert!(peak < PEAK_MAX_KB, "{peak} kB");
    let mut scribe = Scribe::new(&ledger.profile_path(), None, &book, 1);
    let calm = scribe.say(&draft, SOON);
    assert!(
        matches!(calm, What::Receipt { again: true, .. }),
        "{calm:?}"
    );
    judge(&ledger, &[&book]);
    ran(
        "R34",
        &format!(
            "{flood} requests, {WITHOUT_ANSWER} at once: {busy} told busy, {} got receipts; {} MB at most",
            first + again,
            peak / 1024
        ),
    );
}

/// Sends a body without end, which must be refused: how many MB of it were taken.
fn sends_without_end(api: &str) -> usize {
    let mut endless = TcpStream::connect(api).unwrap();
    endless
        .set_write_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    endless
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let head = "POST /v1/ledger HTTP/1.1\r\nHost: ledger\r\nContent-Length: 104857600\r\n\r\n";
    endless.write_all(head.as_bytes()).unwrap();
    let chunk = vec![b'x'; 1 << 20];
    let sent = (0..100)
        .take_while(|_| endless.write_all(&chunk).is_ok())
        .count();
    let mut answer = [0; 12];
    let refused = endless.read_exact(&mut answer).is_err() || answer.starts_with(b"HTTP/1.1 4");
    assert!(refused, "{}", String::from_utf8_lossy(&answer));
    sent
}

/// A connection over which the beginning of a request comes, and then nothing more.
fn slow(api: &SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(api, Duration::from_secs(2))?;
    stream.write_all(b"GET /v1/ledger HTTP/1.1\r\nHost: ledger\r\nX-Slow: ")?;
    Ok(stream)
}

#[test]
fn idle_and_slow_connections_and_bodies_without_end_keep_nobody_from_the_ledger() {
    let mut ledger = Single::with_registrars(&["journal"]);
    ledger.kill();
    let files = times(256, 1024);
    let limit = format!("--nofile={files}:{files}");
    // Fewer files than connections.
    ledger.launch(&[], "", &["prlimit", &limit]);
    assert!(ledger.comes_up(), "{}", ledger.said());
    let profile = ledger.profile();
    let api = profile.api.trim_start_matches("http://").to_owned();
    let book = ledger.path("journal.jsonl");
    let mut keeper = Keeper::start(&ledger.profile_path(), &book, &Run::default());
    keeper.more_receipts(3);

    // Slowloris.
    let address = api.parse().unwrap();
    let (mut idle, mut in_vain) = (Vec::new(), 0);
    while idle.len() < times(400, 3_000) && in_vain < IN_VAIN {
        match slow(&address) {
            Ok(stream) => idle.push(stream),
            Err(_) => in_vain += 1,
        }
    }
    // Statements go over connections that are there already.
    keeper.more_receipts(20);
    assert!(!ledger.has_ended(), "{}", ledger.said());
    let held = idle.len();
    drop(idle);
    eventually("an answer again", || {
        let (status, _) = http::get(&profile.api, "/v1/ledger")?;
        (status == 200).then_some(())
    });

    let sent = sends_without_end(&api);

    // More than the server takes at once: it says so and hangs up, and others don't notice.
    let mut greedy = profile.dial(None).unwrap();
    let huge = vec![b'x'; 2 << 20];
    let told = greedy.ask(&profile.submit_subject(), &huge, SOON);
    assert!(told.is_err(), "{told:?}");

    keeper.more_receipts(3);
    let peak = peak_kb(ledger.id());
    assert!(peak < PEAK_MAX_KB, "{peak} kB");
    let counts = keeper.finish();
    judge(&ledger, &[&book]);
    ran(
        "R34",
        &format!(
            "{held} idle connections with {files} files, a body of 100 MB ({sent} MB taken), a statement of 2 MB: {} receipts meanwhile, {} MB at most",
            counts.receipts,
            peak / 1024
        ),
    );
}
