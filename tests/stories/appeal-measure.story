# Other decisions can be appealed too: a measure ordered against an incident, the answer to a complaint.
time 2026-11-23 09:00
yu as enterprise_filer for beta says incident.reported on incident/i1: {"unregisteredSystem":"Delivery robot 配送机器人","title":"Robot hits a boy","description":"A bruise.","howAiRelates":"It took him for a shadow.","severity":"incident","harmTypes":["physical"],"materialsAbsent":"The video follows.","reportType":"initial","aware":"2026-11-22","submitterKind":"enterprise"}
sun as case_officer says incident.triaged on incident/i1: {"reportable":true,"causalLink":"established","reasons":"Seen on video."}
sun as case_officer says measure.ordered on incident/i1: {"measures":["disable"],"productEffect":"none","reasons":"At once."} -> refused role.not_allowed
chen as decision_maker says measure.ordered on incident/i1: {"measures":["disable"],"productEffect":"none","reasons":"Until the cameras are exchanged."}
yu as enterprise_filer for beta says appeal.lodged on appeal/a1 concerning incident/i1, organisation/beta: {"against":{"kind":"measure.ordered","subject":"incident/i1","by":"chen"},"organisation":"beta","grounds":"One bruise in a million rides.","relief":"vary","knownOn":"2026-11-23"}
# Nobody screens it within five working days.
time 2026-12-01 00:00
the ledger says deadline.missed concerning appeal/a1: {"rule":"appeal_screening"}
mei as appeal_officer says appeal.admitted on appeal/a1 concerning incident/i1: {"procedure":"ordinary"}
deadline appeal_screening on appeal/a1 is met_late
mei as appeal_officer says appeal.decided on appeal/a1 concerning incident/i1: {"outcome":"upheld","reasons":"A boy is a boy."}
appeal/a1 is decided
incident/i1 is corrective

# A citizen is not content with an answer; in the end the two sides agree.
zhou as intake_officer says complaint.received on complaint/c1 concerning incident/i1 hiding /description, /reporter: {"against":"incident/i1","title":"It was not only a bruise","anonymous":false}
sun as case_officer says complaint.concluded on complaint/c1: {"outcome":"unsubstantiated","answer":"没有发现。"}
zhou as intake_officer says appeal.lodged on appeal/a2 concerning complaint/c1 hiding /appellant: {"against":{"kind":"complaint.concluded","subject":"complaint/c1","by":"sun"},"grounds":"Nobody asked the doctor.","relief":"perform_duty","knownOn":"2026-12-01"}
mei as appeal_officer says appeal.admitted on appeal/a2 concerning complaint/c1: {"procedure":"ordinary"}
mei as appeal_officer says appeal.decided on appeal/a2 concerning complaint/c1: {"outcome":"mediated","reasons":"Both agree."} -> refused appeal.terms
mei as appeal_officer says appeal.decided on appeal/a2 concerning complaint/c1: {"outcome":"mediated","terms":"The doctor is asked; the answer is given anew.","reasons":"Both agree."}
complaint/c1 is concluded
