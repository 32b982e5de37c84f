# Corrections, remarks and disputes: the old entry stays, what is right stands beside it.

# The registrar enters a testing institute. Its name lost a word, and the legal representative, kept in confidence, had left the week before.
time 2026-11-23 09:00
li as registrar says organisation.registered on organisation/delta hiding /contact, /legalRepresentative: {"name":"Delta Robotics","organisationKind":"other"}

# The name is corrected. The first entry stays as it was signed.
time 2026-11-24 10:00
li as registrar says record.corrected on correction/c1: {"target":"entry 1 of organisation/delta","field":"/name","wrong":"3fee9bb82e7610f32c002026edeaaf69ae5e430753f7812d11685490e6941a90","right":"\"Delta Robotics Institute\"","reason":"clerical","effective":"from_start"} -> refused subject.not_concerned
li as registrar says record.corrected on correction/c1 concerning organisation/delta: {"target":"entry 1 of organisation/delta","field":"/name","wrong":"3fee9bb82e7610f32c002026edeaaf69ae5e430753f7812d11685490e6941a90","right":"Delta Robotics Institute","reason":"clerical","effective":"from_start"} -> refused correction.not_json
li as registrar says record.corrected on correction/c1 concerning organisation/delta: {"target":"entry 1 of organisation/delta","field":"/name","right":"\"Delta Robotics Institute\"","reason":"clerical","effective":"from_start"} -> refused correction.wrong_value
li as registrar says record.corrected on correction/c1 concerning organisation/delta: {"target":"entry 1 of organisation/delta","field":"/name","wrong":"3fee9bb82e7610f32c002026edeaaf69ae5e430753f7812d11685490e6941a90","right":"\"Delta Robotics Institute\"","reason":"clerical","effective":"from_start","note":"The application says Institute. 名称漏字。"}
correction/c1 is there

# What nobody said can't be corrected, and an organisation doesn't correct the register by itself.
li as registrar says record.corrected on correction/c2 concerning organisation/delta: {"target":{"actor":"li","statement":"019ab000-0000-7000-8000-000000000001"}} -> refused content.no_such_statement
lin as enterprise_filer for acme says record.corrected on correction/c2 concerning organisation/delta: {"target":"entry 1 of organisation/delta"} -> refused role.not_allowed

# The legal representative stands in the vault. Who is right stands there too, and no digest helps to guess who was wrong.
li as registrar says record.corrected on correction/c2 concerning organisation/delta: {"target":"entry 1 of organisation/delta","field":"/legalRepresentative","right":"\"Zhang San 张三\""} -> refused correction.stays_confidential
li as registrar says record.corrected on correction/c2 concerning organisation/delta hiding /confidentialRight: {"target":"entry 1 of organisation/delta","field":"/legalRepresentative","right":"\"Zhang San 张三\""} -> refused correction.right_once
li as registrar says record.corrected on correction/c2 concerning organisation/delta: {"target":"entry 1 of organisation/delta","field":"/legalRepresentative"} -> refused correction.right_once
li as registrar says record.corrected on correction/c2 concerning organisation/delta hiding /confidentialRight: {"target":"entry 1 of organisation/delta","field":"/legalRepresentative","wrong":"3fee9bb82e7610f32c002026edeaaf69ae5e430753f7812d11685490e6941a90"} -> refused correction.wrong_value
li as registrar says record.corrected on correction/c2 concerning organisation/delta hiding /confidentialRight: {"target":"entry 1 of organisation/delta","field":"/legalRepresentative","reason":"late_information","effective":"from_now"}

# Decisions and powers are not corrected: a later statement takes their place. Nor is a correction; the entry is corrected once more.
sun as case_officer says record.corrected on correction/c3 concerning actor/he: {"target":"entry 2 of actor/he","field":"/role","right":"\"registrar\""} -> refused correction.superseded_only
li as registrar says record.corrected on correction/c3 concerning correction/c1: {"target":"entry 1 of correction/c1","field":"/right"} -> refused correction.superseded_only
li as registrar says record.corrected on correction/c1 concerning organisation/delta: {"target":"entry 1 of organisation/delta"} -> refused subject.exists

# An auditor writes nothing; the case officer notes what she found, and the registrar answers.
time 2026-11-25 09:30
ye as auditor says record.annotated on note/n1 concerning organisation/delta: {"target":"entry 1 of organisation/delta"} -> refused role.not_allowed
sun as case_officer says record.annotated on note/n1 concerning organisation/delta: {"target":"entry 1 of organisation/delta","category":"gossip","text":"They say it is small."} -> refused content.unknown_code
sun as case_officer says record.annotated on note/n1 concerning organisation/delta: {"target":"entry 1 of organisation/delta","category":"completeness"} -> refused note.empty
sun as case_officer says record.annotated on note/n1 concerning organisation/delta: {"target":"entry 1 of organisation/delta","category":"completeness","text":"Auditor Ye: no number was registered. 未登记统一社会信用代码。"}
li as registrar says record.annotated on note/n2 concerning note/n1, organisation/acme: {"target":"entry 1 of organisation/acme","category":"reply","answers":"n1","text":"It has none yet."} -> refused note.answers_elsewhere
li as registrar says record.annotated on note/n2 concerning note/n1, organisation/delta: {"target":"entry 1 of organisation/delta","category":"reply","answers":"n1","text":"It has none yet."}

# The police leave a remark that is not for everyone.
xie as agency_subscriber for police says record.annotated on note/n3 concerning organisation/delta hiding /remark: {"target":"entry 1 of organisation/delta","category":"other"}
note/n3 is there
