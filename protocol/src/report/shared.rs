//! How other programs may say a coded answer: as `system`, `code` and `display`, the shape THL's code service gives. Read into
//! the bare keys that reports hold. What is not of this shape is left as it is, for whoever judges it next.
//!
//! Where the national code service has the very list (municipalities, counties, languages), its OID is the system. For the sets of
//! this form it is `talkoot/` and the set's name: the national lists of needs and tasks number other things.

use serde_json::{Map, Value, json};

use super::area::YEAR;
use super::code::CodeSet;
use super::codes::{
    AffectedEstimate, AgeBand, AimReached, AreaScheme, AttachmentKind, AuthorRole, CauseCode, ClientInvolved,
    Continuation, Effect, EvidenceCode, Group, Kind, Language, Level, NeedMet, SYSTEM_COUNTY, SYSTEM_LANGUAGE,
    SYSTEM_MUNICIPALITY, Sector, SeenThrough, ServiceTask, Spread, SupportNeed, Trend, Valence, Variant,
};

/// What the system of each set of the form begins with.
const OWN: &str = "talkoot/";

/// Returns the system of a code set.
pub fn system_of<T: CodeSet>() -> String {
    let name = std::any::type_name::<T>().rsplit("::").next().unwrap_or_default();
    if name == "Language" {
        return SYSTEM_LANGUAGE.to_owned();
    }
    let mut system = OWN.to_owned();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            system.push('_');
        }
        system.extend(letter.to_lowercase());
    }
    system
}

/// Returns a key as it stands in JSON, or nothing if the set has no such code.
fn key_in<T: CodeSet>(system: &str, code: &str) -> Option<Value> {
    let known = (system == system_of::<T>()).then(|| T::from_key(code))??;
    Some(match known.key().parse::<u64>() {
        Ok(number) if T::NUMERIC => json!(number),
        _ => json!(known.key()),
    })
}

/// Returns the key of a code in whichever set has this system.
fn key_of(system: &str, code: &str) -> Option<Value> {
    macro_rules! first {
        ($($set:ty),* $(,)?) => {
            None$(.or_else(|| key_in::<$set>(system, code)))*
        };
    }
    first!(
        AffectedEstimate,
        AgeBand,
        AimReached,
        AreaScheme,
        AttachmentKind,
        AuthorRole,
        CauseCode,
        ClientInvolved,
        Continuation,
        Effect,
        EvidenceCode,
        Group,
        Kind,
        Language,
        Level,
        NeedMet,
        Sector,
        SeenThrough,
        ServiceTask,
        Spread,
        SupportNeed,
        Trend,
        Valence,
        Variant,
    )
}

/// Returns an area of the national lists.
fn area_of(system: &str, code: &str) -> Option<Value> {
    let scheme = match system {
        SYSTEM_MUNICIPALITY => AreaScheme::Municipality,
        SYSTEM_COUNTY => AreaScheme::County,
        _ => return None,
    };
    Some(json!({ "scheme": scheme.key(), "year": YEAR, "code": code }))
}

/// Returns the fields with each `system`, `code`, `display` of a set of the form as the key that reports hold. The name people saw
/// is left out: reports show the set's own.
pub fn to_keys(fields: Map<String, Value>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name, keyed(value, DEPTH_MAX))).collect()
}

/// No field nests deeper.
const DEPTH_MAX: usize = 8;

fn keyed(value: Value, depth: usize) -> Value {
    match value {
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            let is_code = members.keys().all(|name| ["system", "code", "display"].contains(&name.as_str()));
            let found = text("system").zip(text("code")).filter(|_| is_code);
            match found.and_then(|(system, code)| key_of(system, code).or_else(|| area_of(system, code))) {
                Some(key) => key,
                None if depth == 0 => Value::Object(members),
                None => members.into_iter().map(|(name, value)| (name, keyed(value, depth - 1))).collect(),
            }
        }
        Value::Array(items) if depth > 0 => items.into_iter().map(|item| keyed(item, depth - 1)).collect(),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_with_their_system_become_keys() {
        let fields = json!({
            "title": "t",
            "kind": {"system": "talkoot/kind", "code": "phenomenon", "display": "Ilmiö"},
            "support_need": [{"system": "talkoot/support_need", "code": "2"}, 11],
            "language": {"system": SYSTEM_LANGUAGE, "code": "sv"},
            "area": [{"system": SYSTEM_MUNICIPALITY, "code": "564", "display": "Oulu"}],
            "target_group": [{"group": {"system": "talkoot/group", "code": "families"}, "age": "adult"}],
            "service": [{"system": super::super::codes::SYSTEM_SOCIAL_SERVICE, "code": "101", "display": "Asuminen"}],
            "valence": {"system": "talkoot/valence", "code": "purple"},
        });
        let Value::Object(fields) = fields else { unreachable!() };
        let read = Value::Object(to_keys(fields));
        assert_eq!((&read["kind"], &read["support_need"]), (&json!("phenomenon"), &json!([2, 11])));
        assert_eq!(read["language"], "sv");
        assert_eq!(read["area"][0], json!({"scheme": "municipality", "year": 2026, "code": "564"}));
        assert_eq!(read["target_group"][0]["age"], "adult");
        assert_eq!(read["service"][0]["code"], "101", "a code of a national list is one of the report's own shape");
        assert_eq!(read["valence"]["code"], "purple", "unknown codes are left for whoever judges them");
    }

    #[test]
    fn every_set_has_a_system_of_its_own() {
        assert_eq!(
            (system_of::<Kind>(), system_of::<SupportNeed>()),
            ("talkoot/kind".into(), "talkoot/support_need".into())
        );
        assert_eq!(key_of("talkoot/need_met", NeedMet::all()[0].key()), Some(json!(NeedMet::all()[0].key())));
        assert_eq!(key_of("talkoot/kind", "none of them"), None);
    }
}
