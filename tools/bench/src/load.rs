//! Submitters: closed and open loops over NATS, timed from send to receipt.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use async_nats::Client;
use async_nats::client::Request;
use bytes::Bytes;
use cinnabar_events::Receipt;
use cinnabar_ledger::client::IntakeClient;
use cinnabar_ledger::{Answer, Identity};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// How long to wait for a reply of the path without commit.
const ECHO_WITHIN: Duration = Duration::from_secs(15);
/// Of so many receipts one is kept, to be verified after the clock stopped.
const SAMPLE_EVERY: u64 = 64;
/// Sends of an open loop that may be without an answer: beyond, the loop is cut off, and says so.
const OPEN_MAX: usize = 16_384;

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
    /// A refusal's code, or why there is no answer.
    Nothing(String),
}

impl Target {
    async fn ask(&self, body: Bytes) -> Reply {
        match self {
            Self::Ledger(client) => match client.submit(body.into()).await {
                Ok(Answer::Recorded {
                    receipt,
                    again: false,
                    ..
                }) => Reply::Receipt(receipt),
                Ok(Answer::Recorded { again: true, .. }) => Reply::Nothing("again".to_owned()),
                Ok(Answer::Admissible) => Reply::Nothing("admissible".to_owned()),
                Ok(Answer::Refused(problem)) => Reply::Nothing(problem.code.to_string()),
                Err(error) => Reply::Nothing(error.to_string()),
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

/// The statements to send: each once, or around and around.
pub(crate) enum Source {
    Once(Mutex<std::vec::IntoIter<Bytes>>),
    Around(Vec<Bytes>, AtomicUsize),
}

impl Source {
    pub(crate) fn once(statements: Vec<Bytes>) -> Arc<Self> {
        Arc::new(Self::Once(Mutex::new(statements.into_iter())))
    }

    pub(crate) fn around(statements: Vec<Bytes>) -> Arc<Self> {
        Arc::new(Self::Around(statements, AtomicUsize::new(0)))
    }

    fn next(&self) -> Option<Bytes> {
        match self {
            Self::Once(list) => list.lock().unwrap_or_else(PoisonError::into_inner).next(),
            Self::Around(list, next) => {
                let at = next.fetch_add(1, Ordering::Relaxed) % list.len();
                Some(list[at].clone())
            }
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
            Self::Around(..) => Vec::new(),
        }
    }
}

/// What a loop saw.
#[derive(Default)]
pub(crate) struct Seen {
    /// Nanoseconds of each request that was answered as it should be.
    pub(crate) nanos: Vec<u64>,
    /// How many got anything else, by code.
    pub(crate) others: BTreeMap<String, u64>,
    /// Some of the receipts.
    pub(crate) receipts: Vec<Vec<u8>>,
    /// From the first send to the last answer.
    pub(crate) elapsed: Duration,
}

impl Seen {
    fn note(&mut self, since: Instant, reply: Reply, verify: Option<&Identity>) {
        match reply {
            Reply::Receipt(receipt) => {
                if let Some(fault) = verify.and_then(|identity| fault_of(&receipt, identity)) {
                    *self.others.entry(fault).or_default() += 1;
                    return;
                }
                self.nanos.push(nanos(since));
                if self.nanos.len() as u64 % SAMPLE_EVERY == 1 {
                    self.receipts.push(receipt);
                }
            }
            Reply::Echoed => self.nanos.push(nanos(since)),
            Reply::Nothing(code) => *self.others.entry(code).or_default() += 1,
        }
    }

    fn absorb(&mut self, other: Self) {
        self.nanos.extend(other.nanos);
        self.receipts.extend(other.receipts);
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
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for index in 0..in_flight {
        let (submitters, source) = (submitters.clone(), source.clone());
        let verify = verify.clone();
        tasks.spawn(async move {
            let target = &submitters[index % submitters.len()];
            let mut seen = Seen::default();
            while start.elapsed() < duration
                && let Some(body) = source.next()
            {
                let sent = Instant::now();
                let reply = target.ask(body).await;
                seen.note(sent, reply, verify.as_deref());
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
            let Some(body) = source.next() else { break };
            open.fetch_add(1, Ordering::Relaxed);
            let (submitters, open, verify) = (submitters.clone(), open.clone(), verify.clone());
            let ask = async move {
                let target = &submitters[index as usize % submitters.len()];
                let reply = target.ask(body).await;
                let mut seen = Seen::default();
                seen.note(start + due, reply, verify.as_deref());
                open.fetch_sub(1, Ordering::Relaxed);
                seen
            };
            tasks.spawn_on(ask, &runtime);
        }
        (tasks, start, cut_off)
    };
    let (tasks, start, cut_off) = tokio::task::spawn_blocking(pace)
        .await
        .context("the open loop panicked")?;
    let mut seen = gather(tasks, start).await?;
    if cut_off > 0 {
        seen.others
            .insert("not sent: too many open".to_owned(), cut_off);
    }
    Ok(seen)
}
