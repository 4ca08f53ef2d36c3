//! Numbers within bounds, and texts of one form.

use std::borrow::Cow;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use talkoot_protocol::report::period;
use talkoot_protocol::schema::HALF_YEAR_PATTERN;

/// Entries of a page, if the asker does not say.
const LIMIT_DEFAULT: usize = 50;
/// Most entries of a page.
const LIMIT_MAX: usize = 1_000;
/// Most entries that can be skipped.
const SKIP_MAX: usize = 100_000_000;
/// Most characters of words that are looked for; of these, no four bytes each are more than the node takes.
const WORDS_CHARS_MAX: usize = talkoot_protocol::api::QUESTION_BYTES_MAX / 4;
/// Most characters of a filter.
const FILTER_CHARS_MAX: usize = 2_000;
/// Most characters of an address of a peer.
const ADDRESS_CHARS_MAX: usize = 300;
/// Most characters of a form's id.
const FORM_CHARS_MAX: usize = 200;

/// Defines a number within bounds.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident: $least:expr, $most:expr, $default:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Deserialize)]
        #[serde(try_from = "usize")]
        pub(in crate::http) struct $name(pub(in crate::http) usize);

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        impl TryFrom<usize> for $name {
            type Error = String;

            fn try_from(number: usize) -> Result<Self, String> {
                let fits = ($least..=$most).contains(&number);
                fits.then_some(Self(number)).ok_or_else(|| format!("expected a number from {} to {}", $least, $most))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "integer", "minimum": $least, "maximum": $most, "default": $default })
            }
        }
    };
}

number! {
    /// At most so many entries.
    Limit: 1, LIMIT_MAX, LIMIT_DEFAULT
}
number! {
    /// Skip so many entries.
    Skip: 0, SKIP_MAX, 0
}

/// Defines a text of one form.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident: $schema:tt, $fits:expr, $expected:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(try_from = "String")]
        pub(in crate::http) struct $name(pub(in crate::http) String);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok(Self(text)) } else { Err(format!("expected {}", $expected)) }
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// Pattern of a document's id or its beginning.
const ID_BEGINNING: &str = "^[0-9a-fA-F]{1,64}$";
/// Pattern of filters such as `theme=2,5;county=12`.
const FILTER_PATTERN: &str =
    "^(?:[a-z_]+=[A-Za-z0-9_-]+(?:,[A-Za-z0-9_-]+)*(?:;[a-z_]+=[A-Za-z0-9_-]+(?:,[A-Za-z0-9_-]+)*)*)?$";

text! {
    /// The id of a document, or its first digits if no other id begins so.
    IdBeginning: { "type": "string", "pattern": ID_BEGINNING },
    |text| (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
    "an id of 64 hexadecimal digits, or its first digits"
}
text! {
    /// Words that are looked for.
    Words: { "type": "string", "minLength": 1, "maxLength": WORDS_CHARS_MAX },
    |text| (1..=WORDS_CHARS_MAX).contains(&text.chars().count()),
    format!("1 to {WORDS_CHARS_MAX} characters")
}
text! {
    /// A half-year such as 2026-H1.
    HalfYear: { "type": "string", "pattern": HALF_YEAR_PATTERN },
    |text| period::HalfYear::from_str(text).is_ok() && text.len() == 7,
    "a half-year such as 2026-H1"
}
text! {
    /// Which reports count: each facet with its values, such as `theme=2,5;county=12`.
    FilterText: { "type": "string", "pattern": FILTER_PATTERN, "maxLength": FILTER_CHARS_MAX, "default": "" },
    |text| text.is_empty() || (text.len() <= FILTER_CHARS_MAX && text.split(';').all(is_filter)),
    "filters such as theme=2,5;county=12"
}
text! {
    /// An address of a peer: host:port or a multiaddress.
    PeerAddress: { "type": "string", "minLength": 1, "maxLength": ADDRESS_CHARS_MAX },
    |text| (1..=ADDRESS_CHARS_MAX).contains(&text.chars().count()),
    format!("1 to {ADDRESS_CHARS_MAX} characters")
}
text! {
    /// A form's id, such as talkoot/report/1, or the id of its document or the beginning of that.
    FormName: { "type": "string", "pattern": "^[A-Za-z0-9._/-]+$", "minLength": 1, "maxLength": FORM_CHARS_MAX },
    |text| (1..=FORM_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte)),
    "a form's id such as talkoot/report/1"
}

fn is_filter(part: &str) -> bool {
    let is_key =
        |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    part.split_once('=').is_some_and(|(facet, keys)| {
        let is_facet = !facet.is_empty() && facet.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_facet && keys.split(',').all(is_key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_have_one_form() {
        for good in ["", "theme=2", "theme=2,5;county=12", "half_year=2026-H1"] {
            FilterText::try_from(good.to_owned()).unwrap();
        }
        for bad in ["theme", "theme=", "=2", "theme=2;", "theme=2,,3", "Theme=2", "theme=ä"] {
            FilterText::try_from(bad.to_owned()).unwrap_err();
        }
    }
}
