//! `talkoot init`: an organisation's keys, its record, and its node. Signs what is made here; never touches what was there.

mod charter;
mod founding;
mod made;
mod organisation;

use std::path::PathBuf;

use serde::Serialize;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::id::{NetworkId, NodeId, OrganisationId};
use talkoot_protocol::key::PublicKey;
use talkoot_protocol::scope::County;
use talkoot_protocol::statement::OrganisationKind;

use crate::commands::org::words;
use crate::error::Result;
use crate::global::{Global, typed};
use crate::keys::Keys;
use crate::output;

use made::Made;
use organisation::Organisation;

const HELP: &str = "\
Example: talkoot --dir kainuu init --name 'Kainuun hyvinvointialue' --kind county --county 18

A network whose founders are known from the start is made in three steps:
  each prints its id:  talkoot --dir DIR init --organisation-only
  one writes:          talkoot init --write-charter FILE --charter-name NAME --founder ID …
  each begins:         talkoot --dir DIR init --charter FILE --name NAME --kind KIND

With --json one object: organisation, root_key, keys (directory), and with a node also network, node, dir; \
with --write-charter: network, charter (file), founders, threshold.";

/// What can be said about the organisation and its node.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// The organisation's name in Finnish.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["organisation_only", "write_charter"])]
    name: Option<String>,
    /// Its name in Swedish. [default: the Finnish one]
    #[arg(long, value_name = "NAME")]
    name_sv: Option<String>,
    /// Its name in English. [default: the Finnish one]
    #[arg(long, value_name = "NAME")]
    name_en: Option<String>,
    /// What sort of organisation it is: county, municipality, ngo, university or other.
    #[arg(long, value_name = "KIND", value_parser = typed::<OrganisationKind>, required_unless_present_any = ["organisation_only", "write_charter"])]
    kind: Option<OrganisationKind>,
    /// Two-digit code of a wellbeing services county it acts in; may be repeated. It receives what is shared within them.
    #[arg(long, value_name = "CODE", value_parser = typed::<County>, value_delimiter = ',')]
    county: Vec<County>,
    /// How people reach it. Every member of the network sees this.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    contact: String,
    /// The charter of the network to join. [default: the open commons]
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
    /// An address to listen on, such as 0.0.0.0:7474; may be repeated. [default: port 7474 on all network cards]
    #[arg(long, value_name = "ADDRESS")]
    listen: Vec<String>,
    /// Make only the organisation's keys, and print its id.
    #[arg(long, conflicts_with_all = ["name", "kind", "county", "charter", "listen", "write_charter"])]
    organisation_only: bool,
    /// Write a charter that names founders to this file, and do nothing else.
    #[arg(long, value_name = "FILE", requires = "charter_name", conflicts_with_all = ["name", "kind", "county", "charter", "listen"])]
    write_charter: Option<PathBuf>,
    /// The name of the new network.
    #[arg(long, value_name = "NAME", requires = "write_charter")]
    charter_name: Option<String>,
    /// The whole id of an organisation that is a member from the start; may be repeated.
    #[arg(long, value_name = "ID", requires = "write_charter")]
    founder: Vec<OrganisationId>,
    /// How many members must recognise a new organisation.
    #[arg(long, value_name = "K", requires = "write_charter", default_value_t = 1)]
    threshold: u16,
    #[command(flatten)]
    minima: charter::Minima,
}

/// What was made, for programs.
#[derive(Debug, Serialize)]
struct Answer {
    organisation: OrganisationId,
    root_key: PublicKey,
    keys: PathBuf,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    node: Option<NodeAnswer>,
}

/// The part about the node.
#[derive(Debug, Serialize)]
struct NodeAnswer {
    network: NetworkId,
    node: NodeId,
    dir: PathBuf,
}

/// Does it.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    if let Some(file) = &args.write_charter {
        let name = args.charter_name.unwrap_or_default();
        return charter::write(global, file, name, args.founder, args.threshold, args.minima);
    }
    let keys = Keys::of(global)?;
    if args.organisation_only {
        return organisation_only(global, &keys);
    }
    // Everything that can be refused is, before the first key is made.
    let plan = founding::Plan::of(global, &args)?;
    let mut made = Made::default();
    let organisation = Organisation::open_or_make(global, &keys, &mut made)?;
    let home = plan.found(&organisation)?;
    made.keep();
    founding::begin_log(&home)?;
    tell(global, &keys, &organisation, &home.charter);
    let node = NodeAnswer { network: home.charter.network(), node: home.node(), dir: home.dir.clone() };
    answer(global, &keys, &organisation, Some(node))
}

fn organisation_only(global: &Global, keys: &Keys) -> Result<()> {
    let mut made = Made::default();
    let organisation = Organisation::open_or_make(global, keys, &mut made)?;
    made.keep();
    output::say(&format!("Keys: {}. Keep a copy of the root key offline.", keys.dir().display()));
    output::say("Next: give this id to whoever writes the charter, then run init again with --charter and --name.");
    if !global.json {
        return output::line(&organisation.id().to_string());
    }
    answer(global, keys, &organisation, None)
}

fn answer(global: &Global, keys: &Keys, organisation: &Organisation, node: Option<NodeAnswer>) -> Result<()> {
    if !global.json {
        return Ok(());
    }
    let root_key = organisation.root.public();
    output::json(&Answer { organisation: organisation.id(), root_key, keys: keys.dir().to_owned(), node })
}

/// Says what there is now and what to do next.
fn tell(global: &Global, keys: &Keys, organisation: &Organisation, charter: &Charter) {
    let id = organisation.id();
    output::say(&format!("Organisation {id}"));
    output::say(&format!("Network      {} ({})", words::plain(&charter.name), charter.network().short()));
    output::say(&format!("Node         {}", global.dir.display()));
    output::say(&format!(
        "Keys         {}: keep a copy of the root key offline, and the passphrase elsewhere",
        keys.dir().display()
    ));
    if !charter.founders.is_empty() && !charter.founders.contains(&id) {
        let (threshold, name) = (charter.threshold, words::plain(&charter.name));
        output::say(&format!(
            "Not a founder of {name}: members must recognise this organisation first ({threshold} of them)."
        ));
    }
    output::say("Next:");
    let steps = [
        ("worker add NAME", "let somebody write reports"),
        ("run", "start the node"),
        ("peer add ADDRESS", "call a partner's node"),
        ("org recognise ID", "take in what a partner signs"),
    ];
    for (step, why) in steps {
        output::say(&format!("  {:<40} {why}", words::command(global, step)));
    }
}
