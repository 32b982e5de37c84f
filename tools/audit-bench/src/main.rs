//! What an audit costs, against the limits of the machine.

fn main() {}
