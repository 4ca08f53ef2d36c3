//! `talkoot phenomenon facet`.

use talkoot_protocol::phenomenon::word::{Facet, FacetName, Others, Word};
use talkoot_protocol::report::area::Area;
use talkoot_protocol::report::codes::AreaScheme;
use talkoot_protocol::report::period::Period;

use super::table::{self, Shown, Signing};
use crate::commands::joint::merge::Mergeable as _;
use crate::commands::joint::{Desk, Edits};
use crate::commands::report::fields;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys;

const EXAMPLE: &str = "Examples:
  talkoot phenomenon facet 1a2b3c --aspect \"Waiting time\" --value \"half a year\" --area Mikkeli --period 2026-H1
  talkoot phenomenon facet 1a2b3c --withdraw 5e0f77a1

Where organisations give the same aspect different values for the same place and time, the card shows an open contradiction until \
somebody settles it with a reason. 'talkoot phenomenon show' names your own facets.

With --json: {\"document\", \"change\", \"organisation\", \"paths\"}; the last part of the path is the facet's name.";

/// What to say.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Args {
    /// The phenomenon's id or its beginning.
    id: String,
    /// What it is about, such as colour.
    #[arg(long, value_name = "TEXT", requires = "value", required_unless_present = "withdraw")]
    aspect: Option<String>,
    /// What holds, such as red.
    #[arg(long, value_name = "TEXT", requires = "aspect")]
    value: Option<String>,
    /// More about it.
    #[arg(long, value_name = "TEXT", requires = "aspect")]
    text: Option<String>,
    /// Where it holds, if not everywhere: a municipality or county by code or name, or FI.
    #[arg(long, value_name = "AREA", requires = "aspect")]
    area: Option<String>,
    /// When it held, if not always: a month or half-year.
    #[arg(long, value_name = "2026-H1", requires = "aspect")]
    period: Option<Period>,
    /// A report it rests on; may be given several times.
    #[arg(long, value_name = "ID", requires = "aspect")]
    report: Vec<String>,
    /// Take back the facet of this name, which your organisation said.
    #[arg(long, value_name = "NAME", conflicts_with = "aspect")]
    withdraw: Option<String>,
    #[command(flatten)]
    signing: Signing,
}

/// Says one side of a phenomenon, or takes it back.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let mut facet = Facet {
        aspect: args.aspect.clone().unwrap_or_default(),
        value: args.value.clone().unwrap_or_default(),
        text: args.text.clone(),
        area: args.area.as_deref().map(area).transpose()?,
        period: args.period,
        reports: Vec::new(),
        others: Others::new(),
    };
    let mut desk = args.signing.desk(global)?;
    let shown = table::fetch(&mut desk.client, &args.id, false)?;
    let edits = match &args.withdraw {
        Some(name) => withdrawn(&shown, &desk, name)?,
        None => {
            facet.reports = table::reports(&mut desk.client, &args.report, &shown.scope()?)?;
            table::edits(&[Word::Facet(name()?, facet)])?
        }
    };
    table::sign(global, &mut desk, &shown.document, &edits)?;
    desk.close()
}

/// Makes a name that no other facet of the organisation has.
fn name() -> Result<FacetName> {
    let salt = keys::moment()?.salt;
    Ok(FacetName::new(std::array::from_fn(|at| salt.get(at).copied().unwrap_or_default())))
}

fn withdrawn(shown: &Shown, desk: &Desk<'_>, name: &str) -> Result<Edits> {
    let path = format!("facet/{}", name.trim().to_lowercase());
    let organisation = desk.organisation();
    let facets = shown.card.aspects.iter().flat_map(|aspect| table::own(&aspect.facets, &organisation));
    let found = facets.filter(|facet| facet.document == shown.document).any(|facet| facet.path == path);
    if found {
        return Ok(Edits::from([(path, None)]));
    }
    Err(Error::refused(format!("your organisation has no facet {name:?} in {}", shown.document.short()))
        .hint("Nothing was signed. 'talkoot phenomenon show' names your facets, and the document each stands in."))
}

/// Reads an area as the report form does.
fn area(text: &str) -> Result<Area> {
    let unknown = || {
        Error::refused(format!("{text:?} is no municipality or county of 2026"))
            .hint("Give a name (Mikkeli), a code (491 or 12) or FI for the whole country.")
    };
    let flat = fields::area(text);
    let mut parts = flat.split(':');
    let (Some(scheme), Some(_year), Some(code)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(unknown());
    };
    let scheme: AreaScheme = scheme.parse().map_err(|_| unknown())?;
    Area::new(scheme, code).map_err(|_| unknown())
}
