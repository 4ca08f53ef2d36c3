//! `talkoot view show`: a saved view with its numbers as they are now.

use serde::Serialize;
use talkoot_protocol::api::{Request, Response, Written};
use talkoot_protocol::phenomenon::aspect::Aspect;
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::saved::{Kept, Saved};
use talkoot_protocol::view::{Facet, MergedView, Query};

use super::super::names::{self, Names};
use super::super::tables;
use super::table::{self, Shown};
use crate::client::{Client, unexpected};
use crate::commands::phenomenon::layout::Sheet;
use crate::commands::phenomenon::words::Heading;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot view show 1a2b3c --language fi

Every question is asked anew of what your node holds, by its rules. Nodes that hold the same show the same; the fingerprint is that of \
what is said, without numbers.

With --json: {\"view\", \"fingerprint\", \"history\", \"answers\"}. The view: {\"id\", \"documents\", \"heading\", \"title\", \"notes\", \
\"queries\", \"left_out\", \"merges\", \"unread\"}; answers, one for each question: {\"view\"} as 'talkoot view' gives it, or {\"failed\"}.";

/// Which saved view to show.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The saved view's id or its beginning.
    id: String,
    /// Show also everything that was ever written or taken back.
    #[arg(long)]
    history: bool,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// What became of a question.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Asked {
    View(Box<MergedView>),
    Failed(String),
}

#[derive(Serialize)]
struct Answer<'a> {
    view: &'a Saved,
    fingerprint: String,
    history: &'a [Written],
    answers: &'a [Asked],
}

/// Shows a saved view.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let shown = table::fetch(&mut client, &args.id, args.history)?;
    let mut answers = Vec::with_capacity(shown.view.queries.len());
    for kept in &shown.view.queries {
        answers.push(ask(&mut client, &kept.query)?);
    }
    if global.json {
        let fingerprint = shown.view.fingerprint();
        output::json(&Answer { view: &shown.view, fingerprint, history: &shown.history, answers: &answers })?;
    } else {
        let facets: Vec<Facet> = shown.view.queries.iter().flat_map(|kept| kept.query.facets()).collect();
        let names = Names::ask(&mut client, &facets, args.language)?;
        print(&shown, &answers, &names, &facets)?;
    }
    client.close()
}

/// A question that cannot be answered here, such as one of too many cells, does not keep the others from being answered.
fn ask(client: &mut Client<'_>, query: &Query) -> Result<Asked> {
    match client.ask(Request::View { query: query.clone(), own: false }) {
        Ok(Response::View(view)) => Ok(Asked::View(view)),
        Ok(_) => Err(unexpected()),
        Err(error) => Ok(Asked::Failed(error.message().to_owned())),
    }
}

fn print(shown: &Shown, answers: &[Asked], names: &Names, facets: &[Facet]) -> Result<()> {
    let flush = |sheet: Sheet<'_>| sheet.lines.iter().try_for_each(|line| output::line(line));
    let sheet = || Sheet { organisations: &names.organisations, language: names.language, lines: Vec::new() };
    let mut top = sheet();
    head(&mut top, &shown.view);
    flush(top)?;
    let mut basis = None;
    for (kept, answer) in shown.view.queries.iter().zip(answers) {
        let mut caption = sheet();
        question(&mut caption, kept, names);
        flush(caption)?;
        match answer {
            Asked::View(view) => {
                tables::bodies(view, names, None)?;
                basis = Some(tables::basis_in_words(view, names));
            }
            Asked::Failed(why) => output::line(&format!("(not answered: {why})"))?,
        }
    }
    let mut rest = sheet();
    rest.merges(&shown.view.merges);
    rest.unread(&shown.view.unread);
    rest.history(&shown.history);
    flush(rest)?;
    if shown.view.left_out > 0 {
        output::line(&format!(
            "\n{} more are not shown.",
            output::count(shown.view.left_out as u64, "question", "questions")
        ))?;
    }
    basis.map_or(Ok(()), |basis| output::line(&format!("\n{basis}")))?;
    if facets.iter().any(|facet| names::is_area(*facet)) {
        output::line(talkoot_protocol::report::area::table::ATTRIBUTION)?;
    }
    Ok(())
}

fn head(sheet: &mut Sheet<'_>, view: &Saved) {
    sheet.put(0, view.heading.as_deref().unwrap_or("-"));
    sheet.lines.push(String::new());
    sheet.put(0, &format!("ID: {}", view.id));
    sheet.begun(&view.documents);
    sheet.put(0, &format!("SHA-256: {}", view.fingerprint()));
    if view.title.contradiction.is_some() || !view.title.settlements.is_empty() {
        sheet.heading(Heading::Contradictions);
        let name = Heading::Title.say(sheet.language).to_owned();
        sheet.contradiction(&Aspect { name, ..view.title.clone() });
    }
    if !view.notes.is_empty() {
        sheet.heading(Heading::Notes);
    }
    for note in &view.notes {
        let who = sheet.who(&note.by);
        sheet.put(2, &format!("{who}:"));
        sheet.paragraph(4, Some(&note.said.text));
    }
}

/// What is asked, by whom it is kept and under which name, and what they say about it.
fn question(sheet: &mut Sheet<'_>, kept: &Kept, names: &Names) {
    let axes = [Some(kept.query.rows), kept.query.columns].into_iter().flatten();
    let axes: Vec<String> = axes.map(|facet| names.facet(facet)).collect();
    let filters = kept.query.filters.iter().map(|(facet, values)| {
        let values: Vec<String> =
            values.iter().take(VALUES_MAX).map(|value| names.value(facet, &value.to_string())).collect();
        let more =
            if kept.query.filters.on(facet).is_some_and(|values| values.len() > VALUES_MAX) { ", …" } else { "" };
        format!("{}: {}{more}", names.facet(facet), values.join(", "))
    });
    let parts: Vec<String> = std::iter::once(axes.join(" × ")).chain(filters).collect();
    sheet.lines.push(String::new());
    sheet.put(0, &format!("== {} ==", parts.join("; ")));
    for word in &kept.words {
        let name = word.path.strip_prefix("query/").unwrap_or(&word.path);
        let who = sheet.who(&word.by);
        sheet.put(2, &format!("{name} — {who}, {}", word.document.short()));
        sheet.paragraph(4, word.said.note.as_ref());
    }
}

/// Most values of a filter in a caption.
const VALUES_MAX: usize = 8;
