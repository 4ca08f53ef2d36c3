//! What stands in a service path, and how it is read from and written to one JSON object, the root map of its document.
//!
//! ```json
//! {"steps": [{"service": "basic_social_assistance", "actor": "kela", "ended": "turned_away"},
//!            {"service": "food_aid", "actor": "parish", "ended": "received", "alongside": true, "shared_goal": "no"}],
//!  "outcome": "left_without", "area": {"scheme": "municipality", "year": 2026, "code": "491"}, "half_year": "2026-H1",
//!  "support_need": [3], "target_group": {"group": "unemployed", "age": "25-64"}}
//! ```
//!
//! Codes that this version does not know are kept as they came. Fields and parts it does not know stay in the document, where they are
//! shown and exported from; nothing here writes a document that was read.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::coded::LIST_ITEMS_MAX;
use super::codes::{ActorKind, PathOutcome, ServiceCode, SharedGoal, StepEnd, WaitBand};
use crate::report::area::Area;
use crate::report::code::Code;
use crate::report::codes::{Language, SupportNeed};
use crate::report::period::{HalfYear, Period};

pub use crate::report::schema::TargetGroup;

/// Most steps of a path.
pub const STEPS_MAX: usize = LIST_ITEMS_MAX;
/// Divides the list from the code in the key of a service of an official list.
const DIVIDER: char = '|';

/// Why a document cannot be read as a service path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A field holds something else than expected.
    #[error("field {field:?} of the service path cannot be read")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// There is no step, or too many.
    #[error("a service path has 1 to {STEPS_MAX} steps, this one {got}")]
    Steps {
        /// How many there are.
        got: usize,
    },
}

/// A type of service: by a local key, or by a code of an official list. Orders by its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum ServiceType {
    /// A local key.
    Local(Code<ServiceCode>),
    /// A code of an official list.
    Listed {
        /// The list, such as [`crate::report::codes::SYSTEM_SOCIAL_SERVICE`].
        system: String,
        /// The code in it.
        code: String,
    },
}

impl ServiceType {
    /// Returns the service with this key: `food_aid`, or `urn:oid:1.2.246.537.6.1222|101` for a code of a list.
    pub fn from_key(key: &str) -> Self {
        match key.split_once(DIVIDER) {
            Some((system, code)) => Self::Listed { system: system.to_owned(), code: code.to_owned() },
            None => Self::Local(Code::from_key(key)),
        }
    }

    /// Returns the key, see [`ServiceType::from_key`].
    pub fn key(&self) -> String {
        match self {
            Self::Local(code) => code.key().to_owned(),
            Self::Listed { system, code } => format!("{system}{DIVIDER}{code}"),
        }
    }

    /// Returns the name people see; a code of a list shows itself, since the list is not carried.
    pub fn label(&self, language: Language) -> &str {
        match self {
            Self::Local(code) => code.label(language),
            Self::Listed { code, .. } => code,
        }
    }
}

impl fmt::Display for ServiceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())
    }
}

/// One step: a service, by whom, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// The type of service.
    pub service: ServiceType,
    /// Who gave it, or should have.
    pub actor: Code<ActorKind>,
    /// How it ended.
    pub ended: Code<StepEnd>,
    /// How long somebody waited, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Code<WaitBand>>,
    /// Whether it ran beside the step before.
    #[serde(default, skip_serializing_if = "is_no")]
    pub alongside: bool,
    /// Whether it had a goal in common with the step beside which it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_goal: Option<Code<SharedGoal>>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_no(yes: &bool) -> bool {
    !*yes
}

/// One way through services, without anybody in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePath {
    /// The steps in their order, 1 to [`STEPS_MAX`].
    pub steps: Vec<Step>,
    /// How it ended.
    pub outcome: Code<PathOutcome>,
    /// Where it was: a municipality, a county or the country.
    pub area: Option<Area>,
    /// When it ended, or was seen.
    pub half_year: Option<HalfYear>,
    /// The needs for support behind it.
    pub support_need: Vec<Code<SupportNeed>>,
    /// The group somebody belonged to, and the age band.
    pub target_group: Option<TargetGroup>,
}

impl ServicePath {
    /// Reads the root map of a document. Fields this version does not know are passed over.
    ///
    /// # Errors
    /// [`Error::Field`] for a field that holds something else than expected, also for an outcome that is missing;
    /// [`Error::Steps`] if there is no step or more than [`STEPS_MAX`].
    pub fn read(fields: &Map<String, Value>) -> Result<Self, Error> {
        let steps: Vec<Step> = field(fields, "steps")?.unwrap_or_default();
        if !(1..=STEPS_MAX).contains(&steps.len()) {
            return Err(Error::Steps { got: steps.len() });
        }
        let support_need: Vec<Code<SupportNeed>> = field(fields, "support_need")?.unwrap_or_default();
        if support_need.len() > LIST_ITEMS_MAX {
            return Err(Error::Field { field: "support_need" });
        }
        Ok(Self {
            steps,
            outcome: field(fields, "outcome")?.ok_or(Error::Field { field: "outcome" })?,
            area: field(fields, "area")?,
            half_year: field::<Period>(fields, "half_year")?.map(Period::half_year),
            support_need,
            target_group: field(fields, "target_group")?,
        })
    }

    /// Returns what goes into the root map of a document: one key for each field that is answered.
    pub fn to_fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        put(&mut fields, "steps", &self.steps);
        put(&mut fields, "outcome", &self.outcome);
        put(&mut fields, "area", &self.area);
        put(&mut fields, "half_year", &self.half_year.map(|half_year| half_year.to_string()));
        if !self.support_need.is_empty() {
            put(&mut fields, "support_need", &self.support_need);
        }
        put(&mut fields, "target_group", &self.target_group);
        fields
    }
}

impl Serialize for ServicePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_fields().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ServicePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Map::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Reads a field; null is the same as absent.
fn field<T: for<'de> Deserialize<'de>>(fields: &Map<String, Value>, name: &'static str) -> Result<Option<T>, Error> {
    let Some(value) = fields.get(name) else { return Ok(None) };
    Option::<T>::deserialize(value).map_err(|_| Error::Field { field: name })
}

/// Puts an answered field into the map.
fn put<T: Serialize>(fields: &mut Map<String, Value>, name: &str, value: &T) {
    // Our types are texts, whole numbers, booleans, lists and structs of them: turning them into a value cannot fail.
    let value = serde_json::to_value(value).unwrap_or_default();
    if !value.is_null() {
        fields.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testing::any_path;
    use super::*;

    fn read(value: Value) -> Result<ServicePath, Error> {
        ServicePath::read(&serde_json::from_value(value).unwrap())
    }

    #[test]
    fn keeps_codes_it_does_not_know() {
        let json = json!({"steps": [{"service": "dream_reading", "actor": "kela", "ended": "received"},
            {"service": {"system": "urn:oid:1.2.246.537.6.1222", "code": "101"}, "actor": "x", "ended": "y"}],
            "outcome": "of_later"});
        let path = read(json.clone()).unwrap();
        assert_eq!(path.steps[0].service.key(), "dream_reading");
        assert_eq!(path.steps[1].service.key(), "urn:oid:1.2.246.537.6.1222|101");
        assert_eq!(ServiceType::from_key(&path.steps[1].service.key()), path.steps[1].service);
        assert_eq!(Value::Object(path.to_fields()), json);
    }

    #[test]
    fn says_what_cannot_be_read() {
        let step = json!({"service": "food_aid", "actor": "ngo", "ended": "received"});
        assert_eq!(read(json!({"outcome": "helped"})), Err(Error::Steps { got: 0 }));
        let many = json!({"steps": vec![step.clone(); 13], "outcome": "helped"});
        assert_eq!(read(many), Err(Error::Steps { got: 13 }));
        assert_eq!(read(json!({"steps": [step]})), Err(Error::Field { field: "outcome" }));
        assert_eq!(read(json!({"steps": 7, "outcome": "helped"})), Err(Error::Field { field: "steps" }));
        let later = json!({"steps": [step], "outcome": "helped", "half_year": "2026-05", "mood": "x"});
        assert_eq!(read(later).unwrap().half_year, HalfYear::new(2026, 1));
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(path in any_path()) {
            prop_assert_eq!(ServicePath::read(&path.to_fields()), Ok(path));
        }
    }
}
