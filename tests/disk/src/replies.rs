//! What is said to the kernel about a node, and how.

use std::ffi::OsStr;
use std::time::{Duration, UNIX_EPOCH};

use fuser::{Errno, FileAttr, FileType, Generation, INodeNo, ReplyEmpty, ReplyEntry};

use crate::PAGE;
use crate::disk::State;
use crate::tree::{Content, Node};

/// How long the kernel may remember names and sizes: nobody but it changes them.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(3600);

/// A name, if it is text.
pub(crate) fn text(name: &OsStr) -> Result<&str, Errno> {
    name.to_str().ok_or(Errno::EINVAL)
}

/// How long a file is.
pub(crate) fn length(state: &State, node: Node) -> Result<u64, Errno> {
    match state.tree.get(node).map(|entry| &entry.content) {
        Some(Content::File(bytes)) => Ok(bytes.len() as u64),
        Some(Content::Folder(_)) => Err(Errno::EISDIR),
        Some(Content::Link(_)) | None => Err(Errno::EINVAL),
    }
}

/// Bytes of pages that a file comes to need.
pub(crate) fn growth(from: u64, to: u64) -> u64 {
    let pages = |length: u64| length.next_multiple_of(PAGE as u64);
    pages(to).saturating_sub(pages(from))
}

/// Whether so many bytes more fit.
pub(crate) fn room(state: &State, more: u64) -> Result<(), Errno> {
    match state.faults.capacity {
        Some(capacity) if more > 0 && state.tree.used() + more > capacity => Err(Errno::ENOSPC),
        Some(_) | None => Ok(()),
    }
}

/// A node's kind, size and bits.
pub(crate) fn attributes(state: &State, node: Node) -> Result<FileAttr, Errno> {
    let entry = state.tree.get(node).ok_or(Errno::ENOENT)?;
    let (kind, size) = match &entry.content {
        Content::File(bytes) => (FileType::RegularFile, bytes.len() as u64),
        Content::Folder(_) => (FileType::Directory, PAGE as u64),
        Content::Link(target) => (FileType::Symlink, target.len() as u64),
    };
    Ok(FileAttr {
        ino: INodeNo(node),
        size,
        blocks: size.div_ceil(512),
        atime: UNIX_EPOCH,
        mtime: UNIX_EPOCH,
        ctime: UNIX_EPOCH,
        crtime: UNIX_EPOCH,
        kind,
        perm: u16::try_from(entry.mode & 0o7777).expect("twelve bits"),
        nlink: entry.names,
        uid: 0,
        gid: 0,
        rdev: 0,
        blksize: PAGE as u32,
        flags: 0,
    })
}

pub(crate) fn answer(found: Result<(), Errno>, reply: ReplyEmpty) {
    match found {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(error),
    }
}

pub(crate) fn answer_entry(found: Result<FileAttr, Errno>, reply: ReplyEntry) {
    match found {
        Ok(attr) => reply.entry(&REMEMBERED, &attr, Generation(0)),
        Err(error) => reply.error(error),
    }
}
