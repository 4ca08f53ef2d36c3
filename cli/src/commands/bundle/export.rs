//! `talkoot bundle export`: asks the node for a bundle part by part and writes it. The file appears whole or not at all.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use talkoot_node::bundle::Making;
use talkoot_protocol::api::{BundleFilter, BundlePlan, Identity, Organisation, Request, Response, ScopeStatus};
use talkoot_protocol::bundle::{self, REQUEST_BYTES_MAX};
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::scope::Scope;

use crate::client::{Client, unexpected};
use crate::commands::export::{cannot_write, into_place, refuse_existing};
use crate::commands::org::{self, words};
use crate::commands::report::pen;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::output;

const HELP: &str = "\
Example:
  talkoot bundle export kainuu.bundle --for 3f09a1c2d4
  talkoot bundle export kainuu.bundle --request kainuu.request
  talkoot bundle export news.bundle --for 3f09a1c2d4 --since 1200

Without --for and --request it holds what is shared with all members of the network, and nothing else. With --for it holds what \
that organisation may receive; with --request, of this only what it lacks. Never more, whoever carries it.

A bundle is not encrypted: whoever holds the file can read every report in it. Carry it as you would carry the reports on paper, and \
delete it afterwards.

With --json one object: file, bytes, organisation, name, changes, raw_bytes (before packing), scopes, whole (scopes of which the \
request told too little, so that all of it is in), damaged (changes left out), last (what to give as --since next time).";

/// Most times that a bundle is begun anew because damaged records were found on the way.
const ATTEMPTS_MAX: u32 = 3;

/// What to write, and where to.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct Args {
    /// The file to write.
    file: PathBuf,
    /// For the organisation with this id, or whose id begins so (8 or more digits).
    #[arg(long = "for", value_name = "ID")]
    organisation: Option<String>,
    /// Only what this request, by 'talkoot bundle request', lacks; for whoever made it.
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// Only what came here after this number, as the last export said.
    #[arg(long, value_name = "NUMBER")]
    since: Option<u64>,
    /// Only this scope: network, region:12, or organisation (your own).
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,
    /// Write over an existing file.
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    file: &'a Path,
    bytes: u64,
    organisation: Option<OrganisationId>,
    name: Option<&'a str>,
    changes: u64,
    raw_bytes: u64,
    scopes: &'a BTreeMap<String, ScopeStatus>,
    whole: &'a [Scope],
    damaged: u64,
    last: u64,
}

/// What is asked of the node for every part.
struct Wish {
    filter: BundleFilter,
    /// The request's bytes, if there is one.
    request: Vec<Vec<u8>>,
    /// The receiver's name.
    name: Option<String>,
    /// What to do if nothing is given to the receiver.
    advice: Option<String>,
}

/// What was written.
struct Written {
    plan: BundlePlan,
    bytes: u64,
    damaged: u64,
}

/// Writes a bundle.
pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    refuse_existing(&args.file, args.force)?;
    let mut client = Client::open(&global.dir)?;
    let identity = client.identity()?;
    let wish = wish(global, args, &mut client, &identity)?;
    let written = write(args, &mut client, &wish)?;
    tell(global, args, &wish, &written);
    let Written { plan, bytes, damaged } = &written;
    if global.json {
        output::json(&Answer {
            file: &args.file,
            bytes: *bytes,
            organisation: plan.organisation,
            name: wish.name.as_deref(),
            changes: plan.changes,
            raw_bytes: plan.raw_bytes,
            scopes: &plan.scopes,
            whole: &plan.whole,
            damaged: *damaged,
            last: plan.last,
        })?;
    }
    client.close()
}

/// Reads what was asked for.
fn wish(global: &Global, args: &Args, client: &mut Client<'_>, identity: &Identity) -> Result<Wish> {
    let request = args.request.as_deref().map(|path| read_request(path, identity)).transpose()?;
    if let Some((_, request)) = &request {
        // Their record and certificate go through the door, as if they had called: so their counties are known here.
        client.submit(vec![request.hello.record.clone(), request.hello.certificate.clone()])?;
    }
    let known = org::all(client)?;
    let asked = args.organisation.as_deref().map(|asked| org::find(&known, asked)).transpose()?;
    let organisation = asked.or(request.as_ref().map(|(_, request)| request.organisation));
    let theirs = request.as_ref().map(|(_, request)| &request.maker.names);
    let named = organisation.and_then(|id| known.iter().find(|known| known.id == id)).map(|known| &known.names);
    let name = named.or(theirs).map(words::name);
    let advice = organisation.and_then(|id| advice(global, &known, id, name.as_deref()));
    let scope = args.scope.as_deref().map(|scope| pen::scope(scope, identity)).transpose()?;
    let filter = BundleFilter { organisation, scope, since: args.since };
    Ok(Wish { filter, request: request.map(|(bytes, _)| bytes).into_iter().collect(), name, advice })
}

fn read_request(path: &Path, identity: &Identity) -> Result<(Vec<u8>, bundle::Request)> {
    let mut bytes = Vec::new();
    let unread = |error| Error::refused(format!("{} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(unread)?;
    file.take(REQUEST_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
    match bundle::Request::decode(&bytes, &identity.network) {
        Ok(request) => Ok((bytes, request)),
        Err(bundle::Error::OtherNetwork) => {
            Err(Error::refused(format!("{} was made in another network than this node's", path.display()))
                .hint("Partners share one network: they need the same charter."))
        }
        Err(error) => Err(Error::refused(format!("{} is no whole request: {error}", path.display()))
            .hint("Copy it again, or let your partner make it again with: talkoot bundle request FILE")),
    }
}

/// Says how to recognise a receiver that the node gives nothing to, unless it is known to be a member: then it is about something else.
fn advice(global: &Global, known: &[Organisation], id: OrganisationId, name: Option<&str>) -> Option<String> {
    let found = known.iter().find(|organisation| organisation.id == id);
    let name = name.map(|name| format!("It calls itself {name}. ")).unwrap_or_default();
    match found {
        Some(found) if found.member => None,
        Some(found) if !found.is_open(known) => {
            Some(format!("{name}You have recognised it; others have to as well before it is a member."))
        }
        _ => {
            let command = words::command(global, &format!("org recognise {id}"));
            Some(format!("{name}Compare the whole id with your partner, by telephone or face to face; then: {command}"))
        }
    }
}

/// Writes the file; begins anew when a damaged record comes to light, since what is in the file stands at its beginning.
fn write(args: &Args, client: &mut Client<'_>, wish: &Wish) -> Result<Written> {
    let (mut attempt, mut damaged) = (1, 0);
    loop {
        let plan = Request::BundlePlan { filter: wish.filter.clone() };
        let planned = client.ask_with(plan, wish.request.clone()).map_err(|error| match &wish.advice {
            Some(advice) => error.hint(advice),
            None => error,
        });
        let (Response::BundlePlan(plan), opening) = planned? else { return Err(unexpected()) };
        let mut found = 0;
        let result = into_place(&args.file, args.force, |out| fill(out, client, wish, &plan, &opening, &mut found));
        damaged += found;
        match result {
            Ok(bytes) => return Ok(Written { plan: *plan, bytes, damaged }),
            Err(_) if found > 0 && attempt < ATTEMPTS_MAX => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Writes the whole bundle and returns its bytes.
fn fill(
    out: &mut dyn Write,
    client: &mut Client<'_>,
    wish: &Wish,
    plan: &BundlePlan,
    opening: &[Vec<u8>],
    found: &mut u64,
) -> Result<u64> {
    let bar = output::progress(plan.changes, "writing");
    let (mut making, head) = Making::begin(wish.filter.clone(), plan, opening);
    let mut bytes = 0;
    let mut put = |part: &[u8]| {
        bytes += part.len() as u64;
        out.write_all(part).map_err(cannot_write)
    };
    put(&head)?;
    while let Some(part) = making.next() {
        let (answer, deliveries) = client.ask_with(part, wish.request.clone())?;
        let part = making.take(&answer, &deliveries);
        *found = making.damaged();
        put(&part?)?;
        bar.set_position(making.written());
    }
    bar.finish_and_clear();
    Ok(bytes)
}

fn tell(global: &Global, args: &Args, wish: &Wish, written: &Written) {
    let Written { plan, bytes, damaged } = written;
    let receiver = match (&plan.organisation, &wish.name) {
        (Some(id), Some(name)) => format!("for {name} ({})", id.short()),
        (Some(id), None) => format!("for {}", id.short()),
        (None, _) => "with what is shared with all members".into(),
    };
    let count = output::count(plan.changes, "signed change", "signed changes");
    let (packed, raw) = (words::bytes(*bytes), words::bytes(plan.raw_bytes));
    output::say(&format!("{} written {receiver}: {count}, {packed} ({raw} before packing).", args.file.display()));
    for scope in &plan.whole {
        output::say(&format!("All of {scope} is in it: the request could not tell what is lacking there."));
    }
    if *damaged > 0 {
        let damaged = output::count(*damaged, "damaged change", "damaged changes");
        output::say(&format!("Left out: {damaged}. See which with: {}", words::command(global, "verify")));
    }
    output::say("It is not encrypted: whoever holds the file can read every report in it.");
    let receiver = plan.organisation.map(|id| format!(" --for {id}")).unwrap_or_default();
    let scope = args.scope.as_deref().map(|scope| format!(" --scope {scope}")).unwrap_or_default();
    let next = format!("bundle export NEXT.bundle{receiver}{scope} --since {}", plan.last);
    output::say(&format!("Next time only what is new: {}", words::command(global, &next)));
}
