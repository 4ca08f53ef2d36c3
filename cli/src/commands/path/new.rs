//! `talkoot path new`.

use std::io::{self, IsTerminal as _};

use serde::Serialize;
use talkoot_protocol::id::{DocumentId, OrganisationId};
use talkoot_protocol::report::codes::Language;
use talkoot_protocol::scope::{Kind, Scope};

use super::asked::Dialogue;
use super::names::Names;
use super::typed::{self, PathCells, StepCells};
use crate::client::{Client, require_stored};
use crate::commands::org::words::command;
use crate::commands::report::pen::{self, Pen};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::{keys, output};

const EXAMPLE: &str = "Example:
  talkoot path new --step basic_social_assistance,kela,turned_away \\
    --step social_work,county_social,waited,3-5 --step +food_aid,parish,received,goal=no \\
    --outcome left_without --area Mikkeli --period 2026-H1 --support-need 3 --target-group unemployed:25-64

A step is SERVICE,ACTOR,END, then perhaps how long the wait was, and goal=yes, no or unknown for a step that ran beside the one before \
it; such a step begins with +. Codes may be given by their names too: talkoot path codes. A service of a list that is loaded here is \
written as urn:oid:…|CODE.

Without --step you are asked at a terminal, step by step. A path holds codes only: no name, no number of a person or a case, no free \
text. It is a way, not a person: note what was typical of one, and leave out what would point at somebody.

With --json: {\"document\", \"organisation\", \"scope\"}.";

/// What to note.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// A step, in the order they came; may be given up to 12 times.
    #[arg(long, value_name = "[+]SERVICE,ACTOR,END[,WAIT][,goal=CODE]")]
    step: Vec<String>,
    /// How it ended: helped, partly, left_without, unknown or ongoing.
    #[arg(long, value_name = "CODE")]
    outcome: Option<String>,
    /// Where: a municipality or a county, by name or code.
    #[arg(long, value_name = "AREA")]
    area: Option<String>,
    /// The half-year in which it ended or was seen: 2026-H1.
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Need for support, 1 to 10 or 99; may be given up to three times.
    #[arg(long, value_name = "CODE")]
    support_need: Vec<String>,
    /// Which group it concerned, with or without an age: young, unemployed:25-64.
    #[arg(long, value_name = "GROUP[:AGE]")]
    target_group: Option<String>,
    /// Who signs; needed only where several workers have keys.
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// For whom: network (all members), region:12 (members that act in county 12), organisation (only your own).
    #[arg(long, value_name = "SCOPE", default_value = "network")]
    scope: String,
    /// The language of questions: fi, sv or en.
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    language: Language,
}

#[derive(Serialize)]
struct Noted {
    document: DocumentId,
    organisation: OrganisationId,
    scope: Scope,
}

/// Notes, signs and stores a path.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut cells = cells(args)?;
    if cells.steps.is_empty() {
        ask(&mut cells, args.language)?;
    }
    let path = cells.read(&Names::new(global, args.language)?).map_err(|faults| typed::refuse(&faults))?;
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    let scope = pen::scope(&args.scope, &identity)?;
    let pen = Pen::open(global, args.worker.as_deref(), &identity)?;
    let change = pen.author().begin(Kind::ServicePath, scope, &path.to_fields(), keys::moment()?);
    let change = change.map_err(pen::not_signed)?;
    let stored = client.submit(vec![change.encode()]).and_then(|outcomes| require_stored(&outcomes));
    stored.map_err(|error| {
        error
            .context("the path was signed, but the node did not store it")
            .hint("Nothing has changed; the command may be repeated.")
    })?;
    let noted = Noted { document: change.document(), organisation: pen.organisation(), scope };
    if global.json {
        output::json(&noted)?;
    } else {
        output::line(&noted.document.short())?;
        let show = command(global, &format!("path show {}", noted.document.short()));
        output::say(&format!("Signed and stored. See it with: {show}"));
    }
    client.close()
}

fn cells(args: &Args) -> Result<PathCells> {
    let (group, age) = match args.target_group.as_deref() {
        Some(target) => target.split_once(':').unwrap_or((target, "")),
        None => ("", ""),
    };
    Ok(PathCells {
        steps: args.step.iter().map(|step| StepCells::parse(step)).collect::<Result<_>>()?,
        outcome: args.outcome.clone().unwrap_or_default(),
        area: args.area.clone().unwrap_or_default(),
        period: args.period.clone().unwrap_or_default(),
        support_need: args.support_need.join(";"),
        group: group.to_owned(),
        age: age.to_owned(),
    })
}

/// Asks at a terminal; elsewhere nobody answers.
fn ask(cells: &mut PathCells, language: Language) -> Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(Error::refused("a path needs at least one --step")
            .hint("At a terminal, without --step, you are asked step by step. Nothing was signed."));
    }
    Dialogue { from: &mut io::stdin().lock(), to: &mut io::stderr().lock(), language }.complete(cells)
}
