//! The signed change: a header under one Ed25519 signature, and the body it commits to.
//!
//! ```text
//! change        = [ cose-sign1, body / null ]              ; null: the body was erased or withheld
//! cose-sign1    = 18([ h'a10127', {}, header, signature ]) ; RFC 9052, alg -8 (EdDSA)
//! signed bytes  = [ "Signature1", h'a10127', 'talkoot/1', header ]
//! change id     = SHA-256(signed bytes)                    ; a signer can mint many signatures for one message
//! body          = salt (16) || content
//! ```
//!
//! [`Signed`] has been read but not believed; [`Verified`] has a good signature by the key its header names, and a body that
//! fits. Whether that key may say so is for [`crate::sync::admit`].

use crate::cbor::{self, Malformed, Reader};
use crate::header::{self, Act, BodyHash, Header, Place, Position};
use crate::id::{ChangeId, DocumentId, NetworkId, sha256};
use crate::key::{self, PublicKey, SecretKey, Signature};
use crate::limits::{BODY_BYTES_MAX, CHANGE_BYTES_MAX, SALT_BYTES};
use crate::scope::{Kind, Scope};
use crate::time::Timestamp;

/// The protected COSE header: `{1: -8}`, algorithm EdDSA (RFC 9053 §2.2).
const PROTECTED: [u8; 3] = [0xa1, 0x01, 0x27];
/// The external data of every signature: what keeps it from meaning anything elsewhere.
const CONTEXT: &[u8] = b"talkoot/1";
/// CBOR tag of a COSE_Sign1 structure (RFC 9052 §2).
const COSE_SIGN1: u64 = 18;

/// Why bytes are not a signed change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Longer than any change may be.
    #[error("change of {got} bytes, at most {CHANGE_BYTES_MAX} are allowed")]
    TooLong {
        /// Its length in bytes.
        got: usize,
    },
    /// Not the encoding of a change.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The header is not one of this version.
    #[error(transparent)]
    Header(#[from] header::Error),
    /// The signature is not the author's.
    #[error(transparent)]
    Signature(#[from] key::Error),
    /// The body is not the one the header commits to.
    #[error("the body does not match the hash and length in the header")]
    Body,
}

/// A body: 16 bytes of salt, then the content. The salt keeps a short erased text from being guessed from its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(Vec<u8>);

impl Body {
    /// Puts salt before content. The salt must come from a good source of randomness.
    ///
    /// # Errors
    /// [`Error::Body`] if the content is too long.
    pub fn new(salt: [u8; SALT_BYTES], content: &[u8]) -> Result<Self, Error> {
        if content.len() > BODY_BYTES_MAX - SALT_BYTES {
            return Err(Error::Body);
        }
        let mut bytes = Vec::with_capacity(SALT_BYTES + content.len());
        bytes.extend_from_slice(&salt);
        bytes.extend_from_slice(content);
        Ok(Self(bytes))
    }

    /// Returns the content without its salt.
    pub fn content(&self) -> &[u8] {
        self.0.get(SALT_BYTES..).unwrap_or_default()
    }

    /// Returns salt and content.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A change that has been read from bytes and not been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    header: Header,
    header_bytes: Vec<u8>,
    signature: Signature,
    body: Option<Body>,
}

/// A change whose signature and body hash hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    id: ChangeId,
    signed: Signed,
}

/// What the author chooses of a header; the rest follows from key and body.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The network it belongs to.
    pub network: NetworkId,
    /// What it does.
    pub act: Act,
    /// Which document it begins or continues.
    pub place: Place,
    /// The certificate that lets the key act.
    pub certificate: Option<ChangeId>,
    /// Its place in the key's chain in this document.
    pub position: Position,
    /// What it builds on; sorted and freed of doubles when sealed.
    pub dependencies: Vec<ChangeId>,
    /// When it was.
    pub claimed: Timestamp,
}

/// A change to which only its author's signature is lacking: made where no key is, signed where the key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    header: Header,
    header_bytes: Vec<u8>,
    body: Body,
}

impl Intent {
    /// Signs: makes the header for this body and key, and the signature over it.
    pub fn seal(self, body: Body, key: &SecretKey) -> Verified {
        self.unsigned(body, key.public()).seal(key)
    }

    /// Makes the header for this body and author, which the author then signs.
    pub fn unsigned(self, body: Body, author: PublicKey) -> Unsigned {
        let mut dependencies = self.dependencies;
        dependencies.sort_unstable();
        dependencies.dedup();
        let header = Header {
            network: self.network,
            act: self.act,
            place: self.place,
            author,
            certificate: self.certificate,
            position: self.position,
            dependencies,
            claimed: self.claimed,
            body_hash: BodyHash::of(body.as_bytes()),
            body_length: body.as_bytes().len() as u32,
        };
        Unsigned { header_bytes: header.encode(), header, body }
    }
}

impl Unsigned {
    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the deterministic CBOR of the header.
    pub fn header_bytes(&self) -> &[u8] {
        &self.header_bytes
    }

    /// Returns the body, salt included.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Returns the bytes that the author signs: the COSE `Sig_structure`.
    pub fn to_sign(&self) -> Vec<u8> {
        signed_bytes(&self.header_bytes)
    }

    /// Returns the id that the change will have, whoever's hand the signature is from.
    pub fn id(&self) -> ChangeId {
        ChangeId::from_bytes(sha256(&[&self.to_sign()]))
    }

    /// Joins it with its author's signature.
    ///
    /// # Errors
    /// [`Error::Signature`] if it is not the author's over these bytes.
    pub fn signed(self, signature: Signature) -> Result<Verified, Error> {
        self.header.author.verify(&self.to_sign(), &signature)?;
        Ok(self.with(signature))
    }

    /// Signs with the key that its header names.
    pub(crate) fn seal(self, key: &SecretKey) -> Verified {
        let signature = key.sign(&self.to_sign());
        self.with(signature)
    }

    /// Joins it with a signature that nobody looks at: for judging what would become of it, never for keeping.
    pub(crate) fn rehearsed(self) -> Verified {
        self.with(Signature::from_bytes([0; 64]))
    }

    fn with(self, signature: Signature) -> Verified {
        let id = self.id();
        let Self { header, header_bytes, body } = self;
        Verified { id, signed: Signed { header, header_bytes, signature, body: Some(body) } }
    }
}

/// Returns the COSE `Sig_structure` of a header: the bytes that are signed and whose hash names the change.
pub fn signed_bytes(header_bytes: &[u8]) -> Vec<u8> {
    cbor::encode(|e| e.array(4)?.str("Signature1")?.bytes(&PROTECTED)?.bytes(CONTEXT)?.bytes(header_bytes)?.ok())
}

impl Signed {
    /// Reads a change; accepts exactly what [`Signed::encode`] writes.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Malformed`], [`Error::Header`]: each before more than the input's size is allocated.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > CHANGE_BYTES_MAX {
            return Err(Error::TooLong { got: bytes.len() });
        }
        let mut r = Reader::new(bytes, "signed change");
        r.array_of(2)?;
        r.tag(COSE_SIGN1)?;
        r.array_of(4)?;
        if r.bytes()? != PROTECTED || r.map_up_to(0)? != 0 {
            return Err(r.malformed().into());
        }
        let header_bytes = r.bytes()?;
        let signature = Signature::from_bytes(r.array()?);
        let body = if r.null() { None } else { Some(r.bytes()?) };
        r.end()?;
        if body.is_some_and(|body| !(SALT_BYTES..=BODY_BYTES_MAX).contains(&body.len())) {
            return Err(Error::Body);
        }
        let header = Header::decode(header_bytes)?;
        let body = body.map(|body| Body(body.to_vec()));
        let signed = Self { header, header_bytes: header_bytes.to_vec(), signature, body };
        cbor::exactly(bytes, &signed.encode(), "signed change")?;
        Ok(signed)
    }

    /// Returns the bytes of header, signature and body as they travel and are stored.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(|e| {
            e.array(2)?.tag(minicbor::data::Tag::new(COSE_SIGN1))?.array(4)?.bytes(&PROTECTED)?.map(0)?;
            e.bytes(&self.header_bytes)?.bytes(self.signature.as_bytes())?;
            match &self.body {
                Some(body) => e.bytes(body.as_bytes())?.ok(),
                None => e.null()?.ok(),
            }
        })
    }

    /// Returns the header; nobody has vouched for it yet.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns whether the body is not there: erased, or withheld for what it held.
    pub fn is_header_only(&self) -> bool {
        self.body.is_none()
    }

    /// Returns the id this header has, whether or not the signature holds.
    pub fn id(&self) -> ChangeId {
        ChangeId::from_bytes(sha256(&[&signed_bytes(&self.header_bytes)]))
    }

    /// Takes back what this node verified before it wrote it to its own log: checks the body, not the signature again.
    ///
    /// # Errors
    /// [`Error::Body`].
    pub fn trust_own_log(self) -> Result<Verified, Error> {
        self.require_body_fits()?;
        Ok(Verified { id: self.id(), signed: self })
    }

    /// Checks the signature alone and returns the change's id.
    ///
    /// # Errors
    /// [`key::Error`] if the key is unusable or the signature does not fit.
    pub fn verify_signature(&self) -> Result<ChangeId, key::Error> {
        let message = signed_bytes(&self.header_bytes);
        self.header.author.verify(&message, &self.signature)?;
        Ok(ChangeId::from_bytes(sha256(&[&message])))
    }

    fn require_body_fits(&self) -> Result<(), Error> {
        let fits = self.body.as_ref().is_none_or(|body| {
            body.0.len() == self.header.body_length as usize && BodyHash::of(&body.0) == self.header.body_hash
        });
        if fits { Ok(()) } else { Err(Error::Body) }
    }

    /// Checks signature and body.
    ///
    /// # Errors
    /// [`Error::Body`] if there is a body and it is not the one committed to; [`Error::Signature`].
    pub fn verify(self) -> Result<Verified, Error> {
        self.require_body_fits()?;
        let id = self.verify_signature()?;
        Ok(Verified { id, signed: self })
    }
}

impl Verified {
    /// Returns the change's id.
    pub fn id(&self) -> ChangeId {
        self.id
    }

    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.signed.header
    }

    /// Returns the document the change belongs to.
    pub fn document(&self) -> DocumentId {
        match self.signed.header.place {
            Place::Begins { .. } => self.id.into(),
            Place::Continues(document) => document,
        }
    }

    /// Returns kind and scope, which only a document's first change names.
    pub fn begins(&self) -> Option<(Kind, Scope)> {
        match self.signed.header.place {
            Place::Begins { kind, scope } => Some((kind, scope)),
            Place::Continues(_) => None,
        }
    }

    /// Returns the author key.
    pub fn author(&self) -> PublicKey {
        self.signed.header.author
    }

    /// Returns the body, unless it was erased or withheld.
    pub fn body(&self) -> Option<&Body> {
        self.signed.body.as_ref()
    }

    /// Returns the bytes as they travel and are stored.
    pub fn encode(&self) -> Vec<u8> {
        self.signed.encode()
    }

    /// Returns the change without its body: what stays when content must go.
    pub fn without_body(mut self) -> Self {
        self.signed.body = None;
        self
    }
}
