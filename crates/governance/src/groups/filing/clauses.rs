//! What a filing is refused for.

use crate::clause::clauses;

clauses! {
    ROUTE_MISSING = "content.route_missing" {
        says: "a route must be given",
        accepted: "disclosure, trial or standing_approval",
        source: "Shenzhen AI Regulation Art. 66",
    }
    TRIAL_MODE = "content.trial_mode" {
        says: "a trial, and only a trial, says how the product is tried out",
        accepted: "test, experiment or pilot with route trial; none with another route",
        source: "Shenzhen AI Regulation Art. 44",
    }
    EXCLUDED_DOMAIN = "content.excluded_domain" {
        says: "a trial is for products outside national security, public interest and personal safety",
        accepted: "excludedDomain none, or another route",
        source: "Shenzhen AI Regulation Art. 44",
    }
    STANDARD_MISSING = "content.standard_missing" {
        says: "a trial needs an international standard that the product meets",
        accepted: "at least one international standard or specification under facts.standards",
        source: "Shenzhen AI Regulation Art. 44",
    }
    STANDARD_EXISTS = "content.standard_exists" {
        says: "a trial is for products that no national and no local standard covers",
        accepted: "facts.standardsGap with national true and local true, or another route",
        source: "Shenzhen AI Regulation Art. 44",
    }
    EXPLANATION_MISSING = "content.explanation_missing" {
        says: "who decides in public matters or in business of public interest owes the public an explanation",
        accepted: "facts.publicExplanation, in words that the public understands",
        source: "Shenzhen AI Regulation Art. 71",
    }
    NO_CHANGE = "content.no_change" {
        says: "the statement changes nothing",
        accepted: "at least one fact or condition that is new, changed or removed",
        source: "",
    }
    NO_SUCH_FACT = "content.no_such_fact" {
        says: "the names of removed facts must be facts that exist",
        accepted: "names of fields under facts",
        source: "",
    }
    SUPPLEMENT = "content.supplement" {
        says: "a filing that was returned is answered with a supplement, and nothing else is",
        accepted: "supplement true while the filing is returned, with all that was asked for; no supplement otherwise",
        source: "Administrative Licensing Law Art. 32",
    }
    CHANGE_LATE = "content.change_late" {
        says: "the change is filed later than ten working days after it was made",
        accepted: "the same with lateReason",
        source: "Algorithm Provisions Art. 24(2)",
    }
    NUMBER_MISSING = "content.number_missing" {
        says: "the product has no official number yet",
        accepted: "a number that was never given before",
        source: "",
    }
    NUMBER_GIVEN = "content.number_given" {
        says: "the product has its official number already",
        accepted: "the classification without a number",
        source: "",
    }
    TIER_AT_ACCEPTANCE = "content.tier_at_acceptance" {
        says: "whoever accepts a filing does not say how risky the product is",
        accepted: "product.accepted without riskTier; a case officer then says risk.classified",
        source: "Shenzhen AI Regulation Art. 66",
    }
    NOTHING_MISSING = "content.nothing_missing" {
        says: "a filing is returned because something is missing",
        accepted: "at least one item under missing, or product.accepted",
        source: "Administrative Licensing Law Art. 32",
    }
    RETURNED_BEFORE = "product.returned_before" {
        says: "the filing was returned before; everything that was missing had to be asked for then",
        accepted: "product.accepted, or product.declined with reasons",
        source: "Administrative Licensing Law Art. 32",
    }
    COMPETENT_MISSING = "content.competent_missing" {
        says: "who sends a filer to another authority says to which",
        accepted: "the authority under competent, or another reason",
        source: "Administrative Licensing Law Art. 32",
    }
    FILING_NUMBER = "content.filing_number" {
        says: "an algorithm filing has a number of the published form",
        accepted: "网信算备, 21 digits, 号",
        source: "Algorithm Provisions Art. 26",
    }
    STANDARD_UNNAMED = "content.standard_unnamed" {
        says: "evidence of conformity says with which standard",
        accepted: "at least one standard under standards, with its level",
        source: "Shenzhen AI Regulation Art. 44",
    }
    DOCUMENT_MISSING = "content.document_missing" {
        says: "evidence is a document or a number that can be looked up",
        accepted: "a document by hash under documents, a number, or the committed field /annex",
        source: "",
    }
    PROHIBITED_CONDUCT = "content.prohibited_conduct" {
        says: "a prohibited product, and only a prohibited one, is named with its prohibited acts",
        accepted: "tier prohibited with at least one code under prohibitedConduct; none with another tier",
        source: "Shenzhen AI Regulation Art. 72",
    }
    TRIGGER = "content.trigger" {
        says: "a classification says why it is made again, unless it is the first",
        accepted: "a trigger with every classification but the first",
        source: "Shenzhen AI Regulation Art. 66",
    }
    NOT_CLASSIFIED = "product.not_classified" {
        says: "nobody has said yet how risky the product is",
        accepted: "risk.classified by a case officer, then the decision",
        source: "Shenzhen AI Regulation Art. 66",
    }
    DISCLOSURE_TIER = "content.disclosure_tier" {
        says: "disclosure is for low and medium risk",
        accepted: "a low or medium tier; high risk needs route standing_approval",
        source: "Shenzhen AI Regulation Art. 66",
    }
    OTHER_ROUTE = "content.other_route" {
        says: "the decision must follow the route that was applied for",
        accepted: "product.disclosed on route disclosure; approval.granted with the filing's route otherwise",
        source: "Shenzhen AI Regulation Art. 66",
    }
}
