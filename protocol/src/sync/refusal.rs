//! Everything for which a change is refused, by name. Which rule refuses a change is decided by signed data alone, so that
//! every node refuses alike (docs/protocol.md, "Admission").

use crate::chunk;
use crate::header;
use crate::key;
use crate::limits::{DEPTH_MAX, DOCUMENT_CHANGES_MAX};
use crate::scan::Rule;
use crate::signed;

/// Why a change is refused, for ever and by every node alike.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not a well-formed change with a good signature.
    #[error(transparent)]
    Signed(#[from] signed::Error),
    /// It belongs to another network.
    #[error("it belongs to another network")]
    WrongNetwork,
    /// Its act is reserved and has no meaning in this version.
    #[error("its act is reserved for a later version")]
    ReservedAct,
    /// Changes of this kind of document are not taken in this version.
    #[error("documents of this kind are not taken in this version")]
    ReservedKind,
    /// The act does not go with the kind of document.
    #[error("this act does not belong in a document of this kind")]
    ActOutOfPlace,
    /// It came without its body.
    #[error("it came without its body")]
    BodyMissing,
    /// The statement in its body is not readable.
    #[error("the statement in its body is not well-formed")]
    Statement,
    /// The automerge change in its body breaks a rule.
    #[error("its automerge change: {0}")]
    Chunk(#[from] chunk::Error),
    /// A text in it holds an identifier.
    #[error("it holds what looks like {0}")]
    Identifier(Rule),
    /// It names no certificate and needs one, or names one and must not.
    #[error("it must name a certificate exactly when its key is not a root key")]
    CertificatePresence,
    /// What it names as certificate is none.
    #[error("what it names as its certificate is not one")]
    NotACertificate,
    /// The certificate is for another key.
    #[error("its certificate is for another key")]
    CertificateOfOther,
    /// The certificate does not give the role this act needs.
    #[error("its certificate does not give the role this act needs")]
    Role,
    /// The key is not the root key of the organisation whose document it is.
    #[error("only the organisation's root key may write here")]
    NotRoot,
    /// The node is not the one whose document it is.
    #[error("only the node that began this document may write here")]
    ForeignNode,
    /// A statement names another organisation than the one whose document it stands in.
    #[error("it speaks for another organisation")]
    OtherOrganisation,
    /// A document scoped to an organisation that is not the author's.
    #[error("its scope is an organisation that is not the author's")]
    ForeignScope,
    /// In a joint document it writes where another organisation writes, or into what another change made.
    #[error("in a document of several organisations each writes under its own prefix only")]
    ForeignEntry,
    /// In a service path it writes something else than codes and small numbers, too much of it, or into what another change made.
    #[error("a service path holds codes and small numbers only, 12 steps at most, each field written whole")]
    NotCoded,
    /// A first change with a past, or a later change without one.
    #[error("a first change builds on nothing, a later one on something")]
    PastPresence,
    /// Its previous header is not the one before it in this key's chain in this document.
    #[error("its previous header is not the one before it in this chain")]
    Chain,
    /// Something it builds on lies in another document.
    #[error("it builds on a change of another document")]
    ForeignDependency,
    /// Something it builds on was refused.
    #[error("it builds on a change that was refused")]
    DependsOnRefused,
    /// The automerge change builds on others than the header says.
    #[error("its automerge change builds on other changes than its header says")]
    DependenciesDiffer,
    /// Its operations are not numbered from one past the greatest it builds on.
    #[error("its first operation is numbered {got}, it must be {expected}")]
    StartOp {
        /// The number it must have.
        expected: u32,
        /// The number it has.
        got: u32,
    },
    /// It points at an operation that is not in its past.
    #[error("it points at an operation outside its past")]
    ForeignReference,
    /// It nests objects too deep.
    #[error("it nests objects deeper than {DEPTH_MAX}")]
    TooDeep,
    /// The document is full.
    #[error("its document is full ({DOCUMENT_CHANGES_MAX} changes); a successor document is needed")]
    DocumentFull,
}

impl Refusal {
    /// Returns the stable name under which refusals are counted.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Signed(error) => signed_name(error),
            Self::WrongNetwork => "wrong_network",
            Self::ReservedAct => "reserved_act",
            Self::ReservedKind => "reserved_kind",
            Self::ActOutOfPlace => "act_out_of_place",
            Self::BodyMissing => "body_missing",
            Self::Statement => "statement_malformed",
            Self::Chunk(error) => error.name(),
            Self::Identifier(_) => "identifier",
            Self::CertificatePresence => "certificate_presence",
            Self::NotACertificate => "not_a_certificate",
            Self::CertificateOfOther => "certificate_of_other_key",
            Self::Role => "role",
            Self::NotRoot => "not_root_key",
            Self::ForeignNode => "foreign_node",
            Self::OtherOrganisation => "other_organisation",
            Self::ForeignScope => "foreign_scope",
            Self::ForeignEntry => "foreign_entry",
            Self::NotCoded => "not_coded",
            Self::PastPresence => "past_presence",
            Self::Chain => "chain",
            Self::ForeignDependency => "foreign_dependency",
            Self::DependsOnRefused => "depends_on_refused",
            Self::DependenciesDiffer => "dependencies_differ",
            Self::StartOp { .. } => "start_op",
            Self::ForeignReference => "foreign_reference",
            Self::TooDeep => "too_deep",
            Self::DocumentFull => "document_full",
        }
    }
}

fn signed_name(error: &signed::Error) -> &'static str {
    match error {
        signed::Error::TooLong { .. } => "too_long",
        signed::Error::Malformed(_) => "malformed",
        signed::Error::Body => "body_mismatch",
        signed::Error::Signature(key::Error::WeakKey) => "weak_key",
        signed::Error::Signature(key::Error::BadSignature) => "bad_signature",
        signed::Error::Header(error) => match error {
            header::Error::Malformed(_) => "header_malformed",
            header::Error::TooLong { .. } => "header_too_long",
            header::Error::Version { .. } => "wire_version",
            header::Error::UnknownAct { .. } => "unknown_act",
            header::Error::UnknownKind { .. } => "unknown_kind",
            header::Error::Dependencies => "dependencies",
            header::Error::BodyLength { .. } => "body_length",
        },
    }
}
