//! JSON Schemas (draft 2020-12) of types that write themselves as text or numbers, so that a description of the API says what is
//! really sent. Everything else derives its schema beside its serde form. Only built with the feature `schema`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::date::Date;
use crate::enrolment::{EnrolmentId, Proof};
use crate::id::{
    AttachmentHash, ChangeId, ChunkHash, DocumentId, FormHash, NetworkId, NodeId, OrganisationId, WorkerId,
};
use crate::key::PublicKey;
use crate::report::code::{Code, CodeSet};
use crate::report::codes::Language;
use crate::report::period::Period;
use crate::scope::Scope;
use crate::sync::digest::Fingerprint;
use crate::view::Count;

/// Pattern of a 32-byte identifier. Written in lower case; read in either.
pub const ID_PATTERN: &str = "^[0-9a-fA-F]{64}$";
/// Pattern of a day of the calendar from 1900 to 2199, by the lengths of months and the leap years.
pub const DATE_PATTERN: &str = "^(?:(?:19|20|21)[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:(?:19|20|21)(?:0[48]|[2468][048]|[13579][26])|2000)-02-29)$";
/// Pattern of a month or a half-year from 1900 to 2199.
pub const PERIOD_PATTERN: &str = "^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2]|H[12])$";
/// Pattern of a half-year from 1900 to 2199.
pub const HALF_YEAR_PATTERN: &str = "^(?:19|20|21)[0-9]{2}-H[12]$";

/// Types that are text of one pattern.
macro_rules! texts {
    ($($type:ty: $name:literal, $pattern:expr, $what:literal;)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $what })
            }
        }
    )*};
}

texts! {
    ChangeId: "ChangeId", ID_PATTERN, "A change: SHA-256 of what its signer signed, in hexadecimal.";
    DocumentId: "DocumentId", ID_PATTERN, "A document: the id of its first change.";
    OrganisationId: "OrganisationId", ID_PATTERN, "An organisation.";
    WorkerId: "WorkerId", ID_PATTERN, "A pseudonymous worker.";
    NetworkId: "NetworkId", ID_PATTERN, "A network: the hash of its charter.";
    NodeId: "NodeId", ID_PATTERN, "A node: its public key.";
    ChunkHash: "ChunkHash", ID_PATTERN, "SHA-256 of a change's content.";
    AttachmentHash: "AttachmentHash", ID_PATTERN, "SHA-256 of the bytes of an attachment.";
    FormHash: "FormHash", ID_PATTERN, "The hash of a form package.";
    PublicKey: "PublicKey", ID_PATTERN, "An Ed25519 public key.";
    EnrolmentId: "EnrolmentId", ID_PATTERN, "A one-time code: its hash.";
    Proof: "Proof", ID_PATTERN, "What shows that whoever brought a key knew the code.";
    Fingerprint: "Fingerprint", ID_PATTERN, "One value over a set of changes: equal where the sets are.";
    Scope: "Scope", "^(?:network|region:[0-9]{1,2}|organisation:[0-9a-fA-F]{64})$", "For whom a document is.";
    Date: "Date", DATE_PATTERN, "A day.";
    Period: "Period", PERIOD_PATTERN, "A month or a half-year; never a day, which could point at a person.";
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A count, or \"few\" where it is too small to be shown; perhaps none.",
            "oneOf": [{ "type": "integer", "minimum": 0 }, { "const": "few" }],
        })
    }
}

/// Returns the name of a code set: that of its type.
pub fn code_set_name<T: CodeSet>() -> &'static str {
    std::any::type_name::<T>().rsplit("::").next().unwrap_or_default()
}

/// Returns the schema of a code set, closed: each key with its names.
pub fn code_set<T: CodeSet>() -> Schema {
    json_schema!({ "oneOf": T::all().iter().map(|code| one_code(*code)).collect::<Vec<_>>() })
}

/// Returns a key as it stands in JSON.
pub fn key_of<T: CodeSet>(code: T) -> Value {
    match code.key().parse::<u64>() {
        Ok(number) if T::NUMERIC => json!(number),
        _ => json!(code.key()),
    }
}

fn one_code<T: CodeSet>(code: T) -> Value {
    let names = names(code);
    json!({ "const": key_of(code), "title": names["en"], "x-title": names })
}

/// Returns the names of a code in the three languages.
pub fn names<T: CodeSet>(code: T) -> Value {
    json!({ "fi": code.label(Language::Fi), "sv": code.label(Language::Sv), "en": code.label(Language::En) })
}

/// Gives a code set the closed schema.
macro_rules! with_schema {
    ($set:ident) => {
        impl schemars::JsonSchema for $set {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($set).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::schema::code_set::<Self>()
            }
        }
    };
}

pub(crate) use with_schema;

/// Open: a newer form may have brought a code that this version does not know, and it is shown as it came.
impl<T: CodeSet> JsonSchema for Code<T> {
    fn schema_name() -> Cow<'static, str> {
        let name = code_set_name::<T>();
        format!("{}Code", name.strip_suffix("Code").unwrap_or(name)).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let kinds = if T::NUMERIC { json!(["integer", "string"]) } else { json!("string") };
        let known: Vec<Value> = T::all().iter().map(|code| one_code(*code)).collect();
        json_schema!({
            "type": kinds,
            "description": "A code of this set, or one of a newer form, as it came.",
            "anyOf": [{ "oneOf": known }, {}],
        })
    }
}
