//! Prints how well the scanner does on the labelled texts in `tests/corpus/scanner`: what it finds of each rule, how often it stops
//! or bothers the author of a clean sentence, and how long a report takes.
//!
//! ```text
//! cargo run --release -p talkoot-protocol --example scanner [--misses]
//! ```

mod generated;
mod measure;

use std::process::ExitCode;
use std::time::Instant;

use measure::{CORPORA, Score};
use talkoot_protocol::scan::scan;

/// Times over all texts that are measured; the fastest counts, since others share the machine.
const ROUNDS: usize = 50;

fn main() -> ExitCode {
    let misses = std::env::args().any(|argument| argument == "--misses");
    for corpus in CORPORA {
        match measure::score(corpus) {
            Ok(score) => print(corpus.name, &score, misses),
            Err(problem) => {
                eprintln!("scanner: {problem}");
                return ExitCode::FAILURE;
            }
        }
    }
    print_generated();
    ExitCode::SUCCESS
}

/// Prints how identifiers drawn at random fare, and numbers that are none.
fn print_generated() {
    println!("## drawn at random\n\n| kind | form | drawn | stopped or asked about |\n|---|---|---|---|");
    for row in generated::rows() {
        println!("| {} | {} | {} | {} |", row.kind, row.form, row.drawn, row.found);
    }
    let harmless = generated::harmless();
    println!("\nharmless numbers: {} drawn, {} block, {} confirm", harmless.drawn, harmless.blocks, harmless.confirms);
    harmless.some.iter().for_each(|one| println!("  {one}"));
}

fn print(name: &str, score: &Score, misses: bool) {
    println!("## {name}\n");
    println!("| rule | in the texts | found | recall | to the byte |\n|---|---|---|---|---|");
    for (rule, tally) in &score.rules {
        let recall = 100.0 * tally.found as f64 / tally.labelled.max(1) as f64;
        println!("| {rule} | {} | {} | {recall:.1} % | {} |", tally.labelled, tally.found, tally.exact);
    }
    let clean = &score.clean;
    let per_thousand = |count: usize| 1_000.0 * count as f64 / clean.sentences.max(1) as f64;
    println!("\n| clean sentences | blocks per 1,000 | confirms per 1,000 | warnings per 1,000 |\n|---|---|---|---|");
    println!(
        "| {} | {:.1} | {:.1} | {:.1} |",
        clean.sentences,
        per_thousand(clean.blocks),
        per_thousand(clean.confirms),
        per_thousand(clean.warnings)
    );
    println!("\nfindings beside the labels, in the texts with identifiers: {}", score.beside.len());
    time("texts with identifiers", &score.texts);
    time("clean sentences", &score.clean.texts);
    if misses {
        println!("\nmissed:");
        score.missed.iter().for_each(|miss| println!("  {miss}"));
        println!("beside the labels:");
        score.beside.iter().for_each(|extra| println!("  {extra}"));
        println!("false alarms:");
        clean.alarms.iter().for_each(|alarm| println!("  {alarm}"));
    }
    println!();
}

/// Prints what a typical report takes, and a text of 2,000 characters.
fn time(what: &str, texts: &[String]) {
    let joined = texts.join(" ");
    for length in [500, 2_000] {
        let text: String = joined.chars().take(length).collect();
        let once = || {
            let began = Instant::now();
            std::hint::black_box(scan(std::hint::black_box(&text)));
            began.elapsed()
        };
        let best = (0..ROUNDS).map(|_| once()).min().unwrap_or_default();
        println!("{length} characters of {what}: {:.0} µs", best.as_secs_f64() * 1e6);
    }
}
