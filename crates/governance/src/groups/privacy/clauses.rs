//! The clauses of this group.

use crate::clause::clauses;

clauses! {
    NO_SUCH_STATEMENT = "content.no_such_statement" {
        says: "no such statement stands on this ledger",
        accepted: "the first signer's actor and the id of a recorded statement, as its entry shows them",
        source: "",
    }
    NO_SUCH_VALUE = "content.no_such_value" {
        says: "the statement holds no commitment there",
        accepted: "a pointer that stands among the statement's commitments",
        source: "",
    }
    NO_OPENINGS = "content.no_openings" {
        says: "it must be said which confidential values are meant",
        accepted: "at least one opening",
        source: "",
    }
    VALUE_ERASED = "content.value_erased" {
        says: "the value was erased and is nowhere any more",
        accepted: "openings that are still kept",
        source: "Personal Information Protection Law Art. 47",
    }
    VALUE_RESTRICTED = "content.value_restricted" {
        says: "the value is kept, or awaits its erasure, and may be used for nothing else",
        accepted: "openings that are not restricted",
        source: "Personal Information Protection Law Art. 47(2)",
    }
    PERSON_MISSING = "content.person_missing" {
        says: "an intake officer speaks for somebody who has no key, and does not say for whom",
        accepted: "the person's name as a commitment at /person",
        source: "Personal Information Protection Law Art. 50",
    }
    NOT_HISTORY = "content.not_history" {
        says: "disclosures, erasures and holds act on values that are kept today and are not taken over",
        accepted: "a statement without migrated, by those who may say it",
        source: "",
    }
    SUPERSEDED_ONLY = "correction.superseded_only" {
        says: "what this kind of statement says is not corrected; a later decision takes its place",
        accepted: "a statement of a kind that is not in the rulebook's list superseded_only, or a new decision",
        source: "",
    }
    RIGHT_ONCE = "correction.right_once" {
        says: "a correction says once what is right",
        accepted: "either right, or a commitment at /confidentialRight",
        source: "Personal Information Protection Law Art. 46",
    }
    STAYS_CONFIDENTIAL = "correction.stays_confidential" {
        says: "what was confidential stays so when it is corrected",
        accepted: "a commitment at /confidentialRight, and no right",
        source: "Personal Information Protection Law Art. 46",
    }
    WRONG_VALUE = "correction.wrong_value" {
        says: "the wrong value of a public field is named by its digest, that of a confidential one by nothing but its commitment",
        accepted: "wrong for a public field, and no wrong for a confidential one",
        source: "",
    }
    NOT_JSON = "correction.not_json" {
        says: "the right value is not canonical JSON",
        accepted: "a value as it would stand in the statement: a text in quotes, a number, a list",
        source: "",
    }
    NOTE_EMPTY = "note.empty" {
        says: "a note says something once",
        accepted: "either text, or a commitment at /remark",
        source: "",
    }
    NOTE_ELSEWHERE = "note.answers_elsewhere" {
        says: "a note answers a note on the same statement",
        accepted: "the target that the earlier note has",
        source: "",
    }
    NO_TARGETS = "dispute.no_targets" {
        says: "a dispute is about something that was recorded",
        accepted: "at least one target",
        source: "",
    }
    CLAIM_MISSING = "dispute.claim_missing" {
        says: "a dispute says once what is wrong",
        accepted: "either claim, or a commitment at /details",
        source: "Personal Information Protection Law Art. 46",
    }
    NOT_ITS_OWN = "dispute.other_organisation" {
        says: "an organisation disputes what is recorded about itself and its products",
        accepted: "a statement that is about the organisation, concerns it, or is about a product of its own",
        source: "",
    }
    OWN_STATEMENT = "dispute.own_statement" {
        says: "whoever said it does not answer the dispute about it",
        accepted: "an officer who did not sign a disputed statement first",
        source: "",
    }
    REMEDY = "dispute.remedy" {
        says: "a dispute that is upheld names what puts the entry right, and one that is rejected names nothing",
        accepted: "corrections or supersededBy with outcome upheld; neither with rejected",
        source: "Personal Information Protection Law Art. 46",
    }
    REMEDY_ELSEWHERE = "dispute.remedy_elsewhere" {
        says: "what puts the entry right must be about a disputed statement",
        accepted: "a correction of a disputed statement, or a later statement about the same subject",
        source: "",
    }
    BASIS_MISSING = "disclosure.basis_missing" {
        says: "confidential values are shown on the basis of law",
        accepted: "the provision in basis",
        source: "Personal Information Protection Law Art. 13",
    }
    TO_HIMSELF = "disclosure.to_himself" {
        says: "nobody grants a disclosure to himself",
        accepted: "another privacy officer's signature",
        source: "",
    }
    CAN_NOT_LOOK = "disclosure.no_role" {
        says: "the actor holds no role in which disclosure.used may be said",
        accepted: "an actor with one of the roles that the rulebook permits disclosure.used",
        source: "",
    }
    STATISTICS_ONLY = "disclosure.statistics_only" {
        says: "what was filed for statistics is seen by statisticians alone",
        accepted: "an actor who holds the role statistician now",
        source: "Statistics Law Art. 28",
    }
    DISCLOSURE_TERM = "disclosure.term" {
        says: "a disclosure ends today at the earliest, and not later than the rulebook's number disclosure_days allows",
        accepted: "an earlier or a later day under until",
        source: "",
    }
    DISCLOSURE_USES = "disclosure.uses" {
        says: "a disclosure can be used at least once, and not more often than the rulebook's number disclosure_uses",
        accepted: "another number under uses",
        source: "",
    }
    OTHER_PERSON = "disclosure.other_person" {
        says: "the values are shown to the one whom the disclosure names, and to nobody else",
        accepted: "his signature alone",
        source: "",
    }
    DISCLOSURE_OVER = "disclosure.over" {
        says: "the last day of the disclosure has passed",
        accepted: "a new disclosure",
        source: "",
    }
    USED_UP = "disclosure.used_up" {
        says: "the disclosure was used as often as it may be",
        accepted: "a new disclosure",
        source: "",
    }
    NOT_GRANTED = "disclosure.not_granted" {
        says: "the value is not among those that may be seen",
        accepted: "openings that the disclosure names",
        source: "",
    }
    DECIDED_BEFORE = "erasure.decided_before" {
        says: "a request is decided once, unless the values were only restricted",
        accepted: "a new request",
        source: "",
    }
    NOT_ASKED = "erasure.not_asked" {
        says: "the value is not among those that were asked for",
        accepted: "openings that the request names",
        source: "",
    }
    RETENTION = "erasure.retention" {
        says: "a restriction says until when the values must be kept, and an erasure keeps nothing",
        accepted: "retentionUntil, not before today, with restrict; none with erase",
        source: "Personal Information Protection Law Art. 47(2)",
    }
    NOT_TO_BE_ERASED = "erasure.not_to_be_erased" {
        says: "only what was decided to be erased is destroyed, and once",
        accepted: "openings that the decision erase covers and that were not destroyed yet",
        source: "Personal Information Protection Law Art. 47",
    }
    HELD = "erasure.held" {
        says: "a legal hold covers the value",
        accepted: "an execution after the hold is lifted or has ended, or without that value",
        source: "",
    }
    BACKUPS = "erasure.backups" {
        says: "backups hold the values for longer than the rulebook's number backup_days allows",
        accepted: "an earlier day under backupsExpire",
        source: "",
    }
    HOLD_ELSEWHERE = "hold.elsewhere" {
        says: "the value is not of a statement that is about what is held, or concerns it",
        accepted: "openings of statements in the dossier of the subject under on",
        source: "",
    }
    HOLD_TERM = "hold.term" {
        says: "a hold ends today at the earliest",
        accepted: "a later day under until, or none",
        source: "",
    }
    TOO_MANY_HOLDS = "hold.too_many" {
        says: "as many holds as can be kept at once are on this already",
        accepted: "a hold after another one is lifted",
        source: "",
    }
}
