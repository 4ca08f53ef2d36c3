//! `talkoot form publish`: signs a form package as a document of the organisation's, or changes the one it has.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use talkoot_protocol::api::{FormEntry, Request, Response};
use talkoot_protocol::document;
use talkoot_protocol::form::Form;
use talkoot_protocol::id::{DocumentId, FormHash, OrganisationId};
use talkoot_protocol::report::schema::FormId;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::sign;
use talkoot_protocol::signed::Verified;

use crate::client::{Client, require_stored, unexpected};
use crate::commands::history::fetch;
use crate::commands::org::words::command;
use crate::commands::report::examine;
use crate::commands::report::pen::{self, Pen};
use crate::error::{Error, Result};
use crate::forms;
use crate::global::Global;
use crate::{keys, output};

const EXAMPLE: &str = "Example:
  talkoot form publish our-form.json --worker coordinator

A form of an id that your organisation has published already is changed: whoever has the old one gets the new one. Reports name the form \
they were written by; a node that lacks it still reads, counts and passes them on.

With --json: {\"document\", \"form\", \"hash\"}.";

/// What to publish.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// The form package as JSON.
    file: PathBuf,
    /// Who signs; needed only where several workers have keys. It has to be a coordinator.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    /// What seems to be an identifier is none: sign it as it is.
    #[arg(long)]
    confirm: bool,
}

#[derive(Serialize)]
struct Published {
    document: DocumentId,
    form: FormId,
    hash: FormHash,
}

/// Publishes a form.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let form = forms::read_file(&args.file)?;
    require_clean(&form, args.confirm)?;
    if form.form == Form::built_in().form {
        return Err(Error::refused(format!("{} is the form that comes with the program", form.form.0))
            .hint("Give yours a name of its own, such as etela-savo/report/1."));
    }
    let mut client = Client::open(&global.dir)?;
    let pen = Pen::open(global, args.worker.as_deref(), &client.identity()?)?;
    let change = match own_document(&mut client, &form, pen.organisation())? {
        Some(document) => changed(&mut client, &form, &document, &pen)?,
        None => {
            let scope = pen::scope(&args.scope, &client.identity()?)?;
            let signed = pen.author().begin(Kind::FormPackage, scope, &form.to_fields(), keys::moment()?);
            signed.map_err(not_signed)?
        }
    };
    require_stored(&client.submit(vec![change.encode()])?).map_err(|error| {
        match error.message().contains("(role)") {
            true => error.hint("Only coordinators publish forms: talkoot worker add NAME --role reporter,coordinator"),
            false => error,
        }
    })?;
    let published = Published { document: change.document(), hash: form.hash(), form: form.form };
    if global.json {
        output::json(&published)?;
    } else {
        output::line(&published.document.short())?;
        let new = command(global, &format!("report new --form {}", published.form.0));
        output::say(&format!("Signed and stored. Write by it with: {new}"));
    }
    client.close()
}

/// Returns the document in which an organisation has published a form of this id.
fn own_document(client: &mut Client<'_>, form: &Form, own: OrganisationId) -> Result<Option<DocumentId>> {
    let Response::Forms { forms } = client.ask(Request::Forms)? else { return Err(unexpected()) };
    let is_it = |entry: &&FormEntry| entry.form == form.form && entry.organisation == Some(own);
    Ok(forms.iter().find(is_it).and_then(|entry| entry.document))
}

/// Signs what is different on top of all that is known of a form's document.
fn changed(client: &mut Client<'_>, form: &Form, document: &DocumentId, pen: &Pen) -> Result<Verified> {
    let network = client.identity()?.network;
    let (_, history) = fetch(client, &document.to_string(), &network, Kind::FormPackage)?;
    let unreadable = |error: document::Error| Error::refused(format!("the form's document cannot be read: {error}"));
    let reading = document::read(&document::sound(&sign::chunks(&history))).map_err(unreadable)?;
    let (before, after) = (reading.values(), form.to_fields());
    let contested = |field: &String| reading.fields.get(field).is_some_and(|field| !field.others.is_empty());
    let fields = before.keys().chain(after.keys());
    let edits: BTreeMap<String, Option<Value>> = fields
        .filter(|field| before.get(*field) != after.get(*field) || contested(field))
        .map(|field| (field.clone(), after.get(field).cloned()))
        .collect();
    if edits.is_empty() {
        return Err(Error::refused("nothing would change").hint("The form already reads so; nothing was signed."));
    }
    pen.author().change(&history, &edits, keys::moment()?).map_err(not_signed)
}

fn not_signed(error: sign::Error) -> Error {
    Error::refused(format!("the form cannot be signed: {error}")).hint("Nothing was signed or stored.")
}

/// Refuses a form with something in its texts that looks like an identifier of a person.
pub(super) fn require_clean(form: &Form, confirmed: bool) -> Result<()> {
    examine::require_clean(texts(form), confirmed)
}

/// Returns every text of a form with its place. A list of work to do instead of recursion, as everywhere.
fn texts(form: &Form) -> Vec<(String, String)> {
    let (mut waiting, mut found) = (vec![(String::new(), Value::Object(form.to_fields()))], Vec::new());
    while let Some((place, value)) = waiting.pop() {
        match value {
            Value::String(text) => found.push((place, text)),
            Value::Array(items) => {
                let places = items.into_iter().enumerate().map(|(at, item)| (format!("{place}[{at}]"), item));
                waiting.extend(places.rev());
            }
            Value::Object(members) => {
                let point = if place.is_empty() { "" } else { "." };
                let places = members.into_iter().map(|(key, member)| (format!("{place}{point}{key}"), member));
                waiting.extend(places.rev());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}
