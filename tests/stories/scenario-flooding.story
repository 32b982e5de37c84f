# A scenario on the demand list, answered and awarded (Shenzhen AI Regulation Art. 43).

time 2026-11-23 09:00
lin as enterprise_filer for acme says scenario.published on scenario/flood concerning organisation/police: {"organisation":"police"} -> refused role.not_allowed
li as registrar says scenario.published on scenario/flood concerning organisation/police: {"organisation":"police","until":"2026-11-22"} -> refused content.scenario_days
li as registrar says scenario.published on scenario/flood concerning organisation/police: {"organisation":"police","until":"2026-12-31","decideBy":"2026-12-31"} -> refused content.scenario_days
li as registrar says scenario.published on scenario/flood concerning organisation/police: {"organisation":"police","field":"weather"} -> refused content.unknown_code
li as registrar says scenario.published on scenario/flood concerning organisation/police: {"organisation":"police","until":"2026-12-31","decideBy":"2027-01-29","answersMax":1}
scenario/flood is open
deadline decide_scenario on scenario/flood is running

# Acme answers. Its proposal is for the police only; the summary is for everybody.
time 2026-12-01 09:00
lin as enterprise_filer for acme says scenario.answered on scenario/flood concerning organisation/acme: {"answer":"solution","organisation":"acme"} -> refused content.answer_parts
lin as enterprise_filer for acme says scenario.answered on scenario/flood concerning organisation/acme: {"answer":"solution","organisation":"acme","summary":"A graph network over the drains.","awarded":["acme"]} -> refused content.answer_parts
yu as enterprise_filer for beta says scenario.answered on scenario/flood concerning organisation/acme: {"answer":"solution","organisation":"acme","summary":"A graph network over the drains."} -> refused role.other_organisation
li as registrar says scenario.answered on scenario/flood concerning organisation/police: {"answer":"solution","organisation":"police","summary":"We know best."} -> refused scenario.own
lin as enterprise_filer for acme says scenario.answered on scenario/flood concerning organisation/acme hiding /contact, /proposal: {"answer":"solution","organisation":"acme","summary":"A graph network over the drains."}
scenario/flood is open

# One answer is all that this scenario takes; but the one who gave it may better it.
yu as enterprise_filer for beta says scenario.answered on scenario/flood concerning organisation/beta: {"answer":"solution","organisation":"beta","summary":"Cameras."} -> refused scenario.answers_full
lin as enterprise_filer for acme says scenario.answered on scenario/flood concerning organisation/acme: {"answer":"solution","organisation":"acme","summary":"A graph network over the drains, and cameras."}

# Nothing is awarded while answers may still come, and nobody awards himself.
lin as enterprise_filer for acme says scenario.answered on scenario/flood concerning organisation/acme: {"answer":"award","awarded":["acme"],"reasons":"Ours."} -> refused scenario.decided_by
li as registrar says scenario.answered on scenario/flood concerning organisation/acme: {"answer":"award","awarded":["acme"],"reasons":"The best."} -> refused scenario.still_open

time 2027-01-04 09:00
yu as enterprise_filer for beta says scenario.answered on scenario/flood concerning organisation/beta: {"answer":"solution","organisation":"beta","summary":"Cameras."} -> refused scenario.too_late
li as registrar says scenario.answered on scenario/flood concerning organisation/beta: {"answer":"award","awarded":["beta"],"reasons":"Cheaper."} -> refused scenario.not_answered
li as registrar says scenario.answered on scenario/flood: {"answer":"award","awarded":["acme"],"reasons":"The only solution that was shown at work."} -> refused subject.not_concerned
li as registrar says scenario.answered on scenario/flood concerning organisation/acme: {"answer":"award","awarded":["acme"],"reasons":"The only solution that was shown at work."}
scenario/flood is awarded
deadline decide_scenario on scenario/flood is met
li as registrar says scenario.answered on scenario/flood: {"answer":"close","reasons":"Done."} -> refused subject.state

# Another one is closed because nobody answers; a third is forgotten until the ledger says so.
li as registrar says scenario.published on scenario/lifts concerning organisation/police: {"organisation":"police","until":"2027-01-31","decideBy":"2027-02-26"}
li as registrar says scenario.published on scenario/tides concerning organisation/police: {"organisation":"police","until":"2027-01-31","decideBy":"2027-02-26"}
li as registrar says scenario.answered on scenario/lifts: {"answer":"close","reasons":"The need is gone."}
scenario/lifts is closed
time 2027-03-01 09:00
the ledger says deadline.missed concerning scenario/tides: {"rule":"decide_scenario"}
li as registrar says scenario.answered on scenario/tides: {"answer":"close","reasons":"Nobody answered."}
deadline decide_scenario on scenario/tides is met_late
