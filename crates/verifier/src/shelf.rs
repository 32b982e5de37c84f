//! Where records lie that don't fit memory. What it is made of is the caller's affair: here are no files.

use std::fmt;

/// A record, or that it is gone, under its key.
pub type ShelfChange = (Vec<u8>, Option<Vec<u8>>);

/// The shelf can't be read or written, or what stands on it was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub String);

/// A sorted map of bytes to bytes that survives the process.
pub trait Shelf: fmt::Debug + Send {
    /// What stands under a key.
    ///
    /// # Errors
    /// [`Unreadable`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unreadable>;

    /// Calls `each` with every key that begins with `prefix`, in any order.
    ///
    /// # Errors
    /// [`Unreadable`].
    fn keys(&self, prefix: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), Unreadable>;

    /// Puts changes, ascending by key, in place of what was there. They are lost if no [`Self::commit`] follows.
    ///
    /// # Errors
    /// [`Unreadable`].
    fn put(&mut self, changes: Vec<ShelfChange>) -> Result<(), Unreadable>;

    /// Makes all that was put durable, together with `state`: both or none.
    ///
    /// # Errors
    /// [`Unreadable`].
    fn commit(&mut self, state: &[u8]) -> Result<(), Unreadable>;
}
