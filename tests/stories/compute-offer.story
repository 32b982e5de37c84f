# An offer of computing power: what it may say, how its size changes, who keeps it (Shenzhen AI Regulation Art. 20, 34).

time 2026-11-23 09:00
qin as compute_operator for grid says compute.offered on compute/lake concerning organisation/grid: {"provider":"grid","period":{"from":"2027-01-01T00:00:00.000000Z","until":"2027-01-01T00:00:00.000000Z"}} -> refused content.compute_window
qin as compute_operator for grid says compute.offered on compute/lake concerning organisation/grid: {"provider":"grid","period":{"from":"2026-01-01T00:00:00.000000Z","until":"2026-11-01T00:00:00.000000Z"}} -> refused compute.over
qin as compute_operator for grid says compute.offered on compute/lake concerning organisation/grid: {"provider":"grid","pue":"0.999999"} -> refused content.pue
qin as compute_operator for grid says compute.offered on compute/lake concerning organisation/grid: {"provider":"grid","accelerator":"quantum"} -> refused content.unknown_code
qin as compute_operator for grid says compute.offered on compute/lake concerning organisation/grid: {"provider":"grid","eligibility":["friends"]} -> refused content.unknown_code
qin as compute_operator for grid says compute.offered on compute/lake: {"provider":"grid"} -> refused subject.not_concerned
qin as compute_operator for grid says compute.offered on compute/lake concerning organisation/acme: {"provider":"acme"} -> refused role.other_organisation
lin as enterprise_filer for acme says compute.offered on compute/lake concerning organisation/acme: {"provider":"acme"} -> refused role.not_allowed

# The registrar records the offer of a university without a key of its own: sixteen units for a year, for everybody.
ren as compute_registrar says compute.offered on compute/lake concerning organisation/datahub: {"provider":"datahub","units":16,"pue":"1","period":{"from":"2026-11-01T00:00:00.000000Z","until":"2027-11-01T00:00:00.000000Z"}}
compute/lake is offered
ren as compute_registrar says compute.offered on compute/lake concerning organisation/datahub: {"provider":"datahub"} -> refused subject.exists
qin as compute_operator for grid says compute.resized on compute/lake: {"units":4,"from":"2027-01-01T00:00:00.000000Z"} -> refused role.other_organisation

# Its size changes from a moment on that is still to come, and four changes are announced at most.
ren as compute_registrar says compute.resized on compute/lake: {"units":20,"from":"2026-11-20T00:00:00.000000Z"} -> refused compute.resize_time
ren as compute_registrar says compute.resized on compute/lake: {"units":20,"from":"2027-11-01T00:00:00.000000Z"} -> refused compute.resize_time
ren as compute_registrar says compute.resized on compute/lake: {"units":20,"from":"2027-02-01T00:00:00.000000Z"}
ren as compute_registrar says compute.resized on compute/lake: {"units":24,"from":"2027-04-01T00:00:00.000000Z"}
ren as compute_registrar says compute.resized on compute/lake: {"units":0,"from":"2027-06-01T00:00:00.000000Z","reasons":"The cooling is replaced."}
ren as compute_registrar says compute.resized on compute/lake: {"units":24,"from":"2027-06-15T00:00:00.000000Z"}
ren as compute_registrar says compute.resized on compute/lake: {"units":30,"from":"2027-09-01T00:00:00.000000Z"} -> refused compute.steps

# Nothing can be granted across the two weeks without cooling; but right up to them.
lin as enterprise_filer for acme says allocation.requested on allocation/b1 concerning compute/lake, organisation/acme: {"compute":"lake","organisation":"acme","units":24,"unitHours":9000,"window":{"from":"2027-05-01T00:00:00.000000Z","until":"2027-07-01T00:00:00.000000Z"}}
ren as compute_registrar says allocation.granted on allocation/b1 concerning compute/lake: {"units":1,"unitHours":1000,"window":{"from":"2027-05-01T00:00:00.000000Z","until":"2027-07-01T00:00:00.000000Z"}} -> refused compute.over_committed
ren as compute_registrar says allocation.granted on allocation/b1 concerning compute/lake: {"units":24,"unitHours":9000,"window":{"from":"2027-05-01T00:00:00.000000Z","until":"2027-06-01T00:00:00.000000Z"}}

# A change that begins earlier replaces those after it; not below what is granted in May.
ren as compute_registrar says compute.resized on compute/lake: {"units":23,"from":"2027-02-01T00:00:00.000000Z"} -> refused compute.below_granted
ren as compute_registrar says compute.resized on compute/lake: {"units":32,"from":"2027-02-01T00:00:00.000000Z"}
ren as compute_registrar says compute.resized on compute/lake: {"units":30,"from":"2027-09-01T00:00:00.000000Z"}

# Who asks does not grant: the registrar has asked for the institution itself, and from now on leaves this offer to another.
wang as institution_admin and zhao as institution_admin say role.granted on actor/he: {"role":"compute_registrar"}
wang as institution_admin and zhao as institution_admin say role.granted on actor/ren: {"role":"agency_subscriber"}
ren as agency_subscriber for institution says allocation.requested on allocation/b2 concerning compute/lake, organisation/institution: {"compute":"lake","organisation":"institution","units":1,"unitHours":10,"window":{"from":"2027-03-01T00:00:00.000000Z","until":"2027-03-02T00:00:00.000000Z"}}
ren as compute_registrar says allocation.granted on allocation/b2 concerning compute/lake: {"units":1,"unitHours":10,"window":{"from":"2027-03-01T00:00:00.000000Z","until":"2027-03-02T00:00:00.000000Z"}} -> refused separation.same_person
ren as agency_subscriber for institution says allocation.ended on allocation/b2 concerning compute/lake: {"outcome":"withdrawn","at":"2026-11-23T01:00:00.000000Z","usedUnitHours":null}

# The firm gives its units back before they are needed, the university closes the offer, and nobody can ask any more.
lin as enterprise_filer for acme says allocation.requested on allocation/b3 concerning compute/lake, organisation/acme: {"compute":"lake","organisation":"acme","units":1,"unitHours":10,"window":{"from":"2027-03-01T00:00:00.000000Z","until":"2027-03-02T00:00:00.000000Z"}}
lin as enterprise_filer for acme says allocation.ended on allocation/b1 concerning compute/lake: {"outcome":"released","at":"2026-11-23T01:00:00.000000Z"}
ren as compute_registrar says compute.ended on compute/lake: {}
ren as compute_registrar says compute.resized on compute/lake: {} -> refused subject.state
lin as enterprise_filer for acme says allocation.requested on allocation/b4 concerning compute/lake, organisation/acme: {"compute":"lake","organisation":"acme","units":1,"unitHours":10,"window":{"from":"2027-03-01T00:00:00.000000Z","until":"2027-03-02T00:00:00.000000Z"}} -> refused compute.not_offered
he as compute_registrar says allocation.granted on allocation/b3 concerning compute/lake: {"units":1,"unitHours":10,"window":{"from":"2027-03-01T00:00:00.000000Z","until":"2027-03-02T00:00:00.000000Z"}} -> refused compute.not_offered
he as compute_registrar says allocation.refused on allocation/b3 concerning compute/lake: {"ground":"offer_ended","reasons":"The university has closed its offer."}

# An older register knew of an allocation that is over. Taken over, it is not judged by today's clock.
wu as migrator says compute.offered on compute/old concerning organisation/grid taken over from power2024 row 1: {"provider":"grid","units":4,"period":{"from":"2024-01-01T00:00:00.000000Z","until":"2025-01-01T00:00:00.000000Z"}}
wu as migrator says allocation.requested on allocation/old concerning compute/old, organisation/acme taken over from power2024 row 2: {"compute":"old","organisation":"acme","units":4,"unitHours":900,"window":{"from":"2024-02-01T00:00:00.000000Z","until":"2024-03-01T00:00:00.000000Z"}}
wu as migrator says allocation.granted on allocation/old concerning compute/old taken over from power2024 row 3: {"units":4,"unitHours":900,"window":{"from":"2024-02-01T00:00:00.000000Z","until":"2024-03-01T00:00:00.000000Z"}}
wu as migrator says allocation.started on allocation/old concerning compute/old taken over from power2024 row 4: {"at":"2024-02-01T00:00:00.000000Z"}
wu as migrator says allocation.ended on allocation/old concerning compute/old taken over from power2024 row 5: {"outcome":"completed","at":"2024-02-20T00:00:00.000000Z","usedUnitHours":800}
allocation/old is ended
wu as migrator says compute.ended on compute/old taken over from power2024 row 6: {}
