//! `talkoot demo`: four organisations on this machine, each with its own node process, keys and reports; first apart, then
//! connected; then the picture none of them had alone.

pub(crate) mod corpus;
mod picture;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::Serialize;
use talkoot_node::keystore;
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::statement::{Names, OrganisationKind};
use talkoot_protocol::sync::digest::Fingerprint;

use crate::error::{Error, Result};
use crate::global::Global;
use crate::house::{House, Plan, Roots, wait_until};
use crate::{keys, output};

/// How long the four may take to agree.
const AGREE_WITHIN: Duration = Duration::from_secs(120);
/// Workers of each organisation.
const WORKERS: usize = 4;

/// See it work: four organisations on this machine, first apart, then together.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: talkoot demo --once\n\n\
With --json one object is printed: nodes, reports, converged, fingerprint (per node), seconds, dirs.")]
pub(crate) struct Args {
    /// End once the picture is there, instead of leaving the nodes running until Ctrl-C.
    #[arg(long)]
    once: bool,
    /// Where to put the four nodes; must not exist yet. [default: a new directory among the temporary files]
    #[arg(long, value_name = "DIR")]
    at: Option<PathBuf>,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Summary {
    nodes: usize,
    reports: usize,
    converged: bool,
    fingerprint: std::collections::BTreeMap<&'static str, Fingerprint>,
    seconds: f64,
    dirs: std::collections::BTreeMap<&'static str, PathBuf>,
}

pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let started = Instant::now();
    let parent = directory(args.at)?;
    output::say(&format!("Four organisations in {}", parent.display()));
    let mut houses = build(&parent)?;
    for house in &mut houses {
        house.start()?;
    }
    let reports = publish(&houses)?;
    output::say("Each holds only its own reports:");
    show(&houses)?;
    output::say("Connecting them in a ring; nobody is in the middle …");
    connect(&houses)?;
    wait_until(AGREE_WITHIN, "agreement of all four", || agree(&houses, reports))?;
    output::say("Now each holds all of them, every signature checked by itself:");
    show(&houses)?;
    if !global.json {
        picture::print(&houses)?;
    }
    let summary = Summary {
        nodes: houses.len(),
        reports,
        converged: agree(&houses, reports)?,
        fingerprint: fingerprints(&houses)?,
        seconds: started.elapsed().as_secs_f64(),
        dirs: houses.iter().map(|house| (house.plan.short, house.dir.clone())).collect(),
    };
    if global.json {
        output::json(&summary)?;
    }
    if !args.once {
        stay(&houses)?;
    }
    houses.iter_mut().try_for_each(House::stop)
}

fn directory(at: Option<PathBuf>) -> Result<PathBuf> {
    let parent = match at {
        Some(dir) => dir,
        None => {
            let seed = keystore::fresh_seed().map_err(Error::failed)?;
            std::env::temp_dir().join(format!("talkoot-demo-{:02x}{:02x}{:02x}", seed[0], seed[1], seed[2]))
        }
    };
    std::fs::create_dir(&parent)
        .map_err(|error| Error::failed(error).context(format_args!("cannot make {}", parent.display())))?;
    Ok(parent)
}

fn plans() -> [Plan; 4] {
    let plan = |short, fi: &str, sv: &str, en: &str, kind| Plan {
        short,
        names: Names { fi: fi.into(), sv: sv.into(), en: en.into() },
        kind,
        workers: WORKERS,
    };
    [
        plan("county", "Hyvinvointialue", "Välfärdsområdet", "Wellbeing county", OrganisationKind::County),
        plan("municipality", "Kaupunki", "Staden", "Town", OrganisationKind::Municipality),
        plan("ngo", "Järjestö", "Föreningen", "NGO", OrganisationKind::Ngo),
        plan("university", "Ammattikorkeakoulu", "Yrkeshögskolan", "University", OrganisationKind::University),
    ]
}

fn build(parent: &std::path::Path) -> Result<Vec<House>> {
    let plans = plans();
    let roots = plans.iter().map(|_| Roots::fresh()).collect::<Result<Vec<_>>>()?;
    let mut founders: Vec<_> = roots.iter().map(Roots::organisation).collect();
    founders.sort_unstable();
    let charter = Charter { name: "Talkoot-esittely".into(), founders, threshold: 2, ..Charter::commons() };
    plans.into_iter().zip(roots).map(|(plan, roots)| House::build(parent, plan, roots, &charter)).collect()
}

/// Each organisation's workers sign its share of the reports, and its own node stores them.
fn publish(houses: &[House]) -> Result<usize> {
    let mut total = 0;
    for house in houses {
        house.submit(&house.certificates())?;
        let mut changes = Vec::new();
        for entry in corpus::of(house.plan.short)? {
            let author = house.author(entry.worker.saturating_sub(1)).ok_or_else(|| {
                Error::refused(format!("the demonstration has no worker {} in {}", entry.worker, house.plan.short))
            })?;
            let change = author.begin(Kind::Report, Scope::Network, &entry.report, keys::moment()?);
            changes.push(change.map_err(Error::failed)?.encode());
        }
        total += house.submit(&changes)?;
    }
    Ok(total)
}

fn connect(houses: &[House]) -> Result<()> {
    for (at, house) in houses.iter().enumerate() {
        let next = &houses[(at + 1) % houses.len()];
        if let Some(address) = next.address() {
            house.ask(Request::AddPeer { address }, Vec::new())?;
        }
    }
    Ok(())
}

fn fingerprints(houses: &[House]) -> Result<std::collections::BTreeMap<&'static str, Fingerprint>> {
    houses.iter().map(|house| Ok((house.plan.short, house.status()?.fingerprint))).collect()
}

/// Whether all hold the same, and all of it.
fn agree(houses: &[House], reports: usize) -> Result<bool> {
    let statuses = houses.iter().map(House::status).collect::<Result<Vec<_>>>()?;
    let same = statuses.windows(2).all(|pair| pair[0].fingerprint == pair[1].fingerprint);
    Ok(same && statuses.iter().all(|status| status.reports == reports as u64))
}

fn show(houses: &[House]) -> Result<()> {
    for house in houses {
        let status = house.status()?;
        let fingerprint: String = status.fingerprint.to_string().chars().take(16).collect();
        output::say(&format!("  {:<20} {:>4} reports   {fingerprint}", house.plan.names.en, status.reports));
    }
    Ok(())
}

/// Leaves the nodes running until Ctrl-C.
fn stay(houses: &[House]) -> Result<()> {
    output::say("\nThe four nodes go on running. Look around in another terminal, for example:");
    if let Some(house) = houses.first() {
        let dir = house.dir.display();
        output::say(&format!("  talkoot report list --dir {dir}"));
        output::say(&format!("  talkoot view --rows theme --columns organisation_kind --dir {dir}"));
        let passphrase = crate::house::PASSPHRASE;
        output::say(&format!(
            "  TALKOOT_PASSPHRASE={passphrase} talkoot report new --worker worker-1 --dir {dir} --help"
        ));
    }
    output::say("Ctrl-C ends it.");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::failed)?;
    runtime.block_on(tokio::signal::ctrl_c()).map_err(Error::failed)
}

/// Asks a node for something that the whole picture needs.
fn ask(house: &House, request: Request) -> Result<Response> {
    house.ask(request, Vec::new())
}
