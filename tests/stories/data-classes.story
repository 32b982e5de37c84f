# Which data are open to whom: the classes of the catalogue, and guidelines that change (Shenzhen Data Regulation Art. 41 to 49).

time 2026-11-23 09:00
ouyang as data_steward says guideline.adopted on guideline/g1: {"version":"1.0","effective":"2026-11-01"}

# What the classes forbid.
ouyang as data_steward says dataset.catalogued on dataset/grid concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","openClass":"not_open","shareClass":"unconditional_share","securityClass":"core","personalInformation":false} -> refused dataset.core
ouyang as data_steward says dataset.catalogued on dataset/names concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","openClass":"unconditional","shareClass":"unconditional_share","securityClass":"general","personalInformation":true} -> refused dataset.personal_open
ouyang as data_steward says dataset.catalogued on dataset/names concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","openClass":"not_open","shareClass":"conditional_share","securityClass":"important","personalInformation":true} -> refused dataset.terms
ouyang as data_steward says dataset.catalogued on dataset/names concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","openClass":"conditional","shareClass":"no_share","securityClass":"general","personalInformation":true,"themes":["poetry"]} -> refused content.unknown_code
ouyang as data_steward says dataset.catalogued on dataset/names concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","temporal":{"from":"2026-02-01","until":"2026-01-31"}} -> refused content.reference_period

# Core data stand in the catalogue, and are not published.
ouyang as data_steward says dataset.catalogued on dataset/grid concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","openClass":"not_open","shareClass":"no_share","securityClass":"core","personalInformation":false,"terms":null}
wang as institution_admin and zhao as institution_admin say role.granted on actor/tang: {"role":"data_steward","from":null,"until":null}
tang as data_steward says dataset.published on dataset/grid: {"checked":"2026-11-20"} -> refused dataset.closed

# Names of those who were treated: shared among public bodies on request, not open to anyone else.
ouyang as data_steward says dataset.catalogued on dataset/names concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","openClass":"not_open","shareClass":"conditional_share","securityClass":"important","personalInformation":true,"terms":{"modes":["secure_environment","api"],"requirements":"Only for the purpose granted.","safeguards":"Logged access by named people."}}
ouyang as data_steward says dataset.distributed on dataset/names: {"accessUrl":"https://example.org/data/names","format":"application/json","service":{"title":"Query","endpointUrl":"https://example.org/api/names"}}
# Who described the data does not publish them.
ouyang as data_steward says dataset.published on dataset/names: {"checked":"2026-11-20"} -> refused separation.same_person
tang as data_steward says dataset.published on dataset/names: {"checked":"2026-11-20"}
lin as enterprise_filer for acme says access.requested on access/a1 concerning dataset/names, organisation/acme under Shenzhen AI Regulation Art. 32: {"dataset":"names","organisation":"acme","mode":"api"} -> refused access.not_open
xie as agency_subscriber for police says access.requested on access/a2 concerning dataset/names, organisation/police under Shenzhen Data Regulation Art. 43: {"dataset":"names","organisation":"police","mode":"api"}
# A request can be taken back.
xie as agency_subscriber for police says access.withdrawn on access/a2 concerning dataset/names: {"reason":"purpose_fulfilled"}
access/a2 is withdrawn
deadline answer_access on access/a2 is lifted

# Bus stops are open to everybody: a request for them is answered by saying where they are.
ouyang as data_steward says dataset.catalogued on dataset/stops concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","openClass":"unconditional","shareClass":"unconditional_share","securityClass":"general","personalInformation":false}
ouyang as data_steward says dataset.distributed on dataset/stops: {"accessUrl":"https://example.org/data/triage","format":"text/csv","downloadUrl":"https://example.org/t.csv","sha256":"5555555555555555555555555555555555555555555555555555555555555555"}
tang as data_steward says dataset.published on dataset/stops: {"checked":"2026-11-20"}
lin as enterprise_filer for acme says access.requested on access/a3 concerning dataset/stops, organisation/acme under Shenzhen AI Regulation Art. 32: {"dataset":"stops","organisation":"acme","mode":"download"} -> refused access.unneeded

# The guideline is amended: under another version, saying what has changed.
ouyang as data_steward says guideline.adopted on guideline/g1: {"version":"1.1","effective":"2026-12-01"} -> refused guideline.changes
ouyang as data_steward says guideline.adopted on guideline/g1: {"version":"1.0","effective":"2026-12-01","changes":"Adds the secure environment."} -> refused guideline.changes
ouyang as data_steward says guideline.adopted on guideline/g1: {"version":"1.1","effective":"2026-12-01","changes":"Adds the secure environment."}
# Then another one takes its place. What is published stays; nothing more is published under the old one.
ouyang as data_steward says guideline.adopted on guideline/g2: {"version":"2.0","effective":"2026-11-23"}
ouyang as data_steward says guideline.repealed on guideline/g1 concerning guideline/g2: {"replacement":"g2","reasons":"One set of rules for all public data."}
guideline/g1 is repealed
ouyang as data_steward says guideline.adopted on guideline/g1: {"version":"1.2","changes":"Once more."} -> refused subject.state
dataset/stops is published
tang as data_steward says dataset.suspended on dataset/stops: {"reason":"maintenance","explanation":"New line."}
tang as data_steward says dataset.published on dataset/stops: {"checked":"2026-11-20"} -> refused guideline.not_in_force
ouyang as data_steward says dataset.catalogued on dataset/more concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1"} -> refused guideline.not_in_force
ouyang as data_steward says dataset.catalogued on dataset/stops concerning guideline/g2, organisation/institution: {"organisation":"institution","guideline":"g2","openClass":"unconditional","shareClass":"unconditional_share","securityClass":"general","personalInformation":false,"changes":"Under the new guideline."}
tang as data_steward says dataset.published on dataset/stops: {"checked":"2026-11-23"}
dataset/stops is published

# What an older catalogue held is taken over as it was.
wu as migrator says dataset.catalogued on dataset/old concerning guideline/g1, organisation/datahub taken over from data platform row 17: {"organisation":"datahub","guideline":"g1"}
wu as migrator says dataset.published on dataset/old taken over from data platform row 17: {}
wu as migrator says access.requested on access/old concerning dataset/old, organisation/acme taken over from data platform row 18: {"dataset":"old","organisation":"acme"}
wu as migrator says access.granted on access/old concerning dataset/old taken over from data platform row 18: {"until":"2025-12-31"}
access/old is granted
