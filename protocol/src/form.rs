//! What a form asks, as data: fields with their need in each variant, label and help in three languages, local questions, code
//! lists by OID, and the notice that sends danger to one person elsewhere.
//!
//! A form package is one JSON object. It is read strictly: unknown keys, texts that are missing in a language and counts beyond
//! [`limits`] are refused, so that what one coordinator publishes another node shows whole or not at all. How a field is *typed* is
//! [`crate::report::schema`]'s; a form says whether it is asked, and in what words. The rule that a report ends in a proposal is not
//! a form's to change ([`crate::report::check`](mod@crate::report::check)). Knows nothing of signatures, peers or storage.

pub mod code_list;
pub mod error;
pub mod field;
pub mod limits;
pub mod lookup;
pub mod notice;
pub mod question;
mod sound;
pub mod text;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::{FormHash, sha256};
use crate::report::codes::Language;
use crate::report::schema::FormId;

pub use code_list::{CodeList, NamedCode};
pub use error::{Error, Fault};
pub use field::{Field, Need, Needs};
pub use notice::{Channel, Notice};
pub use question::{Answer, Question};
pub use text::Trilingual;

use limits::FORM_BYTES_MAX;

/// Begins the name of each local question, so that no field of a later version has the same.
pub const LOCAL_PREFIX: &str = "local.";

/// The form that comes with the program.
const BUILT_IN: &str = include_str!("form/report-1.json");

/// A form package. In JSON an object with these names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its id with its version as the last part, such as `talkoot/report/1`: what a report's `form` names.
    pub form: FormId,
    /// Its name.
    pub name: Trilingual,
    /// Where danger to one person belongs.
    pub notice: Notice,
    /// The fields in the order in which they are asked. One that this version does not know is of a newer form.
    pub fields: Vec<Field>,
    /// Questions of one's own, after the fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    /// Lists of official codes by their system.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_lists: Vec<CodeList>,
}

impl Form {
    /// Returns the form that comes with the program.
    pub fn built_in() -> &'static Self {
        static FORM: OnceLock<Form> = OnceLock::new();
        FORM.get_or_init(|| Self::parse(BUILT_IN.as_bytes()).expect("the committed form is sound; a test reads it"))
    }

    /// Reads a form package from JSON text.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond [`FORM_BYTES_MAX`] bytes, [`Error::NotAForm`], or [`Error::Unsound`] with every fault.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        if json.len() > FORM_BYTES_MAX {
            return Err(Error::TooLarge { limit: FORM_BYTES_MAX, got: json.len() });
        }
        let form: Self = serde_json::from_slice(json).map_err(|error| Error::not_a_form(&error))?;
        form.checked()
    }

    /// Reads a form package from the root map of a document.
    ///
    /// # Errors
    /// As [`Form::parse`].
    pub fn read(fields: Map<String, Value>) -> Result<Self, Error> {
        let form: Self = serde_json::from_value(Value::Object(fields)).map_err(|error| Error::not_a_form(&error))?;
        let got = form.canonical().len();
        if got > FORM_BYTES_MAX {
            return Err(Error::TooLarge { limit: FORM_BYTES_MAX, got });
        }
        form.checked()
    }

    fn checked(self) -> Result<Self, Error> {
        let faults = sound::faults(&self);
        if faults.is_empty() { Ok(self) } else { Err(Error::Unsound(faults)) }
    }

    /// Returns what goes into the root map of a document.
    pub fn to_fields(&self) -> Map<String, Value> {
        // Texts, whole numbers, lists and structs of them: turning them into a value cannot fail.
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        }
    }

    /// Returns the one encoding of this form: JSON without spaces, keys in ascending order, absent parts left out.
    pub fn canonical(&self) -> Vec<u8> {
        Value::Object(self.to_fields()).to_string().into_bytes()
    }

    /// Returns the hash of [`Form::canonical`]: equal for equal forms, however their files are laid out.
    pub fn hash(&self) -> FormHash {
        FormHash::from_bytes(sha256(&[b"talkoot/form/1", &self.canonical()]))
    }

    /// Returns a field by its id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Returns a local question by its id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// Returns the list of a system, if it holds any code.
    pub fn codes(&self, system: &str) -> Option<&CodeList> {
        self.code_lists.iter().find(|list| list.system == system && !list.codes.is_empty())
    }

    /// Returns the label of a field or question, if the form has it.
    pub fn label(&self, id: &str, language: Language) -> Option<&str> {
        let label =
            self.field(id).map(|field| &field.label).or_else(|| self.question(id).map(|question| &question.label));
        label.map(|label| label.get(language))
    }

    /// Puts a loaded list where the form only names one of its system, or adds it. Codes that the form itself holds stay.
    pub fn fill_codes(&mut self, list: CodeList) {
        match self.code_lists.iter_mut().find(|known| known.system == list.system) {
            Some(known) if known.codes.is_empty() => *known = list,
            Some(_) => {}
            None => self.code_lists.push(list),
        }
    }
}

#[cfg(test)]
mod tests;
