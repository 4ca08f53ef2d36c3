//! What a form's fields hold when the page comes: nothing, or what a report says already. Reads JSON by the names that the controls
//! have (`proposal[0].text`), and never fails: what is not there is empty.

use serde_json::{Map, Value};
use talkoot_protocol::form::LOCAL_PREFIX;

/// The fields of a report.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filled(Map<String, Value>);

impl Filled {
    /// Takes the fields.
    pub(crate) fn new(fields: Map<String, Value>) -> Self {
        Self(fields)
    }

    /// Returns the value at a place.
    pub(crate) fn at(&self, place: &str) -> Option<&Value> {
        if place.starts_with(LOCAL_PREFIX) {
            return self.0.get(place);
        }
        let mut parts = place.split(['.', '[']);
        let first = self.0.get(parts.next()?)?;
        parts.try_fold(first, |value, part| match part.strip_suffix(']') {
            Some(number) => value.get(number.parse::<usize>().ok()?),
            None => value.get(part),
        })
    }

    /// Returns what stands at a place as text: a text, a number, yes or no; empty for all else.
    pub(crate) fn said(&self, place: &str) -> String {
        self.at(place).map(text).unwrap_or_default()
    }

    /// Returns how many entries a list has.
    pub(crate) fn count(&self, field: &str) -> usize {
        self.at(field).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// Returns the entries of a list as texts.
    pub(crate) fn entries(&self, field: &str) -> Vec<String> {
        self.at(field).and_then(Value::as_array).into_iter().flatten().map(text).collect()
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_found_by_the_name_of_its_control() {
        let fields = json!({
            "title": "Jono", "support_need": [2, 99], "proposal": [{"text": "a"}, {"text": "b"}], "local.lift": true,
        });
        let filled = Filled::new(serde_json::from_value(fields).unwrap());
        for (place, expected) in [
            ("title", "Jono"),
            ("support_need[1]", "99"),
            ("proposal[1].text", "b"),
            ("local.lift", "true"),
            ("proposal[2].text", ""),
            ("proposal[99999999999999999999].text", ""),
            ("title.text", ""),
            ("proposal", ""),
            ("", ""),
        ] {
            assert_eq!(filled.said(place), expected, "{place}");
        }
        assert_eq!((filled.count("proposal"), filled.count("title")), (2, 0));
        assert_eq!(filled.entries("support_need"), ["2", "99"]);
    }
}
