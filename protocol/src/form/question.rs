//! A local question: what it takes for an answer, and how an answer is typed and shown.
//!
//! Answers are kept in a report's unknown fields under the question's own name, so that a node without the form passes them on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::code_list::NamedCode;
use super::field::{Need, Needs, need};
use super::text::Trilingual;
use super::{Form, LOCAL_PREFIX};
use crate::report::codes::{Kind, Language, Variant};

/// What a question takes for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// A text.
    Text {},
    /// One code of a list.
    Choice {
        /// The codes, if they are the question's own.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        codes: Vec<NamedCode>,
        /// Else the system of a list in the form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        system: Option<String>,
    },
    /// A whole number.
    Number {
        /// The least allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// The greatest allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// Yes or no.
    YesNo {},
}

/// A question of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its id: [`LOCAL_PREFIX`] and a name.
    pub id: String,
    /// The question.
    pub label: Trilingual,
    /// How to answer it; may be left out.
    #[serde(default, skip_serializing_if = "Trilingual::is_empty")]
    pub help: Trilingual,
    /// What it takes.
    pub answer: Answer,
    /// Who has to answer it.
    pub needs: Needs,
    /// Only reports of these kinds are asked; all if it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
}

/// What an answer is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It fits.
    Good,
    /// A code that the list does not have; perhaps one of a later version.
    UnknownCode(String),
    /// Something else than the question takes: what it takes, in English.
    Unfit(String),
}

impl Question {
    /// Returns the need in a report of a variant and kind.
    pub fn need(&self, variant: Variant, kind: Option<Kind>) -> Need {
        need(&self.needs, &self.kinds, variant, kind)
    }

    /// Returns the codes it takes, those of the form's list if it names one.
    pub fn codes<'a>(&'a self, form: &'a Form) -> &'a [NamedCode] {
        match &self.answer {
            Answer::Choice { system: Some(system), .. } => form.codes(system).map_or(&[], |list| &list.codes),
            Answer::Choice { codes, system: None } => codes,
            _ => &[],
        }
    }

    /// Judges an answer.
    pub fn judge(&self, value: &Value, form: &Form) -> Verdict {
        let good = match (&self.answer, value) {
            (Answer::Text {}, Value::String(_)) | (Answer::YesNo {}, Value::Bool(_)) => true,
            (Answer::Choice { .. }, Value::String(code)) => {
                let known = self.codes(form).iter().any(|known| known.code == *code);
                return if known { Verdict::Good } else { Verdict::UnknownCode(code.clone()) };
            }
            (Answer::Number { min, max }, value) => value
                .as_i64()
                .is_some_and(|number| min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)),
            _ => false,
        };
        if good { Verdict::Good } else { Verdict::Unfit(self.expected()) }
    }

    /// Returns the value that typed text stands for; text that does not fit stays text, for [`Question::judge`] to name.
    pub fn typed(&self, text: &str) -> Value {
        let trimmed = text.trim();
        match &self.answer {
            Answer::Text {} => Value::from(text),
            Answer::Choice { .. } => Value::from(trimmed),
            Answer::Number { .. } => trimmed.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
            Answer::YesNo {} => match trimmed.to_lowercase().as_str() {
                "yes" | "true" | "1" | "kyllä" | "ja" => Value::from(true),
                "no" | "false" | "0" | "ei" | "nej" => Value::from(false),
                _ => Value::from(text),
            },
        }
    }

    /// Returns the name of a choice's code in a language; `None` for other answers and unknown codes.
    pub fn name_of<'a>(&'a self, value: &Value, form: &'a Form, language: Language) -> Option<&'a str> {
        let code = value.as_str()?;
        self.codes(form).iter().find(|known| known.code == code).map(|known| known.name.get(language))
    }

    /// Says what it takes, in English.
    pub fn expected(&self) -> String {
        match &self.answer {
            Answer::Text {} => "expected a text".to_owned(),
            Answer::Choice { .. } => "expected a code".to_owned(),
            Answer::Number { min: Some(min), max: Some(max) } => format!("expected a whole number from {min} to {max}"),
            Answer::Number { min: Some(min), .. } => format!("expected a whole number, at least {min}"),
            Answer::Number { max: Some(max), .. } => format!("expected a whole number, at most {max}"),
            Answer::Number { .. } => "expected a whole number".to_owned(),
            Answer::YesNo {} => "expected yes or no".to_owned(),
        }
    }

    /// Returns the id without [`LOCAL_PREFIX`].
    pub fn name(&self) -> &str {
        self.id.strip_prefix(LOCAL_PREFIX).unwrap_or(&self.id)
    }
}
