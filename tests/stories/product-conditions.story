# What an approval holds its holder to: conditions attached, breached, restored; suspension and reinstatement.

# A low-risk product with a standing approval.
time 2026-11-23 09:00
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"standing_approval"}
li as registrar says product.accepted on product/p1: {"number":"SZAI-P-2026-000001"}
sun as case_officer says risk.classified on product/p1: {"tier":"low"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Administrative Licensing Law Art. 38: {"route":"standing_approval","conditions":["A nurse confirms every suggestion.",{"id":"false_alarms","text":"Few false alarms.","metric":"false alarms per 100","threshold":"<= 5","checkEvery":"month"}]}
product/p1 is authorised

# Conditions are added and lifted by as many as grant. Each has an id of its own for ever: c1 is the first, c3 the third.
chen as decision_maker and qian as decision_maker say approval.conditioned on product/p1 under Administrative Licensing Law Art. 61: {} -> refused content.no_change
chen as decision_maker and qian as decision_maker say approval.conditioned on product/p1: {"lifted":["c1"]} -> refused content.basis_missing
chen as decision_maker and qian as decision_maker say approval.conditioned on product/p1 under Administrative Licensing Law Art. 61: {"added":["Log of every change."],"lifted":["c1"]}
chen as decision_maker and qian as decision_maker say approval.conditioned on product/p1 under Administrative Licensing Law Art. 61: {"added":[{"id":"c1","text":"Another first."}]} -> refused content.condition_twice
chen as decision_maker and qian as decision_maker say approval.conditioned on product/p1 under Administrative Licensing Law Art. 61: {"lifted":["c1"]} -> refused content.no_such_condition
# There is an end to conditions.
chen as decision_maker and qian as decision_maker say approval.conditioned on product/p1 under Administrative Licensing Law Art. 61: {"added":["d","e","f","g","h","i","j","k","l","m","n","o","p","q","r","s"]}
chen as decision_maker and qian as decision_maker say approval.conditioned on product/p1 under Administrative Licensing Law Art. 61: {"added":["t","u","v","w","x","y","z","A","B","C","D","E","F","G"]} -> refused content.conditions_full

# The case officer checks. A breach has a severity, and only a breach; what is breached is restored before it is kept or lifted.
time 2026-12-10 09:00
sun as case_officer says condition.checked on product/p1: {"condition":"c1","result":"kept"} -> refused content.no_such_condition
sun as case_officer says condition.checked on product/p1: {"condition":"false_alarms","result":"breached"} -> refused content.severity
sun as case_officer says condition.checked on product/p1: {"condition":"false_alarms","result":"restored"} -> refused content.not_breached
sun as case_officer says condition.checked on product/p1: {"condition":"false_alarms","result":"breached","severity":"critical","measured":"31 per 100","source":"monitor"}
deadline correct_breach on product/p1 is running
sun as case_officer says condition.checked on product/p1: {"condition":"false_alarms","result":"kept"} -> refused content.condition_breached
chen as decision_maker and qian as decision_maker say approval.conditioned on product/p1 under Administrative Licensing Law Art. 61: {"lifted":["false_alarms"]} -> refused content.condition_breached

# One decision maker stops it at once; the holder is heard afterwards.
chen as decision_maker says approval.suspended on product/p1: {} -> refused content.basis_missing
chen as decision_maker says approval.suspended on product/p1 under Shenzhen AI Regulation Art. 66: {"measures":["shout"]} -> refused content.unknown_code
# The incident that showed it stands in an older register, from which it is taken over.
wu as migrator says incident.reported on incident/i1 concerning product/p1 taken over from older row I1: {"product":"p1","title":"False alarms","severity":"incident","reportType":"initial"}
chen as decision_maker says approval.suspended on product/p1 under Shenzhen AI Regulation Art. 66: {"incident":"i1"} -> refused subject.not_concerned
chen as decision_maker says approval.suspended on product/p1 concerning incident/i1 under Shenzhen AI Regulation Art. 66: {"incident":"i1","measures":["rectify"],"immediate":true}
product/p1 is suspended
lin as enterprise_filer for acme says renewal.requested on product/p1: {"until":"2028-01-01"} -> refused subject.state

# It takes two to let it go on, and no critical breach may be open.
time 2026-12-21 09:00
chen as decision_maker and qian as decision_maker say approval.reinstated on product/p1 under Administrative Licensing Law Art. 61: {} -> refused content.breach_open
sun as case_officer says condition.checked on product/p1: {"condition":"false_alarms","result":"restored","measured":"3 per 100","source":"inspection"}
deadline correct_breach on product/p1 is met
chen as decision_maker says approval.reinstated on product/p1 under Administrative Licensing Law Art. 61: {} -> refused role.quorum
chen as decision_maker and qian as decision_maker say approval.reinstated on product/p1: {} -> refused content.basis_missing
chen as decision_maker and qian as decision_maker say approval.reinstated on product/p1 under Administrative Licensing Law Art. 61: {"conditions":["A weekly report for three months."]}
product/p1 is authorised

# A second breach is not put right in time.
sun as case_officer says condition.checked on product/p1: {"condition":"c3","result":"breached","severity":"minor","source":"report"}
time 2027-01-13 00:00
the ledger says deadline.missed concerning product/p1: {"rule":"correct_breach"}
sun as case_officer says condition.checked on product/p1: {"condition":"c3","result":"restored","source":"report"}
deadline correct_breach on product/p1 is met_late

# What was only disclosed is suspended too, and is disclosed again afterwards, not approved.
lin as enterprise_filer for acme says product.submitted on product/p2 concerning organisation/acme: {"organisation":"acme","name":"送货机器人","route":"disclosure"}
li as registrar says product.accepted on product/p2: {"number":"SZAI-P-2027-000002"}
sun as case_officer says risk.classified on product/p2: {"tier":"medium"}
chen as decision_maker says product.disclosed on product/p2: {"text":"A robot delivers parcels."}
chen as decision_maker says approval.suspended on product/p2 under Shenzhen AI Regulation Art. 66: {}
product/p2 is suspended
# Not if it has turned out to be of high risk in the meantime.
sun as case_officer and he as case_officer say risk.classified on product/p2: {"tier":"high","trigger":"incident"}
chen as decision_maker and qian as decision_maker say approval.reinstated on product/p2 under Shenzhen AI Regulation Art. 66: {} -> refused content.disclosure_tier
sun as case_officer says risk.classified on product/p2: {"tier":"medium","trigger":"appeal"}
chen as decision_maker and qian as decision_maker say approval.reinstated on product/p2 under Shenzhen AI Regulation Art. 66: {}
product/p2 is disclosed
