//! What a decision about a product is refused for.

use crate::clause::clauses;

clauses! {
    BASIS_MISSING = "content.basis_missing" {
        says: "a decision about an approval says on which provision it stands",
        accepted: "at least one instrument and article under basis",
        source: "Administrative Licensing Law Art. 38",
    }
    TRIAL_NOT_LOW_RISK = "content.trial_not_low_risk" {
        says: "a trial is for low risk only",
        accepted: "a low tier, or another route",
        source: "Shenzhen AI Regulation Art. 44",
    }
    PROHIBITED = "content.prohibited" {
        says: "a prohibited product can not be approved",
        accepted: "approval.refused, or another classification",
        source: "Shenzhen AI Regulation Art. 72",
    }
    CONFORMITY_MISSING = "content.conformity_missing" {
        says: "a trial needs evidence, passed and still valid, that the product meets an international standard",
        accepted: "evidence.filed of kind standard_conformity, result pass, with a standard of level international",
        source: "Shenzhen AI Regulation Art. 44",
    }
    ASSESSMENT_MISSING = "content.assessment_missing" {
        says: "high risk needs an assessment beforehand that was passed and is still valid",
        accepted: "evidence.filed of kind ex_ante_assessment, result pass",
        source: "Shenzhen AI Regulation Art. 66",
    }
    WARNING_PLAN_MISSING = "content.warning_plan_missing" {
        says: "high risk needs a plan by which risks are noticed early",
        accepted: "evidence.filed of kind early_warning_plan, result pass",
        source: "Shenzhen AI Regulation Art. 66",
    }
    REVIEW_MISSING = "content.review_missing" {
        says: "high risk needs the opinion of the ethics committee",
        accepted: "the review under review and among concerns",
        source: "Shenzhen AI Regulation Art. 65",
    }
    OPINION = "content.opinion" {
        says: "the ethics committee's opinion on this product does not allow it",
        accepted: "a review of this very product, whose opinion was issued and approves",
        source: "Shenzhen AI Regulation Art. 65",
    }
    EXPIRY = "content.expiry" {
        says: "the last day is missing or too early",
        accepted: "expires: always for a trial; after today, on or after starts, and after the last day so far",
        source: "Shenzhen AI Regulation Art. 44",
    }
    TRIAL_WINDOW = "content.trial_window" {
        says: "a trial lasts no longer than the rulebook says",
        accepted: "a last day within trial_months after the start, or within trial_extension_months after the last day so far",
        source: "",
    }
    CONDITION_TWICE = "content.condition_twice" {
        says: "an id names one condition only, also one that was lifted",
        accepted: "an id that was never given to a condition of this product",
        source: "",
    }
    CONDITIONS_FULL = "content.conditions_full" {
        says: "a product can have no more conditions than 32, lifted ones among them",
        accepted: "fewer conditions, or a new approval",
        source: "",
    }
    NO_SUCH_CONDITION = "content.no_such_condition" {
        says: "the product has no such condition, or no longer",
        accepted: "the id of a condition that holds: its own, or c1, c2, … by its place",
        source: "",
    }
    CONDITION_BREACHED = "content.condition_breached" {
        says: "a condition that is breached is not lifted and not kept until it is restored",
        accepted: "condition.checked with result restored first",
        source: "",
    }
    NOT_BREACHED = "content.not_breached" {
        says: "only what was breached is restored",
        accepted: "result kept",
        source: "",
    }
    SEVERITY = "content.severity" {
        says: "a breach, and only a breach, has a severity",
        accepted: "minor, major or critical with result breached; none otherwise",
        source: "",
    }
    BREACH_OPEN = "content.breach_open" {
        says: "a critical breach is still open",
        accepted: "condition.checked with result restored for that condition, then the reinstatement",
        source: "Administrative Licensing Law Art. 61",
    }
    NO_EXPIRY = "content.no_expiry" {
        says: "an approval without a last day need not be renewed",
        accepted: "nothing: it goes on",
        source: "Administrative Licensing Law Art. 50",
    }
    LATE_REASON = "content.late_reason" {
        says: "a renewal is asked for at least 30 days before the last day",
        accepted: "the same with lateReason",
        source: "Administrative Licensing Law Art. 50",
    }
    NO_REQUEST = "content.no_request" {
        says: "nobody has asked for the approval to go on",
        accepted: "renewal.requested by the holder, then the decision",
        source: "Administrative Licensing Law Art. 50",
    }
    EXTENDED_BEFORE = "content.extended_before" {
        says: "a trial is extended once",
        accepted: "a filing for standing approval",
        source: "",
    }
    COMPENSATION = "content.compensation" {
        says: "who takes an approval back in the public interest says whether the holder is compensated",
        accepted: "compensation: true or false",
        source: "Administrative Licensing Law Art. 8",
    }
    RECALL_OPEN = "product.recall_open" {
        says: "the entry can not be closed while a recall is not carried out",
        accepted: "product.inspected with recallDone, then the closing",
        source: "",
    }
    NO_RECALL = "product.no_recall" {
        says: "no recall is under way",
        accepted: "an inspection by another method and without recallDone, or product.recalled first",
        source: "",
    }
    RECALL_DUE = "content.recall_due" {
        says: "a recall must leave time to carry it out",
        accepted: "due: today or later",
        source: "",
    }
    FINDINGS = "content.findings" {
        says: "an inspection with findings, and only that, lists them",
        accepted: "at least one item under findings with result findings; none with another result",
        source: "Shenzhen AI Regulation Art. 66",
    }
    NOT_A_TRIAL = "content.not_a_trial" {
        says: "only trials are reported on in this way",
        accepted: "a product on route trial",
        source: "Shenzhen AI Regulation Art. 44",
    }
    REPORTED_DAYS = "content.reported_days" {
        says: "a report covers days that have been",
        accepted: "from on or before until, and until today or before",
        source: "",
    }
}
