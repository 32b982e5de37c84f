//! What the kernel asks of the disk.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::MutexGuard;
use std::thread;
use std::time::SystemTime;

use fuser::{
    Errno, FileAttr, FileHandle, Filesystem, FopenFlags, Generation, INodeNo, KernelConfig,
    LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use crate::PAGE;
use crate::disk::{Shared, State, lock};
use crate::replies::{
    self, REMEMBERED, answer, answer_entry, attributes, growth, length, room, text,
};
use crate::tree::{Content, Node, Op};

/// What a disk without a limit says it holds.
const VAST: u64 = 1 << 40;
/// Longest name.
const NAME_MAX: u32 = 255;

/// The disk as the kernel sees it.
pub(crate) struct Served {
    shared: Shared,
}

impl Served {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared)
    }

    /// Makes a node, if its name is free and the disk has room.
    fn make(
        &self,
        folder: INodeNo,
        name: &OsStr,
        content: Content,
        mode: u32,
    ) -> Result<FileAttr, Errno> {
        let name = text(name)?;
        let mut state = self.state();
        if state.tree.named(folder.0, name).is_some() {
            return Err(Errno::EEXIST);
        }
        room(&state, PAGE as u64)?;
        let node = state.tree.fresh();
        state.record(Op::Make {
            node,
            folder: folder.0,
            name: name.to_owned(),
            content,
            mode: mode & 0o7777,
        });
        attributes(&state, node)
    }

    fn remove(&self, folder: INodeNo, name: &OsStr) -> Result<(), Errno> {
        let name = text(name)?;
        let mut state = self.state();
        let node = state.tree.named(folder.0, name).ok_or(Errno::ENOENT)?;
        if let Some(Content::Folder(names)) = state.tree.get(node).map(|entry| &entry.content)
            && !names.is_empty()
        {
            return Err(Errno::ENOTEMPTY);
        }
        let (folder, name) = (folder.0, name.to_owned());
        state.record(Op::Remove { folder, name });
        Ok(())
    }

    fn resize(&self, node: Node, to: u64) -> Result<(), Errno> {
        let mut state = self.state();
        let length = length(&state, node)?;
        if to > length {
            room(&state, growth(length, to))?;
        }
        if to != length {
            state.record(Op::Resize { node, to });
        }
        Ok(())
    }

    fn sync(&self, node: INodeNo, reply: ReplyEmpty) {
        let node = node.0;
        let (begun, fails, takes) = {
            let mut state = self.state();
            let path = state.tree.path(node);
            let takes = state.faults.sync_takes(&path);
            (state.trace.len(), state.faults.sync_fails(&path), takes)
        };
        let shared = self.shared.clone();
        let finish = move || {
            let op = match fails {
                true => Op::SyncFailed { node, begun },
                false => Op::Sync { node, begun },
            };
            lock(&shared).record(op);
            match fails {
                true => reply.error(Errno::EIO),
                false => reply.ok(),
            }
        };
        match takes {
            None => finish(),
            Some(takes) => drop(thread::spawn(move || {
                thread::sleep(takes);
                finish();
            })),
        }
    }
}

impl Filesystem for Served {
    fn init(&mut self, _req: &Request, _config: &mut KernelConfig) -> io::Result<()> {
        Ok(())
    }

    fn lookup(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let state = self.state();
        let found = text(name).and_then(|name| {
            let node = state.tree.named(parent.0, name).ok_or(Errno::ENOENT)?;
            attributes(&state, node)
        });
        answer_entry(found, reply);
    }

    fn forget(&self, _req: &Request, ino: INodeNo, _nlookup: u64) {
        self.state().tree.forget(ino.0);
    }

    fn getattr(&self, _req: &Request, ino: INodeNo, _fh: Option<FileHandle>, reply: ReplyAttr) {
        match attributes(&self.state(), ino.0) {
            Ok(attr) => reply.attr(&REMEMBERED, &attr),
            Err(error) => reply.error(error),
        }
    }

    fn setattr(
        &self,
        _req: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        _mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<fuser::BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        if let Some(size) = size
            && let Err(error) = self.resize(ino.0, size)
        {
            return reply.error(error);
        }
        let mut state = self.state();
        if let Some(mode) = mode {
            let (node, mode) = (ino.0, mode & 0o7777);
            state.record(Op::Mode { node, mode });
        }
        match attributes(&state, ino.0) {
            Ok(attr) => reply.attr(&REMEMBERED, &attr),
            Err(error) => reply.error(error),
        }
    }

    fn readlink(&self, _req: &Request, ino: INodeNo, reply: ReplyData) {
        match self.state().tree.get(ino.0).map(|entry| &entry.content) {
            Some(Content::Link(target)) => reply.data(target.as_bytes()),
            Some(Content::File(_) | Content::Folder(_)) | None => reply.error(Errno::EINVAL),
        }
    }

    fn mkdir(
        &self,
        _req: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        let empty = Content::Folder(std::collections::BTreeMap::new());
        answer_entry(self.make(parent, name, empty, mode & !umask), reply);
    }

    fn unlink(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(self.remove(parent, name), reply);
    }

    fn rmdir(&self, _req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(self.remove(parent, name), reply);
    }

    fn symlink(
        &self,
        _req: &Request,
        parent: INodeNo,
        link_name: &OsStr,
        target: &Path,
        reply: ReplyEntry,
    ) {
        let link = Content::Link(target.to_string_lossy().into_owned());
        answer_entry(self.make(parent, link_name, link, 0o777), reply);
    }

    fn rename(
        &self,
        _req: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let rename = || {
            let (name, newname) = (text(name)?, text(newname)?);
            let mut state = self.state();
            let node = state.tree.named(parent.0, name).ok_or(Errno::ENOENT)?;
            let taken = state.tree.named(newparent.0, newname).is_some();
            if flags.contains(RenameFlags::RENAME_EXCHANGE) {
                return Err(Errno::EINVAL);
            }
            if taken && flags.contains(RenameFlags::RENAME_NOREPLACE) {
                return Err(Errno::EEXIST);
            }
            state.record(Op::Rename {
                node,
                from: (parent.0, name.to_owned()),
                to: (newparent.0, newname.to_owned()),
            });
            Ok(())
        };
        answer(rename(), reply);
    }

    fn link(
        &self,
        _req: &Request,
        ino: INodeNo,
        newparent: INodeNo,
        newname: &OsStr,
        reply: ReplyEntry,
    ) {
        let link = || {
            let name = text(newname)?.to_owned();
            let (node, folder) = (ino.0, newparent.0);
            let mut state = self.state();
            if state.tree.named(folder, &name).is_some() {
                return Err(Errno::EEXIST);
            }
            state.record(Op::Link { node, folder, name });
            attributes(&state, node)
        };
        answer_entry(link(), reply);
    }

    fn open(&self, _req: &Request, _ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        reply.opened(FileHandle(0), FopenFlags::FOPEN_KEEP_CACHE);
    }

    fn create(
        &self,
        _req: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        match self.make(parent, name, Content::File(Vec::new()), mode & !umask) {
            Ok(attr) => reply.created(
                &REMEMBERED,
                &attr,
                Generation(0),
                FileHandle(0),
                FopenFlags::empty(),
            ),
            Err(error) => reply.error(error),
        }
    }

    fn read(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        size: u32,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        match self.state().tree.get(ino.0).map(|entry| &entry.content) {
            Some(Content::File(bytes)) => {
                let from = usize::try_from(offset).map_or(bytes.len(), |at| at.min(bytes.len()));
                let until = from.saturating_add(size as usize).min(bytes.len());
                reply.data(&bytes[from..until]);
            }
            Some(Content::Folder(_) | Content::Link(_)) | None => reply.error(Errno::EINVAL),
        }
    }

    fn write(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        data: &[u8],
        _write_flags: WriteFlags,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut state = self.state();
        let written = length(&state, ino.0).and_then(|length| {
            room(&state, growth(length, offset + data.len() as u64))?;
            state.record(Op::Write {
                node: ino.0,
                at: offset,
                data: data.into(),
            });
            u32::try_from(data.len()).map_err(|_| Errno::EINVAL)
        });
        match written {
            Ok(count) => reply.written(count),
            Err(error) => reply.error(error),
        }
    }

    fn flush(
        &self,
        _req: &Request,
        _ino: INodeNo,
        _fh: FileHandle,
        _lock_owner: LockOwner,
        reply: ReplyEmpty,
    ) {
        reply.ok();
    }

    fn fsync(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        _datasync: bool,
        reply: ReplyEmpty,
    ) {
        self.sync(ino, reply);
    }

    fn fsyncdir(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        _datasync: bool,
        reply: ReplyEmpty,
    ) {
        self.sync(ino, reply);
    }

    fn readdir(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let state = self.state();
        let Some(Content::Folder(names)) = state.tree.get(ino.0).map(|entry| &entry.content) else {
            return reply.error(Errno::ENOTDIR);
        };
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        for (at, (name, node)) in names.iter().enumerate().skip(skip) {
            let Ok(FileAttr { kind, .. }) = attributes(&state, *node) else {
                continue;
            };
            if reply.add(INodeNo(*node), at as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _req: &Request, _ino: INodeNo, reply: ReplyStatfs) {
        let state = self.state();
        let capacity = state.faults.capacity.unwrap_or(VAST);
        let free = capacity.saturating_sub(state.tree.used()) / PAGE as u64;
        let blocks = capacity / PAGE as u64;
        let page = PAGE as u32;
        reply.statfs(blocks, free, free, VAST, VAST, page, NAME_MAX, page);
    }

    fn fallocate(
        &self,
        _req: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        length: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        // Bit 0: room is to be kept, the length stays. Anything else (holes, shifts) is for other disks.
        answer(
            match mode {
                0 => {
                    let now = replies::length(&self.state(), ino.0);
                    now.and_then(|now| self.resize(ino.0, now.max(offset + length)))
                }
                1 => {
                    let state = self.state();
                    replies::length(&state, ino.0)
                        .and_then(|now| room(&state, growth(now, offset + length)))
                }
                _ => Err(Errno::EOPNOTSUPP),
            },
            reply,
        );
    }
}
