//! Writes a charter that names the founders of a network.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use talkoot_protocol::charter::Charter;
use talkoot_protocol::id::{NetworkId, OrganisationId};

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

/// Writes the charter to a file that must not exist yet.
pub(super) fn write(
    global: &Global,
    file: &Path,
    name: String,
    mut founders: Vec<OrganisationId>,
    threshold: u16,
) -> Result<()> {
    founders.sort_unstable();
    founders.dedup();
    let charter = Charter { name, founders, threshold, ..Charter::commons() };
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
