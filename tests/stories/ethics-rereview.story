# A committee says no; experts of another body look again and say yes.
# AI Ethics Review Measures 2026 Art. 11: nobody both reviews and looks again at the same matter.
time 2026-11-23 09:00
chen as decision_maker and qian as decision_maker say committee.constituted on committee/ethics: {"name":"深圳市人工智能伦理委员会","organisation":null,"chair":"kong","seats":[{"actor":"bai","class":"technology","until":"2029-11-30"},{"actor":"cao","class":"technology","until":"2029-11-30"},{"actor":"deng","class":"ethics","until":"2029-11-30"},{"actor":"fan","class":"ethics","until":"2029-11-30"},{"actor":"gao","class":"law","until":"2029-11-30"},{"actor":"han","class":"sector","until":"2029-11-30"},{"actor":"jin","class":"public","until":"2029-11-30"}],"reasons":null}
wu as migrator says product.submitted on product/p1 concerning organisation/acme taken over from pilot-list row 17: {"organisation":"acme","name":"Triage assistant 分诊助手"}
ma as committee_secretary says review.opened on review/r1 concerning committee/ethics, product/p1: {"title":"Triage assistant 分诊助手 in emergency rooms","committee":"ethics","trigger":"reclassification","procedure":"general_meeting","members":["bai","cao","deng","fan","gao","han","jin"],"product":"p1"}

# Nothing can be looked at again before there is an opinion.
chen as decision_maker and qian as decision_maker say committee.constituted on committee/experts concerning organisation/datahub: {"name":"AI ethics service centre 伦理服务中心","organisation":"datahub","chair":"luo","seats":[{"actor":"bai","class":"technology","until":"2029-11-30"},{"actor":"cao","class":"technology","until":"2029-11-30"},{"actor":"deng","class":"ethics","until":"2029-11-30"},{"actor":"fan","class":"ethics","until":"2029-11-30"},{"actor":"gao","class":"law","until":"2029-11-30"},{"actor":"han","class":"sector","until":"2029-11-30"},{"actor":"jin","class":"public","until":"2029-11-30"}],"reasons":null}
ma as committee_secretary says review.opened on review/r2 concerning committee/experts, product/p1, review/r1: {"title":"Triage assistant 分诊助手 in emergency rooms","committee":"experts","trigger":"rereview","procedure":"expert_rereview","members":["bai","cao","deng","fan","gao","han","jin"],"earlier":"r1","product":"p1"} -> refused review.nothing_stands
bai as committee_member says conflict.declared on review/r1: {"conflict":"none"}
cao as committee_member says conflict.declared on review/r1: {"conflict":"none"}
deng as committee_member says conflict.declared on review/r1: {"conflict":"none"}
fan as committee_member says conflict.declared on review/r1: {"conflict":"none"}
gao as committee_member says conflict.declared on review/r1: {"conflict":"none"}
han as committee_member says conflict.declared on review/r1: {"conflict":"none"}
jin as committee_member says conflict.declared on review/r1: {"conflict":"none"}
ma as committee_secretary says session.held on review/r1: {"round":1,"mode":"in_person","present":["bai","deng","fan","gao","jin"]}

# Han missed the session and has no vote.
han as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:b97d84784fdc6fb2aaede100f04cc1879d89644a40951d9e24918477a782f2ea"} -> refused review.not_present
bai as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:25adde7ffed1ccad834d2622c751c4292518ceced7c0d8871f2ffef16f879fca"}
deng as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:fec3cac750d3c864f2104508c648b138685f41e5bc85160d33f669a17c77af6d"}
fan as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:6bbe4f944d64015c8f1302c57709f41c607946fa871b90dfa9df40346078a794"}
gao as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:f15c8359a3790b8e6e66cac574bfe7b2a7b31907c0d2c8ca81bf137942638501"}
jin as committee_member says vote.sealed on review/r1 concerning product/p1: {"round":1,"seal":"s1:7a61f6b5fe74a4fa1d4305bf0648a74b14962372ebaf1367e3caafffa981b2b9"}
bai as committee_member says vote.revealed on review/r1: {"round":1,"vote":"reject","scores":[{"dimension":"human_wellbeing","score":2},{"dimension":"fairness","score":2},{"dimension":"controllable_trustworthy","score":2},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":2},{"dimension":"privacy_protection","score":2}],"salt":"84fa44f67e622bcc680fba335c9cc7a04f6c90634a9e040d2fb99a8ae5c3c2d8"}
deng as committee_member says vote.revealed on review/r1: {"round":1,"vote":"reject","scores":[{"dimension":"human_wellbeing","score":1},{"dimension":"fairness","score":2},{"dimension":"controllable_trustworthy","score":1},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":1},{"dimension":"privacy_protection","score":2}],"salt":"de08edb24cebc893a63d63158fa3738ffd15559507e2ce964d9fbd8c12726791"}
fan as committee_member says vote.revealed on review/r1: {"round":1,"vote":"reject","scores":[{"dimension":"human_wellbeing","score":3},{"dimension":"fairness","score":3},{"dimension":"controllable_trustworthy","score":3},{"dimension":"transparent_explainable","score":1},{"dimension":"accountable_traceable","score":1},{"dimension":"privacy_protection","score":2}],"salt":"3ab58c0f2880b9862724c11267c5b61abb79569619c431a2d1025ffef97f682d"}
gao as committee_member says vote.revealed on review/r1: {"round":1,"vote":"reject","scores":[{"dimension":"human_wellbeing","score":2},{"dimension":"fairness","score":2},{"dimension":"controllable_trustworthy","score":2},{"dimension":"transparent_explainable","score":2},{"dimension":"accountable_traceable","score":1},{"dimension":"privacy_protection","score":1}],"salt":"77d3cf2f7f180113df7828c9dfa147c3833089dfea81e389581bc7aa447c2aa0"}
jin as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve_after_modification","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":3},{"dimension":"accountable_traceable","score":3},{"dimension":"privacy_protection","score":3}],"salt":"7e7ab54e37e980cdd7b88229d65bc322268d06ba43f534ab78c8aede436859a7"}
kong as committee_chair says opinion.issued on review/r1 concerning product/p1: {"round":1,"opinion":"not_approved","tally":{"approve":0,"approveAfterModification":1,"reviseAndResubmit":0,"reject":4,"abstain":0},"passed":false,"minorityOpinion":"Jin: with changes it helps more people than it harms.","publicSummary":"It may not be used in emergency rooms."}
deadline review on review/r1 is met

# The enterprise asks for another look. Not by the same committee, nor by the same people under another name.
ma as committee_secretary says review.opened on review/r2 concerning committee/ethics, product/p1, review/r1: {"title":"Triage assistant 分诊助手 in emergency rooms","committee":"ethics","trigger":"rereview","procedure":"expert_rereview","members":["bai","cao","deng","fan","gao","han","jin"],"earlier":"r1","product":"p1"} -> refused review.same_body
ma as committee_secretary says review.opened on review/r2 concerning committee/experts, product/p1, review/r1: {"title":"Triage assistant 分诊助手 in emergency rooms","committee":"experts","trigger":"rereview","procedure":"expert_rereview","members":["bai","cao","deng","fan","gao","han","jin"],"earlier":"r1","product":"p1"} -> refused review.same_body

# The service centre gets members of its own, and a chair.
wang as institution_admin and zhao as institution_admin say role.granted on actor/shen: {"role":"committee_member"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/ouyang: {"role":"committee_member"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/ren: {"role":"committee_member"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/tang: {"role":"committee_member"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/he: {"role":"committee_member"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/zhou: {"role":"committee_member"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/li: {"role":"committee_member"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/mei: {"role":"committee_chair"}
chen as decision_maker and qian as decision_maker say committee.constituted on committee/experts concerning organisation/datahub: {"name":"AI ethics service centre 伦理服务中心","organisation":"datahub","chair":"mei","seats":[{"actor":"luo","class":"technology","until":"2029-11-30"},{"actor":"shen","class":"technology","until":"2029-11-30"},{"actor":"ouyang","class":"ethics","until":"2029-11-30"},{"actor":"ren","class":"ethics","until":"2029-11-30"},{"actor":"tang","class":"law","until":"2029-11-30"},{"actor":"he","class":"sector","until":"2029-11-30"},{"actor":"zhou","class":"public","until":"2029-11-30"},{"actor":"li","class":"sector","until":"2029-11-30"}],"reasons":"Other people than in the municipal committee."}
mei as committee_chair says guidance.published on committee/ethics: {"guidance":"white_paper"} -> refused committee.other_chair
ma as committee_secretary says review.opened on review/r2 concerning committee/experts, product/p1, review/r1: {"title":"Triage assistant, looked at again","committee":"experts","trigger":"rereview","procedure":"expert_rereview","members":["luo","shen","ouyang","ren","tang"],"earlier":"r1","product":"p1"}
luo as expert_reviewer says conflict.declared on review/r2: {"conflict":"none"}
shen as committee_member says conflict.declared on review/r2: {"conflict":"none"}
ouyang as committee_member says conflict.declared on review/r2: {"conflict":"none"}
ren as committee_member says conflict.declared on review/r2: {"conflict":"none"}
tang as committee_member says conflict.declared on review/r2: {"conflict":"none"}
ma as committee_secretary says session.held on review/r2: {"round":1,"mode":"video","present":["luo","shen","ouyang","ren","tang"]}
luo as expert_reviewer says vote.sealed on review/r2 concerning product/p1: {"round":1,"seal":"s1:92fb55652ccae730aecc3e1a0b389e29bef23f4b812248129226af9d89325d7c"}
shen as committee_member says vote.sealed on review/r2 concerning product/p1: {"round":1,"seal":"s1:cd297daa8177b60183f2fea8c50d2e395f42b2efd153077ad90caf215d537371"}
ouyang as committee_member says vote.sealed on review/r2 concerning product/p1: {"round":1,"seal":"s1:0470f37f3b8d6eb586449fb4970b2edc629cf75a7ae60489ab5a652a787d82f6"}
ren as committee_member says vote.sealed on review/r2 concerning product/p1: {"round":1,"seal":"s1:c0f6505192f4290324acf95b38a3e3682e4252bf12ae6b123c49be6ed5c751e3"}
tang as committee_member says vote.sealed on review/r2 concerning product/p1: {"round":1,"seal":"s1:885e9ee9edc1e35d463db176cd091dbadf6d25d06f29890a31eeff1d401be071"}
luo as expert_reviewer says vote.revealed on review/r2: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":4}],"salt":"e541d65803b607aef5083f08cd3fb3fb1654baca542a8e26256579fccc11d026"}
shen as committee_member says vote.revealed on review/r2: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":4}],"salt":"d11bfb036ff466781274a3ac66436a3d59030638799a90656610a6fd0d0200dc"}
ouyang as committee_member says vote.revealed on review/r2: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":3},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":5}],"salt":"dc39a9f2dcd2f34e26442e162b93ee85f27436cc2f60635bed753a0e3a306181"}
ren as committee_member says vote.revealed on review/r2: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":5},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":4}],"salt":"da27edc56e09a29674de6c3e53ae80de3a3122d384b7594f8cb986a55fd40aad"}
tang as committee_member says vote.revealed on review/r2: {"round":1,"vote":"abstain","salt":"5b044aa489d6a7586fe32d75fd20f7862ca6d0d8aefef8d3c3d2638227acad90"}
kong as committee_chair says opinion.issued on review/r2 concerning product/p1: {"round":1,"opinion":"approved","tally":{"approve":4,"approveAfterModification":0,"reviseAndResubmit":0,"reject":0,"abstain":1},"passed":true,"trackingBy":"2027-05-31","publicSummary":"The experts hold that a nurse overrules it in time."} -> refused committee.other_chair
mei as committee_chair says opinion.issued on review/r2 concerning product/p1: {"round":1,"opinion":"approved","tally":{"approve":4,"approveAfterModification":0,"reviseAndResubmit":0,"reject":0,"abstain":1},"passed":true,"trackingBy":"2027-05-31","publicSummary":"The experts hold that a nurse overrules it in time."}
review/r2 is issued
review/r1 is issued
deadline rereview on product/p1 is met

# Li filed a product for an enterprise without a key. He does not review it.
li as registrar says product.submitted on product/p2 concerning organisation/acme: {"organisation":"acme","name":"Ward planner","route":"standing_approval"}
ma as committee_secretary says review.opened on review/r3 concerning committee/experts, product/p2: {"title":"Triage assistant 分诊助手 in emergency rooms","committee":"experts","trigger":"request","procedure":"general_meeting","members":["luo","shen","ouyang","tang","zhou","li"],"product":"p2"} -> refused review.took_part

# He is assigned to the review of another one, and then accepts its filing: that costs him his vote.
lin as enterprise_filer for acme says product.submitted on product/p3 concerning organisation/acme: {"organisation":"acme","name":"Bed finder","route":"standing_approval"}
ma as committee_secretary says review.opened on review/r4 concerning committee/experts, product/p3: {"title":"Bed finder","committee":"experts","trigger":"request","procedure":"general_meeting","members":["luo","shen","ouyang","tang","zhou","li"],"product":"p3"}
luo as expert_reviewer says conflict.declared on review/r4: {"conflict":"none"}
shen as committee_member says conflict.declared on review/r4: {"conflict":"none"}
ouyang as committee_member says conflict.declared on review/r4: {"conflict":"none"}
tang as committee_member says conflict.declared on review/r4: {"conflict":"none"}
zhou as committee_member says conflict.declared on review/r4: {"conflict":"none"}
li as committee_member says conflict.declared on review/r4: {"conflict":"none"}
ma as committee_secretary says session.held on review/r4: {"round":1,"mode":"in_person","present":["luo","shen","ouyang","tang","zhou","li"]}
li as registrar says product.accepted on product/p3: {"number":"SZAI-P-2026-000031"}
li as committee_member says vote.sealed on review/r4 concerning product/p3: {"round":1,"seal":"s1:e42501764b218478c7f9b3bbe13d24c2b666a46a2711437c2eefe9628436c487"} -> refused separation.same_person
