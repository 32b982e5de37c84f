# A suspension is appealed: it rests, and is overturned. What has ended by itself can not be set aside.
# The product's approval was taken over from the older register.
time 2026-11-23 09:00
wu as migrator says product.submitted on product/p1 concerning organisation/acme taken over from city-register row 17: {"organisation":"acme","name":"夜间分诊助手"}
wu as migrator says product.accepted on product/p1 taken over from city-register row 17a: {"number":"OLD-17"}
wu as migrator says approval.granted on product/p1 taken over from city-register row 17b: {"reasons":"As in the older register."}
chen as decision_maker says approval.suspended on product/p1 under Shenzhen AI Regulation Art. 66: {"reasons":"Patients may be at risk."}
product/p1 is suspended

# Qian did not decide that: the decision must be named with one of those who took it.
lin as enterprise_filer for acme says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"approval.suspended","subject":"product/p1","by":"qian"},"organisation":"acme","knownOn":"2026-11-23"} -> refused appeal.no_such_decision
lin as enterprise_filer for acme says appeal.lodged on appeal/a1 concerning organisation/acme, product/p1: {"against":{"kind":"approval.suspended","subject":"product/p1","by":"chen"},"organisation":"acme","grounds":"The fault was another product's.","relief":"set_aside","knownOn":"2026-11-23","stayRequested":true}
# Beta, which supplies a part, appeals as well; so does a nurse, whose name is hidden.
yu as enterprise_filer for beta says appeal.lodged on appeal/a2 concerning organisation/beta, product/p1: {"against":{"kind":"approval.suspended","subject":"product/p1","by":"chen"},"organisation":"beta","grounds":"The fault was another product's.","relief":"set_aside","knownOn":"2026-11-23"}
zhou as intake_officer says appeal.lodged on appeal/a3 concerning product/p1 hiding /appellant: {"against":{"kind":"approval.suspended","subject":"product/p1","by":"chen"},"grounds":"The fault was another product's.","relief":"set_aside","knownOn":"2026-11-23"}

# Chen moves to the appeals office. He suspended it, so he has no part in the appeal.
wang as institution_admin and zhao as institution_admin say role.withdrawn on actor/chen: {"role":"decision_maker"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/chen: {"role":"appeal_officer"}
chen as appeal_officer says appeal.admitted on appeal/a1 concerning product/p1: {"procedure":"simplified"} -> refused separation.same_person
mei as appeal_officer says appeal.admitted on appeal/a1 concerning product/p1: {"procedure":"simplified"}
chen as appeal_officer says appeal.stayed on appeal/a1 concerning product/p1: {"effect":"stay","ground":"requested","reasons":"I was too strict."} -> refused separation.same_person
chen as appeal_officer says appeal.decided on appeal/a1 concerning product/p1: {"outcome":"upheld","reasons":"I was right."} -> refused separation.same_person
deadline appeal_simplified on appeal/a1 is running

# The suspension rests. The product's own status says suspended until the appeal is decided.
mei as appeal_officer says appeal.stayed on appeal/a1 concerning product/p1: {"effect":"stay","ground":"requested","reasons":"Two hundred patients a night have nothing else."}
product/p1 is suspended
mei as appeal_officer says appeal.admitted on appeal/a2 concerning product/p1: {"procedure":"simplified"}
# The nurse's appeal is not heard: a suspension does not touch her own rights.
mei as appeal_officer says appeal.decided on appeal/a3 concerning product/p1: {"outcome":"inadmissible","reasons":"Not her own rights."}
appeal/a3 is decided
deadline appeal_screening on appeal/a3 is met
product/p1 is suspended
mei as appeal_officer says appeal.decided on appeal/a1 concerning product/p1: {"outcome":"overturned","reasons":"The fault was another product's."}
product/p1 is authorised
deadline appeal_simplified on appeal/a1 is met
# For Beta nothing is left to be set aside; it takes its appeal back.
mei as appeal_officer says appeal.decided on appeal/a2 concerning product/p1: {"outcome":"overturned","reasons":"Here too."} -> refused appeal.moot
mei as appeal_officer says appeal.decided on appeal/a2 concerning product/p1: {"outcome":"withdrawn","reasons":"Taken back on 23 November."}
product/p1 is authorised
