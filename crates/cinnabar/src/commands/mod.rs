//! The client's commands: one module each, all with `Args` and `run`.

pub(crate) mod backup;
pub(crate) mod bundle;
pub(crate) mod cosign;
pub(crate) mod denounce;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod follow;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod key;
pub(crate) mod kinds;
pub(crate) mod receipt;
pub(crate) mod refusal;
pub(crate) mod restore;
pub(crate) mod rulebook;
pub(crate) mod sign;
pub(crate) mod submit;
pub(crate) mod witness;
