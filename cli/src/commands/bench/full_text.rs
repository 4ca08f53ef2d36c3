//! Words: how long it takes to know those of many reports, against tantivy alone on the same texts; how fast questions are
//! answered; and whether reports about one matter in other words are found to be alike. Those are planted among the others.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use talkoot_node::control::Call;
use talkoot_node::core::Core;
use talkoot_node::words::{DIR, bare};
use talkoot_protocol::api::{Hit, Request, Response};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::DocumentId;

use crate::client::unexpected;
use crate::error::{Error, Result};
use crate::global::Global;
use crate::house::Roots;
use crate::output;

use super::publish::{Scratch, house, require};
use super::reports::Templates;
use super::similar::{self, Planted};
use super::{process, reports};

/// Reports signed and stored at once while the store is made.
const BATCH: usize = 1_000;
/// How often each question is asked.
const ASKED: usize = 200;
/// Longest time the words may take.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Memory for gathering words, in MiB: the setting's default.
const MEMORY_MIB: u32 = 30;
/// What people ask.
const QUESTIONS: [&str; 5] = [
    "asunnottomien nuorten asuminen",
    "hammaslääkärijono",
    "omaishoitajien jaksaminen ja vapaapäivät",
    "hemvård kö",
    "rent arrears and eviction",
];

/// Know the words of many reports, and ask for them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many reports.
    #[arg(long, default_value_t = 100_000)]
    pub(super) reports: usize,
    /// Plant reports of the sample world among the others, in place of those written for this measurement.
    #[arg(long)]
    pub(super) world: bool,
    /// Where to work; must exist. [default: the temporary files]
    #[arg(long, value_name = "DIR")]
    pub(super) at: Option<PathBuf>,
}

/// What was measured. Times in seconds, sizes in bytes.
#[derive(Serialize)]
pub(super) struct Measured {
    what: &'static str,
    reports: usize,
    seconds: f64,
    cpu_seconds: f64,
    cpu_microseconds_per_report: f64,
    disk_bytes: u64,
    disk_bytes_per_report: f64,
    peak_rss_bytes: u64,
    /// The same texts with tantivy's own default analysis.
    cal_bare_seconds: f64,
    cal_bare_cpu_seconds: f64,
    /// Speed against it, by processor time: 1 is as fast, below 1 slower.
    ratio: f64,
    ratio_to: &'static str,
    questions: BTreeMap<&'static str, Answered>,
    similar_p50_ms: f64,
    similar_p99_ms: f64,
    /// How alike the planted reports are found to be, by the set they are from.
    similar: BTreeMap<&'static str, similar::Alike>,
}

#[derive(Serialize)]
struct Answered {
    hits: usize,
    p50_ms: f64,
    p99_ms: f64,
}

pub(super) fn run(args: &Args) -> Result<Measured> {
    let scratch = Scratch::new(args.at.clone())?;
    let house = house(&scratch, "words", Roots::fresh()?, &Charter::commons())?;
    let mut core = Core::open(&house.home)?;
    require(&core.submit(house.certificates()))?;
    let planted = if args.world { similar::invented() } else { similar::planted()? };
    let count = args.reports.max(planted.len());
    let documents = fill(&mut core, &house, count, &planted)?;

    let (started, before) = (Instant::now(), process::cpu_seconds(None).unwrap_or_default());
    core.catch_up_words(LONGEST);
    let seconds = started.elapsed().as_secs_f64();
    let cpu_seconds = process::cpu_seconds(None).unwrap_or_default() - before;
    let peak_rss_bytes = process::peak_rss_bytes(None).unwrap_or_default();
    let questions = QUESTIONS.into_iter().map(|question| Ok((question, ask(&mut core, question)?)));
    let questions = questions.collect::<Result<_>>()?;
    let (similar, mut times) = similar::compare(&mut core, &planted, &documents)?;
    core.close()?;
    let disk_bytes = process::bytes_in(&house.dir.join(DIR));
    let (cal_bare_seconds, cal_bare_cpu_seconds) = calibrate(&scratch, count, &planted)?;
    Ok(Measured {
        what: "words",
        reports: count,
        seconds,
        cpu_seconds,
        cpu_microseconds_per_report: cpu_seconds * 1e6 / count as f64,
        disk_bytes,
        disk_bytes_per_report: disk_bytes as f64 / count as f64,
        peak_rss_bytes,
        cal_bare_seconds,
        cal_bare_cpu_seconds,
        ratio: cal_bare_cpu_seconds / cpu_seconds,
        ratio_to: "cal_bare",
        questions,
        similar_p50_ms: percentile(&mut times, 50),
        similar_p99_ms: percentile(&mut times, 99),
        similar,
    })
}

/// Puts a planted report into the shape of another.
fn fields_of(planted: &Planted, template: &Fields) -> Fields {
    let mut fields = template.clone();
    for key in ["done_so_far", "cause", "evidence", "proposal_together", "org_activity", "proposal"] {
        fields.remove(key);
    }
    let texts = [("title", &planted.title), ("description", &planted.text), ("language", &planted.language)];
    fields.extend(texts.map(|(key, text)| (key.to_owned(), Value::String(text.clone()))));
    fields.insert("proposal".to_owned(), json!([]));
    fields
}

/// Returns the fields of these reports: the first are the planted ones.
fn make(templates: &Templates, planted: &[Planted], from: usize, to: usize) -> Vec<Fields> {
    let mut made = templates.make(from..to);
    for (at, fields) in made.iter_mut().enumerate() {
        if let Some(planted) = planted.get(from + at) {
            *fields = fields_of(planted, fields);
        }
    }
    made
}

/// Stores the reports; returns the documents of the planted ones.
fn fill(core: &mut Core, house: &crate::house::House, count: usize, planted: &[Planted]) -> Result<Vec<DocumentId>> {
    let author = house.author(0).ok_or_else(|| Error::refused("no worker"))?;
    let templates = Templates::load()?;
    let mut documents = Vec::with_capacity(planted.len());
    for from in (0..count).step_by(BATCH) {
        let sealed = reports::seal(author, &make(&templates, planted, from, count.min(from + BATCH)))?;
        let wanted = planted.len().saturating_sub(documents.len());
        documents.extend(sealed.iter().take(wanted).map(|change| change.change().document()));
        require(&core.submit_sealed(sealed))?;
    }
    Ok(documents)
}

/// Lets tantivy alone take the same texts; returns seconds and processor seconds.
fn calibrate(scratch: &Scratch, count: usize, planted: &[Planted]) -> Result<(f64, f64)> {
    let dir = scratch.0.join("bare");
    std::fs::create_dir(&dir).map_err(Error::failed)?;
    let templates = Templates::load()?;
    // Made outside of what is measured, a part at a time.
    let (mut seconds, mut cpu) = (0.0, 0.0);
    let mut building = bare::Builder::new(&dir, MEMORY_MIB).map_err(Error::failed)?;
    for from in (0..count).step_by(BATCH) {
        let fields = make(&templates, planted, from, count.min(from + BATCH));
        let (started, before) = (Instant::now(), process::cpu_seconds(None).unwrap_or_default());
        building.add(fields).map_err(Error::failed)?;
        seconds += started.elapsed().as_secs_f64();
        cpu += process::cpu_seconds(None).unwrap_or_default() - before;
    }
    let (started, before) = (Instant::now(), process::cpu_seconds(None).unwrap_or_default());
    building.finish().map_err(Error::failed)?;
    Ok((seconds + started.elapsed().as_secs_f64(), cpu + process::cpu_seconds(None).unwrap_or_default() - before))
}

pub(super) fn found(core: &mut Core, request: Request) -> Result<Vec<Hit>> {
    match core.call(Call { request, attachments: Vec::new() }).response {
        Response::Found { hits, .. } => Ok(hits),
        Response::Failed(failure) => Err(failure.into()),
        _ => Err(unexpected()),
    }
}

fn ask(core: &mut Core, question: &str) -> Result<Answered> {
    let mut times = Vec::with_capacity(ASKED);
    let mut hits = 0;
    for _ in 0..ASKED {
        let request = Request::Search { words: question.to_owned(), organisation: None, half_year: None, limit: 10 };
        let started = Instant::now();
        hits = found(core, request)?.len();
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Answered { hits, p50_ms: percentile(&mut times, 50), p99_ms: percentile(&mut times, 99) })
}

/// Returns the value below which so many of a hundred lie.
fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = values.len() * percent / 100;
    values.get(at.min(values.len().saturating_sub(1))).copied().unwrap_or_default()
}

pub(super) fn show(global: &Global, measured: &Measured) -> Result<()> {
    if global.json {
        return output::json(measured);
    }
    let value = serde_json::to_value(measured).map_err(Error::failed)?;
    let rows = value.as_object().into_iter().flatten().map(|(name, value)| vec![name.clone(), value.to_string()]);
    output::table(&["measure", "value"], &rows.collect::<Vec<_>>())
}
