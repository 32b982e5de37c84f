# Votes that are not sealed, not revealed, and a second round; an emergency; history taken over.
# The committee looks at a matter that is no product: what ranking by algorithms does to work (Art. 65(3)).
time 2026-11-23 09:00
chen as decision_maker and qian as decision_maker say committee.constituted on committee/ethics: {"name":"深圳市人工智能伦理委员会","organisation":null,"chair":"kong","seats":[{"actor":"bai","class":"technology","until":"2029-11-30"},{"actor":"cao","class":"technology","until":"2029-11-30"},{"actor":"deng","class":"ethics","until":"2029-11-30"},{"actor":"fan","class":"ethics","until":"2029-11-30"},{"actor":"gao","class":"law","until":"2029-11-30"},{"actor":"han","class":"sector","until":"2029-11-30"},{"actor":"jin","class":"public","until":"2029-11-30"}],"reasons":null}
ma as committee_secretary says review.opened on review/r1 concerning committee/ethics: {"title":"Ranking of couriers: effects on employment","committee":"ethics","trigger":"request","procedure":"general_meeting","members":["bai","cao","deng","fan","gao","han","jin"]}
bai as committee_member says conflict.declared on review/r1: {"conflict":"none"}
cao as committee_member says conflict.declared on review/r1: {"conflict":"none"}
deng as committee_member says conflict.declared on review/r1: {"conflict":"none"}
fan as committee_member says conflict.declared on review/r1: {"conflict":"none"}
gao as committee_member says conflict.declared on review/r1: {"conflict":"none"}
han as committee_member says conflict.declared on review/r1: {"conflict":"none"}
jin as committee_member says conflict.declared on review/r1: {"conflict":"none"}
time 2026-11-25 14:00
ma as committee_secretary says session.held on review/r1: {"round":1,"mode":"in_person","present":["bai","cao","deng","fan","gao","han","jin"]}

# Han remembers that his brother leads the company, and steps aside in time. Jin seals nothing.
bai as committee_member says vote.sealed on review/r1: {"round":1,"seal":"s1:d03cf8bcdfe440486fcd015b426048a1c8973d2b94a2a9a92864b4a645b1952a"}
cao as committee_member says vote.sealed on review/r1: {"round":1,"seal":"s1:db5a57c304380a1b8f597cc4434c7ed9da344fe9aedb8f2f2801ccbeec193d14"}
deng as committee_member says vote.sealed on review/r1: {"round":1,"seal":"s1:0a4cf51f9546001af00651094cb0e16b1132cc2a3a90a8f1bde59743230c7458"}
fan as committee_member says vote.sealed on review/r1: {"round":1,"seal":"s1:a063a8ddb6244dd7728694641804de5e1710d9bba7ad542c174b3cd5fed48016"}
gao as committee_member says vote.sealed on review/r1: {"round":1,"seal":"s1:e3943029fa351cea43cded96e52e6391f232387b399707c0436157e2cbfbedd6"}
han as committee_member says conflict.declared on review/r1: {"conflict":"family"}
han as committee_member says vote.sealed on review/r1: {"round":1,"seal":"s1:b97d84784fdc6fb2aaede100f04cc1879d89644a40951d9e24918477a782f2ea"} -> refused review.recused
bai as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":4}],"salt":"84fa44f67e622bcc680fba335c9cc7a04f6c90634a9e040d2fb99a8ae5c3c2d8"} -> refused review.sealing_open

# A day later the time for sealing is over.
time 2026-11-26 14:05
jin as committee_member says vote.sealed on review/r1: {"round":1,"seal":"s1:10d9076d0c60027dbd828840fb206e1edaa1ae98c29628b9467d14c8d02aa3a8"} -> refused review.sealing_over
jin as committee_member says vote.revealed on review/r1: {"round":1,"vote":"reject","scores":[{"dimension":"human_wellbeing","score":1},{"dimension":"fairness","score":1},{"dimension":"controllable_trustworthy","score":1},{"dimension":"transparent_explainable","score":1},{"dimension":"accountable_traceable","score":1},{"dimension":"privacy_protection","score":1}],"salt":"7e7ab54e37e980cdd7b88229d65bc322268d06ba43f534ab78c8aede436859a7"} -> refused review.seal_missing
bai as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":4}],"salt":"84fa44f67e622bcc680fba335c9cc7a04f6c90634a9e040d2fb99a8ae5c3c2d8"}
cao as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":4}],"salt":"685036083ebc220a0bbd7825e089e8c46c2494207941c7de43d04323b93162ce"}
deng as committee_member says vote.revealed on review/r1: {"round":1,"vote":"reject","scores":[{"dimension":"human_wellbeing","score":2},{"dimension":"fairness","score":2},{"dimension":"controllable_trustworthy","score":3},{"dimension":"transparent_explainable","score":3},{"dimension":"accountable_traceable","score":2},{"dimension":"privacy_protection","score":2}],"salt":"de08edb24cebc893a63d63158fa3738ffd15559507e2ce964d9fbd8c12726791"}
gao as committee_member says vote.revealed on review/r1: {"round":1,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":5},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":5},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":5}],"salt":"77d3cf2f7f180113df7828c9dfa147c3833089dfea81e389581bc7aa447c2aa0"}

# Fan sealed and does not reveal. The opinion waits for him, but not for ever.
kong as committee_chair says opinion.issued on review/r1: {"round":1,"opinion":"revise_and_resubmit","tally":{"approve":3,"approveAfterModification":0,"reviseAndResubmit":0,"reject":1,"abstain":2},"passed":false,"unrevealed":["fan","jin"],"requiredModifications":["Figures on working hours."],"minorityOpinion":"Three would have it as it is; Deng would not have it at all.","publicSummary":"The committee wants to see figures first."} -> refused review.votes_open
time 2026-11-27 14:05
the ledger says deadline.missed concerning review/r1: {"rule":"reveal"}
kong as committee_chair says opinion.issued on review/r1: {"round":1,"opinion":"revise_and_resubmit","tally":{"approve":3,"approveAfterModification":0,"reviseAndResubmit":0,"reject":1,"abstain":2},"passed":false,"unrevealed":["jin"],"requiredModifications":["Figures on working hours."],"minorityOpinion":"x"} -> refused review.tally
kong as committee_chair says opinion.issued on review/r1: {"round":1,"opinion":"approved","tally":{"approve":3,"approveAfterModification":0,"reviseAndResubmit":0,"reject":1,"abstain":2},"passed":true,"unrevealed":["fan","jin"],"trackingBy":"2027-11-01"} -> refused review.outcome
kong as committee_chair says opinion.issued on review/r1: {"round":1,"opinion":"revise_and_resubmit","tally":{"approve":3,"approveAfterModification":0,"reviseAndResubmit":0,"reject":1,"abstain":2},"passed":false,"unrevealed":["fan","jin"],"requiredModifications":["Figures on working hours."],"minorityOpinion":"Three would have it as it is; Deng would not have it at all.","publicSummary":"The committee wants to see figures first."}
review/r1 is issued
deadline reveal on review/r1 is met_late
deadline review on review/r1 is paused

# The figures come in; there is a second round, without Han.
time 2026-12-08 10:00
ma as committee_secretary says session.held on review/r1: {"round":2,"mode":"mixed","present":["bai","cao","deng","fan","gao","jin"],"materials":[{"title":"Working hours of couriers 2025","sha256":"404314b1f4bd8fa2ff42a84cd851ddc011c76fb64e12dfe3748101b03ed8ce7c"}]}
deadline review on review/r1 is running

# A seal of the first round opens nothing in the second.
bai as committee_member says vote.sealed on review/r1: {"round":1,"seal":"s1:caa98f00e030f08a57531a0d6049091385f32db8d01fe588532a956cb9f63459"} -> refused review.other_round
bai as committee_member says vote.sealed on review/r1: {"round":2,"seal":"s1:17e1bc4598ff81ad678e9d3bf0a3b80cc69253febb730ac3bb3b2633a70ec9e7"}
cao as committee_member says vote.sealed on review/r1: {"round":2,"seal":"s1:3f3dd8080ccdb4f94433d09794113a501901321b82c20866a7d3a9ca593c49ba"}
deng as committee_member says vote.sealed on review/r1: {"round":2,"seal":"s1:11438ec39fb39a21e1795e7679779b61541eeaf592fca594f2aae5b9c16ba571"}
fan as committee_member says vote.sealed on review/r1: {"round":2,"seal":"s1:d508b9861822a6e3ebc1facf7aabe178c7f3edc1133ac9a2957922536743f5cd"}
gao as committee_member says vote.sealed on review/r1: {"round":2,"seal":"s1:69b5234041ecacfdbcb08694fd63c55b476a30c629effba65435712e4f988915"}
jin as committee_member says vote.sealed on review/r1: {"round":2,"seal":"s1:37c72f0cf5712bffeaeb790fd44b45c7405170daaaed71dd61becfe241a48787"}
bai as committee_member says vote.revealed on review/r1: {"round":2,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":4}],"salt":"2d9967bcc62f02891f235018dea4507d2dd49f66320c170eb9dd45c9e119a8f0"}
cao as committee_member says vote.revealed on review/r1: {"round":2,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":4}],"salt":"7c6511ceb9e880cc6d3a4db175d5b8fa82c9931de947c60865aa64d4673ebb29"}
deng as committee_member says vote.revealed on review/r1: {"round":2,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":3},{"dimension":"fairness","score":3},{"dimension":"controllable_trustworthy","score":3},{"dimension":"transparent_explainable","score":3},{"dimension":"accountable_traceable","score":3},{"dimension":"privacy_protection","score":3}],"salt":"8108aa2fd70a41fc59d295787dfd257a9d804e120ca5d61838e8c3111a472799"}
fan as committee_member says vote.revealed on review/r1: {"round":2,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":3},{"dimension":"fairness","score":3},{"dimension":"controllable_trustworthy","score":4},{"dimension":"transparent_explainable","score":4},{"dimension":"accountable_traceable","score":3},{"dimension":"privacy_protection","score":3}],"salt":"2c1d1af9029ef3c440d9807d60821112560d8a3857f13c1070b9392e546c2acf"}
gao as committee_member says vote.revealed on review/r1: {"round":2,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":5},{"dimension":"fairness","score":5},{"dimension":"controllable_trustworthy","score":5},{"dimension":"transparent_explainable","score":5},{"dimension":"accountable_traceable","score":5},{"dimension":"privacy_protection","score":5}],"salt":"164846f06cd9f68560323a92bae973eed82c091b49b0c3abd858d48db0651046"}
jin as committee_member says vote.revealed on review/r1: {"round":2,"vote":"approve","scores":[{"dimension":"human_wellbeing","score":4},{"dimension":"fairness","score":4},{"dimension":"controllable_trustworthy","score":3},{"dimension":"transparent_explainable","score":3},{"dimension":"accountable_traceable","score":4},{"dimension":"privacy_protection","score":4}],"salt":"46e9767d9f8e36b90021d64b5a65dfed2af7df04b550d0712a1f81b460df81cb"}
kong as committee_chair says opinion.issued on review/r1: {"round":2,"opinion":"approved","tally":{"approve":6,"approveAfterModification":0,"reviseAndResubmit":0,"reject":0,"abstain":0},"passed":true,"trackingBy":"2027-12-08","publicSummary":"Ranking is bearable where couriers can see and contest it."}
deadline review on review/r1 is met
ma as committee_secretary says review.closed on review/r1: {"ending":"concluded"}
review/r1 is closed
deadline tracking on review/r1 is lifted

# A chatbot gives advice on medicines overnight: an emergency, with grounds and 72 hours.
ma as committee_secretary says review.opened on review/r2 concerning committee/ethics: {"title":"Chatbot on medicines","committee":"ethics","trigger":"incident","procedure":"emergency","members":["bai","deng","gao"],"grounds":"Two people were poisoned."}
deadline emergency on review/r2 is running

# It is switched off the same day; the review is called off.
ma as committee_secretary says review.closed on review/r2: {"ending":"concluded"} -> refused review.ending
ma as committee_secretary says review.closed on review/r2: {"ending":"called_off","reasons":"The chatbot was switched off."}
review/r2 is closed
deadline emergency on review/r2 is lifted
bai as committee_member says conflict.declared on review/r2: {"conflict":"none"} -> refused subject.state

# An opinion of 2024 is taken over from the committee's paper files: without votes, and by the migrator alone.
wu as migrator says committee.constituted on committee/old taken over from paper row 1: {"name":"Expert group 2024","organisation":null,"chair":"kong","seats":[{"actor":"bai","class":"technology","until":"2024-12-31"},{"actor":"cao","class":"technology","until":"2024-12-31"},{"actor":"deng","class":"ethics","until":"2024-12-31"}],"reasons":null}
wu as migrator says review.opened on review/r9 concerning committee/old taken over from paper row 2: {"title":"Face recognition in schools","committee":"old","trigger":"request","procedure":"general_meeting","members":["bai","cao","deng"]}
wu as migrator says opinion.issued on review/r9 taken over from paper row 3: {"round":1,"opinion":"not_approved","tally":{"approve":0,"approveAfterModification":0,"reviseAndResubmit":0,"reject":3,"abstain":0},"passed":false,"publicSummary":"Not in schools."}
review/r9 is issued
wu as migrator says opinion.issued on review/r9 taken over from paper row 4: {"round":1,"opinion":"approved","tally":{"approve":3,"approveAfterModification":0,"reviseAndResubmit":0,"reject":0,"abstain":0},"passed":true} -> refused subject.state
