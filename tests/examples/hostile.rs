//! What each attack of the hostile corpus costs a node: processor time and memory for each kilobyte it sends. Run it with
//! `cargo run --release -p talkoot-tests --example hostile`; the last line is the cost of verifying an honest signature.

use std::time::Instant;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::signed::Signed;
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::check::check;
use talkoot_tests::cast::Organisation;
use talkoot_tests::hostile::corpus;

#[global_allocator]
static MEMORY: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// Rounds of which the middle one counts.
const ROUNDS: usize = 21;

fn median(mut measure: impl FnMut() -> f64) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS).map(|_| measure()).collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

fn main() {
    let charter = Charter::commons();
    let network = charter.network();
    let eve = Organisation::found("eve", &charter).employ("eve", &[Role::Reporter]);
    println!("{:<42} {:>8} {:>9} {:>12} {:>12}  refused as", "attack", "bytes", "us", "us per KB", "bytes per KB");
    for attack in corpus(&eve) {
        let kilobytes = attack.change.len() as f64 / 1024.0;
        let mut allocated = 0;
        let micros = median(|| {
            let bytes = attack.change.clone();
            let region = Region::new(MEMORY);
            let started = Instant::now();
            let _refused = check(&network, bytes);
            let took = started.elapsed();
            allocated = region.change().bytes_allocated;
            took.as_secs_f64() * 1e6
        });
        let (time, memory) = (micros / kilobytes, allocated as f64 / kilobytes);
        println!(
            "{:<42} {:>8} {micros:>9.1} {time:>12.1} {memory:>12.0}  {}",
            attack.what,
            attack.change.len(),
            attack.refusal
        );
    }
    let honest = Signed::decode(&eve.report(1).encode());
    let verify = median(|| {
        let started = Instant::now();
        let _good = honest.as_ref().map(Signed::verify_signature);
        started.elapsed().as_secs_f64() * 1e6
    });
    println!("one honest signature, verified: {verify:.1} us");
}
