//! What a worker is about to write, and what is to be said about it before it is signed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::ChangeId;
use crate::key::PublicKey;
use crate::limits::SALT_BYTES;
use crate::scope::{Kind, Scope};
use crate::time::Timestamp;

/// What a worker is about to write. In a joint document fields are named by their path alone; the organisation's prefix is put
/// before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub enum Writing {
    /// Begins a document.
    Begin {
        /// What sort of document.
        kind: Kind,
        /// For whom it is.
        scope: Scope,
        /// The fields.
        fields: Map<String, Value>,
    },
    /// Changes one.
    Change {
        /// The document's id, or its beginning.
        document: String,
        /// The fields that are written anew; nothing where one is taken away.
        edits: BTreeMap<String, Option<Value>>,
    },
}

/// A change to be made for a key that is elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// The key that will sign.
    pub author: PublicKey,
    /// The certificate that lets it act.
    pub certificate: ChangeId,
    /// When it is, by the signer's clock.
    pub claimed: Timestamp,
    /// Fresh random bytes of the signer.
    pub salt: [u8; SALT_BYTES],
    /// What only may be wrong is signed as it is.
    #[serde(default)]
    pub confirmed: bool,
    /// What is written.
    pub writing: Writing,
}

/// What is to be done about a [`Remark`], mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Nothing: the author should know.
    Note,
    /// It has to be mended, or the author says that it is right.
    Confirm,
    /// It has to be mended.
    Mend,
}

/// One thing about one field. It never repeats a text that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Where: a field (`title`), a place in it (`proposal[0].text`), or a path of a joint document (`answer/0a1b2c3d.reason`).
    pub field: String,
    /// A stable name of what it is.
    pub name: String,
    /// What is to be done.
    pub weight: Weight,
    /// The same as a sentence in English.
    pub message: String,
    /// Of a text: the characters it is about, from the first (counted from 0) up to but without the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(usize, usize)>,
    /// What to write instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// The most that is allowed, in characters, entries or bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// How many there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got: Option<usize>,
    /// Codes that come near, each with its name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<String>,
}

impl Remark {
    /// Makes one without particulars.
    pub fn new(field: impl Into<String>, name: impl Into<String>, weight: Weight, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            name: name.into(),
            weight,
            message: message.into(),
            span: None,
            suggestion: None,
            limit: None,
            got: None,
            nearest: Vec::new(),
        }
    }
}
