//! Times, quorums and seals, one case each.

use super::*;

fn approving(round: u32, tally: [u32; 5], unrevealed: &[&str]) -> Issue {
    Issue {
        round,
        opinion: Opinion::Approved,
        tally,
        unrevealed: unrevealed.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn sealing_ends_a_day_after_the_session_to_the_second() {
    for (seconds, expected) in [(24 * HOUR - 1, "said"), (24 * HOUR, "review.sealing_over")] {
        let mut hall = Hall::voting("simplified", &["bai", "jin"]);
        // Saying it takes a second.
        hall.town.pass(seconds - 1);
        assert_eq!(code(hall.seal("bai", 1, Vote::Approve)), expected);
    }
}

#[test]
fn revealing_ends_a_day_after_the_sealing_and_late_votes_still_count_until_the_opinion() {
    let mut hall = Hall::voting("simplified", &["bai", "jin"]);
    hall.seal("bai", 1, Vote::Approve).unwrap();
    hall.seal("jin", 1, Vote::Approve).unwrap();
    hall.reveal("bai", 1, Vote::Approve).unwrap();
    let both = approving(1, [2, 0, 0, 0, 0], &[]);
    assert_eq!(code(hall.issue(&both)), "review.votes_open");
    hall.town.pass(24 * HOUR);
    assert_eq!(code(hall.issue(&both)), "review.tally");
    hall.reveal("jin", 1, Vote::Approve).unwrap();
    let without = approving(1, [1, 0, 0, 0, 1], &["jin"]);
    assert_eq!(code(hall.issue(&without)), "review.tally");
    hall.issue(&both).unwrap();
}

#[test]
fn who_steps_aside_before_the_votes_are_seen_no_longer_counts() {
    let mut hall = Hall::voting("general_meeting", &MEMBERS);
    for member in &MEMBERS[..6] {
        hall.seal(member, 1, Vote::Approve).unwrap();
    }
    // Jin, the last to seal, is the only one for the public: without him there is no quorum.
    assert_eq!(
        code(hall.reveal("bai", 1, Vote::Approve)),
        "review.sealing_open"
    );
    hall.declare("jin", "employment").unwrap();
    assert_eq!(code(hall.declare("han", "family")), "review.sealing_over");
    for member in &MEMBERS[..6] {
        hall.reveal(member, 1, Vote::Approve).unwrap();
    }
    let all = approving(1, [6, 0, 0, 0, 0], &[]);
    assert_eq!(code(hall.issue(&all)), "review.outcome");
    let back = Issue {
        opinion: Opinion::ReviseAndResubmit,
        ..all
    };
    hall.issue(&back).unwrap();
    assert_eq!(
        code(hall.session(2, &MEMBERS[..6])),
        "review.seat_missing",
        "nobody can take his seat in this review"
    );
}

#[test]
fn each_procedure_has_its_quorum() {
    for (procedure, present, expected) in [
        ("simplified", &MEMBERS[..1], "review.quorum"),
        ("simplified", &MEMBERS[..2], "said"),
        ("emergency", &MEMBERS[..2], "review.quorum"),
        ("emergency", &MEMBERS[..3], "said"),
        ("general_meeting", &MEMBERS[3..], "review.quorum"),
        ("general_meeting", &MEMBERS[2..], "review.seat_missing"),
        ("general_meeting", &MEMBERS[1..], "said"),
    ] {
        let mut hall = Hall::open(procedure, &MEMBERS);
        for member in MEMBERS {
            hall.declare(member, "none").unwrap();
        }
        assert_eq!(
            code(hall.session(1, present)),
            expected,
            "{procedure} with {present:?}"
        );
    }
}

#[test]
fn nobody_seals_with_the_seal_of_another() {
    let mut hall = Hall::voting("simplified", &["bai", "jin"]);
    hall.seal("bai", 1, Vote::Reject).unwrap();
    let copied = json!({ "round": 1, "seal": seal("bai", 1, Vote::Reject).to_string() });
    hall.member(Kind::VoteSealed, "jin", &copied).unwrap();
    hall.reveal("bai", 1, Vote::Reject).unwrap();
    assert_eq!(
        code(hall.reveal("jin", 1, Vote::Reject)),
        "review.seal_broken"
    );
}
