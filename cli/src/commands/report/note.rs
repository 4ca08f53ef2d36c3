//! `talkoot report note`: three fields, kept as a draft until there is time for the rest.

use serde::Serialize;
use talkoot_protocol::report::codes::{Language, Valence};

use super::fields::{Cells, assign};
use crate::commands::draft::{Unfinished, look};
use crate::commands::org::words::command;
use crate::drafts::{Draft, Drafts};
use crate::error::Result;
use crate::forms;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot report note --title \"Bus line cut\" --text \"Visits halved.\" --valence negative

The note needs no node and no network. It is encrypted beside your key; nobody else reads it, and losing the key loses it. Is one person in \
danger? A report helps nobody in time: 'talkoot report fields' shows where to turn.

With --json: {\"draft\", \"missing\"}.";

/// What to note.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// Whose draft it is; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// What it is about, in one line.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// What was noticed, in a sentence.
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// positive, negative or mixed.
    #[arg(long, value_name = "CODE")]
    valence: Valence,
}

#[derive(Serialize)]
struct Noted {
    draft: String,
    missing: Vec<String>,
}

/// Keeps a note.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let form = forms::built_in(global)?;
    let mut cells = Cells::new();
    for (name, text) in
        [("title", &args.title), ("description", &args.text), ("valence", &args.valence.key().to_owned())]
    {
        assign(&mut cells, name, text, &form)?;
    }
    let draft = Draft::new("network", cells);
    let id = Drafts::open(global, args.worker.as_deref())?.save(None, &draft)?;
    let Unfinished { missing, .. } = look(&draft, &form);
    if global.json {
        return output::json(&Noted { draft: id, missing });
    }
    output::line(&id)?;
    let labels: Vec<_> = missing.iter().map(|field| form.label(field, Language::En).unwrap_or(field)).collect();
    output::say(&format!(
        "Kept as a draft on this machine, encrypted and not signed. To complete: {}.",
        labels.join(", ")
    ));
    output::say(&format!("Go on with: {} --set COLUMN=VALUE", command(global, &format!("draft edit {id}"))));
    Ok(())
}
