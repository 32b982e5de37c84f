# A product of medium risk is disclosed before it is offered and followed up after (Shenzhen AI Regulation Art. 66).

# The robot decides in business of public interest: the public is owed an explanation (Art. 71).
time 2026-11-23 09:00
lin as enterprise_filer for acme says product.submitted on product/robot concerning organisation/acme: {"organisation":"acme","name":"送货机器人","route":"disclosure","facts":{"publicDecision":true}} -> refused content.explanation_missing
lin as enterprise_filer for acme says product.submitted on product/robot concerning organisation/acme: {"organisation":"acme","name":"送货机器人","route":"disclosure","facts":{"publicDecision":true,"publicExplanation":"The robot stops for whoever stands before it.","fields":["transport"]}}
lin as enterprise_filer for acme says product.updated on product/robot: {"removed":["publicExplanation"]} -> refused content.explanation_missing
li as registrar says product.accepted on product/robot: {"number":"SZAI-P-2026-000002"}
chen as decision_maker says product.disclosed on product/robot: {} -> refused product.not_classified
sun as case_officer says risk.classified on product/robot: {"tier":"medium","factors":{"basis":"Moves among people at walking speed.","scenario":"Pavements.","scopeOfInfluence":"district"}}

# Medium risk on this route is disclosed, not approved.
time 2026-11-30 09:00
chen as decision_maker and qian as decision_maker say approval.granted on product/robot under Shenzhen AI Regulation Art. 66: {"route":"disclosure"} -> refused content.other_route
li as registrar says product.disclosed on product/robot: {} -> refused role.not_allowed
chen as decision_maker says product.disclosed on product/robot under Shenzhen AI Regulation Art. 66: {"text":"A robot delivers parcels on pavements of Futian."}
product/robot is disclosed
deadline decide on product/robot is met
deadline track on product/robot is running

# A product filed for a trial is not disclosed; neither is one of high risk.
lin as enterprise_filer for acme says product.submitted on product/lamp concerning organisation/acme: {"organisation":"acme","name":"路灯","route":"standing_approval"}
li as registrar says product.accepted on product/lamp: {"number":"SZAI-P-2026-000003"}
sun as case_officer says risk.classified on product/lamp: {"tier":"low"}
chen as decision_maker says product.disclosed on product/lamp: {} -> refused content.other_route
lin as enterprise_filer for acme says product.submitted on product/crane concerning organisation/acme: {"organisation":"acme","name":"吊车","route":"disclosure"}
li as registrar says product.accepted on product/crane: {"number":"SZAI-P-2026-000003"} -> refused number.taken
li as registrar says product.accepted on product/crane: {"number":"SZAI-P-2026-000004"}
sun as case_officer says risk.classified on product/crane: {"tier":"high"} -> refused role.quorum
sun as case_officer and he as case_officer say risk.classified on product/crane: {"tier":"high"}
chen as decision_maker says product.disclosed on product/crane: {} -> refused content.disclosure_tier
lin as enterprise_filer for acme says product.ended on product/crane: {"reason":"withdrawn"}
product/crane is ended
chen as decision_maker and qian as decision_maker say approval.granted on product/lamp under Shenzhen AI Regulation Art. 66: {"route":"standing_approval"}

# A year on nobody has looked at the robot.
time 2027-12-01 00:00
the ledger says deadline.missed concerning product/robot: {"rule":"track"}
sun as case_officer says product.inspected on product/robot: {"method":"onsite","result":"conform","findings":[{"severity":"minor","text":"Lamp dim."}]} -> refused content.findings
sun as case_officer says product.inspected on product/robot: {"method":"onsite","result":"conform","recallDone":true} -> refused product.no_recall
# What he finds is another robot than the one that was filed.
sun as case_officer says product.inspected on product/robot: {"method":"onsite","result":"findings","findings":[{"severity":"major","text":"Runs at 12 km/h; 6 were filed."}],"undeclaredChange":true}
deadline track on product/robot is running
deadline file_change on product/robot is running

# Acme files the change, more than ten working days after it was made, and says why so late. It is large: the risk must be looked at again.
time 2027-12-06 09:00
lin as enterprise_filer for acme says product.updated on product/robot: {"facts":{"version":"3.0"},"changed":"2027-10-11","substantial":true} -> refused content.change_late
lin as enterprise_filer for acme says product.updated on product/robot: {"facts":{"version":"3.0"},"changed":"2027-10-11","substantial":true,"lateReason":"Nobody told the office."}
deadline file_change on product/robot is met
deadline classify_again on product/robot is running
sun as case_officer says risk.classified on product/robot: {"tier":"medium"} -> refused content.trigger
sun as case_officer says risk.classified on product/robot: {"tier":"medium","trigger":"change"}
deadline classify_again on product/robot is met
# It could as well have been filed in time.
lin as enterprise_filer for acme says product.updated on product/robot: {"facts":{"version":"3.1"},"changed":"2027-12-02"}
product/robot is disclosed
