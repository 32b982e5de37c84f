//! What nobody can detect: nobody holds anything that it contradicts.

use super::{Attack, Served};
use crate::honest::{Honest, WITHHELD_SUBJECT};

/// The attacks.
pub(super) const ATTACKS: [Attack; 2] = [
    Attack {
        name: "delete an entry of today that nobody has seen yet",
        commit: delete_unseen,
    },
    Attack {
        name: "withhold a statement, or refuse it, before any receipt",
        commit: withhold,
    },
];

/// No receipt was given, no witness asked, nobody looked since the entry before it.
fn delete_unseen(honest: &Honest) -> Served {
    let at = honest.new;
    let shown = honest.signed(honest.without(at));
    let mut served = Served::instead(honest, shown, honest.old);
    served.other = honest.shown(at);
    served.cosigned = at;
    served
}

/// A registrar's statement, signed and in order, isn't recorded: its author has no receipt, and everybody sees the same ledger.
fn withhold(honest: &Honest) -> Served {
    let size = honest.today.size();
    let mut recorded = honest.today.clone();
    let time = recorded.entry(size - 1).time().to_string();
    let request = honest.withheld_request();
    recorded.append(request, WITHHELD_SUBJECT, &time, &honest.secrets);
    assert!(
        honest.is_sound(&recorded),
        "the rules would have admitted it"
    );
    Served::instead(honest, honest.shown(size), honest.old)
}
