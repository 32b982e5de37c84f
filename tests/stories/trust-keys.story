# Keys: replaced by old and new together, and revoked when somebody else may have one. Electronic Signature Law Art. 15.

time 2026-11-23 09:00
# Li replaces her key: the old one and the new one sign. The old one is worth nothing from then on.
li as self says key.rotated on actor/li: {"key":"the key of rotated"} -> refused role.with
sun as self and li as incoming_key say key.rotated on actor/li: {"key":"the key of rotated"} -> refused role.missing
li as self and li as incoming_key say key.rotated on actor/li: {"key":"the key of rotated","keyExpires":"2026-11-01"} -> refused content.term
li as self and li as incoming_key say key.rotated on actor/li: {"key":"the key of rotated","keyExpires":"2027-11-22"}
li as registrar says organisation.registered on organisation/a: {"name":"A","organisationKind":"other"} -> refused key.replaced
sun as self and sun as incoming_key say key.rotated on actor/sun: {"key":"the key of rotated"} -> refused key.taken

# Qian's key may be in other hands since Friday. Whoever revokes it says so; what it signed since then stays, and is flagged.
wang as institution_admin says key.revoked on actor/qian: {"key":"the key of qian","reason":"compromise","compromisedSince":null} -> refused key.since_when
wang as institution_admin says key.revoked on actor/qian: {"key":"the key of qian","reason":"compromise","compromisedSince":"2027-01-01T00:00:00.000000Z"} -> refused key.since_when
wang as institution_admin says key.revoked on actor/qian: {"key":"the key of qian","reason":"compromise","compromisedSince":"2026-11-22T00:00:00.000000Z"}
wang as institution_admin says key.revoked on actor/qian: {"key":"the key of qian","reason":"compromise","compromisedSince":"2026-11-22T12:00:00.000000Z"} -> refused key.not_theirs
# It turns out to have been earlier.
wang as institution_admin says key.revoked on actor/qian: {"key":"the key of qian","reason":"compromise","compromisedSince":"2026-11-20T00:00:00.000000Z"}
