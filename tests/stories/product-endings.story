# The four endings, each another thing in law: void 撤销, withdrawn 撤回, penalty 吊销, closed 注销; filings declined; a recall.

# Four products, taken over from an older register by its migrator alone: one statement each for filing, acceptance and approval.
time 2026-11-23 09:00
wu as migrator says product.submitted on product/a concerning organisation/acme taken over from older row A1: {"organisation":"acme","name":"甲"}
wu as migrator says product.accepted on product/a taken over from older row A2: {"number":"OLD-1","riskTier":"low"}
wu as migrator says approval.granted on product/a taken over from older row A3: {"reasons":"Not recorded."}
wu as migrator says product.submitted on product/b concerning organisation/acme taken over from older row B1: {"organisation":"acme","name":"乙"}
wu as migrator says product.accepted on product/b taken over from older row B2: {"riskTier":"medium"}
wu as migrator says approval.granted on product/b taken over from older row B3: {}
wu as migrator says product.submitted on product/c concerning organisation/acme taken over from older row C1: {"organisation":"acme","name":"丙"}
wu as migrator says product.accepted on product/c taken over from older row C2: {}
wu as migrator says approval.granted on product/c taken over from older row C3: {}
product/c is authorised

# 撤销: it should never have been granted. With the provision, by two.
chen as decision_maker and qian as decision_maker say approval.revoked on product/a: {"termination":"void"} -> refused content.basis_missing
chen as decision_maker says approval.revoked on product/a under Administrative Licensing Law Art. 69: {"termination":"void"} -> refused role.quorum
chen as decision_maker and qian as decision_maker say approval.revoked on product/a under Administrative Licensing Law Art. 69: {"termination":"closed"} -> refused subject.state
chen as decision_maker and qian as decision_maker say approval.revoked on product/a under Administrative Licensing Law Art. 69: {"termination":"void","hearing":"held","reasons":"The test report was forged."}
product/a is voided

# 撤回: the law has changed, the holder has done nothing wrong; whether he is compensated must be said.
chen as decision_maker and qian as decision_maker say approval.revoked on product/b under Administrative Licensing Law Art. 8: {"termination":"withdrawn_public_interest"} -> refused content.compensation
chen as decision_maker and qian as decision_maker say approval.revoked on product/b under Administrative Licensing Law Art. 8: {"termination":"withdrawn_public_interest","compensation":true,"windDownUntil":"2027-01-31","reasons":"A new law forbids it."}
product/b is withdrawn

# 吊销: a penalty.
chen as decision_maker and qian as decision_maker say approval.revoked on product/c under Administrative Penalty Law Art. 9: {"termination":"penalty","hearing":"waived","reasons":"False reports, twice."}
product/c is revoked
chen as decision_maker and qian as decision_maker say approval.revoked on product/c under Administrative Licensing Law Art. 69: {"termination":"void"} -> refused subject.state

# What is out there must be taken back all the same.
chen as decision_maker says product.recalled on product/c: {"due":"2026-11-20","measures":["recall"]} -> refused content.recall_due
chen as decision_maker says product.recalled on product/c: {"due":"2026-12-31","measures":["recall"],"incident":"i1"} -> refused subject.not_concerned
chen as decision_maker says product.recalled on product/c: {"scope":"All of it.","due":"2026-12-31","measures":["recall","public_notice"],"notice":"Do not use it."}
deadline carry_out_recall on product/c is running
# 注销 comes last, when nothing is left to be done.
chen as decision_maker and qian as decision_maker say approval.revoked on product/c under Administrative Licensing Law Art. 70: {"termination":"closed"} -> refused product.recall_open
time 2027-01-01 00:00
the ledger says deadline.missed concerning product/c: {"rule":"carry_out_recall"}
sun as case_officer says product.inspected on product/c: {"method":"desk","result":"conform"} -> refused subject.state
sun as case_officer says product.inspected on product/b: {"method":"recall","result":"conform"} -> refused product.no_recall
sun as case_officer says product.inspected on product/c: {"method":"recall","result":"findings","findings":[{"severity":"major","text":"40 of 500 are still out."}]}
sun as case_officer says product.inspected on product/c: {"method":"recall","result":"conform","recallDone":true}
deadline carry_out_recall on product/c is met_late
chen as decision_maker and qian as decision_maker say approval.revoked on product/c under Administrative Licensing Law Art. 70: {"termination":"closed"}
product/c is closed
chen as decision_maker says product.recalled on product/c: {"due":"2027-12-31"} -> refused subject.state

# A product that its maker no longer offers: the entry is closed within 20 working days.
wu as migrator says product.submitted on product/d concerning organisation/acme taken over from older row D1: {"organisation":"acme","name":"丁"}
lin as enterprise_filer for acme says product.ended on product/d: {"reason":"retired","ended":"2026-12-20","dataDisposal":"Deleted."}
product/d is ended
deadline close_entry on product/d is running
chen as decision_maker and qian as decision_maker say approval.revoked on product/d under Administrative Licensing Law Art. 70: {"termination":"closed"}
deadline close_entry on product/d is met
product/d is closed

# A filing that is not accepted, because another authority has to deal with it.
lin as enterprise_filer for acme says product.submitted on product/e concerning organisation/acme: {"organisation":"acme","name":"戊","route":"disclosure"}
li as registrar says product.declined on product/e: {"reason":"not_competent"} -> refused content.competent_missing
li as registrar says product.declined on product/e: {"reason":"not_competent","competent":"Shenzhen Municipal Health Commission 深圳市卫生健康委员会","reasons":"A medical device."}
product/e is declined
deadline supplement on product/e is met

# A product that must not be at all: classified by two, never approved, refused with its reasons.
lin as enterprise_filer for acme says product.submitted on product/f concerning organisation/acme: {"organisation":"acme","name":"己","route":"standing_approval"}
li as registrar says product.accepted on product/f: {"number":"SZAI-P-2027-000006"}
chen as decision_maker says approval.refused on product/f under Shenzhen AI Regulation Art. 72: {} -> refused product.not_classified
sun as case_officer and he as case_officer say risk.classified on product/f: {"tier":"prohibited"} -> refused content.prohibited_conduct
sun as case_officer and he as case_officer say risk.classified on product/f: {"tier":"prohibited","prohibitedConduct":["p5_algorithmic_price_discrimination"],"reasons":"Dearer for whoever comes back."}
chen as decision_maker and qian as decision_maker say approval.granted on product/f under Shenzhen AI Regulation Art. 66: {"route":"standing_approval"} -> refused content.prohibited
chen as decision_maker says approval.refused on product/f: {} -> refused content.basis_missing
chen as decision_maker says approval.refused on product/f under Shenzhen AI Regulation Art. 72: {"remedy":"Reconsideration within 60 days.","reasons":"Price discrimination by habit."}
product/f is refused

# What turns out to be prohibited once it is out must be stopped within a working day, and is not let go on.
lin as enterprise_filer for acme says product.submitted on product/g concerning organisation/acme: {"organisation":"acme","name":"庚","route":"standing_approval"}
li as registrar says product.accepted on product/g: {"number":"SZAI-P-2027-000007"}
sun as case_officer says risk.classified on product/g: {"tier":"medium"}
chen as decision_maker and qian as decision_maker say approval.granted on product/g under Shenzhen AI Regulation Art. 66: {"route":"standing_approval"}
sun as case_officer and he as case_officer say risk.classified on product/g: {"tier":"prohibited","trigger":"incident","prohibitedConduct":["p3_physical_or_mental_health"]}
deadline stop_prohibited on product/g is running
chen as decision_maker says approval.suspended on product/g under Shenzhen AI Regulation Art. 72: {}
deadline stop_prohibited on product/g is met
chen as decision_maker and qian as decision_maker say approval.reinstated on product/g under Shenzhen AI Regulation Art. 72: {} -> refused content.prohibited
