# Organisations: registered once under a number that is right, changed, merged; who speaks for one that is gone.

time 2026-11-23 09:00
# The registrar enters numbers; their check digits are recomputed, and nobody has a number twice.
li as registrar says organisation.registered on organisation/gamma: {"name":"伽马智能","organisationKind":"enterprise","numbers":[{"scheme":"uscc","value":"91440300708461136X"}]} -> refused content.uscc
li as registrar says organisation.registered on organisation/gamma: {"name":"Gamma","organisationKind":"enterprise","numbers":[{"scheme":"lei","value":"5493001KJTIIGC8Y1R13"}]} -> refused content.lei
li as registrar says organisation.registered on organisation/gamma: {"name":"Gamma","organisationKind":"enterprise","numbers":[{"scheme":"uscc","value":"91440300708461136T"}]} -> refused number.taken
li as registrar says organisation.registered on organisation/gamma hiding /legalRepresentative, /safetyOfficer: {"name":"Gamma","organisationKind":"enterprise","numbers":[{"scheme":"lei","value":"5493001KJTIIGC8Y1R12"}],"district":"440305","size":"small","ethicsCommittee":"entrusted_centre"}
li as registrar says organisation.registered on organisation/gamma: {"name":"Gamma","organisationKind":"enterprise"} -> refused subject.exists
organisation/gamma is registered

# An enterprise changes what is its own, but not its numbers, and not another's facts.
lin as enterprise_filer for acme says organisation.updated on organisation/acme: {"note":"Nothing yet."} -> refused organisation.no_change
lin as enterprise_filer for acme says organisation.updated on organisation/acme: {"numbers":[{"scheme":"lei","value":"HWUPKR0MPOU8FGXBT394"}]} -> refused organisation.own_numbers
lin as enterprise_filer for acme says organisation.updated on organisation/beta: {"name":"Beta Two"} -> refused role.other_organisation
lin as enterprise_filer for beta says organisation.updated on organisation/beta: {"name":"Beta Two"} -> refused role.other_organisation
lin as enterprise_filer for acme says organisation.updated on organisation/acme: {"name":"深圳安诊智能科技有限公司","district":"440304","removed":["url"],"note":"Renamed and moved."}
li as registrar says organisation.updated on organisation/acme: {"numbers":[{"scheme":"lei","value":"HWUPKR0MPOU8FGXBT394"}]}
li as registrar says organisation.updated on organisation/beta: {"numbers":[{"scheme":"lei","value":"HWUPKR0MPOU8FGXBT394"}]} -> refused number.taken

# Acme becomes part of Beta. A merger names the successor, which must be there.
li as registrar says organisation.ended on organisation/acme: {"reason":"merged"} -> refused organisation.no_successor
li as registrar says organisation.ended on organisation/acme: {"reason":"merged","into":"beta"} -> refused subject.not_concerned
li as registrar says organisation.ended on organisation/gamma: {"reason":"dissolved","on":"2026-11-20"}
li as registrar says organisation.ended on organisation/acme concerning organisation/gamma: {"reason":"merged","into":"gamma"} -> refused organisation.ended
li as registrar says organisation.ended on organisation/acme concerning organisation/beta: {"reason":"merged","on":"2026-11-20","into":"beta"}
organisation/acme is ended

# Acme's people don't speak for it any more; Beta's do, in Acme's name, about what was Acme's. Nobody joins it, or changes it.
lin as enterprise_filer for acme says product.submitted on product/p1 concerning organisation/acme: {"organisation":"acme","route":"trial"} -> refused organisation.ended
yu as enterprise_filer for acme says organisation.updated on organisation/acme: {"name":"Acme again"} -> refused subject.state
lin as enterprise_filer for beta says product.submitted on product/p1 concerning organisation/beta: {"organisation":"beta","route":"trial"} -> refused role.other_organisation
wang as institution_admin and su as incoming_key say actor.enrolled on actor/su: {"name":"Su","actorKind":"person","organisation":"acme","key":"the key of su","keyExpires":null} -> refused organisation.ended
# Its number stays taken.
li as registrar says organisation.registered on organisation/delta: {"name":"Delta","organisationKind":"enterprise","numbers":[{"scheme":"uscc","value":"91440300708461136T"}]} -> refused number.taken
