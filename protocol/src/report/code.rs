//! One coded answer, known or not: the type all code sets share.
//!
//! A set is a Rust enum, so that counting and labels are exhaustive. A newer form may bring codes this version does not
//! know: [`Code`] keeps their key as it came, so that one strange code makes no report unreadable and none is lost. Numeric
//! sets (the items of a law) stand as integers in JSON, all others as text.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::codes::Language;

/// A closed set of codes with a stable key on the wire and a label in three languages.
pub trait CodeSet: Copy + Ord + fmt::Debug + 'static {
    /// Whether keys are whole numbers, written as such in JSON.
    const NUMERIC: bool = false;

    /// Returns every code of the set, in the order forms show them.
    fn all() -> &'static [Self];

    /// Returns the key: what is stored and sent. Never changes.
    fn key(self) -> &'static str;

    /// Returns the name people see. Sámi falls back to Finnish until it is translated.
    fn label(self, language: Language) -> &'static str;

    /// Returns the code with this key.
    fn from_key(key: &str) -> Option<Self> {
        Self::all().iter().copied().find(|code| code.key() == key)
    }
}

/// Text that is no key of the set asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown code {got:?}")]
pub struct UnknownCodeError {
    /// What was given, cut to 80 characters.
    pub got: String,
}

impl UnknownCodeError {
    /// Notes what was given.
    pub(crate) fn new(got: &str) -> Self {
        Self { got: got.chars().take(80).collect() }
    }
}

/// A code of set `T`, or a key of a newer form that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<T>(Kept<T>);

/// Kept private so that a key the set knows is never held as unknown: equal keys are equal values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kept<T> {
    Known(T),
    Unknown(String),
}

impl<T: CodeSet> Code<T> {
    /// Takes any key; one the set does not know is kept as it is.
    pub fn from_key(key: &str) -> Self {
        Self(T::from_key(key).map_or_else(|| Kept::Unknown(key.to_owned()), Kept::Known))
    }

    /// Returns the code if this version knows it.
    pub fn known(&self) -> Option<T> {
        match &self.0 {
            Kept::Known(code) => Some(*code),
            Kept::Unknown(_) => None,
        }
    }

    /// Returns the key if this version does not know it.
    pub fn unknown(&self) -> Option<&str> {
        match &self.0 {
            Kept::Known(_) => None,
            Kept::Unknown(key) => Some(key),
        }
    }

    /// Returns the key as stored and sent.
    pub fn key(&self) -> &str {
        match &self.0 {
            Kept::Known(code) => code.key(),
            Kept::Unknown(key) => key,
        }
    }

    /// Returns the name people see; an unknown code shows its key.
    pub fn label(&self, language: Language) -> &str {
        match &self.0 {
            Kept::Known(code) => code.label(language),
            Kept::Unknown(key) => key,
        }
    }
}

impl<T: CodeSet> From<T> for Code<T> {
    fn from(code: T) -> Self {
        Self(Kept::Known(code))
    }
}

impl<T: CodeSet + Default> Default for Code<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T: CodeSet> PartialEq<T> for Code<T> {
    fn eq(&self, other: &T) -> bool {
        self.known() == Some(*other)
    }
}

impl<T: CodeSet> fmt::Display for Code<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl<T: CodeSet> FromStr for Code<T> {
    type Err = std::convert::Infallible;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Ok(Self::from_key(key))
    }
}

impl<T: CodeSet> Serialize for Code<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_key::<T, S>(self.key(), serializer)
    }
}

impl<'de, T: CodeSet> Deserialize<'de> for Code<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyVisitor(PhantomData))
    }
}

/// Writes a key: as an integer if the set is numeric and the key is one in its shortest form, else as text.
pub(crate) fn serialize_key<T: CodeSet, S: Serializer>(key: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match key.parse::<u64>() {
        Ok(number) if T::NUMERIC && number.to_string() == key => serializer.serialize_u64(number),
        _ => serializer.serialize_str(key),
    }
}

struct KeyVisitor<T>(PhantomData<T>);

impl<T: CodeSet> serde::de::Visitor<'_> for KeyVisitor<T> {
    type Value = Code<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if T::NUMERIC { "a code as a whole number" } else { "a code as text" })
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Code<T>, E> {
        Ok(Code::from_key(key))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Code<T>, E> {
        if T::NUMERIC {
            return Ok(Code::from_key(&number.to_string()));
        }
        Err(E::invalid_type(serde::de::Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Code<T>, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(serde::de::Unexpected::Signed(number), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes::{Kind, SupportNeed};
    use super::*;

    #[test]
    fn keeps_what_it_does_not_know() {
        let code: Code<Kind> = serde_json::from_str(r#""rumour""#).unwrap();
        assert_eq!((code.known(), code.key()), (None, "rumour"));
        assert_eq!(serde_json::to_string(&code).unwrap(), r#""rumour""#);
        assert_eq!(Code::<Kind>::from_key("experiment"), Kind::Experiment);
        assert!(serde_json::from_str::<Code<Kind>>("3").is_err());
        assert!(serde_json::from_str::<Code<Kind>>("[]").is_err());
    }

    #[test]
    fn numbers_stay_numbers() {
        let codes: Vec<Code<SupportNeed>> = serde_json::from_str("[3, \"10\", 11, 99]").unwrap();
        assert_eq!(codes[0], SupportNeed::Finances);
        assert_eq!(codes[2].unknown(), Some("11"));
        assert_eq!(serde_json::to_string(&codes).unwrap(), "[3,10,11,99]");
        assert!(serde_json::from_str::<Code<SupportNeed>>("-1").is_err());
        assert!(serde_json::from_str::<Code<SupportNeed>>("1.5").is_err());
    }
}
