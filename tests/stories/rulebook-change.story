# The rules change by a statement, never by a deploy; and never so that nobody could change them again.

time 2026-11-23 09:00
# A chapter's text alone changes nothing. Anybody may read it before it is adopted; it is deposited once.
shen as standards_officer says rulebook.deposited on rulebook/sz-ai: {"chapter":{"name":"limits","title":"Limits","settings":[{"name":"delegation_days_max","value":14,"source":{"model":"A fortnight."}}]}}
shen as standards_officer says rulebook.deposited on rulebook/sz-ai: {"chapter":{"name":"limits","title":"Limits","settings":[{"name":"delegation_days_max","value":14,"source":{"model":"A fortnight."}}]}} -> refused subject.exists
sun as case_officer says rulebook.deposited on rulebook/sz-ai: {"chapter":{"name":"limits","title":"Mine"}} -> refused role.not_allowed

# Two decide, and only on rules that this release can read.
chen as decision_maker says rulebook.adopted on rulebook/sz-ai: {"reasons":"New measures."} -> refused role.quorum
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {"rulebook":{"title":"R","version":"2","engine":9,"roles":[],"permissions":[]},"reasons":"New measures."} -> refused ledger.engine

# Nobody left to grant roles; a role that does not exist; a permission for nobody; the same thing said twice; a chapter without text.
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {"rulebook":{"title":"R","version":"2","engine":1,"roles":[],"permissions":[]},"reasons":"New measures."} -> refused rulebook.ungovernable
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {"rulebook":{"title":"R","version":"2","engine":1,"roles":[],"permissions":[{"kind":"role.granted","roles":["king"],"quorum":1,"source":{"model":"m"}}]},"reasons":"New measures."} -> refused rulebook.unknown_role
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {"rulebook":{"title":"R","version":"2","engine":1,"roles":[],"permissions":[{"kind":"role.granted","roles":[],"quorum":1,"source":{"model":"m"}}]},"reasons":"New measures."} -> refused rulebook.impossible
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {"rulebook":{"title":"R","version":"2","engine":1,"roles":[{"role":"king","label":"King"},{"role":"king","label":"Another"}],"permissions":[]},"reasons":"New measures."} -> refused rulebook.contradiction
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {"rulebook":{"title":"R","version":"2","engine":1,"roles":[],"permissions":[],"chapters":[{"name":"lost","digest":"blake3:1111111111111111111111111111111111111111111111111111111111111111"}]},"reasons":"New measures."} -> refused rulebook.chapter_missing

# More administrators than there are could never come together.
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {"rulebook":{"title":"R","version":"2","engine":1,"roles":[{"role":"institution_admin","label":"Administrator"}],"permissions":[{"kind":"role.granted","roles":["institution_admin"],"quorum":3,"source":{"model":"m"}},{"kind":"actor.enrolled","roles":["institution_admin"],"quorum":1,"with":["incoming_key"],"source":{"model":"m"}},{"kind":"rulebook.adopted","roles":["institution_admin"],"quorum":2,"source":{"model":"m"}},{"kind":"rulebook.deposited","roles":["institution_admin"],"quorum":1,"source":{"model":"m"}}]},"reasons":"New measures."} -> refused rulebook.ungovernable

# Short rules, with the chapter that was deposited. They speak of a kind of a later release too; nobody can say it yet.
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai under Shenzhen AI Regulation Art. 66: {"rulebook":{"title":"R","version":"2","engine":1,"roles":[{"role":"institution_admin","label":"Administrator"},{"role":"registrar","label":"Registrar"}],"permissions":[{"kind":"role.granted","roles":["institution_admin"],"quorum":2,"source":{"model":"m"}},{"kind":"actor.enrolled","roles":["institution_admin"],"quorum":1,"with":["incoming_key"],"source":{"model":"m"}},{"kind":"rulebook.adopted","roles":["institution_admin"],"quorum":2,"source":{"model":"m"}},{"kind":"rulebook.deposited","roles":["institution_admin"],"quorum":1,"source":{"model":"m"}},{"kind":"role.delegated","roles":["registrar"],"quorum":1,"source":{"model":"m"}},{"kind":"organisation.blessed","roles":["registrar"],"quorum":1,"source":{"model":"m"}}],"chapters":[{"name":"limits","digest":"blake3:13d96a4c3bb32e874f5fd79e331da6c13c80aa6f696b1fd7dc5ce8787f763863"}]},"reasons":"New measures."}

# From here on they hold: the registrar registers nobody, and lends her role for a fortnight at most.
li as registrar says organisation.registered on organisation/a: {"name":"A","organisationKind":"other"} -> refused role.not_allowed
li as registrar says role.delegated on actor/tang concerning actor/li: {"role":"registrar","from":null,"until":"2026-12-31","scope":null,"reason":"On leave."} -> refused role.lent_too_long
li as registrar says role.delegated on actor/tang concerning actor/li: {"role":"registrar","from":null,"until":"2026-12-06","scope":null,"reason":"On leave."}
chen as decision_maker and qian as decision_maker say rulebook.adopted on rulebook/sz-ai: {"reasons":"Back to the old ones."} -> refused role.not_allowed
