# Erasure: asked for, decided, held up by a court, done. The commitments stay and every proof still verifies.

# A branch of Acme is registered, with a contact and a legal representative in confidence.
time 2026-11-23 09:00
li as registrar says organisation.registered on organisation/delta concerning organisation/acme hiding /contact, /legalRepresentative: {"name":"Acme Health, Nanshan branch","organisationKind":"other"}

# Whoever was the contact has left and wants to be forgotten. The intake officer writes the request down; the name stands in confidence.
time 2026-11-24 09:00
zhou as intake_officer says erasure.requested on erasure/e1 concerning organisation/delta occurred 2026-11-23: {"openings":["/contact in entry 1 of organisation/delta"],"ground":"consent_withdrawn"} -> refused content.person_missing
zhou as intake_officer says erasure.requested on erasure/e1 concerning organisation/delta occurred 2026-11-23 hiding /person: {"openings":[],"ground":"consent_withdrawn"} -> refused content.no_openings
zhou as intake_officer says erasure.requested on erasure/e1 concerning organisation/delta occurred 2026-11-23 hiding /person: {"openings":["/contact in entry 1 of organisation/delta","/legalRepresentative in entry 1 of organisation/delta"],"ground":"consent_withdrawn","note":"Asked at the counter. 当面申请。"}
erasure/e1 is requested
deadline erase on erasure/e1 is running

# It takes two to decide, and the decision says what it covers: he was the contact, and never the legal representative.
time 2026-11-27 09:00
tang as privacy_officer says erasure.executed on erasure/e1 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"]} -> refused subject.state
tang as privacy_officer says erasure.decided on erasure/e1: {"outcome":"erase"} -> refused role.with
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/e1: {"outcome":"erase","openings":["/person in entry 1 of erasure/e1"]} -> refused erasure.not_asked
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/e1: {"outcome":"erase","retentionUntil":"2027-12-31"} -> refused erasure.retention
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/e1: {"outcome":"restrict"} -> refused erasure.retention
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/e1: {"outcome":"erase","provision":"Personal Information Protection Law Art. 47","openings":["/contact in entry 1 of organisation/delta"],"reasons":"Consent was withdrawn; the legal representative is somebody else. 仅删除申请人信息。"}
deadline erase on erasure/e1 is met
deadline destroy on erasure/e1 is running

# From now on nobody sees the value any more, though it still exists.
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/contact in entry 1 of organisation/delta"],"until":"2026-12-31"} -> refused content.value_restricted

# Before it is destroyed, a court asks for everything about Acme. The hold reaches the branch, whose registration concerns Acme. It names the erasure too, so that its clock stops.
time 2026-11-30 09:00
chen as decision_maker says hold.placed on hold/h1 concerning erasure/e1: {"on":"organisation/acme","ground":"litigation","until":null} -> refused subject.not_concerned
chen as decision_maker says hold.placed on hold/h1 concerning erasure/e1, organisation/acme: {"on":"organisation/acme","ground":"litigation","until":"2026-11-01"} -> refused hold.term
chen as decision_maker says hold.placed on hold/h1 concerning erasure/e1, organisation/acme: {"on":"organisation/acme","ground":"litigation","authority":"深圳市中级人民法院","reasons":"The contact is to be heard as a witness. 证人待出庭。"}
hold/h1 is placed
deadline destroy on erasure/e1 is paused
tang as privacy_officer says erasure.executed on erasure/e1 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"],"backupsExpire":"2027-01-31"} -> refused erasure.held

# A hold can keep single values, and no others; they must be in the dossier of what is held.
tang as privacy_officer says hold.placed on hold/h2 concerning organisation/delta: {"on":"organisation/delta","openings":["/legalRepresentative in entry 1 of organisation/delta"],"ground":"audit"}
chen as decision_maker says hold.placed on hold/h3 concerning organisation/beta, organisation/delta: {"on":"organisation/beta","openings":["/contact in entry 1 of organisation/delta"],"ground":"audit"} -> refused hold.elsewhere

# The judgment is final. The privacy officer can't lift the hold himself.
time 2026-12-14 09:00
tang as privacy_officer says hold.lifted on hold/h1: {"reasons":"It is in my way."} -> refused role.not_allowed
chen as decision_maker says hold.lifted on hold/h1 concerning erasure/e1, organisation/acme: {"reasons":"The judgment is final. 判决已生效。"}
hold/h1 is lifted
deadline destroy on erasure/e1 is running
chen as decision_maker says hold.lifted on hold/h1: {"reasons":"Once more."} -> refused subject.state

# Now the value is destroyed, and with it the name on the request. What was not decided is not touched, though the second hold would have kept it anyway.
tang as privacy_officer says erasure.executed on erasure/e1 concerning organisation/delta: {"openings":["/legalRepresentative in entry 1 of organisation/delta"],"backupsExpire":"2027-01-31"} -> refused erasure.not_to_be_erased
tang as privacy_officer says erasure.executed on erasure/e1 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"],"backupsExpire":"2029-01-31"} -> refused erasure.backups
tang as privacy_officer says erasure.executed on erasure/e1: {"openings":["/contact in entry 1 of organisation/delta"],"backupsExpire":"2027-01-31"} -> refused subject.not_concerned
tang as privacy_officer says erasure.executed on erasure/e1 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta","/person in entry 1 of erasure/e1"],"backupsExpire":"2027-01-31"}
erasure/e1 is executed
deadline destroy on erasure/e1 is met
tang as privacy_officer says erasure.executed on erasure/e1 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"],"backupsExpire":"2027-01-31"} -> refused subject.state

# It can be neither shown nor asked for nor held any more.
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/contact in entry 1 of organisation/delta"],"until":"2026-12-31"} -> refused content.value_erased
tang as privacy_officer says erasure.requested on erasure/e2 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"],"ground":"purpose_fulfilled"} -> refused content.value_erased
chen as decision_maker says hold.placed on hold/h3 concerning organisation/delta: {"on":"organisation/delta","openings":["/contact in entry 1 of organisation/delta"],"ground":"audit"} -> refused content.value_erased
