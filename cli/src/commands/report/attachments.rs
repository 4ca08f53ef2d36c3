//! `talkoot report attachments` and `talkoot report attachment`: what belongs to a report, and one of these as a file.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;
use talkoot_node::attachment::inspect;
use talkoot_protocol::api::{HeldAttachment, Request, Response};
use talkoot_protocol::id::NodeId;
use talkoot_protocol::report::Attachment;
use talkoot_protocol::report::codes::Language;

use super::plain;
use crate::client::{Client, unexpected};
use crate::commands::org::words;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// Longest caption in a list, in characters.
const CAPTION_CHARS_MAX: usize = 60;

const LIST_EXAMPLE: &str = "Example:
  talkoot report attachments 3fa9c1

With --json one line for each: {\"hash\", \"kind\", \"bytes\", \"width\", \"height\", \"pages\", \"caption\", \"here\"}.";

/// Whose attachments to list.
#[derive(Debug, clap::Args)]
#[command(after_help = LIST_EXAMPLE)]
pub(crate) struct ListArgs {
    /// The report's id or its beginning.
    id: String,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Lists the attachments of a report.
pub(crate) fn list(global: &Global, args: &ListArgs) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let request = Request::Attachments { document: args.id.clone() };
    let Response::Attachments { document, attachments } = client.ask(request)? else { return Err(unexpected()) };
    if global.json {
        attachments.iter().try_for_each(output::json)?;
        return client.close();
    }
    let rows: Vec<_> = (1..).zip(&attachments).map(|(number, held)| row(number, held, args.language)).collect();
    output::table(&["No", "Hash", "What", "Size", "Here", "Caption"], &rows)?;
    output::say(&format!(
        "Save one with: {} NUMBER --output FILE",
        words::command(global, &format!("report attachment {}", document.short()))
    ));
    client.close()
}

fn row(number: usize, HeldAttachment { attachment, here }: &HeldAttachment, language: Language) -> Vec<String> {
    vec![
        number.to_string(),
        attachment.hash.short(),
        plain::one_line(&what(attachment, language)),
        words::bytes(u64::from(attachment.bytes)),
        if *here { "yes" } else { "no" }.to_owned(),
        plain::cut(attachment.caption.as_deref().unwrap_or_default(), CAPTION_CHARS_MAX),
    ]
}

/// Says what an attachment is: its kind, and how large one sees it.
pub(super) fn what(attachment: &Attachment, language: Language) -> String {
    let kind = attachment.kind.label(language);
    match (attachment.width, attachment.height, attachment.pages) {
        (Some(width), Some(height), _) => format!("{kind}, {width} × {height}"),
        (_, _, Some(pages)) => {
            let unit = if language == Language::En { "pp." } else { "s." };
            format!("{kind}, {pages} {unit}")
        }
        _ => kind.to_owned(),
    }
}

const GET_EXAMPLE: &str = "Example:
  talkoot report attachment 3fa9c1 1 --output ovi.jpg

If its bytes are not on this node, it is fetched from a partner that has it, while the node runs; then they stay here. A file that is \
there already is never overwritten.

With --json: {\"attachment\", \"from\", \"output\"}.";

/// Which attachment to save.
#[derive(Debug, clap::Args)]
#[command(after_help = GET_EXAMPLE)]
pub(crate) struct GetArgs {
    /// The report's id or its beginning.
    id: String,
    /// Its number in the list of 'talkoot report attachments', or its hash or the beginning of it.
    attachment: String,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Serialize)]
struct Saved<'a> {
    attachment: &'a Attachment,
    from: Option<NodeId>,
    output: &'a Path,
}

/// Saves an attachment.
pub(crate) fn get(global: &Global, args: &GetArgs) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let request = Request::Attachment { document: args.id.clone(), attachment: args.attachment.clone() };
    let (response, mut bytes) = client.ask_with(request, Vec::new())?;
    let (Response::Attachment { attachment, from }, Some(bytes)) = (response, bytes.pop()) else {
        return Err(unexpected());
    };
    inspect(&attachment, &bytes).map_err(|fault| {
        Error::refused(format!("the node's copy cannot be trusted: {fault}"))
            .hint("Nothing was written. Run 'talkoot verify' on the node.")
    })?;
    write(&args.output, &bytes)?;
    if global.json {
        output::json(&Saved { attachment: &attachment, from, output: &args.output })?;
    } else {
        let size = words::bytes(bytes.len() as u64);
        let from = from.map(|node| format!(", fetched from node {}", node.short())).unwrap_or_default();
        output::say(&format!("Written to {} ({size}{from}).", args.output.display()));
    }
    client.close()
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(bytes)).map_err(|error| {
        Error::failed(error)
            .context(format_args!("cannot write {}", path.display()))
            .hint("The attachment is on the node now. Choose another file, in a directory that is there.")
    })
}
