#![doc = include_str!("../README.md")]

pub mod baseline;
pub mod callgrind;
pub mod fixture;
pub mod measured;
pub mod picture;
pub mod stages;
