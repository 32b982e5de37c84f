//! What the tests here share.

use std::path::Path;
use std::sync::Arc;

use cinnabar_disk::disk::Disk;
use cinnabar_disk::tree::Tree;
use tempfile::TempDir;

/// A disk, or none where the machine doesn't let us mount one: then it says so.
pub(crate) fn mounted() -> Option<Arc<Disk>> {
    match Disk::mount() {
        Ok(disk) => Some(Arc::new(disk)),
        Err(error) => {
            println!("Skipped: no file system in user space can be mounted here ({error}).");
            None
        }
    }
}

/// What a disk holds, in a folder: in memory where there is such a file system, since nothing there is to survive anything.
pub(crate) fn laid_out(tree: &Tree) -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let folder = folder.expect("room for a folder");
    tree.write_out(folder.path()).expect("room for its files");
    folder
}
