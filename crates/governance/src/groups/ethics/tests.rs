//! What votes give, and what stands of an opinion.

use cinnabar_events::kinds::{Opinion, ReviewProcedure, ReviewTrigger, VoteTally};
use cinnabar_events::{Class, Id, Subject};

use super::review::allows;
use super::round::opinion_of;
use super::{ReviewRecord, ReviewStatus};
use crate::records::{Record, RecordKey, RecordMap, RecordsMut as _};

fn tally([approve, changed, revise, reject, abstain]: [u32; 5]) -> VoteTally {
    VoteTally {
        approve,
        approve_after_modification: changed,
        revise_and_resubmit: revise,
        reject,
        abstain,
    }
}

#[test]
fn two_thirds_of_those_present_decide_and_otherwise_it_goes_back() {
    use Opinion::{Approved, ApprovedAfterModification, NotApproved, ReviseAndResubmit};
    for (votes, opinion) in [
        ([4, 0, 0, 2, 0], Approved),
        ([4, 0, 0, 0, 2], Approved),
        ([5, 1, 0, 0, 0], Approved),
        // 3 of 5 are less than two thirds.
        ([3, 0, 0, 2, 0], ReviseAndResubmit),
        ([3, 1, 0, 1, 0], ApprovedAfterModification),
        ([0, 4, 0, 0, 2], ApprovedAfterModification),
        ([3, 3, 0, 0, 0], ApprovedAfterModification),
        ([0, 0, 0, 4, 2], NotApproved),
        ([1, 1, 0, 4, 0], NotApproved),
        ([0, 0, 3, 3, 0], ReviseAndResubmit),
        ([0, 0, 6, 0, 0], ReviseAndResubmit),
        ([3, 0, 0, 0, 3], ReviseAndResubmit),
        // Nobody present, or nobody for anything.
        ([0, 0, 0, 0, 6], ReviseAndResubmit),
        ([0, 0, 0, 0, 0], ReviseAndResubmit),
    ] {
        assert_eq!(opinion_of(&tally(votes), (2, 3)), opinion, "{votes:?}");
    }
}

#[test]
fn the_majority_is_the_rulebooks() {
    let votes = tally([3, 0, 0, 2, 0]);
    assert_eq!(opinion_of(&votes, (1, 2)), Opinion::Approved);
    assert_eq!(opinion_of(&votes, (3, 5)), Opinion::Approved);
    assert_eq!(opinion_of(&votes, (4, 5)), Opinion::ReviseAndResubmit);
    assert_eq!(
        opinion_of(&votes, (u32::MAX, u32::MAX)),
        Opinion::ReviseAndResubmit
    );
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn review(product: Option<&str>, opinion: Option<Opinion>, trigger: ReviewTrigger) -> ReviewRecord {
    ReviewRecord {
        status: ReviewStatus::Issued,
        committee: id("ethics"),
        product: product.map(id),
        trigger,
        procedure: ReviewProcedure::GeneralMeeting,
        earlier: None,
        later: None,
        overruled: false,
        members: Vec::new(),
        round: None,
        opinion,
    }
}

#[test]
fn an_opinion_allows_its_product_until_another_review_says_otherwise() {
    let mut records = RecordMap::new();
    let mut put = |name: &str, review: ReviewRecord| {
        let key = RecordKey::State(Subject::new(Class::Review, id(name)));
        records.put(key, Record::Review(review));
    };
    let first = |opinion| review(Some("p1"), opinion, ReviewTrigger::HighRisk);
    let yes = first(Some(Opinion::ApprovedAfterModification));
    put("yes", yes.clone());
    put("no", first(Some(Opinion::NotApproved)));
    put("back", first(Some(Opinion::ReviseAndResubmit)));
    put("running", first(None));
    put("matter", review(None, yes.opinion, ReviewTrigger::Request));
    put("again", review(Some("p1"), None, ReviewTrigger::Rereview));
    put("follow", review(Some("p1"), None, ReviewTrigger::Tracking));
    let after = |later| ReviewRecord {
        later: Some(id(later)),
        ..yes.clone()
    };
    put("looked_at_again", after("again"));
    put("followed_up", after("follow"));
    let overruled = ReviewRecord {
        overruled: true,
        ..yes.clone()
    };
    put("overruled", overruled);
    let closed = ReviewRecord {
        status: ReviewStatus::Closed,
        ..yes
    };
    put("closed", closed);
    for (name, allowed) in [
        ("yes", true),
        ("closed", true),
        ("followed_up", true),
        ("no", false),
        ("back", false),
        ("running", false),
        ("matter", false),
        ("looked_at_again", false),
        ("overruled", false),
        ("unknown", false),
    ] {
        let Ok(found) = allows(&records, &id(name), &id("p1"));
        assert_eq!(found, allowed, "{name}");
        let Ok(other) = allows(&records, &id(name), &id("p2"));
        assert!(!other, "{name} is not about p2");
    }
}
