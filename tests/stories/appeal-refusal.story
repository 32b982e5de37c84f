# A refusal is appealed, set aside and sent back for a new decision.
# The product and its refusal were taken over from the older register.
time 2026-11-23 09:00
wu as migrator says product.submitted on product/p1 concerning organisation/acme taken over from city-register row 17: {"organisation":"acme","name":"夜间分诊助手"}
wu as migrator says product.accepted on product/p1 taken over from city-register row 17a: {"number":"OLD-17"}
wu as migrator says approval.refused on product/p1 taken over from city-register row 17b: {"reasons":"The test report is missing."}
product/p1 is refused

# A filing is no decision. And the product was refused, not revoked.
lin as enterprise_filer for acme says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"product.submitted","subject":"product/p1","by":"wu"},"organisation":"acme","knownOn":"2026-11-20"} -> refused appeal.not_a_decision
lin as enterprise_filer for acme says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"approval.revoked","subject":"product/p1","by":"wu"},"organisation":"acme","knownOn":"2026-11-20"} -> refused appeal.no_such_decision
# Somebody appeals: an organisation, or a person whose name is hidden.
lin as enterprise_filer for acme says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"approval.refused","subject":"product/p1","by":"wu"},"knownOn":"2026-11-20"} -> refused appeal.appellant
yu as enterprise_filer for beta says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"approval.refused","subject":"product/p1","by":"wu"},"organisation":"acme","knownOn":"2026-11-20"} -> refused role.other_organisation
# Sixty days from when it was known, neither more nor less than none. The last day of these was Friday, 20 November.
lin as enterprise_filer for acme says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"approval.refused","subject":"product/p1","by":"wu"},"organisation":"acme","knownOn":"2026-11-24"} -> refused appeal.known_ahead
lin as enterprise_filer for acme says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"approval.refused","subject":"product/p1","by":"wu"},"organisation":"acme","knownOn":"2026-09-21"} -> refused appeal.late
# Who could not help being late says why; here that is the typhoon.
lin as enterprise_filer for acme says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"approval.refused","subject":"product/p1","by":"wu"},"organisation":"acme","grounds":"The report was there.","relief":"set_aside","knownOn":"2026-09-21","lateReasons":"The typhoon closed the office."}
appeal/a1 is lodged
deadline appeal_screening on appeal/a1 is running

# It is admitted before it is decided, by the appeal officer alone.
li as registrar says appeal.admitted on appeal/a1 concerning product/p1: {"procedure":"ordinary"} -> refused role.not_allowed
mei as appeal_officer says appeal.decided on appeal/a1 concerning product/p1: {"outcome":"overturned","reasons":"The report was there."} -> refused appeal.not_admitted
mei as appeal_officer says appeal.admitted on appeal/a1: {"procedure":"ordinary"} -> refused subject.not_concerned
mei as appeal_officer says appeal.admitted on appeal/a1 concerning product/p1: {"procedure":"ordinary"}
deadline appeal_screening on appeal/a1 is met
deadline appeal_decision on appeal/a1 is running

# The decision does not rest by itself, and not because of a wish that nobody had.
mei as appeal_officer says appeal.stayed on appeal/a1 concerning product/p1: {"effect":"stay","ground":"requested","reasons":"As asked."} -> refused appeal.stay_not_requested
mei as appeal_officer says appeal.stayed on appeal/a1 concerning product/p1: {"effect":"partial","ground":"reviewer","reasons":"The test may go on."} -> refused appeal.which_part
mei as appeal_officer says appeal.stayed on appeal/a1 concerning product/p1: {"effect":"partial","part":"The test in the laboratory may go on.","ground":"reviewer","reasons":"It harms nobody."}
appeal/a1 is admitted
product/p1 is refused

# Sixty days are extended by thirty, once.
time 2027-01-15 09:00
mei as appeal_officer says deadline.extended on deadline/x1 concerning appeal/a1: {"rule":"appeal_decision","on":"appeal/a1","reasons":"A second report is awaited."}
mei as appeal_officer says deadline.extended on deadline/x2 concerning appeal/a1: {"rule":"appeal_decision","on":"appeal/a1","reasons":"And a third."} -> refused deadline.not_extendable
time 2027-02-18 09:00
mei as appeal_officer says appeal.decided on appeal/a1 concerning product/p1: {"outcome":"varied","reasons":"In part."} -> refused appeal.terms
mei as appeal_officer says appeal.decided on appeal/a1 concerning product/p1: {"outcome":"remitted_for_new_decision","reasons":"The report was there."} -> refused appeal.new_decision_due
mei as appeal_officer says appeal.decided on appeal/a1 concerning product/p1: {"outcome":"upheld","newDecisionDue":"2027-03-18","reasons":"Rightly refused."} -> refused appeal.new_decision_due
mei as appeal_officer says appeal.decided on appeal/a1 concerning product/p1: {"outcome":"remitted_for_new_decision","newDecisionDue":"2027-03-18","directs":["approval.granted"],"reasons":"The report was there; the refusal does not speak of it."}
appeal/a1 is decided
deadline appeal_decision on appeal/a1 is met
# The application is to be decided again, by 18 March.
product/p1 is accepted
deadline new_decision on product/p1 is running
mei as appeal_officer says appeal.decided on appeal/a1 concerning product/p1: {"outcome":"upheld","reasons":"On second thoughts."} -> refused subject.state
