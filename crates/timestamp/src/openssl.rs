use std::io;
use std::path::Path;

use cinnabar_tlog::Note;
use der::asn1::AnyRef;
use der::{Encode, Tag};

use crate::Token;

/// The two files with which plain `openssl` verifies a time-stamp.
///
/// ```text
/// openssl ts -verify -data checkpoint.txt -in checkpoint.tsr -CAfile authority.pem
/// ```
///
/// `authority.pem` is the auditor's own: the root certificate of the authority. README.md says what to add when the
/// certificate that you trust is not a root, or has expired since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpensslFiles {
    /// `checkpoint.txt`: the stamped bytes, the note's text with its last newline.
    pub data: Vec<u8>,
    /// `checkpoint.tsr`: the token in an answer that says "granted" (TimeStampResp).
    pub response: Vec<u8>,
}

impl OpensslFiles {
    /// The name of the file with the stamped bytes.
    pub const DATA: &str = "checkpoint.txt";
    /// The name of the file with the time-stamp.
    pub const RESPONSE: &str = "checkpoint.tsr";

    /// The files for a checkpoint and a token over it. Nothing is verified here: that is openssl's part.
    pub fn new(note: &Note, token: &Token) -> Self {
        Self {
            data: note.text().as_bytes().to_vec(),
            response: token.to_response(),
        }
    }

    /// Writes both files into a folder that exists, over older ones.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::write(folder.join(Self::DATA), &self.data)?;
        std::fs::write(folder.join(Self::RESPONSE), &self.response)
    }
}

/// `PKIStatusInfo { status granted(0) }`.
const GRANTED: [u8; 5] = [0x30, 3, 0x02, 1, 0];

impl Token {
    /// The token as the answer in which it came: `SEQUENCE { SEQUENCE { 0 }, token }`, what `openssl ts` reads
    /// without `-token_in`.
    pub fn to_response(&self) -> Vec<u8> {
        let inside = [GRANTED.as_slice(), self.der()].concat();
        AnyRef::new(Tag::Sequence, &inside)
            .and_then(|answer| answer.to_der())
            .expect("a token is at most 32 KiB, far below the lengths of DER")
    }
}
