# A story to begin with.
time 2026-11-23 09:00
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","route":"trial","trialMode":"pilot","excludedDomain":"none","facts":{"standards":["ISO/IEC 42001:2023"]}}
product/p1 is submitted
chen as decision_maker and qian as decision_maker say approval.granted on product/p1: {} -> refused subject.state
