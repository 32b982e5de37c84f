# How long an approval lasts: renewal asked for in time or late, granted or refused, and what becomes of it otherwise.

# Two trials of half a year and a standing approval without end.
time 2026-12-01 09:00
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"trial","trialMode":"test","excludedDomain":"none","facts":{"standards":["ISO/IEC 42001:2023"],"standardsGap":{"national":true,"local":true}}}
li as registrar says product.accepted on product/p1: {"number":"SZAI-P-2026-000001"}
sun as case_officer says risk.classified on product/p1: {"tier":"low"}
lin as enterprise_filer for acme says evidence.filed on product/p1: {"evidenceKind":"standard_conformity","result":"pass","number":"SCTI-1","standards":[{"number":"ISO/IEC 42001:2023","level":"international"}],"validUntil":"2026-11-30"}
# The report has run out by one day.
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"test","expires":"2027-05-31"} -> refused content.conformity_missing
lin as enterprise_filer for acme says evidence.filed on product/p1: {"evidenceKind":"standard_conformity","result":"pass","number":"SCTI-2","standards":[{"number":"ISO/IEC 42001:2023","level":"international"}],"validUntil":"2026-12-01"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"test","expires":"2027-05-31"}
lin as enterprise_filer for acme says product.submitted on product/p2 concerning organisation/acme: {"organisation":"acme","name":"路灯","route":"standing_approval"}
li as registrar says product.accepted on product/p2: {"number":"SZAI-P-2026-000002"}
sun as case_officer says risk.classified on product/p2: {"tier":"low"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p2 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval"}
lin as enterprise_filer for acme says renewal.requested on product/p2: {"until":"2028-01-01"} -> refused content.no_expiry
lin as enterprise_filer for acme says trial.reported on product/p2: {"from":"2026-11-01","until":"2026-11-30","incidents":0} -> refused content.not_a_trial
lin as enterprise_filer for acme says trial.reported on product/p1: {"from":"2026-12-01","until":"2026-12-01","incidents":0,"final":true}

# Nobody extends what nobody asked to be extended, and nothing is extended backwards or for longer than half a year.
time 2027-04-01 09:00
chen as decision_maker and qian as decision_maker say approval.extended on product/p1 under Administrative Licensing Law Art. 50: {"expires":"2027-11-30"} -> refused content.no_request
chen as decision_maker says approval.refused on product/p1 under Administrative Licensing Law Art. 50: {"renewal":true} -> refused content.no_request
chen as decision_maker says approval.refused on product/p1 under Administrative Licensing Law Art. 50: {} -> refused subject.state
lin as enterprise_filer for acme says renewal.requested on product/p1: {"until":"2027-05-31"} -> refused content.expiry
lin as enterprise_filer for acme says renewal.requested on product/p1: {"until":"2027-12-01"} -> refused content.trial_window
yu as enterprise_filer for beta says renewal.requested on product/p1: {"until":"2027-08-31"} -> refused role.other_organisation
lin as enterprise_filer for acme says renewal.requested on product/p1: {"until":"2027-11-30"}
deadline decide_renewal on product/p1 is running
chen as decision_maker and qian as decision_maker say approval.extended on product/p1: {"expires":"2027-08-31"} -> refused content.basis_missing
chen as decision_maker and qian as decision_maker say approval.extended on product/p1 under Administrative Licensing Law Art. 50: {"expires":"2027-05-01"} -> refused content.expiry
chen as decision_maker and qian as decision_maker say approval.extended on product/p1 under Administrative Licensing Law Art. 50: {"expires":"2027-08-31"}
deadline decide_renewal on product/p1 is met
product/p1 is authorised

# The old last day passes and nothing happens. A trial is extended once.
time 2027-06-01 09:00
deadline expiry on product/p1 is running
lin as enterprise_filer for acme says renewal.requested on product/p1: {"until":"2027-10-31"} -> refused content.extended_before
time 2027-09-01 00:00
the ledger says approval.expired on product/p1: {"at":"2027-08-31T16:00:00.000000Z"}
product/p1 is expired
deadline close_entry on product/p1 is running
lin as enterprise_filer for acme says renewal.requested on product/p1: {"until":"2028-10-31"} -> refused subject.state
sun as case_officer says approval.expired on product/p1: {} -> refused role.not_allowed

# A renewal is asked for 30 days before; later only with a reason. This one is refused: the approval runs to its last day.
lin as enterprise_filer for acme says product.submitted on product/p3 concerning organisation/acme: {"organisation":"acme","name":"乘梯机器人","route":"standing_approval"}
li as registrar says product.accepted on product/p3: {"number":"SZAI-P-2027-000003"}
sun as case_officer says risk.classified on product/p3: {"tier":"medium"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p3 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval","starts":"2027-09-10","expires":"2027-09-09"} -> refused content.expiry
chen as decision_maker and qian as decision_maker say approval.granted on product/p3 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval","expires":"2027-09-30"}
lin as enterprise_filer for acme says renewal.requested on product/p3: {"until":"2028-09-30"} -> refused content.late_reason
lin as enterprise_filer for acme says renewal.requested on product/p3: {"until":"2028-09-30","lateReason":"The approval itself was short."}
chen as decision_maker says approval.refused on product/p3 under Administrative Licensing Law Art. 50: {"renewal":true,"reasons":"Too early to tell."}
deadline decide_renewal on product/p3 is met
product/p3 is authorised

# The entry of the first trial was not closed in 20 working days; that of the third is not yet due.
time 2027-10-08 00:00
the ledger says deadline.missed concerning product/p1: {"rule":"close_entry"}
the ledger says approval.expired on product/p3: {}
chen as decision_maker and qian as decision_maker say approval.revoked on product/p1 under Administrative Licensing Law Art. 70: {"termination":"closed"}
deadline close_entry on product/p1 is met_late
product/p1 is closed
