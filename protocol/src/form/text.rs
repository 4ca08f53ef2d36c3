//! One text in the three languages of forms.

use serde::{Deserialize, Serialize};

use crate::report::codes::Language;

/// A text in Finnish, Swedish and English. Sámi falls back to Finnish until it is translated.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Trilingual {
    /// Finnish.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fi: String,
    /// Swedish.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sv: String,
    /// English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Trilingual {
    /// Returns the text in a language, else in the first that has one.
    pub fn get(&self, language: Language) -> &str {
        let first = match language {
            Language::Fi | Language::Se => &self.fi,
            Language::Sv => &self.sv,
            Language::En => &self.en,
        };
        [first, &self.fi, &self.sv, &self.en]
            .into_iter()
            .find(|text| !text.trim().is_empty())
            .map_or("", String::as_str)
    }

    /// Returns the three texts with their language: Finnish, Swedish, English.
    pub fn all(&self) -> [(Language, &str); 3] {
        [(Language::Fi, &self.fi), (Language::Sv, &self.sv), (Language::En, &self.en)]
    }

    /// Returns whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.all().iter().all(|(_, text)| text.trim().is_empty())
    }
}
