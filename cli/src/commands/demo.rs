//! `talkoot demo`: the sample world (`world.rs`) on this machine: four organisations, each with its own node process, keys and
//! reports; first apart, then connected; then the picture none of them had alone, and what they do about it.
//!
//! [`story`] signs what each does, [`picture`] and [`tour`] show what came of it; [`corpus`] holds reports to measure with.

pub(crate) mod corpus;
mod doors;
mod picture;
mod story;
mod tour;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::Serialize;
use talkoot_node::keystore;
use talkoot_protocol::api::{ProposalFilter, Request, Response, Status};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::phenomenon::Card;
use talkoot_protocol::statement::{Names, OrganisationKind, Role};
use talkoot_protocol::sync::digest::Fingerprint;

use crate::client::unexpected;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::house::{House, Plan, Roots, wait_until};
use crate::luck::Luck;
use crate::output;
use crate::world::{self, World};

use story::{COORDINATOR, DECISION_MAKER, Story};

/// How long the four may take to agree.
const AGREE_WITHIN: Duration = Duration::from_secs(120);
/// Workers of each organisation that report.
const WORKERS: usize = 5;
/// Who else works in each.
const OFFICERS: &[(&str, Role)] = &[(COORDINATOR, Role::Coordinator), (DECISION_MAKER, Role::DecisionMaker)];
/// Fewest and most reports.
const REPORTS: std::ops::RangeInclusive<i64> = 40..=100_000;

/// See it work: four organisations on this machine, first apart, then together.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  talkoot demo --once
  talkoot demo --keep playground

Reports, phenomena and proposals are invented from a seed: the same seed and number give the same ids and the same picture. The keys \
follow from the seed as well, so the nodes are for playing only. It is shown as on 2 November 2026.

With --json one object is printed: nodes, reports, phenomena, contradictions, proposals, answered, overdue, converged, fingerprint (per \
node), card (the fingerprint of one phenomenon, the same on all nodes), seconds, dirs.")]
pub(crate) struct Args {
    /// End once the picture is there, instead of leaving the nodes running until Ctrl-C.
    #[arg(long)]
    once: bool,
    /// Where to put the four nodes; must not exist yet. [default: a new directory among the temporary files]
    #[arg(long, value_name = "DIR")]
    at: Option<PathBuf>,
    /// Put the four nodes there, end once the picture is there, and say what to try with them.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["at", "once"])]
    keep: Option<PathBuf>,
    /// How many reports.
    #[arg(long, value_name = "NUMBER", default_value_t = world::REPORTS as i64, value_parser = clap::value_parser!(i64).range(REPORTS))]
    reports: i64,
    /// What the world is invented from.
    #[arg(long, value_name = "NUMBER", default_value_t = world::SEED)]
    seed: u64,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Summary {
    nodes: usize,
    reports: usize,
    phenomena: usize,
    contradictions: usize,
    proposals: usize,
    answered: usize,
    overdue: usize,
    converged: bool,
    fingerprint: BTreeMap<&'static str, Fingerprint>,
    card: String,
    seconds: f64,
    dirs: BTreeMap<&'static str, PathBuf>,
}

pub(crate) fn run(global: &Global, args: Args) -> Result<()> {
    let started = Instant::now();
    let (kept, count) = (args.keep.is_some(), usize::try_from(args.reports).unwrap_or(world::REPORTS));
    let stays = !kept && !args.once;
    let parent = directory(args.keep.or(args.at))?;
    let world = World::new(args.seed, count);
    output::say(&format!("Four organisations in {}", parent.display()));
    let mut houses = build(&parent, args.seed)?;
    for house in &mut houses {
        if stays { house.start_with_pages()? } else { house.start()? }
    }
    let mut story = Story::new(&houses, &world, Luck::seeded(args.seed, "story"));
    live_through(&houses, &mut story)?;
    let card = tour::card(&houses, story.phenomenon(0).ok_or_else(unexpected)?)?;
    if !global.json {
        picture::print(&houses)?;
        show_what_came(&houses, &world, &story, &card)?;
    }
    if global.json {
        output::json(&summary(&houses, &world, &card, started)?)?;
    }
    if kept || !args.once {
        tour::suggest(&houses, card.id, kept);
    }
    if stays {
        doors::open(&parent, &houses)?;
        stay()?;
    }
    drop(story);
    houses.iter_mut().try_for_each(House::stop)
}

/// Lets them report apart, connects them, and lets them join what they know, ask and answer.
fn live_through(houses: &[House], story: &mut Story<'_>) -> Result<()> {
    for house in houses {
        house.submit(&house.certificates())?;
    }
    submit(houses, &story.reports()?)?;
    output::say("Each holds only its own reports:");
    show(houses)?;
    output::say("Connecting them in a ring; nobody is in the middle …");
    connect(houses)?;
    let reports = story.reports.len();
    agreed(houses, reports)?;
    output::say("Now each holds all of them, every signature checked by itself:");
    show(houses)?;
    output::say("Coordinators join them into phenomena, ask for changes; decision makers answer …");
    for step in [Story::begin_phenomena, Story::join_and_ask, Story::answer] {
        submit(houses, &step(story)?)?;
        agreed(houses, reports)?;
    }
    Ok(())
}

fn submit(houses: &[House], signed: &story::Signed) -> Result<()> {
    for (at, changes) in signed {
        houses.get(*at).ok_or_else(unexpected)?.submit(changes)?;
    }
    Ok(())
}

/// Shows one phenomenon, one report's way to an outcome, and an inbox.
fn show_what_came(houses: &[House], world: &World, story: &Story<'_>, card: &Card) -> Result<()> {
    let [county, town, ..] = houses else { return Err(unexpected()) };
    tour::show_card(county, card)?;
    let answered = |code: &str| {
        let mut about =
            world.proposals.iter().filter(|proposal| proposal.answer.is_some_and(|reply| reply.code == code));
        about.next().map(|proposal| proposal.about)
    };
    let about = answered("accepted").or_else(|| answered("partly")).unwrap_or_default();
    let told = world.reports.iter().zip(&story.reports).find(|(written, _)| written.about == about);
    let (written, report) = told.ok_or_else(unexpected)?;
    let writer = houses.get(story::place(written.house)).ok_or_else(unexpected)?;
    tour::show_way(writer, *report, town)
}

fn summary(houses: &[House], world: &World, card: &Card, started: Instant) -> Result<Summary> {
    let statuses = agreed(houses, world.reports.len())?;
    let day = story::date(world::DAY)?;
    let county = houses.first().ok_or_else(unexpected)?;
    let overdue = ProposalFilter { overdue: true, limit: 1, ..ProposalFilter::default() };
    let Response::Proposals { total: overdue, .. } = ask(county, Request::Proposals { filter: overdue, today: day })?
    else {
        return Err(unexpected());
    };
    let count = |open| match ask(county, Request::Phenomena { open, skip: 0, limit: 1 })? {
        Response::Phenomena { total, .. } => Ok(total),
        _ => Err(unexpected()),
    };
    Ok(Summary {
        nodes: houses.len(),
        reports: world.reports.len(),
        phenomena: count(false)?,
        contradictions: count(true)?,
        proposals: world.proposals.len(),
        answered: world.proposals.iter().filter(|proposal| proposal.answer.is_some()).count(),
        overdue,
        converged: same(&statuses, world.reports.len()),
        fingerprint: houses
            .iter()
            .zip(&statuses)
            .map(|(house, status)| (house.plan.short, status.fingerprint))
            .collect(),
        card: card.fingerprint(),
        seconds: started.elapsed().as_secs_f64(),
        dirs: houses.iter().map(|house| (house.plan.short, house.dir.clone())).collect(),
    })
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
        officers: OFFICERS,
    };
    [
        plan("county", "Hyvinvointialue", "Välfärdsområdet", "Wellbeing county", OrganisationKind::County),
        plan("municipality", "Kaupunki", "Staden", "Town", OrganisationKind::Municipality),
        plan("ngo", "Järjestö", "Föreningen", "NGO", OrganisationKind::Ngo),
        plan("university", "Ammattikorkeakoulu", "Yrkeshögskolan", "University", OrganisationKind::University),
    ]
}

fn build(parent: &std::path::Path, seed: u64) -> Result<Vec<House>> {
    let plans = plans();
    let roots = plans.iter().map(|plan| Roots::drawn(Luck::seeded(seed, plan.short))).collect::<Result<Vec<_>>>()?;
    let mut founders: Vec<_> = roots.iter().map(Roots::organisation).collect();
    founders.sort_unstable();
    let charter = Charter { name: "Talkoot-esittely".into(), founders, threshold: 2, ..Charter::commons() };
    plans.into_iter().zip(roots).map(|(plan, roots)| House::build(parent, plan, roots, &charter)).collect()
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

/// Waits until all hold the same, and returns how each was then. That does not stay so: a node that finds itself reached elsewhere
/// signs its new address at any time, and the others have it a moment later.
fn agreed(houses: &[House], reports: usize) -> Result<Vec<Status>> {
    let mut statuses = Vec::new();
    wait_until(AGREE_WITHIN, "agreement of all four", || {
        statuses = houses.iter().map(House::status).collect::<Result<Vec<_>>>()?;
        Ok(same(&statuses, reports))
    })?;
    Ok(statuses)
}

/// Whether all hold the same, and all reports.
fn same(statuses: &[Status], reports: usize) -> bool {
    let same = statuses.windows(2).all(|pair| pair[0].fingerprint == pair[1].fingerprint);
    same && statuses.iter().all(|status| status.reports == reports as u64)
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
fn stay() -> Result<()> {
    output::say("The four nodes go on running. Ctrl-C ends it.");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::failed)?;
    runtime.block_on(tokio::signal::ctrl_c()).map_err(Error::failed)
}

/// Asks a node for something that the whole picture needs.
fn ask(house: &House, request: Request) -> Result<Response> {
    house.ask(request, Vec::new())
}
