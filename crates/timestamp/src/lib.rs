#![doc = include_str!("../README.md")]

mod attributes;
mod authority;
mod certificate;
#[cfg(feature = "client")]
mod client;
mod cms;
mod imprint;
mod info;
mod malformed;
mod openssl;
mod request;
mod response;
mod time;
mod token;
mod verify;

pub use authority::{Authorities, Authority, AuthoritySettings, MAX_AUTHORITIES, SettingsError};
#[cfg(feature = "client")]
pub use client::{Client, StampError};
pub use imprint::{Imprint, Nonce};
pub use info::{Accuracy, Info};
pub use malformed::Malformed;
pub use openssl::OpensslFiles;
pub use request::{Request, Unanswered};
pub use response::{MAX_RESPONSE_BYTES, Refused, Response};
pub use time::StampTime;
pub use token::{MAX_TOKEN_BYTES, Token};
pub use verify::{Rejection, Stamped};
