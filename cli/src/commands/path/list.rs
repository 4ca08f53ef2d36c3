//! `talkoot path list` and `talkoot path show`.

use talkoot_protocol::api::{self, Request, Response};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::service_path::ServicePath;

use super::names::{Names, Say};
use crate::client::{Client, unexpected};
use crate::commands::report::organisations::Organisations;
use crate::error::Result;
use crate::global::Global;
use crate::output;

const EXAMPLE: &str = "Example:
  talkoot path list --organisation 7c1e --limit 50

Each is one path as a worker noted it: for members of the network, not for publishing. What may be shown to others: talkoot path view.

With --json one line for each path, as 'talkoot path show' gives it.";

/// Which paths to list.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// Only of the organisation whose id begins so.
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    limit: usize,
    /// Skip so many.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    skip: usize,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Lists paths.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let organisations = Organisations::ask(&mut client)?;
    let organisation = args.organisation.as_deref().map(|asked| organisations.find(asked)).transpose()?;
    let request = Request::Paths { organisation, skip: args.skip, limit: args.limit };
    let Response::Paths { paths, total } = client.ask(request)? else { return Err(unexpected()) };
    if global.json {
        paths.iter().try_for_each(output::json)?;
        return client.close();
    }
    let names = Names::new(global, args.language)?;
    let headers =
        [Say::Period, Say::Place, Say::Way, Say::Outcome, Say::Organisation].map(|say| say.say(args.language));
    let headers = [["ID"].as_slice(), &headers].concat();
    let rows: Vec<_> = paths.iter().map(|path| row(path, &organisations, &names)).collect();
    output::table(&headers, &rows)?;
    output::say(&format!("{} of {}.", paths.len(), output::count(total as u64, "path", "paths")));
    client.close()
}

fn row(shown: &api::ServicePath, organisations: &Organisations, names: &Names) -> Vec<String> {
    let language = names.language;
    let organisation = organisations.name(&shown.organisation, language);
    let Ok(path) = ServicePath::read(&shown.fields) else {
        return vec![shown.document.short(), String::new(), String::new(), "?".to_owned(), String::new(), organisation];
    };
    vec![
        shown.document.short(),
        path.half_year.map(|half_year| half_year.to_string()).unwrap_or_default(),
        place(&path, language),
        names.way(&path),
        names.code(&path.outcome),
        organisation,
    ]
}

fn place(path: &ServicePath, language: Language) -> String {
    path.area.as_ref().map(|area| area.label(language).to_owned()).unwrap_or_default()
}

const SHOW_EXAMPLE: &str = "Example:
  talkoot path show 3fa9c1 --language fi

With --json: {\"document\", \"organisation\", \"scope\", \"claimed\", \"changes\", \"fields\"}.";

/// Which path to show.
#[derive(Debug, clap::Args)]
#[command(after_help = SHOW_EXAMPLE)]
pub(super) struct ShowArgs {
    /// The path's id or its beginning.
    id: String,
    /// The language of labels: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

/// Shows a path.
pub(super) fn show(global: &Global, args: &ShowArgs) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    let Response::Path(shown) = client.ask(Request::Path { document: args.id.clone() })? else {
        return Err(unexpected());
    };
    if global.json {
        output::json(&shown)?;
        return client.close();
    }
    let organisations = Organisations::ask(&mut client)?;
    let names = Names::new(global, args.language)?;
    match ServicePath::read(&shown.fields) {
        Ok(path) => layout(&shown, &path, &organisations, &names).iter().try_for_each(|line| output::line(line))?,
        Err(error) => output::say(&format!("{error}. What stands in it: add --json.")),
    }
    client.close()
}

/// Returns the lines of a path.
fn layout(shown: &api::ServicePath, path: &ServicePath, organisations: &Organisations, names: &Names) -> Vec<String> {
    let language = names.language;
    let target = path.target_group.as_ref();
    let group = target.map(|target| format!("{}, {}", names.code(&target.group), names.code(&target.age)));
    let needs: Vec<_> = path.support_need.iter().map(|need| names.code(need)).collect();
    let facts = [
        (Say::Organisation, organisations.name(&shown.organisation, language)),
        (Say::Period, path.half_year.map(|half_year| half_year.to_string()).unwrap_or_default()),
        (Say::Place, place(path, language)),
        (Say::Needs, needs.join("; ")),
        (Say::Group, group.unwrap_or_default()),
        (Say::Outcome, names.code(&path.outcome)),
    ];
    let said = facts.into_iter().filter(|(_, text)| !text.is_empty());
    let mut lines = vec![format!("ID: {}", shown.document)];
    lines.extend(said.map(|(label, text)| format!("{}: {text}", label.say(language))));
    lines.push(String::new());
    for (number, step) in (1..).zip(&path.steps) {
        let beside = if step.alongside { "+ " } else { "" };
        lines.push(format!("{number:>2}. {beside}{}", names.step(step)));
    }
    lines
}
