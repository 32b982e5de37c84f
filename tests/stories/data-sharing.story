# A public dataset from the catalogue to its use and misuse (Shenzhen AI Regulation Art. 29 to 33; Shenzhen Data Regulation Art. 36 to 50).

time 2026-11-23 09:00

# The rules for sharing come first.
ouyang as data_steward says guideline.adopted on guideline/g1: {"version":"1.0","effective":"2026-12-01","changes":"None."} -> refused guideline.changes
ouyang as data_steward says guideline.adopted on guideline/g1: {"version":"1.0","effective":"2026-12-01"}
guideline/g1 is in_force

# The data hub enters its triage records: personal information, open under conditions.
pan as data_provider for datahub says dataset.catalogued on dataset/triage concerning guideline/g1, organisation/datahub: {"organisation":"datahub","guideline":"g1","openClass":"conditional","shareClass":"conditional_share","securityClass":"general","personalInformation":true} -> refused dataset.terms
pan as data_provider for datahub says dataset.catalogued on dataset/triage concerning guideline/g1, organisation/datahub: {"organisation":"datahub","guideline":"g1","openClass":"conditional","shareClass":"conditional_share","securityClass":"general","personalInformation":true,"terms":{"modes":["secure_environment","api"],"requirements":"Only for the purpose granted.","safeguards":"Logged access by named people."},"themes":["heal"],"temporal":{"from":"2024-01-01","until":"2026-10-31"}}
dataset/triage is catalogued
# Nobody else speaks for the data hub.
yu as enterprise_filer for beta says dataset.distributed on dataset/triage: {"accessUrl":"https://example.org/data/triage","format":"text/csv","downloadUrl":"https://example.org/t.csv","sha256":"5555555555555555555555555555555555555555555555555555555555555555"} -> refused role.not_allowed
ouyang as data_steward says dataset.published on dataset/triage: {"checked":"2026-11-20"} -> refused guideline.not_in_force

# On 1 December the guideline holds. The data must have been checked, and there must be something to have.
time 2026-12-01 09:00
ouyang as data_steward says dataset.published on dataset/triage: {"checked":"2026-11-20"} -> refused dataset.no_distribution
pan as data_provider for datahub says dataset.distributed on dataset/triage: {"accessUrl":"https://example.org/data/triage","downloadUrl":"https://example.org/t.csv","format":"text/csv"} -> refused dataset.distribution
pan as data_provider for datahub says dataset.distributed on dataset/triage: {"accessUrl":"https://example.org/data/triage","format":"text/csv","downloadUrl":"https://example.org/t.csv","sha256":"5555555555555555555555555555555555555555555555555555555555555555"}
ouyang as data_steward says dataset.published on dataset/triage: {} -> refused dataset.unchecked
ouyang as data_steward says dataset.published on dataset/triage: {"checked":"2026-12-24"} -> refused dataset.unchecked
pan as data_provider for datahub says dataset.published on dataset/triage: {"checked":"2026-11-20"} -> refused role.not_allowed
# Acme asks too early.
lin as enterprise_filer for acme says access.requested on access/a1 concerning dataset/triage, organisation/acme under Shenzhen AI Regulation Art. 32: {"dataset":"triage","organisation":"acme","mode":"secure_environment"} -> refused access.not_published
ouyang as data_steward says dataset.published on dataset/triage: {"checked":"2026-11-20"}
dataset/triage is published

# Acme asks: on what ground in law, and in a way that the terms allow.
time 2026-12-02 09:00
lin as enterprise_filer for acme says access.requested on access/a1 concerning dataset/triage, organisation/acme: {"dataset":"triage","organisation":"acme","mode":"secure_environment"} -> refused access.basis
lin as enterprise_filer for acme says access.requested on access/a1 concerning dataset/triage, organisation/acme under Shenzhen AI Regulation Art. 32: {"dataset":"triage","organisation":"acme","mode":"download"} -> refused access.mode
lin as enterprise_filer for acme says access.requested on access/a1 concerning dataset/triage, organisation/beta under Shenzhen AI Regulation Art. 32: {"dataset":"triage","organisation":"beta","mode":"api"} -> refused role.other_organisation
lin as enterprise_filer for acme says access.requested on access/a1 concerning dataset/triage, organisation/acme under Shenzhen AI Regulation Art. 32 hiding /contact: {"dataset":"triage","organisation":"acme","mode":"secure_environment"}
access/a1 is requested
deadline answer_access on access/a1 is running
# It may make the request clearer, not another one.
lin as enterprise_filer for acme says access.requested on access/a1 concerning dataset/triage, organisation/acme under Shenzhen AI Regulation Art. 32: {"dataset":"triage","organisation":"acme","mode":"secure_environment"} -> refused access.clarification
lin as enterprise_filer for acme says access.requested on access/a1 concerning dataset/triage, organisation/acme under Shenzhen AI Regulation Art. 32: {"dataset":"triage","organisation":"acme","mode":"secure_environment","clarification":"Codes of complaints only, no free text."}

# The steward grants it together with the provider; nobody may be identified by it.
time 2026-12-07 09:00
ouyang as data_steward says access.granted on access/a1 concerning dataset/triage: {"until":"2027-06-30","deidentified":{"method":"k = 11"}} -> refused role.with
ouyang as data_steward and pan as data_provider for datahub say access.granted on access/a1 concerning dataset/triage: {"until":"2027-06-30"} -> refused access.not_deidentified
ouyang as data_steward and pan as data_provider for datahub say access.granted on access/a1 concerning dataset/triage: {"until":"2026-12-06","deidentified":{"method":"k = 11"}} -> refused access.until
ouyang as data_steward and pan as data_provider for datahub say access.granted on access/a1: {"until":"2027-06-30","deidentified":{"method":"k = 11"}} -> refused subject.not_concerned
ouyang as data_steward and pan as data_provider for datahub say access.granted on access/a1 concerning dataset/triage: {"until":"2027-06-30","conditions":["Results are published."],"quota":"100,000 rows","deidentified":{"method":"Dates moved, ages in groups, k = 11."}}
access/a1 is granted
deadline answer_access on access/a1 is met

# The police ask for the same, with names, and are refused with reasons.
xie as agency_subscriber for police says access.requested on access/a2 concerning dataset/triage, organisation/police under Shenzhen Data Regulation Art. 43: {"dataset":"triage","organisation":"police","mode":"api"}
ouyang as data_steward says access.refused on access/a2 concerning dataset/triage: {"ground":"too_wide","reasons":"The purpose does not need names."}
access/a2 is refused
ouyang as data_steward and pan as data_provider for datahub say access.granted on access/a2 concerning dataset/triage: {} -> refused subject.state

# Beta asks and is not answered for ten working days, then answered late.
yu as enterprise_filer for beta says access.requested on access/a3 concerning dataset/triage, organisation/beta under Shenzhen AI Regulation Art. 32: {"dataset":"triage","organisation":"beta","mode":"api"}
time 2026-12-22 00:00
the ledger says deadline.missed concerning access/a3: {"rule":"answer_access"}
# In the meantime something is wrong with the data: no access is granted while they are suspended.
ouyang as data_steward says dataset.suspended on dataset/triage: {"reason":"quality","explanation":"Urgency was swapped in October."}
dataset/triage is suspended
ouyang as data_steward and pan as data_provider for datahub say access.granted on access/a3 concerning dataset/triage: {"until":"2027-06-30","deidentified":{"method":"k = 11"}} -> refused access.not_published
pan as data_provider for datahub says dataset.catalogued on dataset/triage concerning guideline/g1, organisation/datahub: {"organisation":"datahub","guideline":"g1","openClass":"conditional","shareClass":"conditional_share","securityClass":"general","personalInformation":true,"terms":{"modes":["secure_environment","api"],"requirements":"Only for the purpose granted.","safeguards":"Logged access by named people."}} -> refused dataset.changes
pan as data_provider for datahub says dataset.catalogued on dataset/triage concerning guideline/g1, organisation/datahub: {"organisation":"datahub","guideline":"g1","openClass":"conditional","shareClass":"conditional_share","securityClass":"general","personalInformation":true,"terms":{"modes":["secure_environment","api"],"requirements":"Only for the purpose granted.","safeguards":"Logged access by named people."},"changes":"Urgency of October is right."}
ouyang as data_steward says dataset.published on dataset/triage: {"checked":"2026-12-22"}
ouyang as data_steward and pan as data_provider for datahub say access.granted on access/a3 concerning dataset/triage: {"until":"2027-06-30","deidentified":{"method":"k = 11"}}
deadline answer_access on access/a3 is met_late

# Acme copies records to a partner. The misuse is recorded and the access withdrawn; the deletion must be shown.
time 2027-01-11 09:00
pan as data_provider for datahub says access.misused on access/a1 concerning dataset/triage: {"finding":"Records were copied to a partner's machine.","severity":"serious"}
access/a1 is granted
ouyang as data_steward says access.withdrawn on access/a1 concerning dataset/triage: {"reason":"misuse","deletionProofDue":"2027-01-29"}
access/a1 is withdrawn
deadline prove_deletion on access/a1 is running
lin as enterprise_filer for acme says access.withdrawn on access/a1 concerning dataset/triage: {"reason":"misuse"} -> refused access.deletion_proof
yu as enterprise_filer for beta says access.withdrawn on access/a1 concerning dataset/triage: {"reason":"misuse"} -> refused role.other_organisation
lin as enterprise_filer for acme says access.withdrawn on access/a1 concerning dataset/triage: {"reason":"misuse","deletionProof":{"title":"删除证明","sha256":"6666666666666666666666666666666666666666666666666666666666666666"}}
access/a1 is cleared
deadline prove_deletion on access/a1 is met
# Beta gives its access back, and doesn't show in time that it deleted the data.
yu as enterprise_filer for beta says access.withdrawn on access/a3 concerning dataset/triage: {"reason":"purpose_fulfilled","deletionProofDue":"2027-01-20"}
time 2027-01-21 00:00
the ledger says deadline.missed concerning access/a3: {"rule":"prove_deletion"}

# The dataset is withdrawn; its entry stays, and says what took its place.
ouyang as data_steward says dataset.catalogued on dataset/triage-2 concerning guideline/g1, organisation/institution: {"organisation":"institution","guideline":"g1","openClass":"unconditional","shareClass":"unconditional_share","securityClass":"general","personalInformation":false}
ouyang as data_steward says dataset.withdrawn on dataset/triage concerning dataset/triage-2: {"replacement":"triage-2","reasons":"Replaced by counts for each hospital."}
dataset/triage is withdrawn
pan as data_provider for datahub says dataset.distributed on dataset/triage: {"accessUrl":"https://example.org/data/triage","format":"text/csv","downloadUrl":"https://example.org/t.csv","sha256":"5555555555555555555555555555555555555555555555555555555555555555"} -> refused subject.state
