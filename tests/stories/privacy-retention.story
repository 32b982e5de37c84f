# What must be kept: a restriction until a law allows erasure, a refusal, and holds that end by themselves.

time 2026-11-23 09:00
li as registrar says organisation.registered on organisation/delta hiding /contact, /legalRepresentative: {"name":"Delta Robotics Institute","organisationKind":"other"}

# The institution itself finds that it keeps a name for longer than it needs. Who asks does not decide.
tang as privacy_officer says erasure.requested on erasure/e1 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"],"ground":"purpose_fulfilled"}
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/e1: {"outcome":"erase"} -> refused separation.same_person

# The contact asks too, and so does the legal representative. The contact must be kept until a penalty can no longer be appealed: it is restricted, which stops everything but keeping it.
time 2026-11-25 09:00
zhou as intake_officer says erasure.requested on erasure/e2 concerning organisation/delta hiding /person: {"openings":["/contact in entry 1 of organisation/delta"],"ground":"consent_withdrawn"}
zhou as intake_officer says erasure.requested on erasure/e3 concerning organisation/delta hiding /person: {"openings":["/legalRepresentative in entry 1 of organisation/delta"],"ground":"unlawful_processing"}
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/e2: {"outcome":"restrict","provision":"Personal Information Protection Law Art. 47(2)","retentionUntil":"2026-11-30","reasons":"The penalty can be appealed until then. 法定保存期限未满。"}
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, organisation/delta under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/contact in entry 1 of organisation/delta"],"until":"2026-12-31"} -> refused content.value_restricted
tang as privacy_officer says erasure.executed on erasure/e2 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"],"backupsExpire":"2027-01-31"} -> refused erasure.not_to_be_erased

# A legal representative is registered because a law says so: refused. A refusal is final, and never executed.
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/e3: {"outcome":"refuse","provision":"Personal Information Protection Law Art. 13(3)","reasons":"The register must name who represents it. 履行法定职责所必需。"}
tang as privacy_officer says erasure.executed on erasure/e3 concerning organisation/delta: {"openings":["/legalRepresentative in entry 1 of organisation/delta"],"backupsExpire":"2027-01-31"} -> refused erasure.not_to_be_erased
tang as privacy_officer and qian as decision_maker say erasure.decided on erasure/e3: {"outcome":"erase","reasons":"He asked again."} -> refused erasure.decided_before

# The time is over: the restriction becomes an erasure. Until a hold ends by itself, it stands in the way.
tang as privacy_officer says hold.placed on hold/h1 concerning organisation/delta: {"on":"organisation/delta","ground":"appeal","until":"2026-12-06"}
time 2026-12-04 09:00
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/e2: {"outcome":"erase","provision":"Personal Information Protection Law Art. 47","reasons":"Nothing says any more that it must be kept."}
tang as privacy_officer says erasure.executed on erasure/e2 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"],"backupsExpire":"2027-01-31"} -> refused erasure.held
time 2026-12-08 09:00
tang as privacy_officer says erasure.executed on erasure/e2 concerning organisation/delta: {"openings":["/contact in entry 1 of organisation/delta"],"backupsExpire":"2027-01-31"}
erasure/e2 is executed

# The institution's own request was never decided. The ledger notes that, after fifteen working days.
time 2026-12-15 00:00
the ledger says deadline.missed concerning erasure/e1: {"rule":"erase"}

# Only so many holds can be on one thing at once.
sun as case_officer says hold.placed on hold/k1 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
sun as case_officer says hold.placed on hold/k2 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
sun as case_officer says hold.placed on hold/k3 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
sun as case_officer says hold.placed on hold/k4 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
sun as case_officer says hold.placed on hold/k5 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
sun as case_officer says hold.placed on hold/k6 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
sun as case_officer says hold.placed on hold/k7 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
sun as case_officer says hold.placed on hold/k8 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
sun as case_officer says hold.placed on hold/k9 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"} -> refused hold.too_many
mei as appeal_officer says hold.lifted on hold/k1: {"reasons":"One investigation is over."}
sun as case_officer says hold.placed on hold/k9 concerning organisation/delta: {"on":"organisation/delta","ground":"investigation"}
