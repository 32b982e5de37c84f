# A decision that takes longer: the time for it is extended once, by whoever owes it, with reasons
# (Administrative Licensing Law Art. 42).
time 2026-11-23 09:00
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"Triage assistant","route":"disclosure"}
li as registrar says product.accepted on product/p1: {"number":"SZAI-P-2026-000501"}
deadline decide on product/p1 is running

# Twenty working days for the decision; ten more, once.
chen as decision_maker says deadline.extended on deadline/e1 concerning product/p1: {"rule":"never","on":"product/p1","reasons":"There is no such rule."} -> refused deadline.unknown
chen as decision_maker says deadline.extended on deadline/e1 concerning product/p1: {"rule":"supplement","on":"product/p1","reasons":"It was met already."} -> refused deadline.not_owed
sun as case_officer says deadline.extended on deadline/e1 concerning product/p1: {"rule":"decide","on":"product/p1","reasons":"The file is thick."} -> refused deadline.not_owed
chen as decision_maker says deadline.extended on deadline/e1 concerning product/p1: {"rule":"decide","on":"product/p1","reasons":"The test laboratory reports in January."}
chen as decision_maker says deadline.extended on deadline/e2 concerning product/p1: {"rule":"decide","on":"product/p1","reasons":"And again."} -> refused deadline.not_extendable

# Thirty working days from 24 November: the last one is 5 January, as far as the calendar for 2027 is known.
time 2027-01-05 23:00
deadline decide on product/p1 is running
time 2027-01-06 00:00
the ledger says deadline.missed concerning product/p1: {"rule":"decide"}
deadline decide on product/p1 is missed
