//! The JSON Schema (draft 2020-12) of a report, and of the part of one that another program may hand in, made from the form that
//! comes with the program: its words in three languages, its needs, our code sets and bounds. Each coded answer is a key or an object
//! of `system`, `code`, `display` ([`super::shared`]).

use serde_json::{Map, Value, json};

use super::area::{COUNTRY, YEAR, table};
use super::code::CodeSet;
use super::codes::{
    AffectedEstimate, AgeBand, AimReached, AreaScheme, AttachmentKind, AuthorRole, CauseCode, ClientInvolved,
    Continuation, Effect, EvidenceCode, Group, Kind, Language, Level, NeedMet, SYSTEM_COUNTY, SYSTEM_MUNICIPALITY,
    Sector, SeenThrough, ServiceTask, Spread, SupportNeed, Trend, Valence, Variant,
};
use super::limits::{
    ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, CAPTION_CHARS_MAX, CODE_CHARS_MAX, ENTRIES_MAX, EVIDENCE_MAX,
    LINE_CHARS_MAX, LINK_CHARS_MAX, PROPOSALS_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX,
};
use super::schema::{FORM, Report};
use super::shared::system_of;
use crate::form::{Field, Form, Need, Trilingual};
use crate::schema::{ID_PATTERN, PERIOD_PATTERN, key_of, names};

/// Fields that another program cannot hand in: bytes of attachments go to the node apart.
const NOT_HANDED_IN: [&str; 1] = ["attachment"];

/// Returns the schema of a whole report. Fields of newer forms and questions of one's own may stand beside those it names.
pub fn of_report() -> Value {
    let form = Form::built_in();
    let conditions: Vec<Value> =
        Variant::all().iter().map(|variant| required_of(form, *variant)).chain([proposal_needed()]).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.name.get(Language::En),
        "x-title": form.name,
        "description": "A report as it is signed, by the form that comes with the program. A coded answer is a key, or an object of system, code and display.",
        "type": "object",
        "required": ["form", "title", "variant"],
        "properties": properties(form, |_| true),
        "allOf": conditions,
    })
}

/// Returns the schema of what another program may hand in for a worker to complete: any of the fields, and no others.
pub fn of_prefill() -> Value {
    json!({
        "title": "Prefill",
        "description": "Fields of a report that a worker completes and signs in the browser. Nothing about a person.",
        "type": "object",
        "minProperties": 1,
        "properties": properties(Form::built_in(), |id| !NOT_HANDED_IN.contains(&id)),
        "additionalProperties": false,
    })
}

/// Returns whether another program may hand in a field of this name.
pub fn is_handed_in(field: &str) -> bool {
    Report::FIELDS.contains(&field) && !NOT_HANDED_IN.contains(&field)
}

fn properties(form: &Form, is_wanted: impl Fn(&str) -> bool) -> Value {
    let known = form.fields.iter().filter(|field| is_wanted(&field.id));
    Value::Object(known.map(|field| (field.id.clone(), described(field))).collect())
}

fn described(field: &Field) -> Value {
    let Value::Object(mut schema) = value_of(&field.id) else { return json!({}) };
    let mut say = |name: &str, texts: &Trilingual| {
        schema.insert(name.to_owned(), json!(texts.get(Language::En)));
        schema.insert(format!("x-{name}"), json!(texts));
    };
    say("title", &field.label);
    say("description", &field.help);
    schema.insert("x-needs".to_owned(), json!(field.needs));
    Value::Object(schema)
}

/// What the form requires of a variant.
fn required_of(form: &Form, variant: Variant) -> Value {
    let required: Vec<&str> = form
        .fields
        .iter()
        .filter(|field| field.kinds.is_empty() && field.need(variant, None) == Need::Required)
        .map(|field| field.id.as_str())
        .collect();
    json!({ "if": { "properties": { "variant": said(variant) } }, "then": { "required": required } })
}

/// The rule of proposals ([`super::check()`]).
fn proposal_needed() -> Value {
    let held = |field: &str| json!({ "required": [field] });
    let exempt = json!({
        "anyOf": [
            { "properties": { "variant": said(Variant::Resident) }, "required": ["variant"] },
            { "properties": { "kind": said(Kind::Wondering) }, "required": ["kind"] },
        ],
    });
    json!({ "if": { "not": exempt }, "then": { "anyOf": [held("proposal"), held("proposal_together")] } })
}

/// One code, in either shape.
fn said<T: CodeSet>(code: T) -> Value {
    let shared = json!({ "properties": { "code": { "const": code.key() } }, "required": ["code"] });
    json!({ "anyOf": [{ "const": key_of(code) }, { "type": "object", "allOf": [shared] }] })
}

/// What a field holds.
fn value_of(field: &str) -> Value {
    match field {
        "title" => text(TITLE_CHARS_MAX),
        "description" | "done_so_far" | "would_have_helped" | "proposal_together" | "org_activity" | "aim"
        | "unforeseen_effects" => text(TEXT_CHARS_MAX),
        "kind" => coded::<Kind>(),
        "valence" => coded::<Valence>(),
        "support_need" => list(coded::<SupportNeed>(), ENTRIES_MAX),
        "service_task" => list(coded::<ServiceTask>(), ENTRIES_MAX),
        "service" => list(service(), ENTRIES_MAX),
        "target_group" => list(parts(&["group", "age"], &target_group()), ENTRIES_MAX),
        "extent" => parts(&["spread"], &json!({ "spread": coded::<Spread>(), "trend": coded::<Trend>() })),
        "affected_estimate" => coded::<AffectedEstimate>(),
        "area" => list(area(), ENTRIES_MAX),
        "level" => coded::<Level>(),
        "sector" => list(coded::<Sector>(), ENTRIES_MAX),
        "cause" => parts(&["code"], &json!({ "code": coded::<CauseCode>(), "text": text(TEXT_CHARS_MAX) })),
        "need_met" => coded::<NeedMet>(),
        "effect" => coded::<Effect>(),
        "proposal" => list(proposal(), PROPOSALS_MAX),
        "evidence" => list(evidence(), EVIDENCE_MAX),
        "attachment" => list(attachment(), ATTACHMENTS_MAX),
        "client_involved" => coded::<ClientInvolved>(),
        "observed_period" => json!({ "type": "string", "pattern": PERIOD_PATTERN }),
        "author_role" => coded::<AuthorRole>(),
        "want_feedback" | "funding_dependency" => json!({ "type": "boolean" }),
        "language" => coded::<Language>(),
        "variant" => coded::<Variant>(),
        "form" => json!({ "type": "string", "minLength": 1, "maxLength": CODE_CHARS_MAX, "default": FORM }),
        "seen_through" => coded::<SeenThrough>(),
        "aim_reached" => coded::<AimReached>(),
        "continuation" => coded::<Continuation>(),
        _ => json!({}),
    }
}

fn text(chars_max: usize) -> Value {
    json!({ "type": "string", "maxLength": chars_max })
}

fn list(items: Value, items_max: usize) -> Value {
    json!({ "type": "array", "items": items, "maxItems": items_max })
}

fn parts(required: &[&str], properties: &Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

/// A code of a set: its key, or the same as system, code and display.
fn coded<T: CodeSet>() -> Value {
    let keys: Vec<Value> = T::all()
        .iter()
        .map(|code| json!({ "const": key_of(*code), "title": code.label(Language::En), "x-title": names(*code) }))
        .collect();
    let codes: Vec<&str> = T::all().iter().map(|code| code.key()).collect();
    json!({ "anyOf": [{ "oneOf": keys }, shared(&system_of::<T>(), &json!({ "enum": codes }))] })
}

fn shared(system: &str, code: &Value) -> Value {
    let display = text(LINE_CHARS_MAX);
    parts(&["system", "code"], &json!({ "system": { "const": system }, "code": code, "display": display }))
}

/// A code of a national list, whose codes are not carried here.
fn service() -> Value {
    let properties = json!({
        "system": filled(LINE_CHARS_MAX), "code": filled(CODE_CHARS_MAX), "display": text(LINE_CHARS_MAX),
    });
    parts(&["system", "code"], &properties)
}

fn filled(chars_max: usize) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": chars_max })
}

fn target_group() -> Value {
    json!({ "group": coded::<Group>(), "age": coded::<AgeBand>() })
}

fn area() -> Value {
    let municipalities: Vec<&str> = table::municipalities().map(|entry| entry.code.as_str()).collect();
    let counties: Vec<&str> = table::counties().map(|entry| entry.code.as_str()).collect();
    let of = |scheme: AreaScheme, codes: &Value| {
        let properties = json!({ "scheme": { "const": scheme.key() }, "year": { "const": YEAR }, "code": codes });
        parts(&["scheme", "year", "code"], &properties)
    };
    let (municipalities, counties) = (json!({ "enum": municipalities }), json!({ "enum": counties }));
    json!({ "anyOf": [
        of(AreaScheme::Municipality, &municipalities),
        of(AreaScheme::County, &counties),
        of(AreaScheme::Country, &json!({ "const": COUNTRY })),
        shared(SYSTEM_MUNICIPALITY, &municipalities),
        shared(SYSTEM_COUNTY, &counties),
    ] })
}

fn proposal() -> Value {
    let properties = json!({
        "text": text(TEXT_CHARS_MAX), "addressee": text(LINE_CHARS_MAX), "level": coded::<Level>(),
    });
    parts(&[], &properties)
}

fn evidence() -> Value {
    let link = json!({ "type": "string", "pattern": "^https?://[!-~]+$", "maxLength": LINK_CHARS_MAX });
    let properties = json!({ "code": coded::<EvidenceCode>(), "text": text(TEXT_CHARS_MAX), "link": link });
    parts(&["code"], &properties)
}

fn attachment() -> Value {
    let number = json!({ "type": "integer", "minimum": 1 });
    let properties = json!({
        "hash": { "type": "string", "pattern": ID_PATTERN },
        "kind": coded::<AttachmentKind>(),
        "bytes": { "type": "integer", "minimum": 1, "maximum": ATTACHMENT_BYTES_MAX },
        "width": number, "height": number, "pages": number,
        "caption": text(CAPTION_CHARS_MAX),
    });
    parts(&["hash", "kind", "bytes"], &properties)
}

/// Returns what of a field's shape a handed in value breaks, as a clause; `None` if nothing.
///
/// Knows the few words of JSON Schema that this file writes.
pub fn fault(schema: &Value, value: &Value) -> Option<&'static str> {
    let Value::Object(schema) = schema else { return None };
    if let Some(shapes) = one_of(schema) {
        return shapes
            .iter()
            .all(|shape| fault(shape, value).is_some())
            .then_some("it is none of the values or shapes listed");
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return Some("it is another value than the only one possible");
    }
    if schema.get("enum").and_then(Value::as_array).is_some_and(|all| !all.contains(value)) {
        return Some("it is none of the values listed");
    }
    match (schema.get("type").and_then(Value::as_str), value) {
        (Some("string"), Value::String(text)) => text_fault(schema, text),
        (Some("array"), Value::Array(items)) => list_fault(schema, items),
        (Some("object"), Value::Object(members)) => parts_fault(schema, members),
        (Some("boolean"), Value::Bool(_)) | (None, _) => None,
        (Some("string"), _) => Some("it is not a text"),
        (Some("array"), _) => Some("it is not a list"),
        (Some("object"), _) => Some("it is not an object"),
        _ => Some("it is of another type"),
    }
}

fn one_of(schema: &Map<String, Value>) -> Option<&Vec<Value>> {
    schema.get("anyOf").or_else(|| schema.get("oneOf"))?.as_array()
}

fn bound(schema: &Map<String, Value>, name: &str) -> Option<usize> {
    usize::try_from(schema.get(name)?.as_u64()?).ok()
}

fn text_fault(schema: &Map<String, Value>, text: &str) -> Option<&'static str> {
    let chars = text.chars().count();
    if bound(schema, "maxLength").is_some_and(|most| chars > most) {
        return Some("it is too long");
    }
    if bound(schema, "minLength").is_some_and(|least| chars < least) {
        return Some("it is empty");
    }
    let is_good = match schema.get("pattern").and_then(Value::as_str) {
        Some(PERIOD_PATTERN) => text.parse::<super::period::Period>().is_ok(),
        Some(_) => {
            let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()))
        }
        None => true,
    };
    (!is_good).then_some("it is not written as asked for")
}

fn list_fault(schema: &Map<String, Value>, items: &[Value]) -> Option<&'static str> {
    if bound(schema, "maxItems").is_some_and(|most| items.len() > most) {
        return Some("it has too many entries");
    }
    let of = schema.get("items")?;
    items.iter().find_map(|item| fault(of, item))
}

fn parts_fault(schema: &Map<String, Value>, members: &Map<String, Value>) -> Option<&'static str> {
    let required = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if required.iter().filter_map(Value::as_str).any(|name| !members.contains_key(name)) {
        return Some("a part of it is missing");
    }
    let known = schema.get("properties").and_then(Value::as_object)?;
    members.iter().find_map(|(name, value)| match known.get(name) {
        Some(of) => fault(of, value),
        None => Some("it has a part that is not asked for"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::sample;
    use super::*;

    #[test]
    fn every_field_is_described() {
        let schema = of_report();
        for field in Report::FIELDS {
            let described = &schema["properties"][field];
            assert!(described["x-title"]["sv"].is_string() && described["x-description"]["fi"].is_string(), "{field}");
            assert_ne!(value_of(field), json!({}), "{field}");
        }
        assert!(of_prefill()["properties"].get("attachment").is_none() && !is_handed_in("attachment"));
    }

    #[test]
    fn reports_that_pass_the_form_fit_the_schema() {
        let schema = of_report();
        for &variant in Variant::all() {
            for (field, value) in sample(variant).to_fields() {
                assert_eq!(fault(&schema["properties"][&field], &value), None, "{field}: {value}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let of = |field: &str, value: Value| fault(&value_of(field), &value);
        assert_eq!(of("title", json!("ä".repeat(TITLE_CHARS_MAX))), None);
        assert_eq!(of("title", json!("ä".repeat(TITLE_CHARS_MAX + 1))), Some("it is too long"));
        assert_eq!(of("title", json!(7)), Some("it is not a text"));
        assert_eq!(of("kind", json!({"system": "talkoot/kind", "code": "phenomenon"})), None);
        assert!(of("kind", json!("rumour")).is_some());
        assert!(of("support_need", json!([2, "2"])).is_some());
        assert_eq!(of("observed_period", json!("2026-13")), Some("it is not written as asked for"));
        assert!(of("evidence", json!([{"code": "statistic", "link": "javascript:alert(1)"}])).is_some());
        assert_eq!(of("extent", json!({"trend": "growing"})), Some("a part of it is missing"));
        assert_eq!(of("extent", json!({"spread": "many", "x": 1})), Some("it has a part that is not asked for"));
        assert!(of("area", json!([{"scheme": "municipality", "year": 2026, "code": "999"}])).is_some());
    }
}
