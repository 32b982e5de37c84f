# Confidential values: who may see them, who has seen them.

# The registrar enters a testing institute. Its contact and its legal representative are kept in the vault; the ledger holds their commitments.
time 2026-11-23 09:00
li as registrar says organisation.registered on organisation/delta hiding /contact, /legalRepresentative: {"name":"Delta Robotics Institute","organisationKind":"other"}

# The case officer needs the name. The privacy officer grants it, on the basis of law, for a purpose and until a day; not to himself, and to nobody who could not say that he looked.
time 2026-11-24 09:00
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta: {"to":"sun","openings":["/legalRepresentative in entry 1 of organisation/delta"],"until":"2026-12-04"} -> refused disclosure.basis_missing
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/tang, organisation/delta under Personal Information Protection Law Art. 13: {"to":"tang","openings":["/legalRepresentative in entry 1 of organisation/delta"],"until":"2026-12-04"} -> refused disclosure.to_himself
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/ren, organisation/delta under Personal Information Protection Law Art. 13: {"to":"ren","openings":["/legalRepresentative in entry 1 of organisation/delta"],"until":"2026-12-04"} -> refused disclosure.no_role
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/legalRepresentative in entry 1 of organisation/delta"],"until":"2026-11-20"} -> refused disclosure.term
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/legalRepresentative in entry 1 of organisation/delta"],"until":"2027-12-04"} -> refused disclosure.term
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/legalRepresentative in entry 1 of organisation/delta"],"until":"2026-12-04","uses":1000} -> refused disclosure.uses
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta under Personal Information Protection Law Art. 13: {"to":"sun","openings":[],"until":"2026-12-04"} -> refused content.no_openings
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/acme under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/legalRepresentative in entry 1 of organisation/acme"],"until":"2026-12-04"} -> refused content.no_such_value
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/legalRepresentative in entry 1 of organisation/delta"],"until":"2026-12-04"} -> refused subject.not_concerned
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/legalRepresentative in entry 1 of organisation/delta"],"purpose":"To ask who signed the test report. 核实检测报告签署人。","until":"2026-12-04","uses":2}
disclosure/d1 is granted

# Each look is an entry in the institute's dossier. The representative was granted, not the contact; to Sun, not to his colleague; twice, not three times.
time 2026-11-25 10:00
he as case_officer says disclosure.used on disclosure/d1 concerning organisation/delta: {} -> refused disclosure.other_person
sun as case_officer says disclosure.used on disclosure/d1 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"]} -> refused disclosure.not_granted
sun as case_officer says disclosure.used on disclosure/d1: {} -> refused subject.not_concerned
sun as case_officer says disclosure.used on disclosure/d1 concerning organisation/delta: {"openings":["/legalRepresentative in entry 1 of organisation/delta"]}
sun as case_officer says disclosure.used on disclosure/d1 concerning organisation/delta: {}
sun as case_officer says disclosure.used on disclosure/d1 concerning organisation/delta: {} -> refused disclosure.used_up

# An auditor is shown both values. She comes back when her time is over.
tang as privacy_officer says disclosure.granted on disclosure/d2 concerning actor/ye, organisation/delta under Personal Information Protection Law Art. 54: {"to":"ye","openings":["/contact in entry 1 of organisation/delta","/legalRepresentative in entry 1 of organisation/delta"],"purpose":"Audit of the register.","until":"2026-12-04"}
ye as auditor says disclosure.used on disclosure/d2 concerning organisation/delta: {}
time 2026-12-07 09:00
ye as auditor says disclosure.used on disclosure/d2 concerning organisation/delta: {} -> refused disclosure.over

# None of this is history that could be taken over from an older register.
wu as migrator says disclosure.granted on disclosure/d3 concerning actor/wu, organisation/delta taken over from book of looks row 7: {"to":"wu"} -> refused content.not_history
