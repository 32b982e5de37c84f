# The institution doesn't answer in time: the filing counts as accepted (Administrative Licensing Law Art. 32).

# Filed on a Monday. Five working days end with the next Monday.
time 2026-11-23 09:00
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"disclosure"}
lin as enterprise_filer for acme says product.submitted on product/p2 concerning organisation/acme: {"organisation":"acme","name":"排班助手","route":"disclosure"}
li as registrar says product.returned on product/p2: {}
time 2026-11-30 23:59
deadline supplement on product/p1 is running

# At midnight the ledger says so, once. The product has no number; the clock for the decision runs.
time 2026-12-01 00:00
the ledger says product.accepted on product/p1: {"deemed":true}
product/p1 is accepted
deadline supplement on product/p1 is missed
deadline decide on product/p1 is running
li as registrar says product.returned on product/p1: {} -> refused subject.state
li as registrar says product.accepted on product/p1: {"number":"SZAI-P-2026-000001"} -> refused subject.state

# The classification brings the number that is missing.
sun as case_officer says risk.classified on product/p1: {"tier":"low"} -> refused content.number_missing
sun as case_officer says risk.classified on product/p1: {"tier":"low","number":"SZAI-P-2026-000001"}
product/p1 is classified

# The other filing was returned in time. While the filer owes the supplement no clock runs; the supplement starts it again.
time 2026-12-18 09:00
deadline supplement on product/p2 is met
product/p2 is returned
lin as enterprise_filer for acme says product.updated on product/p2: {"supplement":true,"facts":{"purpose":"Plans shifts."}}
deadline supplement on product/p2 is running
time 2026-12-26 00:00
the ledger says product.accepted on product/p2: {"deemed":true}
product/p2 is accepted

# The decision on the first one is due after 20 working days, or 30 if the decision makers say in time why they need them. They say nothing.
time 2026-12-30 00:00
the ledger says deadline.missed concerning product/p1: {"rule":"decide"}
chen as decision_maker says product.disclosed on product/p1: {"text":"An assistant suggests, a nurse decides."}
deadline decide on product/p1 is met_late
product/p1 is disclosed
