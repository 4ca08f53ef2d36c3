//! `talkoot report attach`: cleans a file on this machine, gives the node its bytes, and signs a change that names them. The bytes
//! are durable before the report names them; the file's own name goes nowhere.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use talkoot_node::attachment::{self, Clean, FILE_BYTES_MAX, Refusal, Suspicion};
use talkoot_protocol::api::Request;
use talkoot_protocol::document::{self, Reading};
use talkoot_protocol::id::{ChangeId, DocumentId};
use talkoot_protocol::report::{Attachment, Report};
use talkoot_protocol::scan::Action;
use talkoot_protocol::scope::Kind;
use talkoot_protocol::sign;

use super::edit::require_own;
use super::examine::require_changeable;
use super::pen::{self, Pen};
use super::plain;
use crate::client::Client;
use crate::commands::history;
use crate::commands::org::words::{self, command};
use crate::error::{Error, Result};
use crate::forms;
use crate::global::Global;
use crate::keys::{self, Keys};
use crate::output;

/// The field.
const FIELD: &str = "attachment";

const EXAMPLE: &str = "Example:
  talkoot report attach 3fa9c1 ovi.jpg --caption \"The lift has been out of order since May\"

Pictures (JPEG, PNG, WebP) are encoded anew from what one sees, at most 2,560 pixels across; PDF documents are put together anew. \
Place, time, device, author, comments and other hidden data are taken out, and the file's name is not stored. What cannot be cleaned \
is refused. At most 20 MiB go in and 2 MiB come out. Everyone who may read the report may fetch it.

No program recognises faces here: look at it yourself. --confirm says that you did.

With --json: {\"document\", \"change\", \"attachment\", \"removed\", \"file_bytes\"}.";

/// What to attach.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The report's id or its beginning.
    id: String,
    /// A picture (JPEG, PNG, WebP) or a PDF document.
    file: PathBuf,
    /// What it shows, in the language of the report.
    #[arg(long, value_name = "TEXT")]
    caption: String,
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// Nobody can be recognised in it, and what seems to be an identifier is none.
    #[arg(long)]
    confirm: bool,
}

#[derive(Serialize)]
struct Attached<'a> {
    document: DocumentId,
    change: ChangeId,
    attachment: &'a Attachment,
    removed: Vec<&'static str>,
    file_bytes: usize,
}

/// Attaches a file.
pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let file = read(&args.file)?;
    let clean = clean(&args.file, &file)?;
    say_cleaned(&clean, file.len());
    require_judged(&clean.suspicions, args.confirm)?;
    let attachment = clean.describe(Some(args.caption.trim().to_owned()).filter(|caption| !caption.is_empty()));
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    let (document, history) = history::fetch(&mut client, &args.id, &identity.network, Kind::Report)?;
    let writer = Keys::of(global)?.read_worker(args.worker.as_deref())?;
    require_own(&mut client, &document, &writer.organisation)?;
    let unreadable = |error: document::Error| Error::refused(format!("the report cannot be read: {error}"));
    let reading = document::read(&document::sound(&sign::chunks(&history))).map_err(unreadable)?;
    let (edits, report) = plan(&reading, attachment.clone())?;
    let form = forms::of_report(global, &mut client, &report)?;
    require_changeable(&report, &form, args.confirm, |field| field == FIELD)?;
    require_looked_at(args.confirm)?;
    client.ask_with(Request::KeepAttachment { attachment: attachment.clone() }, vec![clean.bytes])?;
    let pen = Pen::open(global, args.worker.as_deref(), &identity)?;
    let change = pen.author().change(&history, &edits, keys::moment()?).map_err(pen::not_signed)?;
    let kept = edits.iter().map(|(field, value)| (field.clone(), value.clone().unwrap_or_default())).collect();
    pen::send(&mut client, &change, &kept, &command(global, &format!("report edit {document} --file")))?;
    if global.json {
        let removed = clean.removed.into_iter().collect();
        let (attachment, file_bytes) = (&attachment, file.len());
        output::json(&Attached { document, change: change.id(), attachment, removed, file_bytes })?;
    } else {
        output::line(&attachment.hash.short())?;
        output::say(&format!("Attached to report {}, signed and stored.", document.short()));
    }
    client.close()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map(|_| bytes)
    };
    read().map_err(|error| Error::failed(error).context(format_args!("cannot read {}", path.display())))
}

fn clean(path: &Path, bytes: &[u8]) -> Result<Clean> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    attachment::clean(&name, bytes).map_err(|refusal| {
        let named = match refusal {
            // Its name is not repeated: it may be what must not be seen.
            Refusal::Identifier { .. } => "the file".to_owned(),
            _ => plain::one_line(&name),
        };
        Error::refused(format!("{named} cannot be attached: {refusal}"))
            .hint(format!("{} Nothing was stored.", refusal.advice()))
    })
}

fn say_cleaned(clean: &Clean, before: usize) {
    let removed: Vec<_> = clean.removed.iter().copied().collect();
    let removed = if removed.is_empty() { "nothing that is hidden was found".to_owned() } else { removed.join("; ") };
    output::say(&format!(
        "Cleaned: {} became {}. Taken out: {removed}.",
        words::bytes(before as u64),
        words::bytes(clean.bytes.len() as u64)
    ));
}

/// Says what may be an identifier, and refuses if it has to be confirmed first.
fn require_judged(suspicions: &[Suspicion], confirmed: bool) -> Result<()> {
    for Suspicion { place, rule, found, .. } in suspicions {
        output::say(&format!("In {place} there seems to be {rule}: {:?}", plain::cut(found, 60)));
    }
    let open = suspicions.iter().filter(|suspicion| suspicion.action == Action::Confirm).count();
    if open == 0 || confirmed {
        return Ok(());
    }
    let places = output::count(open as u64, "place has", "places have");
    Err(Error::refused(format!("{places} to be looked at before this is attached"))
        .hint("Nothing was stored. If no person can be recognised by it, add --confirm."))
}

/// Makes sure that a person has looked at it: no program sees who is in a picture.
fn require_looked_at(confirmed: bool) -> Result<()> {
    if confirmed {
        return Ok(());
    }
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        output::say("Can any person be recognised in it: a face, a name, a home, a number plate? [y/N]");
        let mut answer = String::new();
        let answered = io::stdin().read_line(&mut answer).is_ok_and(|length| length > 0);
        let answer = answer.trim().to_lowercase();
        if answered && (answer.is_empty() || answer.starts_with('n') || answer.starts_with('e')) {
            return Ok(());
        }
        return Err(Error::refused("a picture in which a person can be recognised is not attached")
            .hint("Nothing was stored. Cover what identifies the person, or describe in words what one sees."));
    }
    Err(Error::refused("nobody has said that no person can be recognised in it")
        .hint("Nothing was stored. Look at it, and add --confirm if nobody can be recognised."))
}

/// Returns the change and the report as it will read. Lists that several people made at the same time become one.
fn plan(reading: &Reading, attachment: Attachment) -> Result<(super::edit::Edits, Report)> {
    let mut all: Vec<Attachment> = Vec::new();
    let field = reading.fields.get(FIELD);
    let values = field
        .into_iter()
        .flat_map(|field| std::iter::once(&field.value).chain(field.others.iter().map(|other| &other.value)));
    for value in values {
        let read: Vec<Attachment> = serde_json::from_value(value.clone()).map_err(|_| {
            Error::refused("the report's attachments were written by a newer version of talkoot")
                .hint("Nothing was stored. Attach it with that version.")
        })?;
        for one in read {
            if all.iter().all(|known| known.hash != one.hash) {
                all.push(one);
            }
        }
    }
    if all.iter().any(|known| known.hash == attachment.hash) {
        return Err(Error::refused("the report has this attachment already").hint("Nothing would change."));
    }
    all.push(attachment);
    let value = serde_json::to_value(&all).map_err(Error::failed)?;
    let mut after = reading.values();
    after.insert(FIELD.to_owned(), value.clone());
    Ok(([(FIELD.to_owned(), Some(value))].into(), Report::read(after).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspicion(action: Action) -> Suspicion {
        let rule = talkoot_protocol::scan::Rule::PersonName;
        Suspicion { place: "the file's name", rule, action, found: "matti_virtanen".into() }
    }

    #[test]
    fn what_has_to_be_confirmed_is_refused_until_it_is() {
        assert!(require_judged(&[suspicion(Action::Confirm)], false).is_err());
        assert!(require_judged(&[suspicion(Action::Confirm)], true).is_ok());
        assert!(require_judged(&[suspicion(Action::Warn)], false).is_ok());
    }

    #[test]
    fn a_refusal_says_what_to_do_and_never_repeats_an_identifier() {
        let error = clean(Path::new("/home/x/muistio.docx"), b"PK\x03\x04").unwrap_err();
        assert!(error.message().contains("muistio.docx"), "{}", error.message());
        let error = clean(Path::new("010101A900R.jpg"), b"PK\x03\x04").unwrap_err();
        assert!(!error.message().contains("010101A900R"), "{}", error.message());
    }
}
