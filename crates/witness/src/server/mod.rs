//! Being a witness: cosigning the checkpoints of logs, each only if it continues the one cosigned before
//! (C2SP tlog-witness).

mod decide;
mod disk;
mod evidence;
mod http;
mod logs;
mod witness;

pub use decide::{Contradiction, Decision, Refusal, Rejection, RequestError, decide};
pub use disk::StateError;
pub use evidence::MAX_EVIDENCE_FILES;
pub use http::{
    CONNECTIONS_MAX, HEAD_WITHIN, IN_FLIGHT_MAX, MAX_REQUEST_BYTES, REQUEST_WITHIN, serve,
};
pub use logs::{Cosigned, Logs, LogsError, MAX_LOGS};
pub use witness::{Answer, Clock, OpenWitnessError, Options, Witness};
