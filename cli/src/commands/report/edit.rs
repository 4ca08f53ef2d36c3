//! `talkoot report edit`: fetches a report's whole history, verifies it, signs one change on top.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value};
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::document::{self, Reading};
use talkoot_protocol::form::Form;
use talkoot_protocol::id::{ChangeId, DocumentId, OrganisationId};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::report::{Report, flat};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::sign;

use super::examine::require_changeable;
use super::fields::{self, Cells};
use super::organisations::Organisations;
use super::pen::{self, Pen};
use super::{answers, plain};
use crate::client::{Client, unexpected};
use crate::commands::history;
use crate::commands::org::words::command;
use crate::error::{Error, Result};
use crate::forms;
use crate::global::Global;
use crate::keys::{self, Keys};
use crate::output;

/// Longest value repeated when changes are shown, in characters.
const SHOWN_CHARS_MAX: usize = 60;

const EXAMPLE: &str = "Example:
  talkoot report edit 3fa9c1 --set title=\"A better title\" --unset effect

Columns are those of the CSV form (extent_trend, proposal_1_text, …). Where several people wrote at the same time, setting the \
field settles it. With --file the object's fields are set; null takes a field away.

With --json: {\"document\", \"change\", \"fields\"}.";

/// What to change.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The report's id or its beginning.
    id: String,
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// Sets a field or column; may be given several times.
    #[arg(long, value_name = "FIELD=VALUE", required_unless_present_any = ["unset", "file"])]
    set: Vec<String>,
    /// Takes the answer to a field away; may be given several times.
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,
    /// A file with the fields to set as one JSON object; - is standard input.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["set", "unset"])]
    file: Option<PathBuf>,
    /// What seems to be an identifier or a wrong code is none: sign it as it is.
    #[arg(long)]
    confirm: bool,
}

/// What a change does: the fields it sets (`Some`) and takes away (`None`).
pub(super) type Edits = BTreeMap<String, Option<Value>>;

#[derive(Serialize)]
struct Edited<'a> {
    document: DocumentId,
    change: ChangeId,
    fields: Vec<&'a String>,
}

/// Changes a report.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    let (document, history) = history::fetch(&mut client, &args.id, &identity.network, Kind::Report)?;
    let writer = Keys::of(global)?.read_worker(args.worker.as_deref())?;
    require_own(&mut client, &document, &writer.organisation)?;
    let unreadable = |error: document::Error| Error::refused(format!("the report cannot be read: {error}"));
    let reading = document::read(&document::sound(&sign::chunks(&history))).map_err(unreadable)?;
    let form = forms::of_report(global, &mut client, &Report::read(reading.values()).0)?;
    let (edits, report) = plan(args, &reading, &form)?;
    require_changeable(&report, &form, args.confirm, |field| edits.contains_key(field))?;
    show(&edits, &reading, &form);
    let pen = Pen::open(global, args.worker.as_deref(), &identity)?;
    let change = pen.author().change(&history, &edits, keys::moment()?).map_err(pen::not_signed)?;
    let kept = edits.iter().map(|(field, value)| (field.clone(), value.clone().unwrap_or_default())).collect();
    pen::send(&mut client, &change, &kept, &command(global, &format!("report edit {document} --file")))?;
    if global.json {
        output::json(&Edited { document, change: change.id(), fields: edits.keys().collect() })?;
    } else {
        output::line(&document.short())?;
        output::say("Signed and stored.");
    }
    client.close()
}

/// Refuses what every node would refuse, before anything is typed, signed and lost.
pub(super) fn require_own(client: &mut Client<'_>, document: &DocumentId, writers: &OrganisationId) -> Result<()> {
    let Response::Report(report) = client.ask(Request::Report { document: document.to_string() })? else {
        return Err(unexpected());
    };
    if report.organisation == *writers {
        return Ok(());
    }
    let name = Organisations::ask(client)?.name(&report.organisation, Language::Fi);
    Err(Error::refused(format!("report {} is {name}'s; only its own workers can change it", document.short()))
        .hint("Nothing was signed. Ask them to change it, or write a report of your own."))
}

/// Returns what to change, and the report as it will read.
fn plan(args: &Args, reading: &Reading, form: &Form) -> Result<(Edits, Report)> {
    let before = reading.values();
    let (after, named) = match &args.file {
        Some(path) => overlaid(&before, fields::read_object(path)?),
        None => retyped(&before, &args.set, &args.unset, form)?,
    };
    let contested = |field: &String| {
        reading.fields.get(field).is_some_and(|field| !field.others.is_empty() || !field.inner.is_empty())
    };
    let wanted =
        |field: &&String| before.get(*field) != after.get(*field) || (named.contains(*field) && contested(field));
    let fields: BTreeSet<&String> = before.keys().chain(after.keys()).filter(wanted).collect();
    if fields.is_empty() {
        return Err(Error::refused("nothing would change").hint("The report already reads so; nothing was signed."));
    }
    let edits = fields.into_iter().map(|field| (field.clone(), after.get(field).cloned())).collect();
    Ok((edits, Report::read(after).0))
}

/// Returns the fields with those of a JSON object over them, and the names of the latter.
fn overlaid(before: &Map<String, Value>, given: Map<String, Value>) -> (Map<String, Value>, BTreeSet<String>) {
    let mut after = before.clone();
    let named = given.keys().cloned().collect();
    for (field, value) in given {
        match value {
            Value::Null => after.remove(&field),
            value => after.insert(field, value),
        };
    }
    (after, named)
}

/// Returns the fields with what was typed over them, and the names of the fields typed.
fn retyped(
    before: &Map<String, Value>,
    set: &[String],
    unset: &[String],
    form: &Form,
) -> Result<(Map<String, Value>, BTreeSet<String>)> {
    // Whole fields are taken away here, since unreadable and unknown ones have no column.
    let (whole, columns): (Vec<&String>, Vec<&String>) = unset.iter().partition(|name| before.contains_key(*name));
    let mut base = before.clone();
    base.retain(|field, _| !whole.contains(&field));
    let mut named: BTreeSet<String> = whole.into_iter().cloned().collect();
    let mut cells: Cells = flat::to_flat(&Report::read(base).0).into_iter().collect();
    for column in columns {
        fields::clear(&mut cells, column, form)?;
        named.extend(fields::own_field(column, form).map(str::to_owned));
    }
    for pair in set {
        let (column, value) = fields::split_pair(pair)?;
        fields::assign(&mut cells, column, value, form)?;
        named.extend(fields::own_field(column, form).map(str::to_owned));
    }
    let typed = fields::report_of(&cells, form)?.to_fields();
    // Only what was named may change, however differently another program wrote the rest.
    let mut after = before.clone();
    for field in &named {
        match typed.get(field) {
            Some(value) => after.insert(field.clone(), value.clone()),
            None => after.remove(field),
        };
    }
    Ok((after, named))
}

/// Says what changes.
fn show(edits: &Edits, reading: &Reading, form: &Form) {
    for (field, value) in edits {
        let words = |value: &Value| plain::cut(&answers::value(field, value, form, Language::En), SHOWN_CHARS_MAX);
        let before = reading.fields.get(field).map(|field| words(&field.value)).unwrap_or_default();
        let after = value.as_ref().map(words).unwrap_or_default();
        match after.is_empty() {
            true => output::say(&format!("{field}: {before:?} is taken away")),
            false => output::say(&format!("{field}: {before:?} becomes {after:?}")),
        }
        for other in reading.fields.get(field).iter().flat_map(|field| &field.others) {
            output::say(&format!("  and settles what was written at the same time: {:?}", words(&other.value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields() -> Map<String, Value> {
        serde_json::from_value(json!({
            "title": "Old", "support_need": [2], "proposal": [{"text": "One", "addressee": "A"}, {"text": "Two", "addressee": "B"}],
            "mood": [1], "sector": "unreadable", "want_feedback": false, "variant": "ngo",
        }))
        .unwrap()
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn only_what_is_named_changes() {
        let set = words(&["title=New", "proposal_2_addressee=C", "support_need=2; 99", "sector=kela"]);
        let (after, named) = retyped(&fields(), &set, &[], Form::built_in()).unwrap();
        assert_eq!(named.len(), 4);
        let mut expected = fields();
        expected["title"] = json!("New");
        expected["support_need"] = json!([2, 99]);
        expected["proposal"][1]["addressee"] = json!("C");
        expected["sector"] = json!(["kela"]);
        assert_eq!(after, expected);
    }

    #[test]
    fn unset_takes_away() {
        let (after, _) = retyped(&fields(), &[], &words(&["proposal", "sector", "mood"]), Form::built_in()).unwrap();
        assert!(["proposal", "sector", "mood"].iter().all(|field| !after.contains_key(*field)));
        assert_eq!(after.len(), fields().len() - 3);
        let (after, _) =
            retyped(&fields(), &[], &words(&["proposal_1_text", "proposal_1_addressee"]), Form::built_in()).unwrap();
        assert_eq!(after["proposal"], json!([{"text": "Two", "addressee": "B"}]));
        assert!(retyped(&fields(), &words(&["titel=x"]), &[], Form::built_in()).is_err());
    }

    #[test]
    fn null_in_a_file_takes_away() {
        let given = serde_json::from_value(json!({"title": null, "mood": "good"})).unwrap();
        let (after, named) = overlaid(&fields(), given);
        assert_eq!((after.get("title"), &after["mood"], named.len()), (None, &json!("good"), 2));
    }
}
