//! The description of the API (OpenAPI 3.1), made from the same table as its routes. It is served, and committed as
//! `docs/openapi.json`; a test compares the two.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use axum::body::Bytes;
use axum::http::StatusCode;
use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value, json};
use talkoot_protocol::report::json_schema;

use super::operation::{Operation, Sketch};
use super::problem::{self, Problem, Told};
use super::routes;
use super::validator::Answer;

/// Returns the document, indented, with a line break at its end.
pub fn document() -> String {
    pretty(&whole())
}

/// Returns the JSON Schema of a report, likewise.
pub fn report_schema() -> String {
    pretty(&json_schema::of_report())
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

pub(super) async fn openapi() -> Result<Answer<Value>, Problem> {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    Ok(Answer::of(TEXT.get_or_init(|| document().into()).clone()))
}

pub(super) async fn schema_of_report() -> Result<Answer<Value>, Problem> {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    Ok(Answer::of(TEXT.get_or_init(|| report_schema().into()).clone()))
}

fn whole() -> Value {
    let mut sketch = Sketch::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in routes::operations() {
        operation.tell(&mut sketch);
        let told = sketch.take();
        let method = operation.method.as_str().to_lowercase();
        paths.entry(operation.template()).or_default().insert(method, one(&operation, told));
    }
    sketch.answers.subschema_for::<Told>();
    let schemas: Map<String, Value> = sketch
        .answers
        .take_definitions(true)
        .into_iter()
        .map(|(name, schema)| (name, in_plain_words(schema)))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Talkoot",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A node of the network for social reporting.",
            "description": INTRODUCTION,
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" },
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{ "url": "/", "description": "This node." }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": {
                "type": "http", "scheme": "bearer",
                "description": "A token that 'talkoot token add' makes, with what it allows and the day on which it ends.",
            } },
        },
    })
}

const INTRODUCTION: &str = "For programs of the organisation and its partners. Errors are problems (RFC 9457) with a stable `name`; \
`GET /v1/problems` lists all of them. Lists take `skip` and `limit` and say `next` while there is more. Answers have an `ETag` \
for `If-None-Match`. Unknown parameters are refused. Nothing about a person may be sent, in no field and no header.";

fn one(operation: &Operation, told: Sketch) -> Value {
    let mut responses = told.good;
    if let Some(not_modified) = not_modified(operation, &responses) {
        responses.insert("304".to_owned(), not_modified);
    }
    for (status, names) in by_status(&told.problems) {
        responses.insert(status.as_u16().to_string(), problem_answer(status, &names));
    }
    let mut value = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": told.parameters,
        "responses": responses,
        "security": match operation.access {
            Some(_) => json!([{ "token": [] }]),
            None => json!([]),
        },
    });
    let Some(members) = value.as_object_mut() else { return value };
    if let Some(access) = operation.access {
        members.insert("x-access".to_owned(), json!(access.key()));
    }
    if let Some(body) = told.body {
        members.insert("requestBody".to_owned(), body);
    }
    value
}

fn not_modified(operation: &Operation, good: &Map<String, Value>) -> Option<Value> {
    let is_json = good.get("200")?.get("content")?.get("application/json").is_some();
    (is_json && operation.method == axum::http::Method::GET)
        .then(|| json!({ "description": "What `If-None-Match` names is still what would be answered." }))
}

fn by_status<'a>(names: &BTreeSet<&'a str>) -> BTreeMap<StatusCode, Vec<&'a str>> {
    let mut statuses: BTreeMap<StatusCode, Vec<&str>> = BTreeMap::new();
    for name in names {
        statuses.entry(problem::status_of(name)).or_default().push(name);
    }
    statuses
}

fn problem_answer(status: StatusCode, names: &[&str]) -> Value {
    let meanings: Vec<String> =
        names.iter().map(|name| format!("`{name}`: {}", problem::meaning_of(name).unwrap_or_default())).collect();
    let schema = json!({ "allOf": [
        { "$ref": "#/components/schemas/Problem" },
        { "properties": { "status": { "const": status.as_u16() }, "name": { "enum": names } } },
    ] });
    json!({
        "description": meanings.join(" "),
        "content": { "application/problem+json": { "schema": schema } },
    })
}

/// Documentation of types names other types as programmers do; readers of the API have no use for that.
#[derive(Clone)]
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = text.replace("[`", "`").replace("`]", "`");
        }
        transform_subschemas(self, schema);
    }
}

fn in_plain_words(schema: Value) -> Value {
    let Ok(mut schema) = Schema::try_from(schema.clone()) else { return schema };
    Plain.transform(&mut schema);
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `TALKOOT_OPENAPI=write` writes both.
    #[test]
    fn the_committed_descriptions_are_those_of_the_code() {
        let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        for (name, text) in [("openapi.json", document()), ("report.schema.json", report_schema())] {
            let path = docs.join(name);
            if std::env::var_os("TALKOOT_OPENAPI").is_some_and(|wish| wish == "write") {
                std::fs::write(&path, &text).unwrap();
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == text, "docs/{name} is not what the code says; TALKOOT_OPENAPI=write writes it anew");
        }
    }

    #[test]
    fn every_operation_is_named_once_and_told_of_whole() {
        let document: Value = serde_json::from_str(&document()).unwrap();
        let mut names = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{path}");
                assert!(operation["summary"].as_str().unwrap().ends_with('.'), "{method} {path}");
                let inside = path.matches('{').count();
                let told = operation["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == "path");
                assert_eq!(told.count(), inside, "{method} {path}");
            }
        }
        assert!(names.len() > 35, "{names:?}");
    }

    #[test]
    fn nothing_refers_to_what_is_not_there() {
        let text = document();
        let document: Value = serde_json::from_str(&text).unwrap();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
        }
        assert!(!text.contains("#/$defs"), "a schema of its own inside another");
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let numbered = schemas.keys().find(|name| name.ends_with(|last: char| last.is_ascii_digit()));
        assert_eq!(numbered, None, "two types of one name: schemars(rename) tells them apart");
    }

    #[test]
    fn every_problem_that_is_named_is_one_of_the_kinds() {
        for operation in routes::operations() {
            let mut sketch = Sketch::new();
            operation.tell(&mut sketch);
            for name in sketch.problems {
                assert!(problem::meaning_of(name).is_some(), "{name}");
            }
        }
    }
}
