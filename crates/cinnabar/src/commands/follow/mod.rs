//! `cinnabar follow`: entries from there on and live, verified as they come.
//!
//! Without a filter of kinds every entry is delivered, so the chain itself shows a gap. With one, the server leaves entries
//! out; then each entry is proven to be in the log, by its inclusion under a signed checkpoint. Checkpoints must
//! continue each other either way.

mod anchor;
mod feed;
mod filter;

use std::path::Path;
use std::time::{Duration, Instant};

use cinnabar_events::{Entry, LedgerId, Sequence, Subject};
use cinnabar_tlog::VerifierKey;
use cinnabar_verifier::{Alarm, Follower, Selection};
use serde_json::json;

use crate::alarm;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::http::Api;
use crate::out::{self, Plain};
use crate::profile::ProfileArg;
use crate::seen::Seen;
use crate::wire;
use anchor::{Anchor, Anchored};
use feed::Feed;
pub(crate) use filter::KindPattern;

/// First pause between two attempts to reach the feed. It doubles with every time.
const RECONNECT_FIRST: Duration = Duration::from_millis(250);
/// Longest pause between two attempts to reach the feed.
const RECONNECT_MAX: Duration = Duration::from_secs(10);
/// How long the feed is silent before what came is compared with a checkpoint.
const QUIET: Duration = Duration::from_millis(300);
/// How long to wait before trying again when too many entries wait for a checkpoint.
const FULL_PAUSE: Duration = Duration::from_secs(1);
/// How long the last entries may wait for a checkpoint when nothing more is awaited.
const LAST_ANCHOR_WITHIN: Duration = Duration::from_secs(30);
/// Entries after which that is done without waiting for silence.
const ANCHOR_EVERY: usize = 4_096;

/// Arguments of `cinnabar follow`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar follow --kind 'incident.*' --from 0
  cinnabar follow --subject product/triage --json

Ends with exit code 6 if what comes can't be the ledger, or not all of it.")]
pub(crate) struct Args {
    /// Only these kinds: NOUN.VERB, with * for any. The server leaves the others out.
    #[arg(long, value_name = "KIND")]
    kind: Option<KindPattern>,
    /// Only entries in this subject's dossier.
    #[arg(long, value_name = "CLASS/ID")]
    subject: Option<Subject>,
    /// From this sequence on; from the next entry on if absent.
    #[arg(long, value_name = "SEQ")]
    from: Option<u64>,
    /// End when no more entries are there, instead of waiting for new ones.
    #[arg(long)]
    until_now: bool,
    /// Print each entry's exact bytes, one a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    profile: ProfileArg,
}

/// Why following ended.
enum Ended {
    /// There is no more, and nobody waits for it.
    Drained,
    /// The feed broke off; going on is worth it.
    Broken(anyhow::Error),
}

/// Everything that is remembered between entries.
struct Following<'a> {
    args: &'a Args,
    ledger: LedgerId,
    follower: Follower,
    /// Away while it is at work on another thread.
    anchor: Option<Anchor>,
    /// The next sequence to ask for.
    next: Sequence,
    since_anchor: usize,
    log_key: VerifierKey,
    /// Whether the feed delivers every entry.
    whole: bool,
}

/// Runs `cinnabar follow`.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let profile = args.profile.load()?;
    let api = Api::new(&profile.api);
    let link = wire::dial(&profile, wire::As::Agency).await?;
    let feed = Feed::new(&link.client, &profile, args.kind.as_ref());
    let from = match args.from {
        Some(from) => from,
        None => feed.end().await?,
    };
    let from = Sequence::new(from);
    let whole = args.kind.is_none();
    // Nothing can be concluded from a dossier out of which the server left entries.
    let selection = if whole {
        Selection::All
    } else {
        Selection::Some
    };
    let seen = Seen::beside(&args.profile.profile, profile.verifier_key());
    let anchor = Anchor::new(api, profile.verifier_key(), !whole).remembering(seen);
    let mut following = Following {
        follower: Follower::new(profile.ledger, selection, from),
        anchor: Some(anchor),
        log_key: profile.verifier_key(),
        whole,
        args: &args,
        ledger: profile.ledger,
        next: from,
        since_anchor: 0,
    };
    tokio::select! {
        outcome = following.through_breaks(&feed) => outcome,
        what = wire::denial(link.events) => {
            let sentence = format!("the server does not let the user agency do that: {what}");
            Err(Failure::saying(Exit::Usage, sentence))
        }
    }
}

impl Following<'_> {
    /// Follows through every break of the feed.
    async fn through_breaks(&mut self, feed: &Feed<'_>) -> Result<(), Failure> {
        let mut pause = RECONNECT_FIRST;
        loop {
            let before = self.next;
            match self.once(feed).await? {
                Ended::Drained => return Ok(()),
                Ended::Broken(error) => {
                    if self.next > before {
                        pause = RECONNECT_FIRST;
                    }
                    let next = self.next;
                    out::note(format!(
                        "The feed broke off ({error:#}); going on from sequence {next}."
                    ));
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RECONNECT_MAX);
                }
            }
        }
    }

    /// Takes entries until the feed breaks off or is drained.
    async fn once(&mut self, feed: &Feed<'_>) -> Result<Ended, Failure> {
        let mut delivery = match feed.deliver(self.next).await {
            Ok(delivery) => delivery,
            Err(error) => return Ok(Ended::Broken(error)),
        };
        loop {
            let next = match tokio::time::timeout(QUIET, delivery.next()).await {
                Ok(next) => next,
                Err(_quiet) => {
                    self.anchor().await?;
                    if self.args.until_now && delivery.is_drained() {
                        return self.drained().await;
                    }
                    continue;
                }
            };
            let body = match next {
                Ok(body) => body,
                Err(error) => return Ok(Ended::Broken(error)),
            };
            self.take(&body)?;
            if self.since_anchor >= ANCHOR_EVERY {
                self.anchor().await?;
            }
        }
    }

    /// The last comparison, for whom nobody waits longer than [`LAST_ANCHOR_WITHIN`].
    async fn drained(&mut self) -> Result<Ended, Failure> {
        let started = Instant::now();
        while self.anchor_mut().is_behind() {
            if started.elapsed() > LAST_ANCHOR_WITHIN {
                return Err(Failure::saying(
                    Exit::Unreachable,
                    "the last entries could not be compared with a checkpoint",
                ));
            }
            tokio::time::sleep(QUIET).await;
            self.anchor().await?;
        }
        Ok(Ended::Drained)
    }

    /// Checks and prints one entry.
    fn take(&mut self, body: &[u8]) -> Result<(), Failure> {
        // What was accepted before is delivered again after a reconnect, and means nothing.
        let repeated = Entry::parse(body).is_ok_and(|entry| entry.seq() < self.next);
        if repeated {
            return Ok(());
        }
        let entry = self
            .follower
            .take(body)
            .map_err(|alarm| self.alarm(&alarm))?;
        self.anchor_mut().push(&entry);
        self.since_anchor += 1;
        self.next = entry.seq().next();
        let wanted = self
            .args
            .subject
            .as_ref()
            .is_none_or(|wanted| entry.dossiers().contains_key(wanted));
        if !wanted {
            return Ok(());
        }
        if self.args.json {
            out::bytes_line(entry.bytes())
        } else {
            out::line(in_words(&entry))
        }
    }

    /// Compares what came with a signed checkpoint; again and again while too much waits for one.
    async fn anchor(&mut self) -> Result<(), Failure> {
        loop {
            self.anchor_once().await?;
            if !self.anchor_mut().is_full() {
                return Ok(());
            }
            tokio::time::sleep(FULL_PAUSE).await;
        }
    }

    fn anchor_mut(&mut self) -> &mut Anchor {
        self.anchor
            .as_mut()
            .expect("it is put back after each comparison")
    }

    async fn anchor_once(&mut self) -> Result<(), Failure> {
        self.since_anchor = 0;
        let mut anchor = self
            .anchor
            .take()
            .expect("it is put back after each comparison");
        let tree = self.follower.tree().cloned();
        if self.whole {
            anchor.owes(self.next.get());
        }
        let compared = tokio::task::spawn_blocking(move || {
            let outcome = anchor.compare(tree.as_ref());
            (anchor, outcome)
        });
        let (anchor, outcome) = compared.await.or_fail(Exit::Bug)?;
        self.anchor = Some(anchor);
        match outcome {
            Anchored::Holds { again: false } | Anchored::Later(None) => Ok(()),
            Anchored::Holds { again: true } => {
                out::note("Compared with a checkpoint again: everything so far holds.");
                Ok(())
            }
            Anchored::Later(Some(why)) => {
                out::note(format!("Not compared with a checkpoint yet: {why}"));
                Ok(())
            }
            Anchored::Fork {
                what,
                held,
                shown,
                proofs,
            } => {
                let raised =
                    alarm::raise(&what, &held, &shown, &proofs, &self.log_key, Path::new(""));
                let text = raised.message().unwrap_or(what);
                Err(self.tell_alarm("follow.checkpoint", &text))
            }
            Anchored::Withheld { size, next } => {
                let text = format!(
                    "the log has signed for {size} entries, and the feed has not delivered entry {next}: entries are withheld here"
                );
                Err(self.tell_alarm("follow.withheld", &text))
            }
            Anchored::Contradiction(why) => Err(self.tell_alarm("follow.checkpoint", &why)),
            Anchored::Alarm(alarm) => Err(self.alarm(&alarm)),
        }
    }

    fn alarm(&self, alarm: &Alarm) -> Failure {
        self.tell_alarm(alarm.code(), &out::reasons(alarm))
    }

    fn tell_alarm(&self, code: &str, text: &str) -> Failure {
        if self.args.json {
            out::note(
                json!({ "alarm": code, "detail": text, "ledger": self.ledger, "next": self.next }),
            );
        } else {
            out::note(format!("ALARM: {} ({code})", Plain(text)));
        }
        Failure::quiet(Exit::Alarm)
    }
}

/// One entry on one line.
fn in_words(entry: &Entry) -> String {
    let statement = entry.statement();
    let signers: Vec<String> = statement
        .signers
        .iter()
        .map(|claim| format!("{} as {}", claim.actor, claim.role))
        .collect();
    format!(
        "{:>8}  {}  {:<24} {}  by {}",
        entry.seq(),
        entry.time(),
        statement.kind().as_str(),
        statement.subject,
        signers.join(", ")
    )
}
