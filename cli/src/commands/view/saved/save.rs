//! `talkoot view save` and `amend`.

use talkoot_protocol::saved::QUERIES_MAX;
use talkoot_protocol::saved::word::{Asked, Name, Note, Others, Title, Word};
use talkoot_protocol::scope::Kind;
use talkoot_protocol::view::{Preset, Query};

use super::super::preset;
use super::super::question::Question;
use super::table::{self, Shown, Signing};
use crate::commands::joint::merge::Mergeable as _;
use crate::commands::joint::{Desk, Edits, signing};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys;

const EXAMPLE: &str = "Example:
  talkoot view save --title \"Asuminen alueittain\" --rows county --columns half_year --where theme=2 \\
    --note \"Katsotaan ennen jokaista verkoston kokousta.\"

Needs a worker with the role coordinator. It keeps the question, not the numbers: 'talkoot view show' asks it anew. Coordinators of \
all members that receive it may add to it, each for their own organisation.

With --json: {\"document\", \"organisation\", \"scope\"}.";

/// What to save.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// What it is called, in at most 120 characters.
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    question: Question,
    /// Take the question from a preset.
    #[arg(long, value_name = "NAME", value_parser = preset::parser(), conflicts_with = "columns")]
    preset: Option<Preset>,
    /// What you say about the question itself.
    #[arg(long, value_name = "TEXT")]
    remark: Option<String>,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    #[command(flatten)]
    signing: Signing,
}

/// Saves a view.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut words = described(Some(&args.title), args.note.as_ref());
    table::edits(&words)?;
    let mut desk = args.signing.desk(global)?;
    let scope = desk.scope(&args.scope)?;
    let query = args.question.query(&mut desk.client, args.preset)?;
    table::require_askable(&mut desk.client, &query, &scope)?;
    words.push(asked(query, args.remark.clone())?);
    let next = "See it with its numbers: talkoot view show. Add to it: talkoot view amend.";
    signing::begin(global, desk, Kind::View, scope, &table::edits(&words)?, next)
}

const AMEND_EXAMPLE: &str = "Examples:
  talkoot view amend 1a2b3c --rows municipality --where theme=2 --remark \"Kunnittain näkyy enemmän.\"
  talkoot view amend 1a2b3c --note \"Katsotaan kahdesti vuodessa.\"
  talkoot view amend 1a2b3c --drop 5e6f7a8b

Your own words stand beside those of other organisations: another title than theirs is a contradiction, which 'talkoot view settle' \
settles. --drop takes back a question of your own; 'talkoot view show' names it.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}.";

/// What to say.
#[derive(Debug, clap::Args)]
#[command(after_help = AMEND_EXAMPLE)]
pub(crate) struct AmendArgs {
    /// The saved view's id or its beginning.
    id: String,
    /// What your organisation calls it.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    question: Question,
    /// Take the question from a preset.
    #[arg(long, value_name = "NAME", value_parser = preset::parser(), conflicts_with = "columns")]
    preset: Option<Preset>,
    /// What you say about the question itself.
    #[arg(long, value_name = "TEXT")]
    remark: Option<String>,
    /// Take back the question of your own with this name.
    #[arg(long, value_name = "NAME")]
    drop: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

/// Adds to a saved view, or takes something back.
pub(super) fn amend(global: &Global, args: &AmendArgs) -> Result<()> {
    let mut words = described(args.title.as_ref(), args.note.as_ref());
    let asks = args.question.is_some() || args.preset.is_some();
    if words.is_empty() && !asks && args.drop.is_none() {
        return Err(Error::refused("nothing was given to add or to take back")
            .hint("Give --title, --note, a question (--rows, --columns, --where, --preset) or --drop."));
    }
    let mut desk = args.signing.desk(global)?;
    let shown = table::fetch(&mut desk.client, &args.id, false)?;
    if asks {
        let query = args.question.query(&mut desk.client, args.preset)?;
        table::require_askable(&mut desk.client, &query, &shown.scope()?)?;
        require_room(&shown, &query)?;
        words.push(asked(query, args.remark.clone())?);
    }
    let mut edits = table::edits(&words)?;
    if let Some(name) = &args.drop {
        edits.extend(dropped(&shown, &desk, name)?);
    }
    table::sign(global, &mut desk, &shown.document, &edits)?;
    desk.close()
}

fn described(title: Option<&String>, note: Option<&String>) -> Vec<Word> {
    let title = title.map(|text| Title { text: text.clone(), language: None, others: Others::new() });
    let note = note.map(|text| Note { text: text.clone(), others: Others::new() });
    title.map(Word::Title).into_iter().chain(note.map(Word::Note)).collect()
}

/// Makes a question with a name that no other of the organisation has.
fn asked(query: Query, note: Option<String>) -> Result<Word> {
    let salt = keys::moment()?.salt;
    let name = Name::new(std::array::from_fn(|at| salt.get(at).copied().unwrap_or_default()));
    Ok(Word::Query(name, Asked { query, note, others: Others::new() }))
}

/// Refuses another question where those that are there are not all shown.
fn require_room(shown: &Shown, query: &Query) -> Result<()> {
    let is_new = shown.view.queries.iter().all(|kept| kept.query != *query);
    if is_new && shown.view.queries.len() >= QUERIES_MAX {
        return Err(Error::refused(format!(
            "the saved view has {QUERIES_MAX} questions already, the most that are shown"
        ))
        .hint("Nothing was signed. Save a view of its own for this one: talkoot view save"));
    }
    Ok(())
}

fn dropped(shown: &Shown, desk: &Desk<'_>, name: &str) -> Result<Edits> {
    let path = format!("query/{}", name.trim().to_lowercase());
    let organisation = desk.organisation();
    let mut own = shown.view.queries.iter().flat_map(|kept| table::own(&kept.words, &organisation));
    if own.any(|word| word.document == shown.document && word.path == path) {
        return Ok(Edits::from([(path, None)]));
    }
    Err(Error::refused(format!("your organisation has no question {name:?} in {}", shown.document.short()))
        .hint("Nothing was signed. 'talkoot view show' names your questions, and the document each stands in."))
}
