//! Trains the dictionary that parcels of codec 1 are packed with (docs/protocol.md, "Parcels") on signed changes made up for
//! it, and compares it with `protocol/src/wire/dictionary-1.bin`: `cargo run --release -p talkoot-tests --bin dictionary`.
//!
//! The dictionary is part of the wire and never changes under its codec number, so the file is written only when it is told
//! to: `-- --replace`, before a codec has been used, or beside it for a codec of a new number.
//!
//! The changes follow from the names of their keys, so the same program trains the same bytes every time. Another version of
//! zstd may train others from the same changes; what counts is the file. Trained with zstd 1.5.7.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use talkoot_protocol::charter::Charter;
use talkoot_protocol::document::Fields;
use talkoot_protocol::id::sha256;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::signed::Verified;
use talkoot_protocol::statement::{Names, OrganisationKind, Record, Role, Statement};
use talkoot_protocol::sync::check::Checked;
use talkoot_tests::cast::{Organisation, Worker, inception_of, moment};

/// Size of the dictionary in bytes.
const DICTIONARY_BYTES: usize = 64 * 1024;
/// Organisations that sign. Each is in a network of its own, so that the dictionary learns no id of a network or key.
const ORGANISATIONS: usize = 200;
/// Reports of each organisation.
const REPORTS_EACH: usize = 13;
/// How many of them are edited.
const EDITS_EACH: usize = 3;
/// The seed of the reports: not the one that `talkoot bench` measures with.
const SEED: u64 = 2;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let samples = samples()?;
    let dictionary = zstd::dict::from_samples(&samples, DICTIONARY_BYTES)?;
    if dictionary != zstd::dict::from_samples(&samples, DICTIONARY_BYTES)? {
        return Err("trained twice and got two dictionaries".into());
    }
    let hash: String = sha256(&[&dictionary]).iter().map(|byte| format!("{byte:02x}")).collect();
    println!("{} bytes trained on {} changes, SHA-256 {hash}", dictionary.len(), samples.len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../protocol/src/wire/dictionary-1.bin");
    if std::fs::read(&path)? == dictionary {
        println!("the same as {}", path.display());
    } else if std::env::args().any(|argument| argument == "--replace") {
        std::fs::write(&path, dictionary)?;
        println!("wrote {}", path.display());
    } else {
        println!("NOT the same as {}; it was left as it is", path.display());
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes the changes to train on, each as it travels.
fn samples() -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let reports = talkoot::bench_reports(SEED, ORGANISATIONS * REPORTS_EACH);
    let reports = reports.ok_or("the demonstration's reports cannot be read")?;
    let mut changes = Vec::new();
    for (at, reports) in reports.chunks(REPORTS_EACH).enumerate() {
        let name = format!("sanakirja {at}");
        let charter = Charter { name: name.clone(), ..Charter::commons() };
        let mut house = Organisation::found(&name, &charter);
        let roles = if at % 2 == 0 { [Role::Reporter].as_slice() } else { &[Role::Reporter, Role::Coordinator] };
        let worker = house.employ(&name, roles);
        let other = Organisation::found(&format!("{name} toinen"), &charter);
        changes.extend([record(&mut house, at, reports), house.node_certificate.clone()]);
        changes.extend([worker.certificate.clone(), house.endorse(other.id)]);
        write(&house, &worker, at, reports, &mut changes)?;
    }
    Ok(changes.iter().map(Verified::encode).collect())
}

/// States who an organisation is, in names of two words.
fn record(house: &mut Organisation, at: usize, reports: &[Fields]) -> Verified {
    let name = |from: usize| -> String {
        let title = reports.get(from).and_then(|fields| fields.get("title")?.as_str()).unwrap_or_default();
        title.split(' ').take(2).collect::<Vec<_>>().join(" ")
    };
    let kinds = [OrganisationKind::Ngo, OrganisationKind::County, OrganisationKind::Municipality];
    house.state(&Statement::Record(Record {
        inception: inception_of(&format!("sanakirja {at}")),
        names: Names { fi: name(0), sv: name(1), en: name(2) },
        kind: kinds[at % kinds.len()],
        counties: talkoot_protocol::scope::Counties::new(),
        contact: name(3),
    }))
}

/// Signs reports, and edits of the first of them.
fn write(
    house: &Organisation,
    worker: &Worker,
    at: usize,
    reports: &[Fields],
    changes: &mut Vec<Verified>,
) -> Result<(), Box<dyn Error>> {
    for (number, fields) in reports.iter().enumerate() {
        let time = ((at * REPORTS_EACH + number) * 2) as u64 + 10_000;
        let scope = if number % 6 == 5 { Scope::Organisation(house.id) } else { Scope::Network };
        let report = worker.author().begin(Kind::Report, scope, fields, moment(time))?;
        if let Some(other) = reports.get(number + EDITS_EACH).filter(|_| number < EDITS_EACH) {
            let sealed = Checked::sealed(&worker.network, report.clone());
            let history = [sealed.map_err(|refused| refused.refusal.to_string())?];
            changes.push(worker.author().change(&history, &edits(number, other), moment(time + 1))?);
        }
        changes.push(report);
    }
    Ok(())
}

/// Takes over one or two answers of another report.
fn edits(number: usize, other: &Fields) -> BTreeMap<String, Option<serde_json::Value>> {
    let fields = [["title", "description"], ["description", "proposal"], ["title", "extent"]];
    let fields = fields[number % fields.len()].iter().filter_map(|field| other.get_key_value(*field));
    fields.map(|(field, value)| (field.clone(), Some(value.clone()))).collect()
}
