//! Views: how long the columns of many reports take to answer every question of one and two facets, and some of three, and
//! how much memory they need. No node, no disk: rows are made up and counted in this process.

use std::time::Instant;

use talkoot_protocol::id::{DocumentId, OrganisationId, WorkerId, sha256};
use talkoot_protocol::report::area::table;
use talkoot_protocol::statement::OrganisationKind;
use talkoot_protocol::view::terms::{Area, Client, Group, HalfYear, Kind, Met, Municipality, Theme, Valence};
use talkoot_protocol::view::{Assignment, Columns, Facet, Filters, Query, Row, Rules};

use super::{Measured, process};
use crate::error::{Error, Result};

/// Organisations and authors among whom the reports are.
const ORGANISATIONS: u64 = 300;
/// See [`ORGANISATIONS`].
const AUTHORS: u64 = 20_000;
/// Phenomena, and one in so many reports that are linked to one.
const PHENOMENA: u64 = 500;
/// See [`PHENOMENA`].
const LINKED_ONE_IN: usize = 20;
/// How often each question is asked.
const TIMES: usize = 10;
/// Third facets that are held to a value.
const HELD: [&str; 4] = ["half_year=2025-H1", "valence=negative", "county=12", "group=young"];

/// Ask the columns of many reports all questions of one and two facets, and some of three.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many reports.
    #[arg(long, default_value_t = 1_000_000)]
    pub(super) reports: usize,
}

pub(super) fn run(args: &Args) -> Result<Measured> {
    let places = places()?;
    let before = process::peak_rss_bytes(None).unwrap_or_default();
    let mut columns = Columns::new(1);
    let begun = Instant::now();
    columns.extend((0..args.reports as u64).map(|number| row(number, &places)));
    let seconds = begun.elapsed().as_secs_f64();
    columns.relink(&links(args.reports as u64));
    let after = process::peak_rss_bytes(None).unwrap_or_default();
    let mut times = Vec::new();
    for query in questions()? {
        for _ in 0..TIMES {
            let asked = Instant::now();
            columns.view(&query, &Rules::default()).map_err(Error::failed)?;
            times.push(asked.elapsed().as_secs_f64() * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |hundredth: usize| times.get(times.len().saturating_sub(1) * hundredth / 100).copied();
    Ok(Measured {
        what: "view",
        mode: "columns",
        reports: args.reports,
        seconds,
        reports_per_second: args.reports as f64 / seconds,
        first_rss_bytes: vec![before],
        peak_rss_bytes: vec![after],
        p50_ms: at(50),
        p99_ms: at(99),
        ..Measured::default()
    })
}

/// Returns every question of one and two facets, and those of themes by another facet with a third held to a value.
fn questions() -> Result<Vec<Query>> {
    let facets = Facet::all();
    let mut questions: Vec<Query> = facets.iter().map(|facet| Query::one_way(*facet)).collect();
    for (at, rows) in facets.iter().enumerate() {
        questions.extend(facets[at + 1..].iter().map(|columns| Query::two_way(*rows, *columns)));
    }
    for held in HELD {
        let filters: Filters = held.parse().map_err(Error::failed)?;
        for columns in [Facet::County, Facet::Municipality, Facet::OrganisationKind, Facet::Kind] {
            if filters.on(columns).is_none() {
                questions.push(Query { filters: filters.clone(), ..Query::two_way(Facet::Theme, columns) });
            }
        }
    }
    Ok(questions)
}

/// Returns all municipalities.
fn places() -> Result<Vec<Area>> {
    let place = |code: u16| {
        let found = table::municipality(&format!("{code:03}"))?;
        Some(Area::Municipality { county: found.county, municipality: Municipality::new(code)? })
    };
    let places: Vec<Area> = (1..=999).filter_map(place).collect();
    if places.is_empty() { Err(Error::refused("the list of municipalities is empty")) } else { Ok(places) }
}

/// Draws of one report.
struct Draws([u8; 32], usize);

impl Draws {
    /// Draws one of a list; where it leans, mostly the first ones.
    fn pick<T: Copy>(&mut self, list: &[T], leans: bool) -> Option<T> {
        let mut draw = || {
            let bytes = [self.0[self.1 % 32], self.0[(self.1 + 1) % 32]];
            self.1 += 2;
            usize::from(u16::from_be_bytes(bytes)) % list.len().max(1)
        };
        let at = if leans { draw().min(draw()) } else { draw() };
        list.get(at).copied()
    }

    fn is_one_in(&mut self, count: u8) -> bool {
        self.1 += 1;
        self.0[self.1 % 32].is_multiple_of(count)
    }
}

/// Links one report in twenty to a phenomenon.
fn links(reports: u64) -> Assignment {
    let linked = (0..reports).step_by(LINKED_ONE_IN);
    let id = |tag: u8, number: u64| DocumentId::from_bytes(sha256(&[&[tag], &number.to_be_bytes()]));
    linked.map(|number| (id(2, number), [id(5, number % PHENOMENA)].into())).collect()
}

/// Makes up a report: six of ten are about the place where the organisation is, themes and groups are of unequal weight.
fn row(number: u64, places: &[Area]) -> Row {
    let id = |tag: u8, number: u64| sha256(&[&[tag], &number.to_be_bytes()]);
    let mut draws = Draws(id(0, number), 0);
    let author = u64::from_be_bytes(std::array::from_fn(|at| id(1, number)[at])) % AUTHORS;
    let organisation = author % ORGANISATIONS;
    let home = places.get(organisation as usize * 7 % places.len().max(1)).copied();
    let mut areas = vec![if draws.is_one_in(2) { home } else { draws.pick(places, true) }];
    if draws.is_one_in(5) {
        areas.push(draws.pick(places, true));
    }
    let all: Vec<Theme> = Theme::all().collect();
    let mut themes = vec![draws.pick(&all, true)];
    if draws.is_one_in(2) {
        themes.push(draws.pick(&all, false));
    }
    let mut groups = vec![draws.pick(Group::all(), true)];
    if draws.is_one_in(3) {
        groups.push(draws.pick(Group::all(), false));
    }
    let kinds = OrganisationKind::all();
    Row {
        document: DocumentId::from_bytes(id(2, number)),
        organisation: OrganisationId::from_bytes(id(3, organisation)),
        organisation_kind: kinds[organisation as usize % kinds.len()],
        author: WorkerId::from_bytes(id(4, author)),
        themes: themes.into_iter().flatten().collect(),
        areas: areas.into_iter().flatten().collect(),
        half_year: draws.pick(&[2022, 2023, 2024, 2025, 2026], false).and_then(|year| HalfYear::new(year, 1)),
        valence: draws.pick(Valence::all(), false),
        kind: draws.pick(Kind::all(), true),
        groups: groups.into_iter().flatten().collect(),
        client: draws.pick(Client::all(), true),
        met: draws.pick(Met::all(), true),
    }
}
