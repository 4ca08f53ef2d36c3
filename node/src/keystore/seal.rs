//! Locks a seed with a passphrase and opens it again: Argon2id (RFC 9106), then XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha, after RFC 8439).
//!
//! The associated data binds all that the file says in the clear; integers are big-endian:
//!
//! ```text
//! "talkoot/key-file/1"  18 B
//! purpose length u8, purpose word
//! public key            32 B
//! note length u16, note
//! "argon2id" 8 B, version u32, memory in KiB u32, passes u32, lanes u32, salt 16 B
//! "xchacha20-poly1305"  18 B
//! ```
//!
//! Never touches the disk and never says whether passphrase or file was at fault.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::hex::Hex;
use super::{Error, Passphrase, PublicInfo, fresh};

/// Most memory a file may ask of us: 1 GiB.
pub const MEMORY_KIB_MAX: u32 = 1024 * 1024;
/// Most passes over that memory a file may ask of us.
pub const PASSES_MAX: u32 = 16;
/// Most lanes a file may ask of us.
pub const LANES_MAX: u32 = 8;

const ARGON2_VERSION: u32 = 0x13;
const MEMORY_KIB_DEFAULT: u32 = 64 * 1024;
const PASSES_DEFAULT: u32 = 3;
const LANES_DEFAULT: u32 = 1;
const SEED_BYTES: usize = 32;
const TAG_BYTES: usize = 16;

/// How much work one guess of a passphrase takes: the parameters of Argon2id.
///
/// The default is the second recommended option of RFC 9106 section 4 (64 MiB, 3 passes) with one lane instead of four,
/// as we compute lanes one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Default for Costs {
    fn default() -> Self {
        Self { memory_kib: MEMORY_KIB_DEFAULT, passes: PASSES_DEFAULT, lanes: LANES_DEFAULT }
    }
}

impl Costs {
    /// Chooses costs: memory in KiB (at least 8 a lane), passes over it, and lanes.
    ///
    /// # Errors
    /// [`Error::CostsOutOfBounds`] beyond [`MEMORY_KIB_MAX`], [`PASSES_MAX`], [`LANES_MAX`] or below what RFC 9106
    /// allows.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, Error> {
        let fits = (1..=PASSES_MAX).contains(&passes)
            && (1..=LANES_MAX).contains(&lanes)
            && (8 * lanes..=MEMORY_KIB_MAX).contains(&memory_kib);
        if fits {
            Ok(Self { memory_kib, passes, lanes })
        } else {
            Err(Error::CostsOutOfBounds { memory_kib, passes, lanes })
        }
    }

    /// Returns the least work Argon2id allows, so that tests are quick. **Protects nothing.**
    ///
    /// Nothing in the program passes it on; no setting, flag or feature selects it, and what was written with it says
    /// so in its file (`"memory_kib": 8`).
    pub const fn fast_for_tests() -> Self {
        Self { memory_kib: 8, passes: 1, lanes: 1 }
    }

    fn derive(&self, passphrase: &Passphrase, salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, Error> {
        let Self { memory_kib, passes, lanes } = *self;
        let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| Error::CostsOutOfBounds {
            memory_kib,
            passes,
            lanes,
        })?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
            // Lengths and parameters are within bounds here: memory is what can be lacking.
            .map_err(|_| Error::OutOfMemory { memory_kib })?;
        Ok(key)
    }
}

/// How the encryption key is made, as it stands in the file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kdf {
    name: KdfName,
    version: u32,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Hex<16>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum KdfName {
    #[serde(rename = "argon2id")]
    Argon2id,
}

/// The cipher's name, as it stands in the file.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) enum CipherName {
    /// XChaCha20-Poly1305 with a 24-byte nonce.
    #[serde(rename = "xchacha20-poly1305")]
    XChaCha20Poly1305,
}

/// An encrypted seed and all that is needed, beside the passphrase, to open it.
pub(super) struct Sealed {
    pub(super) kdf: Kdf,
    pub(super) cipher: CipherName,
    pub(super) nonce: Hex<24>,
    /// Encrypted seed ‖ tag.
    pub(super) ciphertext: Hex<{ SEED_BYTES + TAG_BYTES }>,
}

impl Kdf {
    fn fresh(costs: &Costs) -> Result<Self, Error> {
        let Costs { memory_kib, passes, lanes } = *costs;
        let salt = Hex::new(fresh()?);
        Ok(Self { name: KdfName::Argon2id, version: ARGON2_VERSION, memory_kib, passes, lanes, salt })
    }

    /// Returns the costs a file asks of us, if they are within bounds.
    pub(super) fn costs(&self) -> Result<Costs, Error> {
        Costs::new(self.memory_kib, self.passes, self.lanes)
    }

    /// Whether this is the one version of Argon2 we compute.
    pub(super) fn is_known(&self) -> bool {
        self.version == ARGON2_VERSION
    }
}

/// Encrypts a seed under a fresh salt and nonce.
pub(super) fn seal(
    seed: &[u8; SEED_BYTES],
    public: &PublicInfo,
    passphrase: &Passphrase,
    costs: &Costs,
) -> Result<Sealed, Error> {
    let kdf = Kdf::fresh(costs)?;
    let nonce = Hex::new(fresh()?);
    let key = costs.derive(passphrase, &kdf.salt.0)?;
    let mut ciphertext = Hex::new([0; SEED_BYTES + TAG_BYTES]);
    let (body, tag_place) = ciphertext.0.split_at_mut(SEED_BYTES);
    body.copy_from_slice(seed);
    let tag = XChaCha20Poly1305::new((&*key).into())
        .encrypt_inout_detached((&*nonce.0).into(), &associated_data(public, &kdf), body.into())
        .expect("32 bytes are far below the cipher's limit");
    tag_place.copy_from_slice(&tag);
    Ok(Sealed { kdf, cipher: CipherName::XChaCha20Poly1305, nonce, ciphertext })
}

/// Decrypts a seed; `path` is only for the error.
pub(super) fn open(
    path: &Path,
    sealed: &Sealed,
    public: &PublicInfo,
    passphrase: &Passphrase,
) -> Result<Zeroizing<[u8; SEED_BYTES]>, Error> {
    let key = sealed.kdf.costs()?.derive(passphrase, &sealed.kdf.salt.0)?;
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    let (body, tag) = sealed.ciphertext.0.split_at(SEED_BYTES);
    let tag: &[u8; TAG_BYTES] = tag.try_into().expect("what follows the seed is the tag");
    seed.copy_from_slice(body);
    XChaCha20Poly1305::new((&*key).into())
        .decrypt_inout_detached(
            (&*sealed.nonce.0).into(),
            &associated_data(public, &sealed.kdf),
            seed.as_mut_slice().into(),
            tag.into(),
        )
        .map_err(|_| Error::WrongPassphrase { path: path.to_owned() })?;
    Ok(seed)
}

/// Lays out what the ciphertext is bound to (see the head of this file). Lengths fit: words and notes are bounded.
fn associated_data(public: &PublicInfo, kdf: &Kdf) -> Vec<u8> {
    let word = public.purpose.word();
    let mut data = b"talkoot/key-file/1".to_vec();
    data.push(word.len() as u8);
    data.extend_from_slice(word.as_bytes());
    data.extend_from_slice(public.public_key.as_bytes());
    data.extend_from_slice(&(public.note.len() as u16).to_be_bytes());
    data.extend_from_slice(public.note.as_bytes());
    data.extend_from_slice(b"argon2id");
    for number in [kdf.version, kdf.memory_kib, kdf.passes, kdf.lanes] {
        data.extend_from_slice(&number.to_be_bytes());
    }
    data.extend_from_slice(&*kdf.salt.0);
    data.extend_from_slice(b"xchacha20-poly1305");
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_bounds() {
        for (memory_kib, passes, lanes) in [(8, 1, 1), (MEMORY_KIB_MAX, PASSES_MAX, LANES_MAX), (64, 1, 8)] {
            assert!(Costs::new(memory_kib, passes, lanes).is_ok());
        }
        for (memory_kib, passes, lanes) in [
            (7, 1, 1),
            (63, 1, 8),
            (MEMORY_KIB_MAX + 1, 1, 1),
            (u32::MAX, 1, 1),
            (64, 0, 1),
            (64, PASSES_MAX + 1, 1),
            (64, 1, 0),
            (640, 1, LANES_MAX + 1),
            (u32::MAX, u32::MAX, u32::MAX),
        ] {
            assert!(matches!(Costs::new(memory_kib, passes, lanes), Err(Error::CostsOutOfBounds { .. })));
        }
    }

    #[test]
    fn is_strong_unless_told_otherwise() {
        let Costs { memory_kib, passes, lanes } = Costs::default();
        assert_eq!((memory_kib, passes, lanes), (65_536, 3, 1));
    }
}
