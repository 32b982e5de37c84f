//! The contents of a disk, in memory: nodes by number, and what happens to them.
//!
//! Numbers are never used twice, so an operation says which file it meant, whatever the file was called later.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The number of a file, folder or link.
pub type Node = u64;

/// The root folder's.
pub const ROOT: Node = 1;

/// What a node is, with what it holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// Bytes.
    File(Vec<u8>),
    /// Names.
    Folder(BTreeMap<String, Node>),
    /// Where it points.
    Link(String),
}

/// A node.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it holds.
    pub content: Content,
    /// Permission bits.
    pub mode: u32,
    /// How many names it has; a node without any goes when nobody has it open.
    pub names: u32,
    /// Where it was named last: for messages and for the faults that ask for a path.
    pub place: (Node, String),
}

/// One thing that changes a disk, or makes changes last.
#[derive(Clone, Debug)]
pub enum Op {
    /// A new node gets a name.
    Make {
        /// The new node.
        node: Node,
        /// Its folder.
        folder: Node,
        /// Its name there.
        name: String,
        /// An empty file, an empty folder, or a link.
        content: Content,
        /// Permission bits.
        mode: u32,
    },
    /// A file gets a second name.
    Link {
        /// The file.
        node: Node,
        /// The folder of the name.
        folder: Node,
        /// The name.
        name: String,
    },
    /// A node gets another name, in place of whatever had it.
    Rename {
        /// The node.
        node: Node,
        /// Its folder and name before.
        from: (Node, String),
        /// Its folder and name from now on.
        to: (Node, String),
    },
    /// A name goes.
    Remove {
        /// The folder of the name.
        folder: Node,
        /// The name.
        name: String,
    },
    /// Bytes of a file.
    Write {
        /// The file.
        node: Node,
        /// The first byte's offset.
        at: u64,
        /// The bytes.
        data: Arc<[u8]>,
    },
    /// A file is cut or filled up with zeros.
    Resize {
        /// The file.
        node: Node,
        /// Its length from now on.
        to: u64,
    },
    /// Permission bits.
    Mode {
        /// The node.
        node: Node,
        /// The bits.
        mode: u32,
    },
    /// What happened to `node` before the operation number `begun` is on the disk.
    Sync {
        /// The file or folder.
        node: Node,
        /// Number of operations when the sync was asked for.
        begun: usize,
    },
    /// A sync failed. What it was to write may never be written: the kernel calls those pages clean.
    SyncFailed {
        /// The file.
        node: Node,
        /// Number of operations when the sync was asked for.
        begun: usize,
    },
}

/// The contents of a disk.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: BTreeMap<Node, Entry>,
    next: Node,
}

impl Default for Tree {
    fn default() -> Self {
        let root = Entry {
            content: Content::Folder(BTreeMap::new()),
            mode: 0o755,
            names: 1,
            place: (ROOT, String::new()),
        };
        Self {
            nodes: BTreeMap::from([(ROOT, root)]),
            next: ROOT + 1,
        }
    }
}

impl Tree {
    /// A number that no node has had.
    pub fn fresh(&mut self) -> Node {
        self.next += 1;
        self.next - 1
    }

    /// A node, if there is one of this number.
    #[must_use]
    pub fn get(&self, node: Node) -> Option<&Entry> {
        self.nodes.get(&node)
    }

    /// Who has this name in this folder.
    #[must_use]
    pub fn named(&self, folder: Node, name: &str) -> Option<Node> {
        match &self.nodes.get(&folder)?.content {
            Content::Folder(names) => names.get(name).copied(),
            Content::File(_) | Content::Link(_) => None,
        }
    }

    /// Where a node is, or was when it last had a name.
    #[must_use]
    pub fn path(&self, mut node: Node) -> PathBuf {
        let mut parts = Vec::new();
        while node != ROOT {
            let Some(entry) = self.nodes.get(&node) else {
                break;
            };
            parts.push(entry.place.1.clone());
            node = entry.place.0;
        }
        parts.iter().rev().collect()
    }

    /// Bytes in all files, in whole pages, as a disk counts them.
    #[must_use]
    pub fn used(&self) -> u64 {
        let pages = |entry: &Entry| match &entry.content {
            Content::File(bytes) => (bytes.len() as u64).next_multiple_of(crate::PAGE as u64),
            Content::Folder(_) | Content::Link(_) => crate::PAGE as u64,
        };
        self.nodes.values().map(pages).sum()
    }

    /// Forgets a node that has no name and that nobody has open.
    pub fn forget(&mut self, node: Node) {
        if self.nodes.get(&node).is_some_and(|entry| entry.names == 0) {
            self.nodes.remove(&node);
        }
    }

    /// Does what `op` says. What concerns a node that is not there changes nothing.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Make { .. } => {
                self.make(op);
                self.name(op);
            }
            Op::Link { .. } | Op::Rename { .. } | Op::Remove { .. } => self.name(op),
            Op::Write { node, at, data } => self.write(*node, *at, data),
            Op::Resize { node, to } => {
                if let Some(bytes) = self.bytes(*node) {
                    bytes.resize(usize::try_from(*to).expect("a file fits in memory"), 0);
                }
            }
            Op::Mode { node, mode } => {
                if let Some(entry) = self.nodes.get_mut(node) {
                    entry.mode = *mode;
                }
            }
            Op::Sync { .. } | Op::SyncFailed { .. } => {}
        }
    }

    /// The part of [`Op::Make`] that is not about names.
    pub fn make(&mut self, op: &Op) {
        if let Op::Make {
            node,
            folder,
            name,
            content,
            mode,
        } = op
        {
            let entry = Entry {
                content: content.clone(),
                mode: *mode,
                names: 0,
                place: (*folder, name.clone()),
            };
            self.nodes.insert(*node, entry);
            self.next = self.next.max(node + 1);
        }
    }

    /// The part of an operation that is about names.
    pub fn name(&mut self, op: &Op) {
        match op {
            Op::Make {
                node, folder, name, ..
            }
            | Op::Link { node, folder, name } => self.attach(*node, *folder, name),
            Op::Rename { node, from, to } => {
                if self.named(from.0, &from.1) == Some(*node) {
                    self.detach(from.0, &from.1);
                }
                self.attach(*node, to.0, &to.1);
            }
            Op::Remove { folder, name } => self.detach(*folder, name),
            Op::Write { .. }
            | Op::Resize { .. }
            | Op::Mode { .. }
            | Op::Sync { .. }
            | Op::SyncFailed { .. } => {}
        }
    }

    /// Writes bytes, and zeros before them where the file was shorter.
    pub fn write(&mut self, node: Node, at: u64, data: &[u8]) {
        let at = usize::try_from(at).expect("a file fits in memory");
        if let Some(bytes) = self.bytes(node) {
            if bytes.len() < at + data.len() {
                bytes.resize(at + data.len(), 0);
            }
            bytes[at..at + data.len()].copy_from_slice(data);
        }
    }

    fn bytes(&mut self, node: Node) -> Option<&mut Vec<u8>> {
        match &mut self.nodes.get_mut(&node)?.content {
            Content::File(bytes) => Some(bytes),
            Content::Folder(_) | Content::Link(_) => None,
        }
    }

    fn attach(&mut self, node: Node, folder: Node, name: &str) {
        if !self.nodes.contains_key(&node) {
            return;
        }
        self.detach(folder, name);
        let Some(Content::Folder(names)) = self.nodes.get_mut(&folder).map(|at| &mut at.content)
        else {
            return;
        };
        names.insert(name.to_owned(), node);
        let entry = self.nodes.get_mut(&node).expect("it was looked for");
        entry.names += 1;
        entry.place = (folder, name.to_owned());
    }

    fn detach(&mut self, folder: Node, name: &str) {
        let Some(Content::Folder(names)) = self.nodes.get_mut(&folder).map(|at| &mut at.content)
        else {
            return;
        };
        if let Some(node) = names.remove(name)
            && let Some(entry) = self.nodes.get_mut(&node)
        {
            entry.names = entry.names.saturating_sub(1);
        }
    }

    /// Writes everything that has a name into `folder`, which exists.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write_out(&self, folder: &Path) -> io::Result<()> {
        self.write_node(ROOT, folder)
    }

    fn write_node(&self, node: Node, path: &Path) -> io::Result<()> {
        let Some(entry) = self.nodes.get(&node) else {
            return Ok(());
        };
        match &entry.content {
            Content::Link(target) => return symlink(target, path),
            Content::File(bytes) => fs::File::create(path)?.write_all_at(bytes, 0)?,
            Content::Folder(names) => {
                if node != ROOT {
                    fs::create_dir(path)?;
                }
                for (name, node) in names {
                    self.write_node(*node, &path.join(name))?;
                }
            }
        }
        match node {
            ROOT => Ok(()),
            _ => fs::set_permissions(path, fs::Permissions::from_mode(entry.mode)),
        }
    }
}
