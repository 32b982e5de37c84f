# The demonstration: a city under the Shenzhen AI Regulation, with a living example of everything that the ledger records.
# Told once, when `cinnabar up` opens its ledger; the dates are counted from that day (`day-3` is three days before, `year-1` last year).
# The rules of the city were adopted with the ledger: Group 2 of them all, the rulebook, is its first eleven entries.

# --- Trust: who says what -------------------------------------------------------------------------------------------
# `wang` and `zhao` founded the ledger. Each officer proves to hold a key; two administrators grant each role.
wang as institution_admin and li as incoming_key say actor.enrolled on actor/li: {"name":"Registrar Li","actorKind":"person","organisation":"institution","key":"the key of li","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/li: {"role":"registrar","from":null,"until":null,"scope":null}
wang as institution_admin and sun as incoming_key say actor.enrolled on actor/sun: {"name":"Case officer Sun","actorKind":"person","organisation":"institution","key":"the key of sun","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/sun: {"role":"case_officer","from":null,"until":null,"scope":null}
wang as institution_admin and xu as incoming_key say actor.enrolled on actor/xu: {"name":"Case officer Xu","actorKind":"person","organisation":"institution","key":"the key of xu","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/xu: {"role":"case_officer","from":null,"until":null,"scope":null}
wang as institution_admin and chen as incoming_key say actor.enrolled on actor/chen: {"name":"Decision maker Chen","actorKind":"person","organisation":"institution","key":"the key of chen","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/chen: {"role":"decision_maker","from":null,"until":null,"scope":null}
wang as institution_admin and qian as incoming_key say actor.enrolled on actor/qian: {"name":"Decision maker Qian","actorKind":"person","organisation":"institution","key":"the key of qian","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/qian: {"role":"decision_maker","from":null,"until":null,"scope":null}
wang as institution_admin and zhou as incoming_key say actor.enrolled on actor/zhou: {"name":"Intake officer Zhou","actorKind":"person","organisation":"institution","key":"the key of zhou","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/zhou: {"role":"intake_officer","from":null,"until":null,"scope":null}
wang as institution_admin and wu as incoming_key say actor.enrolled on actor/wu: {"name":"Migrator Wu","actorKind":"person","organisation":"institution","key":"the key of wu","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/wu: {"role":"migrator","from":null,"until":null,"scope":null}
wang as institution_admin and kong as incoming_key say actor.enrolled on actor/kong: {"name":"Committee chair Kong","actorKind":"person","organisation":"institution","key":"the key of kong","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/kong: {"role":"committee_chair","from":null,"until":null,"scope":null}
wang as institution_admin and ma as incoming_key say actor.enrolled on actor/ma: {"name":"Committee secretary Ma","actorKind":"person","organisation":"institution","key":"the key of ma","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/ma: {"role":"committee_secretary","from":null,"until":null,"scope":null}
wang as institution_admin and bai as incoming_key say actor.enrolled on actor/bai: {"name":"Committee member Bai","actorKind":"person","organisation":"institution","key":"the key of bai","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/bai: {"role":"committee_member","from":null,"until":null,"scope":null}
wang as institution_admin and cao as incoming_key say actor.enrolled on actor/cao: {"name":"Committee member Cao","actorKind":"person","organisation":"institution","key":"the key of cao","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/cao: {"role":"committee_member","from":null,"until":null,"scope":null}
wang as institution_admin and deng as incoming_key say actor.enrolled on actor/deng: {"name":"Committee member Deng","actorKind":"person","organisation":"institution","key":"the key of deng","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/deng: {"role":"committee_member","from":null,"until":null,"scope":null}
wang as institution_admin and fan as incoming_key say actor.enrolled on actor/fan: {"name":"Committee member Fan","actorKind":"person","organisation":"institution","key":"the key of fan","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/fan: {"role":"committee_member","from":null,"until":null,"scope":null}
wang as institution_admin and geng as incoming_key say actor.enrolled on actor/geng: {"name":"Committee member Geng","actorKind":"person","organisation":"institution","key":"the key of geng","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/geng: {"role":"committee_member","from":null,"until":null,"scope":null}
wang as institution_admin and han as incoming_key say actor.enrolled on actor/han: {"name":"Committee member Han","actorKind":"person","organisation":"institution","key":"the key of han","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/han: {"role":"committee_member","from":null,"until":null,"scope":null}
wang as institution_admin and jin as incoming_key say actor.enrolled on actor/jin: {"name":"Committee member Jin","actorKind":"person","organisation":"institution","key":"the key of jin","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/jin: {"role":"committee_member","from":null,"until":null,"scope":null}
wang as institution_admin and luo as incoming_key say actor.enrolled on actor/luo: {"name":"Expert Luo","actorKind":"person","organisation":"institution","key":"the key of luo","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/luo: {"role":"expert_reviewer","from":null,"until":null,"scope":null}
wang as institution_admin and mei as incoming_key say actor.enrolled on actor/mei: {"name":"Appeal officer Mei","actorKind":"person","organisation":"institution","key":"the key of mei","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/mei: {"role":"appeal_officer","from":null,"until":null,"scope":null}
wang as institution_admin and ning as incoming_key say actor.enrolled on actor/ning: {"name":"Statistician Ning","actorKind":"person","organisation":"institution","key":"the key of ning","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/ning: {"role":"statistician","from":null,"until":null,"scope":null}
wang as institution_admin and ouyang as incoming_key say actor.enrolled on actor/ouyang: {"name":"Data steward Ouyang","actorKind":"person","organisation":"institution","key":"the key of ouyang","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/ouyang: {"role":"data_steward","from":null,"until":null,"scope":null}
wang as institution_admin and ren as incoming_key say actor.enrolled on actor/ren: {"name":"Compute registrar Ren","actorKind":"person","organisation":"institution","key":"the key of ren","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/ren: {"role":"compute_registrar","from":null,"until":null,"scope":null}
wang as institution_admin and shen as incoming_key say actor.enrolled on actor/shen: {"name":"Standards officer Shen","actorKind":"person","organisation":"institution","key":"the key of shen","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/shen: {"role":"standards_officer","from":null,"until":null,"scope":null}
wang as institution_admin and tang as incoming_key say actor.enrolled on actor/tang: {"name":"Privacy officer Tang","actorKind":"person","organisation":"institution","key":"the key of tang","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/tang: {"role":"privacy_officer","from":null,"until":null,"scope":null}
wang as institution_admin and ye as incoming_key say actor.enrolled on actor/ye: {"name":"Auditor Ye","actorKind":"person","organisation":"institution","key":"the key of ye","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/ye: {"role":"auditor","from":null,"until":null,"scope":null}

# Three enterprises, and three others: who provides data, who provides computing power, and who reads along.
li as registrar says organisation.registered on organisation/nanshan-health hiding /contact: {"name":"南山智慧医疗有限公司","nameEn":"Nanshan Smart Health Ltd.","organisationKind":"enterprise","country":"CN"}
li as registrar says organisation.registered on organisation/futian-robotics hiding /contact, /legalRepresentative: {"name":"福田机器人有限公司","nameEn":"Futian Robotics Ltd.","organisationKind":"enterprise","country":"CN"}
li as registrar says organisation.registered on organisation/longgang-vision: {"name":"龙岗视觉科技有限公司","nameEn":"Longgang Vision Technology Ltd.","organisationKind":"enterprise","country":"CN"}
li as registrar says organisation.registered on organisation/health-data-hub: {"name":"健康数据中心","nameEn":"Health Data Hub","organisationKind":"agency","country":"CN"}
li as registrar says organisation.registered on organisation/bay-compute: {"name":"湾区算力有限公司","nameEn":"Bay Compute Ltd.","organisationKind":"enterprise","country":"CN"}
li as registrar says organisation.registered on organisation/traffic-police: {"name":"交通警察支队","nameEn":"Traffic Police","organisationKind":"agency","country":"CN"}

# Those who speak for them.
wang as institution_admin and lin as incoming_key say actor.enrolled on actor/lin: {"name":"Filer Lin","actorKind":"person","organisation":"nanshan-health","key":"the key of lin","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/lin: {"role":"enterprise_filer","from":null,"until":null,"scope":null}
wang as institution_admin and he as incoming_key say actor.enrolled on actor/he: {"name":"Filer He","actorKind":"person","organisation":"futian-robotics","key":"the key of he","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/he: {"role":"enterprise_filer","from":null,"until":null,"scope":null}
wang as institution_admin and gao as incoming_key say actor.enrolled on actor/gao: {"name":"Filer Gao","actorKind":"person","organisation":"longgang-vision","key":"the key of gao","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/gao: {"role":"enterprise_filer","from":null,"until":null,"scope":null}
wang as institution_admin and pan as incoming_key say actor.enrolled on actor/pan: {"name":"Data provider Pan","actorKind":"person","organisation":"health-data-hub","key":"the key of pan","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/pan: {"role":"data_provider","from":null,"until":null,"scope":null}
wang as institution_admin and qin as incoming_key say actor.enrolled on actor/qin: {"name":"Compute operator Qin","actorKind":"person","organisation":"bay-compute","key":"the key of qin","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/qin: {"role":"compute_operator","from":null,"until":null,"scope":null}
wang as institution_admin and xie as incoming_key say actor.enrolled on actor/xie: {"name":"Subscriber Xie","actorKind":"person","organisation":"traffic-police","key":"the key of xie","keyExpires":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/xie: {"role":"agency_subscriber","from":null,"until":null,"scope":null}

# Registrar Li goes on leave and lends her role to a colleague for a fortnight, for organisations only.
wang as institution_admin and su as incoming_key say actor.enrolled on actor/su: {"name":"Deputy Su","actorKind":"person","organisation":"institution","key":"the key of su","keyExpires":null}
li as registrar says role.delegated on actor/su concerning actor/li: {"role":"registrar","from":null,"until":"day+14","scope":{"classes":["organisation"]},"reason":"On leave."}

# --- Products: a trial (Art. 44) ------------------------------------------------------------------------------------
# Low risk, no standard yet. The registrar asks once for what is missing; two decide.
lin as enterprise_filer for nanshan-health says product.submitted on product/triage-assistant concerning organisation/nanshan-health under Shenzhen AI Regulation Art. 44 hiding /contactPerson: {"organisation":"nanshan-health","name":"分诊助手","route":"trial","trialMode":"pilot","excludedDomain":"none","facts":{"nameEn":"Triage assistant","version":"1.4","productKind":"system","lifecycle":"in_use","role":"provider","summary":"Sorts complaints of patients by urgency.","purpose":"Suggests to the nurse at the desk how urgent a patient's complaint is; the nurse decides.","fields":["healthcare"],"techniques":["nlp"],"standards":["ISO/IEC 42001:2023"],"standardsGap":{"national":true,"local":true},"url":"https://example.org/triage"}}
li as registrar says product.returned on product/triage-assistant: {"missing":[{"field":"/facts/humanOversight","what":"How the nurse stays in charge."}]}
lin as enterprise_filer for nanshan-health says product.updated on product/triage-assistant: {"supplement":true,"facts":{"humanOversight":"A nurse confirms or changes every suggestion."}}
li as registrar says product.accepted on product/triage-assistant: {"number":"SZAI-P-2026-000001"}
sun as case_officer says risk.classified on product/triage-assistant under Shenzhen AI Regulation Art. 66: {"tier":"low","factors":{"basis":"It suggests; a nurse decides.","scenario":"One desk.","scopeOfInfluence":"organisation"},"reasons":"No decision without a nurse."}
lin as enterprise_filer for nanshan-health says evidence.filed on product/triage-assistant: {"evidenceKind":"standard_conformity","result":"pass","number":"SCTI-1","standards":[{"number":"ISO/IEC 42001:2023","level":"international"}]}
chen as decision_maker and qian as decision_maker say approval.granted on product/triage-assistant under Shenzhen AI Regulation Art. 44: {"route":"trial","mode":"pilot","expires":"day+180","decision":"SZAI-DEC-2026-000001","conditions":["A nurse confirms every suggestion 人工复核",{"id":"override_rate","text":"Report every quarter how often a nurse decides otherwise.","metric":"share changed","threshold":">= 0.02","checkEvery":"quarter"}],"reasons":"Low risk, outside the excluded fields, no standard yet, meets ISO/IEC 42001."}
lin as enterprise_filer for nanshan-health says product.updated on product/triage-assistant: {"facts":{"version":"1.5"},"note":"Fewer false alarms at night."}
product/triage-assistant is authorised

# --- Products: disclosure, an incident, a suspension ----------------------------------------------------------------
he as enterprise_filer for futian-robotics says product.submitted on product/delivery-robot concerning organisation/futian-robotics under Shenzhen AI Regulation Art. 66: {"organisation":"futian-robotics","name":"送货机器人","route":"disclosure","facts":{"nameEn":"Delivery robot","version":"2.0","productKind":"product","lifecycle":"in_use","purpose":"Delivers parcels on pavements.","fields":["transport"],"techniques":["computer_vision"]}}
li as registrar says product.accepted on product/delivery-robot: {"number":"SZAI-P-2026-000002"}
sun as case_officer says risk.classified on product/delivery-robot under Shenzhen AI Regulation Art. 66: {"tier":"medium","factors":{"basis":"Moves among people at walking speed.","scenario":"Pavements.","scopeOfInfluence":"district"},"reasons":"Moves among people at walking speed."}
chen as decision_maker says product.disclosed on product/delivery-robot under Shenzhen AI Regulation Art. 66: {"text":"A robot delivers parcels on pavements of Futian."}
he as enterprise_filer for futian-robotics says incident.reported on incident/inc-0001 concerning product/delivery-robot occurred day-2: {"product":"delivery-robot","title":"Robot struck a cyclist","description":"A cyclist fell and hurt her knee.","howAiRelates":"The robot did not see the bicycle in low light.","severity":"incident","harmTypes":["physical"],"materialsAbsent":"The pictures follow.","aware":"day-1","reportType":"initial","submitterKind":"enterprise"}
sun as case_officer says incident.triaged on incident/inc-0001 concerning actor/sun: {"reportable":true,"causalLink":"reasonable_likelihood","lead":"sun","taxonomy":{"domain":"7_system_safety_failures","entity":"ai","timing":"post_deployment","intent":"unintentional"},"scope":"Every robot of version 2.0 at dusk.","preserve":true,"reasons":"The camera is blind below 10 lux."}
chen as decision_maker says approval.suspended on product/delivery-robot concerning incident/inc-0001 under Shenzhen AI Regulation Art. 66: {"incident":"inc-0001","measures":["rectify","notify_users"],"immediate":true,"reasons":"Danger to people on pavements until low light is handled."}
chen as decision_maker says measure.ordered on incident/inc-0001 concerning product/delivery-robot: {"measures":["rectify"],"due":"day+20","productEffect":"none","reasons":"Low light must be handled first."}
he as enterprise_filer for futian-robotics says action.planned on incident/inc-0001: {"actions":[{"action":"a1","text":"A lamp, and a speed limit of 3 km/h below 10 lux."},{"action":"a2","text":"Train on bicycles at dusk."}],"rootCause":"model"}
he as enterprise_filer for futian-robotics says action.completed on incident/inc-0001: {"action":"a1"}
sun as case_officer says action.verified on incident/inc-0001: {"action":"a1","result":"effective","reasons":"Seen on Fuhua Road at night."}
sun as case_officer says incident.summarised on incident/inc-0001: {"summary":"一台送货机器人在黄昏撞上骑车人。"}
product/delivery-robot is suspended
incident/inc-0001 is corrective

# --- Products: an approval that was taken away ----------------------------------------------------------------------
gao as enterprise_filer for longgang-vision says product.submitted on product/emotion-camera concerning organisation/longgang-vision under Shenzhen AI Regulation Art. 66: {"organisation":"longgang-vision","name":"情绪识别摄像头","route":"standing_approval","facts":{"nameEn":"Emotion camera","version":"0.9","productKind":"product","purpose":"Tells shop staff how customers feel.","fields":["other"],"techniques":["computer_vision"]}}
li as registrar says product.accepted on product/emotion-camera: {"number":"SZAI-P-2026-000003"}
sun as case_officer says risk.classified on product/emotion-camera under Shenzhen AI Regulation Art. 66: {"tier":"medium","reasons":"Said to look at groups only."}
gao as enterprise_filer for longgang-vision says evidence.filed on product/emotion-camera: {"evidenceKind":"test_report","title":"Test report 测试报告","result":"pass","number":"LV-T-9"}
chen as decision_maker and qian as decision_maker say approval.granted on product/emotion-camera under Shenzhen AI Regulation Art. 66: {"route":"standing_approval","expires":"day+730","decision":"SZAI-DEC-2026-000003","conditions":["Groups only, never one customer"],"reasons":"The test report shows no difference between groups."}
sun as case_officer says condition.checked on product/emotion-camera: {"condition":"c1","result":"breached","severity":"critical","measured":"Single customers were followed through the shop.","source":"inspection"}
sun as case_officer and xu as case_officer say risk.classified on product/emotion-camera under Shenzhen AI Regulation Art. 66: {"tier":"high","trigger":"incident","reasons":"Watches people who have not agreed to it."}
chen as decision_maker and qian as decision_maker say approval.revoked on product/emotion-camera under Administrative Penalty Law Art. 9: {"termination":"penalty","hearing":"waived","reasons":"The test report was forged, and single customers were watched."}
chen as decision_maker says product.recalled on product/emotion-camera: {"scope":"All of it.","due":"day+30","measures":["recall","public_notice"],"notice":"Do not use it."}
product/emotion-camera is revoked

# --- The ethics committee, and a product of high risk (Art. 65, 66) -------------------------------------------------
chen as decision_maker and qian as decision_maker say committee.constituted on committee/ethics: {"name":"深圳市人工智能伦理委员会","organisation":null,"chair":"kong","seats":[{"actor":"bai","class":"technology","until":"day+1000"},{"actor":"cao","class":"technology","until":"day+1000"},{"actor":"deng","class":"ethics","until":"day+1000"},{"actor":"fan","class":"ethics","until":"day+1000"},{"actor":"geng","class":"law","until":"day+1000"},{"actor":"han","class":"sector","until":"day+1000"},{"actor":"jin","class":"public","until":"day+1000"}],"reasons":null}
kong as committee_chair says guidance.published on committee/ethics: {"guidance":"practice_guide","title":"Triage by AI in hospitals: good practice","consultation":{"from":"day-90","until":"day-60","comments":41}}
lin as enterprise_filer for nanshan-health says product.submitted on product/emergency-triage concerning organisation/nanshan-health under Shenzhen AI Regulation Art. 66: {"organisation":"nanshan-health","name":"急诊分诊","route":"standing_approval","facts":{"nameEn":"Emergency triage","version":"3.0","productKind":"system","purpose":"Ranks patients of an emergency room.","fields":["healthcare"],"techniques":["nlp"]}}
li as registrar says product.accepted on product/emergency-triage: {"number":"SZAI-P-2026-000004"}
sun as case_officer and xu as case_officer say risk.classified on product/emergency-triage under Shenzhen AI Regulation Art. 66: {"tier":"high","factors":{"basis":"A patient ranked too low may die.","scenario":"Emergency rooms.","scopeOfInfluence":"city"},"reasons":"Decides in effect who is seen first."}
luo as expert_reviewer says evidence.filed on product/emergency-triage: {"evidenceKind":"ex_ante_assessment","title":"Ex-ante assessment 事前评估","result":"pass","number":"SZ-EA-1","performedBy":"independent"}
lin as enterprise_filer for nanshan-health says evidence.filed on product/emergency-triage: {"evidenceKind":"early_warning_plan","title":"Early warning plan 风险预警方案","result":"pass","number":"NSH-7"}
ma as committee_secretary says review.opened on review/rev-0001 concerning committee/ethics, product/emergency-triage: {"title":"Emergency triage 急诊分诊","committee":"ethics","trigger":"high_risk","procedure":"general_meeting","members":["bai","cao","deng","fan","geng","han","jin"],"questions":["Can a nurse overrule it in time?"],"product":"emergency-triage"}
# Cao holds shares of the maker; how many is confidential. He is recused.
cao as committee_member says conflict.declared on review/rev-0001 hiding /detail: {"conflict":"financial"}
bai as committee_member says conflict.declared on review/rev-0001: {"conflict":"none"}
deng as committee_member says conflict.declared on review/rev-0001: {"conflict":"none"}
fan as committee_member says conflict.declared on review/rev-0001: {"conflict":"none"}
geng as committee_member says conflict.declared on review/rev-0001: {"conflict":"none"}
han as committee_member says conflict.declared on review/rev-0001: {"conflict":"none"}
jin as committee_member says conflict.declared on review/rev-0001: {"conflict":"none"}
ma as committee_secretary says session.held on review/rev-0001: {"round":1,"mode":"in_person","present":["bai","deng","fan","geng","han","jin"]}
# Votes are sealed first, so that nobody sees another's before giving his own; then all are revealed.
bai as committee_member says vote.sealed on review/rev-0001 concerning product/emergency-triage: {"round":1,"seal":"s1:c6e99198611d556ea427d49880ccf84b07427bcd68789e5e491a919b53318aa5"}
deng as committee_member says vote.sealed on review/rev-0001 concerning product/emergency-triage: {"round":1,"seal":"s1:750b488ee2d6425fb4409c3d7e224ff2a186020558b323674149c1324ed54126"}
fan as committee_member says vote.sealed on review/rev-0001 concerning product/emergency-triage: {"round":1,"seal":"s1:8f164ace14547cf509fbb7dd2a6eb4f2da90004000b3abd5897f5202f7103b90"}
geng as committee_member says vote.sealed on review/rev-0001 concerning product/emergency-triage: {"round":1,"seal":"s1:2c01f153cb5a1ef1a6fc594d7775d435483f785f69202fb8a40822aec724e6f0"}
han as committee_member says vote.sealed on review/rev-0001 concerning product/emergency-triage: {"round":1,"seal":"s1:ab65cd275308abb655f8f89e4aa8bb32739d6a2a239e3710e79d6938c0c560b9"}
jin as committee_member says vote.sealed on review/rev-0001 concerning product/emergency-triage: {"round":1,"seal":"s1:4fb5da083efdbd9911f7025732fac6fd77933ff1397659f34ab1cce6ea576c8f"}
bai as committee_member says vote.revealed on review/rev-0001: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":4}],"salt":"84fa44f67e622bcc680fba335c9cc7a04f6c90634a9e040d2fb99a8ae5c3c2d8"}
deng as committee_member says vote.revealed on review/rev-0001: {"round":1,"vote":"approve_after_modification","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":3},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":3}],"salt":"de08edb24cebc893a63d63158fa3738ffd15559507e2ce964d9fbd8c12726791"}
fan as committee_member says vote.revealed on review/rev-0001: {"round":1,"vote":"approve_after_modification","scores":[{"dimension":"human_wellbeing","score":3},{"dimension":"fairness","score":3},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":3},{"dimension":"privacy_protection","score":4}],"salt":"3ab58c0f2880b9862724c11267c5b61abb79569619c431a2d1025ffef97f682d"}
geng as committee_member says vote.revealed on review/rev-0001: {"round":1,"vote":"approve_after_modification","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":4}],"salt":"77d3cf2f7f180113df7828c9dfa147c3833089dfea81e389581bc7aa447c2aa0"}
han as committee_member says vote.revealed on review/rev-0001: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":5},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":5}],"salt":"cc58a067fd626b1588e7090c8237e2f18d2f82afe4ef09e4978d4f2e3e55eb39"}
jin as committee_member says vote.revealed on review/rev-0001 hiding /reasons: {"round":1,"vote":"reject","scores":[{"dimension":"human_wellbeing","score":2},{"dimension":"fairness","score":1},{"dimension":"controllable_trustworthy","score":2},{"dimension":"transparent_explainable","score":1},{"dimension":"accountable_traceable","score":2},{"dimension":"privacy_protection","score":3}],"salt":"7e7ab54e37e980cdd7b88229d65bc322268d06ba43f534ab78c8aede436859a7"}
kong as committee_chair says opinion.issued on review/rev-0001 concerning product/emergency-triage: {"round":1,"opinion":"approved_after_modification","tally":{"approve":2,"approveAfterModification":3,"reviseAndResubmit":0,"reject":1,"abstain":0},"passed":true,"requiredModifications":["Show the nurse why a patient was put where he is."],"minorityOpinion":"Jin: no machine should rank people in need.","trackingBy":"day+365","publicSummary":"It may be used once it shows its reasons."}
chen as decision_maker and qian as decision_maker say approval.granted on product/emergency-triage concerning review/rev-0001 under Shenzhen AI Regulation Art. 65; Shenzhen AI Regulation Art. 66: {"route":"standing_approval","review":"rev-0001","conditions":["Show the nurse why a patient was put where he is."],"expires":"day+1095","decision":"SZAI-DEC-2026-000004","reasons":"Assessed, watched, and approved by the committee once it shows its reasons."}
product/emergency-triage is authorised

# --- A report that comes too late -----------------------------------------------------------------------------------
# Fifteen days are counted from when the maker knew. They were over when it reported; nobody but the ledger says so.
gao as enterprise_filer for longgang-vision says incident.reported on incident/inc-0002 concerning organisation/longgang-vision: {"unregisteredSystem":"Trading robot 炒股机器人","title":"House lost in one night","description":"A customer's savings were gone by morning.","howAiRelates":"The robot traded on its own.","severity":"serious_incident","harmTypes":["economic_property"],"materialsAbsent":"None yet.","reportType":"initial","aware":"day-40","submitterKind":"enterprise"}
the ledger says deadline.missed concerning incident/inc-0002: {"rule":"report_serious"}
incident/inc-0002 is received

# --- Complaints and appeals (Art. 70) -------------------------------------------------------------------------------
zhou as intake_officer says complaint.received on complaint/c-0001 concerning organisation/longgang-vision hiding /description, /reporter: {"against":"organisation/longgang-vision","title":"Watched while shopping","conduct":["p2_privacy_or_personal_information"],"anonymous":false}
sun as case_officer says complaint.concluded on complaint/c-0001 concerning product/emotion-camera: {"outcome":"substantiated","linked":["product/emotion-camera"],"answer":"举报属实，许可已吊销。"}
he as enterprise_filer for futian-robotics says appeal.lodged on appeal/a-0001 concerning organisation/futian-robotics, product/delivery-robot: {"against":{"kind":"approval.suspended","subject":"product/delivery-robot","by":"chen"},"organisation":"futian-robotics","grounds":"By day it sees everything.","relief":"set_aside","knownOn":"day+0","stayRequested":true}
mei as appeal_officer says appeal.admitted on appeal/a-0001 concerning product/delivery-robot: {"procedure":"simplified"}
mei as appeal_officer says appeal.decided on appeal/a-0001 concerning product/delivery-robot: {"outcome":"upheld","reasons":"Robots run at dusk too; the suspension stands."}
# Another one is still open: the ledger counts its days.
gao as enterprise_filer for longgang-vision says appeal.lodged on appeal/a-0002 concerning organisation/longgang-vision, product/emotion-camera: {"against":{"kind":"approval.revoked","subject":"product/emotion-camera","by":"chen"},"organisation":"longgang-vision","grounds":"The forged report was a supplier's.","relief":"set_aside","knownOn":"day+0"}
product/delivery-robot is suspended
appeal/a-0001 is decided

# --- Statistics and monitoring (Art. 3, 9, 62, 67) ------------------------------------------------------------------
ning as statistician says survey.called on survey/s-2025 concerning organisation/nanshan-health: {"title":"人工智能产业统计年报 2025","categories":["core_hw_sw","core_integration_service","driven_livelihood"],"form":[{"field":"revenue_cny","label":"营业收入 Revenue","unit":"{CNY}"},{"field":"rd_cny","label":"研发投入 R&D","unit":"{CNY}"},{"field":"ai_staff","label":"从业人员 People working on AI","unit":"{person}"}],"respondents":["nanshan-health"],"due":"day+30","releaseBy":"day+90","approvalNo":"深统制〔2026〕12号"}
lin as enterprise_filer for nanshan-health says return.filed on return/r-nanshan concerning organisation/nanshan-health, survey/s-2025 hiding /values: {"survey":"s-2025","organisation":"nanshan-health","categories":["core_hw_sw"],"fields":["revenue_cny","rd_cny","ai_staff"]}
ning as statistician says return.queried on return/r-nanshan hiding /message: {"edits":[{"field":"rd_cny","check":"ratio"}]}
lin as enterprise_filer for nanshan-health says return.filed on return/r-nanshan concerning organisation/nanshan-health, survey/s-2025 hiding /values: {"survey":"s-2025","organisation":"nanshan-health","categories":["core_hw_sw"],"fields":["revenue_cny","rd_cny","ai_staff"],"corrects":1,"reason":"A figure was in thousands."}
ning as statistician says return.accepted on return/r-nanshan: {"weight":"1.25","imputed":false}
ning as statistician says indicator.recorded on indicator/ai-staff: {"indicator":"ai_staff","value":"182400","unit":"{person}","period":{"from":"2024-01-01","until":"2024-12-31"},"method":"Sum of returns, weighted."}
ning as statistician says indicator.recorded on indicator/ai-staff: {"indicator":"ai_staff","value":"201300","unit":"{person}","period":{"from":"2025-01-01","until":"2025-12-31"}}
wu as migrator says survey.called on survey/s-2020 taken over from statistics bureau row 7: {"due":"2020-12-15","releaseBy":"2021-02-26"}
wu as migrator says release.published on release/size-2020 concerning survey/s-2020 taken over from statistics bureau row 9: {"survey":"s-2020","revision":1,"documents":[{"title":"Tables","sha256":"4444444444444444444444444444444444444444444444444444444444444444"}]}
chen as decision_maker says report.published on report/year-1 concerning organisation/institution: {"year":year-1,"nextDue":"year+1-06-30"}
return/r-nanshan is accepted

# --- Public data (Art. 29 to 33) ------------------------------------------------------------------------------------
ouyang as data_steward says guideline.adopted on guideline/sharing: {"version":"1.0","effective":"day+0"}
pan as data_provider for health-data-hub says dataset.catalogued on dataset/triage-records concerning guideline/sharing, organisation/health-data-hub: {"organisation":"health-data-hub","guideline":"sharing","openClass":"conditional","shareClass":"conditional_share","securityClass":"general","personalInformation":true,"terms":{"modes":["secure_environment","api"],"requirements":"Only for the purpose granted.","safeguards":"Logged access by named people."},"themes":["heal"],"temporal":{"from":"2024-01-01","until":"2025-12-31"}}
pan as data_provider for health-data-hub says dataset.distributed on dataset/triage-records: {"accessUrl":"https://example.org/data/triage","format":"text/csv","downloadUrl":"https://example.org/t.csv","sha256":"5555555555555555555555555555555555555555555555555555555555555555"}
ouyang as data_steward says dataset.published on dataset/triage-records: {"checked":"day-2"}
lin as enterprise_filer for nanshan-health says access.requested on access/acc-0001 concerning dataset/triage-records, organisation/nanshan-health under Shenzhen AI Regulation Art. 32 hiding /contact: {"dataset":"triage-records","organisation":"nanshan-health","mode":"secure_environment"}
ouyang as data_steward and pan as data_provider for health-data-hub say access.granted on access/acc-0001 concerning dataset/triage-records: {"until":"day+200","conditions":["Results are published."],"quota":"100,000 rows","deidentified":{"method":"Dates moved, ages in groups, k = 11."}}
xie as agency_subscriber for traffic-police says access.requested on access/acc-0002 concerning dataset/triage-records, organisation/traffic-police under Shenzhen Data Regulation Art. 43: {"dataset":"triage-records","organisation":"traffic-police","mode":"api"}
ouyang as data_steward says access.refused on access/acc-0002 concerning dataset/triage-records: {"ground":"too_wide","reasons":"The purpose does not need names."}
access/acc-0001 is granted

# --- Computing power, algorithms, scenarios (Art. 34, 35, 43) -------------------------------------------------------
qin as compute_operator for bay-compute says compute.offered on compute/brain concerning organisation/bay-compute: {"provider":"bay-compute","units":8,"eligibility":["small_enterprise","research_institute","public_body"],"allocationsMax":3,"waitingMax":2,"period":{"from":"day+7T16:00:00.000000Z","until":"day+370T16:00:00.000000Z"}}
lin as enterprise_filer for nanshan-health says allocation.requested on allocation/gpu-0001 concerning compute/brain, organisation/nanshan-health hiding /contact: {"compute":"brain","organisation":"nanshan-health","units":6,"unitHours":2016,"window":{"from":"day+14T16:00:00.000000Z","until":"day+28T16:00:00.000000Z"},"applicantKind":"small_enterprise","smallFirm":true}
he as enterprise_filer for futian-robotics says allocation.requested on allocation/gpu-0002 concerning compute/brain, organisation/futian-robotics: {"compute":"brain","organisation":"futian-robotics","units":4,"unitHours":1344,"window":{"from":"day+14T16:00:00.000000Z","until":"day+28T16:00:00.000000Z"},"applicantKind":"small_enterprise"}
ren as compute_registrar says allocation.granted on allocation/gpu-0001 concerning compute/brain: {"units":6,"unitHours":2016,"window":{"from":"day+14T16:00:00.000000Z","until":"day+28T16:00:00.000000Z"},"subsidyCny":"4112.64","settleBy":"day+40"}
# Four more don't fit beside six of eight.
ren as compute_registrar says allocation.waitlisted on allocation/gpu-0002 concerning compute/brain: {"position":1,"likely":"day+29"}
lin as enterprise_filer for nanshan-health says algorithm.published on algorithm/triage-ranking concerning organisation/nanshan-health: {"organisation":"nanshan-health","class":"ranking_selection","version":"2.0","publicOpinion":false,"openSource":true,"licence":"Apache-2.0","repository":"https://example.org/nanshan/triage","weightsSha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"}
li as registrar says scenario.published on scenario/flood concerning organisation/traffic-police: {"organisation":"traffic-police","until":"day+30","decideBy":"day+60","answersMax":5}
he as enterprise_filer for futian-robotics says scenario.answered on scenario/flood concerning organisation/futian-robotics hiding /contact, /proposal: {"answer":"solution","organisation":"futian-robotics","summary":"Robots that look into the drains."}
allocation/gpu-0001 is granted
scenario/flood is open

# --- Corrections and privacy ----------------------------------------------------------------------------------------
# A wrong country, put right; the old entry stays. A dispute, which the maker of the entry does not answer himself.
li as registrar says record.corrected on correction/cor-0001 concerning organisation/bay-compute: {"target":"entry 1 of organisation/bay-compute","field":"/nameEn","wrong":"b3d208e5a3c44915311dee475b04bf29ef72918214e61f8c7e064b373d810660","right":"\"Greater Bay Compute Ltd.\"","reason":"clerical","effective":"from_start","note":"The application says Greater Bay."}
gao as enterprise_filer for longgang-vision says record.disputed on dispute/dis-0001 concerning organisation/longgang-vision: {"targets":["entry 1 of organisation/longgang-vision"],"field":"/organisationKind","claim":"We are a non-profit institute. 本单位为民办非企业。"}
sun as case_officer says record.annotated on note/n-0001 concerning organisation/futian-robotics: {"target":"entry 1 of organisation/futian-robotics","category":"completeness","text":"Auditor Ye: no number was registered. 未登记统一社会信用代码。"}
# The case officer may see who represents Futian Robotics; that he looked is an entry in its dossier.
tang as privacy_officer says disclosure.granted on disclosure/look-0001 concerning actor/sun, organisation/futian-robotics under Personal Information Protection Law Art. 13: {"to":"sun","openings":["/legalRepresentative in entry 1 of organisation/futian-robotics"],"purpose":"To ask who signed the test report. 核实检测报告签署人。","until":"day+12","uses":3}
sun as case_officer says disclosure.used on disclosure/look-0001 concerning organisation/futian-robotics: {"openings":["/legalRepresentative in entry 1 of organisation/futian-robotics"]}
# Whoever was its contact has left, and is forgotten: value, salt and key are destroyed; every proof still verifies.
zhou as intake_officer says erasure.requested on erasure/era-0001 concerning organisation/futian-robotics hiding /person: {"openings":["/contact in entry 1 of organisation/futian-robotics"],"ground":"consent_withdrawn","note":"Asked at the counter. 当面申请。"}
tang as privacy_officer and chen as decision_maker say erasure.decided on erasure/era-0001: {"outcome":"erase","provision":"Personal Information Protection Law Art. 47","reasons":"Consent was withdrawn. 撤回同意。"}
tang as privacy_officer says erasure.executed on erasure/era-0001 concerning organisation/futian-robotics: {"openings":["/contact in entry 1 of organisation/futian-robotics","/person in entry 1 of erasure/era-0001"],"backupsExpire":"day+60"}
# What a court asks for is kept, whoever wants it gone.
chen as decision_maker says hold.placed on hold/h-0001 concerning organisation/longgang-vision: {"on":"organisation/longgang-vision","ground":"litigation","authority":"深圳市中级人民法院","reasons":"The customers sue."}
erasure/era-0001 is executed
hold/h-0001 is placed

# --- A rule that may come -------------------------------------------------------------------------------------------
# A chapter's text alone changes nothing; two decision makers would adopt it.
shen as standards_officer says rulebook.deposited on rulebook/demo: {"chapter":{"name":"limits","title":"Limits","settings":[{"name":"delegation_days_max","value":14,"source":{"model":"A fortnight is enough."}}]}}
