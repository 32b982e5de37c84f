# A product of high risk is assessed beforehand, reviewed by the ethics committee, and approved (Shenzhen AI Regulation Art. 65, 66).

# Two case officers say that the risk is high.
time 2026-11-23 09:00
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"急诊分诊","route":"standing_approval"}
li as registrar says product.accepted on product/p1: {"number":"SZAI-P-2026-000001"}
sun as case_officer and he as case_officer say risk.classified on product/p1: {"tier":"high","factors":{"basis":"A patient ranked too low may die.","scenario":"Emergency rooms.","scopeOfInfluence":"city"},"reasons":"Decides in effect who is seen first."}
deadline decide on product/p1 is running

# What is of medium risk already is too much for a trial.
lin as enterprise_filer for acme says product.submitted on product/p2 concerning organisation/acme: {"organisation":"acme","name":"排床","route":"trial","trialMode":"experiment","excludedDomain":"none","facts":{"standards":["ISO/IEC 42001:2023"],"standardsGap":{"national":true,"local":true}}}
li as registrar says product.accepted on product/p2: {"number":"SZAI-P-2026-000002"}
sun as case_officer says risk.classified on product/p2: {"tier":"medium"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p2 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"experiment","expires":"2027-03-31"} -> refused content.trial_not_low_risk
chen as decision_maker says approval.refused on product/p2 under Shenzhen AI Regulation Art. 44: {"reasons":"A trial is for low risk."}
product/p2 is refused

# High risk needs an assessment that was passed, a plan by which risks are noticed early, and the committee's opinion.
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval"} -> refused content.assessment_missing
luo as expert_reviewer says evidence.filed on product/p1: {"evidenceKind":"ex_ante_assessment","title":"Ex-ante assessment 事前评估","result":"partial","number":"SZ-EA-1","performedBy":"independent"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval"} -> refused content.assessment_missing
luo as expert_reviewer says evidence.filed on product/p1: {"evidenceKind":"ex_ante_assessment","title":"Ex-ante assessment 事前评估, second","result":"pass","number":"SZ-EA-2","performedBy":"independent"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval"} -> refused content.warning_plan_missing
lin as enterprise_filer for acme says evidence.filed on product/p1: {"evidenceKind":"early_warning_plan","title":"Early warning plan 风险预警方案","result":"pass","number":"ACME-7"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval"} -> refused content.review_missing

# The committee looks at it; until it has spoken the clock of the decision stands (Administrative Licensing Law Art. 45).
chen as decision_maker and qian as decision_maker say committee.constituted on committee/ethics: {"name":"深圳市人工智能伦理委员会","organisation":null,"chair":"kong","seats":[{"actor":"bai","class":"technology","until":"2029-11-30"},{"actor":"cao","class":"technology","until":"2029-11-30"},{"actor":"deng","class":"ethics","until":"2029-11-30"},{"actor":"fan","class":"ethics","until":"2029-11-30"},{"actor":"gao","class":"law","until":"2029-11-30"},{"actor":"han","class":"sector","until":"2029-11-30"},{"actor":"jin","class":"public","until":"2029-11-30"}],"reasons":null}
ma as committee_secretary says review.opened on review/r1 concerning committee/ethics, product/p1: {"title":"Triage assistant 分诊助手 in emergency rooms","committee":"ethics","trigger":"high_risk","procedure":"general_meeting","members":["bai","cao","deng","fan","gao","han","jin"],"questions":["Can a nurse overrule it in time?"],"product":"p1"}
deadline decide on product/p1 is paused
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval","review":"r1"} -> refused subject.not_concerned
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 concerning review/r1 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval","review":"r1"} -> refused content.opinion
bai as committee_member says conflict.declared on review/r1: {"conflict":"none"}
cao as committee_member says conflict.declared on review/r1 hiding /detail: {"conflict":"financial"}
deng as committee_member says conflict.declared on review/r1: {"conflict":"none"}
fan as committee_member says conflict.declared on review/r1: {"conflict":"none"}
gao as committee_member says conflict.declared on review/r1: {"conflict":"none"}
han as committee_member says conflict.declared on review/r1: {"conflict":"none"}
jin as committee_member says conflict.declared on review/r1: {"conflict":"none"}
time 2026-12-01 15:00
ma as committee_secretary says session.held on review/r1 occurred 2026-12-01: {"round":1,"mode":"in_person","present":["bai","deng","fan","gao","han","jin"]}
bai as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:1ed5a27517479118d5856e5279865a5546d745d9563cc52cbe91dd4961ab1ac1"}
deng as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:b2aa31e75309f89d5cb8ba3e94a0d4f7e6515347385cc24646c87151d0ddb2c3"}
fan as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:4a94e99054a18273e6b50236b0334ede06479139ac1a5340c228224cadc1bef4"}
gao as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:9555825d815be28e572a0aaf2c332fe426b6d02e054bcdd6c5cd79e810a28ca4"}
han as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:78ab09fecf372607e6630acaf8eafea735b0cf5b2212dea2ab0e3c317aabbbf8"}
jin as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:f51fb57b00b27bd132981e62d7a25e1c401f6525db07175ac4750c8bcc580484"}
bai as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":4}],"salt":"84fa44f67e622bcc680fba335c9cc7a04f6c90634a9e040d2fb99a8ae5c3c2d8"}
deng as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve_after_modification","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":3},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":3}],"salt":"de08edb24cebc893a63d63158fa3738ffd15559507e2ce964d9fbd8c12726791"}
fan as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve_after_modification","scores":[{"dimension":"human_wellbeing","score":3},{"dimension":"fairness","score":3},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":3},{"dimension":"privacy_protection","score":4}],"salt":"3ab58c0f2880b9862724c11267c5b61abb79569619c431a2d1025ffef97f682d"}
gao as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve_after_modification","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":4}],"salt":"77d3cf2f7f180113df7828c9dfa147c3833089dfea81e389581bc7aa447c2aa0"}
han as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":5},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":5}],"salt":"cc58a067fd626b1588e7090c8237e2f18d2f82afe4ef09e4978d4f2e3e55eb39"}
jin as committee_member says vote.revealed on review/r1 hiding /reasons: {"round":1,"vote":"reject","scores":[{"dimension":"human_wellbeing","score":2},{"dimension":"fairness","score":1},{"dimension":"controllable_trustworthy","score":2},{"dimension":"transparent_explainable","score":1},{"dimension":"accountable_traceable","score":2},{"dimension":"privacy_protection","score":3}],"salt":"7e7ab54e37e980cdd7b88229d65bc322268d06ba43f534ab78c8aede436859a7"}
kong as committee_chair says opinion.issued on review/r1 concerning product/p1: {"round":1,"opinion":"approved_after_modification","tally":{"approve":2,"approveAfterModification":3,"reviseAndResubmit":0,"reject":1,"abstain":0},"passed":true,"requiredModifications":["Show the nurse why a patient was put where he is."],"minorityOpinion":"Jin: no machine should rank people in need.","trackingBy":"2027-11-30","publicSummary":"It may be used once it shows its reasons."}
deadline decide on product/p1 is running

# The opinion is about this product and no other.
lin as enterprise_filer for acme says product.submitted on product/p3 concerning organisation/acme: {"organisation":"acme","name":"儿科分诊","route":"standing_approval"}
li as registrar says product.accepted on product/p3: {"number":"SZAI-P-2026-000003"}
sun as case_officer and he as case_officer say risk.classified on product/p3: {"tier":"high"}
luo as expert_reviewer says evidence.filed on product/p3: {"evidenceKind":"ex_ante_assessment","result":"pass","number":"SZ-EA-3"}
lin as enterprise_filer for acme says evidence.filed on product/p3: {"evidenceKind":"early_warning_plan","result":"pass","number":"ACME-8"}
chen as decision_maker and qian as decision_maker say approval.granted on product/p3 concerning review/r1 under Shenzhen AI Regulation Art. 66: {"route":"standing_approval","review":"r1"} -> refused content.opinion
chen as decision_maker says approval.refused on product/p3 under Shenzhen AI Regulation Art. 66: {"reasons":"The committee has not looked at children."}

# The days that the committee took are not counted: 20 working days would have ended on 21 December.
time 2026-12-22 09:00
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 concerning review/r1 under Shenzhen AI Regulation Art. 65; Shenzhen AI Regulation Art. 66: {"route":"standing_approval","review":"r1","conditions":["Show the nurse why a patient was put where he is."],"expires":"2029-12-31","reasons":"Assessed, watched, and approved by the committee once it shows its reasons."}
product/p1 is authorised
deadline decide on product/p1 is met
