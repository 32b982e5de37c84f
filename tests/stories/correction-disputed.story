# Disputes: the mark stays on an entry until somebody who did not make it has answered.

# Acme disputes how it was registered. Another enterprise has no say in it.
time 2026-11-23 11:00
yu as enterprise_filer for beta says record.disputed on dispute/d1 concerning organisation/acme: {"targets":["entry 1 of organisation/acme"],"claim":"Acme is no enterprise."} -> refused dispute.other_organisation
lin as enterprise_filer for acme says record.disputed on dispute/d1 concerning organisation/acme: {"targets":[],"claim":"Something is wrong."} -> refused dispute.no_targets
lin as enterprise_filer for acme says record.disputed on dispute/d1 concerning organisation/acme: {"targets":["entry 1 of organisation/acme"],"field":"/organisationKind"} -> refused dispute.claim_missing
lin as enterprise_filer for acme says record.disputed on dispute/d1 concerning organisation/acme: {"targets":["entry 1 of organisation/acme"],"field":"/organisationKind","claim":"We are a non-profit institute. 本单位为民办非企业。"}
dispute/d1 is open
deadline answer_dispute on dispute/d1 is running

# Who registered it does not judge whether he was right. Who upholds a dispute says what puts the entry right, and it must be that entry.
time 2026-11-24 09:00
li as registrar says dispute.answered on dispute/d1: {"outcome":"rejected","reasons":"It is right."} -> refused dispute.own_statement
sun as case_officer says dispute.answered on dispute/d1: {"outcome":"upheld","reasons":"They are right."} -> refused dispute.remedy
sun as case_officer says record.corrected on correction/c1 concerning organisation/beta: {"target":"entry 1 of organisation/beta","field":"/organisationKind","wrong":"376a05aad21c9a3e151e266e398eebc37f15654f37c3ebe82cfd8bdfa2f16059","right":"\"other\"","reason":"factual","effective":"from_start"}
sun as case_officer says dispute.answered on dispute/d1 concerning correction/c1: {"outcome":"upheld","corrections":["c1"],"reasons":"They are right."} -> refused dispute.remedy_elsewhere
sun as case_officer says record.corrected on correction/c2 concerning organisation/acme: {"target":"entry 1 of organisation/acme","field":"/organisationKind","wrong":"376a05aad21c9a3e151e266e398eebc37f15654f37c3ebe82cfd8bdfa2f16059","right":"\"other\"","reason":"factual","effective":"from_start"}
sun as case_officer says dispute.answered on dispute/d1 concerning correction/c2: {"outcome":"rejected","corrections":["c2"],"reasons":"They are wrong."} -> refused dispute.remedy
sun as case_officer says dispute.answered on dispute/d1: {"outcome":"upheld","corrections":["c2"],"reasons":"They are right."} -> refused subject.not_concerned
sun as case_officer says dispute.answered on dispute/d1 concerning correction/c2: {"outcome":"upheld","corrections":["c2"],"reasons":"The charter says so. 章程载明。"}
dispute/d1 is answered
deadline answer_dispute on dispute/d1 is met
sun as case_officer says dispute.answered on dispute/d1: {"outcome":"rejected","reasons":"On second thoughts."} -> refused subject.state

# Someone without a key says that officer He should not have his role. The intake officer writes it down, and names him in confidence.
time 2026-11-25 10:00
zhou as intake_officer says record.disputed on dispute/d2 concerning actor/he: {"targets":["entry 2 of actor/he"],"claim":"He is my neighbour."} -> refused content.person_missing
zhou as intake_officer says record.disputed on dispute/d2 concerning actor/he hiding /details, /person: {"targets":["entry 2 of actor/he"]}

# A power is not corrected; it is taken away. What takes its place must come later, and be about the same.
wang as institution_admin says role.withdrawn on actor/he: {"role":"case_officer","reason":"Interest in a case."}
sun as case_officer says dispute.answered on dispute/d2: {"outcome":"upheld","supersededBy":"entry 1 of actor/he","reasons":"He has an interest."} -> refused dispute.remedy_elsewhere
sun as case_officer says dispute.answered on dispute/d2: {"outcome":"upheld","supersededBy":"entry 4 of actor/he","reasons":"He has an interest."}
dispute/d2 is answered

# Nobody answers the next one within five working days. The ledger notes it, and the answer comes late.
zhou as intake_officer says record.disputed on dispute/d3 concerning organisation/beta hiding /person: {"targets":["entry 1 of organisation/beta"],"claim":"I never worked there."}
time 2026-12-03 00:00
the ledger says deadline.missed concerning dispute/d3: {"rule":"answer_dispute"}
sun as case_officer says dispute.answered on dispute/d3: {"outcome":"rejected","reasons":"The entry names nobody."}
deadline answer_dispute on dispute/d3 is met_late
