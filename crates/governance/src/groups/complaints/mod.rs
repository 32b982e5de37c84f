//! Complaints of citizens, and appeals against decisions.

mod appeal;
mod complaint;
mod effect;

use crate::clause::clauses;

pub use appeal::AppealRecord;
pub(crate) use appeal::AppealStatus;
pub use complaint::ComplaintRecord;
pub(crate) use complaint::ComplaintStatus;

clauses! {
    ONE_TARGET = "complaint.one_target" {
        says: "a complaint is about something in the register or something that is not, one of the two",
        accepted: "against, or other, but not both",
        source: "Shenzhen AI Regulation Art. 70",
    }
    DESCRIPTION = "complaint.description" {
        says: "what the complaint says is missing; it is confidential",
        accepted: "a commitment under /description",
        source: "Shenzhen AI Regulation Art. 70",
    }
    REPORTER = "complaint.reporter" {
        says: "a complaint has a reporter, whose name is confidential, or is anonymous",
        accepted: "a commitment under /reporter, or an organisation that signs, or anonymous: true, and only one of them",
        source: "Shenzhen AI Regulation Art. 70",
    }
    FOLLOWED_UP = "complaint.followed_up" {
        says: "a complaint that is true is followed up",
        accepted: "linked: at least one incident, product or organisation",
        source: "Shenzhen AI Regulation Art. 70",
    }
    REFERRED_TO = "complaint.referred_to" {
        says: "a complaint is referred to somebody",
        accepted: "referredTo with outcome referred",
        source: "",
    }
    NOT_A_DECISION = "appeal.not_a_decision" {
        says: "nobody can appeal against that: it is no decision",
        accepted: "a kind from which the rulebook keeps appeal.decided apart",
        source: "Administrative Reconsideration Law Art. 11",
    }
    NO_SUCH_DECISION = "appeal.no_such_decision" {
        says: "no such decision by this actor is in force about this subject",
        accepted: "the kind of the decision, its subject, and one of those who signed it",
        source: "Administrative Reconsideration Law Art. 20",
    }
    APPELLANT = "appeal.appellant" {
        says: "an appeal has an appellant",
        accepted: "organisation, or a commitment under /appellant, and only one of them",
        source: "Administrative Reconsideration Law Art. 14",
    }
    KNOWN_AHEAD = "appeal.known_ahead" {
        says: "nobody knows of a decision already in the future",
        accepted: "knownOn: a day up to today",
        source: "",
    }
    LATE = "appeal.late" {
        says: "the time for the appeal has passed",
        accepted: "an appeal within 60 days from knowing of the decision, or lateReasons: what nobody could help",
        source: "Administrative Reconsideration Law Art. 20",
    }
    NOT_REQUESTED = "appeal.stay_not_requested" {
        says: "the appellant has not asked for the decision to rest",
        accepted: "another ground",
        source: "Administrative Reconsideration Law Art. 42",
    }
    WHICH_PART = "appeal.which_part" {
        says: "if part of a decision rests, it must be said which",
        accepted: "part with effect partial, and only then",
        source: "Administrative Reconsideration Law Art. 42",
    }
    NOT_ADMITTED = "appeal.not_admitted" {
        says: "an appeal is decided on its merits after it was admitted",
        accepted: "outcome inadmissible or withdrawn, or appeal.admitted first",
        source: "Administrative Reconsideration Law Art. 30",
    }
    TERMS = "appeal.terms" {
        says: "if the decision is changed or the parties agree, it must be said to what",
        accepted: "terms with outcome varied or mediated",
        source: "Administrative Reconsideration Law Art. 63",
    }
    NEW_DECISION_DUE = "appeal.new_decision_due" {
        says: "a decision that is to be taken anew needs a day by which it must be",
        accepted: "newDecisionDue: a day after today with outcome remitted_for_new_decision, and only then",
        source: "Administrative Reconsideration Law Art. 64",
    }
    MOOT = "appeal.moot" {
        says: "the decision is no longer in force: there is nothing to set aside",
        accepted: "another outcome than overturned or remitted_for_new_decision",
        source: "",
    }
}
