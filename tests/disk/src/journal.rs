//! The journal of a load, kept outside of the ledger: what was given as a receipt, and when.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use cinnabar_events::{
    Kind, LedgerId, Listed, Payload, PublicKey, Receipt, Signed, SignerClaim, Statement,
    StatementId, canonical, encode, sign,
};
use cinnabar_ledger::client::{Answer, IntakeClient, Problem};
use cinnabar_ledger::embedded::login;
use cinnabar_ledger::founding::Layout;
use cinnabar_ledger::nats::names::Names;
use cinnabar_tests::desk::Desk;
use cinnabar_tlog::VerifierKey;
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// How long a statement is tried again before it counts as not recorded.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long an answer is waited for at least.
const ONCE: Duration = Duration::from_secs(2);
/// Pause between two times.
const AGAIN: Duration = Duration::from_millis(100);

/// A receipt that was given.
#[derive(Clone, Debug)]
pub struct Given {
    /// The entry's sequence.
    pub sequence: u64,
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// How many operations the disk had seen when the receipt was in our hands.
    pub at: usize,
}

/// What a load came to.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// Every receipt, in the order in which they came.
    pub given: Vec<Given>,
    /// What was refused instead, by code, each time that it was.
    pub refused: BTreeMap<String, u64>,
    /// Requests without an answer.
    pub unanswered: u64,
    /// The longest that a receipt took.
    pub longest: Duration,
    /// The last problem of each code.
    pub problems: BTreeMap<String, Problem>,
}

impl Journal {
    /// Receipts given before the disk had seen more than `operations`.
    pub fn before(&self, operations: usize) -> impl Iterator<Item = &Given> {
        self.given
            .iter()
            .filter(move |given| given.at <= operations)
    }

    fn absorb(&mut self, other: Self) {
        self.given.extend(other.given);
        self.unanswered += other.unanswered;
        self.longest = self.longest.max(other.longest);
        for (code, count) in other.refused {
            *self.refused.entry(code).or_default() += count;
        }
        self.problems.extend(other.problems);
    }
}

/// Makes statements: organisations, registered by a clerk whom the founders enrolled.
#[derive(Debug)]
pub struct Pen {
    ledger: LedgerId,
    keys: BTreeMap<&'static str, SigningKey>,
    next: AtomicU64,
}

/// Who says it, in which role.
type Claims = &'static [(&'static str, &'static str)];

impl Pen {
    /// The founders' keys of the ledger in `data`.
    ///
    /// # Panics
    /// If they are not there.
    #[must_use]
    pub fn of(data: &Path, ledger: LedgerId) -> Self {
        let key = |name: &'static str| {
            let path = data.join(format!("keys/{name}.key"));
            let key = ssh_key::PrivateKey::read_openssh_file(&path).expect("a founder's key");
            let pair = key.key_data().ed25519().expect("an Ed25519 key");
            (name, SigningKey::from_bytes(pair.private.as_ref()))
        };
        Self {
            ledger,
            keys: [
                key("wang"),
                key("zhao"),
                ("clerk", SigningKey::from_bytes(&[7; 32])),
            ]
            .into(),
            next: AtomicU64::new(0),
        }
    }

    /// What makes the clerk a registrar.
    fn appointment(&self) -> [Vec<u8>; 2] {
        let key = self.keys["clerk"].verifying_key().to_bytes();
        let key = PublicKey::from_bytes(key).to_string();
        let enrolled = json!({ "name": "A Clerk", "actorKind": "person", "key": key });
        let by: Claims = &[("wang", "institution_admin"), ("clerk", "incoming_key")];
        let granted = json!({ "role": "registrar" });
        let both: Claims = &[("wang", "institution_admin"), ("zhao", "institution_admin")];
        [
            self.request(Kind::ActorEnrolled, "actor/clerk", by, &enrolled),
            self.request(Kind::RoleGranted, "actor/clerk", both, &granted),
        ]
    }

    /// The next statement.
    fn next(&self) -> Vec<u8> {
        self.registration(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Statement number `number`: always the same bytes.
    fn registration(&self, number: u64) -> Vec<u8> {
        let subject = format!("organisation/o{number}");
        let data =
            json!({ "name": format!("Enterprise {number}"), "organisationKind": "enterprise" });
        let claims: Claims = &[("clerk", "registrar")];
        self.request(Kind::OrganisationRegistered, &subject, claims, &data)
    }

    fn request(&self, kind: Kind, subject: &str, claims: Claims, data: &Value) -> Vec<u8> {
        let data = encode(data).expect("it has a canonical form");
        let data = canonical::parse(&data).expect("it is canonical");
        let claim = |(actor, role): &(&str, &str)| SignerClaim {
            actor: actor.parse().expect("a name"),
            role: role.parse().expect("a role"),
            on_behalf_of: None,
        };
        let statement = Statement {
            ledger: Some(self.ledger),
            id: StatementId::derived("faults of the disk", &format!("{kind} {subject}")),
            subject: subject.parse().expect("a subject"),
            concerns: Listed::default(),
            signers: Listed::new(claims.iter().map(claim).collect()).expect("one or two"),
            basis: Listed::default(),
            occurred: None,
            effective: None,
            expects: None,
            migrated: None,
            commitments: BTreeMap::new(),
            payload: Payload::decode(kind, &data).expect("it fits its kind"),
        };
        let bytes = statement.to_bytes().expect("it is well-formed");
        let with = |(actor, _): &(&str, &str)| sign(&self.keys[actor], &bytes);
        let mut signatures: Vec<_> = claims.iter().map(with).collect();
        signatures.sort_by_key(|signature| signature.key);
        let signed = Signed::new(bytes, signatures).expect("each signed once");
        signed.to_request()
    }
}

/// A load on one ledger.
#[derive(Debug)]
pub struct Load {
    runtime: tokio::runtime::Runtime,
    intake: IntakeClient,
    pen: Arc<Pen>,
    /// What a disk's clock says: the number of operations seen.
    now: Arc<dyn Clock>,
    vkey: VerifierKey,
    journal: Mutex<Journal>,
    /// Nothing more is tried.
    over: Arc<AtomicBool>,
}

/// Says how many operations a disk has seen.
pub trait Clock: std::fmt::Debug + Send + Sync {
    /// How many.
    fn now(&self) -> usize;
}

/// No disk is watched.
#[derive(Debug)]
pub struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> usize {
        0
    }
}

impl Load {
    /// Connects to the ledger whose data are in `data`, and makes a registrar.
    ///
    /// # Panics
    /// If that doesn't work.
    #[must_use]
    pub fn on(data: &Path, now: Arc<dyn Clock>) -> Self {
        let load = Self::again(data, now, None);
        for statement in load.pen.appointment() {
            load.runtime.block_on(load.say(statement, PATIENCE));
        }
        assert_eq!(load.journal().given.len(), 2, "{:?}", load.journal());
        load
    }

    /// Connects again, after a restart, and goes on with the same pen and journal.
    ///
    /// # Panics
    /// If that doesn't work.
    #[must_use]
    pub fn again(data: &Path, now: Arc<dyn Clock>, before: Option<Self>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let desk = Desk::new(data, &data.join("connection.toml"));
        let (layout, url) = (Layout::new(data), desk.setting("nats"));
        let link = runtime.block_on(login(&layout, &url, "submitter"));
        let link = link.expect("the server takes a submitter");
        let names = Names::new(&desk.setting("name")).expect("a short name");
        let intake = IntakeClient::new(link.client, &names);
        let ledger = desk.setting("ledger").parse().expect("a ledger's id");
        let (pen, journal) = match before {
            Some(before) => (before.pen.clone(), before.journal()),
            None => (Arc::new(Pen::of(data, ledger)), Journal::default()),
        };
        Self {
            runtime,
            intake,
            pen,
            now,
            vkey: VerifierKey::parse(&desk.setting("vkey")).expect("a log's key"),
            journal: Mutex::new(journal),
            over: Arc::default(),
        }
    }

    /// Goes on after all that was sent was given up.
    #[must_use]
    pub fn resumed(mut before: Self) -> Self {
        before.over = Arc::default();
        before
    }

    /// Tries nothing more: whoever sends, ends.
    pub fn give_up(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// What was given so far.
    #[must_use]
    pub fn journal(&self) -> Journal {
        let journal = self.journal.lock();
        journal.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends `count` statements, `in_flight` at a time, each again until it is recorded or `patience` is over.
    pub fn send(&self, count: usize, in_flight: usize, patience: Duration) {
        let requests: Vec<_> = (0..count).map(|_| self.pen.next()).collect();
        self.runtime.block_on(async {
            let mut waiting = requests.into_iter();
            let mut tasks = JoinSet::new();
            loop {
                while tasks.len() < in_flight
                    && let Some(request) = waiting.next()
                {
                    tasks.spawn(self.saying(request, patience));
                }
                let Some(done) = tasks.join_next().await else {
                    break;
                };
                self.absorb(done.expect("a submitter does not panic"));
            }
        });
    }

    /// Asks again for what was said as number `number`.
    pub fn repeat(&self, number: u64, patience: Duration) {
        let request = self.pen.registration(number);
        self.runtime.block_on(self.say(request, patience));
    }

    /// Sends one statement `times` times at once, without patience: the queue in front of the writer fills.
    pub fn crowd(&self, times: usize, patience: Duration) {
        let request = self.pen.next();
        self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for _ in 0..times {
                tasks.spawn(self.saying(request.clone(), patience));
            }
            while let Some(done) = tasks.join_next().await {
                self.absorb(done.expect("a submitter does not panic"));
            }
        });
    }

    async fn say(&self, request: Vec<u8>, patience: Duration) {
        let said = self.saying(request, patience).await;
        self.absorb(said);
    }

    /// Sends one statement until it is recorded, or `patience` or everything is over.
    fn saying(
        &self,
        request: Vec<u8>,
        patience: Duration,
    ) -> impl Future<Output = Journal> + Send + 'static {
        let (intake, now) = (self.intake.clone(), self.now.clone());
        let (vkey, over) = (self.vkey.clone(), self.over.clone());
        async move { say(&intake, &*now, &vkey, &over, request, patience).await }
    }

    fn absorb(&self, said: Journal) {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.absorb(said);
    }
}

/// Sends one statement until it is recorded or `patience` is over.
async fn say(
    intake: &IntakeClient,
    now: &dyn Clock,
    vkey: &VerifierKey,
    over: &AtomicBool,
    request: Vec<u8>,
    patience: Duration,
) -> Journal {
    let mut journal = Journal::default();
    let since = Instant::now();
    while !over.load(Ordering::Relaxed) {
        // Whoever has no patience doesn't wait for the client's either.
        let answer = tokio::time::timeout(patience.max(ONCE), intake.submit(request.clone())).await;
        match answer {
            Ok(Ok(Answer::Recorded { receipt, .. })) => {
                let at = now.now();
                let receipt = Receipt::parse(&receipt).expect("a receipt");
                receipt.verify(vkey).expect("the receipt holds");
                journal.longest = since.elapsed();
                journal.given.push(Given {
                    sequence: receipt.entry().seq().get(),
                    entry: receipt.entry().bytes().to_vec(),
                    at,
                });
                return journal;
            }
            Ok(Ok(Answer::Refused(problem))) => {
                assert_eq!(problem.status, 503, "{problem:?}");
                let code = problem.code.clone();
                *journal.refused.entry(code.clone()).or_default() += 1;
                journal.problems.insert(code, *problem);
            }
            Ok(Ok(Answer::Admissible)) => unreachable!("it was to be recorded"),
            Ok(Err(_)) | Err(_) => journal.unanswered += 1,
        }
        if since.elapsed() > patience {
            return journal;
        }
        tokio::time::sleep(AGAIN).await;
    }
    journal
}
