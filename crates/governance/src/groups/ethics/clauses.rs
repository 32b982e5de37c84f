//! What the rules on committees and reviews can say no with.

use crate::clause::clauses;

clauses! {
    TOO_SMALL = "committee.too_small" {
        says: "a committee has more members than that",
        accepted: "at least as many seats as the rulebook's committee_members_min",
        source: "S&T Ethics Review Measures 2023",
    }
    SEAT_CLASS_MISSING = "committee.seat_missing" {
        says: "nobody sits there for one of the classes",
        accepted: "seats for technology, ethics, law, sector and public",
        source: "S&T Ethics Review Measures 2023",
    }
    SEAT_TWICE = "committee.seat_twice" {
        says: "nobody has two seats",
        accepted: "another actor for each seat",
        source: "",
    }
    TERM = "committee.term" {
        says: "a term lies ahead and is no longer than the rulebook allows",
        accepted: "a last day from today on, at most committee_term_months from now",
        source: "S&T Ethics Review Measures 2023",
    }
    NO_REASONS = "committee.reasons_missing" {
        says: "a change of composition says why",
        accepted: "reasons",
        source: "",
    }
    OTHER_CHAIR = "committee.other_chair" {
        says: "only the chair of that committee says this",
        accepted: "a signature by the chair named when the committee was constituted",
        source: "Shenzhen AI Regulation Art. 65",
    }
    NOT_SEATED = "review.not_seated" {
        says: "a member assigned has no seat in the committee, or his term is over",
        accepted: "members of the committee as it is now, whose term runs",
        source: "S&T Ethics Review Measures 2023 Art. 14",
    }
    TOOK_PART = "review.took_part" {
        says: "a member assigned worked on the case that is reviewed",
        accepted: "members who said nothing about the product that the rulebook keeps apart from voting",
        source: "S&T Ethics Review Measures 2023",
    }
    QUORUM = "review.quorum" {
        says: "too few members who may vote",
        accepted: "as many as the rulebook's quorum for this procedure, recused ones not counted",
        source: "S&T Ethics Review Measures 2023 Art. 14",
    }
    SEAT_ABSENT = "review.seat_missing" {
        says: "a class of seats that must be there is not",
        accepted: "a member who may vote for each class in the rulebook's seats for this procedure",
        source: "S&T Ethics Review Measures 2023 Art. 14",
    }
    EARLIER = "review.earlier" {
        says: "a re-review or a follow-up, and nothing else, names the review before it",
        accepted: "earlier with trigger rereview or tracking; none with another trigger",
        source: "AI Ethics Review Measures 2026 Art. 11",
    }
    PROCEDURE = "review.procedure" {
        says: "the procedure does not fit the reason for the review",
        accepted: "expert_rereview for a re-review and for nothing else; not simplified for high risk; not emergency for a follow-up",
        source: "S&T Ethics Review Measures 2023",
    }
    EMERGENCY = "review.emergency_grounds" {
        says: "an emergency review, and no other, says what the emergency is",
        accepted: "grounds with procedure emergency; none with another procedure",
        source: "S&T Ethics Review Measures 2023",
    }
    SAME_BODY = "review.same_body" {
        says: "nobody looks again at what he has reviewed",
        accepted: "another committee, of another organisation, with another chair and other members",
        source: "AI Ethics Review Measures 2026 Art. 11",
    }
    NOTHING_STANDS = "review.nothing_stands" {
        says: "the review before it has no opinion that can be looked at again or followed up now",
        accepted: "a review whose last opinion stands, approving for a follow-up, and that no other review looks at",
        source: "AI Ethics Review Measures 2026 Art. 11",
    }
    OTHER_PRODUCT = "review.other_product" {
        says: "the review before it is about something else",
        accepted: "the same product as in the review before it",
        source: "",
    }
    ALONE = "review.alone" {
        says: "each member speaks for himself",
        accepted: "one signer: the member himself",
        source: "",
    }
    NOT_ASSIGNED = "review.not_assigned" {
        says: "that is no member of this review",
        accepted: "a member assigned when the review was opened",
        source: "S&T Ethics Review Measures 2023 Art. 14",
    }
    RECUSED = "review.recused" {
        says: "a member with a conflict of interest is recused for the whole review",
        accepted: "nothing more by him in this review",
        source: "S&T Ethics Review Measures 2023",
    }
    UNDECLARED = "review.undeclared" {
        says: "a member present has not said whether anything ties him to the matter",
        accepted: "conflict.declared by each member, also if it is none, before the session is recorded",
        source: "S&T Ethics Review Measures 2023",
    }
    OPINION_STANDS = "review.opinion_stands" {
        says: "the opinion stands; there is no further round",
        accepted: "a further round only after revise_and_resubmit; otherwise a re-review by another body",
        source: "S&T Ethics Review Measures 2023",
    }
    OTHER_ROUND = "review.other_round" {
        says: "that is another round",
        accepted: "the round that runs; for a session, the one after the last",
        source: "",
    }
    NOT_PRESENT = "review.not_present" {
        says: "only those present at the session vote in its round",
        accepted: "a member whom the session lists as present",
        source: "S&T Ethics Review Measures 2023 Art. 14",
    }
    SEALED_ALREADY = "review.sealed_already" {
        says: "each member votes once in a round",
        accepted: "one seal for each member and round",
        source: "",
    }
    SEALING_OVER = "review.sealing_over" {
        says: "votes of this round can be seen already, or the time to seal them is over",
        accepted: "a seal within seal_hours from the session; a declaration after the opinion",
        source: "",
    }
    SEALING_OPEN = "review.sealing_open" {
        says: "no vote is seen before all are sealed",
        accepted: "a reveal after the last member present has sealed, or seal_hours after the session",
        source: "",
    }
    SEAL_MISSING = "review.seal_missing" {
        says: "nothing was sealed that could be revealed",
        accepted: "a vote sealed in time; who sealed none counts as an abstention",
        source: "",
    }
    REVEALED_ALREADY = "review.revealed_already" {
        says: "the vote is revealed already",
        accepted: "one reveal for each seal",
        source: "",
    }
    SCORES = "review.scores" {
        says: "who votes scores each ethics dimension once; who abstains scores none",
        accepted: "every code of the rulebook's ethics_dimension once; no scores with abstain",
        source: "AI Ethics Review Measures 2026 Art. 15",
    }
    SEAL_BROKEN = "review.seal_broken" {
        says: "this is not the vote that was sealed",
        accepted: "the vote, scores and salt that give the recorded seal",
        source: "",
    }
    VOTES_OPEN = "review.votes_open" {
        says: "votes are still to be sealed or revealed",
        accepted: "an opinion when all sealed votes are revealed, or reveal_hours after the sealing has ended",
        source: "",
    }
    TALLY = "review.tally" {
        says: "the votes on the ledger give another tally",
        accepted: "the tally of the revealed votes; who did not reveal stands under unrevealed and counts as an abstention",
        source: "",
    }
    OUTCOME = "review.outcome" {
        says: "the votes on the ledger give another opinion",
        accepted: "what the rulebook's majority of those present voted for; revise_and_resubmit if it is for nothing",
        source: "S&T Ethics Review Measures 2023",
    }
    MODIFICATIONS = "review.modifications" {
        says: "an opinion that asks for changes, and no other, says which",
        accepted: "requiredModifications with approved_after_modification and revise_and_resubmit",
        source: "",
    }
    MINORITY = "review.minority_missing" {
        says: "some voted otherwise, and the opinion does not say what they think",
        accepted: "minorityOpinion",
        source: "",
    }
    TRACKING = "review.tracking" {
        says: "what may be done is followed up in time, and nothing else is",
        accepted: "trackingBy with an opinion that passed, from today on, at most tracking_months from now",
        source: "AI Ethics Review Measures 2026 Art. 19",
    }
    ADVICE = "review.advice" {
        says: "a follow-up review, and no other, says what should become of what runs already",
        accepted: "advice with an opinion of a review with trigger tracking",
        source: "AI Ethics Review Measures 2026 Art. 19",
    }
    ENDING = "review.ending" {
        says: "a review whose opinion stands is not called off, and one without is not concluded",
        accepted: "called_off before an opinion stands, concluded or handed_over after; subject_ended in both",
        source: "",
    }
}
