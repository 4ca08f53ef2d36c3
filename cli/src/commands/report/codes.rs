//! `talkoot report codes`: what the coded fields take.

use serde::Serialize;
use talkoot_protocol::form::{Form, NamedCode};
use talkoot_protocol::report::area::table;
use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes as sets;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::County;

use super::{labels, plain};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::forms;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot report codes support_need --language fi

With --json one line for each code: {\"field\", \"code\", \"label\"}.";

/// Which codes to list.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The field or column; all coded fields but areas if left out.
    field: Option<String>,
    /// A form whose own questions (local.…) are listed too.
    #[arg(long, value_name = "FORM")]
    form: Option<String>,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// A code and its name.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Entry {
    pub(crate) field: String,
    pub(crate) code: String,
    pub(crate) label: String,
}

/// Lists codes.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut entries = all(args.language);
    let form = form_of(global, args)?;
    entries.extend(of_form(&form, args.language));
    match args.field.as_deref().map(|field| field.replace('-', "_")) {
        None => {}
        Some(field) if field == "area" => entries = areas(args.language),
        Some(field) => {
            let names: std::collections::BTreeSet<&str> = entries.iter().map(|entry| entry.field.as_str()).collect();
            let begins = |entry: &Entry| {
                entry.field == field || entry.field.strip_prefix(&field).is_some_and(|rest| rest.starts_with('_'))
            };
            let names = names.into_iter().chain(["area"]).collect::<Vec<_>>().join(", ");
            entries.retain(begins);
            if entries.is_empty() {
                return Err(Error::refused(format!("{field:?} is no field with codes"))
                    .hint(format!("Fields with codes: {names}")));
            }
        }
    }
    if global.json {
        return entries.iter().try_for_each(output::json);
    }
    let rows: Vec<_> =
        entries.iter().map(|entry| vec![entry.field.clone(), entry.code.clone(), entry.label.clone()]).collect();
    output::table(&["Field", "Code", labels::field("title", args.language)], &rows)?;
    if args.field.as_deref() == Some("area") {
        output::say(table::ATTRIBUTION);
    }
    Ok(())
}

/// Refuses a county that the lists of the year do not have.
pub(crate) fn require_county(county: &County) -> Result<()> {
    match table::county(&county.to_string()) {
        Some(_) => Ok(()),
        None => Err(Error::refused(format!("there is no wellbeing services county {county}"))
            .hint("'talkoot report codes area' lists the counties (two digits) and municipalities. Nothing was made or signed.")),
    }
}

/// Returns all coded fields but areas, with the names of their codes.
pub(crate) fn all(language: Language) -> Vec<Entry> {
    let mut entries = Vec::new();
    let to = &mut entries;
    add::<sets::Kind>(to, "kind", language);
    add::<sets::Valence>(to, "valence", language);
    add::<sets::SupportNeed>(to, "support_need", language);
    add::<sets::ServiceTask>(to, "service_task", language);
    add::<sets::Group>(to, "target_group", language);
    add::<sets::AgeBand>(to, "target_group_age", language);
    add::<sets::Spread>(to, "extent_spread", language);
    add::<sets::Trend>(to, "extent_trend", language);
    add::<sets::AffectedEstimate>(to, "affected_estimate", language);
    add::<sets::Level>(to, "level", language);
    add::<sets::Sector>(to, "sector", language);
    add::<sets::CauseCode>(to, "cause_code", language);
    add::<sets::Effect>(to, "effect", language);
    add::<sets::EvidenceCode>(to, "evidence_code", language);
    add::<sets::ClientInvolved>(to, "client_involved", language);
    add::<sets::NeedMet>(to, "need_met", language);
    add::<sets::AuthorRole>(to, "author_role", language);
    add::<Language>(to, "language", language);
    add::<sets::Variant>(to, "variant", language);
    add::<sets::SeenThrough>(to, "seen_through", language);
    add::<sets::AimReached>(to, "aim_reached", language);
    add::<sets::Continuation>(to, "continuation", language);
    entries
}

fn add<T: CodeSet>(entries: &mut Vec<Entry>, field: &'static str, language: Language) {
    let entry = |code: &T| Entry {
        field: field.to_owned(),
        code: code.key().to_owned(),
        label: code.label(language).to_owned(),
    };
    entries.extend(T::all().iter().map(entry));
}

/// Returns the form asked for, with the lists loaded here; without a node, the built-in one.
fn form_of(global: &Global, args: &Args) -> Result<Form> {
    let Some(id) = &args.form else { return forms::built_in(global) };
    let mut client = Client::open(&global.dir)?;
    let form = forms::by_id(global, &mut client, id)?;
    client.close()?;
    Ok(form)
}

/// The codes of a form's own questions, and of the lists it holds: those of a list are written with their system, as `service` takes
/// them.
fn of_form(form: &Form, language: Language) -> Vec<Entry> {
    let entry = |field: &str, code: String, named: &NamedCode| {
        let label = plain::one_line(named.name.get(language));
        Entry { field: field.to_owned(), code: plain::one_line(&code), label }
    };
    let questions = form.questions.iter().flat_map(|question| {
        let codes = question.codes(form).iter();
        codes.map(|named| entry(&question.id, named.code.clone(), named)).collect::<Vec<_>>()
    });
    let lists = form.code_lists.iter().flat_map(|list| {
        let codes = list.codes.iter();
        codes.map(|named| entry("service", format!("{}|{}", list.system, named.code), named)).collect::<Vec<_>>()
    });
    questions.chain(lists).collect()
}

fn areas(language: Language) -> Vec<Entry> {
    let entry = |code: &str, names: &table::Names| Entry {
        field: "area".to_owned(),
        code: code.to_owned(),
        label: names.get(language).to_owned(),
    };
    let counties = table::counties().map(|county| entry(&county.code, &county.names));
    counties.chain(table::municipalities().map(|municipality| entry(&municipality.code, &municipality.names))).collect()
}
