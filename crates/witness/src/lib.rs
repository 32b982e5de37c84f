#![doc = include_str!("../README.md")]

pub mod feeder;
pub mod server;
mod wire;

pub use feeder::{Feeder, ask_last};
pub use server::{Witness, serve};
pub use wire::{SIZE_CONTENT_TYPE, origin_id};
