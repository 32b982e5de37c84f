//! Sealing: XChaCha20-Poly1305 with a random nonce.
//!
//! ```text
//! sealed = nonce, 24 bytes ‖ ciphertext, as long as the plain text ‖ tag, 16 bytes
//! ```

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Bytes of a nonce. 192 bits: drawn at random, two never meet (2^96 of them under one key before it gets likely).
const NONCE_BYTES: usize = 24;
/// Bytes of the tag.
const TAG_BYTES: usize = 16;
/// How much longer a sealed text is than the plain one.
pub(crate) const OVERHEAD: usize = NONCE_BYTES + TAG_BYTES;

/// A key for sealing. Wiped from memory when dropped.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<[u8; 32]>);

impl Key {
    pub(crate) fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes)?;
        Ok(Self(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }

    /// Appends the sealed `plain` to `out`. It opens only with the same `context`.
    pub(crate) fn seal(
        &self,
        context: &[u8],
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), getrandom::Error> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        // Room first: the plain text must not be left behind when the vector grows.
        out.reserve_exact(plain.len() + OVERHEAD);
        out.extend_from_slice(&nonce);
        let start = out.len();
        out.extend_from_slice(plain);
        let tag = self
            .cipher()
            .encrypt_inout_detached(&XNonce::from(nonce), context, (&mut out[start..]).into())
            .expect("plain texts are far shorter than 256 GiB");
        out.extend_from_slice(&tag);
        Ok(())
    }

    /// The plain text, or nothing if key, context or a single bit differ.
    pub(crate) fn unseal(&self, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        let mut plain = Zeroizing::new(ciphertext.to_vec());
        self.cipher()
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                context,
                plain.as_mut_slice().into(),
                &(*tag).into(),
            )
            .ok()?;
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_context_only() {
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let mut sealed = Vec::new();
        key.seal(b"here", b"secret", &mut sealed).unwrap();
        assert_eq!(sealed.len(), 6 + OVERHEAD);
        assert_eq!(**key.unseal(b"here", &sealed).unwrap(), *b"secret");
        assert!(key.unseal(b"there", &sealed).is_none());
        assert!(other.unseal(b"here", &sealed).is_none());
        for bit in 0..sealed.len() * 8 {
            let mut bent = sealed.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(key.unseal(b"here", &bent).is_none(), "bit {bit}");
        }
        for len in 0..sealed.len() {
            assert!(key.unseal(b"here", &sealed[..len]).is_none(), "{len}");
        }
    }

    #[test]
    fn the_same_text_is_sealed_differently_each_time() {
        let key = Key::random().unwrap();
        let (mut one, mut other) = (Vec::new(), Vec::new());
        key.seal(b"", b"secret", &mut one).unwrap();
        key.seal(b"", b"secret", &mut other).unwrap();
        assert_ne!(one, other);
    }

    /// Test vector of draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    #[test]
    fn it_is_the_cipher_that_the_draft_describes() {
        let key = Key::from_bytes(Zeroizing::new(std::array::from_fn(|at| 0x80 + at as u8)));
        let mut sealed = (0x40..0x58).collect::<Vec<u8>>();
        let ciphertext = "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
            731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e\
            3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e";
        sealed.extend(hex::decode(ciphertext).unwrap());
        sealed.extend(hex::decode("c0875924c1c7987947deafd8780acf49").unwrap());
        let context = hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
        let plain = key.unseal(&context, &sealed).unwrap();
        assert!(plain.starts_with(b"Ladies and Gentlemen of the class of '99"));
    }
}
