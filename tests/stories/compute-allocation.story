# Computing power from offer to end (Shenzhen AI Regulation Art. 34).
#
# Grid runs a cluster and opens eight accelerators of it to small firms, to research and to public bodies. Six people
# want some. What the registrar grants never exceeds what is there, at any moment; the ledger counts.
# All windows below begin and end at midnight in Shenzhen, which is 16:00 UTC.

time 2026-11-23 09:00
qin as compute_operator for grid says compute.offered on compute/brain concerning organisation/grid: {"provider":"grid","units":8,"eligibility":["small_enterprise","research_institute","public_body"],"allocationsMax":3,"waitingMax":2,"period":{"from":"2026-11-30T16:00:00.000000Z","until":"2027-11-30T16:00:00.000000Z"}}
compute/brain is offered

# Acme, a small firm, asks for six of them for two weeks: at most 6 x 336 hours. What can't be is refused at once.
lin as enterprise_filer for acme says allocation.requested on allocation/a1 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","units":6,"unitHours":2017,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"applicantKind":"small_enterprise"} -> refused content.unit_hours
lin as enterprise_filer for acme says allocation.requested on allocation/a1 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","units":6,"unitHours":100,"window":{"from":"2026-12-20T16:00:00.000000Z","until":"2026-12-06T16:00:00.000000Z"},"applicantKind":"small_enterprise"} -> refused content.compute_window
lin as enterprise_filer for acme says allocation.requested on allocation/a1 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","units":6,"unitHours":100,"window":{"from":"2027-11-20T16:00:00.000000Z","until":"2027-12-20T16:00:00.000000Z"},"applicantKind":"small_enterprise"} -> refused compute.outside_period
lin as enterprise_filer for acme says allocation.requested on allocation/a1 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","units":6,"unitHours":2016,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"applicantKind":"enterprise"} -> refused compute.not_eligible
lin as enterprise_filer for acme says allocation.requested on allocation/a1 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","units":6,"unitHours":2016,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"}} -> refused compute.not_eligible
lin as enterprise_filer for acme says allocation.requested on allocation/a1 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","purpose":"mining","applicantKind":"small_enterprise"} -> refused content.unknown_code
lin as enterprise_filer for acme says allocation.requested on allocation/a1 concerning organisation/acme: {"compute":"brain","organisation":"acme","applicantKind":"small_enterprise"} -> refused subject.not_concerned
yu as enterprise_filer for beta says allocation.requested on allocation/a1 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","applicantKind":"small_enterprise"} -> refused role.other_organisation
lin as enterprise_filer for acme says allocation.requested on allocation/a1 concerning compute/brain, organisation/acme hiding /contact: {"compute":"brain","organisation":"acme","units":6,"unitHours":2016,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"applicantKind":"small_enterprise","smallFirm":true}
allocation/a1 is requested
deadline answer_allocation on allocation/a1 is running

# Beta asks for four, later for one; Acme for two more, and for one that it thinks better of. An agency asks too.
yu as enterprise_filer for beta says allocation.requested on allocation/a2 concerning compute/brain, organisation/beta: {"compute":"brain","organisation":"beta","units":4,"unitHours":1344,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"applicantKind":"small_enterprise"}
lin as enterprise_filer for acme says allocation.requested on allocation/a3 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","units":2,"unitHours":600,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"applicantKind":"small_enterprise"}
yu as enterprise_filer for beta says allocation.requested on allocation/a4 concerning compute/brain, organisation/beta: {"compute":"brain","organisation":"beta","units":1,"unitHours":300,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"applicantKind":"research_institute","purpose":"safety_test"}
xie as agency_subscriber for police says allocation.requested on allocation/a5 concerning compute/brain, organisation/police: {"compute":"brain","organisation":"police","units":8,"unitHours":8000,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2027-06-30T16:00:00.000000Z"},"applicantKind":"public_body","purpose":"inference"}
lin as enterprise_filer for acme says allocation.requested on allocation/a6 concerning compute/brain, organisation/acme: {"compute":"brain","organisation":"acme","units":8,"unitHours":600,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"applicantKind":"small_enterprise"}
qin as compute_operator for grid says allocation.ended on allocation/a6 concerning compute/brain: {"outcome":"withdrawn","at":"2026-11-23T01:00:00.000000Z","usedUnitHours":null} -> refused role.other_organisation
lin as enterprise_filer for acme says allocation.ended on allocation/a6 concerning compute/brain: {"outcome":"released","at":"2026-11-23T01:00:00.000000Z","usedUnitHours":null} -> refused allocation.outcome
lin as enterprise_filer for acme says allocation.ended on allocation/a6 concerning compute/brain: {"outcome":"withdrawn","at":"2026-11-23T01:00:00.000000Z","usedUnitHours":null}
allocation/a6 is ended
deadline answer_allocation on allocation/a6 is lifted

# The compute registrar decides, within five working days, and nobody else.
time 2026-11-25 10:00
li as registrar says allocation.granted on allocation/a1 concerning compute/brain: {"units":6,"unitHours":2016} -> refused role.not_allowed
ren as compute_registrar says allocation.granted on allocation/a1: {"units":6,"unitHours":2016} -> refused subject.not_concerned
ren as compute_registrar says allocation.granted on allocation/a1 concerning compute/brain: {"units":7,"unitHours":2016,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"}} -> refused allocation.more_than_asked
ren as compute_registrar says allocation.granted on allocation/a1 concerning compute/brain: {"units":6,"unitHours":2016,"window":{"from":"2026-11-24T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"}} -> refused allocation.past
ren as compute_registrar says allocation.granted on allocation/a1 concerning compute/brain: {"units":6,"unitHours":2016,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"settleBy":"2026-12-15"} -> refused allocation.settle_day
ren as compute_registrar says allocation.granted on allocation/a1 concerning compute/brain: {"units":6,"unitHours":2016,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"subsidyCny":"4112.64","settleBy":"2026-12-31"}
allocation/a1 is granted
deadline answer_allocation on allocation/a1 is met
deadline settle_allocation on allocation/a1 is running

# Two units are left. Beta's four do not fit beside Acme's six: the ledger refuses, and Beta waits.
ren as compute_registrar says allocation.granted on allocation/a2 concerning compute/brain: {"units":4,"unitHours":1344,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"}} -> refused compute.over_committed
ren as compute_registrar says allocation.granted on allocation/a2 concerning compute/brain: {"units":4,"unitHours":1,"window":{"from":"2026-12-20T15:00:00.000000Z","until":"2026-12-20T17:00:00.000000Z"}} -> refused compute.over_committed
ren as compute_registrar says allocation.waitlisted on allocation/a2 concerning compute/brain: {"position":2} -> refused allocation.position
ren as compute_registrar says allocation.waitlisted on allocation/a2 concerning compute/brain: {"position":1,"likely":"2026-12-21"}
allocation/a2 is waitlisted
deadline answer_allocation on allocation/a2 is met
ren as compute_registrar says allocation.waitlisted on allocation/a3 concerning compute/brain: {"position":2}
ren as compute_registrar says allocation.waitlisted on allocation/a4 concerning compute/brain: {"position":3} -> refused compute.waiting_full

# A safety test needs one unit only. Others have waited longer: that needs reasons.
ren as compute_registrar says allocation.granted on allocation/a4 concerning compute/brain: {"units":1,"unitHours":300,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"}} -> refused allocation.out_of_turn
ren as compute_registrar says allocation.granted on allocation/a4 concerning compute/brain: {"units":1,"unitHours":300,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"reasons":"Fits beside what is granted; those who wait need more than is free."}

# Grid adds four units from the same day on. Then Beta's turn has come; and three allocations are all that Grid takes.
time 2026-11-27 09:00
qin as compute_operator for grid says compute.resized on compute/brain: {"units":12,"from":"2026-12-06T16:00:00.000000Z"}
ren as compute_registrar says allocation.granted on allocation/a2 concerning compute/brain: {"units":4,"unitHours":1344,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"}}
ren as compute_registrar says allocation.granted on allocation/a3 concerning compute/brain: {"units":1,"unitHours":300,"window":{"from":"2026-12-06T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"}} -> refused compute.allocations_full
qin as compute_operator for grid says compute.resized on compute/brain: {"units":10,"from":"2026-12-20T15:59:59.000000Z"} -> refused compute.below_granted
qin as compute_operator for grid says compute.resized on compute/brain: {"units":10,"from":"2026-12-20T16:00:00.000000Z"}
qin as compute_operator for grid says allocation.started on allocation/a1 concerning compute/brain: {"at":"2026-12-06T16:00:00.000000Z"} -> refused allocation.start_time

# Nobody has answered the agency: five working days from Monday, the 23rd, end on Monday, the 30th.
time 2026-12-01 09:00
the ledger says deadline.missed concerning allocation/a5: {"rule":"answer_allocation"}
deadline answer_allocation on allocation/a5 is missed
ren as compute_registrar says allocation.refused on allocation/a5 concerning compute/brain: {"ground":"no_capacity","reasons":"All units would be taken for half a year; small firms could have none."}
allocation/a5 is refused
deadline answer_allocation on allocation/a5 is met_late

# The units compute.
time 2026-12-07 09:00
lin as enterprise_filer for acme says allocation.started on allocation/a1 concerning compute/brain: {"at":"2026-12-07T01:00:00.000000Z"} -> refused role.not_allowed
qin as compute_operator for grid says allocation.started on allocation/a1 concerning compute/brain: {"at":"2026-12-06T15:00:00.000000Z"} -> refused allocation.start_time
qin as compute_operator for grid says allocation.started on allocation/a1 concerning compute/brain: {"at":"2026-12-07T01:00:00.000000Z"}
allocation/a1 is running
qin as compute_operator for grid says allocation.started on allocation/a4 concerning compute/brain: {"at":"2026-12-07T01:00:00.000000Z"}

# Beta's safety test is done early; what it gives back is free for who waits.
time 2026-12-10 12:00
yu as enterprise_filer for beta says allocation.ended on allocation/a4 concerning compute/brain: {"outcome":"revoked","at":"2026-12-10T03:00:00.000000Z","usedUnitHours":60} -> refused allocation.revoked_by
lin as enterprise_filer for acme says allocation.ended on allocation/a4 concerning compute/brain: {"outcome":"released","at":"2026-12-10T03:00:00.000000Z","usedUnitHours":60} -> refused role.other_organisation
yu as enterprise_filer for beta says allocation.ended on allocation/a4 concerning compute/brain: {"outcome":"released","at":"2026-12-10T05:00:00.000000Z","usedUnitHours":60} -> refused allocation.end_time
yu as enterprise_filer for beta says allocation.ended on allocation/a4 concerning compute/brain: {"outcome":"released","at":"2026-12-10T03:00:00.000000Z"} -> refused allocation.used
yu as enterprise_filer for beta says allocation.ended on allocation/a4 concerning compute/brain: {"outcome":"released","at":"2026-12-10T03:00:00.000000Z","usedUnitHours":60}
allocation/a4 is ended
ren as compute_registrar says allocation.granted on allocation/a3 concerning compute/brain: {"units":2,"unitHours":400,"window":{"from":"2026-12-10T16:00:00.000000Z","until":"2026-12-20T16:00:00.000000Z"},"settleBy":"2026-12-31"}
allocation/a3 is granted

# Beta never came for its four units, and the registrar takes them back. Grid can not close while anything is granted.
time 2026-12-14 09:00
qin as compute_operator for grid says allocation.ended on allocation/a2 concerning compute/brain: {"outcome":"completed","at":"2026-12-14T01:00:00.000000Z","usedUnitHours":null} -> refused allocation.outcome
qin as compute_operator for grid says allocation.ended on allocation/a2 concerning compute/brain: {"outcome":"expired","at":"2026-12-14T01:00:00.000000Z","usedUnitHours":null} -> refused allocation.outcome
ren as compute_registrar says allocation.ended on allocation/a2 concerning compute/brain: {"outcome":"revoked","at":"2026-12-14T01:00:00.000000Z","usedUnitHours":12,"reasons":"Not used for a week."} -> refused allocation.used
ren as compute_registrar says allocation.ended on allocation/a2 concerning compute/brain: {"outcome":"revoked","at":"2026-12-14T01:00:00.000000Z","usedUnitHours":null,"reasons":"Not used for a week."}
qin as compute_operator for grid says compute.ended on compute/brain: {"reasons":"The cluster moves."} -> refused compute.still_granted

# Acme's training has converged a day early.
time 2026-12-20 09:00
qin as compute_operator for grid says allocation.ended on allocation/a1 concerning compute/brain: {"outcome":"completed","at":"2026-12-19T16:00:00.000000Z","usedUnitHours":2017,"utilisation":"0.83"} -> refused allocation.used
qin as compute_operator for grid says allocation.ended on allocation/a1 concerning compute/brain: {"outcome":"completed","at":"2026-12-19T16:00:00.000000Z","usedUnitHours":1850,"utilisation":"0.83","cost":"12580.00"}
allocation/a1 is ended
deadline settle_allocation on allocation/a1 is met
qin as compute_operator for grid says allocation.ended on allocation/a1 concerning compute/brain: {"outcome":"expired","at":"2026-12-20T01:00:00.000000Z","usedUnitHours":1850} -> refused subject.state

# Acme never used the other two. Nobody said so in time.
time 2027-01-04 09:00
the ledger says deadline.missed concerning allocation/a3: {"rule":"settle_allocation"}
qin as compute_operator for grid says allocation.started on allocation/a3 concerning compute/brain: {"at":"2027-01-04T01:00:00.000000Z"} -> refused allocation.start_time
qin as compute_operator for grid says allocation.ended on allocation/a3 concerning compute/brain: {"outcome":"expired","at":"2026-12-20T16:00:00.000000Z","usedUnitHours":0}
deadline settle_allocation on allocation/a3 is met_late
qin as compute_operator for grid says compute.ended on compute/brain: {"reasons":"The cluster moves."}
compute/brain is ended
