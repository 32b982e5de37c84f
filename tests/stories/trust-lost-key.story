# A case officer has lost his key: he says so with the last signature it makes, or an administrator does, and two others
# vouch for a new one. Electronic Signature Law Art. 13: the key is under its holder's sole control.

time 2026-11-23 09:00
he as self says key.revoked on actor/he: {"key":"the key of sun","reason":"lost","compromisedSince":null} -> refused key.not_theirs
sun as self says key.revoked on actor/he: {"key":"the key of he","reason":"lost","compromisedSince":null} -> refused role.missing
he as self says key.revoked on actor/he: {"key":"the key of he","reason":"lost","compromisedSince":null}
he as self and he as incoming_key say key.rotated on actor/he: {"key":"the key of rotated","keyExpires":null} -> refused key.revoked

# Nobody alone gives another's name to a key.
wang as institution_admin and he as incoming_key say key.rotated on actor/he: {"key":"the key of rotated","keyExpires":null} -> refused key.lost
wang as institution_admin and sun as case_officer and he as incoming_key say key.rotated on actor/he: {"key":"the key of rotated","keyExpires":null} -> refused role.not_allowed
# An administrator is no witness to the loss of his own key.
wang as institution_admin and zhao as institution_admin and zhao as incoming_key say key.rotated on actor/zhao: {"key":"the key of rotated","keyExpires":null} -> refused key.lost

# Two who are others do.
wang as institution_admin and zhao as institution_admin and he as incoming_key say key.rotated on actor/he: {"key":"the key of rotated","keyExpires":"2027-11-22"}

# The key of the ledger itself is not replaced like this.
wang as institution_admin says key.revoked on actor/ledger: {"key":"the key of ledger","reason":"lost","compromisedSince":null} -> refused actor.ledger_itself
