//! A process of its own that submits statements, writes down each one before it is sent and each answer that comes, and asks again
//! where none came. It is not among those that are killed.
//!
//! Words on standard input: `count` prints how far it is; `finish` (or the end of the input) ends it, once every request is answered.

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cinnabar_faults::book::{Book, Line, What, now};
use cinnabar_faults::mix::{Choice, Mix};
use cinnabar_faults::people::{Draft, Person};
use cinnabar_faults::profile::Profile;
use cinnabar_faults::scribe::read;
use cinnabar_faults::wire::Wire;
use clap::Parser;

/// Pause before a request is sent again.
const PAUSE: Duration = Duration::from_millis(20);

/// Submits statements and keeps a journal of it.
#[derive(Debug, Parser)]
struct Args {
    /// The ledger's connection profile; read again at every connection.
    #[arg(long)]
    profile: PathBuf,
    /// Where to connect to, instead of where the profile says: a proxy.
    #[arg(long)]
    way: Option<String>,
    /// Where the journal is kept.
    #[arg(long)]
    book: PathBuf,
    /// Who signs, a registrar whose key follows from the name.
    #[arg(long, default_value = "journal")]
    actor: String,
    /// How many send at once, each one request at a time.
    #[arg(long, default_value_t = 4)]
    clients: usize,
    /// What is said.
    #[arg(long, value_enum, default_value_t = Mix::Register)]
    mix: Mix,
    /// How many organisations clients race for.
    #[arg(long, default_value_t = 2)]
    subjects: usize,
    /// Where random choices start.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Goes into every name: runs over one ledger need different ones.
    #[arg(long, default_value = "1")]
    tag: String,
    /// How long to wait for an answer before asking again.
    #[arg(long, default_value_t = 2000)]
    patience_ms: u64,
    /// Pause of each client between two statements.
    #[arg(long, default_value_t = 0)]
    rest_ms: u64,
    /// How long to go on asking, once it is to finish.
    #[arg(long, default_value_t = 90)]
    finish_within_s: u64,
}

/// What all clients share.
struct Journal {
    args: Args,
    book: Book,
    choice: Choice,
    finishing: AtomicBool,
    /// When to give up, in microseconds; 0 until it finishes.
    give_up: AtomicU64,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    sent: AtomicU64,
    receipts: AtomicU64,
    refused: AtomicU64,
    unanswered: AtomicU64,
    given_up: AtomicU64,
}

fn main() -> std::io::Result<()> {
    let args = Args::parse();
    let registrar = Person::new(&args.actor, "registrar");
    let choice = Choice::new(args.mix, &args.tag, registrar, args.subjects);
    let journal = Arc::new(Journal {
        book: Book::open(&args.book)?,
        choice,
        finishing: AtomicBool::new(false),
        give_up: AtomicU64::new(0),
        counts: Counts::default(),
        args,
    });
    let mut random = fastrand::Rng::with_seed(journal.args.seed);
    let mut first = Client::new(&journal, 0, random.fork());
    for draft in journal.choice.first(&mut random) {
        first.say(&draft);
    }
    let clients: Vec<_> = (1..=journal.args.clients)
        .map(|number| {
            let (journal, random) = (Arc::clone(&journal), random.fork());
            std::thread::spawn(move || Client::new(&journal, number, random).run())
        })
        .collect();
    say("begun");
    for word in std::io::stdin().lock().lines().map_while(Result::ok) {
        match word.trim() {
            "count" => say(&journal.counts.told()),
            "finish" => break,
            other => say(&format!("unknown word {other}")),
        }
    }
    let give_up = now() + journal.args.finish_within_s * 1_000_000;
    journal.give_up.store(give_up, Ordering::SeqCst);
    journal.finishing.store(true, Ordering::SeqCst);
    let panicked = clients
        .into_iter()
        .filter_map(|one| one.join().err())
        .count();
    say(&format!("finished {}", journal.counts.told()));
    if panicked > 0 || journal.counts.given_up.load(Ordering::SeqCst) > 0 {
        std::process::exit(1);
    }
    Ok(())
}

fn say(text: &str) {
    // Whoever started it may be gone.
    let _ = writeln!(std::io::stdout(), "{text}");
}

impl Counts {
    fn told(&self) -> String {
        let of = |count: &AtomicU64| count.load(Ordering::SeqCst);
        format!(
            "sent={} receipts={} refused={} unanswered={} given-up={}",
            of(&self.sent),
            of(&self.receipts),
            of(&self.refused),
            of(&self.unanswered),
            of(&self.given_up)
        )
    }
}

struct Client<'j> {
    journal: &'j Journal,
    number: usize,
    random: fastrand::Rng,
    wire: Option<(Profile, Wire)>,
    said: u64,
}

impl<'j> Client<'j> {
    fn new(journal: &'j Journal, number: usize, random: fastrand::Rng) -> Self {
        Self {
            journal,
            number,
            random,
            wire: None,
            said: 0,
        }
    }

    fn run(mut self) {
        while !self.journal.finishing.load(Ordering::SeqCst) {
            self.said += 1;
            let choice = &self.journal.choice;
            let draft = choice.next(self.number, self.said, &mut self.random);
            self.say(&draft);
            std::thread::sleep(Duration::from_millis(self.journal.args.rest_ms));
        }
    }

    /// Sends a statement until there is an answer that settles it.
    fn say(&mut self, draft: &Draft) {
        let mut request = None;
        loop {
            let what = match self.connected() {
                Ok(()) => self.once(draft, &mut request),
                Err(error) => {
                    // Nothing was sent.
                    self.wire = None;
                    Some(What::Unanswered {
                        why: error.to_string(),
                    })
                    .filter(|_| request.is_some())
                }
            };
            if let Some(what) = what {
                self.journal.choice.learn(draft, &what);
                let settled = what.is_final();
                self.note(draft, what);
                if settled {
                    return;
                }
            }
            let give_up = self.journal.give_up.load(Ordering::SeqCst);
            if give_up != 0 && (request.is_none() || now() > give_up) {
                if request.is_some() {
                    self.journal.counts.given_up.fetch_add(1, Ordering::SeqCst);
                }
                return;
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Sends it once, and waits for what comes.
    fn once(&mut self, draft: &Draft, request: &mut Option<Vec<u8>>) -> Option<What> {
        let (profile, mut wire) = self.wire.take()?;
        let bytes = request
            .get_or_insert_with(|| draft.request(&profile.ledger))
            .clone();
        let text = String::from_utf8(bytes.clone()).expect("a request is JSON");
        self.note(draft, What::Sent { request: text });
        let patience = Duration::from_millis(self.journal.args.patience_ms);
        let deadline = Instant::now() + patience;
        let sent = wire.send(&profile.submit_subject(), &bytes);
        let answered = sent.and_then(|number| {
            while let Some(answer) = wire.next(deadline)? {
                if answer.to == number {
                    return Ok(Some(answer));
                }
            }
            Ok(None)
        });
        let unanswered = |why: String| Some(What::Unanswered { why });
        match answered {
            // An answer that comes late goes unheard: the connection is left behind.
            Ok(None) => unanswered("no answer in time".to_owned()),
            Err(error) => unanswered(error.to_string()),
            Ok(Some(answer)) => {
                self.wire = Some((profile, wire));
                Some(read(&answer))
            }
        }
    }

    fn connected(&mut self) -> std::io::Result<()> {
        if self.wire.is_none() {
            let profile = Profile::read(&self.journal.args.profile)?;
            let wire = profile.dial(self.journal.args.way.as_deref())?;
            self.wire = Some((profile, wire));
        }
        Ok(())
    }

    fn note(&self, draft: &Draft, what: What) {
        let counts = &self.journal.counts;
        let count = match &what {
            What::Sent { .. } => &counts.sent,
            What::Receipt { .. } => &counts.receipts,
            What::Refused { .. } => &counts.refused,
            What::Unanswered { .. } => &counts.unanswered,
        };
        count.fetch_add(1, Ordering::SeqCst);
        let line = Line {
            id: draft.id.to_string(),
            actor: draft.signers[0].actor.clone(),
            client: self.number,
            at: now(),
            what,
        };
        if let Err(error) = self.journal.book.write(&line) {
            say(&format!("the journal can't be written: {error}"));
            std::process::exit(2);
        }
    }
}
