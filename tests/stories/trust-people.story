# Who may sign: a registrar is appointed for some things only, gives nothing to herself, is suspended and restored.
# Articles 13 and 15 of the Electronic Signature Law: a key is under its holder's sole control, and is not used when it may not be.

time 2026-11-23 09:00
# An administrator vouches for Su Qing; her new key signs too.
wang as institution_admin says actor.enrolled on actor/su: {"name":"苏晴 Su Qing","actorKind":"person","organisation":"institution","key":"the key of su"} -> refused role.with
wang as institution_admin and su as incoming_key say actor.enrolled on actor/su: {"name":"苏晴 Su Qing","actorKind":"person","organisation":"institution","key":"the key of su","keyExpires":"2026-11-01"} -> refused content.term
wang as institution_admin and su as incoming_key say actor.enrolled on actor/su hiding /realName, /identityDocument: {"name":"苏晴 Su Qing","actorKind":"person","organisation":"institution","key":"the key of su","keyExpires":null}
actor/su is active

# A role takes two administrators, neither of whom gets it; it must stand in the rulebook, and fit what she holds.
wang as institution_admin says role.granted on actor/su: {"role":"registrar","from":null,"until":null} -> refused role.quorum
wang as institution_admin and zhao as institution_admin say role.granted on actor/zhao: {"role":"registrar"} -> refused role.self_grant
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"mayor"} -> refused role.unknown
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"system"} -> refused role.unknown
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"registrar","until":"2026-11-01"} -> refused content.term
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"registrar","scope":{}} -> refused role.empty_scope
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"registrar","scope":{"fields":["alchemy"]}} -> refused content.unknown_code
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"registrar","from":"2026-11-23","until":"2027-11-22","scope":{"classes":["organisation"],"fields":["healthcare"]}}

# Registrars do not decide; an auditor writes nothing, whichever of the two roles comes first.
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"decision_maker"} -> refused role.excluded
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"auditor"} -> refused role.excluded
wang as institution_admin and zhao as institution_admin say role.granted on actor/ye: {"role":"registrar"} -> refused role.excluded

# Organisations and products in health care are hers; schools are not, neither when they are filed nor afterwards.
su as registrar says organisation.registered on organisation/hospital: {"name":"市第一医院","organisationKind":"agency"}
su as registrar says product.submitted on product/school concerning organisation/beta: {"organisation":"beta","name":"Homework marker","route":"disclosure","facts":{"fields":["education"]}} -> refused role.out_of_scope
yu as enterprise_filer for beta says product.submitted on product/school concerning organisation/beta: {"organisation":"beta","name":"Homework marker","route":"disclosure","facts":{"fields":["education"]}}
su as registrar says product.updated on product/school: {"name":"Marker of homework"} -> refused role.out_of_scope
su as registrar says survey.called on survey/s1: {} -> refused role.out_of_scope

# Her laptop is gone. One administrator suspends her; from then on she signs nothing, not even a new key.
wang as institution_admin says actor.suspended on actor/su: {"reason":"security","successor":"li"} -> refused subject.not_concerned
wang as institution_admin says actor.suspended on actor/su concerning actor/li: {"reason":"security","successor":"li","note":"The laptop was stolen."}
actor/su is suspended
su as registrar says organisation.registered on organisation/clinic: {"name":"Clinic","organisationKind":"other"} -> refused signer.suspended
su as self and su as incoming_key say key.rotated on actor/su: {"key":"the key of rotated"} -> refused signer.suspended
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"intake_officer"} -> refused subject.state
wang as institution_admin says actor.suspended on actor/su: {"reason":"security"} -> refused subject.state

# It takes two to let her sign again. She has lost nothing.
wang as institution_admin says actor.restored on actor/su: {"reason":"The laptop was found sealed."} -> refused role.quorum
wang as institution_admin and zhao as institution_admin say actor.restored on actor/su: {"reason":"The laptop was found sealed."}
actor/su is active
su as registrar says organisation.registered on organisation/clinic: {"name":"Clinic","organisationKind":"other"}

# She gives the role up. Nobody takes away what is not there.
su as self says role.withdrawn on actor/su: {"role":"registrar","reason":"Moved to another office."}
su as registrar says organisation.registered on organisation/ward: {"name":"Ward","organisationKind":"other"} -> refused role.missing
wang as institution_admin says role.withdrawn on actor/su: {"role":"registrar","reason":"Moved to another office."} -> refused role.not_held

# The last administrators can be neither suspended nor withdrawn: nobody could appoint new ones. A third one makes it possible.
wang as institution_admin says actor.suspended on actor/zhao: {"reason":"absence"} -> refused role.last_administrators
wang as institution_admin says role.withdrawn on actor/wang: {"role":"institution_admin","reason":"Tired."} -> refused role.last_administrators
wang as institution_admin and zhao as institution_admin say role.granted on actor/su: {"role":"institution_admin"}
wang as institution_admin says actor.suspended on actor/zhao: {"reason":"absence"}
zhao as institution_admin says role.withdrawn on actor/li: {"role":"registrar","reason":"r"} -> refused signer.suspended
su as institution_admin and wang as institution_admin say actor.restored on actor/zhao: {"reason":"Back."}

# The ledger itself speaks only when something is due; nobody appoints or silences it.
wang as institution_admin and zhao as institution_admin say role.granted on actor/ledger: {"role":"registrar"} -> refused actor.ledger_itself
wang as institution_admin says actor.suspended on actor/ledger: {"reason":"administrative"} -> refused actor.ledger_itself
