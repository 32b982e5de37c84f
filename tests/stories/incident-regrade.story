# A grade that rises and falls, and what that does to the deadlines.
# Beta has known since Friday 20 November that a delivery robot ran into a boy.
time 2026-11-23 09:00
yu as enterprise_filer for beta says incident.reported on incident/i1: {"title":"Robot hits a boy","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["physical"],"materialsAbsent":"None yet.","unregisteredSystem":"Delivery robot 配送机器人","severity":"incident","reportType":"initial","aware":"2026-11-20","submitterKind":"enterprise"}
deadline report_serious on incident/i1 is not there
sun as case_officer says incident.triaged on incident/i1: {"reportable":true,"causalLink":"established","reasons":"Seen on video."}

# A change starts from what is held now, and changes something.
sun as case_officer says incident.regraded on incident/i1: {"grounds":"Nothing."} -> refused incident.not_regraded
sun as case_officer says incident.regraded on incident/i1: {"severity":{"from":"hazard","to":"serious_incident"},"grounds":"A broken leg."} -> refused incident.not_regraded
sun as case_officer says incident.regraded on incident/i1: {"severity":{"from":"incident","to":"incident"},"grounds":"A broken leg."} -> refused incident.not_regraded
yu as enterprise_filer for beta says incident.regraded on incident/i1: {"severity":{"from":"incident","to":"hazard"},"grounds":"It was not that bad."} -> refused role.not_allowed

# The leg is broken: serious. Fifteen days from awareness end on Saturday 5 December, and so on Monday the 7th.
time 2026-11-24 09:00
sun as case_officer says incident.regraded on incident/i1: {"severity":{"from":"incident","to":"serious_incident"},"euGround":{"from":"none","to":"serious_health_harm"},"grounds":"A broken leg."}
deadline report_serious on incident/i1 is running
# The boy dies: ten days from awareness, until Monday 30 November.
time 2026-11-26 09:00
sun as case_officer says incident.regraded on incident/i1: {"euGround":{"from":"serious_health_harm","to":"death"},"grounds":"The boy has died."}
deadline report_death on incident/i1 is running
# He died of something else. The stricter clock is lifted, the other one runs on.
time 2026-11-27 09:00
sun as case_officer says incident.regraded on incident/i1: {"euGround":{"from":"death","to":"serious_health_harm"},"grounds":"The autopsy: a heart disease."}
deadline report_death on incident/i1 is lifted
deadline report_serious on incident/i1 is running
# Hundreds of robots have the same fault: two days from awareness, which are over. It is missed at once.
sun as case_officer says incident.regraded on incident/i1: {"euGround":{"from":"serious_health_harm","to":"widespread_infringement"},"grounds":"The same in nine cities."}
time 2026-11-27 09:01
the ledger says deadline.missed concerning incident/i1: {"rule":"report_widespread","from":"2026-11-20T00:00:00.000000Z"}
# It was one robot after all, and not so bad. What was missed stays missed; what still ran is no longer owed.
sun as case_officer says incident.regraded on incident/i1: {"severity":{"from":"serious_incident","to":"incident"},"euGround":{"from":"widespread_infringement","to":"none"},"grounds":"A mix-up of serial numbers."}
deadline report_widespread on incident/i1 is missed
deadline report_serious on incident/i1 is lifted

# It was an attack, on a system of critical infrastructure: who operates it must be said, as it sets the clock.
sun as case_officer says incident.regraded on incident/i1: {"cyberLevel":{"from":"not_cyber","to":"larger_iii"},"grounds":"Steered from outside."} -> refused incident.operator_class
sun as case_officer says incident.regraded on incident/i1: {"cyberLevel":{"from":"not_cyber","to":"larger_iii"},"operatorClass":"other","grounds":"Steered from outside."}
time 2026-11-27 09:05
the ledger says deadline.missed concerning incident/i1: {"rule":"cyber_report_4h"}
yu as enterprise_filer for beta says incident.notified on incident/i1: {"to":"police"}
deadline cyber_report_4h on incident/i1 is met_late
