# A citizen reports a violation (Art. 70). Who he is and what he says stays hidden.
time 2026-11-23 09:00
zhou as intake_officer says complaint.received on complaint/c1 concerning organisation/beta hiding /description, /reporter: {"title":"Different prices for the same ride","anonymous":false} -> refused complaint.one_target
zhou as intake_officer says complaint.received on complaint/c1 hiding /description, /reporter: {"against":"organisation/beta","title":"Different prices for the same ride","anonymous":false} -> refused subject.not_concerned
zhou as intake_officer says complaint.received on complaint/c1 concerning organisation/beta hiding /reporter: {"against":"organisation/beta","title":"Different prices for the same ride","anonymous":false} -> refused complaint.description
# Anonymous and named at once, or neither, is nothing.
zhou as intake_officer says complaint.received on complaint/c1 concerning organisation/beta hiding /description, /reporter: {"against":"organisation/beta","title":"Different prices for the same ride","anonymous":true} -> refused complaint.reporter
zhou as intake_officer says complaint.received on complaint/c1 concerning organisation/beta hiding /description: {"against":"organisation/beta","title":"Different prices for the same ride","anonymous":false} -> refused complaint.reporter
zhou as intake_officer says complaint.received on complaint/c1 concerning actor/sun, organisation/beta hiding /description, /reporter: {"against":"organisation/beta","title":"Different prices for the same ride","conduct":["p5_algorithmic_price_discrimination_or_consumer_fraud"],"assigned":"sun","anonymous":false}
complaint/c1 is received
# Another one is anonymous and about something that is in no register; Acme complains with its own key.
zhou as intake_officer says complaint.received on complaint/c2 hiding /description: {"other":"A face-swapping app 换脸软件","title":"My face in a film","conduct":["p6_prohibited_deep_synthesis"],"anonymous":true}
lin as enterprise_filer for acme says complaint.received on complaint/c3 concerning organisation/beta hiding /description: {"against":"organisation/beta","title":"Scraped our data","anonymous":false}

# The first is true. It is followed up as an incident, which the answer names.
sun as case_officer says complaint.concluded on complaint/c1: {"outcome":"substantiated","answer":"举报属实。"} -> refused complaint.followed_up
zhou as intake_officer says complaint.concluded on complaint/c1: {"outcome":"withdrawn","answer":"Never mind."} -> refused role.not_allowed
sun as case_officer says incident.reported on incident/i1 concerning complaint/c1 hiding /submitter: {"unregisteredSystem":"Ride app 打车软件","title":"Different prices for the same ride","description":"Old customers pay double.","howAiRelates":"A model sets the price by the customer's habits.","severity":"incident","harmTypes":["economic_property"],"materialsAbsent":"With the complaint.","reportType":"initial","aware":"2026-11-20","submitterKind":"public"}
sun as case_officer says complaint.concluded on complaint/c1: {"outcome":"substantiated","linked":["incident/i1"],"answer":"举报属实，已立案。"} -> refused subject.not_concerned
sun as case_officer says complaint.concluded on complaint/c1 concerning incident/i1: {"outcome":"substantiated","linked":["incident/i1"],"conduct":["p5_algorithmic_price_discrimination_or_consumer_fraud"],"answer":"举报属实，已立案。"}
complaint/c1 is concluded
deadline complaint_answer on complaint/c1 is met
sun as case_officer says complaint.concluded on complaint/c1: {"outcome":"withdrawn","answer":"Never mind."} -> refused subject.state
# The second belongs to somebody else.
sun as case_officer says complaint.concluded on complaint/c2: {"outcome":"referred","answer":"Not ours."} -> refused complaint.referred_to
sun as case_officer says complaint.concluded on complaint/c2: {"outcome":"referred","referredTo":"网信部门","answer":"已移送网信部门。"}

# The third takes more than sixty days. It is extended, once, by whoever owes the answer; then nothing comes.
sun as case_officer says incident.triaged on incident/i1: {"reportable":true,"causalLink":"suspected","reasons":"To be looked into."} -> refused separation.same_person
he as case_officer says incident.triaged on incident/i1: {"reportable":true,"causalLink":"suspected","reasons":"To be looked into."}
time 2027-01-20 09:00
sun as case_officer says deadline.extended on deadline/x1 concerning complaint/c3: {"rule":"complaint_answer","on":"complaint/c3","reasons":"Beta's logs are still awaited."}
time 2027-02-20 00:00
deadline complaint_answer on complaint/c3 is running
time 2027-02-24 00:00
the ledger says deadline.missed concerning complaint/c3: {"rule":"complaint_answer"}
sun as case_officer says complaint.concluded on complaint/c3: {"outcome":"unsubstantiated","answer":"The logs show nothing."}
deadline complaint_answer on complaint/c3 is met_late
