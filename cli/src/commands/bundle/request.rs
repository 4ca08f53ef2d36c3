//! `talkoot bundle request`: what is here, in a file so small that it fits anywhere.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use talkoot_node::bundle::request_file;
use talkoot_protocol::api::{Request, Response, ScopeStatus};

use crate::client::{Client, unexpected};
use crate::commands::export::{cannot_write, into_place, refuse_existing};
use crate::commands::org::{self, words};
use crate::error::Result;
use crate::global::Global;
use crate::output;

const HELP: &str = "\
Example: talkoot bundle request ours.request

The file is at most 64 KiB. There is no report in it. Who reads it learns who you are, how many reports and other signed changes \
you have, and of a report they have themselves whether you have it too. It tells of what is shared with all members; with --for also \
of what else that organisation may receive, such as what is shared in a county.

With --json one object: file, bytes, scopes (for each its changes and fingerprint).";

/// Where to.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// The file to write.
    file: PathBuf,
    /// Who will answer it: the organisation with this id, or whose id begins so (8 or more digits).
    #[arg(long = "for", value_name = "ID")]
    reader: Option<String>,
    /// Write over an existing file.
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    file: &'a Path,
    bytes: u64,
    scopes: BTreeMap<String, ScopeStatus>,
}

/// Writes a request.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    refuse_existing(&args.file, args.force)?;
    let mut client = Client::open(&global.dir)?;
    let known = org::all(&mut client)?;
    let reader = args.reader.as_deref().map(|asked| org::find(&known, asked)).transpose()?;
    let answer = client.ask_with(Request::BundleRequest { reader }, Vec::new())?;
    let (Response::BundleRequest { scopes }, messages) = answer else { return Err(unexpected()) };
    let bytes = request_file(&messages)?;
    into_place(&args.file, args.force, |out| out.write_all(&bytes).map_err(cannot_write))?;
    let changes = scopes.values().map(|scope| scope.changes).sum();
    let size = bytes.len() as u64;
    output::say(&format!(
        "{} tells, in {}, that {} here. There is no report in it.",
        args.file.display(),
        words::bytes(size),
        output::count(changes, "signed change is", "signed changes are"),
    ));
    output::say("Give it to your partner, who answers with: talkoot bundle export FILE --request THIS-FILE");
    if global.json {
        output::json(&Answer { file: &args.file, bytes: size, scopes })?;
    }
    client.close()
}
