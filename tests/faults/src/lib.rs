//! The fault rig: real programs, killed, cut off, paused and set against each other, with a journal from outside.
