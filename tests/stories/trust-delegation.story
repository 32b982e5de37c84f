# A registrar goes on leave and lends her role to a colleague: for a time, within limits, and never further.

time 2026-11-23 09:00
wang as institution_admin and su as incoming_key say actor.enrolled on actor/su: {"name":"苏晴 Su Qing","actorKind":"person","organisation":"institution","key":"the key of su","keyExpires":null}

# Li lends alone, in the role that she lends, to somebody of her own house; her dossier shows it too.
li as registrar says role.delegated on actor/su: {"role":"registrar","from":"2026-11-24","until":"2026-12-04","reason":"On leave."} -> refused subject.not_concerned
li as registrar says role.delegated on actor/su concerning actor/li: {"role":"case_officer","from":"2026-11-24","until":"2026-12-04","reason":"On leave."} -> refused role.lender_alone
li as registrar and sun as case_officer say role.delegated on actor/su concerning actor/li: {"role":"registrar","from":"2026-11-24","until":"2026-12-04","reason":"On leave."} -> refused role.lender_alone
li as registrar says role.delegated on actor/yu concerning actor/li: {"role":"registrar","from":"2026-11-24","until":"2026-12-04","reason":"On leave."} -> refused role.lent_outside
li as registrar says role.delegated on actor/su concerning actor/li: {"role":"registrar","from":"2026-11-24","until":"2027-06-30","reason":"On leave."} -> refused role.lent_too_long
li as registrar says role.delegated on actor/su concerning actor/li: {"role":"registrar","from":"2026-11-24","until":"2026-11-23","reason":"On leave."} -> refused content.term
wang as institution_admin says role.delegated on actor/su concerning actor/wang: {"role":"institution_admin","until":"2026-12-04","reason":"On leave."} -> refused role.not_allowed

# Whoever may not be appointed may not be lent the role either: decision makers are no registrars.
li as registrar says role.delegated on actor/chen concerning actor/li: {"role":"registrar","from":"2026-11-24","until":"2026-12-04","reason":"On leave."} -> refused role.excluded
li as registrar says role.delegated on actor/li: {"role":"registrar","from":"2026-11-24","until":"2026-12-04","reason":"On leave."} -> refused role.self_grant

li as registrar says role.delegated on actor/su concerning actor/li: {"role":"registrar","from":"2026-11-24","until":"2026-12-04","scope":{"classes":["organisation"]},"reason":"On leave."}
su as registrar says organisation.registered on organisation/a: {"name":"A","organisationKind":"other"} -> refused role.missing

time 2026-11-24 09:00
# The loan has begun. Su signs as registrar, within what was lent, and does not lend it on.
su as registrar says organisation.registered on organisation/a: {"name":"A","organisationKind":"other"}
su as registrar says product.accepted on product/p1: {} -> refused role.out_of_scope
sun as case_officer says role.delegated on actor/su concerning actor/sun: {"role":"case_officer","from":null,"until":"2026-12-04","scope":{"classes":["actor","incident"]},"reason":"Training."}
su as case_officer says role.delegated on actor/tang concerning actor/su: {"role":"case_officer","from":null,"until":"2026-12-01","reason":"Busy."} -> refused role.lent_on
he as case_officer says role.delegated on actor/su concerning actor/he: {"role":"case_officer","from":null,"until":"2026-12-04","reason":"Training."} -> refused role.held_already

# One power signs once: a decision maker and his deputy are not two.
chen as decision_maker says role.delegated on actor/tang concerning actor/chen: {"role":"decision_maker","from":null,"until":"2026-12-01","scope":null,"reason":"Abroad."}
chen as decision_maker and tang as decision_maker say rulebook.adopted on rulebook/sz-ai: {} -> refused role.one_power

# Only administrators, the holder and the lender end a loan.
he as case_officer says role.withdrawn on actor/su: {"role":"case_officer","reason":"Mine."} -> refused role.not_lent_by
sun as case_officer says role.withdrawn on actor/su: {"role":"case_officer","reason":"The training is over."}

# While the lender is suspended, the loan rests; when she is back, so is it.
wang as institution_admin says actor.suspended on actor/li: {"reason":"investigation"}
su as registrar says organisation.registered on organisation/b: {"name":"B","organisationKind":"other"} -> refused role.loan_ended
wang as institution_admin and zhao as institution_admin say actor.restored on actor/li: {"reason":"Nothing was found."}
su as registrar says organisation.registered on organisation/b: {"name":"B","organisationKind":"other"}

# When she loses the role the loan is over, also if she is appointed again.
wang as institution_admin says role.withdrawn on actor/li: {"role":"registrar","reason":"Transferred."}
su as registrar says organisation.registered on organisation/c: {"name":"C","organisationKind":"other"} -> refused role.loan_ended
wang as institution_admin and zhao as institution_admin say role.granted on actor/li: {"role":"registrar","from":null,"until":null,"scope":null}
su as registrar says organisation.registered on organisation/c: {"name":"C","organisationKind":"other"} -> refused role.loan_ended

time 2026-12-05 00:30
tang as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {} -> refused role.missing
