//! One thing that can be asked over HTTP: its address, who may ask, the function that answers, and what it takes and gives. The last
//! two are read off the function's own signature, so that the description of the API cannot say something else than the program does.

use std::collections::BTreeSet;
use std::future::Future;

use axum::Router;
use axum::extract::{Extension, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::tokens::Access;

use super::problem::Problem;
use super::{Site, access};

/// What an operation takes and gives, as it is told of.
pub(super) struct Sketch {
    /// Schemas that several operations share. What is answered is written by it.
    pub(super) answers: SchemaGenerator,
    /// Parameters, as OpenAPI has them.
    pub(super) parameters: Vec<Value>,
    /// The body, as OpenAPI has it.
    pub(super) body: Option<Value>,
    /// The answers if it goes well, by status.
    pub(super) good: Map<String, Value>,
    /// The problems that can be met.
    pub(super) problems: BTreeSet<&'static str>,
}

impl Sketch {
    /// Begins without anything.
    pub(super) fn new() -> Self {
        let answers = SchemaSettings::draft2020_12()
            .for_serialize()
            .with(|settings| settings.definitions_path = "/components/schemas".into())
            .into_generator();
        Self { answers, parameters: Vec::new(), body: None, good: Map::new(), problems: BTreeSet::new() }
    }

    /// Takes out what was gathered for one operation; the shared schemas stay, and with them which names are taken.
    pub(super) fn take(&mut self) -> Self {
        let mut told = std::mem::replace(self, Self::new());
        std::mem::swap(&mut told.answers, &mut self.answers);
        told
    }

    /// Adds parameters: each part of a type that is read from an address.
    pub(super) fn parameters_in<T: JsonSchema>(&mut self, place: &str) {
        let schema = taken::<T>();
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let parts = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, mut of) in parts {
            let description = of.as_object_mut().and_then(|of| of.remove("description")).unwrap_or(json!(""));
            let is_required = place == "path" || required.contains(&json!(name));
            self.parameters.push(json!({
                "name": name, "in": place, "required": is_required, "description": description, "schema": of,
            }));
        }
    }

    /// Adds an answer of a media type.
    pub(super) fn answer(&mut self, status: u16, description: &str, media_type: &str, schema: Value) {
        let mut content = Map::new();
        content.insert(media_type.to_owned(), json!({ "schema": schema }));
        self.good.insert(status.to_string(), json!({ "description": description, "content": content }));
    }
}

/// Returns the schema of what is taken in, with nothing referred to.
pub(super) fn taken<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    // An optional parameter is left out; there is no null in an address.
    if let Some(parts) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        parts.values_mut().for_each(without_null);
    }
    schema
}

/// Takes back that a value may be null.
fn without_null(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    if let Some(kinds) = members.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            members.insert("type".to_owned(), kind);
        }
    }
    if let Some(shapes) = members.get_mut("anyOf").and_then(Value::as_array_mut) {
        shapes.retain(|shape| shape.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = shapes.as_slice() {
            let only = only.clone();
            members.remove("anyOf");
            for (name, value) in only {
                members.entry(name).or_insert(value);
            }
        }
    }
    // What is absent is no null either.
    if members.get("default").is_some_and(Value::is_null) {
        members.remove("default");
    }
}

/// Something that a function takes from a request.
pub(super) trait Part {
    /// Tells of it.
    fn sketch(sketch: &mut Sketch);
}

impl Part for State<Site> {
    fn sketch(_: &mut Sketch) {}
}

impl<T> Part for Extension<T> {
    fn sketch(_: &mut Sketch) {}
}

/// Something that a function answers with.
pub(super) trait Shown {
    /// Tells of it.
    fn sketch(sketch: &mut Sketch);
}

impl<T: Shown> Shown for Result<T, Problem> {
    fn sketch(sketch: &mut Sketch) {
        T::sketch(sketch);
    }
}

/// A function whose signature can be told of.
pub(super) trait Described<Parts> {
    /// Tells of what it takes and gives.
    fn sketch(sketch: &mut Sketch);
}

macro_rules! described {
    ($($part:ident)*) => {
        impl<F, Later, Answer, $($part),*> Described<($($part,)*)> for F
        where
            F: Fn($($part),*) -> Later,
            Later: Future<Output = Answer>,
            Answer: Shown,
            $($part: Part,)*
        {
            fn sketch(sketch: &mut Sketch) {
                $($part::sketch(sketch);)*
                Answer::sketch(sketch);
            }
        }
    };
}

described! {}
described! { A }
described! { A B }
described! { A B C }
described! { A B C D }
described! { A B C D E }

/// One thing that can be asked.
pub(super) struct Operation {
    /// Where, with names in braces for what varies.
    pub(super) path: &'static str,
    /// How.
    pub(super) method: Method,
    /// Its name for programs.
    pub(super) id: &'static str,
    /// What it does, in a line.
    pub(super) summary: &'static str,
    /// What a token has to allow; nothing if none is needed.
    pub(super) access: Option<Access>,
    /// Problems of its own, besides those of its parts.
    pub(super) problems: &'static [&'static str],
    sketch: fn(&mut Sketch),
    handler: MethodRouter<Site>,
}

impl Operation {
    fn new<H, T, Parts>(filter: MethodFilter, method: Method, path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<T, Site> + Described<Parts>,
        T: 'static,
    {
        let sketch = <H as Described<Parts>>::sketch;
        Self { path, method, id, summary: "", access: None, problems: &[], sketch, handler: on(filter, handler) }
    }

    /// Something that is read.
    pub(super) fn get<H, T, Parts>(path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<T, Site> + Described<Parts>,
        T: 'static,
    {
        Self::new(MethodFilter::GET, Method::GET, path, id, handler)
    }

    /// Something that is handed in, or asked with a body.
    pub(super) fn post<H, T, Parts>(path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<T, Site> + Described<Parts>,
        T: 'static,
    {
        Self::new(MethodFilter::POST, Method::POST, path, id, handler)
    }

    /// Something that is taken away.
    pub(super) fn delete<H, T, Parts>(path: &'static str, id: &'static str, handler: H) -> Self
    where
        H: Handler<T, Site> + Described<Parts>,
        T: 'static,
    {
        Self::new(MethodFilter::DELETE, Method::DELETE, path, id, handler)
    }

    /// Says what it does.
    pub(super) fn says(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    /// Asks for a token that allows this.
    pub(super) fn needs(self, access: Access) -> Self {
        Self { access: Some(access), ..self }
    }

    /// Names problems of its own.
    pub(super) fn may_fail(self, problems: &'static [&'static str]) -> Self {
        Self { problems, ..self }
    }

    /// Tells of what it takes and gives.
    pub(super) fn tell(&self, sketch: &mut Sketch) {
        (self.sketch)(sketch);
        sketch.problems.extend(self.problems);
        if self.access.is_some() {
            sketch.problems.extend([
                "no_token",
                "not_allowed",
                "too_many_requests",
                "too_slow",
                "stopping",
                "internal",
            ]);
        }
    }

    /// Returns its path as OpenAPI writes it: what may hold slashes is a name like any other.
    pub(super) fn template(&self) -> String {
        self.path.replace("{*", "{")
    }

    /// Adds it to what is answered, behind what it asks of a token.
    pub(super) fn add_to(self, router: Router<Site>, site: &Site) -> Router<Site> {
        let handler = match self.access {
            Some(needed) => self.handler.route_layer(from_fn_with_state((site.clone(), needed), access::admit)),
            None => self.handler,
        };
        router.route(self.path, handler)
    }
}
