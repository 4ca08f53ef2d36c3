//! Codes of an official list, named by its OID. The lists themselves change and their terms of use vary: a form may carry one, and a
//! node may load one beside the form.

use serde::{Deserialize, Serialize};

use super::text::Trilingual;
use super::{Error, sound};
use crate::report::codes::Language;

/// What every system of an OID begins with.
pub const OID_PREFIX: &str = "urn:oid:";

/// A code and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedCode {
    /// What is stored.
    pub code: String,
    /// What people see.
    pub name: Trilingual,
}

/// A list of codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// The list's system, such as `urn:oid:1.2.246.537.6.1222`.
    pub system: String,
    /// Its name.
    pub name: Trilingual,
    /// Which edition this is; empty if no codes are here.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Where it is from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// On what terms it may be used; empty if that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    /// The codes in the list's own order; none as long as only the list is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<NamedCode>,
}

impl CodeList {
    /// Returns the list if every count, length and code of it can be used.
    ///
    /// # Errors
    /// [`Error::Unsound`] with every fault.
    pub fn checked(self) -> Result<Self, Error> {
        let faults = sound::list_faults(&self);
        if faults.is_empty() { Ok(self) } else { Err(Error::Unsound(faults)) }
    }

    /// Returns the name of a code.
    pub fn name_of(&self, code: &str, language: Language) -> Option<&str> {
        self.codes.iter().find(|known| known.code == code).map(|known| known.name.get(language))
    }
}

/// Returns whether a text is `urn:oid:` and an object identifier: at least two numbers between dots, none with a leading zero.
pub fn is_oid(system: &str) -> bool {
    let number = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    system.strip_prefix(OID_PREFIX).is_some_and(|oid| oid.contains('.') && oid.split('.').all(number))
}
