//! What the rules on computing power, algorithms and scenarios can say no with.

use crate::clause::clauses;

clauses! {
    EMPTY_WINDOW = "content.compute_window" {
        says: "a span of time ends after it begins",
        accepted: "a moment under until that is later than the one under from",
        source: "",
    }
    PUE = "content.pue" {
        says: "a data centre never uses less energy than its computers",
        accepted: "a power usage effectiveness of 1 or more, or none",
        source: "",
    }
    UNIT_HOURS = "content.unit_hours" {
        says: "so many hours do not fit the units and the window",
        accepted: "at least one hour, and at most the units times the hours of the window",
        source: "",
    }
    OFFER_OVER = "compute.over" {
        says: "the time of the offer is over already",
        accepted: "a period that ends later than now",
        source: "",
    }
    NOT_OFFERED = "compute.not_offered" {
        says: "the offer is closed",
        accepted: "an offer that stands",
        source: "Shenzhen AI Regulation Art. 34",
    }
    OUTSIDE_PERIOD = "compute.outside_period" {
        says: "the window lies outside the period of the offer",
        accepted: "a window within the period",
        source: "",
    }
    NOT_ELIGIBLE = "compute.not_eligible" {
        says: "the offer is for others",
        accepted: "one of the codes of the offer's eligibility under applicantKind",
        source: "Shenzhen AI Regulation Art. 34",
    }
    RESIZE_TIME = "compute.resize_time" {
        says: "an offer changes its size now or later, within its period",
        accepted: "a moment under from that is not before now, and within the period of the offer",
        source: "",
    }
    STEPS = "compute.steps" {
        says: "too many changes of the size are announced already",
        accepted: "at most four changes ahead; one that begins earlier replaces those after it",
        source: "",
    }
    BELOW_GRANTED = "compute.below_granted" {
        says: "more is granted than there would be",
        accepted: "at least the units that are granted, at every moment from then on; or end allocations first",
        source: "Shenzhen AI Regulation Art. 34",
    }
    STILL_GRANTED = "compute.still_granted" {
        says: "allocations of this offer have not ended",
        accepted: "an end of each of them (allocation.ended) first",
        source: "Shenzhen AI Regulation Art. 34",
    }
    OVER_COMMITTED = "compute.over_committed" {
        says: "so many units are not free",
        accepted: "at most the units that are free at every moment of the window, another window, or the wait-list",
        source: "Shenzhen AI Regulation Art. 34",
    }
    ALLOCATIONS_FULL = "compute.allocations_full" {
        says: "as many allocations are open as the offer takes",
        accepted: "an end of one of them (allocation.ended) first, or the wait-list",
        source: "",
    }
    WAITING_FULL = "compute.waiting_full" {
        says: "as many requests wait as the list takes",
        accepted: "a grant or a refusal",
        source: "",
    }
    POSITION = "allocation.position" {
        says: "whoever comes last waits at the end of the list",
        accepted: "the place after the last one that is taken",
        source: "",
    }
    WINDOW_PAST = "allocation.past" {
        says: "nothing is granted for a time that has passed",
        accepted: "a window that begins now or later",
        source: "",
    }
    MORE_THAN_ASKED = "allocation.more_than_asked" {
        says: "more is granted than was asked for",
        accepted: "at most the units and the hours of the request",
        source: "",
    }
    SETTLE_DAY = "allocation.settle_day" {
        says: "the account is asked for before the allocation ends",
        accepted: "a day under settleBy that is not before the end of the window",
        source: "",
    }
    OUT_OF_TURN = "allocation.out_of_turn" {
        says: "others have waited longer",
        accepted: "reasons for granting this one before them, or the first on the list",
        source: "",
    }
    START_TIME = "allocation.start_time" {
        says: "an allocation starts within its window, and not in the future",
        accepted: "a moment under at that lies in the window and is not later than now",
        source: "",
    }
    END_TIME = "allocation.end_time" {
        says: "an allocation ends after it started, and not in the future",
        accepted: "a moment under at that is not before the start and not later than now",
        source: "",
    }
    OUTCOME = "allocation.outcome" {
        says: "an allocation does not end like that where this one stands",
        accepted: "withdrawn before it is granted; then released or revoked, completed once it was started, expired once its window is over",
        source: "",
    }
    REVOKED_BY = "allocation.revoked_by" {
        says: "only the institution takes an allocation back",
        accepted: "outcome revoked, signed by the compute registrar; or outcome released",
        source: "",
    }
    USED = "allocation.used" {
        says: "the hours used must be given once it was started, and are at most those granted",
        accepted: "usedUnitHours of at most the hours granted, and none for an allocation that never started",
        source: "",
    }
    FILING_NUMBER_MISSING = "content.filing_number_missing" {
        says: "a filing that was made has a number",
        accepted: "the number that the authority gave, or status pending",
        source: "Algorithm Provisions Art. 25",
    }
    FILING_NUMBER = "content.filing_number" {
        says: "this is no number of a filed algorithm",
        accepted: "网信算备, 21 digits and 号",
        source: "Algorithm Provisions Art. 25",
    }
    LICENCE_MISSING = "content.licence_missing" {
        says: "what is open source has a licence, and its source can be had somewhere",
        accepted: "licence and repository, or openSource false",
        source: "Shenzhen AI Regulation Art. 34",
    }
    OTHER_WEIGHTS = "algorithm.other_weights" {
        says: "the same version can not have other weights",
        accepted: "a new version, or the weights that were published with this one",
        source: "",
    }
    SCENARIO_DAYS = "content.scenario_days" {
        says: "the days do not follow one another",
        accepted: "a last day for answers that is not over, and a day of the decision after it",
        source: "Shenzhen AI Regulation Art. 43",
    }
    ANSWER_PARTS = "content.answer_parts" {
        says: "the answer lacks a part that it needs, or has one that it does not",
        accepted: "organisation and summary with a solution; awarded and reasons with an award; reasons with a closing",
        source: "",
    }
    TOO_LATE = "scenario.too_late" {
        says: "the last day for answers is over",
        accepted: "an answer to a scenario that is still open for them",
        source: "Shenzhen AI Regulation Art. 43",
    }
    STILL_OPEN = "scenario.still_open" {
        says: "answers may still come",
        accepted: "an award after the last day for answers",
        source: "Shenzhen AI Regulation Art. 43",
    }
    ANSWERS_FULL = "scenario.answers_full" {
        says: "as many have answered as the scenario takes",
        accepted: "a better solution from one of those who have answered",
        source: "",
    }
    OWN_SCENARIO = "scenario.own" {
        says: "whoever seeks a solution does not offer it",
        accepted: "a solution from somebody else",
        source: "Shenzhen AI Regulation Art. 43",
    }
    NOT_ANSWERED = "scenario.not_answered" {
        says: "only those who answered are chosen",
        accepted: "organisations that offered a solution",
        source: "Shenzhen AI Regulation Art. 43",
    }
    DECIDED_BY = "scenario.decided_by" {
        says: "only the institution awards or closes a scenario",
        accepted: "the registrar's signature, or answer solution",
        source: "Shenzhen AI Regulation Art. 43",
    }
}
