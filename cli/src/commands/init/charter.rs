//! Writes a charter that names the founders of a network.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use talkoot_protocol::charter::Charter;
use talkoot_protocol::id::{NetworkId, OrganisationId};
use talkoot_protocol::view::Rules;

use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

/// What was written, for programs.
#[derive(Debug, serde::Serialize)]
struct Answer<'a> {
    network: NetworkId,
    charter: &'a Path,
    founders: &'a [OrganisationId],
    threshold: u16,
}

/// What stands behind a published count on every node of the network.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Minima {
    /// Fewest reports behind a number in views, on every node of the network; 3 unless given.
    #[arg(long, value_name = "N", requires = "write_charter")]
    reports_min: Option<u32>,
    /// Fewest organisations behind it; 2 unless given.
    #[arg(long, value_name = "N", requires = "write_charter")]
    organisations_min: Option<u32>,
    /// Fewest authors behind it; as many as reports unless given.
    #[arg(long, value_name = "N", requires = "write_charter")]
    authors_min: Option<u32>,
}

impl Minima {
    /// Returns the rules, none if nothing was given.
    ///
    /// # Errors
    /// If something would be looser than the least there is.
    fn rules(self) -> Result<Option<Rules>> {
        let given = [self.reports_min, self.organisations_min, self.authors_min];
        let least = Rules::default();
        let floor = [least.reports_min(), least.organisations_min(), least.authors_min()];
        if given.iter().zip(floor).any(|(given, floor)| given.is_some_and(|given| given < floor)) {
            let message = format!(
                "the minima of views can only be made stricter than {}, {} and {}",
                floor[0], floor[1], floor[2]
            );
            return Err(Error::refused(message).hint("No charter was written."));
        }
        let reports = self.reports_min.unwrap_or_default();
        let rules =
            Rules::at_least(reports, self.organisations_min.unwrap_or_default(), self.authors_min.unwrap_or(reports));
        Ok(given.iter().any(Option::is_some).then_some(rules))
    }
}

/// Writes the charter to a file that must not exist yet.
pub(super) fn write(
    global: &Global,
    file: &Path,
    name: String,
    mut founders: Vec<OrganisationId>,
    threshold: u16,
    minima: Minima,
) -> Result<()> {
    founders.sort_unstable();
    founders.dedup();
    let charter = Charter { name, founders, threshold, views: minima.rules()?, ..Charter::commons() };
    charter.validate().map_err(|error| Error::refused(error.to_string()))?;
    let mut json = serde_json::to_vec_pretty(&charter).map_err(Error::failed)?;
    json.push(b'\n');
    let written = OpenOptions::new().write(true).create_new(true).open(file).and_then(|mut made| {
        made.write_all(&json)?;
        made.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Error::refused(format!("{} is there already, and a charter is never overwritten", file.display()))
                .hint("Choose another name, or move that file away.")
        }
        _ => Error::failed(error).context(format_args!("cannot write {}", file.display())),
    })?;
    say(&charter, file);
    let Charter { founders, threshold, .. } = &charter;
    match global.json {
        true => output::json(&Answer { network: charter.network(), charter: file, founders, threshold: *threshold }),
        false => Ok(()),
    }
}

fn say(charter: &Charter, file: &Path) {
    let founders = charter.founders.len();
    output::say(&format!("Network {}, founders: {founders}. Charter: {}", charter.network(), file.display()));
    output::say("Give every member this very file: whoever changes a letter of it is in another network.");
    if usize::from(charter.threshold) > founders.max(1) {
        output::say(&format!(
            "Note: nobody can join later, for {} members would have to recognise them; founders: {founders}.",
            charter.threshold
        ));
    }
}
