# An incident from report to recall: a triage assistant that ranked chest pain too low.
# The product was registered long ago; its record was taken over from the older register.
time 2026-11-23 09:00
wu as migrator says product.submitted on product/p1 concerning organisation/acme taken over from city-register row 17: {"organisation":"acme","name":"夜间分诊助手 Night triage assistant"}

# Acme has known since the day before that a patient came to serious harm. Its first report is about nothing in particular.
lin as enterprise_filer for acme says incident.reported on incident/i1: {"title":"胸痛误判 Chest pain ranked too low","severity":"serious_incident","reportType":"initial"} -> refused content.one_system
# Now it names the product, but the statement does not concern it.
lin as enterprise_filer for acme says incident.reported on incident/i1: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","severity":"serious_incident","reportType":"initial"} -> refused subject.not_concerned
# Four of the seven things that every report must have are missing (OECD framework 2025).
lin as enterprise_filer for acme says incident.reported on incident/i1 concerning product/p1: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","severity":"serious_incident","reportType":"initial"} -> refused incident.criteria
# All are there, but not since when Acme knows: the clock could not be set.
lin as enterprise_filer for acme says incident.reported on incident/i1 concerning product/p1: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","description":"A patient waited four hours.","howAiRelates":"The assistant ranked the complaint as not urgent.","severity":"serious_incident","harmTypes":["physical"],"materialsAbsent":"The log is with the hospital.","reportType":"initial","submitterKind":"enterprise"} -> refused incident.aware_missing
# Nobody knows in December already, nor before the night in which it happened.
lin as enterprise_filer for acme says incident.reported on incident/i1 concerning product/p1: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","description":"A patient waited four hours.","howAiRelates":"The assistant ranked the complaint as not urgent.","severity":"serious_incident","harmTypes":["physical"],"materialsAbsent":"The log is with the hospital.","reportType":"initial","submitterKind":"enterprise","aware":"2026-12-01"} -> refused content.aware_ahead
lin as enterprise_filer for acme says incident.reported on incident/i1 concerning product/p1 occurred 2026-11-21: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","description":"A patient waited four hours.","howAiRelates":"The assistant ranked the complaint as not urgent.","severity":"serious_incident","harmTypes":["physical"],"materialsAbsent":"The log is with the hospital.","reportType":"initial","submitterKind":"enterprise","aware":"2026-11-20"} -> refused incident.aware_before
# A kind of harm that the rulebook does not know.
lin as enterprise_filer for acme says incident.reported on incident/i1 concerning product/p1: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","severity":"serious_incident","harmTypes":["boredom"],"reportType":"initial"} -> refused content.unknown_code
# A follow-up has nothing to follow yet.
lin as enterprise_filer for acme says incident.reported on incident/i1 concerning product/p1: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","description":"A patient waited four hours.","howAiRelates":"The assistant ranked the complaint as not urgent.","severity":"serious_incident","harmTypes":["physical"],"materialsAbsent":"The log is with the hospital.","reportType":"follow_up","aware":"2026-11-22"} -> refused incident.report_type
# Serious harm and a near miss exclude each other.
lin as enterprise_filer for acme says incident.reported on incident/i1 concerning product/p1: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","description":"A patient waited four hours.","howAiRelates":"The assistant ranked the complaint as not urgent.","severity":"serious_incident","harmTypes":["physical"],"materialsAbsent":"The log is with the hospital.","reportType":"initial","aware":"2026-11-22","nearMiss":true} -> refused incident.near_miss
# Beta's filer can not report for Acme; and here it is at last.
yu as enterprise_filer for beta says incident.reported on incident/i1 concerning product/p1: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","severity":"serious_incident","reportType":"initial"} -> refused role.other_organisation
lin as enterprise_filer for acme says incident.reported on incident/i1 concerning product/p1 occurred 2026-11-21: {"product":"p1","title":"胸痛误判 Chest pain ranked too low","description":"A patient waited four hours.","howAiRelates":"The assistant ranked the complaint as not urgent.","severity":"serious_incident","harmTypes":["physical"],"materialsAbsent":"The log is with the hospital.","reportType":"initial","submitterKind":"enterprise","aware":"2026-11-22","euGround":"serious_health_harm","conduct":["p3_physical_or_mental_health"]}
incident/i1 is received
# Until 7 December the report must be complete; until 30 November the institution must look at it.
deadline report_serious on incident/i1 is running
deadline authority_measures on incident/i1 is running

# Acme tells the patients: how many, or why not, must be said.
lin as enterprise_filer for acme says incident.notified on incident/i1: {"to":"affected_persons"} -> refused incident.persons_told
lin as enterprise_filer for acme says incident.notified on incident/i1: {"to":"affected_persons","count":1,"channel":"telephone"}
# The public is told at once, but nobody is named before the case was examined.
sun as case_officer says incident.summarised on incident/i1 concerning organisation/acme: {"summary":"一款分诊助手低估了胸痛的紧急程度。","parties":["acme"]} -> refused incident.parties_early
sun as case_officer says incident.summarised on incident/i1: {"summary":"一款分诊助手低估了胸痛的紧急程度。"}

# Before it was examined it can only be dismissed, and it is not to be dismissed.
sun as case_officer says incident.closed on incident/i1: {"outcome":"resolved","reasons":"Fixed."} -> refused incident.not_triaged
lin as enterprise_filer for acme says incident.triaged on incident/i1: {"reportable":false,"causalLink":"none","reasons":"Nothing to see."} -> refused role.not_allowed
time 2026-11-25 10:00
sun as case_officer says incident.triaged on incident/i1 concerning actor/sun: {"reportable":true,"causalLink":"reasonable_likelihood","lead":"sun","taxonomy":{"domain":"7_system_safety_failures","entity":"ai","timing":"post_deployment","intent":"unintentional"},"scope":"Every ranking of chest pain since the update.","preserve":true,"reasons":"A patient was harmed; the ranking very likely caused the delay."}
incident/i1 is triaged
deadline authority_measures on incident/i1 is met
# A case that must be reported is not closed without its final report.
sun as case_officer says incident.closed on incident/i1: {"outcome":"no_action","reasons":"Nothing more to do."} -> refused incident.not_concluded

# What was open is told in time. A first report can not come twice.
time 2026-12-01 15:00
lin as enterprise_filer for acme says incident.updated on incident/i1: {"reportType":"initial","description":"Two more cases."} -> refused incident.report_type
yu as enterprise_filer for beta says incident.updated on incident/i1: {"reportType":"follow_up","description":"We know better."} -> refused role.other_organisation
lin as enterprise_filer for acme says incident.updated on incident/i1: {"reportType":"follow_up","description":"Two more cases in the same night; the update of 18 November is the cause.","complete":true}
deadline report_serious on incident/i1 is met

# A recall is ordered, by somebody who did not examine the case, in a statement that the product's dossier shows too.
chen as decision_maker says measure.ordered on incident/i1: {"measures":[],"productEffect":"none","reasons":"Something must be done."} -> refused measure.none
chen as decision_maker says measure.ordered on incident/i1 concerning product/p1: {"measures":["recall"],"due":"2026-12-01","productEffect":"recall","reasons":"Further harm can not be ruled out."} -> refused measure.due
chen as decision_maker says measure.ordered on incident/i1: {"measures":["recall"],"due":"2026-12-20","productEffect":"recall","reasons":"Further harm can not be ruled out."} -> refused subject.not_concerned
chen as decision_maker says measure.ordered on incident/i1 concerning product/p1: {"measures":["recall","notify_users"],"due":"2026-12-20","productEffect":"recall","reasons":"Further harm can not be ruled out."}
incident/i1 is corrective
deadline corrective_ordered on incident/i1 is running

# Acme plans what it will do. Sixteen actions are the most, and each has a name of its own.
lin as enterprise_filer for acme says action.planned on incident/i1: {"actions":[],"rootCause":"model"} -> refused action.none
lin as enterprise_filer for acme says action.planned on incident/i1: {"actions":[{"action":"a1","text":"Take version 2.1 back."},{"action":"a2","text":"Test every weight on last year's emergencies."}],"rootCause":"model"}
lin as enterprise_filer for acme says action.planned on incident/i1: {"actions":[{"action":"a1","text":"Once more."}],"rootCause":"model"} -> refused action.taken
lin as enterprise_filer for acme says action.planned on incident/i1: {"actions":[{"action":"b1","text":"Step 1."},{"action":"b2","text":"Step 2."},{"action":"b3","text":"Step 3."},{"action":"b4","text":"Step 4."},{"action":"b5","text":"Step 5."},{"action":"b6","text":"Step 6."},{"action":"b7","text":"Step 7."},{"action":"b8","text":"Step 8."},{"action":"b9","text":"Step 9."},{"action":"b10","text":"Step 10."},{"action":"b11","text":"Step 11."},{"action":"b12","text":"Step 12."},{"action":"b13","text":"Step 13."},{"action":"b14","text":"Step 14."},{"action":"b15","text":"Step 15."},{"action":"b16","text":"Step 16."}],"rootCause":"model"} -> refused action.too_many

# An action is verified after it was completed, and the last one is called the last.
sun as case_officer says action.verified on incident/i1: {"action":"a1","result":"effective","reasons":"Seen."} -> refused action.step
lin as enterprise_filer for acme says action.completed on incident/i1: {"action":"a9"} -> refused action.step
lin as enterprise_filer for acme says action.completed on incident/i1: {"action":"a1","last":true} -> refused action.last
lin as enterprise_filer for acme says action.completed on incident/i1: {"action":"a1"}
time 2026-12-15 11:00
lin as enterprise_filer for acme says action.completed on incident/i1: {"action":"a2","last":true}
deadline corrective_ordered on incident/i1 is met
sun as case_officer says action.verified on incident/i1: {"action":"a1","result":"effective","reasons":"Four hospitals visited; none runs version 2.1."}
# The other one helped in part: it is to be done again, within fifteen working days.
sun as case_officer says action.verified on incident/i1: {"action":"a2","result":"partly","reasons":"Emergencies of the night shift were left out."}
deadline corrective_action on incident/i1 is running
lin as enterprise_filer for acme says incident.concluded on incident/i1: {"rootCause":"model","lessons":"No weight changes untested."} -> refused action.open
time 2026-12-22 11:00
lin as enterprise_filer for acme says action.completed on incident/i1: {"action":"a2","last":true}
deadline corrective_action on incident/i1 is met
sun as case_officer says action.verified on incident/i1: {"action":"a2","result":"effective","reasons":"The night shift is in."} -> refused action.last
sun as case_officer says action.verified on incident/i1: {"action":"a2","result":"effective","last":true,"reasons":"The night shift is in."}
incident/i1 is monitoring
deadline summary on incident/i1 is running

# The final report, then the end, by somebody who did not report it.
chen as decision_maker says incident.closed on incident/i1: {"outcome":"resolved","reasons":"The product is back."} -> refused incident.not_concluded
time 2027-01-11 10:00
lin as enterprise_filer for acme says incident.concluded on incident/i1: {"rootCause":"model","harm":{"injuries":1,"persons":3},"lessons":"No weight changes untested."}
deadline summary on incident/i1 is met
chen as decision_maker says incident.closed on incident/i1: {"outcome":"resolved","reasons":"The product is back, the update withdrawn."}
incident/i1 is closed
sun as case_officer says incident.summarised on incident/i1 concerning organisation/acme: {"summary":"产品已召回，更新已撤回。","parties":["acme"]}
# A closed case takes no more updates.
lin as enterprise_filer for acme says incident.updated on incident/i1: {"reportType":"follow_up"} -> refused subject.state

# In March a hospital finds version 2.1 running again. The case starts anew: it is triaged anew, and needs a new report.
time 2027-03-02 09:00
sun as case_officer says incident.reopened on incident/i1: {"reasons":"Version 2.1 was found running."}
incident/i1 is received
deadline authority_measures on incident/i1 is running
time 2027-03-03 09:00
sun as case_officer says incident.triaged on incident/i1: {"reportable":true,"causalLink":"established","reasons":"The same fault."}
chen as decision_maker says measure.ordered on incident/i1: {"measures":["disable"],"productEffect":"none","reasons":"It must not run."}
deadline corrective_action on incident/i1 is running
