# Monitoring, and the annual report (Shenzhen AI Regulation Art. 62 and 67).

time 2026-11-23 09:00

# A series of figures: the same indicator, period after period.
ning as statistician says indicator.recorded on indicator/ai-staff: {"indicator":"ai_staff","value":"182400","unit":"{person}","period":{"from":"2024-01-01","until":"2024-12-31"},"method":"Sum of returns, weighted."}
ning as statistician says indicator.recorded on indicator/ai-staff: {"indicator":"ai_staff","value":"201300","unit":"{person}","period":{"from":"2025-01-01","until":"2025-12-31"}}
ning as statistician says indicator.recorded on indicator/ai-staff: {"indicator":"ai_staff","value":"204","unit":"k{person}","period":{"from":"2026-01-01","until":"2026-06-30"}} -> refused indicator.series
ning as statistician says indicator.recorded on indicator/ai-staff: {"indicator":"ai_staff","value":"201900","unit":"{person}","period":{"from":"2025-01-01","until":"2025-12-31"}} -> refused indicator.period
ning as statistician says indicator.recorded on indicator/ai-staff: {"indicator":"ai_staff","value":"201900","unit":"{person}","period":{"from":"2025-01-01","until":"2025-12-31"},"revises":"Three returns came in late."}
ning as statistician says indicator.recorded on indicator/mood: {"indicator":"weather","unit":"1"} -> refused content.unknown_code
ning as statistician says indicator.recorded on indicator/mood concerning organisation/acme: {"indicator":"public_trust","unit":"%","survey":"s1"} -> refused subject.not_concerned
li as registrar says indicator.recorded on indicator/mood: {"indicator":"public_trust","unit":"%"} -> refused role.not_allowed

# The report on 2025: it is the decision maker's, and late already.
ning as statistician says report.published on report/2025 concerning organisation/institution: {} -> refused role.not_allowed
chen as decision_maker says report.published on report/annual concerning organisation/institution: {"year":2025} -> refused report.id
chen as decision_maker says report.published on report/2026 concerning organisation/institution: {"year":2026,"nextDue":"2028-06-30"} -> refused report.year
chen as decision_maker says report.published on report/2025 concerning organisation/institution: {"year":2025,"nextDue":"2027-12-31"} -> refused report.next_due
chen as decision_maker says report.published on report/2025 concerning organisation/institution: {"year":2025,"nextDue":null} -> refused report.next_due
chen as decision_maker says report.published on report/2025: {"year":2025,"nextDue":"2027-06-30"} -> refused subject.not_concerned
chen as decision_maker says report.published on report/2025 concerning organisation/institution: {"year":2025,"nextDue":"2027-06-30"}
deadline annual_report on organisation/institution is running
# There is one report on a year.
chen as decision_maker says report.published on report/2025 concerning organisation/institution: {"year":2025,"nextDue":"2027-06-30"} -> refused subject.exists

# The first half of 2027 passes. The ledger says so; nobody has to.
time 2027-06-30 23:59
deadline annual_report on organisation/institution is running
time 2027-07-01 00:00
the ledger says deadline.missed concerning organisation/institution: {"rule":"annual_report"}
deadline annual_report on organisation/institution is missed
# The report comes, and with it the deadline for the next.
time 2027-07-12 15:00
chen as decision_maker says report.published on report/2026 concerning organisation/institution: {"year":2026,"nextDue":"2028-06-30"}
deadline annual_report on organisation/institution is running
time 2028-05-31 10:00
chen as decision_maker says report.published on report/2027 concerning organisation/institution: {"year":2027,"nextDue":"2029-06-30"}
deadline annual_report on organisation/institution is running
