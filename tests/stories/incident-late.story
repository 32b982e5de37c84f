# Reports that come too late, and clocks that count hours.
# Beta offers a trading robot that is in no register. It has known since 20 October that a customer lost his house.
time 2026-11-23 09:00
# First and last in one would hide that it is late: Beta is asked to report as everybody does.
yu as enterprise_filer for beta says incident.reported on incident/i1: {"title":"House lost in one night","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Trading robot 炒股机器人","severity":"serious_incident","reportType":"combined_initial_final","aware":"2026-10-20","submitterKind":"enterprise"} -> refused incident.combined_late
yu as enterprise_filer for beta says incident.reported on incident/i1: {"title":"House lost in one night","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Trading robot 炒股机器人","severity":"serious_incident","reportType":"initial","aware":"2026-10-20","submitterKind":"enterprise"}
# The fifteen days were counted from awareness; they are over, and the ledger says so at once and for ever.
time 2026-11-23 09:01
the ledger says deadline.missed concerning incident/i1: {"rule":"report_serious","from":"2026-10-20T00:00:00.000000Z"}
deadline report_serious on incident/i1 is missed
time 2026-11-24 09:00
yu as enterprise_filer for beta says incident.updated on incident/i1: {"reportType":"final","description":"All orders of the night, with their reasons."}
deadline report_serious on incident/i1 is met_late

# One that is all in one and in time starts nothing that could be missed.
yu as enterprise_filer for beta says incident.reported on incident/i2: {"title":"A second customer","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Trading robot 炒股机器人","severity":"serious_incident","reportType":"combined_initial_final","aware":"2026-11-20","submitterKind":"enterprise"}
deadline report_serious on incident/i2 is not there
# Somebody else who reports knows nothing of what Beta knows: its time is counted from this report.
zhou as intake_officer says incident.reported on incident/i3 hiding /submitter: {"title":"A third customer","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Trading robot 炒股机器人","severity":"serious_incident","reportType":"initial","aware":"2026-09-01","submitterKind":"public"}
deadline report_serious on incident/i3 is running

# The grid of a power company was broken into through its forecasting model: one hour for critical infrastructure.
# Whose system it is decides on the clock, so it must be said.
time 2026-11-24 09:50
qin as compute_operator for grid says incident.reported on incident/i4: {"title":"Break-in","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Load forecast 负荷预测","severity":"incident","reportType":"initial","aware":"2026-11-24T01:30:00.000000Z"} -> refused role.not_allowed
zhou as intake_officer says incident.reported on incident/i4 hiding /submitter: {"title":"Break-in","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Load forecast 负荷预测","severity":"incident","reportType":"initial","aware":"2026-11-24T01:30:00.000000Z","cyberLevel":"major_ii","submitterKind":"enterprise"} -> refused incident.operator_class
zhou as intake_officer says incident.reported on incident/i4 hiding /submitter: {"title":"Break-in","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Load forecast 负荷预测","severity":"incident","reportType":"initial","aware":"2026-11-24T01:30:00.000000Z","cyberLevel":"major_ii","operatorClass":"cii","submitterKind":"enterprise"}
deadline cyber_report_1h on incident/i4 is running
time 2026-11-24 10:20
zhou as intake_officer says incident.notified on incident/i4: {"to":"cyberspace_authority","channel":"hotline","reference":"WX-2026-77"}
deadline cyber_report_1h on incident/i4 is met
# A second break-in is told three hours after it was seen.
time 2026-11-25 12:30
zhou as intake_officer says incident.reported on incident/i5 hiding /submitter: {"title":"Second break-in","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Load forecast 负荷预测","severity":"incident","reportType":"initial","aware":"2026-11-25T01:30:00.000000Z","cyberLevel":"larger_iii","operatorClass":"cii","submitterKind":"enterprise"}
time 2026-11-25 12:31
the ledger says deadline.missed concerning incident/i5: {"rule":"cyber_report_1h","due":"2026-11-25T02:30:00.000000Z"}

# What was taken over from an older register may lack all of this, and starts no clock.
wu as migrator says incident.reported on incident/i6 taken over from fda row MDR-1: {"unregisteredSystem":"Pump","title":"Death reported with device K1","severity":"serious_incident","reportType":"initial"}
deadline report_serious on incident/i6 is not there
wu as migrator says incident.closed on incident/i6 taken over from fda row MDR-1c: {"outcome":"resolved","reasons":"Closed there."}
incident/i6 is closed

# Nobody has looked at these reports for seven days.
time 2026-12-03 00:00
the ledger says deadline.missed concerning incident/i1: {"rule":"authority_measures"}
the ledger says deadline.missed concerning incident/i2: {"rule":"authority_measures"}
the ledger says deadline.missed concerning incident/i3: {"rule":"authority_measures"}
the ledger says deadline.missed concerning incident/i4: {"rule":"authority_measures"}
the ledger says deadline.missed concerning incident/i5: {"rule":"authority_measures"}
