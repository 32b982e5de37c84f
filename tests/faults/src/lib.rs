#![doc = include_str!("../README.md")]

pub mod book;
pub mod frame;
pub mod history;
pub mod mix;
pub mod namespaces;
pub mod oracle;
pub mod people;
pub mod profile;
pub mod proxy;
pub mod scribe;
pub mod supervisor;
pub mod wire;
