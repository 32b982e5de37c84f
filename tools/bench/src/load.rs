//! Submitters: closed and open loops over NATS, timed from send to receipt.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use async_nats::Client;
use async_nats::client::Request;
use bytes::Bytes;
use cinnabar_events::Receipt;
use cinnabar_ledger::client::{ClientError, IntakeClient};
use cinnabar_ledger::{Answer, Identity};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::measured::Busy;
use crate::progress;

/// How long to wait for a reply of the path without commit.
const ECHO_WITHIN: Duration = Duration::from_secs(15);
/// Of so many receipts one is kept, to be verified after the clock stopped.
const SAMPLE_EVERY: usize = 64;
/// Most receipts that one closed loop keeps (2 KB each): then newer ones take the place of older ones.
const KEPT_MAX: usize = 20_000;
/// Sends of an open loop that may be without an answer: beyond, the loop is cut off, and says so.
const OPEN_MAX: usize = 16_384;

/// The code of the answer that says: too much at once.
pub(crate) const BUSY: &str = "busy";

/// What is said of statements that were due and not sent.
const NOT_SENT: &str = "not sent: too many open";

/// Where requests go, over a connection of its own.
pub(crate) enum Target {
    /// To the ledger.
    Ledger(IntakeClient),
    /// To the path without commit.
    Echo { client: Client, subject: String },
}

/// What a request came to.
enum Reply {
    Receipt(Vec<u8>),
    Echoed,
    /// Too much at once; and whether it is said when to come again.
    Busy {
        retry_after: bool,
    },
    /// A refusal's code, or why there is no answer.
    Nothing(String),
}

impl Target {
    async fn ask(&self, body: Bytes) -> Reply {
        match self {
            Self::Ledger(client) => match client.submit(body.to_vec()).await {
                Err(ClientError::TimedOut) => {
                    progress("a request has no answer and is sent again");
                    told(client.submit(body.into()).await, true)
                }
                answer => told(answer, false),
            },
            Self::Echo { client, subject } => {
                let request = Request::new().payload(body).timeout(Some(ECHO_WITHIN));
                match client.send_request(subject.clone(), request).await {
                    Ok(_) => Reply::Echoed,
                    Err(error) => Reply::Nothing(error.to_string()),
                }
            }
        }
    }
}

/// What the ledger's answer comes to. A statement may have been recorded before only if it is asked about again, because the answer
/// was lost: NATS draws the subjects of answers at random, and at 1,024 in flight two of some fifty million meet.
fn told(answer: Result<Answer, ClientError>, asked_again: bool) -> Reply {
    match answer {
        Ok(Answer::Recorded { receipt, again, .. }) if asked_again || !again => {
            Reply::Receipt(receipt)
        }
        Ok(Answer::Recorded { .. }) => Reply::Nothing("again".to_owned()),
        Ok(Answer::Admissible) => Reply::Nothing("admissible".to_owned()),
        Ok(Answer::Refused(problem)) if problem.code == BUSY => Reply::Busy {
            retry_after: problem.retry_after_ms.is_some(),
        },
        Ok(Answer::Refused(problem)) => Reply::Nothing(problem.code),
        Err(error) => Reply::Nothing(error.to_string()),
    }
}

/// The statements to send: each once, or around and around.
pub(crate) enum Source {
    Once(Mutex<std::vec::IntoIter<Bytes>>),
    Around(Vec<Bytes>, AtomicUsize),
    /// As they are signed, for as long as somebody signs; and how many may still be sent.
    Stream(tokio::sync::Mutex<Streamed>, AtomicU64),
}

/// The end of a stream of statements.
pub(crate) struct Streamed {
    parts: mpsc::Receiver<Vec<Bytes>>,
    part: std::vec::IntoIter<Bytes>,
}

impl Source {
    pub(crate) fn once(statements: Vec<Bytes>) -> Arc<Self> {
        Arc::new(Self::Once(Mutex::new(statements.into_iter())))
    }

    pub(crate) fn around(statements: Vec<Bytes>) -> Arc<Self> {
        Arc::new(Self::Around(statements, AtomicUsize::new(0)))
    }

    pub(crate) fn streamed(parts: mpsc::Receiver<Vec<Bytes>>) -> Arc<Self> {
        let part = Vec::new().into_iter();
        let stream = tokio::sync::Mutex::new(Streamed { parts, part });
        Arc::new(Self::Stream(stream, AtomicU64::new(0)))
    }

    /// Lets so many more of a stream be sent: none at first.
    pub(crate) fn allow(&self, count: u64) {
        if let Self::Stream(_, left) = self {
            left.store(count, Ordering::Relaxed);
        }
    }

    /// Ends a stream: whoever signs for it sees that nobody takes any more.
    pub(crate) async fn close(&self) {
        if let Self::Stream(stream, _) = self {
            let mut stream = stream.lock().await;
            stream.parts.close();
            stream.part = Vec::new().into_iter();
            while stream.parts.recv().await.is_some() {}
        }
    }

    /// The next one; of a stream, as soon as it is signed.
    async fn next(&self) -> Option<Bytes> {
        let Self::Stream(stream, left) = self else {
            return self.next_now();
        };
        let one_less = |left: u64| left.checked_sub(1);
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .ok()?;
        let mut stream = stream.lock().await;
        loop {
            if let Some(next) = stream.part.next() {
                return Some(next);
            }
            stream.part = stream.parts.recv().await?.into_iter();
        }
    }

    /// The next one, of those that were signed before; none of a stream.
    fn next_now(&self) -> Option<Bytes> {
        match self {
            Self::Once(list) => list.lock().unwrap_or_else(PoisonError::into_inner).next(),
            Self::Around(list, next) => {
                let at = next.fetch_add(1, Ordering::Relaxed) % list.len();
                Some(list[at].clone())
            }
            Self::Stream(..) => None,
        }
    }

    /// What was not sent.
    pub(crate) fn left(self: Arc<Self>) -> Vec<Bytes> {
        match &*self {
            Self::Once(list) => list
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .by_ref()
                .collect(),
            Self::Around(..) | Self::Stream(..) => Vec::new(),
        }
    }
}

/// What a loop saw.
#[derive(Default)]
pub(crate) struct Seen {
    /// Nanoseconds of each request that was answered as it should be.
    pub(crate) nanos: Vec<u64>,
    pub(crate) busy: Busy,
    /// Statements that were sent.
    pub(crate) sent: u64,
    /// For how long they were sent: until the last one.
    pub(crate) sending: Duration,
    /// Statements that an open loop did not send when they were due, because too many were without an answer.
    pub(crate) cut_off: u64,
    /// How many got anything else, by code.
    pub(crate) others: BTreeMap<String, u64>,
    /// Some of the receipts.
    pub(crate) receipts: Vec<Vec<u8>>,
    /// From the first send to the last answer.
    pub(crate) elapsed: Duration,
}

impl Seen {
    /// Where more is not asked than can be done, being busy is a failure like any other, and so is not being able to send.
    pub(crate) fn busy_is_a_failure(&mut self) {
        for (code, count) in [(BUSY, self.busy.answers), (NOT_SENT, self.cut_off)] {
            if count > 0 {
                self.others.insert(code.to_owned(), count);
            }
        }
    }

    /// Keeps one receipt in [`SAMPLE_EVERY`], `most` in all.
    fn keep(&mut self, receipt: Vec<u8>, most: usize) {
        let number = self.nanos.len();
        if !number.is_multiple_of(SAMPLE_EVERY) {
            return;
        }
        match self.receipts.len() < most {
            true => self.receipts.push(receipt),
            false => self.receipts[number / SAMPLE_EVERY % most] = receipt,
        }
    }

    fn note(&mut self, since: Instant, reply: Reply, verify: Option<&Identity>, most: usize) {
        match reply {
            Reply::Receipt(receipt) => {
                if let Some(fault) = verify.and_then(|identity| fault_of(&receipt, identity)) {
                    *self.others.entry(fault).or_default() += 1;
                    return;
                }
                let nanos = nanos(since);
                self.keep(receipt, most);
                self.nanos.push(nanos);
            }
            Reply::Echoed => self.nanos.push(nanos(since)),
            Reply::Busy { retry_after } => {
                self.busy.answers += 1;
                self.busy.without_retry_after += u64::from(!retry_after);
            }
            Reply::Nothing(code) => *self.others.entry(code).or_default() += 1,
        }
    }

    fn absorb(&mut self, other: Self) {
        self.nanos.extend(other.nanos);
        self.receipts.extend(other.receipts);
        self.sent += other.sent;
        self.busy.answers += other.busy.answers;
        self.busy.without_retry_after += other.busy.without_retry_after;
        for (code, count) in other.others {
            *self.others.entry(code).or_default() += count;
        }
    }

    /// Answers a second.
    pub(crate) fn throughput(&self) -> f64 {
        self.nanos.len() as f64 / self.elapsed.as_secs_f64()
    }
}

fn nanos(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Why a receipt proves nothing, if it doesn't.
pub(crate) fn fault_of(receipt: &[u8], identity: &Identity) -> Option<String> {
    match Receipt::parse(receipt) {
        Ok(receipt) => receipt
            .verify(&identity.vkey)
            .err()
            .map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

/// Sends with `in_flight` requests open at any time, each submitter in turn, for `duration` or until `source` is empty.
pub(crate) async fn closed(
    submitters: Arc<Vec<Target>>,
    source: Arc<Source>,
    in_flight: usize,
    duration: Duration,
    verify: Option<Arc<Identity>>,
) -> Result<Seen> {
    let (start, most) = (Instant::now(), KEPT_MAX.div_ceil(in_flight));
    let mut tasks = JoinSet::new();
    for index in 0..in_flight {
        let (submitters, source) = (submitters.clone(), source.clone());
        let verify = verify.clone();
        tasks.spawn(async move {
            let target = &submitters[index % submitters.len()];
            let mut seen = Seen::default();
            while start.elapsed() < duration
                && let Some(body) = source.next().await
            {
                let sent = Instant::now();
                seen.sent += 1;
                let reply = target.ask(body).await;
                seen.note(sent, reply, verify.as_deref(), most);
            }
            seen
        });
    }
    gather(tasks, start).await
}

async fn gather(mut tasks: JoinSet<Seen>, start: Instant) -> Result<Seen> {
    let mut all = Seen::default();
    while let Some(seen) = tasks.join_next().await {
        all.absorb(seen.context("a submitter panicked")?);
    }
    all.elapsed = start.elapsed();
    Ok(all)
}

/// Sends `rate` statements a second whatever comes back, for `duration` or until `source` is empty. Time counts from the moment
/// at which each was *due*, so that a stall is felt by all that fell due in it.
pub(crate) async fn open(
    submitters: Arc<Vec<Target>>,
    source: Arc<Source>,
    rate: u32,
    duration: Duration,
    verify: Option<Arc<Identity>>,
) -> Result<Seen> {
    let runtime = Handle::current();
    // A thread, because timers of the runtime are only good to a millisecond.
    let pace = move || {
        let start = Instant::now();
        let open = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        let mut cut_off = 0;
        for index in 0.. {
            let due = Duration::from_secs_f64(f64::from(index) / f64::from(rate));
            if due >= duration {
                break;
            }
            std::thread::sleep(due.saturating_sub(start.elapsed()));
            if open.load(Ordering::Relaxed) >= OPEN_MAX {
                cut_off += 1;
                continue;
            }
            let Some(body) = source.next_now() else { break };
            open.fetch_add(1, Ordering::Relaxed);
            let (submitters, open, verify) = (submitters.clone(), open.clone(), verify.clone());
            let ask = async move {
                let target = &submitters[index as usize % submitters.len()];
                let reply = target.ask(body).await;
                let mut seen = Seen {
                    sent: 1,
                    ..Seen::default()
                };
                seen.note(start + due, reply, verify.as_deref(), 1);
                if !(index as usize).is_multiple_of(SAMPLE_EVERY) {
                    seen.receipts.clear();
                }
                open.fetch_sub(1, Ordering::Relaxed);
                seen
            };
            tasks.spawn_on(ask, &runtime);
        }
        (tasks, start, start.elapsed(), cut_off)
    };
    let (tasks, start, sending, cut_off) = tokio::task::spawn_blocking(pace)
        .await
        .context("the open loop panicked")?;
    let mut seen = gather(tasks, start).await?;
    seen.sending = sending;
    seen.cut_off = cut_off;
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_is_what_the_ledger_calls_it() {
        assert_eq!(cinnabar_ledger::Problem::busy().code, BUSY);
    }

    #[tokio::test]
    async fn a_stream_gives_as_many_as_are_allowed_and_ends_when_nobody_signs() {
        let (parts, signed) = mpsc::channel(1);
        let source = Source::streamed(signed);
        parts
            .send(vec![Bytes::from_static(b"a"); 3])
            .await
            .expect("room");
        assert!(source.next().await.is_none(), "none is allowed yet");
        source.allow(2);
        assert!(source.next().await.is_some() && source.next().await.is_some());
        assert!(source.next().await.is_none());
        source.allow(9);
        source.close().await;
        assert!(parts.send(Vec::new()).await.is_err());
        assert!(source.next().await.is_none());
    }

    #[test]
    fn one_receipt_in_sixty_four_is_kept_and_newer_ones_take_the_place_of_older() {
        let mut seen = Seen::default();
        for number in 0..64 * 5_u32 {
            let reply = Reply::Receipt(number.to_be_bytes().to_vec());
            seen.note(Instant::now(), reply, None, 2);
        }
        assert_eq!(seen.nanos.len(), 320);
        let kept = [256_u32, 192].map(|number| number.to_be_bytes().to_vec());
        assert_eq!(seen.receipts, kept);
    }

    #[test]
    fn being_busy_is_a_failure_only_where_nobody_asks_for_too_much() {
        let mut seen = Seen::default();
        let busy = Reply::Busy { retry_after: false };
        seen.note(Instant::now(), busy, None, 1);
        seen.cut_off = 2;
        assert!(seen.others.is_empty());
        assert_eq!(seen.busy.without_retry_after, 1);
        seen.busy_is_a_failure();
        assert_eq!(seen.others.values().sum::<u64>(), 3);
    }

    #[test]
    fn what_was_not_sent_is_left() {
        let source = Source::once(vec![Bytes::from_static(b"a"), Bytes::from_static(b"b")]);
        assert_eq!(source.next_now().as_deref(), Some(&b"a"[..]));
        assert_eq!(source.left(), [Bytes::from_static(b"b")]);
    }
}
