use crate::cms::SignedData;
use crate::{Info, Malformed};

/// Bytes of a token that are read. Known authorities send 1 to 8 KiB, with the certificates of the chain.
pub const MAX_TOKEN_BYTES: usize = 32 * 1024;

/// A time-stamp token (RFC 3161 §2.4.2), read but not yet believed: [`verify`](Token::verify) does that.
#[derive(Debug, Clone)]
pub struct Token {
    der: Vec<u8>,
    pub(crate) data: SignedData,
    info: Info,
}

impl Token {
    /// Reads the DER of a token: CMS signed data over a TSTInfo, by one signer.
    ///
    /// # Errors
    /// [`Malformed`]: anything else, anything behind it, or more than [`MAX_TOKEN_BYTES`].
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        if der.len() > MAX_TOKEN_BYTES {
            return Err(Malformed::TooLong {
                found: der.len(),
                limit: MAX_TOKEN_BYTES,
            });
        }
        let data = SignedData::parse(der)?;
        let info = Info::parse(&data.content)?;
        Ok(Self {
            der: der.to_vec(),
            data,
            info,
        })
    }

    /// The token's bytes, as the authority made them.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What the token states.
    pub fn info(&self) -> &Info {
        &self.info
    }
}

/// Two tokens are the same if their bytes are.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Token {}
