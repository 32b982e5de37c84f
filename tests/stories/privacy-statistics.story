# What enterprises file for statistics is seen by statisticians alone, also where it was corrected.
time 2026-11-23 09:00
ning as statistician says survey.called on survey/s1: {"categories":["core_hw_sw"],"form":[{"field":"revenue_cny","label":"营业收入","unit":"{CNY}"}],"approvalNo":"深统制〔2026〕12号","due":"2026-12-15","releaseBy":"2027-02-26"}
lin as enterprise_filer for acme says return.filed on return/r1 concerning organisation/acme, survey/s1 hiding /values: {"survey":"s1","organisation":"acme","categories":["core_hw_sw"],"fields":["revenue_cny"]}
ning as statistician says record.corrected on correction/c1 concerning return/r1 hiding /confidentialRight: {"target":"entry 1 of return/r1","field":"/values","reason":"late_information","effective":"from_start"}
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, return/r1 under Statistics Law Art. 28: {"to":"sun","openings":["/values in entry 1 of return/r1"],"until":"2026-12-31"} -> refused disclosure.statistics_only
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/sun, return/r1 under Statistics Law Art. 28: {"to":"sun","openings":["/confidentialRight in entry 2 of return/r1"],"until":"2026-12-31"} -> refused disclosure.statistics_only
tang as privacy_officer says disclosure.granted on disclosure/d1 concerning actor/ning, survey/s1 under Statistics Law Art. 28: {"to":"ning","openings":["/values in entry 1 of return/r1"],"purpose":"The survey of 2026.","until":"2026-12-31"}
ning as statistician says disclosure.used on disclosure/d1 concerning survey/s1: {}
