# A low-risk product is tried out (Shenzhen AI Regulation Art. 44): from the filing to the last report.

# Monday. Lin of Acme wants to try out an assistant at the desk of a hospital. Her first drafts are refused, each with what would be accepted.
time 2026-11-23 09:00
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手"} -> refused content.route_missing
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"trial"} -> refused content.trial_mode
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"trial","trialMode":"pilot","excludedDomain":"personal_safety"} -> refused content.excluded_domain
# A national standard covers it: then nothing needs to be tried out. Or she doesn't say that there is none.
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"trial","trialMode":"pilot","excludedDomain":"none","facts":{"standards":["ISO/IEC 42001:2023"],"standardsGap":{"national":false,"local":true}}} -> refused content.standard_exists
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"trial","trialMode":"pilot","excludedDomain":"none","facts":{"standardsGap":{"national":true,"local":true}}} -> refused content.standard_missing
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"trial","trialMode":"pilot","excludedDomain":"none","facts":{"fields":["fortune_telling"]}} -> refused content.unknown_code
# Yu files for another enterprise and can't file for Acme; and what the filing is about must stand among the subjects.
yu as enterprise_filer for beta says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","name":"分诊助手","route":"trial"} -> refused role.other_organisation
lin as enterprise_filer for acme says product.submitted on product/p1: {"organisation":"acme","name":"分诊助手","route":"trial"} -> refused subject.not_concerned
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme hiding /contactPerson, /annex: {"organisation":"acme","name":"分诊助手","route":"trial","trialMode":"pilot","excludedDomain":"none","facts":{"role":"provider","fields":["healthcare"],"techniques":["nlp"],"algorithmClass":"ranking_selection","decisionInfluence":"supports","standards":["ISO/IEC 42001:2023"],"standardsGap":{"national":true,"local":true}}}
product/p1 is submitted
deadline supplement on product/p1 is running

# Tuesday. The registrar must ask for everything at once (Administrative Licensing Law Art. 32).
time 2026-11-24 10:00
li as registrar says product.returned on product/p1: {"missing":[]} -> refused content.nothing_missing
li as registrar says product.returned on product/p1: {"missing":[{"field":"/facts/humanOversight","what":"How the nurse stays in charge."}]}
product/p1 is returned
deadline supplement on product/p1 is met

# Lin answers. A change that isn't the supplement is refused while she owes one; facts that don't exist can't be removed.
time 2026-11-26 10:00
lin as enterprise_filer for acme says product.updated on product/p1: {"facts":{"version":"1.5"}} -> refused content.supplement
lin as enterprise_filer for acme says product.updated on product/p1: {"supplement":true,"removed":["colour"]} -> refused content.no_such_fact
lin as enterprise_filer for acme says product.updated on product/p1: {"note":"Nothing new."} -> refused content.no_change
lin as enterprise_filer for acme says product.updated on product/p1: {"supplement":true,"facts":{"humanOversight":"A nurse confirms or changes every suggestion."}}
product/p1 is submitted
deadline supplement on product/p1 is running

# The registrar can't ask a second time. He gives the number; the risk is not for him to say.
time 2026-11-27 10:00
li as registrar says product.returned on product/p1: {} -> refused product.returned_before
li as registrar says product.accepted on product/p1: {} -> refused content.number_missing
li as registrar says product.accepted on product/p1: {"number":"SZAI-P-2026-000001","riskTier":"low"} -> refused content.tier_at_acceptance
li as registrar says product.accepted on product/p1: {"number":"SZAI-P-2026-000001","deemed":true} -> refused ledger.not_due
sun as case_officer says product.accepted on product/p1: {"number":"SZAI-P-2026-000001"} -> refused role.not_allowed
li as registrar says product.accepted on product/p1: {"number":"SZAI-P-2026-000001"}
product/p1 is accepted
deadline decide on product/p1 is running

# Nothing can be decided before the risk is known.
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2027-05-20"} -> refused product.not_classified
sun as case_officer says risk.classified on product/p1: {"tier":"low","prohibitedConduct":["p4_discrimination"]} -> refused content.prohibited_conduct
sun as case_officer says risk.classified on product/p1: {"tier":"low","trigger":"periodic"} -> refused content.trigger
sun as case_officer says risk.classified on product/p1: {"tier":"low","number":"SZAI-P-2026-000002"} -> refused content.number_given
sun as case_officer says risk.classified on product/p1: {"tier":"low","factors":{"basis":"It suggests; a nurse decides.","scenario":"One desk.","scopeOfInfluence":"organisation"},"reasons":"No decision without a nurse."}
product/p1 is classified

# The standard that Lin named must be shown to be met.
time 2026-12-01 10:00
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2027-05-20"} -> refused content.conformity_missing
lin as enterprise_filer for acme says evidence.filed on product/p1: {"evidenceKind":"standard_conformity","result":"pass","number":"SCTI-1"} -> refused content.standard_unnamed
lin as enterprise_filer for acme says evidence.filed on product/p1: {"evidenceKind":"standard_conformity","result":"pass","standards":[{"number":"ISO/IEC 42001:2023","level":"international"}]} -> refused content.document_missing
lin as enterprise_filer for acme says evidence.filed on product/p1: {"evidenceKind":"algorithm_filing","result":"info","number":"备案第7号"} -> refused content.filing_number
lin as enterprise_filer for acme says evidence.filed on product/p1: {"evidenceKind":"algorithm_filing","title":"互联网信息服务算法备案","result":"info","number":"网信算备440305123456726000001号"}
# A group standard is no international one, and a report that failed shows nothing; the latest report counts.
lin as enterprise_filer for acme says evidence.filed on product/p1: {"evidenceKind":"standard_conformity","result":"pass","number":"SCTI-1","standards":[{"number":"T/SZAI 7-2025","level":"group"}]}
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2027-05-20"} -> refused content.conformity_missing
luo as expert_reviewer says evidence.filed on product/p1: {"evidenceKind":"standard_conformity","result":"fail","number":"SCTI-2","standards":[{"number":"ISO/IEC 42001:2023","level":"international"}]}
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2027-05-20"} -> refused content.conformity_missing
lin as enterprise_filer for acme says evidence.filed on product/p1 hiding /annex: {"evidenceKind":"standard_conformity","result":"pass","standards":[{"number":"ISO/IEC 42001:2023","level":"international"}]}

# Two decision makers, with the provision, the way applied for, and an end within six months.
time 2026-12-02 10:00
chen as decision_maker says approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2027-05-20"} -> refused role.quorum
chen as decision_maker and qian as decision_maker say approval.granted on product/p1: {"route":"trial","mode":"pilot","expires":"2027-05-20"} -> refused content.basis_missing
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {} -> refused content.route_missing
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"standing_approval"} -> refused content.other_route
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","expires":"2027-05-20"} -> refused content.trial_mode
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot"} -> refused content.expiry
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2026-12-01"} -> refused content.expiry
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2027-06-03"} -> refused content.trial_window
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2027-06-02","conditions":[{"id":"override_rate","text":"A nurse changes some suggestions."},{"id":"override_rate","text":"Log kept."}]} -> refused content.condition_twice
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"2027-06-02","decision":"SZAI-DEC-2026-000001","conditions":["A nurse confirms every suggestion 人工复核",{"id":"override_rate","text":"A nurse changes some suggestions.","metric":"share changed","threshold":">= 0.02"}],"reasons":"Low risk, no standard yet, meets ISO/IEC 42001."}
product/p1 is authorised
deadline decide on product/p1 is met
deadline expiry on product/p1 is running
deadline report_trial on product/p1 is running

# Acme reports every three months; on days that have been, and by conditions that exist.
time 2027-03-01 10:00
lin as enterprise_filer for acme says trial.reported on product/p1: {"from":"2026-12-02","until":"2027-03-02","incidents":0} -> refused content.reported_days
lin as enterprise_filer for acme says trial.reported on product/p1: {"from":"2026-12-02","until":"2027-02-28","incidents":0,"values":[{"condition":"accuracy","value":"0.9"}]} -> refused content.no_such_condition
lin as enterprise_filer for acme says trial.reported on product/p1: {"from":"2026-12-02","until":"2027-02-28","users":120,"incidents":0,"values":[{"condition":"override_rate","value":"0.031"}]}
deadline report_trial on product/p1 is running
sun as case_officer says condition.checked on product/p1: {"condition":"c1","result":"kept","severity":null,"source":"report"}

# The last report, the day before the trial ends. Then the ledger says that it has.
time 2027-06-02 17:00
the ledger says deadline.missed concerning product/p1: {"rule":"report_trial"}
lin as enterprise_filer for acme says trial.reported on product/p1: {"from":"2027-03-01","until":"2027-06-01","incidents":1,"final":true}
deadline report_trial on product/p1 is met_late
time 2027-06-03 00:00
the ledger says approval.expired on product/p1: {"at":"2027-06-02T16:00:00.000000Z"}
product/p1 is expired
chen as decision_maker and qian as decision_maker say approval.granted on product/p1 under Shenzhen AI Regulation Art. 44: {} -> refused subject.state
