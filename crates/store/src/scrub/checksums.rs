//! The checksums of everything in the tables, also of what no question reads: filters, indexes, properties.

use std::ffi::{CStr, c_char};
use std::ptr;

use librocksdb_sys::{rocksdb_free, rocksdb_t, rocksdb_verify_checksum};
use rocksdb::{AsRawPtr as _, DB};

use super::finding::Findings;

/// Has RocksDB verify every block of every table. It stops at the first that is wrong, and names its file; what else
/// is wrong shows when the families are read. The bytes of the tables.
pub(super) fn verify(db: &DB, findings: &mut Findings) -> u64 {
    if let Err(error) = verify_tables(db) {
        let meaning = "a table is not as it was written: rebuild the replica from the log stream";
        findings.add("tables", "blocks with their checksums", error, meaning);
    }
    match db.live_files() {
        Ok(files) => files.iter().map(|file| file.size as u64).sum(),
        Err(error) => {
            findings.unreadable("list of tables", error);
            0
        }
    }
}

/// `DB::VerifyChecksum`, which the bindings have no safe function for.
#[expect(
    unsafe_code,
    reason = "RocksDB's C function that verifies all checksums takes pointers"
)]
fn verify_tables(db: &DB) -> Result<(), String> {
    let mut error: *mut c_char = ptr::null_mut();
    // SAFETY: the pointer is that of an open database, which outlives the call; `error` is either left null or set to a
    // text that ends in a null byte and that we own from then on.
    unsafe {
        let db: *mut rocksdb_t = db.as_raw_ptr();
        rocksdb_verify_checksum(db, &raw mut error);
        if error.is_null() {
            return Ok(());
        }
        let text = CStr::from_ptr(error).to_string_lossy().into_owned();
        rocksdb_free(error.cast());
        Err(text)
    }
}
