//! `talkoot org`: the organisations known here, and recognising them.

mod recognise;
pub(crate) mod words;

use clap::Subcommand;
use talkoot_protocol::api::{Identity, Organisation, Request, Response};
use talkoot_protocol::id::OrganisationId;

use crate::client::{Client, unexpected};
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// Fewest digits of an id that are taken for it. A stranger can make ids that begin with a few chosen digits.
const PREFIX_DIGITS_MIN: usize = 8;

/// What to do.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show one organisation, by default your own.
    #[command(
        after_help = "Example: talkoot org show 3f09a1c2d4\n\nWith --json one object: id, names, kind, counties, contact, \
        own, member, founder, recognised_by, reports."
    )]
    Show {
        /// Its id, or the first 8 or more digits of it.
        id: Option<String>,
    },
    /// List the organisations known here: members, and those that have called but are not recognised.
    #[command(after_help = "Example: talkoot org list\n\nWith --json one object a line, as 'org show' prints it.")]
    List,
    /// Recognise an organisation: take in what it signs, and send it what is shared with members.
    #[command(after_help = recognise::HELP)]
    Recognise {
        /// Its id, or the first 8 or more digits of the id of one that has called.
        id: String,
    },
}

/// Does it.
pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let mut client = Client::open(&global.dir)?;
    match args.action {
        Action::Show { id } => show(global, &mut client, id.as_deref())?,
        Action::List => list(global, &mut client)?,
        Action::Recognise { id } => recognise::run(global, &mut client, &id)?,
    }
    client.close()
}

/// Asks for all organisations known here.
pub(crate) fn all(client: &mut Client<'_>) -> Result<Vec<Organisation>> {
    match client.ask(Request::Organisations)? {
        Response::Organisations { organisations } => Ok(organisations),
        _ => Err(unexpected()),
    }
}

/// Finds the organisation that was meant. A whole id is good even if nothing is known of it.
pub(crate) fn find(known: &[Organisation], asked: &str) -> Result<OrganisationId> {
    let asked = asked.trim().to_lowercase();
    if let Ok(id) = asked.parse() {
        return Ok(id);
    }
    if asked.len() < PREFIX_DIGITS_MIN || !asked.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Error::refused(format!("{asked:?} is not the id of an organisation, nor the first digits of one"))
            .hint(format!(
                "Give the whole id, or at least {PREFIX_DIGITS_MIN} digits; 'talkoot org list' shows those known here."
            )));
    }
    let mut matching = known.iter().filter(|organisation| organisation.id.to_string().starts_with(&asked));
    match (matching.next(), matching.next()) {
        (Some(only), None) => Ok(only.id),
        (None, _) => Err(Error::refused(format!("no organisation known here has an id that begins with {asked}"))
            .hint("One that has never called can be named by its whole id.")),
        _ => Err(Error::refused(format!("more than one organisation has an id that begins with {asked}"))
            .hint("Somebody may be imitating another. Ask your partner for the whole id, and give that.")),
    }
}

fn list(global: &Global, client: &mut Client<'_>) -> Result<()> {
    let organisations = all(client)?;
    if global.json {
        return organisations.iter().try_for_each(output::json);
    }
    let rows: Vec<_> = organisations.iter().map(|organisation| row(global, organisation, &organisations)).collect();
    output::table(&["ID", "NAME", "KIND", "COUNTIES", "REPORTS", "STANDING"], &rows)
}

fn row(global: &Global, organisation: &Organisation, known: &[Organisation]) -> Vec<String> {
    let standing = match organisation.is_open(known) {
        false => standing(organisation),
        true => format!("{}; to do so: {}", standing(organisation), words::recognise(global, &organisation.id)),
    };
    vec![
        organisation.id.short(),
        words::name(&organisation.names),
        organisation.kind.to_string(),
        counties(organisation),
        organisation.reports.to_string(),
        standing,
    ]
}

fn standing(organisation: &Organisation) -> String {
    match organisation {
        Organisation { own: true, founder: true, .. } => "your own, founder".into(),
        Organisation { own: true, .. } => "your own".into(),
        Organisation { founder: true, .. } => "member, founder".into(),
        Organisation { member: true, .. } => "member".into(),
        _ if organisation.recognised_by.is_empty() => "not recognised".into(),
        _ => format!("not a member yet; recognised by {}", organisation.recognised_by.len()),
    }
}

fn counties(organisation: &Organisation) -> String {
    match organisation.counties.is_empty() {
        true => "-".into(),
        false => organisation.counties.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    }
}

fn show(global: &Global, client: &mut Client<'_>, asked: Option<&str>) -> Result<()> {
    let known = all(client)?;
    let found = match asked {
        None => known.iter().find(|organisation| organisation.own),
        Some(asked) => {
            let id = find(&known, asked)?;
            known.iter().find(|organisation| organisation.id == id)
        }
    };
    let organisation = found.ok_or_else(|| {
        Error::refused("nothing is known of that organisation here")
            .hint("'talkoot org list' shows the organisations known here.")
    })?;
    if global.json {
        return output::json(organisation);
    }
    let names_of = |id: &OrganisationId| match known.iter().find(|known| known.id == *id) {
        Some(known) => format!("{} ({})", words::name(&known.names), id.short()),
        None => id.short(),
    };
    let mut lines = vec![
        ("Id", organisation.id.to_string()),
        ("Name (fi)", words::plain(&organisation.names.fi)),
        ("Name (sv)", words::plain(&organisation.names.sv)),
        ("Name (en)", words::plain(&organisation.names.en)),
        ("Kind", organisation.kind.to_string()),
        ("Counties", counties(organisation)),
        ("Contact", words::plain(&organisation.contact)),
        ("Standing", standing(organisation)),
        ("Recognised by", join(organisation.recognised_by.iter().map(names_of))),
        ("Reports here", organisation.reports.to_string()),
    ];
    if organisation.own {
        lines.extend(own_lines(&client.identity()?, client.is_running()));
    } else if organisation.is_open(&known) {
        lines.push(("To recognise it", words::recognise(global, &organisation.id)));
    }
    lines.iter().try_for_each(|(label, value)| output::line(format!("{label:<16} {value}").trim_end()))
}

fn own_lines(identity: &Identity, is_running: bool) -> Vec<(&'static str, String)> {
    let Identity { charter, network, node, .. } = identity;
    let listening =
        if is_running { join(identity.listening.iter().cloned()) } else { "nothing: it does not run".into() };
    vec![
        ("Network", format!("{} ({network})", words::plain(&charter.name))),
        ("Founders", charter.founders.len().to_string()),
        (
            "Needs",
            format!("{} to become a member", output::count(charter.threshold.into(), "recognition", "recognitions")),
        ),
        ("Node", node.to_string()),
        ("Listening on", listening),
    ]
}

fn join(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { "-".into() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::statement::{Names, OrganisationKind};

    use super::*;

    fn organisation(first: u8) -> Organisation {
        let mut id = [0xab; 32];
        id[4] = first;
        Organisation {
            id: OrganisationId::from_bytes(id),
            names: Names::default(),
            kind: OrganisationKind::Ngo,
            counties: Vec::new(),
            contact: String::new(),
            own: false,
            member: false,
            founder: false,
            recognised_by: Vec::new(),
            reports: 0,
        }
    }

    #[test]
    fn a_beginning_must_be_long_and_mean_one() {
        let known = [organisation(1), organisation(2)];
        assert_eq!(find(&known, "ABABABAB01").unwrap(), known[0].id);
        for bad in ["abababab", "abababab03", "ababab", "", "kainuu!!"] {
            assert!(find(&known, bad).is_err(), "{bad}");
        }
        let stranger = OrganisationId::from_bytes([7; 32]);
        assert_eq!(find(&known, &stranger.to_string()).unwrap(), stranger);
    }
}
