//! Reviews by the ethics committee: what holds whatever members say, in whatever order.

mod cases;

use std::collections::{BTreeMap, BTreeSet};

use cinnabar_events::kinds::{Ballot, DimensionScore, Opinion, SealedVote, Vote, VoteSalt};
use cinnabar_events::{Id, Kind, Listed, Payload, Timestamp};
use cinnabar_governance::testing::{Draft, Town};
use cinnabar_governance::{Record, RecordKey, Records, Rejection, ReviewRecord};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const MEMBERS: [&str; 7] = ["bai", "cao", "deng", "fan", "gao", "han", "jin"];
const CLASSES: [&str; 7] = [
    "technology",
    "technology",
    "ethics",
    "ethics",
    "law",
    "sector",
    "public",
];
const HOUR: i64 = 3600;
const DIMENSIONS: [&str; 6] = [
    "human_wellbeing",
    "fairness",
    "controllable_trustworthy",
    "transparent_explainable",
    "accountable_traceable",
    "privacy_protection",
];

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn scores(vote: Vote) -> Json {
    let all = DIMENSIONS.map(|dimension| json!({ "dimension": dimension, "score": 3 }));
    match vote {
        Vote::Abstain => json!([]),
        _ => json!(all),
    }
}

fn seal(member: &str, round: u32, vote: Vote) -> SealedVote {
    let scores: Vec<DimensionScore> = serde_json::from_value(scores(vote)).unwrap();
    let scores = &Listed::new(scores).unwrap();
    let salt = VoteSalt::from_bytes([round as u8; 32]);
    SealedVote::of(
        &id("r1"),
        round,
        &id(member),
        &Ballot { vote, scores },
        &salt,
    )
}

/// A committee of [`MEMBERS`], and a review of a matter that is no product.
struct Hall {
    town: Town,
}

impl Hall {
    fn open(procedure: &str, members: &[&str]) -> Self {
        thread_local! {
            static CITY: Town = Town::city();
        }
        let mut hall = Self {
            town: CITY.with(Clone::clone),
        };
        let seats: Vec<Json> = MEMBERS
            .iter()
            .zip(CLASSES)
            .map(|(actor, class)| json!({ "actor": actor, "class": class, "until": "2029-12-31" }))
            .collect();
        let data = json!({ "name": "Ethics committee", "chair": "kong", "seats": seats });
        let two = ["chen:decision_maker", "qian:decision_maker"];
        let draft = hall
            .town
            .draft(Kind::CommitteeConstituted, "committee/ethics", &two, &data);
        hall.town.say(&draft).unwrap();
        let mut data = json!({
            "title": "t", "committee": "ethics", "trigger": "request", "procedure": procedure, "members": members,
        });
        if procedure == "emergency" {
            data["grounds"] = "It burns.".into();
        }
        let draft = hall.draft(Kind::ReviewOpened, "ma:committee_secretary", &data);
        hall.town
            .say(&draft.concerning(&["committee/ethics"]))
            .unwrap();
        hall
    }

    /// All have declared that nothing ties them, and those present have met.
    fn voting(procedure: &str, present: &[&str]) -> Self {
        let mut hall = Self::open(procedure, present);
        for member in present {
            hall.declare(member, "none").unwrap();
        }
        hall.session(1, present).unwrap();
        hall
    }

    fn draft(&mut self, kind: Kind, signer: &str, data: &Json) -> Draft {
        self.town.draft(kind, "review/r1", &[signer], data)
    }

    /// Says it; a refusal changes nothing, but for what the ledger itself has to say before.
    fn say(&mut self, kind: Kind, signer: &str, data: &Json) -> Result<(), Rejection> {
        let draft = self.draft(kind, signer, data);
        let (records, entries) = (self.town.records().clone(), self.town.entries().len());
        let verdict = self.town.say(&draft);
        if verdict.is_err() {
            let more = &self.town.entries()[entries..];
            let by_itself =
                |entry: &cinnabar_events::Entry| entry.statement().kind() == Kind::DeadlineMissed;
            assert!(more.iter().all(by_itself));
            assert!(!more.is_empty() || records == *self.town.records());
        }
        verdict.map(|_| ())
    }

    fn member(&mut self, kind: Kind, member: &str, data: &Json) -> Result<(), Rejection> {
        self.say(kind, &format!("{member}:committee_member"), data)
    }

    fn declare(&mut self, member: &str, conflict: &str) -> Result<(), Rejection> {
        let data = json!({ "conflict": conflict });
        self.member(Kind::ConflictDeclared, member, &data)
    }

    fn session(&mut self, round: u32, present: &[&str]) -> Result<(), Rejection> {
        let minutes = json!({ "title": "m", "sha256": "ab".repeat(32) });
        let data =
            json!({ "round": round, "mode": "video", "present": present, "minutes": minutes });
        self.say(Kind::SessionHeld, "ma:committee_secretary", &data)
    }

    fn seal(&mut self, member: &str, round: u32, vote: Vote) -> Result<(), Rejection> {
        let data = json!({ "round": round, "seal": seal(member, round, vote).to_string() });
        self.member(Kind::VoteSealed, member, &data)
    }

    fn reveal(&mut self, member: &str, round: u32, vote: Vote) -> Result<(), Rejection> {
        let salt = VoteSalt::from_bytes([round as u8; 32]).to_string();
        let mut data = json!({ "round": round, "vote": vote.as_str(), "salt": salt });
        if vote != Vote::Abstain {
            data["scores"] = scores(vote);
        }
        self.member(Kind::VoteRevealed, member, &data)
    }

    fn issue(&mut self, opinion: &Issue) -> Result<(), Rejection> {
        let Issue {
            round,
            opinion,
            tally,
            unrevealed,
        } = opinion;
        let mut data = json!({
            "round": round, "opinion": opinion.as_str(), "passed": opinion.approves(), "publicSummary": "s", "minorityOpinion": "m",
            "tally": { "approve": tally[0], "approveAfterModification": tally[1], "reviseAndResubmit": tally[2], "reject": tally[3], "abstain": tally[4] },
        });
        if !unrevealed.is_empty() {
            data["unrevealed"] = json!(unrevealed);
        }
        if opinion.approves() {
            data["trackingBy"] = "2027-06-30".into();
        }
        if matches!(
            opinion,
            Opinion::ApprovedAfterModification | Opinion::ReviseAndResubmit
        ) {
            data["requiredModifications"] = json!(["c"]);
        }
        self.say(Kind::OpinionIssued, "kong:committee_chair", &data)
    }

    fn review(&self) -> ReviewRecord {
        let key = RecordKey::State("review/r1".parse().unwrap());
        match self.town.records().record(&key) {
            Ok(Some(Record::Review(review))) => review,
            other => panic!("{other:?}"),
        }
    }
}

fn code(verdict: Result<(), Rejection>) -> &'static str {
    verdict.map_or_else(|rejection| rejection.code(), |()| "said")
}

/// An opinion as the chair would issue it: votes in the order of [`Vote::ALL`].
#[derive(Clone, Debug, PartialEq)]
struct Issue {
    round: u32,
    opinion: Opinion,
    tally: [u32; 5],
    unrevealed: Vec<String>,
}

/// A round as the statements on the ledger tell it.
#[derive(Clone, Debug)]
struct Told {
    round: u32,
    since: Timestamp,
    present: BTreeSet<String>,
    recused: BTreeSet<String>,
    sealed: BTreeMap<String, SealedVote>,
    revealed: BTreeMap<String, Vote>,
    all_sealed: Option<Timestamp>,
}

impl Told {
    fn voters(&self) -> Vec<&String> {
        self.present.difference(&self.recused).collect()
    }

    /// What the votes give, by counting in another way than the rules do.
    fn issue(&self) -> Issue {
        let mut tally = [0; 5];
        let mut unrevealed = Vec::new();
        for voter in self.voters() {
            let vote = self.revealed.get(voter).copied();
            let at = Vote::ALL.iter().position(|one| Some(*one) == vote);
            tally[at.unwrap_or(4)] += 1;
            if vote.is_none() {
                unrevealed.push(voter.clone());
            }
        }
        let class =
            |member: &String| CLASSES[MEMBERS.iter().position(|one| one == member).unwrap()];
        let classes: BTreeSet<&str> = self.voters().into_iter().map(class).collect();
        let seats = ["technology", "ethics", "law", "public"];
        let quorate = self.voters().len() >= 5 && seats.iter().all(|seat| classes.contains(seat));
        // The least number that two thirds of those present are.
        let needed = (2 * self.voters().len()).div_ceil(3) as u32;
        let opinion = match tally {
            _ if !quorate => Opinion::ReviseAndResubmit,
            [approve, ..] if approve >= needed => Opinion::Approved,
            [approve, changed, ..] if approve + changed >= needed => {
                Opinion::ApprovedAfterModification
            }
            [_, _, _, reject, _] if reject >= needed => Opinion::NotApproved,
            _ => Opinion::ReviseAndResubmit,
        };
        Issue {
            round: self.round,
            opinion,
            tally,
            unrevealed,
        }
    }

    /// From when on an opinion may be issued whatever is still hidden.
    fn over(&self) -> Timestamp {
        let limit = self.since.plus_seconds(24 * HOUR);
        let sealed = self.all_sealed.map_or(limit, |sealed| sealed.min(limit));
        sealed.plus_seconds(24 * HOUR)
    }

    fn note_seals(&mut self, now: Timestamp) {
        let all = self
            .voters()
            .iter()
            .all(|one| self.sealed.contains_key(*one));
        if all && self.all_sealed.is_none() {
            self.all_sealed = Some(now);
        }
    }
}

/// Reads the ledger, checks each statement against those before it, and gives the last round.
fn audit(town: &Town) -> Option<Told> {
    let mut declared: BTreeMap<String, bool> = BTreeMap::new();
    let mut told: Option<Told> = None;
    for entry in town.entries() {
        let (statement, now) = (entry.statement(), entry.time());
        let who = statement.first_signer().actor.to_string();
        match &statement.payload {
            Payload::ConflictDeclared(one) => {
                let free = one.conflict.as_str() == "none";
                assert_ne!(declared.insert(who.clone(), free), Some(false), "{who}");
                if let (false, Some(told)) = (free, &mut told) {
                    let seen = !told.revealed.is_empty() || told.all_sealed.is_some();
                    if told.present.contains(&who) && !seen {
                        told.recused.insert(who);
                        told.note_seals(now);
                    }
                }
            }
            Payload::SessionHeld(held) => {
                let present: BTreeSet<String> =
                    held.present.iter().map(ToString::to_string).collect();
                assert!(present.iter().all(|one| declared.get(one) == Some(&true)));
                assert_eq!(held.round, told.map_or(1, |told| told.round + 1));
                told = Some(Told {
                    round: held.round,
                    since: now,
                    present,
                    recused: BTreeSet::new(),
                    sealed: BTreeMap::new(),
                    revealed: BTreeMap::new(),
                    all_sealed: None,
                });
            }
            Payload::VoteSealed(sealed) => {
                let told = told.as_mut().unwrap();
                assert_eq!(sealed.round, told.round);
                assert!(told.voters().contains(&&who), "{who} may not vote");
                assert!(told.revealed.is_empty(), "{who} saw a vote before");
                let before = told.sealed.insert(who, sealed.seal);
                assert!(before.is_none(), "nobody votes twice");
                told.note_seals(now);
            }
            Payload::VoteRevealed(revealed) => {
                let told = told.as_mut().unwrap();
                let in_time = told.since.plus_seconds(24 * HOUR) > now;
                assert!(told.all_sealed.is_some() || !in_time, "shown too early");
                assert!(told.voters().contains(&&who));
                assert_eq!(
                    told.sealed.get(&who),
                    Some(&seal(&who, told.round, revealed.vote))
                );
                assert!(told.revealed.insert(who, revealed.vote).is_none());
            }
            Payload::OpinionIssued(issued) => {
                let told = told.as_ref().unwrap();
                let right = told.issue();
                assert_eq!(issued.opinion, right.opinion);
                let tally = issued.tally;
                let found = [
                    tally.approve,
                    tally.approve_after_modification,
                    tally.revise_and_resubmit,
                    tally.reject,
                    tally.abstain,
                ];
                assert_eq!(found, right.tally);
                let hidden = |one: &&String| {
                    told.sealed.contains_key(*one) && !told.revealed.contains_key(*one)
                };
                assert!(now >= told.over() || !told.voters().iter().any(hidden));
            }
            _ => {}
        }
    }
    told
}

/// What somebody tries to say.
#[derive(Clone, Debug)]
enum Try {
    Declare(usize, bool),
    Meet(u32, u8),
    Seal(usize, u32, Vote),
    Reveal(usize, u32, Option<Vote>),
    Everybody(u8),
    Round(Vec<Vote>, Option<usize>),
    Issue,
    Contradict(Opinion, usize),
    Pass(i64),
    Close,
}

fn vote() -> impl Strategy<Value = Vote> {
    use Vote::{Abstain, Approve, ApproveAfterModification, Reject, ReviseAndResubmit};
    prop_oneof![
        5 => Just(Approve),
        2 => Just(ApproveAfterModification),
        1 => Just(ReviseAndResubmit),
        2 => Just(Reject),
        1 => Just(Abstain),
    ]
}

fn tries() -> impl Strategy<Value = Try> {
    // Mostly the round that runs: 0 stands for it.
    let round = || prop_oneof![9 => Just(0u32), 1 => 1..4u32];
    let member = || 0..MEMBERS.len();
    prop_oneof![
        2 => (member(), prop::bool::weighted(0.8)).prop_map(|(who, free)| Try::Declare(who, free)),
        2 => (round(), any::<u8>()).prop_map(|(round, who)| Try::Meet(round, who | 0b101_0101)),
        8 => (member(), round(), vote()).prop_map(|(who, round, vote)| Try::Seal(who, round, vote)),
        6 => (member(), round(), prop::option::weighted(0.1, vote())).prop_map(|(who, round, vote)| Try::Reveal(who, round, vote)),
        2 => any::<u8>().prop_map(Try::Everybody),
        1 => (prop::collection::vec(vote(), 7), prop::option::weighted(0.3, member())).prop_map(|(votes, aside)| Try::Round(votes, aside)),
        3 => Just(Try::Issue),
        3 => (prop::sample::select(Opinion::ALL), 0..5usize).prop_map(|(opinion, at)| Try::Contradict(opinion, at)),
        1 => (1..30i64).prop_map(|hours| Try::Pass(hours * HOUR)),
        1 => Just(Try::Close),
    ]
}

fn attempt(hall: &mut Hall, votes: &mut BTreeMap<(usize, u32), Vote>, one: &Try) {
    let told = audit(&hall.town);
    let runs = told.as_ref().map_or(0, |told| told.round);
    let at = |round: u32| if round == 0 { runs } else { round };
    match one.clone() {
        Try::Declare(who, free) => {
            let conflict = if free { "none" } else { "family" };
            let _ = hall.declare(MEMBERS[who], conflict);
        }
        Try::Meet(round, who) => {
            let here = |index: &usize| who & (1 << index) != 0;
            let present: Vec<&str> = (0..7).filter(here).map(|index| MEMBERS[index]).collect();
            let _ = hall.session(if round == 0 { runs + 1 } else { round }, &present);
        }
        Try::Seal(who, round, vote) => {
            if hall.seal(MEMBERS[who], at(round), vote).is_ok() {
                votes.insert((who, at(round)), vote);
            }
        }
        Try::Reveal(who, round, lie) => {
            let sealed = votes.get(&(who, at(round))).copied();
            let vote = lie.or(sealed).unwrap_or(Vote::Approve);
            let _ = hall.reveal(MEMBERS[who], at(round), vote);
        }
        // Several one after the other, so that rounds come to an end.
        Try::Everybody(who) => {
            for index in (0..7).filter(|index| who & (1 << index) != 0) {
                attempt(hall, votes, &Try::Declare(index, true));
                attempt(hall, votes, &Try::Seal(index, 0, Vote::Approve));
                attempt(hall, votes, &Try::Reveal(index, 0, None));
            }
        }
        // A whole round, in which one may step aside before he has sealed.
        Try::Round(cast, aside) => {
            attempt(hall, votes, &Try::Meet(0, 0b111_1111));
            for (index, vote) in cast.iter().enumerate() {
                match Some(index) == aside {
                    true => attempt(hall, votes, &Try::Declare(index, false)),
                    false => attempt(hall, votes, &Try::Seal(index, 0, *vote)),
                }
            }
            for index in 0..7 {
                attempt(hall, votes, &Try::Reveal(index, 0, None));
            }
            attempt(hall, votes, &Try::Issue);
        }
        Try::Issue => {
            let Some(told) = told else { return };
            let votes_run = hall.review().status.as_str() == "voting";
            let verdict = hall.issue(&told.issue());
            // Said exactly when nothing more is to be waited for.
            let now = hall.town.now();
            let hidden =
                |one: &&String| told.sealed.contains_key(*one) && !told.revealed.contains_key(*one);
            let closed = told.all_sealed.is_some()
                || !told.revealed.is_empty()
                || now >= told.since.plus_seconds(24 * HOUR);
            let complete = now >= told.over() || closed && !told.voters().iter().any(hidden);
            assert_eq!(verdict.is_ok(), votes_run && complete, "{verdict:?}");
        }
        Try::Contradict(opinion, at) => {
            let Some(told) = told else { return };
            let right = told.issue();
            let mut wrong = right.clone();
            wrong.opinion = opinion;
            if wrong == right {
                wrong.tally[at] += 1;
            }
            assert!(
                hall.issue(&wrong).is_err(),
                "{wrong:?} instead of {right:?}"
            );
        }
        Try::Pass(seconds) => {
            hall.town.pass(seconds);
            hall.town.catch_up();
        }
        Try::Close => {
            let status = hall.review().status.as_str();
            let verdict = hall.say(
                Kind::ReviewClosed,
                "ma:committee_secretary",
                &json!({ "ending": "called_off", "reasons": "r" }),
            );
            assert!(verdict.is_err() || status != "voting");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn whatever_members_say_votes_are_secret_single_and_counted(
        ties in prop::collection::vec(prop::option::weighted(0.95, prop::bool::weighted(0.93)), 7),
        tries in prop::collection::vec(tries(), 1..60),
    ) {
        let mut hall = Hall::open("general_meeting", &MEMBERS);
        let mut votes = BTreeMap::new();
        for (index, free) in ties.into_iter().enumerate() {
            if let Some(free) = free {
                attempt(&mut hall, &mut votes, &Try::Declare(index, free));
            }
        }
        for one in &tries {
            attempt(&mut hall, &mut votes, one);
        }
        audit(&hall.town);
    }
}
