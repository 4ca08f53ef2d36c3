//! Seals what a worker has not signed yet: XChaCha20-Poly1305 under a key made of the seed in the worker's key file, so that whoever
//! can sign as the worker can read the drafts, and nobody else; no second passphrase and no second slow derivation.
//!
//! ```text
//! sealed = "talkoot/draft/1" 15 B ‖ nonce 24 B ‖ encrypted draft ‖ tag 16 B
//! key    = SHA-256("talkoot/draft-key/1" ‖ seed)
//! bound  = "talkoot/draft/1" ‖ the draft's id
//! ```
//!
//! Signing uses the seed through SHA-512 without a prefix (RFC 8032), so the two keys say nothing about each other. The nonce is fresh
//! each time. Never touches the disk.

use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305};
use talkoot_protocol::id::sha256;
use talkoot_protocol::key::SecretKey;
use zeroize::Zeroizing;

use super::{Error, fresh};

/// Longest draft, in bytes: several times what a report may take.
pub const DRAFT_BYTES_MAX: usize = 1024 * 1024;

const MARK: &[u8] = b"talkoot/draft/1";
const KEY_MARK: &[u8] = b"talkoot/draft-key/1";
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// Why a sealed draft does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// Not what [`DraftKey::seal`] writes, or too long.
    #[error("this is no sealed draft")]
    NotADraft,
    /// Another worker's, another draft's, or changed.
    #[error("the draft is another worker's, or it was changed or damaged")]
    DoesNotOpen,
}

/// Seals and opens one worker's drafts.
pub struct DraftKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for DraftKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DraftKey(..)")
    }
}

impl DraftKey {
    /// Makes the key of a worker's drafts.
    pub fn of(worker: &SecretKey) -> Self {
        Self(Zeroizing::new(sha256(&[KEY_MARK, &*worker.seed()])))
    }

    /// Seals a draft of at most [`DRAFT_BYTES_MAX`] bytes under its id.
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system has no randomness to give.
    pub fn seal(&self, id: &str, draft: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_BYTES] = fresh()?;
        let mut sealed = [MARK, &nonce[..], draft].concat();
        let body = sealed.split_at_mut(MARK.len() + NONCE_BYTES).1;
        let tag = self
            .cipher()
            .encrypt_inout_detached((&nonce).into(), &bound(id), body.into())
            .expect("a draft is far below the cipher's limit");
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens what was sealed under an id.
    ///
    /// # Errors
    /// [`DraftError`].
    pub fn open(&self, id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DraftError> {
        if sealed.len() > DRAFT_BYTES_MAX + MARK.len() + NONCE_BYTES + TAG_BYTES {
            return Err(DraftError::NotADraft);
        }
        let rest = sealed.strip_prefix(MARK).ok_or(DraftError::NotADraft)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(DraftError::NotADraft)?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(DraftError::NotADraft)?;
        let mut draft = Zeroizing::new(body.to_vec());
        self.cipher()
            .decrypt_inout_detached(nonce.into(), &bound(id), draft.as_mut_slice().into(), tag.into())
            .map_err(|_| DraftError::DoesNotOpen)?;
        Ok(draft)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

fn bound(id: &str) -> Vec<u8> {
    [MARK, id.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_worker_opens_the_same_unchanged_draft() {
        let key = DraftKey::of(&SecretKey::from_seed(&[1; 32]));
        let text = "Häädöistä kuullaan liian myöhään.".as_bytes();
        let sealed = key.seal("3fa9c1ab", text).unwrap();
        assert_eq!(&**key.open("3fa9c1ab", &sealed).unwrap(), text);
        assert!(!sealed.windows(8).any(|window| text.windows(8).any(|plain| plain == window)));
        assert_ne!(key.seal("3fa9c1ab", text).unwrap(), sealed, "a nonce is used once");
        let other = DraftKey::of(&SecretKey::from_seed(&[2; 32]));
        assert_eq!(other.open("3fa9c1ab", &sealed), Err(DraftError::DoesNotOpen));
        assert_eq!(key.open("3fa9c1ac", &sealed), Err(DraftError::DoesNotOpen));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open("3fa9c1ab", &changed).is_err(), "{at}");
            assert!(key.open("3fa9c1ab", &sealed[..at]).is_err(), "{at}");
        }
        let long = vec![0; DRAFT_BYTES_MAX + 100];
        assert_eq!(key.open("3fa9c1ab", &long), Err(DraftError::NotADraft));
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", DraftKey::of(&SecretKey::from_seed(&[1; 32]))), "DraftKey(..)");
    }
}
