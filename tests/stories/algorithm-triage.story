# An algorithm on the open platform, from its first version to its end (Shenzhen AI Regulation Art. 34 and 35,
# Algorithm Provisions Art. 2 and 24 to 26).

time 2026-11-23 09:00
# What is called open source has a licence and a repository.
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","openSource":true,"licence":"Apache-2.0"} -> refused content.licence_missing
# A filing that was made has a number, in the form in which the authority publishes them: 21 digits.
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","openSource":false,"filing":{"register":"algorithm_filing","status":"in_force"}} -> refused content.filing_number_missing
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","openSource":false,"filing":{"register":"algorithm_filing","status":"in_force","number":"网信算备44030501234562611001号"}} -> refused content.filing_number
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","openSource":false,"filing":{"register":"deep_synthesis","status":"in_force","number":"440305012345626110015"}} -> refused content.filing_number
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/beta: {"organisation":"beta","openSource":false} -> refused role.other_organisation
lin as enterprise_filer for acme says algorithm.published on algorithm/triage: {"organisation":"acme","openSource":false} -> refused subject.not_concerned

# The service began on Friday, the 20th. It can shape opinion, so it must be filed within ten working days: by 4 December.
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme occurred 2026-11-20: {"organisation":"acme","class":"ranking_selection","version":"2.0","publicOpinion":true,"openSource":true,"licence":"Apache-2.0","repository":"https://example.org/acme/triage","weightsSha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"}
algorithm/triage is published
deadline file_algorithm on algorithm/triage is running
yu as enterprise_filer for beta says algorithm.published on algorithm/triage concerning organisation/beta: {"organisation":"beta","openSource":false} -> refused role.other_organisation

# The number has come. Nothing else changed; the same version can't suddenly have other weights.
time 2026-12-04 17:00
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","version":"2.0","publicOpinion":true,"openSource":false,"filing":{"register":"algorithm_filing","status":"in_force","number":"网信算备440305012345626110015号"},"weightsSha256":"fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"} -> refused algorithm.other_weights
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","version":"2.0","publicOpinion":true,"openSource":false,"filing":{"register":"algorithm_filing","status":"in_force","number":"网信算备440305012345626110015号","since":"2026-12-03"}}
deadline file_algorithm on algorithm/triage is met

# Leaving the weights out does not make them forgotten.
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","version":"2.0","openSource":false,"weightsSha256":"fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"} -> refused algorithm.other_weights
# Nobody else files under the same number.
yu as enterprise_filer for beta says algorithm.published on algorithm/search concerning organisation/beta: {"organisation":"beta","openSource":false,"filing":{"register":"algorithm_filing","status":"in_force","number":"网信算备440305012345626110015号"}} -> refused number.taken

# A new version with new weights. It changes what was filed: ten working days for the change.
time 2026-12-10 09:00
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme occurred 2026-12-09: {"organisation":"acme","version":"2.1","changes":"Recalibrated.","publicOpinion":true,"openSource":false,"filing":{"register":"algorithm_filing","status":"change_pending","number":"网信算备440305012345626110015号"},"weightsSha256":"fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"}
deadline file_algorithm_change on algorithm/triage is running
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","version":"2.1","publicOpinion":true,"openSource":false,"filing":{"register":"algorithm_filing","status":"changed","number":"网信算备440305012345626110015号"}}
deadline file_algorithm_change on algorithm/triage is met

# Beta offers a search engine since 8 December, and nobody files it. Of another algorithm Beta says at once, on second thoughts,
# that it shapes no opinion: nothing is owed for it.
yu as enterprise_filer for beta says algorithm.published on algorithm/search concerning organisation/beta occurred 2026-12-08: {"organisation":"beta","class":"search_filtering","version":"1","publicOpinion":true,"openSource":false,"filing":{"register":"algorithm_filing","status":"pending"}}
yu as enterprise_filer for beta says algorithm.published on algorithm/draft concerning organisation/beta: {"organisation":"beta","class":"generative_synthesis","version":"1","publicOpinion":true,"openSource":false}
yu as enterprise_filer for beta says algorithm.published on algorithm/draft concerning organisation/beta: {"organisation":"beta","class":"generative_synthesis","version":"1","publicOpinion":false,"openSource":false}
deadline file_algorithm on algorithm/draft is lifted
time 2026-12-23 09:00
the ledger says deadline.missed concerning algorithm/search: {"rule":"file_algorithm"}
deadline file_algorithm on algorithm/search is missed

# Version 3 works otherwise and stands on its own. The service of the old one ends on 1 February: twenty working days to
# cancel the filing, which its end here says.
time 2027-02-01 09:00
lin as enterprise_filer for acme says algorithm.published on algorithm/triage-3 concerning organisation/acme: {"organisation":"acme","version":"3.0","publicOpinion":false,"openSource":false}
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","version":"2.1","openSource":false,"filing":{"register":"algorithm_filing","status":"cancellation_pending","number":"网信算备440305012345626110015号"}}
deadline cancel_algorithm_filing on algorithm/triage is running
time 2027-02-20 09:00
lin as enterprise_filer for acme says algorithm.delisted on algorithm/triage: {"ground":"boredom"} -> refused content.unknown_code
lin as enterprise_filer for acme says algorithm.delisted on algorithm/triage: {"ground":"superseded","successor":"triage-4"} -> refused subject.unknown
yu as enterprise_filer for beta says algorithm.delisted on algorithm/triage: {"ground":"superseded"} -> refused role.other_organisation
lin as enterprise_filer for acme says algorithm.delisted on algorithm/triage: {"ground":"superseded","successor":"triage-3","filingCancelled":"2027-02-18"}
algorithm/triage is delisted
algorithm/triage-3 is published
deadline cancel_algorithm_filing on algorithm/triage is met

# What was delisted stays so; its record stays too.
lin as enterprise_filer for acme says algorithm.published on algorithm/triage concerning organisation/acme: {"organisation":"acme","openSource":false} -> refused subject.state
li as registrar says algorithm.delisted on algorithm/triage: {"ground":"other"} -> refused subject.state
# The registrar takes Beta's search engine off: it was never filed.
li as registrar says algorithm.delisted on algorithm/search: {"ground":"unlawful","reasons":"Not filed within the time of Art. 24."}
