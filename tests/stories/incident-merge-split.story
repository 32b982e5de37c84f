# One incident reported twice, and one report that holds two. Citizens report through the intake officer, unnamed.
time 2026-11-23 09:00
zhou as intake_officer says incident.reported on incident/i1 hiding /submitter: {"title":"Price doubled for old customers","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Ride app 打车软件","severity":"serious_incident","reportType":"initial","aware":"2026-11-21","submitterKind":"user","conduct":["p5_algorithmic_price_discrimination_or_consumer_fraud"]}
# Without the one who submits it, hidden or an organisation, it is no report.
zhou as intake_officer says incident.reported on incident/i2: {"title":"Old customers pay more","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Ride app 打车软件","severity":"serious_incident","reportType":"initial","aware":"2026-11-21","submitterKind":"media"} -> refused incident.criteria
zhou as intake_officer says incident.reported on incident/i2 hiding /submitter: {"title":"Old customers pay more","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Ride app 打车软件","severity":"serious_incident","reportType":"initial","aware":"2026-11-21","submitterKind":"media"}
# An agency reports with its own key; it says more later, but whose duty the complete report is, it can not say that it is complete.
xie as agency_subscriber for police says incident.reported on incident/i3: {"title":"Stranded at night","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["economic_property"],"materialsAbsent":"None yet.","unregisteredSystem":"Ride app 打车软件","severity":"hazard","nearMiss":true,"reportType":"initial","aware":"2026-11-22","submitterKind":"agency"}
xie as agency_subscriber for police says incident.updated on incident/i3: {"reportType":"follow_up","description":"She reached home on foot."}
xie as agency_subscriber for police says incident.updated on incident/i3: {"reportType":"final"} -> refused role.other_organisation

# The second is the first: it goes on there, its own clocks with it. The first one's run on.
sun as case_officer says incident.merged on incident/i2: {"into":"i1","reasons":"The same night, the same customers."} -> refused subject.not_concerned
sun as case_officer says incident.merged on incident/i2 concerning incident/i1: {"into":"i1","reasons":"The same night, the same customers."}
incident/i2 is merged
deadline report_serious on incident/i2 is lifted
deadline authority_measures on incident/i2 is lifted
deadline report_serious on incident/i1 is running
deadline authority_measures on incident/i1 is running
# What was merged is final, and nothing is merged into it.
zhou as intake_officer says incident.updated on incident/i2: {"reportType":"follow_up"} -> refused subject.state
sun as case_officer says incident.merged on incident/i1 concerning incident/i2: {"into":"i2","reasons":"The other way round."} -> refused incident.merge_target

# The first report holds two things. The second of them is reported by itself, then split off, once.
sun as case_officer says incident.triaged on incident/i1 concerning organisation/beta: {"reportable":true,"causalLink":"established","organisation":"beta","reasons":"Prices checked against each other."}
sun as case_officer says incident.split on incident/i1: {"into":[],"reasons":"Two things."} -> refused incident.split_into
sun as case_officer says incident.split on incident/i1 concerning incident/i2: {"into":["i2"],"reasons":"Two things."} -> refused incident.split_into
he as case_officer says incident.reported on incident/i4 concerning incident/i1 hiding /submitter: {"title":"Customers' addresses sold","description":"What happened, in short.","howAiRelates":"The system decided.","harmTypes":["privacy"],"materialsAbsent":"None yet.","unregisteredSystem":"Ride app 打车软件","severity":"incident","reportType":"initial","aware":"2026-11-23","submitterKind":"public","conduct":["p2_privacy_or_personal_information"]}
sun as case_officer says incident.split on incident/i1 concerning incident/i4: {"into":["i4"],"reasons":"Prices are one thing, addresses another."}
sun as case_officer says incident.split on incident/i1 concerning incident/i4: {"into":["i4"],"reasons":"Once more."} -> refused incident.split_into
incident/i1 is triaged
incident/i4 is received
# Whoever reported it does not examine it.
he as case_officer says incident.triaged on incident/i4: {"reportable":true,"causalLink":"suspected","reasons":"I know best."} -> refused separation.same_person

# Now that it is known whose app it is, Beta may speak. There is no registered product to recall.
chen as decision_maker says measure.ordered on incident/i1: {"measures":["rectify"],"productEffect":"suspend","reasons":"One price for all."} -> refused measure.no_product
chen as decision_maker says measure.ordered on incident/i1: {"measures":["rectify"],"productEffect":"none","reasons":"One price for all."}
yu as enterprise_filer for beta says incident.concluded on incident/i1: {"rootCause":"human","lessons":"One price for all."}
incident/i1 is monitoring
chen as decision_maker says incident.closed on incident/i1: {"outcome":"enforcement","reasons":"Fined by market regulation."}

# The fourth turns out to be nothing that must be reported; the third is no AI at all, and is dismissed.
sun as case_officer says incident.triaged on incident/i4: {"reportable":false,"causalLink":"none","reasons":"The list was public."}
sun as case_officer says incident.closed on incident/i4: {"outcome":"no_action","reasons":"Nothing to do."}
sun as case_officer says incident.closed on incident/i3: {"outcome":"not_ai","reasons":"A timetable, no AI."}
incident/i3 is closed
sun as case_officer says incident.reopened on incident/i3: {"reasons":"There was a model behind the timetable."}
incident/i3 is received
sun as case_officer says incident.merged on incident/i3 concerning incident/i4: {"into":"i4","reasons":"Closed already."} -> refused incident.merge_target
