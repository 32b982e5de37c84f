# An annual survey of the AI industry: called, answered, queried, corrected, accepted, released, revised
# (Shenzhen AI Regulation Art. 3 and 9; Statistics Law Art. 28).

time 2026-11-23 09:00

# The statistician Ning prepares the survey. What the desk of the ledger tells her on the way:
# a survey says which parts of the industry it asks,
ning as statistician says survey.called on survey/s2025 concerning organisation/acme: {"respondents":["acme"],"form":[{"field":"revenue_cny","label":"营业收入","unit":"{CNY}"}],"approvalNo":"深统制〔2026〕12号","due":"2026-12-15","releaseBy":"2027-02-26"} -> refused content.category_missing
# it asks for something, and for nothing twice,
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"],"approvalNo":"深统制〔2026〕12号","due":"2026-12-15","releaseBy":"2027-02-26"} -> refused survey.form
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"],"form":[{"field":"staff","label":"People","unit":"{person}"},{"field":"staff","label":"People, again","unit":"1"}],"approvalNo":"深统制〔2026〕12号","due":"2026-12-15","releaseBy":"2027-02-26"} -> refused survey.form
# only for what the classification knows,
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"],"form":[{"field":"shoe_size","label":"Shoe size","unit":"1"}]} -> refused content.unknown_code
# it was approved,
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"],"form":[{"field":"staff","label":"People","unit":"{person}"}],"due":"2026-12-15","releaseBy":"2027-02-26"} -> refused survey.approval_no
# its days are in order,
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"],"form":[{"field":"staff","label":"People","unit":"{person}"}],"approvalNo":"12","due":"2026-11-20","releaseBy":"2027-02-26"} -> refused survey.due
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"],"form":[{"field":"staff","label":"People","unit":"{person}"}],"approvalNo":"12","due":"2026-12-15","releaseBy":"2026-12-14"} -> refused survey.due
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"],"form":[{"field":"staff","label":"People","unit":"{person}"}],"approvalNo":"12","period":{"from":"2025-12-31","until":"2025-01-01"}} -> refused content.reference_period
# and whom it asks by name finds it in his dossier.
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"],"respondents":["acme"],"form":[{"field":"staff","label":"People","unit":"{person}"}],"approvalNo":"12"} -> refused subject.not_concerned
# It is not for a case officer to ask: what he hears of an enterprise he could not forget.
sun as case_officer says survey.called on survey/s2025: {"categories":["core_hw_sw"]} -> refused role.not_allowed

# Then it is right. Returns are due on 15 December, figures by 26 February.
ning as statistician says survey.called on survey/s2025 concerning organisation/acme: {"title":"人工智能产业统计年报 2025","categories":["core_hw_sw","core_integration_service","driven_livelihood"],"form":[{"field":"revenue_cny","label":"营业收入 Revenue","unit":"{CNY}"},{"field":"rd_cny","label":"研发投入 R&D","unit":"{CNY}"},{"field":"ai_staff","label":"从业人员 People working on AI","unit":"{person}"}],"respondents":["acme"],"due":"2026-12-15","releaseBy":"2027-02-26","approvalNo":"深统制〔2026〕12号"}
survey/s2025 is called
deadline release on survey/s2025 is running
ning as statistician says survey.called on survey/s2025: {"categories":["core_hw_sw"]} -> refused subject.exists

# Acme answers. Its figures go into the vault; the ledger holds a commitment, always.
time 2026-12-01 10:00
lin as enterprise_filer for acme says return.filed on return/r-acme concerning organisation/acme, survey/s2025: {"survey":"s2025","organisation":"acme","categories":["core_hw_sw"],"fields":["revenue_cny","rd_cny"]} -> refused return.values
lin as enterprise_filer for acme says return.filed on return/r-acme concerning organisation/acme, survey/s2025 hiding /values: {"survey":"s2025","organisation":"acme","fields":["revenue_cny"]} -> refused content.category_missing
lin as enterprise_filer for acme says return.filed on return/r-acme concerning organisation/acme, survey/s2025 hiding /values: {"survey":"s2025","organisation":"acme","categories":["core_hw_sw"],"fields":["exports_cny"]} -> refused return.not_on_form
lin as enterprise_filer for acme says return.filed on return/r-acme concerning organisation/acme, survey/s2025 hiding /values: {"survey":"s2025","organisation":"acme","categories":["core_hw_sw"],"corrects":1,"reason":"A mistake."} -> refused return.correction
# Nobody files for another enterprise.
lin as enterprise_filer for acme says return.filed on return/r-beta concerning organisation/beta, survey/s2025 hiding /values: {"survey":"s2025","organisation":"beta","categories":["core_hw_sw"]} -> refused role.other_organisation
lin as enterprise_filer for acme says return.filed on return/r-acme concerning organisation/acme, survey/s2025 hiding /values: {"survey":"s2025","organisation":"acme","categories":["core_hw_sw"],"fields":["revenue_cny","rd_cny","ai_staff"]}
return/r-acme is filed
# One return for each enterprise: otherwise it would be counted twice.
lin as enterprise_filer for acme says return.filed on return/r-acme-2 concerning organisation/acme, survey/s2025 hiding /values: {"survey":"s2025","organisation":"acme","categories":["core_hw_sw"]} -> refused return.twice

# More was spent on research than earned? The statistician asks; what exactly is confidential too.
time 2026-12-02 09:00
ning as statistician says return.queried on return/r-acme hiding /message: {"edits":[]} -> refused return.no_question
ning as statistician says return.queried on return/r-acme hiding /message: {"edits":[{"field":"patents","check":"range"}]} -> refused return.not_on_form
sun as case_officer says return.queried on return/r-acme: {} -> refused role.not_allowed
ning as statistician says return.queried on return/r-acme hiding /message: {"edits":[{"field":"rd_cny","check":"ratio"}]}
return/r-acme is queried
deadline answer_query on return/r-acme is running
# A queried return isn't accepted.
ning as statistician says return.accepted on return/r-acme: {} -> refused subject.state
# Acme corrects it: which filing, and why.
time 2026-12-04 16:00
lin as enterprise_filer for acme says return.filed on return/r-acme concerning organisation/acme, survey/s2025 hiding /values: {"survey":"s2025","organisation":"acme","categories":["core_hw_sw"],"fields":["revenue_cny","rd_cny","ai_staff"],"corrects":1,"reason":null} -> refused return.correction
lin as enterprise_filer for acme says return.filed on return/r-acme concerning organisation/acme, survey/s2025 hiding /values: {"survey":"s2025","organisation":"acme","categories":["core_hw_sw"],"fields":["revenue_cny","rd_cny","ai_staff"],"corrects":1,"reason":"A figure was in thousands."}
return/r-acme is filed
deadline answer_query on return/r-acme is met
ning as statistician says return.accepted on return/r-acme: {"weight":"0","imputed":false} -> refused return.weight
ning as statistician says return.accepted on return/r-acme: {"weight":"1.25","imputed":false}
return/r-acme is accepted

# Beta is late, which its record says, and then does not answer the query for ten working days.
time 2026-12-16 10:00
yu as enterprise_filer for beta says return.filed on return/r-beta concerning organisation/beta, survey/s2025 hiding /values: {"survey":"s2025","organisation":"beta","categories":["driven_livelihood"],"fields":["revenue_cny"]}
ning as statistician says return.queried on return/r-beta: {"edits":[{"field":"ai_staff","check":"missing"}]}
time 2026-12-30 23:59
deadline answer_query on return/r-beta is running
time 2026-12-31 00:00
the ledger says deadline.missed concerning return/r-beta: {"rule":"answer_query"}
deadline answer_query on return/r-beta is missed
# Its return cannot become another enterprise's, nor one to another survey.
time 2027-01-04 09:00
ning as statistician says survey.called on survey/s2026 concerning organisation/beta: {"categories":["driven_livelihood"],"form":[{"field":"staff","label":"People","unit":"{person}"}],"approvalNo":"13","due":"2027-05-31","releaseBy":"2027-12-31","respondents":["beta"]}
yu as enterprise_filer for beta says return.filed on return/r-beta concerning organisation/beta, survey/s2026 hiding /values: {"survey":"s2026","organisation":"beta","categories":["driven_livelihood"],"corrects":1,"reason":"People added."} -> refused return.other
yu as enterprise_filer for beta says return.filed on return/r-beta concerning organisation/beta, survey/s2025 hiding /values: {"survey":"s2025","organisation":"beta","categories":["driven_livelihood"],"fields":["revenue_cny","ai_staff"],"corrects":1,"reason":"People added."}
deadline answer_query on return/r-beta is met_late
ning as statistician says return.accepted on return/r-beta: {"weight":"1","imputed":true}

# The figures are published, with the method and with the moment that they reflect.
time 2027-02-10 09:00
ning as statistician says release.published on release/size-2025 concerning survey/s2025: {"survey":"s2025","categories":["core_hw_sw","driven_livelihood"],"revision":1,"asOf":"2027-02-10T01:00:00.000000Z","documents":[{"title":"Tables","sha256":"1111111111111111111111111111111111111111111111111111111111111111"}]} -> refused release.method
ning as statistician says release.published on release/size-2025 concerning survey/s2025: {"survey":"s2025","categories":["core_hw_sw"],"revision":1,"asOf":"2027-02-11T00:00:00.000000Z","method":{"title":"Method","sha256":"2222222222222222222222222222222222222222222222222222222222222222"},"documents":[{"title":"Tables","sha256":"1111111111111111111111111111111111111111111111111111111111111111"}]} -> refused release.as_of
ning as statistician says release.published on release/size-2025 concerning survey/s2025: {"survey":"s2025","categories":["core_hw_sw"],"revision":1,"asOf":"2027-02-10T01:00:00.000000Z","method":{"title":"Method","sha256":"2222222222222222222222222222222222222222222222222222222222222222"}} -> refused release.empty
ning as statistician says release.published on release/size-2025 concerning survey/s2025: {"survey":"s2025","categories":["core_hw_sw"],"revision":2,"asOf":"2027-02-10T01:00:00.000000Z","method":{"title":"Method","sha256":"2222222222222222222222222222222222222222222222222222222222222222"},"documents":[{"title":"Tables","sha256":"1111111111111111111111111111111111111111111111111111111111111111"}]} -> refused release.revision
ning as statistician says release.published on release/size-2025 concerning survey/s2025: {"title":"深圳人工智能产业规模 2025","survey":"s2025","categories":["core_hw_sw","core_integration_service","driven_livelihood"],"revision":1,"asOf":"2027-02-10T01:00:00.000000Z","method":{"title":"Method","sha256":"2222222222222222222222222222222222222222222222222222222222222222"},"documents":[{"title":"Tables","sha256":"1111111111111111111111111111111111111111111111111111111111111111"}]}
survey/s2025 is released
deadline release on survey/s2025 is met

# Acme finds another mistake: an accepted return can be filed again, and the release is revised, not replaced.
time 2027-03-01 09:00
lin as enterprise_filer for acme says return.filed on return/r-acme concerning organisation/acme, survey/s2025 hiding /values: {"survey":"s2025","organisation":"acme","categories":["core_hw_sw"],"fields":["revenue_cny","rd_cny","ai_staff"],"corrects":2,"reason":"A branch was left out."}
ning as statistician says return.accepted on return/r-acme: {"weight":"1.25","imputed":false}
ning as statistician says release.published on release/size-2025 concerning survey/s2025: {"survey":"s2025","categories":["core_hw_sw"],"revision":1,"asOf":"2027-03-01T01:00:00.000000Z","method":{"title":"Method","sha256":"2222222222222222222222222222222222222222222222222222222222222222"},"documents":[{"title":"Tables","sha256":"3333333333333333333333333333333333333333333333333333333333333333"}]} -> refused release.revision
ning as statistician says release.published on release/size-2025 concerning survey/s2026: {"survey":"s2026","categories":["core_hw_sw"],"revision":2,"revises":{"reason":"late_returns","changedCells":2,"explanation":"A branch was left out."},"asOf":"2027-03-01T01:00:00.000000Z"} -> refused release.survey
ning as statistician says release.published on release/size-2025 concerning survey/s2025: {"title":"深圳人工智能产业规模 2025 (revised)","survey":"s2025","categories":["core_hw_sw","core_integration_service","driven_livelihood"],"revision":2,"revises":{"reason":"late_returns","changedCells":2,"explanation":"A branch was left out."},"asOf":"2027-03-01T01:00:01.000000Z","method":{"title":"Method","sha256":"2222222222222222222222222222222222222222222222222222222222222222"},"documents":[{"title":"Tables","sha256":"3333333333333333333333333333333333333333333333333333333333333333"}]}
survey/s2025 is released

# What an older register held is taken over as it is, with what it lacks.
wu as migrator says survey.called on survey/s2020 taken over from statistics bureau row 7: {"due":"2020-12-15","releaseBy":"2021-02-26"}
wu as migrator says return.filed on return/r-2020 concerning organisation/acme, survey/s2020 taken over from statistics bureau row 8: {"survey":"s2020","organisation":"acme"}
wu as migrator says release.published on release/size-2020 concerning survey/s2020 taken over from statistics bureau row 9: {"survey":"s2020","revision":3,"documents":[{"title":"Tables","sha256":"4444444444444444444444444444444444444444444444444444444444444444"}]}
survey/s2020 is released
